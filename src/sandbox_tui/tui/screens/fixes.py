"""Chooses a fix, and shows what it would change before it does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import unified_diff
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from ..text import content, label
from ..word_button import WordButton
from .dialogs import Dialog
from .explain import AROUND

SHOWN_LINES = 200
"""Lines of a diff that are shown: a fix of more is not judged by reading it."""


@dataclass(frozen=True)
class Proposal:
    """One way to mend: what it says, whether it certainly keeps the meaning, the whole text afterwards."""

    title: str
    safe: bool
    text: str


class ChooseFix(Dialog):
    """The fixes for a place of `source`, the changes of the highlighted one under them; returns its number as
    text.
    """

    DEFAULT_CSS = """
    ChooseFix > Vertical { width: 92; max-width: 98%; max-height: 94%; }
    ChooseFix OptionList {
        height: auto; max-height: 6; margin-bottom: 1; border: none; padding: 0; background: $surface;
    }
    ChooseFix OptionList:focus { border: none; background-tint: $foreground 0%; }
    ChooseFix .unsafe { color: $warning; height: auto; margin-bottom: 1; display: none; }
    ChooseFix.-unsafe .unsafe { display: block; }
    ChooseFix VerticalScroll {
        height: auto; background: $background; padding: 0 1; margin-bottom: 1; scrollbar-size-vertical: 1;
    }
    ChooseFix .diff { height: auto; text-wrap: nowrap; text-overflow: ellipsis; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f4", "make", "Make it", id="fix.make", show=False, priority=True),
        Binding("enter", "make", "Make it", id="fix.enter", show=False),
    ]

    def __init__(self, source: str, proposals: Sequence[Proposal]) -> None:
        super().__init__()
        self._source, self._proposals = source, tuple(proposals)

    def compose(self) -> ComposeResult:
        one = len(self._proposals) == 1
        with Vertical():
            yield Static(content(self._proposals[0].title if one else "Which fix?"), classes="title")
            options = OptionList(compact=True, markup=False)
            options.add_options([Option(self._option(each)) for each in self._proposals])
            options.display = not one
            yield options
            yield Static("This may change what the task does.", classes="unsafe")
            with VerticalScroll():
                yield Static("", classes="diff")
            with Horizontal(classes="buttons"):
                yield WordButton("make it", "make", key="Enter")
                yield WordButton("cancel", "", key="esc")

    def _option(self, proposal: Proposal) -> Content:
        warning = () if proposal.safe else (("  may change the meaning", "$warning"),)
        return Content.assemble(label(proposal.title, 120), *warning)

    def on_mount(self) -> None:
        self._show(0)
        if len(self._proposals) > 1:
            options = self.query_one(OptionList)
            options.highlighted = 0
            options.focus()
        else:
            self.query_one(VerticalScroll).focus()

    def on_resize(self) -> None:
        """Leaves room for all the rest, whatever the size."""
        others = AROUND + (min(6, len(self._proposals)) + 1 if len(self._proposals) > 1 else 0)
        self.query_one(VerticalScroll).styles.max_height = max(3, self.size.height - others)

    def _show(self, index: int) -> None:
        proposal = self._proposals[index]
        self.set_class(not proposal.safe and len(self._proposals) == 1, "-unsafe")
        self.query_one(".diff", Static).update(diff_content(self._source, proposal.text))

    def action_make(self) -> None:
        """Returns the highlighted fix."""
        self.dismiss(str(self.query_one(OptionList).highlighted or 0))

    @on(OptionList.OptionHighlighted)
    def _highlighted(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        self._show(event.option_index)

    @on(OptionList.OptionSelected)
    def _selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.action_make()

    @on(WordButton.Pressed)
    def _pressed(self, event: WordButton.Pressed) -> None:
        event.stop()
        if event.what:
            self.action_make()
        else:
            self.dismiss(None)


def diff_content(before: str, after: str) -> Content:
    """The lines that differ with two lines around them: `-` and `+` in front, and in colour."""
    shown: list[Content] = []
    lines = unified_diff(before.splitlines(), after.splitlines(), n=2, lineterm="")
    for number, line in enumerate(lines):
        if number < 2:
            continue  # the names of files
        if len(shown) == SHOWN_LINES:
            shown.append(Content.styled("…", "$foreground-muted"))
            break
        style = {"-": "$text-error", "+": "$text-success", "@": "$foreground-muted"}.get(line[0], "")
        text = _place(line) if line[0] == "@" else f"{line[0]} {line[1:]}"
        shown.append(content(text, style))
    return Content("\n").join(shown)


def _place(header: str) -> str:
    """`@@ -4,3 +4,2 @@` as `line 4`."""
    return f"line {header.split(' ')[1].lstrip('-').split(',')[0]}"
