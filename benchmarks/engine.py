"""The engine against the same work done by hand on Monty, and against Flyte where it is installed.

Each pair runs in turn, in batches, in one process, so that a busy machine slows both; what is printed is the
median of the batches' ratios. By hand means: a warm sync pool, one checkout a run with the same limits,
`feed_run` or `feed_start` and `resume`.

    python benchmarks/engine.py [BATCHES]
"""

from __future__ import annotations

import asyncio
import importlib.util
import logging
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

from pydantic_monty import Monty, MontyComplete

from sandbox_tui import SandboxedConfig
from sandbox_tui.sandbox.building import template_from_source

PURE = """\
def total(price: float, quantity: int) -> float:
    return price * quantity
"""
CALLS = """\
def count(n: int) -> int:
    total = 0
    for i in range(n):
        total = total + add(i, 1)
    return total
"""
FLYTE_CALLS = "total = 0\nfor i in range(n):\n    total = total + add(i, 1)\ntotal"
LIMITS: Any = SandboxedConfig().limits()


def add(a: int, b: int) -> int:
    """The external of the loop."""
    return a + b


def compare(
    label: str,
    ours: Callable[[], object],
    theirs: Callable[[], object],
    *,
    runs: int,
    batches: int,
    at_most: float,
) -> bool:
    """Prints one line; whether the ratio is within its bound."""
    for function in (ours, theirs):
        for _ in range(max(2, runs // 10)):
            function()
    pairs = [(_micros(ours, runs), _micros(theirs, runs)) for _ in range(batches)]
    ratio = statistics.median(a / b for a, b in pairs)
    mine, other = (statistics.median(pair[i] for pair in pairs) for i in (0, 1))
    met = ratio <= at_most
    verdict = "" if met else "  NOT MET"
    print(f"{label:44} {mine:9.1f} us {other:9.1f} us   {ratio:5.2f}x  (at most {at_most}x){verdict}")
    return met


def _micros(function: Callable[[], object], runs: int) -> float:
    began = time.perf_counter()
    for _ in range(runs):
        function()
    return (time.perf_counter() - began) / runs * 1e6


def main() -> int:
    """Runs all comparisons; 1 if one is not within its bound."""
    batches = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    pure = template_from_source(PURE, kind="function")
    calls = template_from_source(CALLS, kind="function", externals={"add": add})
    met = []
    print(f"{'':44} {'ours':>9}    {'other':>9}")
    with Monty() as pool:

        def pure_by_hand() -> object:
            with pool.checkout(limits=LIMITS) as session:
                return session.feed_run(PURE + "total(price, quantity)", inputs={"price": 2.5, "quantity": 4})

        def calls_by_hand() -> object:
            with pool.checkout(limits=LIMITS) as session:
                progress: Any = session.feed_start(CALLS + "count(n)", inputs={"n": 100})
                while not isinstance(progress, MontyComplete):
                    progress = progress.resume({"return_value": add(*progress.args, **progress.kwargs)})
                return progress.output

        assert pure.run(2.5, 4) == pure_by_hand()
        assert calls.run(100) == calls_by_hand()
        met.append(
            compare(
                "pure task / by hand",
                lambda: pure.run(2.5, 4),
                pure_by_hand,
                runs=300,
                batches=batches,
                at_most=1.15,
            )
        )
        met.append(
            compare(
                "100 external calls / by hand",
                lambda: calls.run(100),
                calls_by_hand,
                runs=20,
                batches=batches,
                at_most=1.2,
            )
        )
    if importlib.util.find_spec("flyte") is not None:
        met += against_flyte(pure, calls, batches)
    return 0 if all(met) else 1


def against_flyte(pure: Any, calls: Any, batches: int) -> list[bool]:
    """`template.run` against Flyte's `orchestrate_local` of the same work."""
    from flyte import sandbox

    logging.disable(logging.WARNING)
    loop = asyncio.new_event_loop()

    def flyte_pure() -> object:
        return loop.run_until_complete(
            sandbox.orchestrate_local("price * quantity", inputs={"price": 2.5, "quantity": 4})
        )

    def flyte_calls() -> object:
        return loop.run_until_complete(sandbox.orchestrate_local(FLYTE_CALLS, inputs={"n": 100}, tasks=[add]))

    assert flyte_pure() == pure.run(2.5, 4)
    assert flyte_calls() == calls.run(100)
    found = [
        compare(
            "pure task / flyte orchestrate_local",
            lambda: pure.run(2.5, 4),
            flyte_pure,
            runs=50,
            batches=batches,
            at_most=0.3,
        ),
        compare(
            "100 calls / flyte orchestrate_local",
            lambda: calls.run(100),
            flyte_calls,
            runs=5,
            batches=batches,
            at_most=0.3,
        ),
    ]
    loop.run_until_complete(asyncio.sleep(0.1))
    return found


if __name__ == "__main__":
    sys.exit(main())
