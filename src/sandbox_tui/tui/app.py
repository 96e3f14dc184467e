"""The app: themes, palette and the workbench screen; it composes and routes, and does nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from textual.app import App

from .commands import WorkbenchCommands
from .safety import install
from .screens.workbench import WorkbenchScreen
from .themes import DARK, THEMES


class SandboxApp(App[int]):
    """The workbench on `path`: a task file, a folder, or None for the current folder."""

    TITLE = "sandbox-tui"
    COMMANDS = App.COMMANDS | {WorkbenchCommands}
    ENABLE_COMMAND_PALETTE = True
    COMMAND_PALETTE_BINDING: ClassVar[str] = "ctrl+p"
    NOTIFICATION_TIMEOUT = 4

    def __init__(self, path: Path | None = None) -> None:
        super().__init__()
        install(self)
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = DARK.name
        self._path = path

    def get_default_screen(self) -> WorkbenchScreen:
        return WorkbenchScreen(self._path)

    @property
    def workbench_screen(self) -> WorkbenchScreen:
        """The screen under every dialog."""
        screen = self.screen_stack[0]
        assert isinstance(screen, WorkbenchScreen)
        return screen

    async def action_quit(self) -> None:
        self.workbench_screen.filing.in_turn(self.workbench_screen.filing.quit())


def run_app(path: Path | None) -> int:
    """Opens the workbench; returns the exit status."""
    app = SandboxApp(path)
    app.run()
    return app.return_code or 0
