"""Threads and one event loop for what the host does beside a run: externals that overlap, async externals,
`aio`.

Not `concurrent.futures`' thread pool: its size would bound how deep templates can call each other, and it
keeps the interpreter from exiting while a thread waits. These threads are daemons, grow with the work and end
when idle.
"""

from __future__ import annotations

import os
import queue
import threading
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import asyncio
    from concurrent.futures import Future

# An idle thread waits this long, in seconds, for more work.
IDLE_SECONDS = 10.0


class HostThreads:
    """Runs functions on daemon threads, at once: an idle thread is used where there is one, else a new one is
    started.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._work: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._idle = 0

    def submit(self, function: Callable[[], Any]) -> Future[Any]:
        """Runs `function` with the caller's context variables; the future has its value or exception."""
        from concurrent.futures import Future
        from contextvars import copy_context

        future: Future[Any] = Future()
        context = copy_context()

        def work() -> None:
            if not future.set_running_or_notify_cancel():
                return
            try:
                value = context.run(function)
            except BaseException as error:
                future.set_exception(error)
            else:
                future.set_result(value)

        with self._lock:
            if self._idle:
                self._idle -= 1
                self._work.put(work)
                return future
        threading.Thread(target=self._serve, args=(work,), name="sandbox-host", daemon=True).start()
        return future

    def _serve(self, work: Callable[[], None] | None) -> None:
        while work is not None:
            work()
            work = None
            with self._lock:
                self._idle += 1
            work = self._next()

    def _next(self) -> Callable[[], None] | None:
        try:
            return self._work.get(timeout=IDLE_SECONDS)
        except queue.Empty:
            with self._lock:
                # `submit` takes one from `_idle` for each piece of work that it puts: none left means that
                # every waiting thread, this one included, has been promised one.
                if self._idle:
                    self._idle -= 1
                    return None
            return self._work.get()


class BackgroundLoop:
    """One event loop on a daemon thread, for async externals of runs that were started without a loop."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None

    def loop(self) -> asyncio.AbstractEventLoop:
        """The running loop, started on first use."""
        with self._lock:
            if self._loop is None:
                import asyncio

                self._loop = asyncio.new_event_loop()
                threading.Thread(target=self._loop.run_forever, name="sandbox-loop", daemon=True).start()
            return self._loop


threads = HostThreads()
background = BackgroundLoop()


def submit_coroutine(
    coroutine: Coroutine[Any, Any, Any], loop: asyncio.AbstractEventLoop | None
) -> Future[Any]:
    """Runs a coroutine on `loop`, or on the background loop, from another thread, with the caller's context
    variables.

    Cancelling the future cancels the coroutine.
    """
    from concurrent.futures import CancelledError, Future
    from contextvars import copy_context

    target = background.loop() if loop is None else loop
    future: Future[Any] = Future()

    def start() -> None:
        task = target.create_task(coroutine)

        def settle(task: asyncio.Task[Any]) -> None:
            if future.cancelled():
                return
            if task.cancelled():
                future.set_exception(CancelledError())
            elif (error := task.exception()) is not None:
                future.set_exception(error)
            else:
                future.set_result(task.result())

        def cancel(future: Future[Any]) -> None:
            if future.cancelled():
                target.call_soon_threadsafe(task.cancel)

        task.add_done_callback(settle)
        future.add_done_callback(cancel)

    # asyncio's own run_coroutine_threadsafe would run it in the loop's context.
    target.call_soon_threadsafe(start, context=copy_context())
    return future


def _after_fork_in_child() -> None:
    threads.__init__()  # type: ignore[misc]
    background.__init__()  # type: ignore[misc]


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork_in_child)
