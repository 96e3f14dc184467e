"""Completion while one types: when the list opens, what the keys do to it, and what is written.

It opens behind a dot and at the second letter of a name, or when asked for. Tab takes the highlighted item;
Enter does only after the user has gone to it with an arrow, and is a new line otherwise. Escape closes it,
and it stays closed for that word. What can be written is found in a thread, once a word; the letters that
follow only narrow it down.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual.document._document import Location
from textual.geometry import Offset
from textual.message import Message
from textual.worker import get_current_worker

from sandbox_tui.lint.diagnostic import Position
from sandbox_tui.tui.editor.completion_list import ROWS, CompletionList
from sandbox_tui.tui.known import Known

if TYPE_CHECKING:
    from sandbox_tui.lint.completion import Completions
    from sandbox_tui.tui.editor.source_editor import SourceEditor

LETTERS = 2
"""The list opens by itself at so many letters."""

_WORD = re.compile(r"[^\W\d]\w*\Z")
_NEW_NAME = re.compile(r"\b(?:def|class|as|import|from|for|lambda)\s+\w*\Z")


@dataclass
class Completed(Message):
    """What can be written at `start` (row and column from 0) has been found."""

    found: Completions | None
    start: Location
    word: str


class Completing:
    """The completion of one editor."""

    def __init__(self, editor: SourceEditor) -> None:
        self._editor = editor
        self._list: CompletionList | None = None
        self._found: Completions | None = None
        self._found_word = ""
        self._start: Location = (0, 0)
        self._asked: Location | None = None
        self._refused: Location | None = None
        self._barren: tuple[Location, str] | None = None
        self._typed: str | None = None

    @property
    def is_open(self) -> bool:
        """Whether the list is shown."""
        return self._list is not None and bool(self._list.items)

    @property
    def list(self) -> CompletionList | None:
        """The list, once there has been one."""
        return self._list

    # --- what the user does

    def key(self, key: str, character: str | None) -> bool:
        """Whether `key` was for the list; if not, it is noted for when the text has changed."""
        self._typed = character
        shown = self._list
        if shown is None or not shown.items:
            return False
        if key == "escape":
            self._refused = self._start
            self.close()
        elif key in ("up", "down"):
            shown.move(1 if key == "down" else -1)
        elif key in ("pageup", "pagedown"):
            shown.move(ROWS if key == "pagedown" else -ROWS)
        elif key == "tab" or (key == "enter" and shown.moved):
            self.accept()
        else:
            if key == "enter":
                self.close()
            return False
        return True

    def ask(self) -> None:
        """Opens the list at the cursor."""
        self._refused = self._barren = None
        self._ask(self._word())

    def edited(self) -> None:
        """Follows an edit."""
        typed, self._typed = self._typed, None
        word = self._word()
        if self.is_open:
            if self._start == self._start_of(word):
                self._narrow(word)
            else:
                self.close()
        if self.is_open or typed is None or len(typed) != 1:
            return
        line, column = self._line()
        if typed == "." or (
            (typed.isalnum() or typed == "_")
            and len(word) >= LETTERS
            and not _NEW_NAME.search(line[:column])
            and not re.match(r"\w", line[column : column + 1])
        ):
            start = self._start_of(word)
            if start not in (self._refused, self._asked) and not self._leads_nowhere(start, word):
                self._ask(word)

    def moved(self) -> None:
        """Follows the cursor: away from the word there is no list."""
        if self.is_open:
            word = self._word()
            if self._start_of(word) != self._start or not word.startswith(self._found_word):
                self.close()

    def accept(self) -> None:
        """Writes the highlighted item."""
        item = self._list.highlighted if self._list is not None else None
        self.close()
        if item is not None:
            self._editor.write(item.text, self._start, self._editor.cursor_location)

    def close(self) -> None:
        """Shows nothing any more."""
        self._found = None
        if self._list is not None:
            self._list.hide()

    # --- finding and showing

    def _leads_nowhere(self, start: Location, word: str) -> bool:
        """Whether less of this word has been looked for already, and nothing begins so."""
        return self._barren is not None and self._barren[0] == start and word.startswith(self._barren[1])

    def _ask(self, word: str) -> None:
        editor = self._editor
        if editor.read_only:
            return
        row, column = editor.cursor_location
        self._asked = self._start_of(word)
        work = partial(
            self._find, editor.known, editor.text, Position(row + 1, column + 1), self._asked, word
        )
        editor.run_worker(work, thread=True, exclusive=True, group="completion", exit_on_error=False)

    def _find(self, known: Known, source: str, position: Position, start: Location, word: str) -> None:
        found = known.completions(source, position)
        if not get_current_worker().is_cancelled:
            self._editor.post_message(Completed(found, start, word))

    def take(self, message: Completed) -> None:
        """Shows what was found, if the cursor is still at that word."""
        if message.start == self._asked:
            self._asked = None
        word = self._word()
        still = self._start_of(word) == message.start and word.startswith(message.word)
        if message.found is None or not message.found.items:
            self._barren = message.start, message.word
            return
        if not still or message.start == self._refused or not self._editor.has_focus:
            return
        self._found, self._found_word, self._start = message.found, message.word, message.start
        self._narrow(word)

    def _narrow(self, word: str) -> None:
        found = self._found
        if found is None or not word.startswith(self._found_word):
            self.close()
            return
        from sandbox_tui.lint.completion import narrowed

        items = narrowed(found, word)
        if not items:
            self._barren = self._start, word
            self.close()
            return
        editor = self._editor
        cursor = editor.cursor_screen_offset - Offset(cell_len(word), 0)
        self._shown().show(items, word, cursor, editor.screen.size)

    def _shown(self) -> CompletionList:
        """The list, which is beside the editor from its first use on."""
        if self._list is None:
            self._list = CompletionList(self.accept)
            parent = self._editor.parent
            assert parent is not None and hasattr(parent, "mount")
            parent.mount(self._list)
        return self._list

    def _line(self) -> tuple[str, int]:
        row, column = self._editor.cursor_location
        return self._editor.document[row], column

    def _word(self) -> str:
        line, column = self._line()
        match = _WORD.search(line[:column])
        return match[0] if match else ""

    def _start_of(self, word: str) -> Location:
        row, column = self._editor.cursor_location
        return row, column - len(word)
