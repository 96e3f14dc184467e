"""The fix of SBX105: a safe one never changes what a task computes, asked of the real Monty."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox_tui.lint import Diagnostic, check
from sandbox_tui.sandbox.monty import monty
from sandbox_tui.sandbox.pool import workers

LIMITS = {"max_memory": 64 * 1024 * 1024, "max_feed_duration_secs": 5.0}


def augmented(source: str) -> list[Diagnostic]:
    return [each for each in check(source, ignore=["SBX0"]) if each.code == "SBX105"]


def applicability(source: str) -> str | None:
    (found,) = augmented(source)
    return found.fix.applicability if found.fix is not None else None


def with_safe_fixes(source: str) -> str:
    """The source with every safe fix of SBX105 made."""
    lines = source.split("\n")
    for finding in reversed(augmented(source)):
        if finding.fix is not None and finding.fix.applicability == "safe":
            (edit,) = finding.fix.edits
            first, last = edit.start.line - 1, edit.end.line - 1
            before, behind = lines[first][: edit.start.column - 1], lines[last][edit.end.column - 1 :]
            lines[first : last + 1] = (before + edit.text + behind).split("\n")
    return "\n".join(lines)


def outcome(source: str, call: str) -> tuple[str, Any, str]:
    """What the call gives or raises, and what it prints."""
    printed: list[str] = []
    with workers.checkout(LIMITS) as session:
        try:
            result = session.feed_run(
                f"{source}\n{call}", print_callback=lambda stream, text: printed.append(text)
            )
        except monty().MontyError as error:
            return "raised", type(error.exception()).__name__, "".join(printed)
    return "returned", repr(result), "".join(printed)


class TestApplicability:
    @pytest.mark.parametrize(
        "source",
        [
            "def f(xs):\n    n = 0\n    for x in xs:\n        n += x\n    return n",
            "def f(n: int):\n    n += 1\n    return n",
            "def f(xs):\n    s = ''\n    for x in xs:\n        s += x + ','\n    return s",
            "def f(xs):\n    n = len(xs)\n    n *= 2\n    return n",
            "def f():\n    n = 0\n    for i in range(3):\n        m = i * 2\n        n = n + m\n    m -= 1\n    return m",
            "def f(x: str = ''):\n    x += f'{x}'\n    return x",
        ],
    )
    def test_numbers_and_strings_are_safe(self, source: str) -> None:
        assert applicability(source) == "safe"

    @pytest.mark.parametrize(
        "source",
        [
            "def f(x):\n    x += 1\n    return x",
            "def f(x: list[int]):\n    x += [1]\n    return x",
            "def f(x: Any):\n    x += 1\n    return x",
            "def f():\n    x = []\n    x += [1]\n    return x",
            "def f(y):\n    x = y\n    x += [1]\n    return y",
            "def f(y):\n    x = 2\n    x *= y\n    return x",
            "def f(y):\n    x = 0\n    if (x := y):\n        x += y\n    return x",
            "def f(y):\n    for x in y:\n        x += y\n    return y",
            "def f(y):\n    x, z = y\n    x += y\n    return y",
            "def f(x: int):\n    class A: pass\n    x += A()\n    return x",
            "def f():\n    x = 0\n    def g():\n        nonlocal x\n        x = []\n    x += 1\n    return x",
            "def f(x: int):\n    def g(x: int):\n        x += 1\n    return x",
            "def f(len):\n    x = len([])\n    x += [1]\n    return x",
            "def f(y):\n    match y:\n        case {'a': x}:\n            x += [1]\n    return y",
            "def f(y):\n    import x\n    x += 1",
        ],
    )
    def test_what_may_be_changed_in_place_is_unsafe(self, source: str) -> None:
        assert applicability(source) == "unsafe"

    def test_inputs_of_code_have_types_too(self) -> None:
        for annotation, expected in (("int", "safe"), ("list[int]", "unsafe")):
            (found,) = check("x += 1\nx", kind="code", inputs={"x": annotation})
            assert found.fix is not None
            assert found.fix.applicability == expected

    def test_a_text_that_does_not_parse_has_no_safe_fix(self) -> None:
        (found,) = augmented("def f(x: int):\n    x += 1\n    return (\n")
        assert found.fix is not None
        assert found.fix.applicability == "unsafe"


VALUES = st.sampled_from(
    ["0", "2", "-3", "1.5", "True", "'ab'", "[1]", "[]", "(1, 2)", "{1: 2}", "{1, 2}", "None", "b'x'"]
)
NAMES = st.sampled_from(["a", "b", "c", "p", "q"])
OPERATORS = st.sampled_from(["+", "-", "*", "//", "%", "|", "&", "^", "<<", ">>", "/"])
OPERANDS = st.one_of(
    NAMES,
    VALUES,
    st.tuples(NAMES, OPERATORS, VALUES).map(" ".join),
    st.tuples(NAMES, st.sampled_from(["and", "or", "<", "if p else"]), VALUES).map(" ".join),
    st.tuples(VALUES, NAMES).map(", ".join),
    NAMES.map("len(str({}))".format),
)


@st.composite
def programs(draw: st.DrawFn) -> str:
    """A function that assigns, aliases, changes and prints some names."""
    annotation = draw(st.sampled_from(["", ": int", ": list", ": str"]))
    lines = [f"def f(p{annotation}, q=0):", "    a = 0", "    b = ''", "    c = p"]
    for _ in range(draw(st.integers(1, 8))):
        indent = draw(st.sampled_from(["    ", "    ", "    for i in range(2):\n        "]))
        statement = draw(
            st.one_of(
                st.tuples(NAMES, OPERATORS, OPERANDS).map(lambda each: f"{each[0]} {each[1]}= {each[2]}"),
                st.tuples(NAMES, OPERATORS, OPERANDS).map(lambda each: f"{each[0]} {each[1]}= {each[2]}"),
                st.tuples(NAMES, OPERANDS).map(" = ".join),
                NAMES.map("print({})".format),
            )
        )
        lines.append(indent + statement)
    return "\n".join([*lines, "    print(a, b, c, p, q)", "    return [a, b, c, p, q]"])


ARGUMENTS = {": int": ["2", "-1"], ": list": ["[1, 2]"], ": str": ["'xy'"], "": ["2", "[1]", "'x'", "{1: 2}"]}


@given(programs(), st.data())
@settings(max_examples=250, deadline=None)
def test_a_safe_fix_keeps_the_meaning(source: str, data: st.DataObject) -> None:
    fixed = with_safe_fixes(source)
    annotation = source.partition("def f(p")[2].partition(",")[0]
    call = f"f({data.draw(st.sampled_from(ARGUMENTS[annotation]))})"
    assert outcome(fixed, call) == outcome(source, call)


@given(programs())
@settings(max_examples=250, deadline=None)
def test_fixing_twice_changes_nothing(source: str) -> None:
    fixed = with_safe_fixes(source)
    assert with_safe_fixes(fixed) == fixed
    assert not any(each.code == "SBX001" for each in check(fixed))
