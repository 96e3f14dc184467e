"""The Limits tab: the four limits and the profile, each with where it comes from, and what else a task file
says of the task.
"""

from __future__ import annotations

from pathlib import Path

from textual import on
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from ...workspace.document import PROFILES, Document
from ..text import label
from ..word_button import WordButton
from .limits import limit_text
from .setting_row import INHERIT, SettingRow
from .take import LIMITS, take_setting


class LimitsPane(VerticalScroll, can_focus=False):
    """Edits the settings of a document in place and says `Edited`."""

    DEFAULT_CSS = """
    LimitsPane { padding: 1 1 0 1; }
    LimitsPane > .heading { height: 1; color: $foreground-muted; text-style: bold; margin: 0 0 1 0; }
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
            self._row(name).show(
                "" if own is None else limit_text(name, own), origin_text(sourced.origin), shown
            )
        check = effective.config["type_check"]
        own_check = document.config.get("type_check")
        self._row("type_check").show(
            INHERIT if own_check is None else limit_text("type_check", own_check),
            f"{limit_text('type_check', check.value)} · {origin_text(check.origin)}",
        )
        self._row("profile").show(
            document.lint.profile or INHERIT,
            f"{effective.profile.value} · {origin_text(effective.profile.origin)}",
        )
        self._row("name").show(label(document.name))
        self._row("description").show(label(document.description))

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
