"""Exports, asked of the real Flyte: each module is imported from a file, run there, and gives what we
give.
"""

from __future__ import annotations

import importlib.util
import itertools
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

os.environ.setdefault(
    "LOG_LEVEL", "50"
)  # Flyte logs every run otherwise, with tracebacks of what we expect to fail.
flyte = pytest.importorskip("flyte")

from flyte.io import DataFrame as FlyteDataFrame  # noqa: E402
from flyte.io import Dir as FlyteDir  # noqa: E402
from flyte.io import File as FlyteFile  # noqa: E402

from sandbox_tui.sandbox.handles import DataFrame, Dir, File, Handle  # noqa: E402
from sandbox_tui.workspace.document import Case, Document, ExternalSpec  # noqa: E402
from sandbox_tui.workspace.export import flyte as flyte_export  # noqa: E402
from sandbox_tui.workspace.export import flyte_code  # noqa: E402
from sandbox_tui.workspace.export.errors import ExportError  # noqa: E402
from sandbox_tui.workspace.folder import find_tasks  # noqa: E402
from sandbox_tui.workspace.python_file import read_python_file  # noqa: E402
from sandbox_tui.workspace.toml import load  # noqa: E402
from sandbox_tui.workspace.values import fit_value  # noqa: E402

pytestmark = pytest.mark.flyte

SAMPLES = Path(__file__).parents[2] / "sample_tasks"
FORMATS = {"flyte": flyte_export, "flyte-code": flyte_code}
_number = itertools.count()


def sample_cases() -> list[Any]:
    """Every case of every sample that Flyte can run at all."""
    found = []
    for path in find_tasks(SAMPLES).paths:
        if path.suffix != ".toml":
            continue
        document = load(path)
        if document.diagnostics() or document.name == "catch_failure":
            continue
        for case in document.cases:
            for form in FORMATS:
                found.append(pytest.param(path, case.name, form, id=f"{document.name}-{case.name}-{form}"))
    return found


def imported(text: str, folder: Path) -> Any:
    """The exported module, from a file as a user would have it."""
    name = f"exported_{next(_number)}"
    path = folder / f"{name}.py"
    path.write_text(text, encoding="utf-8")
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def orchestrator(module: Any) -> Any:
    """The one sandboxed task of an exported module."""
    from flyte.sandbox._task import SandboxedTaskTemplate

    (found,) = [value for value in vars(module).values() if isinstance(value, SandboxedTaskTemplate)]
    return found


def to_flyte(value: Any) -> Any:
    """Our handles as Flyte's, at any depth."""
    if isinstance(value, Handle):
        kind = {File: FlyteFile, Dir: FlyteDir}.get(type(value))
        return kind(path=value.uri) if kind else FlyteDataFrame(uri=value.uri)
    if isinstance(value, list):
        return [to_flyte(item) for item in value]
    if isinstance(value, dict):
        return {key: to_flyte(item) for key, item in value.items()}
    return value


def from_flyte(value: Any) -> Any:
    """Flyte's handles as ours, at any depth."""
    if isinstance(value, FlyteFile):
        return File(value.path)
    if isinstance(value, FlyteDir):
        return Dir(value.path)
    if isinstance(value, FlyteDataFrame):
        return DataFrame(value.uri)
    if isinstance(value, list):
        return [from_flyte(item) for item in value]
    if isinstance(value, tuple):
        return tuple(from_flyte(item) for item in value)
    if isinstance(value, dict):
        return {key: from_flyte(item) for key, item in value.items()}
    return value


def under_flyte(text: str, inputs: dict[str, Any], folder: Path, *, positional: bool = False) -> Any:
    """The result of an exported module under `flyte.run`, with our handles."""
    task = orchestrator(imported(text, folder))
    runner = flyte.with_runcontext(mode="local")
    given = {name: to_flyte(value) for name, value in inputs.items()}
    run = runner.run(task, *given.values()) if positional else runner.run(task, **given)
    outputs = tuple(run.outputs())
    return from_flyte(outputs[0] if len(outputs) == 1 else outputs)


def ours(document: Document, inputs: dict[str, Any], case: Case | None = None) -> Any:
    """The result of the document in our engine."""
    result = document.build_template(case=case).execute(inputs)
    assert result.ok, result.error
    return result.result


def all_inputs(document: Document, inputs: dict[str, Any], form: str) -> dict[str, Any]:
    """Flyte's code strings know no defaults: for them every input is given."""
    if form == "flyte":
        return inputs
    # Flyte takes no whole number where float is declared, ours does.
    return {p.name: fit_value(inputs.get(p.name, p.default), p.type) for p in document.parameters()}


def assert_same(document: Document, inputs: dict[str, Any], folder: Path, **options: Any) -> None:
    """Both exports of `document` give under Flyte what it gives here."""
    expected = ours(document, inputs)
    for form, writer in FORMATS.items():
        given = all_inputs(document, inputs, form)
        assert under_flyte(writer.export(document), given, folder, **options) == expected, form


def function(source: str, *externals: ExternalSpec, profile: str = "runtime", **fields: Any) -> Document:
    """A document of kind function."""
    document = Document(name="task", source=source, externals={e.name: e for e in externals}, **fields)
    document.lint.profile = profile  # type: ignore[assignment]
    return document


ADD = ExternalSpec("add", "(x: int, y: int) -> int", "sandbox", source="def add(x, y): return x + y")
FETCH = ExternalSpec("fetch", "(name: str) -> int", "sandbox", source="def fetch(name): return len(name)")


# --- the samples ---


@pytest.mark.parametrize(("path", "case_name", "form"), sample_cases())
def test_a_sample_gives_under_flyte_what_it_gives_here(
    path: Path, case_name: str, form: str, tmp_path: Path
) -> None:
    document = load(path)
    case = next(case for case in document.cases if case.name == case_name)
    text = FORMATS[form].export(document, case)
    inputs = all_inputs(document, case.inputs, form)
    assert under_flyte(text, inputs, tmp_path) == ours(document, case.inputs, case) == case.expect


@pytest.mark.parametrize("form", FORMATS)
def test_a_task_of_a_python_file_gives_under_flyte_what_it_gives_here(form: str, tmp_path: Path) -> None:
    (document,) = [d for d in read_python_file(SAMPLES / "order_pipeline.py") if d.name == "plan_delivery"]
    inputs = {"products": ["W-1", "X-2"], "quantity": 2}
    assert under_flyte(FORMATS[form].export(document), inputs, tmp_path) == ours(document, inputs)


@pytest.mark.parametrize("name", ["route_order", "file_passthrough"])
@pytest.mark.parametrize("form", FORMATS)
def test_an_exported_file_runs_as_a_script(name: str, form: str, tmp_path: Path) -> None:
    document = load(SAMPLES / f"{name}.toml")
    target = tmp_path / "exported.py"
    target.write_text(FORMATS[form].export(document))
    done = subprocess.run([sys.executable, target], capture_output=True, text=True, cwd=tmp_path, check=False)
    assert done.returncode == 0, done.stderr
    assert "road" in done.stdout or "report.pdf.gz" in done.stdout


# --- how calls are written ---


def test_awaited_calls_become_plain_ones(tmp_path: Path) -> None:
    document = function(
        "async def task(n: int) -> list:\n"
        "    import asyncio\n"
        "    one = await add(n, 1)\n"
        "    two = [await add(n, i) for i in range(2)]\n"
        "    calls = [add(n, 10), add(n, 20)]\n"
        "    calls.append(add(n, 30))\n"
        "    three = await asyncio.gather(*calls)\n"
        "    pending = add(1, 1)\n"
        "    later = await pending\n"
        "    text = f'{await add(n, 5)}é{[await add(i, 1) for i in range(2)]}'\n"
        "    return [one, two, three, await (add(one, one)), later, text]\n",
        ADD,
    )
    assert_same(document, {"n": 3}, tmp_path)


def test_coroutines_of_the_task_stay_awaited(tmp_path: Path) -> None:
    document = function(
        "async def task(n: int) -> list:\n"
        "    import asyncio\n"
        "    async def twice(k):\n"
        "        return await add(k, k)\n"
        "    both = await asyncio.gather(twice(n), twice(n + 1))\n"
        "    mixed = await asyncio.gather(twice(n), add(n, 1))\n"
        "    return [both, mixed, await twice(7)]\n",
        ADD,
    )
    assert_same(document, {"n": 3}, tmp_path)


def test_calls_in_nested_functions_lambdas_and_comprehensions_are_found(tmp_path: Path) -> None:
    document = function(
        "def task(n: int) -> list:\n"
        "    def inner(k):\n"
        "        return add(k, 1)\n"
        "    sizes = [fetch('a' * k) for k in range(3)]\n"
        "    join = lambda s: glue(s, '!')\n"
        "    return [inner(n), sizes, join('x')]\n",
        ADD,
        FETCH,
        ExternalSpec("glue", "(a: str, b: str) -> str", "return", "x!"),
    )
    assert_same(document, {"n": 3}, tmp_path)


@pytest.mark.parametrize(
    "docstring", ["'''Doc\n    of two lines.'''", "'Doc.'  # why", "'Doc.'; a = 1", "'Doc.'"]
)
def test_a_docstring_stays_where_externals_must_be_named(docstring: str, tmp_path: Path) -> None:
    source = f"def task(n: int) -> list:\n    {docstring}\n    return [add(n, i) for i in range(n)]\n"
    document = function(source, ADD, description="Described.")
    assert_same(document, {"n": 3}, tmp_path)
    if ";" not in docstring:
        assert orchestrator(imported(flyte_export.export(document), tmp_path)).func.__doc__.startswith("Doc")


def test_flyte_map_alone_finds_its_task(tmp_path: Path) -> None:
    document = function(
        "def task(xs: list[int]) -> list:\n    return list(flyte_map('add', xs, [10] * len(xs)))\n", ADD
    )
    assert_same(document, {"xs": [1, 2, 3]}, tmp_path)


def test_flyte_map_with_a_computed_name_finds_every_task(tmp_path: Path) -> None:
    document = function(
        "def task(which: str, xs: list[int]) -> list:\n    return list(flyte_map(which, xs, xs))\n",
        ADD,
        ExternalSpec("mul", "(x: int, y: int) -> int", "sandbox", source="def mul(x, y): return x * y"),
    )
    assert_same(document, {"which": "mul", "xs": [1, 2, 3]}, tmp_path)


# --- interfaces ---


@pytest.mark.parametrize(
    ("header", "body", "inputs"),
    [
        ("a: int, *, b: int = 2", "[a, b]", {"a": 1}),
        ("a: int = 1, *, b: int", "[a, b]", {"b": 5}),
        ("a: int, /, b: int = 2", "[a, b]", {"a": 1, "b": 7}),
        ("a: 'int | None', b: \"list[int | None]\"", "[a, b]", {"a": None, "b": [1, None]}),
        ("a: int | str | None = None", "[a]", {"a": "x"}),
        ("a: dict[str, int | None]", "[a]", {"a": {"x": None, "y": 1}}),
        ("a", "[a]", {"a": {"x": [1]}}),
        ("a=None", "[a]", {}),
        ("a: float = 2", "[a * 2]", {}),
        ("a: int = 3600, b: list[int] = [1, 2]", "[a, b]", {}),
        ("a: set[int], b: frozenset[str]", "[sorted(a), sorted(b)]", {"a": {1, 2}, "b": frozenset({"x"})}),
        ("a: tuple[int, ...], b: bytes", "[list(a), b == b'x']", {"a": (1, 2), "b": b"x"}),
        ("task: int", "[task]", {"task": 3}),
        ("größe: int", "[größe]", {"größe": 3}),
        (
            "env: int, flyte: int, Optional: int | None",
            "[env, flyte, Optional]",
            {"env": 1, "flyte": 2, "Optional": 3},
        ),
    ],
)
def test_inputs_of_every_shape(header: str, body: str, inputs: dict[str, Any], tmp_path: Path) -> None:
    document = function(f"def decide({header}) -> list:\n    return {body}\n")
    assert_same(document, inputs, tmp_path, positional="task" in inputs)


def test_a_default_that_is_an_expression_of_constants(tmp_path: Path) -> None:
    document = function("def decide(a: int = 60 * 60, b: float = -1 / 4) -> list:\n    return [a, b]\n")
    assert under_flyte(flyte_export.export(document), {}, tmp_path) == [3600, -0.25]


def test_a_function_named_like_its_input(tmp_path: Path) -> None:
    document = function("def total(total: int) -> int:\n    return total + 1\n")
    assert_same(document, {"total": 3}, tmp_path)


@pytest.mark.parametrize("name", ["env", "flyte", "Optional", "run", "File", "SOURCE"])
def test_externals_that_have_our_names(name: str, tmp_path: Path) -> None:
    document = function(
        f"def decide(n: int | None, f: File) -> list:\n    return [{name}(n), {name}(n)]\n",
        ExternalSpec(name, "(n: int | None) -> int", "sequence", values=[1, 2]),
    )
    assert_same(document, {"n": 3, "f": File("s3://a/b")}, tmp_path)


def test_two_results_are_two_outputs(tmp_path: Path) -> None:
    document = function("def pair(a: int) -> tuple[int, str]:\n    return a, 'x'\n")
    assert under_flyte(flyte_export.export(document), {"a": 1}, tmp_path) == ours(document, {"a": 1})


def test_a_recursive_task(tmp_path: Path) -> None:
    assert_same(
        function("def fact(n: int) -> int:\n    return 1 if n < 2 else n * fact(n - 1)\n"), {"n": 6}, tmp_path
    )


# --- handles ---


@pytest.mark.parametrize("kind", ["File", "Dir"])
def test_a_handle_passes_through_a_task_without_externals(kind: str, tmp_path: Path) -> None:
    document = function(f"def keep(f: {kind}) -> {kind}:\n    return f\n")
    handle = {"File": File, "Dir": Dir}[kind](str(tmp_path))
    assert_same(document, {"f": handle}, tmp_path)


def test_a_handle_in_a_dict_comes_back(tmp_path: Path) -> None:
    document = function(
        "def pack(f: File) -> dict:\n    return {'file': shrink(f), 'size': 3, 'both': [f, f]}\n",
        ExternalSpec("shrink", "(f: File) -> File", "return", File("s3://b/small")),
    )
    assert_same(document, {"f": File("s3://b/large")}, tmp_path)


# --- stubs ---


@pytest.mark.parametrize(
    ("spec", "call", "annotation"),
    [
        (ExternalSpec("ext", None, "return", {"a": (1, 2), "b": {3}}), "ext(1, key='x')", "Any"),
        (ExternalSpec("ext", None, "return", None), "[ext()]", "list"),
        (
            ExternalSpec("ext", '(f: File = File("s3://b/x"), n: float = 2) -> int', "return", 1),
            "ext()",
            "int",
        ),
        (ExternalSpec("ext", "() -> tuple", "return", (1, "x")), "list(ext())", "list"),
        (ExternalSpec("ext", "() -> float", "return", 3), "ext() * 1.5", "float"),
        (
            ExternalSpec("ext", "(x: int, /, *, y: int = 2) -> int", "return", 4),
            "ext(1, y=3) + ext(2)",
            "int",
        ),
        (ExternalSpec("ext", "(x: int) -> int", "sandbox", source="x * 2 + 1"), "ext(4)", "int"),
        (
            ExternalSpec("ext", None, "sandbox", source="def ext(x): return x, 'y', None"),
            "list(ext(4))",
            "list",
        ),
        (
            ExternalSpec(
                "ext",
                "(n: int) -> int",
                "sandbox",
                source="def ext(n): return 1 if n < 2 else n * ext(n - 1)",
            ),
            "ext(5)",
            "int",
        ),
        (ExternalSpec("ext", None, "sandbox", source="def ext(x, y=5): return x + y"), "ext(4)", "int"),
        (
            ExternalSpec(
                "ext",
                "(x: int) -> str",
                "sandbox",
                source='def half(x): return f"""{x}\n  !"""\ndef ext(x):\n    return half(x)',
            ),
            "ext(4)",
            "str",
        ),
        (
            ExternalSpec(
                "ext",
                "(x: int) -> str",
                "sandbox",
                source='def ext(x):\n  # why\n  text = """a\n b"""\n  return text + str(x)',
            ),
            "ext(4)",
            "str",
        ),
        (
            ExternalSpec("ext", "async (x: int) -> int", "sandbox", source="async def ext(x): return x + 1"),
            "ext(4)",
            "int",
        ),
        (ExternalSpec("ext", "() -> str", "return", 'a"b\\c\n\x1b[0m\u202e'), "ext()", "str"),
        (ExternalSpec("ext", "() -> list[float]", "return", [1, 2.5]), "ext()", "list[float]"),
        (ExternalSpec("ext", "() -> float", "return", float("inf")), "ext()", "float"),
    ],
)
def test_stubs_of_every_kind(spec: ExternalSpec, call: str, annotation: str, tmp_path: Path) -> None:
    assert_same(function(f"def task() -> {annotation}:\n    return {call}\n", spec), {}, tmp_path)


def test_a_stub_that_raises_raises_under_flyte(tmp_path: Path) -> None:
    document = function(
        "def task() -> int:\n    return ext()\n",
        ExternalSpec("ext", "() -> int", "raise", error="ValueError", message="no such"),
    )
    with pytest.raises(Exception, match="no such"):
        under_flyte(flyte_export.export(document), {}, tmp_path)


def test_a_stub_to_be_asked_says_what_to_fill_in(tmp_path: Path) -> None:
    document = function(
        "def task() -> int:\n    return ext(1)\n", ExternalSpec("ext", "(x: int) -> int", "ask")
    )
    with pytest.raises(Exception, match="fill in: ext"):
        under_flyte(flyte_export.export(document), {}, tmp_path)


# --- texts ---


@pytest.mark.parametrize(
    "source",
    [
        "def task(n: int) -> str:\n\n    # first\n    text = '''a\n  b\n   \n'''\n    return text * n\n",
        "def task(n: int) -> str:\n  return 'x' * n\n",
        "def task(n: int) -> str:\n\treturn 'x' * n\n",
        "def task(n: int) -> str: return 'x' * n\n",
        "def task(n: int) -> str: a = 'x'; return a * n\n",
        "def task(n: int) -> str:\n    '''Doc.\n    def x\n    '''\n    return 'x' * n\n",
        "def task(\n    n: int,  # how many\n) -> str:\n    return 'x' * n\n",
        "def task(n: int) -> str:\r\n    return 'x' * n\r\n",
        "def task(n: int) -> str:\n    return 'é😀\\\\' * n + \"'''\" + '\"\"\"'\n",
        "\n\n# a comment\ndef task(n: int) -> str:\n    return 'x' * n  # the end\n# after",
    ],
)
def test_sources_of_every_layout(source: str, tmp_path: Path) -> None:
    document = function(source, description='A "described" task \\ with """quotes""" \x1b[31m and\nlines.')
    assert_same(document, {"n": 2}, tmp_path)


@pytest.mark.parametrize(
    "source",
    [
        "x + y",
        "total = x + y\ntotal * 2",
        "total = x + y",
        "",
        "def f(a):\n    return a + y\nf(x)",
        "if x > 0:\n    y = 5\n[x, y]",
        "await add(x, y) + add(x, 1)",
        "text = '''a\n b'''\ntext * x",
        "\n\n(x +\ny)",
        "[add(i, 1) for i in range(x)]",
        "# only a comment\nadd(x, y) # and another",
        "return x\n",
        "\fx\n\f\n\fx + 1",
    ],
)
def test_code_strings(source: str, tmp_path: Path) -> None:
    document = Document(
        name="code-task",
        kind="code",
        source=source,
        inputs={"x": "int", "y": "int"},
        output="Any",
        externals={"add": ADD},
    )
    document.lint.profile = "runtime"
    assert_same(document, {"x": 2, "y": 3}, tmp_path)


def test_the_limits_are_flytes_too(tmp_path: Path) -> None:
    document = function(
        "def task(n: int) -> int:\n    return n\n",
        config={"timeout_ms": 1234, "max_memory": 5_000_000, "max_stack_depth": 99, "type_check": False},
    )
    task = orchestrator(imported(flyte_export.export(document), tmp_path))
    config = task.plugin_config
    assert (config.timeout_ms, config.max_memory, config.max_stack_depth, config.type_check) == (
        1234,
        5_000_000,
        99,
        False,
    )


def test_a_limit_bites_under_flyte_as_here(tmp_path: Path) -> None:
    document = function(
        "def task(n: int) -> int:\n    while True:\n        n = n + 1\n", config={"timeout_ms": 200}
    )
    with pytest.raises(Exception, match="time limit"):
        under_flyte(flyte_export.export(document), {"n": 1}, tmp_path)


# --- what is refused is what Flyte cannot do ---


def test_flyte_does_end_the_run_where_the_export_is_refused(tmp_path: Path) -> None:
    document = load(SAMPLES / "runtime_profile" / "catch_failure.toml")
    with pytest.raises(ExportError, match="ends the whole"):
        flyte_export.export(document)
    text = (
        "import flyte\nenv = flyte.TaskEnvironment(name='e')\n\n"
        "@env.task\ndef read_load(name: str) -> int:\n    raise ValueError('no such machine')\n\n"
        f"@env.sandbox.orchestrator\n{document.source.strip()}\n"
    )
    with pytest.raises(Exception, match="no such machine"):
        under_flyte(text, {"name": "m", "fallback": 1}, tmp_path)
