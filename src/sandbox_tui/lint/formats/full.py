"""A finding with its source line, the exact range under it, and what its fix writes, as ruff shows it."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from ..diagnostic import Fix
from ..visible import visible
from .colours import Colours
from .concise import headline, one_line
from .report import Report

# A longer line is cut around the range: the rest does not help.
_WIDTH = 120
_BEFORE = 40
_TAB = "    "


def full(reports: Sequence[Report], *, colour: bool = False) -> str:
    """The reports, with an empty line behind each; "" for none."""
    paint = Colours(colour)
    return "".join(f"{_block(report, paint)}\n" for report in reports)


def _block(report: Report, paint: Colours) -> str:
    start = report.diagnostic.start
    # The numbers are those of the file where its lines are those of the source, else those of the source.
    number = report.start.line if report.keeps_lines else start.line
    margin = " " * len(str(number))
    arrow, bar = paint.blue("-->"), paint.blue("|")
    place = f"{one_line(report.path)}:{report.start.line}:{report.start.column}"
    if not report.keeps_lines:
        place += f" (line {start.line} of the task)"
    text, carets = _excerpt(report)
    rows = [
        headline(report, paint),
        f"{margin}{arrow} {place}",
        f"{margin} {bar}",
        f"{paint.blue(str(number))} {bar} {text}".rstrip(),
        f"{margin} {bar} {paint.red(carets)}",
    ]
    fix = report.diagnostic.fix
    if fix is not None:
        rows.append(f"{margin} {bar}")
        rows.append(f"{paint.cyan('help')}: {_help(fix)}")
    return "".join(f"{row}\n" for row in rows)


def _help(fix: Fix) -> str:
    """What the fix does, with what it writes if that is short."""
    written = fix.edits[0].text if len(fix.edits) == 1 else ""
    note = "" if fix.applicability == "safe" else " (may change the meaning)"
    shown = f": {one_line(written)}" if written and len(written) <= _WIDTH and "\n" not in written else ""
    return f"{one_line(fix.message)}{shown}{note}"


def _excerpt(report: Report) -> tuple[str, str]:
    """The line where the finding begins, and the carets under its range."""
    start, end = report.diagnostic.start, report.diagnostic.end
    line = report.lines[start.line - 1] if start.line <= len(report.lines) else ""
    first = start.column - 1
    last = end.column - 1 if end.line == start.line else len(line.rstrip())
    last = min(max(last, first), len(line))
    begin = 0 if len(line) <= _WIDTH else max(0, min(first - _BEFORE, len(line) - _WIDTH))
    stop = min(len(line), begin + _WIDTH)
    before = ("..." if begin else "") + shown(line[begin:first])
    middle = shown(line[first : min(last, stop)])
    after = shown(line[max(first, min(last, stop)) : stop]) + ("..." if stop < len(line) else "")
    return before + middle + after, " " * width(before) + "^" * max(1, width(middle))


def shown(text: str) -> str:
    """A piece of a source line as it is shown."""
    return visible(text).replace("\t", _TAB)


def width(text: str) -> int:
    """The cells that a terminal takes for `text`."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(each) else 2 if unicodedata.east_asian_width(each) in "WF" else 1
        for each in text
    )
