"""The run panel: its tabs, the status at their right, and the card of a call that waits for an answer."""

from __future__ import annotations

from dataclasses import dataclass

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import ContentSwitcher, Static

from ..calls.card import CallCard
from ..tab_strip import Tab, TabStrip
from .calls_view import CallsView
from .output_view import OutputView
from .problems_view import ProblemsView
from .result_view import ResultView

TABS = (
    Tab("result", "Result"),
    Tab("output", "Output"),
    Tab("calls", "Calls", 0),
    Tab("problems", "Problems", 0),
)
CALL_TAB = Tab("call", "Call")


class RunStatus(Static):
    """How the last run ended, or that one is going on; while it does, a click stops it."""

    class StopClicked(Message):
        """The user wants the run to end."""

    DEFAULT_CSS = "RunStatus { width: auto; height: 1; color: $foreground-muted; padding: 0 0 0 2; }"

    def __init__(self) -> None:
        super().__init__("", markup=False)
        self.running = False

    def show(self, text: Content, *, running: bool = False) -> None:
        """Shows another status."""
        self.running = running
        self.update(text)

    def on_click(self, event: events.Click) -> None:
        if self.running:
            event.stop()
            self.post_message(self.StopClicked())


class RunPanel(Vertical):
    """Result, Output, Calls and Problems; a fifth tab comes first while a call waits."""

    ALLOW_MAXIMIZE = True

    DEFAULT_CSS = """
    RunPanel { height: 1fr; }
    RunPanel > #run-head { height: 1; padding: 0 1; }
    RunPanel > ContentSwitcher { height: 1fr; }
    RunPanel > ContentSwitcher > * { height: 1fr; }
    """

    @dataclass
    class TabChanged(Message):
        """Another tab is shown."""

        tab: str

    def compose(self) -> ComposeResult:
        with Horizontal(id="run-head"):
            yield TabStrip(TABS, "result", id="run-tabs")
            yield RunStatus()
        with ContentSwitcher(initial="tab-result"):
            yield CallCard(id="tab-call")
            yield ResultView(id="tab-result")
            yield OutputView(id="tab-output")
            yield CallsView(id="tab-calls")
            yield ProblemsView(id="tab-problems")

    @property
    def strip(self) -> TabStrip:
        return self.query_one("#run-tabs", TabStrip)

    @property
    def status(self) -> RunStatus:
        return self.query_one(RunStatus)

    @property
    def card(self) -> CallCard:
        return self.query_one(CallCard)

    @property
    def result(self) -> ResultView:
        return self.query_one(ResultView)

    @property
    def output(self) -> OutputView:
        return self.query_one(OutputView)

    @property
    def calls(self) -> CallsView:
        return self.query_one(CallsView)

    @property
    def problems(self) -> ProblemsView:
        return self.query_one(ProblemsView)

    def show_tab(self, tab: str) -> None:
        """Brings a tab to the front: `call`, `result`, `output`, `calls` or `problems`."""
        self.strip.active = tab
        self.query_one(ContentSwitcher).current = f"tab-{tab}"

    def offer_card(self, offered: bool) -> None:
        """Puts the tab of the waiting call before the others, or takes it away."""
        has = any(tab.id == CALL_TAB.id for tab in self.strip.tabs)
        if offered and not has:
            self.strip.tabs = (CALL_TAB, *self.strip.tabs)
            self.show_tab(CALL_TAB.id)
        elif has and not offered:
            self.strip.tabs = tuple(tab for tab in self.strip.tabs if tab.id != CALL_TAB.id)
            if self.strip.active == CALL_TAB.id:
                self.show_tab("result")

    @on(TabStrip.Chosen)
    def _chosen(self, event: TabStrip.Chosen) -> None:
        event.stop()
        self.show_tab(event.tab)
        self.post_message(self.TabChanged(event.tab))
