"""The small screens that are laid over the workbench: a question with a few answers, a line to type, a text
to edit or to look at.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from ..choice import Choice
from ..inputs.field_row import FieldInput
from ..results.text_view import TextView
from ..text import content
from ..word_button import WordButton


@dataclass(frozen=True, slots=True)
class Answer:
    """One way to answer a question: what is returned, what it says, and the key for it."""

    id: str
    label: str
    key: str


class Dialog(ModalScreen[str | None]):
    """A box in the middle: title, body, and what can be done."""

    DEFAULT_CSS = """
    Dialog { align: center middle; background: $background 70%; }
    Dialog > Vertical {
        width: 72; max-width: 92%; height: auto; max-height: 90%; padding: 1 2; background: $surface;
        border-left: outer $accent;
    }
    Dialog .title { text-style: bold; height: auto; margin-bottom: 1; }
    Dialog .body { height: auto; max-height: 12; overflow-y: auto; margin-bottom: 1; color: $foreground; }
    Dialog .problem { height: auto; color: $error; display: none; margin-bottom: 1; }
    Dialog.-wrong .problem { display: block; }
    Dialog FieldInput { background: $panel; margin-bottom: 1; }
    Dialog Choice { margin-bottom: 1; }
    Dialog .buttons { height: auto; }
    Dialog TextArea { height: 14; background: $background; margin-bottom: 1; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "Cancel", id="dialog.cancel", show=False)
    ]

    def say(self, problem: str) -> None:
        """Says what hinders."""
        self.add_class("-wrong")
        self.query_one(".problem", Static).update(content(problem))


class Ask(Dialog):
    """A question; returns the id of the answer, None for escape. Its keys are single letters: nothing is
    typed here.
    """

    def __init__(self, title: str, body: str, answers: Sequence[Answer]) -> None:
        super().__init__()
        self._title, self._body, self._answers = title, body, answers

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Static(content(self._title), classes="title")
            if self._body:
                yield Static(content(self._body), classes="body")
            with Horizontal(classes="buttons"):
                for answer in self._answers:
                    yield WordButton(answer.label, answer.id, key=answer.key)
                yield WordButton("cancel", "", key="esc")

    def on_mount(self) -> None:
        for answer in self._answers:
            self._bindings.bind(answer.key, f"answer({answer.id!r})", answer.label, show=False)
        self.query(WordButton).first().focus()

    def action_answer(self, answer: str) -> None:
        self.dismiss(answer)

    def key_right(self) -> None:
        self.focus_next()

    def key_left(self) -> None:
        self.focus_previous()

    @on(WordButton.Pressed)
    def _pressed(self, event: WordButton.Pressed) -> None:
        event.stop()
        self.dismiss(event.what or None)


class Prompt(Dialog):
    """A line to type; returns it stripped, None for escape. With `options` one of them is chosen too:
    `option|text`.
    """

    def __init__(
        self,
        title: str,
        value: str = "",
        *,
        hint: str = "",
        done: str = "ok",
        options: Sequence[tuple[str, str]] = (),
    ) -> None:
        super().__init__()
        self._title, self._value, self._hint, self._done = title, value, hint, done
        self._options = tuple(options)

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Static(content(self._title), classes="title")
            yield FieldInput(self._value, placeholder=self._hint)
            if self._options:
                yield Choice(self._options, self._options[0][0])
            yield Static("", classes="problem")
            with Horizontal(classes="buttons"):
                yield WordButton(self._done, "done", key="Enter")
                yield WordButton("cancel", "", key="esc")

    def on_mount(self) -> None:
        entry = self.query_one(FieldInput)
        entry.focus()
        if "/" in entry.value:
            # A path is gone on with; a proposed name is typed over.
            entry.cursor_position = len(entry.value)
        else:
            entry.action_select_all()

    def _finish(self) -> None:
        text = self.query_one(FieldInput).value.strip()
        if not text:
            self.say("something is needed here")
            return
        self.dismiss(f"{self.query_one(Choice).value}|{text}" if self._options else text)

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self._finish()

    @on(WordButton.Pressed)
    def _pressed(self, event: WordButton.Pressed) -> None:
        event.stop()
        if event.what:
            self._finish()
        else:
            self.dismiss(None)


class Look(Dialog):
    """A text to look at, with a title."""

    DEFAULT_CSS = """
    Look > Vertical { width: 110; height: 90%; }
    Look TextView, Look TextView:focus { height: 1fr; background: $surface; padding: 0; }
    """

    def __init__(self, title: str, text: str) -> None:
        super().__init__()
        self._title, self._text = title, text

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Static(content(self._title), classes="title")
            yield TextView(self._text)
            with Horizontal(classes="buttons"):
                yield WordButton("close", "", key="esc")

    @on(WordButton.Pressed)
    def _pressed(self, event: WordButton.Pressed) -> None:
        event.stop()
        self.dismiss(None)


class EditSource(Dialog):
    """A piece of source to edit; returns it, None for escape."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s,f5", "done", "Keep", id="dialog.keep", show=False, priority=True),
    ]

    def __init__(self, title: str, source: str) -> None:
        super().__init__()
        self._title, self._source = title, source

    def compose(self) -> ComposeResult:
        from ..editor.source_editor import SourceEditor

        with Vertical():
            yield Static(content(self._title), classes="title")
            yield SourceEditor(self._source, id="dialog-source")
            with Horizontal(classes="buttons"):
                yield WordButton(Content("keep"), "done", key="^S")
                yield WordButton("cancel", "", key="esc")

    def on_mount(self) -> None:
        self.query_one("#dialog-source").focus()

    def action_done(self) -> None:
        from ..editor.source_editor import SourceEditor

        self.dismiss(self.query_one(SourceEditor).text)

    @on(WordButton.Pressed)
    def _pressed(self, event: WordButton.Pressed) -> None:
        event.stop()
        if event.what:
            self.action_done()
        else:
            self.dismiss(None)
