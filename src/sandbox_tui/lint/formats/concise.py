"""One line a finding: `path:line:column: CODE message`, with the places in the file."""

from __future__ import annotations

from collections.abc import Sequence

from ..visible import visible
from .colours import Colours
from .report import Report


def concise(reports: Sequence[Report], *, colour: bool = False) -> str:
    """The reports, each on a line of its own; "" for none."""
    paint = Colours(colour)
    lines = []
    for report in reports:
        place = f"{report.start.line}{paint.dim(':')}{report.start.column}{paint.dim(':')}"
        path = f"{paint.bold(one_line(report.path))}{paint.dim(':')}"
        lines.append(f"{path}{place} {headline(report, paint)}\n")
    return "".join(lines)


def headline(report: Report, paint: Colours) -> str:
    """The code, a mark if there is a safe fix, and the message."""
    finding = report.diagnostic
    fixable = finding.fix is not None and finding.fix.applicability == "safe" and report.edits is not None
    mark = f"[{paint.cyan('*')}] " if fixable else ""
    return f"{paint.red(finding.code)} {mark}{one_line(finding.message)}"


def one_line(text: str) -> str:
    """`text` made safe to show, on one line."""
    return visible(text).replace("\n", "␊").replace("\t", " ")
