"""What a finding means: its rule in words, with examples."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from ...lint.explanation import excerpt, facts
from ...lint.rules import Rule
from ..editor.code_content import code_content
from ..text import content
from ..word_button import WordButton
from .dialogs import Dialog

# Lines of the dialog that do not scroll, and those around it.
AROUND = 9


class Explain(Dialog):
    """Explains a rule; `message` is what it says at the place that was asked about. Returns nothing."""

    DEFAULT_CSS = """
    Explain > Vertical { width: 84; max-width: 98%; max-height: 94%; }
    Explain VerticalScroll {
        height: auto; scrollbar-size-vertical: 1; background: $surface; margin-bottom: 1;
    }
    Explain VerticalScroll > Static:last-child { margin-bottom: 0; }
    Explain VerticalScroll Static { height: auto; margin-bottom: 1; }
    Explain .heading { color: $foreground-muted; text-style: bold; margin-bottom: 0; }
    Explain .code { background: $background; padding: 0 1; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,q,ctrl+l", "dismiss(None)", "Close", id="explain.close", show=False, priority=True)
    ]

    def __init__(self, rule: Rule, message: str = "") -> None:
        super().__init__()
        self._rule, self._message = rule, message

    def compose(self) -> ComposeResult:
        rule = self._rule
        with Vertical():
            yield Static(
                Content.assemble((rule.code, "bold $accent"), "  ", (rule.name, "bold")), classes="title"
            )
            with VerticalScroll():
                if self._message:
                    yield Static(content(self._message))
                yield Static(content(rule.summary))
                yield from self._section("WHY", content(rule.why))
                yield from self._section("INSTEAD", content(rule.instead))
                yield from self._section("FOUND IN", code_content(excerpt(rule.bad)), "code")
                yield from self._section("NOT IN", code_content(excerpt(rule.good)), "code")
                known = "   ".join(f"{name.lower()}: {value}" for name, value in facts(rule))
                yield Static(content(known, "$foreground-muted"))
            with Horizontal(classes="buttons"):
                yield WordButton("close", "", key="esc")

    def _section(self, heading: str, body: Content, classes: str = "") -> ComposeResult:
        yield Static(heading, classes="heading")
        yield Static(body, classes=classes)

    def on_mount(self) -> None:
        self.query_one(VerticalScroll).focus()

    def on_resize(self) -> None:
        """Leaves room for the title and the last line, whatever the size."""
        self.query_one(VerticalScroll).styles.max_height = max(1, self.size.height - AROUND)

    @on(WordButton.Pressed)
    def _pressed(self, event: WordButton.Pressed) -> None:
        event.stop()
        self.dismiss(None)
