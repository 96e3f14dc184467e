"""A source text with places: lines as Python counts them, and columns in characters.

Only `\\n`, `\\r\\n` and `\\r` end a line for Python; U+2028, form feeds and the like do not. The syntax tree
counts columns in UTF-8 bytes, everything here gives characters.
"""

from __future__ import annotations

import ast
import re
from bisect import bisect_right
from functools import cached_property
from typing import Protocol

from .diagnostic import Position

_LINE_END = re.compile(r"\r\n|\r|\n")


class Placed(Protocol):
    """A node of a syntax tree that has a place."""

    lineno: int
    col_offset: int
    end_lineno: int | None
    end_col_offset: int | None


class SourceText:
    """A text, and the ways between its offsets, its lines and columns, and the places of a syntax tree."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.is_ascii = text.isascii()

    @cached_property
    def lines(self) -> list[str]:
        """The lines without their ends; at least one."""
        if "\r" not in self.text:
            return self.text.split("\n")
        return _LINE_END.split(self.text)

    @cached_property
    def starts(self) -> list[int]:
        """The offset at which each line begins."""
        return [0, *(match.end() for match in _LINE_END.finditer(self.text))]

    def characters(self, line: int, byte_column: int) -> int:
        """A syntax tree's column (from 0, in bytes) in characters (from 0)."""
        if self.is_ascii:
            return byte_column
        content = self.lines[line - 1]
        if content.isascii():
            return byte_column
        return len(content.encode("utf-8", "replace")[:byte_column].decode("utf-8", "replace"))

    def start(self, node: Placed) -> Position:
        """Where `node` begins."""
        return Position(node.lineno, self.characters(node.lineno, node.col_offset) + 1)

    def end(self, node: Placed) -> Position:
        """Where `node` ends, exclusive."""
        line = node.end_lineno or node.lineno
        column = node.end_col_offset
        return Position(line, self.characters(line, node.col_offset if column is None else column) + 1)

    def head_end(self, node: Placed, pattern: str) -> Position:
        """Where the text that matches `pattern` at the beginning of `node` ends; the end of `node` if none
        does.
        """
        match = re.compile(pattern).match(self.text, self.offset(self.start(node)))
        return self.position(match.end()) if match else self.end(node)

    def at_sign(self, decorator: Placed) -> Position:
        """Where the `@` of a decorator stands."""
        start = self.start(decorator)
        offset = self.text.rfind("@", 0, self.offset(start))
        return self.position(offset) if offset >= 0 else start

    def offset(self, position: Position) -> int:
        """The offset of a place in the text."""
        return self.starts[position.line - 1] + position.column - 1

    def position(self, offset: int) -> Position:
        """The place of an offset in the text."""
        line = bisect_right(self.starts, offset)
        return Position(line, offset - self.starts[line - 1] + 1)

    def segment(self, node: ast.expr | ast.stmt) -> str:
        """The text of `node`, as it stands."""
        return self.text[self.offset(self.start(node)) : self.offset(self.end(node))]

    def clamp(self, line: int, column: int) -> Position:
        """The nearest place to `line` and `column` that the text has (the place behind a line's end
        included).
        """
        if line > len(self.lines):
            return Position(len(self.lines), len(self.lines[-1]) + 1)
        if line < 1:
            return Position(1, 1)
        return Position(line, min(max(column, 1), len(self.lines[line - 1]) + 1))
