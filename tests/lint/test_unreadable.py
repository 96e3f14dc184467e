"""Texts that cannot be read as a whole: what is said of them, and that the findings elsewhere stay."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from marked_source import assert_finds, findings

from sandbox_tui.lint import Diagnostic, Position, SyntaxFailure, check
from sandbox_tui.lint.context import MAX_FINDINGS
from sandbox_tui.sandbox.parsing import parses

VERDICTS = json.loads((Path(__file__).parents[1] / "data" / "monty_verdicts.json").read_text())


def codes(source: str) -> list[tuple[str, int]]:
    return [(each.code, each.start.line) for each in check(source) if each.code < "SBX4"]


class TestSyntaxErrors:
    @pytest.mark.parametrize(
        "marked",
        [
            "def f():\n    x = «$» 1\n",
            "def f():\n    é = 'ü' «1»\n",
            "def f():\n    x = «'abc»\n",
            "def f():\n    x = «(»1\n",
            "def f():\n    «f()» = 1\n",
            "def f():\n    return «=» 1\n",
        ],
    )
    def test_the_exact_place(self, marked: str) -> None:
        assert len(assert_finds("SBX001", marked)) == 1

    def test_a_missing_colon_is_told_where_it_should_stand(self) -> None:
        (found,) = findings("def f(x)\n    return x\n", "SBX0")
        assert (found.start, found.message) == (Position(1, 9), "expected ':'")

    @pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
    def test_lines_are_those_of_python(self, line_end: str) -> None:
        source = line_end.join(["def f():", "    # \u2028 \x0b \x85 \x1c", "    import os", ""])
        (found,) = check(source)
        assert (found.code, found.start) == ("SBX101", Position(3, 5))

    def test_columns_count_characters_behind_tabs_form_feeds_and_emoji(self) -> None:
        assert_finds("SBX101", "def f():\n\t'🙂é'; «import os»\n")
        assert_finds("SBX101", "\fdef f():\n    x = 1\f; «import os» \f\n")

    @pytest.mark.parametrize(
        "marked",
        [
            "def f():\n    «break»\n",
            "def f():\n    for x in y:\n        def g():\n            «continue»\n",
            "def f():\n    while x: pass\n    else: «break»\n",
            "def f(a, «a»): pass\n",
            "def f():\n    return lambda a, *, «a»: 1\n",
            "def f():\n    «*a» = b\n",
            "def f():\n    *a, «*b» = c\n",
            "def f():\n    for «*a» in b: pass\n",
            "def f():\n    x = 1\n    «global x»\n",
            "def f():\n    «nonlocal x»\n",
        ],
    )
    def test_what_only_compilers_refuse(self, marked: str) -> None:
        assert_finds("SBX001", marked, ignore=["SBX1"])

    def test_what_monty_accepts_is_left_alone(self) -> None:
        source = "await f()\nfor x in y:\n    if x: break\n    a, *b = x\nglobal z\nreturn 1\n"
        assert findings(source, "SBX001", kind="code") == []


class TestRecovery:
    @pytest.mark.parametrize(
        "broken",
        [
            "    x = (1,",
            "    x = [",
            "    x = 'abc",
            "    if x",
            "    for i in",
            "    def g(:",
            "    x = = 1",
            "    x.",
            "    foo(a b,\n        c)",
            "    return return",
            "    else:",
            "    @",
            "    x = 1 +",
            "    print 'x'",
        ],
    )
    def test_findings_before_and_behind_a_broken_line_stay(self, broken: str) -> None:
        source = f"def f(x: Foo):\n    import os\n{broken}\n    x += 1\n    d[0] = 1\n"
        found = codes(source)
        last = 4 + broken.count("\n")
        assert [each for each in found if each[0] not in ("SBX001",)] == [
            ("SBX201", 1),
            ("SBX101", 2),
            ("SBX105", last),
            ("SBX301", last + 1),
        ]
        assert [code for code, _ in found].count("SBX001") == 1

    def test_a_header_half_typed(self) -> None:
        assert codes("def f(x:\n    import os\n    x += 1\n") == [("SBX001", 1), ("SBX101", 2), ("SBX105", 3)]

    def test_an_empty_block(self) -> None:
        assert codes("def f(x):\n    import os\n    if x:\n    x += 1\n") == [
            ("SBX101", 2),
            ("SBX001", 4),
            ("SBX105", 4),
        ]

    def test_a_try_without_a_handler(self) -> None:
        found = codes("def f(x):\n    try:\n        import os\n    x += 1\n")
        assert ("SBX101", 3) in found and ("SBX105", 4) in found and ("SBX001", 4) in found

    def test_a_line_that_stands_too_deep(self) -> None:
        found = codes("def f(x):\n    import os\n      x = 1\n      y = 2\n    x += 1\n")
        assert found == [("SBX101", 2), ("SBX001", 3), ("SBX105", 5)]

    def test_what_is_missing_is_not_said_while_the_text_is_broken(self) -> None:
        assert codes("deff f():\n    pass\n") == [("SBX001", 1)]

    def test_a_finding_of_the_broken_text_has_its_place(self) -> None:
        assert_finds("SBX105", "def f(é):\n    x = (1,\n    'é'; «é += 1»\n")


class TestCharacters:
    def test_a_null_character(self) -> None:
        assert_finds("SBX004", "def f():\n    x = '«\0»' # \0\n    import os\n")

    def test_a_lone_surrogate(self) -> None:
        assert_finds("SBX004", "def f():\n    x = '«\ud800»\udfff'\n    import os\n")

    def test_a_byte_order_mark(self) -> None:
        found = assert_finds("SBX004", "«\ufeff»def f():\n    import os\n")
        assert "byte order mark" in found[0].message

    def test_findings_elsewhere_stay_and_have_no_fix(self) -> None:
        (found,) = assert_finds("SBX105", "\ufeffdef f(x):\n    '\0'; «x += 1»\n")
        assert found.fix is None

    def test_a_syntax_error_on_another_line_is_told_too(self) -> None:
        assert codes("def f():\n    '\0'\n    x = = 1\n") == [("SBX004", 2), ("SBX001", 3)]

    def test_bidirectional_characters_in_strings_are_no_syntax_error(self) -> None:
        assert findings("def f():\n    return '\u202e\u2066\u200b'\n", "SBX0") == []


class TestBounds:
    @pytest.mark.parametrize("source", ["-" * 300 + "1", "(" * 5_000 + "1" + ")" * 5_000, "1+" * 2_000 + "1"])
    def test_too_deep(self, source: str) -> None:
        (found,) = check(f"x = 1\ny = {source}\n", kind="code")
        assert (found.code, found.start.line) == ("SBX002", 2)

    def test_too_large(self) -> None:
        (found,) = check("x" * 2_000_000)
        assert found.code == "SBX003"

    def test_too_many_findings_are_cut_and_that_is_said(self) -> None:
        found = check("def f(x):\n" + "    x += 1\n" * 20_000)
        assert len(found) == MAX_FINDINGS + 1
        assert (found[-1].code, found[-1].severity) == ("SBX099", "info")


class TestMontyDecides:
    NEWER = "def f(x):\n    y = f'{x!a:{'>'}}'\n    import os\n    x = = 1\n"

    def test_what_monty_accepts_is_no_syntax_error(self) -> None:
        found = check(self.NEWER, parses=lambda text: None)
        assert "SBX001" not in {each.code for each in found}

    def test_the_other_rules_work_on_the_rest(self) -> None:
        assert ("SBX101", 3) in [
            (each.code, each.start.line) for each in check(self.NEWER, parses=lambda text: None)
        ]

    def test_monty_names_what_it_does_not_support(self) -> None:
        failure = SyntaxFailure("Monty does not yet support this", Position(4, 5), Position(4, 6))
        found = findings(self.NEWER, "SBX001", parses=lambda text: failure)
        assert [(each.message, each.start, each.end) for each in found] == [
            (failure.message, failure.start, failure.end)
        ]

    def test_whoever_is_asked_may_fail(self) -> None:
        def fails(text: str) -> SyntaxFailure | None:
            raise OSError("no worker")

        assert [each.code for each in findings("x = = 1", "SBX001", kind="code", parses=fails)] == ["SBX001"]

    def test_monty_is_not_asked_about_what_the_host_reads(self) -> None:
        def never(text: str) -> SyntaxFailure | None:
            raise AssertionError

        check("def f(): pass", parses=never)


def refuses_syntax(verdict: str) -> bool:
    # Python has `@=`; what Monty alone refuses is SBX6xx.
    return verdict.startswith("MontySyntaxError") and verdict.endswith("|parse") and "@=" not in verdict


@pytest.mark.parametrize(
    "program",
    # Some sources are cut short in the record; what they were is not known.
    [each for each in VERDICTS if "…" not in each["source"] and "..." not in each["source"][-5:]],
    ids=lambda program: program["name"],
)
def test_syntax_errors_are_those_of_the_recorded_monty(program: dict[str, str]) -> None:
    found: list[Diagnostic] = findings(program["source"], "SBX0", kind="code", profile="off", parses=parses)
    unsupported = [each for each in found if "does not yet support" in each.message]
    assert bool(len(found) - len(unsupported)) == refuses_syntax(program["1.4.0"])
