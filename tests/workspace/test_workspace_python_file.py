"""Tasks of a `.py` file: found, with their settings and externals, without running the file."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox_tui.sandbox.errors import TaskError
from sandbox_tui.workspace.document import Document
from sandbox_tui.workspace.errors import DocumentError
from sandbox_tui.workspace.python_file import PythonFile, read_python_file, scan_python_text
from sandbox_tui.workspace.toml import load, save

HEAD = "from sandbox_tui import TaskEnvironment, orchestrator_from_str\nenv = TaskEnvironment(name='e')\n"


def scan(body: str) -> PythonFile:
    return scan_python_text(HEAD + body, path=Path("flow.py"))


def only(body: str) -> Document:
    found = scan(body)
    assert found.not_read == []
    (document,) = found.documents
    return document


# --- functions ---


@pytest.mark.parametrize(
    "head",
    [
        "@env.sandbox.orchestrator\n",
        "@env.sandbox.orchestrator()\n",
        "import flyte\n@flyte.sandbox.orchestrator\n",
        "from flyte import sandbox\n@sandbox.orchestrator\n",
        "import flyte.sandbox as box\n@box.orchestrator(retries=2)\n",
        "from flyte.sandbox import orchestrator\n@orchestrator\n",
        "@other\n@env.sandbox.orchestrator(\n    cache='auto',\n)\n",
    ],
)
def test_a_function_under_the_decorator_is_a_task(head: str) -> None:
    document = only(head + "def double(x: int) -> int:\n    '''Twice.\n\n    More.'''\n    return x * 2\n")
    assert (document.name, document.kind, document.description) == ("double", "function", "Twice.")
    assert document.source == "def double(x: int) -> int:\n    '''Twice.\n\n    More.'''\n    return x * 2\n"
    assert document.build_template().run(4) == 8


def test_an_async_function_is_a_task() -> None:
    document = only("@env.sandbox.orchestrator\nasync def f(x: int) -> int:\n    return x\n")
    assert document.build_template().run(1) == 1


def test_other_functions_and_decorators_are_no_tasks() -> None:
    body = "@orchestrator\ndef a(): ...\n@env.task\ndef b(): ...\n@sandbox\ndef c(): ...\ndef d(): ...\n"
    assert scan(body).documents == []


def test_limits_may_be_constant_expressions() -> None:
    document = only(
        "MIB = 1024 * 1024\nSECONDS: int = 1_000\n"
        "@env.sandbox.orchestrator(timeout_ms=5 * SECONDS, max_memory=25 * MIB, type_check=not True,\n"
        "    max_stack_depth=2 ** 7, name='own.name', restrictions='runtime', retries=3)\n"
        "def f() -> int:\n    return 1\n"
    )
    assert document.config == {
        "timeout_ms": 5000,
        "max_memory": 25 * 1024 * 1024,
        "type_check": False,
        "max_stack_depth": 128,
    }
    assert (document.name, document.lint.profile) == ("own.name", "runtime")


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("limit()", "its timeout_ms holds limit()"),
        ("LATER", "its timeout_ms uses LATER, which is no constant of the file"),
        ("9 ** 9 ** 9", "its timeout_ms is too large a number"),
        ("1 << 10 ** 9", "its timeout_ms is too large a number"),
        ("len('x' * 10 ** 12)", "its timeout_ms holds len('x' * 10 ** 12)"),
        ("1 // 0", "its timeout_ms fails: integer division or modulo by zero"),
        ("LOOP", "its timeout_ms uses LOOP, which is defined by itself"),
        ("TWICE", "its timeout_ms uses TWICE, which is no constant of the file"),
    ],
)
def test_a_limit_that_cannot_be_told_is_listed_and_the_task_is_read(value: str, reason: str) -> None:
    found = scan(
        "LOOP = LOOP + 1\nTWICE = 1\nTWICE = 2\n"
        f"@env.sandbox.orchestrator(timeout_ms={value})\ndef f(): return 1\n"
    )
    assert [str(each) for each in found.not_read] == [f"line 6: f: {reason}"]
    assert found.documents[0].config == {}


def test_an_inner_function_is_listed() -> None:
    found = scan("def make():\n    @env.sandbox.orchestrator\n    def f(): return 1\n    return f\n")
    assert found.documents == []
    assert str(found.not_read[0]).startswith("line 5: f: only functions of the module itself are read")


# --- code strings ---


def test_a_code_string_is_a_task() -> None:
    document = only(
        "add = orchestrator_from_str('x + y', inputs={'x': int, 'y': 'int | None'}, output=list[int],\n"
        "    name='dynamic_add', timeout_ms=50 * 2)\n"
    )
    assert (document.name, document.kind, document.source) == ("dynamic_add", "code", "x + y")
    assert (document.inputs, document.output) == ({"x": "int", "y": "int | None"}, "list[int]")
    assert document.config == {"timeout_ms": 100}


def test_a_code_string_has_the_name_of_its_variable() -> None:
    document = only("total = env.sandbox.orchestrator('x', inputs={'x': int}, output=int)\n")
    assert (document.name, document.build_template().run(x=3)) == ("total", 3)


def test_a_code_string_may_be_a_constant_of_the_file() -> None:
    document = only(
        "import textwrap\nSOURCE = textwrap.dedent('''\n    x = 1\n    x + 1\n''')\n"
        "t = orchestrator_from_str(SOURCE)\n"
    )
    assert document.build_template().run() == 2
    assert document.source_line_offset == 3


def test_a_code_string_s_tasks_are_its_externals() -> None:
    document = only(
        "@env.task\ndef double(n: int) -> int:\n    return n * 2\n"
        "t = orchestrator_from_str('double(x) + 1', inputs={'x': int}, output=int, tasks=[double])\n"
    )
    assert document.build_template().run(x=5) == 11


@pytest.mark.parametrize(
    ("call", "reason"),
    [
        ("orchestrator_from_str(open('x').read())", "its source holds open('x').read()"),
        ("orchestrator_from_str('x', inputs=make())", "its inputs are no literal dict"),
        ("orchestrator_from_str('x', inputs={name: int})", "the names of its inputs are no literals"),
    ],
)
def test_a_code_string_that_cannot_be_told_is_listed(call: str, reason: str) -> None:
    found = scan(f"t = {call}\n")
    assert found.documents == []
    assert [str(each) for each in found.not_read] == [f"line 3: t: {reason}"]


# --- externals and constants ---

PIPELINE = """\
RATE = 0.2
NAMES = {"W": "widget"}

@env.task
def price(product: str, count: int = 1) -> float:
    return len(product) * count * (1 + RATE)

@env.task
def fetch(url: str) -> bytes:
    import urllib.request
    return urllib.request.urlopen(url).read()

@env.task
def helped(x: int) -> int:
    return helper(x)

def helper(x):
    return x

@env.sandbox.orchestrator
def total(product: str) -> float:
    return price(product) * 2

@env.sandbox.orchestrator
def all_of_it(products: list[str]) -> dict:
    totals = list(flyte_map("total", products))
    raw = fetch("x")
    return {"names": [NAMES[p] for p in products], "total": sum(totals) * -RATE, "raw": raw, "h": helped(1)}
"""


def test_the_file_s_tasks_that_a_task_calls_are_its_externals() -> None:
    total, everything = scan(PIPELINE).documents
    assert list(total.externals) == ["price"]
    assert sorted(everything.externals) == ["fetch", "helped", "total"]
    assert total.externals["price"].signature == "(product: str, count: int=1) -> float"


def test_an_external_that_is_legal_in_the_sandbox_answers_from_its_own_source() -> None:
    total, _ = scan(PIPELINE).documents
    assert total.externals["price"].answer == "sandbox"
    assert total.build_template().run(product="abc") == pytest.approx(7.2)


def test_an_external_brings_the_tasks_that_it_calls() -> None:
    _, everything = scan(PIPELINE).documents
    assert everything.externals["total"].answer == "sandbox"
    assert "def price(" in (everything.externals["total"].source or "")


def test_an_external_that_is_not_legal_in_the_sandbox_is_asked_for() -> None:
    _, everything = scan(PIPELINE).documents
    assert (everything.externals["fetch"].answer, everything.externals["helped"].answer) == ("ask", "ask")


def test_constants_of_the_module_stand_in_the_source_as_their_values() -> None:
    _, everything = scan(PIPELINE).documents
    assert "{'W': 'widget'}[p]" in everything.source
    assert "sum(totals) * -(0.2)" in everything.source


def test_a_constant_keeps_every_line_where_it_was() -> None:
    document = only(
        "TEXT = 'a\\nb'\n@env.sandbox.orchestrator\ndef f() -> list:\n    return [TEXT,\n        1 / 0]\n"
    )
    result = document.build_template().execute({})
    assert isinstance(result.error, TaskError)
    assert (result.error.line, result.error.filename) == (3, "flow.py::f")


def test_a_name_that_the_task_binds_itself_is_no_constant() -> None:
    document = only("X = 1\n@env.sandbox.orchestrator\ndef f() -> int:\n    X = 2\n    return X\n")
    assert document.build_template().run() == 2


@pytest.mark.parametrize(
    ("head", "reason"),
    [
        ("X = load()", "the constant X holds load()"),
        ("X = 1e999", "the constant X has no literal that says it"),
        ("X = [1]", "the constant X may be changed by .append"),
    ],
)
def test_a_constant_that_cannot_be_told_is_listed_and_the_source_left_as_it_is(
    head: str, reason: str
) -> None:
    found = scan(f"{head}\n@env.sandbox.orchestrator\ndef f() -> int:\n    X.append(1)\n    return 1\n")
    assert [str(each) for each in found.not_read] == [f"line 6: f: {reason}"]
    assert "X.append(1)" in found.documents[0].source


# --- places, safety, saving ---


def test_places_of_a_run_are_places_of_the_source_and_say_so() -> None:
    document = only("\n\n@env.sandbox.orchestrator\ndef f() -> int:\n    return 1 // 0\n")
    assert document.source_line_offset == 5
    error = document.build_template().execute({}).error
    assert error is not None
    assert (error.filename, error.line) == ("flow.py::f", 2)


def test_opening_a_file_runs_nothing_of_it(tmp_path: Path) -> None:
    path = tmp_path / "flow.py"
    path.write_text(
        HEAD
        + "import pathlib\npathlib.Path('ran').touch()\n"
        + "@env.sandbox.orchestrator(timeout_ms=pathlib.Path('ran').touch() or 5)\n"
        + "def f(x: int = pathlib.Path('ran').touch()) -> int:\n    return 1\n"
    )
    (document,) = read_python_file(path)
    document.parameters()
    document.diagnostics()
    assert [each.name for each in tmp_path.iterdir()] == ["flow.py"]
    assert not Path("ran").exists()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("def f(:\n", "flow.py:1: not valid Python: invalid syntax"),
        ("x = 1\n" + "(" * 300, "flow.py:2: not valid Python: too many nested parentheses"),
        ("-" * 200_000 + "1", "flow.py: the Python cannot be read: it is too complex"),
    ],
)
def test_a_file_that_does_not_parse_is_one_clear_line(content: str, message: str) -> None:
    with pytest.raises(DocumentError) as raised:
        scan_python_text(content, path=Path("flow.py"))
    assert str(raised.value) == message


def test_a_task_of_a_python_file_is_saved_as_a_toml_file_only(tmp_path: Path) -> None:
    path = tmp_path / "flow.py"
    path.write_text(
        HEAD + "RATE = 2\n@env.sandbox.orchestrator\ndef f(x: int) -> int:\n    return x * RATE\n"
    )
    (document,) = read_python_file(path)
    with pytest.raises(DocumentError, match=r"save it as a \.toml file"):
        save(document)
    save(document, tmp_path / "f.toml")
    assert not document.read_only
    assert load(tmp_path / "f.toml").build_template().run(x=4) == 8


@given(
    st.lists(
        st.sampled_from(
            [
                *PIPELINE.splitlines(keepends=True),
                "X = [",
                "]\n",
                "'''",
                "\\\n",
                "lambda: (\n",
                "t = orchestrator_from_str(*a)\n",
            ]
        ),
        max_size=12,
    ).map("".join)
)
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        scan_python_text(text)
    except DocumentError:
        pass
