"""Ctrl+C ends a run at once.

Monty blocks in native code while the sandbox computes, and Python's SIGINT handler waits until that returns:
a busy loop would hold the terminal for its whole time limit. The C half of Python's signal handling does run:
it writes the signal's number to the wakeup descriptor, where a thread reads it and kills the worker; the feed
ends, and Python raises its KeyboardInterrupt.

Only the main thread has this to do, and only where SIGINT has Python's own handler: an application with
another one (an event loop, Textual) decides itself what ctrl+c means and cancels its runs.
"""

from __future__ import annotations

import os
import signal
import threading

# The functions behind `signal`'s own, which convert every value to an enumeration: 2 microseconds each, on
# the path of every run.
from _signal import getsignal, set_wakeup_fd  # type: ignore[import-not-found]

_main_thread = threading.main_thread().ident
_SIGINT = int(signal.SIGINT)
_default_handler = signal.default_int_handler


class _Watcher:
    """The thread behind the wakeup descriptor, and the worker that it would kill."""

    def __init__(self) -> None:
        self.worker: int | None = None
        self.reading, self.writing = os.pipe()
        os.set_blocking(self.writing, False)
        self.thread = threading.Thread(target=self._watch, name="sandbox-interrupt", daemon=True)
        self.thread.start()

    def _watch(self) -> None:
        while signals := os.read(self.reading, 64):
            worker = self.worker
            if _SIGINT in signals and worker is not None:
                kill_worker(worker)


_watcher: _Watcher | None = None


def kill_worker(pid: int) -> None:
    """Ends a worker process, whatever it does; one that is gone already is no error."""
    try:
        os.kill(pid, signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)
    except ProcessLookupError:
        pass


Armed = tuple[int | None, int]
"""What `arm` found in place: the worker of an outer run, and the wakeup descriptor."""


def arm(pid: int) -> Armed | None:
    """From here to `disarm`, ctrl+c kills the worker `pid`. None, and nothing done, outside the main thread
    or under another SIGINT handler. Two functions rather than a context manager: this is on the path of every
    run.
    """
    if threading.get_ident() != _main_thread or getsignal(_SIGINT) is not _default_handler:
        return None
    global _watcher
    if _watcher is None:
        _watcher = _Watcher()
    outer = _watcher.worker
    _watcher.worker = pid
    return outer, set_wakeup_fd(_watcher.writing, warn_on_full_buffer=False)


def disarm(armed: Armed) -> None:
    """Puts back what `arm` found."""
    assert _watcher is not None
    _watcher.worker, previous = armed
    set_wakeup_fd(previous, warn_on_full_buffer=False)


def _after_fork_in_child() -> None:
    global _watcher, _main_thread
    # The thread did not come along; the pipe would be shared with the parent.
    _watcher = None
    _main_thread = threading.get_ident()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork_in_child)
