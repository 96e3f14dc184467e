"""What the installed Monty says of a program: whether it reads it, and what ends it when it runs.

One pool for all: a program costs a fraction of a millisecond.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pydantic_monty

from sandbox_tui.lint import Position, SyntaxFailure

LIMITS: Any = {"max_memory": 100_000_000, "max_feed_duration_secs": 3.0, "max_suspensions": 1_000}
# No clock and no entropy, as the engine runs tasks.
OS_POLICY: Any = {"datetime": "call_host", "random_start": "call_host"}

# It ends the feed before the program's first statement, but does not make the program dead code, as `raise`
# would: Monty's compiler minds less in what is never reached.
STOP = "1/0"


class Judge:
    """Asks one pool."""

    def __init__(self, pool: pydantic_monty.Monty) -> None:
        self.pool = pool

    def parses(self, source: str) -> SyntaxFailure | None:
        """What Monty says against reading `source`; None if it reads it."""
        try:
            with self.pool.checkout(limits=LIMITS) as session:
                session.feed_run(f"{STOP}\n{source}")
        except pydantic_monty.MontyError as error:
            inner = error.exception()
            if isinstance(inner, ZeroDivisionError):
                return None
            frames = error.traceback() if hasattr(error, "traceback") else []
            place = Position(max(1, frames[-1].line - 1), frames[-1].column) if frames else None
            return SyntaxFailure(f"{type(inner).__name__}: {inner}", place, place)
        raise AssertionError("nothing stopped the program")

    def failure(self, source: str, inputs: dict[str, Any] | None = None) -> str | None:
        """The exception that ends `source`, as text; None if it comes to its end.

        A name that nothing defines is a NameError; what only a host has is refused, as the engine does; sleep
        takes no time.
        """
        try:
            with self.pool.checkout(limits=LIMITS, os_policy=OS_POLICY) as session:
                turn: Any = session.feed_start(
                    source, inputs=inputs or {}, print_callback=lambda stream, text: None
                )
                while not isinstance(turn, pydantic_monty.MontyComplete):
                    name = getattr(turn, "function_name", None)
                    if name is None:
                        turn = turn.resume()
                    elif name in ("system.sleep", "system.async_sleep"):
                        turn = turn.resume({"return_value": None})
                    elif turn.is_os_function:
                        turn = turn.resume_not_handled()
                    else:
                        turn = turn.resume(
                            {"exc_type": "NameError", "message": f"name {name!r} is not defined"}
                        )
        except pydantic_monty.MontyError as error:
            inner = error.exception()
            return f"{type(inner).__name__}: {inner}"
        return None


@contextmanager
def judge() -> Iterator[Judge]:
    """A judge for as long as the block lasts."""
    with pydantic_monty.Monty(max_processes=1) as pool:
        yield Judge(pool)
