"""One pool of warm Monty workers a process.

Started on first use, safe from threads and event loops, closed at exit, made anew after a fork. It is built
on the sync `Monty`: a resume costs a sixth of `AsyncMonty`'s, and a script that ends right after closing an
`AsyncMonty` aborts in a third of its runs.

Its size never limits nesting or waiting: a run that waits for the host holds its worker, so any fixed size
would let runs that wait for each other lock up (Flyte's does with three on two cores). A worker is a process
that shares nearly all its memory with the others (less than 1 MB of its own); those beyond a small stock are
ended when the pool falls idle.
"""

from __future__ import annotations

import atexit
import os
import threading
from types import TracebackType
from typing import Any

from .interrupt import Armed, arm, disarm, kill_worker
from .monty import keep_for_ever, monty

# More than any process can have; checkouts beyond it would wait for a worker to come back.
UNLIMITED_WORKERS = 1_000_000

# Idle workers kept; with more than that the whole pool is closed as soon as nobody uses it, and the next run
# opens a new one.
KEPT_WORKERS = max(8, 4 * (os.cpu_count() or 1))

# No clock and no entropy: asked of the host they are refused there, so that the same inputs and answers give
# the same run. A sleep is bounded by the task's own time limit, not by Monty's ten seconds.
OS_POLICY: dict[str, Any] = {
    "datetime": "call_host",
    "random_start": "call_host",
    "sleep_system_max": float("inf"),
}


class WorkerPool:
    """A pool of Monty workers; `checkout` lends one to one run."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pool: Any = None
        self._busy = 0
        self._peak = 0
        self._lent: set[int] = set()

    def checkout(self, limits: dict[str, Any], **settings: Any) -> Checkout:
        """A context manager that gives a fresh session with these limits (keys of Monty's `ResourceLimits`).

        `settings` are further keywords of Monty's own `checkout`.
        """
        return Checkout(self, limits, settings)

    def warm(self) -> None:
        """Starts a worker ahead of the first run."""
        with self.checkout({}):
            pass

    def _enter(self) -> Any:
        with self._lock:
            if self._pool is None:
                _import_what_monty_will()
                self._pool = monty().Monty(min_processes=1, max_processes=UNLIMITED_WORKERS).__enter__()
                self._peak = 0
            self._busy += 1
            if self._busy > self._peak:
                self._peak = self._busy
            return self._pool

    def _leave(self) -> None:
        surplus = None
        with self._lock:
            self._busy -= 1
            if not self._busy and self._peak > KEPT_WORKERS:
                surplus, self._pool = self._pool, None
        if surplus is not None:
            surplus.__exit__(None, None, None)

    def close(self) -> None:
        """Ends all workers, also those in use; the next checkout opens a new pool."""
        with self._lock:
            pool, self._pool = self._pool, None
            lent = list(self._lent)
        if pool is not None:
            # Closing waits for workers that are in use, which may go on for their whole time limit.
            for pid in lent:
                kill_worker(pid)
            pool.__exit__(None, None, None)

    def abandon(self) -> None:
        """In a forked child: leaves the parent's pool alone and starts from nothing."""
        if self._pool is not None:
            keep_for_ever(self._pool)
        self.__init__()  # type: ignore[misc]


class Checkout:
    """One worker, the process `pid`, on loan; ctrl+c ends it. A class rather than a generator: entering one
    is on the path of every run.
    """

    __slots__ = ("_armed", "_limits", "_pool", "_session", "_settings", "pid")

    def __init__(self, pool: WorkerPool, limits: dict[str, Any], settings: dict[str, Any]) -> None:
        self._pool = pool
        self._limits = limits
        self._settings = settings
        self._armed: Armed | None = None

    def __enter__(self) -> Any:
        pool = self._pool._enter()
        try:
            checkout = pool.checkout(limits=self._limits, os_policy=OS_POLICY, **self._settings)
            session = self._session = checkout.__enter__()
        except BaseException:
            self._pool._leave()
            raise
        pid = self.pid = session.worker_pid
        self._pool._lent.add(pid)
        if self._pool._pool is not pool:
            # Closed while this worker was being started: `close` did not know of it.
            kill_worker(pid)
        self._armed = arm(pid)
        return session

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._armed is not None:
            disarm(self._armed)
        self._pool._lent.discard(self.pid)
        try:
            self._session.__exit__(kind, error, traceback)
        finally:
            self._pool._leave()


def _import_what_monty_will() -> None:
    """Imports under the pool's lock what Monty looks for in its first run, for the sake of forks (below)."""
    try:
        import opentelemetry.context  # type: ignore[import-not-found, unused-ignore]  # noqa: F401
    except ImportError:
        pass


workers = WorkerPool()
"""The pool of this process."""

type_checkers = WorkerPool()
"""Workers that check types, and nothing else: in Monty 1.0.0 one that has done so keeps 4 MB, which count
against the `max_memory` of whatever it runs afterwards.
"""


def keep_workers_quiet() -> None:
    """Keeps this process's standard error from the workers that are started from here on.

    A worker that runs out of memory says so there (observed with 1.0.0 and 1.4.0), in the middle of whatever
    the terminal shows; its error arrives in the run's result all the same. For programs that own their
    terminal: other processes that they start lose the inherited standard error too.
    """
    try:
        os.set_inheritable(2, False)
    except OSError:
        # There is none.
        pass


def _settle_ends(pool: WorkerPool) -> None:
    """Closes a pool at exit, and keeps forks from meeting it half opened."""
    atexit.register(pool.close)
    if hasattr(os, "register_at_fork"):
        # Opening a pool imports and reads the installation's paths: a child forked in the middle of that by
        # another thread would find both half done, and wait for ever or fail. The lock is looked up each
        # time, since a child has a new one.
        os.register_at_fork(
            before=lambda: pool._lock.acquire(),
            after_in_parent=lambda: pool._lock.release(),
            after_in_child=pool.abandon,
        )


_settle_ends(workers)
_settle_ends(type_checkers)
