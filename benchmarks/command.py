"""`sandbox-tui run` of a pure task, as a whole process, against `python -c` that does the same with
`pydantic_monty`.

Both start a Python, a Monty worker, run the task once and end. They run in turn, so that a busy machine slows
both, and the medians are compared. Modules are compiled once beforehand, as they are in an installed package.

    python benchmarks/command.py [RUNS]
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

TASK = Path(__file__).parents[1] / "sample_tasks" / "calculate_total.toml"
AT_MOST = 1.5

OURS = [sys.executable, "-c", "from sandbox_tui.cli.main import script; script()"]
OURS += ["run", str(TASK), "-i", "price=9.5", "-i", "quantity=3"]

BY_HAND = """\
from pydantic_monty import Monty
source = '''
def calculate_total(price: float, quantity: int) -> float:
    return price * quantity
calculate_total(price, quantity)
'''
with Monty() as pool, pool.checkout() as session:
    print(session.feed_run(source, inputs={"price": 9.5, "quantity": 3}))
"""
HAND = [sys.executable, "-c", BY_HAND]


def seconds(command: list[str], environment: dict[str, str]) -> float:
    """How long one process takes; its output must be the task's result."""
    began = time.perf_counter()
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    took = time.perf_counter() - began
    assert done.stdout == "28.5\n", done.stdout
    return took


def main() -> int:
    """Prints medians and their ratio; 1 if the ratio is above `AT_MOST`."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 25
    with tempfile.TemporaryDirectory() as compiled:
        environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
        environment["PYTHONPYCACHEPREFIX"] = compiled
        for command in (OURS, HAND):
            seconds(command, environment)
        pairs = [(seconds(OURS, environment), seconds(HAND, environment)) for _ in range(runs)]
    ours, hand = (statistics.median(pair[index] for pair in pairs) * 1000 for index in (0, 1))
    ratio = statistics.median(a / b for a, b in pairs)
    print(f"sandbox-tui run           {ours:7.1f} ms")
    print(f"python -c pydantic_monty  {hand:7.1f} ms")
    print(f"ratio                     {ratio:7.2f}x (at most {AT_MOST}x)")
    return 0 if ratio <= AT_MOST else 1


if __name__ == "__main__":
    sys.exit(main())
