"""Sources with the ranges that must be found written into them: `«import os»`."""

from __future__ import annotations

from typing import Any

from sandbox_tui.lint import Diagnostic, Position, check


def unmarked(marked: str) -> tuple[str, list[tuple[Position, Position]]]:
    """The source without the marks, and the ranges that they enclose, in order of their beginnings."""
    source = ""
    line, column = 1, 1
    open_marks: list[tuple[int, Position]] = []
    ranges: dict[int, tuple[Position, Position]] = {}
    count = 0
    for character in marked:
        if character == "«":
            open_marks.append((count, Position(line, column)))
            count += 1
        elif character == "»":
            number, start = open_marks.pop()
            ranges[number] = (start, Position(line, column))
        else:
            source += character
            line, column = (line + 1, 1) if character == "\n" else (line, column + 1)
    return source, [ranges[number] for number in sorted(ranges)]


def findings(source: str, code: str = "SBX", **settings: Any) -> list[Diagnostic]:
    """The findings whose code begins with `code`."""
    return [each for each in check(source, **settings) if each.code.startswith(code)]


def assert_finds(code: str, marked: str, **settings: Any) -> list[Diagnostic]:
    """Asserts that rule `code` finds exactly the marked ranges."""
    source, ranges = unmarked(marked)
    found = findings(source, code, **settings)
    assert sorted((each.start, each.end) for each in found) == sorted(ranges)
    return found
