"""External calls that wait for a person: each a question, answered once, from another thread than the one
that asks.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from ...sandbox.errors import RunCancelledError
from ...sandbox.run import Call

QuestionKind = Literal["ask", "step"]
ReplyKind = Literal["configured", "value", "error", "release", "stop"]


@dataclass(frozen=True, slots=True)
class Reply:
    """What was decided: the configured answer, a `value`, an `error` to raise in the task, to go on without
    halting again (`release`), or that the run is at its end (`stop`).
    """

    kind: ReplyKind
    value: Any = None
    error: BaseException | None = None


@dataclass(eq=False)
class Question:
    """One call that waits.

    `kind` says why: its answer is `ask`, or the run is stepped through. `answer` names the configured answer
    of its external (`return`, `raise`, ...) and `configured` reads as it; `returns` is the type that its
    signature promises (None: it promises nothing) and `names` are those of its positional parameters.
    """

    call: Call
    kind: QuestionKind
    answer: str = "ask"
    returns: Any = None
    names: tuple[str, ...] = ()
    configured: str = ""
    _reply: Reply | None = None
    _answered: threading.Event = field(default_factory=threading.Event, repr=False)

    def reply(self, reply: Reply) -> None:
        """Answers it, from any thread; only the first reply counts."""
        if not self._answered.is_set():
            self._reply = reply
            self._answered.set()

    def wait(self, default: Callable[[], Any] | None) -> Any:
        """Blocks until answered; returns the value, or raises the error, that the task is to see."""
        self._answered.wait()
        reply = self._reply
        assert reply is not None
        if reply.kind == "stop":
            raise RunCancelledError("the run was stopped")
        if reply.kind == "error":
            assert reply.error is not None
            raise reply.error
        if reply.kind == "value" or default is None:
            return reply.value
        return default()


class Questions:
    """The questions of one run that are open, in the order in which their calls were made; safe from any
    thread.
    """

    def __init__(self, changed: Callable[[], None]) -> None:
        self._changed = changed
        self._lock = threading.Lock()
        self._open: list[Question] = []
        self._closed = False

    def ask(self, question: Question, default: Callable[[], Any] | None) -> Any:
        """Puts the question and blocks until it is answered or all are dropped."""
        with self._lock:
            if self._closed:
                raise RunCancelledError("the run was stopped")
            self._open.append(question)
            self._open.sort(key=lambda q: q.call.number)
        self._changed()
        try:
            return question.wait(default)
        finally:
            with self._lock:
                if question in self._open:
                    self._open.remove(question)
            self._changed()

    def open(self) -> tuple[Question, ...]:
        """Those that still wait, the earliest call first."""
        with self._lock:
            return tuple(question for question in self._open if not question._answered.is_set())

    def release(self) -> None:
        """Lets every question of stepping go on with its configured answer; those that must be asked stay."""
        for question in self.open():
            if question.kind == "step" and question.answer != "ask":
                question.reply(Reply("release"))

    def close(self) -> None:
        """Ends every question; whoever asks from now on is told that the run was stopped."""
        with self._lock:
            self._closed = True
            waiting = tuple(self._open)
        for question in waiting:
            question.reply(Reply("stop"))
