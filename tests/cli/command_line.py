"""What a call of the command comes to, for the tests of the command."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Outcome:
    """What a call of the command came to."""

    status: int
    out: str
    err: str

    @property
    def complaint(self) -> str:
        """The one line of a complaint, without the program's name."""
        lines = self.err.splitlines()
        assert len(lines) == 1, self.err
        program, _, message = lines[0].partition(": ")
        assert program.startswith("sandbox-tui")
        return message


Command = Callable[..., Outcome]

TaskFile = Callable[..., Path]
