"""The workbench without its screen: documents, entries, runs and questions, tested without a terminal."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sandbox_tui.sandbox.errors import RunCancelledError
from sandbox_tui.sandbox.run import Call
from sandbox_tui.tui.calls.errors import parse_error
from sandbox_tui.tui.calls.questions import Question, Questions, Reply
from sandbox_tui.tui.inputs.fields import Entries, fields_of
from sandbox_tui.tui.session import Workbench, examine
from sandbox_tui.tui.settings.declarations import parse_inputs
from sandbox_tui.tui.task_run import TaskRun
from sandbox_tui.workspace.document import Document, ExternalSpec

ASKS = Document(
    name="task",
    source="def task() -> int:\n    return get(1)\n",
    externals={"get": ExternalSpec("get", "(n: int) -> int")},
)


def test_it_needs_no_textual() -> None:
    code = "import sys, sandbox_tui.tui.session, sandbox_tui.tui.task_run, sandbox_tui.tui.inputs.fields\n"
    code += "print('textual.app' in sys.modules, 'pydantic_monty' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]


def test_the_first_picture_needs_neither_monty_nor_the_rules() -> None:
    code = "import sys, sandbox_tui.tui.app\n"
    code += "print(sorted({'pydantic_monty', 'sandbox_tui.lint.check', 'sandbox_tui.tui.session'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_what_is_edited_is_unsaved_until_it_is_as_before(write: Callable[..., Path]) -> None:
    workbench = Workbench()
    workbench.open_file(write("def task() -> int:\n    return 1\n"))
    assert not workbench.unsaved
    before = workbench.document.source
    workbench.set_source(before + "#")
    assert workbench.unsaved
    workbench.set_source(before)
    assert not workbench.unsaved


def test_a_new_task_runs_as_it_is() -> None:
    for kind in ("function", "code"):
        workbench = Workbench()
        document = workbench.new_task("greet", kind)  # type: ignore[arg-type]
        workbench.examine()
        entries = {"x": 41} if kind == "code" else {}
        result = TaskRun(document, entries).execute()
        assert result.ok, result.error
        assert workbench.unsaved


def test_a_python_file_is_shown_and_not_run(tmp_path: Path) -> None:
    path = tmp_path / "task.py"
    path.write_text("raise SystemExit('ran')\n")
    workbench = Workbench()
    workbench.open_file(path)
    assert workbench.unreadable is not None and workbench.unreadable.text == path.read_text()


def test_names_that_are_called_and_not_declared_are_found() -> None:
    source = "def task(x: int) -> int:\n    y = len([x])\n    return price(x) + tax(y) + price(y)\n"
    found = examine(Document(name="task", source=source, externals={"tax": ExternalSpec("tax")}))
    assert [(each.name, each.line) for each in found.undeclared] == [("price", 3)]


@pytest.mark.parametrize(
    ("tp", "text", "value"),
    [
        (int, "12", 12),
        (str, "12", "12"),
        (str, "''", ""),
        (list[int], "[1, 2]", [1, 2]),
        (dict, '{"a": 1}', {"a": 1}),
        (str | None, "None", None),
        (float, "2", 2.0),
    ],
)
def test_what_is_entered_becomes_a_value_of_the_type(tp: Any, text: str, value: Any) -> None:
    (field,) = fields_of([("x", tp, False, None)])
    entries = Entries()
    entries.enter(field, text)
    assert entries.collect([field]) == ({"x": value}, {})


def test_a_field_left_empty_keeps_its_default_and_one_without_is_asked_for() -> None:
    fields = fields_of([("a", int, True, 3), ("b", int, False, None)])
    values, problems = Entries().collect(fields)
    assert values == {} and list(problems) == ["b"]


def test_a_value_with_control_characters_is_shown_escaped_and_passed_on_whole() -> None:
    (field,) = fields_of([("x", str, False, None)])
    entries = Entries({"x": "a\x1b[31m\nb"})
    assert entries.text(field) == r"'a\x1b[31m\nb'"
    entries.enter(field, entries.text(field))
    assert entries.value(field) == "a\x1b[31m\nb"


def answering(run: TaskRun, reply: Reply) -> Callable[[], None]:
    def changed() -> None:
        for question in run.questions.open():
            threading.Thread(target=question.reply, args=(reply,)).start()

    return changed


def test_a_run_asks_and_takes_a_value() -> None:
    run = TaskRun(ASKS, {})
    run.changed = answering(run, Reply("value", 42))
    assert run.execute().result == 42


def test_a_run_asks_and_takes_an_error() -> None:
    run = TaskRun(ASKS, {})
    run.changed = answering(run, Reply("error", error=KeyError("gone")))
    result = run.execute()
    assert not result.ok and "KeyError" in str(result.error)


def test_a_run_that_waits_can_be_stopped() -> None:
    run = TaskRun(ASKS, {})
    run.changed = lambda: threading.Thread(target=run.stop).start()
    result = run.execute()
    assert not result.ok and isinstance(result.error, RunCancelledError)


def test_a_question_is_answered_once() -> None:
    question = Question(Call(1, "f", (), {}), "ask")
    question.reply(Reply("value", 1))
    question.reply(Reply("value", 2))
    assert question.wait(None) == 1


def test_nobody_waits_for_questions_that_are_closed() -> None:
    questions = Questions(lambda: None)
    questions.close()
    with pytest.raises(RunCancelledError):
        questions.ask(Question(Call(1, "f", (), {}), "ask"), None)


@pytest.mark.parametrize(
    ("text", "kind", "message"),
    [
        ("ValueError: no such order", ValueError, "no such order"),
        ("KeyError", KeyError, ""),
        ("broken", RuntimeError, "broken"),
    ],
)
def test_an_error_is_read_as_one_types_it(text: str, kind: type, message: str) -> None:
    error = parse_error(text)
    assert type(error) is kind and (error.args[0] if error.args else "") == message


@pytest.mark.parametrize("text", ["", "NoSuchError: x", "KeyboardInterrupt", "UnicodeDecodeError: x"])
def test_an_error_that_cannot_be_raised_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"^[^\n]+$"):
        parse_error(text)


def test_declared_inputs_are_read_from_one_line() -> None:
    assert parse_inputs("x: int, names: list[str]") == {"x": "int", "names": "list[str]"}
    for text in ("x", "x: Decimal", "x: int = 1", "*x: int", "x: int): pass\ndef f(y: int"):
        with pytest.raises(ValueError, match=r"^[^\n]+$"):
            parse_inputs(text)
