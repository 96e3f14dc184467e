"""The findings as SARIF 2.1.0, which code scanning services read.

A fingerprint tells a finding again after lines were added above it: it is made of the rule, the file's name,
the text of the line, and a count among findings that are alike in all of these.
"""

from __future__ import annotations

import json as encoder
from collections import Counter
from collections.abc import Sequence
from pathlib import PurePath
from typing import Any

from ... import __version__
from ..diagnostic import Edit, Position
from ..explanation import as_markdown
from ..rules import RULES
from .report import Report

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {"error": "error", "warning": "warning", "info": "note"}


def sarif(reports: Sequence[Report]) -> str:
    """One log with one run; it is ASCII. A log without findings has an empty list of results."""
    codes = sorted({report.diagnostic.code for report in reports})
    alike: Counter[str] = Counter()
    run = {
        "tool": {
            "driver": {
                "name": "sandbox-tui",
                "version": __version__,
                "rules": [_rule(code, reports) for code in codes],
            }
        },
        "columnKind": "unicodeCodePoints",
        "results": [_result(report, codes, alike) for report in reports],
    }
    return encoder.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _rule(code: str, reports: Sequence[Report]) -> dict[str, Any]:
    rule = RULES.get(code)
    if rule is None:
        name = next(report.diagnostic.name for report in reports if report.diagnostic.code == code)
        return {"id": code, "name": name, "shortDescription": {"text": name}}
    text = f"{rule.why}\n\nWrite instead: {rule.instead}"
    return {
        "id": code,
        "name": rule.name,
        "shortDescription": {"text": rule.summary},
        "fullDescription": {"text": rule.why},
        "help": {"text": text, "markdown": as_markdown(rule)},
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        "properties": {"profiles": sorted(rule.profiles)},
    }


def _result(report: Report, codes: list[str], alike: Counter[str]) -> dict[str, Any]:
    finding = report.diagnostic
    location = {"artifactLocation": {"uri": _uri(report.path)}, "region": _region(report.start, report.end)}
    result: dict[str, Any] = {
        "ruleId": finding.code,
        "ruleIndex": codes.index(finding.code),
        "level": _LEVELS[finding.severity],
        "message": {"text": finding.message},
        "locations": [{"physicalLocation": location}],
        "partialFingerprints": {"primaryLocationLineHash": _fingerprint(report, alike)},
    }
    if finding.fix is not None and report.edits:
        result["fixes"] = [
            {
                "description": {"text": finding.fix.message},
                "artifactChanges": [
                    {
                        "artifactLocation": {"uri": _uri(report.path)},
                        "replacements": [_replacement(edit) for edit in report.edits],
                    }
                ],
            }
        ]
    return result


def _replacement(edit: Edit) -> dict[str, Any]:
    return {"deletedRegion": _region(edit.start, edit.end), "insertedContent": {"text": edit.text}}


def _region(start: Position, end: Position) -> dict[str, int]:
    return {
        "startLine": start.line,
        "startColumn": start.column,
        "endLine": end.line,
        "endColumn": end.column,
    }


def _fingerprint(report: Report, alike: Counter[str]) -> str:
    import hashlib

    finding = report.diagnostic
    line = report.lines[finding.start.line - 1] if finding.start.line <= len(report.lines) else ""
    parts = (finding.code, PurePath(report.path).name, line.strip())
    digest = hashlib.sha256("\0".join(parts).encode("utf-8", "backslashreplace")).hexdigest()[:16]
    alike[digest] += 1
    return f"{digest}:{alike[digest]}"


def _uri(path: str) -> str:
    from urllib.parse import quote

    pure = PurePath(path)
    if pure.is_absolute():
        try:
            return pure.as_uri()
        except (ValueError, UnicodeEncodeError):
            pass
    return quote(pure.as_posix(), errors="surrogateescape")
