"""Flyte's shortcomings (`facts/flyte.md` section 3, by number), absent from ours.

Each test fails on Flyte's way of doing it; the class docstring says how Flyte fails. Where the real Flyte is
installed (the second environment), the tests marked `flyte` show the failure on it, so that ours are known to
tell the two apart. Not shown on Flyte: the deadlock (4), which would hang.

Stated elsewhere already: 13 in test_source.test_decorators_of_any_shape_stay_behind, 20 in
test_references.test_flytes_own_tasks_traces_and_durables_are_told_apart, 25 in test_limits, 30 in
test_concurrency.test_nothing_is_left_running_at_exit.
"""

from __future__ import annotations

import asyncio
import logging
import os
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from sandbox_tui import File, TaskEnvironment, flyte_map, orchestrate_local, orchestrator_from_str, sandbox
from sandbox_tui.sandbox.building import template_from_source
from sandbox_tui.sandbox.errors import (
    BoundaryError,
    SourceError,
    TaskError,
    UnresolvedReferenceError,
)
from sandbox_tui.sandbox.template import SandboxedTaskTemplate

env = TaskEnvironment(name="shortcomings")
FACTOR = 3


@env.task
def add(x: int, y: int = 1) -> int:
    return x + y


@env.task
def count(f: File) -> int:
    return len(Path(f.uri).read_text(encoding="utf-8").split("\n"))


def make(source: str, **externals: Callable[..., object]) -> SandboxedTaskTemplate:
    return template_from_source(source, kind="function", externals=externals, restrictions="runtime")


async def local(source: str, *tasks: Any, **inputs: object) -> object:
    return await orchestrate_local(source, inputs=inputs, tasks=tasks, restrictions="runtime")


@pytest.fixture
def flyte() -> Any:
    """The real Flyte, quiet."""
    module = pytest.importorskip("flyte", reason="the second test environment has Flyte")

    logging.getLogger("flyte").setLevel(logging.CRITICAL)
    return module


@pytest.fixture
def theirs(flyte: Any) -> Callable[..., Any]:
    """Flyte's `orchestrate_local`."""

    async def run(source: str, *tasks: Any, **inputs: object) -> Any:
        return await flyte.sandbox.orchestrate_local(source, inputs=inputs, tasks=list(tasks))

    return run


def peeks() -> str:
    import os

    return os.environ.get("HOME", "nothing")


class TestBypass:
    """1: Flyte runs a template that another calls on the host, outside of any sandbox."""

    def inner(self) -> SandboxedTaskTemplate:
        return sandbox.orchestrator(restrictions="off", name="peeks")(peeks)

    async def test_1_a_called_template_stays_in_a_sandbox(self) -> None:
        with pytest.raises(TaskError, match=r"os\.environ"):
            await local("peeks()", self.inner())
        with pytest.raises(TaskError, match=r"os\.environ"):
            self.inner()()

    def test_1_mapped_on_the_host_it_does_too(self) -> None:
        inner = sandbox.orchestrator(restrictions="off", name="peeks2")(peeks)
        results = flyte_map(lambda _: inner(), [1, 2])
        assert all(isinstance(result, TaskError) for result in results)

    @pytest.mark.flyte
    async def test_1_flyte_gives_the_hosts_environment(self, flyte: Any, theirs: Any) -> None:
        inner = flyte.TaskEnvironment(name="bypass").sandbox.orchestrator(peeks)
        assert await theirs("peeks()", inner) == os.environ.get("HOME", "nothing")

    @pytest.mark.flyte
    async def test_1_flytes_own_template_is_sandboxed_by_ours(self, flyte: Any) -> None:
        inner = flyte.TaskEnvironment(name="bypass2").sandbox.orchestrator(peeks)
        with pytest.raises(TaskError, match=r"os\.environ"):
            await local("peeks()", inner)


class TestForgery:
    """2: Flyte takes a tagged dict from the sandbox for a file of the host."""

    FORGED = '{"__flyte_io_type__": "File", "path": secret}'

    async def test_2_a_dict_is_no_handle(self, tmp_path: Path) -> None:
        secret = tmp_path / "secret"
        secret.write_text("a\nb", encoding="utf-8")
        with pytest.raises(TaskError, match=r"count\(f\): expected File, got dict"):
            await local(f"count({self.FORGED})", count, secret=str(secret))
        assert await local("count(f)", count, f=File(str(secret))) == 2

    @pytest.mark.flyte
    async def test_2_flyte_opens_it(self, theirs: Any, tmp_path: Path) -> None:
        secret = tmp_path / "secret"
        secret.write_text("a\nb", encoding="utf-8")

        def count_lines(f: Any) -> int:
            return len(Path(f.path).read_text(encoding="utf-8").split("\n"))

        assert await theirs(f"count_lines({self.FORGED})", count_lines, secret=str(secret)) == 2


class TestOpaque:
    """3: in Flyte a handle is a dict, whose path can be read."""

    @pytest.mark.parametrize("look", ["f['path']", "f.path", "f.uri", "f.get('path')", "dict(f)"])
    async def test_3_no_path_is_read(self, look: str) -> None:
        with pytest.raises(TaskError):
            await local(look, f=File("/etc/hosts"))

    @pytest.mark.flyte
    async def test_3_flyte_tells_the_path(self, flyte: Any, theirs: Any) -> None:
        import flyte.io

        def same(f: Any) -> Any:
            return f

        assert await theirs("same(f)\nf['path']", same, f=flyte.io.File(path="/etc/hosts")) == "/etc/hosts"


class TestNesting:
    """4: three templates in a chain hang Flyte on two cores; ours: test_concurrency.TestNesting too."""

    def test_4_a_worker_that_waits_holds_up_nobody(self) -> None:
        def leaf(x: int) -> int:
            return x

        made: Any = leaf
        for level in range(2 * (os.cpu_count() or 1) + 3):
            name = getattr(made, "__name__", "leaf")
            made = orchestrator_from_str(
                f"{name}(x) + 1", inputs={"x": int}, output=int, tasks=[made], name=f"level{level}"
            )
        assert made.run(x=0) == 2 * (os.cpu_count() or 1) + 3


class TestCalls:
    """5: the 1,000th call ends a Flyte run. 6: an external's exception cannot be caught. 7: neither can an
    unknown name.
    """

    LOOP = "total = 0\nfor i in range(1200):\n    total = total + one(i)\ntotal"
    CATCH = "try:\n    r = boom(1)\nexcept ValueError as e:\n    r = 'caught ' + str(e)\nr"
    UNKNOWN = "try:\n    r = nosuch(one(1))\nexcept NameError:\n    r = 'caught'\nr"

    @staticmethod
    def one(i: int) -> int:
        return 1

    @staticmethod
    def boom(i: int) -> int:
        raise ValueError("boom")

    async def test_5_more_than_a_thousand_calls(self) -> None:
        assert await local(self.LOOP, self.one) == 1200

    async def test_6_an_exception_can_be_caught(self) -> None:
        assert await local(self.CATCH, self.boom) == "caught boom"

    async def test_7_an_unknown_name_can_be_caught(self) -> None:
        assert await local(self.UNKNOWN, self.one) == "caught"

    @pytest.mark.parametrize("name", ["input", "globals", "dir", "__import__"])
    async def test_7_a_builtin_that_is_not_there_is_called_so(self, name: str) -> None:
        with pytest.raises(UnresolvedReferenceError, match=f"nothing named {name}"):
            await local(f"one(1)\n{name}()", self.one)

    @pytest.mark.flyte
    async def test_5_flyte_ends_at_a_thousand(self, theirs: Any) -> None:
        with pytest.raises(Exception, match="suspension limit 1000 exceeded"):
            await theirs(self.LOOP, self.one)

    @pytest.mark.flyte
    async def test_6_flyte_lets_it_through(self, theirs: Any) -> None:
        with pytest.raises(ValueError, match="boom"):
            await theirs(self.CATCH, self.boom)

    @pytest.mark.flyte
    async def test_7_flyte_ends_the_run(self, theirs: Any) -> None:
        with pytest.raises(RuntimeError, match="unknown external function"):
            await theirs(self.UNKNOWN, self.one)


class TestHandlesEverywhere:
    """8: Flyte cannot pass a handle through a task without externals. 9: nor return one in a dict. 10: it
    does not look into sets. 11: an external's odd answers become something else.
    """

    def test_8_without_an_external(self) -> None:
        file = File("s3://a")
        assert make("def f(h: File) -> File:\n    return h").run(file) is file

    def test_9_in_a_dict_under_a_plain_annotation(self) -> None:
        file = File("s3://a")
        assert make("def f(h: File) -> dict:\n    return {'file': h}").run(file) == {"file": file}

    def test_10_in_a_set_it_is_refused_by_its_place(self) -> None:
        with pytest.raises(BoundaryError, match="cannot be a set element"):
            make("def f(h):\n    return 1").run([{File("s3://a")}])

    @pytest.mark.parametrize("answer", [range(3), print, object(), (i for i in ())])
    def test_11_an_answer_that_cannot_cross_is_an_error_that_names_the_external(self, answer: object) -> None:
        with pytest.raises(TaskError, match=r"the answer of odd\(\)"):
            make("def f():\n    return odd()", odd=lambda: answer).run()

    @pytest.mark.flyte
    async def test_8_flyte_cannot(self, flyte: Any, theirs: Any) -> None:
        import flyte.io

        with pytest.raises(Exception, match="Cannot convert"):
            await theirs("f", f=flyte.io.File(path="/x"))

    @pytest.mark.flyte
    async def test_10_flyte_hands_it_to_monty(self, flyte: Any, theirs: Any) -> None:
        import flyte.io

        with pytest.raises(TypeError, match="unhashable"):
            await theirs("one(1)", TestCalls.one, f=[{flyte.io.File(path="/x")}])

    @pytest.mark.flyte
    async def test_11_flyte_makes_a_text_of_it(self, theirs: Any) -> None:
        def returns(x: int) -> Any:
            return x

        assert await theirs("returns(range(3))", returns) == "range(0, 3)"


class TestTypes:
    """12: Flyte refuses `int | None`."""

    async def test_12_unions_written_with_a_bar(self) -> None:
        made = orchestrator_from_str("x", inputs={"x": int | None}, output=list[int] | None)
        assert made.run(x=None) is None

    @pytest.mark.flyte
    def test_12_flyte_refuses_them(self, flyte: Any) -> None:
        with pytest.raises(TypeError, match="unsupported type"):
            flyte.sandbox.orchestrator_from_str("x", inputs={"x": int | None}, output=int)


class TestSources:
    """14: Flyte takes a lambda and fails when it runs. 15: keyword-only parameters are passed by place. 16: a
    default that is a constant of the module is a NameError.
    """

    def test_14_a_lambda_is_refused_at_once(self) -> None:
        with pytest.raises(SourceError, match="a lambda has no name"):
            env.sandbox.orchestrator(lambda n: n + 1)

    def test_15_keyword_only(self) -> None:
        @sandbox.orchestrator
        def keyed(a: int, *, b: int) -> int:
            return a - b

        assert keyed.run(5, b=3) == 2

    def test_16_a_default_from_the_module(self) -> None:
        @sandbox.orchestrator
        def defaulted(a: int, b: int = FACTOR) -> int:
            return a * b

        assert defaulted.run(2) == 6

    @pytest.mark.flyte
    def test_14_flyte_accepts_it(self, flyte: Any) -> None:
        made = flyte.TaskEnvironment(name="lambdas").sandbox.orchestrator(lambda n: n + 1)
        assert "<lambda>(n)" in made._source_code

    @pytest.mark.flyte
    def test_15_flyte_passes_it_by_place(self, flyte: Any) -> None:
        def keyed(a: int, *, b: int) -> int:
            return a - b

        made = flyte.TaskEnvironment(name="keyed").sandbox.orchestrator(keyed)
        assert made._source_code.rstrip().endswith("keyed(a, b)")

    @pytest.mark.flyte
    async def test_16_flyte_evaluates_it_in_the_sandbox(self, flyte: Any) -> None:
        def defaulted(a: int, b: int = FACTOR) -> int:
            return a * b

        made = flyte.TaskEnvironment(name="defaulted").sandbox.orchestrator(defaulted)
        with pytest.raises(Exception, match="FACTOR"):
            await made._run_sandboxed(a=2, b=1)


def calls_it_inside(xs: list[int]) -> list[int]:
    def inner(x: int) -> int:
        return hidden_task(x)  # type: ignore[name-defined,no-any-return]  # noqa: F821

    return [inner(x) for x in xs]


def reads_an_attribute(o: list[int]) -> int:
    return o.hidden_task  # type: ignore[attr-defined,no-any-return]


class Holder:
    """Something that a task is an attribute of."""

    add = add


class TestReferences:
    """17: Flyte finds only the names of the outermost code object, and takes attributes for tasks. 18: not
    what is defined later or in a closure. 19: what is no task is a NameError halfway.
    """

    def test_17_in_nested_scopes(self) -> None:
        @sandbox.orchestrator
        def nested(xs: list[int]) -> list[int]:
            def inner(x: int) -> int:
                return add(x)

            later = lambda x: add(x, 2)  # noqa: E731
            return [inner(x) for x in xs] + [later(x) for x in xs] + list(add(x, 3) for x in xs)  # noqa: C400

        assert nested.run([1]) == [2, 3, 4]

    def test_17_an_attribute_is_no_task(self) -> None:
        @sandbox.orchestrator(restrictions="off")
        def attribute(o: list[int]) -> int:
            return o.add  # type: ignore[attr-defined,no-any-return]

        assert not attribute._has_external_refs

    def test_18_defined_later(self) -> None:
        @sandbox.orchestrator
        def early(x: int) -> int:
            return late_task(x)

        @env.task
        def late_task(x: int) -> int:
            return x * 7

        assert early.run(2) == 14

    def test_18_reached_through_an_object_it_is_said_before_the_first_statement(self) -> None:
        @sandbox.orchestrator
        def through(x: int) -> int:
            print("ran")
            return Holder.add(x)

        result = through.execute({"x": 1})
        assert isinstance(result.error, UnresolvedReferenceError)
        assert "Holder" in str(result.error)
        assert result.stdout == ""

    def test_19_a_helper_and_a_constant(self) -> None:
        @sandbox.orchestrator
        def uses(x: int) -> int:
            return x * FACTOR

        assert uses.run(2) == 6

    @pytest.mark.flyte
    def test_17_flyte_misses_what_is_nested_and_takes_an_attribute(
        self, flyte: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        flyte_env = flyte.TaskEnvironment(name="nested")
        monkeypatch.setitem(globals(), "hidden_task", flyte_env.task(lambda x: x))
        assert not flyte_env.sandbox.orchestrator(calls_it_inside)._has_external_refs
        assert flyte_env.sandbox.orchestrator(reads_an_attribute)._has_external_refs


class TestComposing:
    """21: Flyte's code strings cannot call each other. 22: they drop three of four settings."""

    async def test_21_code_strings_call_each_other(self) -> None:
        inner = orchestrator_from_str("n * 2", inputs={"n": int}, output=int, name="twice")
        assert await local("twice(twice(x))", inner, x=3) == 12

    def test_21_a_task_without_a_name_is_refused_when_built(self) -> None:
        with pytest.raises(TypeError, match="an external needs a name"):
            orchestrator_from_str("1", inputs={}, tasks=[partial(print)])

    @pytest.mark.parametrize("setting", ["max_memory", "max_stack_depth", "timeout_ms"])
    def test_22_every_setting_is_kept(self, setting: str) -> None:
        made = env.sandbox.orchestrator("1", **{setting: 77_000})
        assert getattr(made.plugin_config, setting) == 77_000

    @pytest.mark.flyte
    async def test_21_flyte_cannot_compose_them(self, flyte: Any, theirs: Any) -> None:
        inner = flyte.sandbox.orchestrator_from_str("n * 2", inputs={"n": int}, output=int, name="twice")
        with pytest.raises(Exception, match="twice"):
            await theirs("twice(twice(x))", inner, x=3)

    @pytest.mark.flyte
    def test_22_flyte_drops_them(self, flyte: Any) -> None:
        made = flyte.TaskEnvironment(name="drops").sandbox.orchestrator(
            "1", max_memory=77_000, max_stack_depth=3, type_check=False
        )
        config = made.plugin_config
        assert (config.max_memory, config.max_stack_depth, config.type_check) == (50 * 1024 * 1024, 256, True)


class TestTypeCheck:
    """23: Flyte's `type_check` checks nothing. 24: a result without a declared output fails the run."""

    def test_23_inputs_and_output_are_checked(self) -> None:
        made = orchestrator_from_str("x", inputs={"x": list[dict[str, float]]}, output=int)
        with pytest.raises(BoundaryError, match=r"inputs\.x\[1\]\['price'\]: expected float, got str"):
            made.run(x=[{}, {"price": "a"}])
        with pytest.raises(BoundaryError, match="result: expected int, got list"):
            made.run(x=[])

    def test_24_without_an_output_anything_may_come_out(self) -> None:
        assert orchestrator_from_str("2", inputs={}).run() == 2

    def test_24_declared_to_return_none_nothing_else_may(self) -> None:
        made = make("def f(x: int) -> None:\n    return x or None")
        assert made.run(0) is None
        with pytest.raises(BoundaryError, match="result: expected None, got int"):
            made.run(1)

    @pytest.mark.flyte
    async def test_23_flyte_runs_with_a_wrong_input(self, flyte: Any) -> None:
        made = flyte.sandbox.orchestrator_from_str("x", inputs={"x": int}, output=int)
        assert made.plugin_config.type_check
        assert await made._run_sandboxed(x="text") == "text"


class TestReporting:
    """26: Flyte's errors lose file, line and cause. 27: what is printed and called goes unrecorded."""

    def test_26_an_error_has_file_line_and_cause(self) -> None:
        @env.task
        def divide(x: int) -> int:
            return 1 // x

        @sandbox.orchestrator
        def fails(x: int) -> int:
            y = x
            return divide(y)

        with pytest.raises(TaskError) as caught:
            fails.run(0)
        assert caught.value.filename == __file__
        lines = Path(__file__).read_text(encoding="utf-8").split("\n")
        assert lines[(caught.value.line or 0) - 1].strip() == "return divide(y)"
        assert isinstance(caught.value.__cause__, ZeroDivisionError)
        assert caught.value.__cause__.__traceback__ is not None

    def test_27_prints_and_calls_are_in_the_result(self, capfd: pytest.CaptureFixture[str]) -> None:
        result = make("def f():\n    print('hello')\n    return add(1, 2)", add=add).execute({})
        assert result.stdout == "hello\n"
        (call,) = result.calls
        assert (call.args, call.answer) == ((1, 2), 3)
        assert call.duration_ms > 0
        assert capfd.readouterr().out == ""

    @pytest.mark.flyte
    async def test_26_flyte_says_neither_file_nor_line(self, theirs: Any) -> None:
        with pytest.raises(Exception, match="division by zero") as caught:
            await theirs("x = 1\n1 / 0")
        assert "line" not in str(caught.value)
        assert not hasattr(caught.value, "filename")

    @pytest.mark.flyte
    async def test_27_flyte_prints_to_the_host(self, theirs: Any, capfd: pytest.CaptureFixture[str]) -> None:
        await theirs("print('hello')")
        assert "hello" in capfd.readouterr().out


class TestMapping:
    """28: Flyte's `flyte_map` takes names only, ignores unknown keywords and runs one call after another."""

    async def test_28_by_the_function_itself(self) -> None:
        assert await local("flyte_map(add, [1, 2])", add) == [2, 3]

    async def test_28_unknown_keywords_are_named(self) -> None:
        with pytest.raises(TaskError, match="unexpected keyword argument 'concurency'"):
            await local("flyte_map('add', [1], concurency=2)", add)

    async def test_28_calls_overlap(self) -> None:
        began = time.perf_counter()

        def slow(x: int) -> int:
            time.sleep(0.2)
            return x

        assert await local("flyte_map('slow', list(range(10)))", slow) == list(range(10))
        # One after the other they would take 2 seconds.
        assert time.perf_counter() - began < 1.5

    async def test_28_the_defaults_are_the_same_for_tasks_and_functions(self) -> None:
        def boom(x: int) -> int:
            raise ValueError("bad")

        source = "[str(r) for r in flyte_map('boom', [1])]"
        assert await local(source, boom) == ["bad"]
        assert await local(source, TaskEnvironment(name="b").task(boom)) == ["bad"]

    @pytest.mark.flyte
    async def test_28_flyte_knows_no_task_by_itself(self, theirs: Any) -> None:
        def one(i: int) -> int:
            return 1

        with pytest.raises(Exception, match="one"):
            await theirs("flyte_map(one, [1, 2])", one)

    @pytest.mark.flyte
    async def test_28_flyte_ignores_unknown_keywords(self, theirs: Any) -> None:
        def one(i: int) -> int:
            return 1

        assert list(await theirs("list(flyte_map('one', [1], concurency=2))", one)) == [1]


class TestNames:
    """29: the second of two templates of one name replaces the first silently."""

    def test_29_two_of_one_name_are_refused(self) -> None:
        other = TaskEnvironment(name="twice")

        def define(body: int) -> None:
            if body:

                @other.sandbox.orchestrator
                def same(x: int) -> int:
                    return x
            else:

                @other.sandbox.orchestrator
                def same(x: int) -> int:
                    return x + 1

        define(0)
        with pytest.raises(ValueError, match=r"already has a task 'twice\.same'"):
            define(1)

    def test_29_a_function_without_source_says_what_to_do(self) -> None:
        namespace: dict[str, Any] = {}
        exec("def typed(x: int) -> int:\n    return x", namespace)
        with pytest.raises(SourceError, match="stands in a file, or is given as a code string"):
            sandbox.orchestrator(namespace["typed"])

    @pytest.mark.flyte
    def test_29_flyte_replaces_it(self, flyte: Any) -> None:
        other = flyte.TaskEnvironment(name="twice")

        def same(x: int) -> int:
            return x

        first = other.sandbox.orchestrator(same)
        second = other.sandbox.orchestrator(same)
        assert list(other.tasks.values()) == [second]
        assert first is not second


class TestAwaiting:
    """Section 1 (f): Flyte's bridge resumes with the value, so that `await` and `gather` fail."""

    GATHER = "import asyncio\nawait asyncio.gather(slow(1), slow(2))"

    @staticmethod
    async def slow(x: int) -> int:
        await asyncio.sleep(0.01)
        return x

    async def test_both_work(self) -> None:
        assert await local("await slow(1)", self.slow) == 1
        assert await local(self.GATHER, self.slow) == [1, 2]

    @pytest.mark.flyte
    async def test_neither_works_in_flyte(self, theirs: Any) -> None:
        with pytest.raises(Exception, match="can't be awaited"):
            await theirs("await slow(1)", self.slow)
        with pytest.raises(Exception, match="is required"):
            await theirs(self.GATHER, self.slow)
