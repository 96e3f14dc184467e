"""Reading and writing the files of a workspace so that nothing is lost.

A write is atomic: the file is the old one or the new one, whatever happens in between, also a kill or a full
disk. It goes through a symbolic link to what the link names, keeps the file's permissions, line ends and byte
order mark, and refuses to replace a file which another program has changed since it was read. Text is UTF-8
with line feeds inside the program, whatever the file has.
"""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from .errors import DocumentError, FileChangedError

MAX_BYTES = 10 * 1024 * 1024
"""The largest file that is read: a task of more than this is a mistake (a data file with the wrong name)."""

_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class FileStamp:
    """What tells one state of a file from another: time, size, inode, and a digest of its content."""

    mtime_ns: int
    size: int
    inode: int
    digest: str

    def matches(self, path: Path) -> bool:
        """Whether the file at `path` still has this content (a mere touch changes nothing). Reads the
        file.
        """
        data = _content(path)
        return data is not None and len(data) == self.size and digest_of(data) == self.digest

    def looks_unchanged(self, path: Path) -> bool:
        """Whether time, size and inode are the same: a quick look, for asking again and again."""
        try:
            status = path.stat()
        except OSError:
            return False
        return (status.st_mtime_ns, status.st_size, status.st_ino) == (self.mtime_ns, self.size, self.inode)


ABSENT = FileStamp(0, -1, 0, "")
"""The stamp of a file that does not exist."""


@dataclass(frozen=True)
class FileText:
    """A file as it was read: its text with line feeds, and what is needed to write it back the same way."""

    text: str
    newline: str = "\n"
    bom: bool = False
    data: bytes = field(default=b"", repr=False)
    status: tuple[int, int, int] = (0, 0, 0)
    known_stamp: FileStamp | None = None
    """The stamp, of a file that was read by another process and whose content is not at hand."""

    @cached_property
    def stamp(self) -> FileStamp:
        """The stamp of the file as it was when it was read."""
        if self.known_stamp is not None:
            return self.known_stamp
        mtime_ns, size, inode = self.status
        return FileStamp(mtime_ns, size, inode, digest_of(self.data))


def digest_of(data: bytes) -> str:
    """A digest of a file's content."""
    import hashlib

    return hashlib.blake2b(data, digest_size=16).hexdigest()


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None


# --- reading ---


def read_text(path: Path) -> FileText:
    """The text of the file. Raises `DocumentError`, one clear line, for what is no readable text file of at
    most `MAX_BYTES`.
    """
    data, status = _read_bytes(path)
    bom = data.startswith(_BOM)
    body = data[len(_BOM) :] if bom else data
    if b"\0" in body:
        raise DocumentError("this is a binary file, not text", path=path)
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        line = body.count(b"\n", 0, error.start) + 1
        raise DocumentError(
            f"not UTF-8 text: byte 0x{body[error.start]:02x} at offset {error.start}", path=path, line=line
        ) from None
    newline = "\r\n" if text.count("\r\n") * 2 > text.count("\n") else "\n"
    return FileText(text.replace("\r\n", "\n"), newline, bom, data, status)


def _read_bytes(path: Path) -> tuple[bytes, tuple[int, int, int]]:
    try:
        # A pipe or a device is never opened: that could block, or do something.
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            raise DocumentError("this is a folder, not a file", path=path)
        if not stat.S_ISREG(mode):
            raise DocumentError("this is not a regular file", path=path)
        with path.open("rb") as file:
            status = os.fstat(file.fileno())
            data = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise DocumentError("no such file", path=path) from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise DocumentError(f"the file cannot be read: {reason}", path=path) from None
    if len(data) > MAX_BYTES:
        raise DocumentError(f"the file is larger than {MAX_BYTES // (1024 * 1024)} MB", path=path)
    return data, (status.st_mtime_ns, status.st_size, status.st_ino)


# --- writing ---


def write_text(
    path: Path,
    text: str,
    *,
    like: FileText | None = None,
    expected: FileStamp | None = None,
) -> FileText:
    """Writes `text` with the line ends and byte order mark of `like`, atomically; returns the file as it now
    is.

    Raises `FileChangedError` if the file is not in the state `expected` (`ABSENT`: there is none; None: any
    state); and `DocumentError` if it cannot be written. In both cases the file is as it was.
    """
    layout = like or FileText("")
    try:
        body = text.replace("\n", layout.newline).encode()
    except UnicodeEncodeError as error:
        line = text.count("\n", 0, error.start) + 1
        raise DocumentError("a lone surrogate cannot be written as UTF-8", path=path, line=line) from None
    data = (_BOM if layout.bom else b"") + body
    status = write_bytes(path, data, expected=expected)
    return FileText(text, layout.newline, layout.bom, data, status)


def write_bytes(
    path: Path, data: bytes, *, expected: FileStamp | None = None, mode: int | None = None, sync: bool = True
) -> tuple[int, int, int]:
    """Replaces the file at `path` by `data`, atomically; returns its time, size and inode. See `write_text`.

    `mode` is the permissions of a new file (by default what the umask leaves of 0666); an existing file keeps
    its own. Without `sync` the write survives the end of this process, but maybe not that of the system.
    """
    try:
        target = Path(os.path.realpath(path))
        exists = target.exists()
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise DocumentError(f"the file cannot be written: {reason}", path=path) from None
    if exists and not target.is_file():
        # Renaming a file onto a device such as /dev/null would replace the device.
        raise DocumentError("this is no regular file, so nothing is written to it", path=path)
    _check(path, target, expected)
    temporary: Path | None = None
    try:
        temporary, descriptor = _create_beside(target)
        with os.fdopen(descriptor, "wb") as file:
            _take_permissions(file.fileno(), target, mode)
            file.write(data)
            file.flush()
            if sync:
                os.fsync(file.fileno())
            status = os.fstat(file.fileno())
        # Looked at again as late as can be: another program may have written while this one did.
        _check(path, target, expected)
        temporary.replace(target)
        temporary = None
    except OSError as error:
        raise DocumentError(f"the file cannot be written: {error.strerror}", path=path) from None
    finally:
        if temporary is not None:
            _remove(temporary)
    if sync:
        _sync_folder(target.parent)
    return status.st_mtime_ns, status.st_size, status.st_ino


def _check(path: Path, target: Path, expected: FileStamp | None) -> None:
    if expected is None:
        return
    if expected == ABSENT:
        if os.path.lexists(target):
            raise FileChangedError("a file of this name exists already", path=path)
    elif not target.exists():
        raise FileChangedError("another program has removed the file", path=path)
    elif not expected.matches(target):
        raise FileChangedError("another program has changed the file since it was read", path=path)


def _create_beside(target: Path) -> tuple[Path, int]:
    """A new, empty, private file in the folder of `target`: only there a rename is atomic."""
    for _ in range(100):
        # The name is cut so that a long file name does not become too long by the suffix.
        temporary = target.with_name(f".{target.name[:80]}.{os.urandom(6).hex()}.tmp")
        try:
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_CLOEXEC", 0)
            return temporary, os.open(temporary, flags, 0o600)
        except FileExistsError:
            continue
    raise FileExistsError(17, "no free name for a temporary file")


def _take_permissions(descriptor: int, target: Path, mode: int | None) -> None:
    try:
        old = target.stat()
    except FileNotFoundError:
        if mode is None:
            mask = os.umask(0o077)
            os.umask(mask)
            mode = 0o666 & ~mask
        os.fchmod(descriptor, mode)
        return
    os.fchmod(descriptor, stat.S_IMODE(old.st_mode))
    if (old.st_uid, old.st_gid) != (os.geteuid(), os.getegid()):
        try:
            os.fchown(descriptor, old.st_uid, old.st_gid)
            # Giving a file away takes its set-id bits.
            os.fchmod(descriptor, stat.S_IMODE(old.st_mode))
        except OSError:
            pass


def _remove(path: Path) -> None:
    try:
        path.unlink()
    except OSError:
        pass


def _sync_folder(folder: Path) -> None:
    """Makes the rename last through a loss of power; where a file system has no such call, the file is as
    safe as it gets.
    """
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(descriptor)
    except OSError:
        pass
    finally:
        os.close(descriptor)
