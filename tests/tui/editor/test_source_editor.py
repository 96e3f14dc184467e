"""The editor as a widget: keys, marks, messages, versions, painting."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from textual import events
from textual.app import App, ComposeResult
from textual.message import Message
from textual.pilot import Pilot
from textual.widgets import Button

from sandbox_tui.lint.diagnostic import Diagnostic, Position
from sandbox_tui.tui.editor.source_editor import SourceEditor

SOURCE = "def f(x):\n    y = g(x)\n    y += 1\n    return y\n"


class EditorApp(App[None]):
    """An editor between two other widgets that can have the focus."""

    def __init__(self, text: str = SOURCE) -> None:
        super().__init__()
        self.initial = text
        self.messages: list[Message] = []

    def compose(self) -> ComposeResult:
        yield Button("before", id="before")
        yield SourceEditor(self.initial)
        yield Button("after", id="after")

    def on_mount(self) -> None:
        self.query_one(SourceEditor).focus()

    def on_source_editor_edited(self, message: SourceEditor.Edited) -> None:
        self.messages.append(message)

    def on_source_editor_cursor_diagnostic(self, message: SourceEditor.CursorDiagnostic) -> None:
        self.messages.append(message)

    def on_source_editor_gutter_clicked(self, message: SourceEditor.GutterClicked) -> None:
        self.messages.append(message)

    def on_source_editor_hidden_characters_pasted(self, message: SourceEditor.HiddenCharactersPasted) -> None:
        self.messages.append(message)

    def of(self, kind: type[Message]) -> list[Any]:
        return [message for message in self.messages if isinstance(message, kind)]


@asynccontextmanager
async def editing(text: str = SOURCE) -> AsyncIterator[tuple[SourceEditor, Pilot[None], EditorApp]]:
    app = EditorApp(text)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        yield app.query_one(SourceEditor), pilot, app


def finding(line: int, column: int, end_column: int, code: str = "SBX105") -> Diagnostic:
    return Diagnostic(code, "name", "message", "error", Position(line, column), Position(line, end_column))


def row_text(editor: SourceEditor, y: int) -> str:
    return editor.render_line(y).text.rstrip()


async def test_enter_after_a_colon_indents() -> None:
    async with editing("if x:") as (editor, pilot, _):
        editor.move_cursor((0, 5))
        await pilot.press("enter", "y")
        assert editor.text == "if x:\n    y"


async def test_tab_goes_to_the_next_stop_and_shift_tab_back() -> None:
    async with editing("ab") as (editor, pilot, _):
        editor.move_cursor((0, 0))
        await pilot.press("tab")
        assert editor.text == "    ab"
        await pilot.press("shift+tab")
        assert editor.text == "ab"


async def test_tab_with_a_selection_indents_its_lines_and_keeps_the_selection() -> None:
    async with editing("a\nb\nc") as (editor, pilot, _):
        editor.move_cursor((0, 0))
        editor.move_cursor((1, 1), select=True)
        await pilot.press("tab")
        assert editor.text == "    a\n    b\nc"
        assert editor.selected_text == "    a\n    b"


async def test_indenting_a_selection_is_undone_at_once() -> None:
    async with editing("a\nb") as (editor, pilot, _):
        editor.select_all()
        await pilot.press("tab")
        editor.undo()
        assert editor.text == "a\nb"


async def test_backspace_takes_one_step_of_an_indentation() -> None:
    async with editing("        x") as (editor, pilot, _):
        editor.move_cursor((0, 8))
        await pilot.press("backspace")
        assert editor.text == "    x"


async def test_the_comment_key_comments_the_selected_lines() -> None:
    async with editing("a\nb\nc") as (editor, pilot, _):
        editor.move_cursor((0, 0))
        editor.move_cursor((2, 0), select=True)
        await pilot.press("ctrl+underscore")
        assert editor.text == "# a\n# b\nc"


async def test_escape_then_tab_leaves_the_editor() -> None:
    async with editing() as (editor, pilot, app):
        await pilot.press("escape", "tab")
        assert app.focused is app.query_one("#after")
        assert editor.text == SOURCE


async def test_escape_then_shift_tab_leaves_backwards() -> None:
    async with editing() as (_, pilot, app):
        await pilot.press("escape", "shift+tab")
        assert app.focused is app.query_one("#before")


async def test_escape_alone_keeps_the_focus_and_the_next_key_types() -> None:
    async with editing("") as (editor, pilot, app):
        await pilot.press("escape", "x", "tab")
        assert app.focused is editor
        assert editor.text == "x   "


async def test_a_read_only_editor_lets_tab_through_and_changes_nothing() -> None:
    async with editing() as (editor, pilot, app):
        editor.read_only = True
        await pilot.press("x", "enter", "backspace", "ctrl+underscore", "tab")
        assert editor.text == SOURCE
        assert app.focused is app.query_one("#after")


async def test_a_key_with_alt_types_nothing() -> None:
    async with editing("") as (editor, pilot, app):
        app.post_message(events.Key("alt+x", "x"))
        await pilot.pause()
        assert editor.text == ""


async def test_each_edit_raises_the_version_and_is_told_with_it() -> None:
    async with editing("") as (editor, pilot, app):
        before = editor.version
        editor.insert("x = 1\n")
        editor.undo()
        editor.redo()
        await pilot.pause()
        versions = [message.version for message in app.of(SourceEditor.Edited)]
        assert versions == sorted(set(versions))
        assert before < versions[0]
        assert versions[-1] == editor.version


async def test_loading_is_not_told_as_an_edit_but_raises_the_version() -> None:
    async with editing() as (editor, pilot, app):
        before = editor.version
        report = editor.load("x = 1\n")
        await pilot.pause()
        assert report.lossless
        assert editor.version > before
        assert app.of(SourceEditor.Edited) == []


async def test_a_load_takes_the_old_text_out_of_the_undo_history() -> None:
    async with editing() as (editor, _, _app):
        editor.insert("x")
        editor.load("new")
        editor.undo()
        assert editor.text == "new"


async def test_diagnostics_of_an_old_version_are_dropped() -> None:
    async with editing() as (editor, _, _app):
        version = editor.version
        editor.insert("x")
        assert not editor.set_diagnostics([finding(3, 5, 11)], version)
        assert "✗" not in row_text(editor, 2)


async def test_diagnostics_are_shown_in_gutter_and_text() -> None:
    async with editing() as (editor, _, _app):
        assert editor.set_diagnostics([finding(3, 5, 11)], editor.version)
        strip = editor.render_line(2)
        assert strip.text.startswith(" ✗")
        underlined = "".join(text for text, style, _ in strip if style is not None and style.underline)
        assert underlined == "y += 1"


async def test_diagnostics_stay_at_their_code_until_new_ones_come() -> None:
    async with editing() as (editor, _, _app):
        editor.set_diagnostics([finding(3, 5, 11)], editor.version)
        editor.insert("# new\n", (0, 0))
        assert "✗" in row_text(editor, 3)
        assert "✗" not in row_text(editor, 2)


async def test_undo_moves_diagnostics_back() -> None:
    async with editing() as (editor, _, _app):
        editor.set_diagnostics([finding(3, 5, 11)], editor.version)
        editor.insert("# new\n", (0, 0))
        editor.undo()
        assert "✗" in row_text(editor, 2)


async def test_the_diagnostic_at_the_cursor_is_told_once() -> None:
    async with editing() as (editor, pilot, app):
        one = finding(3, 5, 11)
        editor.set_diagnostics([one], editor.version)
        editor.goto(3, 6)
        editor.goto(3, 8)
        editor.goto(1, 1)
        await pilot.pause()
        assert [message.diagnostic for message in app.of(SourceEditor.CursorDiagnostic)] == [one, None]


async def test_f8_goes_round_the_problems() -> None:
    async with editing() as (editor, pilot, _):
        editor.set_diagnostics([finding(2, 5, 6), finding(3, 5, 11)], editor.version)
        await pilot.press("f8")
        assert editor.cursor_location == (1, 4)
        await pilot.press("f8", "f8")
        assert editor.cursor_location == (1, 4)
        await pilot.press("shift+f8")
        assert editor.cursor_location == (2, 4)


async def test_the_call_about_to_run_is_marked_exactly() -> None:
    async with editing() as (editor, _, _app):
        plain = {style.bgcolor for _, style, _ in editor.render_line(1) if style}
        editor.mark_call(2, 9, 2, 13)
        marked = [text for text, style, _ in editor.render_line(1) if style and style.bgcolor not in plain]
        assert "".join(marked) == "g(x)"
        editor.clear_marks()
        assert {style.bgcolor for _, style, _ in editor.render_line(1) if style} == plain


async def test_marked_lines_have_a_sign_of_their_own() -> None:
    async with editing() as (editor, _, _app):
        editor.mark_line(2, "current")
        editor.mark_line(3)
        assert row_text(editor, 1).startswith(" ▸")
        assert row_text(editor, 2).startswith(" ✗")


async def test_a_mark_out_of_sight_is_scrolled_to() -> None:
    async with editing("x = 1\n" * 500) as (editor, pilot, _):
        editor.mark_line(400, "current")
        await pilot.pause()
        top = editor.scroll_offset.y
        assert top < 399 < top + editor.size.height


async def test_breakpoints_are_shown_and_move_with_the_text() -> None:
    async with editing() as (editor, _, _app):
        editor.set_breakpoints([2])
        assert row_text(editor, 1).startswith("●")
        editor.insert("# new\n", (0, 0))
        assert editor.breakpoints == {3}


async def test_a_click_in_the_gutter_is_told_with_its_line() -> None:
    async with editing() as (editor, pilot, app):
        editor.move_cursor((0, 0))
        await pilot.click(SourceEditor, offset=(2, 2))
        assert [message.line for message in app.of(SourceEditor.GutterClicked)] == [3]
        assert editor.cursor_location == (0, 0)


async def test_a_click_in_the_text_places_the_cursor() -> None:
    async with editing() as (editor, pilot, _):
        await pilot.click(SourceEditor, offset=(editor.gutter_width + 4, 1))
        assert editor.cursor_location == (1, 4)


async def test_a_click_below_the_text_in_the_gutter_tells_nothing() -> None:
    async with editing("x") as (_, pilot, app):
        await pilot.click(SourceEditor, offset=(1, 8))
        assert app.of(SourceEditor.GutterClicked) == []


async def test_hidden_characters_are_shown_and_kept() -> None:
    async with editing("a\x1b[31mb\u202ec") as (editor, _, _app):
        assert row_text(editor, 0).endswith("a␛[31mb¿c")
        assert editor.text == "a\x1b[31mb\u202ec"


async def test_a_paste_with_hidden_characters_is_told_and_kept() -> None:
    async with editing("") as (editor, pilot, app):
        app.post_message(events.Paste("x = '\u200b\x07'"))
        await pilot.pause()
        assert editor.text == "x = '\u200b\x07'"
        assert [message.count for message in app.of(SourceEditor.HiddenCharactersPasted)] == [2]


async def test_a_pasted_form_feed_makes_no_new_line() -> None:
    async with editing("") as (editor, pilot, app):
        app.post_message(events.Paste("a\x0cb"))
        await pilot.pause()
        assert editor.document.line_count == 1


async def test_copying_gives_the_true_characters() -> None:
    async with editing("a\u202eb") as (editor, pilot, app):
        editor.select_all()
        await pilot.press("ctrl+c")
        assert app.clipboard == "a\u202eb"


async def test_code_is_coloured_after_the_first_painting() -> None:
    async with editing() as (editor, _, _app):
        colours = {style.color for text, style, _ in editor.render_line(0) if style and text.strip()}
        assert len(colours) >= 3


async def test_a_large_text_is_coloured_to_its_end_in_the_background() -> None:
    async with editing('x = """\n' + "if x: pass\n" * 5_000) as (editor, pilot, _):
        while editor._colours.pending:
            await pilot.pause()
        assert editor._colours.spans(4_999)


@pytest.mark.parametrize("theme", ["textual-dark", "textual-light", "nord", "ansi-dark", "textual-ansi"])
async def test_every_theme_paints(theme: str) -> None:
    async with editing() as (editor, pilot, app):
        if theme not in app.available_themes:
            return
        app.theme = theme
        editor.set_diagnostics([finding(3, 5, 11)], editor.version)
        await pilot.pause()
        assert "y += 1" in row_text(editor, 2)


async def test_wide_characters_and_tabs_keep_the_columns() -> None:
    async with editing("\tx = '漢字'\n") as (editor, pilot, _):
        await pilot.click(SourceEditor, offset=(editor.gutter_width + 4, 0))
        assert editor.cursor_location == (0, 1)
        assert row_text(editor, 0)[editor.gutter_width :] == "    x = '漢字'"


async def test_a_long_line_scrolls_sideways_to_the_cursor() -> None:
    async with editing("x" * 300 + "END") as (editor, pilot, _):
        editor.move_cursor((0, 303))
        await pilot.pause()
        assert "END" in row_text(editor, 0)


async def test_the_bracket_at_the_cursor_and_its_partner_are_marked() -> None:
    async with editing("f(a)") as (editor, pilot, _):
        editor.move_cursor((0, 1))
        await pilot.pause()
        assert editor.matching_bracket_location == (0, 3)


async def test_a_bracket_in_a_string_is_no_bracket() -> None:
    async with editing("f(')')") as (editor, pilot, _):
        editor.move_cursor((0, 1))
        await pilot.pause()
        assert editor.matching_bracket_location == (0, 5)


async def test_a_line_that_is_seen_from_its_beginning_again_is_shown_from_there() -> None:
    async with editing("x = " + "1" * 200 + "\ny = 2\n") as (editor, pilot, _):
        await pilot.press("end")
        await pilot.pause()
        assert editor.scroll_offset.x > 0
        await pilot.press("down")
        await pilot.pause()
        assert editor.scroll_offset.x == 0
