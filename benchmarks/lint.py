"""`lint.check` of a text against `ast.parse` of the same text, in turn, at several lengths.

The texts are made of a function as people write it, with comments, long and short lines; once clean, and once
with a finding in every tenth line. All rules of the documented profile count, those about names and externals
included. Medians of many rounds, and the median of the rounds' ratios.

    python benchmarks/lint.py [ROUNDS]
"""

from __future__ import annotations

import ast
import gc
import statistics
import sys
import time
from collections.abc import Callable

from sandbox_tui.lint import check

AT_MOST = 2.5
LENGTHS = (100, 1_000, 5_000)

HEAD = "def summarise(orders: list[dict], rates: dict[str, float], limit: int = 10) -> dict:\n"
BLOCK = """\
    # Orders of one customer stand together; the first decides about the rate.
    total = 0.0
    names = [order["name"].strip() for order in orders if order["quantity"] > limit]
    for index, order in enumerate(orders):
        price = order["price"] * order["quantity"] * rates.get(order["region"], 1.0)
        if price > limit and order["name"] not in names:
            names = [*names, order["name"]]
            {line}
        elif price < 0:
            print(f"order {{index}} has no price: {{order['name']!r}}")
        else:
            total = total + round(price, 2)
    while limit > 0 and len(names) > limit:
        names = names[1:]
        limit = limit - 1

    best = max(orders, key=lambda order: order["price"])
    label = "large" if total > 1_000 else "small"
"""


def text_of(lines: int, *, findings: bool) -> str:
    """A source of about so many lines."""
    block = BLOCK.format(line="total += price" if findings else "total = total + price")
    count = max(1, lines // block.count("\n"))
    return HEAD + block * count + '    return {"total": total, "best": best, "label": label}\n'


def seconds(work: Callable[[], object]) -> float:
    """How long one call takes, without what others left to collect."""
    gc.collect()
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def main() -> int:
    """Prints medians and ratios; 1 if one is above `AT_MOST`."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 30
    worst = 0.0
    for lines in LENGTHS:
        for findings in (False, True):
            text = text_of(lines, findings=findings)
            found = len(check(text, externals={}))
            pairs = [
                (
                    seconds(lambda text=text: check(text, externals={})),
                    seconds(lambda text=text: ast.parse(text)),
                )
                for _ in range(rounds)
            ]
            ours, parse = (statistics.median(pair[index] for pair in pairs) * 1000 for index in (0, 1))
            ratio = statistics.median(a / b for a, b in pairs)
            worst = max(worst, ratio)
            print(
                f"{text.count(chr(10)):5} lines, {found:4} findings: check {ours:8.2f} ms,"
                f" ast.parse {parse:8.2f} ms, ratio {ratio:.2f}"
            )
    print(f"at most {AT_MOST}: {'met' if worst <= AT_MOST else 'missed'}")
    return 0 if worst <= AT_MOST else 1


if __name__ == "__main__":
    raise SystemExit(main())
