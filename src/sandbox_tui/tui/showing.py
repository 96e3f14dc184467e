"""Shows in the panes what the workbench holds: header, editor, form, externals, settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .header import HeaderLine
from .session import monty_version
from .tasks.task_tree import TasksPane

if TYPE_CHECKING:
    from .checking import Examined
    from .screens.workbench import WorkbenchScreen
    from .type_checking import TypesFound


class Showing:
    """The panes of a workbench screen, as far as they show the document."""

    def __init__(self, screen: WorkbenchScreen) -> None:
        self._screen = screen
        self._monty = monty_version()
        self._monty_number = self._monty.removeprefix("monty ")

    async def opened(self) -> None:
        """Shows what has just been opened."""
        screen, workbench, editor = self._screen, self._screen.workbench, self._screen.editor
        document, unreadable = workbench.document, workbench.unreadable
        screen.running.leave()
        text = document.source if document is not None else unreadable.text if unreadable is not None else ""
        report = editor.load(text)
        editor.read_only = document is None or document.read_only
        screen.problem.show(None)
        if unreadable is not None:
            screen.problem.remark(f"read-only: {unreadable.message}")
            if unreadable.line is not None:
                editor.mark_line(unreadable.line, "error")
                editor.goto(unreadable.line)
        elif document is not None and document.read_only:
            others = len(workbench.siblings) - 1
            more = f"; {others} more: ^G" if others else ""
            screen.problem.remark(f"read from a Python file; F12 saves it as a task file to edit{more}")
        elif report.hidden:
            screen.problem.remark(f"the text holds {report.hidden} characters that do not show")
        screen.panel.result.show_hint("F5 runs the task." if document is not None else "No task is open.")
        screen.panel.problems.show([])
        screen.panel.strip.set_count("problems", 0)
        workbench.examine()
        await self.known()
        screen.checking.now()

    async def examined(self, message: Examined) -> None:
        """Shows what a look at the text has found, if it is still about this text."""
        if self._screen.checking.take(message):
            self.problems()
            await self.known()

    def types_found(self, message: TypesFound) -> None:
        """Shows what the type checker has found, if it is still about this text."""
        if self._screen.checking.take_types(message):
            self.problems()

    def problems(self) -> None:
        """Shows the findings in their list."""
        found = self._screen.workbench.diagnostics
        self._screen.panel.problems.show(found)
        self._screen.panel.strip.set_count("problems", len(found))

    async def known(self) -> None:
        """Shows header, form and settings as the document is now."""
        screen, workbench = self._screen, self._screen.workbench
        document = workbench.document
        screen.editor.known = workbench.known
        self.header()
        await screen.side.inputs.show(workbench.fields, workbench.entries)
        editable = document is not None and not document.read_only
        await screen.side.externals.show(workbench.externals(), workbench.undeclared, editable=editable)
        screen.side.limits.show(document)
        screen.side.inputs.show_declared(document)

    def header(self) -> None:
        """Shows name, signature and whether it is saved, in the header and in the tasks pane."""
        workbench = self._screen.workbench
        unsaved, target = workbench.unsaved, workbench.known.target
        self._screen.query_one(HeaderLine).show(
            name=workbench.name,
            unsaved=unsaved,
            signature=workbench.signature(),
            profile=workbench.profile,
            monty=self._monty if target in ("installed", self._monty_number) else f"for monty {target}",
        )
        for pane in self._screen.query(TasksPane):
            pane.mark(workbench.path, unsaved=unsaved)
