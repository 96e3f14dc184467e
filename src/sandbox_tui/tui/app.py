"""The app: themes, palette and the workbench screen; it composes and routes, and does nothing else."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, cast

from textual.app import App

from . import terminal
from .safety import install
from .screens.workbench import WorkbenchScreen
from .terminal import TerminalCare
from .themes import DARK, THEMES

if TYPE_CHECKING:
    from textual.command import Provider


def _palette() -> type[Provider]:
    from .palette import WorkbenchCommands

    return WorkbenchCommands


class SandboxApp(TerminalCare[int]):
    """The workbench on `path`: a task file, a folder, or None for the current folder."""

    TITLE = "sandbox-tui"
    COMMANDS: ClassVar[set[Any]] = {_palette}
    COMMAND_PALETTE_BINDING: ClassVar[str] = "ctrl+p"

    def __init__(self, path: Path | None = None) -> None:
        super().__init__()
        install(cast(App[object], self))
        for theme in THEMES:
            self.register_theme(theme)
        # Textual looked for TEXTUAL_THEME before ours were there, and does not look at the same name twice.
        wanted = os.environ.get("TEXTUAL_THEME", DARK.name)
        self.set_reactive(App.theme, "")
        self.theme = wanted if wanted in self.available_themes else DARK.name
        self._path = path

    def get_default_screen(self) -> WorkbenchScreen:
        return WorkbenchScreen(self._path, self.size)

    @property
    def workbench_screen(self) -> WorkbenchScreen:
        """The screen under every dialog."""
        screen = self.screen_stack[0]
        assert isinstance(screen, WorkbenchScreen)
        return screen

    async def action_quit(self) -> None:
        """Asks about what is unsaved, then ends."""
        filing = self.workbench_screen.filing
        filing.in_turn(filing.quit())

    def keep_work(self) -> None:
        """Writes what is typed and not saved where the next start finds it."""
        self.workbench_screen.keep_work()


def run_app(path: Path | None) -> int:
    """Opens the workbench and returns the exit status; says in one line where no full screen is to be had."""
    reason = terminal.why_no_terminal()
    if reason is not None:
        print(f"sandbox-tui: {reason}", file=sys.stderr)
        return 2
    return terminal.run_app(SandboxApp(path))
