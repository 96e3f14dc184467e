"""What may cross the boundary: types, and values against types."""

from __future__ import annotations

import ast
import collections
import datetime
import enum
import inspect
import typing
from dataclasses import dataclass
from decimal import Decimal
from pathlib import PurePosixPath
from typing import Any, Dict, List, Optional, Set, Tuple, Union  # noqa: UP035

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from static_monty import Sandbox, sandbox

from sandbox_tui.lint.annotations import annotation_problems
from sandbox_tui.sandbox.boundary import (
    MAX_DEPTH,
    checker,
    crossing_problem,
    resolve_annotation,
    type_text,
    validate_sandboxed_interface,
)
from sandbox_tui.sandbox.errors import BoundaryError
from sandbox_tui.sandbox.handles import DataFrame, Dir, File

EMPTY = inspect.Parameter.empty


class Custom:
    pass


@pytest.fixture(scope="module")
def monty() -> typing.Iterator[Sandbox]:
    with sandbox() as running:
        yield running


def allowed(tp: Any) -> None:
    validate_sandboxed_interface({"x": (tp, EMPTY)}, {})
    validate_sandboxed_interface({}, {"o0": tp})


def refusal(tp: Any) -> str:
    with pytest.raises(TypeError) as caught:
        validate_sandboxed_interface({"price": (tp, EMPTY)}, {})
    assert isinstance(caught.value, BoundaryError)
    return str(caught.value)


# Interfaces (facts of Flyte, T1 to T13)


@pytest.mark.parametrize("tp", [int, float, str, bool, bytes])
def test_primitive_types_are_allowed(tp: Any) -> None:
    allowed(tp)


def test_none_is_allowed_in_and_out() -> None:
    allowed(type(None))
    allowed(None)


@pytest.mark.parametrize("tp", [List[int], Dict[str, float], Tuple[int, str], Set[bool]])  # noqa: UP006
def test_generic_collections_are_allowed(tp: Any) -> None:
    allowed(tp)


@pytest.mark.parametrize("tp", [List[Dict[str, List[int]]], dict[str, tuple[int, ...]], list[set[str]]])  # noqa: UP006
def test_nested_collections_are_allowed(tp: Any) -> None:
    allowed(tp)


@pytest.mark.parametrize("tp", [Optional[int], Optional[str], Union[int, str]])  # noqa: UP007, UP045
def test_optional_and_union_are_allowed(tp: Any) -> None:
    allowed(tp)


@pytest.mark.parametrize("tp", [int | None, list[int] | None, int | list[File | None]])
def test_the_bar_makes_an_allowed_union(tp: Any) -> None:
    allowed(tp)


@pytest.mark.parametrize("tp", [File, Dir, DataFrame, list[File], dict[str, Dir]])
def test_handles_are_allowed(tp: Any) -> None:
    allowed(tp)


@pytest.mark.parametrize("tp", [list, dict, tuple, set, frozenset, List, Dict])  # noqa: UP006
def test_bare_collections_are_allowed(tp: Any) -> None:
    allowed(tp)


def test_an_empty_interface_is_allowed() -> None:
    validate_sandboxed_interface({}, {})


def test_a_parameter_without_annotation_is_allowed() -> None:
    validate_sandboxed_interface({"x": (EMPTY, EMPTY)}, {"o0": EMPTY})


def test_any_is_allowed() -> None:
    allowed(Any)


def test_a_custom_class_is_an_unsupported_input() -> None:
    assert "unsupported type" in refusal(Custom)


def test_a_custom_class_is_an_unsupported_output() -> None:
    with pytest.raises(TypeError, match="unsupported type"):
        validate_sandboxed_interface({}, {"o0": Custom})


def test_a_list_of_a_custom_class_is_unsupported() -> None:
    assert "unsupported type" in refusal(List[Custom])  # noqa: UP006


def test_the_refusal_names_the_parameter() -> None:
    assert "price" in refusal(Custom)


@pytest.mark.parametrize(
    ("tp", "part"),
    [
        (list[Decimal], "Decimal"),
        (dict[str, list[Custom]], "Custom"),
        (int | Custom, "Custom"),
        (tuple[int, datetime.date], "date"),
        (collections.OrderedDict[str, int], "collections.OrderedDict"),
        (typing.Sequence[int], "Sequence"),
        (typing.Literal["a"], "Literal"),
        (typing.Callable[[int], int], "Callable"),
        (bytearray, "bytearray"),
        (object, "object"),
        (type, "type"),
    ],
)
def test_the_refusal_names_the_exact_part(tp: Any, part: str) -> None:
    assert f"unsupported type `{part}`" in refusal(tp)


def test_the_refusal_of_a_part_names_the_whole_as_well() -> None:
    assert "unsupported type `Decimal` in list[Decimal]" in refusal(list[Decimal])


def test_a_string_annotation_is_allowed() -> None:
    allowed("list[int] | None")


def test_a_string_inside_a_generic_is_allowed() -> None:
    allowed(list["int"])
    allowed(List["File"])  # noqa: UP006


def test_a_string_annotation_is_refused_by_its_exact_part() -> None:
    assert "unsupported type `Decimal`" in refusal("dict[str, Decimal]")


# Annotations as text


@pytest.mark.parametrize(
    ("text", "tp"),
    [
        ("int", int),
        ("None", type(None)),
        ("list[int]", list[int]),
        ("List[int]", list[int]),
        ("typing.List[int]", list[int]),
        ("Optional[str]", str | None),
        ("typing.Optional[str]", str | None),
        ("Union[int, str]", int | str),
        ("int | None", int | None),
        ("dict[str, list[File]]", dict[str, list[File]]),
        ("flyte.io.File", File),
        ("tuple[int, ...]", tuple[int, ...]),
        ("tuple[()]", tuple[()]),
        ("'list[int]'", list[int]),
        ("list['int']", list[int]),
        ("Any", Any),
        ("typing.Any", Any),
        ("frozenset[bytes]", frozenset[bytes]),
        (" int ", int),
    ],
)
def test_an_annotation_is_resolved_from_its_text(text: str, tp: Any) -> None:
    assert resolve_annotation(text) == tp


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("list[Decimal]", "Decimal"),
        ("dict[str, np.ndarray]", "np.ndarray"),
        ("__import__('os').system('x')", "__import__('os').system('x')"),
        ("list[int, str]", "list[int, str]"),
        ("dict[str]", "dict[str]"),
        ("list[...]", "list[...]"),
        ("tuple[..., int]", "tuple[..., int]"),
        ("Optional", "Optional"),
        ("int[str]", "int[str]"),
        ("3", "3"),
        ("[int]", "[int]"),
        ("int | Decimal", "Decimal"),
        ("int |", "int |"),
        ("", "''"),
        ("list[()]", "list[()]"),
    ],
)
def test_an_annotation_that_cannot_cross_is_refused_by_its_exact_part(text: str, part: str) -> None:
    with pytest.raises(BoundaryError) as caught:
        resolve_annotation(text)
    assert f"unsupported type `{part}`" in str(caught.value)


def test_a_class_that_only_has_the_name_of_a_handle_is_told_apart() -> None:
    other = type("File", (), {"__module__": "other.place"})
    assert "unsupported type `other.place.File`" in refusal(other)


def test_the_refusal_says_what_to_write_instead() -> None:
    assert "unsupported type `Sequence` in Sequence[int]: write list" in refusal(typing.Sequence[int])
    assert "pass it as str (or float)" in refusal(list[Decimal])


annotations = st.recursive(
    st.sampled_from(
        [
            "int",
            "None",
            "'str'",
            "List",
            "typing.Any",
            "File",
            "Decimal",
            "Optional",
            "...",
            "tuple",
            "a.b",
            "3",
        ]
    ),
    lambda inner: (
        st.builds("{}[{}]".format, inner, st.lists(inner, min_size=1, max_size=2).map(", ".join))
        | st.builds("{} | {}".format, inner, inner)
        | inner.filter(lambda text: "'" not in text).map("'{}'".format)
    ),
    max_leaves=5,
)


@given(annotations)
def test_what_the_linter_lets_pass_is_what_resolves(text: str) -> None:
    if annotation_problems(ast.parse(text, mode="eval").body):
        with pytest.raises(BoundaryError):
            resolve_annotation(text)
    else:
        resolve_annotation(text)


def test_resolving_an_annotation_evaluates_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(BoundaryError):
        resolve_annotation("list[print('evaluated')]")
    assert capsys.readouterr().out == ""


def test_a_hostile_annotation_is_refused_and_not_a_crash() -> None:
    nested = "list[" * 5000 + "int" + "]" * 5000
    for text in (
        nested,
        "(" * 10_000,
        "-" * 100_000 + "1",
        "int\0",
        "a." * 20_000 + "b",
        "int | " * 5000 + "int",
    ):
        with pytest.raises(BoundaryError):
            resolve_annotation(text)


# Every type that the boundary knows, in the form that `resolve_annotation` gives.
scalars = st.sampled_from([int, float, str, bool, bytes, type(None)])
containers = st.sampled_from([list, dict, tuple, set, frozenset, tuple[()]])
leaves = st.one_of(scalars, containers, st.sampled_from([File, Dir, DataFrame, Any]))
types_ = st.recursive(
    leaves,
    lambda inner: st.one_of(
        inner.map(lambda t: list[t]),
        inner.map(lambda t: tuple[t, ...]),
        scalars.map(lambda t: set[t]),
        scalars.map(lambda t: frozenset[t]),
        st.tuples(scalars, inner).map(lambda kv: dict[kv]),
        st.lists(inner, min_size=1, max_size=3).map(lambda ts: tuple[tuple(ts)]),
        st.lists(inner, min_size=1, max_size=3).map(lambda ts: Union[tuple(ts)]),  # noqa: UP007
    ),
    max_leaves=6,
)


@given(types_)
def test_the_text_of_a_type_resolves_to_that_type(tp: Any) -> None:
    assert resolve_annotation(type_text(tp)) == tp


@pytest.mark.parametrize(
    ("tp", "text"),
    [
        (list[int], "list[int]"),
        (Optional[str], "str | None"),  # noqa: UP045
        (Union[None, int, str], "int | str | None"),  # noqa: UP007
        (File, "File"),
        (Any, "Any"),
        (tuple[int, ...], "tuple[int, ...]"),
        (Custom, "Custom"),
    ],
)
def test_a_type_reads_as_one_would_write_it(tp: Any, text: str) -> None:
    assert type_text(tp) == text


# Values against types


def accepted(tp: Any, value: Any) -> None:
    assert checker(tp)(value, "x") is value


def problem(tp: Any, value: Any, *, outgoing: bool = False, path: str = "x") -> str:
    with pytest.raises(BoundaryError) as caught:
        checker(tp, outgoing=outgoing)(value, path)
    return str(caught.value)


@pytest.mark.parametrize(
    ("tp", "value"),
    [
        (int, 5),
        (float, 1.5),
        (str, "a"),
        (bool, True),
        (bytes, b"a"),
        (type(None), None),
        (File, File("a")),
        (list, [1, "a", None]),
        (tuple[int, str], (1, "a")),
        (tuple[int, ...], ()),
        (tuple[()], ()),
        (dict[str, int], {"a": 1}),
        (set[int], {1}),
        (int | None, None),
        (Any, [{"a": (1, b"x", {2})}]),
        (EMPTY, 5),
    ],
)
def test_a_value_of_the_type_is_accepted(tp: Any, value: Any) -> None:
    accepted(tp, value)


def test_the_problem_names_the_path_from_the_root() -> None:
    value = [{"price": 1.0}] * 3 + [{"price": "a"}]
    assert problem(list[dict[str, float]], value, path="inputs.items") == (
        "inputs.items[3]['price']: expected float, got str"
    )


def test_the_error_carries_the_path() -> None:
    with pytest.raises(BoundaryError) as caught:
        checker(list[int])([1, "a"], "inputs.xs")
    assert caught.value.path == "inputs.xs[1]"


def test_a_set_element_and_a_dict_key_have_a_path() -> None:
    assert problem(set[int], {"a"}) == "x{'a'}: expected int, got str"
    assert problem(dict[str, int], {1: 1}) == "x[key 1]: expected str, got int"


def test_an_int_is_a_float_and_a_bool_is_neither() -> None:
    accepted(float, 1)
    assert problem(int, True) == "x: expected int, got bool"
    assert problem(float, True) == "x: expected float, got bool"
    assert problem(list[int], [1, True]) == "x[1]: expected int, got bool"


def test_a_union_says_all_its_alternatives() -> None:
    assert problem(int | str | None, 1.5) == "x: expected int | str | None, got float"


def test_inside_the_alternative_of_the_right_shape_the_path_goes_on() -> None:
    assert problem(list[int] | None, [1, "a"]) == "x[1]: expected int, got str"


def test_a_tuple_of_the_wrong_length_is_refused() -> None:
    assert problem(tuple[int, str], (1,)) == "x: expected tuple[int, str], got a tuple of 1"


def test_a_list_is_no_tuple() -> None:
    assert problem(tuple[int, ...], [1]) == "x: expected tuple[int, ...], got list"


def test_a_text_is_no_handle() -> None:
    assert problem(File, "/etc/hosts") == "x: expected File, got str"


def test_a_tagged_dict_is_no_handle() -> None:
    assert "expected File, got dict" in problem(File, {"__flyte_io_type__": "File", "path": "/etc/hosts"})


def test_a_handle_of_another_kind_is_refused() -> None:
    assert problem(File, Dir("a")) == "x: expected File, got Dir"


def test_the_contents_of_a_bare_container_must_cross() -> None:
    assert problem(list, [1, [Custom()]]) == "x[1][0]: Custom cannot cross the boundary"
    assert problem(dict, {"a": {1: bytearray()}}) == "x['a'][1]: bytearray cannot cross the boundary"


def test_a_class_and_a_function_cannot_cross() -> None:
    assert problem(Any, Custom) == "x: a class (Custom) cannot cross the boundary"
    assert problem(Any, len) == "x: a function (len) cannot cross the boundary"


def test_a_lone_surrogate_is_refused_with_its_path() -> None:
    assert problem(list[str], ["a", "é\ud800"]) == (
        "x[1]: text with a lone surrogate (character 2) cannot cross the boundary"
    )
    assert problem(Any, {"a\udfff": 1}).startswith("x[key 'a\\udfff']: text with a lone surrogate")


def test_a_cyclic_value_is_refused_and_not_followed() -> None:
    cycle: list[Any] = [1]
    cycle.append({"again": cycle})
    assert problem(Any, cycle) == "x: is cyclic, which cannot cross the boundary"
    assert problem(list[Any], [cycle]) == "x: is cyclic, which cannot cross the boundary"


def test_a_value_nested_too_deep_is_refused() -> None:
    deep: Any = 1
    for _ in range(MAX_DEPTH + 1):
        deep = [deep]
    assert f"nested more than {MAX_DEPTH} levels deep" in problem(Any, deep)
    accepted(Any, deep[0])


def test_a_value_that_shares_its_parts_is_looked_at_once() -> None:
    shared: Any = [1]
    for _ in range(60):
        shared = [shared, shared]
    accepted(Any, shared)


def test_a_handle_cannot_be_a_set_element_or_a_key() -> None:
    message = "a File handle cannot be a set element or a dict key in the sandbox"
    assert message in problem(set, {File("a")})
    assert message in problem(dict[File, int], {File("a"): 1})
    assert message in problem(Any, {(1, File("a")): 1})


def test_dates_and_exceptions_cross_where_anything_may() -> None:
    accepted(Any, [datetime.date(2020, 1, 2), datetime.timedelta(1), ValueError("a")])


def test_a_type_that_cannot_cross_has_no_checker() -> None:
    with pytest.raises(BoundaryError, match="unsupported type `Decimal`"):
        checker(list[Decimal])


def test_crossing_problem_is_none_for_what_can_cross() -> None:
    assert crossing_problem({"a": [1, File("x")]}, "x") is None
    assert crossing_problem([object()], "answer") == "answer[0]: object cannot cross the boundary"


# Subclasses: what the check accepts is what Monty carries over as the base


class Level(enum.IntEnum):
    HIGH = 3


class Name(str):
    pass


class Rows(list):
    pass


Point = collections.namedtuple("Point", "x y")


@pytest.mark.parametrize(
    ("tp", "value"),
    [
        (int, Level.HIGH),
        (str, Name("a")),
        (list[int], Rows([1])),
        (dict[str, int], collections.OrderedDict(a=1)),
        (dict[str, int], collections.Counter("a")),
        (tuple[int, int], Point(1, 2)),
    ],
)
def test_a_subclass_is_accepted_and_crosses_as_its_base(monty: Sandbox, tp: Any, value: Any) -> None:
    accepted(tp, value)
    assert monty.run("x", {"x": value}) == value


@pytest.mark.parametrize(
    "value", [bytearray(b"a"), Custom(), range(3), PurePosixPath, 1j, [b"x", memoryview(b"y")]]
)
def test_what_the_check_refuses_monty_does_not_carry(monty: Sandbox, value: Any) -> None:
    assert crossing_problem(value, "x") is not None


# What Monty sends in the place of what it cannot send


@pytest.mark.parametrize(
    "code",
    [
        "def f(): pass\nf",
        "lambda: 1",
        "range(3)",
        "range(0, 9, 2)",
        "slice(1, 2)",
        "{1: 2}.keys()",
        "{1: 2}.items()",
        "iter([1])",
        "print",
        "int",
        "class A: pass\nA",
        "class A: pass\nA()",
        "class A:\n    def m(self): pass\nA().m",
        "import math\nmath",
        "import math\nmath.sqrt",
        "async def f(): pass\nf()",
        "import re\nre.match('a', 'a')",
    ],
)
@pytest.mark.parametrize("wrapped", ["{}", "[1, {}]", "{{'k': {}}}"])
def test_a_stand_in_cannot_leave_the_sandbox(monty: Sandbox, code: str, wrapped: str) -> None:
    *lines, last = code.split("\n")
    value = monty.run("\n".join([*lines, wrapped.format(last)]))
    assert crossing_problem(value, "result", outgoing=True) is not None
    with pytest.raises(BoundaryError):
        checker(Any, outgoing=True)(value, "result")


def test_a_function_is_no_text_even_where_text_is_declared(monty: Sandbox) -> None:
    assert "stands for something of the sandbox" in problem(str, monty.run("def f(): pass\nf"), outgoing=True)


def test_an_instance_of_a_class_of_the_sandbox_is_called_so(monty: Sandbox) -> None:
    value = monty.run("class File: pass\n[File()]")
    assert problem(list[File], value, outgoing=True, path="result") == (
        "result[0]: an instance of a class made in the sandbox (File) cannot leave it"
    )


@pytest.mark.parametrize("code", ["'<b>bold</b>'", "'range'", "'dict_keys'", "'int'", "'list of | things'"])
def test_a_text_that_only_looks_odd_may_leave(monty: Sandbox, code: str) -> None:
    value = monty.run(code)
    assert checker(str, outgoing=True)(value, "result") == value


def test_a_value_cut_by_nesting_is_not_taken_for_the_value(monty: Sandbox) -> None:
    value = monty.run("a = 1\nfor i in range(2000): a = [a]\na")
    assert crossing_problem(value, "result", outgoing=True) is not None


def test_a_value_that_would_not_end_when_written_out_cannot_leave(monty: Sandbox) -> None:
    value = monty.run("a = [1]\nfor i in range(50): a = [a, a]\n{'k': a}")
    assert "is too large: its parts are shared" in str(crossing_problem(value, "x", outgoing=True))
    assert crossing_problem([[0] * 1000 for _ in range(20)], "x", outgoing=True) is None


# Laws

VALUES: dict[Any, st.SearchStrategy[Any]] = {
    int: st.integers(),
    float: st.floats() | st.integers(),
    str: st.text(),
    bool: st.booleans(),
    bytes: st.binary(),
    type(None): st.none(),
    Any: st.integers() | st.lists(st.text()),
    File: st.text().map(File),
    Dir: st.text().map(Dir),
    DataFrame: st.text().map(DataFrame),
    list: st.lists(st.integers()),
    dict: st.dictionaries(st.text(), st.none()),
    tuple: st.lists(st.booleans()).map(tuple),
    set: st.sets(st.integers()),
    frozenset: st.frozensets(st.integers()),
}


def values_of(tp: Any) -> st.SearchStrategy[Any]:
    origin, args = typing.get_origin(tp), typing.get_args(tp)
    if origin is None:
        return VALUES[tp]
    if origin is tuple:
        if len(args) == 2 and args[1] is Ellipsis:
            return st.lists(values_of(args[0]), max_size=3).map(tuple)
        return st.tuples(*(values_of(arg) for arg in args))
    if origin is dict:
        return st.dictionaries(values_of(args[0]), values_of(args[1]), max_size=3)
    if origin in (list, set, frozenset):
        return st.lists(values_of(args[0]), max_size=3).map(origin)
    return st.one_of(*(values_of(arg) for arg in args))


@given(types_.flatmap(lambda tp: st.tuples(st.just(tp), values_of(tp))))
@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow])
def test_every_value_of_a_type_passes_its_check(pair: tuple[Any, Any]) -> None:
    tp, value = pair
    assert checker(tp)(value, "x") is value


@given(types_.flatmap(lambda tp: values_of(tp)))
@settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow])
def test_every_value_of_an_allowed_type_can_cross(value: Any) -> None:
    assert crossing_problem(value, "x") is None


@dataclass
class Everything:
    """Looks like nothing that the boundary knows."""

    x: int = 1


@given(types_, st.sampled_from([Everything(), object(), bytearray(), 1j]))
def test_no_type_accepts_a_foreign_object(tp: Any, value: Any) -> None:
    with pytest.raises(BoundaryError):
        checker(tp)(value, "x")
