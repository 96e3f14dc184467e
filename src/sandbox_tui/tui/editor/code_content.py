"""A piece of Python as coloured content, in the colours of the editor; for reading."""

from __future__ import annotations

from textual.content import Content

from sandbox_tui.tui.editor.highlight import Highlighter
from sandbox_tui.tui.text import visible

_STYLES = {
    "keyword": "$text-primary",
    "definition": "bold",
    "builtin": "$text-secondary",
    "string": "$text-success",
    "escape": "bold $text-success",
    "number": "$text-warning",
    "comment": "italic $foreground-muted",
    "decorator": "$text-secondary",
    "invalid": "$text-error",
}


def code_content(code: str, indent: int = 0) -> Content:
    """`code` in colours, its lines `indent` columns to the right; nothing in it is markup, and what a
    terminal would act on is shown.
    """
    lines = visible(code).expandtabs(4).rstrip("\n").split("\n")
    colours = Highlighter(lines)
    while colours.pending:
        colours.advance(1.0)
    shown = []
    for row, text in enumerate(lines):
        line = Content(text)
        for start, end, category in colours.spans(row):
            if category in _STYLES:
                line = line.stylize(_STYLES[category], start, end)
        shown.append(Content(" " * indent) + line)
    return Content("\n").join(shown)
