"""The Externals tab: the functions that the host answers, and the names that still lack one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Static

from ...workspace.document import ExternalSpec
from ..inputs.field_row import FieldInput
from ..session import Undeclared
from ..text import label
from ..word_button import WordButton
from .external_row import ExternalRow


class ExternalsPane(VerticalScroll, can_focus=False):
    """Shows the externals of a task; what is edited is edited in their specs, and said as `Edited`."""

    DEFAULT_CSS = """
    ExternalsPane { padding: 1 1 0 1; }
    ExternalsPane > .empty { color: $foreground-muted; height: auto; margin-bottom: 1; }
    ExternalsPane > .rows, ExternalsPane > .missing { height: auto; }
    ExternalsPane > .missing > WordButton { width: 1fr; }
    ExternalsPane > .missing { margin-bottom: 1; }
    ExternalsPane > .missing.-none { display: none; }
    """

    class Edited(Message):
        """An external of the task was edited, added or removed."""

    @dataclass
    class AddWanted(Message):
        """The user wants the task to have an external of this name."""

        name: str

    @dataclass
    class RemoveWanted(Message):
        """The user wants the task's external of this name gone."""

        name: str

    @dataclass
    class OverrideWanted(Message):
        """The user wants the task to have its own form of the folder's external of this name."""

        name: str

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._shown: list[tuple[str, int, str]] = []
        self._missing: list[Undeclared] = []

    def compose(self) -> ComposeResult:
        yield Static("The task calls nothing outside.", classes="empty", markup=False)
        yield Vertical(classes="missing -none")
        yield Vertical(classes="rows")
        yield FieldInput(placeholder="add an external: its name", id="external-new")

    async def show(
        self,
        externals: Mapping[str, tuple[ExternalSpec, str]],
        missing: Sequence[Undeclared],
        *,
        editable: bool,
    ) -> None:
        """Shows these; rows are remade only where the set of externals changed."""
        shape = [
            (name, id(spec) if origin == "task" else 0, origin) for name, (spec, origin) in externals.items()
        ]
        self.query_one(".empty").display = not externals and not missing
        self.query_one("#external-new").display = editable
        if list(missing) != self._missing:
            self._missing = list(missing)
            await self._show_missing(editable)
        if shape == self._shown:
            return
        self._shown = shape
        rows = self.query_one(".rows", Vertical)
        with self.app.batch_update():
            await rows.remove_children()
            await rows.mount_all([ExternalRow(spec, origin) for spec, origin in externals.values()])
            rows.disabled = not editable

    async def _show_missing(self, editable: bool) -> None:
        box = self.query_one(".missing", Vertical)
        box.set_class(not self._missing, "-none")
        await box.remove_children()
        if not self._missing:
            return
        head = Static(Content.styled("called, not declared", "$warning"), markup=False)
        buttons = [
            WordButton(
                Content.assemble(
                    ("+ ", "$accent"), label(each.name, 40), (f"  line {each.line}", "$foreground-muted")
                ),
                each.name,
            )
            for each in self._missing
        ]
        await box.mount_all([head, *buttons])

    @on(ExternalRow.Changed)
    def _changed(self, event: ExternalRow.Changed) -> None:
        event.stop()
        self.post_message(self.Edited())

    @on(ExternalRow.RemoveWanted)
    def _remove(self, event: ExternalRow.RemoveWanted) -> None:
        event.stop()
        self.post_message(self.RemoveWanted(event.row.spec.name))

    @on(ExternalRow.OverrideWanted)
    def _override(self, event: ExternalRow.OverrideWanted) -> None:
        event.stop()
        self.post_message(self.OverrideWanted(event.row.spec.name))

    @on(WordButton.Pressed)
    def _add_missing(self, event: WordButton.Pressed) -> None:
        event.stop()
        self.post_message(self.AddWanted(event.what))

    @on(Input.Submitted, "#external-new")
    def _add_named(self, event: Input.Submitted) -> None:
        event.stop()
        name = event.value.strip()
        if name.isidentifier():
            event.input.value = ""
            self.post_message(self.AddWanted(name))
        elif name:
            self.app.notify(f"{label(name, 40)} is not a name", severity="warning", markup=False)
