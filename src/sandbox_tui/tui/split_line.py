"""One line with a left and a right part; what does not fit is cut with an ellipsis, the right part first."""

from __future__ import annotations

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget


class SplitLine(Widget):
    """Shows `left` at the left edge and `right` at the right one."""

    DEFAULT_CSS = "SplitLine { height: 1; width: 1fr; }"

    left: reactive[Content] = reactive(Content(""))
    right: reactive[Content] = reactive(Content(""))

    def __init__(
        self,
        left: Content | None = None,
        right: Content | None = None,
        *,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self.set_reactive(SplitLine.left, left or Content(""))
        self.set_reactive(SplitLine.right, right or Content(""))

    def render(self) -> Content:
        width = self.content_size.width
        left, right = self.left, self.right
        if left.cell_length > width:
            return left.truncate(width, ellipsis=True)
        room = width - left.cell_length - 1
        if right.cell_length > room:
            right = right.truncate(room, ellipsis=True) if room > 3 else Content("")
        gap = width - left.cell_length - right.cell_length
        return Content.assemble(left, " " * gap, right)
