"""The engine's promises, sentence by sentence (the issue's Engine section, the design's section 4), where no
other file of this folder states them.

Where the others are: extraction in test_source, references in test_references, types and values in
test_boundary, handles and forgery in test_handles, settings and breaches in test_limits, call styles,
nesting, `flyte_map`, stopping, processes and determinism in test_concurrency, naming and errors in
test_templates, Flyte's own assertions in test_flyte_behaviours, its shortcomings in test_flyte_shortcomings.
"""

from __future__ import annotations

import asyncio
import functools
import importlib.util
import linecache
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any, ClassVar

import pytest

import sandbox_tui
from sandbox_tui import File, SandboxedConfig, TaskEnvironment, orchestrator_from_str, sandbox
from sandbox_tui.sandbox.building import template_from_source
from sandbox_tui.sandbox.errors import (
    BoundaryError,
    MemoryLimitError,
    RunCancelledError,
    SandboxError,
    StackDepthError,
    TaskError,
    TimeLimitError,
)
from sandbox_tui.sandbox.run import Call, Cancellation, RunObserver, RunResult
from sandbox_tui.sandbox.template import SandboxedTaskTemplate

env = TaskEnvironment(name="promises")
RATE = 3


@env.task
def add(x: int, y: int = 1) -> int:
    return x + y


def make(source: str, config: SandboxedConfig | None = None, **externals: Any) -> SandboxedTaskTemplate:
    return template_from_source(
        source, kind="function", externals=externals, restrictions="runtime", config=config
    )


def echo(*args: Any, **kwargs: Any) -> Any:
    return args[0] if args else kwargs


class TestTexts:
    """What Monty sends as a text in the place of something else is told from the text that a task means."""

    MEANT: ClassVar = [
        "range(0, 3)",
        "dict_keys([1])",
        "<deeply nested>",
        "[...]",
        "{...}",
        "<function 'f' at 0xc>",
        "<class 'C'>",
        "int | None",
        "list[int]",
        "re.compile('a')",
        "<module 're'>",
    ]
    STAND_INS: ClassVar = [
        "range(3)",
        "{}.keys()",
        "lambda: 1",
        "int | None",
        "list[int]",
        "re.compile('a')",
        "re",
        "iter([1])",
        "slice(1, 2)",
        "C",
        "C().m",
    ]
    PRELUDE = "    import re\n    class C:\n        def m(self):\n            return 1\n"

    @pytest.mark.parametrize("shape", ["{}", "[1, {}]", "{{'k': ({}, 2)}}", "{{{}: 1}}", "{{{}}}"])
    def test_a_text_that_is_meant_leaves_the_sandbox(self, shape: str) -> None:
        for text in self.MEANT:
            expression = shape.format(repr(text))
            assert make(f"def f():\n    return {expression}").run() == eval(expression)
            assert make(f"def f():\n    return echo({expression})", echo=echo).run() == eval(expression)

    @pytest.mark.parametrize("value", STAND_INS)
    @pytest.mark.parametrize("shape", ["{}", "[1, {}]", "{{'k': ({}, 2)}}"])
    def test_what_stands_for_something_else_does_not(self, value: str, shape: str) -> None:
        expression = shape.format(value)
        with pytest.raises(BoundaryError, match=r"result.*cannot leave it"):
            make(f"def f():\n{self.PRELUDE}    return {expression}").run()
        with pytest.raises(TaskError, match=r"echo\(argument 1\).*cannot leave it"):
            make(f"def f():\n{self.PRELUDE}    return echo({expression})", echo=echo).run()

    @pytest.mark.parametrize(
        "made",
        ["a = [1]\n    a.append(a)", "a = {}\n    a['a'] = a", "b = []\n    a = (b,)\n    b.append(a)"],
    )
    def test_what_contains_itself_is_refused(self, made: str) -> None:
        with pytest.raises(BoundaryError, match="a container that contains itself"):
            make(f"def f():\n    {made}\n    return a").run()
        with pytest.raises(TaskError, match="a container that contains itself"):
            make(f"def f():\n    {made}\n    return echo(a)", echo=echo).run()

    def test_one_of_each_in_a_set(self) -> None:
        assert make("def f():\n    return {('range(0, 3)', 1), ('range', 2)}").run()
        with pytest.raises(BoundaryError, match="cannot leave it"):
            make("def f():\n    return {('range(0, 3)', 1), (range(3), 2)}").run()

    def test_each_call_is_told_by_itself(self) -> None:
        source = """
async def f():
    import asyncio
    out = await asyncio.gather(*[echo(i) for i in range(3)])
    for x in ["range(0, 3)", range(3), ["[...]"], "range(0, 3)"]:
        try:
            out.append(await echo(x))
            out.append(echo(x))
        except TypeError:
            out.append("refused")
    return out
"""
        assert make(source.strip(), echo=echo).run() == [
            *[0, 1, 2, "range(0, 3)", "range(0, 3)", "refused", ["[...]"], ["[...]"]],
            *["range(0, 3)", "range(0, 3)"],
        ]

    def test_in_flyte_map_too(self) -> None:
        texts = ["range(0, 3)", "<stdout>"]
        assert make("def f(xs):\n    return flyte_map('echo', xs)", echo=echo).run(texts) == texts
        source = "def f():\n    return flyte_map('echo', [range(3)], return_exceptions=False)"
        with pytest.raises(TaskError, match="cannot leave it"):
            make(source, echo=echo).run()

    def test_names_that_the_task_gives_to_its_own_things_do_not_matter(self) -> None:
        source = "list = 'l'\nid = str = repr = 1\nlen = echo('range(0, 3)')\n[len, '[...]'];  # ü"
        made = orchestrator_from_str(source, inputs={}, output=list, tasks=[echo], restrictions="off")
        assert made.run() == ["range(0, 3)", "[...]"]

    def test_no_external_is_called_again_for_it(self) -> None:
        called = []

        def count(x: int) -> int:
            called.append(x)
            print("host")
            return x

        made = make(
            "def f():\n    print('in')\n    count(1)\n    echo('[...]')\n    count(2)\n    return str(range(3))",
            count=count,
            echo=echo,
        )
        result = made.execute({})
        assert (result.result, result.stdout, called) == ("range(0, 3)", "in\n", [1, 2])

    def test_arguments_cut_near_the_stacks_end_are_refused_and_not_replaced(self) -> None:
        seen: list[object] = []
        made = make(
            "def f():\n    return see(5)", SandboxedConfig(max_stack_depth=1), see=lambda x: seen.append(x)
        )
        with pytest.raises(TaskError, match="max_stack_depth bounds the nesting"):
            made.run()
        assert seen == []


class TestAwaiting:
    """A call and the `await` of its value may stand apart."""

    @pytest.mark.parametrize(
        ("body", "expected"),
        [
            ("g = lambda x: inc(x)\n    return await g(1)", 2),
            ("from asyncio import gather as g\n    return await g(inc(1), inc(2))", [2, 3]),
            ("import asyncio\n    g = asyncio.gather\n    return await g(inc(1), inc(2))", [2, 3]),
            ("cs = [(inc(i), i) for i in range(3)]\n    return [await c + i for c, i in cs]", [1, 3, 5]),
            (
                "cs = []\n    for i in range(2):\n        cs.append((dec(i), inc(i)))\n"
                "    return [d + await c for d, c in cs]",
                [0, 2],
            ),
            ("cs = [inc(i) for i in range(3)]\n    return [i + await c for i, c in enumerate(cs)]", [1, 3, 5]),
            ("cs = {i: inc(i) for i in range(2)}\n    return {i: await c for i, c in cs.items()}", {0: 1, 1: 2}),
            ("cs = [inc(1)]\n    return [d + await c for d, c in zip([dec(1)], cs)]", [2]),
            ("cs = [(1, (2, inc(i))) for i in range(2)]\n    return [b + await c for a, (b, c) in cs]", [3, 4]),
            ("cs = [inc(1), inc(2)]\n    out = []\n    while cs:\n        out.append(await cs.pop())\n    return out", [3, 2]),
            ("import asyncio\n    d = {}\n    d['a'] = [inc(1)]\n    return await asyncio.gather(*d['a'])", [2]),
            ("def two():\n        return dec(1), inc(1)\n    d, a = two()\n    return d + await a", 2),
            ("return f'{await inc(1)}' + str(inc(2))", "23"),
            ("first, *rest = [inc(i) for i in range(3)]\n    return [await first, [await r for r in rest]]", [1, [2, 3]]),
        ],
    )  # fmt: skip
    @pytest.mark.parametrize("is_async", [False, True], ids=["sync external", "async external"])
    def test_it_works(self, body: str, expected: object, is_async: bool) -> None:
        async def inc_async(x: int) -> int:
            return x + 1

        def inc(x: int) -> int:
            return x + 1

        made = make(f"async def f():\n    {body}", inc=inc_async if is_async else inc, dec=lambda x: x - 1)
        assert made.run() == expected

    def test_handles_are_gathered(self) -> None:
        file = File("s3://a")
        source = "async def f(h):\n    import asyncio\n    return await asyncio.gather(same(h), same([h]))"
        assert make(source, same=echo).run(file) == [file, [file]]

    def test_gather_mixes_calls_sleeps_and_flyte_map(self) -> None:
        source = """
async def f():
    import asyncio
    async def mapped():
        return flyte_map("echo", [1, 2])
    return await asyncio.gather(mapped(), asyncio.sleep(0.01), echo(5))
"""
        assert make(source.strip(), echo=echo).run() == [[1, 2], None, 5]

    def test_one_that_fails_leaves_the_others_behind(self) -> None:
        released = threading.Event()

        async def fails() -> None:
            raise ValueError("at once")

        source = """
async def f():
    import asyncio
    try:
        await asyncio.gather(fails(), waits())
    except ValueError as e:
        return str(e)
"""
        try:
            assert make(source.strip(), fails=fails, waits=released.wait).run() == "at once"
        finally:
            released.set()

    def test_a_timeout_between_awaits_has_its_line(self) -> None:
        source = "async def f():\n    x = await echo(1)\n    while True:\n        x = x + 1"
        error = make(source, SandboxedConfig(timeout_ms=100), echo=echo).execute({}).error
        assert isinstance(error, TimeLimitError)
        assert error.line in (3, 4)


class TestErrors:
    def test_nested_templates_have_the_whole_chain_of_causes(self) -> None:
        def boom(x: int) -> int:
            raise KeyError("at the bottom")

        made: Any = boom
        for level in range(3):
            source = "\n" * level + f"def level{level}(x):\n    return {made.__name__}(x)"
            made = template_from_source(
                source, kind="function", externals={made.__name__: made}, filename=f"level{level}.toml"
            )
        with pytest.raises(TaskError) as caught:
            made.run(1)
        chain: list[Any] = [caught.value]
        while chain[-1].__cause__ is not None:
            chain.append(chain[-1].__cause__)
        assert [(e.filename, e.line) for e in chain[:-1]] == [
            ("level2.toml", 4),
            ("level1.toml", 3),
            ("level0.toml", 2),
        ]
        assert isinstance(chain[-1], KeyError)
        assert chain[-1].__traceback__ is not None

    @pytest.mark.parametrize(
        "style", ["boom()", "await boom()", "(await asyncio.gather(boom(), echo(1)))[0]"]
    )
    def test_the_cause_is_the_hosts_exception_in_every_call_style(self, style: str) -> None:
        class OwnError(Exception):
            pass

        def boom() -> int:
            raise OwnError("own", 3)

        source = f"async def f():\n    import asyncio\n    x = 1\n    return {style}"
        with pytest.raises(TaskError) as caught:
            make(source, boom=boom, echo=echo).run()
        assert isinstance(caught.value.__cause__, OwnError)
        assert caught.value.__cause__.args == ("own", 3)
        assert caught.value.line == 4

    def test_an_exception_whose_text_cannot_be_made(self) -> None:
        class BadError(Exception):
            def __str__(self) -> str:
                raise RuntimeError("no text")

        def boom() -> None:
            raise BadError

        result = make("def f():\n    return boom()", boom=boom).execute({})
        assert isinstance(result.error, TaskError)
        assert isinstance(result.error.__cause__, BadError)

    def test_a_text_with_half_a_character_keeps_its_cause(self) -> None:
        def boom() -> None:
            raise ValueError("\ud800")

        error = make("def f():\n    return boom()", boom=boom).execute({}).error
        assert error is not None
        assert isinstance(error.__cause__, ValueError)

    @pytest.mark.parametrize("interruption", [KeyboardInterrupt, SystemExit, GeneratorExit])
    @pytest.mark.parametrize(
        "source",
        [
            "def f():\n    try:\n        return stop()\n    except BaseException:\n        return 'caught'",
            "async def f():\n    return await stop()",
            "def f():\n    return flyte_map('stop', [1, 2])",
        ],
    )
    def test_an_interruption_from_an_external_is_not_the_tasks(
        self, interruption: type[BaseException], source: str
    ) -> None:
        def stop(*_: object) -> None:
            raise interruption

        with pytest.raises(interruption):
            make(source, stop=stop).run()
        assert make("def f():\n    return 1").run() == 1

    def test_execute_takes_the_blame_for_odd_names(self) -> None:
        made = make("def f(x):\n    return x")
        assert isinstance(made.execute({1: 2}).error, BoundaryError)  # type: ignore[dict-item]
        assert isinstance(made.execute({"self": 2}).error, BoundaryError)

    def test_an_input_may_have_any_name(self) -> None:
        made = make("def f(self, print, __result__):\n    return [self, print, __result__]")
        assert made.run(self=1, print=2, __result__="[...]") == [1, 2, "[...]"]


PLACES = """\
from sandbox_tui import TaskEnvironment
env = TaskEnvironment(name="{name}")
@env.task
def add(x: int, y: int = 1) -> int:
    return x + y
def plain(*_, **__):
    return lambda f: f
class Holder:
    @env.sandbox.orchestrator
    def in_class(x: int) -> int:
        s = "ééé🙂"; return add(x) + 1 // (x - 1)
@env.sandbox.orchestrator(
    timeout_ms=[
        5000,
        "def fake(x):",
    ][0],
    name=(lambda: "{name}.several")(),
)
@plain('''
def several(q):
    return 7
''')
def several(x: int,
            y: "int | None" = None,
            *, z: "list[int]" = [1,
                                 2]) -> int:
    '''
def several(nope):
    '''
    t = f'''é {{x}}
def x():
'''
    return add(
        x,
        y=len(z)) // (x - 1)
if True:
\t@env.sandbox.orchestrator
\tdef tabbed(x: int) -> int:
\t\tif x:
\t\t\treturn add(x) // (x - 1)
\t\treturn 0
in_class = Holder.in_class
"""


class TestPlaces:
    """Errors and calls are placed in the user's file, whatever is around the function."""

    def module(self, folder: Path, name: str, text: str) -> ModuleType:
        path = folder / f"{name}.py"
        path.write_bytes(text.encode())
        spec = importlib.util.spec_from_file_location(name, path)
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    @pytest.mark.parametrize("task", ["in_class", "several", "tabbed"])
    @pytest.mark.parametrize("form", ["lf", "crlf", "bom"])
    def test_in_a_file(self, task: str, form: str, tmp_path: Path) -> None:
        name = f"places_{form}"
        text = PLACES.format(name=name)
        written = {"lf": text, "crlf": text.replace("\n", "\r\n"), "bom": "\ufeff" + text}[form]
        template = getattr(self.module(tmp_path, name, written), task)
        result = template.execute({"x": 1})
        lines = text.split("\n")
        frame = result.error.frames[-1]
        assert result.error.filename == str(tmp_path / f"{name}.py")
        found = _between(lines, frame.line, frame.column, frame.end_line, frame.end_column)
        assert (
            found
            == {
                "in_class": "1 // (x - 1)",
                "several": "add(\n        x,\n        y=len(z)) // (x - 1)",
                "tabbed": "add(x) // (x - 1)",
            }[task]
        )
        (call,) = result.calls
        found = _between(lines, call.line, call.column, call.end_line, call.end_column)
        assert (
            found
            == {
                "in_class": "add(x)",
                "several": "add(\n        x,\n        y=len(z))",
                "tabbed": "add(x)",
            }[task]
        )

    @pytest.mark.parametrize(
        ("source", "place"),
        [
            ("é = 'ü🙂'; add(x) // 0", (1, 11)),
            ("\n\n    a = 1\n    b = add(\n        x) // 0\n    b", (4, 9)),
            ("\ta = 1\n\tadd(a) // 0", (2, 2)),
            ("x\r\nadd(x) // 0", (2, 1)),
            ("s = 'a\u2028b\x0c'\nadd(x) // 0", (2, 1)),
        ],
    )
    def test_in_a_code_string(self, source: str, place: tuple[int, int]) -> None:
        result = orchestrator_from_str(source, inputs={"x": int}, output=int, tasks=[add]).execute({"x": 1})
        (call,) = result.calls
        assert (call.line, call.column) == place
        assert result.error is not None
        assert result.error.line == place[0]

    def test_closures_of_one_definition_keep_their_own_values(self) -> None:
        def build(n: int) -> SandboxedTaskTemplate:
            @env.task(name=f"promises.times{n}")
            def times(x: int) -> int:
                return x * n

            @env.sandbox.orchestrator(name=f"promises.closure{n}")
            def closure(x: int) -> int:
                return times(x) + n

            return closure

        assert [template.run(2) for template in [build(1), build(2), build(3)]] == [3, 6, 9]


def _between(lines: list[str], line: int, column: int, end_line: int, end_column: int) -> str:
    if line == end_line:
        return lines[line - 1][column - 1 : end_column - 1]
    inner = lines[line : end_line - 1]
    return "\n".join([lines[line - 1][column - 1 :], *inner, lines[end_line - 1][: end_column - 1]])


class TestDefiningAgain:
    def cell(self, namespace: dict[str, Any], text: str, filename: str) -> None:
        linecache.cache[filename] = (len(text), None, text.splitlines(True), filename)
        exec(compile(text, filename, "exec"), namespace)

    @pytest.mark.parametrize("filename", ["<ipython-input-{}-abc>", "/tmp/ipykernel_77/{}.py"])
    def test_a_notebooks_cell_replaces_its_own_task(self, filename: str) -> None:
        namespace: dict[str, Any] = {"env": TaskEnvironment(name="cells")}
        text = "@env.sandbox.orchestrator\ndef o(x: int) -> int:\n    return x + {}\n"
        for number in (1, 2):
            self.cell(namespace, text.format(number), filename.format(number))
            assert namespace["o"].run(1) == 1 + number
        assert list(namespace["env"].tasks) == ["cells.o"]

    def test_two_of_one_name_in_one_cell_are_refused(self) -> None:
        namespace: dict[str, Any] = {"env": TaskEnvironment(name="cells")}
        text = "@env.sandbox.orchestrator\ndef o(x: int) -> int:\n    return x\n"
        with pytest.raises(ValueError, match="already has a task"):
            self.cell(namespace, text * 2, "<ipython-input-9-abc>")

    def test_a_constant_with_another_value_is_seen(self, monkeypatch: pytest.MonkeyPatch) -> None:
        @sandbox.orchestrator
        def rated(x: int) -> int:
            return x * RATE

        assert rated.run(2) == 6
        monkeypatch.setitem(globals(), "RATE", 5)
        assert rated.run(2) == 10
        monkeypatch.delitem(globals(), "RATE")
        with pytest.raises(SandboxError, match="nothing named RATE"):
            rated.run(2)

    def test_a_task_defined_anew_is_called(self, monkeypatch: pytest.MonkeyPatch) -> None:
        @sandbox.orchestrator
        def adds(x: int) -> int:
            return add(x)

        assert adds.run(1) == 2
        monkeypatch.setitem(globals(), "add", env.task(name="promises.other")(lambda x: x * 100))
        assert adds.run(1) == 100

    def test_nothing_that_a_task_changes_reaches_the_host(self) -> None:
        shared: list[int] = []

        @sandbox.orchestrator
        def grows(xs: list[int], more: list[int] = [0]) -> list[int]:  # noqa: B006
            xs.append(1)
            more.append(2)
            shared.append(3)
            return xs + more + shared

        given: list[int] = []
        assert grows.run(given) == grows.run(given) == [1, 0, 2, 3]
        assert (given, shared) == ([], [])


@env.sandbox.orchestrator
def is_even(n: int) -> bool:
    if n == 0:
        return True
    return is_odd(n - 1)


@env.sandbox.orchestrator
def is_odd(n: int) -> bool:
    if n == 0:
        return False
    return is_even(n - 1)


@env.sandbox.orchestrator
def factorial(n: int) -> int:
    return 1 if n <= 1 else n * factorial(n - 1)


class TestExternals:
    def test_templates_that_call_each_other(self) -> None:
        assert is_even.run(25) is False

    def test_a_template_that_calls_itself_is_inside_its_own_sandbox(self) -> None:
        # The name is the function's own in there: no external call at all.
        assert factorial.run(10) == 3_628_800
        assert factorial.execute({"n": 3}).calls == ()

    def test_an_external_that_calls_the_template_that_called_it(self) -> None:
        made = make("def f(n):\n    return 0 if n == 0 else 1 + again(n - 1)", again=lambda n: made.run(n))
        assert made.run(12) == 12

    @pytest.mark.parametrize("call", ["k(a=1, b=2)", "k(**{'a': 1, 'b': 2})"])
    def test_keyword_only_parameters_of_an_external(self, call: str) -> None:
        assert make(f"def f():\n    return {call}", k=lambda *, a, b: a - b).run() == -1

    def test_given_by_place_they_are_an_error_in_the_task(self) -> None:
        with pytest.raises(TaskError, match="too many positional arguments"):
            make("def f():\n    return k(1, 2)", k=lambda *, a, b: a - b).run()

    def test_odd_arguments_arrive_as_they_are(self) -> None:
        source = (
            "def f():\n    return k({'a': [1]}, [{}], {1, 2}, (1,), b'x', None, 2**100, **{'no name': 1})"
        )
        seen: list[Any] = []
        make(source, k=lambda *args, **kwargs: seen.extend([*args, kwargs])).run()
        assert seen == [{"a": [1]}, [{}], {1, 2}, (1,), b"x", None, 2**100, {"no name": 1}]

    def test_what_an_external_does_to_its_arguments_stays_on_the_host(self) -> None:
        source = "def f():\n    a = [1]\n    k(a)\n    return a"
        assert make(source, k=lambda a: a.append(2)).run() == [1]

    def test_an_external_that_prints_prints_on_the_host(self, capsys: pytest.CaptureFixture[str]) -> None:
        result = make("def f():\n    print('in')\n    p('host')", p=print).execute({})
        assert result.stdout == "in\n"
        assert capsys.readouterr().out == "host\n"

    def test_an_external_named_like_a_builtin_is_refused_before_the_first_statement(self) -> None:
        result = make("def f():\n    print(1)\n    return len([1])", len=lambda x: 99).execute({})
        assert "len is a builtin of the sandbox" in str(result.error)
        assert result.stdout == ""

    def test_a_parameter_comes_before_an_external_of_its_name(self) -> None:
        assert make("def f(add):\n    return add + 1", add=add).run(1) == 2

    def test_names_in_other_letters(self) -> None:
        assert make("def größe(né: int) -> int:\n    return né + ça(1)", ça=lambda x: x).run(1) == 2

    def test_called_where_monty_cannot_suspend_it_is_an_error_of_the_task(self) -> None:
        with pytest.raises(TaskError, match=r"external function .k. .* context") as caught:
            make("def f():\n    return sorted([2, 1], key=k)", k=echo).run()
        assert caught.value.line == 2

    def test_a_hook_answers_each_row_of_a_map(self) -> None:
        def hook(call: Call, default: Callable[[], Any]) -> Any:
            return default() if call.args == (2,) else call.args[0] * 100

        result = make("def f():\n    return flyte_map('k', [1, 2, 3])", k=lambda x: x).execute(
            {}, answer=hook
        )
        assert result.result == [100, 2, 300]
        assert [(call.number, call.args) for call in result.calls] == [(1, (1,)), (2, (2,)), (3, (3,))]


class TestLimits:
    @pytest.mark.parametrize("depth", [2, 5, 40, 256])
    def test_recursion_goes_exactly_as_deep_as_allowed(self, depth: int) -> None:
        source = "def f(n):\n    def r(k):\n        return 0 if k == 0 else 1 + r(k - 1)\n    return r(n)"
        made = make(source, SandboxedConfig(max_stack_depth=depth))
        # f is one level, r(0) the last.
        assert made.run(depth - 2) == depth - 2
        with pytest.raises(StackDepthError):
            made.run(depth - 1)

    def test_very_little_memory(self) -> None:
        made = make("def f(n):\n    return [0] * n", SandboxedConfig(max_memory=50_000))
        assert made.run(10) == [0] * 10
        with pytest.raises(MemoryLimitError, match="max_memory = 50000 bytes"):
            made.run(10_000)

    def test_too_little_memory_for_anything(self) -> None:
        with pytest.raises(MemoryLimitError):
            make("def f():\n    return 1", SandboxedConfig(max_memory=1_000)).run()

    def test_an_answer_past_the_memory_is_a_breach_that_the_task_cannot_catch(self) -> None:
        source = "def f():\n    try:\n        return len(big())\n    except BaseException:\n        return 'caught'"
        made = make(source, SandboxedConfig(max_memory=100_000), big=lambda: list(range(100_000)))
        with pytest.raises(MemoryLimitError):
            made.run()

    def test_one_millisecond(self) -> None:
        config = SandboxedConfig(timeout_ms=1)
        # The wait for the host is longer than the limit, and does not count.
        made = make("def f(x):\n    return wait(x)", config, wait=lambda x: time.sleep(0.01) or x)
        assert made.run(3) == 3
        with pytest.raises(TimeLimitError, match="timeout_ms = 1 ms"):
            make("def f():\n    for i in range(10**8):\n        pass", config).run()

    def test_time_spent_in_a_sort_key(self) -> None:
        source = """
def f():
    def slow(x):
        for i in range(10**8):
            pass
        return x
    return sorted([3, 1, 2], key=slow)
"""
        error = make(source.strip(), SandboxedConfig(timeout_ms=100)).execute({}).error
        assert isinstance(error, TimeLimitError)
        assert error.line in (3, 4)

    @pytest.mark.parametrize("caught", ["BaseException", "TimeoutError", "Exception"])
    def test_the_end_of_the_time_cannot_be_caught(self, caught: str) -> None:
        source = f"""
def f():
    while True:
        try:
            while True:
                pass
        except {caught}:
            pass
"""
        with pytest.raises(TimeLimitError):
            make(source.strip(), SandboxedConfig(timeout_ms=50)).run()

    def test_a_flood_of_prints_ends_by_the_time(self) -> None:
        source = "def f():\n    while True:\n        print('x' * 80)"
        result = make(source, SandboxedConfig(timeout_ms=100)).execute({})
        assert isinstance(result.error, TimeLimitError)
        assert set(result.stdout.split("\n")[:-1]) == {"x" * 80}

    @pytest.mark.parametrize(
        "expression",
        ["10**10**8", "'x' * 10**12", "list(range(10**11))", "('a' * 10**4).replace('a', 'b' * 10**4)"],
    )
    def test_one_expression_cannot_pass_the_memory(self, expression: str) -> None:
        with pytest.raises(MemoryLimitError):
            make(f"def f():\n    return len({expression})").run()


class TestTypeCheck:
    FITTING: ClassVar = [
        ("int | None", None),
        ("list[int] | dict[str, list[int | None]] | None", {"a": [1, None]}),
        ("tuple[int, ...]", (1, 2, 3)),
        ("tuple[()]", ()),
        ("set[int]", {1}),
        ("frozenset[str]", frozenset("ab")),
        ("dict[tuple[int, str], bytes]", {(1, "a"): b""}),
        ("float", 1),
        ("Any", [1, {"a": None}]),
    ]
    WRONG: ClassVar = [
        ("int | None", "a", "inputs.x: expected int | None, got str"),
        ("dict[str, list[int | None]] | None", {"a": [1, "b"]}, "inputs.x['a'][1]: expected int | None, got str"),
        ("tuple[int, ...]", (1, "a"), "inputs.x[1]: expected int, got str"),
        ("tuple[int, str]", (1,), "inputs.x: expected tuple[int, str], got a tuple of 1"),
        ("tuple[()]", (1,), "inputs.x: expected tuple[()], got a tuple of 1"),
        ("set[int]", {"a"}, "inputs.x{'a'}: expected int, got str"),
        ("frozenset[str]", {"a"}, "inputs.x: expected frozenset[str], got set"),
        ("int", True, "inputs.x: expected int, got bool"),
        ("bytes", "a", "inputs.x: expected bytes, got str"),
    ]  # fmt: skip

    @pytest.mark.parametrize(("annotation", "value"), FITTING)
    @pytest.mark.parametrize("type_check", [True, False])
    def test_what_fits_passes(self, annotation: str, value: Any, type_check: bool) -> None:
        config = SandboxedConfig(type_check=type_check)
        assert make(f"def f(x: {annotation}) -> {annotation}:\n    return x", config).run(value) == value

    @pytest.mark.parametrize(("annotation", "value", "message"), WRONG)
    def test_what_does_not_fit_is_named_and_off_means_off(
        self, annotation: str, value: Any, message: str
    ) -> None:
        source = f"def f(x: {annotation}) -> {annotation}:\n    return x"
        with pytest.raises(BoundaryError) as caught:
            make(source).run(value)
        assert str(caught.value) == message
        with pytest.raises(BoundaryError) as caught:
            make(f"def f(x) -> {annotation}:\n    return x").run(value)
        assert str(caught.value) == message.replace("inputs.x", "result")
        assert make(source, SandboxedConfig(type_check=False)).run(value) == value


class TestStopping:
    @pytest.mark.parametrize(
        "source",
        [
            "def f():\n    return block(1)",
            "async def f():\n    return await block(1)",
            "def f():\n    return flyte_map('block', list(range(50)), concurrency=2)",
        ],
    )
    def test_a_run_whose_external_blocks_is_cancelled_at_once(self, source: str) -> None:
        begun, release = threading.Event(), threading.Event()
        rows: list[int] = []

        def block(row: int) -> int:
            rows.append(row)
            begun.set()
            release.wait(60)
            return row

        cancellation = Cancellation()
        answered: list[Call] = []

        class Watch(RunObserver):
            def answered(self, call: Call) -> None:
                answered.append(call)

        ended: list[RunResult] = []
        made = make(source, block=block)
        run = threading.Thread(
            target=lambda: ended.append(made.execute({}, cancellation=cancellation, observer=Watch()))
        )
        run.start()
        assert begun.wait(30)
        cancellation.cancel()
        run.join(30)
        assert [type(result.error) for result in ended] == [RunCancelledError]
        release.set()
        assert answered == []
        assert len(rows) <= 2

    async def test_cancelling_aio_ends_a_map(self) -> None:
        begun, release = threading.Event(), threading.Event()
        rows: list[int] = []

        def block(row: int) -> int:
            rows.append(row)
            begun.set()
            release.wait(60)
            return row

        made = make("def f():\n    return flyte_map('block', list(range(50)), concurrency=1)", block=block)
        task = asyncio.ensure_future(made.aio())
        await asyncio.get_running_loop().run_in_executor(None, begun.wait, 30)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        release.set()
        assert make("def f():\n    return 1").run() == 1
        assert rows == [0]


SCRIPT = """
import asyncio, os, signal, sys, threading, time
from sandbox_tui.sandbox.building import template_from_source
from sandbox_tui.sandbox.pool import workers
def make(source, **externals):
    return template_from_source(source, kind="function", externals=externals, restrictions="off")
def interrupt():
    threading.Timer(0.3, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
"""


def script(body: str) -> list[str]:
    """The words that a script of its own process prints."""
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT + textwrap.dedent(body)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


class TestProcesses:
    @pytest.mark.parametrize(
        "run",
        [
            "made('def f(): return block()').run()",
            "made('async def f(): return await block()').run()",
            "made('def f(): return flyte_map(\"block\", [1, 2, 3, 4, 5, 6, 7, 8], concurrency=2)').run()",
            "asyncio.run(made('def f(): return block()').aio())",
            "asyncio.run(made('def f():\\n    while True: pass').aio())",
            "made('def f(): return inner()').run()",
        ],
    )
    def test_ctrl_c_ends_every_kind_of_waiting_and_the_next_run_works(self, run: str) -> None:
        words = script(
            f"""
            called = []
            def block(*row):
                called.append(row)
                time.sleep(2)
            inner = make("def inner():\\n    while True: pass")
            def made(source): return make(source, block=block, inner=inner)
            interrupt()
            began = time.perf_counter()
            try:
                {run}
            except KeyboardInterrupt:
                print("interrupted", time.perf_counter() - began < 1.9)
            print(len(called) <= 2, make("def f(): return 7").run())
            os._exit(0 if sys.stdout.flush() is None else 1)
            """
        )
        assert words == ["interrupted", "True", "True", "7"]

    @pytest.mark.parametrize(
        "source",
        [
            "def f(): return kill()",
            "async def f(): return await kill()",
            "def f(): return flyte_map('kill', [1])",
            "def f():\n    try:\n        return kill()\n    except BaseException:\n        return 5",
        ],
    )
    def test_a_worker_killed_while_the_host_answers(self, source: str) -> None:
        words = script(
            f"""
            def kill(*_):
                os.kill(next(iter(workers._lent)), signal.SIGKILL)
                return 1
            print(type(make({source!r}, kill=kill).execute({{}}).error).__name__)
            print(make("def f(): return 7").run())
            """
        )
        assert words == ["WorkerCrashedError", "7"]

    def test_threads_loops_and_forks_together(self) -> None:
        words = script(
            """
            made = make("async def f(x):\\n    return await one(x) + flyte_map('one', [x])[0]", one=lambda x: x + 1)
            wrong = []
            def in_thread(n):
                for i in range(10):
                    if made.run(i) != 2 * i + 2: wrong.append((n, i))
            def in_loop(n):
                async def several():
                    return await asyncio.gather(*[made.aio(i) for i in range(5)])
                for _ in range(3):
                    if asyncio.run(several()) != [2, 4, 6, 8, 10]: wrong.append(n)
            runs = [threading.Thread(target=in_thread if n % 2 else in_loop, args=(n,)) for n in range(8)]
            for run in runs: run.start()
            children = []
            for _ in range(3):
                child = os.fork()
                if child == 0:
                    good = made.run(4) == 10 and asyncio.run(made.aio(5)) == 12
                    os._exit(0 if good else 1)
                children.append(child)
            for run in runs: run.join()
            print(wrong, [os.waitpid(child, 0)[1] for child in children], made.run(1))
            """
        )
        assert words == ["[]", "[0,", "0,", "0]", "4"]

    def test_memory_and_workers_stay_bounded_over_many_runs(self) -> None:
        words = script(
            """
            from sandbox_tui import File
            made = make("def f(h, x):\\n    return [h, one(x)]", one=lambda x: x)
            pure = make("def f(h, x):\\n    return [h, x]")
            fails = make("def f(x):\\n    return one(x)", one=lambda x: 1 // x)
            def resident():
                return int(open("/proc/self/statm").read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
            def some(n):
                for i in range(n):
                    made.run(File(f"a{i}"), "x" * 1000)
                    pure.run(File("b"), i)
                    fails.execute({"x": 0})
            some(200)
            before = resident()
            some(700)
            print(resident() - before < 8_000_000, threading.active_count() < 10, len(workers._lent))
            """
        )
        assert words == ["True", "True", "0"]

    def test_five_hundred_templates(self) -> None:
        made = [make(f"def f(x):\n    return x + {i}") for i in range(500)]
        assert [template.run(1) for template in made] == [1 + i for i in range(500)]


class TestNamesOfFlyte:
    """The names that Flyte's users know are kept."""

    @pytest.mark.parametrize(
        "name",
        [
            *("SandboxedTaskTemplate", "CodeTaskTemplate", "SandboxedConfig", "ExternalFunctionBridge"),
            *("extract_source", "prepare_code_source", "_discover_external_refs", "_classify_refs"),
            *("validate_sandboxed_interface", "orchestrator_from_str", "orchestrate_local", "flyte_map"),
            *("TaskEnvironment", "File", "Dir", "DataFrame"),
        ],
    )
    def test_they_are_importable(self, name: str) -> None:
        assert getattr(sandbox_tui, name) is not None

    def test_those_on_a_template(self) -> None:
        made = orchestrator_from_str("add(x)", inputs={"x": int}, output=int, tasks=[add])
        assert made.task_type == "sandboxed-python"
        assert made._input_names == ["x"]
        assert set(made._external_refs) == {"task_refs", "trace_refs", "durable_refs"}
        assert made._has_external_refs
        assert asyncio.run(made._run_sandboxed(x=1)) == 2

    def test_restrictions_can_be_relaxed_where_a_template_is_made(self) -> None:
        def counts(x: int) -> int:
            x += 1
            return x

        for restrictions in ("runtime", "off"):
            assert sandbox.orchestrator(restrictions=restrictions)(counts).run(1) == 2  # type: ignore[arg-type]


def test_handles_at_any_depth() -> None:
    value = functools.reduce(
        lambda inner, i: [inner] if i % 2 else {"k": (inner,)}, range(60), File("s3://a")
    )
    assert make("def f(x):\n    return [x, same(x)]", same=echo).run(value) == [value, value]
