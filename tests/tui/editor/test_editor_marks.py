"""Marks: how findings, breakpoints and the marks of a run move with the text."""

from __future__ import annotations

from sandbox_tui.lint.diagnostic import Diagnostic, Position, Severity
from sandbox_tui.tui.editor.marks import Location, Marks


def finding(start: Location, end: Location, severity: Severity = "error", code: str = "SBX105") -> Diagnostic:
    return Diagnostic(
        code,
        "name",
        "message",
        severity,
        Position(start[0] + 1, start[1] + 1),
        Position(end[0] + 1, end[1] + 1),
    )


def marked(*diagnostics: Diagnostic) -> Marks:
    marks = Marks()
    marks.set_diagnostics(diagnostics)
    return marks


def places(marks: Marks) -> list[tuple[Location, Location]]:
    return [(item.start, item.end) for item in marks.diagnostics]


def test_a_line_inserted_above_moves_a_finding_down() -> None:
    marks = marked(finding((3, 4), (3, 10)))
    marks.replaced((1, 0), (1, 0), (2, 0))
    assert places(marks) == [((4, 4), (4, 10))]


def test_text_typed_before_it_in_its_line_moves_a_finding_right() -> None:
    marks = marked(finding((3, 4), (3, 10)))
    marks.replaced((3, 4), (3, 4), (3, 5))
    assert places(marks) == [((3, 5), (3, 11))]


def test_text_typed_inside_it_widens_a_finding() -> None:
    marks = marked(finding((3, 4), (3, 10)))
    marks.replaced((3, 6), (3, 6), (3, 8))
    assert places(marks) == [((3, 4), (3, 12))]


def test_text_typed_right_after_it_does_not_belong_to_a_finding() -> None:
    marks = marked(finding((3, 4), (3, 10)))
    marks.replaced((3, 10), (3, 10), (3, 12))
    assert places(marks) == [((3, 4), (3, 10))]


def test_a_finding_goes_with_its_code() -> None:
    marks = marked(finding((3, 4), (3, 10)))
    marks.replaced((3, 0), (4, 0), (3, 0))
    assert places(marks) == []


def test_text_below_leaves_a_finding_where_it_is() -> None:
    marks = marked(finding((3, 4), (3, 10)))
    marks.replaced((5, 0), (6, 3), (9, 1))
    assert places(marks) == [((3, 4), (3, 10))]


def test_an_empty_finding_moves_with_the_text_around_it() -> None:
    marks = marked(finding((3, 4), (3, 4)))
    marks.replaced((3, 0), (3, 0), (3, 2))
    assert places(marks) == [((3, 6), (3, 6))]


def test_a_newline_at_the_start_of_a_line_takes_its_breakpoint_down() -> None:
    marks = Marks()
    marks.set_breakpoints([2])
    marks.replaced((2, 0), (2, 0), (3, 0))
    assert marks.breakpoints == {3}


def test_a_newline_at_the_end_of_a_line_leaves_its_breakpoint() -> None:
    marks = Marks()
    marks.set_breakpoints([2])
    marks.replaced((2, 7), (2, 7), (3, 4))
    assert marks.breakpoints == {2}


def test_a_deleted_line_takes_its_breakpoint_with_it_and_no_other() -> None:
    marks = Marks()
    marks.set_breakpoints([2, 3])
    marks.replaced((2, 0), (3, 0), (2, 0))
    assert marks.breakpoints == {2}


def test_the_worst_severity_of_a_line_is_the_one_in_the_gutter() -> None:
    marks = marked(
        finding((1, 0), (1, 2), "info"), finding((1, 4), (1, 5)), finding((1, 6), (1, 7), "warning")
    )
    assert marks.row(1).severity == "error"
    assert [kind for _, _, kind in marks.row(1).stretches] == ["info", "warning", "error"]


def test_a_finding_about_a_block_is_underlined_in_its_first_line() -> None:
    marks = marked(finding((1, 4), (5, 2)))
    assert marks.row(1).stretches == ((4, None, "error"),)
    assert marks.row(2).stretches == ()


def test_a_call_over_two_lines_is_marked_in_both() -> None:
    marks = Marks()
    marks.set_call((1, 4), (2, 5))
    assert marks.row(1).stretches == ((4, None, "call"),)
    assert marks.row(2).stretches == ((0, 5, "call"),)


def test_the_marks_of_a_run_are_cleared_and_the_others_stay() -> None:
    marks = marked(finding((1, 0), (1, 2)))
    marks.set_breakpoints([4])
    marks.set_line(1, "current")
    marks.set_call((1, 0), (1, 2))
    marks.clear_run()
    assert marks.row(1).line is None
    assert len(marks.row(1).stretches) == 1
    assert marks.breakpoints == {4}


def test_the_finding_at_a_place_is_the_closest_around_it() -> None:
    outer, inner = finding((1, 0), (9, 0), code="SBX102"), finding((4, 4), (4, 9))
    marks = marked(outer, inner)
    assert marks.at((4, 5)) == inner
    assert marks.at((4, 0)) == outer
    assert marks.at((9, 5)) is None


def test_the_first_finding_of_a_line_is_told_anywhere_in_it() -> None:
    first, second = finding((4, 4), (4, 9)), finding((4, 12), (4, 15))
    assert marked(second, first).at((4, 0)) == first


def test_problems_are_visited_round_and_round() -> None:
    marks = marked(finding((1, 0), (1, 2)), finding((5, 3), (5, 4)))
    assert marks.next_problem((0, 0)) == (1, 0)
    assert marks.next_problem((1, 0)) == (5, 3)
    assert marks.next_problem((5, 3)) == (1, 0)
    assert marks.next_problem((1, 0), backwards=True) == (5, 3)
    assert Marks().next_problem((0, 0)) is None
