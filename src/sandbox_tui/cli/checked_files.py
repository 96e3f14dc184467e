"""The findings in one file, and what it is after fixing: a task file's source, or the orchestrators of a
`.py` file where they stand, or a source that comes from elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from ..lint.check import check
from ..lint.diagnostic import Diagnostic, Edit, Position, SyntaxFailure
from ..lint.formats.report import Report

if TYPE_CHECKING:
    from ..lint.fixes import Fixed
    from ..workspace.document import Document
    from ..workspace.effective import Effective
    from ..workspace.files import FileText
    from ..workspace.source_map import SourceMap

# Of a text that cannot be read not all is known, so that nothing in it is changed.
_UNREADABLE = ("SBX001", "SBX002", "SBX003", "SBX004")


@dataclass(frozen=True)
class Settings:
    """What the command line says: a profile and a target (None: what the file or folder says), codes to
    ignore besides theirs, and whether the type checker is asked, too.
    """

    profile: Any = None
    ignore: tuple[str, ...] = ()
    target: str | None = None
    types: bool = False


@dataclass(frozen=True)
class Mended:
    """A file after fixing: its text, the findings that were mended, and those that it still has."""

    text: str
    applied: tuple[Diagnostic, ...]
    reports: list[Report]


class CheckedFile:
    """A file that is checked. `text` is what stands in it, `name` what it is called in reports, `file` what
    it was read from (None: from elsewhere).
    """

    name: str
    text: str
    file: FileText | None = None

    def reports(self) -> list[Report]:
        """The findings, in order of their places."""
        return self._reports(self.text, self._find(self._source))

    def mended(self, *, unsafe: bool = False) -> Mended:
        """The file with what can be mended."""
        from ..lint.fixes import fix_all

        findings = self._find(self._source)
        if any(each.code in _UNREADABLE for each in findings):
            return Mended(self.text, (), self._reports(self.text, findings))
        fixed = fix_all(self._source, self._find, unsafe=unsafe)
        if not fixed.applied:
            return Mended(self.text, (), self._reports(self.text, list(fixed.left)))
        return self._mended(fixed)

    def write(self, text: str) -> None:
        """Writes the mended text to where it came from, if it is a file and `text` is another.

        Raises `DocumentError` if it cannot be written or has been changed since it was read.
        """
        from ..workspace.files import write_text

        if self.file is not None and text != self.text:
            write_text(Path(self.name), text, like=self.file, expected=self.file.stamp)

    @property
    def _source(self) -> str:
        """The text that the places of findings are in."""
        return self.text

    def _find(self, source: str) -> list[Diagnostic]:
        raise NotImplementedError

    def _reports(self, text: str, findings: list[Diagnostic]) -> list[Report]:
        """The findings, whose places are those of the source in `text`."""
        lines = text.split("\n")
        return [
            Report(self.name, each, lines, each.start, each.end, each.fix.edits if each.fix else None)
            for each in findings
        ]

    def _mended(self, fixed: Fixed) -> Mended:
        return Mended(fixed.text, fixed.applied, self._reports(fixed.text, list(fixed.left)))


class CheckedSource(CheckedFile):
    """A source that stands in no task file: it comes from standard input."""

    def __init__(self, name: str, text: str, kind: Literal["function", "code"], settings: Settings) -> None:
        self.name = name
        self.text = text
        self._kind = kind
        self._settings = settings

    def _find(self, source: str) -> list[Diagnostic]:
        settings = self._settings
        findings = check(
            source,
            kind=self._kind,
            profile=settings.profile or "documented",
            ignore=settings.ignore,
            parses=_ask_monty,
            target=settings.target,
        )
        return _with_types(source, findings, settings, kind=self._kind)


class CheckedTask(CheckedFile):
    """A task file. Raises `DocumentError` where the document's or a folder's file cannot be read."""

    def __init__(self, path: Path, settings: Settings, *, text: str | None = None) -> None:
        from ..workspace.effective import effective
        from ..workspace.files import FileText
        from ..workspace.toml import load, loads

        self.name = str(path)
        if text is None:
            self.document: Document = load(path)
            self.file = self.document.file
        else:
            self.document = loads(text, path=path)
            self.document.file = FileText(text)
        self.text = self.document.file.text if self.document.file is not None else ""
        self._settings = settings
        self._known: Effective = effective(self.document)

    @property
    def _source(self) -> str:
        return self.document.source

    def _find(self, source: str) -> list[Diagnostic]:
        settings, known, document = self._settings, self._known, self.document
        is_code = document.kind == "code"
        given: dict[str, Any] = {
            "kind": document.kind,
            "inputs": document.inputs if is_code else None,
            "output": document.output if is_code else None,
            "externals": self._externals,
        }
        findings = check(
            source,
            profile=settings.profile or known.profile.value,
            ignore=(*known.ignore.value, *settings.ignore),
            parses=_ask_monty,
            target=settings.target or (known.target.value if known.target.origin != "default" else None),
            shared=[name for name in self._externals if name not in document.externals],
            **given,
        )
        return _with_types(source, findings, settings, ignore=tuple(known.ignore.value), **given)

    @cached_property
    def _externals(self) -> Mapping[str, str | None]:
        known = self._known.externals_for(self.document)
        return {name: external.signature for name, external in known.items()}

    def _reports(self, text: str, findings: list[Diagnostic], source: str | None = None) -> list[Report]:
        from ..workspace.source_map import locate

        if not findings:
            return []
        source_map = locate(text, ("task", "source"))
        lines = (self.document.source if source is None else source).split("\n")
        return [_in_document(self.name, each, lines, source_map) for each in findings]

    def _mended(self, fixed: Fixed) -> Mended:
        from ..workspace.source_edit import with_source

        text = with_source(self.document, fixed.text)
        return Mended(text, fixed.applied, self._reports(text, list(fixed.left), fixed.text))


class CheckedPython(CheckedFile):
    """The orchestrators of a `.py` file. Raises `DocumentError` where it cannot be read."""

    def __init__(self, path: Path, settings: Settings, *, text: str | None = None) -> None:
        from ..workspace.files import read_text
        from ..workspace.folder import defaults_above

        self.name = str(path)
        if text is None:
            self.file = read_text(path)
            text = self.file.text
        self.text = text
        self._settings = settings
        nearest = [each.lint for each in defaults_above(path.parent)]
        self._profile = next((each.profile for each in nearest if each.profile is not None), None)
        self._ignore = next((each.ignore for each in nearest if each.ignore is not None), [])
        self._target = next((each.target for each in nearest if each.target is not None), None)

    def _find(self, source: str) -> list[Diagnostic]:
        from .python_tasks import known_names, standing_tasks, syntax_findings

        broken = syntax_findings(source)
        if broken:
            return broken
        settings = self._settings
        found: list[Diagnostic] = []
        known = known_names(source)
        for task in standing_tasks(source):
            findings = check(
                task.source,
                profile=settings.profile or task.profile or self._profile or "documented",
                ignore=(*self._ignore, *settings.ignore),
                parses=_ask_monty,
                target=settings.target or self._target,
                externals=None if known is None else dict.fromkeys(known),
                shared=known or (),
            )
            found += [task.in_file(each) for each in findings if not task.knows_better(each)]
        return sorted(found, key=lambda each: (each.start, each.code))


def checked(path: Path, settings: Settings) -> CheckedTask | CheckedPython:
    """The file at `path`. Raises `DocumentError` if it cannot be read."""
    return CheckedPython(path, settings) if path.suffix == ".py" else CheckedTask(path, settings)


def _with_types(
    source: str, findings: list[Diagnostic], settings: Settings, ignore: tuple[str, ...] = (), **given: Any
) -> list[Diagnostic]:
    """The findings with those of the type checker, where it is asked."""
    if not settings.types:
        return findings
    from ..lint.suppress import unsilenced
    from ..sandbox.typecheck import type_findings, without_repeats

    ignored = (*ignore, *settings.ignore)
    types = [each for each in type_findings(source, **given) if not each.code.startswith(ignored)]
    both = [*findings, *without_repeats(types, findings)]
    return sorted(unsilenced(source, both), key=lambda each: (each.start, each.code))


def _in_document(path: str, finding: Diagnostic, lines: list[str], source_map: SourceMap | None) -> Report:
    """The finding with the places that its file has for it."""
    if source_map is None:
        return Report(path, finding, lines, finding.start, finding.end, None, True, False)

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
        path,
        finding,
        lines,
        moved(finding.start),
        moved(finding.end),
        edits,
        in_document=True,
        keeps_lines=source_map.keeps_lines,
    )


def _ask_monty(source: str) -> SyntaxFailure | None:
    # Only a text that this Python does not read needs Monty, which takes a while to start.
    from ..sandbox.parsing import parses

    return parses(source)
