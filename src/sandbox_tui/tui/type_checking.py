"""Asks the type checker about the text when nothing has been typed for a while, in a thread of its own.

What it found before stays, moved along by the edits, until it has answered about the text as it is: nothing
flickers while someone types, and no key waits. One question at a time; what comes back for a text that has
changed since is dropped.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from textual.message import Message
from textual.timer import Timer
from textual.worker import get_current_worker

from ..lint.diagnostic import Diagnostic
from ..workspace.document import Document

if TYPE_CHECKING:
    from .screens.workbench import WorkbenchScreen

# Seconds after the linter's answer: a question costs some milliseconds of the processor, so it is not asked
# between two words.
PAUSE = 0.25

_CODES = "SBX9"
# With these the text cannot be read, and the checker has nothing to say.
_UNREADABLE = "SBX00"


@dataclass
class TypesFound(Message):
    """The type checker has looked at the text of `version`."""

    types: list[Diagnostic]
    version: int


class TypeChecking:
    """The type findings of a workbench screen."""

    def __init__(self, screen: WorkbenchScreen) -> None:
        self._screen = screen
        self._timer: Timer | None = None
        self._one_at_a_time = threading.Lock()
        self._others: list[Diagnostic] = []
        self.wanted = True

    def toggle(self) -> None:
        """Switches the type findings off, or on again."""
        self.wanted = not self.wanted
        self._screen.tell(
            "The type checker is asked again." if self.wanted else "The type checker is not asked."
        )
        self._screen.checking.now()

    def beside(self, others: Sequence[Diagnostic]) -> list[Diagnostic]:
        """The linter's new findings `others` with the type findings known so far; asks for new ones."""
        self._others = list(others)
        self.stop()
        if not self.wanted:
            return self._others
        if not any(each.code.startswith(_UNREADABLE) for each in others):
            self._timer = self._screen.set_timer(PAUSE, self._now)
        before = [each for each in self._screen.editor.diagnostics() if each.code.startswith(_CODES)]
        return merged(others, before)

    def stop(self) -> None:
        """Asks no more about the text as it was."""
        if self._timer is not None:
            self._timer.stop()
            self._timer = None

    def take(self, message: TypesFound) -> list[Diagnostic] | None:
        """All findings, if `message` is about the text as it is."""
        if not self.wanted or message.version != self._screen.editor.version:
            return None
        return merged(self._others, message.types)

    @property
    def waiting(self) -> bool:
        """Whether the checker is still to be asked."""
        return self._timer is not None

    def _now(self) -> None:
        self._timer = None
        screen = self._screen
        screen.take_text()
        document = screen.workbench.snapshot()
        if document is not None:
            work = partial(self._ask, document, self._others, screen.editor.version)
            screen.run_worker(work, thread=True, exclusive=True, group="types", exit_on_error=False)

    def _ask(self, document: Document, others: list[Diagnostic], version: int) -> None:
        worker = get_current_worker()
        with self._one_at_a_time:
            if worker.is_cancelled:
                return
            types = document.type_findings(others)
        if not worker.is_cancelled:
            self._screen.post_message(TypesFound(types, version))


def merged(others: Iterable[Diagnostic], types: Iterable[Diagnostic]) -> list[Diagnostic]:
    """The findings of both in the order of their places; of what both say only the linter's."""
    from ..sandbox.typecheck import without_repeats

    found = list(others)
    return sorted([*found, *without_repeats(types, found)], key=lambda each: (each.start, each.code))
