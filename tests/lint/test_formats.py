"""The output formats, to the letter."""

from __future__ import annotations

import json

import pytest

from sandbox_tui.lint import Diagnostic, Edit, Fix, Position
from sandbox_tui.lint.formats import Report, concise, full
from sandbox_tui.lint.formats import json as as_json
from sandbox_tui.lint.formats.full import width


def report(
    line: str = "    x += 1",
    columns: tuple[int, int] = (5, 11),
    *,
    message: str = "write x = x + 1",
    applicability: str | None = "safe",
    path: str = "tasks/count.py",
    row: int = 3,
) -> Report:
    start, end = Position(row, columns[0]), Position(row, columns[1])
    edits = (Edit(start, end, "x = x + 1"),)
    fix = None if applicability is None else Fix("Write it in full", edits, applicability)  # type: ignore[arg-type]
    finding = Diagnostic("SBX105", "augmented-assignment", message, "error", start, end, fix)
    lines = [""] * (row - 1) + [line]
    return Report(path, finding, lines, start, end, edits if fix else None)


class TestConcise:
    def test_one_line_each(self) -> None:
        text = concise([report(), report(applicability="unsafe", row=12)])
        assert text == (
            "tasks/count.py:3:5: SBX105 [*] write x = x + 1\ntasks/count.py:12:5: SBX105 write x = x + 1\n"
        )

    def test_nothing_for_nothing(self) -> None:
        assert (concise([]), full([])) == ("", "")

    def test_text_from_a_file_is_no_command_to_the_terminal(self) -> None:
        text = concise([report(message="a\x1b[31m\n\u202eb", path="\x1b]0;x\x07.py")])
        assert text.count("\n") == 1
        assert text.replace("\n", "").isprintable()


class TestFull:
    def test_the_line_and_the_range(self) -> None:
        assert full([report(applicability=None)]) == (
            "SBX105 write x = x + 1\n --> tasks/count.py:3:5\n  |\n3 |     x += 1\n  |     ^^^^^^\n\n"
        )

    @pytest.mark.parametrize(
        ("applicability", "note"), [("safe", ""), ("unsafe", " (may change the meaning)")]
    )
    def test_what_the_fix_writes(self, applicability: str, note: str) -> None:
        text = full([report(applicability=applicability)])
        assert text.endswith(f"  |\nhelp: Write it in full: x = x + 1{note}\n\n")

    def test_wide_characters_and_tabs_move_the_range(self) -> None:
        text = full([report("\t'漢字e\u0301'; x += 1", (10, 16), applicability=None)])
        shown, carets = text.split("\n")[3:5]
        before = shown[: shown.index("x +=")]
        assert carets.split("|")[1] == " " * width(before.split("|")[1]) + "^" * 6

    def test_a_long_line_is_cut_around_the_range(self) -> None:
        line = "a" * 5_000 + "x += 1" + "b" * 5_000
        text = full([report(line, (5_001, 5_007), applicability=None)])
        shown, carets = text.split("\n")[3:5]
        assert len(shown) < 140
        assert shown[carets.index("^") : carets.rindex("^") + 1] == "x += 1"

    def test_a_range_of_nothing_has_one_caret(self) -> None:
        assert full([report(columns=(11, 11), applicability=None)]).split("\n")[4].count("^") == 1

    def test_a_range_of_several_lines_is_marked_to_its_first_line_end(self) -> None:
        start, end = Position(1, 5), Position(3, 2)
        finding = Diagnostic("SBX101", "import-statement", "no", "error", start, end)
        text = full([Report("a.py", finding, ["    import (", "  a", ")"], start, end, None)])
        assert text.split("\n")[4] == "  |     ^^^^^^^^"

    def test_a_source_on_one_line_of_its_file_shows_its_own_lines(self) -> None:
        start, end = Position(2, 3), Position(2, 9)
        finding = Diagnostic("SBX105", "augmented-assignment", "no", "error", start, end)
        in_file = (Position(4, 30), Position(4, 36))
        text = full([Report("a.toml", finding, ["def f():", "  x += 1"], *in_file, None, True, False)])
        assert text.split("\n")[1] == " --> a.toml:4:30 (line 2 of the task)"
        assert text.split("\n")[3] == "2 |   x += 1"

    def test_colours_only_on_request(self) -> None:
        assert "\x1b" not in full([report()]) + concise([report()])
        assert "\x1b[1;31mSBX105\x1b[0m" in full([report()], colour=True)
        assert "\x1b[1;31mSBX105\x1b[0m" in concise([report()], colour=True)

    def test_hidden_characters_are_written_out(self) -> None:
        text = full([report("x = '\x1b[2J\u202e'", (1, 6), applicability=None)])
        assert text.replace("\n", "").isprintable()


class TestJson:
    def test_the_shape_is_that_of_ruff(self) -> None:
        (found,) = json.loads(as_json([report()]))
        assert found == {
            "cell": None,
            "code": "SBX105",
            "end_location": {"column": 11, "row": 3},
            "filename": "tasks/count.py",
            "fix": {
                "applicability": "safe",
                "edits": [
                    {
                        "content": "x = x + 1",
                        "end_location": {"column": 11, "row": 3},
                        "location": {"column": 5, "row": 3},
                    }
                ],
                "message": "Write it in full",
            },
            "location": {"column": 5, "row": 3},
            "message": "write x = x + 1",
            "name": "augmented-assignment",
            "noqa_row": 3,
            "severity": "error",
            "url": None,
        }

    def test_a_source_in_a_document_has_places_in_both(self) -> None:
        finding = report().diagnostic
        (found,) = json.loads(
            as_json([Report("a.toml", finding, [""] * 3, Position(9, 1), Position(9, 7), None, True)])
        )
        assert found["location"] == {"row": 9, "column": 1}
        assert found["source_location"] == {"row": 3, "column": 5}
        assert found["source_end_location"] == {"row": 3, "column": 11}
        assert found["fix"] is None

    def test_nothing_is_an_empty_array(self) -> None:
        assert json.loads(as_json([])) == []

    def test_it_is_ascii_whatever_the_text(self) -> None:
        text = as_json([report(message="\ud800\x1b\u202e")])
        assert text.isascii()
        assert json.loads(text)[0]["message"] == "\ud800\x1b\u202e"
