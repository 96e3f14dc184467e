"""What is marked in a source text, and how it moves with edits.

Diagnostics come from a linter that is always a moment behind the keyboard. Until the next ones arrive, the
old ones must stay at the code they are about: they move with edits above them, grow and shrink with edits
inside, and go when their code goes. Breakpoints and the marks of a run move in the same way. Rows and columns
count from 0 here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Literal

from sandbox_tui.lint.diagnostic import Diagnostic, Position, Severity

Location = tuple[int, int]
Kind = Literal["error", "warning", "info", "call"]
LineMark = Literal["error", "current"]
Stretch = tuple[int, int | None, Kind]
"""Columns `start` to `end` of a row that are marked; `None` is the end of the line."""

_ORDER: dict[Severity, int] = {"error": 0, "warning": 1, "info": 2}


class Range:
    """A piece of the text that moves with edits; `diagnostic` is what it stands for, if anything."""

    __slots__ = ("diagnostic", "end", "start")

    def __init__(self, start: Location, end: Location, diagnostic: Diagnostic | None = None) -> None:
        self.start = start
        self.end = end
        self.diagnostic = diagnostic

    def moved(self, top: Location, bottom: Location, end: Location) -> bool:
        """Follow an edit; return `False` when the whole piece has been deleted."""
        was_empty = self.start >= self.end
        self.start = _moved(self.start, top, bottom, end, forward=True)
        self.end = _moved(self.end, top, bottom, end, forward=was_empty)
        if was_empty:
            self.end = max(self.start, self.end)
            return not top < self.start < bottom
        return self.start < self.end


class RowMarks:
    """All that is marked in one row: stretches in painting order, the worst severity, and the line's own
    marks.
    """

    __slots__ = ("breakpoint", "line", "severity", "stretches")

    def __init__(self) -> None:
        self.stretches: tuple[Stretch, ...] = ()
        self.severity: Severity | None = None
        self.breakpoint = False
        self.line: LineMark | None = None

    @property
    def key(self) -> tuple[object, ...]:
        """All of it as one value, to tell whether a painted line still holds."""
        return (self.stretches, self.severity, self.breakpoint, self.line)


NOTHING = RowMarks()


class Marks:
    """The marks of one document. `replaced` must be called after each edit of it."""

    def __init__(self) -> None:
        self.diagnostics: list[Range] = []
        self.call: Range | None = None
        self.lines: dict[LineMark, int] = {}
        self.breakpoints: set[int] = set()
        self._rows: dict[int, RowMarks] | None = None

    def set_diagnostics(self, diagnostics: Iterable[Diagnostic]) -> None:
        """Replace all diagnostics by these."""
        self.diagnostics = [
            Range(
                (diagnostic.start.line - 1, diagnostic.start.column - 1),
                (diagnostic.end.line - 1, diagnostic.end.column - 1),
                diagnostic,
            )
            for diagnostic in sorted(diagnostics, key=lambda item: (item.start, _ORDER[item.severity]))
        ]
        self._rows = None

    def set_call(self, start: Location, end: Location) -> None:
        """Mark the expression that is about to run."""
        self.call = Range(start, end)
        self._rows = None

    def set_line(self, row: int, kind: LineMark) -> None:
        """Mark one row; there is one row of each kind."""
        self.lines[kind] = row
        self._rows = None

    def set_breakpoints(self, rows: Iterable[int]) -> None:
        """Replace all breakpoints by these."""
        self.breakpoints = set(rows)
        self._rows = None

    def clear_run(self) -> None:
        """Take away what a run has marked; diagnostics and breakpoints stay."""
        self.call = None
        self.lines = {}
        self._rows = None

    def replaced(self, top: Location, bottom: Location, end: Location) -> None:
        """Follow an edit: the text from `top` to `bottom` has become the text from `top` to `end`."""
        self._rows = None
        self.diagnostics = [item for item in self.diagnostics if item.moved(top, bottom, end)]
        if self.call is not None and not self.call.moved(top, bottom, end):
            self.call = None
        if bottom[0] == top[0] == end[0]:
            return
        lines = {kind: _moved_row(row, top, bottom, end) for kind, row in self.lines.items()}
        self.lines = {kind: row for kind, row in lines.items() if row is not None}
        rows = (_moved_row(row, top, bottom, end) for row in self.breakpoints)
        self.breakpoints = {row for row in rows if row is not None}

    def row(self, row: int) -> RowMarks:
        """Return what is marked in a row."""
        if self._rows is None:
            self._rows = self._by_row()
        return self._rows.get(row, NOTHING)

    def at(self, location: Location) -> Diagnostic | None:
        """Return the diagnostic at a place, or else the first one of its row."""
        on_row = [item for item in self.diagnostics if item.start[0] <= location[0] <= item.end[0]]
        for item in reversed(on_row):  # the one that begins last is the closest around the place
            if item.start <= location <= item.end:
                return item.diagnostic
        return next((item.diagnostic for item in on_row if item.start[0] == location[0]), None)

    def all_at(self, location: Location) -> list[Diagnostic]:
        """Return the diagnostics of a place's row, those at the place itself first."""
        on_row = [item for item in self.diagnostics if item.start[0] <= location[0] <= item.end[0]]
        on_row.sort(key=lambda item: not item.start <= location <= item.end)
        return [item.diagnostic for item in on_row if item.diagnostic is not None]

    def current_diagnostics(self) -> list[Diagnostic]:
        """Return all diagnostics with the ranges that they have now."""
        return [
            replace(
                item.diagnostic,
                start=Position(item.start[0] + 1, item.start[1] + 1),
                end=Position(item.end[0] + 1, item.end[1] + 1),
            )
            for item in self.diagnostics
            if item.diagnostic is not None
        ]

    def next_problem(self, location: Location, backwards: bool = False) -> Location | None:
        """Return where the next diagnostic begins, seen from a place, going round at the end; `None` without
        any.
        """
        starts = sorted({item.start for item in self.diagnostics}, reverse=backwards)
        beyond = (start for start in starts if (start < location if backwards else start > location))
        return next(beyond, starts[0] if starts else None)

    def _by_row(self) -> dict[int, RowMarks]:
        rows: dict[int, RowMarks] = {}

        def at(row: int) -> RowMarks:
            return rows.setdefault(row, RowMarks())

        if self.call is not None:
            first, last = self.call.start[0], self.call.end[0]
            for row in range(first, last + 1):
                start = self.call.start[1] if row == first else 0
                end = self.call.end[1] if row == last else None
                at(row).stretches += ((start, end, "call"),)
        # The worst last, so that it is painted over the others.
        for item in sorted(self.diagnostics, key=lambda item: -_ORDER[_severity(item)]):
            row, severity = item.start[0], _severity(item)
            marks = at(row)
            # A finding about a whole block is underlined in its first line only: a page of underlines tells
            # nothing.
            end = item.end[1] if item.end[0] == row else None
            marks.stretches += ((item.start[1], end, severity),)
            marks.severity = severity
        for row in self.breakpoints:
            at(row).breakpoint = True
        for kind, row in sorted(
            self.lines.items()
        ):  # "current" before "error": where both are, the error shows
            if at(row).line != "error":
                at(row).line = kind
        return rows


def _severity(item: Range) -> Severity:
    assert item.diagnostic is not None
    return item.diagnostic.severity


def _moved(place: Location, top: Location, bottom: Location, end: Location, *, forward: bool) -> Location:
    """Return where a place is after an edit; `forward` tells which way it goes when text is put exactly
    there.
    """
    if place < top or (place == top and not (forward and top == bottom)):
        return place
    if place >= bottom:
        column = place[1] + end[1] - bottom[1] if place[0] == bottom[0] else place[1]
        return (place[0] + end[0] - bottom[0], column)
    return end if forward else top


def _moved_row(row: int, top: Location, bottom: Location, end: Location) -> int | None:
    """Return where a whole row is after an edit; `None` when it was deleted."""
    if row < top[0] or (row == top[0] and top[1] > 0):
        return row
    if row > bottom[0] or (row == bottom[0] and (top[1] == 0 or row == top[0])):
        return row + end[0] - bottom[0]
    return None
