"""Text of tasks, files and runs as Textual and Rich objects: never markup, and with nothing hidden in it.

Most widgets read a `str` as markup (a stray `[/b]` ends the program), and hand control characters to the
terminal. So a value that the program did not write itself goes through one of these first:

- `content` where Textual takes content: Static, Label, Button, Option, Select, titles, tooltips, toasts;
- `plain` where Rich renders: the cells of a DataTable, the labels of a Tree, a RichLog;
- `label` for one line out of any text: titles, table cells, list items.
"""

from __future__ import annotations

from rich.text import Text
from textual.content import Content

from sandbox_tui.lint.visible import visible

__all__ = ["content", "label", "label_content", "plain", "visible"]

_TAB_SIZE = 4


def plain(text: str, style: str = "") -> Text:
    """Return `text` as a Rich text in one style: markup and controls are shown as they stand, tabs become
    spaces.
    """
    return Text(visible(text).expandtabs(_TAB_SIZE), style=style)


def content(text: str, style: str = "") -> Content:
    """Return `text` as Textual content in one style: markup and controls are shown as they stand, tabs become
    spaces.
    """
    shown = visible(text).expandtabs(_TAB_SIZE)
    return Content.styled(shown, style) if style else Content(shown)


def label(text: str, width: int | None = None) -> str:
    """Return `text` on one line: newlines as `␊`, tabs as a space, cut to `width` characters with `…` at the
    end.

    The result is still a `str`: pass it on through `plain` or `content`.
    """
    if width is not None:
        text = text[: width + 1]  # a huge value is not translated as a whole to show its beginning
    line = visible(text).replace("\n", "\u240a").replace("\t", " ")
    if width is not None and len(line) > width:
        line = line[: max(0, width - 1)] + "…"
    return line


def label_content(text: str, style: str = "", width: int | None = None) -> Content:
    """Return `label(text, width)` as content."""
    return content(label(text, width), style)
