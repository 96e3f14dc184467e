"""The last line of defence: no control, bidirectional or invisible character leaves a widget for the
terminal.

Text is made visible where it enters the screen (`tui.text`). This filter stands behind that, for the place
somebody forgot: Textual passes every painted segment of every widget through its filters, and this one drops
what a terminal would obey. It drops rather than replaces, because the layout has already counted these
characters as zero cells wide.
"""

from __future__ import annotations

import re

from rich.segment import Segment
from textual.app import App
from textual.color import Color
from textual.filter import LineFilter

from sandbox_tui.lint.visible import DANGEROUS_CHARACTERS

_DANGEROUS = re.compile(f"[{DANGEROUS_CHARACTERS}]")
_SURROGATE = re.compile("[\ud800-\udfff]")


class ControlFilter(LineFilter):
    """Drops every dangerous character from the segments of a line; a lone surrogate, one cell wide, becomes
    `\ufffd`.
    """

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Return `segments`, the very same list where nothing had to go."""
        for text, _style, control in segments:
            if not (text.isascii() and text.isprintable()) and control is None and _DANGEROUS.search(text):
                return [_cleaned(segment) for segment in segments]
        return segments


def _cleaned(segment: Segment) -> Segment:
    text, style, control = segment
    if control is not None:
        return segment
    return Segment(_DANGEROUS.sub("", _SURROGATE.sub("\ufffd", text)), style)


def install(app: App[object]) -> None:
    """Put a `ControlFilter` behind every widget of `app`; call it in the app's `__init__`, after Textual's
    own.

    Textual has no public way to add a filter: the list is private, so a test looks at the bytes that arrive.
    """
    if not any(isinstance(line_filter, ControlFilter) for line_filter in app._filters):
        app._filters.append(ControlFilter())
