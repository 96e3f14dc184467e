"""What the command says, safely: text from tasks and files never reaches a terminal as a command to it."""

from __future__ import annotations

import sys
from typing import TextIO


class CommandError(Exception):
    """A reason to stop, in one line each; `status` is the exit status."""

    def __init__(self, *lines: str, status: int = 2) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines
        self.status = status


def shown(text: str, stream: TextIO) -> str:
    """`text` as `stream` may get it: as it is, unless `stream` is a terminal."""
    if not is_terminal(stream):
        return text
    from ..lint.visible import visible

    return visible(text)


def is_terminal(stream: TextIO) -> bool:
    """Whether a person reads `stream`; a closed one counts as not."""
    try:
        return stream.isatty()
    except ValueError:
        return False


def complain(message: str, prog: str = "sandbox-tui") -> None:
    """One line on standard error, whatever `message` holds."""
    from ..lint.visible import visible

    line = visible(message).replace("\n", " ").replace("\t", " ")
    print(f"{prog}: {line}", file=sys.stderr)


def place(filename: str, line: int | None) -> str:
    """Where something is: in a Python file by its line, in a task file by the line of the task's source."""
    if line is None:
        return filename
    return f"{filename}:{line}" if filename.endswith(".py") else f"{filename}: line {line} of the task"
