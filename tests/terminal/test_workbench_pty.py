"""The whole workbench in a terminal of its own: real keys and mouse, both sizes, signals, kill -9, and the bytes it writes."""

from __future__ import annotations

import re
import signal
import sys
from pathlib import Path

import pytest
from harness import ENTER, ESCAPE, F5, F6, Terminal, ctrl

from sandbox_tui.lint.visible import DANGEROUS_CHARACTERS

F7 = "\x1b[18~"
SAMPLES = Path(__file__).parents[2] / "sample_tasks"
SIZES = pytest.mark.parametrize(("columns", "rows"), [(80, 24), (120, 40)])
PLAIN = 'format = 1\n[task]\nname = "task"\nkind = "function"\nsource = """\ndef task(a: int = 20) -> int:\n    return a + 22\n"""\n'


def workbench(path: Path, state: Path, columns: int = 80, rows: int = 24) -> Terminal:
    environment = {"SANDBOX_TUI_STATE": str(state), "XDG_STATE_HOME": str(state)}
    command = [sys.executable, "-m", "sandbox_tui", str(path)]
    return Terminal(command, columns=columns, rows=rows, environment=environment)


@pytest.fixture
def task(tmp_path: Path) -> Path:
    path = tmp_path / "task.toml"
    path.write_text(PLAIN)
    return path


@SIZES
def test_a_sample_task_is_opened_run_and_left(tmp_path: Path, columns: int, rows: int) -> None:
    with workbench(SAMPLES / "route_order.toml", tmp_path, columns, rows) as terminal:
        terminal.wait_for("def route_order")
        terminal.wait_for("quantity")
        terminal.wait_for("documented · monty")
        terminal.send(F5)
        terminal.wait_for("'carrier': 'road'")
        terminal.wait_for("3 calls")
        terminal.send(ctrl("q"))
        assert terminal.wait_end() == 0
        assert not terminal.mode(1049) and not terminal.mode(1000)
        assert terminal.attributes == terminal.attributes_before


@SIZES
def test_everything_can_be_clicked(tmp_path: Path, columns: int, rows: int) -> None:
    with workbench(SAMPLES / "calculate_total.toml", tmp_path, columns, rows) as terminal:
        terminal.wait_for("def calculate_total")
        terminal.wait_for("RESULT")
        terminal.wait_for("documented · monty")
        terminal.click(*terminal.find("Limits"))
        terminal.wait_for("LIMITS")
        terminal.wait_for("30 s")
        terminal.click(*terminal.find("Problems"))
        terminal.wait_for("PROBLEMS")
        terminal.click(*terminal.find("F5 Run"))
        terminal.wait_for("ok ·")
        terminal.click(*terminal.find("Output"))
        terminal.wait_for("OUTPUT")
        if columns < 120:
            terminal.click(*terminal.find("Tasks"))
        terminal.wait_for("dynamic_add")
        terminal.click(*terminal.find("dynamic_add"))
        terminal.wait_for("x + y")


@SIZES
def test_a_task_is_stepped_through_with_the_function_keys(tmp_path: Path, columns: int, rows: int) -> None:
    with workbench(SAMPLES / "route_order.toml", tmp_path, columns, rows) as terminal:
        terminal.wait_for("documented · monty")
        terminal.send(F6)
        terminal.wait_for("CALL")
        terminal.wait_for("order_id = 'W-1'")
        terminal.send("3", ENTER)
        terminal.wait_for("call 2")
        terminal.send(F6)
        terminal.wait_for("call 3")
        terminal.send(F5)
        terminal.wait_for("'shipped'")


def test_a_question_is_answered_and_a_run_is_stopped(tmp_path: Path) -> None:
    with workbench(SAMPLES / "approval_flow.toml", tmp_path, 120, 40) as terminal:
        terminal.wait_for("INV-7")
        terminal.wait_for("120.0")
        terminal.click(*terminal.find("120.0"))
        terminal.send(ctrl("u"), "9", "0", "0")
        terminal.wait_for("900")
        terminal.send(F5)
        terminal.wait_for("asks for an answer")
        terminal.send("12", ENTER)
        terminal.wait_for("expected dict, got int 12")
        terminal.send(F7)
        terminal.wait_for("stopped")
        terminal.send(F5)
        terminal.wait_for("asks for an answer")
        terminal.send(ctrl("u"), "{'approved': True, 'reason': ''}", ENTER)
        terminal.wait_for("'paid': True")


def test_an_error_marks_its_line(tmp_path: Path, task: Path) -> None:
    task.write_text(PLAIN.replace("a + 22", "a // 0"))
    with workbench(task, tmp_path / "state", 120, 40) as terminal:
        terminal.wait_for("documented · monty")
        terminal.send(F5)
        terminal.wait_for("ZeroDivisionError")
        terminal.wait_for("failed ·")
        column, row = terminal.find("return a // 0")
        terminal.wait_until(
            lambda: terminal.cell(column, row).bg != terminal.cell(column, row + 2).bg, "the marked line"
        )


def test_typing_is_checked_and_the_form_follows(tmp_path: Path, task: Path) -> None:
    with workbench(task, tmp_path / "state", 120, 40) as terminal:
        terminal.wait_for("int = 20")
        terminal.send("\x1b[F", ENTER, "a += 1")
        terminal.wait_for("SBX105")
        terminal.wait_for("Problems 1")
        terminal.wait_for("task.toml ●")


def test_what_was_typed_survives_kill_9(tmp_path: Path, task: Path) -> None:
    with workbench(task, tmp_path / "state") as terminal:
        terminal.wait_for("documented · monty")
        terminal.send("# not saved", ENTER)
        terminal.wait_for("# not saved")
        terminal.wait_until(lambda: any((tmp_path / "state").rglob("*.json")), "the journal")
        terminal.signal(signal.SIGKILL)
        terminal.wait_end()
    assert task.read_text() == PLAIN
    with workbench(task, tmp_path / "state") as terminal:
        terminal.wait_for("Unsaved work was found")
        terminal.send("r")
        terminal.wait_for("# not saved")
        terminal.wait_for("task.toml ●")
        terminal.send(ctrl("s"))
        terminal.wait_for("Saved task.toml")
        terminal.send(ctrl("q"))
        assert terminal.wait_end() == 0
    assert "# not saved" in task.read_text()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_it_in_order_and_keeps_the_work(
    tmp_path: Path, task: Path, number: signal.Signals
) -> None:
    with workbench(task, tmp_path / "state") as terminal:
        terminal.wait_for("documented · monty")
        terminal.send("# kept")
        terminal.wait_for("# kept")
        terminal.signal(number)
        assert terminal.wait_end() == 128 + number
        assert not terminal.mode(1049) and not terminal.mode(1000) and terminal.mode(25)
        assert terminal.attributes == terminal.attributes_before
    with workbench(task, tmp_path / "state") as terminal:
        terminal.wait_for("Unsaved work was found")
        terminal.send(ESCAPE)
        terminal.wait_for("def task")


def test_quitting_in_the_middle_of_a_run_leaves_nothing_behind(tmp_path: Path) -> None:
    with workbench(SAMPLES / "route_order.toml", tmp_path) as terminal:
        terminal.wait_for("documented · monty")
        terminal.send(F6)
        terminal.wait_for("CALL")
        terminal.send(ctrl("q"))
        assert terminal.wait_end() == 0


@SIZES
def test_it_can_be_used_after_a_change_of_size(tmp_path: Path, columns: int, rows: int) -> None:
    with workbench(SAMPLES / "calculate_total.toml", tmp_path, columns, rows) as terminal:
        terminal.wait_for("documented · monty")
        terminal.resize(60, 20)
        terminal.wait_for("EDITOR")
        terminal.send(F5)
        terminal.wait_for("RUN")
        terminal.wait_for("ok ·")
        terminal.resize(30, 8)
        terminal.wait_for("needs 40 columns")
        terminal.resize(columns, rows)
        terminal.wait_for("def calculate_total")


HOSTILE = "".join(
    chr(code)
    for code in (*range(0x01, 0x20), *range(0x7F, 0xA0), 0x202E, 0x2066, 0x200B, 0x200E, 0xFEFF, 0x2028)
)
MARKUP = "[b]bold[/nope] [@click=app.quit]x[/] [/"
OSC = "\x1b]52;c;aGFjaw==\x1b\\\x1b]0;title\x07\x1b[31m\x9b31m"


def test_no_surface_passes_on_what_a_terminal_would_obey(tmp_path: Path) -> None:
    """File name, source, inputs, types, externals, arguments, answers, output, result, error, findings and a question."""
    text = f"{OSC}{HOSTILE}{MARKUP}"
    name = "[b]x[@click=app.quit]\x1b]0;title\x07\u202e"
    literal = repr(text)
    source = (
        f"def task(a: str = {literal}, b: str = 'x') -> dict:\n"
        f"    # {text.translate({10: None, 13: None, 0x2028: None, 0x0B: None, 0x0C: None})}\n"
        "    print(a)\n    c = show(a, why=a)\n    d = ask(c)\n    raise ValueError(a + d)\n"
    )
    from sandbox_tui.workspace.document import Case, Document, ExternalSpec
    from sandbox_tui.workspace.toml import save

    document = Document(
        name="task",
        source=source,
        description=text,
        externals={
            "show": ExternalSpec("show", "(a: str, why: str) -> str", "return", value=text),
            "ask": ExternalSpec("ask", "(c: str) -> str"),
        },
        cases=[Case(text, {"a": text, "b": text})],
    )
    path = tmp_path / "tasks" / f"{name}.toml"
    path.parent.mkdir()
    save(document, path)
    with workbench(path, tmp_path / "state", 120, 40) as terminal:
        terminal.wait_for("documented · monty")
        terminal.send(F6)
        terminal.wait_for("call 1")
        terminal.send(ENTER)
        terminal.wait_for("call 2")
        terminal.send(ENTER)
        terminal.wait_for("an answer is needed")
        terminal.send("x", ENTER)
        terminal.wait_for("failed ·")
        for tab in ("Output", "Calls", "Problems", "Result", "Externals", "Limits", "Inputs"):
            terminal.click(*terminal.find(tab))
            terminal.wait_for(tab.upper())
        terminal.send(ctrl("p"))
        terminal.wait_for("Search for commands")
        terminal.send(ESCAPE)
        terminal.wait_gone("Search for commands")
        terminal.click(*terminal.find("def task"))
        terminal.send("y")
        terminal.wait_for("●")
        terminal.send(ctrl("q"))
        terminal.wait_for("not saved")
        terminal.send("d")
        assert terminal.wait_end() == 0
    # Textual itself sets the shape of the pointer by OSC 22.
    written = re.sub(r"\x1b\]22;[a-z-]*\x07", "", terminal.raw.decode("utf-8", "replace"))
    assert "\x1b]52" not in written and "\x1b]0" not in written and "\x07" not in written
    assert "\x1b[31m" not in written
    rest = re.sub(r"\x1b(\[[0-9;:?<>=]*[ -/]*[@-~]|[()][A-Z0-9]|[=>78]|P[^\x1b]*\x1b\\)", "", written)
    found = set(re.findall(f"[{DANGEROUS_CHARACTERS}]", rest)) - set("\r\n\t")
    assert found == set()
