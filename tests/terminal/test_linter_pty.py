"""The linter's side of the editor with real keys: completion, fixes, explanations, the profile."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from harness import DOWN, ENTER, ESCAPE, F4, F8, TAB, Terminal, ctrl

SHIFT_F4 = "\x1b[1;2S"
CTRL_SPACE = "\x00"
END = "\x1b[F"
SIZES = pytest.mark.parametrize(("columns", "rows"), [(80, 24), (120, 40)])
TASK = '''format = 1
[task]
name = "task"
kind = "function"
source = """
def task(order: str, a: int = 1) -> float:
    return lookup_price(order)
"""
[externals.lookup_price]
signature = "(order: str, day: str = 'now') -> float"
answer = "return"
value = 1.5
'''


def workbench(folder: Path, text: str = TASK, columns: int = 120, rows: int = 40) -> Terminal:
    path = folder / "task.toml"
    path.write_text(text)
    environment = {"SANDBOX_TUI_STATE": str(folder / "state"), "XDG_STATE_HOME": str(folder / "state")}
    command = [sys.executable, "-m", "sandbox_tui", str(path)]
    return Terminal(command, columns=columns, rows=rows, environment=environment)


def shows(terminal: Terminal, text: str) -> bool:
    return any(text in line for line in terminal.lines)


@SIZES
def test_a_call_is_written_with_completion(tmp_path: Path, columns: int, rows: int) -> None:
    with workbench(tmp_path, columns=columns, rows=rows) as terminal:
        terminal.wait_for("documented · monty")
        terminal.send(END, ENTER, "loo")
        terminal.wait_for("external")
        terminal.send(TAB)
        terminal.wait_for("    lookup_price")
        terminal.wait_gone("external")
        terminal.send("(order, ")
        terminal.wait_for("day: str = 'now'")


def test_enter_is_a_new_line_and_ctrl_space_asks(tmp_path: Path) -> None:
    with workbench(tmp_path) as terminal:
        terminal.wait_for("documented · monty")
        terminal.send(END, ENTER, "loo")
        terminal.wait_for("external")
        terminal.send(ENTER)
        terminal.wait_gone("external")
        assert not shows(terminal, "    lookup_price")
        terminal.send(CTRL_SPACE)
        terminal.wait_for("parameter")
        terminal.send(DOWN, ENTER)
        terminal.wait_gone("parameter")
        terminal.wait_for("    order")


def test_escape_closes_the_list_and_typing_goes_on(tmp_path: Path) -> None:
    with workbench(tmp_path) as terminal:
        terminal.wait_for("documented · monty")
        terminal.send(END, ENTER, "loo")
        terminal.wait_for("external")
        terminal.send(ESCAPE)
        terminal.wait_gone("external")
        terminal.send("k = 1")
        terminal.wait_for("look = 1")


def test_a_problem_is_explained_and_mended(tmp_path: Path) -> None:
    broken = TASK.replace("    return", "    a += 1\n    a += 2\n    return")
    with workbench(tmp_path, broken) as terminal:
        terminal.wait_for("Problems 2")
        terminal.send(F8)
        terminal.wait_for("SBX105")
        terminal.send(ctrl("l"))
        terminal.wait_for("INSTEAD")
        terminal.send(ESCAPE)
        terminal.wait_gone("INSTEAD")
        terminal.send(F4)
        terminal.wait_for("a = a + 1")
        terminal.wait_for("Problems 1")
        terminal.send(SHIFT_F4)
        terminal.wait_for("a = a + 2")
        terminal.wait_for("Problems 0")


def test_the_profile_is_clicked_and_switched(tmp_path: Path) -> None:
    with workbench(tmp_path, TASK.replace("    return", "    a += 1\n    return")) as terminal:
        terminal.wait_for("Problems 1")
        terminal.click(*terminal.find("documented · monty"))
        terminal.wait_for("○ runtime")
        terminal.click(*terminal.find("runtime"))
        terminal.wait_for("whatever Monty runs")
        terminal.send(ENTER)
        terminal.wait_for("runtime · monty")
        terminal.wait_for("Problems 0")


def test_a_type_finding_comes_while_typing(tmp_path: Path) -> None:
    with workbench(tmp_path) as terminal:
        terminal.wait_for("documented · monty")
        terminal.send(END, ENTER, "a = 1 + order")
        terminal.wait_for("SBX904")
