"""Type findings by the checker inside the real Monty."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox_tui import SandboxedConfig
from sandbox_tui.lint.check import check
from sandbox_tui.lint.diagnostic import Position
from sandbox_tui.lint.rules import checked_types
from sandbox_tui.sandbox.building import template_from_source
from sandbox_tui.sandbox.typecheck import type_findings, without_repeats
from sandbox_tui.workspace.toml import load

SAMPLES = [
    path
    for path in sorted((Path(__file__).parents[2] / "sample_tasks").rglob("*.toml"))
    if path.name not in ("sandbox.toml", "broken_restrictions.toml")
]


@pytest.mark.parametrize("rule", checked_types.RULES, ids=lambda rule: rule.code)
def test_each_rules_examples(rule: checked_types.Rule) -> None:
    assert [found.code for found in type_findings(rule.bad)] == [rule.code]
    assert type_findings(rule.good) == []


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_the_samples_have_none(path: Path) -> None:
    document = load(path)
    externals = document.effective().externals_for(document, None)
    found = type_findings(
        document.source,
        kind=document.kind,
        inputs=document.inputs,
        output=document.output,
        externals={name: spec.signature for name, spec in externals.items()},
    )
    assert found == []


def test_places_are_exact_and_count_characters() -> None:
    (found,) = type_findings("def f(n: int) -> str:\n    s = '🙂é'; return s + n\n")
    assert (found.start, found.end) == (Position(2, 22), Position(2, 27))
    assert found.severity == "warning"


def test_a_call_is_checked_against_the_externals_signature() -> None:
    source = "def f(n: int) -> float:\n    return price(n)\n"
    assert [f.code for f in type_findings(source, externals={"price": "(item: str) -> float"})] == ["SBX901"]
    assert type_findings(source, externals={"price": "(item: int) -> float"}) == []
    assert type_findings(source, externals={"price": None}) == []


def test_a_signature_that_cannot_be_read_is_taken_for_none() -> None:
    assert type_findings("def f() -> int:\n    return g(1)\n", externals={"g": "(x: int -> int"}) == []


@pytest.mark.parametrize(
    "source",
    [
        "async def f(x: int) -> int:\n    return await g(x)\n",
        "async def f(x: int) -> list[int]:\n    import asyncio\n    return await asyncio.gather(g(x), g(x))\n",
        "async def f(x: int) -> int:\n    return g(x) + 1\n",
    ],
)
@pytest.mark.parametrize("signature", ["(x: int) -> int", "async (x: int) -> int"])
def test_both_call_styles_are_right(source: str, signature: str) -> None:
    assert type_findings(source, externals={"g": signature}) == []


@pytest.mark.parametrize(
    "name", ["map(str, xs)", "filter(None, xs)", "getattr(xs, 'count')", "open('a')", "setattr(xs, 'a', 1)"]
)
def test_builtins_that_run_but_the_checker_does_not_know(name: str) -> None:
    assert type_findings(f"def f(xs: list) -> None:\n    {name}\n") == []


def test_handles_have_nothing_to_look_at() -> None:
    (found,) = type_findings("def f(file: File) -> str:\n    return file.path\n")
    assert found.code == "SBX905"


def test_typing_names_need_no_import() -> None:
    source = "def f(a: Optional[int], b: List[Dict[str, Union[int, str]]], c: Any) -> Tuple[int, ...]:\n    return (len(b),)\n"
    assert type_findings(source) == []


class TestCode:
    def test_inputs_have_their_types(self) -> None:
        (found,) = type_findings("y = 1\nx + 'a'", kind="code", inputs={"x": "int"})
        assert (found.code, found.start) == ("SBX904", Position(2, 1))

    def test_the_last_expression_has_the_outputs_type(self) -> None:
        (found,) = type_findings("y = x\ny * 2", kind="code", inputs={"x": "int"}, output="str")
        assert (found.code, found.start, found.end) == ("SBX903", Position(2, 1), Position(2, 6))
        assert type_findings("y = x\ny * 2", kind="code", inputs={"x": "int"}, output="int") == []

    def test_await_and_return_at_the_top_are_right(self) -> None:
        source = "if x:\n    return 1\nawait g(x)"
        assert (
            type_findings(source, kind="code", inputs={"x": "int"}, externals={"g": "(x: int) -> int"}) == []
        )


def test_nothing_of_the_source_runs(capfd: pytest.CaptureFixture[str]) -> None:
    type_findings("print('ran')\nwhile True:\n    pass", kind="code")
    type_findings("def f(x: int = print('ran')) -> int:\n    return x\n")
    assert capfd.readouterr().out == ""


def test_what_another_finding_says_is_not_said_twice() -> None:
    source = "def f(n: int, m: int) -> int:\n    n += 'a'\n    return m + 'b'\n"
    types = type_findings(source)
    assert [found.start.line for found in types] == [2, 3]
    assert [found.start.line for found in without_repeats(types, check(source))] == [3]


@pytest.mark.parametrize("source", ["", "def f(:", "\0", "\ud800", "((" * 3000, "x = " + "-" * 9000 + "1"])
def test_what_cannot_be_read_has_none(source: str) -> None:
    assert type_findings(source) == []


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=60))
def test_any_text_gets_an_answer(text: str) -> None:
    assert isinstance(type_findings(text, kind="code"), list)


def test_checking_takes_no_memory_from_tasks() -> None:
    # In Monty 1.0.0 a worker that has checked types counts what it keeps of that against the next run.
    small = template_from_source(
        "def f(n: int) -> int:\n    return len([i for i in range(n)])",
        kind="function",
        config=SandboxedConfig(max_memory=500_000),
    )
    for _ in range(5):
        assert type_findings("def f(n: int) -> str:\n    return n\n")
        assert small.run(90) == 90
