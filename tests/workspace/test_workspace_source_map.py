"""Places of a source in the TOML file that holds it."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox_tui.workspace.source_map import SourceMap, locate

KEY = ("task", "source")


def mapped(value: str, before: str = "format = 1\n[task]\n") -> SourceMap:
    """The map of a source that is written as `value`."""
    text = f'{before}source = {value}\nname = "a"\n'
    found = locate(text, KEY)
    assert found is not None
    assert found.source == tomllib.loads(text)["task"]["source"]
    return found


@pytest.mark.parametrize("quote", ['"""', "'''"])
def test_the_line_feed_behind_the_opening_quotes_is_left_out(quote: str) -> None:
    found = mapped(f"{quote}\nab\n  cd\n{quote}")
    assert [found.position(1, 1), found.position(2, 3), found.position(3, 1)] == [(4, 1), (5, 3), (6, 1)]
    assert found.keeps_lines


def test_without_it_the_source_begins_behind_the_quotes() -> None:
    found = mapped("'''ab\ncd'''")
    assert [found.position(1, 1), found.position(1, 3), found.position(2, 2)] == [(3, 13), (3, 15), (4, 2)]


def test_a_source_on_one_line() -> None:
    found = mapped(r'"é\n  x += \"a\"\tb\n"')
    assert found.source == 'é\n  x += "a"\tb\n'
    assert [found.position(1, 1), found.position(2, 3), found.position(2, 8), found.position(2, 9)] == [
        (3, 11),
        (3, 16),
        (3, 21),
        (3, 23),
    ]
    assert not found.keeps_lines


def test_escapes_of_code_points() -> None:
    found = mapped(r'"""\u00e9\U0001F642x"""')
    assert [found.position(1, column) for column in (1, 2, 3, 4)] == [(3, 13), (3, 19), (3, 29), (3, 30)]


def test_a_backslash_at_a_line_end_swallows_the_blanks() -> None:
    found = mapped('"""\nab \\\n\n   cd\nef"""')
    assert found.source == "ab cd\nef"
    assert [found.position(1, 4), found.position(1, 5), found.position(2, 1)] == [(6, 4), (6, 5), (7, 1)]
    assert not found.keeps_lines


def test_quotes_in_front_of_the_closing_ones() -> None:
    found = mapped("'''a'''''")
    assert found.source == "a''"
    assert found.position(1, 4) == (3, 16)


@pytest.mark.parametrize(
    ("text", "column"), [('task.source = "x"\n', 16), ('task = { name = "a", source = "x" }\n', 32)]
)
def test_dotted_keys_and_inline_tables(text: str, column: int) -> None:
    found = locate(text, KEY)
    assert found is not None
    assert (found.source, found.position(1, 1)) == ("x", (1, column))


def test_what_is_no_string_has_no_map() -> None:
    assert locate("[task]\nsource = 1\n", KEY) is None
    assert locate("[task]\nname = 'a'\n", KEY) is None


def test_places_behind_the_end_are_drawn_to_it() -> None:
    found = mapped("'''\nab\ncd'''")
    assert found.position(1, 99) == (4, 3)
    assert found.position(99, 99) == (5, 3)
    assert found.position(0, 0) == (4, 1)


class TestWritten:
    @pytest.mark.parametrize("value", ['"a"', '"""\na"""', "'a'", "'''\na'''"])
    @pytest.mark.parametrize("text", ["x = 1", 'x = "a"', "x = '\\n'", "é\t🙂"])
    def test_text_becomes_part_of_the_source(self, value: str, text: str) -> None:
        found = mapped(value)
        written = found.written(text)
        if written is None:
            assert value[0] == "'" and "'" in text
            return
        assert tomllib.loads(f"x = {found.quote}{written}{found.quote}")["x"] == text

    def test_what_a_literal_string_cannot_hold(self) -> None:
        assert mapped("'a'").written("x\ny") is None
        assert mapped("'''a'''").written("'''") is None
        assert mapped("'''a'''").written("x\ny") == "x\ny"


@given(st.text(st.sampled_from("ab\n\t\"'\\é🙂 "), max_size=40), st.sampled_from(['"', '"""\n', "'''\n"]))
@settings(max_examples=500, deadline=None)
def test_every_character_stands_where_the_map_says(source: str, opening: str) -> None:
    if opening[0] == "'":
        source = source.replace("'", "")
        body = source
    else:
        body = source.replace("\\", "\\\\").replace('"', '\\"')
        if len(opening) == 1:
            body = body.replace("\n", "\\n")
    found = mapped(f"{opening}{body}{opening.strip()}")
    assert found.source == source
    lines = found.file.split("\n")
    for line, content in enumerate(source.split("\n"), 1):
        for column, character in enumerate(content, 1):
            row, at = found.position(line, column)
            assert lines[row - 1][at - 1] in (character, "\\")
