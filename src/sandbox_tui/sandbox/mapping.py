"""`flyte_map`: one external over zipped iterables, its calls at the same time, its results in order."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from .endpoint import Endpoint

Row = TypeVar("Row")

# With `concurrency=0` (no bound) this many calls are under way at once; a list of a million must not become a
# million threads.
MOST_AT_ONCE = 256


@dataclass(frozen=True, slots=True)
class MapSettings:
    """A call of `flyte_map`, read and checked."""

    endpoint: Endpoint
    rows: list[tuple[Any, ...]]
    concurrency: int
    return_exceptions: bool


def map_settings(
    args: tuple[Any, ...], kwargs: Mapping[str, Any], endpoints: Mapping[str, Endpoint]
) -> MapSettings:
    """Reads the arguments of `flyte_map("name", *iterables, concurrency=0, group_name=None,
    return_exceptions=True)`.

    `group_name` is accepted for Flyte, where it names the group in the console; it changes nothing here.
    Raises `RuntimeError` for an unknown external, `TypeError` for wrong arguments.
    """
    if len(args) < 2:
        raise TypeError('flyte_map takes a name and at least one iterable: flyte_map("name", items)')
    name = args[0]
    if not isinstance(name, str):
        raise TypeError(f"flyte_map takes the name of an external first, got {type(name).__name__}")
    endpoint = endpoints.get(name)
    if endpoint is None:
        known = ", ".join(sorted(endpoints)) or "none"
        raise RuntimeError(f"flyte_map: unknown task {name!r}, not found among the externals ({known})")
    unknown = sorted(set(kwargs) - {"concurrency", "group_name", "return_exceptions"})
    if unknown:
        raise TypeError(f"flyte_map got an unexpected keyword argument {unknown[0]!r}")
    concurrency = kwargs.get("concurrency") or 0
    if isinstance(concurrency, bool) or not isinstance(concurrency, int) or concurrency < 0:
        raise TypeError(f"flyte_map: concurrency must be a whole number, 0 for no bound, got {concurrency!r}")
    for index, iterable in enumerate(args[1:], 1):
        if not isinstance(iterable, list | tuple | dict | set | frozenset | str | bytes):
            raise TypeError(
                f"flyte_map: iterable {index} is {type(iterable).__name__}, which cannot be mapped over"
            )
    return MapSettings(
        endpoint, list(zip(*args[1:])), concurrency, bool(kwargs.get("return_exceptions", True))
    )


def map_rows(
    answer: Callable[[Row], Any],
    rows: Sequence[Row],
    *,
    concurrency: int,
    return_exceptions: bool,
    stopped: Callable[[], bool] = lambda: False,
) -> list[Any]:
    """`answer(row)` for each row, at most `concurrency` at once (0: all), results in the order of the rows.

    An exception takes its row's place in the results, or else ends the map: it is raised as soon as the calls
    under way are done, the first row's first, and no further call is begun. None is begun either once
    `stopped()` is true, or when the caller is interrupted while it waits.
    """
    results: list[Any] = [None] * len(rows)
    failed: dict[int, Exception] = {}
    remaining = iter(range(len(rows)))
    lock = threading.Lock()
    interrupted = False

    def work() -> None:
        while True:
            with lock:
                ended = interrupted or stopped() or (failed and not return_exceptions)
                index = None if ended else next(remaining, None)
            if index is None:
                return
            try:
                results[index] = answer(rows[index])
            except Exception as error:
                results[index] = error
                with lock:
                    failed[index] = error

    at_once = min(concurrency or MOST_AT_ONCE, len(rows))
    if at_once <= 1:
        work()
    else:
        from .host_threads import threads

        try:
            for future in [threads.submit(work) for _ in range(at_once)]:
                future.result()
        except BaseException:
            # ctrl+c, or an exception of a call that is none of the task's business.
            interrupted = True
            raise
    if failed and not return_exceptions:
        raise failed[min(failed)]
    return results
