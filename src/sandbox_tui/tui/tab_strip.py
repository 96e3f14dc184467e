"""One line of tabs: names beside each other, the chosen one in capitals and in the accent colour.

Quieter than Textual's `Tabs` (two lines and an animated bar), cheap to lay out, and readable without colour.
It holds no panes: it says which name was chosen, and its owner shows the pane.
"""

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


@dataclass(frozen=True, slots=True)
class Tab:
    """One tab: its identity, its name, and a count shown behind the name (None: no count)."""

    id: str
    label: str
    count: int | None = None

    def text(self, chosen: bool) -> str:
        """What the strip shows for it."""
        label = self.label.upper() if chosen else self.label
        return label if self.count is None else f"{label} {self.count}"


class TabStrip(Widget, can_focus=True):
    """The strip; `tabs` may change at any time, `active` is the id of the chosen tab."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"tab-strip--active", "tab-strip--tab", "tab-strip--count"}

    DEFAULT_CSS = """
    TabStrip { height: 1; width: 1fr; color: $foreground-muted; }
    TabStrip > .tab-strip--active { color: $accent; text-style: bold; }
    TabStrip > .tab-strip--tab { color: $foreground-muted; }
    TabStrip > .tab-strip--count { color: $foreground-muted; }
    TabStrip:focus > .tab-strip--active { text-style: bold underline; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,h", "move(-1)", "Previous tab", show=False, id="tabs.previous"),
        Binding("right,l", "move(1)", "Next tab", show=False, id="tabs.next"),
    ]

    GAP = 2

    tabs: reactive[tuple[Tab, ...]] = reactive((), layout=False)
    active: reactive[str] = reactive("")

    @dataclass
    class Chosen(Message):
        """The user chose another tab."""

        strip: TabStrip
        tab: str

        @property
        def control(self) -> TabStrip:
            return self.strip

    def __init__(self, tabs: tuple[Tab, ...], active: str, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.set_reactive(TabStrip.tabs, tabs)
        self.set_reactive(TabStrip.active, active)

    def render(self) -> Content:
        parts: list[Content] = []
        gap = Content(" " * self.GAP)
        for index, tab in enumerate(self.tabs):
            if index:
                parts.append(gap)
            chosen = tab.id == self.active
            style = self.get_visual_style("tab-strip--active" if chosen else "tab-strip--tab")
            parts.append(Content.styled(tab.text(chosen), style))
        return Content("").join(parts)

    def get_content_width(self, container: object, viewport: object) -> int:
        return sum(cell_len(tab.text(False)) for tab in self.tabs) + self.GAP * max(0, len(self.tabs) - 1)

    def tab_at(self, x: int) -> str | None:
        """The id of the tab at column `x` (0-based) of the strip."""
        start = 0
        for tab in self.tabs:
            end = start + cell_len(tab.text(tab.id == self.active))
            if start - 1 <= x <= end:
                return tab.id
            start = end + self.GAP
        return None

    def choose(self, tab: str) -> None:
        """Chooses `tab` and says so."""
        if tab != self.active:
            self.active = tab
            self.post_message(self.Chosen(self, tab))

    def set_count(self, tab: str, count: int | None) -> None:
        """Changes the count behind one name."""
        self.tabs = tuple(Tab(t.id, t.label, count) if t.id == tab else t for t in self.tabs)

    def action_move(self, step: int) -> None:
        ids = [tab.id for tab in self.tabs]
        if ids:
            position = ids.index(self.active) if self.active in ids else 0
            self.choose(ids[(position + step) % len(ids)])

    def on_click(self, event: events.Click) -> None:
        tab = self.tab_at(event.get_content_offset_capture(self).x)
        if tab is not None:
            event.stop()
            self.choose(tab)
