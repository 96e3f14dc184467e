"""The colours of the editor: what in the code and which mark looks how, under whatever theme the program has.

The colours are the theme's own variables, so that each theme has its editor. Few marks take the code's own
colour away: what is said about code should not hide it.
"""

from __future__ import annotations

from rich.style import Style
from textual.widget import Widget

from sandbox_tui.tui.editor.paint import Palette

_CODE = (
    "keyword",
    "definition",
    "builtin",
    "string",
    "escape",
    "number",
    "comment",
    "decorator",
    "operator",
    "invalid",
    "hidden",
)
_FOREGROUND_MARKS = ("error", "warning", "info", "breakpoint", "current")
_BACKGROUND_MARKS = ("call", "error-line", "current-line")

COMPONENT_CLASSES = {f"source-editor--{name}" for name in (*_CODE, *_FOREGROUND_MARKS, *_BACKGROUND_MARKS)}
"""The component classes that a style sheet may set."""

CODE_CSS = """
SourceEditor {
    & .source-editor--keyword { color: $text-primary; }
    & .source-editor--definition { color: $foreground; text-style: bold; }
    & .source-editor--builtin { color: $text-secondary; }
    & .source-editor--string { color: $text-success; }
    & .source-editor--escape { color: $text-success; text-style: bold; }
    & .source-editor--number { color: $text-warning; }
    & .source-editor--comment { color: $foreground 50%; text-style: italic; }
    & .source-editor--decorator { color: $text-secondary; }
    & .source-editor--operator { color: $foreground 80%; }
    & .source-editor--invalid { color: $text-error; }
    & .source-editor--hidden { color: $text-error; text-style: reverse; }
    & .source-editor--error { color: $text-error; text-style: underline; }
    & .source-editor--warning { color: $text-warning; text-style: underline; }
    & .source-editor--info { text-style: underline; }
    & .source-editor--breakpoint { color: $text-error; }
    & .source-editor--current { color: $text-accent; text-style: bold; }
    & .source-editor--call { background: $accent 35%; }
    & .source-editor--error-line { background: $error 20%; }
    & .source-editor--current-line { background: $accent 15%; }
}
"""


def make_palette(widget: Widget) -> Palette:
    """Return the styles of an editor as its CSS has them now."""

    def style(name: str) -> Style:
        return widget.get_component_rich_style(name)

    def foreground(name: str) -> Style:
        full = style(f"source-editor--{name}")
        return Style(
            color=full.color,
            bold=full.bold or None,
            italic=full.italic or None,
            underline=full.underline or None,
            reverse=full.reverse or None,
        )

    def background(name: str) -> Style:
        return Style(bgcolor=style(f"source-editor--{name}").bgcolor)

    marks = {name: foreground(name) for name in _FOREGROUND_MARKS}
    marks |= {f"{name}-glyph": Style(color=marks[name].color) for name in ("error", "warning", "info")}
    marks["info"] = Style(underline=True)  # a remark does not take the code's own colour away
    marks |= {name: background(name) for name in _BACKGROUND_MARKS}
    return Palette(
        base=widget.rich_style,
        gutter=Style(color=style("text-area--gutter").color),
        cursor_gutter=Style(color=style("text-area--cursor-gutter").color),
        cursor_line=Style(bgcolor=style("text-area--cursor-line").bgcolor),
        cursor=style("text-area--cursor"),
        selection=style("text-area--selection"),
        bracket=Style(bgcolor=style("text-area--matching-bracket").bgcolor),
        code={name: foreground(name) for name in _CODE},
        marks=marks,
    )
