"""The pane at the side: Inputs, Externals, Limits; the tasks too where the screen has no column for them."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import ContentSwitcher

from .inputs.inputs_form import InputsForm
from .settings.externals_pane import ExternalsPane
from .settings.limits_pane import LimitsPane
from .tab_strip import Tab, TabStrip
from .tasks.task_tree import TasksPane
from .word_button import WordButton

TASKS_TAB = Tab("tasks", "Tasks")
TABS = (Tab("inputs", "Inputs"), Tab("externals", "Externals"), Tab("limits", "Limits"))


class SidePane(Vertical):
    """Shows one of its panes at a time, and the buttons that run the task."""

    ALLOW_MAXIMIZE = True

    DEFAULT_CSS = """
    SidePane > TabStrip { padding: 0 1; }
    SidePane > ContentSwitcher { height: 1fr; }
    SidePane > ContentSwitcher > * { height: 1fr; scrollbar-size-vertical: 1; }
    SidePane TasksPane { padding-top: 1; }
    SidePane TasksPane > .title { display: none; }
    SidePane > .run { height: 1; padding: 0 1; margin-top: 1; }
    """

    def compose(self) -> ComposeResult:
        yield TabStrip(TABS, "inputs", id="side-tabs")
        with ContentSwitcher(initial="side-inputs"):
            yield TasksPane(id="side-tasks")
            yield InputsForm(id="side-inputs")
            yield ExternalsPane(id="side-externals")
            yield LimitsPane(id="side-limits")
        with Horizontal(classes="run"):
            yield WordButton("Run", "run", key="F5")
            yield WordButton("Step", "step", key="F6")

    @property
    def strip(self) -> TabStrip:
        return self.query_one("#side-tabs", TabStrip)

    @property
    def inputs(self) -> InputsForm:
        return self.query_one(InputsForm)

    @property
    def externals(self) -> ExternalsPane:
        return self.query_one(ExternalsPane)

    @property
    def limits(self) -> LimitsPane:
        return self.query_one(LimitsPane)

    def offer_tasks(self, offered: bool) -> None:
        """Whether the tasks are one of the tabs."""
        self.strip.tabs = (TASKS_TAB, *TABS) if offered else TABS
        if not offered and self.strip.active == TASKS_TAB.id:
            self.show_tab("inputs")

    def show_tab(self, tab: str) -> None:
        """Brings a tab to the front: `tasks`, `inputs`, `externals` or `limits`."""
        self.strip.active = tab
        self.query_one(ContentSwitcher).current = f"side-{tab}"

    @on(TabStrip.Chosen)
    def _chosen(self, event: TabStrip.Chosen) -> None:
        event.stop()
        self.show_tab(event.tab)

    @on(WordButton.Pressed)
    async def _pressed(self, event: WordButton.Pressed) -> None:
        event.stop()
        await self.run_action(f"screen.{event.what}")
