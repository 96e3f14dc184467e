"""Keeps what is typed and not saved: a journal written while one types, offered again at the next start.

Writing happens in a thread, a moment after the last key. What was saved or given up is forgotten at once,
also where a note of it is just being written.
"""

from __future__ import annotations

import difflib
import threading
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from textual.timer import Timer

from ..workspace.document import Document
from ..workspace.errors import DocumentError
from ..workspace.recovery import Recovery, Unsaved
from .screens.dialogs import Answer, Ask, Look

if TYPE_CHECKING:
    from .screens.workbench import WorkbenchScreen

# Seconds without a key before the text is written down.
PAUSE = 0.3

RESTORE, DISCARD, SHOW, LATER = "restore", "discard", "show", "later"


class Keeping:
    """The journal of a workbench screen."""

    def __init__(self, screen: WorkbenchScreen) -> None:
        self._screen = screen
        self._timer: Timer | None = None
        self._lock = threading.Lock()
        self._generation = 0
        self._warned = False
        self.recovery = Recovery()

    def soon(self) -> None:
        """Writes the text down once nothing has been typed for a moment."""
        if self._timer is not None:
            self._timer.stop()
        self._timer = self._screen.set_timer(PAUSE, self._start)

    def _start(self) -> None:
        screen = self._screen
        screen.take_text()
        document = screen.workbench.snapshot()
        if document is None:
            return
        if not screen.workbench.unsaved:
            self.forget(document)
            return
        work = partial(self._note, document, self._generation)
        screen.run_worker(work, thread=True, exclusive=True, group="keep", exit_on_error=False)

    def _note(self, document: Document, generation: int) -> None:
        with self._lock:
            if generation != self._generation:
                return
            written = self.recovery.note(document)
        if not written and not self._warned:
            self._warned = True
            self._screen.app.call_from_thread(
                self._screen.tell, f"Unsaved work is not kept: {self.recovery.problem}", "warning"
            )

    def now(self) -> None:
        """Writes down what is unsaved, before it returns."""
        workbench = self._screen.workbench
        if workbench.document is not None and workbench.unsaved:
            self._note(workbench.document, self._generation)

    def forget(self, document: Document) -> None:
        """Forgets what is written down of `document`: it was saved, or given up."""
        if self._timer is not None:
            self._timer.stop()
        with self._lock:
            self._generation += 1
            self.recovery.discard(document)

    # --- at the next start ---

    def left_behind(self, path: Path | None, folder: Path) -> list[Unsaved]:
        """What was not saved: of the file `path`, or of `folder` and of tasks that had no file yet."""
        if path is not None:
            return self.recovery.pending(path)
        inside = folder.resolve()
        return [
            each
            for each in self.recovery.pending()
            if each.path is None or inside in each.path.resolve().parents
        ]

    async def offer(self, unsaved: Unsaved) -> bool:
        """Asks what is to become of it; whether it was restored."""
        screen = self._screen
        name = unsaved.path.name if unsaved.path is not None else f"{unsaved.name} (a new task)"
        changed = " The file has been changed since." if unsaved.file_has_changed() else ""
        answers = [
            Answer(RESTORE, "restore", "r"),
            Answer(DISCARD, "discard", "d"),
            Answer(SHOW, "show difference", "s"),
        ]
        while True:
            answer = await screen.app.push_screen_wait(
                Ask(
                    "Unsaved work was found",
                    f"{name} was not saved when the program ended.{changed}",
                    answers,
                )
            )
            if answer == SHOW:
                await screen.app.push_screen_wait(
                    Look(f"{name}: the file, and what was not saved", difference(unsaved))
                )
                continue
            if answer == DISCARD:
                self.recovery.forget(unsaved)
            if answer == RESTORE:
                return await self._restore(unsaved)
            return False

    async def _restore(self, unsaved: Unsaved) -> bool:
        screen = self._screen
        try:
            document = unsaved.document()
        except DocumentError as error:
            await screen.app.push_screen_wait(Look(f"It cannot be opened as a task: {error}", unsaved.text))
            return False
        screen.workbench.restore(document)
        await screen.showing.opened()
        self.now()
        own = self.recovery.problem is None
        if own:
            self.recovery.forget(unsaved)
        return True


def difference(unsaved: Unsaved) -> str:
    """What was not saved, against the file as it is now."""
    from .session import read_text

    try:
        before = "" if unsaved.path is None else read_text(unsaved.path)
    except DocumentError:
        before = ""
    lines = difflib.unified_diff(
        before.splitlines(), unsaved.text.splitlines(), "file", "not saved", lineterm=""
    )
    return "\n".join(lines) or "There is no difference."
