"""One external: its name, its signature, how it is answered, and with what."""

from __future__ import annotations

from dataclasses import dataclass

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Static

from ...workspace.document import ANSWER_KINDS, ExternalSpec
from ..choice import Choice
from ..inputs.field_row import FieldInput
from ..split_line import SplitLine
from ..text import label, label_content
from ..word_button import WordButton
from .answers import HINTS, answer_line, take_answer


class ExternalName(SplitLine, can_focus=True):
    """The name; with the focus, Delete or a click on the cross removes the external."""

    DEFAULT_CSS = "ExternalName:focus { background: $foreground 8%; }"
    BINDINGS = [("delete,backspace", "remove", "Remove")]  # noqa: RUF012

    class Removed(Message):
        """The user wants it gone."""

    def action_remove(self) -> None:
        self.post_message(self.Removed())

    def on_click(self, event: events.Click) -> None:
        if event.get_content_offset_capture(self).x >= self.content_size.width - 2:
            event.stop()
            self.action_remove()


class ExternalRow(Vertical):
    """Edits one `ExternalSpec` in place and says `Changed`; one of the folder is shown and left alone."""

    DEFAULT_CSS = """
    ExternalRow { height: auto; margin-bottom: 1; }
    ExternalRow > Horizontal { height: 1; }
    ExternalRow > Horizontal > Choice { width: auto; margin-right: 1; }
    ExternalRow > .problem { height: auto; color: $error; padding: 0 1; display: none; }
    ExternalRow.-wrong > .problem { display: block; }
    ExternalRow > .from { height: auto; color: $foreground-muted; padding: 0 1; }
    """

    @dataclass
    class Changed(Message):
        """The external was edited."""

        row: ExternalRow

    @dataclass
    class RemoveWanted(Message):
        """The user wants the external removed."""

        row: ExternalRow

    @dataclass
    class SourceWanted(Message):
        """The user wants to edit the source that answers."""

        row: ExternalRow

    @dataclass
    class OverrideWanted(Message):
        """The user wants the task to have its own form of a folder's external."""

        row: ExternalRow

    def __init__(self, spec: ExternalSpec, origin: str) -> None:
        super().__init__()
        self.spec = spec
        self.origin = origin

    @property
    def own(self) -> bool:
        """Whether the external is the task's own."""
        return self.origin == "task"

    def compose(self) -> ComposeResult:
        cross = Content.styled("✕" if self.own else "folder", "$foreground-muted")
        yield ExternalName(label_content(self.spec.name, "bold"), cross)
        if not self.own:
            text = (
                f"{self.spec.signature or '(...)'}\n{self.spec.answer}  {label(answer_line(self.spec), 60)}"
            )
            yield Static(Content(text), classes="from", markup=False)
            yield WordButton("override in this task", "override")
            return
        yield FieldInput(label(self.spec.signature or ""), placeholder="signature: (x: int) -> int")
        with Horizontal():
            options = tuple((kind, kind) for kind in ANSWER_KINDS)
            yield Choice(options, self.spec.answer, cycle=True)
            yield FieldInput(classes="answer")
            yield WordButton("", "source")
        yield Static("", classes="problem", markup=False)

    def on_mount(self) -> None:
        if self.own:
            self._show_answer()

    def _show_answer(self) -> None:
        entry = self.query_one(".answer", FieldInput)
        button = self.query_one(WordButton)
        sandboxed = self.spec.answer == "sandbox"
        button.display = sandboxed
        entry.display = not sandboxed and self.spec.answer != "ask"
        if sandboxed:
            first = (self.spec.source or "").strip().partition("\n")[0]
            button.label = Content.assemble(("edit", "$accent"), " ", label_content(first, width=40))
            button.refresh(layout=True)
        else:
            with entry.prevent(Input.Changed):
                entry.value = answer_line(self.spec)
            entry.placeholder = HINTS[self.spec.answer]
        self._say(None)

    def source_edited(self, source: str) -> None:
        """Takes another source for a sandboxed answer."""
        self.spec.source = source
        self._show_answer()
        self.post_message(self.Changed(self))

    def _say(self, problem: str | None) -> None:
        self.set_class(problem is not None, "-wrong")
        self.query_one(".problem", Static).update(label_content(problem or ""))

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        try:
            if event.input.has_class("answer"):
                take_answer(self.spec, event.value)
            else:
                self._take_signature(event.value)
        except ValueError as error:
            self._say(str(error))
            return
        self._say(None)
        self.post_message(self.Changed(self))

    def _take_signature(self, text: str) -> None:
        from ...workspace.signatures import check_signature

        if text.strip():
            check_signature(text)
        self.spec.signature = text.strip() or None

    @on(Choice.Changed)
    def _answer_chosen(self, event: Choice.Changed) -> None:
        event.stop()
        self.spec.answer = event.value  # type: ignore[assignment]
        self.spec.inherits_answer = False
        self._show_answer()
        self.post_message(self.Changed(self))

    @on(ExternalName.Removed)
    def _remove(self, event: ExternalName.Removed) -> None:
        event.stop()
        if self.own:
            self.post_message(self.RemoveWanted(self))

    @on(WordButton.Pressed)
    def _pressed(self, event: WordButton.Pressed) -> None:
        event.stop()
        self.post_message(self.OverrideWanted(self) if event.what == "override" else self.SourceWanted(self))
