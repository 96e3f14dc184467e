"""The source of functions: extraction, headers from text, calls, interfaces."""

from __future__ import annotations

import functools
import inspect
import itertools
import linecache
import sys
import textwrap
import types
from collections.abc import AsyncIterator, Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import static_functions as shapes
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from static_monty import Sandbox, sandbox

from sandbox_tui.sandbox import handles
from sandbox_tui.sandbox.errors import BoundaryError, SourceError
from sandbox_tui.sandbox.handles import File
from sandbox_tui.sandbox.source import (
    NOT_LITERAL,
    ExtractedSource,
    FunctionSource,
    extract_function,
    extract_source,
    interface_of,
    prepare_code_source,
    read_function,
    trailing_call,
)

if TYPE_CHECKING:
    from sandbox_tui.sandbox.handles import Dir


@pytest.fixture(scope="module")
def monty() -> Iterator[Sandbox]:
    with sandbox() as running:
        yield running


def in_monty(monty: Sandbox, func: Callable[..., Any], **values: Any) -> Any:
    """What the extracted source gives in the real Monty, called with the given parameters only."""
    source = extract_function(func)
    return monty.run(f"{source.code}\n{trailing_call(source, values)}", source.feed_inputs(values))


# Flyte's contract (S1 to S11). The functions are plain ones of this file.


def add(x, y):
    return x + y


def compute(a, b):
    total = a + b
    doubled = total * 2
    return doubled - 1


def noop(x):
    pass


def bare_return(x):
    if x:
        return
    return


def several_returns(x):
    if x > 1:
        return "many"
    elif x == 1:
        return "one"
    else:
        return "none"


async def fetch(x):
    return x


def with_text(name):
    return f"hello {name!r:>10}"


def test_the_definition_is_followed_by_its_call() -> None:
    code, names = extract_source(add)
    assert names == ["x", "y"]
    assert "def add" in code
    assert "    return x + y" in code
    assert code.endswith("\nadd(x, y)")


def test_every_line_of_the_body_is_kept() -> None:
    code, _ = extract_source(compute)
    assert "    total = a + b\n    doubled = total * 2\n    return doubled - 1\ncompute(a, b)" in code


def test_a_function_without_return_is_called_all_the_same() -> None:
    assert extract_source(noop)[0].endswith("    pass\nnoop(x)")


def test_a_bare_return_is_kept() -> None:
    assert "    if x:\n        return\n    return\n" in extract_source(bare_return)[0]


def test_several_returns_are_kept() -> None:
    code, _ = extract_source(several_returns)
    assert [line.strip() for line in code.split("\n") if line.strip().startswith("return")] == [
        'return "many"',
        'return "one"',
        'return "none"',
    ]
    assert "    elif x == 1:" in code


def test_an_async_function_is_awaited() -> None:
    code, _ = extract_source(fetch)
    assert "async def fetch" in code
    assert code.endswith("\nawait fetch(x)")


def test_a_generator_is_refused() -> None:
    def numbers(n: int) -> Iterator[int]:
        yield n

    with pytest.raises(TypeError, match="cannot be generators"):
        extract_source(numbers)


def test_an_async_generator_is_refused() -> None:
    async def numbers(n: int) -> AsyncIterator[int]:
        yield n

    with pytest.raises(TypeError, match="cannot be async generators"):
        extract_source(numbers)


def test_text_with_fields_is_kept() -> None:
    assert '    return f"hello {name!r:>10}"' in extract_source(with_text)[0]


def test_decorators_stay_behind() -> None:
    code, _ = extract_source(shapes.first_twin)
    assert code == 'def twin(x): return ("first", x)\ntwin(x)'


def test_a_local_function_is_dedented() -> None:
    def local(x):
        if x:
            return 1
        return 2

    assert extract_source(local)[0].split("\n")[1:3] == ["    if x:", "        return 1"]


# What Flyte's way of cutting at the first "def" gets wrong


def test_decorators_of_any_shape_stay_behind(monty: Sandbox) -> None:
    assert extract_function(shapes.decorated).code.startswith(
        'def decorated(x):\n    """def in the docstring'
    )
    assert in_monty(monty, shapes.decorated, x=1) == 2


def test_the_right_one_of_several_functions_of_one_name_is_found(monty: Sandbox) -> None:
    functions = {
        "first": shapes.first_twin,
        "second": shapes.second_twin,
        "inner": shapes.same_name_inside(),
        "of a class": shapes.Holder.twin,
    }
    for name, func in functions.items():
        assert in_monty(monty, func, x=1) == (name, 1)


def test_dedenting_changes_no_text_inside_strings(monty: Sandbox) -> None:
    nested = shapes.make_nested()
    assert in_monty(monty, nested, x=3) == nested(3)


def test_a_function_indented_by_tabs_is_dedented(monty: Sandbox) -> None:
    assert in_monty(monty, shapes.make_tabbed(), x=1) == "yes"


def test_the_last_line_keeps_its_comment_and_nothing_behind_it() -> None:
    code = extract_function(shapes.cached).code
    assert code == "def cached(x):\n    return x * 2"


def test_keyword_only_parameters_are_passed_by_name(monty: Sandbox) -> None:
    def scale(a: int, *, b: int) -> int:
        return a * b

    assert extract_source(scale)[0].endswith("\nscale(a, b=b)")
    assert in_monty(monty, scale, a=2, b=3) == 6


def test_positional_only_parameters_are_passed_by_place(monty: Sandbox) -> None:
    def scale(a: int, /, b: int) -> int:
        return a * b

    assert extract_source(scale)[0].endswith("\nscale(a, b)")
    assert in_monty(monty, scale, a=2, b=3) == 6


def test_a_parameter_may_have_the_name_of_the_function(monty: Sandbox) -> None:
    def total(total: int) -> int:
        return total + 1

    assert in_monty(monty, total, total=1) == 2


# Defaults


def test_a_default_that_needs_names_is_passed_in(monty: Sandbox) -> None:
    source = extract_function(shapes.names_as_defaults)
    assert source.injected == {"__default_b": 7, "__default_c": 1.5}
    assert "d=60*60, e=(1, -2)" in source.code
    assert in_monty(monty, shapes.names_as_defaults, a=1) == [1, 7, 1.5, 3600, (1, -2)]


def test_a_given_value_wins_over_the_default(monty: Sandbox) -> None:
    assert in_monty(monty, shapes.names_as_defaults, a=1, b=2, c=3) == [1, 2, 3, 3600, (1, -2)]


def test_a_default_over_several_lines_is_passed_in(monty: Sandbox) -> None:
    assert in_monty(monty, shapes.over_lines, a=1) == [1, 7, 1]


def test_a_recursive_call_relies_on_the_default_too(monty: Sandbox) -> None:
    assert in_monty(monty, shapes.falls_back, n=1) == shapes.falls_back(1)


def test_the_injected_name_never_meets_one_of_the_task(monty: Sandbox) -> None:
    source = extract_function(vars(shapes)["__default_b"])
    assert list(source.injected) == ["__default_b_"]
    assert in_monty(monty, vars(shapes)["__default_b"]) == 7


def test_the_default_is_the_value_that_the_host_has_found() -> None:
    values = itertools.count(1)

    def numbered(x: int = next(values)) -> int:
        return x

    assert extract_function(numbered).injected == {"__default_x": 1}
    assert next(values) == 2


def test_a_default_that_cannot_enter_the_sandbox_is_refused() -> None:
    def needs(x: Any = object()) -> Any:  # noqa: B008
        return x

    with pytest.raises(BoundaryError, match=r"default of 'x'.*object cannot cross"):
        extract_function(needs)


def test_a_handle_is_a_default_that_can(monty: Sandbox) -> None:
    def uses(f: File = File("s3://a")) -> File:  # noqa: B008
        return f

    assert extract_function(uses).injected == {"__default_f": File("s3://a")}


# What has no source that Monty could run


def refusal(func: Any) -> str:
    with pytest.raises(SourceError) as caught:
        extract_function(func)
    return str(caught.value)


def test_a_star_parameter_is_refused_by_its_name() -> None:
    def many(*values: int) -> int:
        return len(values)

    def named(**options: int) -> int:
        return len(options)

    assert "many takes *values" in refusal(many)
    assert "named takes **options" in refusal(named)


def test_a_lambda_is_refused() -> None:
    assert "a lambda has no name to call it by" in refusal(shapes.small)


def test_what_is_no_python_function_is_refused_with_its_reason() -> None:
    assert "len cannot be a sandboxed task: a function written in C" in refusal(len)
    assert "it is a class" in refusal(Path)
    assert "functools.partial" in refusal(functools.partial(add, 1))
    assert "bound method" in refusal(shapes.Holder().twin)
    assert "it is a int, not a Python function" in refusal(3)


def test_a_function_without_source_is_refused_by_name() -> None:
    namespace: dict[str, Any] = {}
    exec("def made(x): return x", namespace)
    assert "the source of made cannot be found" in refusal(namespace["made"])


def test_a_file_that_changed_since_the_import_is_noticed(tmp_path: Path) -> None:
    file = tmp_path / "changing.py"
    file.write_text("def task(x):\n    return x\n")
    namespace: dict[str, Any] = {}
    exec(compile(file.read_text(), str(file), "exec"), namespace)
    file.write_text("# a line more than before\ndef task(x):\n    return x\n")
    linecache.checkcache(str(file))
    assert "was the file changed since it was imported?" in refusal(namespace["task"])


def test_a_cached_function_stands_for_itself(monty: Sandbox) -> None:
    assert in_monty(monty, shapes.cached, x=2) == 4
    assert in_monty(monty, shapes.cached_with_size, x=2) == 6


def test_another_wrapper_is_refused_for_the_sandbox_cannot_do_its_work() -> None:
    assert "wrapped is wrapped by another decorator" in refusal(shapes.wrapped)


def test_an_error_says_where_the_function_is() -> None:
    with pytest.raises(SourceError) as caught:
        extract_function(shapes.small)
    assert caught.value.filename == shapes.__file__
    assert caught.value.line == shapes.small.__code__.co_firstlineno


# Places


def file_text(source: ExtractedSource, line: int, column: int, length: int) -> str:
    at_line, at_column = source.to_file(line, column)
    text = Path(source.filename).read_text(encoding="utf-8").split("\n")[at_line - 1]
    return text[at_column - 1 : at_column - 1 + length]


@pytest.mark.parametrize(
    "func",
    [
        shapes.decorated,
        shapes.make_nested(),
        shapes.make_tabbed(),
        shapes.names_as_defaults,
        shapes.longer_than_the_name,
        shapes.over_lines,
        shapes.wide_line,
    ],
)
def test_every_place_of_the_code_maps_back_to_the_same_text(func: Any) -> None:
    source = extract_function(func)
    checked = 0
    for number, line in enumerate(source.code.split("\n"), 1):
        start = line.index("):") if number == 1 and "):" in line else 0
        for column, character in enumerate(line[start:], start + 1):
            if not character.isspace() and "__default_" not in line[max(0, column - 14) : column + 14]:
                assert file_text(source, number, column, 1) == character, (number, column)
                checked += 1
    assert checked > 5


def test_the_trailing_call_maps_to_the_definition() -> None:
    source = extract_function(add)
    assert source.to_file(source.code.count("\n") + 2, 1) == (source.first_line, 1)
    assert source.first_line == add.__code__.co_firstlineno


# Code strings (P1 to P8)


@pytest.mark.parametrize(
    ("given_source", "prepared"),
    [
        ("x + y", "x + y"),
        ("x = 1", "x = 1"),
        ("x = 1\ny = 2\nx + y", "x = 1\ny = 2\nx + y"),
        ("", "None"),
        ("  \n\t\n", "None"),
        ("42", "42"),
        ("add(x, y)", "add(x, y)"),
        ("\n    x = 1\n    x + 2\n", "x = 1\nx + 2"),
    ],
)
def test_a_code_string_is_dedented_and_stripped(given_source: str, prepared: str) -> None:
    assert prepare_code_source(given_source) == prepared


# Functions as text


def test_a_header_is_read_from_its_text() -> None:
    function = read_function(
        'async def route(order: str, /, n: "int" = 1, *, items: list[int] = [1, 2], k=K) -> dict[str, int]:\n'
        '    """Picks a carrier."""\n'
        "    return {}\n"
    )
    assert (function.name, function.is_async, function.returns) == ("route", True, "dict[str, int]")
    assert function.docstring == "Picks a carrier."
    order, n, items, k = function.parameters
    assert (order.name, order.annotation, order.type, order.kind) == ("order", "str", str, "positional_only")
    assert (order.has_default, order.default, order.default_text) == (False, None, None)
    assert (n.annotation, n.type, n.kind, n.default) == ('"int"', int, "positional_or_keyword", 1)
    assert (items.type, items.kind, items.default_text, items.default) == (
        list[int],
        "keyword_only",
        "[1, 2]",
        [1, 2],
    )
    assert (k.annotation, k.type, k.has_default, k.default_text) == (None, Any, True, "K")
    assert k.default is NOT_LITERAL


HALF_TYPED = [
    "    return (",
    "    x =",
    '    """not closed',
    "    if x\n        pass",
    "  a\n b",
    "    yield yield",
    "    match x:\n        case",
    "",
    "    f'{",
    "    \x00",
    "    return 1 +\n\ndef another(",
    "\tif 1:\n        pass",
    "    type X = = 3",
    "    ) ] }",
]


@pytest.mark.parametrize("body", HALF_TYPED)
def test_the_header_is_read_while_the_body_does_not_parse(body: str) -> None:
    function = read_function(f"def task(a: int, b: str = 'x') -> str:\n{body}")
    assert not function.parses
    assert [(p.name, p.type) for p in function.parameters] == [("a", int), ("b", str)]
    assert (function.parameters[1].default, function.returns) == ("x", "str")


def test_the_docstring_is_read_while_the_body_does_not_parse() -> None:
    assert read_function('def task(a):\n    """Says what."""\n    return (').docstring == "Says what."


def test_a_header_over_several_lines_is_read_while_the_body_does_not_parse() -> None:
    source = (
        "# note\n\ndef task(\n    a: int,  # the first: a number\n    b={'k': [1]},\n) -> str:\n    return ("
    )
    function = read_function(source)
    assert function.input_names == ["a", "b"]
    assert function.parameters[1].default == {"k": [1]}
    assert function.line == 3


@pytest.mark.parametrize(
    "header", ["def f[T](x: T, n: int = 1)", "def f[T: (int, str), *Ts](x: T, n: int = 1)"]
)
def test_type_parameters_are_read_over_by_any_python(header: str) -> None:
    function = read_function(f"{header} -> int:\n    return n")
    assert [(p.name, p.annotation, p.type) for p in function.parameters] == [
        ("x", "T", Any),
        ("n", "int", int),
    ]


def test_a_body_that_only_a_newer_python_parses_keeps_the_header() -> None:
    function = read_function("def f(x: int) -> str:\n    return f'{x!r:{'>' + '3'}}' + f'{'a'}'\n")
    assert (function.input_names, function.parses) == (["x"], sys.version_info >= (3, 12))


@pytest.mark.parametrize(
    ("source", "message", "line"),
    [
        ("", "there is no function here", 1),
        ("# only a comment\n", "there is no function here", 1),
        ("x = 1\n", "a statement beside the function", 1),
        ("def f(): pass\nx = 1", "a statement beside the function", 2),
        ("import math\ndef f(): return (", "a statement beside the function", 1),
        ("def f(): pass\n\ndef g(): pass", "more than one function: f is the task", 3),
        ("@env.task\ndef f(): pass", "a decorator on the task", 1),
        ("@env.task\ndef f(): return (", "a decorator on the task", 1),
        ("def f(a,\n  *rest): pass", "f takes *rest", 2),
        ("def f(**rest): return (", "f takes **rest", 1),
        ("def f(a, b", "header is not finished", 1),
        ("\ndef f(a, b)\n", "header is not finished", 2),
        ("def f(a b): pass", "header cannot be read", 1),
        ("def f(a, a=): pass", "header cannot be read", 1),
        ("def", "there is no function here", 1),
        ("class A: pass", "a statement beside the function", 1),
    ],
)
def test_a_text_without_one_plain_function_is_refused_with_its_line(
    source: str, message: str, line: int
) -> None:
    with pytest.raises(SourceError) as caught:
        read_function(source)
    assert message in str(caught.value)
    assert caught.value.line == line


@given(st.text() | st.text(alphabet="def f(a:int=1)->\n \t[]{}\"'\\,*/@async#"))
def test_reading_a_text_ends_in_a_function_or_a_source_error(text: str) -> None:
    for source in (text, f"def f(a: int, {text}", f"def f(a: int):\n{text}"):
        try:
            assert isinstance(read_function(source), FunctionSource)
        except SourceError as error:
            assert error.line is not None


@given(st.integers(0, 79))
def test_a_header_stays_read_wherever_the_body_is_cut(cut: int) -> None:
    source = "def f(a: int, *, b='x'):\n    y = [a, {'k': (b, '''t\n''')}]\n    return f'{y}' if b else ~a"
    header = source.index("\n")
    assert read_function(source[: header + 1 + cut]).input_names == ["a", "b"]


@pytest.mark.parametrize(
    "source", ["def f(x=" + "(" * 3000, "def f(x): return " + "-" * 100_000, "def " * 9999]
)
def test_a_hostile_text_is_read_or_refused(source: str) -> None:
    try:
        read_function(source)
    except SourceError:
        pass


# Calls


def call(source: str, given_names: list[str] | None = None) -> str:
    return trailing_call(read_function(source), given_names)


def test_a_call_leaves_out_what_is_not_given() -> None:
    assert call("def f(a, b=1, c=2): pass", ["a", "b"]) == "f(a, b)"


def test_behind_a_gap_parameters_are_passed_by_name() -> None:
    assert call("def f(a, b=1, c=2): pass", ["a", "c"]) == "f(a, c=c)"


def test_a_gap_before_a_positional_only_parameter_is_filled_with_the_default() -> None:
    assert call("def f(a, b=[1], c=2, /, d=3): pass", ["a", "c", "d"]) == "f(a, [1], c, d)"


def test_a_call_of_an_async_function_is_awaited() -> None:
    assert call("async def f(*, a): pass") == "await f(a=a)"


def test_a_gap_is_filled_with_the_value_of_the_host(monty: Sandbox) -> None:
    def gap(a: int, b: int = shapes.LIMIT, c: int = 0, /) -> list[int]:
        return [a, b, c]

    assert in_monty(monty, gap, a=1, c=3) == [1, 7, 3]


# Interfaces


def test_an_interface_has_types_and_defaults() -> None:
    def task(a: int, b: str = "x", *, c: float | None = None) -> dict[str, int]:
        return {}

    interface = interface_of(task)
    assert interface.inputs == {
        "a": (int, inspect.Parameter.empty),
        "b": (str, "x"),
        "c": (float | None, None),
    }
    assert interface.outputs == {"o0": dict[str, int]}
    assert [p.kind for p in interface.parameters] == ["positional_or_keyword"] * 2 + ["keyword_only"]


def test_a_task_that_returns_none_or_says_nothing_has_no_outputs() -> None:
    def says_none() -> None: ...

    assert interface_of(says_none).outputs == {}
    assert interface_of(add).outputs == {}
    assert interface_of(read_function("def f() -> None: pass")).outputs == {}


def test_a_missing_annotation_is_any() -> None:
    assert interface_of(add).inputs["x"] == (Any, inspect.Parameter.empty)


def test_annotations_see_the_scopes_around_the_function() -> None:
    Handle = File

    def task(f: Handle) -> list[Handle]:
        return [f]

    interface = interface_of(task)
    assert interface.inputs["f"][0] is File
    assert interface.outputs["o0"] == list[File]


def test_a_name_that_is_imported_for_type_checkers_alone_is_understood() -> None:
    def task(d: Dir) -> list[Dir]:
        return [d]

    interface = interface_of(task)
    assert interface.inputs["d"][0] is handles.Dir
    assert interface.outputs["o0"] == list[handles.Dir]


def test_an_annotation_that_nothing_defines_is_refused_by_its_parameter() -> None:
    def task(d: list[Nowhere]) -> None: ...  # noqa: F821

    with pytest.raises(BoundaryError, match=r"input 'd' has unsupported type `Nowhere`"):
        interface_of(task)


def test_an_interface_names_the_parameter_and_the_exact_part_it_refuses() -> None:
    def task(price: list[Decimal]) -> None: ...

    with pytest.raises(BoundaryError) as caught:
        interface_of(task)
    assert "input 'price' has unsupported type `Decimal` in list[Decimal]" in str(caught.value)
    assert (caught.value.filename, caught.value.line) == (__file__, task.__code__.co_firstlineno)


def test_an_interface_of_a_text_names_the_parameter_and_the_exact_part_it_refuses() -> None:
    with pytest.raises(BoundaryError, match=r"input 'price' has unsupported type `Decimal`") as caught:
        interface_of(read_function("\ndef f(price: list[Decimal]): pass"))
    assert caught.value.line == 2
    with pytest.raises(BoundaryError, match=r"output 'o0' has unsupported type `Decimal`"):
        interface_of(read_function("def f() -> Decimal: pass"))


def test_an_interface_of_a_generator_is_refused_with_the_line_of_its_yield() -> None:
    with pytest.raises(SourceError, match="cannot be a generator") as caught:
        interface_of(read_function("def f(x):\n    def inner(): return 1\n    yield x"))
    assert caught.value.line == 3


def test_a_yield_of_a_function_inside_makes_no_generator_of_the_task() -> None:
    assert interface_of(read_function("def f(x):\n    def inner(): yield 1\n    return x")).outputs == {}


# What Monty does with a header


@pytest.mark.parametrize(
    "code",
    [
        "def f(x: File) -> list[Nowhere]: return x\nf(1)",
        "def f(x):\n    y: Nowhere = x\n    return y\nf(1)",
        "y: Nowhere = 1\ny",
    ],
)
def test_monty_evaluates_no_annotation(monty: Sandbox, code: str) -> None:
    assert monty.run(code, {"x": 1}) == 1


def test_monty_does_evaluate_defaults(monty: Sandbox) -> None:
    assert "NameError" in monty.error("def f(x=K): return x\nf()")


# Laws

names = st.sampled_from(["a", "b", "c", "d"])
constants = st.sampled_from(
    ["1", "-2.5", "'text'", "None", "(1, [2])", "{'k': 1}", "3 * 4", "SHARED", "len('four')"]
)


@st.composite
def functions(draw: st.DrawFn) -> tuple[str, list[str]]:
    """A function in a file: its text, indented and decorated anyhow, and what must be given."""
    chosen = draw(st.lists(names, unique=True, max_size=4))
    positional_only = draw(st.integers(0, len(chosen)))
    keyword_only = draw(st.integers(positional_only, len(chosen)))
    defaults_from = draw(st.integers(0, len(chosen)))
    parts, required = [], []
    for index, name in enumerate(chosen):
        if index == keyword_only:
            parts.append("*")
        default = index >= defaults_from
        annotation = draw(st.sampled_from(["", ": int", ": 'list[str]'"]))
        parts.append(f"{name}{annotation}" + (f" = {draw(constants)}" if default else ""))
        if not default:
            required.append(name)
        if index + 1 == positional_only:
            parts.append("/")
    decorators = draw(st.lists(st.sampled_from(["@keep", "@keep  # def x", "@(\n    keep)"]), max_size=2))
    separator = draw(st.sampled_from([", ", ",\n    "]))
    body = draw(st.sampled_from(["return [{}]", "text = '''\ndef x\n  '''\n    return [text, {}]"]))
    lines = [*decorators, f"def task({separator.join(parts)}):", f"    {body.format(', '.join(chosen))}"]
    depth = draw(st.integers(0, 2))
    text = "\n".join(lines)
    if depth and "'''" not in text:
        text = textwrap.indent(text, "    " * depth)
        text = "\n".join("    " * level + "if True:" for level in range(depth)) + f"\n{text}"
    return f"SHARED = 9\ndef keep(func): return func\n{text}\n", required


counter = itertools.count()


def loaded(text: str) -> types.ModuleType:
    """A module of its own whose source `linecache` knows, as a notebook's cells are known."""
    name = f"<generated {next(counter)}>"
    linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
    module = types.ModuleType("generated")
    exec(compile(text, name, "exec"), module.__dict__)
    return module


@given(functions())
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_the_extracted_source_runs_to_what_python_gives(monty: Sandbox, made: tuple[str, list[str]]) -> None:
    text, required = made
    task = loaded(text).task
    values = {name: index for index, name in enumerate(required)}
    kinds = inspect.signature(task).parameters
    positional = [values[n] for n in required if kinds[n].kind is not inspect.Parameter.KEYWORD_ONLY]
    by_name = {n: values[n] for n in required if kinds[n].kind is inspect.Parameter.KEYWORD_ONLY}
    assert in_monty(monty, task, **values) == task(*positional, **by_name)


@given(functions())
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_the_text_and_the_object_have_the_same_interface(made: tuple[str, list[str]]) -> None:
    text, _ = made
    task = loaded(text).task
    source = extract_function(task)
    from_text = interface_of(read_function(source.code))
    from_object = interface_of(task)
    assert list(from_text.inputs) == list(from_object.inputs)
    assert [p.kind for p in from_text.parameters] == [p.kind for p in from_object.parameters]
    assert [t for t, _ in from_text.inputs.values()] == [t for t, _ in from_object.inputs.values()]
