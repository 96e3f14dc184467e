"""A word or two that can be clicked or, focused, pressed with Enter: the quietest kind of button."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len
from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widget import Widget


class WordButton(Widget, can_focus=True):
    """Shows `label`, behind the `key` that does the same; `what` names it in its message."""

    DEFAULT_CSS = """
    WordButton { width: auto; height: 1; margin-right: 2; color: $foreground-muted; }
    WordButton:hover { color: $foreground; }
    WordButton:focus { color: $foreground; text-style: bold underline; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,space", "press", "Press", show=False, id="word.press")
    ]

    @dataclass
    class Pressed(Message):
        """It was clicked or pressed."""

        button: WordButton
        what: str

        @property
        def control(self) -> WordButton:
            return self.button

    def __init__(
        self,
        label: str | Content,
        what: str,
        *,
        key: str = "",
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self.label = label if isinstance(label, Content) else Content(label)
        self.key = key
        self.what = what

    def render(self) -> Content:
        if not self.key:
            return self.label
        return Content.assemble((self.key, "$accent"), " ", self.label)

    def get_content_width(self, container: object, viewport: object) -> int:
        return self.label.cell_length + (cell_len(self.key) + 1 if self.key else 0)

    def action_press(self) -> None:
        self.post_message(self.Pressed(self, self.what))

    def on_click(self, event: events.Click) -> None:
        event.stop()
        self.action_press()
