"""What went wrong in a run, as one of the engine's own errors.

Monty reports every failure as one class with an inner exception; which limit was passed can only be told from
the message (observed with 1.0.0 and 1.4.0). A task can raise the same classes itself, so the message must
have Monty's exact form and the limit's own value.
"""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ..lint.parsing import Unparsable, parse
from .config import SandboxedConfig
from .errors import (
    MemoryLimitError,
    SandboxError,
    SourceFrame,
    StackDepthError,
    TaskError,
    TimeLimitError,
    WorkerCrashedError,
)
from .places import Places

_MEMORY = re.compile(r"memory limit exceeded: \d+ bytes > (\d+) bytes$")
_ALLOCATOR = "the worker exceeded its memory limit and was terminated"
_TIME = re.compile(r"(feed time|sleep) limit exceeded: \S+ > \S+$")
_DEPTH = "maximum recursion depth exceeded"

_MIB = 1024 * 1024


def failure(
    error: Any,
    places: Places,
    config: SandboxedConfig,
    raised: Sequence[Raised],
    name: str,
    find_line: Callable[[], int | None],
) -> SandboxError:
    """The engine's error for one of Monty's.

    `raised` are the exceptions that the host sent into the run, newest last; the one that was not caught
    becomes the cause. `find_line` finds the line (in the user's file) of a breach for which Monty reports
    none.
    """
    kind = type(error).__name__
    if kind == "MontyCrashedError":
        return WorkerCrashedError(
            f"the worker process that ran {name} died ({_reason(error)}); the next run starts a new one",
            filename=places.filename,
        )
    frames = places.frames(error.traceback()) if hasattr(error, "traceback") else ()
    inner = error.exception()
    message = str(inner)
    limit = _limit(inner, message, frames, places, config, raised, find_line)
    if limit is not None:
        return limit
    error_type = type(inner).__name__
    if kind == "MontySyntaxError":
        error_type = "SyntaxError"
    origin = _origin(inner, message, raised)
    frames = _with_the_call(frames, origin, places)
    cause = origin.error if origin is not None else None
    line = frames[-1].line if frames else None
    text = f"{error_type}: {message}" if message else error_type
    where = ""
    if line is not None:
        # The message of a called template has its own line in it.
        where = (
            f", in the call on line {line}" if isinstance(cause, SandboxError) and cause.line else _at(line)
        )
    result = TaskError(
        f"{text}{where}",
        error_type=error_type,
        error_message=message,
        frames=frames,
        filename=places.filename,
        line=line,
    )
    result.__cause__ = cause
    return result


@dataclass(frozen=True, slots=True)
class Raised:
    """An exception that an external raised (`error`), and as what the task was given it (`sent`)."""

    error: BaseException
    sent: BaseException
    place: tuple[int, int, int, int] | None = None
    """Line, column, end line and end column of the call, in the user's file, where it is known."""


def sent_exception(error: BaseException) -> Raised:
    """How an external's exception enters the sandbox.

    What a called template's own code raised keeps its class there, so that the caller can catch a ValueError
    as a ValueError.
    """
    if isinstance(error, TaskError):
        kind = getattr(builtins, error.error_type, None)
        if isinstance(kind, type) and issubclass(kind, Exception):
            try:
                return Raised(error, kind(error.error_message))
            except TypeError:
                # A class that takes more than a text (UnicodeDecodeError).
                pass
    try:
        str(error), repr(error)
    except Exception:
        # Monty would ask for its text, and fail.
        return Raised(error, RuntimeError(f"{type(error).__name__} (its text cannot be made)"))
    return Raised(error, error)


def _reason(error: Any) -> str:
    text = str(error)
    found = re.search(r"signal: (\d+) \((\w+)\)", text)
    return f"signal {found[1]}, {found[2]}" if found else text


def _limit(
    inner: BaseException,
    message: str,
    frames: tuple[SourceFrame, ...],
    places: Places,
    config: SandboxedConfig,
    raised: Sequence[Raised],
    find_line: Callable[[], int | None],
) -> SandboxError | None:
    if any(type(inner) is type(r.sent) and str(r.sent) == message for r in raised):
        return None
    line = frames[-1].line if frames else None
    if isinstance(inner, MemoryError):
        found = _MEMORY.match(message)
        if message == _ALLOCATOR or (found is not None and int(found[1]) == config.max_memory):
            return memory_limit(config, frames, places.filename, find_line() if line is None else line)
    elif isinstance(inner, TimeoutError) and _TIME.match(message):
        slept = message.startswith("sleep")
        return time_limit(config, frames, places.filename, find_line() if line is None else line, slept=slept)
    elif isinstance(inner, RecursionError) and message == _DEPTH:
        return StackDepthError(
            f"calls nested deeper than max_stack_depth = {config.max_stack_depth}{_at(line)}",
            value=config.max_stack_depth,
            frames=frames,
            filename=places.filename,
            line=line,
        )
    return None


def memory_limit(
    config: SandboxedConfig, frames: Sequence[SourceFrame], filename: str, line: int | None
) -> MemoryLimitError:
    """The error for a task that asked for more than its memory."""
    size = config.max_memory
    readable = f" ({size / _MIB:.4g} MiB)" if size >= _MIB else ""
    return MemoryLimitError(
        f"more memory needed than max_memory = {size} bytes{readable}{_at(line)}",
        value=size,
        frames=frames,
        filename=filename,
        line=line,
    )


def time_limit(
    config: SandboxedConfig,
    frames: Sequence[SourceFrame],
    filename: str,
    line: int | None,
    *,
    slept: bool = False,
) -> TimeLimitError:
    """The error for a task that computed or slept longer than its time."""
    doing = "sleeping" if slept else "running"
    return TimeLimitError(
        f"still {doing} after timeout_ms = {config.timeout_ms} ms{_at(line)}",
        value=config.timeout_ms,
        frames=frames,
        filename=filename,
        line=line,
    )


def _at(line: int | None) -> str:
    return "" if line is None else f" (line {line})"


def _origin(inner: BaseException, message: str, raised: Sequence[Raised]) -> Raised | None:
    """The host's exception that Monty has turned into `inner`: the class may be a base of it, the text is the
    same.
    """
    for entry in reversed(raised):
        if isinstance(entry.sent, type(inner)) and message in _texts(entry.sent):
            return entry
    return None


def _with_the_call(
    frames: tuple[SourceFrame, ...], origin: Raised | None, places: Places
) -> tuple[SourceFrame, ...]:
    """The frames with the place of the call that raised, where Monty gives a line behind it.

    When an exception passes handlers that do not match, or a `finally`, Monty reports the last line of those
    (observed with 1.0.0 and 1.4.0).
    """
    if not frames or origin is None or origin.place is None or frames[-1].line <= origin.place[0]:
        return frames
    line, column, end_line, end_column = origin.place
    if not _left_through_handlers(places, line, frames[-1].line):
        return frames
    innermost = replace(frames[-1], line=line, column=column, end_line=end_line, end_column=end_column)
    return (*frames[:-1], innermost)


def _left_through_handlers(places: Places, raised_at: int, reported: int) -> bool:
    """Whether one line is in the body of a `try`, and the other, no `raise`, in its handlers or `finally`."""
    try:
        tree = parse(places.code)
    except Unparsable:
        return False

    def covers(statements: Sequence[ast.AST], line: int) -> bool:
        return any(
            places.to_file(each.lineno, 1)[0] <= line <= places.to_file(each.end_lineno, 1)[0]  # type: ignore[attr-defined]
            for each in statements
        )

    for node in ast.walk(tree):
        if isinstance(node, ast.Raise) and places.to_file(node.lineno, 1)[0] == reported:
            return False
    return any(
        covers(node.body, raised_at) and covers([*node.handlers, *node.finalbody], reported)
        for node in ast.walk(tree)
        if isinstance(node, ast.Try)
    )


def _texts(error: BaseException) -> set[str]:
    """What Monty may make of an exception's arguments: it joins several to one text, and a KeyError shows its
    key quoted.
    """
    texts = {str(error), repr(error.args)}
    if len(error.args) == 1:
        argument = str(error.args[0])
        texts |= {argument, repr(argument)}
    # A lone surrogate arrives as three replacement characters.
    return texts | {text.encode("utf-8", "surrogatepass").decode("utf-8", "replace") for text in texts}
