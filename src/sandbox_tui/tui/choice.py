"""Chooses one of a few: all beside each other, or, where there are many, one at a time between two arrows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len
from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget


class Choice(Widget, can_focus=True):
    """`options` are (value, label); `value` is the chosen one. With `cycle` only that one is shown."""

    DEFAULT_CSS = """
    Choice { height: 1; width: 1fr; color: $foreground-muted; }
    Choice:focus { background: $foreground 8%; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "move(-1)", "Previous", show=False, id="choice.previous"),
        Binding("right,space,enter", "move(1)", "Next", show=False, id="choice.next"),
    ]

    GAP = 2

    value: reactive[str] = reactive("")

    @dataclass
    class Changed(Message):
        """The user chose another value."""

        choice: Choice
        value: str

        @property
        def control(self) -> Choice:
            return self.choice

    def __init__(
        self,
        options: tuple[tuple[str, str], ...],
        value: str,
        *,
        cycle: bool = False,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self.options = options
        self.cycle = cycle
        self.set_reactive(Choice.value, value)

    def _pieces(self) -> list[tuple[str, str]]:
        """What stands beside each other: (value, text)."""
        if self.cycle:
            label = next((label for value, label in self.options if value == self.value), self.value)
            return [(self.value, f"‹ {label} ›")]
        return [(value, f"{'●' if value == self.value else '○'} {label}") for value, label in self.options]

    def render(self) -> Content:
        parts: list[Content] = []
        for value, text in self._pieces():
            parts.append(Content.styled(text, "$accent" if value == self.value else "$foreground-muted"))
        return Content(" " * self.GAP).join(parts)

    def get_content_width(self, container: object, viewport: object) -> int:
        pieces = self._pieces()
        return sum(cell_len(text) for _, text in pieces) + self.GAP * (len(pieces) - 1)

    def choose(self, value: str) -> None:
        """Chooses `value` and says so."""
        if value != self.value:
            self.value = value
            self.refresh(layout=self.cycle)
            self.post_message(self.Changed(self, value))

    def action_move(self, step: int) -> None:
        values = [value for value, _ in self.options]
        position = values.index(self.value) if self.value in values else -1
        self.choose(values[(position + step) % len(values)])

    def on_click(self, event: events.Click) -> None:
        event.stop()
        x = event.get_content_offset_capture(self).x
        if self.cycle:
            self.action_move(-1 if x < 2 else 1)
            return
        start = 0
        for value, text in self._pieces():
            end = start + cell_len(text)
            if start <= x <= end:
                self.choose(value)
                return
            start = end + self.GAP
