"""Task files: reading and writing documents as TOML.

Reading accepts exactly the format (`docs/toml.md`) and says of anything else what is wrong, with file and
line. Writing is lossless: what is loaded from what was saved is the same document. Saving over a file changes
only what has changed and leaves the rest of the text, its comments among it, byte for byte.
"""

from __future__ import annotations

import os
import re
import tomllib
from pathlib import Path
from typing import Any

from .document import Document
from .errors import DocumentError, FileChangedError
from .files import ABSENT, FileStamp, FileText, read_text, write_text
from .folder import FolderDefaults
from .positions import Positions, scan
from .toml_read import Problem, read_defaults, read_document
from .toml_write import defaults_data, document_data, render

__all__ = [
    "DocumentError",
    "FileChangedError",
    "dumps",
    "dumps_defaults",
    "load",
    "load_defaults",
    "loads",
    "loads_defaults",
    "loads_unfinished",
    "rewritten",
    "save",
    "save_defaults",
]

_PLACE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")


# --- documents ---


def load(path: Path | str) -> Document:
    """The document in the file. Raises `DocumentError`."""
    file = read_text(Path(path))
    document = loads(file.text, path=Path(path))
    document.file = file
    return document


def loads(text: str, *, path: Path | None = None) -> Document:
    """The document that `text` holds; `path` is where it comes from. Raises `DocumentError`."""
    document: Document = _read(text, path, read_document)
    document.path = path
    return document


def loads_unfinished(text: str, *, path: Path | None = None) -> Document:
    """The document that `text` holds, also if it was still being edited: what a file must have may be
    missing.

    Raises `DocumentError` for what is not a document at all.
    """

    def reader(data: dict[str, Any]) -> Document:
        return read_document(data, whole=False)

    document: Document = _read(text, path, reader)
    document.path = path
    return document


def dumps(document: Document) -> str:
    """The document as TOML text, in a fixed order of keys. Raises `DocumentError` for a value that no task
    can have.
    """
    return _render(document_data, document, document.path)


def save(
    document: Document,
    path: Path | str | None = None,
    *,
    expected: FileStamp | None = None,
    force: bool = False,
) -> FileStamp:
    """Writes the document to `path`, or to its own, atomically, changing only what has changed; returns the
    stamp of the file as it now is. Sets `document.path` and `document.file`.

    Raises `FileChangedError` if the file on disk is not the one that is `expected`, unless `force`: by
    default the one that the document was loaded from or last saved to, and none at all for any other path.
    Raises `DocumentError`, leaving the file alone, for a document that could not be read back.
    """
    target = Path(path) if path is not None else document.path
    if target is None:
        raise DocumentError("the document has no file name yet")
    if target.suffix == ".py":
        raise DocumentError("a task of a .py file is not written back: save it as a .toml file", path=target)
    if expected is None:
        is_own = document.path is not None and _same_file(target, document.path)
        expected = document.file.stamp if is_own and document.file is not None else ABSENT
    document.file = _save(target, dumps(document), loads, dumps, None if force else expected)
    document.path = target
    # A task that was read from a .py file is now one of its own.
    document.read_only = False
    document.source_line_offset = 0
    return document.file.stamp


def rewritten(document: Document) -> str:
    """The text of the document's file as `save` would change it. Raises `DocumentError` as `save` does."""
    old = document.file.text if document.file is not None else None
    return _over(old, dumps(document), document.path, loads, dumps)


def _same_file(left: Path, right: Path) -> bool:
    return os.path.realpath(left) == os.path.realpath(right)


# --- sandbox.toml ---


def load_defaults(path: Path | str) -> FolderDefaults:
    """The defaults in a `sandbox.toml`. Raises `DocumentError`."""
    file = read_text(Path(path))
    defaults = loads_defaults(file.text, path=Path(path))
    defaults.file = file
    return defaults


def loads_defaults(text: str, *, path: Path | None = None) -> FolderDefaults:
    """The defaults that `text` holds. Raises `DocumentError`."""
    defaults: FolderDefaults = _read(text, path, read_defaults)
    defaults.path = path
    return defaults


def dumps_defaults(defaults: FolderDefaults) -> str:
    """The defaults as TOML text."""
    return _render(defaults_data, defaults, defaults.path)


def save_defaults(defaults: FolderDefaults, path: Path | str, *, force: bool = False) -> None:
    """Writes a `sandbox.toml` as `save` writes a task."""
    target = Path(path)
    expected = defaults.file.stamp if defaults.file is not None else ABSENT
    defaults.file = _save(
        target, dumps_defaults(defaults), loads_defaults, dumps_defaults, None if force else expected
    )
    defaults.path = target


# --- how ---


def parse(text: str, path: Path | None = None) -> dict[str, Any]:
    """TOML's data. Raises `DocumentError` with the line of a syntax error."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        message = str(error)
        place = _PLACE.search(message)
        line = column = None
        if place:
            message = message[: place.start()]
            line, column = int(place[1] or 0) or None, int(place[2] or 0) or None
            if line is None:
                message += " at the end of the file"
                line = text.rstrip("\n").count("\n") + 1
        raise DocumentError(f"not valid TOML: {message}", path=path, line=line, column=column) from None
    except RecursionError:
        raise DocumentError("the values are nested too deeply", path=path) from None
    except ValueError as error:
        # A number of more than 4300 digits, or a date that does not exist.
        raise DocumentError(f"not valid TOML: {error}", path=path) from None


def positions_of(text: str) -> Positions:
    """The places of the keys of valid TOML; without any where it is nested too deeply to be walked."""
    try:
        return scan(text)
    except (RecursionError, IndexError, ValueError):
        return Positions(text)


def _read(text: str, path: Path | None, reader: Any) -> Any:
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    data = parse(text, path)
    try:
        return reader(data)
    except Problem as problem:
        line, column = positions_of(text).place(problem.path) or (None, None)
        raise DocumentError(problem.message, path=path, line=line, column=column) from None
    except RecursionError:
        raise DocumentError("the values are nested too deeply", path=path) from None


def _render(make_data: Any, item: Any, path: Path | None) -> str:
    try:
        return render(make_data(item))
    except Problem as problem:
        raise DocumentError(f"{problem.place}: {problem.message}", path=path) from None


def _save(path: Path, text: str, reader: Any, writer: Any, expected: FileStamp | None) -> FileText:
    old = None
    if path.exists():
        try:
            old = read_text(path)
        except DocumentError:
            # What is no text cannot be edited; it is replaced whole, if it is the file that was expected.
            old = None
    text = _over(old.text if old is not None else None, text, path, reader, writer)
    return write_text(path, text, like=old, expected=expected)


def _over(old: str | None, text: str, path: Path | None, reader: Any, writer: Any) -> str:
    """The text that says what `text` says, with as much of `old` as can be."""
    from .toml_edit import edited

    # A file that could not be opened again is worse than one that is not written.
    if writer(reader(text, path=path)) != text:
        raise DocumentError("the document would not be read back as it is; nothing was written", path=path)
    if old is None:
        return text
    return edited(old, text, lambda each: str(writer(reader(each, path=path))))
