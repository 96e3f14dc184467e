"""The command as its users call it: in this process, and as a process of its own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from command_line import Command, Outcome

from sandbox_tui.cli.main import main

TASK = """\
format = 1
[task]
name = "{name}"
source = '''
{source}
'''
{rest}
"""


@pytest.fixture
def command(capsys: pytest.CaptureFixture[str]) -> Command:
    """Calls the command in this process."""

    def call(*arguments: str | Path) -> Outcome:
        status = main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return Outcome(status, captured.out, captured.err)

    return call


@pytest.fixture
def process() -> Command:
    """Runs the command as a process of its own."""

    def call(*arguments: str | Path, text: str = "", cwd: Path | None = None) -> Outcome:
        done = subprocess.run(
            [sys.executable, "-m", "sandbox_tui", *map(str, arguments)],
            input=text,
            capture_output=True,
            text=True,
            cwd=cwd,
            timeout=60,
            check=False,
        )
        return Outcome(done.returncode, done.stdout, done.stderr)

    return call


@pytest.fixture
def task(tmp_path: Path) -> Callable[..., Path]:
    """Writes a task file of kind function and returns its path; `rest` is more TOML."""

    def write(source: str, rest: str = "", name: str = "task") -> Path:
        path = tmp_path / f"{name}.toml"
        path.write_text(TASK.format(name=name, source=source.strip("\n"), rest=rest), encoding="utf-8")
        return path

    return write
