"""The inputs form: one field a parameter, made anew from the signature while it is typed, keeping what was entered."""

from __future__ import annotations

from collections.abc import Mapping

from textual import on
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Static

from .field_row import FieldRow
from .fields import Entries, Field


class InputsForm(VerticalScroll, can_focus=False):
    """Shows the fields of a signature; what is entered goes into `entries`, which the form does not own."""

    DEFAULT_CSS = """
    InputsForm { padding: 1 1 0 1; }
    InputsForm > .empty { color: $text-muted; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.entries = Entries()
        self.fields: tuple[Field, ...] = ()

    def compose(self) -> ComposeResult:
        yield Static("The task takes no inputs.", classes="empty", markup=False)

    async def show(self, fields: tuple[Field, ...], entries: Entries) -> None:
        """Shows `fields`; rows that can serve on are kept, so that focus and cursor stay."""
        rows = list(self.query(FieldRow))
        same_entries = entries is self.entries
        self.entries, self.fields = entries, fields
        shapes = [(field.name, field.choices) for field in fields]
        self.query_one(".empty").display = not fields
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
                await self.mount_all(made)
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
