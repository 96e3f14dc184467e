"""Asks the real Monty as the tests of the static half need it: one feed, every call answered by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from pydantic_monty import Monty, MontyRuntimeError

LIMITS = {"max_memory": 50_000_000, "max_suspensions": 10**9, "max_feed_duration_secs": 20.0}


class Sandbox:
    """One pool; each `run` gets a session of its own, so that nothing stays from one to the next."""

    def __init__(self, pool: Monty) -> None:
        self.pool = pool

    def run(
        self,
        code: str,
        inputs: Mapping[str, Any] | None = None,
        answers: Mapping[str, Callable[..., Any]] | None = None,
    ) -> Any:
        """The value of `code`. Calls go to `answers`; every other question to the host is refused."""
        with self.pool.checkout(limits=LIMITS) as session:
            turn: Any = session.feed_start(code, inputs=dict(inputs or {}))
            while not hasattr(turn, "output"):
                name = getattr(turn, "function_name", None)
                if name in (answers or {}) and getattr(turn, "object_id", None) is None:
                    assert answers is not None
                    turn = turn.resume({"return_value": answers[name](*turn.args, **turn.kwargs)})
                elif name is not None:
                    turn = turn.resume({"exc_type": "NameError", "message": f"refused: {name}"})
                else:
                    # A looked-up name or attribute that does not exist.
                    turn = turn.resume()
            return turn.output

    def error(self, code: str, inputs: Mapping[str, Any] | None = None) -> str:
        """The text of the exception that ends `code`."""
        try:
            value = self.run(code, inputs)
        except MontyRuntimeError as error:
            return str(error)
        raise AssertionError(f"no exception, but the value {value!r}")


@contextmanager
def sandbox() -> Iterator[Sandbox]:
    with Monty(max_processes=1) as pool:
        yield Sandbox(pool)
