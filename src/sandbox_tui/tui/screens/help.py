"""The keys, on one screen."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from ..commands import COMMANDS, PALETTE_KEY, QUIT_KEY

EVERYWHERE = (
    (PALETTE_KEY, "Commands", "Every command by its name"),
    (QUIT_KEY, "Quit", "Asks about what is unsaved"),
    ("^Space", "Complete", "In the editor; Tab takes, Esc closes"),
    ("Tab", "Next field", "In the editor it indents: press Esc first"),
    ("Esc", "Back", "Leave a dialog or an enlarged pane"),
)

FOOT = "Hold shift to select text with the mouse. Every word can be clicked."


class HelpScreen(ModalScreen[None]):
    """Lists the keys; any of escape, F1 and q closes it."""

    DEFAULT_CSS = """
    HelpScreen { align: center middle; background: $background 70%; }
    HelpScreen > Vertical {
        width: 80; max-width: 98%; height: auto; max-height: 94%; padding: 1 2; background: $surface;
        border-left: outer $accent;
    }
    HelpScreen VerticalScroll { height: auto; scrollbar-size-vertical: 1; background: $surface; }
    HelpScreen Static { height: auto; text-wrap: nowrap; text-overflow: ellipsis; }
    HelpScreen .title { text-style: bold; margin-bottom: 1; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,f1,q", "dismiss(None)", "Close", id="help.close", show=False, priority=True)
    ]

    def compose(self) -> ComposeResult:
        rows = [(command.shown, command.name, command.help) for command in COMMANDS if command.shown]
        lines = [
            Content.assemble((f"{key:<11}", "$accent"), f"{name:<20}", (text, "$foreground-muted"))
            for key, name, text in (*rows, *EVERYWHERE)
        ]
        lines += [Content(""), Content.styled(FOOT, "$foreground-muted")]
        with Vertical():
            yield Static("Keys", classes="title")
            with VerticalScroll():
                yield Static(Content("\n").join(lines))

    def on_resize(self) -> None:
        """Scrolls what a low screen has no room for: without a limit the end would be cut off."""
        self.query_one(VerticalScroll).styles.max_height = max(1, int(self.size.height * 0.94) - 4)
