"""Properties of the engine, over random values, types and programs.

Values of any type pass through a task unchanged; a task gives the same result however it is run; a run's
journal, given back as answers, makes the same run.
"""

from __future__ import annotations

import asyncio
import linecache
import math
from collections.abc import Callable
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from sandbox_tui import DataFrame, Dir, File, TaskEnvironment, orchestrator_from_str
from sandbox_tui.sandbox.boundary import type_text
from sandbox_tui.sandbox.building import template_from_source
from sandbox_tui.sandbox.run import Call, RunResult
from sandbox_tui.sandbox.template import SandboxedTaskTemplate

# Texts that Monty also sends in the place of something else, beside ordinary ones.
TEXTS = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
    st.sampled_from(
        [
            "range(0, 3)",
            "[...]",
            "<deeply nested>",
            "dict_keys([1])",
            "<class 'C'>",
            "int | None",
            "list[int]",
        ]
    ),
)
SCALARS: list[tuple[Any, st.SearchStrategy[Any]]] = [
    (int, st.integers()),
    (float, st.floats(allow_nan=False)),
    (str, TEXTS),
    (bool, st.booleans()),
    (bytes, st.binary(max_size=12)),
    (None, st.none()),
]
HANDLES: list[tuple[Any, st.SearchStrategy[Any]]] = [
    (kind, st.builds(kind, st.sampled_from(["s3://a", "s3://b", "/c"]))) for kind in (File, Dir, DataFrame)
]


def hashable() -> st.SearchStrategy[tuple[Any, st.SearchStrategy[Any]]]:
    return st.recursive(
        st.sampled_from(SCALARS),
        lambda inner: st.one_of(
            inner.map(lambda pair: (tuple[pair[0], ...], st.lists(pair[1], max_size=3).map(tuple))),
            inner.map(lambda pair: (frozenset[pair[0]], st.frozensets(pair[1], max_size=3))),
        ),
        max_leaves=3,
    )


def typed() -> st.SearchStrategy[tuple[Any, st.SearchStrategy[Any]]]:
    """Pairs of a type and a strategy of its values."""

    def containers(
        inner: st.SearchStrategy[tuple[Any, st.SearchStrategy[Any]]],
    ) -> st.SearchStrategy[tuple[Any, st.SearchStrategy[Any]]]:
        return st.one_of(
            inner.map(lambda pair: (list[pair[0]], st.lists(pair[1], max_size=3))),
            inner.map(lambda pair: (pair[0] | None if pair[0] else None, st.none() | pair[1])),
            st.tuples(hashable(), inner).map(
                lambda pairs: (
                    dict[pairs[0][0], pairs[1][0]],  # type: ignore[misc]
                    st.dictionaries(pairs[0][1], pairs[1][1], max_size=3),
                )
            ),
            st.tuples(inner, inner).map(
                lambda pairs: (
                    tuple[pairs[0][0], pairs[1][0]],  # type: ignore[misc]
                    st.tuples(pairs[0][1], pairs[1][1]),
                )
            ),
            st.tuples(inner, inner).map(
                lambda pairs: (
                    (pairs[0][0] | list[pairs[1][0]], pairs[0][1])  # type: ignore[misc]
                    if pairs[0][0] is not None
                    else pairs[1]
                )
            ),
            hashable().map(lambda pair: (set[pair[0]], st.sets(pair[1], max_size=3))),
        )

    return st.recursive(st.sampled_from(SCALARS + HANDLES) | hashable(), containers, max_leaves=4)


@st.composite
def values(draw: st.DrawFn) -> tuple[str, Any]:
    """A type as text, and a value of it."""
    tp, strategy = draw(typed())
    return type_text(tp), draw(strategy)


def same(a: Any, b: Any) -> bool:
    """Equal, and of the same types all the way down."""
    if type(a) is not type(b):
        return False
    if isinstance(a, dict):
        return len(a) == len(b) and all(
            same(k, other) and same(a[k], b[other]) for k, other in zip(a, b, strict=True)
        )
    if isinstance(a, list | tuple):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, set | frozenset):
        return len(a) == len(b) and all(any(same(item, other) for other in b) for item in a)
    if isinstance(a, float):
        return bool(a == b and math.copysign(1, a) == math.copysign(1, b))
    return bool(a == b)


def echo(value: Any) -> Any:
    return value


def made(source: str, **externals: Callable[..., object]) -> SandboxedTaskTemplate:
    return template_from_source(source, kind="function", externals=externals, restrictions="runtime")


class TestValues:
    @settings(max_examples=150, deadline=None)
    @given(values())
    @example(("list[str]", ["range(0, 3)", "[...]"]))
    @example(
        ("set[frozenset[str]]", {frozenset({"dict_keys([1])", "0"}), frozenset({"dict_keys([1])", "1"})})
    )
    @example(("dict[str, set[str]]", {"<deeply nested>": {"range(0, 3)"}}))
    def test_a_value_passes_through_a_task_unchanged(self, pair: tuple[str, Any]) -> None:
        annotation, value = pair
        assert same(made(f"def f(x: {annotation}) -> {annotation}:\n    return x").run(value), value)

    @settings(max_examples=150, deadline=None)
    @given(values())
    @example(("str", "range(0, 3)"))
    @example(("frozenset[tuple[str, ...]]", frozenset([("range(0, 3)", "'[...]'")])))
    def test_a_value_passes_to_an_external_and_back_unchanged(self, pair: tuple[str, Any]) -> None:
        annotation, value = pair
        seen = []

        def passes(x: Any, *, again: Any) -> Any:
            seen.extend([x, again])
            return [x, {"again": again}]

        source = f"def f(x: {annotation}) -> list:\n    return passes(x, again=(x, [x]))"
        assert same(made(source, passes=passes).run(value), [value, {"again": (value, [value])}])
        assert same(seen, [value, (value, [value])])

    @settings(max_examples=60, deadline=None)
    @given(values(), st.booleans())
    def test_a_value_passes_through_containers_made_inside(
        self, pair: tuple[str, Any], awaited: bool
    ) -> None:
        annotation, value = pair
        call = "await echo(x)" if awaited else "echo(x)"
        source = (
            f"async def f(x: {annotation}):\n    y = {call}\n    return {{'a': [y, (x,)], 'b': {{'c': y}}}}"
        )
        expected = {"a": [value, (value,)], "b": {"c": value}}
        assert same(made(source, echo=echo).run(value), expected)
        assert same(made(source, echo=echo).execute({"x": value}).result, expected)


@st.composite
def programs(draw: st.DrawFn) -> list[str]:
    """Statements that compute with the inputs `a` and `b`, call externals and print; the last line is an
    expression.
    """
    names = ["a", "b"]
    lines = []
    for index in range(draw(st.integers(0, 12))):
        first, second = draw(st.sampled_from(names)), draw(st.sampled_from(names))
        target = f"v{index}"
        lines.append(
            draw(
                st.sampled_from(
                    [
                        f"{target} = add({first}, {second})",
                        f"{target} = add({first}, y={second})",
                        f"{target} = {first} - {second}",
                        f"{target} = [add(i, {first}) for i in range(3)][1] + {second}",
                        f"{target} = add(add({first}, 1), {second}) if {first} > {second} else {first}",
                        f"print({first}); {target} = {second}",
                        f"{target} = sum(flyte_map('add', [1, 2, 3], [{first}, 0, 1]))",
                        f"try:\n    {target} = picky({first})\nexcept ValueError as e:\n    {target} = len(str(e))",
                    ]
                )
            )
        )
        names.append(target)
    return [*lines, f"[{', '.join(names)}]"]


def add(x: int, y: int) -> int:
    return x + y


def picky(x: int) -> int:
    if x % 2:
        raise ValueError(f"{x} is odd")
    return x


def as_function(lines: list[str]) -> str:
    body = "\n".join([*lines[:-1], f"return {lines[-1]}"])
    indented = "\n".join(f"    {line}" for line in body.split("\n"))
    return f"def f(a: int, b: int) -> list[int]:\n{indented}\n"


def decorated(source: str) -> SandboxedTaskTemplate:
    """The same function, decorated in a file of its own."""
    env = TaskEnvironment(name="properties")
    text = f"@env.sandbox.orchestrator(restrictions='runtime')\n{source}"
    filename = f"<properties-{hash(text)}>"
    linecache.cache[filename] = (len(text), None, text.splitlines(True), filename)
    namespace: dict[str, Any] = {"env": env, "add": env.task(add), "picky": env.task(picky)}
    exec(compile(text, filename, "exec"), namespace)
    template: SandboxedTaskTemplate = namespace["f"]
    return template


class TestWays:
    @settings(max_examples=40, deadline=None)
    @given(programs(), st.integers(-9, 9), st.integers(-9, 9))
    def test_every_way_of_running_gives_the_same(self, lines: list[str], a: int, b: int) -> None:
        source = as_function(lines)
        from_text = made(source, add=add, picky=picky)
        as_code = orchestrator_from_str(
            "\n".join(lines),
            inputs={"a": int, "b": int},
            output=list[int],
            tasks=[add, picky],
            restrictions="runtime",
        )
        expected = from_text.run(a, b)
        namespace: dict[str, Any] = {
            "add": add,
            "picky": picky,
            "flyte_map": lambda _, *rows: map(add, *rows),
        }
        exec(source, namespace)
        assert namespace["f"](a, b) == expected
        assert asyncio.run(from_text.aio(a, b=b)) == expected
        assert from_text.execute({"a": a, "b": b}).result == expected
        assert as_code.run(a=a, b=b) == expected
        assert decorated(source).run(a, b) == expected

    @settings(max_examples=60, deadline=None)
    @given(programs(), st.integers(-9, 9), st.integers(-9, 9))
    def test_a_journal_given_back_makes_the_same_run(self, lines: list[str], a: int, b: int) -> None:
        template = made(as_function(lines), add=add, picky=picky)
        first = template.execute({"a": a, "b": b})
        asked: list[int] = []

        def from_journal(call: Call, default: Callable[[], Any]) -> Any:
            asked.append(call.number)
            entry = first.calls[call.number - 1]
            if entry.error is not None:
                raise entry.error
            return entry.answer

        second = template.execute({"a": a, "b": b}, answer=from_journal)
        assert _told(second) == _told(first)
        assert sorted(asked) == [call.number for call in first.calls]


def _told(result: RunResult) -> Any:
    return (
        result.ok,
        result.result,
        result.stdout,
        [
            (c.number, c.function, c.args, c.kwargs, c.answer, repr(c.error), c.line, c.column)
            for c in result.calls
        ],
    )
