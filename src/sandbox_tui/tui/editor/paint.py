"""A line of the editor as a strip of cells: text in its colours, marks, selection and cursor, and the gutter
before it.

Textual's own painting builds each visible line anew at each key. Here a painted line is kept under all that
it was made of (`LineLook`), so that a key repaints the lines that look different and no other, and nothing
ever has to be invalidated.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from rich.segment import Segment
from rich.style import Style
from textual._cells import cell_len
from textual.strip import Strip

from sandbox_tui.tui.editor.document import STAND_IN, shown
from sandbox_tui.tui.editor.highlight import Span
from sandbox_tui.tui.editor.marks import RowMarks

_SEVERITY_GLYPHS = {"error": "✗", "warning": "!", "info": "·"}
MARK_CELLS = 2
"""Cells of the gutter before the line number: breakpoint, then the run's place or the worst problem."""

GUTTER_GAP = 2
"""Empty cells between the line number and the text."""


class LineLook(NamedTuple):
    """All that decides how one line is painted. Columns are in characters."""

    text: str
    spans: tuple[Span, ...]
    marks: tuple[object, ...]
    number: int
    has_cursor: bool
    cursor: int | None
    """Where the cursor block stands, if it is drawn in this line."""
    selection: tuple[int, int | None] | None
    """The selected columns; `None` as end: to the end of the line and its line break."""
    brackets: tuple[int, ...]


@dataclass(frozen=True)
class Palette:
    """The styles of an editor under one theme."""

    base: Style
    gutter: Style
    cursor_gutter: Style
    cursor_line: Style
    cursor: Style
    selection: Style
    bracket: Style
    code: dict[str, Style]
    marks: dict[str, Style]


@dataclass(frozen=True)
class Frame:
    """What is the same for all lines of one painting: the part of the text that is seen, and widths."""

    scroll_x: int
    width: int
    number_width: int
    tab_width: int
    palette: Palette

    @property
    def gutter_width(self) -> int:
        """Cells before the text."""
        return MARK_CELLS + self.number_width + GUTTER_GAP


Layer = tuple[int, int, Style]


def paint(look: LineLook, marks: RowMarks, frame: Frame) -> Strip:
    """Paint one line, gutter included, `frame.width` cells wide."""
    palette = frame.palette
    line_style = palette.marks.get(f"{marks.line}-line") if marks.line else None
    if line_style is None and look.has_cursor:
        line_style = palette.cursor_line
    background = palette.base + line_style if line_style else palette.base
    text, offset = shown(look.text), 0
    text_width = frame.width - frame.gutter_width
    if text.isascii() and "\t" not in text:  # a character is a cell: only what is seen has to be looked at
        offset = frame.scroll_x
        text = text[offset : offset + text_width]
    layers = _layers(look, marks, palette, len(look.text))
    segments = _segments(text, offset, layers, background, frame.tab_width)
    strip = Strip(segments)
    if not offset and frame.scroll_x:
        strip = strip.crop(frame.scroll_x)
    strip = strip.adjust_cell_length(text_width, background)
    return Strip([*_gutter(look, marks, frame, line_style), *strip], frame.width)


def _layers(look: LineLook, marks: RowMarks, palette: Palette, length: int) -> list[Layer]:
    """Collect what is painted over what, the lowest first."""
    layers: list[Layer] = [(start, end, palette.code[category]) for start, end, category in look.spans]
    for match in STAND_IN.finditer(look.text) if not look.text.isascii() else ():
        layers.append((match.start(), match.end(), palette.code["hidden"]))
    for start, stop, kind in marks.stretches:
        end = length if stop is None else min(stop, length)
        start = min(start, len(look.text.rstrip())) if stop is None else start
        layers.append((min(start, length), max(end, min(start, length) + 1), palette.marks[kind]))
    if look.selection is not None:
        start, stop = look.selection
        layers.append((start, length + 1 if stop is None else stop, palette.selection))
    layers += [(column, column + 1, palette.bracket) for column in look.brackets]
    if look.cursor is not None:
        layers.append((look.cursor, look.cursor + 1, palette.cursor))
    return layers


def _segments(text: str, offset: int, layers: list[Layer], base: Style, tab_width: int) -> list[Segment]:
    """Cut the text where a layer begins or ends; `offset` is the column of its first character.

    One cell follows the text, for the cursor and the marks that stand at the end of a line.
    """
    text += " "
    cuts = {0, len(text)}
    for start, end, _style in layers:
        cuts.add(min(max(start - offset, 0), len(text)))
        cuts.add(min(max(end - offset, 0), len(text)))
    segments: list[Segment] = []
    places = sorted(cuts)
    cells = 0
    for left, right in pairwise(places):
        style = base
        for start, end, layer in layers:
            if start - offset <= left < end - offset:
                style = style + layer
        piece = text[left:right]
        if "\t" in piece:
            piece = _tabs_expanded(piece, cells, tab_width)
        cells += cell_len(piece)
        segments.append(Segment(piece, style))
    return segments


def _tabs_expanded(piece: str, cells: int, tab_width: int) -> str:
    """Expand the tabs of a piece of a line that begins `cells` cells from the line's start."""
    parts = piece.split("\t")
    expanded = ""
    for part in parts[:-1]:
        expanded += part
        expanded += " " * (tab_width - (cells + cell_len(expanded)) % tab_width)
    return expanded + parts[-1]


def _gutter(look: LineLook, marks: RowMarks, frame: Frame, line_style: Style | None) -> list[Segment]:
    """Paint the cells before the text. Each mark has its own sign: colour is never the only difference."""
    palette = frame.palette
    style = palette.base + (palette.cursor_gutter if look.has_cursor else palette.gutter)
    if line_style is not None:
        style += Style(bgcolor=line_style.bgcolor)
    breakpoint_cell = (
        Segment("●", style + palette.marks["breakpoint"]) if marks.breakpoint else Segment(" ", style)
    )
    if marks.line == "current":
        run_cell = Segment("▸", style + palette.marks["current"])
    elif marks.line == "error":
        run_cell = Segment("✗", style + palette.marks["error-glyph"])
    elif marks.severity is not None:
        glyph = _SEVERITY_GLYPHS[marks.severity]
        run_cell = Segment(glyph, style + palette.marks[f"{marks.severity}-glyph"])
    else:
        run_cell = Segment(" ", style)
    number = Segment(f"{look.number:>{frame.number_width}}{' ' * GUTTER_GAP}", style)
    return [breakpoint_cell, run_cell, number]
