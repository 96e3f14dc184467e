"""A finding in a file, as the formats print it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..diagnostic import Diagnostic, Edit, Position


@dataclass(frozen=True)
class Report:
    """A finding, and the file that it is in.

    The places of `diagnostic` are those in the task's source, whose lines (without their ends) are `lines`.
    `start` and `end` are the places in the file, `edits` those of its fix (None: the fix cannot be made in
    the file). `in_document` tells that the file is not Python but holds the source, `keeps_lines` whether
    each line of the source is a line of it.
    """

    path: str
    diagnostic: Diagnostic
    lines: Sequence[str]
    start: Position
    end: Position
    edits: tuple[Edit, ...] | None
    in_document: bool = False
    keeps_lines: bool = True
