"""The inputs form: one field a parameter, made anew from the signature while it is typed, keeping what was
entered.
"""

from __future__ import annotations

from collections.abc import Mapping

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.message import Message
from textual.widgets import Static

from ...workspace.document import Document
from ..settings.declarations import inputs_text
from ..settings.setting_row import SettingRow
from ..settings.take import take_setting
from .field_row import FieldRow
from .fields import Entries, Field


class InputsForm(VerticalScroll, can_focus=False):
    """Shows the fields of a signature; what is entered goes into `entries`, which the form does not own."""

    DEFAULT_CSS = """
    InputsForm { padding: 1 1 0 1; }
    InputsForm > .empty { color: $foreground-muted; height: auto; margin-bottom: 1; }
    InputsForm > .declared { height: auto; display: none; }
    InputsForm > .declared > .heading { height: 1; color: $foreground-muted; text-style: bold; margin: 1 0; }
    """

    class Declared(Message):
        """Another input or output was declared."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.entries = Entries()
        self.fields: tuple[Field, ...] = ()
        self.document: Document | None = None

    def compose(self) -> ComposeResult:
        yield Static("", classes="empty", markup=False)
        with Vertical(classes="declared"):
            yield Static("DECLARED", classes="heading", markup=False)
            yield SettingRow("inputs", "inputs")
            yield SettingRow("output", "output")

    def show_declared(self, document: Document | None) -> None:
        """Shows what a code string declares; a function declares its inputs itself."""
        self.document = document
        box = self.query_one(".declared")
        box.display = document is not None and document.kind == "code"
        if document is not None and box.display:
            box.disabled = document.read_only
            self.query_one("#setting-inputs", SettingRow).show(
                inputs_text(document.inputs), "", "x: int, y: str"
            )
            self.query_one("#setting-output", SettingRow).show(document.output or "", "", "int")

    async def show(self, fields: tuple[Field, ...], entries: Entries) -> None:
        """Shows `fields`; rows that can serve on are kept, so that focus and cursor stay."""
        rows = list(self.query(FieldRow))
        same_entries = entries is self.entries
        self.entries, self.fields = entries, fields
        shapes = [(field.name, field.choices) for field in fields]
        empty = self.query_one(".empty", Static)
        empty.update("The task takes no inputs.")
        empty.display = not fields
        if same_entries and shapes == [row.shape for row in rows]:
            for row, field in zip(rows, fields, strict=True):
                row.show(field)
                row.show_problem(entries.problem(field))
            return
        focused = next((row.field.name for row in rows if row.has_focus_within), None)
        with self.app.batch_update():
            await self.remove_children(FieldRow)
            made = [FieldRow(field, entries.text(field)) for field in fields]
            if made:
                await self.mount_all(made, before=".declared")
            for row in made:
                row.show_problem(entries.problem(row.field))
                if row.field.name == focused:
                    row.focus_entry()

    def row(self, name: str) -> FieldRow | None:
        """The row of the field `name`."""
        return next((row for row in self.query(FieldRow) if row.field.name == name), None)

    def show_problems(self, problems: Mapping[str, str], *, focus: bool = True) -> None:
        """Flags the fields that hinder a run and moves the focus to the first."""
        first = True
        for row in self.query(FieldRow):
            problem = problems.get(row.field.name) or self.entries.problem(row.field)
            row.show_problem(problem)
            if problem is not None and first and focus:
                row.focus_entry()
                row.scroll_visible()
                first = False

    @on(FieldRow.Entered)
    def _entered(self, event: FieldRow.Entered) -> None:
        self.entries.enter(event.row.field, event.text)
        event.row.show_problem(self.entries.problem(event.row.field))

    @on(SettingRow.Entered)
    def _declared(self, event: SettingRow.Entered) -> None:
        event.stop()
        if self.document is None:
            return
        try:
            take_setting(self.document, event.row.key, event.text)
        except ValueError as error:
            event.row.say(str(error))
            return
        event.row.say(None)
        self.post_message(self.Declared())
