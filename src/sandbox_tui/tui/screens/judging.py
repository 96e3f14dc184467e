"""Chooses what the open task is judged by: the profile of the linter and the version of Monty."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Static

from ...lint.targets import FLYTE, KNOWN, installed_version
from ...workspace.document import LintSettings
from ...workspace.effective import Effective
from ..choice import Choice
from ..settings.setting_row import INHERIT
from ..text import content
from ..word_button import WordButton
from .dialogs import Dialog

PROFILE_WORDS = {
    "documented": "what Flyte's documentation allows, the same everywhere.",
    "runtime": "whatever Monty runs.",
    "flyte": "what the real Flyte runs, on the Monty that it pins.",
    "off": "only what cannot be read at all is found.",
}
TARGETS = ("installed", *KNOWN)


def target_words(target: str) -> str:
    """What choosing this version of Monty means."""
    if target == "installed":
        return f"the one that runs the tasks here, {installed_version() or 'which is missing'}."
    return "the one that Flyte pins." if target == FLYTE else "one that is known from real runs."


class ChooseJudging(Dialog):
    """Profile and target of a task with the settings `own`, and with those of `inherited` where it has none;
    returns `profile|target`, each empty where it is left to the folder.
    """

    DEFAULT_CSS = """
    ChooseJudging .heading { color: $foreground-muted; text-style: bold; height: 1; }
    ChooseJudging .words { color: $foreground-muted; height: auto; margin-bottom: 1; }
    ChooseJudging Choice { margin-bottom: 0; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "done", "Judge", id="judging.done", show=False, priority=True),
        Binding("down", "app.focus_next", "Next", id="judging.next", show=False),
        Binding("up", "app.focus_previous", "Previous", id="judging.previous", show=False),
    ]

    def __init__(self, own: LintSettings, inherited: Effective) -> None:
        super().__init__()
        self._own, self._inherited = own, inherited

    def compose(self) -> ComposeResult:
        profiles = ((INHERIT, "folder's"), *((name, name) for name in PROFILE_WORDS))
        known = self._own.target
        targets = TARGETS if known is None or known in TARGETS else (*TARGETS, known)
        with Vertical():
            yield Static("What the task is judged by", classes="title")
            yield Static("PROFILE", classes="heading")
            yield Choice(profiles, self._own.profile or INHERIT, id="judging-profile")
            yield Static("", classes="words", id="profile-words")
            yield Static("MONTY", classes="heading")
            yield Choice(
                ((INHERIT, "folder's"), *((name, name) for name in targets)),
                known or INHERIT,
                id="judging-target",
            )
            yield Static("", classes="words", id="target-words")
            with Horizontal(classes="buttons"):
                yield WordButton("judge by these", "done", key="Enter")
                yield WordButton("cancel", "", key="esc")

    def on_mount(self) -> None:
        self._words()
        self.query_one("#judging-profile").focus()

    def _words(self) -> None:
        chosen = self.query_one("#judging-profile", Choice).value
        profile = chosen if chosen != INHERIT else self._inherited.profile.value
        self._say("#profile-words", profile, PROFILE_WORDS[profile], named=chosen == INHERIT)
        chosen = self.query_one("#judging-target", Choice).value
        target = chosen if chosen != INHERIT else self._inherited.target.value
        if chosen == INHERIT and profile == "flyte" and self._inherited.target.origin == "default":
            target = FLYTE
        self._say("#target-words", target, target_words(target), named=chosen == INHERIT)

    def _say(self, place: str, value: str, words: str, *, named: bool) -> None:
        self.query_one(place, Static).update(content(f"{value}: {words}" if named else words))

    @on(Choice.Changed)
    def _changed(self, event: Choice.Changed) -> None:
        event.stop()
        self._words()

    def action_done(self) -> None:
        """Returns what is chosen."""
        values = (self.query_one(name, Choice).value for name in ("#judging-profile", "#judging-target"))
        self.dismiss("|".join("" if value == INHERIT else value for value in values))

    @on(WordButton.Pressed)
    def _pressed(self, event: WordButton.Pressed) -> None:
        event.stop()
        if event.what:
            self.action_done()
        else:
            self.dismiss(None)
