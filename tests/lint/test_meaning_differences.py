"""What means something else in Monty than in Python, asked of both.

`tests/data/meaning_programs.txt` holds small programs, parted by lines of three dashes. Each runs in this
Python and in the installed Monty; where both succeed with different results or output, a rule of SBX8xx must
find something in the program, or its first line says why none does (`#: unfound: reason`); where both succeed
alike, no rule may find anything, unless that is so only by chance (`#: by chance`), such as the order of a small
set.
"""

from __future__ import annotations

import ast
import asyncio
import contextlib
import inspect
import io
import json
import sys
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pydantic_monty
import pytest

from sandbox_tui.lint import check
from sandbox_tui.lint.diagnostic import Diagnostic
from sandbox_tui.lint.rules.meaning import RULES as MEANING
from sandbox_tui.sandbox import template_from_source

pytestmark = [
    pytest.mark.skipif(
        sys.version_info[:2] != (3, 11),
        reason="compares with Python 3.11, which Flyte's images have; later ones add floats otherwise",
    ),
    pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning"),
]

DATA = Path(__file__).parents[1] / "data"
VERSION: str = pydantic_monty.__version__
LIMITS: Any = {"max_memory": 50_000_000, "max_feed_duration_secs": 5.0}


@dataclass(frozen=True)
class Outcome:
    """What came of a program: its result as text (with types), or the type of its error; and what it
    printed.
    """

    succeeded: bool
    result: str
    printed: str


@dataclass(frozen=True)
class Compared:
    """One program in both."""

    source: str
    mark: str
    python: Outcome
    monty: Outcome
    found: tuple[Diagnostic, ...]

    @property
    def differs_silently(self) -> bool:
        return self.python.succeeded and self.monty.succeeded and self.python != self.monty

    @property
    def is_same(self) -> bool:
        return self.python.succeeded and self.python == self.monty


def text_of(value: Any, depth: int = 0) -> str:
    """A value with its types and the order of what is in it; sets, whose order is not part of them, sorted."""
    name = type(value).__name__
    if isinstance(value, set | frozenset):
        return f"{name}{sorted(text_of(each, depth + 1) for each in value)}"
    if isinstance(value, list | tuple) and depth < 6:
        return f"{name}{[text_of(each, depth + 1) for each in value]}"
    if isinstance(value, dict) and depth < 6:
        return f"{name}{[(text_of(k, depth + 1), text_of(v, depth + 1)) for k, v in value.items()]}"
    return f"{name} {value!r}"


def in_python(source: str) -> Outcome:
    """What comes of a program in this Python; the value of its last expression is its result."""
    printed = io.StringIO()
    names: dict[str, Any] = {"__name__": "__main__"}
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(io.StringIO()):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                result = asyncio.run(_run(source, names))
            return Outcome(True, text_of(result), printed.getvalue())
        except BaseException as error:
            return Outcome(False, type(error).__name__, printed.getvalue())


async def _run(source: str, names: dict[str, Any]) -> Any:
    tree = ast.parse(source)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    pending = eval(compile(tree, "<program>", "exec", flags=flags), names)
    if inspect.iscoroutine(pending):
        await pending
    if not isinstance(last, ast.Expr):
        return None
    code = compile(ast.Expression(last.value), "<program>", "eval", flags=flags)
    value = eval(code, names)
    return await value if code.co_flags & inspect.CO_COROUTINE else value


def in_monty(source: str, pool: Any) -> Outcome:
    """What comes of a program in Monty."""
    printed: list[str] = []

    def take(stream: str, text: str) -> None:
        if stream == "stdout":
            printed.append(text)

    with pool.checkout(limits=LIMITS) as session:
        try:
            result = session.feed_run(source, print_callback=take)
            return Outcome(True, text_of(result), "".join(printed))
        except pydantic_monty.MontyError as error:
            return Outcome(False, type(error).__name__, "".join(printed))


def meaning_findings(source: str) -> tuple[Diagnostic, ...]:
    found = check(source, kind="code", profile="runtime", target=VERSION, externals={})
    return tuple(each for each in found if each.code.startswith("SBX8"))


def compared(programs: list[str]) -> list[Compared]:
    results = []
    with pydantic_monty.Monty() as pool:
        for program in programs:
            first, _, rest = program.partition("\n")
            mark, source = (first, rest) if first.startswith("#:") else ("", program)
            outcomes = in_python(source), in_monty(source, pool)
            results.append(Compared(source, mark, *outcomes, meaning_findings(source)))
    return results


@pytest.fixture(scope="module")
def corpus() -> list[Compared]:
    text = (DATA / "meaning_programs.txt").read_text(encoding="utf-8")
    return compared([each.strip("\n") for each in text.split("\n---\n")])


@pytest.fixture(scope="module")
def verdicts() -> list[Compared]:
    """The programs whose verdicts are recorded, of those that Monty accepts."""
    entries = json.loads((DATA / "monty_verdicts.json").read_text(encoding="utf-8"))
    sources = {each["source"] for each in entries if each.get(VERSION, "").startswith("ok|")}
    return compared(sorted(sources))


def shown(programs: list[Compared]) -> str:
    return "\n---\n".join(
        f"{each.source}\n# Python: {each.python}\n# Monty:  {each.monty}\n# {[str(d) for d in each.found]}"
        for each in programs
    )


def test_a_silent_difference_is_found_or_said_to_be_left_out(corpus: list[Compared]) -> None:
    different = [each for each in corpus if each.differs_silently]
    unfound = [each for each in different if not each.found]
    print(
        f"{len(corpus)} programs, {len(different)} differ silently, {len(unfound)} of them without a finding"
    )
    assert shown([each for each in unfound if not each.mark.startswith("#: unfound: ")]) == ""


def test_what_is_said_to_be_left_out_has_no_finding(corpus: list[Compared]) -> None:
    assert shown([each for each in corpus if each.mark.startswith("#: unfound: ") and each.found]) == ""


def test_nothing_is_found_where_both_do_the_same(corpus: list[Compared]) -> None:
    same = [each for each in corpus if each.is_same]
    alarms = [each for each in same if each.found]
    print(
        f"{len(alarms)} false alarms in {len(same)} programs that do the same: {len(alarms) / len(same):.2%}"
    )
    assert shown([each for each in alarms if each.mark != "#: by chance"]) == ""


def test_the_recorded_programs_have_no_false_alarm(verdicts: list[Compared]) -> None:
    same = [each for each in verdicts if each.is_same]
    alarms = [each for each in same if each.found]
    print(f"{len(alarms)} false alarms in {len(same)} recorded programs: {len(alarms) / len(same):.2%}")
    assert shown(alarms) == ""


# What the examples of the rules are given: (inputs, which each rule's examples take by name).
VALUES: dict[str, Any] = {
    "ids": ["a", "b", "c"],
    "xs": [3, 1, 2],
    "n": 3,
    "names": ["zoe", "bob", "ann"],
    "year": 1999,
    "rates": {},
    "text": "a1;b22",
    "key": "k",
    "a": 5,
    "amount": 2.675,
    "rate": 1.0,
    "items": [1, 2, 3],
    "prices": {"x": 1.5},
    "minor": 11,
}
SPECIAL = {
    "SBX813": {"text": "12\n"},
    "SBX803": {"n": 0},
    "SBX807": {"n": 1},
    "SBX808": {"n": 12, "minor": 11},
}
CALLS: list[str] = []


def is_paid(each: str) -> bool:
    CALLS.append(each)
    return each == "b"


def measure(value: Any) -> int:
    return len(value)


def outcomes_of(source: str, code: str) -> tuple[Any, Any]:
    """The results of an example in Python and in our engine, each with the calls it made."""
    inputs = VALUES | SPECIAL.get(code, {})
    externals = {"is_paid": is_paid, "measure": measure}
    template = template_from_source(source, kind="function", externals=externals, restrictions="runtime")
    given = {name: inputs[name] for name in template.interface.inputs}
    names: dict[str, Any] = dict(externals)
    CALLS.clear()
    exec("from __future__ import annotations\n" + source, names)
    result = names[template.name](**given)
    python = text_of(result), list(CALLS)
    CALLS.clear()
    run = template.execute(given)
    assert run.ok or code in ("SBX817", "SBX818"), run.error
    return python, (text_of(run.result), list(CALLS))


@pytest.mark.parametrize("rule", MEANING, ids=lambda rule: rule.code)
def test_the_bad_example_means_something_else_in_monty(rule: Any) -> None:
    python, monty = outcomes_of(rule.bad, rule.code)
    assert python != monty


@pytest.mark.parametrize("rule", MEANING, ids=lambda rule: rule.code)
def test_the_good_example_means_the_same_in_both(rule: Any) -> None:
    python, monty = outcomes_of(rule.good, rule.code)
    assert python == monty
