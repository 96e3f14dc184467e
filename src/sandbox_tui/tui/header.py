"""The first line: the program, the file (with a dot while it is unsaved), the signature; at the right the
profile and Monty, which can be clicked.
"""

from __future__ import annotations

from textual import events
from textual.content import Content

from .split_line import SplitLine
from .text import label


class HeaderLine(SplitLine):
    """Shows what is open."""

    DEFAULT_CSS = "HeaderLine { dock: top; height: 1; padding: 0 1; background: $surface; }"

    def show(
        self, *, name: str, unsaved: bool, signature: str = "", profile: str = "", monty: str = ""
    ) -> None:
        """Shows another state; each part may be any text."""
        parts: list[Content | str | tuple[str, str]] = [("sandbox-tui", "$accent"), "  "]
        if name:
            parts.append((label(name, 60), "bold"))
        if unsaved:
            parts.append((" ●", "$accent"))
        if signature:
            parts.append((f"  {label(signature, 200)}", "$foreground-muted"))
        left = Content.assemble(*parts)
        right = Content.styled(
            " · ".join(part for part in (label(profile), label(monty)) if part), "$foreground-muted"
        )
        width = self.content_size.width
        if signature and width and left.cell_length + right.cell_length + 1 > width:
            left = left.truncate(max(20, width - right.cell_length - 2), ellipsis=True)
        self.left, self.right = left, right

    async def on_click(self, event: events.Click) -> None:
        """Lets the profile and the version be chosen where they are clicked."""
        x = event.get_content_offset_capture(self).x
        if self.right.cell_length and x >= self.content_size.width - self.right.cell_length:
            event.stop()
            await self.run_action("screen.judge")
