"""Highlighting: what is coloured how, and that colouring again after edits equals colouring afresh."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pygments.lexers.python import PythonLexer

from sandbox_tui.tui.editor import highlight
from sandbox_tui.tui.editor.highlight import Highlighter, lex_line


def spans_of(text: str) -> list[tuple[highlight.Span, ...]]:
    lines = text.split("\n")
    highlighter = Highlighter(lines)
    highlighter.advance()
    return [highlighter.spans(row) for row in range(len(lines))]


def words(text: str) -> list[tuple[str, str]]:
    lines = text.split("\n")
    return [
        (lines[row][start:end], category)
        for row, spans in enumerate(spans_of(text))
        for start, end, category in spans
    ]


def test_a_definition_its_types_and_its_comment_are_told_apart() -> None:
    assert words("def route(x: int) -> str:  # why") == [
        ("def", "keyword"),
        ("route", "definition"),
        ("int", "builtin"),
        ("->", "operator"),
        ("str", "builtin"),
        ("# why", "comment"),
    ]


def test_the_code_in_an_f_string_is_code() -> None:
    found = words('f"a {len(x)} b"')
    assert ("len", "builtin") in found
    assert ("{", "escape") in found


def test_a_string_over_several_lines_is_a_string_in_each() -> None:
    assert words('x = """a\nif\n"""\nif y: pass')[-2:] == [("if", "keyword"), ("pass", "keyword")]
    assert ("if", "string") in words('x = """a\nif\n"""')


def test_plain_names_have_no_colour() -> None:
    assert words("price") == []


def test_the_end_of_a_very_long_line_is_left_alone() -> None:
    line = "x = 1; " * 2_000
    spans, stack = lex_line(line, ("root",))
    assert spans[-1][1] <= 4_000
    assert stack == ("root",)


def test_the_stack_stays_small_however_deep_the_nesting() -> None:
    text = "\n".join(['f"""{(' * 20] * 50)
    stack: tuple[str, ...] = ("root",)
    for line in text.split("\n"):
        _, stack = lex_line(line, stack)
    assert len(stack) <= 60


@pytest.mark.parametrize("source", ["highlight.py", "source_editor.py", "document.py"])
def test_colours_equal_pygments_own_on_real_code(source: str) -> None:
    text = (Path(highlight.__file__).parent / source).read_text(encoding="utf-8")
    lines = text.split("\n")
    expected: list[list[str | None]] = [[None] * len(line) for line in lines]
    row = column = 0
    for token, value in PythonLexer(stripnl=False).get_tokens(text):
        for character in value:
            if character == "\n":
                row, column = row + 1, 0
                continue
            category = highlight._category(token)
            # Pygments reads a docstring as one piece; we read it as any string, with its escapes.
            expected[row][column] = "string" if category == "escape" else category
            column += 1
    actual: list[list[str | None]] = [[None] * len(line) for line in lines]
    for at, spans in enumerate(spans_of(text)):
        for start, end, category in spans:
            for place in range(start, end):
                actual[at][place] = "string" if category == "escape" else category
    assert actual == expected


PIECES = st.sampled_from(
    [
        '"""',
        "'''",
        '"',
        "'",
        "\\",
        "\n",
        "#",
        "f'{",
        "}",
        "def ",
        "(",
        ")",
        "x = 1",
        " ",
        "    ",
        "import ",
        "é",
        "\t",
    ]
)
TEXTS = st.lists(PIECES, max_size=12).map("".join)
EDITS = st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 30), TEXTS), max_size=12)


@settings(max_examples=150, deadline=None)
@given(st.lists(PIECES, max_size=60).map("".join), EDITS, st.booleans())
def test_any_series_of_edits_ends_in_the_spans_of_a_full_lex(
    text: str, edits: list[tuple[int, int, str]], one_line_at_a_time: bool
) -> None:
    lines = text.split("\n")
    highlighter = Highlighter(lines)
    for place, length, inserted in edits:
        # An edit may come while an earlier one is still being coloured.
        highlighter.advance(0.0 if one_line_at_a_time else None)
        start = place % (len(text) + 1)
        end = min(len(text), start + length)
        top, old_bottom = text.count("\n", 0, start), text.count("\n", 0, end)
        text = text[:start] + inserted + text[end:]
        new_bottom = top + inserted.count("\n")
        lines[top : old_bottom + 1] = text.split("\n")[top : new_bottom + 1]
        highlighter.replaced(top, old_bottom, new_bottom)
    while highlighter.pending:
        highlighter.advance(0.0 if one_line_at_a_time else None)
    assert lines == text.split("\n")
    assert [highlighter.spans(row) for row in range(len(lines))] == spans_of(text)


def test_an_edit_lexes_no_more_lines_than_it_must(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = ["x = 1"] * 1_000
    highlighter = Highlighter(lines)
    highlighter.advance()
    lexed: list[str] = []
    real = highlight.lex_line

    def counting(line: str, stack: highlight.Stack) -> tuple[tuple[highlight.Span, ...], highlight.Stack]:
        lexed.append(line)
        return real(line, stack)

    monkeypatch.setattr(highlight, "lex_line", counting)
    lines[500] = "y = 2"
    highlighter.replaced(500, 500, 500)
    highlighter.advance()
    assert lexed == ["y = 2"]


def test_a_slice_stops_and_the_next_one_goes_on() -> None:
    lines = ["x = 1"] * 50
    highlighter = Highlighter(lines)
    highlighter.advance(0.0)
    assert highlighter.pending
    assert highlighter.spans(0)
    assert highlighter.spans(40) == ()
    highlighter.advance()
    assert not highlighter.pending
    assert highlighter.spans(40)
