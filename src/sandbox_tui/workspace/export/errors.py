"""The one exception of the exports."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from ..errors import one_line

P = ParamSpec("P")
T = TypeVar("T")


class ExportError(Exception):
    """A task that the wanted format cannot hold without changing what it means.

    `reason` says what stands in the way and what to write instead; `line` is its line in the task's source
    (1-based), None where no line is to blame. `str()` is one line.
    """

    def __init__(self, reason: str, line: int | None = None) -> None:
        self.reason = one_line(reason)
        self.line = line
        super().__init__(self.reason if line is None else f"line {line}: {self.reason}")


def bounded(export: Callable[P, T]) -> Callable[P, T]:
    """An `export` that refuses a source nested too deep to be walked, instead of running out of stack."""

    @functools.wraps(export)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return export(*args, **kwargs)
        except (RecursionError, MemoryError):
            raise ExportError("the source is nested too deep to be exported") from None

    return guarded
