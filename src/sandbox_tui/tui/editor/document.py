"""The text under the editor: lines as Python counts them, and no character lost.

Textual's document splits at every separator that `str.splitlines` knows (form feed, NEL, U+2028, ...) and
writes newlines in their place; Python ends a line only at `\\n`, `\\r\\n` and `\\r`. Here lines are Python's.
A character that a terminal would obey or not show is held as a stand-in of one cell (a code point that no
file can contain), so that cursor, columns and clicks agree with what is seen; `text` and every range give the
true characters back.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from textual._cells import cell_len
from textual.document._document import Document, EditResult, Location
from textual.geometry import Size

from sandbox_tui.lint.visible import DANGEROUS_CHARACTERS, dangerous_code_points

_LINE_END = re.compile("\r\n|\n|\r")
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_HIDDEN = re.compile(f"(?![\t\n\r\ud800-\udfff])[{DANGEROUS_CHARACTERS}]")

# Surrogates are no characters: no encoded file holds them, so as stand-ins they cannot be taken for something
# typed.
_TO_STAND_IN = {
    code: 0xD800 + number
    for number, code in enumerate(code for code in dangerous_code_points() if chr(code) not in "\t\n\r")
}
_FROM_STAND_IN = {stand_in: code for code, stand_in in _TO_STAND_IN.items()}
_GLYPHS = {
    stand_in: 0x2400 + code if code < 0x20 else 0x2421 if code == 0x7F else ord("¿")
    for code, stand_in in _TO_STAND_IN.items()
}

OnReplaced = Callable[[Location, Location, Location], None]

STAND_IN = re.compile("[\ud800-\udfff]+")
"""Runs of stand-ins in a line of the document."""


@dataclass(frozen=True, slots=True)
class LoadReport:
    """What was noticed about a text when it was loaded or pasted.

    `hidden` counts the characters that are shown by a stand-in and kept as they are. What could *not* be
    kept: `mixed_newlines` (the text ends its lines in several ways; all become the first one) and
    `unencodable` (lone surrogates, each now U+FFFD).
    """

    newline: str
    mixed_newlines: bool
    hidden: int
    unencodable: int

    @property
    def lossless(self) -> bool:
        """Whether the document's text equals the text that was loaded."""
        return not self.mixed_newlines and not self.unencodable


def report_on(text: str) -> LoadReport:
    """Look at a text as `SourceDocument` will hold it."""
    endings = set(_LINE_END.findall(text))
    first = _LINE_END.search(text)
    return LoadReport(
        newline=first[0] if first else "\n",
        mixed_newlines=len(endings) > 1,
        hidden=len(_HIDDEN.findall(text)),
        unencodable=len(_LONE_SURROGATE.findall(text)),
    )


def shown(line: str) -> str:
    """Return a line of the document as it is painted: each stand-in as a glyph of one cell."""
    return line if line.isascii() else line.translate(_GLYPHS)


def to_lines(text: str) -> list[str]:
    """Split a text where Python ends a line, with stand-ins for what would not show."""
    if not text.isprintable() or not text.isascii():
        text = _LONE_SURROGATE.sub("\ufffd", text)
        if _HIDDEN.search(text):
            text = text.translate(_TO_STAND_IN)
    return _LINE_END.split(text)


def to_text(held: str) -> str:
    """Give the true characters back for those of `to_lines`."""
    return held if held.isascii() else held.translate(_FROM_STAND_IN)


class SourceDocument(Document):
    """A document whose `text` is what was put in, apart from what `LoadReport` names.

    `on_replaced(top, bottom, end)` is called after every change, whoever made it (typing, undo, the program):
    the text between the locations `top` and `bottom` has become the text between `top` and `end`.
    """

    def __init__(self, text: str, on_replaced: OnReplaced | None = None) -> None:
        super().__init__("")
        self._newline = report_on(text).newline  # type: ignore[assignment]
        self._lines = to_lines(text)
        self._on_replaced = on_replaced
        self._text: str | None = None
        self._widths: list[int] | None = None
        self._tab_width = 0

    @property
    def text(self) -> str:
        """The whole text, true characters and all."""
        if self._text is None:
            self._text = to_text(self._newline.join(self._lines))
        return self._text

    def text_of(self, lines: Sequence[str]) -> str:
        """Return the true text of some of the document's lines."""
        return to_text(self._newline.join(lines))

    def get_text_range(self, start: Location, end: Location) -> str:
        """Return the true text between two locations."""
        return to_text(super().get_text_range(start, end))

    def replace_range(self, start: Location, end: Location, text: str) -> EditResult:
        """Put `text` between two locations, which are clamped to the document."""
        lines = self._lines
        (top_row, top_column), (bottom_row, bottom_column) = sorted((start, end))
        replaced = self.get_text_range((top_row, top_column), (bottom_row, bottom_column))
        if top_row >= len(lines):
            top_row, top_column = len(lines) - 1, len(lines[-1])
        if bottom_row >= len(lines):
            bottom_row, bottom_column = len(lines) - 1, len(lines[-1])
        old = lines[top_row : bottom_row + 1]
        inserted = to_lines(text)
        after = lines[bottom_row][bottom_column:]
        inserted[0] = lines[top_row][:top_column] + inserted[0]
        end_location = (top_row + len(inserted) - 1, len(inserted[-1]))
        inserted[-1] += after
        lines[top_row : bottom_row + 1] = inserted
        self._text = None
        if self._widths is not None:
            self._widths[top_row : bottom_row + 1] = [self._width(line) for line in inserted]
        if self._on_replaced is not None:
            self._tell(
                self._on_replaced, (top_row, top_column), (bottom_row, bottom_column), end_location, old
            )
        return EditResult(end_location, replaced)

    def _tell(
        self, on_replaced: OnReplaced, top: Location, bottom: Location, end: Location, old: list[str]
    ) -> None:
        """Report a change; where there are as many rows as before (indented, undone), row by row."""
        if len(old) == 1 or bottom[0] != end[0]:
            on_replaced(top, bottom, end)
            return
        for row, before in enumerate(old, top[0]):
            now = self._lines[row]
            if now != before:
                head = _common(before, now)
                tail = _common(before[head:][::-1], now[head:][::-1])
                on_replaced((row, head), (row, len(before) - tail), (row, len(now) - tail))

    def get_size(self, tab_width: int) -> Size:
        """Return the size in cells; only lines that changed are measured again."""
        if self._widths is None or tab_width != self._tab_width:
            self._tab_width = tab_width
            self._widths = [self._width(line) for line in self._lines]
        return Size(max(self._widths), len(self._lines))

    def _width(self, line: str) -> int:
        if line.isascii():
            return len(line.expandtabs(self._tab_width))
        return cell_len(line.expandtabs(self._tab_width))


def _common(left: str, right: str) -> int:
    """Count the characters with which both begin."""
    count = 0
    for one, other in zip(left, right):
        if one != other:
            break
        count += 1
    return count
