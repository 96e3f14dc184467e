"""The lines under the editor: the finding at the cursor in words, or the signature of the call being written.

The code of the finding and its fix can be clicked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import events
from textual.content import Content
from textual.widgets import Static

from ..lint.diagnostic import Diagnostic
from .text import label, label_content

if TYPE_CHECKING:
    from ..lint.completion import SignatureHelp

MARKS = {"error": ("✗", "$error"), "warning": ("!", "$warning"), "info": ("·", "$foreground-muted")}
"""Sign and colour of each severity; the sign is there because colour alone says nothing to some."""

_WIDTH = 300
# A text that is not finished yet is no Python: while a call is being written its signature says more.
_UNFINISHED = "SBX001"


class ProblemLine(Static):
    """Shows one finding, a remark about the file, or a signature; of two lines, a finding and a signature."""

    DEFAULT_CSS = """
    ProblemLine { height: 1; padding: 0 1; color: $foreground-muted; text-overflow: ellipsis; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__("", markup=False, id=id)
        self._diagnostic: Diagnostic | None = None
        self._call: SignatureHelp | None = None
        self._remark = ""
        # Columns of what can be clicked in the first line, each with its action.
        self._places: list[tuple[range, str]] = []

    def show(self, diagnostic: Diagnostic | None) -> None:
        """Shows a finding, or nothing."""
        self._diagnostic, self._remark = diagnostic, ""
        self._fill()

    def show_call(self, call: SignatureHelp | None) -> None:
        """Shows the signature of a call where there is room for it, the parameter that is being written
        emphasised.
        """
        self._call = call
        self._fill()

    def remark(self, text: str) -> None:
        """Shows a remark."""
        self._diagnostic, self._remark = None, text
        self._fill()

    def on_resize(self) -> None:
        """Uses the room as it is now."""
        self._fill()

    def _fill(self) -> None:
        self._places = []
        call, found = self._call, self._diagnostic
        if found is not None:
            line = self._finding(found)
            if call is not None and self.size.height > 1 and line.cell_length <= self.content_size.width:
                self.update(Content("\n").join((line, signature_line(call, self.content_size.width))))
            elif call is not None and found.code == _UNFINISHED:
                self._places = []
                self.update(signature_line(call, self.content_size.width))
            else:
                self.update(line)
        elif call is not None and not self._remark:
            self.update(signature_line(call, self.content_size.width))
        else:
            self.update(label_content(self._remark, "$warning", _WIDTH))

    def _finding(self, found: Diagnostic) -> Content:
        _, color = MARKS[found.severity]
        place = f"{found.start.line}:{found.start.column} "
        code = label(found.code)
        self._places.append((range(len(place), len(place) + len(code)), "screen.explain"))
        line = Content.assemble(
            (place, "$foreground-muted"), (f"{code} ", color), label_content(found.message, width=_WIDTH)
        )
        if found.fix is not None:
            start = line.cell_length + 2
            line = Content.assemble(line, "  fix: ", ("F4", "$accent"))
            self._places.append((range(start, line.cell_length), "screen.fix_problem"))
        return line

    async def on_click(self, event: events.Click) -> None:
        """Explains the code, or mends the finding, that is clicked."""
        at = event.get_content_offset(self)
        if at is None:
            return
        # The second line goes on where the first had no more room.
        cells = (at.x, at.y * self.content_size.width + at.x)
        for columns, action in self._places:
            if any(cell in columns for cell in cells):
                event.stop()
                await self.run_action(action)
                return


def signature_line(call: SignatureHelp, width: int) -> Content:
    """A signature in one line, the active parameter emphasised; where it is too long the active parameter
    stays in sight.
    """
    text = label(call.text)
    if call.active is None:
        return Content.styled(text, "$foreground-muted")
    start, end = call.active
    cut = max(0, min(end + 8, len(text)) - max(20, width)) if len(text) > width > 0 else 0
    if cut:
        text = "…" + text[cut + 1 :]
        start, end = max(1, start - cut), end - cut
    return Content.assemble(
        (text[:start], "$foreground-muted"),
        (text[start:end], "bold $foreground"),
        (text[end:], "$foreground-muted"),
    )
