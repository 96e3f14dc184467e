"""Pictures of the workbench, compared as SVG. To accept what they show now, run with SNAPSHOTS=update and look at them."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sandbox_tui.tui import showing
from sandbox_tui.tui.results import show

Open = Any
FOLDER = Path(__file__).parent / "snapshots"
SAMPLES = Path(__file__).parents[2] / "sample_tasks"
SIZES = pytest.mark.parametrize("size", [(120, 40), (80, 24)], ids=["120x40", "80x24"])


@pytest.fixture(autouse=True)
def the_same_everywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """No times and no versions."""
    monkeypatch.setattr(show, "duration_text", lambda milliseconds: "0.4 ms")
    monkeypatch.setattr(showing, "monty_version", lambda: "monty")


@pytest.fixture
def same(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[Any], None]:
    """`same(bench)` compares the screen with the picture of this test."""

    def compare(bench: Any) -> None:
        picture = bench.app.export_screenshot(title="sandbox-tui")
        kept = FOLDER / f"{request.node.name.removeprefix('test_')}.svg"
        if os.environ.get("SNAPSHOTS") == "update":
            kept.write_text(picture)
            return
        if not kept.exists() or kept.read_text() != picture:
            now = tmp_path / kept.name
            now.write_text(picture)
            pytest.fail(f"the screen is not as in {kept}; now it is as in {now}")

    return compare


@SIZES
async def test_opened(open_bench: Open, same: Callable[[Any], None], size: tuple[int, int]) -> None:
    async with open_bench(SAMPLES / "route_order.toml", size) as bench:
        await bench.settled()
        same(bench)


@SIZES
async def test_run(open_bench: Open, same: Callable[[Any], None], size: tuple[int, int]) -> None:
    async with open_bench(SAMPLES / "route_order.toml", size) as bench:
        await bench.settled()
        await bench.press("f5")
        await bench.ran()
        same(bench)


@SIZES
async def test_halted_before_a_call(
    open_bench: Open, same: Callable[[Any], None], size: tuple[int, int]
) -> None:
    async with open_bench(SAMPLES / "route_order.toml", size) as bench:
        await bench.settled()
        await bench.press("f6")
        await bench.asked()
        await bench.until(lambda: bench.panel.card.entry.has_focus)
        await bench.pilot.pause()
        same(bench)


@SIZES
async def test_problems(open_bench: Open, same: Callable[[Any], None], size: tuple[int, int]) -> None:
    async with open_bench(SAMPLES / "broken_restrictions.toml", size) as bench:
        await bench.settled()
        await bench.until(lambda: bench.workbench.diagnostics)
        bench.panel.show_tab("problems")
        await bench.pilot.pause()
        same(bench)


async def test_externals_in_the_light(open_bench: Open, same: Callable[[Any], None]) -> None:
    async with open_bench(SAMPLES / "route_order.toml") as bench:
        bench.app.theme = "sandbox-light"
        await bench.settled()
        bench.side_tab("externals")
        await bench.pilot.pause()
        same(bench)
