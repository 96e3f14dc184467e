"""Fixes: applied together, again until nothing is left, and without any change of what a task computes."""

from __future__ import annotations

import ast
import random
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from fixable_programs import ANNOTATIONS, INPUTS, Writer, outcome
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic_monty import Monty

from sandbox_tui.lint import Diagnostic, Edit, Fix, Position, check
from sandbox_tui.lint.fixes import MAX_ROUNDS, apply, fix_all
from sandbox_tui.lint.rules import RULES, Rule


def finding(*edits: tuple[int, int, int, int, str], code: str = "SBX105", safe: bool = True) -> Diagnostic:
    """A finding whose fix has these edits: line and column of start and end, and the text."""
    made = tuple(
        Edit(Position(line, column), Position(end_line, end_column), text)
        for line, column, end_line, end_column, text in edits
    )
    fix = Fix("", made, "safe" if safe else "unsafe")
    return Diagnostic(code, "", "", "error", made[0].start, made[0].end, fix)


class TestApply:
    def test_fixes_that_do_not_touch_are_made_together(self) -> None:
        text, applied = apply("a = 1\nb = 2\n", [finding((2, 5, 2, 6, "4")), finding((1, 5, 1, 6, "3"))])
        assert text == "a = 3\nb = 4\n"
        assert len(applied) == 2

    def test_of_fixes_that_overlap_the_first_is_made(self) -> None:
        first, second = finding((1, 1, 1, 4, "x")), finding((1, 3, 1, 6, "y"))
        assert apply("abcdef", [second, first]) == ("xdef", [first])

    def test_fixes_that_only_meet_are_both_made(self) -> None:
        assert apply("abcd", [finding((1, 1, 1, 3, "x")), finding((1, 3, 1, 5, "y"))])[0] == "xy"

    def test_of_two_insertions_in_one_place_one_is_made(self) -> None:
        assert apply("ab", [finding((1, 2, 1, 2, "x")), finding((1, 2, 1, 2, "y"))])[0] == "axb"

    def test_a_fix_is_made_whole_or_not_at_all(self) -> None:
        both = finding((1, 3, 1, 4, "X"), (1, 5, 1, 6, "Y"))
        assert apply("abcdef", [finding((1, 1, 1, 2, "A"), (1, 5, 1, 6, "E")), both])[0] == "AbcdEf"

    def test_a_fix_that_several_findings_share_is_made_once(self) -> None:
        shared = [finding((1, 1, 1, 2, "x"), code=code) for code in ("SBX105", "SBX301")]
        text, applied = apply("ab", shared)
        assert (text, len(applied)) == ("xb", 2)

    def test_unsafe_fixes_are_made_when_wanted(self) -> None:
        unsafe = finding((1, 1, 1, 2, "x"), safe=False)
        assert apply("ab", [unsafe]) == ("ab", [])
        assert apply("ab", [unsafe], unsafe=True) == ("xb", [unsafe])

    def test_columns_count_characters(self) -> None:
        assert apply("é = '𝒳'; b\n", [finding((1, 10, 1, 11, "c"))])[0] == "é = '𝒳'; c\n"

    @pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
    def test_line_ends_stay(self, end: str) -> None:
        assert apply(f"a{end}b{end}c", [finding((2, 1, 2, 2, "x"))])[0] == f"a{end}x{end}c"

    def test_new_lines_end_as_the_others(self) -> None:
        assert apply("a\r\nb\r\n", [finding((2, 1, 2, 2, "x\ny"))])[0] == "a\r\nx\r\ny\r\n"

    def test_the_end_of_a_last_line_without_line_end(self) -> None:
        assert apply("a\nb", [finding((2, 1, 2, 2, "xyz"))])[0] == "a\nxyz"
        assert apply("a\nb", [finding((1, 2, 2, 2, ""))])[0] == "a"

    @pytest.mark.parametrize("place", [(3, 1, 3, 1), (1, 9, 1, 9), (0, 1, 1, 1), (1, 0, 1, 1), (1, 2, 1, 1)])
    def test_a_fix_of_another_text_is_left_out(self, place: tuple[int, int, int, int]) -> None:
        assert apply("a\nb", [finding((*place, "x"))]) == ("a\nb", [])

    def test_a_fix_that_would_break_the_text_is_left_out_and_the_others_are_made(self) -> None:
        source = "a = 1\nb = 2\nc = 3\n"
        fixes = [finding((line, 5, line, 6, text)) for line, text in ((1, "4"), (2, "("), (3, "6"))]
        text, applied = apply(source, fixes)
        assert text == "a = 4\nb = 2\nc = 6\n"
        assert applied == [fixes[0], fixes[2]]

    def test_what_does_not_parse_can_still_be_mended(self) -> None:
        assert apply("a = (\nb = 2\n", [finding((2, 5, 2, 6, "3"))])[0] == "a = (\nb = 3\n"

    def test_nothing_to_do(self) -> None:
        assert apply("a", []) == ("a", [])
        assert apply("", [finding((1, 1, 1, 1, ""))]) == ("", [])


class TestFixAll:
    def test_it_goes_on_until_nothing_is_left(self) -> None:
        def find(text: str) -> list[Diagnostic]:
            # Each of them overlaps with its neighbours.
            return [finding((1, column, 1, column + 2, "b")) for column in range(1, len(text))]

        fixed = fix_all("aaaaaaa", find)
        assert (fixed.text, len(fixed.applied), fixed.left) == ("b", 6, ())

    def test_a_fix_that_does_not_mend_is_made_once(self) -> None:
        found = replace(finding((1, 1, 1, 1, "x")), start=Position(2, 1), end=Position(2, 2))
        fixed = fix_all("\na", lambda text: [found])
        assert (fixed.text, len(fixed.applied), len(fixed.left)) == ("x\na", 1, 1)

    def test_rules_that_undo_each_other_come_to_an_end(self) -> None:
        def find(text: str) -> list[Diagnostic]:
            return [finding((1, 1, 1, 2, "b" if text == "a" else "a"))]

        assert len(fix_all("a", find).applied) == 1

    def test_what_never_ends_is_stopped(self) -> None:
        fixed = fix_all("", lambda text: [finding((1, 1, 1, 1, "x"), code=f"SBX{len(text)}")])
        assert fixed.text == "x" * MAX_ROUNDS


# --- what the rules mend ---


def mended(
    body: str, *, unsafe: bool = False, head: str = "def f(n: int, s: str, d: dict) -> dict:\n"
) -> str:
    """The body of a function after fixing."""
    source = head + "".join(f"    {line}\n" for line in body.split("\n"))
    text = fix_all(source, check, unsafe=unsafe).text
    return "\n".join(line[4:] for line in text[len(head) :].splitlines())


class TestUnusedImports:
    @pytest.mark.parametrize(
        ("before", "after"),
        [
            ("import math\nreturn d", "return d"),
            ("import math  # why\nreturn d", "return d"),
            ("import math, json\nreturn d", "return d"),
            ("from math import pi\nreturn d", "return d"),
            ("from math import (\n  pi,\n  e,\n)\nreturn d", "return d"),
            ("import json as j\nreturn d", "return d"),
            ("import math; return d", "return d"),
            ("x = 1; import math\nreturn d", "x = 1\nreturn d"),
            ("import math; import re; return d", "return d"),
            ("if n: import math\nreturn d", "if n: pass\nreturn d"),
            ("if n:\n    import math\n    import re\nreturn d", "if n:\n    pass\nreturn d"),
            ("return d\nimport math", "return d"),
        ],
    )
    def test_an_import_that_nothing_uses_goes(self, before: str, after: str) -> None:
        assert mended(before) == after

    @pytest.mark.parametrize(
        "body",
        [
            "import math\nreturn math.pi",
            "import math, json\nreturn json.dumps(d)",
            "import math\ndef g(): return math.pi\nreturn g()",
            "import math\nx: math = 1\nreturn d",
            'import math\nx: "math.pi" = 1\nreturn d',
            'import math\nreturn eval("mat" + "h.pi")',
            "import math\nreturn locals()",
            "from math import *\nreturn d",
            "class A:\n    import math\nreturn A.math.pi",
        ],
    )
    def test_an_import_that_may_be_used_stays(self, body: str) -> None:
        assert mended(body, unsafe=True) == body

    @pytest.mark.parametrize("statement", ["import statistics", "from math import nothing"])
    def test_removing_an_import_that_would_fail_is_not_safe(self, statement: str) -> None:
        assert mended(f"{statement}\nreturn d") == f"{statement}\nreturn d"
        assert mended(f"{statement}\nreturn d", unsafe=True) == "return d"

    def test_an_import_at_the_end_of_code_is_its_result(self) -> None:
        assert fix_all("1\nimport math", partial(check, kind="code")).text == "1\npass"


class TestNewDicts:
    @pytest.mark.parametrize(
        ("body", "written"),
        [
            ("e = {}\ne[n] = s", "e = {**e, n: s}"),
            ("e = {1: 2}\nfor x in d:\n    e[x] = d[x] + 1", "    e = {**e, x: d[x] + 1}"),
            ("e = dict(d)\ne['a', n] = 1, 2", "e = {**e, ('a', n): (1, 2)}"),
            ("e = {}\ne[n] = (\n    1 +\n    2)", "e = {**e, n: 1 +\n    2}"),
            ("e = {k: 1 for k in d}\ne['n'] += 1 if n else 2", "e = {**e, 'n': e['n'] + (1 if n else 2)}"),
            ("e = {}\nprint(e, len(e))\nif n in e: e[n] = e.get(s)", "if n in e: e = {**e, n: e.get(s)}"),
            ("e = {}\nfor k, v in e.items(): print(k)\ne[n] = [*e.values()]", None),
        ],
    )
    def test_a_dict_that_nobody_else_sees_is_made_anew(self, body: str, written: str | None) -> None:
        text = mended(f"{body}\nreturn e")
        assert text.endswith(f"{written}\nreturn e") if written else text == f"{body}\nreturn e"

    @pytest.mark.parametrize(
        "body",
        [
            "e = d\ne[n] = 1\nreturn e",
            "d[n] = 1\nreturn d",
            "e = {}\ng = e\ne[n] = 1\nreturn g",
            "e = {}\ng = [e]\ne[n] = 1\nreturn g",
            "e = {}\nview = e.keys()\ne[n] = 1\nreturn list(view)",
            "e = {}\ndef look(): return e\ng = look()\ne[n] = 1\nreturn g",
            "e = {}\nkeep(e)\ne[n] = 1\nreturn e",
            "e = {1: 2}\nfor k in e:\n    e[s] = k\nreturn e",
            "e = {}\ne[d['a']] = d['b']\nreturn e",
            "e = {}\ne[n] = (e := {})\nreturn e",
            "e = {1: 2}\ne[n] = e.pop(1)\nreturn e",
            "e = {n: d}\ne[n] += d\nreturn e",
            "if n:\n    e = {}\nelse:\n    e = {}\ne[n] = s\nreturn e",
            "e = {}\ntry:\n    e[n] = 1\nfinally:\n    print(e)\nreturn e",
        ],
    )
    def test_where_someone_may_see_it_the_fix_is_not_safe(self, body: str) -> None:
        assert mended(body) == body

    @pytest.mark.parametrize(
        "body", ["xs[0] = n", "xs[0:1] = [n]", "x.y[n] = 1", "e = f = {}\ne[n] = f[n] = 1"]
    )
    def test_what_is_no_dict_for_certain_has_no_fix(self, body: str) -> None:
        source = (
            f"def f(n: int, xs: list) -> int:\n    x = 1\n    {body.replace(chr(10), chr(10) + '    ')}\n"
        )
        found = [each for each in check(source) if each.code == "SBX301"]
        assert found
        assert not any(each.fix for each in found)


class TestNeedlessTry:
    @pytest.mark.parametrize(
        ("before", "after"),
        [
            (
                "try:\n    x = d[s]\nexcept KeyError:\n    x = 0\nreturn x",
                "x = d[s] if s in d else 0\nreturn x",
            ),
            (
                "try:\n    return d['a']\nexcept LookupError:\n    return",
                "return d['a'] if 'a' in d else None",
            ),
            (
                "try: x = d[s]\nexcept KeyError: x = 1, 2\nreturn x",
                "x = d[s] if s in d else (1, 2)\nreturn x",
            ),
            ("try:\n    return g(n)\nexcept ValueError:\n    raise", "return g(n)"),
            ("try:\n    x = g(\n      n)\n\n    return x\nfinally:\n    pass", "x = g(\n  n)\n\nreturn x"),
            ("try: return n\nfinally: pass", "return n"),
            (
                "if n:\n    try:\n        if s:\n            return n\n    except:\n        raise\nreturn d",
                "if n:\n    if s:\n        return n\nreturn d",
            ),
        ],
    )
    def test_what_needs_no_try_is_written_without(self, before: str, after: str) -> None:
        assert mended(before) == after

    @pytest.mark.parametrize(
        "body",
        [
            "try:\n    x = g(d)[s]\nexcept KeyError:\n    x = 0\nreturn x",
            "e = g()\ntry:\n    x = e[s]\nexcept KeyError:\n    x = 0\nreturn x",
            "try:\n    x = d[g(s)]\nexcept KeyError:\n    x = 0\nreturn x",
            "try:\n    x = d[s]\nexcept Exception:\n    x = 0\nreturn x",
            "try:\n    x = d[s]\nexcept KeyError as error:\n    x = 0\nreturn x",
            "try:\n    x = d[s]\nexcept KeyError:\n    y = 0\nreturn x",
            "try:\n    x = d[s]\nexcept KeyError:\n    x = 0\nelse:\n    x = 1\nreturn x",
            "try:\n    x = d[s]  # why\nexcept KeyError:\n    x = 0\nreturn x",
            "try:\n    return g(n)\nexcept g(n):\n    raise",
            "try:\n    return g(n)\nexcept ValueError:\n    raise KeyError",
            "try:\n    return g(n)\nfinally:\n    print(n)",
            'try:\n    return g("""\n        a""")\nfinally:\n    pass',
        ],
    )
    def test_any_other_try_has_no_fix(self, body: str) -> None:
        assert mended(body, unsafe=True) == body


class TestAugmented:
    def test_a_matrix_product_has_no_fix(self) -> None:
        found = check("def f(n: int) -> int:\n    n @= 2\n    return n\n")
        assert not any(each.fix for each in found)

    def test_a_list_may_be_shared(self) -> None:
        body = "xs = []\nys = xs\nxs += [n]\nreturn ys"
        assert mended(body) == body

    def test_the_operator_of_a_message_that_is_caught_stays(self) -> None:
        body = "x = 1\ntry:\n    x += s\nexcept TypeError as error:\n    print(error)\nreturn x"
        assert mended(body) == body
        assert "x = x + 1" in mended(body.replace("+= s", "+= 1"))


# --- a safe fix changes nothing that a task computes ---


@pytest.fixture(scope="module")
def pool() -> Iterator[Monty]:
    with Monty(max_processes=1) as opened:
        yield opened


@pytest.mark.parametrize("kind", ["function", "code"])
@settings(max_examples=120, deadline=None)
@given(seed=st.integers(0, 2**40))
def test_a_safe_fix_never_changes_what_a_task_computes(pool: Monty, kind: Any, seed: int) -> None:
    writer = Writer(random.Random(seed))
    source = writer.task() if kind == "function" else writer.code()
    find = partial(check, kind=kind, inputs=ANNOTATIONS if kind == "code" else None)
    fixed = fix_all(source, find)
    for inputs in INPUTS if fixed.text != source else ():
        before, after = (outcome(pool, each, inputs, kind) for each in (source, fixed.text))
        # How near to its limits a run comes is no part of what it computes.
        assert after == before or all("limit" in each[1] for each in (before, after))
    if _parses(source):
        assert _parses(fixed.text)
    assert not any(each.fix and each.fix.applicability == "safe" for each in fixed.left)
    assert fix_all(fixed.text, find).text == fixed.text


@settings(max_examples=120, deadline=None)
@given(seed=st.integers(0, 2**40))
def test_all_fixes_together_leave_none_that_could_be_made(seed: int) -> None:
    source = Writer(random.Random(seed)).task()
    fixed = fix_all(source, check, unsafe=True)
    assert not any(each.fix for each in fixed.left)
    assert fix_all(fixed.text, check, unsafe=True).text == fixed.text
    if _parses(source):
        assert _parses(fixed.text)


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
@pytest.mark.parametrize("profile", ["documented", "flyte"])
def test_the_bad_example_of_a_rule_comes_to_rest(rule: Rule, profile: Any) -> None:
    find = partial(check, kind=rule.kind, profile=profile, externals={})
    fixed = fix_all(rule.bad, find, unsafe=True)
    assert not any(each.fix for each in fixed.left if each.code in {done.code for done in fixed.applied})
    assert fix_all(fixed.text, find, unsafe=True).text == fixed.text


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=40), st.lists(st.tuples(*[st.integers(0, 6)] * 4, st.text(max_size=4)), max_size=6))
def test_any_edits_of_any_text(source: str, edits: list[Any]) -> None:
    text, applied = apply(source, [finding(each) for each in edits])
    assert (text != source) == bool(applied)


def _parses(source: str) -> bool:
    try:
        ast.parse(source)
    except SyntaxError:
        return False
    return True


@pytest.mark.parametrize(
    "body",
    [
        "    import math\n",
        "    d = {}\n    d[n] = 1\n",
        "    e[n] = 1\n",
        "    n += 1\n",
        "    try: n\n    finally: pass\n",
    ],
)
def test_thousands_of_what_has_a_fix_are_no_burden(body: str) -> None:
    """Each of these took minutes while it was asked anew for every finding what is one for the text."""
    found = check("def f(n: int) -> dict:\n    e = {}\n" + body * 4_000 + "    return e\n")
    assert len(found) == 1_001
    assert found[0].fix
