"""`# noqa`: what it silences, held against ruff, and what is said of one that silences nothing."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox_tui.lint import check
from sandbox_tui.lint.diagnostic import Diagnostic, Position
from sandbox_tui.lint.fixes import fix_all
from sandbox_tui.lint.suppress import unsilenced
from sandbox_tui.sandbox.building import template_from_source
from sandbox_tui.sandbox.errors import RestrictionError

# Each stands behind `x = undefined`; F821 is ruff's code for that, E501 another that is not looked for.
COMMENTS = [
    "# noqa",
    "#noqa",
    "# NOQA",
    "# NoQa: F821",
    "# noqa:F821",
    "# noqa : F821",
    "# noqa  :  F821",
    "# noqa: f821",
    "# noqa: F821,E501",
    "# noqa: E501 F821",
    "# noqa: E501F821",
    "# noqa: E501,,F821",
    "# noqa: E501, , F821",
    "# noqa: ,F821",
    "# noqa: E501 reason F821",
    "# noqa: E501,reason F821",
    "# noqa: F821 reason",
    "# noqa: F821: reason",
    "# noqa: F821reason",
    "# noqa: F821Reason",
    "# noqa: E501Reason F821",
    "# noqa: E501 F821x",
    "# noqa: F821 R2d",
    "# noqa: F821 F",
    "# noqa: F8",
    "# noqa: F",
    "# noqa:",
    "# noqa: ",
    "# noqa   ",
    "# noqa: reason",
    "# noqa: 12",
    "# noqa F821",
    "# noqa reason",
    "# noqaF821",
    "# noqa-F821",
    "# noqa, F821",
    "# noqa;F821",
    "# noqa#x",
    "# text # noqa",
    "# text noqa",
    "## noqa",
    "# # noqa: F821",
    "# noqa: E501 # noqa: F821",
    "# noqa: E501#noqa: F821",
    "# noqa: E501, # F821",
    "# noqa: F821,#x",
    "# noqa: F821;",
    "# noqa: F821.",
    "# noqa: F0821",
    "# noqa: F821-E501",
    "# noqa:F821,",
    "# noqa - why",
    "# noqa(F821)",
    "# noqa: (F821)",
    "# noqa::F821",
    "# noqaa",
    "# noqax # noqa",
    "# noqa: x # noqa",
    "# noqa: F821\tE501",
    "# noqa\u00a0: F821",
    "#\u00a0noqa",
    "# noqa:\u00a0F821",
    "# noqa\u3000x",
    "# noqa\u200b",
    "# noqa: \uff26821",
    "# noqa\x0c: F821",
    "# type: ignore # noqa: F821",
    "# sandbox-tui: noqa",
]

# Each has `undefined` in one place, found by ruff as F821 and by us as what `SUBJECT` is.
LAYOUTS = [
    'x = """\n{}\n""", undefined  # noqa\n',
    'x = undefined, """  # noqa\n\n"""\n',
    'x = undefined, """\n\n"""  # noqa\n',
    'x = undefined, """\n""", """\n"""  # noqa\n',
    'x = """\n""", undefined, (\n1)  # noqa\n',
    "x = undefined + \\\n  1  # noqa\n",
    "x = 1 + \\\n undefined + \\\n  1  # noqa\n",
    "x = (undefined +\n  1)  # noqa\n",
    "x = (undefined +  # noqa\n  1)\n",
    'x = undefined, "a\\\n b" # noqa\n',
    'x = undefined, "a # noqa\\\n b"\n',
    'x = undefined, "# noqa"\n',
    'x = undefined, """# noqa"""\n',
    "x = undefined, r'\\'  # noqa'\n",
    "# noqa\nx = undefined\n",
    "x = undefined\n# noqa\n",
    "x = [  # noqa\n undefined]\n",
    "x = undefined # noqa\ry = 1\n",
    "x = 1 # noqa\r\ny = undefined\r\n",
    "x = undefined # a\x0cnoqa # noqa\n",
    "x = 'a' ; y = undefined  # noqa\n",
    'x = """a\n"""; y = undefined; z = """\nb"""  # noqa\n',
]


def ruff(source: str) -> bool:
    """Whether ruff finds the undefined name."""
    program = shutil.which("ruff", path=str(Path(sys.executable).parent)) or shutil.which("ruff")
    if program is None:
        pytest.skip("ruff is not here to be asked")
    arguments = [program, "check", "--isolated", "--no-cache", "--select=F821", "--output-format=json", "-"]
    done = subprocess.run(arguments, input=source.encode(), capture_output=True, timeout=60, check=False)
    return bool(json.loads(done.stdout))


def ours(source: str, code: str = "F821") -> bool:
    """Whether a finding at the undefined name would be left by the `noqa` comments."""
    before = source[: source.index("undefined")].replace("\r\n", "\n").replace("\r", "\n")
    line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
    finding = Diagnostic(code, "undefined", "", "error", Position(line, column), Position(line, column + 9))
    return bool(unsilenced(source, [finding]))


@pytest.mark.parametrize("comment", COMMENTS)
def test_a_comment_means_what_it_means_to_ruff(comment: str) -> None:
    source = f"x = undefined  {comment}\n"
    assert ours(source) == ruff(source)


@pytest.mark.parametrize("source", LAYOUTS)
def test_a_comment_counts_for_the_lines_it_counts_for_with_ruff(source: str) -> None:
    assert ours(source) == ruff(source)


@settings(max_examples=40, deadline=None)
@given(st.text(alphabet="# noqaNQ:,F821E501x\t", max_size=14))
def test_any_comment_means_what_it_means_to_ruff(text: str) -> None:
    source = f"x = undefined  # noqa{text}\n"
    assert ours(source) == ruff(source)


def test_all_codes_of_a_line_are_silenced_by_a_noqa_without_codes() -> None:
    source = 'def f(d: dict) -> dict:\n    d["n"] += 1  # noqa\n    return d\n'
    assert check(source) == []


def test_only_the_codes_that_are_named_are_silenced() -> None:
    source = 'def f(d: dict) -> dict:\n    d["n"] += 1  # noqa: SBX105\n    return d\n'
    assert [each.code for each in check(source)] == ["SBX301"]


def test_a_beginning_of_a_code_silences_nothing_and_the_whole_code_is_named() -> None:
    found = check('def f(d: dict) -> dict:\n    d["n"] = 1  # noqa: SBX3\n    return d\n')
    assert [each.code for each in found] == ["SBX301", "SBX090"]
    assert "SBX301" in found[1].message


def test_a_comment_for_the_whole_text_silences_every_line() -> None:
    source = "# sandbox-tui: noqa: SBX105\ndef f(n: int) -> int:\n    n += 1\n    n += 2\n    return n\n"
    assert check(source) == []


def test_a_comment_for_the_whole_text_stands_on_a_line_of_its_own() -> None:
    source = "def f(n: int) -> int:\n    n += 1  # sandbox-tui: noqa: SBX105\n    return n\n"
    assert [each.code for each in check(source)] == ["SBX105"]


def test_ruffs_own_comment_for_the_whole_text_is_not_ours() -> None:
    source = "# ruff: noqa\ndef f(n: int) -> int:\n    n += 1\n    return n\n"
    assert [each.code for each in check(source)] == ["SBX105"]


@pytest.mark.parametrize(
    "source", ["def f(n: int -> int:  # noqa\n    return n\n", "x = 1  # noqa: SBX006\n"]
)
def test_what_keeps_a_text_from_being_a_task_is_not_silenced(source: str) -> None:
    assert [each for each in check(source) if each.code.startswith("SBX00")]


def test_a_noqa_counts_while_the_text_does_not_parse() -> None:
    source = "def f(n: int) -> int:\n    n += 1  # noqa\n    n -= 1\n    return (n\n"
    assert [each.code for each in check(source)] == ["SBX105", "SBX001"]


def test_a_string_that_is_not_closed_does_not_hide_the_comments_behind_it() -> None:
    source = 'def f(n: int) -> int:\n    s = """\n    n += 1  # noqa: SBX105\n    return n\n'
    assert not [each for each in check(source) if each.code == "SBX105"]


def test_no_noqa_is_called_unused_while_the_text_does_not_parse() -> None:
    source = "def f(n: int) -> int:\n    n = 1  # noqa\n    return (n\n"
    assert [each.code for each in check(source)] == ["SBX001"]


def test_a_code_that_is_not_looked_for_is_not_called_unused() -> None:
    source = "def f(n: int) -> int:\n    n = 1  # noqa: SBX105\n    return n  # noqa\n"
    assert check(source, profile="runtime") == []
    assert [each.code for each in check(source, ignore=["SBX105"])] == []
    assert [each.code for each in check(source)] == ["SBX090", "SBX090"]


def test_codes_of_other_tools_are_left_to_them() -> None:
    assert check("def f(n: int) -> int:\n    return n  # noqa: E501, F821\n") == []


def test_a_noqa_that_names_its_own_code_is_not_judged() -> None:
    assert check("def f(n: int) -> int:\n    return n  # noqa: SBX105, SBX090\n") == []


UNUSED = [
    ("return n  # noqa", "return n"),
    ("return n  # noqa: SBX105", "return n"),
    ("return n  # noqa: SBX105 because", "return n"),
    ("return n  # noqa because", "return n"),
    ("return n  # noqa # because", "return n  # because"),
    ("return n  # why # noqa", "return n  # why"),
    ("return n  # why # noqa # because", "return n  # why # because"),
    ("return n# noqa", "return n"),
    ("return n\t# noqa", "return n"),
    ("return n  # noqa: SBX105, E501", "return n  # noqa: E501"),
    ("n += 1  # noqa: SBX105, SBX301\n    return n", "n += 1  # noqa: SBX105\n    return n"),
    ("n += 1  # noqa: SBX105, SBX105\n    return n", "n += 1  # noqa: SBX105\n    return n"),
    ("n += 1  # noqa:SBX301,SBX105 why\n    return n", "n += 1  # noqa: SBX105 why\n    return n"),
    ("# noqa\n    return n", "return n"),
    ("# noqa: SBX105 because\n    return n", "return n"),
    ("# sandbox-tui: noqa: SBX105\n    return n", "return n"),
    (
        "n += 1\n    # sandbox-tui: noqa: SBX105, SBX301\n    return n",
        "n += 1\n    # sandbox-tui: noqa: SBX105\n    return n",
    ),
]


@pytest.mark.parametrize(("before", "after"), UNUSED)
@pytest.mark.parametrize("end", ["\n", "\r\n", ""])
def test_what_is_unused_is_removed_and_nothing_else(before: str, after: str, end: str) -> None:
    source, wanted = (f"def f(n: int) -> int:\n    {each}" for each in (before, after))
    if end == "\r\n":
        source, wanted = source.replace("\n", end), wanted.replace("\n", end)
    fixed = fix_all(source + end, check)
    assert [each.code for each in fixed.applied] == ["SBX090"]
    assert fixed.text == wanted + end
    assert fixed.left == ()


def test_removing_agrees_with_ruff() -> None:
    """The same table through ruff, with its own codes in the place of ours."""
    program = shutil.which("ruff", path=str(Path(sys.executable).parent)) or shutil.which("ruff")
    if program is None:
        pytest.skip("ruff is not here to be asked")
    arguments = [
        program,
        "check",
        "--isolated",
        "--no-cache",
        "--select=F821,RUF100",
        "--fix",
        "--quiet",
        "-",
    ]
    for before, after in UNUSED:
        if "sandbox-tui" in before or "E501" in before or "SBX301" in before:
            continue  # what ruff looks for is not what we look for
        if before.startswith("#") and "because" in before:
            continue  # ruff leaves an empty line
        source, wanted = (
            f"def f(n: int) -> int:\n    {each}\n".replace("n += 1", "undefined").replace("SBX105", "F821")
            for each in (before, after)
        )
        done = subprocess.run(
            arguments, input=source, capture_output=True, text=True, timeout=60, check=False
        )
        assert done.stdout == wanted, before


def test_a_noqa_that_cannot_be_read_is_found() -> None:
    found = check("def f(n: int) -> int:\n    n += 1  # noqa: sbx105\n    return n\n")
    assert [each.code for each in found] == ["SBX105", "SBX091"]


def test_a_noqa_that_silences_a_finding_made_elsewhere_is_not_unused() -> None:
    source = "def f(n: int) -> str:\n    return n  # noqa\n"
    place = Position(2, 12)
    other = Diagnostic("SBX901", "invalid-return-type", "", "warning", place, Position(2, 13))
    assert [each.code for each in check(source)] == ["SBX090"]
    assert unsilenced(source, [*check(source), other]) == []


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="#noqa: SBX105'\"\\\n\rx=+1", max_size=60))
def test_any_text_gets_an_answer(text: str) -> None:
    check(text, kind="code")


def test_more_unused_ones_than_anyone_reads_are_said_to_be_more() -> None:
    found = check("x = 1  # noqa\n" * 1_500, kind="code")
    assert [each.code for each in found] == ["SBX090"] * 1_000 + ["SBX099"]


def test_findings_behind_those_that_are_silenced_are_said_to_be_missing() -> None:
    found = check("n = 1\n" + "n += 1  # noqa\n" * 1_500, kind="code")
    assert [each.code for each in found] == ["SBX099"]


def test_the_engine_lets_pass_what_is_silenced() -> None:
    source = "def f(n: int) -> int:\n    n += 1{0}\n    return n\n"
    with pytest.raises(RestrictionError):
        template_from_source(source.format(""), kind="function")
    assert template_from_source(source.format("  # noqa: SBX105"), kind="function").run(n=1) == 2
