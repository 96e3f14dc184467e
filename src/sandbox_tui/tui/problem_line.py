"""The line under the editor: the finding at the cursor, in words."""

from __future__ import annotations

from textual.content import Content

from ..lint.diagnostic import Diagnostic
from .split_line import SplitLine
from .text import label, label_content

MARKS = {"error": ("✗", "$error"), "warning": ("!", "$warning"), "info": ("i", "$foreground-muted")}
"""Sign and colour of each severity; the sign is there because colour alone says nothing to some."""


class ProblemLine(SplitLine):
    """Shows one finding, or a remark about the file."""

    DEFAULT_CSS = "ProblemLine { height: 1; padding: 0 1; color: $foreground-muted; }"

    def show(self, diagnostic: Diagnostic | None) -> None:
        """Shows a finding, or nothing."""
        if diagnostic is None:
            self.left = self.right = Content("")
            return
        _, color = MARKS[diagnostic.severity]
        self.left = Content.assemble(
            (f"{diagnostic.start.line}:{diagnostic.start.column} ", "$foreground-muted"),
            (f"{label(diagnostic.code)} ", color),
            label_content(diagnostic.message),
        )
        self.right = (
            Content.styled("fix: F4", "$foreground-muted") if diagnostic.fix is not None else Content("")
        )

    def remark(self, text: str) -> None:
        """Shows a remark."""
        self.left, self.right = label_content(text, "$warning"), Content("")
