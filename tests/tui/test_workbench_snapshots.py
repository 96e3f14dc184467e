"""Pictures of the workbench, compared as SVG. To accept what they show now, run with SNAPSHOTS=update and look at them."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sandbox_tui.lint.diagnostic import Diagnostic, Position
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
    async with open_bench(SAMPLES / "route_order.toml", size) as bench:
        await bench.settled()
        found = [
            Diagnostic(
                "SBX105",
                "x",
                "augmented assignment: write x = x + 1",
                "error",
                Position(2, 5),
                Position(2, 14),
            ),
            Diagnostic(
                "SBX704",
                "y",
                f"{'a long message that goes on ' * 4}",
                "warning",
                Position(6, 5),
                Position(6, 10),
            ),
            Diagnostic("SBX801", "z", "a remark", "info", Position(7, 5), Position(7, 12)),
        ]
        bench.screen.editor.set_diagnostics(found, bench.screen.editor.version)
        bench.panel.problems.show(found)
        bench.panel.strip.set_count("problems", len(found))
        bench.panel.show_tab("problems")
        bench.screen.editor.goto(2, 5)
        await bench.until(lambda: "SBX105" in str(bench.screen.problem.render()))
        await bench.pilot.pause()
        same(bench)


async def test_externals_in_the_light(open_bench: Open, same: Callable[[Any], None]) -> None:
    async with open_bench(SAMPLES / "route_order.toml") as bench:
        bench.app.theme = "sandbox-light"
        await bench.settled()
        bench.side_tab("externals")
        await bench.pilot.pause()
        same(bench)
