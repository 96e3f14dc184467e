"""The Calls tab: every external call of the run, and the chosen one in full."""

from __future__ import annotations

from dataclasses import dataclass

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import DataTable

from ...sandbox.run import UNANSWERED, Call
from ..text import label, plain
from .show import answer_text, arguments_text, call_text
from .text_view import TextView

# Rows the table holds; a task may make a hundred thousand calls, and nobody reads them in a table.
SHOWN_CALLS = 2_000


class CallsView(Horizontal):
    """A table of calls beside the details of the one under the cursor."""

    DEFAULT_CSS = """
    CallsView > DataTable {
        width: 3fr; height: 1fr; background: $background; scrollbar-size: 0 1;
    }
    CallsView > DataTable > .datatable--header {
        background: $background; color: $foreground-muted; text-style: none;
    }
    CallsView > TextView { width: 2fr; border-left: vkey $border-blurred; }
    CallsView > TextView:focus { border-left: vkey $accent; }
    CallsView > DataTable:focus { background-tint: $foreground 0%; }
    """

    @dataclass
    class CallChosen(Message):
        """The user wants to see where a call is in the source."""

        call: Call

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.calls: list[Call] = []
        self._waiting: list[int] = []

    def compose(self) -> ComposeResult:
        table: DataTable[Text] = DataTable(cursor_type="row", zebra_stripes=False, cell_padding=1)
        for title, key in (
            ("#", "number"),
            ("ms", "ms"),
            ("function", "function"),
            ("arguments", "arguments"),
            ("answer", "answer"),
        ):
            table.add_column(Text(title), key=key)
        yield table
        yield TextView("Choose a call to see it in full.", id="call-details")

    def clear(self) -> None:
        """Forgets the calls of the run before."""
        self.calls = []
        self._waiting = []
        self.query_one(DataTable).clear()
        self.query_one(TextView).show("")

    def append(self, calls: list[Call]) -> None:
        """Adds calls, answered or not."""
        table = self.query_one(DataTable)
        for call in calls:
            self.calls.append(call)
            if call.number <= SHOWN_CALLS:
                table.add_row(*self._cells(call), key=str(len(self.calls) - 1))
                if not _ended(call):
                    self._waiting.append(len(self.calls) - 1)

    def update_answers(self) -> None:
        """Fills in the answers that have come since."""
        table = self.query_one(DataTable)
        still = []
        for index in self._waiting:
            call = self.calls[index]
            if _ended(call):
                _, ms, _, _, answer = self._cells(call)
                table.update_cell(str(index), "answer", answer, update_width=True)
                table.update_cell(str(index), "ms", ms, update_width=True)
                if table.cursor_row == index:
                    self._show(index)
            else:
                still.append(index)
        self._waiting = still

    def _cells(self, call: Call) -> tuple[Text, Text, Text, Text, Text]:
        answer = plain(label(answer_text(call, 60)))
        if call.error is not None:
            answer.stylize("bold")
        ms = Text(f"{call.duration_ms:.1f}" if _ended(call) else "", justify="right")
        return (
            Text(str(call.number), justify="right"),
            ms,
            plain(label(call.function, 40)),
            plain(label(arguments_text(call, 60))),
            answer,
        )

    def _show(self, index: int) -> None:
        view = self.query_one(TextView)
        view.show(call_text(self.calls[index], max(20, view.content_size.width - 1)))

    @on(DataTable.RowHighlighted)
    def _highlighted(self, event: DataTable.RowHighlighted) -> None:
        event.stop()
        if event.row_key.value is not None and int(event.row_key.value) < len(self.calls):
            self._show(int(event.row_key.value))

    @on(DataTable.RowSelected)
    def _selected(self, event: DataTable.RowSelected) -> None:
        event.stop()
        if event.row_key.value is not None:
            self.post_message(self.CallChosen(self.calls[int(event.row_key.value)]))


def _ended(call: Call) -> bool:
    return call.error is not None or call.answer is not UNANSWERED
