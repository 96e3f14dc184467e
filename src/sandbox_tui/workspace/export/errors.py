"""The one exception of the exports."""

from __future__ import annotations

from ..errors import one_line


class ExportError(Exception):
    """A task that the wanted format cannot hold without changing what it means.

    `reason` says what stands in the way and what to write instead; `line` is its line in the task's source
    (1-based), None where no line is to blame. `str()` is one line.
    """

    def __init__(self, reason: str, line: int | None = None) -> None:
        self.reason = one_line(reason)
        self.line = line
        super().__init__(self.reason if line is None else f"line {line}: {self.reason}")
