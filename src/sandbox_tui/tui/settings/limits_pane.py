"""The Limits tab: the four limits and the profile, each with where it comes from, and what else a task file says of the task."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Static

from ...workspace.document import PROFILES, Document
from ..choice import Choice
from ..inputs.field_row import FieldInput
from ..split_line import SplitLine
from ..text import content, label, label_content
from ..word_button import WordButton
from .declarations import inputs_text, parse_inputs, parse_type
from .limits import limit_text, parse_limit

LIMITS = ("timeout_ms", "max_memory", "max_stack_depth")
INHERIT = ""


class SettingRow(Vertical):
    """One setting: its name, where its value comes from, and the place to enter it."""

    DEFAULT_CSS = """
    SettingRow { height: auto; margin-bottom: 1; }
    SettingRow > .problem { height: auto; color: $error; padding: 0 1; display: none; }
    SettingRow.-wrong > .problem { display: block; }
    """

    @dataclass
    class Entered(Message):
        """Another text or choice stands in the row."""

        row: SettingRow
        text: str

    def __init__(self, key: str, title: str, choices: tuple[tuple[str, str], ...] = (), *, cycle: bool = False) -> None:
        super().__init__(id=f"setting-{key.replace('_', '-')}")
        self.key = key
        self.title = title
        self.choices = choices
        self.cycle = cycle

    def compose(self) -> ComposeResult:
        yield SplitLine(Content(self.title))
        if self.choices:
            yield Choice(self.choices, INHERIT, cycle=self.cycle)
        else:
            yield FieldInput()
        yield Static("", classes="problem", markup=False)

    def show(self, text: str, origin: str = "", placeholder: str = "") -> None:
        """Shows a value; a field that is being typed in is left alone where it says the same."""
        self.query_one(SplitLine).right = label_content(origin, "$text-muted", 24)
        for choice in self.query(Choice):
            choice.value = text
        for entry in self.query(FieldInput):
            entry.placeholder = label(placeholder)
            if not entry.has_focus and entry.value != text:
                with entry.prevent(Input.Changed):
                    entry.value = text
        if not any(entry.has_focus for entry in self.query(FieldInput)):
            self.say(None)

    def say(self, problem: str | None) -> None:
        """Says what is wrong with what was entered."""
        self.set_class(problem is not None, "-wrong")
        self.query_one(".problem", Static).update(content(problem or ""))

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self.post_message(self.Entered(self, event.value))

    @on(Choice.Changed)
    def _chosen(self, event: Choice.Changed) -> None:
        event.stop()
        self.post_message(self.Entered(self, event.value))


class LimitsPane(VerticalScroll, can_focus=False):
    """Edits the settings of a document in place and says `Edited`."""

    DEFAULT_CSS = """
    LimitsPane { padding: 1 1 0 1; }
    LimitsPane > .heading { height: 1; color: $text-muted; text-style: bold; margin: 0 0 1 0; }
    LimitsPane > WordButton { margin-bottom: 1; }
    """

    class Edited(Message):
        """The document was edited."""

    class FolderSaveWanted(Message):
        """The user wants the task's limits to be those of the folder."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.document: Document | None = None

    def compose(self) -> ComposeResult:
        yield SettingRow("timeout_ms", "time")
        yield SettingRow("max_memory", "memory")
        yield SettingRow("max_stack_depth", "stack depth")
        yield SettingRow("type_check", "type check", (("on", "on"), ("off", "off"), (INHERIT, "inherit")))
        yield SettingRow(
            "profile", "profile", ((INHERIT, "inherit"), *((name, name) for name in PROFILES)), cycle=True
        )
        yield WordButton(Content.assemble(("↑ ", "$accent"), "save limits to the folder"), "folder")
        yield Static("TASK", classes="heading", markup=False)
        yield SettingRow("name", "name")
        yield SettingRow("description", "description")
        yield SettingRow("inputs", "inputs")
        yield SettingRow("output", "output")

    def _row(self, key: str) -> SettingRow:
        return self.query_one(f"#setting-{key.replace('_', '-')}", SettingRow)

    def show(self, document: Document | None) -> None:
        """Shows the settings of `document`."""
        self.document = document
        self.disabled = document is None or document.read_only
        if document is None:
            return
        from ...workspace.errors import DocumentError

        try:
            effective = document.effective()
        except DocumentError:
            from ...workspace.effective import effective as over

            effective = over(document, ())
        for name in LIMITS:
            sourced = effective.config[name]
            own = document.config.get(name)
            shown = limit_text(name, sourced.value)
            self._row(name).show("" if own is None else limit_text(name, own), origin_text(sourced.origin), shown)
        check = effective.config["type_check"]
        own_check = document.config.get("type_check")
        self._row("type_check").show(
            INHERIT if own_check is None else limit_text("type_check", own_check),
            f"{limit_text('type_check', check.value)} · {origin_text(check.origin)}",
        )
        self._row("profile").show(
            document.lint.profile or INHERIT, f"{effective.profile.value} · {origin_text(effective.profile.origin)}"
        )
        self._row("name").show(label(document.name))
        self._row("description").show(label(document.description))
        self._row("inputs").display = self._row("output").display = document.kind == "code"
        self._row("inputs").show(inputs_text(document.inputs), placeholder="x: int, y: str")
        self._row("output").show(document.output or "", placeholder="int")

    @on(SettingRow.Entered)
    def _entered(self, event: SettingRow.Entered) -> None:
        event.stop()
        document = self.document
        if document is None:
            return
        try:
            take_setting(document, event.row.key, event.text)
        except ValueError as error:
            event.row.say(str(error))
            return
        event.row.say(None)
        self.post_message(self.Edited())

    @on(WordButton.Pressed)
    def _pressed(self, event: WordButton.Pressed) -> None:
        event.stop()
        self.post_message(self.FolderSaveWanted())


def origin_text(origin: str | Path) -> str:
    """Where a value comes from, in a word or two."""
    return origin if isinstance(origin, str) else f"{origin.parent.name}/{origin.name}"


def take_setting(document: Document, key: str, text: str) -> None:
    """Puts what was entered for a setting into `document`; an empty text takes it out. Raises `ValueError` in one clear line."""
    text = text.strip()
    value: Any
    if key in LIMITS or key == "type_check":
        if not text:
            document.config.pop(key, None)
        else:
            value = text == "on" if key == "type_check" else parse_limit(key, text)
            document.config[key] = value
    elif key == "profile":
        document.lint.profile = text or None  # type: ignore[assignment]
    elif key == "name":
        if not text.isidentifier():
            raise ValueError("a task's name is a Python name")
        document.name = text
    elif key == "description":
        document.description = text
    elif key == "inputs":
        document.inputs = parse_inputs(text) if text else {}
    elif key == "output":
        document.output = parse_type(text) if text else None
