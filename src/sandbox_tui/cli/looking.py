"""Looks at the files of a check, mends them where that is wanted, and does so on all cores where there are
many.

The cores are used by further processes of this program, which get their share of the paths on standard
input and give what they found on standard output. They end with the process that started them: there is
nothing to clean up, whatever ends it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from subprocess import Popen

    from ..lint.formats import Report
    from .checked_files import CheckedFile, Settings

# A process takes as long to start as some hundred files to be looked at.
FILES_A_PROCESS = 150


@dataclass(frozen=True)
class Wanted:
    """What is to be done: `diff` says what `fix` would change. `unsafe` fixes are made, too."""

    settings: Settings
    fix: bool = False
    diff: bool = False
    unsafe: bool = False


@dataclass(frozen=True)
class Looked:
    """What there is to say of a file: its findings (those that are left), how many were mended, the lines of
    the difference, its text as it now is (where it was to be mended), and why it could not be read or
    written.
    """

    reports: list[Report] = field(default_factory=list)
    mended: int = 0
    difference: tuple[str, ...] = ()
    text: str | None = None
    error: str | None = None


def look(opened: Callable[[], CheckedFile], wanted: Wanted) -> Looked:
    """What there is to say of the file that `opened` gives."""
    from ..workspace.errors import DocumentError

    try:
        file = opened()
        if not wanted.fix and not wanted.diff:
            return Looked(file.reports())
        result = file.mended(unsafe=wanted.unsafe)
        if wanted.diff:
            return Looked(result.reports, len(result.applied), _difference(file, result.text))
        file.write(result.text)
        return Looked(result.reports, len(result.applied), text=result.text)
    except DocumentError as error:
        return Looked(error=str(error))


def look_at_all(paths: Sequence[Path], wanted: Wanted) -> Iterator[Looked]:
    """The same of each of the files, in their order."""
    processes = min(os.cpu_count() or 1, len(paths) // FILES_A_PROCESS)
    if processes < 2:
        yield from _look_at(paths, wanted)
        return
    shares = [paths[number::processes] for number in range(processes)]
    others = [_start(share, wanted) for share in shares[1:]]
    found = [list(_look_at(shares[0], wanted))]
    for share, process in zip(shares[1:], others):
        found.append(_result(process, len(share)) or list(_look_at(share, wanted)))
    for index in range(len(paths)):
        yield found[index % processes][index // processes]


def _look_at(paths: Sequence[Path], wanted: Wanted) -> Iterator[Looked]:
    from .checked_files import checked

    for path in paths:
        yield look(lambda path=path: checked(path, wanted.settings), wanted)  # type: ignore[misc]


def _difference(file: CheckedFile, text: str) -> tuple[str, ...]:
    import re
    from difflib import unified_diff

    old, new = (re.findall("[^\n]*\n|[^\n]+", each) for each in (file.text, text))
    return tuple(unified_diff(old, new, file.name, file.name))


# --- further processes ---


def _start(paths: Sequence[Path], wanted: Wanted) -> Popen[bytes] | None:
    """A process that looks at the files; None if none can be had."""
    import pickle
    from subprocess import DEVNULL, PIPE, Popen

    try:
        # -P: what lies in the current folder is data, and never imported.
        command = [sys.executable, "-P", "-c", f"from {__name__} import serve; serve()"]
        process = Popen(command, stdin=PIPE, stdout=PIPE, stderr=DEVNULL)
        assert process.stdin is not None
        pickle.dump((list(paths), wanted), process.stdin)
        process.stdin.close()
    except OSError:
        return None
    return process


def _result(process: Popen[bytes] | None, count: int) -> list[Looked] | None:
    """What the process found; None if it did not get that far."""
    import pickle

    if process is None or process.stdout is None:
        return None
    data = process.stdout.read()
    if process.wait() != 0:
        return None
    try:
        found: Any = pickle.loads(data)
    except (pickle.UnpicklingError, EOFError):
        return None
    return found if isinstance(found, list) and len(found) == count else None


def serve() -> None:
    """The work of a further process."""
    import pickle
    import signal

    # Ctrl+c reaches it, too; what is to be said then is said by the one that started it.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    paths, wanted = pickle.load(sys.stdin.buffer)
    answer = pickle.dumps(list(_look_at(paths, wanted)))
    sys.stdout.buffer.write(answer)
    sys.stdout.flush()
