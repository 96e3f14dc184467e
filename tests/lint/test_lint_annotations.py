"""The table of boundary types: what it accepts and refuses, and that the engine's own reading agrees."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox_tui.lint.annotations import annotation_problems, text_problems
from sandbox_tui.sandbox.annotations import resolve_annotation
from sandbox_tui.sandbox.errors import BoundaryError

ACCEPTED = [
    *("int", "float", "str", "bool", "bytes", "None", "list", "dict", "tuple", "set", "frozenset"),
    *("list[int]", "dict[str, int]", "tuple[int, ...]", "tuple[int, str]", "tuple[()]", "set[str]"),
    *("List", "List[int]", "Dict[str, List[int]]", "Tuple[int, ...]", "Set[int]", "FrozenSet[str]"),
    *("Optional[int]", "Union[int, str]", "int | None", "int | str | None", "Any", "list[Any]"),
    *("File", "Dir", "DataFrame", "list[File]", "dict[str, File | None]"),
    *("typing.List[int]", "typing.Any", "typing.Optional[typing.Dict[str, int]]", "flyte.io.File"),
    *("sandbox_tui.File", "builtins.int", "types.NoneType", "'int'", "list['int']", "'list[\"int\"]'"),
]

REFUSED = {
    "Decimal": ["Decimal"],
    "list[Decimal]": ["Decimal"],
    "dict[Foo, list[Bar]]": ["Foo", "Bar"],
    "int | Foo": ["Foo"],
    "Foo[int]": ["Foo"],
    "a.b.Foo": ["a.b.Foo"],
    "dict[int]": ["dict[int]"],
    "list[int, str]": ["list[int, str]"],
    "list[()]": ["list[()]"],
    "tuple[..., int]": ["tuple[..., int]"],
    "tuple[int, ..., str]": ["tuple[int, ..., str]"],
    "tuple[..., ...]": ["tuple[..., ...]"],
    "list[...]": ["list[...]"],
    "Optional": ["Optional"],
    "Union": ["Union"],
    "Optional[int, str]": ["Optional[int, str]"],
    "int[str]": ["int[str]"],
    "Any[int]": ["Any[int]"],
    "'list'[int]": ["'list'[int]"],
    "1": ["1"],
    "...": ["..."],
    "int + str": ["int + str"],
    "int or None": ["int or None"],
    "f(int)": ["f(int)"],
    "[int]": ["[int]"],
    "lambda: int": ["lambda: int"],
    "'Foo'": ["'Foo'"],
    "'not a type'": ["'not a type'"],
    "callable": ["callable"],
    "typing.Sequence[int]": ["typing.Sequence"],
}


def refused_parts(text: str) -> list[str]:
    node = ast.parse(text, mode="eval").body
    return [ast.get_source_segment(text, part) or "" for part, _ in annotation_problems(node)]


@pytest.mark.parametrize("text", ACCEPTED)
def test_what_may_cross(text: str) -> None:
    assert refused_parts(text) == []


@pytest.mark.parametrize(("text", "parts"), REFUSED.items())
def test_the_exact_part_that_may_not(text: str, parts: list[str]) -> None:
    assert refused_parts(text) == parts


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("list[Decimal]", "unsupported type `Decimal`: pass it as str (or float); int, float, str"),
        ("dict[int]", "dict takes two types, of keys and values: dict[str, int]; here are 1"),
        ("list[int, str]", "list takes one type: list[int]; here are 2"),
        ("Optional", "Optional needs types in brackets, such as Optional[int]"),
        ("datetime.datetime", "unsupported type `datetime.datetime`: pass it as str (ISO 8601)"),
    ],
)
def test_messages_say_what_to_write(text: str, message: str) -> None:
    (found,) = text_problems(text)
    assert found.startswith(message)


def engine_accepts(text: str) -> bool:
    try:
        resolve_annotation(text)
    except BoundaryError:
        return False
    return True


@pytest.mark.parametrize("text", [*ACCEPTED, *REFUSED])
def test_the_engine_agrees(text: str) -> None:
    assert engine_accepts(text) == (text_problems(text) == [])


NAMES = st.sampled_from(
    [
        *(
            "int",
            "str",
            "None",
            "list",
            "dict",
            "tuple",
            "set",
            "Any",
            "Optional",
            "Union",
            "File",
            "Foo",
            "...",
        ),
        *(
            "typing.List",
            "t.Dict",
            "flyte.io.Dir",
            "io.File",
            "x.int",
            "builtins.str",
            "types.NoneType",
            "'int'",
        ),
        *("'list[int]'", "'Foo'", "1", "Decimal", "typing.File", "flyte.int", "frozenset", "Tuple", "'('"),
    ]
)
ANNOTATIONS = st.recursive(
    NAMES,
    lambda inner: st.one_of(
        st.tuples(NAMES, st.lists(inner, min_size=1, max_size=3)).map(lambda p: f"{p[0]}[{', '.join(p[1])}]"),
        st.tuples(inner, inner).map(lambda pair: f"{pair[0]} | {pair[1]}"),
        inner.map(lambda each: f"({each})"),
        inner.map(lambda each: f"{each}[()]"),
    ),
    max_leaves=8,
)


@given(ANNOTATIONS)
@settings(max_examples=1_000, deadline=None)
def test_the_engine_agrees_on_any_annotation(text: str) -> None:
    assert engine_accepts(text) == (text_problems(text) == [])
