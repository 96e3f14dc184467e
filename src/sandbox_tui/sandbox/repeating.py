"""Running a task again as it ran before: its suspensions answered with what they were answered with then.

Sandboxed code has no clock and no entropy, so that the same inputs and answers give the same run. The answers
are what a run's suspensions were resumed with, in order, futures and what they were settled with included; no
external is called again, and sleeps take no time.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

Answer = Mapping[Any, Any]
"""What one suspension was resumed with: of a call `{"return_value": ...}` and the like, of pending futures
{call id: such a mapping}.
"""


def resumed(
    engine: Any, progress: Any, remaining: Iterator[Answer], externals: Collection[str] = frozenset()
) -> Any:
    """What follows when the suspension `progress` is answered as before; None where the answers end.

    `externals` are the names that the host has a function for.
    """
    if isinstance(progress, engine.NameLookupSnapshot):
        if progress.object_id is None and progress.variable_name in externals:
            return progress.resume(value=host_function(progress.variable_name))
        return progress.resume()
    if isinstance(progress, engine.FunctionSnapshot) and progress.is_os_function:
        if progress.function_name == "system.async_sleep":
            return progress.resume({"future": ...})
        # Sleeps have been slept; everything else is refused as it was.
        if progress.function_name == "system.sleep":
            return progress.resume({"return_value": None})
        return progress.resume_not_handled()
    answer = next(remaining, None)
    return None if answer is None else progress.resume(dict(answer))


def host_function(name: str) -> Callable[[], None]:
    """What a name that is read but not called is answered with (`f = add`): Monty makes a host function of
    this name out of it.
    """

    def stand_in() -> None:
        """Never called."""

    stand_in.__name__ = name
    return stand_in
