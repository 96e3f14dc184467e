"""The editor of a task's source: Textual's `TextArea` with Python colours, the linter's findings and the
marks of a run.

`TextArea` keeps what it does well (cursor, selection, undo, mouse, scrolling); this class replaces its
document (`document`), its painting (`paint`) and its colours (`highlight`), and adds the editing that Python
wants (`editing`). Lines are never wrapped; long ones scroll.

Keys: Tab and shift+Tab indent. To leave the editor by keyboard press Escape, then Tab (or shift+Tab).

Public lines and columns count from 1, columns in characters, as in `lint.diagnostic`. Private rows count from
0, as Textual's do. The Textual internals that are used here are held by
`tests/tui/editor/test_textual_internals.py`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from rich.text import Text
from textual import events
from textual.binding import Binding, BindingType
from textual.document._document import Location, Selection
from textual.document._document_navigator import DocumentNavigator
from textual.document._edit import Edit
from textual.document._wrapped_document import WrappedDocument
from textual.geometry import Offset, Region, Size
from textual.message import Message
from textual.strip import Strip
from textual.widgets import TextArea

from sandbox_tui.lint.diagnostic import Diagnostic
from sandbox_tui.tui.editor import editing
from sandbox_tui.tui.editor.call_help import CallFound, CallHelp
from sandbox_tui.tui.editor.completing import Completed, Completing
from sandbox_tui.tui.editor.document import LoadReport, SourceDocument, report_on, shown
from sandbox_tui.tui.editor.highlight import Highlighter
from sandbox_tui.tui.editor.marks import LineMark, Marks
from sandbox_tui.tui.editor.paint import GUTTER_GAP, MARK_CELLS, Frame, LineLook, Palette, paint
from sandbox_tui.tui.editor.palette import CODE_CSS, COMPONENT_CLASSES, make_palette
from sandbox_tui.tui.known import Known

if TYPE_CHECKING:
    from sandbox_tui.lint.completion import SignatureHelp

# A keystroke may spend this long on colours at once; what is left is done in slices between other work.
_COLOUR_AT_ONCE = 0.004
_COLOUR_SLICE = 0.008
_COLOUR_PAUSE = 0.004
_KEPT_LINES = 2_000
_FEWEST_DIGITS = 3
# The text's width grows in steps: Textual lays the whole screen out again whenever it changes.
_WIDTH_STEP = 32


class SourceEditor(TextArea, inherit_bindings=False):
    """An editor for the source of one task."""

    DEFAULT_CSS = (
        """
    SourceEditor {
        border: none;
        padding: 0;
        background: $background;
        scrollbar-size-vertical: 1;
        scrollbar-size-horizontal: 1;
        &:focus { border: none; }
        & .text-area--gutter { color: $foreground 35%; }
        & .text-area--cursor-gutter { color: $foreground 80%; text-style: none; }
    }
    """
        + CODE_CSS
    )

    COMPONENT_CLASSES: ClassVar[set[str]] = COMPONENT_CLASSES

    BINDINGS: ClassVar[list[BindingType]] = [
        *(
            binding
            for binding in TextArea.BINDINGS
            if isinstance(binding, Binding) and binding.key != "f6"  # F6 is the program's: debug
        ),
        Binding("ctrl+underscore", "toggle_comment", "Comment", show=False, id="editor.comment"),
        Binding("f8", "next_problem", "Next problem", show=False, id="editor.next-problem"),
        Binding("shift+f8", "previous_problem", "Previous problem", show=False, id="editor.previous-problem"),
        # A terminal sends ctrl+space as ctrl+@.
        Binding("ctrl+@,ctrl+space", "complete", "Complete", show=False, id="editor.complete"),
        Binding("shift+tab", "dedent", "Dedent", show=False, id="editor.dedent"),
    ]

    class Edited(Message):
        """Posted after each edit (typing, paste, undo, the program), not after `load`."""

        def __init__(self, editor: SourceEditor, version: int) -> None:
            super().__init__()
            self.editor = editor
            self.version = version

        @property
        def control(self) -> SourceEditor:
            """The editor that was edited."""
            return self.editor

    class CursorDiagnostic(Message):
        """Posted when another diagnostic is at the cursor (or on its line), or none any more."""

        def __init__(self, editor: SourceEditor, diagnostic: Diagnostic | None) -> None:
            super().__init__()
            self.editor = editor
            self.diagnostic = diagnostic

        @property
        def control(self) -> SourceEditor:
            """The editor whose cursor it is."""
            return self.editor

    class CallAtCursor(Message):
        """Posted when the cursor has come to write arguments of another call, or of none any more."""

        def __init__(self, editor: SourceEditor, signature: SignatureHelp | None) -> None:
            super().__init__()
            self.editor = editor
            self.signature = signature

        @property
        def control(self) -> SourceEditor:
            """The editor whose cursor it is."""
            return self.editor

    class GutterClicked(Message):
        """Posted when the gutter beside a line (from 1) was clicked."""

        def __init__(self, editor: SourceEditor, line: int) -> None:
            super().__init__()
            self.editor = editor
            self.line = line

        @property
        def control(self) -> SourceEditor:
            """The editor whose gutter was clicked."""
            return self.editor

    class HiddenCharactersPasted(Message):
        """Posted when a paste brought `count` characters that do not show; they are kept, and shown by a
        stand-in.
        """

        def __init__(self, editor: SourceEditor, count: int) -> None:
            super().__init__()
            self.editor = editor
            self.count = count

        @property
        def control(self) -> SourceEditor:
            """The editor that was pasted into."""
            return self.editor

    def __init__(
        self,
        text: str = "",
        *,
        read_only: bool = False,
        name: str | None = None,
        id: str | None = None,
        classes: str | None = None,
        disabled: bool = False,
    ) -> None:
        """Make an editor that holds `text`."""
        self._version = 0
        self._told_version = 0
        self._diagnosed_version = -1
        self._marks = Marks()
        self._colours = Highlighter([""])
        self._colour_timer_runs = False
        self._tab_leaves = False
        self.completing = Completing(self)
        self.call_help = CallHelp(self)
        self.known = Known()
        """What completion knows of the task beside its text."""
        self._told_diagnostic: Diagnostic | None = None
        self._palette: Palette | None = None
        self._strips: dict[LineLook, Strip] = {}
        self._strips_frame: Frame | None = None
        self._sent: list[LineLook | None] = []
        self._sent_frame: tuple[object, ...] = ()
        super().__init__(
            text,
            soft_wrap=False,
            tab_behavior="indent",
            read_only=read_only,
            show_line_numbers=True,
            name=name,
            id=id,
            classes=classes,
            disabled=disabled,
        )
        self.cursor_blink = False  # calm, and nothing to send while nobody types

    # --- The text and its versions

    @property
    def version(self) -> int:
        """How many changes the text has seen; `set_diagnostics` is told for which version it speaks."""
        return self._version

    def load(self, text: str) -> LoadReport:
        """Show another text: undo history, marks and diagnostics go, the cursor stands at the start.

        The report tells what could not be kept as it was, so that the caller can say so before it saves.
        """
        report = report_on(text)
        self.load_text(text)
        self.scroll_home(animate=False)
        return report

    def _set_document(self, text: str, language: str | None) -> None:
        """Replace the document, as Textual does, by one of ours."""
        del language
        document = SourceDocument(text, self._on_replaced)
        self.document = document
        self.wrapped_document = WrappedDocument(document, tab_width=self.indent_width)
        self.navigator = DocumentNavigator(self.wrapped_document)
        self._marks = Marks()
        self._colours = Highlighter(document.lines)
        self._version += 1
        self._told_version = self._version
        self._build_highlight_map()
        self.move_cursor((0, 0))
        self._rewrap_and_refresh_virtual_size()
        self._tell_diagnostic()

    def _on_replaced(self, top: Location, bottom: Location, end: Location) -> None:
        self._version += 1
        self._colours.replaced(top[0], bottom[0], end[0])
        self._marks.replaced(top, bottom, end)

    def _build_highlight_map(self) -> None:
        """Bring the colours up to date: Textual calls this after each load, edit, undo and redo."""
        if self.is_mounted:
            self._colours.advance(_COLOUR_AT_ONCE)
            self._colour_the_rest()
        if self._told_version != self._version:
            self._told_version = self._version
            self.post_message(self.Edited(self, self._version))
            self._tell_diagnostic()

    def on_mount(self) -> None:
        """Colour the text once it is on the screen: the first painting does not wait for the lexer."""
        self.call_after_refresh(self._colour_slice)

    def _colour_the_rest(self) -> None:
        if self._colours.pending and not self._colour_timer_runs:
            self._colour_timer_runs = True
            self.set_timer(_COLOUR_PAUSE, self._colour_slice)

    def _colour_slice(self) -> None:
        self._colour_timer_runs = False
        if self._colours.advance(_COLOUR_SLICE):
            self.refresh()
        self._colour_the_rest()

    # --- Marks

    def set_diagnostics(self, diagnostics: Iterable[Diagnostic], version: int) -> bool:
        """Show these findings; they are dropped, and `False` returned, when the text is no longer that
        `version`.
        """
        if version != self._version:
            return False
        self._marks.set_diagnostics(diagnostics)
        self._diagnosed_version = version
        self._tell_diagnostic()
        self.refresh()
        return True

    def diagnostics(self) -> list[Diagnostic]:
        """Return the findings that are shown, each where the edits since have moved it."""
        return self._marks.current_diagnostics()

    def diagnostics_here(self) -> list[Diagnostic]:
        """Return the findings of the cursor's line, those at the cursor first; empty while the linter has not
        seen the text as it is.
        """
        return self._marks.all_at(self.cursor_location) if self.is_diagnosed else []

    @property
    def is_diagnosed(self) -> bool:
        """Whether the findings are about the text as it is, and not as it was before the last edits."""
        return self._diagnosed_version == self._version

    def set_breakpoints(self, lines: Collection[int]) -> None:
        """Mark these lines with a breakpoint; the marks move with edits."""
        self._marks.set_breakpoints(line - 1 for line in lines)
        self.refresh()

    @property
    def breakpoints(self) -> set[int]:
        """The lines that have a breakpoint now."""
        return {row + 1 for row in self._marks.breakpoints}

    def mark_call(self, line: int, column: int, end_line: int, end_column: int) -> None:
        """Mark the call that is about to run, and bring it into view; the end is exclusive."""
        self._marks.set_call((line - 1, column - 1), (end_line - 1, end_column - 1))
        self._show_row(line - 1)
        self.refresh()

    def mark_line(self, line: int, kind: LineMark = "error") -> None:
        """Mark the one line of its kind (`current`: where a run stands), and bring it into view."""
        self._marks.set_line(line - 1, kind)
        self._show_row(line - 1)
        self.refresh()

    def clear_marks(self) -> None:
        """Take away what a run has marked; diagnostics and breakpoints stay."""
        self._marks.clear_run()
        self.refresh()

    def goto(self, line: int, column: int = 1) -> None:
        """Put the cursor at a place and show it, in the middle if it was out of sight."""
        row = line - 1
        top, bottom = self._visible_line_indices
        self.move_cursor((max(0, row), max(0, column - 1)), center=not top <= row < bottom)

    def scroll_cursor_visible(self, center: bool = False, animate: bool = False) -> Offset:
        """Bring the cursor into view; where its line is seen from the beginning then, from there."""
        offset = super().scroll_cursor_visible(center, animate)
        # As many cells right of the cursor as Textual keeps free.
        needed = self._cursor_offset[0] + 3 + self.gutter_width
        if self.scroll_offset.x and needed <= self.scrollable_content_region.width:
            self.scroll_to(x=0, animate=animate, force=True)
        return offset

    def _show_row(self, row: int) -> None:
        """Scroll so far that a row is seen, with a few lines around it."""
        top, bottom = self._visible_line_indices
        if bottom > top and not top <= row < bottom:
            self.scroll_to(y=max(0, row - (bottom - top) // 2), animate=False)

    def diagnostic_at_cursor(self) -> Diagnostic | None:
        """Return the finding at the cursor, or else the first one of its line."""
        return self._marks.at(self.cursor_location)

    def watch_selection(self) -> None:
        """Tell which finding is at the cursor, when it is another one."""
        self._tell_diagnostic()
        self.completing.moved()
        self.call_help.soon()

    def _tell_diagnostic(self) -> None:
        diagnostic = self.diagnostic_at_cursor()
        if diagnostic != self._told_diagnostic:
            self._told_diagnostic = diagnostic
            self.post_message(self.CursorDiagnostic(self, diagnostic))

    def action_next_problem(self) -> None:
        """Go to the next finding, from the last one to the first."""
        self._goto_problem(backwards=False)

    def action_previous_problem(self) -> None:
        """Go to the finding before, from the first one to the last."""
        self._goto_problem(backwards=True)

    def _goto_problem(self, *, backwards: bool) -> None:
        place = self._marks.next_problem(self.cursor_location, backwards)
        if place is not None:
            self.goto(place[0] + 1, place[1] + 1)

    # --- Keys, paste and mouse

    async def _on_key(self, event: events.Key) -> None:
        """Handle what differs from `TextArea`, whose own handler runs afterwards unless it is prevented."""
        key = event.key
        tab_leaves, self._tab_leaves = self._tab_leaves, False
        if self.completing.key(key, event.character if event.is_printable else None):
            event.stop()
            event.prevent_default()
            return
        if key == "escape":
            self._tab_leaves = True
            event.prevent_default()  # Textual would move the focus at once; the event goes on to the screen
            return
        if key in ("tab", "shift+tab") and (tab_leaves or self.read_only):
            self._leave(forwards=key == "tab")
        elif await self._run_own_binding(key):
            pass
        elif set(key.split("+")[:-1]) & {"alt", "ctrl", "super", "meta", "hyper"}:
            event.prevent_default()  # alt+x carries an x, which is no text; it may be bound elsewhere
            return
        elif self.read_only:
            return
        elif key == "enter":
            self._insert_new_line()
        elif key == "tab" and not self.selection.is_empty:
            self._replace_rows(editing.indented)
        else:
            return
        event.stop()
        event.prevent_default()

    async def _run_own_binding(self, key: str) -> bool:
        """Run what a key is bound to in this widget, at once.

        Textual runs bindings when the event has gone all the way up, by which time the editor may have typed
        the next keys: of a fast typist's `a`, left, `b` the `b` would come before the left.
        """
        bindings = self._bindings
        if self.app._keymap:
            bindings = bindings.copy()
            bindings.apply_keymap(self.app._keymap)
        for binding in bindings.key_to_bindings.get(key, ()):
            if not binding.priority and await self.app.run_action(binding.action, self):
                return True
        return False

    def _leave(self, *, forwards: bool) -> None:
        if forwards:
            self.screen.focus_next()
        else:
            self.screen.focus_previous()

    def on_blur(self) -> None:
        """Forget an Escape when the focus has gone, and offer nothing."""
        self._tab_leaves = False
        self.completing.close()

    def action_complete(self) -> None:
        """Offer what can be written at the cursor."""
        self.completing.ask()

    def on_source_editor_edited(self) -> None:
        """Offer what can be written behind what has been typed."""
        self.completing.edited()
        self.call_help.soon()

    def on_completed(self, event: Completed) -> None:
        """Show what can be written at the cursor."""
        event.stop()
        self.completing.take(event)

    def on_call_found(self, event: CallFound) -> None:
        """Tell the signature of the call at the cursor."""
        event.stop()
        self.call_help.take(event)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Offer nothing at a place that has moved."""
        super().watch_scroll_y(old_value, new_value)
        self.completing.close()

    def write(self, text: str, start: Location, end: Location) -> None:
        """Put `text` where `start` to `end` was (from 0) as if it were typed."""
        self._replace_via_keyboard(text, start, end)

    def _insert_new_line(self) -> None:
        row, column = min(self.selection)
        indentation = editing.indentation_for_new_line(self.document[row], column, self._colours.spans(row))
        self._replace_via_keyboard("\n" + indentation, *self.selection)

    def action_dedent(self) -> None:
        """Move the lines of the selection one step to the left."""
        self._replace_rows(editing.dedented)

    def action_toggle_comment(self) -> None:
        """Comment the lines of the selection out, or in again."""
        self._replace_rows(editing.comments_toggled)

    def action_delete_left(self) -> None:
        """Delete the selection, or the character before the cursor, or one step of an indentation."""
        row, column = self.cursor_location
        count = editing.spaces_to_delete(self.document[row][:column])
        if self.read_only or not self.selection.is_empty or count == 1:
            super().action_delete_left()
        else:
            self._delete_via_keyboard((row, column - count), (row, column))

    def _replace_rows(self, change: Any) -> None:
        """Apply `change` to the rows of the selection as one edit; the selection stays on the same text."""
        if self.read_only:
            return
        selection = self.selection
        (first, _), (last, last_column) = sorted(selection)
        if last > first and last_column == 0:
            last -= 1  # a selection that ends before the first character of a line does not mean that line
        old: Sequence[str] = self.document.lines[first : last + 1]
        new: list[str] = change(old)
        if new == list(old):
            return

        def moved(place: Location) -> Location:
            row, column = place
            if not first <= row <= last or column == 0:
                return place
            return row, max(0, column + len(new[row - first]) - len(old[row - first]))

        document = self.document
        assert isinstance(document, SourceDocument)
        self.edit(Edit(document.text_of(new), (first, 0), (last, len(old[-1])), True))
        self.selection = Selection(moved(selection.start), moved(selection.end))

    async def _on_paste(self, event: events.Paste) -> None:
        """Tell when a paste brings characters that do not show; the pasting itself is `TextArea`'s."""
        if not self.read_only and (count := report_on(event.text).hidden):
            self.post_message(self.HiddenCharactersPasted(self, count))

    async def _on_mouse_down(self, event: events.MouseDown) -> None:
        """Report a click beside a line; elsewhere `TextArea` places the cursor."""
        self._tab_leaves = False
        if event.x - self.gutter.left < self.gutter_width:
            event.stop()
            event.prevent_default()
            self.focus()
            row = event.y - self.gutter.top + self.scroll_offset.y
            if 0 <= row < self.document.line_count:
                self.post_message(self.GutterClicked(self, row + 1))

    def find_matching_bracket(self, bracket: str, search_from: Location) -> Location | None:
        """Return the partner of a bracket in code, if it is near enough to matter."""
        if not bracket:
            return None
        return editing.matching_bracket(self.document.lines, *search_from, self.is_code)

    def start_of_string(self, row: int, column: int) -> int:
        """Return the column at which the string that holds a place begins on its line; the place's own column
        where there is no string around it.
        """
        for start, end, category in self._colours.spans(row):
            if category == "string" and start < column < end:
                return start
        return column

    def is_code(self, row: int, column: int) -> bool:
        """Whether a place (from 0) is neither in a string nor in a comment."""
        return not any(
            start <= column < end and category in ("string", "comment")
            for start, end, category in self._colours.spans(row)
        )

    # --- Painting

    @property
    def gutter_width(self) -> int:
        """Cells before the text: marks, line number, gap."""
        return MARK_CELLS + self._number_width + GUTTER_GAP

    @property
    def _number_width(self) -> int:
        return max(_FEWEST_DIGITS, len(str(self.document.line_count + self.line_number_start - 1)))

    def _refresh_size(self) -> None:
        width, height = self.document.get_size(self.indent_width)
        width += self.gutter_width + 1  # the cursor may stand behind the last character
        room = self.scrollable_content_region.width
        if width > room:
            width += -width % _WIDTH_STEP
        self.virtual_size = Size(max(width, min(room, width)), height)
        self._refresh_scrollbars()

    def get_line(self, line_index: int) -> Text:
        """Return a line as it is shown, without colours."""
        return Text(shown(self.document.get_line(line_index)), end="", no_wrap=True)

    def notify_style_update(self) -> None:
        """Forget painted lines when the theme or the state of the widget changes."""
        self._palette = None
        super().notify_style_update()

    def render_line(self, y: int) -> Strip:
        """Paint one visible line, or take it as it was painted before."""
        frame = self._frame()
        if frame != self._strips_frame or len(self._strips) > _KEPT_LINES:
            self._strips.clear()
            self._strips_frame = frame
        row = y + self.scroll_offset.y
        look = self._look(row)
        if look is None:
            return Strip.blank(frame.width, frame.palette.base)
        strip = self._strips.get(look)
        if strip is None:
            strip = self._strips[look] = paint(look, self._marks.row(row), frame)
        return strip

    @property
    def _room(self) -> Region:
        """Where the text stands in the widget.

        Told from the widget's own size: `region` and all that rests on it ask the compositor, which, while a
        widget appears, lays out anew for that and forgets what it still had to paint.
        """
        return self.outer_size.region.shrink(self.styles.gutter).shrink(self.scrollbar_gutter)

    def _frame(self) -> Frame:
        return Frame(
            scroll_x=self.scroll_offset.x,
            width=self._room.width,
            number_width=self._number_width,
            tab_width=self.indent_width,
            palette=self._current_palette(),
        )

    def _current_palette(self) -> Palette:
        if self._palette is None:
            self._palette = make_palette(self)
        return self._palette

    def _look(self, row: int) -> LineLook | None:
        """Return all that decides how a row is painted; `None` below the text."""
        lines = self.document.lines
        if not 0 <= row < len(lines):
            return None
        start, end = self.selection
        cursor_row, cursor_column = end
        selection: tuple[int, int | None] | None = None
        brackets: tuple[int, ...] = ()
        if start != end:
            (first, first_column), (last, last_column) = sorted((start, end))
            if first <= row <= last:
                selection = (
                    first_column if row == first else 0,
                    last_column if row == last else None,
                )
        elif (match := self._matching_bracket_location) is not None and self.match_cursor_bracket:
            here = (match[1],) if match[0] == row else ()
            brackets = (*here, cursor_column) if cursor_row == row else here
        has_cursor = row == cursor_row and self._has_cursor
        return LineLook(
            text=lines[row],
            spans=self._colours.spans(row),
            marks=self._marks.row(row).key,
            number=row + self.line_number_start,
            has_cursor=has_cursor and self.highlight_cursor_line,
            cursor=cursor_column if has_cursor and self._draw_cursor else None,
            selection=selection,
            brackets=brackets,
        )

    def _exchange_repaint_regions(self) -> Collection[Region]:
        """Tell the compositor what to paint again: of a widget that is dirty as a whole, only the lines that
        differ.

        Textual repaints a whole editor at each key and sends some ten kilobytes to the terminal; over a slow
        line that is what one waits for. Whatever moves the widget or uncovers it repaints it all by another
        way.
        """
        regions = super()._exchange_repaint_regions()
        if not regions:
            return regions
        frame = (self._frame(), self.outer_size, self._border_title, self._border_subtitle)
        room = self._room
        top, height = self.scroll_offset.y, room.height
        looks = [self._look(row) for row in range(top, top + height)]
        whole = self.outer_size.region
        sent, sent_frame = self._sent, self._sent_frame
        self._sent, self._sent_frame = looks, frame
        if whole not in regions or frame != sent_frame or len(sent) != len(looks):
            return regions
        return [
            Region(room.x, room.y + y, room.width, 1)
            for y, (before, now) in enumerate(zip(sent, looks))
            if before != now
        ]
