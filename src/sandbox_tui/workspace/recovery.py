"""The journal of unsaved documents: what is typed and not saved survives a crash, a kill and a closed
terminal.

While a document differs from its file, the workbench notes it here after every pause in typing; saving or
dropping it discards the note. At the next start, `pending` offers what was left behind by a process that is
gone. A note is one JSON file in a private folder of the user's, replaced atomically. Nothing in here raises
for what it finds there or cannot write: a journal that fails must not take the work with it.
"""

from __future__ import annotations

import json
import os
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from .document import Document
from .errors import DocumentError
from .files import FileStamp, FileText, read_text, write_bytes

_SUFFIX = ".json"
_DAMAGED = ".damaged"

# A document is at most 10 MB of TOML, which JSON's escapes can make six times as large.
_MAX_BYTES = 64 * 1024 * 1024


def state_folder() -> Path:
    """Where the program keeps its state: `$SANDBOX_TUI_STATE`, else `sandbox-tui` in the XDG state folder."""
    own = os.environ.get("SANDBOX_TUI_STATE")
    if own:
        return Path(own)
    xdg = os.environ.get("XDG_STATE_HOME")
    base = Path(xdg) if xdg and Path(xdg).is_absolute() else Path.home() / ".local" / "state"
    return base / "sandbox-tui"


@dataclass(frozen=True)
class Unsaved:
    """A document that was not saved: the TOML text of it, the file it belongs to (None for a new one) with
    the stamp that this had when it was read, when it was noted (seconds since 1970), and by which process.
    """

    path: Path | None
    name: str
    text: str
    stamp: FileStamp | None
    time: float
    pid: int
    note: Path

    def document(self) -> Document:
        """The document, as far as it had come: what a file must have may be missing. Raises
        `DocumentError`.
        """
        from .toml import loads_unfinished

        document = loads_unfinished(self.text, path=self.path)
        if self.stamp is not None:
            # Saving it must find out whether the file is still the one that was edited.
            document.file = FileText("", known_stamp=self.stamp)
        return document

    def file_has_changed(self) -> bool:
        """Whether the file is no longer the one that this document was read from."""
        return self.path is not None and self.stamp is not None and not self.stamp.matches(self.path)


class Recovery:
    """The journal in one folder. `problem` says why the last note could not be written, or is None."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder if folder is not None else state_folder() / "recovery"
        self.problem: str | None = None

    def note(self, document: Document, *, stamp: FileStamp | None = None) -> bool:
        """Writes down the document as it is now; `stamp` is that of the file it was read from (by default
        `document.file`'s). Whether it could be written: if not, `problem` says why.
        """
        if stamp is None and document.file is not None:
            stamp = document.file.stamp
        record = {
            "path": None if document.path is None else os.path.abspath(document.path),  # noqa: PTH100
            "name": document.name,
            "text": _text_of(document),
            "stamp": None if stamp is None else asdict(stamp),
            "time": time.time(),
            "pid": os.getpid(),
            "started": _start_of(os.getpid()),
        }
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if self.folder.stat().st_mode & 0o077:
                self.folder.chmod(0o700)
            target = self._note_path(_key_of(document), os.getpid())
            # Not flushed to the disk: that costs milliseconds at every pause, and a killed process loses
            # nothing by it.
            write_bytes(target, json.dumps(record).encode(), mode=0o600, sync=False)
        except (OSError, DocumentError, ValueError) as error:
            self.problem = str(error)
            return False
        self.problem = None
        return True

    def discard(self, document: Document | Path) -> None:
        """Forgets what is noted of a document (given itself, or by its path), except by other living
        processes.
        """
        key = _key_of(document) if isinstance(document, Document) else _path_key(document)
        for note in self._notes(_digest(key)):
            unsaved = self._read(note)
            if unsaved is None or unsaved.pid == os.getpid() or not self._is_alive(note):
                _remove(note)

    def forget(self, unsaved: Unsaved) -> None:
        """Forgets this one, when it has been taken over or is not wanted; not what was noted in its place
        since.
        """
        now = self._read(unsaved.note)
        if now is not None and now.time == unsaved.time:
            _remove(unsaved.note)

    def pending(self, path: Path | None = None) -> list[Unsaved]:
        """What was not saved (of this file, or of any), newest first; not what another living process has
        open.

        A note that says what its file says by now is dropped. One that cannot be read is kept aside, under
        another name.
        """
        found = []
        for note in self._notes("" if path is None else _digest(_path_key(path))):
            unsaved = self._read(note)
            if unsaved is None or (unsaved.pid != os.getpid() and self._is_alive(note)):
                continue
            if _is_saved(unsaved):
                _remove(note)
            else:
                found.append(unsaved)
        return sorted(found, key=lambda each: each.time, reverse=True)

    # --- the folder ---

    def _note_path(self, key: str, pid: int) -> Path:
        # Two processes may edit one file: each has a note of its own.
        return self.folder / f"{_digest(key)}-{pid}{_SUFFIX}"

    def _notes(self, prefix: str) -> list[Path]:
        try:
            return [
                each
                for each in sorted(self.folder.iterdir())
                if each.suffix == _SUFFIX and each.name.startswith(prefix) and not each.name.startswith(".")
            ]
        except OSError:
            return []

    def _record(self, note: Path) -> dict[str, Any] | None:
        """What the note says; None (and the note kept aside) if it is damaged or not ours."""
        try:
            status = note.lstat()
            if hasattr(os, "getuid") and status.st_uid != os.getuid():
                return None
            if status.st_size > _MAX_BYTES:
                raise ValueError("too large")
            record = json.loads(note.read_bytes())
            _check_record(record)
        except OSError:
            return None
        except (ValueError, TypeError, KeyError, RecursionError):
            try:
                note.rename(note.with_suffix(_DAMAGED))
            except OSError:
                pass
            return None
        found: dict[str, Any] = record
        return found

    def _read(self, note: Path) -> Unsaved | None:
        record = self._record(note)
        if record is None:
            return None
        stamp, path = record["stamp"], record["path"]
        return Unsaved(
            path=None if path is None else Path(path),
            name=record["name"],
            text=record["text"],
            stamp=None if stamp is None else FileStamp(**stamp),
            time=record["time"],
            pid=record["pid"],
            note=note,
        )

    def _is_alive(self, note: Path) -> bool:
        """Whether the process that wrote the note still runs (and is not another one that got its number)."""
        record = self._record(note)
        if record is None:
            return False
        pid = record["pid"]
        try:
            os.kill(pid, 0)
        except PermissionError:
            pass
        except (OSError, OverflowError):
            return False
        return record["started"] is None or record["started"] == _start_of(pid)


def _check_record(record: Any) -> None:
    kinds: dict[str, Any] = {
        "path": (str, type(None)),
        "name": str,
        "text": str,
        "stamp": (dict, type(None)),
        "time": (int, float),
        "pid": int,
        "started": (str, type(None)),
    }
    for key, kind in kinds.items():
        if not isinstance(record[key], kind):
            raise TypeError(key)
    # A signal to 0 or to a negative number would go to a whole group of processes.
    if record["pid"] <= 0 or "\0" in (record["path"] or ""):
        raise ValueError("pid or path")
    if record["stamp"] is not None:
        FileStamp(**record["stamp"])


def _key_of(document: Document) -> str:
    return f"new:{document.name}" if document.path is None else _path_key(document.path)


def _path_key(path: Path) -> str:
    return f"file:{os.path.realpath(path)}"


def _digest(key: str) -> str:
    import hashlib

    return hashlib.blake2b(os.fsencode(key), digest_size=12).hexdigest()


def _text_of(document: Document) -> str:
    from .toml import dumps

    try:
        return dumps(document)
    except DocumentError:
        # A value that no file can hold must not keep the source from being noted.
        plain = Document(name=document.name, kind=document.kind, source=document.source)
        plain.inputs, plain.output = dict(document.inputs), document.output
        return dumps(plain)


def _is_saved(unsaved: Unsaved) -> bool:
    from .toml import dumps, loads

    if unsaved.path is None:
        return False
    try:
        return dumps(loads(read_text(unsaved.path).text)) == unsaved.text
    except DocumentError:
        return False


def _start_of(pid: int) -> str | None:
    """When a process started, as the system counts it; None where the system does not tell."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (OSError, ValueError):
        return None
    # The name of the program, in brackets, may hold anything.
    fields = stat[stat.rfind(")") + 1 :].split()
    return fields[19] if len(fields) > 19 else None


def _remove(note: Path) -> None:
    try:
        note.unlink()
    except OSError:
        pass
