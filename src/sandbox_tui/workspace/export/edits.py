"""Changes to a source text by the ranges of its syntax tree, so that everything else stays as its author
wrote it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from typing import Protocol

from ...lint.parsing import Unparsable, parse
from .errors import ExportError


class Located(Protocol):
    """What has a range in the text: statements, expressions, arguments."""

    lineno: int
    col_offset: int
    end_lineno: int | None
    end_col_offset: int | None


def normalised(source: str) -> str:
    """`source` with the newlines that a syntax tree counts, dedented when its first line is indented, ending
    in one newline.
    """
    import textwrap

    text = source.replace("\r\n", "\n").replace("\r", "\n")
    first = next((line for line in text.split("\n") if line.strip()), "")
    if first[:1] in (" ", "\t"):
        text = textwrap.dedent(text)
    return text.rstrip() + "\n"


def tree_of(source: str, what: str = "the source") -> ast.Module:
    """The syntax tree of a text of the task file. Raises `ExportError` if the host cannot parse it."""
    try:
        return parse(source)
    except Unparsable as error:
        reason = f"{what} cannot be parsed by this Python, though Monty may; export with a newer one"
        raise ExportError(f"{reason} ({error.message})", error.start.line) from error


class SourceText:
    """A text that can be cut and edited at the places a syntax tree names.

    Offsets are bytes of the UTF-8 text, as the tree's columns are.
    """

    def __init__(self, text: str) -> None:
        self._bytes = text.encode("utf-8", "surrogatepass")
        self._starts = [0]
        for line in self._bytes.split(b"\n"):
            self._starts.append(self._starts[-1] + len(line) + 1)
        self._edits: list[tuple[int, int, bytes]] = []

    def start(self, node: Located) -> int:
        """Where `node` begins."""
        return self._starts[node.lineno - 1] + node.col_offset

    def end(self, node: Located) -> int:
        """Where `node` ends, exclusive."""
        assert node.end_lineno is not None and node.end_col_offset is not None
        return self._starts[node.end_lineno - 1] + node.end_col_offset

    def line_start(self, line: int) -> int:
        """Where line `line` (1-based) begins; the end of the text for the line after the last."""
        return min(self._starts[line - 1], len(self._bytes))

    def between(self, start: int, end: int) -> str:
        """The unedited text of a range."""
        return self._bytes[start:end].decode("utf-8", "surrogatepass")

    def replace(self, start: int, end: int, text: str) -> None:
        """Notes that the range becomes `text`; ranges must not overlap."""
        self._edits.append((start, end, text.encode("utf-8", "surrogatepass")))

    def edited(self, start: int, end: int) -> str:
        """The text of a range with the edits that lie in it."""
        pieces: list[bytes] = []
        at = start
        for edit_start, edit_end, new in sorted(self._edits):
            if start <= edit_start and edit_end <= end:
                pieces.append(self._bytes[at:edit_start])
                pieces.append(new)
                at = edit_end
        pieces.append(self._bytes[at:end])
        return b"".join(pieces).decode("utf-8", "surrogatepass")


def lines_inside_strings(tree: ast.AST) -> set[int]:
    """The lines (1-based) that begin inside a string of several lines, whose indentation is part of a
    value.
    """
    inside: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr) or (
            isinstance(node, ast.Constant) and isinstance(node.value, str | bytes)
        ):
            inside.update(range(node.lineno + 1, (node.end_lineno or node.lineno) + 1))
    return inside


def indented(text: str, prefix: str, keep: Iterable[int] = ()) -> str:
    """`text` with `prefix` before every line that is not empty and whose number (1-based) is not in
    `keep`.
    """
    kept = set(keep)
    # A form feed sets the indentation back to nothing, so that none may stand behind ours.
    return "\n".join(
        prefix + line.lstrip("\f") if line.strip() and number not in kept else line
        for number, line in enumerate(text.split("\n"), 1)
    )
