"""The time that a task sleeps, and the limit that sleeping and computing share."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

from .run import Cancellation


class SleepClock:
    """Makes computing and sleeping share one time limit.

    Monty bounds each by itself, so that a task could compute for nearly the whole limit and sleep for it
    again. Once a task has slept, a timer ends its worker when the time left is over; a task that never sleeps
    has no timer and no cost.
    """

    def __init__(self, timeout: float, kill: Callable[[], None] | None) -> None:
        self._timeout = timeout
        self._kill = kill
        self._began = time.perf_counter()
        self._paused = 0.0
        self._pause_began = 0.0
        self._slept = False
        self._timer: threading.Timer | None = None
        self._sleepers: dict[int, float] = {}
        self.expired = False

    def pause(self) -> None:
        """The sandbox has stopped; the host is at work."""
        self._pause_began = time.perf_counter()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def resume(self) -> None:
        """The sandbox goes on."""
        self._paused += time.perf_counter() - self._pause_began
        if self._slept:
            self._arm()

    def sleep(self, seconds: float, cancellation: Cancellation | None) -> None:
        """Sleeps, at most for the time that is left, and at once stopped by `cancellation`."""
        self.stop()
        left = self._left()
        woken = threading.Event()
        if cancellation is not None:
            cancellation.on_cancel(woken.set)
        try:
            woken.wait(min(seconds, max(left, 0.0)))
        finally:
            if cancellation is not None:
                cancellation.forget(woken.set)
        if seconds > left:
            self._expire()
        self._slept = True
        self._arm()

    def sleep_beside(self, identifier: int, seconds: float) -> None:
        """Begins a sleep that others may overlap."""
        self._slept = True
        self._sleepers[identifier] = time.perf_counter() + seconds

    def until_awake(self, identifiers: list[int]) -> float | None:
        """Seconds until the first of these sleeps is over; None if none of them is a sleep."""
        ends = [self._sleepers[i] for i in identifiers if i in self._sleepers]
        return max(0.0, min(ends) - time.perf_counter()) if ends else None

    def awake(self, identifiers: list[int]) -> dict[int, dict[str, Any]]:
        """The sleeps among `identifiers` that are over, with their answers."""
        now = time.perf_counter()
        over = [i for i in identifiers if self._sleepers.get(i, float("inf")) <= now]
        for identifier in over:
            del self._sleepers[identifier]
        return {identifier: {"return_value": None} for identifier in over}

    def stop(self) -> None:
        """Takes the timer away."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _left(self) -> float:
        return self._timeout - (time.perf_counter() - self._began - self._paused)

    def _arm(self) -> None:
        if self._kill is None or self._timeout == float("inf"):
            return
        self.stop()
        self._timer = threading.Timer(max(self._left(), 0.0), self._expire)
        self._timer.daemon = True
        self._timer.start()

    def _expire(self) -> None:
        self.expired = True
        if self._kill is not None:
            self._kill()
