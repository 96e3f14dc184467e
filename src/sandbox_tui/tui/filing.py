"""Opens, saves and leaves tasks for a workbench screen, asking first where something could be lost."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, cast

from textual.message import Message
from textual.worker import Worker, get_current_worker

from ..workspace.errors import DocumentError, FileChangedError
from ..workspace.files import ABSENT, write_text
from ..workspace.folder import TaskFiles, find_tasks
from .screens.dialogs import Answer, Ask, Dialog, Prompt
from .tasks.task_tree import TasksPane

if TYPE_CHECKING:
    from .screens.workbench import WorkbenchScreen

SAVE, DISCARD, OVERWRITE, RELOAD = "save", "discard", "overwrite", "reload"


@dataclass
class TasksFound(Message):
    """A thread has looked through `folder`."""

    folder: Path
    found: TaskFiles | None
    problem: str | None = None


class Filing:
    """The files of a workbench screen. What may ask is a coroutine, to be run as a worker (`in_turn`)."""

    def __init__(self, screen: WorkbenchScreen) -> None:
        self._screen = screen
        self.found: tuple[Path, ...] = ()

    def in_turn(self, work: Any) -> None:
        """Runs a coroutine of this class; the one before it, if it still asks, is dropped."""
        stack = self._screen.app.screen_stack
        while len(stack) > 1 and isinstance(stack[-1], Dialog):
            self._screen.app.pop_screen()
            stack = self._screen.app.screen_stack
        self._screen.run_worker(work, group="file", exclusive=True)

    # --- the folder ---

    def look_through(self, folder: Path) -> Worker[None]:
        """Finds the tasks of `folder`, in a thread; `found` holds them when it has ended."""
        self._screen.workbench.folder = folder
        work = partial(self._look_through, folder)
        return self._screen.run_worker(work, thread=True, exclusive=True, group="folder", exit_on_error=False)

    def _look_through(self, folder: Path) -> None:
        try:
            message = TasksFound(folder, find_tasks(folder))
        except DocumentError as error:
            message = TasksFound(folder, None, str(error))
        if not get_current_worker().is_cancelled:
            self.found = message.found.paths if message.found is not None else ()
            self._screen.post_message(message)

    def show_found(self, message: TasksFound) -> None:
        """Shows the tasks that were found."""
        screen = self._screen
        if message.found is None:
            screen.tell(message.problem or "the folder cannot be read", "error")
            return
        for pane in screen.query(TasksPane):
            pane.show(message.folder, message.found.paths, complete=message.found.complete)
        screen.showing.header()

    # --- opening ---

    async def begin(self, path: Path | None) -> None:
        """Opens what the program was started with; of a folder its first task, after what was left unsaved
        there.
        """
        screen = self._screen
        folder = Path.cwd() if path is None else path if path.is_dir() else path.parent
        looking = self.look_through(folder)
        if path is not None and not path.is_dir():
            await self.load(path)
            return
        for unsaved in screen.keeping.left_behind(None, folder):
            if await screen.keeping.offer(unsaved):
                return
        await looking.wait()
        if self.found:
            await self.load(self.found[0])
        else:
            screen.problem.remark("no tasks in this folder: ^N makes one, ^O opens another")
            screen.panel.result.show_hint("No task is open.")

    async def open(self, path: Path) -> None:
        """Opens a file or a folder, after asking about what is unsaved."""
        screen = self._screen
        if path.is_dir():
            self.look_through(path)
            return
        if path == screen.workbench.path and not screen.workbench.unsaved:
            screen.editor.focus()
            return
        if not await self.may_leave():
            return
        await self.load(path)

    async def load(self, path: Path) -> None:
        """Opens a file without asking; what is wrong with it is said."""
        screen = self._screen
        for unsaved in screen.keeping.left_behind(path, path.parent):
            if await screen.keeping.offer(unsaved):
                return
        try:
            screen.workbench.open_file(path)
        except DocumentError as error:
            screen.tell(str(error), "error")
            return
        await screen.showing.opened()

    async def open_asked(self) -> None:
        """Asks for a path and opens it."""
        text = await self._prompt(
            Prompt("Open", f"{self._screen.workbench.folder}/", hint="a task file or a folder", done="open")
        )
        if text is not None:
            path = Path(text).expanduser()
            if not path.exists():
                self._screen.tell(f"{path}: no such file", "error")
                return
            await self.open(path)

    async def choose_task(self) -> None:
        """Asks which task of a file with several is to be opened."""
        screen = self._screen
        tasks = screen.workbench.siblings
        if len(tasks) < 2:
            screen.tell("This file holds no other task.")
            return
        answers = [Answer(str(index), task.name, str(index + 1)) for index, task in enumerate(tasks[:9])]
        answer = await screen.app.push_screen_wait(Ask("Which task?", screen.workbench.name, answers))
        if answer is not None:
            screen.workbench.open_document(tasks[int(answer)])
            screen.workbench.siblings = tasks
            await screen.showing.opened()

    async def new_task(self) -> None:
        """Asks for a name and begins a new task."""
        text = await self._prompt(
            Prompt(
                "New task", "new_task", hint="its name", done="begin",
                options=(("function", "a function"), ("code", "a code string")),
            )
        )  # fmt: skip
        if text is None:
            return
        kind, _, name = text.partition("|")
        if not name.isidentifier():
            self._screen.tell(f"{name}: a task's name is a Python name", "error")
            return
        if not await self.may_leave():
            return
        self._screen.workbench.new_task(name, cast(Literal["function", "code"], kind))
        await self._screen.showing.opened()
        self._screen.editor.focus()

    # --- saving ---

    async def save(self) -> bool:
        """Saves the task; asks for a file where it has none, and about one that another has changed."""
        screen = self._screen
        screen.take_text()
        if screen.workbench.document is None:
            screen.tell("Nothing to save: no task is open.", "warning")
            return False
        if screen.workbench.document.path is None or screen.workbench.document.read_only:
            return await self.save_as()
        return await self._save(screen.workbench.document.path)

    async def save_as(self) -> bool:
        """Asks for a file and saves the task there."""
        workbench = self._screen.workbench
        self._screen.take_text()
        document = workbench.document
        if document is None:
            self._screen.tell("Nothing to save: no task is open.", "warning")
            return False
        folder = document.path.parent if document.path is not None else workbench.folder
        own = document.path if not document.read_only else None
        proposed = own or folder / f"{document.name}.toml"
        text = await self._prompt(Prompt("Save as", str(proposed), done="save"))
        if text is None:
            return False
        path = Path(text).expanduser()
        return await self._save(path if path.suffix else path.with_suffix(".toml"))

    async def _save(self, path: Path, *, force: bool = False) -> bool:
        screen = self._screen
        own = path == screen.workbench.path
        try:
            screen.workbench.save(path, force=force)
        except FileChangedError:
            return await self._changed_by_another(path, own)
        except DocumentError as error:
            screen.tell(str(error), "error")
            return False
        document = screen.workbench.document
        if document is not None:
            screen.keeping.forget(document)
        screen.showing.header()
        screen.tell(f"Saved {screen.workbench.name}")
        if not own:
            screen.editor.read_only = False
            self.look_through(screen.workbench.folder)
        return True

    async def _changed_by_another(self, path: Path, own: bool) -> bool:
        answers = [Answer(OVERWRITE, "overwrite it", "o")]
        if own:
            answers.append(Answer(RELOAD, "reload it, losing what is typed here", "r"))
        said = "has been changed by another program since it was opened" if own else "exists already"
        answer = await self._screen.app.push_screen_wait(
            Ask("The file on disk is another", f"{path.name} {said}.", answers)
        )
        if answer == OVERWRITE:
            return await self._save(path, force=True)
        if answer == RELOAD:
            document = self._screen.workbench.document
            if document is not None:
                self._screen.keeping.forget(document)
            await self.load(path)
        return False

    async def may_leave(self) -> bool:
        """Whether what is open may be left: asks where it is unsaved."""
        screen = self._screen
        screen.take_text()
        if not screen.workbench.unsaved:
            return True
        answer = await screen.app.push_screen_wait(
            Ask(
                "Save the changes?",
                f"{screen.workbench.name} has changes that are not saved.",
                [Answer(SAVE, "save", "s"), Answer(DISCARD, "discard", "d")],
            )
        )
        if answer == SAVE:
            return await self.save()
        if answer == DISCARD and screen.workbench.document is not None:
            screen.keeping.forget(screen.workbench.document)
        return answer == DISCARD

    async def quit(self) -> None:
        """Ends the program, after asking about what is unsaved."""
        if await self.may_leave():
            self._screen.app.exit()

    # --- writing something else ---

    async def export(self, form: str) -> None:
        """Asks for a file and writes the task there as Flyte reads it."""
        screen = self._screen
        screen.take_text()
        document = screen.workbench.document
        if document is None:
            screen.tell("Nothing to export: no task is open.", "warning")
            return
        try:
            text = exported(document, form)
        except Exception as error:  # what an export refuses, it says in its own family of errors
            screen.tell(str(error), "error")
            return
        # A task's name is any text; a file's is proposed from what is harmless of it.
        stem = re.sub(r"\W+", "_", document.name, flags=re.ASCII).strip("_") or "task"
        name = f"{stem}_flyte.py" if form == "flyte" else f"{stem}_flyte_code.py"
        folder = document.path.parent if document.path is not None else screen.workbench.folder
        await self.write("Export to Flyte", folder / name, text)

    async def write(self, title: str, proposed: Path, text: str) -> None:
        """Asks for a file and writes `text` there; one that exists is asked about."""
        answer = await self._prompt(Prompt(title, str(proposed), done="write"))
        if answer is None:
            return
        path = Path(answer).expanduser()
        try:
            write_text(path, text, expected=ABSENT)
        except FileChangedError:
            ask = Ask(
                "Overwrite the file?",
                f"{path.name} exists already.",
                [Answer(OVERWRITE, "overwrite it", "o")],
            )
            if await self._screen.app.push_screen_wait(ask) != OVERWRITE:
                return
            try:
                write_text(path, text)
            except DocumentError as error:
                self._screen.tell(str(error), "error")
                return
        except DocumentError as error:
            self._screen.tell(str(error), "error")
            return
        self._screen.tell(f"Written to {path}")

    async def _prompt(self, prompt: Prompt) -> str | None:
        return await self._screen.app.push_screen_wait(prompt)


def exported(document: Any, form: str) -> str:
    """`document` as a module for Flyte: `flyte`, or `flyte-code` for a code string."""
    if form == "flyte":
        from ..workspace.export.flyte import export
    else:
        from ..workspace.export.flyte_code import export
    return export(document)
