"""The workbench: the panes, and the way of messages between them. What a command does is in `checking`, `running` and `filing`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Static
from textual.worker import Worker, WorkerState

from ..calls.card import CallCard
from ..checking import Checking, Examined
from ..commands import CALL_HINTS, IDLE_HINTS, RUNNING_HINTS, bindings
from ..editor.source_editor import SourceEditor
from ..fixing import apply_fix
from ..filing import Filing, TasksFound
from ..header import HeaderLine
from ..inputs.field_row import FieldRow
from ..inputs.inputs_form import InputsForm
from ..keeping import Keeping
from ..key_bar import KeyBar
from ..problem_line import ProblemLine
from ..results.calls_view import CallsView
from ..results.problems_view import ProblemsView
from ..results.result_view import ResultView
from ..results.run_panel import RunPanel, RunStatus
from ..results.show import result_json
from ..running import RunAsks, RunEnded, Running
from ..session import Workbench, monty_version
from ..settings.external_row import ExternalRow
from ..settings.externals_pane import ExternalsPane
from ..settings.limits_pane import LimitsPane
from ..side_pane import SidePane
from ..tab_strip import Tab, TabStrip
from ..tasks.task_tree import TasksPane
from ..text import content
from .dialogs import EditSource
from .help import HelpScreen

SIDE_TABS = ("inputs", "externals", "limits")
NARROW_TABS = (
    Tab("tasks", "Tasks"),
    Tab("center", "Editor"),
    Tab("inputs", "Inputs"),
    Tab("externals", "Externals"),
    Tab("limits", "Limits"),
    Tab("run", "Run"),
)
PANES = ("tasks", "center", "side", "run")


class WorkbenchScreen(Screen[None]):
    """Header, tasks, editor, side pane, run panel, keys. Only what the first picture needs is composed; the rest follows it."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings()]
    HORIZONTAL_BREAKPOINTS = [  # noqa: RUF012
        (0, "-tiny"), (40, "-narrow"), (80, "-normal"), (120, "-wide")
    ]  # fmt: skip
    VERTICAL_BREAKPOINTS = [  # noqa: RUF012
        (0, "-flat"),
        (10, "-short"),
        (32, "-tall"),
    ]
    AUTO_FOCUS = "#editor"

    DEFAULT_CSS = """
    WorkbenchScreen { layout: vertical; background: $background; }
    WorkbenchScreen #pane-strip { display: none; padding: 0 1; }
    WorkbenchScreen #body { height: 1fr; padding-top: 1; }
    WorkbenchScreen #center { width: 1fr; height: 1fr; }
    WorkbenchScreen #editor { height: 1fr; scrollbar-size-horizontal: 0; }
    WorkbenchScreen #tasks { width: 26; border-right: vkey $border-blurred; }
    WorkbenchScreen #side { width: 42; border-left: vkey $border-blurred; }
    WorkbenchScreen #run { height: 13; border-top: solid $border-blurred; }
    WorkbenchScreen #too-small { display: none; width: 100%; height: 100%; content-align: center middle; }

    WorkbenchScreen.-short #run { height: 8; }
    WorkbenchScreen.-short #body { padding-top: 0; }
    WorkbenchScreen.-short FieldRow, WorkbenchScreen.-short SettingRow { margin-bottom: 0; }
    WorkbenchScreen.-short SidePane > .run { display: none; }
    WorkbenchScreen.-short InputsForm, WorkbenchScreen.-short ExternalsPane { padding: 0 1; }
    WorkbenchScreen.-short LimitsPane { padding: 0 1; }
    WorkbenchScreen.-short SidePane TasksPane { padding: 0 0 0 1; }
    WorkbenchScreen.-short .heading { margin: 0; }
    WorkbenchScreen.-narrow SidePane > TabStrip { display: none; }
    WorkbenchScreen.-tall RunPanel > ContentSwitcher { margin-top: 1; }
    WorkbenchScreen.-normal #tasks { display: none; }
    WorkbenchScreen.-normal #side { width: 36; }

    WorkbenchScreen.-narrow #pane-strip { display: block; }
    WorkbenchScreen.-narrow #body { padding-top: 0; }
    WorkbenchScreen.-narrow #tasks, WorkbenchScreen.-narrow #side, WorkbenchScreen.-narrow #center { display: none; width: 1fr; border: none; }
    WorkbenchScreen.-narrow #run { display: none; height: 1fr; border: none; }
    WorkbenchScreen.-narrow.-front-tasks #tasks, WorkbenchScreen.-narrow.-front-side #side { display: block; }
    WorkbenchScreen.-narrow.-front-center #center, WorkbenchScreen.-narrow.-front-run #run { display: block; }
    WorkbenchScreen.-narrow.-front-run #body { display: none; }

    WorkbenchScreen.-tiny > *, WorkbenchScreen.-flat > * { display: none; }
    WorkbenchScreen.-tiny > #too-small, WorkbenchScreen.-flat > #too-small { display: block; }
    """

    def __init__(self, path: Path | None) -> None:
        super().__init__()
        self._path = path
        self._ready = False
        self._front = "center"
        self._monty = ""
        self.workbench = Workbench()
        self.checking = Checking(self)
        self.running = Running(self)
        self.filing = Filing(self)
        self.keeping = Keeping(self)

    def compose(self) -> ComposeResult:
        yield HeaderLine(id="header")
        with Horizontal(id="body"), Vertical(id="center"):
            yield SourceEditor(id="editor")
            yield ProblemLine(id="problem")
        yield KeyBar(IDLE_HINTS, id="keys")

    # --- the panes ---

    @property
    def editor(self) -> SourceEditor:
        return self.query_one("#editor", SourceEditor)

    @property
    def panel(self) -> RunPanel:
        return self.query_one(RunPanel)

    @property
    def side(self) -> SidePane:
        return self.query_one(SidePane)

    @property
    def problem(self) -> ProblemLine:
        return self.query_one(ProblemLine)

    async def on_mount(self) -> None:
        self.add_class("-front-center")
        self._show_header()
        self.call_after_refresh(self._mount_rest)

    async def _mount_rest(self) -> None:
        """Mounts the panes that the first picture did without, and opens what is to be opened."""
        with self.app.batch_update():
            body = self.query_one("#body")
            await body.mount(TasksPane(id="tasks"), before="#center")
            await body.mount(SidePane(id="side"))
            await self.mount(RunPanel(id="run"), after="#body")
            await self.mount(TabStrip(NARROW_TABS, self._front, id="pane-strip"), before="#body")
            await self.mount(Static("sandbox-tui needs 40 columns and 10 lines.", id="too-small"))
        self._ready = True
        self._monty = monty_version()
        self._fit()
        self.filing.in_turn(self._begin())

    async def _begin(self) -> None:
        path = self._path
        folder = Path.cwd() if path is None else path if path.is_dir() else path.parent
        looking = self.filing.look_through(folder)
        if path is not None and not path.is_dir():
            await self.filing.load(path)
            return
        for unsaved in self.keeping.left_behind(None, folder):
            if await self.keeping.offer(unsaved):
                return
        await looking.wait()
        if self.filing.found:
            await self.filing.load(self.filing.found[0])

    def on_unmount(self) -> None:
        self.running.stop()

    def on_resize(self, event: events.Resize) -> None:
        if self._ready:
            self.call_after_refresh(self._fit)

    def _fit(self) -> None:
        self.side.offer_tasks(self.has_class("-normal"))

    # --- what is open ---

    def take_text(self) -> None:
        """Takes the text of the editor over into the document."""
        if not self.editor.read_only:
            self.workbench.set_source(self.editor.text)

    async def show_opened(self) -> None:
        """Shows what the workbench has just opened."""
        workbench, editor = self.workbench, self.editor
        document, unreadable = workbench.document, workbench.unreadable
        report = editor.load(
            document.source if document is not None else unreadable.text if unreadable is not None else ""
        )
        editor.read_only = document is None or document.read_only
        self.problem.show(None)
        if unreadable is not None:
            self.problem.remark(unreadable.message)
            self.tell(f"{unreadable.path.name}: {unreadable.message}", "error")
            if unreadable.line is not None:
                editor.mark_line(unreadable.line, "error")
                editor.goto(unreadable.line)
        elif report.hidden:
            self.problem.remark(f"the text holds {report.hidden} characters that do not show")
        self.panel.result.show_hint("F5 runs the task." if document is not None else "No task is open.")
        workbench.examine()
        await self._show_known()
        self.panel.problems.show([])
        self.checking.now()

    async def _show_known(self) -> None:
        """Shows header, form and settings as the document is now."""
        workbench = self.workbench
        self._show_header()
        await self.side.inputs.show(workbench.fields, workbench.entries)
        await self._show_settings()

    async def _show_settings(self) -> None:
        workbench = self.workbench
        document = workbench.document
        editable = document is not None and not document.read_only
        externals = workbench.externals()
        await self.side.externals.show(externals, workbench.undeclared, editable=editable)
        self.side.limits.show(document)
        self.side.inputs.show_declared(document)

    def _show_header(self) -> None:
        workbench = self.workbench
        self.query_one(HeaderLine).show(
            name=workbench.name,
            unsaved=workbench.unsaved,
            signature=workbench.signature(),
            profile=workbench.profile,
            monty=self._monty,
        )
        for pane in self.query(TasksPane):
            pane.mark(workbench.path, unsaved=workbench.unsaved)

    def keep_work(self) -> None:
        """Writes what is unsaved to the recovery journal at once."""
        self.take_text()
        self.keeping.now()

    def saved(self) -> None:
        """Shows that the task is saved."""
        self._show_header()
        self.tell(f"Saved {self.workbench.name}")

    def tell(self, text: str, severity: Any = "information") -> None:
        """Shows a line for a while; `text` may be any text."""
        self.app.notify(content(text).plain, severity=severity, markup=False, timeout=4)

    @on(Worker.StateChanged)
    def _worker_failed(self, event: Worker.StateChanged) -> None:
        if event.state is WorkerState.ERROR:
            self.tell(f"An error of the workbench itself: {event.worker.error!r}", "error")

    # --- editing ---

    @on(SourceEditor.Edited, "#editor")
    def _edited(self, event: SourceEditor.Edited) -> None:
        if self._ready and self.workbench.document is not None:
            self.checking.soon()
            self.keeping.soon()

    @on(Examined)
    async def _examined(self, event: Examined) -> None:
        if self.checking.take(event):
            found = self.workbench.diagnostics
            self.panel.problems.show(found)
            self.panel.strip.set_count("problems", len(found))
            await self._show_known()

    @on(SourceEditor.CursorDiagnostic, "#editor")
    def _at_cursor(self, event: SourceEditor.CursorDiagnostic) -> None:
        if self.workbench.unreadable is None:
            self.problem.show(event.diagnostic)

    @on(FieldRow.Entered)
    def _entered(self) -> None:
        pass

    @on(ExternalsPane.Edited)
    @on(LimitsPane.Edited)
    @on(InputsForm.Declared)
    def _settings_edited(self) -> None:
        self._show_header()
        self.checking.soon()
        self.keeping.soon()

    @on(ExternalsPane.AddWanted)
    async def _add_external(self, event: ExternalsPane.AddWanted) -> None:
        self.workbench.declare(event.name)
        await self._settings_changed()

    @on(ExternalsPane.RemoveWanted)
    async def _remove_external(self, event: ExternalsPane.RemoveWanted) -> None:
        self.workbench.remove_external(event.name)
        await self._settings_changed()

    @on(ExternalsPane.OverrideWanted)
    async def _override_external(self, event: ExternalsPane.OverrideWanted) -> None:
        self.workbench.override_external(event.name)
        await self._settings_changed()

    async def _settings_changed(self) -> None:
        self.workbench.examine()
        await self._show_known()
        self.checking.soon()
        self.keeping.soon()

    @on(ExternalRow.SourceWanted)
    @work(group="file", exclusive=True)
    async def _edit_answer(self, event: ExternalRow.SourceWanted) -> None:
        row = event.row
        source = await self.app.push_screen_wait(
            EditSource(f"What {row.spec.name} answers", row.spec.source or "")
        )
        if source is not None:
            row.source_edited(source)

    @on(LimitsPane.FolderSaveWanted)
    async def action_save_limits(self) -> None:
        from ...workspace.errors import DocumentError

        try:
            path = self.workbench.save_limits_to_folder()
        except DocumentError as error:
            self.tell(str(error), "error")
            return
        self.tell(f"Saved the limits to {path.parent.name}/{path.name}")
        await self._settings_changed()

    # --- running ---

    def show_input_problems(self, problems: Mapping[str, str]) -> None:
        """Flags the fields that hinder a run."""
        self.side.show_tab("inputs")
        self.bring_forward("side")
        self.side.inputs.show_problems(problems)
        self.panel.result.show_hint("The task needs its inputs: see the marked fields.")

    def run_changed(self) -> None:
        """Shows the keys that matter now."""
        hints = (
            CALL_HINTS
            if self.running.question is not None
            else RUNNING_HINTS
            if self.running.active
            else IDLE_HINTS
        )
        self.query_one(KeyBar).hints = hints

    @on(RunAsks)
    def _run_asks(self, event: RunAsks) -> None:
        self.running.asked(event)

    @on(RunEnded)
    def _run_ended(self, event: RunEnded) -> None:
        self.running.ended(event)

    @on(CallCard.Answered)
    def _answered(self, event: CallCard.Answered) -> None:
        self.running.answered(event.question, event.reply)

    @on(RunStatus.StopClicked)
    def action_stop(self) -> None:
        self.running.stop()

    async def action_run(self) -> None:
        if self.running.question is not None:
            self.running.go_on()
        elif not self.running.active:
            self.running.start(stepping=False)

    async def action_step(self) -> None:
        if self.running.question is not None:
            self.panel.card.answer()
        elif not self.running.active:
            self.running.start(stepping=True)

    def action_answer(self) -> None:
        self.panel.card.answer()

    @on(ResultView.PlaceChosen)
    def _place_chosen(self, event: ResultView.PlaceChosen) -> None:
        self.goto(event.line, event.column)

    @on(ProblemsView.Chosen)
    def _problem_chosen(self, event: ProblemsView.Chosen) -> None:
        self.goto(event.diagnostic.start.line, event.diagnostic.start.column)

    @on(CallsView.CallChosen)
    def _call_chosen(self, event: CallsView.CallChosen) -> None:
        call = event.call
        if call.line:
            self.bring_forward("center")
            self.editor.mark_call(call.line, call.column, call.end_line, call.end_column)

    def goto(self, line: int, column: int) -> None:
        """Goes to a place of the source."""
        self.bring_forward("center")
        self.editor.goto(line, column)
        self.editor.focus()

    # --- panes ---

    def bring_forward(self, pane: str) -> None:
        """Where only one pane is on the screen, makes it this one: `tasks`, `center`, `side` or `run`."""
        self.remove_class(f"-front-{self._front}")
        self._front = pane
        self.add_class(f"-front-{pane}")
        self.query_one("#pane-strip", TabStrip).active = self.side.strip.active if pane == "side" else pane

    @on(TabStrip.Chosen, "#pane-strip")
    def _pane_chosen(self, event: TabStrip.Chosen) -> None:
        if event.tab in SIDE_TABS:
            self.side.show_tab(event.tab)
        self.bring_forward("side" if event.tab in SIDE_TABS else event.tab)

    @on(TasksPane.TaskChosen)
    def _task_chosen(self, event: TasksPane.TaskChosen) -> None:
        self.bring_forward("center")
        self.filing.in_turn(self.filing.open(event.path))

    @on(TasksFound)
    async def _tasks_found(self, event: TasksFound) -> None:
        if event.found is None:
            self.tell(event.problem or "the folder cannot be read", "error")
            return
        for pane in self.query(TasksPane):
            pane.show(event.folder, event.found.paths, complete=event.found.complete)
            pane.mark(self.workbench.path, unsaved=self.workbench.unsaved)

    def action_show_side(self, tab: str) -> None:
        self.side.show_tab(tab)
        self.bring_forward("side")
        self._focus_in(self.side)

    def action_show_run(self, tab: str) -> None:
        self.bring_forward("run")
        self.panel.show_tab(tab)
        self._focus_in(self.panel)

    def _focus_in(self, pane: Widget) -> None:
        for widget in pane.query("*"):
            if widget.focusable and widget.region and not isinstance(widget, TabStrip):
                widget.focus()
                return
        for widget in pane.query(TabStrip):
            widget.focus()

    def action_next_pane(self, step: int) -> None:
        names = [name for name in PANES if self.has_class("-narrow") or self.query_one(f"#{name}").display]
        focused = self.focused
        here = next(
            (
                n
                for n in names
                if focused is not None and self.query_one(f"#{n}") in focused.ancestors_with_self
            ),
            names[0],
        )
        name = names[(names.index(here) + step) % len(names)]
        self.bring_forward(name)
        self.call_after_refresh(self._focus_in, self.query_one(f"#{name}"))

    def action_enlarge(self) -> None:
        if self.maximized is not None:
            self.minimize()
            return
        focused = self.focused
        for name in PANES:
            pane = self.query_one(f"#{name}")
            if focused is not None and pane in focused.ancestors_with_self:
                self.maximize(pane, container=False)

    # --- commands ---

    def action_next_problem(self, step: int) -> None:
        self.bring_forward("center")
        if step > 0:
            self.editor.action_next_problem()
        else:
            self.editor.action_previous_problem()

    def action_fix_problem(self) -> None:
        diagnostic = self.editor.diagnostic_at_cursor()
        if diagnostic is None or diagnostic.fix is None:
            self.tell("There is no fix for what is at the cursor.", "warning")
        elif not self.editor.read_only:
            apply_fix(self.editor, diagnostic.fix)

    def action_copy_result(self) -> None:
        result = self.running.finished
        if result is None:
            self.tell("There is no result yet: F5 runs the task.", "warning")
            return
        self.app.copy_to_clipboard(repr(result.result) if result.ok else str(result.error))
        self.tell("Copied, where the terminal allows it; save the result to be sure.")

    def action_save_result(self) -> None:
        result = self.running.finished
        if result is None or not result.ok:
            self.tell("There is no result to save.", "warning")
            return
        self._write("Save the result", "result.json", result_json(result.result))

    def action_save_output(self) -> None:
        result = self.running.finished
        if result is None:
            self.tell("Nothing has been printed yet: F5 runs the task.", "warning")
            return
        self._write("Save what was printed", "output.txt", result.stdout)

    def _write(self, title: str, suffix: str, text: str) -> None:
        document = self.workbench.document
        name = document.name if document is not None else "task"
        self.filing.in_turn(self.filing.write(title, self.workbench.folder / f"{name}_{suffix}", text))

    def action_help(self) -> None:
        self.app.push_screen(HelpScreen())

    def action_save(self) -> None:
        self.filing.in_turn(self.filing.save())

    def action_save_as(self) -> None:
        self.filing.in_turn(self.filing.save_as())

    def action_new_task(self) -> None:
        self.filing.in_turn(self.filing.new_task())

    def action_open_path(self) -> None:
        self.filing.in_turn(self.filing.open_asked())

    def action_export(self, form: str) -> None:
        self.filing.in_turn(self.filing.export(form))

    def action_refresh_tasks(self) -> None:
        self.filing.look_through(self.workbench.folder)

    async def action_declare_missing(self) -> None:
        names = self.workbench.declare_missing()
        self.tell(f"Declared {', '.join(names)}" if names else "Every called name is declared.")
        await self._settings_changed()
