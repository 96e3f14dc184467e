"""Bad input gets one clear line on standard error, the right exit status, and no traceback."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from command_line import Command, TaskFile

ADD = "def task(x: int, y: int = 2) -> int:\n    return x + y"
EXTERNAL = "def task(x: int) -> int:\n    return ext(x, key='k') + 1"


# --- files ---


def test_a_missing_file(command: Command) -> None:
    outcome = command("run", "nosuch.toml")
    assert (outcome.status, outcome.out) == (2, "")
    assert outcome.complaint == "nosuch.toml: no such file"


def test_a_missing_path_for_the_workbench(command: Command) -> None:
    outcome = command("nosuch/task.toml")
    assert outcome.status == 2
    assert outcome.complaint == "nosuch/task.toml: no such file or folder"


def test_a_mistyped_command(command: Command) -> None:
    outcome = command("exprot")
    assert outcome.status == 2
    assert "no command of that name" in outcome.complaint and "export" in outcome.complaint


def test_a_folder_where_a_task_is_wanted(command: Command, task: TaskFile) -> None:
    path = task(ADD)
    outcome = command("run", path.parent)
    assert outcome.status == 2
    assert "is a folder; give one task file" in outcome.complaint and "task.toml" in outcome.complaint


def test_a_folder_without_tasks(command: Command, tmp_path: Path) -> None:
    outcome = command("run", tmp_path)
    assert outcome.status == 2
    assert outcome.complaint.endswith("is a folder, and holds no task")


def test_the_defaults_of_a_folder_are_no_task(command: Command, tmp_path: Path) -> None:
    path = tmp_path / "sandbox.toml"
    path.write_text("format = 1\n")
    outcome = command("run", path)
    assert outcome.status == 2
    assert outcome.complaint.endswith("holds the defaults of a folder, not a task")


@pytest.mark.parametrize(
    "content",
    [
        b"\x00\xff\xfe binary",
        b"format = ",
        b"format = 1\n[task]\nname = 'x'\nsource = 'def x(): pass'\ncolour = 'red'\n",
        b"format = 99\n[task]\nname = 'x'\nsource = ''\n",
        b"",
        b"[task]\n" * 2,
        b"format = 1\n[task]\nname = 3\nsource = ''\n",
        b"format = 1\n[task]\nname = 'x'\nsource = ''\n[config]\ntimeout_ms = -1\n",
        b"format = 1\n[task]\nname = 'x'\nsource = ''\n[externals.e]\nanswer = 'guess'\n",
        b"a." * 5000 + b"b = 1",
        b"x = " + b"[" * 5000 + b"]" * 5000,
    ],
)
def test_a_file_that_is_no_document(content: bytes, command: Command, tmp_path: Path) -> None:
    path = tmp_path / "broken.toml"
    path.write_bytes(content)
    outcome = command("run", path)
    assert (outcome.status, outcome.out) == (2, "")
    assert outcome.complaint.startswith(str(path))
    assert path.read_bytes() == content


def test_an_unknown_key_is_named_with_its_line(command: Command, tmp_path: Path) -> None:
    path = tmp_path / "odd.toml"
    path.write_text("format = 1\n[task]\nname = 'x'\ncolour = 'red'\nsource = 'def x(): pass'\n")
    complaint = command("run", path).complaint
    assert complaint.startswith(f"{path}:4: ") and "colour" in complaint


def test_a_file_that_may_not_be_read(command: Command, task: TaskFile) -> None:
    path = task(ADD)
    path.chmod(0)
    if os.access(path, os.R_OK):
        pytest.skip("this user may read everything")
    outcome = command("run", path, "-i", "x=1")
    assert outcome.status == 2
    assert str(path) in outcome.complaint


def test_a_task_name_that_the_file_does_not_hold(command: Command, task: TaskFile) -> None:
    path = task(ADD)
    outcome = command("run", f"{path}::other", "-i", "x=1")
    assert outcome.status == 2
    assert outcome.complaint == f"{path}: holds the task task, not other"


# --- flags ---


@pytest.mark.parametrize(
    "arguments",
    [
        ["--colour"],
        ["run"],
        ["run", "--no-such-flag", "x.toml"],
        ["export", "x.toml"],
        ["export", "x.toml", "--to", "airflow"],
        ["new"],
        ["new", "x", "--kind", "class"],
        ["run", "x.toml", "-i"],
    ],
)
def test_a_wrong_flag(arguments: list[str], command: Command) -> None:
    outcome = command(*arguments)
    assert (outcome.status, outcome.out) == (2, "")
    assert "--help" in outcome.complaint


# --- inputs ---


def test_a_wrong_value_names_what_was_expected(command: Command, task: TaskFile) -> None:
    outcome = command("run", task(ADD), "-i", "x=many")
    assert outcome.status == 2
    assert outcome.complaint.startswith("-i x: expected") and "'many'" in outcome.complaint


def test_bytes_that_are_no_text_are_no_value(command: Command, task: TaskFile) -> None:
    outcome = command("run", task("def task(x: str) -> str:\n    return x"), "-i", "x=\udcff")
    assert outcome.status == 2
    assert outcome.complaint == "-i x: the value is not text in the terminal's encoding"


def test_an_unknown_input_names_those_there_are(command: Command, task: TaskFile) -> None:
    outcome = command("run", task(ADD), "-i", "z=1")
    assert outcome.status == 2
    assert outcome.complaint == "-i z: task has no such input; it has x (int), y (int)"


def test_a_missing_input_names_its_type(command: Command, task: TaskFile) -> None:
    outcome = command("run", task(ADD))
    assert outcome.status == 2
    assert outcome.complaint.startswith("task needs x (int)")


def test_every_wrong_input_has_a_line_of_its_own(command: Command, task: TaskFile) -> None:
    outcome = command("run", task(ADD), "-i", "x=many", "-i", "z=1", "-i", "y")
    assert outcome.status == 2
    assert len(outcome.err.splitlines()) == 3


def test_an_input_given_twice(command: Command, task: TaskFile) -> None:
    outcome = command("run", task(ADD), "-i", "x=1", "-i", "x=2")
    assert outcome.status == 2
    assert outcome.complaint == "-i x: given twice"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("[1, 2]", "expected a JSON object"),
        ("{", "not JSON"),
        ('{"x": "many"}', "x"),
        ('{"x": {"py": "1 +"}}', "x"),
        ('{"z": 1}', "no such input"),
        ("[" * 100_000, "nested too deep"),
        ('{"x": ' + "9" * 5000 + "}", "write it in hexadecimal"),
        ("", "not JSON"),
    ],
)
def test_a_wrong_inputs_file(
    content: str, says: str, command: Command, task: TaskFile, tmp_path: Path
) -> None:
    inputs = tmp_path / "inputs.json"
    inputs.write_text(content)
    outcome = command("run", task(ADD), "--inputs", inputs)
    assert (outcome.status, outcome.out) == (2, "")
    assert outcome.complaint.startswith(str(inputs)) and says in outcome.complaint


@pytest.mark.parametrize("name", ["none.json", "none.jsonl"])
def test_a_missing_inputs_file(name: str, command: Command, task: TaskFile) -> None:
    outcome = command("run", task(ADD), "--inputs", name)
    assert outcome.status == 2
    assert name in outcome.complaint


def test_an_unknown_case_names_those_there_are(command: Command, task: TaskFile) -> None:
    path = task(ADD, "[[cases]]\nname = 'small'\ninputs = { x = 1 }")
    outcome = command("run", path, "--case", "large")
    assert outcome.status == 2
    assert outcome.complaint == f"{path}: has no case 'large'; it has small"


# --- sources ---


@pytest.mark.parametrize(
    "source",
    [
        "def task(x: int) -> int\n    return x",
        "x = 1",
        "",
        "def task(*args) -> int:\n    return 1",
        "def task(x: int) -> int:\n    import os\n    return x",
        "def task(x: Decimal) -> int:\n    return 1",
        "def task(x: int) -> int:\n    yield x",
    ],
)
def test_a_source_that_is_no_task(source: str, command: Command, task: TaskFile) -> None:
    path = task(source)
    outcome = command("run", path, "-i", "x=1") if "(x" in source else command("run", path)
    assert (outcome.status, outcome.out) == (1, "")
    assert str(path) in outcome.err and "Traceback" not in outcome.err


def test_a_source_that_monty_reads_and_the_host_may_not(command: Command, task: TaskFile) -> None:
    # Python 3.11 has no nested quotes of one kind; Monty has.
    path = task('def task(x: int) -> str:\n    return f"{"a" * x}"')
    outcome = command("run", path, "-i", "x=3")
    assert (outcome.status, outcome.out) == (0, "aaa\n"), outcome.err


def test_a_name_that_nothing_provides(command: Command, task: TaskFile) -> None:
    path = task("def task(x: int) -> int:\n    y = x\n    return nosuch(y)")
    outcome = command("run", path, "-i", "x=1")
    assert outcome.status == 1
    assert outcome.complaint.startswith(f"{path}: line 3 of the task: nothing named nosuch")


def test_a_report_names_lines_of_the_task_as_such(command: Command, task: TaskFile) -> None:
    path = task("def task(x: int) -> int:\n    y = x\n    return nosuch(y)")
    error = json.loads(command("run", path, "-i", "x=1", "--json").out)["error"]
    assert error["line"] == 3
    assert error["message"].startswith(f"{path}: line 3 of the task: nothing named nosuch")
    assert error["traceback"] == f"{error['type']}: {error['message']}"


def test_an_external_without_an_answer_names_the_call(command: Command, task: TaskFile) -> None:
    path = task(EXTERNAL, "[externals.ext]\nanswer = 'ask'")
    outcome = command("run", path, "-i", "x=7")
    assert (outcome.status, outcome.out) == (1, "")
    assert "ext(7, key='k')" in outcome.complaint and "line 2" in outcome.complaint


@pytest.mark.parametrize("answer", ["python", "replay"])
def test_an_answer_that_is_not_given_here_says_so(answer: str, command: Command, task: TaskFile) -> None:
    more = "target = 'os:getcwd'" if answer == "python" else "recording = 'calls.toml'"
    path = task(EXTERNAL, f"[externals.ext]\nanswer = '{answer}'\n{more}")
    outcome = command("run", path, "-i", "x=7")
    assert outcome.status == 1
    assert "ext(7, key='k') on line 2" in outcome.complaint and "has no answer" in outcome.complaint


def test_a_sequence_that_runs_out(command: Command, task: TaskFile) -> None:
    source = "def task() -> int:\n    return ext() + ext()"
    outcome = command("run", task(source, "[externals.ext]\nanswer = 'sequence'\nvalues = [1]"))
    assert outcome.status == 1
    assert "sequence has 1 value" in outcome.complaint


def test_a_result_of_the_wrong_type(command: Command, task: TaskFile) -> None:
    outcome = command("run", task("def task() -> int:\n    return 'x'"))
    assert outcome.status == 1
    assert "expected int, got str" in outcome.complaint


# --- Python files ---

PIPELINE = """\
from sandbox_tui import TaskEnvironment

env = TaskEnvironment(name="e")


@env.sandbox.orchestrator
def halve(x: int) -> int:
    print("halving")
    return 1 // x
"""


def test_an_error_in_a_python_file_names_the_line_of_the_file(command: Command, tmp_path: Path) -> None:
    path = tmp_path / "pipeline.py"
    path.write_text(PIPELINE)
    outcome = command("run", f"{path}::halve", "-i", "x=0")
    assert outcome.status == 1
    assert outcome.err.splitlines()[-1].startswith(f"sandbox-tui: {path}:9: ZeroDivisionError")


def test_a_task_that_a_python_file_does_not_hold(command: Command, tmp_path: Path) -> None:
    path = tmp_path / "pipeline.py"
    path.write_text(PIPELINE)
    outcome = command("run", f"{path}::double", "-i", "x=0")
    assert outcome.status == 2
    assert outcome.complaint == f"{path}: has no task double; it has halve"


@pytest.mark.parametrize("text", ["def f(:\n", "x = 1\n", "", "\x00"])
def test_a_python_file_without_tasks(text: str, command: Command, tmp_path: Path) -> None:
    path = tmp_path / "pipeline.py"
    path.write_text(text)
    outcome = command("run", path)
    assert outcome.status == 2
    assert outcome.complaint.startswith(str(path))


# --- as processes ---


@pytest.mark.parametrize(
    "arguments",
    [
        ["run", "nosuch.toml"],
        ["run", "."],
        ["run", "--bogus"],
        ["nosuch"],
        ["export", "nosuch.toml", "--to", "flyte"],
        ["new", "not-a-name"],
    ],
)
def test_the_process_ends_with_2_and_one_line(arguments: list[str], process: Command, tmp_path: Path) -> None:
    outcome = process(*arguments, cwd=tmp_path)
    assert (outcome.status, outcome.out) == (2, "")
    assert outcome.complaint
    assert list(tmp_path.iterdir()) == []


def test_without_a_terminal_the_workbench_says_so(process: Command, tmp_path: Path) -> None:
    outcome = process(cwd=tmp_path)
    assert outcome.status == 2
    assert "needs a terminal" in outcome.complaint


def test_a_complaint_shows_control_characters_instead_of_sending_them(
    process: Command, tmp_path: Path
) -> None:
    outcome = process("run", "\x1b]0;title\x07\u202e\n.toml", cwd=tmp_path)
    assert outcome.status == 2
    assert all(character.isprintable() for character in outcome.complaint)


# --- safety ---


def test_a_strangers_file_runs_nothing_on_the_host(process: Command, task: TaskFile, tmp_path: Path) -> None:
    marker = tmp_path / "marker"
    evil = f"open({str(marker)!r}, 'w').write('x')"
    source = f"def task(x: int = 1) -> str:\n    return evil({evil!r})"
    rest = (
        "[externals.evil]\nsignature = '(code: str = \"x\") -> str'\nanswer = 'sandbox'\n"
        "source = '''\ndef evil(code):\n    return eval(code)\n'''\n"
    )
    path = task(source, rest)
    for arguments in (
        ["run", path],
        ["export", path, "--to", "flyte"],
        ["export", path, "--to", "flyte-code"],
    ):
        process(*arguments, cwd=tmp_path)
        assert not marker.exists()
