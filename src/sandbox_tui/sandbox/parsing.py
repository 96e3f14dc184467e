"""Whether Monty itself can read a source, asked of Monty.

The host's parser is not the judge: Monty reads the syntax of a newer Python than the host's may be, and
refuses some of the host's. Nothing of the source runs: a statement before it ends the feed, and Monty parses
the whole before it runs anything.
"""

from __future__ import annotations

from ..lint.diagnostic import Position, SyntaxFailure
from .monty import monty
from .pool import workers

# Not `raise`: what stands behind it is dead code, of which Monty minds less (`break` outside a loop, `@=`).
_STOP = "1/0"
_LIMITS = {"max_memory": 256 * 1024 * 1024, "max_feed_duration_secs": 5.0}


def parses(source: str) -> SyntaxFailure | None:
    """None if Monty accepts `source`, else what it says and where. Needs a worker: a few hundred
    microseconds.
    """
    engine = monty()
    try:
        with workers.checkout(_LIMITS) as session:
            # On the line before, so that columns stay; `from __future__` must come first in Python, not in
            # Monty.
            session.feed_run(f"{_STOP}\n{source}")
    except engine.MontyError as error:
        inner = error.exception()
        if isinstance(inner, ZeroDivisionError):
            return None
        frames = error.traceback() if hasattr(error, "traceback") else []
        if not frames:
            return SyntaxFailure(str(inner) or type(inner).__name__, None, None)
        frame = frames[-1]
        start = Position(max(1, frame.line - 1), frame.column)
        end = Position(max(1, frame.end_line - 1), frame.end_column)
        return SyntaxFailure(str(inner), start, end)
    except (UnicodeEncodeError, ValueError) as error:
        return SyntaxFailure(str(error), None, None)
    return None
