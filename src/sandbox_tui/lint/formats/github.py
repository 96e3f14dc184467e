"""The findings as commands of GitHub's workflows, which show them beside the lines of a pull request."""

from __future__ import annotations

from collections.abc import Sequence

from .concise import one_line
from .report import Report

_COMMANDS = {"error": "error", "warning": "warning", "info": "notice"}


def github(reports: Sequence[Report]) -> str:
    """A command for each report, with its place in the file; "" for none."""
    return "".join(_command(report) for report in reports)


def _command(report: Report) -> str:
    finding = report.diagnostic
    place = {
        "title": f"sandbox-tui ({finding.code})",
        "file": report.path,
        "line": str(report.start.line),
        "col": str(report.start.column),
        "endLine": str(report.end.line),
        "endColumn": str(report.end.column),
    }
    if report.start.line != report.end.line:
        # Columns only count for a range of one line.
        del place["col"], place["endColumn"]
    properties = ",".join(f"{key}={_property(value)}" for key, value in place.items())
    message = (
        f"{one_line(report.path)}:{report.start.line}:{report.start.column}: "
        f"{finding.code} {one_line(finding.message)}"
    )
    return f"::{_COMMANDS[finding.severity]} {properties}::{_data(message)}\n"


def _data(text: str) -> str:
    """`text` as a command's message: what would end it is escaped."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
