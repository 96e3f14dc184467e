"""Every setting bites, in every way of making a template; each breach is its own exception and names limit,
value and line.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from sandbox_tui import SandboxedConfig, TaskEnvironment, orchestrate_local, orchestrator_from_str
from sandbox_tui.sandbox.building import template_from_source
from sandbox_tui.sandbox.errors import (
    LimitError,
    MemoryLimitError,
    SandboxError,
    StackDepthError,
    TaskError,
    TimeLimitError,
)
from sandbox_tui.sandbox.template import SandboxedTaskTemplate

env = TaskEnvironment(name="limits")

SMALL: dict[str, Any] = {"max_memory": 2_000_000, "max_stack_depth": 40, "timeout_ms": 150}
CONFIG = SandboxedConfig(**SMALL)


@env.sandbox.orchestrator(**SMALL)
def allocates(n: int) -> int:
    big = [0] * n
    return len(big)


@env.sandbox.orchestrator(**SMALL)
def collects(n: int) -> int:
    parts = []
    while True:
        parts.append("x" * n)


@env.sandbox.orchestrator(**SMALL)
def recurses(n: int) -> int:
    def down(k: int) -> int:
        return down(k + 1)

    return down(n)


@env.sandbox.orchestrator(**SMALL)
def spins(n: int) -> int:
    while True:
        n = n + 1


def from_text(source: str) -> Callable[[], SandboxedTaskTemplate]:
    return lambda: template_from_source(source, kind="function", config=CONFIG, filename="t.toml")


def from_code(source: str) -> Callable[[], SandboxedTaskTemplate]:
    return lambda: orchestrator_from_str(source, inputs={"n": int}, **SMALL)


WAYS: list[tuple[str, type[LimitError], Callable[[], SandboxedTaskTemplate], int]] = [
    ("decorated", MemoryLimitError, lambda: allocates, 1),
    ("decorated, grown", MemoryLimitError, lambda: collects, 3),
    ("decorated", StackDepthError, lambda: recurses, 2),
    ("decorated", TimeLimitError, lambda: spins, 2),
    ("text", MemoryLimitError, from_text("def f(n):\n    x = [0] * n\n    return 1"), 2),
    ("text", StackDepthError, from_text("def f(n):\n    return f(n + 1)"), 2),
    ("text", TimeLimitError, from_text("def f(n):\n    while True:\n        n = n + 1"), 3),
    ("code", MemoryLimitError, from_code("x = n\n[0] * n"), 2),
    ("code", StackDepthError, from_code("def g(k):\n    return g(k + 1)\ng(n)"), 2),
    ("code", TimeLimitError, from_code("while True:\n    n = n + 1"), 2),
]


@pytest.mark.parametrize(
    ("way", "kind", "make", "line"), WAYS, ids=lambda value: getattr(value, "__name__", str(value))
)
def test_a_breach_names_the_limit_its_value_and_the_line(
    way: str, kind: type[LimitError], make: Callable[[], SandboxedTaskTemplate], line: int
) -> None:
    template = make()
    if template.func is not None:
        line += template.func.__code__.co_firstlineno + 1
    result = template.execute({"n": 10_000_000})
    error = result.error
    assert type(error) is kind, error
    assert error.limit == {MemoryLimitError: "max_memory", StackDepthError: "max_stack_depth"}.get(
        kind, "timeout_ms"
    )
    assert error.value == SMALL[error.limit]
    assert f"{error.limit} = {error.value}" in str(error)
    # A loop of two lines may be left on either.
    assert error.line is not None
    assert abs(error.line - line) <= 1, (error.line, line)


@pytest.mark.parametrize("run", ["run", "execute"])
@pytest.mark.parametrize(
    "source",
    [
        "def f(x):\n    while True:\n        x = x + 1",
        "def f(x):\n    y = add(x)\n    while True:\n        y = y + 1",
    ],
)
def test_the_line_of_a_timeout_is_found_with_and_without_calls(run: str, source: str) -> None:
    calls = []

    def add(x: int) -> int:
        calls.append(x)
        return x

    template = template_from_source(
        source, kind="function", config=SandboxedConfig(timeout_ms=100), externals={"add": add}
    )
    if run == "run":
        with pytest.raises(TimeLimitError) as caught:
            template.run(1)
        error: SandboxError = caught.value
    else:
        found = template.execute({"x": 1}).error
        assert found is not None
        error = found
    last = source.count("\n") + 1
    assert error.line in (last - 1, last)
    # Finding the line calls nothing again.
    assert calls in ([], [1])


@pytest.mark.parametrize("limit", ["max_memory", "max_stack_depth", "timeout_ms"])
async def test_the_settings_bite_in_orchestrate_local(limit: str) -> None:
    source = {
        "max_memory": "[0] * 10_000_000",
        "max_stack_depth": "def g(k):\n    return g(k + 1)\ng(1)",
        "timeout_ms": "while True:\n    pass",
    }[limit]
    with pytest.raises(LimitError) as caught:
        await orchestrate_local(source, inputs={}, **{limit: SMALL[limit]})
    assert caught.value.limit == limit


def test_each_breach_is_also_the_builtin_that_one_expects() -> None:
    assert issubclass(TimeLimitError, TimeoutError)
    assert issubclass(MemoryLimitError, MemoryError)
    assert issubclass(StackDepthError, RecursionError)
    assert issubclass(LimitError, SandboxError)


class TestTime:
    def test_sleeping_counts(self) -> None:
        made = template_from_source(
            "def f(s):\n    import time\n    time.sleep(s)\n    return 1",
            kind="function",
            config=SandboxedConfig(timeout_ms=200),
            restrictions="runtime",
        )
        assert made.run(0.01) == 1
        began = time.perf_counter()
        with pytest.raises(TimeLimitError, match=r"timeout_ms = 200 ms \(line 3\)"):
            made.run(30)
        assert time.perf_counter() - began < 10

    def test_an_async_sleep_counts(self) -> None:
        made = template_from_source(
            "async def f(s):\n    import asyncio\n    await asyncio.sleep(s)\n    return 1",
            kind="function",
            config=SandboxedConfig(timeout_ms=200),
            restrictions="runtime",
        )
        assert made.run(0.01) == 1
        with pytest.raises(TimeLimitError):
            made.run(30)

    def test_sleeps_share_one_budget(self) -> None:
        made = template_from_source(
            "def f():\n    import time\n    time.sleep(0.15)\n    time.sleep(0.15)\n    return 1",
            kind="function",
            config=SandboxedConfig(timeout_ms=200),
            restrictions="runtime",
        )
        with pytest.raises(TimeLimitError):
            made.run()

    def test_sleeping_and_computing_share_one_budget(self) -> None:
        made = template_from_source(
            "def f():\n    import time\n    time.sleep(0.3)\n    while True:\n        pass",
            kind="function",
            config=SandboxedConfig(timeout_ms=400),
            restrictions="runtime",
        )
        began = time.perf_counter()
        error = made.execute({}).error
        assert isinstance(error, TimeLimitError)
        # 0.1 s of computing are left after the sleep, and the search for the line takes at most 0.8 s.
        assert time.perf_counter() - began < 5
        assert error.line in (4, 5)

    def test_waiting_for_an_external_does_not_count(self) -> None:
        made = template_from_source(
            "def f():\n    return wait() + wait()",
            kind="function",
            config=SandboxedConfig(timeout_ms=100),
            externals={"wait": lambda: time.sleep(0.15) or 1},
        )
        assert made.run() == 2


class TestCalls:
    def test_a_hundred_thousand_calls_work(self) -> None:
        made = template_from_source(
            "def f(n):\n    total = 0\n    for i in range(n):\n        total = total + one(i)\n    return total",
            kind="function",
            externals={"one": lambda i: 1},
        )
        assert made.run(100_000) == 100_000


class TestImitations:
    """A task that raises the same classes itself has not passed a limit."""

    @pytest.mark.parametrize(
        "raised",
        [
            "MemoryError('memory limit exceeded: 9 bytes > 8 bytes')",
            "TimeoutError('it took too long')",
            "RecursionError('too deep')",
        ],
    )
    def test_they_are_the_tasks_own_errors(self, raised: str) -> None:
        made = template_from_source(f"def f():\n    raise {raised}", kind="function")
        with pytest.raises(TaskError) as caught:
            made.run()
        assert caught.value.error_type == raised.split("(")[0]

    def test_a_hosts_timeout_is_the_hosts(self) -> None:
        def slow() -> int:
            raise TimeoutError("feed time limit exceeded: 2s > 1s")

        made = template_from_source("def f():\n    return slow()", kind="function", externals={"slow": slow})
        with pytest.raises(TaskError) as caught:
            made.run()
        assert isinstance(caught.value.__cause__, TimeoutError)


class TestConfig:
    @pytest.mark.parametrize("name", ["max_memory", "max_stack_depth", "timeout_ms"])
    @pytest.mark.parametrize("value", [0, -1])
    def test_a_limit_is_greater_than_zero(self, name: str, value: int) -> None:
        with pytest.raises(ValueError, match=f"{name} must be greater than zero"):
            SandboxedConfig(**{name: value})

    @pytest.mark.parametrize(
        ("name", "value"), [("timeout_ms", 1.5), ("max_memory", True), ("type_check", 1)]
    )
    def test_a_wrong_type_is_named(self, name: str, value: object) -> None:
        with pytest.raises(TypeError, match=name):
            SandboxedConfig(**{name: value})  # type: ignore[arg-type]

    def test_it_is_frozen(self) -> None:
        with pytest.raises(AttributeError):
            SandboxedConfig().timeout_ms = 5  # type: ignore[misc]

    def test_its_limits_are_keys_that_monty_knows(self) -> None:
        from pydantic_monty import Monty

        with Monty() as pool, pool.checkout(limits=SandboxedConfig().limits()) as session:
            assert session.feed_run("1 + 1") == 2

    def test_type_check_off_means_off(self) -> None:
        made = template_from_source(
            "def f(x: int) -> int:\n    return 'text'",
            kind="function",
            config=SandboxedConfig(type_check=False),
        )
        assert made.run(x="anything") == "text"
        checked = template_from_source("def f(x: int) -> int:\n    return 'text'", kind="function")
        assert str(checked.execute({"x": "a"}).error) == "inputs.x: expected int, got str"
        assert str(checked.execute({"x": 1}).error) == "result: expected int, got str"


def test_an_allocation_that_kills_the_worker_is_a_breach_with_its_line() -> None:
    # Monty's accounting lets this pass and its allocator refuses it: the worker ends.
    made = template_from_source(
        "def f():\n    x = 'x' * 40_000_000\n    return x.upper() + 'y' * 40_000_000", kind="function"
    )
    error = made.execute({}).error
    assert isinstance(error, MemoryLimitError)
    assert error.line == 3


def test_a_called_templates_breach_is_named_with_both_lines() -> None:
    inner = orchestrator_from_str("x = 1\nwhile True:\n    pass", inputs={}, timeout_ms=100, name="inner")
    outer = template_from_source("def f():\n    return inner()", kind="function", externals={"inner": inner})
    error = outer.execute({}).error
    assert isinstance(error, TaskError)
    assert isinstance(error.__cause__, TimeLimitError)
    assert error.line == 2
    assert "in the call on line 2" in str(error)
