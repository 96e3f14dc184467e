"""The document: Python's lines, one cell a character, and the true text back."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from textual._cells import cell_len

from sandbox_tui.lint.visible import visible
from sandbox_tui.tui.editor.document import SourceDocument, report_on, shown, to_lines

ANY_TEXT = st.text(
    st.one_of(
        st.characters(exclude_categories=["Cs"]),
        st.sampled_from("\x00\x07\x1b\x7f\x85\x9b\x0b\x0c\x1c\u200b\u202e\u2028\u2029\ufeff\n\t\U000e0041"),
    )
)


@given(ANY_TEXT)
def test_the_text_comes_back_as_it_was(text: str) -> None:
    report = report_on(text)
    document = SourceDocument(text)
    if report.lossless:
        assert document.text == text
    else:
        assert report.mixed_newlines


@given(ANY_TEXT, st.data())
def test_a_change_and_its_undoing_give_the_text_back(text: str, data: st.DataObject) -> None:
    document = SourceDocument(text.replace("\r", ""))
    before = document.text
    rows = st.integers(0, document.line_count - 1)
    places = [
        (row, data.draw(st.integers(0, len(document.lines[row]))))
        for row in (data.draw(rows), data.draw(rows))
    ]
    start, end = sorted(places)
    result = document.replace_range(start, end, data.draw(ANY_TEXT).replace("\r", ""))
    document.replace_range(start, result.end_location, result.replaced_text)
    assert document.text == before


def test_lines_end_where_python_ends_them() -> None:
    assert SourceDocument("a\x0bb\x0cc\x1cd\x85e\u2028f").line_count == 1
    assert SourceDocument("a\nb\r\nc\rd").line_count == 4


def test_what_does_not_show_takes_one_cell() -> None:
    line = to_lines("a\x1b\u200b\u202e\x9bb")[0]
    assert len(line) == 6
    assert cell_len(line) == cell_len(shown(line)) == 6
    assert visible(shown(line)) == shown(line)


def test_an_escape_is_shown_by_its_control_picture() -> None:
    assert shown(to_lines("\x1b[31m")[0]) == "␛[31m"


def test_mixed_line_ends_are_reported_because_they_become_one() -> None:
    report = report_on("a\r\nb\nc")
    assert report.mixed_newlines
    assert not report.lossless
    assert SourceDocument("a\r\nb\nc").text == "a\r\nb\r\nc"


def test_windows_line_ends_are_kept() -> None:
    assert report_on("a\r\nb").lossless
    assert SourceDocument("a\r\nb").text == "a\r\nb"


def test_a_lone_surrogate_is_reported_because_no_file_can_hold_it() -> None:
    report = report_on("a\ud800b")
    assert report.unencodable == 1
    assert SourceDocument("a\ud800b").text == "a\ufffdb"


def test_hidden_characters_are_counted() -> None:
    assert report_on("a\x1b[0m\u200b").hidden == 2
    assert report_on("tab\tand\nnewline").hidden == 0


def test_a_range_holds_the_true_characters() -> None:
    assert SourceDocument("a\x1bb").get_text_range((0, 0), (0, 2)) == "a\x1b"


@given(st.lists(st.tuples(st.integers(0, 50), st.sampled_from(["", "abc", "\n", "x\ty", "漢字", "\x1b"]))))
def test_the_size_is_that_of_the_lines_after_any_edits(edits: list[tuple[int, str]]) -> None:
    document = SourceDocument("first\n\tsecond\n")
    document.get_size(4)
    for place, text in edits:
        row = place % document.line_count
        document.replace_range((row, 0), (row, min(1, len(document.lines[row]))), text)
    fresh = SourceDocument(document.text)
    assert document.get_size(4) == fresh.get_size(4)


def test_changes_are_told_row_by_row_when_no_row_is_won_or_lost() -> None:
    told: list[object] = []
    document = SourceDocument("a\nb\nc", lambda *change: told.append(change))
    document.replace_range((0, 0), (2, 1), "    a\nb\n    c")
    assert told == [((0, 0), (0, 0), (0, 4)), ((2, 0), (2, 0), (2, 4))]
