"""What an external call gets: every kind of answer, asked of the real engine."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

import pytest

from sandbox_tui.sandbox.config import SandboxedConfig
from sandbox_tui.sandbox.errors import BoundaryError, TaskError, UnansweredCallError
from sandbox_tui.sandbox.run import Call, RunResult
from sandbox_tui.workspace.answers import AnswerBook, AnswerError, exception_class
from sandbox_tui.workspace.document import Case, Document, ExternalSpec
from sandbox_tui.workspace.errors import DocumentError


def run(
    source: str, *specs: ExternalSpec, asker: Any = None, case: Case | None = None, **inputs: Any
) -> RunResult:
    """Runs a function task under the profile `runtime`, its externals answering as the specs say."""
    document = Document(name="task", source=source, externals={spec.name: spec for spec in specs})
    return document.build_template(asker, case=case, restrictions="runtime").execute(inputs)


def spec(answer: Any, **fields: Any) -> ExternalSpec:
    return ExternalSpec("f", answer=answer, **fields)


ONE_CALL = "def task(x: int):\n    return f(x, scale=2)\n"

CATCHES = """\
def task() -> str:
    try:
        return f()
    except {} as error:
        return str(error)
"""


def answered(external: ExternalSpec, call: Call | None = None, **options: Any) -> Any:
    """What `external` answers to a call, without an engine around it."""
    book = AnswerBook({external.name: external}, filename="t.toml", **options)
    answer_call: Any = book.externals()[external.name]
    return answer_call.answer_call(call or Call(3, "f", (1,), {"scale": 2}, line=7))


# --- return, sequence, raise ---


def test_return_gives_its_value() -> None:
    assert run(ONE_CALL, spec("return", value={"a": (1, None)}), x=1).result == {"a": (1, None)}


def test_a_sequence_gives_one_value_a_call() -> None:
    source = "def task() -> list:\n    return [f(), f()]\n"
    assert run(source, spec("sequence", values=["a", "b"])).result == ["a", "b"]


def test_a_sequence_that_has_run_out_names_the_call() -> None:
    source = "def task() -> list:\n    return [f(1),\n        f(2)]\n"
    result = run(source, spec("sequence", values=["a"]))
    assert isinstance(result.error, AnswerError)
    assert str(result.error) == (
        "f(2) on line 3 (call 2) has no answer: its sequence has 1 value, and this is call 2 of f"
    )


def test_a_sequence_begins_anew_in_every_build() -> None:
    source = "def task() -> list:\n    return [f()]\n"
    external = spec("sequence", values=["a"])
    assert [run(source, external).result, run(source, external).result] == [["a"], ["a"]]


def test_a_sequence_answers_calls_at_once_in_their_order() -> None:
    source = (
        "async def task() -> list:\n    import asyncio\n    calls = [f(n) for n in range(20)]\n"
        "    return await asyncio.gather(*calls)\n"
    )
    assert run(source, spec("sequence", values=list(range(20)))).result == list(range(20))


def test_raise_raises_in_the_sandbox_where_it_can_be_caught() -> None:
    source = CATCHES.format("TimeoutError")
    assert run(source, spec("raise", error="TimeoutError", message="no route")).result == "no route"


def test_raise_without_a_message_raises_a_plain_exception() -> None:
    result = run("def task() -> int:\n    return f()\n", spec("raise", error="KeyError"))
    assert isinstance(result.error, TaskError)
    assert result.error.error_type == "KeyError"


@pytest.mark.parametrize("name", ["ValueError", "OSError", "KeyError", "StopIteration", "ConnectionError"])
def test_built_in_exceptions_can_be_named(name: str) -> None:
    assert exception_class(name).__name__ == name


@pytest.mark.parametrize(
    "name", ["", "SystemExit", "KeyboardInterrupt", "print", "UnicodeDecodeError", "ExceptionGroup"]
)
def test_what_is_no_exception_with_a_message_cannot_be_named(name: str) -> None:
    with pytest.raises(ValueError, match="error"):
        exception_class(name)


# --- ask ---


def test_ask_asks() -> None:
    asked: list[Call] = []

    def asker(call: Call) -> int:
        asked.append(call)
        return 5

    assert run(ONE_CALL, spec("ask"), asker=asker, x=1).result == 5
    assert [(call.number, call.function, call.args, call.kwargs, call.line) for call in asked] == [
        (1, "f", (1,), {"scale": 2}, 2)
    ]


def test_an_asker_can_raise_what_the_task_is_to_see() -> None:
    def asker(call: Call) -> int:
        raise ValueError("no")

    result = run(ONE_CALL, spec("ask"), asker=asker, x=1)
    assert isinstance(result.error, TaskError)
    assert result.error.error_type == "ValueError"


def test_a_call_that_nobody_answers_fails_with_function_arguments_and_line() -> None:
    result = run(ONE_CALL, spec("ask"), x=1)
    assert type(result.error) is UnansweredCallError
    assert str(result.error) == "f(1, scale=2) on line 2 has no answer: nobody is there to be asked"
    assert (result.error.function, result.error.line) == ("f", 2)


def test_the_task_cannot_catch_that_nobody_answers() -> None:
    source = "def task() -> int:\n    try:\n        return f()\n    except Exception:\n        return 0\n"
    assert not run(source, spec("ask")).ok


# --- sandbox ---


@pytest.mark.parametrize(
    "source",
    [
        "def f(x, scale=1): return x * scale",
        "def f(x, *, scale): return x * scale",
        "def f(x, **given): return x * given['scale']",
        "def double(n):\n    return n * 2\n\ndef f(x, scale):\n    return double(x)\n",
        "def other_name(x, scale):\n    return x * scale",
        "async def f(x, scale):\n    return x * scale",
    ],
)
def test_a_mock_answers_in_the_sandbox(source: str) -> None:
    assert run(ONE_CALL, spec("sandbox", source=source), x=3).result == 6


def test_a_mock_may_be_an_expression_over_the_signature_s_parameters() -> None:
    external = spec(
        "sandbox", source="x * scale + bias", signature="(x: int, scale: int, bias: int = 1) -> int"
    )
    assert run(ONE_CALL, external, x=3).result == 7


def test_a_mock_can_raise_what_the_task_catches() -> None:
    source = CATCHES.format("ValueError")
    assert run(source, spec("sandbox", source="def f():\n    raise ValueError('mock')")).result == "mock"


def test_a_mock_cannot_reach_the_host() -> None:
    result = run(
        ONE_CALL, spec("sandbox", source="def f(x, scale):\n    return open('/etc/hosts').read()"), x=1
    )
    assert not result.ok


def test_a_mock_runs_under_the_limits_of_its_task() -> None:
    document = Document(
        name="task",
        source=ONE_CALL,
        config={"timeout_ms": 100},
        externals={"f": spec("sandbox", source="def f(x, scale):\n    while True:\n        pass")},
    )
    result = document.build_template().execute({"x": 1})
    assert isinstance(result.error, AnswerError)
    assert "f(1, scale=2) on line 2 (call 1) has no answer: its mock failed" in str(result.error)
    assert "timeout_ms" in str(result.error)


def test_handles_pass_through_a_mock() -> None:
    from sandbox_tui.sandbox.handles import File

    source = "def task(x: File) -> list:\n    return f(x)\n"
    external = spec("sandbox", source="def f(x): return [x, x]")
    assert run(source, external, x=File("s3://a")).result == [File("s3://a")] * 2


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("def f(:", "the source of its mock does not parse"),
        (
            "def a(): pass\ndef b(): pass",
            "the source of its mock holds several functions, none of them named f",
        ),
        ("1 + 1", "its source holds no function f, and no signature names its inputs"),
    ],
)
def test_a_broken_mock_is_told_before_anything_runs(source: str, message: str) -> None:
    with pytest.raises(DocumentError, match=r"externals\.f") as raised:
        run(ONE_CALL, spec("sandbox", source=source), x=1)
    assert message in str(raised.value)


# --- python, replay ---


def test_host_code_is_not_run(tmp_path: Path) -> None:
    external = spec("python", target="os:getcwd")
    with pytest.raises(
        AnswerError, match=r"its answer runs os:getcwd on the host, and no code of a file is run"
    ):
        answered(external)


def test_recordings_are_not_read() -> None:
    with pytest.raises(
        AnswerError, match=r"its answer is in the recording r.toml, and this version reads no"
    ):
        answered(spec("replay", recording="r.toml"))


# --- signatures ---


def test_a_signature_has_resolved_types() -> None:
    book = AnswerBook(
        {"f": spec("ask", signature="async (x: list[int], /, *, y: str | None = None) -> float")}
    )
    external: Any = book.externals()["f"]
    parameters = external.__signature__.parameters
    assert (parameters["x"].annotation, parameters["y"].annotation) == (list[int], str | None)
    assert (parameters["x"].kind, parameters["y"].kind, parameters["y"].default) == (
        inspect.Parameter.POSITIONAL_ONLY,
        inspect.Parameter.KEYWORD_ONLY,
        None,
    )
    assert (external.__name__, external.is_async) == ("f", True)


def test_an_external_without_a_signature_declares_none() -> None:
    assert not hasattr(AnswerBook({"f": spec("ask")}).externals()["f"], "__signature__")


def test_arguments_are_checked_against_the_signature() -> None:
    result = run(ONE_CALL, spec("return", value=1, signature="(x: str, scale: int) -> int"), x=1)
    assert not result.ok
    assert "f(x): expected str, got int" in str(result.error)


def test_only_answers_at_hand_are_immediate() -> None:
    def immediate(external: ExternalSpec) -> bool:
        made: Any = AnswerBook({"f": external}).externals()["f"]
        return bool(made.immediate)

    assert immediate(spec("return"))
    assert not immediate(spec("ask"))
    assert not immediate(spec("sandbox", source="def f(): pass"))


# --- a document's runs ---


def test_a_case_answers_in_place_of_the_document() -> None:
    case = Case("down", answers={"f": spec("raise", error="TimeoutError")})
    result = run(ONE_CALL, spec("return", value=1, signature="(x: int, scale: int) -> int"), case=case, x=1)
    assert isinstance(result.error, TaskError)
    assert result.error.error_type == "TimeoutError"


def test_a_code_task_runs_with_its_inputs_and_output() -> None:
    document = Document(
        name="add", kind="code", source="x + y", inputs={"x": "int", "y": "int"}, output="int"
    )
    assert document.build_template().run(x=1, y=2) == 3


def test_an_output_that_does_not_fit_is_refused() -> None:
    document = Document(name="add", kind="code", source="x", inputs={"x": "int"}, output="str")
    with pytest.raises(BoundaryError):
        document.build_template().run(x=1)


def test_what_a_document_ignores_does_not_keep_it_from_running() -> None:
    document = Document(name="t", source="def t(d: dict) -> dict:\n    d['a'] = 1\n    return d\n")
    document.lint.ignore = ["SBX301"]
    assert document.build_template().run(d={}) == {"a": 1}


def test_what_a_document_does_not_ignore_keeps_it_from_running() -> None:
    from sandbox_tui.sandbox.errors import RestrictionError

    document = Document(name="t", source="def t(n: int) -> int:\n    n += 1\n    return n\n")
    document.lint.ignore = ["SBX301"]
    with pytest.raises(RestrictionError, match="SBX105"):
        document.build_template()


def test_the_limits_of_a_document_are_those_of_its_runs() -> None:
    document = Document(name="t", source="def t() -> int:\n    return 1\n", config={"timeout_ms": 77})
    assert document.build_template().plugin_config == SandboxedConfig(timeout_ms=77)


def test_the_findings_are_those_of_the_profile_and_without_what_is_ignored() -> None:
    document = Document(name="t", source="def t(n: int) -> int:\n    n += 1\n    import os\n    return n\n")
    assert {each.code for each in document.diagnostics()} == {"SBX105", "SBX101"}
    document.lint.ignore = ["SBX105"]
    assert {each.code for each in document.diagnostics()} == {"SBX101"}
    document.lint.profile = "runtime"
    assert document.diagnostics() == []


def test_parameters_are_those_of_the_signature() -> None:
    document = Document(
        name="t", source="def t(a: list[int], b: str = 'x', *, c: 'int | None' = None, d=1):\n    return ("
    )
    assert [tuple(each) for each in document.parameters()] == [
        ("a", list[int], False, None),
        ("b", str, True, "x"),
        ("c", int | None, True, None),
        ("d", Any, True, 1),
    ]


def test_parameters_of_a_code_task_are_its_inputs() -> None:
    document = Document(name="t", kind="code", source="x", inputs={"x": "int", "y": "list[Decimal]"})
    assert [tuple(each) for each in document.parameters()] == [
        ("x", int, False, None),
        ("y", Any, False, None),
    ]


def test_parameters_of_a_text_that_is_no_function_are_none() -> None:
    assert Document(name="t", source="def").parameters() == []
