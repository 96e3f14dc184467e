"""The card of an external call that waits: what is called with what, and what to answer."""

from __future__ import annotations

from dataclasses import dataclass

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Static

from ...sandbox.run import Call
from ..choice import Choice
from ..inputs.field_row import FieldInput
from ..inputs.fields import parse_text
from ..results.show import value_text
from ..split_line import SplitLine
from ..text import content, label, label_content
from .errors import parse_error
from .questions import Question, Reply

VALUE, ERROR = "value", "error"


class CallCard(Vertical):
    """Asks about one call; says `Answered` with the reply. It keeps no question that has been answered
    elsewhere.
    """

    DEFAULT_CSS = """
    CallCard { padding: 0 1; }
    CallCard > .arguments {
        height: auto; max-height: 60%; overflow-y: auto; padding: 0 0 0 2; scrollbar-size-vertical: 1;
    }
    CallCard > .arguments > Static { height: auto; }
    CallCard > .entry { height: 1; }
    CallCard > .entry > Choice { width: auto; margin-right: 1; padding: 0 1 0 0; }
    CallCard > .problem { height: auto; color: $error; display: none; }
    CallCard.-wrong > .problem { display: block; }
    .-tall CallCard > .title { margin-bottom: 1; }
    .-tall CallCard > .entry { margin-top: 1; }
    """

    @dataclass
    class Answered(Message):
        """The user has decided."""

        question: Question
        reply: Reply

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.question: Question | None = None

    def compose(self) -> ComposeResult:
        yield SplitLine(classes="title")
        with Vertical(classes="arguments"):
            yield Static("", markup=False)
        with Horizontal(classes="entry"):
            yield Choice(((VALUE, "value"), (ERROR, "error")), VALUE)
            yield FieldInput(id="card-entry")
        yield Static("", classes="problem", markup=False)

    @property
    def entry(self) -> FieldInput:
        return self.query_one(FieldInput)

    def show(self, question: Question, waiting: int) -> None:
        """Asks `question`; `waiting` counts all that are open, this one included."""
        fresh = question is not self.question
        self.question = question
        call = question.call
        self.query_one(".title", SplitLine).left = self._title(call)
        self.query_one(".title", SplitLine).right = self._origin(question, waiting)
        if not fresh:
            return
        block = arguments_block(question, max(20, self.app.size.width - 6))
        self.query_one(".arguments > Static", Static).update(content(block))
        self._say(None)
        self.query_one(Choice).value = VALUE
        self.entry.value = ""
        self._placeholder()

    def forget(self) -> None:
        """Drops the question: it was answered, or its run has ended."""
        self.question = None

    def _title(self, call: Call) -> Content:
        place = f"   line {call.line}" if call.line else ""
        return Content.assemble(
            ("▸ ", "$accent"),
            (label(call.function, 60), "bold"),
            (f"   call {call.number}{place}", "$foreground-muted"),
        )

    def _origin(self, question: Question, waiting: int) -> Content:
        asks = question.answer == "ask"
        said = "asks for an answer" if asks else f"{question.answer}  {label(question.configured, 40)}"
        if waiting > 1:
            said += f"   1 of {waiting} waiting"
        return Content.styled(said, "$foreground-muted")

    def _placeholder(self) -> None:
        from ...sandbox.boundary import type_text

        question = self.question
        if question is None:
            return
        if self.query_one(Choice).value == ERROR:
            text = "ValueError: what went wrong"
        else:
            text = "a value" if question.returns is None else f"a value of type {type_text(question.returns)}"
            if question.answer != "ask":
                text = f"Enter: as configured; or type {text}"
        self.entry.placeholder = label(text)

    def _say(self, problem: str | None) -> None:
        self.set_class(problem is not None, "-wrong")
        self.query_one(".problem", Static).update(label_content(problem or ""))

    def answer(self) -> bool:
        """Answers with what stands in the field, or the configured answer where nothing does; says so where
        that cannot be.
        """
        question = self.question
        if question is None:
            return False
        text = self.entry.value
        try:
            reply = self._reply(question, text)
        except ValueError as error:
            self._say(str(error))
            self.entry.focus()
            return False
        self._send(reply)
        return True

    def _reply(self, question: Question, text: str) -> Reply:
        if self.query_one(Choice).value == ERROR:
            return Reply("error", error=parse_error(text))
        if text.strip():
            from typing import Any

            return Reply("value", parse_text(text, Any if question.returns is None else question.returns))
        if question.answer != "ask":
            return Reply("configured")
        if question.returns is type(None) or question.returns is None:
            if question.returns is None:
                raise ValueError("an answer is needed: a value, or None")
            return Reply("value", None)
        raise ValueError("an answer is needed")

    def _send(self, reply: Reply) -> None:
        question, self.question = self.question, None
        if question is not None:
            self.post_message(self.Answered(question, reply))

    def release(self) -> bool:
        """Goes on without halting again; this call gets what is in the field, or its configured answer."""
        question = self.question
        if question is None:
            return False
        if question.answer == "ask" or self.entry.value.strip():
            return self.answer()
        self._send(Reply("release"))
        return True

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.answer()

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self._say(None)

    @on(Choice.Changed)
    def _kind_chosen(self, event: Choice.Changed) -> None:
        event.stop()
        self._placeholder()
        self._say(None)


def arguments_block(question: Question, width: int) -> str:
    """The arguments of a call, a line or more each, with the names that its signature gives them."""
    call, names = question.call, question.names
    named = [(names[index] if index < len(names) else "", value) for index, value in enumerate(call.args)]
    lines = []
    for name, value in (*named, *call.kwargs.items()):
        before = f"{name} = " if name else ""
        lines.append(f"{before}{value_text(value, width - len(before))}")
    return "\n".join(lines) or "no arguments"
