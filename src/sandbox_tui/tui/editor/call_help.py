"""The signature of the call that the cursor writes arguments of: found in a thread, once the cursor rests."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from textual.message import Message
from textual.timer import Timer
from textual.worker import get_current_worker

from sandbox_tui.lint.diagnostic import Position
from sandbox_tui.tui.known import Known

if TYPE_CHECKING:
    from sandbox_tui.lint.completion import SignatureHelp
    from sandbox_tui.tui.editor.source_editor import SourceEditor

# Seconds without a key or a move before the signature is looked for.
PAUSE = 0.1

# The bracket of a call farther up is out of sight.
_ROWS = 30


@dataclass
class CallFound(Message):
    """The call at a place of the text of `version` has been looked up."""

    help: SignatureHelp | None
    version: int


class CallHelp:
    """Tells an editor the signature of the call at its cursor, whenever it is another one."""

    def __init__(self, editor: SourceEditor) -> None:
        self._editor = editor
        self._timer: Timer | None = None
        self._told: SignatureHelp | None = None

    def soon(self) -> None:
        """Looks once the cursor rests."""
        if self._timer is not None:
            self._timer.stop()
        if self._editor.is_running:
            self._timer = self._editor.set_timer(PAUSE, self._now)

    @property
    def waiting(self) -> bool:
        """Whether the call is still to be looked up."""
        return self._timer is not None

    def take(self, message: CallFound) -> None:
        """Tells what was found, if the text is still that one."""
        if message.version == self._editor.version:
            self._tell(message.help)

    def _now(self) -> None:
        self._timer = None
        editor = self._editor
        place = self._place()
        if place is None:
            self._tell(None)
            return
        work = partial(self._find, editor.known, editor.text, place, editor.version)
        editor.run_worker(work, thread=True, exclusive=True, group="call", exit_on_error=False)

    def _find(self, known: Known, source: str, position: Position, version: int) -> None:
        found = known.signature(source, position)
        if not get_current_worker().is_cancelled:
            self._editor.post_message(CallFound(found, version))

    def _tell(self, help: SignatureHelp | None) -> None:
        if help != self._told:
            self._told = help
            self._editor.post_message(self._editor.CallAtCursor(self._editor, help))

    def _place(self) -> Position | None:
        """The place of the cursor, or where its string begins; None where no bracket is open before it."""
        editor = self._editor
        row, column = editor.cursor_location
        column = editor.start_of_string(row, column)
        depth = 0
        for above in range(row, max(-1, row - _ROWS), -1):
            line = editor.document[above]
            for at in range((column if above == row else len(line)) - 1, -1, -1):
                letter = line[at]
                if letter in "()" and editor.is_code(above, at):
                    depth += 1 if letter == "(" else -1
                    if depth > 0:
                        return Position(row + 1, column + 1)
        return None
