"""The workbench without its screen: the open task, what is entered, whether it is saved, and what is known of
it.

Plain calls with plain results, for the widgets and for tests without a terminal. Nothing here starts a
thread; what may take a while (`lint`, `save`, a `TaskRun`) works on copies and may be called from one.
"""

from __future__ import annotations

import builtins
import copy
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from ..lint.diagnostic import Diagnostic
from ..sandbox.errors import SandboxError
from ..workspace.document import Document, ExternalSpec
from ..workspace.effective import effective
from ..workspace.errors import DocumentError
from .inputs.fields import Entries, Field, fields_of
from .known import Known, known_of

NEW_SOURCE = {
    "function": 'def {name}(text: str = "hello") -> str:\n    return text.upper()\n',
    "code": "x + 1\n",
}


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A file that is no task as it stands: its text, to be looked at, and why it is none (`line` counts from
    1).
    """

    path: Path
    text: str
    message: str
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Undeclared:
    """A name that the source calls and nothing declares; `line` is the first place."""

    name: str
    line: int


class Workbench:
    """The one task that is open, and what was done to it since it was read or saved."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder if folder is not None else Path.cwd()
        self.document: Document | None = None
        self.unreadable: Unreadable | None = None
        self.entries = Entries()
        self.siblings: list[Document] = []
        """The tasks of the open file: one of a `.toml`, any number of a `.py`."""
        self.diagnostics: list[Diagnostic] = []
        self.undeclared: list[Undeclared] = []
        self.profile = ""
        self.known = Known()
        self._saved: Document | None = None
        self._fields: tuple[Field, ...] = ()

    # --- opening ---

    def open_file(self, path: Path) -> None:
        """Opens a task file. One that cannot be read as a task becomes `unreadable`, and there is no
        document.

        Raises `DocumentError` where there is no such file, or it cannot be read at all; what was open then
        stays open.
        """
        try:
            documents = read_documents(path)
        except DocumentError as error:
            text = read_text(path)
            self._nothing()
            self.unreadable = Unreadable(path, text, error.message, error.line)
            return
        self.open_document(documents[0])
        self.siblings = documents

    def open_document(self, document: Document, *, saved: bool = True) -> None:
        """Opens `document` with its first case's inputs; one that is not `saved` counts as changed."""
        self._nothing()
        self.document = document
        self.entries = Entries(document.cases[0].inputs if document.cases else None)
        self._saved = copy.deepcopy(document) if saved else None

    def new_task(self, name: str, kind: Literal["function", "code"] = "function") -> Document:
        """Opens a new task of this name, not saved yet, in the folder."""
        source = NEW_SOURCE[kind].format(name=name)
        inputs = {"x": "int"} if kind == "code" else {}
        document = Document(
            name=name, kind=kind, source=source, inputs=inputs, output="int" if kind == "code" else None
        )
        self.open_document(document, saved=False)
        return document

    def _nothing(self) -> None:
        self.siblings = []
        self.document = None
        self.unreadable = None
        self.diagnostics = []
        self.undeclared = []
        self.profile = ""
        self.known = Known()
        self.entries = Entries()
        self._saved = None
        self._fields = ()

    # --- what is open ---

    @property
    def path(self) -> Path | None:
        """The file that is open, if it is one."""
        if self.document is not None:
            return self.document.path
        return self.unreadable.path if self.unreadable is not None else None

    @property
    def name(self) -> str:
        """What the screen calls it: the file's name, or the task's where there is no file yet."""
        if self.path is not None:
            several = self.document is not None and len(self.siblings) > 1
            return f"{self.path.name}::{self.document.name}" if several and self.document else self.path.name
        return self.document.name if self.document is not None else ""

    @property
    def unsaved(self) -> bool:
        """Whether the document differs from its file."""
        return self.document is not None and not self.document.read_only and self.document != self._saved

    def set_source(self, source: str) -> None:
        """Takes over the text of the editor."""
        if self.document is not None:
            self.document.source = source

    @property
    def fields(self) -> tuple[Field, ...]:
        """The fields of the form, as they were last found."""
        return self._fields

    def examine(self) -> None:
        """Brings `fields` and `undeclared` abreast of the text at once."""
        if self.document is not None:
            self.take(examine(self.document, self._fields, with_diagnostics=False))

    def take(self, findings: Findings) -> None:
        """Keeps what `examine` found."""
        self._fields = findings.fields
        self.undeclared = findings.undeclared
        self.profile = findings.profile
        self.known = findings.known
        if findings.diagnostics is not None:
            self.diagnostics = findings.diagnostics

    def signature(self) -> str:
        """The task as one would call it: `route_order(order_id, quantity)`."""
        if self.document is None:
            return ""
        return f"{self.document.name}({', '.join(field.name for field in self._fields)})"

    def externals(self) -> dict[str, tuple[ExternalSpec, str]]:
        """The externals of the task, each with where it comes from (`task`, or a `sandbox.toml`)."""
        return {} if self.document is None else externals_of(self.document)

    # --- checking, running, saving ---

    def snapshot(self) -> Document | None:
        """A copy of the document that a thread may use while the original is edited."""
        return copy.deepcopy(self.document)

    def inputs(self) -> tuple[dict[str, Any], dict[str, str]]:
        """The values entered for the fields, and the problems that forbid a run, by name."""
        return self.entries.collect(self._fields)

    def save(self, path: Path | None = None, *, force: bool = False) -> Path:
        """Writes the document to `path`, or to its own file, and returns where.

        Raises `DocumentError`, and of it `FileChangedError` where another program has changed the file, or
        `path` is another file that exists, and `force` is false.
        """
        from ..workspace.toml import save

        document = self.document
        if document is None:
            raise DocumentError("no task is open")
        if document.read_only:
            # Of a `.py` file's task a task file of its own is made.
            document = replace(document, path=None, file=None, read_only=False, source_line_offset=0)
        save(document, path, force=force)
        self.document = document
        self._saved = copy.deepcopy(document)
        assert document.path is not None
        return document.path

    def restore(self, document: Document) -> None:
        """Opens a document that was not saved when an earlier program ended; its file is not touched."""
        from ..workspace.files import FileText
        from ..workspace.toml import load

        saved = None
        if document.path is not None:
            try:
                saved = load(document.path)
                document.file = saved.file
            except DocumentError:
                # Saving asks before it replaces whatever stands there now.
                document.file = FileText("")
        self.open_document(document, saved=False)
        self._saved = saved

    def save_limits_to_folder(self) -> Path:
        """Moves the task's own limits to the `sandbox.toml` of its folder and returns its path. Raises
        `DocumentError`.
        """
        from ..workspace.folder import save_folder_config

        document = self.document
        if document is None or document.path is None:
            raise DocumentError("save the task first: its folder is not known yet")
        if not document.config:
            raise DocumentError("the task has no limits of its own to save to the folder")
        path = save_folder_config(document.path.parent, dict(document.config))
        document.config.clear()
        return path

    # --- externals ---

    def declare(self, name: str) -> None:
        """Makes `name` an external of the task that asks for its answers."""
        if self.document is not None and name not in self.document.externals:
            self.document.externals[name] = ExternalSpec(name=name)

    def declare_missing(self) -> list[str]:
        """Declares every name that is called and not declared; returns them."""
        names = [each.name for each in self.undeclared]
        for name in names:
            self.declare(name)
        return names

    def remove_external(self, name: str) -> None:
        """Takes an external of the task away; one of the folder shows again."""
        if self.document is not None:
            self.document.externals.pop(name, None)

    def override_external(self, name: str) -> None:
        """Gives the task its own copy of the folder's external."""
        found = self.externals().get(name)
        if self.document is not None and found is not None:
            self.document.externals[name] = copy.deepcopy(found[0])


# Names that a task may call without anyone declaring them.
_PROVIDED = frozenset({"flyte_map"})


def called_names(source: str) -> list[Undeclared]:
    """The names that the source calls and nothing in it binds, in order of their places; none while it does
    not parse.
    """
    import ast

    from ..sandbox.references import free_names

    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    return [Undeclared(name.name, name.line) for name in free_names(tree) if name.called]


@dataclass(frozen=True, slots=True)
class Findings:
    """What is known of a text: its form's fields, the names it calls and nobody declares, the profile that
    counts for it, and (unless not asked for) what the linter says.
    """

    fields: tuple[Field, ...]
    undeclared: list[Undeclared]
    profile: str
    diagnostics: list[Diagnostic] | None
    known: Known = field(default_factory=Known)


def examine(document: Document, before: tuple[Field, ...] = (), *, with_diagnostics: bool = True) -> Findings:
    """Looks at `document`, on any thread. While its text cannot be read, the fields `before` stay."""
    fields = fields_of(document.parameters())
    if not fields and before and document.kind == "function" and not _reads(document.source):
        fields = before
    try:
        settings = document.effective()
    except DocumentError:
        settings = effective(document, ())
    found = None
    if with_diagnostics:
        # Monty, not the Python that this program runs on, decides what can be read.
        from ..sandbox.parsing import parses

        found = document.diagnostics(parses)
    known = known_of(document, settings)
    return Findings(fields, undeclared(document), settings.profile.value, found, known)


def undeclared(document: Document) -> list[Undeclared]:
    """The names that the source calls and that nothing declares, in order of their first place."""
    known = set(externals_of(document)) | set(document.inputs) | _PROVIDED | set(dir(builtins))
    found: dict[str, Undeclared] = {}
    for name in called_names(document.source):
        if name.name not in known:
            found.setdefault(name.name, name)
    return list(found.values())


def externals_of(document: Document) -> dict[str, tuple[ExternalSpec, str]]:
    """The externals at hand for `document`, each with where it comes from (`task`, or the path of a
    `sandbox.toml`).
    """
    try:
        effective = document.effective()
    except DocumentError:
        return {name: (spec, "task") for name, spec in document.externals.items()}
    used = effective.externals_for(document)
    return {
        name: (document.externals.get(name, sourced.value), str(sourced.origin))
        for name, sourced in effective.externals.items()
        if name in used or name in document.externals
    }


def effective_externals(document: Document) -> Mapping[str, ExternalSpec]:
    """The externals that a run of `document` has."""
    return document.effective().externals_for(document)


def read_documents(path: Path) -> list[Document]:
    """The tasks of a file, at least one; a `.py` file is read, never run. Raises `DocumentError`."""
    if path.suffix != ".py":
        from ..workspace.toml import load

        return [load(path)]
    from ..workspace.python_file import scan_python_file

    found = scan_python_file(path)
    if not found.documents:
        why = str(found.not_read[0]) if found.not_read else "no sandboxed task is in this file"
        raise DocumentError(why, path=path, line=found.not_read[0].line if found.not_read else None)
    return found.documents


def read_text(path: Path, limit: int = 2_000_000) -> str:
    """The text of a file for looking at it: what is no UTF-8 is shown as such, and at most `limit` bytes are
    read.
    """
    try:
        with path.open("rb") as file:
            data = file.read(limit + 1)
    except OSError as error:
        raise DocumentError(error.strerror or str(error), path=path) from None
    text = data[:limit].decode("utf-8", "backslashreplace")
    return f"{text}\n... (cut)" if len(data) > limit else text


def _reads(source: str) -> bool:
    from ..sandbox.source import read_function

    try:
        read_function(source)
    except SandboxError:
        return False
    return True


def monty_version() -> str:
    """The Monty that runs the tasks, as the header names it; without loading it."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return f"monty {version('pydantic-monty')}"
    except PackageNotFoundError:
        return ""
