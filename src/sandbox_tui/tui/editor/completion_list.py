"""The list of what can be written at the cursor; it never has the focus."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual import events
from textual.content import Content
from textual.geometry import Offset, Region, Size
from textual.widget import Widget

from sandbox_tui.tui.text import label

if TYPE_CHECKING:
    from sandbox_tui.lint.completion import Completion

ROWS = 8
"""How many lines are shown at most."""

_NAME_CELLS = 30
_MOST_CELLS = 68
_GAP = 2


class CompletionList(Widget):
    """Shows `items`, one highlighted; `moved` tells whether the user has gone to one. `accept` is called when
    one is clicked.
    """

    DEFAULT_CSS = """
    CompletionList {
        overlay: screen; display: none; width: auto; height: auto; background: $panel; color: $foreground;
    }
    """

    ALLOW_SELECT = False

    def __init__(self, accept: Callable[[], None]) -> None:
        super().__init__()
        self._accept = accept
        self.items: Sequence[Completion] = ()
        self.moved = False
        self._word = ""
        self._index = 0
        self._top = 0
        self._cells = (0, 0, 0)

    @property
    def highlighted(self) -> Completion | None:
        """The item that would be taken."""
        return self.items[self._index] if self.items else None

    def show(self, items: Sequence[Completion], word: str, cursor: Offset, room: Size) -> None:
        """Shows these, the first highlighted, under or above the cursor of a screen of the size `room`.

        `word` is what of them is typed already. The columns stay as wide as they were while the list is open.
        """
        self.items, self._word = items, word
        self.moved = False
        self._index = self._top = 0
        self._cells = _widest(items, self._cells if self.display else (0, 0, 0))
        place = placed(cursor, Size(min(self._wanted(), room.width), min(ROWS, len(items))), room)
        self.styles.width, self.styles.height = place.width, place.height
        # A column further left, so that the names stand under the word.
        self.absolute_offset = Offset(max(0, place.x - 1), place.y)
        self.display = True
        self.refresh(layout=True)

    def hide(self) -> None:
        """Shows nothing any more."""
        self.items = ()
        self.display = False

    def move(self, step: int) -> None:
        """Goes on by `step` items, round at the ends."""
        self.moved = True
        if abs(step) > 1:
            self._index = min(max(0, self._index + step), len(self.items) - 1)
        else:
            self._index = (self._index + step) % len(self.items)
        rows = max(1, self.size.height)
        self._top = min(max(self._top, self._index - rows + 1), self._index)
        self.refresh()

    def _wanted(self) -> int:
        """Cells of a line: a blank, the name, the detail, the kind, a blank."""
        name, detail, kind = self._cells
        return min(_MOST_CELLS, 1 + name + (_GAP + detail if detail else 0) + _GAP + kind + 1)

    def render(self) -> Content:
        height = self.size.height
        shown = list(enumerate(self.items))[self._top : self._top + height]
        thumb = _thumb(len(self.items), self._top, height)
        lines = []
        for index, item in shown:
            mark = "▐" if index - self._top in thumb else " "
            lines.append(self._line(item, mark, highlighted=index == self._index))
        return Content("\n").join(lines)

    def _line(self, item: Completion, mark: str, *, highlighted: bool) -> Content:
        names, _, kinds = self._cells
        width = self.size.width
        name = label(item.text, names)
        typed = len(self._word) if item.text.lower().startswith(self._word.lower()) else 0
        room = width - 1 - names - _GAP - kinds - _GAP - 1
        detail = label(item.detail, room) if room > 3 else ""
        left = Content.assemble(
            " ", (name[:typed], "bold $text-accent"), name[typed:], " " * (names - cell_len(name) + _GAP)
        )
        middle = Content.styled(detail, "$foreground-muted")
        kind = label(item.kind, max(0, width - left.cell_length - 1))
        gap = max(0, width - 1 - left.cell_length - middle.cell_length - len(kind))
        line = Content.assemble(
            left, middle, " " * gap, (kind, "$foreground-muted"), (mark, "$foreground-muted")
        )
        return line.stylize("on $accent 25%") if highlighted else line

    def on_click(self, event: events.Click) -> None:
        event.stop()
        index = self._top + event.get_content_offset_capture(self).y
        if index < len(self.items):
            self._index = index
            self._accept()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self.move(1)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self.move(-1)


def placed(cursor: Offset, wanted: Size, room: Size) -> Region:
    """Where a list of the size `wanted` goes: under the cursor's row, above it where there is more room,
    never over it; as high as there is room, and inside the screen.
    """
    below, above = room.height - cursor.y - 1, cursor.y
    upwards = wanted.height > below and above > below
    height = min(wanted.height, above if upwards else below)
    x = max(0, min(cursor.x, room.width - wanted.width + 1))
    return Region(x, cursor.y - height if upwards else cursor.y + 1, wanted.width, height)


def _widest(items: Sequence[Completion], least: tuple[int, int, int]) -> tuple[int, int, int]:
    name, detail, kind = least
    for item in items:
        name = max(name, min(_NAME_CELLS, cell_len(label(item.text, _NAME_CELLS))))
        detail = max(detail, min(_MOST_CELLS, len(item.detail)))
        kind = max(kind, len(item.kind))
    return name, detail, kind


def _thumb(count: int, top: int, height: int) -> range:
    """The lines that the mark of the place in the list takes; none where all is shown."""
    if count <= height or height < 1:
        return range(0)
    size = max(1, height * height // count)
    start = round(top * (height - size) / (count - height))
    return range(start, start + size)
