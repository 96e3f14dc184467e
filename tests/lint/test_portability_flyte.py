"""SBX7xx, asked of the real Flyte: each bad example fails or differs there, each good one works."""

from __future__ import annotations

import importlib.util
import itertools
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

os.environ.setdefault("LOG_LEVEL", "50")  # Flyte logs every run otherwise, with what we expect to fail.
flyte = pytest.importorskip("flyte")

from flyte.io import File as FlyteFile  # noqa: E402

from sandbox_tui.lint import check  # noqa: E402
from sandbox_tui.lint.rules import RULES  # noqa: E402
from sandbox_tui.lint.rules.portability import RULES as PORTABILITY  # noqa: E402
from sandbox_tui.sandbox import template_from_source  # noqa: E402
from sandbox_tui.sandbox.handles import File  # noqa: E402

pytestmark = pytest.mark.flyte

_number = itertools.count()

MODULE = """
import asyncio
from typing import Any, Optional, Union
import flyte
from flyte.io import File, Dir, DataFrame

env = flyte.TaskEnvironment(name="portability_{number}")

@env.task
def add(x: int, y: int) -> int:
    return x + y

@env.task
def double(x: int) -> int:
    return x * 2

@env.task
def fail(x: int) -> int:
    raise ValueError("failed")

@env.task
def lookup(x: int) -> Optional[int]:
    return None

@env.task
def copy(f: File) -> File:
    return f

@env.task
def size(f: File) -> int:
    return 5

@env.sandbox.orchestrator
"""
EXTERNALS: Mapping[str, Any] = {
    "add": lambda x, y: x + y,
    "double": lambda x: x * 2,
    "fail": lambda x: int("failed"),
    "lookup": lambda x: None,
    "copy": lambda f: f,
    "size": lambda f: 5,
}
SIGNATURES = {
    "add": "(x: int, y: int) -> int",
    "double": "(x: int) -> int",
    "fail": "(x: int) -> int",
    "lookup": "(x: int) -> int | None",
    "copy": "(f: File) -> File",
    "size": "(f: File) -> int",
}
VALUES: Mapping[str, Any] = {
    "price": 1.5,
    "rate": 2.0,
    "x": 3,
    "n": 3,
    "total": 1.5,
    "name": "Ada",
    "names": ["a"],
    "report": FlyteFile(path="report.txt"),
}


def signatures(source: str) -> dict[str, str]:
    """The externals that a source names, as they would be declared."""
    return {name: text for name, text in SIGNATURES.items() if name in source}


def values_for(source: str, rule: str) -> dict[str, Any]:
    """Inputs for the parameters of an example that have no default."""
    template = template_from_source(source, kind="function", externals=EXTERNALS, restrictions="runtime")
    inputs = {}
    for name, (_, default) in template.interface.inputs.items():
        if name == "xs":
            inputs[name] = [] if rule == "SBX719" else [1, 2]
        elif name in VALUES and not (isinstance(default, int | float) or default is None):
            inputs[name] = VALUES[name]
    return inputs


def under_flyte(source: str, inputs: Mapping[str, Any], folder: Path) -> Any:
    """The result of a source as the body of a real orchestrator."""
    from flyte.sandbox._task import SandboxedTaskTemplate

    number = next(_number)
    path = folder / f"portability_{number}.py"
    path.write_text(MODULE.replace("{number}", str(number)) + source, encoding="utf-8")
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    (task,) = [value for value in vars(module).values() if isinstance(value, SandboxedTaskTemplate)]
    outputs = tuple(flyte.with_runcontext(mode="local").run(task, **inputs).outputs())
    return outputs[0] if len(outputs) == 1 else outputs


def here(source: str, inputs: Mapping[str, Any]) -> Any:
    """The result in our engine."""
    template = template_from_source(source, kind="function", externals=EXTERNALS, restrictions="runtime")
    given = {k: File(v.path) if isinstance(v, FlyteFile) else v for k, v in inputs.items()}
    result = template.execute(given)
    assert result.ok, result.error
    return result.result


def plain(value: Any) -> Any:
    """A handle of either side as its place."""
    return getattr(value, "path", getattr(value, "uri", value))


@pytest.mark.parametrize("rule", PORTABILITY, ids=lambda rule: rule.code)
def test_the_bad_example_works_here_and_fails_or_differs_in_flyte(rule: Any, tmp_path: Path) -> None:
    inputs = values_for(rule.bad, rule.code)
    ours = here(rule.bad, inputs)
    try:
        theirs = under_flyte(rule.bad, inputs, tmp_path)
    except Exception:
        return
    assert plain(theirs) != plain(ours)


@pytest.mark.parametrize("rule", PORTABILITY, ids=lambda rule: rule.code)
def test_the_good_example_works_the_same_in_both(rule: Any, tmp_path: Path) -> None:
    inputs = values_for(rule.good, rule.code)
    assert plain(under_flyte(rule.good, inputs, tmp_path)) == plain(here(rule.good, inputs))


def fixed(source: str) -> str:
    """The source with the fixes of its SBX7xx findings, one after the other."""
    for _ in range(10):
        found = check(source, profile="flyte", externals=signatures(source))
        fix = next((each.fix for each in found if each.code.startswith("SBX7") and each.fix), None)
        if fix is None:
            break
        lines = source.splitlines(keepends=True)
        starts = [0, *itertools.accumulate(len(line) for line in lines)]
        for edit in reversed(fix.edits):
            start = starts[edit.start.line - 1] + edit.start.column - 1
            end = starts[edit.end.line - 1] + edit.end.column - 1
            source = source[:start] + edit.text + source[end:]
    return source


FIXABLE = ["SBX701", "SBX702", "SBX703", "SBX704", "SBX707", "SBX708", "SBX715", "SBX717"]


@pytest.mark.parametrize("code", FIXABLE)
def test_the_fixed_example_works_in_flyte(code: str, tmp_path: Path) -> None:
    rule = RULES[code]
    source = fixed(rule.bad)
    assert source != rule.bad
    assert [each.code for each in check(source, profile="flyte", externals=signatures(source))] == []
    inputs = values_for(rule.bad, code)
    assert under_flyte(source, inputs, tmp_path) == here(source, inputs) == here(rule.bad, inputs)


# Programs that work here and in Flyte alike: nothing may be found in them.
PORTABLE: list[tuple[str, dict[str, Any]]] = [
    ("def t(n: int) -> int:\n    return add(n, 1)\n", {"n": 3}),
    (
        "async def t(n: int) -> int:\n    import asyncio\n    await asyncio.sleep(0)\n    return add(n, 1)\n",
        {"n": 3},
    ),
    (
        "async def t(n: int) -> list[int]:\n    import asyncio\n    async def one(x):\n        return add(x, 1)\n"
        "    first = add(0, 1)\n    return [first, *await asyncio.gather(one(n), one(2))]\n",
        {"n": 3},
    ),
    ("def t(a: int, /, b: int = 2) -> int:\n    return a + b\n", {"a": 1}),
    ("def t(b: int = 2 * 60) -> int:\n    return b\n", {}),
    ("def t(b: Optional[int] = None) -> int:\n    return 5\n", {}),
    ("def t(xs: tuple[int, ...]) -> int:\n    return len(xs)\n", {"xs": (1, 2)}),
    ("def t(n: int) -> list[tuple[int, ...]]:\n    return [(n, n)]\n", {"n": 1}),
    ("def t(n: int) -> Union[int, float]:\n    return 1\n", {"n": 1}),
    ("def t(n: int):\n    print(n)\n", {"n": 1}),
    ("def t(n: int) -> dict:\n    return {'a': None, 1: [n]}\n", {"n": 1}),
    ("def t(n: int) -> list:\n    return [(1, 2), {1}, None]\n", {"n": 1}),
    (
        "def t(n: int) -> int:\n    def step(x=double(1)):\n        return x + n\n    return step()\n",
        {"n": 1},
    ),
    (
        "def t(n: int) -> list[int]:\n    first = double(n)\n    return [double(i) for i in range(first)]\n",
        {"n": 1},
    ),
    ("def t(n: int) -> list[int]:\n    return [i for i in range(double(n))]\n", {"n": 1}),
    (
        "def t(n: int) -> int:\n    total = 0\n    for i in range(1000):\n        total = double(i)\n    return total\n",
        {"n": 1},
    ),
    ("def t(n: int) -> int:\n    return n if n < 1 else t(n - 1)\n", {"n": 3}),
    (
        "def t(n: int) -> int:\n    try:\n        n = n // 0\n    except ZeroDivisionError:\n        n = 5\n    return double(n)\n",
        {"n": 1},
    ),
    (
        "def t(n: int) -> list:\n    if n > 5:\n        double(1)\n    return list(flyte_map('double', [n], concurrency=2))\n",
        {"n": 1},
    ),
    ("def t(report: File) -> int:\n    return size(f=report)\n", {"report": FlyteFile(path="a.txt")}),
    ("def t(report: Optional[File] = None) -> int:\n    return 1 if report is None else size(report)\n", {}),
]


@pytest.mark.parametrize(("source", "inputs"), PORTABLE)
def test_nothing_is_found_in_what_works_in_flyte(source: str, inputs: dict[str, Any], tmp_path: Path) -> None:
    assert [str(each) for each in check(source, profile="flyte", externals=signatures(source))] == []
    assert under_flyte(source, inputs, tmp_path) == here(source, inputs)


# Programs that work here and fail or differ in Flyte: (source, inputs, the code that says so).
UNPORTABLE: list[tuple[str, dict[str, Any], str]] = [
    ("async def t(n: int) -> int:\n    pending = add(n, 1)\n    return await pending\n", {"n": 3}, "SBX701"),
    (
        "async def t(n: int) -> list[int]:\n    add(1, 1)\n    return [await add(i, 1) for i in range(n)]\n",
        {"n": 3},
        "SBX701",
    ),
    (
        "async def t(n: int) -> list[int]:\n    import asyncio\n    add(1, 1)\n    calls = [add(i, 1) for i in range(n)]\n"
        "    return await asyncio.gather(*calls)\n",
        {"n": 3},
        "SBX702",
    ),
    ("def t(*, b: int) -> int:\n    return b\n", {"b": 2}, "SBX703"),
    ("def t(xs: list[int | None]) -> int:\n    return len(xs)\n", {"xs": [1]}, "SBX704"),
    ("def t(n: int) -> 'int | None':\n    return n\n", {"n": 1}, "SBX704"),
    ("def t(n: int) -> tuple:\n    return (n, n)\n", {"n": 1}, "SBX705"),
    ("def t(n: int) -> tuple[int]:\n    return (n,)\n", {"n": 1}, "SBX705"),
    ("def t(n: int) -> Optional[tuple[int, int]]:\n    return (n, n)\n", {"n": 1}, "SBX705"),
    ("def t(n: int) -> Any:\n    return n, n\n", {"n": 1}, "SBX705"),
    ("def t(n: int) -> int:\n    return (lambda x: double(x))(n)\n", {"n": 1}, "SBX707"),
    (
        "def t(n: int) -> int:\n    def step(x):\n        return double(x)\n    return step(n)\n",
        {"n": 1},
        "SBX707",
    ),
    (
        "def t(n: int) -> int:\n    class Rate:\n        value = double(3)\n    return Rate.value\n",
        {"n": 1},
        "SBX707",
    ),
    (
        "def t(n: int) -> list:\n    add(1, 1)\n    return list(flyte_map('double', [n]))\n",
        {"n": 1},
        "SBX708",
    ),
    (
        "def t(n: int) -> int:\n    def step(x):\n        return fail(x)\n    if n > 5:\n        fail(1)\n    try:\n"
        "        return step(n)\n    except ValueError:\n        return -1\n",
        {"n": 1},
        "SBX709",
    ),
    ("def t(report: File) -> int:\n    return 5\n", {"report": FlyteFile(path="a.txt")}, "SBX710"),
    (
        "def t(report: File) -> dict:\n    return {'f': [copy(report)]}\n",
        {"report": FlyteFile(path="a.txt")},
        "SBX711",
    ),
    ("def t(n: int) -> dict:\n    return {(n, n): 1}\n", {"n": 1}, "SBX711"),
    (
        "def t(report: File) -> bool:\n    copy(report)\n    return isinstance(report, dict)\n",
        {"report": FlyteFile(path="a.txt")},
        "SBX712",
    ),
    (
        "def t(n: int) -> int:\n    add(1, 1)\n    return sum([add(i, j) for i in range(50) for j in range(30)])\n",
        {"n": 1},
        "SBX714",
    ),
    (
        "def t(n: int) -> list:\n    double(1)\n    run = flyte_map\n    return list(run('double', [n]))\n",
        {"n": 1},
        "SBX716",
    ),
    ("def t(x: list[float] = [1]) -> float:\n    return x[0] * 2.0\n", {}, "SBX717"),
    ("def t(n: int) -> float:\n    return n\n", {"n": 1}, "SBX717"),
    ("def t(n: int) -> dict[str, float]:\n    return {'a': 0}\n", {"n": 1}, "SBX717"),
    ("def t(n: int) -> float:\n    return len('ab')\n", {"n": 1}, "SBX717"),
]


@pytest.mark.parametrize(("source", "inputs", "code"), UNPORTABLE)
def test_what_fails_or_differs_in_flyte_is_found(
    source: str, inputs: dict[str, Any], code: str, tmp_path: Path
) -> None:
    assert [each.code for each in check(source, profile="flyte", externals=signatures(source))] == [code]
    ours = here(source, inputs)
    try:
        theirs = under_flyte(source, inputs, tmp_path)
    except Exception:
        return
    assert plain(theirs) != plain(ours)
