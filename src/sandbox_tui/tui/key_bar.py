"""The last line: the keys that matter here, each a place to click; what does not fit is left out from the
right.
"""

from __future__ import annotations

from dataclasses import dataclass

from rich.cells import cell_len
from textual import events
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget


@dataclass(frozen=True, slots=True)
class KeyHint:
    """A key as one reads it, what it does in a word or two, and the action that a click runs."""

    key: str
    label: str
    action: str


class KeyBar(Widget):
    """Shows `hints`; runs the action of the one that is clicked."""

    COMPONENT_CLASSES = {"key-bar--key", "key-bar--label"}  # noqa: RUF012

    DEFAULT_CSS = """
    KeyBar { height: 1; dock: bottom; padding: 0 1; background: $surface; color: $foreground-muted; }
    KeyBar > .key-bar--key { color: $accent; }
    KeyBar > .key-bar--label { color: $foreground-muted; }
    """

    GAP = 2

    hints: reactive[tuple[KeyHint, ...]] = reactive(())

    def __init__(self, hints: tuple[KeyHint, ...], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.set_reactive(KeyBar.hints, hints)

    def _fitting(self) -> list[tuple[int, int, KeyHint]]:
        """The hints that fit, each with its first and last-plus-one column."""
        placed: list[tuple[int, int, KeyHint]] = []
        start = 0
        for hint in self.hints:
            end = start + cell_len(hint.key) + 1 + cell_len(hint.label)
            if end > self.content_size.width:
                break
            placed.append((start, end, hint))
            start = end + self.GAP
        return placed

    def render(self) -> Content:
        key_style = self.get_visual_style("key-bar--key")
        label_style = self.get_visual_style("key-bar--label")
        pieces = [
            Content.assemble((hint.key, key_style), " ", (hint.label, label_style))
            for _, _, hint in self._fitting()
        ]
        return Content(" " * self.GAP).join(pieces)

    async def on_click(self, event: events.Click) -> None:
        x = event.get_content_offset_capture(self).x
        for start, end, hint in self._fitting():
            if start <= x < end:
                event.stop()
                await self.run_action(hint.action)
                return
