"""SBX8xx: what each rule must find, at its exact place, and what it must leave alone. That Python and Monty
differ there is the matter of `test_meaning_differences.py`.
"""

from __future__ import annotations

from typing import Any

import pytest
from marked_source import assert_finds, findings
from pydantic_monty import Monty

from sandbox_tui.lint import check
from sandbox_tui.lint.fixes import apply
from sandbox_tui.lint.rules import RULES, Rule
from sandbox_tui.lint.rules.meaning import RULES as MEANING

HEAD = "def f(xs: list[int], n: int, s: str, d: dict, v: Any) -> Any:\n"


def found_in(code: str, body: str, **settings: Any) -> list[Any]:
    """Asserts that rule `code` finds exactly the marked ranges of a body in profile runtime."""
    return assert_finds(code, HEAD + indented(body), profile="runtime", **settings)


def nothing(code: str, body: str, **settings: Any) -> None:
    assert findings(HEAD + indented(body), code, profile="runtime", **settings) == []


def indented(body: str) -> str:
    return "".join(f"    {line}\n" for line in body.split("\n"))


@pytest.mark.parametrize("rule", MEANING, ids=lambda rule: rule.code)
class TestExamples:
    def test_the_bad_example_breaks_its_rule_alone(self, rule: Rule) -> None:
        assert {each.code for each in findings(rule.bad, "SBX8", profile="runtime")} == {rule.code}

    def test_the_good_example_breaks_none(self, rule: Rule) -> None:
        assert findings(rule.good, "SBX8") == []

    def test_it_is_no_error(self, rule: Rule) -> None:
        found = findings(rule.bad, rule.code, profile="documented")
        assert found and {each.severity for each in found} <= {"warning", "info"}

    def test_profile_off_says_nothing(self, rule: Rule) -> None:
        assert findings(rule.bad, "SBX8", profile="off") == []


class TestGenerators:
    @pytest.mark.parametrize(
        "use",
        [
            "return any«(ask(x) for x in xs)»",
            "return all«(ask(x) for x in xs)»",
            "return 1 in «(ask(x) for x in xs)»",
            "for x in «(ask(x) for x in xs)»:\n    print(x)",
            "return [print(y) for y in «(ask(x) for x in xs)»]",
            "return next(iter«(ask(x) for x in xs)»)",
            "return list(zip(«(ask(x) for x in xs)», xs))",
        ],
    )
    def test_calls_that_python_would_make_later_or_not_at_all_are_found(self, use: str) -> None:
        found_in("SBX801", use)

    @pytest.mark.parametrize(
        "use",
        [
            "return «(x for x in xs)»",
            "return {'rows': «(x for x in xs)»}",
            "return str«(x for x in xs)»",
            "return len«(x for x in xs)»",
            "return isinstance(«(x for x in xs)», list)",
            "return f'{«(x for x in xs)»}'",
            "return «(x for x in xs)» == [1]",
            "return 1 if «(x for x in xs)» else 2",
            "return not «(x for x in xs)»",
            "return next«(x for x in xs)»",
            "return next(«(x for x in xs)», None)",
        ],
    )
    def test_what_shows_that_it_is_a_list_is_found(self, use: str) -> None:
        found_in("SBX801", use)

    @pytest.mark.parametrize(
        "use",
        [
            "return sum(ask(x) for x in xs)",
            "return list(ask(x) for x in xs)",
            "return ','.join(ask(x) for x in xs)",
            "return sorted((ask(x) for x in xs), key=len)",
            "return any(x > 1 for x in xs)",
            "return any(str(x).startswith('a') for x in xs)",
            "for x in (x + 1 for x in xs):\n    print(x)",
            "return max((x for x in xs), default=0)",
            "a, b = (x for x in [1, 2])\nreturn a",
            "return [*(x for x in xs)]",
            "return dict((x, 1) for x in xs)",
            "g = (x for x in xs)\nreturn list(g)",
            "def is_large(x):\n    return x > n\nreturn any(is_large(x) for x in xs)",
            "import math\nreturn all(math.sqrt(x) > 2 for x in xs)",
        ],
    )
    def test_what_cannot_tell_is_left_alone(self, use: str) -> None:
        nothing("SBX801", use)

    @pytest.mark.parametrize(
        "use",
        [
            "return list(g), list(g)",
            "for i in xs:\n    print(list(g))",
            "def inner():\n    return list(g)\nreturn inner()",
            "xs.append(1)\nreturn list(g)",
            "return [list(g) for i in xs]",
        ],
    )
    def test_a_named_one_that_is_used_anew_or_too_late_is_found(self, use: str) -> None:
        found_in("SBX801", f"g = «(x for x in xs)»\n{use}")

    @pytest.mark.parametrize(
        "use",
        [
            "if n:\n    return list(g)\nelse:\n    return set(g)",
            "n = 2\nreturn list(g)",
            "for x in g:\n    print(x)",
        ],
    )
    def test_a_named_one_that_is_used_once_is_left_alone(self, use: str) -> None:
        nothing("SBX801", f"g = (x for x in xs)\n{use}")

    def test_a_function_that_changes_something_is_noticed(self) -> None:
        found_in(
            "SBX801",
            "seen = []\ndef look(x):\n    seen.append(x)\n    return x\nreturn any«(look(x) for x in xs)», seen",
        )

    def test_an_endless_source_is_found(self) -> None:
        found_in("SBX801", "import itertools\ng = «(x * n for x in itertools.count())»\nreturn n")

    def test_the_last_expression_of_a_code_task_is_its_result(self) -> None:
        assert_finds(
            "SBX801", "«(x for x in xs)»", kind="code", profile="runtime", inputs={"xs": "list[int]"}
        )

    @pytest.mark.parametrize("text", ["any(ask(x) for x in xs)", "list(zip((ask(x) for x in xs), xs))"])
    def test_the_fix_writes_brackets(self, text: str) -> None:
        source = HEAD + f"    return {text}\n"
        (found,) = findings(source, "SBX801", profile="runtime")
        assert found.fix is not None and found.fix.applicability == "safe"
        assert "".join(edit.text for edit in found.fix.edits) in ("([])", "[]")


class TestIterators:
    @pytest.mark.parametrize(
        "use",
        [
            "z = «zip(xs, xs)»\nreturn list(z), list(z)",
            "m = «map(str, xs)»\nfor i in xs:\n    print(list(m))",
            "m = «map(str, xs)»\nxs.append(1)\nreturn list(m)",
            "return «enumerate(xs)»",
            "return len(«zip(xs, xs)»)",
            "return isinstance(«filter(None, xs)», list)",
            "if «filter(None, xs)»:\n    return 1",
            "for i, x in «enumerate(xs)»:\n    xs.append(i)",
            "seen = []\nfor x in «map(lambda x: seen.append(x), xs)»:\n    print(seen)",
            "return next(«map(str, xs)»)",
        ],
    )
    def test_a_use_that_tells_is_found(self, use: str) -> None:
        found_in("SBX802", use)

    @pytest.mark.parametrize(
        "use",
        [
            "for i, x in enumerate(xs):\n    print(i, x)",
            "return [a + b for a, b in zip(xs, xs)]",
            "return list(map(str, xs))",
            "return ','.join(map(str, xs))",
            "return dict(zip(s, xs))",
            "z = zip(xs, xs)\nreturn list(z)",
            "for i, x in enumerate(xs):\n    if x:\n        xs.append(i)\n        break",
            "for x in reversed(xs):\n    xs.append(x)",
            "def zip(a, b):\n    return a\nreturn zip(xs, xs)",
            "return any(map(str, xs))",
        ],
    )
    def test_what_cannot_tell_is_left_alone(self, use: str) -> None:
        nothing("SBX802", use)


class TestValues:
    def test_each_ignored_method_is_found_at_its_name(self) -> None:
        found_in(
            "SBX803",
            "class A:\n    «__slots__ = ('x',)»\n    «def __bool__»(self):\n        return False\n"
            "    def __eq__(self, other):\n        return True\n    «def __ne__»(self, other):\n        return True\n"
            "    «def __format__»(self, spec):\n        return ''\nreturn 1",
        )

    def test_methods_that_monty_calls_are_left_alone(self) -> None:
        nothing(
            "SBX803",
            "class A:\n    x = 1\n    def __init__(self):\n        pass\n    def __str__(self):\n        return ''\n"
            "    def __enter__(self):\n        return 1\n    def __hash__(self):\n        return 1\nreturn 1",
        )

    @pytest.mark.parametrize(
        ("code", "use"),
        [
            ("SBX808", "import sys\nreturn «sys.version_info» > (3, 12)"),
            ("SBX808", "import sys\nreturn «sys.platform»"),
            ("SBX808", "import os\nreturn «os.getcwd»()"),
            ("SBX809", "return «hash(s)» % 5"),
            ("SBX809", "return «hash((n, s))»"),
            ("SBX810", "return «n is 1_000»"),
            ("SBX810", "return «s is not 'a'»"),
            ("SBX810", "t = (n, 1)\nreturn «t is v»"),
            ("SBX814", "return «round(n / 3, 2)»"),
            ("SBX814", "return «round(2.675, 2)»"),
            ("SBX815", "return {1: 'a', «True»: 'b'}"),
            ("SBX815", "return {0: 'a', 1: 'b', «0.0»: 'c'}"),
            ("SBX816", "return «hasattr(v, 'append')»"),
            ("SBX816", "return «hasattr(v, '__iter__')»"),
            ("SBX816", "return «getattr(v, 'keys', None)»"),
            ("SBX817", "return «range(n)»"),
            ("SBX817", "return [«d.items()», 1]"),
            ("SBX817", "names = d.keys()\nreturn «names»"),
            ("SBX817", "return «lambda: 1»"),
            ("SBX817", "def g():\n    return 1\nreturn «g»"),
            ("SBX817", "class A:\n    pass\nreturn «A()»"),
            ("SBX817", "import itertools\nreturn «itertools.chain(xs, xs)»"),
        ],
    )
    def test_it_is_found(self, code: str, use: str) -> None:
        found_in(code, use)

    @pytest.mark.parametrize(
        ("code", "use"),
        [
            ("SBX808", "import sys\nreturn sys.version_info[0], sys.version_info.major, sys.maxsize"),
            ("SBX809", "return hash(n), hash(s) == hash(v)"),
            ("SBX809", "class A:\n    def __hash__(self):\n        return hash('a')\nreturn 1"),
            ("SBX810", "return n is None, v is True, type(v) is int, xs is v"),
            ("SBX814", "return round(n), round(n + 1, 2), round(2.5, 1), round(n / 3, -1), round(n / 3)"),
            ("SBX815", "return {1: 'a', 2: 'b', '1': 'c', None: 1}"),
            ("SBX816", "return hasattr(v, 'price'), getattr(v, 'price', 1), getattr(v, 'append')"),
            ("SBX816", "class A:\n    def keys(self):\n        return []\nreturn hasattr(A(), 'keys')"),
            ("SBX817", "def g():\n    return range(3)\nreturn list(g()), list(d.keys()), 1 in range(3)"),
            ("SBX817", "names = list(d.keys())\nreturn names"),
            ("SBX817", "class A:\n    def total(self):\n        return 1\nreturn A().total()"),
            ("SBX817", "names = d.keys()\nnames = sorted(names)\nreturn names"),
        ],
    )
    def test_it_is_left_alone(self, code: str, use: str) -> None:
        nothing(code, use)


class TestArguments:
    @pytest.mark.parametrize(
        "call",
        [
            "ask(«range(n)»)",
            "ask(n, values=«d.keys()»)",
            "flyte_map('ask', «range(n)»)",
            "ask(«lambda x: x»)",
            "ask(«iter(xs)»)",
        ],
    )
    def test_what_reaches_an_external_as_a_text_is_found(self, call: str) -> None:
        found_in("SBX818", f"return {call}")

    @pytest.mark.parametrize(
        "call",
        [
            "ask(list(range(n)))",
            "len(range(n)), sum(range(n))",
            "ask(d, xs, zip(xs, xs))",
            "xs.extend(range(n))",
            "(lambda r: list(r))(range(n))",
        ],
    )
    def test_what_arrives_whole_is_left_alone(self, call: str) -> None:
        nothing("SBX818", f"return {call}")

    def test_a_function_of_the_task_may_take_a_range(self) -> None:
        nothing("SBX818", "def total(r):\n    return sum(r)\nreturn total(range(n))")


class TestSets:
    @pytest.mark.parametrize(
        "use",
        [
            "return list(«set(xs)»)",
            "t = {n, 1}\nreturn [x for x in «t»]",
            "t = {n, 1}\nfor x in «t»:\n    print(x)",
            "t = {n, 1}\nfor x in «t»:\n    if x:\n        break",
            "t = {n, 1}\na, b = «t»\nreturn a",
            "return ','.join(«{s, 'a'}»)",
            "return f'{ «{n, 1}» }'",
            "return [*«{n, 1}»]",
            "t = {n, 1}\nreturn «t».pop()",
            "return next(iter(«set(xs)»))",
            "return tuple(«{1, n} | {2}»)",
            "out = []\nfor x in «set(xs)»:\n    out.append(x)\nreturn out",
        ],
    )
    def test_a_use_of_the_order_is_found(self, use: str) -> None:
        found_in("SBX804", use)

    @pytest.mark.parametrize(
        "use",
        [
            "return sorted(set(xs)), len({n, 1}), sum({n, 1}), max(set(xs)), n in set(xs)",
            "return {x for x in set(xs)}",
            "return sorted([x + 1 for x in set(xs)])",
            "return list({n})",
            "return {n, 1}",
            "t = {n, 1}\ntotal = 0\nfor x in t:\n    total += x\nreturn total",
            "out = []\nfor x in set(xs):\n    out.append(x)\nreturn sorted(out)",
            "return list(dict.fromkeys(xs))",
            "t = set(xs)\nt = sorted(t)\nreturn list(t)",
            "return sorted(list(set(xs)))",
        ],
    )
    def test_a_use_without_the_order_is_left_alone(self, use: str) -> None:
        nothing("SBX804", use)

    def test_a_declared_set_is_one(self) -> None:
        assert_finds("SBX804", "def f(t: set[int]) -> list:\n    return list(«t»)\n", profile="runtime")
        assert_finds("SBX804", "list(«t»)", kind="code", inputs={"t": "set[int]"}, profile="runtime")

    @pytest.mark.parametrize(
        "use",
        [
            "a = {n, 1}\nb = a\n«a |= {2}»\nreturn b",
            "a = {n, 1}\nb = a\n«b -= {n}»\nreturn a",
            "def add(t):\n    «t |= {3}»\na = {1}\nadd(a)\nreturn a",
            "a = [1]\nb = a\n«a *= 2»\nreturn b",
        ],
    )
    def test_an_augmented_assignment_of_what_others_hold_is_found(self, use: str) -> None:
        found_in("SBX805", use)

    @pytest.mark.parametrize(
        "use",
        [
            "a = {n, 1}\na |= {2}\nreturn a",
            "def add(t):\n    t |= {3}\n    return t\nreturn add({1})",
            "a = [1]\nb = a\na += [2]\nreturn b",
            "a = {'k': 1}\nb = a\na |= {'l': 2}\nreturn b",
            "a = n\nb = a\na -= 1\nreturn b",
            "a = n\nb = a\na *= 2\nreturn b",
        ],
    )
    def test_what_nobody_else_holds_is_left_alone(self, use: str) -> None:
        nothing("SBX805", use)


class TestTexts:
    @pytest.mark.parametrize("shown", ["«e.args»[0]", "«str(e)»", "f'{«e»}'"])
    def test_the_key_of_a_key_error_that_is_no_text_is_found(self, shown: str) -> None:
        found_in("SBX806", f"try:\n    return d[n]\nexcept KeyError as e:\n    return {shown}")

    @pytest.mark.parametrize(
        "body",
        [
            "try:\n    return d[s]\nexcept KeyError as e:\n    return str(e)",
            "try:\n    return d[n]\nexcept KeyError as e:\n    return 'none'",
            "try:\n    return d[n]\nexcept ValueError as e:\n    return str(e)",
            "try:\n    return xs[n]\nexcept LookupError as e:\n    return str(e)",
        ],
    )
    def test_other_errors_and_keys_are_left_alone(self, body: str) -> None:
        nothing("SBX806", body)

    def test_the_text_of_an_assertion_is_found_also_through_a_function(self) -> None:
        found_in(
            "SBX807",
            "def look(x):\n    assert x, 'no'\ntry:\n    look(n)\nexcept AssertionError as e:\n    return «str(e)»",
        )

    @pytest.mark.parametrize(
        "body",
        [
            "try:\n    assert n\nexcept AssertionError as e:\n    return 1",
            "try:\n    assert n\nexcept ValueError as e:\n    return str(e)",
            "try:\n    ask(n)\nexcept AssertionError as e:\n    return str(e)\nassert n",
        ],
    )
    def test_what_shows_no_text_of_an_assertion_is_left_alone(self, body: str) -> None:
        nothing("SBX807", body)

    @pytest.mark.parametrize(
        ("code", "call"),
        [
            ("SBX811", "re.match(«r'a\\Z'», s)"),
            ("SBX811", "re.findall(«'[[:alpha:]]'», s)"),
            ("SBX811", "re.sub('x', «r'\\n'», s)"),
            ("SBX812", "re.findall(«r'\\d*'», s)"),
            ("SBX812", "re.split(«'x?'», s)"),
            ("SBX812", "re.sub(«'a*?'», '', s)"),
            ("SBX813", "re.match(«r'\\d+$'», s)"),
            ("SBX813", "re.search(«r'(a|b$)'», s)"),
        ],
    )
    def test_a_pattern_that_means_something_else_is_found(self, code: str, call: str) -> None:
        found_in(code, f"import re\nreturn {call}")

    @pytest.mark.parametrize(
        ("code", "call"),
        [
            ("SBX811", "re.sub(r'(a)', r'<\\1\\g<1>>', s), re.match(r'a\\\\Z', s), re.split('(,)', s)"),
            (
                "SBX812",
                "re.findall(r'\\d+', s), re.match(r'\\d*', s), re.sub(r'\\b', '|', s), re.sub('^', '> ', s)",
            ),
            (
                "SBX813",
                "re.fullmatch('a$', s), re.match(r'a\\$', s), re.search('(?m)a$', s), re.search('a$', s, re.M)",
            ),
        ],
    )
    def test_other_patterns_are_left_alone(self, code: str, call: str) -> None:
        nothing(code, f"import re\nreturn {call}", target="1.4.0")

    def test_names_of_re_are_followed(self) -> None:
        found_in("SBX812", "from re import findall as find\nreturn find(«'a*'», s)")

    def test_a_split_by_a_group_is_found_for_the_old_monty_only(self) -> None:
        found_in("SBX811", "import re\nreturn re.split(«'(,)'», s)", target="1.0.0")
        nothing("SBX811", "import re\nreturn re.split('(,)', s)", target="1.4.0")

    @pytest.mark.parametrize("pattern", ["(" * 200, "a{1000}" * 50, "(?P<a>", "[", "(a*)*" * 60, "\\\\"])
    def test_any_pattern_gets_an_answer(self, pattern: str) -> None:
        check(HEAD + f"    import re\n    return re.findall({pattern!r}, s)\n", profile="runtime")


def test_every_rule_of_the_group_is_known() -> None:
    assert [code for code in RULES if code.startswith("SBX8")] == sorted(each.code for each in MEANING)


@pytest.mark.parametrize(
    "made", ["next((x for x in xs if x > 1), 0)", "next(x for x in xs)", "next(map(abs, xs))"]
)
def test_what_next_takes_from_is_made_an_iterator(made: str) -> None:
    source = f"def f(xs: list[int]) -> int:\n    return {made}\n"
    found = check(source)
    assert [finding.fix.applicability for finding in found if finding.fix is not None] == ["unsafe"]
    mended, _ = apply(source, found, unsafe=True)
    assert check(mended) == []
    with Monty() as pool, pool.checkout() as session:
        assert session.feed_run(f"{mended}f([3, 4])") == 3
