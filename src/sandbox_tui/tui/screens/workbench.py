"""The workbench: the panes, and the way of messages between them.

What a command does is done elsewhere: `checking` (findings follow the typing), `showing` (panes follow the
document), `running`, `filing` (open, save, export), `keeping` (the journal of unsaved work),
`settings.changing`. For a quick first picture this module imports and composes the header, the editor and the
keys alone; everything else is loaded and mounted when that picture is on the screen, which is why messages
are handled by name here and not by class.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Static
from textual.worker import Worker, WorkerState

from ..commands import ACTIONS, CALL_HINTS, IDLE_HINTS, RUNNING_HINTS, bindings
from ..editor.source_editor import SourceEditor
from ..header import HeaderLine
from ..key_bar import KeyBar
from ..problem_line import ProblemLine
from ..tab_strip import TabStrip
from ..text import visible
from . import layout

if TYPE_CHECKING:
    from ..calls.card import CallCard
    from ..checking import Checking, Examined
    from ..filing import Filing, TasksFound
    from ..fixing import AllFixed, Fixing
    from ..keeping import Keeping
    from ..results.calls_view import CallsView
    from ..results.problems_view import ProblemsView
    from ..results.result_view import ResultView
    from ..results.run_panel import RunPanel
    from ..running import RunAsks, RunEnded, Running
    from ..session import Workbench
    from ..settings.changing import Changing
    from ..settings.external_row import ExternalRow
    from ..settings.externals_pane import ExternalsPane
    from ..showing import Showing
    from ..side_pane import SidePane
    from ..tasks.task_tree import TasksPane
    from ..type_checking import TypesFound


class EditorPane(Vertical):
    """The editor and the lines under it."""

    ALLOW_MAXIMIZE = True


class WorkbenchScreen(Screen[None]):
    """Header, tasks, editor, side pane, run panel, keys."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings()]
    HORIZONTAL_BREAKPOINTS = layout.HORIZONTAL_BREAKPOINTS
    VERTICAL_BREAKPOINTS = layout.VERTICAL_BREAKPOINTS
    AUTO_FOCUS = "#editor"
    ALLOW_IN_MAXIMIZED_VIEW = "HeaderLine, KeyBar"
    DEFAULT_CSS = layout.FIRST_CSS

    workbench: Workbench
    checking: Checking
    showing: Showing
    running: Running
    filing: Filing
    fixing: Fixing
    keeping: Keeping
    changing: Changing

    def __init__(self, path: Path | None, size: tuple[int, int]) -> None:
        super().__init__(classes=f"-front-center {layout.classes_for(*size)}")
        self._path = path
        self._front = "center"
        self.ready = False

    # --- composing ---

    def compose(self) -> ComposeResult:
        yield HeaderLine(id="header")
        with Horizontal(id="body"), EditorPane(id="center"):
            yield SourceEditor(id="editor", read_only=True)
            yield ProblemLine(id="problem")
        yield KeyBar(IDLE_HINTS, id="keys")

    def on_mount(self) -> None:
        name = self._path.name if self._path is not None and not self._path.is_dir() else ""
        self.query_one(HeaderLine).show(name=name, unsaved=False)
        self.call_after_refresh(self._mount_rest)

    async def _mount_rest(self) -> None:
        """Loads and mounts what the first picture did without, and opens what is to be opened."""
        from ..checking import Checking
        from ..filing import Filing
        from ..fixing import Fixing
        from ..keeping import Keeping
        from ..results.run_panel import RunPanel
        from ..running import Running
        from ..session import Workbench
        from ..settings.changing import Changing
        from ..showing import Showing
        from ..side_pane import SidePane
        from ..tasks.task_tree import TasksPane

        self.workbench = Workbench()
        self.checking, self.showing, self.running = Checking(self), Showing(self), Running(self)
        self.filing, self.keeping, self.changing = Filing(self), Keeping(self), Changing(self)
        self.fixing = Fixing(self)
        self.app.stylesheet.add_source(layout.CSS, ("sandbox_tui.tui.screens.layout", "CSS"))
        with self.app.batch_update():
            body = self.query_one("#body")
            await body.mount(TasksPane(id="tasks"), before="#center")
            await body.mount(SidePane(id="side"))
            await self.mount(RunPanel(id="run"), after="#body")
            await self.mount(TabStrip(layout.NARROW_TABS, self._front, id="pane-strip"), before="#body")
            await self.mount(Static(layout.TOO_SMALL, id="too-small"))
        # What was there already has not seen the rest of the style sheet yet.
        self.update_node_styles(animate=False)
        self.ready = True
        self._fit()
        self.filing.in_turn(self.filing.begin(self._path))
        self.running.warm()

    def on_unmount(self) -> None:
        if self.ready:
            self.running.stop()

    def on_resize(self, event: events.Resize) -> None:
        if self.ready:
            self.call_after_refresh(self._fit)

    def _fit(self) -> None:
        self.side.offer_tasks(self.has_class("-normal"))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """No command before there is something to command."""
        return self.ready or action not in ACTIONS

    # --- the panes ---

    @property
    def editor(self) -> SourceEditor:
        return self.query_one("#editor", SourceEditor)

    @property
    def panel(self) -> RunPanel:
        from ..results.run_panel import RunPanel

        return self.query_one("#run", RunPanel)

    @property
    def side(self) -> SidePane:
        from ..side_pane import SidePane

        return self.query_one("#side", SidePane)

    @property
    def problem(self) -> ProblemLine:
        return self.query_one(ProblemLine)

    def take_text(self) -> None:
        """Takes the text of the editor over into the document."""
        if not self.editor.read_only:
            self.workbench.set_source(self.editor.text)

    def tell(self, text: str, severity: Any = "information") -> None:
        """Shows a line for a while; `text` may be any text."""
        self.app.notify(visible(text), severity=severity, markup=False)

    def keep_work(self) -> None:
        """Writes what is unsaved to the recovery journal at once."""
        if self.ready:
            self.take_text()
            self.keeping.now()

    def show_input_problems(self, problems: Mapping[str, str]) -> None:
        """Flags the fields that hinder a run."""
        self.side.show_tab("inputs")
        self.bring_forward("side")
        self.side.inputs.show_problems(problems)
        self.panel.result.show_hint("The task needs its inputs: see the marked fields.")

    def show_keys(self) -> None:
        """Shows the keys that matter now."""
        idle = RUNNING_HINTS if self.running.active else IDLE_HINTS
        self.query_one(KeyBar).hints = CALL_HINTS if self.running.question is not None else idle

    def goto(self, line: int, column: int) -> None:
        """Goes to a place of the source."""
        self.bring_forward("center")
        self.editor.goto(line, column)
        self.editor.focus()

    def bring_forward(self, pane: str) -> None:
        """Where only one pane is on the screen, makes it this one: `tasks`, `center`, `side` or `run`."""
        self.remove_class(f"-front-{self._front}")
        self._front = pane
        self.add_class(f"-front-{pane}")
        self.query_one("#pane-strip", TabStrip).active = self.side.strip.active if pane == "side" else pane

    def _focus_in(self, pane: Widget) -> None:
        """Moves the focus to the first thing to be used in `pane`, to its tabs if there is none."""
        shown = [widget for widget in pane.query("*") if widget.focusable and widget.region]
        shown.sort(key=lambda widget: isinstance(widget, TabStrip))
        if shown:
            shown[0].focus()

    # --- messages ---

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        if event.state is WorkerState.ERROR:
            self.tell(f"An error of the workbench itself: {event.worker.error!r}", "error")

    def on_source_editor_edited(self, event: SourceEditor.Edited) -> None:
        if self.ready and self.workbench.document is not None:
            self.checking.soon()
            self.keeping.soon()

    def on_source_editor_cursor_diagnostic(self, event: SourceEditor.CursorDiagnostic) -> None:
        if self.ready and self.workbench.unreadable is None:
            self.problem.show(event.diagnostic)

    def on_source_editor_call_at_cursor(self, event: SourceEditor.CallAtCursor) -> None:
        if self.ready:
            self.problem.show_call(event.signature)

    def on_source_editor_hidden_characters_pasted(self, event: SourceEditor.HiddenCharactersPasted) -> None:
        self.tell(
            f"The pasted text holds {event.count} characters that do not show; they are kept.", "warning"
        )

    async def on_examined(self, event: Examined) -> None:
        await self.showing.examined(event)

    def on_all_fixed(self, event: AllFixed) -> None:
        self.fixing.take(event)

    def on_types_found(self, event: TypesFound) -> None:
        self.showing.types_found(event)

    def on_externals_pane_edited(self) -> None:
        self.changing.edited()

    def on_limits_pane_edited(self) -> None:
        self.changing.edited()

    def on_inputs_form_declared(self) -> None:
        self.changing.edited()

    async def on_externals_pane_add_wanted(self, event: ExternalsPane.AddWanted) -> None:
        await self.changing.add(event.name)

    async def on_externals_pane_remove_wanted(self, event: ExternalsPane.RemoveWanted) -> None:
        await self.changing.remove(event.name)

    async def on_externals_pane_override_wanted(self, event: ExternalsPane.OverrideWanted) -> None:
        await self.changing.override(event.name)

    def on_external_row_source_wanted(self, event: ExternalRow.SourceWanted) -> None:
        self.filing.in_turn(self.changing.edit_source(event.row))

    async def on_limits_pane_folder_save_wanted(self) -> None:
        await self.changing.save_limits()

    def on_run_asks(self, event: RunAsks) -> None:
        self.running.asked(event)

    def on_run_ended(self, event: RunEnded) -> None:
        self.running.ended(event)

    def on_call_card_answered(self, event: CallCard.Answered) -> None:
        self.running.answered(event.question, event.reply)

    def on_run_status_stop_clicked(self) -> None:
        self.running.stop()

    def on_result_view_place_chosen(self, event: ResultView.PlaceChosen) -> None:
        self.goto(event.line, event.column)

    def on_problems_view_chosen(self, event: ProblemsView.Chosen) -> None:
        self.goto(event.diagnostic.start.line, event.diagnostic.start.column)

    def on_calls_view_call_chosen(self, event: CallsView.CallChosen) -> None:
        call = event.call
        if call.line:
            self.bring_forward("center")
            self.editor.mark_call(call.line, call.column, call.end_line, call.end_column)

    def on_tab_strip_chosen(self, event: TabStrip.Chosen) -> None:
        if event.tab in layout.SIDE_TABS:
            self.side.show_tab(event.tab)
        self.bring_forward("side" if event.tab in layout.SIDE_TABS else event.tab)

    def on_tasks_pane_task_chosen(self, event: TasksPane.TaskChosen) -> None:
        self.bring_forward("center")
        self.filing.in_turn(self.filing.open(event.path))

    def on_tasks_found(self, event: TasksFound) -> None:
        self.filing.show_found(event)

    # --- commands ---

    def action_run(self) -> None:
        if self.running.question is not None:
            self.running.go_on()
        else:
            self.running.start(stepping=False)

    def action_step(self) -> None:
        if self.running.question is not None:
            self.panel.card.answer()
        else:
            self.running.start(stepping=True)

    def action_answer(self) -> None:
        self.panel.card.answer()

    def action_stop(self) -> None:
        self.running.stop()

    def action_next_problem(self, step: int) -> None:
        self.bring_forward("center")
        if step > 0:
            self.editor.action_next_problem()
        else:
            self.editor.action_previous_problem()

    def action_fix_problem(self) -> None:
        self.fixing.at_cursor()

    def action_fix_all(self) -> None:
        self.fixing.all()

    def action_explain(self) -> None:
        self.fixing.explain()

    def action_judge(self) -> None:
        self.filing.in_turn(self.changing.judge())

    def action_toggle_types(self) -> None:
        self.checking.types.toggle()

    def action_save(self) -> None:
        self.filing.in_turn(self.filing.save())

    def action_save_as(self) -> None:
        self.filing.in_turn(self.filing.save_as())

    def action_new_task(self) -> None:
        self.filing.in_turn(self.filing.new_task())

    def action_choose_task(self) -> None:
        self.filing.in_turn(self.filing.choose_task())

    def action_open_path(self) -> None:
        self.filing.in_turn(self.filing.open_asked())

    def action_export(self, form: str) -> None:
        self.filing.in_turn(self.filing.export(form))

    def action_refresh_tasks(self) -> None:
        self.filing.look_through(self.workbench.folder)

    async def action_declare_missing(self) -> None:
        await self.changing.declare_missing()

    async def action_save_limits(self) -> None:
        await self.changing.save_limits()

    def action_copy_result(self) -> None:
        self.running.copy_result()

    def action_save_result(self) -> None:
        self.running.save_result()

    def action_save_output(self) -> None:
        self.running.save_output()

    def action_help(self) -> None:
        from .help import HelpScreen

        self.app.push_screen(HelpScreen())

    def action_show_side(self, tab: str) -> None:
        self.side.show_tab(tab)
        self.bring_forward("side")
        self.call_after_refresh(self._focus_in, self.side)

    def action_show_run(self, tab: str) -> None:
        self.panel.show_tab(tab)
        self.bring_forward("run")
        self.call_after_refresh(self._focus_in, self.panel)

    def action_next_pane(self, step: int) -> None:
        panes = {name: self.query_one(f"#{name}") for name in layout.PANES}
        names = [name for name, pane in panes.items() if self.has_class("-narrow") or pane.display]
        place = names.index(self._focused_pane()) if self._focused_pane() in names else 0
        name = names[(place + step) % len(names)]
        self.bring_forward(name)
        self.call_after_refresh(self._focus_in, panes[name])

    def action_enlarge(self) -> None:
        if self.maximized is not None:
            self.minimize()
        elif name := self._focused_pane():
            self.maximize(self.query_one(f"#{name}"), container=False)

    def _focused_pane(self) -> str:
        above = self.focused.ancestors_with_self if self.focused is not None else ()
        return next((name for name in layout.PANES if self.query_one(f"#{name}") in above), "")
