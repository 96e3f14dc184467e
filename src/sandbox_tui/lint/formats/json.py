"""The findings as JSON, in ruff's shape.

`location` and `end_location` are places in the file. For a file that is not Python but holds the source,
`source_location` and `source_end_location` give the same in the task's source. Rows and columns count from 1,
columns in characters.
"""

from __future__ import annotations

import json as encoder
from collections.abc import Sequence
from typing import Any

from ..diagnostic import Position
from .report import Report


def json(reports: Sequence[Report]) -> str:
    """One array of all reports. It is ASCII, so that it can be shown and sent anywhere."""
    return encoder.dumps([_object(report) for report in reports], indent=2) + "\n"


def _object(report: Report) -> dict[str, Any]:
    finding = report.diagnostic
    found: dict[str, Any] = {
        "cell": None,
        "code": finding.code,
        "end_location": _place(report.end),
        "filename": report.path,
        "fix": _fix(report),
        "location": _place(report.start),
        "message": finding.message,
        "name": finding.name,
        "noqa_row": report.start.line,
        "severity": finding.severity,
        "url": None,
    }
    if report.in_document:
        found["source_location"] = _place(finding.start)
        found["source_end_location"] = _place(finding.end)
    return found


def _fix(report: Report) -> dict[str, Any] | None:
    fix = report.diagnostic.fix
    if fix is None or report.edits is None:
        return None
    return {
        "applicability": fix.applicability,
        "edits": [
            {"content": edit.text, "end_location": _place(edit.end), "location": _place(edit.start)}
            for edit in report.edits
        ],
        "message": fix.message,
    }


def _place(position: Position) -> dict[str, int]:
    return {"column": position.column, "row": position.line}
