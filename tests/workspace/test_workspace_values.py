"""Values as text: the law of round trips, what each type reads, and what is said of a text that does not
fit.
"""

# The types as people write them in both notations.
# ruff: noqa: UP007, UP045

from __future__ import annotations

import math
from typing import Any, Optional, Union

import pytest
from boundary_values import TYPED_VALUES, VALUES
from hypothesis import given

from sandbox_tui.sandbox.handles import DataFrame, Dir, File
from sandbox_tui.workspace.literals import LiteralError, parse_literal, write_literal
from sandbox_tui.workspace.values import fit_value, format_value, parse_value, same

# --- the laws ---


@given(VALUES)
def test_every_value_survives_as_a_literal(value: Any) -> None:
    assert same(parse_literal(write_literal(value)), value)


@given(TYPED_VALUES)
def test_a_field_of_a_value_s_type_gives_the_value_back(typed: tuple[Any, Any]) -> None:
    tp, value = typed
    assert same(parse_value(format_value(value, tp), tp), value)


@given(VALUES)
def test_a_field_of_a_value_s_own_class_needs_no_type(value: Any) -> None:
    assert same(parse_value(format_value(value), type(value)), value)


@given(VALUES)
def test_an_unannotated_parameter_gives_every_value_back(value: Any) -> None:
    from inspect import Parameter

    assert same(parse_value(format_value(value, Parameter.empty), Parameter.empty), value)


# --- what a person types ---


@pytest.mark.parametrize(
    ("text", "tp", "value"),
    [
        ("W-1", str, "W-1"),
        ("'W-1'", str, "'W-1'"),
        ("12", str, "12"),
        (" x ", str, " x "),
        ("", str, ""),
        ("None", str, "None"),
        ("2", int, 2),
        (" 1_000 ", int, 1000),
        ("007", int, 7),
        ("-0x10", int, -16),
        ("2", float, 2.0),
        ("-1e-3", float, -0.001),
        ("inf", float, math.inf),
        ("true", bool, True),
        ("False", bool, False),
        ("b'\\x00a'", bytes, b"\x00a"),
        ("", None, None),
        ("None", type(None), None),
        ("[1, 2]", list[int], [1, 2]),
        ("[1, 2]", list[float], [1.0, 2.0]),
        ("[1, 2]", tuple[int, ...], (1, 2)),
        ("(1, 'a')", tuple[int, str], (1, "a")),
        ("[1, 1]", set[int], {1}),
        ("{1}", frozenset[int], frozenset({1})),
        ('{"a": true, "b": null}', dict, {"a": True, "b": None}),
        ('{"1": 2}', dict[int, int], {1: 2}),
        ("['a']", list, ["a"]),
        ("s3://bucket/a b", File, File("s3://bucket/a b")),
        ("data/", Dir, Dir("data/")),
        ('[{"file": "a"}, "b"]', list[File], [File("a"), File("b")]),
        ("{'t': DataFrame('x')}", dict[str, DataFrame], {"t": DataFrame("x")}),
        ("[File('a')]", list, [File("a")]),
        ('{"file": "a"}', dict, {"file": "a"}),
        ("", Optional[int], None),
        ("None", Optional[str], None),
        ("'None'", Optional[str], "None"),
        ("abc", Optional[str], "abc"),
        ("it's", str | None, "it's"),
        ("3", int | str, 3),
        ("'3'", int | str, "3"),
        ("3", Union[float, str], 3.0),
        ("3", Union[float, int], 3),
        ("a.csv", File | None, File("a.csv")),
        ("12", Any, 12),
        ("twelve", Any, "twelve"),
        ("'12'", Any, "12"),
        ("{'a': (1,)}", Any, {"a": (1,)}),
    ],
)
def test_a_text_is_read_by_the_type(text: str, tp: Any, value: Any) -> None:
    assert same(parse_value(text, tp), value)


def test_json_escapes_are_json_s() -> None:
    assert parse_value(r'["\ud83d\ude00", "a\/b"]', list[str]) == ["\U0001f600", "a/b"]


@pytest.mark.parametrize(
    ("text", "tp", "message"),
    [
        ("two", int, "expected a whole number, got 'two'"),
        ("2.5", int, "expected a whole number, got '2.5'"),
        ("", int, "expected int, got nothing"),
        ("yes", bool, "expected true or false, got 'yes'"),
        ("x", float, "expected a number, got 'x'"),
        ("abc", bytes, "expected bytes such as b'abc', got 'abc': not a literal: abc"),
        ("[1, 'x']", list[int], "[1]: expected int, got str 'x'"),
        ("{'a': [1]}", dict[str, list[str]], "['a'][0]: expected str, got int 1"),
        ("(1, 2, 3)", tuple[int, int], "expected tuple[int, int], got 3 values"),
        ("(1,)", list[int], "expected list[int], got tuple (1,)"),
        ("x", int | float, "expected int | float, got 'x'"),
        ("x", Optional[int], "expected int | None, got 'x'"),
        ("[open('x')]", list, "expected list, got \"[open('x')]\": not a literal: open('x')"),
        ("[1", list, "expected list, got '[1': not a Python literal or JSON"),
        ("[9007199254740993]", list[float], "[0]: a float cannot hold 9007199254740993 exactly"),
        ("[[]]", set, "expected set, got list [[]]"),
        (
            "{[]: 1}",
            dict,
            "expected dict, got '{[]: 1}': a list, dict or set cannot be an element or key of a dict",
        ),
        ('{"x": 2}', dict[int, int], " key: expected a whole number, got 'x'"),
    ],
)
def test_a_text_that_does_not_fit_is_refused_in_one_clear_line(text: str, tp: Any, message: str) -> None:
    with pytest.raises(ValueError) as raised:
        parse_value(text, tp)
    assert str(raised.value) == message


@pytest.mark.parametrize("tp", [int, Any, list])
def test_a_number_beyond_python_s_decimal_limit_says_how_to_write_it(tp: Any) -> None:
    text = "9" * 5000 if tp is not list else f"[{'9' * 5000}]"
    with pytest.raises(ValueError, match="hexadecimal"):
        parse_value(text, tp)


def test_a_number_of_any_size_is_exact_in_hexadecimal() -> None:
    assert parse_value(hex(7**9000), int) == 7**9000


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        "-" * 100_000 + "1",
        "1" + "+1" * 100_000,
        "not " * 50_000 + "1",
        "a" + ".b" * 100_000,
        "(" * 150,
        "\0",
        "f'{1}'",
        "1 if 1 else 2",
        "(x := 1)",
        "lambda: 1",
        "{**{}}",
        "[*[1]]",
        "1j",
        "...",
        "__import__('os').system('x')",
        "File(open('x'))",
        "set(1)",
    ],
)
def test_hostile_text_is_refused_and_nothing_is_evaluated(text: str) -> None:
    with pytest.raises(LiteralError):
        parse_literal(text)


def test_an_unknown_escape_prints_no_warning(recwarn: pytest.WarningsRecorder) -> None:
    assert parse_value(r"'\d'", Any) == r"\d"
    assert not recwarn.list


def test_equal_sets_are_written_alike() -> None:
    assert write_literal({3, 1, 2}) == write_literal({2, 3, 1}) == "{1, 2, 3}"


def test_what_cannot_cross_has_no_text() -> None:
    with pytest.raises(ValueError, match="complex cannot cross"):
        format_value([1j])


def test_a_value_that_holds_itself_has_no_text() -> None:
    value: list[Any] = []
    value.append(value)
    with pytest.raises(ValueError, match="nested too deeply"):
        format_value(value)


def test_a_value_from_json_is_fitted_to_declared_types() -> None:
    assert same(fit_value([1, [2]], tuple[float, tuple[int, ...]]), (1.0, (2,)))
