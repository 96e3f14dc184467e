"""Keeps what is known of the text abreast of it: findings, form and header follow the typing a moment later.

The work is done in a thread on a copy of the document; what comes back for a text that has changed since is
dropped.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from textual.message import Message
from textual.timer import Timer
from textual.worker import get_current_worker

from ..workspace.document import Document
from .inputs.fields import Field
from .session import Findings, examine
from .type_checking import TypeChecking, TypesFound

if TYPE_CHECKING:
    from .screens.workbench import WorkbenchScreen

# Seconds without a key before the text is looked at: longer than the pause between two keys of quick typing.
PAUSE = 0.06


@dataclass
class Examined(Message):
    """A thread has looked at the text of `version`."""

    findings: Findings
    version: int


class Checking:
    """Looks at the text of a workbench screen when it has been edited."""

    def __init__(self, screen: WorkbenchScreen) -> None:
        self._screen = screen
        self._timer: Timer | None = None
        self._then: Callable[[], None] | None = None
        self.types = TypeChecking(screen)
        self.version = -1
        """The version of the text that was last looked at."""

    @property
    def waiting(self) -> bool:
        """Whether the text is still to be looked at."""
        return self._timer is not None or self.types.waiting

    def soon(self) -> None:
        """Looks at the text once nothing has been typed for a moment."""
        if self._timer is not None:
            self._timer.stop()
        self._timer = self._screen.set_timer(PAUSE, self.now)

    def now(self) -> None:
        """Looks at the text."""
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        screen = self._screen
        screen.take_text()
        document = screen.workbench.snapshot()
        if document is not None:
            work = partial(self._examine, document, screen.workbench.fields, screen.editor.version)
            screen.run_worker(work, thread=True, exclusive=True, group="examine", exit_on_error=False)

    def _examine(self, document: Document, before: tuple[Field, ...], version: int) -> None:
        findings = examine(document, before)
        if not get_current_worker().is_cancelled:
            self._screen.post_message(Examined(findings, version))

    def when_known(self, act: Callable[[], None]) -> None:
        """Calls `act` once the findings are about the text as it is: at once, or after the next look."""
        if self._screen.editor.is_diagnosed:
            act()
        else:
            self._then = act
            self.now()

    def take(self, message: Examined) -> bool:
        """Whether `message` is about the text as it is; if so, its findings are kept and marked."""
        screen = self._screen
        if message.version != screen.editor.version:
            return False
        found = self.types.beside(message.findings.diagnostics or ())
        screen.editor.set_diagnostics(found, message.version)
        screen.workbench.take(replace(message.findings, diagnostics=found))
        self.version = message.version
        then, self._then = self._then, None
        if then is not None:
            screen.call_later(then)
        return True

    def take_types(self, message: TypesFound) -> bool:
        """The same for what the type checker has found."""
        found = self.types.take(message)
        if found is None:
            return False
        self._screen.editor.set_diagnostics(found, message.version)
        self._screen.workbench.diagnostics = found
        return True
