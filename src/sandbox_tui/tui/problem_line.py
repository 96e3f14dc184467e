"""The lines under the editor: the finding at the cursor, in words."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Static

from ..lint.diagnostic import Diagnostic
from .text import label, label_content

MARKS = {"error": ("✗", "$error"), "warning": ("!", "$warning"), "info": ("·", "$foreground-muted")}
"""Sign and colour of each severity; the sign is there because colour alone says nothing to some."""


class ProblemLine(Static):
    """Shows one finding, or a remark about the file."""

    DEFAULT_CSS = """
    ProblemLine { height: 1; padding: 0 1; color: $foreground-muted; text-overflow: ellipsis; }
    """

    def show(self, diagnostic: Diagnostic | None) -> None:
        """Shows a finding, or nothing."""
        if diagnostic is None:
            self.update(Content(""))
            return
        _, color = MARKS[diagnostic.severity]
        fix = (Content.assemble("  fix: ", ("F4", "$accent")),) if diagnostic.fix is not None else ()
        self.update(
            Content.assemble(
                (f"{diagnostic.start.line}:{diagnostic.start.column} ", "$foreground-muted"),
                (f"{label(diagnostic.code)} ", color),
                label_content(diagnostic.message, width=300),
                *fix,
            )
        )

    def remark(self, text: str) -> None:
        """Shows a remark."""
        self.update(label_content(text, "$warning", 300))
