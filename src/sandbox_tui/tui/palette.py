"""The commands in the palette; loaded when it is first opened."""

from __future__ import annotations

from functools import partial

from textual.command import DiscoveryHit, Hit, Hits, Provider

from .commands import APP_COMMANDS, COMMANDS, Command
from .screens.workbench import WorkbenchScreen


class WorkbenchCommands(Provider):
    """The commands in the palette."""

    @property
    def _workbench(self) -> WorkbenchScreen | None:
        return self.screen if isinstance(self.screen, WorkbenchScreen) else None

    def _label(self, command: Command) -> str:
        return f"{command.name}   {command.shown}" if command.shown else command.name

    async def discover(self) -> Hits:
        screen = self._workbench
        if screen is not None:
            for command in (*COMMANDS, *APP_COMMANDS):
                yield DiscoveryHit(
                    self._label(command),
                    partial(screen.run_action, command.action),
                    command.name,
                    help=command.help,
                )

    async def search(self, query: str) -> Hits:
        screen = self._workbench
        if screen is None:
            return
        matcher = self.matcher(query)
        for command in (*COMMANDS, *APP_COMMANDS):
            score = matcher.match(self._label(command))
            if score > 0:
                yield Hit(
                    score,
                    matcher.highlight(self._label(command)),
                    partial(screen.run_action, command.action),
                    text=command.name,
                    help=command.help,
                )
