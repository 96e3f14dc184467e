"""Templates: how they are made, named and called. The behaviours that Flyte's own tests assert, and more."""

from __future__ import annotations

from pathlib import Path

import pytest

from sandbox_tui import (
    CodeTaskTemplate,
    DataFrame,
    Dir,
    File,
    SandboxedConfig,
    SandboxedTaskTemplate,
    TaskEnvironment,
    orchestrate_local,
    orchestrator_from_str,
    sandbox,
)
from sandbox_tui.sandbox.building import template_from_function, template_from_source
from sandbox_tui.sandbox.errors import (
    BoundaryError,
    RestrictionError,
    SourceError,
    TaskError,
    UnresolvedReferenceError,
)

env = TaskEnvironment(name="tests")

RATE = 3
WIDE = {"limit": [1, 2]}


@env.task
def add(x: int, y: int) -> int:
    return x + y


@env.task
def double(x: int) -> int:
    return x * 2


@env.sandbox.orchestrator
def total(price: float, quantity: int = 2) -> float:
    return price * quantity


@env.sandbox.orchestrator(timeout_ms=5_000, retries=2, cache="auto")
def route(x: int, y: int) -> int:
    return add(x, y)


@env.sandbox.orchestrator
async def fetch_twice(x: int) -> int:
    return await double(x) + await double(x)


@env.sandbox.orchestrator
def uses_a_later_task(x: int) -> int:
    return defined_later(x) + 1


@env.task
def defined_later(x: int) -> int:
    return x * 100


@env.sandbox.orchestrator
def scaled(x: int) -> int:
    return x * RATE + len(WIDE["limit"])


class TestEnvironment:
    def test_a_bare_decorator_names_and_registers(self) -> None:
        assert isinstance(total, SandboxedTaskTemplate)
        assert total.name == "tests.total"
        assert env.tasks["tests.total"] is total
        assert total.parent_env() is env
        assert total.parent_env_name == "tests"

    def test_arguments_are_respected(self) -> None:
        assert route.plugin_config.timeout_ms == 5_000
        assert route.retries.count == 2
        assert route.cache == "auto"
        assert env.tasks["tests.route"] is route

    def test_an_async_function_keeps_its_source(self) -> None:
        assert "async def fetch_twice" in fetch_twice._source_code

    def test_a_given_name_replaces_the_whole(self) -> None:
        other = TaskEnvironment(name="other")

        @other.sandbox.orchestrator(name="plain")
        def named(x: int) -> int:
            return x

        assert named.name == "plain"
        assert list(other.tasks) == ["plain"]

    def test_a_string_makes_a_code_template(self) -> None:
        made = env.sandbox.orchestrator("x + y", inputs={"x": int, "y": int}, output=int)
        assert isinstance(made, CodeTaskTemplate)
        assert made.name == "sandboxed-code"

    def test_a_code_string_has_an_environment_too(self) -> None:
        other = TaskEnvironment(name="codes")
        made = other.sandbox.orchestrator("x", inputs={"x": int}, output=int, name="echo")
        assert other.tasks["echo"] is made
        assert made.parent_env() is other

    def test_the_image_is_the_environments(self) -> None:
        other = TaskEnvironment(name="imaged", image="some-image")

        @other.sandbox.orchestrator
        def plain(x: int) -> int:
            return x

        assert plain.image == "some-image"

    def test_two_tasks_of_one_name_are_refused(self) -> None:
        other = TaskEnvironment(name="twice")

        @other.sandbox.orchestrator
        def same(x: int) -> int:
            return x

        with pytest.raises(ValueError, match=r"already has a task 'twice\.same'"):

            @other.sandbox.orchestrator  # type: ignore[no-redef]
            def same(x: int) -> int:
                return x + 1

    def test_a_module_level_decorator_is_named_by_its_module(self) -> None:
        @sandbox.orchestrator
        def alone(x: int) -> int:
            return x

        assert alone.name == f"{__name__}.alone"
        assert alone.plugin_config == SandboxedConfig()

    def test_an_ordinary_task_runs_on_the_host(self) -> None:
        assert add(1, 2) == 3
        assert add.name == "tests.add"

    def test_inputs_beside_a_function_are_refused(self) -> None:
        with pytest.raises(TypeError, match="inputs= belongs to a code string"):
            env.sandbox.orchestrator(inputs={"x": int})(lambda x: x)


class TestCodeStrings:
    def test_it_is_both_kinds_of_template(self) -> None:
        made = orchestrator_from_str("x", inputs={"x": int}, output=int)
        assert isinstance(made, CodeTaskTemplate)
        assert isinstance(made, SandboxedTaskTemplate)
        assert made.task_type == "sandboxed-python"

    def test_the_name_is_given_or_sandboxed_code(self) -> None:
        assert orchestrator_from_str("1", inputs={}).name == "sandboxed-code"
        assert orchestrator_from_str("1", inputs={}, name="one").name == "one"

    def test_the_interface_has_every_input_and_o0(self) -> None:
        made = orchestrator_from_str("x + y", inputs={"x": int, "y": float}, output=float)
        assert {name: tp for name, (tp, _) in made.interface.inputs.items()} == {"x": int, "y": float}
        assert made.interface.outputs == {"o0": float}
        assert made._input_names == ["x", "y"]

    def test_without_an_output_there_is_none(self) -> None:
        assert orchestrator_from_str("None", inputs={}).interface.outputs == {}

    def test_the_source_is_kept(self) -> None:
        assert orchestrator_from_str("  x + 1 ", inputs={"x": int})._source_code == "x + 1"

    def test_references(self) -> None:
        assert not orchestrator_from_str("1", inputs={})._has_external_refs
        made = orchestrator_from_str("add(1, 2)", inputs={}, output=int, tasks=[add])
        assert made._has_external_refs
        assert made._external_refs["task_refs"]["add"] is add

    def test_all_four_settings_can_be_given(self) -> None:
        made = orchestrator_from_str(
            "1", inputs={}, max_memory=10_000_000, max_stack_depth=9, timeout_ms=700, type_check=False
        )
        assert made.plugin_config == SandboxedConfig(10_000_000, 9, 700, False)
        other = env.sandbox.orchestrator("1", max_memory=10_000_000, max_stack_depth=9, type_check=False)
        assert other.plugin_config == SandboxedConfig(10_000_000, 9, 30_000, False)

    def test_the_defaults(self) -> None:
        assert orchestrator_from_str("1", inputs={}).plugin_config.timeout_ms == 30_000
        assert SandboxedConfig().max_memory == 50 * 1024 * 1024
        assert SandboxedConfig().max_stack_depth == 256

    def test_retries(self) -> None:
        assert orchestrator_from_str("1", inputs={}, retries=3).retries.count == 3

    def test_forward_has_nothing_to_call(self) -> None:
        with pytest.raises(NotImplementedError, match="does not support forward"):
            orchestrator_from_str("1", inputs={}).forward()

    def test_unsupported_types(self) -> None:
        class Custom:
            pass

        with pytest.raises(TypeError, match=r"unsupported type.*Custom"):
            orchestrator_from_str("1", inputs={"x": Custom})
        with pytest.raises(TypeError, match="unsupported type"):
            orchestrator_from_str("1", inputs={}, output=list[Custom])

    @pytest.mark.parametrize("handle", [File, Dir, DataFrame])
    def test_handles_are_inputs_and_outputs(self, handle: type) -> None:
        made = orchestrator_from_str("h", inputs={"h": handle}, output=handle)
        value = handle("s3://bucket/key")
        assert made.run(h=value) is value

    def test_two_tasks_of_one_name_are_refused(self) -> None:
        def make() -> object:
            @TaskEnvironment(name="elsewhere").task
            def add(x: int) -> int:
                return x

            return add

        with pytest.raises(ValueError, match="two of the tasks are named 'add'"):
            orchestrator_from_str("add(1)", inputs={}, tasks=[add, make()])

    def test_a_task_without_a_callable_name_is_refused(self) -> None:
        with pytest.raises(TypeError, match="a name that code can call, got '<lambda>'"):
            orchestrator_from_str("1", inputs={}, tasks=[lambda: 1])

    def test_a_template_has_the_last_part_of_its_name(self) -> None:
        outer = orchestrator_from_str("total(price, 3)", inputs={"price": float}, output=float, tasks=[total])
        assert outer.run(price=2.0) == 6.0
        inner = orchestrator_from_str("n + 1", inputs={"n": int}, output=int, name="lib.plus_one")
        assert orchestrator_from_str("plus_one(1)", inputs={}, output=int, tasks=[inner]).run() == 2

    def test_an_input_and_an_external_of_one_name_are_refused(self) -> None:
        with pytest.raises(TypeError, match="'add' is both an input and an external"):
            orchestrator_from_str("add", inputs={"add": int}, tasks=[add])


class TestBuildInputs:
    def test_positional_keyword_and_mixed(self) -> None:
        made = orchestrator_from_str("x + y", inputs={"x": int, "y": int}, output=int)
        assert made._build_inputs(1, 2) == {"x": 1, "y": 2}
        assert made._build_inputs(x=1, y=2) == {"x": 1, "y": 2}
        assert made._build_inputs(1, y=2) == {"x": 1, "y": 2}

    def test_defaults_are_filled_in(self) -> None:
        assert total._build_inputs(2.0) == {"price": 2.0, "quantity": 2}

    @pytest.mark.parametrize(
        ("args", "kwargs", "message"),
        [
            ((), {}, "needs a value for 'price'"),
            ((1.0, 2, 3), {}, r"takes 2 inputs \(price, quantity\), got 3"),
            ((1.0,), {"price": 2.0}, "two values for input 'price'"),
            ((1.0,), {"amount": 2}, "no input 'amount': it takes price, quantity"),
        ],
    )
    def test_what_does_not_fit_is_named(
        self, args: tuple[object, ...], kwargs: dict[str, object], message: str
    ) -> None:
        with pytest.raises(BoundaryError, match=message):
            total.run(*args, **kwargs)


class TestRunning:
    def test_run_call_and_aio_agree(self) -> None:
        assert total.run(price=1.5, quantity=4) == 6.0
        assert total(1.5, 4) == 6.0
        assert route.run(1, 2) == route(1, 2) == 3

    async def test_aio(self) -> None:
        assert await total.aio(price=1.5) == 3.0
        assert await route._run_sandboxed(1, 2) == 3

    async def test_an_async_template_is_awaited_when_called(self) -> None:
        assert await fetch_twice(4) == 16
        assert fetch_twice.run(4) == 16

    def test_forward_calls_the_plain_function(self) -> None:
        assert total.forward(2.0, 5) == 10.0

    def test_a_default_that_is_a_module_constant(self) -> None:
        other = TaskEnvironment(name="constants")

        @other.sandbox.orchestrator
        def with_default(x: int, rate: int = RATE) -> int:
            return x * rate

        assert with_default.run(2) == 6
        assert with_default.run(2, 5) == 10

    def test_module_constants_are_passed_in(self) -> None:
        assert scaled.run(2) == 8

    def test_a_task_defined_after_the_orchestrator(self) -> None:
        assert uses_a_later_task.run(2) == 201
        assert "defined_later" in uses_a_later_task._external_refs["task_refs"]

    def test_a_task_in_a_closure(self) -> None:
        other = TaskEnvironment(name="closure")

        def make() -> SandboxedTaskTemplate:
            @other.task
            def inner(x: int) -> int:
                return x + 1

            @other.sandbox.orchestrator
            def outer(x: int) -> int:
                return inner(x)

            return outer

        assert make().run(1) == 2

    def test_names_used_only_in_nested_scopes(self) -> None:
        other = TaskEnvironment(name="nested")

        @other.sandbox.orchestrator
        def deep(xs: list[int]) -> list[int]:
            def inner(x: int) -> int:
                return add(x, 1)

            return [inner(x) for x in xs] + [double(x) for x in xs]

        assert deep._has_external_refs
        assert deep.run([1, 2]) == [2, 3, 2, 4]

    def test_an_attribute_is_no_reference(self) -> None:
        other = TaskEnvironment(name="attributes")

        @other.sandbox.orchestrator
        def plain(xs: list[int]) -> int:
            return xs.count(1)

        assert not plain._has_external_refs

    @pytest.mark.parametrize(
        ("source", "expected"),
        [
            ("def f(a, *, b):\n    return [a, b]", [1, 2]),
            ("def f(a, b, /):\n    return [a, b]", [1, 2]),
            ("def f(a, /, b):\n    return [a, b]", [1, 2]),
        ],
    )
    def test_every_kind_of_parameter(self, source: str, expected: list[int]) -> None:
        assert template_from_source(source, kind="function").run(a=1, b=2) == expected

    def test_a_default_that_only_the_sandbox_evaluates(self) -> None:
        made = template_from_source(
            "def f(a: int, b: int = len('abc'), c: int = 60 * 60) -> list[int]:\n    return [a, b, c]",
            kind="function",
        )
        assert made.run(1) == [1, 3, 3600]
        assert made.run(1, c=2) == [1, 3, 2]

    def test_a_parameter_of_the_functions_own_name(self) -> None:
        made = template_from_source("def f(f: int) -> int:\n    return f + 1", kind="function")
        assert made.run(1) == 2

    @pytest.mark.parametrize(
        "source",
        ["def f(*xs):\n    return xs", "def f(**k):\n    return k", "x = 1", "", "def f(): yield 1"],
    )
    def test_what_cannot_be_a_task_is_refused(self, source: str) -> None:
        with pytest.raises((SourceError, RestrictionError)):
            template_from_source(source, kind="function")

    def test_a_lambda_is_refused(self) -> None:
        with pytest.raises(SourceError, match="lambda"):
            env.sandbox.orchestrator(lambda n: n + 1)

    def test_windows_line_ends_do_not_matter(self) -> None:
        made = template_from_source("def f(x):\r\n    y = x + 1\r\n    return y\r\n", kind="function")
        assert made.run(1) == 2

    def test_what_is_printed_is_in_the_result(self) -> None:
        made = orchestrator_from_str("print('one')\nprint('two')\nx", inputs={"x": int}, output=int)
        result = made.execute({"x": 1})
        assert (result.ok, result.result, result.stdout) == (True, 1, "one\ntwo\n")

    def test_a_task_without_an_output_may_return_anything(self) -> None:
        assert orchestrator_from_str("x", inputs={"x": int}).run(x=2) == 2


class TestMonty:
    """How Monty gives back results (Flyte's L1 to L10)."""

    @pytest.mark.parametrize(
        ("source", "inputs", "expected"),
        [
            ("x + y", {"x": 1, "y": 2}, 3),
            ("x * y", {"x": 3, "y": 4}, 12),
            ("    partial = x + 1\n    partial * 2", {"x": 1}, 4),
            ("'a' + s", {"s": "b"}, "ab"),
            ("[x, x]", {"x": 1}, [1, 1]),
            ("def f(x):\n    return x + 1\nf(x)", {"x": 1}, 2),
            (
                "def f(x):\n    if x > 0:\n        return 'up'\n    else:\n        return 'down'\nf(x)",
                {"x": 0},
                "down",
            ),
            ("def f():\n    x = 1\nf()", {}, None),
            ("def f():\n    return\nf()", {}, None),
            ("", {}, None),
        ],
    )
    async def test_the_last_expression_is_the_result(
        self, source: str, inputs: dict[str, object], expected: object
    ) -> None:
        assert await orchestrate_local(source, inputs=inputs) == expected

    async def test_with_a_task(self) -> None:
        assert await orchestrate_local("double(x) + 1", inputs={"x": 5}, tasks=[double]) == 11

    async def test_plain_functions_are_tasks_too(self) -> None:
        def triple(x: int) -> int:
            return x * 3

        async def later(x: int) -> int:
            return x + 1

        assert await orchestrate_local("triple(later(x))", inputs={"x": 1}, tasks=[triple, later]) == 6


class TestUnresolved:
    """What cannot be found is said before the first statement runs."""

    def test_an_unknown_name_has_its_line(self) -> None:
        made = template_from_source(
            "def f(x):\n    print('ran')\n    return nosuch(x)", kind="function", filename="task.toml"
        )
        result = made.execute({"x": 1})
        assert isinstance(result.error, UnresolvedReferenceError)
        assert (result.error.name, result.error.line, result.error.filename) == ("nosuch", 3, "task.toml")
        assert result.stdout == ""

    def test_a_plain_helper_function_says_what_to_do(self) -> None:
        other = TaskEnvironment(name="helpers")

        @other.sandbox.orchestrator
        def uses_helper(x: int) -> int:
            return template_from_function(x)

        with pytest.raises(UnresolvedReferenceError, match=r"decorate it with @env\.task"):
            uses_helper.run(1)

    def test_builtins_that_monty_lacks(self) -> None:
        made = template_from_source("def f():\n    return dir()", kind="function")
        with pytest.raises(UnresolvedReferenceError, match="dir"):
            made.run()

    def test_an_unknown_name_in_flyte_map(self) -> None:
        made = template_from_source("def f(xs):\n    return flyte_map('nosuch', xs)", kind="function")
        with pytest.raises(UnresolvedReferenceError, match="nosuch"):
            made.run([1])

    def test_a_name_error_that_the_task_catches_is_its_own_affair(self) -> None:
        made = template_from_source(
            "def f(x):\n    try:\n        return nosuch(x)\n    except NameError as e:\n        return str(e)",
            kind="function",
            externals={"add": add},
            restrictions="runtime",
        )
        assert made.run(1) == "name 'nosuch' is not defined"

    def test_an_alias_of_an_external(self) -> None:
        made = template_from_source(
            "def f(x):\n    g = [add][0]\n    return g(x, 1)", kind="function", externals={"add": add}
        )
        assert made.run(1) == 2


class TestErrors:
    def test_an_error_has_the_place_in_the_users_file(self) -> None:
        other = TaskEnvironment(name="places")

        @other.sandbox.orchestrator
        def fails(x: int) -> float:
            y = x - 1
            return 1 / y

        line = fails.func.__code__.co_firstlineno + 3  # type: ignore[union-attr]
        with pytest.raises(TaskError) as caught:
            fails.run(1)
        assert caught.value.filename == __file__
        assert caught.value.line == line
        assert caught.value.error_type == "ZeroDivisionError"
        assert caught.value.frames[-1].function == "fails"
        assert caught.value.frames[-1].column == 20

    def test_a_code_string_counts_its_own_lines(self) -> None:
        made = orchestrator_from_str("\n\n    y = x\n    1 / (y - 1)", inputs={"x": int}, output=float)
        with pytest.raises(TaskError) as caught:
            made.run(x=1)
        assert caught.value.line == 4
        assert caught.value.frames[-1].column == 5

    def test_a_hosts_exception_is_the_cause_with_its_traceback(self) -> None:
        class OwnError(ValueError):
            pass

        def boom(x: int) -> int:
            raise OwnError("boom", x)

        made = template_from_source(
            "def f(x):\n    return boom(x)", kind="function", externals={"boom": boom}, filename="t.toml"
        )
        with pytest.raises(TaskError) as caught:
            made.run(3)
        cause = caught.value.__cause__
        assert isinstance(cause, OwnError)
        assert cause.args == ("boom", 3)
        assert cause.__traceback__ is not None
        assert (caught.value.filename, caught.value.line) == ("t.toml", 2)

    def test_a_hosts_exception_can_be_caught_in_the_sandbox(self) -> None:
        def boom() -> int:
            raise ValueError("boom")

        made = template_from_source(
            "def f():\n    try:\n        return boom()\n    except ValueError as e:\n        return 'caught ' + str(e)",
            kind="function",
            externals={"boom": boom},
            restrictions="runtime",
        )
        assert made.run() == "caught boom"

    def test_what_an_inner_template_raises_keeps_its_class(self) -> None:
        inner = orchestrator_from_str("1 // x", inputs={"x": int}, output=int, name="inner")
        outer = template_from_source(
            "def f(x):\n    try:\n        return inner(x)\n    except ZeroDivisionError:\n        return -1",
            kind="function",
            externals={"inner": inner},
            restrictions="runtime",
        )
        assert outer.run(0) == -1

    def test_execute_never_raises_for_what_the_task_does(self) -> None:
        result = total.execute({"price": "a lot"})
        assert not result.ok
        assert isinstance(result.error, BoundaryError)
        assert str(result.error) == "inputs.price: expected float, got str"

    def test_restrictions_are_enforced_when_built(self) -> None:
        with pytest.raises(RestrictionError) as caught:
            template_from_source("def f(x):\n    import os\n    x += 1\n    return x", kind="function")
        assert [d.code for d in caught.value.diagnostics] == ["SBX101", "SBX105"]
        assert caught.value.line == 2

    def test_restrictions_can_be_relaxed_or_off(self) -> None:
        source = "def f(x):\n    import math\n    x += math.floor(1.5)\n    return x"
        assert template_from_source(source, kind="function", restrictions="runtime").run(1) == 2
        assert template_from_source(source, kind="function", restrictions="off").run(1) == 2

    def test_restrictions_of_a_decorated_function_have_places_in_its_file(self) -> None:
        other = TaskEnvironment(name="restricted")
        with pytest.raises(RestrictionError) as caught:

            @other.sandbox.orchestrator
            def counts(x: int) -> int:
                x += 1
                return x

        (finding,) = caught.value.diagnostics
        lines = Path(__file__).read_text(encoding="utf-8").split("\n")
        assert lines[finding.start.line - 1].strip() == "x += 1"
        assert finding.start.column == 17


class TestLinesBehindATry:
    """Monty reports the last line of handlers that an exception passes; the engine knows the call's."""

    @pytest.mark.parametrize(
        "behind",
        [
            "    except KeyError:\n        x = 2\n    except ValueError:\n        x = 3\n",
            "    finally:\n        x = 2\n",
        ],
    )
    def test_the_call_that_raised_is_named(self, behind: str) -> None:
        def fails(n: int) -> int:
            raise TypeError("no")

        source = f"def f():\n    x = 1\n    try:\n        x = fails(1)\n        x = 5\n{behind}    return x\n"
        made = template_from_source(
            source, kind="function", externals={"fails": fails}, restrictions="runtime"
        )
        error = made.execute({}).error
        assert isinstance(error, TaskError)
        assert (error.line, error.frames[-1].column) == (4, 13)
        assert isinstance(error.__cause__, TypeError)
