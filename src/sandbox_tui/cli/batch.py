"""One task over many inputs: a run for each line of a file, on all cores, with the results in the order of
the lines.

The runs' own work is in worker processes; here are only threads that wait for them, and never more runs under
way than the window holds, so that a file of any length streams.
"""

from __future__ import annotations

import json
import os
import sys
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from ..sandbox.errors import SandboxError
from ..sandbox.run import Cancellation
from .inputs import InputError, Inputs, lines_of
from .messages import CommandError, complain, is_terminal
from .reports import failure_report, run_report

if TYPE_CHECKING:
    from concurrent.futures import Future

    from ..sandbox.template import SandboxedTaskTemplate
    from ..workspace.document import Case, Document

# Runs waiting for a slow one before them: enough to keep the cores busy, few enough to keep memory small.
WINDOW_PER_CORE = 16
BAR_WIDTH = 24
LISTED_LINES = 10


class _Templates:
    """A template for each run where a sequence would be used up; else one for all."""

    def __init__(self, document: Document, case: Case | None) -> None:
        self._document = document
        self._case = case
        self._first: SandboxedTaskTemplate | None = document.build_template(case=case)
        externals = document.effective().externals_for(document, case).values()
        self._shared = self._first if all(spec.answer != "sequence" for spec in externals) else None

    def take(self) -> SandboxedTaskTemplate:
        if self._shared is not None:
            return self._shared
        return self._document.build_template(case=self._case)


def run_lines(
    document: Document,
    case: Case | None,
    inputs: Inputs,
    base: dict[str, Any],
    over: dict[str, Any],
    name: str,
) -> int:
    """Prints one JSON object a line of the file `name`; 0 if every run ended well, 1 if any failed."""
    path = Path(name)
    cancellation = Cancellation()
    templates = _Templates(document, case)

    def one(number: int, text: str) -> dict[str, Any]:
        try:
            values = {**base, **inputs.from_text(text), **over}
            inputs.check_complete(values)
        except InputError as error:
            return _bad_line(f"{path}:{number}: {error}")
        return run_report(templates.take().execute(values, cancellation=cancellation), document)

    progress = _Progress(path)
    failed: list[int] = []
    try:
        with path.open(encoding="utf-8", errors="surrogateescape") as file:
            _run_all(file, one, cancellation, progress, failed)
    except OSError as error:
        if isinstance(error, BrokenPipeError):
            raise
        raise CommandError(f"{path}: {error.strerror}") from error
    finally:
        progress.clear()
    _summary(progress.done, failed)
    return 1 if failed else 0


def _run_all(
    file: TextIO,
    one: Callable[[int, str], dict[str, Any]],
    cancellation: Cancellation,
    progress: _Progress,
    failed: list[int],
) -> None:
    from concurrent.futures import ThreadPoolExecutor

    cores = os.cpu_count() or 1
    threads = ThreadPoolExecutor(cores)
    waiting: deque[tuple[int, Future[dict[str, Any]]]] = deque()
    try:
        for number, text in lines_of(file):
            waiting.append((number, threads.submit(one, number, text)))
            progress.read(len(text.encode("utf-8", "surrogateescape")))
            while waiting and (len(waiting) >= cores * WINDOW_PER_CORE or waiting[0][1].done()):
                _print_next(waiting, failed, progress)
        while waiting:
            _print_next(waiting, failed, progress)
    except BaseException:
        # Ctrl+c or a closed pipe: nobody wants the runs that are under way any more.
        threads.shutdown(wait=False, cancel_futures=True)
        cancellation.cancel()
        raise
    finally:
        threads.shutdown()


def _print_next(
    waiting: deque[tuple[int, Future[dict[str, Any]]]], failed: list[int], progress: _Progress
) -> None:
    number, future = waiting.popleft()
    report = future.result()
    if not report["ok"]:
        failed.append(number)
    progress.clear()
    print(json.dumps(report, ensure_ascii=is_terminal(sys.stdout)))
    progress.finished(failures=len(failed))


def _bad_line(message: str) -> dict[str, Any]:
    from .inputs import InputError as Kind

    report = failure_report(SandboxError(message))
    report["error"].update({"type": Kind.__name__, "traceback": f"{Kind.__name__}: {message}"})
    return report


def _summary(done: int, failed: list[int]) -> None:
    if failed:
        listed = ", ".join(str(number) for number in failed[:LISTED_LINES])
        more = f" and {len(failed) - LISTED_LINES} more" if len(failed) > LISTED_LINES else ""
        lines = "line" if len(failed) == 1 else "lines"
        complain(f"{len(failed)} of {done} runs failed ({lines} {listed}{more})")


class _Progress:
    """A bar on standard error, if that is a terminal, by the part of the file that has been read."""

    def __init__(self, path: Path) -> None:
        self._shows = is_terminal(sys.stderr)
        self._drawn = False
        self._bytes = 0
        try:
            self._size = path.stat().st_size
        except OSError:
            self._size = 0
        self.done = 0

    def read(self, count: int) -> None:
        """Notes `count` more bytes of the file."""
        self._bytes += count

    def finished(self, *, failures: int) -> None:
        """Notes one more run."""
        self.done += 1
        if not self._shows:
            return
        part = min(self._bytes / self._size, 1.0) if self._size else 0.0
        filled = round(part * BAR_WIDTH)
        bar = "#" * filled + "-" * (BAR_WIDTH - filled)
        failed = f", {failures} failed" if failures else ""
        sys.stderr.write(f"\r[{bar}] {self.done} runs{failed}")
        sys.stderr.flush()
        self._drawn = True

    def clear(self) -> None:
        """Takes the bar away, so that a line can be printed."""
        if self._drawn:
            # Erase to the end of the line.
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
            self._drawn = False
