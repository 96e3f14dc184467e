"""Typing in the workbench: findings, form and header follow; nothing that was entered is lost."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

Open = Any
PLAIN = "def task(a: int, b: str = 'x') -> int:\n    return a\n"


def field_names(bench: Any) -> list[str]:
    return [row.field.name for row in bench.screen.side.inputs.query("FieldRow")]


async def test_findings_appear_while_typing_and_are_said_at_the_cursor(
    open_bench: Open, write: Callable[..., Path]
) -> None:
    async with open_bench(write("def task(a: int) -> int:\n    return a\n")) as bench:
        bench.screen.editor.goto(2, 5)
        await bench.type("a += 1\n")
        await bench.until(lambda: [found.code for found in bench.workbench.diagnostics] == ["SBX105"])
        await bench.until(lambda: "Problems 1" in str(bench.panel.strip.render()))
        bench.screen.editor.goto(2, 5)
        await bench.until(lambda: "SBX105" in str(bench.screen.problem.render()))
        assert str(bench.screen.problem.render()).startswith("2:5 SBX105")


async def test_f8_goes_to_the_next_problem_and_choosing_one_goes_to_its_place(
    open_bench: Open, write: Callable[..., Path]
) -> None:
    async with open_bench(write("def task(a: int) -> int:\n    a += 1\n    a += 2\n    return a\n")) as bench:
        await bench.until(lambda: len(bench.workbench.diagnostics) == 2)
        await bench.press("f8")
        assert bench.screen.editor.cursor_location == (1, 4)
        await bench.press("f8")
        assert bench.screen.editor.cursor_location == (2, 4)
        bench.screen.action_show_run("problems")
        await bench.until(lambda: bench.panel.problems.query_one("OptionList").has_focus)
        await bench.press("home", "enter")
        await bench.until(lambda: bench.screen.editor.has_focus)
        assert bench.screen.editor.cursor_location == (1, 4)


async def test_the_form_follows_the_signature_and_keeps_what_was_entered(
    open_bench: Open, write: Callable[..., Path]
) -> None:
    async with open_bench(write(PLAIN)) as bench:
        assert field_names(bench) == ["a", "b"]
        bench.enter("a", "5")
        bench.enter("b", "text")
        editor = bench.screen.editor
        editor.replace("ab", (0, 9), (0, 10))
        await bench.until(lambda: field_names(bench) == ["ab", "b"])
        editor.replace("a", (0, 9), (0, 11))
        await bench.until(lambda: field_names(bench) == ["a", "b"])
        assert bench.workbench.inputs() == ({"a": 5, "b": "text"}, {})


async def test_the_form_stays_while_the_text_cannot_be_read(
    open_bench: Open, write: Callable[..., Path]
) -> None:
    async with open_bench(write(PLAIN)) as bench:
        editor = bench.screen.editor
        version = editor.version
        editor.replace("(((", (0, 3), (0, 8))
        await bench.until(lambda: editor.version > version and bench.workbench.diagnostics)
        assert field_names(bench) == ["a", "b"]


async def test_a_wrong_value_is_flagged_while_typing_and_again_at_a_run(
    open_bench: Open, write: Callable[..., Path]
) -> None:
    async with open_bench(write(PLAIN)) as bench:
        row = bench.screen.side.inputs.row("a")
        row.focus_entry()
        await bench.type("many")
        await bench.until(lambda: row.has_class("-wrong"))
        assert "whole number" in str(row.query_one(".problem").render())
        bench.screen.editor.focus()
        await bench.press("f5")
        await bench.until(lambda: row.has_focus_within)
        assert bench.screen.running.run is None


async def test_a_missing_value_takes_the_focus(open_bench: Open, write: Callable[..., Path]) -> None:
    async with open_bench(write(PLAIN)) as bench:
        await bench.press("f5")
        row = bench.screen.side.inputs.row("a")
        await bench.until(lambda: row.has_focus_within)
        assert "needs a value of type int" in str(row.query_one(".problem").render())


async def test_a_bool_is_chosen_and_may_be_left_to_its_default(
    open_bench: Open, write: Callable[..., Path]
) -> None:
    async with open_bench(write("def task(flag: bool = True) -> bool:\n    return flag\n")) as bench:
        choice = bench.screen.side.inputs.row("flag").query_one("Choice")
        assert [value for value, _ in choice.options] == ["True", "False", ""]
        assert bench.workbench.inputs() == ({}, {})
        choice.focus()
        await bench.press("left")
        assert bench.workbench.inputs() == ({"flag": False}, {})


async def test_none_is_entered_by_a_click_on_the_label(open_bench: Open, write: Callable[..., Path]) -> None:
    async with open_bench(write("def task(name: str | None) -> str:\n    return str(name)\n")) as bench:
        row = bench.screen.side.inputs.row("name")
        label = row.query_one("FieldLabel")
        await bench.pilot.click(label, offset=(label.size.width - 2, 0))
        await bench.until(lambda: bench.workbench.inputs() == ({"name": None}, {}))


async def test_the_first_case_fills_the_form(open_bench: Open, route: Path) -> None:
    async with open_bench(route) as bench:
        assert bench.workbench.inputs() == ({"order": "W-1", "quantity": 2}, {})


async def test_a_value_that_one_line_cannot_hold_is_passed_on_whole(
    open_bench: Open, write: Callable[..., Path]
) -> None:
    case = '[[cases]]\nname = "c"\ninputs = { text = "a\\nb" }\n'
    async with open_bench(write("def task(text: str) -> str:\n    return text\n", case)) as bench:
        await bench.press("f5")
        assert (await bench.ran()).result == "a\nb"


async def test_a_code_task_declares_its_inputs_in_the_form(
    open_bench: Open, write: Callable[..., Path]
) -> None:
    path = write("x + y\n", kind="code", task='inputs = { x = "int", y = "int" }\noutput = "int"')
    async with open_bench(path) as bench:
        row = bench.screen.side.inputs.query_one("#setting-inputs")
        assert row.query_one("Input").value == "x: int, y: int"
        row.query_one("Input").value = "x: int, y: int, z: str"
        await bench.until(lambda: field_names(bench) == ["x", "y", "z"])
        assert bench.workbench.unsaved
        row.query_one("Input").value = "x: Decimal"
        await bench.until(lambda: row.has_class("-wrong"))
        assert list(bench.workbench.document.inputs) == ["x", "y", "z"]


async def test_the_header_names_file_signature_profile_and_marks_what_is_unsaved(
    open_bench: Open, route: Path
) -> None:
    async with open_bench(route) as bench:
        header = bench.screen.query_one("HeaderLine")
        text = str(header.left)
        assert "route.toml" in text and "route(order, quantity)" in text and "●" not in text
        assert "documented · monty" in str(header.right)
        await bench.press("space")
        await bench.until(lambda: "●" in str(header.left))
        await bench.press("backspace")
        await bench.until(lambda: "●" not in str(header.left))
