"""The findings in one file: a task file's source, or the orchestrators of a `.py` file where they stand."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ..lint.check import check
from ..lint.diagnostic import Diagnostic, Edit, Position, SyntaxFailure
from ..lint.formats.report import Report

if TYPE_CHECKING:
    from ..workspace.source_map import SourceMap


@dataclass(frozen=True)
class Settings:
    """What the command line says: a profile (None: what the file or folder says), and codes to ignore besides
    theirs.
    """

    profile: str | None
    ignore: tuple[str, ...]


def reports_of(path: Path, settings: Settings) -> list[Report]:
    """The findings in the file, in order of their places. Raises `DocumentError` if it cannot be read."""
    if path.suffix == ".py":
        return _of_python(path, settings)
    return _of_task(path, settings)


def _of_task(path: Path, settings: Settings) -> list[Report]:
    from ..workspace.effective import effective
    from ..workspace.source_map import locate
    from ..workspace.toml import load

    document = load(path)
    known = effective(document)
    is_code = document.kind == "code"
    findings = check(
        document.source,
        kind=document.kind,
        inputs=document.inputs if is_code else None,
        output=document.output if is_code else None,
        profile=settings.profile or known.profile.value,
        ignore=(*known.ignore.value, *settings.ignore),
        parses=_ask_monty,
    )
    if not findings or document.file is None:
        return []
    source_map = locate(document.file.text, ("task", "source"))
    lines = document.source.split("\n")
    return [_in_document(path, each, lines, source_map) for each in findings]


def _in_document(path: Path, finding: Diagnostic, lines: list[str], source_map: SourceMap | None) -> Report:
    """The finding with the places that its file has for it."""
    if source_map is None:
        return Report(str(path), finding, lines, finding.start, finding.end, None, True, False)

    def moved(position: Position) -> Position:
        return Position(*source_map.position(position.line, position.column))

    edits: tuple[Edit, ...] | None = None
    if finding.fix is not None:
        written = [source_map.written(edit.text) for edit in finding.fix.edits]
        if None not in written:
            edits = tuple(
                Edit(moved(edit.start), moved(edit.end), text or "")
                for edit, text in zip(finding.fix.edits, written)
            )
    return Report(
        str(path),
        finding,
        lines,
        moved(finding.start),
        moved(finding.end),
        edits,
        in_document=True,
        keeps_lines=source_map.keeps_lines,
    )


def _of_python(path: Path, settings: Settings) -> list[Report]:
    from ..workspace.document import LintSettings
    from ..workspace.files import read_text
    from ..workspace.folder import defaults_above
    from .python_tasks import standing_tasks, syntax_findings

    text = read_text(path).text
    lines = text.split("\n")
    broken = syntax_findings(text)
    if broken:
        return [Report(str(path), each, lines, each.start, each.end, None) for each in broken]
    reports = []
    nearest = [each.lint for each in defaults_above(path.parent)]
    folder = LintSettings(
        profile=next((each.profile for each in nearest if each.profile is not None), None),
        ignore=next((each.ignore for each in nearest if each.ignore is not None), None),
    )
    for task in standing_tasks(text):
        findings = check(
            task.source,
            profile=settings.profile or task.profile or folder.profile or "documented",
            ignore=(*(folder.ignore or ()), *settings.ignore),
            parses=_ask_monty,
        )
        for each in findings:
            if not task.knows_better(each):
                moved = task.in_file(each)
                edits = moved.fix.edits if moved.fix is not None else None
                reports.append(Report(str(path), moved, lines, moved.start, moved.end, edits))
    return sorted(reports, key=lambda each: (each.start, each.diagnostic.code))


def _ask_monty(source: str) -> SyntaxFailure | None:
    # Only a text that this Python does not read needs Monty, which takes a while to start.
    from ..sandbox.parsing import parses

    return parses(source)
