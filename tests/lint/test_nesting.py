"""How deep Monty reads, asked of Monty: at each kind's own bound the linter is silent, one level more it finds."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from marked_source import findings
from monty_judge import Judge, judge


@pytest.fixture(scope="module")
def monty() -> Iterator[Judge]:
    with judge() as asked:
        yield asked


def minus(count: int) -> str:
    """An expression of so many levels and one more."""
    return "-" * count + "x"


KINDS: dict[str, Callable[[int], str]] = {
    "minus": minus,
    "power": lambda n: "x" + "**x" * n,
    "sum": lambda n: "x" + "+x" * n,
    "and": lambda n: "x" + " and x" * n,
    "and or": lambda n: "x" + " and x or x" * n,
    "last of and": lambda n: "a and " * 50 + minus(n),
    "first of and": lambda n: minus(n) + " and a" * 50,
    "and in brackets": lambda n: "(" * n + "x" + " and a)" * n,
    "attributes": lambda n: "x" + ".a" * n,
    "methods": lambda n: "x" + ".a()" * n,
    "methods of items": lambda n: "x" + ".a().b[0]" * n,
    "calls": lambda n: "f" + "()" * n,
    "calls in calls": lambda n: "f(" * n + "x" + ")" * n,
    "starred arguments": lambda n: "f(*" * n + "x" + ")" * n,
    "keywords": lambda n: "f(a=" * n + "x" + ")" * n,
    "items": lambda n: "x" + "[0]" * n,
    "slices": lambda n: "x[:" * n + "0" + "]" * n,
    "lists": lambda n: "[" * n + "x" + "]" * n,
    "dicts": lambda n: "{1:" * n + "x" + "}" * n,
    "comprehensions": lambda n: "[" * n + "x" + " for x in y]" * n,
    "condition": lambda n: "[x for x in y if " + minus(n) + "]",
    "lambdas": lambda n: "lambda:" * n + "x",
    "lambda's default": lambda n: f"lambda a={minus(n)}: 1",
    "conditional": lambda n: "a if b else " * n + "c",
    "comparison": lambda n: "a < b < " + minus(n),
    "f-string": lambda n: f"f'{{{minus(n)}}}'",
    "f-string's format": lambda n: f"f'{{x:{{{minus(n)}}}}}'",
    "targets": lambda n: "(" * n + "x" + ",)" * n + " = y",
    "target's key": lambda n: f"x[{minus(n)}] = 1",
    "loop's target": lambda n: "for " + "(" * n + "x" + ",)" * n + " in y: pass",
    "loop": lambda n: f"for x in {minus(n)}: pass",
    "loop's else": lambda n: f"for x in y: pass\nelse: {minus(n)}",
    "elif": lambda n: "if a: pass\n" + "elif a: pass\n" * n,
    "elif's condition": lambda n: "if a: pass\n" + "elif a: pass\n" * 50 + f"elif {minus(n)}: pass",
    "elif's body": lambda n: "if a: pass\n" + "elif a: pass\n" * 50 + f"elif a: {minus(n)}",
    "else": lambda n: "if a: pass\n" + "elif a: pass\n" * 50 + f"else: {minus(n)}",
    "items of with": lambda n: f"with {', '.join(['a'] * n)}: pass",
    "subject": lambda n: f"match {minus(n)}:\n case 1: pass",
    "guard": lambda n: f"match x:\n case a if {minus(n)}: pass",
    "case": lambda n: f"match x:\n case 1: {minus(n)}",
    "decorator": lambda n: f"@{minus(n)}\ndef f(): pass",
    "default": lambda n: f"def f(a={minus(n)}): pass",
    "function": lambda n: f"def f(): {minus(n)}",
    "class": lambda n: f"class A:\n x = {minus(n)}",
    "method": lambda n: f"class A:\n def m(self):\n  {minus(n)}",
    "except": lambda n: f"try: pass\nexcept {minus(n)}: pass",
    "handler": lambda n: f"try: pass\nexcept a: {minus(n)}",
    "finally": lambda n: f"try: pass\nfinally: {minus(n)}",
}
MATCHES = ("subject", "guard", "case")


def bound(fits: Callable[[int], bool]) -> int:
    """The largest number that fits, below 250."""
    low, high = 1, 250
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if fits(middle) else (low, middle)
    return low


@pytest.mark.parametrize("kind", KINDS)
def test_the_bound_is_montys(kind: str, monty: Judge) -> None:
    make = KINDS[kind]
    deepest = bound(lambda n: monty.parses(make(n)) is None)
    if kind in MATCHES and deepest == 1:
        pytest.skip("this Monty has no match statement")
    assert findings(make(deepest), "SBX002", kind="code") == []
    assert len(findings(make(deepest + 1), "SBX002", kind="code")) >= 1


@pytest.mark.parametrize("source", [f"x: {'list[' * 150}int{']' * 150} = 1", f"raise x from {minus(250)}"])
def test_what_monty_does_not_evaluate_may_be_deep(source: str, monty: Judge) -> None:
    assert monty.parses(source) is None
    assert findings(source, "SBX002", kind="code") == []
