"""Exports: what is refused, with the reason and the line, and what a module says about itself."""

from __future__ import annotations

import ast
from typing import Any

import pytest

from sandbox_tui.workspace.document import Case, Document, ExternalSpec
from sandbox_tui.workspace.export import flyte, flyte_code
from sandbox_tui.workspace.export.errors import ExportError

EXT = ExternalSpec("ext", "(x: int) -> int", "return", 1)
FORMATS = [flyte, flyte_code]


def function(source: str, *externals: ExternalSpec, **fields: Any) -> Document:
    """A document of kind function that Monty runs."""
    document = Document(name="task", source=source, externals={e.name: e for e in externals}, **fields)
    document.lint.profile = "runtime"
    return document


def code(source: str, *externals: ExternalSpec) -> Document:
    """A document of kind code."""
    document = Document(
        name="task",
        kind="code",
        source=source,
        inputs={"x": "int"},
        output="Any",
        externals={e.name: e for e in externals},
    )
    document.lint.profile = "runtime"
    return document


def refusal(document: Document, writer: Any = flyte) -> ExportError:
    with pytest.raises(ExportError) as caught:
        writer.export(document)
    return caught.value


# --- what Flyte cannot do ---


@pytest.mark.parametrize("writer", FORMATS)
@pytest.mark.parametrize(
    ("body", "line", "reason"),
    [
        (
            "    try:\n        y = ext(x)\n    except ValueError:\n        y = 0\n    return y",
            2,
            "never catch",
        ),
        (
            "    def f():\n        return ext(x)\n    try:\n        y = f()\n    except ValueError:\n"
            "        y = 0\n    return y",
            4,
            "never catch",
        ),
        ("    try:\n        y = ext(x)\n    finally:\n        return 1", 5, "would not run"),
        (
            "    y = 0\n    try:\n        y = ext(x)\n    finally:\n        ext(2)\n    return y",
            6,
            "would not run",
        ),
        ("    return sum(map(ext, [x]))", 2, "only call by its name"),
        ("    f = ext\n    return f(x)", 2, "only call by its name"),
        ("    import decimal\n    return ext(x)", 2, "decimal"),
        ("    from functools import lru_cache\n    return ext(x)", 2, "lru_cache"),
    ],
)
def test_a_task_that_flyte_would_run_differently_is_refused(
    body: str, line: int, reason: str, writer: Any
) -> None:
    error = refusal(function(f"def task(x: int) -> int:\n{body}\n", EXT), writer)
    assert error.line == line
    assert reason in error.reason


def test_a_try_without_external_calls_is_exported() -> None:
    attempt = "    try:\n        return 1 // y\n    except ZeroDivisionError:\n        return ext(2)\n"
    body = f"    y = ext(x)\n{attempt}"
    source = f"def task(x: int) -> int:\n{body}"
    assert "except ZeroDivisionError" in flyte.export(function(source, EXT))


@pytest.mark.parametrize(
    ("source", "line", "reason"),
    [
        ("def task(self: int) -> int:\n    return self\n", 1, "self"),
        ("def task(x: int) -> tuple:\n    return 1, 2\n", 1, "several outputs"),
        ("def task(x: int) -> tuple[int, ...]:\n    return 1, 2\n", 1, "several outputs"),
        ("def task(x: int) -> Any:\n    return 1, 2\n", 2, "several outputs"),
        ("def task(x: int):\n    if x:\n        return [x]\n    return 1, 2\n", 4, "several outputs"),
        ("def task(x: int) -> tuple[int, str] | None:\n    return 1, 'x'\n", 1, "several outputs"),
        ("def task(x: int = len('abc')) -> int:\n    return x\n", 1, "no constant"),
        ("def task(a: int = 1, *, b: int) -> int:\n    return b if a else task(1, b=b)\n", 1, "calls itself"),
    ],
)
def test_an_interface_that_flyte_cannot_have_is_refused(source: str, line: int, reason: str) -> None:
    error = refusal(function(source))
    assert error.line == line
    assert reason in error.reason


def test_two_results_of_a_code_string_are_refused() -> None:
    document = function("def task(x: int) -> tuple[int, str]:\n    return x, 'a'\n")
    assert "several outputs" in refusal(document, flyte_code).reason


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("    pending = start(x)\n    return await pending", "cannot be told"),
        ("    calls = [start(x)]\n    return (await asyncio.gather(*calls))[0]", "cannot be told"),
    ],
)
def test_an_await_that_cannot_be_told_is_refused(body: str, reason: str) -> None:
    begin = "async def task(x: int) -> int:\n    import asyncio\n    def start(n):\n        return ext(n)\n"
    source = f"{begin}{body}\n"
    error = refusal(function(source, EXT))
    assert error.line == 6
    assert reason in error.reason


@pytest.mark.parametrize(
    ("spec", "reason"),
    [
        (ExternalSpec("ext", "(*parts: int) -> int", "return", 1), "* or **"),
        (ExternalSpec("ext", "(self: int) -> int", "return", 1), "self"),
        (ExternalSpec("ext", "(x: int) -> tuple", "ask"), "several outputs"),
        (
            ExternalSpec("ext", "(x: int) -> tuple", "sequence", values=[(1, 2), (1, 2, 3)]),
            "different shapes",
        ),
        (ExternalSpec("ext", "(x: int) -> int", "return", 2**70), "64 bits"),
        (ExternalSpec("ext", None, "sandbox", source="def ext(*args): return 1"), "* or **"),
    ],
)
def test_an_external_that_no_flyte_task_can_be_is_refused_by_name(spec: ExternalSpec, reason: str) -> None:
    error = refusal(function("def task(x: int) -> Any:\n    return ext(x)\n", spec))
    assert "the external ext" in error.reason and reason in error.reason


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("max = x\nmax", "built-in"),
        ("n = 0\ndef f():\n    global n\n    n = x\nf()\nn", "global"),
    ],
)
def test_a_code_string_that_a_function_would_change_goes_as_code_only(source: str, reason: str) -> None:
    error = refusal(code(source))
    assert reason in error.reason and "flyte-code" in error.reason
    ast.parse(flyte_code.export(code(source)))


def test_an_external_that_the_source_also_binds_is_refused() -> None:
    source = "def task(x: int) -> int:\n    y = ext(x)\n    return sum([ext for ext in [y]])\n"
    assert "also bound" in refusal(function(source, EXT)).reason


def test_a_name_that_nothing_provides_is_refused() -> None:
    error = refusal(function("def task(x: int) -> int:\n    return nosuch(x)\n"))
    assert (error.line, "nosuch" in error.reason) == (2, True)


def test_what_does_not_run_here_is_refused_with_the_engines_reason() -> None:
    document = Document(name="task", source="def task(x: int) -> int:\n    import os\n    return x\n")
    error = refusal(document)
    assert error.line == 2 and "SBX101" in error.reason


@pytest.mark.parametrize("default", [" + 1" * 3000, " + 1" * 900])
def test_a_source_that_is_nested_deep_is_refused_or_exported(default: str) -> None:
    document = function(f"def task(x: int = 1{default}) -> int:\n    return x\n")
    try:
        ast.parse(flyte.export(document))
    except ExportError:
        pass


def test_exporting_says_nothing_on_the_way(recwarn: pytest.WarningsRecorder) -> None:
    flyte.export(function("def task(x: int) -> int:\n    return 1if x else 2\n"))
    assert [str(warning.message) for warning in recwarn] == []


def test_a_reason_is_one_line() -> None:
    assert str(ExportError("a\nb\x1b", 3)) == r"line 3: a\nb\x1b"


# --- what a module says ---


@pytest.mark.parametrize("writer", FORMATS)
def test_a_module_compiles_and_holds_the_description(writer: Any) -> None:
    text = writer.export(
        function("def task(x: int) -> int:\n    return ext(x)\n", EXT, description="Does things.")
    )
    tree = ast.parse(text)
    docstring = ast.get_docstring(tree)
    assert docstring is not None and "Does things." in docstring


def test_an_export_is_the_same_every_time() -> None:
    document = function(
        "def task(x: int) -> int:\n    return ext({x, 2})\n",
        ExternalSpec("ext", None, "return", {"b": {2, 1}}),
    )
    assert flyte.export(document) == flyte.export(document)


def test_a_code_string_says_which_limits_it_loses() -> None:
    document = function(
        "def task(x: int) -> int:\n    return x\n", config={"max_memory": 1_000_000, "timeout_ms": 700}
    )
    text = flyte_code.export(document)
    assert "timeout_ms=700" in text
    assert "max_memory=1000000 cannot be carried" in " ".join(text.split())


def test_a_code_string_with_default_limits_says_nothing_of_them() -> None:
    assert "cannot be carried" not in flyte_code.export(function("def task(x: int) -> int:\n    return x\n"))


def test_the_first_case_gives_the_inputs_and_the_answers() -> None:
    document = function(
        "def task(x: int) -> int:\n    return ext(x)\n",
        ExternalSpec("ext", "(x: int) -> int", "ask"),
        cases=[Case("first", {"x": 41}, {"ext": ExternalSpec("ext", None, "return", 7)})],
    )
    text = flyte.export(document)
    assert "x=41" in text and "return 7" in text


def test_without_inputs_the_main_block_says_what_to_replace() -> None:
    text = flyte.export(function("def task(x: int, y: str = 'a') -> int:\n    return x\n"))
    assert "replace these" in text and "x=0" in text


def test_externals_that_the_task_does_not_use_are_left_out() -> None:
    text = flyte.export(function("def task(x: int) -> int:\n    return x\n", EXT))
    assert "ext" not in text.replace("text", "")


def test_an_unknown_signature_is_read_off_the_calls() -> None:
    text = flyte.export(
        function(
            "def task(x: int) -> Any:\n    return [ext(x), ext(x, 2, k=3)]\n",
            ExternalSpec("ext", None, "return", 1),
        )
    )
    parameters = [f"{name}: Optional[Any] = None" for name in ("value_1", "value_2", "*, k")]
    assert f"def ext({', '.join(parameters)}) -> int:" in text


def test_comments_and_layout_of_the_task_stay() -> None:
    body = "    # why\n    y = (x +  # odd\n         1)\n\n    return y  # end\n"
    text = flyte.export(function(f"def task(x: int) -> int:\n{body}"))
    assert body.rstrip() in text
