"""From places in the code that Monty runs to places in the user's own file.

Monty counts lines and characters in tracebacks and UTF-8 bytes in suspensions, both in the text that was fed
to it: a function cut out of its file, dedented, with a call at the end. People count in their file.
"""

from __future__ import annotations

import bisect
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from .errors import SourceFrame

# Monty names a session's feeds so; a run is the first of its session.
FEED = "<python-input-0>"

Place = tuple[int, int]


@dataclass
class Places:
    """Where a task's code stands.

    `code` is the text that is fed, `filename` the user's file, `to_file(line, column)` the place in it
    (1-based, characters) of a place in `code`. `last_line` is the last line of `code` that the user wrote:
    what lies behind is the call at the end.
    """

    code: str
    filename: str
    last_line: int
    to_file: Callable[[int, int], Place]
    _starts: list[int] = field(default_factory=list, init=False, repr=False)
    _data: bytes = field(default=b"", init=False, repr=False)

    def of_bytes(self, start: int, end: int) -> tuple[int, int, int, int]:
        """Line, column, end line and end column in the file of a byte range of the code."""
        return (*self.to_file(*self._place(start)), *self.to_file(*self._place(end)))

    def _place(self, offset: int) -> Place:
        if not self._starts:
            self._data = self.code.encode("utf-8", "surrogatepass")
            self._starts = [0]
            self._starts.extend(i + 1 for i, byte in enumerate(self._data) if byte == 0x0A)
        line = bisect.bisect_right(self._starts, offset)
        start = self._starts[line - 1]
        return line, len(self._data[start:offset].decode("utf-8", "replace")) + 1

    def frames(self, traceback: Sequence[Any]) -> tuple[SourceFrame, ...]:
        """Monty's traceback in the user's file, outermost first; the call at the end is left out."""
        frames = []
        for frame in traceback:
            if frame.filename != FEED:
                # A string given to eval or exec: its lines are its own.
                frames.append(SourceFrame(frame.filename, frame.line, frame.column, frame.function_name))
            elif frame.line <= self.last_line:
                line, column = self.to_file(frame.line, frame.column)
                end_line, end_column = self.to_file(frame.end_line, frame.end_column)
                name = None if frame.function_name == "<module>" else frame.function_name
                frames.append(SourceFrame(self.filename, line, column, name, end_line, end_column))
        return tuple(frames)


def unmoved(code: str, filename: str, *, first_line: int = 1, column_shift: int = 0) -> Places:
    """Places of a text that is fed as it stands from line `first_line` on, dedented by `column_shift`."""

    def to_file(line: int, column: int) -> Place:
        return line + first_line - 1, column + column_shift

    return Places(code, filename, code.count("\n") + 1, to_file)
