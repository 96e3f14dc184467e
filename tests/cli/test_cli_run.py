"""`sandbox-tui run`: inputs, results, reports, many lines at once."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from command_line import Command, TaskFile

ECHO = "def task(x: {}) -> Any:\n    return x"
ADD = "def task(x: int, y: int = 2) -> int:\n    return x + y"


@pytest.mark.parametrize(
    ("annotation", "text", "printed"),
    [
        ("str", "plain text", "plain text"),
        ("str", "12", "12"),
        ("str", "a=b", "a=b"),
        ("int", "12", "12"),
        ("float", "3", "3.0"),
        ("bool", "true", "True"),
        ("int | None", "", "None"),
        ("list[int]", "[1, 2]", "[1, 2]"),
        ("tuple[int, str]", "(1, 'x')", "(1, 'x')"),
        ("dict[str, float]", '{"a": 1}', "{'a': 1.0}"),
        ("bytes", "b'x'", "b'x'"),
        ("File", "s3://bucket/key", "s3://bucket/key"),
        ("list[File]", "['s3://a']", "[File('s3://a')]"),
    ],
)
def test_a_value_is_read_by_its_type(
    annotation: str, text: str, printed: str, command: Command, task: TaskFile
) -> None:
    outcome = command("run", task(ECHO.format(annotation)), "-i", f"x={text}")
    assert (outcome.status, outcome.err) == (0, "")
    assert outcome.out.replace('"', "'") == f"{printed}\n"


def test_a_result_goes_to_stdout_and_prints_to_stderr(command: Command, task: TaskFile) -> None:
    path = task("def task() -> str:\n    print('on the way')\n    return 'done'")
    outcome = command("run", path)
    assert (outcome.status, outcome.out, outcome.err) == (0, "done\n", "on the way\n")


def test_defaults_apply_and_arguments_win_over_files_and_cases(
    command: Command, task: TaskFile, tmp_path: Path
) -> None:
    path = task(ADD, "[[cases]]\nname = 'c'\ninputs = { x = 1, y = 1 }")
    inputs = tmp_path / "inputs.json"
    inputs.write_text('{"x": 10}')
    assert command("run", path, "-i", "x=1").out == "3\n"
    assert command("run", path, "--case", "c").out == "2\n"
    assert command("run", path, "--case", "c", "--inputs", inputs).out == "11\n"
    assert command("run", path, "--case", "c", "--inputs", inputs, "-i", "x=100").out == "101\n"


def test_inputs_from_standard_input(process: Command, task: TaskFile) -> None:
    assert process("run", task(ADD), "--inputs", "-", text='{"x": 40}').out == "42\n"


def test_a_case_brings_its_answers(command: Command, task: TaskFile) -> None:
    path = task(
        "def task() -> int:\n    return ext()",
        "[externals.ext]\nanswer = 'ask'\n[[cases]]\nname = 'c'\n[cases.answers.ext]\nanswer = "
        "'return'\nvalue = 5",
    )
    assert command("run", path, "--case", "c").out == "5\n"


def test_the_report_of_a_run(command: Command, task: TaskFile) -> None:
    source = "def task(x: int) -> dict:\n    print('hi')\n    a = ext(x, k={1})\n    return {'a': (a, None)}"
    outcome = command(
        "run", task(source, "[externals.ext]\nanswer = 'return'\nvalue = 2.5"), "-i", "x=1", "--json"
    )
    report = json.loads(outcome.out)
    (call,) = report["calls"]
    assert report["duration_ms"] > 0 and call.pop("duration_ms") >= 0
    assert call == {"function": "ext", "args": [1], "kwargs": {"k": [1]}, "line": 3, "answer": 2.5}
    assert (report["ok"], report["result"], report["stdout"]) == (True, {"a": [2.5, None]}, "hi\n")
    assert outcome.err == ""


def test_the_report_of_a_failure(command: Command, task: TaskFile) -> None:
    source = "def task(x: int) -> int:\n    def inner():\n        return 1 // x\n    return inner()"
    outcome = command("run", task(source), "-i", "x=0", "--json")
    report = json.loads(outcome.out)
    assert outcome.status == 1 and report["ok"] is False and "result" not in report
    error = report["error"]
    assert (error["type"], error["line"]) == ("ZeroDivisionError", 3)
    assert error["traceback"].startswith("Traceback") and "in inner" in error["traceback"]


def test_the_report_of_a_call_that_raised(command: Command, task: TaskFile) -> None:
    path = task(
        "def task() -> int:\n    return ext()",
        "[externals.ext]\nanswer = 'raise'\nerror = 'ValueError'\nmessage = 'no'",
    )
    report = json.loads(command("run", path, "--json").out)
    assert report["calls"][0]["error"] == {"type": "ValueError", "message": "no"}
    assert report["error"]["type"] == "ValueError"


def test_the_report_of_a_task_that_cannot_run(command: Command, task: TaskFile) -> None:
    outcome = command("run", task("def task() -> int:\n    return (1"), "--json")
    report = json.loads(outcome.out)
    assert outcome.status == 1
    assert report["ok"] is False and report["error"]["line"] is not None


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("b'x'", {"py": "b'x'"}),
        ("{1: 2}", {"py": "{1: 2}"}),
        ("1e400", {"py": "inf"}),
        ("2 ** 70", 2**70),
        ("{3, 1}", [1, 3]),
        ("'\\x1b[0m'", "\x1b[0m"),
    ],
)
def test_what_json_cannot_say(expression: str, value: object, command: Command, task: TaskFile) -> None:
    report = json.loads(command("run", task(f"def task() -> Any:\n    return {expression}"), "--json").out)
    assert report["result"] == value


def test_an_error_names_the_line_of_the_task(command: Command, task: TaskFile) -> None:
    path = task("def task() -> int:\n    x = 1\n    raise ValueError('boom')")
    outcome = command("run", path)
    assert (outcome.status, outcome.out) == (1, "")
    assert outcome.complaint == f"{path}: line 3 of the task: ValueError: boom"


def test_a_limit_is_named_with_its_value(command: Command, task: TaskFile) -> None:
    path = task("def task() -> int:\n    while True:\n        pass", "[config]\ntimeout_ms = 50")
    assert "timeout_ms = 50" in command("run", path).complaint


# --- many lines ---


def lines_of(out: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in out.splitlines()]


def test_results_of_lines_come_in_their_order(command: Command, task: TaskFile, tmp_path: Path) -> None:
    source = "def task(x: int) -> int:\n    for i in range((50 - x) * 2000):\n        total = i\n    return x"
    lines = tmp_path / "inputs.jsonl"
    lines.write_text("".join(f'{{"x": {x}}}\n' for x in range(50)))
    outcome = command("run", task(source), "--inputs", lines)
    assert (outcome.status, outcome.err) == (0, "")
    assert [report["result"] for report in lines_of(outcome.out)] == list(range(50))


def test_a_bad_line_fails_alone_and_by_its_number(command: Command, task: TaskFile, tmp_path: Path) -> None:
    lines = tmp_path / "inputs.jsonl"
    lines.write_text('{"x": 1}\n\nnonsense\n{"x": "many"}\n{"x": 4}\n')
    outcome = command("run", task(ADD), "--inputs", lines)
    reports = lines_of(outcome.out)
    assert outcome.status == 1
    assert [report["ok"] for report in reports] == [True, False, False, True]
    assert str(reports[1]["error"]["message"]).startswith(f"{lines}:3: not JSON")  # type: ignore[index]
    assert str(reports[2]["error"]["message"]).startswith(f"{lines}:4: x: ")  # type: ignore[index]
    assert outcome.complaint == "2 of 4 runs failed (lines 3, 4)"


def test_a_sequence_begins_anew_on_every_line(command: Command, task: TaskFile, tmp_path: Path) -> None:
    path = task(
        "def task(x: int) -> list:\n    return [ext(), ext()]",
        "[externals.ext]\nanswer = 'sequence'\nvalues = [1, 2]",
    )
    lines = tmp_path / "inputs.jsonl"
    lines.write_text('{"x": 1}\n' * 5)
    outcome = command("run", path, "--inputs", lines)
    assert [report["result"] for report in lines_of(outcome.out)] == [[1, 2]] * 5


def test_arguments_and_cases_fill_the_lines(command: Command, task: TaskFile, tmp_path: Path) -> None:
    path = task(ADD, "[[cases]]\nname = 'c'\ninputs = { x = 1, y = 1 }")
    lines = tmp_path / "inputs.jsonl"
    lines.write_text('{}\n{"x": 5}\n')
    outcome = command("run", path, "--inputs", lines, "--case", "c", "-i", "y=10")
    assert [report["result"] for report in lines_of(outcome.out)] == [11, 15]


def test_an_empty_file_of_lines_is_done(command: Command, task: TaskFile, tmp_path: Path) -> None:
    lines = tmp_path / "inputs.jsonl"
    lines.write_text("")
    assert command("run", task(ADD), "--inputs", lines).status == 0


def test_bytes_that_are_no_text_fail_their_line(command: Command, task: TaskFile, tmp_path: Path) -> None:
    lines = tmp_path / "inputs.jsonl"
    lines.write_bytes(b'{"x": 1}\n\xff\xfe\n{"x": 2}\n')
    outcome = command("run", task(ADD), "--inputs", lines)
    assert [report["ok"] for report in lines_of(outcome.out)] == [True, False, True]


def test_a_byte_order_mark_and_windows_line_ends_are_no_error(
    command: Command, task: TaskFile, tmp_path: Path
) -> None:
    lines = tmp_path / "inputs.jsonl"
    lines.write_bytes(b'\xef\xbb\xbf{"x": 1}\r\n\r\n   \r\n{"x": 2}\r\n')
    outcome = command("run", task(ADD), "--inputs", lines)
    assert (outcome.status, outcome.err) == (0, "")
    assert len(lines_of(outcome.out)) == 2


def test_standard_input_may_begin_with_a_byte_order_mark(process: Command, task: TaskFile) -> None:
    assert process("run", task(ADD), "--inputs", "-", text='\ufeff{"x": 1}').status == 0
