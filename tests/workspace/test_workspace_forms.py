"""Values in TOML and JSON files: lossless in TOML, the forms of what TOML cannot say, JSON for output and
inputs.
"""

from __future__ import annotations

import json
import tomllib
from datetime import date
from typing import Any

import pytest
from boundary_values import VALUES
from hypothesis import given

from sandbox_tui.sandbox.handles import DataFrame, Dir, File
from sandbox_tui.workspace.forms import FormError
from sandbox_tui.workspace.toml_write import render_entry
from sandbox_tui.workspace.values import from_json, from_toml, same, to_json, to_toml


def through_toml(value: Any) -> Any:
    text = render_entry("value", to_toml(value))
    return from_toml(tomllib.loads(text.encode().decode())["value"])


@given(VALUES)
def test_every_value_survives_a_toml_file(value: Any) -> None:
    assert same(through_toml(value), value)


@given(VALUES)
def test_every_value_can_be_said_in_json(value: Any) -> None:
    assert json.loads(json.dumps(to_json(value), allow_nan=False)) == to_json(value)


@given(VALUES)
def test_what_json_says_of_a_value_reads_as_the_value_up_to_arrays(value: Any) -> None:
    assert same(to_json(from_json(to_json(value))), to_json(value))


@pytest.mark.parametrize(
    ("value", "data"),
    [
        (9.5, 9.5),
        (2**63 - 1, 2**63 - 1),
        ({"a": [1, "x"]}, {"a": [1, "x"]}),
        (None, {"py": "None"}),
        ((1, b"x"), {"py": "(1, b'x')"}),
        ({1, 2}, {"py": "{1, 2}"}),
        (2**63, {"py": "9223372036854775808"}),
        ({1: "a"}, {"py": "{1: 'a'}"}),
        ([None], [{"py": "None"}]),
        (File("s3://x"), {"file": "s3://x"}),
        ([Dir("d"), DataFrame("t")], [{"dir": "d"}, {"dataframe": "t"}]),
        ((File("s3://x"),), {"py": "(File('s3://x'),)"}),
        ({"file": "x"}, {"py": "{'file': 'x'}"}),
        ({"py": 1}, {"py": "{'py': 1}"}),
        ({"file": "x", "b": 1}, {"file": "x", "b": 1}),
    ],
)
def test_toml_says_what_it_can_and_leaves_the_rest_to_forms(value: Any, data: Any) -> None:
    assert to_toml(value) == data
    assert same(from_toml(data), value)


@pytest.mark.parametrize(
    ("value", "data"),
    [
        ((1, {2}), [1, [2]]),
        (b"x", {"py": "b'x'"}),
        (float("nan"), {"py": "nan"}),
        ({1: 2}, {"py": "{1: 2}"}),
        (File("u"), {"file": "u"}),
        ({"file": "u"}, {"py": "{'file': 'u'}"}),
        (10**30, 10**30),
    ],
)
def test_json_has_arrays_for_tuples_and_sets_and_forms_for_the_rest(value: Any, data: Any) -> None:
    assert to_json(value) == data


def test_json_output_is_total() -> None:
    assert to_json([ValueError("x"), 1j]) == [{"py": "ValueError('x')"}, {"py": "1j"}]


def test_a_whole_number_too_long_for_json_is_a_form() -> None:
    assert from_json(to_json(10**5000)) == 10**5000


@pytest.mark.parametrize(
    ("data", "message", "path"),
    [
        (date(2026, 1, 1), "a date cannot cross the boundary; write it as text", ()),
        ({"a": [0, date(2026, 1, 1)]}, "a date cannot cross the boundary; write it as text", ("a", 1)),
        ({"py": 3}, "py takes a text, got int", ()),
        ({"x": {"file": []}}, "file takes a text, got list", ("x",)),
        ({"py": "open('x')"}, "py = \"open('x')\": not a literal: open('x')", ()),
    ],
)
def test_a_bad_value_in_a_file_names_its_place(data: Any, message: str, path: tuple[str | int, ...]) -> None:
    with pytest.raises(FormError) as raised:
        from_toml(data)
    assert (str(raised.value), raised.value.path) == (message, path)
