"""Which task a `PATH[::TASK]` argument means."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from .messages import CommandError

if TYPE_CHECKING:
    from ..workspace.document import Document

LISTED = 3
HELP = "a task file, or a .py file (PATH::TASK if it holds several tasks)"


def load_task(argument: str) -> Document:
    """The document that `argument` names. Raises `CommandError` and `DocumentError` in one line each."""
    from ..workspace.folder import DEFAULTS_NAME

    path_text, name = _split(argument)
    path = Path(path_text)
    if path.is_dir():
        raise CommandError(f"{path}: is a folder{_tasks_of(path)}")
    if path.name == DEFAULTS_NAME:
        raise CommandError(f"{path}: holds the defaults of a folder, not a task")
    if path.suffix == ".py":
        return _python_task(path, name)
    from ..workspace.toml import load

    document = load(path)
    if name is not None and name != document.name:
        raise CommandError(f"{path}: holds the task {document.name}, not {name}")
    return document


def _split(argument: str) -> tuple[str, str | None]:
    if "::" in argument and not os.path.lexists(argument):
        path, _, name = argument.rpartition("::")
        return path, name
    return argument, None


def _tasks_of(folder: Path) -> str:
    from ..workspace.folder import find_tasks

    found = find_tasks(folder).paths
    if not found:
        return ", and holds no task"
    shown = ", ".join(str(path) for path in found[:LISTED])
    return (
        f"; give one task file, such as {shown}" if len(found) > LISTED else f"; give one task file: {shown}"
    )


def _python_task(path: Path, name: str | None) -> Document:
    from ..workspace.python_file import scan_python_file

    found = scan_python_file(path)
    names = ", ".join(document.name for document in found.documents)
    for problem in found.not_read:
        if name in (None, problem.name) and (name is not None or not found.documents):
            raise CommandError(f"{path}:{problem.line}: {problem.name} cannot be read: {problem.reason}")
    if not found.documents:
        raise CommandError(f"{path}: holds no sandboxed task (a function under @env.sandbox.orchestrator)")
    if name is None and len(found.documents) > 1:
        raise CommandError(f"{path}: holds several tasks; say which: {path}::TASK with one of {names}")
    for document in found.documents:
        if name in (None, document.name):
            return _at_its_lines(document)
    raise CommandError(f"{path}: has no task {name}; it has {names}")


def _at_its_lines(document: Document) -> Document:
    """`document` with empty lines before its source, so that every line told is a line of the file."""
    from dataclasses import replace

    lines = "\n" * document.source_line_offset
    return replace(document, source=lines + document.source, source_line_offset=0)
