"""Read-only text that can be scrolled, selected and copied; for values, output and files, however long or
hostile.
"""

from __future__ import annotations

from textual.widgets import TextArea

from ..text import visible


class TextView(TextArea):
    """Shows text as it is; characters that a terminal would act on are shown as visible ones."""

    DEFAULT_CSS = """
    TextView, TextView:focus {
        border: none; padding: 0 1; background: $background; height: 1fr; width: 1fr;
        scrollbar-size-vertical: 1; scrollbar-size-horizontal: 1;
    }
    TextView .text-area--cursor-line { background: $background; }
    """

    def __init__(self, text: str = "", *, soft_wrap: bool = True, id: str | None = None) -> None:
        super().__init__(
            shown(text),
            read_only=True,
            show_line_numbers=False,
            soft_wrap=soft_wrap,
            tab_behavior="focus",
            id=id,
        )
        self.show_cursor = False
        self.highlight_cursor_line = False

    def show(self, text: str) -> None:
        """Replaces what is shown."""
        self.load_text(shown(text))


def shown(text: str) -> str:
    """`text` with its lines and tabs kept and everything else that is not printable made visible."""
    return visible(text.replace("\r\n", "\n")).expandtabs(4)
