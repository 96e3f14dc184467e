"""The command as a process: ctrl+c, closed pipes, terminals, and errors that nobody foresaw."""

from __future__ import annotations

import os
import pty
import re
import select
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest
from command_line import Command, TaskFile

BUSY = "def task() -> int:\n    print('begun')\n    while True:\n        pass"


def start(*arguments: str | Path, **options: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "sandbox_tui", *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **options,  # type: ignore[call-overload]
    )


def children_of(pid: int) -> set[int]:
    """The process ids of a process's children."""
    found = subprocess.run(
        ["ps", "--ppid", str(pid), "-o", "pid="], capture_output=True, text=True, check=False
    )
    return {int(word) for word in found.stdout.split()}


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_ctrl_c_ends_a_busy_loop_quietly(task: TaskFile) -> None:
    running = start("run", task(BUSY, "[config]\ntimeout_ms = 600000"))
    assert running.stderr is not None
    assert running.stderr.readline() == "begun\n"
    workers = children_of(running.pid)
    running.send_signal(signal.SIGINT)
    out, err = running.communicate(timeout=30)
    assert (running.returncode, out, err) == (130, "", "")
    assert not any(alive(worker) for worker in workers)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_the_workers_too(number: signal.Signals, task: TaskFile) -> None:
    # Under `nohup` the signal would be ignored.
    running = start(
        "run",
        task(BUSY, "[config]\ntimeout_ms = 600000"),
        preexec_fn=lambda: signal.signal(number, signal.SIG_DFL),
    )
    assert running.stderr is not None
    assert running.stderr.readline() == "begun\n"
    (worker,) = children_of(running.pid)
    running.send_signal(number)
    out, err = running.communicate(timeout=30)
    assert (running.returncode, out, err) == (-number, "", "")
    wait_until_gone(worker)


def wait_until_gone(pid: int) -> None:
    """Waits for a killed process of somebody else, which its new parent may take a moment to bury."""
    deadline = time.monotonic() + 30
    while alive(pid) and not is_zombie(pid):
        assert time.monotonic() < deadline, "the worker goes on"
        os.sched_yield()


def is_zombie(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return not Path("/proc/self").exists()


def test_ctrl_c_ends_many_runs_quietly(task: TaskFile, tmp_path: Path) -> None:
    path = task(
        "def task(x: int) -> int:\n    while x:\n        pass\n    return x", "[config]\ntimeout_ms = 600000"
    )
    lines = tmp_path / "inputs.jsonl"
    lines.write_text('{"x": 0}\n' + '{"x": 1}\n' * 20)
    running = start("run", path, "--inputs", lines, env={**os.environ, "PYTHONUNBUFFERED": "1"})
    assert running.stdout is not None
    assert '"ok": true' in running.stdout.readline()
    workers = children_of(running.pid)
    running.send_signal(signal.SIGINT)
    _, err = running.communicate(timeout=30)
    assert (running.returncode, err) == (130, "")
    assert not any(alive(worker) for worker in workers)


def test_a_closed_pipe_is_no_error(task: TaskFile) -> None:
    path = task("def task() -> str:\n    return 'x' * 1000000")
    running = start("run", path)
    assert running.stdout is not None and running.stderr is not None
    running.stdout.close()
    assert running.stderr.read() == ""
    assert running.wait(timeout=30) in (0, 141)


def test_a_full_disk_is_one_line(task: TaskFile) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    with open("/dev/full", "w") as full:  # noqa: PTH123
        done = subprocess.run(
            [sys.executable, "-m", "sandbox_tui", "run", task("def task() -> int:\n    return 1")],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 2
    assert done.stderr == "sandbox-tui: No space left on device\n"


@pytest.mark.parametrize(
    ("closed", "status", "out", "err"),
    [
        (0, 0, "1\n", ""),
        (1, 0, "", ""),
        (2, 0, "1\n", ""),
    ],
)
def test_a_standard_stream_that_the_caller_closed_is_no_error(
    closed: int, status: int, out: str, err: str, task: TaskFile
) -> None:
    done = with_a_closed_stream(closed, "run", task("def task(x: int) -> int:\n    return x"), "-i", "x=1")
    assert (done.returncode, done.stdout, done.stderr) == (status, out, err)


def test_inputs_from_a_closed_standard_input_are_one_line(task: TaskFile) -> None:
    done = with_a_closed_stream(0, "run", task("def task(x: int) -> int:\n    return x"), "--inputs", "-")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("sandbox-tui: standard input: not JSON")
    assert done.stderr.count("\n") == 1


def with_a_closed_stream(number: int, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Runs the command as a shell's `<&-`, `>&-` or `2>&-` would."""
    script = f'exec "$@" {number}{"<" if number == 0 else ">"}&-'
    command = [sys.executable, "-m", "sandbox_tui", *map(str, arguments)]
    return subprocess.run(
        ["sh", "-c", script, "sh", *command],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_unforeseen_is_one_line_and_a_private_file(task: TaskFile, tmp_path: Path) -> None:
    code = (
        "import sandbox_tui.cli.run as run\n"
        "def fail(args): secret = 'hunter2'; raise LookupError('what is this')\n"
        "run.run = fail\n"
        "from sandbox_tui.cli.main import script\nscript()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "run", task("def task() -> int:\n    return 1")],
        capture_output=True,
        text=True,
        env={**os.environ, "TMPDIR": str(tmp_path)},
        check=False,
    )
    assert done.returncode == 2
    line = re.fullmatch(
        r"sandbox-tui: unexpected LookupError: what is this \(details in (.*); please report it\)\n",
        done.stderr,
    )
    assert line is not None, done.stderr
    report = Path(line[1])
    assert stat.S_IMODE(report.stat().st_mode) == 0o600
    assert "Traceback" in report.read_text()


# --- on a terminal ---

HOSTILE = "\\x1b]0;owned\\x07\\x1b[2J\\x9b31m\\u202etxt\\x00\\x7f\\u200b"


def on_a_terminal(*arguments: str | Path) -> tuple[int, str]:
    """The status, and everything that the command sends to a terminal."""
    pid, master = pty.fork()
    if pid == 0:
        os.execv(sys.executable, [sys.executable, "-m", "sandbox_tui", *map(str, arguments)])
    received = b""
    while select.select([master], [], [], 30)[0]:
        try:
            chunk = os.read(master, 65536)
        except OSError:
            break
        if not chunk:
            break
        received += chunk
    _, status = os.waitpid(pid, 0)
    os.close(master)
    return os.waitstatus_to_exitcode(status), received.decode()


def only_text(received: str) -> bool:
    return all(character.isprintable() or character in "\r\n" for character in received)


@pytest.mark.parametrize("more", [[], ["--json"]])
def test_no_escape_of_a_task_reaches_the_terminal(more: list[str], task: TaskFile) -> None:
    path = task(f'def task() -> str:\n    print("{HOSTILE}")\n    return "{HOSTILE}"')
    status, received = on_a_terminal("run", path, *more)
    assert status == 0
    assert "owned" in received
    assert only_text(received), ascii(received)


def test_no_escape_of_an_error_reaches_the_terminal(task: TaskFile) -> None:
    status, received = on_a_terminal("run", task(f'def task() -> str:\n    raise ValueError("{HOSTILE}")'))
    assert status == 1
    assert "owned" in received
    assert only_text(received), ascii(received)


def test_no_escape_of_a_file_reaches_the_terminal_by_an_export(task: TaskFile) -> None:
    path = task("def task() -> int:\n    return 1  # \u202e\u200b")
    _, received = on_a_terminal("export", path, "--to", "flyte")
    assert only_text(received), ascii(received)


def test_a_pipe_gets_the_result_as_it_is(process: Command, task: TaskFile) -> None:
    path = task('def task() -> str:\n    return "\\x1b[31mred"')
    assert process("run", path).out == "\x1b[31mred\n"


def test_a_bar_shows_the_lines_that_are_done(task: TaskFile, tmp_path: Path) -> None:
    lines = tmp_path / "inputs.jsonl"
    lines.write_text('{"x": 1}\n' * 3)
    path = task("def task(x: int) -> int:\n    return x")
    status, received = on_a_terminal("run", path, "--inputs", lines)
    assert status == 0
    assert "] 3 runs" in received
