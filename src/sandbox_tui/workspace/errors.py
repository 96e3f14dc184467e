"""What goes wrong with a file of the workspace: one exception, one line, with the place."""

from __future__ import annotations

from pathlib import Path


def one_line(text: str) -> str:
    """`text` with every character that would break a line or command a terminal written as an escape."""
    return "".join(
        c if c.isprintable() else c.encode("unicode_escape", "surrogatepass").decode() for c in text
    )


class DocumentError(Exception):
    """A file that cannot be read as, or written from, a document.

    `path` is the file (None for a text without one), `line` and `column` count from 1 and are None where no
    place is to blame. `str()` is one line: `path:line: message`.
    """

    def __init__(
        self, message: str, *, path: Path | None = None, line: int | None = None, column: int | None = None
    ) -> None:
        self.message = one_line(message)
        self.path = path
        self.line = line
        self.column = column
        super().__init__(self.message)

    def __str__(self) -> str:
        if self.path is None:
            return self.message if self.line is None else f"line {self.line}: {self.message}"
        place = one_line(str(self.path))
        return f"{place}: {self.message}" if self.line is None else f"{place}:{self.line}: {self.message}"


class FileChangedError(DocumentError):
    """The file on disk is not the one that was read: another program has written, replaced or removed it."""
