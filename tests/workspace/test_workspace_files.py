"""Writing a file loses nothing: it is the old one or the new one, whatever happens in between."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sandbox_tui.workspace.errors import DocumentError, FileChangedError
from sandbox_tui.workspace.files import ABSENT, read_text, write_bytes, write_text

OLD, NEW = b"old\n" * 1000, b"new\n" * 2000

# Every call to the system that a write makes, in the order of its first use.
STEPS = ["open", "fchmod", "fdopen", "fstat", "fsync", "replace"]


@pytest.fixture
def target(tmp_path: Path) -> Path:
    path = tmp_path / "task.toml"
    path.write_bytes(OLD)
    return path


class Interrupted(BaseException):
    """Stands for whatever ends a program between two steps."""


def failing(name: str, error: BaseException, *, after: bool) -> Callable[..., Any]:
    """`os.<name>` that raises before or after it has done its work."""
    original = getattr(os, name)

    def call(*args: Any, **kwargs: Any) -> Any:
        if not after:
            raise error
        original(*args, **kwargs)
        raise error

    return call


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("step", STEPS)
def test_an_error_at_any_step_leaves_the_old_file_or_the_new(
    target: Path, monkeypatch: pytest.MonkeyPatch, step: str, after: bool
) -> None:
    monkeypatch.setattr(os, step, failing(step, OSError(28, "No space left on device"), after=after))
    with pytest.raises(DocumentError, match="cannot be written: No space left on device"):
        write_bytes(target, NEW)
    monkeypatch.undo()
    assert target.read_bytes() == (NEW if step == "replace" and after else OLD)


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("step", STEPS)
def test_an_interruption_at_any_step_leaves_the_old_file_or_the_new(
    target: Path, monkeypatch: pytest.MonkeyPatch, step: str, after: bool
) -> None:
    monkeypatch.setattr(os, step, failing(step, Interrupted(), after=after))
    with pytest.raises(Interrupted):
        write_bytes(target, NEW)
    monkeypatch.undo()
    assert target.read_bytes() in (OLD, NEW)


def test_a_kill_before_any_line_of_the_write_leaves_the_old_file_or_the_new(tmp_path: Path) -> None:
    # The child runs the write under a tracer that kills it at the n-th line, for every n until it survives.
    program = (
        "import os, signal, sys\n"
        "from pathlib import Path\n"
        "from sandbox_tui.workspace import files\n"
        "path, start = Path(sys.argv[1]), int(sys.argv[2])\n"
        "for limit in range(start, 10_000):\n"
        "    path.write_bytes(b'old' * 100)\n"
        "    child = os.fork()\n"
        "    if child == 0:\n"
        "        left = limit\n"
        "        def trace(frame, event, argument):\n"
        "            global left\n"
        "            if frame.f_code.co_filename == files.__file__:\n"
        "                left -= 1\n"
        "                if left < 0:\n"
        "                    os.kill(os.getpid(), signal.SIGKILL)\n"
        "                return trace\n"
        "        sys.settrace(trace)\n"
        "        files.write_bytes(path, b'new' * 200)\n"
        "        os._exit(0)\n"
        "    status = os.waitpid(child, 0)[1]\n"
        "    content = path.read_bytes()\n"
        "    assert content in (b'old' * 100, b'new' * 200), (limit, content[:20])\n"
        "    if status == 0:\n"
        "        print(limit, content[:3].decode())\n"
        "        break\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "f"), "0"], capture_output=True, text=True, check=True
    )
    lines, content = done.stdout.split()
    assert int(lines) > 20
    assert content == "new"


def test_a_failed_write_leaves_no_temporary_file(target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", failing("fsync", OSError(5, "Input/output error"), after=False))
    with pytest.raises(DocumentError):
        write_bytes(target, NEW)
    assert list(target.parent.iterdir()) == [target]


def test_a_folder_that_cannot_be_flushed_is_no_error(target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    original = os.fsync

    def fsync(descriptor: int) -> None:
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            raise OSError(22, "Invalid argument")
        original(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    write_bytes(target, NEW)
    assert target.read_bytes() == NEW


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o755, 0o444])
def test_permissions_are_kept(target: Path, mode: int) -> None:
    target.chmod(mode)
    write_bytes(target, NEW)
    assert stat.S_IMODE(target.stat().st_mode) == mode


def test_a_new_file_has_the_permissions_that_the_umask_leaves(tmp_path: Path) -> None:
    mask = os.umask(0o027)
    try:
        write_bytes(tmp_path / "new", NEW)
    finally:
        os.umask(mask)
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o640


def test_a_link_is_written_through(target: Path, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    link = tmp_path / "folder" / "link.toml"
    link.symlink_to("../task.toml")
    write_bytes(link, NEW)
    assert link.is_symlink()
    assert target.read_bytes() == NEW


@pytest.mark.parametrize(
    ("content", "text", "newline"),
    [
        (b"a\r\nb\r\n", "a\nb\n", "\r\n"),
        (b"a\nb\n", "a\nb\n", "\n"),
        (b"\xef\xbb\xbfa\r\n", "a\n", "\r\n"),
        (b"", "", "\n"),
    ],
)
def test_line_ends_and_byte_order_mark_are_kept(
    tmp_path: Path, content: bytes, text: str, newline: str
) -> None:
    path = tmp_path / "f"
    path.write_bytes(content)
    read = read_text(path)
    assert (read.text, read.newline) == (text, newline)
    write_text(path, text + "c\n", like=read)
    assert path.read_bytes() == content + b"c" + newline.encode()


# --- other programs ---


def test_a_file_that_another_program_has_changed_is_not_overwritten(target: Path) -> None:
    stamp = read_text(target).stamp
    target.write_bytes(b"theirs")
    with pytest.raises(FileChangedError, match="another program has changed the file since it was read"):
        write_text(target, "ours", expected=stamp)
    assert target.read_bytes() == b"theirs"


def test_a_change_of_the_same_size_and_time_is_found(target: Path) -> None:
    stamp = read_text(target).stamp
    target.write_bytes(OLD.upper())
    os.utime(target, ns=(stamp.mtime_ns, stamp.mtime_ns))
    with pytest.raises(FileChangedError):
        write_text(target, "ours", expected=stamp)


def test_a_file_that_was_only_touched_can_be_written(target: Path) -> None:
    stamp = read_text(target).stamp
    os.utime(target, ns=(1, 1))
    assert not stamp.looks_unchanged(target)
    assert stamp.matches(target)
    write_text(target, "ours", expected=stamp)
    assert target.read_text() == "ours"


def test_a_file_that_another_program_has_removed_is_said(target: Path) -> None:
    stamp = read_text(target).stamp
    target.unlink()
    with pytest.raises(FileChangedError, match="removed"):
        write_text(target, "ours", expected=stamp)


def test_a_file_that_appeared_meanwhile_is_not_overwritten(target: Path) -> None:
    with pytest.raises(FileChangedError, match="exists already"):
        write_text(target, "ours", expected=ABSENT)


def test_a_change_during_the_write_is_found_too(target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stamp = read_text(target).stamp
    original = os.fsync

    def fsync(descriptor: int) -> None:
        target.write_bytes(b"theirs")
        original(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    with pytest.raises(FileChangedError):
        write_text(target, "ours", expected=stamp)
    assert target.read_bytes() == b"theirs"


def test_what_was_written_is_what_the_next_write_expects(target: Path) -> None:
    first = write_text(target, "one", expected=read_text(target).stamp)
    assert first.stamp == read_text(target).stamp
    write_text(target, "two", expected=first.stamp)
    assert target.read_text() == "two"


def test_a_folder_that_does_not_exist_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="cannot be written: No such file or directory"):
        write_bytes(tmp_path / "none" / "f", NEW)


def test_a_very_long_name_can_be_written(tmp_path: Path) -> None:
    path = tmp_path / ("n" * 250)
    write_bytes(path, NEW)
    assert path.read_bytes() == NEW


def test_a_lone_surrogate_is_not_written_as_something_else(target: Path) -> None:
    with pytest.raises(DocumentError, match="lone surrogate"):
        write_text(target, "a\n\ud800")
    assert target.read_bytes() == OLD
