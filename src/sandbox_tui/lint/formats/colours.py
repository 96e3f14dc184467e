"""Colours for a terminal, or none."""

from __future__ import annotations


class Colours:
    """Paints text if `enabled`, else leaves it as it is."""

    def __init__(self, enabled: bool) -> None:
        self._enabled = enabled

    def _paint(self, text: str, style: str) -> str:
        return f"\x1b[{style}m{text}\x1b[0m" if self._enabled else text

    def bold(self, text: str) -> str:
        """For what names something."""
        return self._paint(text, "1")

    def dim(self, text: str) -> str:
        """For what only holds the rest together."""
        return self._paint(text, "36")

    def red(self, text: str) -> str:
        """For codes and carets."""
        return self._paint(text, "1;31")

    def cyan(self, text: str) -> str:
        """For the mark of a fix."""
        return self._paint(text, "36")

    def blue(self, text: str) -> str:
        """For the frame around a source line."""
        return self._paint(text, "1;34")
