"""One field of the inputs form: its name and type, the place to enter a value, and what is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Static

from ..choice import Choice
from ..split_line import SplitLine
from ..text import content, label_content, visible
from .fields import Field


class FieldInput(Input):
    """A field of one line, as wide as the pane, with a bar at its left instead of a box."""

    DEFAULT_CSS = """
    FieldInput, FieldInput.-textual-compact {
        height: 1; border: none; padding: 0 1; background: $surface; color: $foreground;
    }
    FieldInput:focus { background: $panel; background-tint: $foreground 0%; }
    FieldInput:ansi { border-left: vkey ansi_bright_black; padding: 0; }
    FieldInput:ansi:focus { border-left: vkey ansi_default; }
    """

    def __init__(
        self, value: str = "", *, placeholder: str = "", id: str | None = None, classes: str | None = None
    ) -> None:
        super().__init__(
            value,
            placeholder=visible(placeholder),
            compact=True,
            select_on_focus=False,
            id=id,
            classes=classes,
        )
        self.cursor_blink = False

    async def _on_key(self, event: events.Key) -> None:
        """Runs what a key is bound to in the field at once, in its turn.

        Textual runs bindings when the event has gone all the way up, by which time the letters typed after it
        may be in the field: ctrl+u, `9` would leave nothing.
        """
        for binding in self._bindings.key_to_bindings.get(event.key, ()):
            if await self.app.run_action(binding.action, self):
                event.stop()
                event.prevent_default()
                return


class FieldLabel(SplitLine):
    """Name at the left, type at the right; where None is a value, a click on `None` enters it."""

    class NoneClicked(Message):
        """The user clicked `None`."""

    def __init__(self, field: Field) -> None:
        super().__init__()
        self.field = field
        self.show(field)

    def show(self, field: Field) -> None:
        """Shows another field."""
        self.field = field
        star = Content.styled(" *", "$accent") if field.required else Content("")
        self.left = Content.assemble(content(field.name), star)
        default = "" if field.default_text is None else f" = {field.default_text}"
        self.right = label_content(field.type_text + default, "$foreground-muted", 60)

    def on_click(self, event: events.Click) -> None:
        edge = self.content_size.width - len("None")
        if self.field.optional and event.get_content_offset_capture(self).x >= edge:
            event.stop()
            self.post_message(self.NoneClicked())


class FieldRow(Vertical):
    """The field with what was entered; says `Entered` when that changes."""

    DEFAULT_CSS = """
    FieldRow { height: auto; margin-bottom: 1; }
    FieldRow > .problem { height: auto; color: $error; padding: 0 1; display: none; }
    FieldRow.-wrong > .problem { display: block; }
    FieldRow.-wrong > FieldInput { background: $error 12%; }
    """

    @dataclass
    class Entered(Message):
        """Another text stands in the field of this row."""

        row: FieldRow
        text: str

    def __init__(self, field: Field, text: str) -> None:
        super().__init__()
        self.field = field
        self._text = text

    @property
    def shape(self) -> tuple[str, tuple[str, ...]]:
        """What must be equal for this row to go on serving a changed field."""
        return (self.field.name, self.field.choices)

    def compose(self) -> ComposeResult:
        yield FieldLabel(self.field)
        if self.field.choices:
            options = (*((text, text) for text in self.field.choices), ("", self._unset_label()))
            yield Choice(options, self._text if self._text in self.field.choices else "")
        else:
            yield FieldInput(self._text, placeholder=self._placeholder())
        yield Static("", classes="problem", markup=False)

    def _unset_label(self) -> str:
        return "unset" if self.field.required else f"default {self.field.default_text}"

    def _placeholder(self) -> str:
        return self.field.default_text or ""

    def show(self, field: Field) -> None:
        """Takes another type and default, keeping what was entered."""
        if field == self.field:
            return
        self.field = field
        self.query_one(FieldLabel).show(field)
        for entry in self.query(FieldInput):
            entry.placeholder = visible(self._placeholder())
        for choice in self.query(Choice):
            choice.options = (*choice.options[:-1], ("", self._unset_label()))
            choice.refresh()

    def show_problem(self, problem: str | None) -> None:
        """Says what is wrong under the field, or that nothing is."""
        self.set_class(problem is not None, "-wrong")
        self.query_one(".problem", Static).update(content(problem or ""))

    def enter(self, text: str) -> None:
        """Puts `text` into the field."""
        for entry in self.query(FieldInput):
            entry.value = text
        for choice in self.query(Choice):
            choice.choose(text)

    def focus_entry(self) -> None:
        """Moves the focus to where one types."""
        self.query("FieldInput, Choice").first().focus()

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self.post_message(self.Entered(self, event.value))

    @on(Choice.Changed)
    def _chosen(self, event: Choice.Changed) -> None:
        event.stop()
        self.post_message(self.Entered(self, event.value))

    @on(FieldLabel.NoneClicked)
    def _none(self, event: FieldLabel.NoneClicked) -> None:
        event.stop()
        self.enter("None")
