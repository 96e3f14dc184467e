"""The Output tab: what the run printed, as it comes; the pane shows the end, the run keeps it all."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Log, Static

from .text_view import shown

# Lines the pane keeps; the run itself keeps everything that was printed.
SHOWN_LINES = 5_000
# A line is cut at this many characters on the screen: a terminal has no use for more, and measuring it would
# hold up the keys.
LINE_CHARACTERS = 2_000


class OutputView(Vertical):
    """Appends text; says so when it shows only the end."""

    DEFAULT_CSS = """
    OutputView > Static { color: $foreground-muted; padding: 0 1; height: 1; display: none; }
    OutputView.-cut > Static { display: block; }
    OutputView > Log { padding: 0 1; background: $background; scrollbar-size: 1 1; }
    OutputView > Log:focus { background-tint: $foreground 0%; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.lines = 0

    def compose(self) -> ComposeResult:
        yield Static(f"only the last {SHOWN_LINES:,} lines are shown; the whole can be saved", markup=False)
        yield Log(max_lines=SHOWN_LINES, highlight=False)

    def clear(self) -> None:
        """Forgets what was shown."""
        self.lines = 0
        self.remove_class("-cut")
        self.query_one(Log).clear()

    def append(self, text: str) -> None:
        """Adds printed text; lines may come in pieces."""
        if not text:
            return
        lines = text.split("\n")
        self.lines += len(lines) - 1
        if len(lines) > SHOWN_LINES:
            lines = lines[-SHOWN_LINES:]
        self.set_class(self.lines > SHOWN_LINES, "-cut")
        cut = [line if len(line) <= LINE_CHARACTERS else f"{line[:LINE_CHARACTERS]}…" for line in lines]
        self.query_one(Log).write(shown("\n".join(cut)))
