"""Changes the externals and the limits of the open task as the panes ask for it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, cast

from ...workspace.document import LintSettings, Profile
from ...workspace.effective import effective
from ...workspace.errors import DocumentError
from ..screens.dialogs import EditSource
from .external_row import ExternalRow

if TYPE_CHECKING:
    from ..screens.workbench import WorkbenchScreen


class Changing:
    """The settings of a workbench screen."""

    def __init__(self, screen: WorkbenchScreen) -> None:
        self._screen = screen

    def edited(self) -> None:
        """Follows an edit that a pane has made in the document."""
        self._screen.showing.header()
        self._screen.checking.soon()
        self._screen.keeping.soon()

    async def _changed(self) -> None:
        self._screen.workbench.examine()
        await self._screen.showing.known()
        self.edited()

    async def add(self, name: str) -> None:
        """Declares an external."""
        self._screen.workbench.declare(name)
        await self._changed()

    async def remove(self, name: str) -> None:
        """Takes an external of the task away."""
        self._screen.workbench.remove_external(name)
        await self._changed()

    async def override(self, name: str) -> None:
        """Gives the task its own form of a folder's external."""
        self._screen.workbench.override_external(name)
        await self._changed()

    async def declare_missing(self) -> None:
        """Declares every name that is called and not declared."""
        names = self._screen.workbench.declare_missing()
        self._screen.tell(f"Declared {', '.join(names)}" if names else "Every called name is declared.")
        await self._changed()

    async def judge(self) -> None:
        """Asks for the profile and the version of Monty that the task is judged by."""
        from ..screens.judging import ChooseJudging

        screen = self._screen
        document = screen.workbench.document
        if document is None:
            screen.tell("No task is open.")
            return
        without = replace(document, lint=LintSettings())
        try:
            inherited = without.effective()
        except DocumentError:
            inherited = effective(without, ())
        answer = await screen.app.push_screen_wait(ChooseJudging(document.lint, inherited))
        if answer is not None:
            profile, _, target = answer.partition("|")
            document.lint.profile = cast(Profile, profile) if profile else None
            document.lint.target = target or None
            await self._changed()
            screen.checking.now()

    async def edit_source(self, row: ExternalRow) -> None:
        """Opens the source that answers for an external in an editor of its own."""
        title = f"What {row.spec.name} answers, in the sandbox"
        source = await self._screen.app.push_screen_wait(EditSource(title, row.spec.source or ""))
        if source is not None:
            row.source_edited(source)

    async def save_limits(self) -> None:
        """Moves the task's limits to its folder."""
        try:
            path = self._screen.workbench.save_limits_to_folder()
        except DocumentError as error:
            self._screen.tell(str(error), "error")
            return
        self._screen.tell(f"Saved the limits to {path.resolve().parent.name}/{path.name}")
        await self._changed()
