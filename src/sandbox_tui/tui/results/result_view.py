"""The Result tab: the value of the run, or its error with the places in the task that led to it."""

from __future__ import annotations

from dataclasses import dataclass

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from ...sandbox.errors import SourceFrame
from ..text import content
from .show import ErrorView
from .text_view import TextView


class ResultView(Vertical):
    """Shows a value, an error, or a line that says what would be shown."""

    DEFAULT_CSS = """
    ResultView > .hint { color: $foreground-muted; padding: 0 1; height: auto; }
    ResultView > .title { color: $error; text-style: bold; padding: 0 1; height: auto; max-height: 3; }
    ResultView > .details { padding: 0 1; height: auto; max-height: 4; color: $foreground; }
    ResultView > OptionList {
        border: none; padding: 0; height: 1fr; background: $background; scrollbar-size-vertical: 1;
    }
    ResultView > OptionList:focus { border: none; background-tint: $foreground 0%; }
    ResultView > OptionList.-textual-compact > .option-list--option { padding: 0 1; }
    ResultView > * { display: none; }
    ResultView.-hint > .hint, ResultView.-value > TextView { display: block; }
    ResultView.-error > .title { display: block; }
    ResultView.-details > .details, ResultView.-frames > OptionList { display: block; }
    """

    @dataclass
    class PlaceChosen(Message):
        """The user wants to see a place of the task: line and column count from 1."""

        line: int
        column: int

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._places: list[tuple[int, int]] = []
        self.add_class("-hint")

    def compose(self) -> ComposeResult:
        yield Static("Press F5 to run the task.", classes="hint", markup=False)
        yield Static("", classes="title", markup=False)
        yield Static("", classes="details", markup=False)
        yield TextView(id="result-value")
        yield OptionList(compact=True, markup=False)

    def _only(self, *classes: str) -> None:
        for name in ("-hint", "-value", "-error", "-details", "-frames"):
            self.set_class(name in classes, name)

    def show_hint(self, text: str) -> None:
        """Shows one dim line."""
        self.query_one(".hint", Static).update(content(text))
        self._only("-hint")

    def show_value(self, text: str) -> None:
        """Shows the value of a run, already written as text."""
        self.query_one(TextView).show(text)
        self._only("-value")

    def show_error(self, view: ErrorView) -> None:
        """Shows an error; its frames can be chosen."""
        self.query_one(".title", Static).update(content(f"✗ {view.title}"))
        self.query_one(".details", Static).update(content(view.details))
        frames = self.query_one(OptionList)
        frames.clear_options()
        self._places = [(frame.line, frame.column) for frame in view.frames]
        frames.add_options([Option(content(frame_text(frame))) for frame in view.frames])
        if not view.frames and view.line is not None:
            self._places = [(view.line, view.column or 1)]
            frames.add_option(Option(content(f"line {view.line}")))
        if self._places:
            frames.highlighted = len(self._places) - 1
        self._only("-error", "-details" if view.details else "", "-frames" if self._places else "")

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.post_message(self.PlaceChosen(*self._places[event.option_index]))


def frame_text(frame: SourceFrame) -> str:
    """A frame in one line: `line 4  in route_order`."""
    return f"line {frame.line:<4} in {frame.function or 'the task'}"
