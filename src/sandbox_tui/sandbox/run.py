"""What one run of a task is to those who watch it: calls, an observer, a way to stop it, and its result.

Plain data and two small hooks; the driving itself is `sandbox.bridge`.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from .errors import SandboxError


class _Unanswered:
    def __repr__(self) -> str:
        return "<unanswered>"


UNANSWERED: Final[Any] = _Unanswered()
"""The `answer` of a call that has none yet, or that raised."""


@dataclass(slots=True)
class Call:
    """One external call.

    `number` counts from 1 in the order in which the task made its calls; `line` to `end_column` are the exact
    range of the call expression in the user's own file (1-based, columns in characters, end exclusive).
    `answer` and `error` are filled in when the host has answered, `duration_ms` (wall clock, milliseconds)
    then too.
    """

    number: int
    function: str
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    line: int = 0
    column: int = 0
    end_line: int = 0
    end_column: int = 0
    answer: Any = UNANSWERED
    error: BaseException | None = None
    duration_ms: float = 0.0


AnswerHook = Callable[[Call, Callable[[], Any]], Any]
"""`hook(call, default)` answers a call: it returns the value or raises the error that the task is to see;
`default()` calls what would have answered without the hook. It runs on the run's own thread, or on a pool
thread where calls overlap.
"""


class RunObserver:
    """Told what happens in a run, on the run's own threads; override what is of interest. A method that
    raises ends the run.
    """

    def call(self, call: Call) -> None:
        """The task has made `call`; it is not answered yet."""

    def answered(self, call: Call) -> None:
        """`call.answer` or `call.error` is set."""

    def output(self, text: str) -> None:
        """The task printed `text` (chunks are not lines)."""


@dataclass(frozen=True, slots=True)
class RunResult:
    """How a run ended: `result` if `ok`, else `error`; what it printed, its calls in order, and its
    wall-clock milliseconds.
    """

    ok: bool
    result: Any
    error: SandboxError | None
    stdout: str
    calls: tuple[Call, ...]
    duration_ms: float


@dataclass
class Cancellation:
    """Stops a run from another thread: `cancel()` ends it at once, whatever it does, with
    `RunCancelledError`.
    """

    cancelled: bool = False
    _actions: list[Callable[[], object]] = field(default_factory=list, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def cancel(self) -> None:
        """Ends the run that this was given to; a run that has not begun ends when it does. Safe from any
        thread, repeatable.
        """
        with self._lock:
            self.cancelled = True
            actions, self._actions = self._actions, []
        for action in actions:
            action()

    def on_cancel(self, action: Callable[[], object]) -> None:
        """Calls `action` once when cancelled (at once if that has happened); the engine's hook."""
        with self._lock:
            if not self.cancelled:
                self._actions.append(action)
                return
        action()

    def forget(self, action: Callable[[], object]) -> None:
        """Takes back an `on_cancel`."""
        with self._lock:
            if action in self._actions:
                self._actions.remove(action)
