"""The Problems tab: the linter's findings; choosing one goes to its place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import wrap

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from ...lint.diagnostic import Diagnostic
from ..problem_line import MARKS
from ..text import label

# A hostile text may have a finding in each of a million lines.
SHOWN_PROBLEMS = 500
# A message may name something of any length.
MESSAGE_CHARACTERS = 600


class ProblemsView(Vertical):
    """A line a finding."""

    DEFAULT_CSS = """
    ProblemsView > Static { color: $foreground-muted; padding: 0 1; height: auto; }
    ProblemsView > OptionList {
        border: none; padding: 0; height: 1fr; background: $background; scrollbar-size-vertical: 1;
    }
    ProblemsView > OptionList:focus { border: none; background-tint: $foreground 0%; }
    ProblemsView > OptionList.-textual-compact > .option-list--option { padding: 0 1; }
    """

    @dataclass
    class Chosen(Message):
        """The user wants to see the place of a finding."""

        diagnostic: Diagnostic

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.diagnostics: tuple[Diagnostic, ...] = ()

    def compose(self) -> ComposeResult:
        yield Static("No problems.", markup=False)
        yield OptionList(compact=True, markup=False)

    @property
    def highlighted(self) -> Diagnostic | None:
        """The finding that the list stands at."""
        index = self.query_one(OptionList).highlighted
        return self.diagnostics[index] if index is not None and index < len(self.diagnostics) else None

    def show(self, diagnostics: Sequence[Diagnostic]) -> None:
        """Shows these findings; where the same ones are shown already, nothing moves."""
        found = tuple(diagnostics[:SHOWN_PROBLEMS])
        if found == self.diagnostics and self.query_one(OptionList).option_count == len(found):
            return
        self.diagnostics = found
        self._fill()

    def on_resize(self) -> None:
        self._fill()

    def _fill(self) -> None:
        found = self.diagnostics
        width = self.app.size.width - 4
        options = self.query_one(OptionList)
        highlighted = options.highlighted
        options.clear_options()
        options.add_options([Option(problem_line(diagnostic, width)) for diagnostic in found])
        if highlighted is not None and found:
            options.highlighted = min(highlighted, len(found) - 1)
        self.query_one(Static).display = not found
        options.display = bool(found)

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        if event.option_index < len(self.diagnostics):
            self.post_message(self.Chosen(self.diagnostics[event.option_index]))


def problem_line(diagnostic: Diagnostic, width: int) -> Content:
    """A finding: mark, place, code and message, which goes on below itself where `width` columns are not
    enough.
    """
    mark, color = MARKS[diagnostic.severity]
    place = f"{diagnostic.start.line}:{diagnostic.start.column}"
    head = f"{mark} {place:<7}{label(diagnostic.code)}  "
    lines = wrap(label(diagnostic.message, MESSAGE_CHARACTERS), max(20, width - len(head))) or [""]
    return Content.assemble(
        (f"{mark} ", color),
        (f"{place:<7}", "$foreground-muted"),
        (f"{label(diagnostic.code)}  ", color),
        f"\n{' ' * len(head)}".join(lines),
    )
