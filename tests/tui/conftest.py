"""The workbench under test: opened without a terminal on files of its own, waited for by what it shows."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from sandbox_tui.tui.app import SandboxApp
from sandbox_tui.tui.screens.workbench import WorkbenchScreen

PATIENCE = 600
"""How often a test looks whether what it waits for has come, before it gives up: some 30 seconds."""

ROUTE = '''format = 1

[task]
name = "route"
kind = "function"
source = """
def route(order: str, quantity: int = 1) -> dict:
    price = lookup(order)
    print("price", price)
    return {"carrier": pick(price * quantity), "price": price}
"""

[externals.lookup]
signature = "(order: str) -> float"
answer = "return"
value = 9.5

[externals.pick]
signature = "(total: float) -> str"
answer = "ask"

[[cases]]
name = "two"
inputs = { order = "W-1", quantity = 2 }
'''


class Bench:
    """A running workbench and the hands to use it."""

    def __init__(self, app: SandboxApp, pilot: Pilot[int]) -> None:
        self.app = app
        self.pilot = pilot

    @property
    def screen(self) -> WorkbenchScreen:
        return self.app.workbench_screen

    @property
    def workbench(self) -> Any:
        return self.screen.workbench

    @property
    def panel(self) -> Any:
        return self.screen.panel

    async def until(self, condition: Callable[[], Any]) -> Any:
        """Waits until `condition` holds, and returns what it gave."""
        for _ in range(PATIENCE):
            try:
                found = condition()
            except LookupError:
                found = None
            if found:
                return found
            await self.pilot.pause(0.05)
        raise AssertionError("what was waited for did not come")

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)

    async def type(self, text: str) -> None:
        names = {" ": "space", "\n": "enter"}
        await self.pilot.press(*(names.get(character, character) for character in text))

    def enter(self, field: str, text: str) -> None:
        """Puts `text` into a field of the inputs form."""
        row = self.screen.side.inputs.row(field)
        assert row is not None, field
        row.enter(text)

    async def ran(self) -> Any:
        """Waits for the run to end and returns how it did."""
        result = await self.until(lambda: self.screen.running.finished)
        await self.until(lambda: self.panel.status.running is False)
        await self.pilot.pause()
        return result

    async def asked(self) -> Any:
        """Waits for a call to ask and returns the question."""
        return await self.until(lambda: self.screen.running.question)

    async def dialog(self, kind: type) -> Any:
        """Waits for a dialog and returns it."""
        await self.until(lambda: isinstance(self.app.screen, kind) and self.app.screen.is_mounted)
        await self.pilot.pause()
        return self.app.screen

    async def settled(self) -> None:
        """Waits until the tasks are listed, the text is looked at and coloured, and no work is under way."""
        await self.until(lambda: self.screen.query_one("#tasks").task_tree.root.children)
        await self.until(lambda: not self.screen.editor._colours.pending)
        await self.until(lambda: not self.screen.checking.waiting)
        checking = self.screen.checking
        await self.until(lambda: checking.version == self.screen.editor.version and not checking.waiting)
        await self.until(lambda: not self.screen.editor.call_help.waiting)
        await self.until(lambda: not any(worker.is_running for worker in self.app.workers))
        await self.pilot.pause()

    def side_tab(self, tab: str) -> None:
        """Shows one of the tabs at the side."""
        self.screen.side.show_tab(tab)

    def notices(self) -> str:
        """What has been told in the corner, in one text."""
        return "\n".join(str(notice.message) for notice in self.app._notifications)


Open = Callable[..., AbstractAsyncContextManager[Bench]]


@pytest.fixture(autouse=True)
def own_state(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Each test has a journal of its own."""
    folder = tmp_path_factory.mktemp("state")
    monkeypatch.setenv("SANDBOX_TUI_STATE", str(folder))
    monkeypatch.setenv("XDG_STATE_HOME", str(folder))
    return folder


@pytest.fixture
def open_bench() -> Open:
    """`async with open_bench(path, size=(120, 40)) as bench`: opened, and all its panes there."""

    @asynccontextmanager
    async def opened(
        path: Path | None, size: tuple[int, int] = (120, 40), *, ready: bool = True
    ) -> AsyncIterator[Bench]:
        app = SandboxApp(path)
        app.animation_level = "none"
        async with app.run_test(size=size) as pilot:
            bench = Bench(app, pilot)
            await bench.until(lambda: bench.screen.ready)
            if ready:
                await bench.until(lambda: bench.workbench.document or bench.workbench.unreadable)
                await bench.until(lambda: bench.workbench.profile or bench.workbench.unreadable)
            yield bench

    return opened


@pytest.fixture
def route(tmp_path: Path) -> Path:
    """A task file with an external that answers and one that asks."""
    folder = tmp_path / "tasks"
    folder.mkdir()
    path = folder / "route.toml"
    path.write_text(ROUTE)
    return path


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """`write(source, tables)` makes a task file of a source and further TOML tables; `task` is more of `[task]`."""

    def written(
        source: str, tables: str = "", *, name: str = "task", kind: str = "function", task: str = ""
    ) -> Path:
        folder = tmp_path / "tasks"
        folder.mkdir(exist_ok=True)
        path = folder / f"{name}.toml"
        head = f'format = 1\n\n[task]\nname = "{name}"\nkind = "{kind}"\n{task}\n'
        path.write_text(f"{head}source = '''\n{source}'''\n\n{tables}")
        return path

    return written
