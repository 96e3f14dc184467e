"""Editing: indentation, comments and brackets, as functions on lines."""

from __future__ import annotations

import pytest

from sandbox_tui.tui.editor import editing
from sandbox_tui.tui.editor.highlight import lex_line


def next_indentation(line: str, column: int | None = None) -> str:
    spans, _ = lex_line(line, ("root",))
    return editing.indentation_for_new_line(line, len(line) if column is None else column, spans)


@pytest.mark.parametrize(
    ("line", "indentation"),
    [
        ("def f():", 4),
        ("    if x:", 8),
        ("    if x:  # why:", 8),
        ("    x = 1  # not a block:", 4),
        ("    x = 'a:'", 4),
        ("    'a:'", 4),
        ("    f(", 8),
        ("    return x", 0),
        ("    returned = 1", 4),
        ("    ", 4),
        ("x", 0),
        ("    pass", 0),
    ],
)
def test_enter_indents_as_the_code_wants_it(line: str, indentation: int) -> None:
    assert next_indentation(line) == " " * indentation


def test_enter_inside_the_indentation_does_not_add_to_it() -> None:
    assert next_indentation("    if x:", 2) == "  "


def test_enter_in_the_middle_of_a_return_stays_in_the_block() -> None:
    assert next_indentation("    return (a, b)", 14) == "    "


def test_tabs_are_continued_by_tabs() -> None:
    assert next_indentation("\tif x:") == "\t\t"


def test_indenting_leaves_empty_lines_empty() -> None:
    assert editing.indented(["a", "", "  b"]) == ["    a", "", "      b"]


def test_dedenting_goes_to_the_next_stop() -> None:
    assert editing.dedented(["      a", "    b", "  c", "d", "\te"]) == ["    a", "b", "c", "d", "e"]


def test_commenting_out_and_in_again_gives_the_lines_back() -> None:
    lines = ["    if x:", "", "        y = 1"]
    commented = editing.comments_toggled(lines)
    assert commented == ["    # if x:", "", "    #     y = 1"]
    assert editing.comments_toggled(commented) == lines


def test_a_comment_among_code_is_commented_out_once_more() -> None:
    lines = ["# why", "x = 1"]
    assert editing.comments_toggled(lines) == ["# # why", "# x = 1"]
    assert editing.comments_toggled(editing.comments_toggled(lines)) == lines


@pytest.mark.parametrize(
    ("before", "count"), [("        ", 4), ("      ", 2), ("    x", 1), ("", 1), ("\t", 1)]
)
def test_backspace_in_an_indentation_takes_one_step(before: str, count: int) -> None:
    assert editing.spaces_to_delete(before) == count


def test_a_bracket_finds_its_partner_in_both_directions() -> None:
    lines = ["f(a,", "  [b])"]
    assert editing.matching_bracket(lines, 0, 1, lambda row, column: True) == (1, 5)
    assert editing.matching_bracket(lines, 1, 5, lambda row, column: True) == (0, 1)


def test_brackets_that_do_not_fit_have_no_partner() -> None:
    assert editing.matching_bracket(["(]"], 0, 0, lambda row, column: True) is None
    assert editing.matching_bracket(["("], 0, 0, lambda row, column: True) is None


def test_brackets_outside_code_do_not_count() -> None:
    assert editing.matching_bracket(["( ')' )"], 0, 0, lambda row, column: column != 3) == (0, 6)
