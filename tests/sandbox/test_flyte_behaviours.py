"""What Flyte's own tests assert of its sandbox, asserted of ours: by the codes of `facts/flyte.md` section 2.

A behaviour that another file states already stays there; here stands where. The others are tests below, with
their code in the name. (Not listed: C10, E3's and E4's inner half, B6, B7, M15, which are Flyte's internals.)

S1  test_source.test_the_definition_is_followed_by_its_call
S2  test_source.test_every_line_of_the_body_is_kept
S3  test_source.test_a_function_without_return_is_called_all_the_same
S4  test_source.test_a_bare_return_is_kept
S5  test_source.test_several_returns_are_kept
S6  test_source.test_an_async_function_is_awaited
S7  test_source.test_a_generator_is_refused
S8  test_source.test_an_async_generator_is_refused
S9  test_source.test_several_returns_are_kept
S10 test_source.test_text_with_fields_is_kept, test_source.test_decorators_stay_behind
S11 test_source.test_a_local_function_is_dedented
P1 to P8  test_source.test_a_code_string_is_dedented_and_stripped
T1  test_boundary.test_primitive_types_are_allowed
T2  test_boundary.test_none_is_allowed_in_and_out
T3  test_boundary.test_generic_collections_are_allowed
T4  test_boundary.test_nested_collections_are_allowed
T5  test_boundary.test_optional_and_union_are_allowed
T6  test_boundary.test_handles_are_allowed
T7  test_boundary.test_bare_collections_are_allowed
T8  test_boundary.test_an_empty_interface_is_allowed
T9  test_boundary.test_a_parameter_without_annotation_is_allowed
T10 test_boundary.test_a_custom_class_is_an_unsupported_input
T11 test_boundary.test_a_custom_class_is_an_unsupported_output
T12 test_boundary.test_a_list_of_a_custom_class_is_unsupported
T13 test_boundary.test_the_refusal_names_the_parameter
K1  test_references.test_no_functions_make_empty_groups
K2  test_references.test_a_plain_callable_is_traced
K3  test_references.test_a_task_is_a_task_only
K4  test_references.test_a_mixed_mapping_is_split
C1  test_templates.test_it_is_both_kinds_of_template
C2, C3  test_templates.test_the_name_is_given_or_sandboxed_code
C4, C7  test_templates.test_the_interface_has_every_input_and_o0
C5  test_templates.test_without_an_output_there_is_none
C6  test_templates.test_the_source_is_kept
C8, C9  test_templates.test_references
C11 test_templates.test_the_defaults
C12 test_templates.test_all_four_settings_can_be_given
C13 test_templates.test_retries
C14 test_templates.test_forward_has_nothing_to_call
C15, C16  test_templates.test_positional_keyword_and_mixed
C17, C18  test_templates.test_unsupported_types
C19 to C21  test_templates.test_handles_are_inputs_and_outputs
E1, E4  test_templates.test_a_bare_decorator_names_and_registers
E2  test_templates.test_arguments_are_respected
E3  test_templates.test_the_image_is_the_environments
E5  test_templates.test_an_async_function_keeps_its_source
E6  test_templates.test_forward_calls_the_plain_function
E7  test_templates.test_a_given_name_replaces_the_whole
E8  test_templates.test_a_string_makes_a_code_template
L1 to L8  test_templates.test_the_last_expression_is_the_result
L9  test_templates.test_with_a_task
B3, B4  test_concurrency.test_async_externals_run_on_the_callers_loop_and_sync_ones_do_not
B5  test_concurrency.test_a_coroutine_that_a_sync_function_returns_is_awaited
B8  test_concurrency.test_the_loop_stays_free_while_a_sync_external_blocks
B11 test_limits.test_sleeping_counts
B12 test_limits.test_sleeps_share_one_budget
B13, B14  test_concurrency.test_no_files_and_no_environment
R4  test_limits.test_a_breach_names_the_limit_its_value_and_the_line
R5  test_limits.test_sleeping_counts
R6  test_limits.test_sleeping_counts
M6  test_concurrency.test_one_iterable
M8  test_concurrency.test_an_empty_list
M9  test_concurrency.test_wrong_arguments_are_named
M11 test_concurrency.test_several_iterables_are_zipped
M13 test_concurrency.test_calls_overlap_up_to_the_concurrency
M14 test_concurrency.test_a_group_name_is_accepted
"""

from __future__ import annotations

import ast
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Optional

import pytest

from sandbox_tui import (
    DataFrame,
    Dir,
    ExternalFunctionBridge,
    File,
    SandboxedConfig,
    SandboxedTaskTemplate,
    TaskEnvironment,
    extract_source,
    orchestrate_local,
    orchestrator_from_str,
    sandbox,
)
from sandbox_tui.sandbox.errors import LimitError, TaskError, TimeLimitError

env = TaskEnvironment(name="behaviours")


@env.task
def double(x: int) -> int:
    return x * 2


@env.task
def add(x: int, y: int) -> int:
    return x + y


@env.task
def picky(x: int) -> int:
    if x == 2:
        raise ValueError("two")
    return x * 10


async def run(source: str, *tasks: Callable[..., object], **inputs: object) -> object:
    return await orchestrate_local(source, inputs=inputs, tasks=tasks, restrictions="runtime")


def test_the_table_names_tests_that_exist() -> None:
    named = re.findall(r"(test_\w+)\.(test_\w+)", __doc__ or "")
    assert len(named) > 60
    defined = {}
    for module in {module for module, _ in named}:
        tree = ast.parse((Path(__file__).parent / f"{module}.py").read_text(encoding="utf-8"))
        defined[module] = {
            node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        }
    assert [pair for pair in named if pair[1] not in defined[pair[0]]] == []


class TestSources:
    def test_s9_branches_are_kept(self) -> None:
        def branch(x: int) -> str:
            if x > 0:
                return "positive"
            elif x < 0:
                return "negative"
            else:
                return "zero"

        code, names = extract_source(branch)
        assert names == ["x"]
        assert all(line in code for line in ("if x > 0:", "elif x < 0:", "else:"))
        assert code.count("return") == 3
        assert code.endswith("branch(x)")

    def test_s10_no_decorator_is_in_the_source(self) -> None:
        @sandbox.orchestrator(timeout_ms=500)
        def pipeline(n: int) -> str:
            return f"{n:>3}"

        assert pipeline._source_code.startswith("def pipeline(")
        assert "orchestrator" not in pipeline._source_code
        assert 'f"{n:>3}"' in pipeline._source_code


class TestDecorated:
    @pytest.mark.parametrize("handle", [File, Dir, DataFrame])
    def test_e9_e10_e11_handles_in_a_signature(self, handle: type) -> None:
        def passes(value: handle) -> handle:  # type: ignore[valid-type]
            return value

        made = sandbox.orchestrator(passes)
        assert made.interface.inputs["value"][0] is handle
        assert made.interface.outputs == {"o0": handle}

    def test_e12_the_defaults_are_the_configurations(self) -> None:
        @sandbox.orchestrator
        def plain(x: int) -> int:
            return x

        assert plain.plugin_config == SandboxedConfig()
        assert (plain.plugin_config.timeout_ms, plain.plugin_config.max_memory) == (30_000, 50 * 1024 * 1024)
        assert not plain._has_external_refs

    def test_e12_all_settings_are_stored(self) -> None:
        @sandbox.orchestrator(
            timeout_ms=5_000, max_memory=25 * 1024 * 1024, max_stack_depth=64, type_check=False, cache="auto"
        )
        def limited(x: int) -> int:
            return x

        assert limited.plugin_config == SandboxedConfig(25 * 1024 * 1024, 64, 5_000, False)
        assert limited.cache == "auto"

    def test_e12_inputs_mix_positional_and_keyword(self) -> None:
        @sandbox.orchestrator
        def mixed(a: int, b: str) -> str:
            return b * a

        assert mixed._build_inputs(1, b="hello") == {"a": 1, "b": "hello"}

    def test_e12_optional_types_are_accepted(self) -> None:
        @sandbox.orchestrator
        def optional(x: Optional[int] = None) -> Optional[str]:  # noqa: UP045
            return None if x is None else str(x)

        assert optional.run() is None
        assert optional.run(3) == "3"


class TestReturns:
    """L10: how Monty gives back what a function returns."""

    @pytest.mark.parametrize(
        ("source", "expected"),
        [
            ("def f():\n    x = 1\nf()", None),
            ("def f():\n    return\nf()", None),
            ("def f():\n    return 1\n    return 2\nf()", 1),
        ],
    )
    async def test_l10_the_first_return_is_the_value(self, source: str, expected: object) -> None:
        assert await run(source) == expected

    def test_l10_an_external_call_has_its_name_and_arguments(self) -> None:
        made = orchestrator_from_str("double(5)", inputs={}, output=int, tasks=[double])
        (call,) = made.execute({}).calls
        assert (call.function, call.args, call.kwargs) == ("double", (5,), {})


class TestBridge:
    def test_b1_all_refs_is_the_union(self) -> None:
        bridge = ExternalFunctionBridge({"a": double}, {"b": add}, {"c": picky})
        assert bridge._all_refs == {"a": double, "b": add, "c": picky}
        assert (bridge.task_refs, bridge.trace_refs, bridge.durable_refs) == (
            {"a": double},
            {"b": add},
            {"c": picky},
        )

    def test_b2_an_empty_one(self) -> None:
        assert ExternalFunctionBridge({}, {}, {})._all_refs == {}

    async def test_it_runs_code_on_a_session(self) -> None:
        from sandbox_tui.sandbox.pool import workers

        bridge = ExternalFunctionBridge({"double": double}, {}, {})
        with workers.checkout(SandboxedConfig().limits()) as session:
            assert await bridge.execute_monty(session, "double(x) + 1", {"x": 5}) == 11

    @pytest.mark.parametrize(
        "source",
        [
            "import time\ntime.sleep(0.2)\n'done'",
            "import asyncio\nawait asyncio.sleep(0.2)\n'done'",
        ],
        ids=["b9", "b10"],
    )
    async def test_b9_b10_a_sleep_waits_and_goes_on(self, source: str) -> None:
        began = time.perf_counter()
        assert await run(source) == "done"
        assert time.perf_counter() - began >= 0.2


class TestLimits:
    def test_r1_the_limits_are_keys_of_montys(self) -> None:
        from pydantic_monty import ResourceLimits

        assert set(SandboxedConfig().limits()) <= set(ResourceLimits.__annotations__)

    def test_r2_the_time_bounds_computing_and_sleeping(self) -> None:
        limits = SandboxedConfig(timeout_ms=2500).limits()
        assert limits["max_feed_duration_secs"] == limits["max_total_sleep_secs"] == 2.5

    def test_r3_memory_and_depth(self) -> None:
        limits = SandboxedConfig(max_memory=1_000_000, max_stack_depth=9).limits()
        assert (limits["max_memory"], limits["max_recursion_depth"]) == (1_000_000, 9)

    async def test_r7_the_next_run_works_after_a_timeout(self) -> None:
        with pytest.raises(TimeLimitError):
            await orchestrate_local("while True:\n    pass", inputs={}, timeout_ms=50)
        assert issubclass(TimeLimitError, LimitError)
        assert await orchestrate_local("1 + 1", inputs={}) == 2


class TestMap:
    """Loops over tasks, and `flyte_map` beside them."""

    @pytest.mark.parametrize(
        ("source", "expected"),
        [
            ("out = []\nfor x in xs:\n    out.append(double(x))\nout", [2, 4, 6]),
            ("[add(x, y) for x, y in zip(xs, [10, 20, 30])]", [11, 22, 33]),
            ("[double(x) for x in []]", []),
            ("total = 0\nfor x in xs:\n    total = total + double(x)\ntotal", 12),
            ("[double(x) for x in xs] + [add(1, 1)]", [2, 4, 6, 2]),
            ("out = []\nfor y in flyte_map('double', xs):\n    out.append(y + 1)\nout", [3, 5, 7]),
            ("list(flyte_map('double', xs)) + [add(1, 2)]", [2, 4, 6, 3]),
        ],
        ids=["m1", "m2", "m3", "m4", "m5", "m7", "m10"],
    )
    async def test_m1_to_m7_and_m10(self, source: str, expected: object) -> None:
        assert await run(source, double, add, xs=[1, 2, 3]) == expected

    async def test_m12_an_exception_stands_in_its_place(self) -> None:
        results: Any = await run("list(flyte_map('picky', xs, return_exceptions=True))", picky, xs=[1, 2, 3])
        assert isinstance(results[1], Exception)
        assert (results[0], results[2]) == (10, 30)

    def test_m16_a_template_with_a_loop(self) -> None:
        @env.sandbox.orchestrator
        def looped(xs: list[int]) -> list[int]:
            out = []
            for x in xs:
                out.append(double(x))
            return out

        assert isinstance(looped, SandboxedTaskTemplate)
        assert (looped.name, looped._has_external_refs) == ("behaviours.looped", True)

    def test_m17_a_template_that_only_maps(self) -> None:
        @env.sandbox.orchestrator
        def mapped(xs: list[int]) -> list[int]:
            return flyte_map("double", xs)  # type: ignore[name-defined,no-any-return]  # noqa: F821

        assert (mapped.name, mapped._has_external_refs) == ("behaviours.mapped", True)
        assert mapped.run([1, 2]) == [2, 4]

    async def test_an_unknown_name_is_a_runtime_error_when_it_is_computed(self) -> None:
        with pytest.raises(TaskError, match="unknown task 'nosuch', not found"):
            await run("flyte_map('no' + 'such', xs)", double, xs=[1])
