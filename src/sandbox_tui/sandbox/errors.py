"""Everything that building or running a sandboxed task can raise: one family, `SandboxError`.

Each class also derives from the built-in exception that a caller would expect (`TimeLimitError` is a
`TimeoutError`), so that plain `except` clauses and code written for Flyte keep working. Messages are for the
person who must act: what was wrong, where, and what would be accepted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..lint.diagnostic import Diagnostic


@dataclass(frozen=True, slots=True)
class SourceFrame:
    """One frame of a task's traceback, in the user's own file: `line` and `column` count from 1, `function`
    is None at the top.
    """

    filename: str
    line: int
    column: int
    function: str | None
    end_line: int | None = None
    end_column: int | None = None

    def __str__(self) -> str:
        return f'File "{self.filename}", line {self.line}, in {self.function or "<task>"}'


class SandboxError(Exception):
    """Base of everything the engine raises.

    `filename` and `line` (1-based, in the user's own file) say where, and are None where no line is to blame.
    """

    def __init__(self, message: str, *, filename: str | None = None, line: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.filename = filename
        self.line = line

    def __str__(self) -> str:
        # Some of the built-in bases (OSError, SyntaxError) would make their own text of `filename`.
        return self.message


class SourceError(SandboxError, TypeError):
    """A function or a text that cannot become a sandboxed task (a generator, a lambda, no source to be found,
    no function).
    """


class RestrictionError(SandboxError, SyntaxError):
    """The source breaks the restrictions of its profile; `diagnostics` holds every finding that is an
    error.
    """

    def __init__(
        self, diagnostics: Sequence[Diagnostic], *, filename: str | None = None, name: str | None = None
    ) -> None:
        self.diagnostics = tuple(diagnostics)
        place = filename or name or "the task"
        lines = [f"{place}:{d.start.line}:{d.start.column}: {d.code} {d.message}" for d in self.diagnostics]
        super().__init__(
            "\n".join(lines), filename=filename, line=self.diagnostics[0].start.line if lines else None
        )
        self.msg = self.message


class UnresolvedReferenceError(SandboxError, NameError):
    """A name that the task uses and that nothing provides; said before the first statement runs."""

    def __init__(
        self, message: str, *, name: str, filename: str | None = None, line: int | None = None
    ) -> None:
        super().__init__(message, filename=filename, line=line)
        self.name = name


class BoundaryError(SandboxError, TypeError):
    """A type or a value that cannot cross the boundary, or does not have the declared type; `path` names the
    exact part.
    """

    def __init__(
        self, message: str, *, path: str | None = None, filename: str | None = None, line: int | None = None
    ) -> None:
        super().__init__(message, filename=filename, line=line)
        self.path = path


class TaskError(SandboxError, RuntimeError):
    """The task raised and nothing in it caught that.

    `error_type` is the exception's type name in the sandbox (`ValueError`), `error_message` its message,
    `frames` the task's traceback, outermost first. Where a host function raised it, `__cause__` is the host's
    own exception with its traceback.
    """

    def __init__(
        self,
        message: str,
        *,
        error_type: str,
        error_message: str,
        frames: Sequence[SourceFrame] = (),
        filename: str | None = None,
        line: int | None = None,
    ) -> None:
        super().__init__(message, filename=filename, line=line)
        self.error_type = error_type
        self.error_message = error_message
        self.frames = tuple(frames)


class LimitError(SandboxError):
    """A run went past one of its limits.

    `limit` is the setting's name in `SandboxedConfig`, `value` what it was set to.
    """

    limit: str = ""

    def __init__(
        self,
        message: str,
        *,
        value: int,
        frames: Sequence[SourceFrame] = (),
        filename: str | None = None,
        line: int | None = None,
    ) -> None:
        super().__init__(message, filename=filename, line=line)
        self.value = value
        self.frames = tuple(frames)


class MemoryLimitError(LimitError, MemoryError):
    """The sandbox's heap would have grown past `max_memory` bytes."""

    limit = "max_memory"


class StackDepthError(LimitError, RecursionError):
    """Calls were nested deeper than `max_stack_depth`, and the task did not catch the RecursionError."""

    limit = "max_stack_depth"


class TimeLimitError(LimitError, TimeoutError):
    """The task computed or slept for longer than `timeout_ms` milliseconds."""

    limit = "timeout_ms"


class WorkerCrashedError(SandboxError):
    """The worker process that ran the task died (killed from outside, or by its memory allocator); only this
    run is lost.
    """


class RunCancelledError(SandboxError):
    """The run was stopped from outside by its `Cancellation`."""


class UnansweredCallError(SandboxError):
    """An external call that nothing answers: its answer is `ask`, and nobody is there to be asked."""

    def __init__(
        self, message: str, *, function: str, filename: str | None = None, line: int | None = None
    ) -> None:
        super().__init__(message, filename=filename, line=line)
        self.function = function
