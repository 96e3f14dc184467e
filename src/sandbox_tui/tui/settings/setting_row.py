"""One setting: its name, where its value comes from, and the place to enter it."""

from __future__ import annotations

from dataclasses import dataclass

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Static

from ..choice import Choice
from ..inputs.field_row import FieldInput
from ..split_line import SplitLine
from ..text import content, label, label_content

INHERIT = ""
"""What is chosen, or stands in the field, where the task itself says nothing."""


class SettingRow(Vertical):
    """One setting: its name, where its value comes from, and the place to enter it."""

    DEFAULT_CSS = """
    SettingRow { height: auto; margin-bottom: 1; }
    SettingRow > .problem { height: auto; color: $error; padding: 0 1; display: none; }
    SettingRow.-wrong > .problem { display: block; }
    """

    @dataclass
    class Entered(Message):
        """Another text or choice stands in the row."""

        row: SettingRow
        text: str

    def __init__(
        self, key: str, title: str, choices: tuple[tuple[str, str], ...] = (), *, cycle: bool = False
    ) -> None:
        super().__init__(id=f"setting-{key.replace('_', '-')}")
        self.key = key
        self.title = title
        self.choices = choices
        self.cycle = cycle

    def compose(self) -> ComposeResult:
        yield SplitLine(Content(self.title))
        if self.choices:
            yield Choice(self.choices, INHERIT, cycle=self.cycle)
        else:
            yield FieldInput()
        yield Static("", classes="problem", markup=False)

    def show(self, text: str, origin: str = "", placeholder: str = "") -> None:
        """Shows a value; a field that is being typed in is left alone where it says the same."""
        self.query_one(SplitLine).right = label_content(origin, "$foreground-muted", 24)
        for choice in self.query(Choice):
            choice.value = text
        for entry in self.query(FieldInput):
            entry.placeholder = label(placeholder)
            if not entry.has_focus and entry.value != text:
                with entry.prevent(Input.Changed):
                    entry.value = text
        if not any(entry.has_focus for entry in self.query(FieldInput)):
            self.say(None)

    def say(self, problem: str | None) -> None:
        """Says what is wrong with what was entered."""
        self.set_class(problem is not None, "-wrong")
        self.query_one(".problem", Static).update(content(problem or ""))

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self.post_message(self.Entered(self, event.value))

    @on(Choice.Changed)
    def _chosen(self, event: Choice.Changed) -> None:
        event.stop()
        self.post_message(self.Entered(self, event.value))
