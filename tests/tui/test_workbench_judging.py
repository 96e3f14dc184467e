"""The profile and the version of Monty that a task is judged by, switched where they are shown."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from sandbox_tui.tui.screens.judging import ChooseJudging

Open = Any
AUGMENTED = "def task(a: int) -> int:\n    a += 1\n    return a\n"


def header(bench: Any) -> str:
    return str(bench.screen.query_one("HeaderLine").right)


def codes(bench: Any) -> list[str]:
    return [found.code for found in bench.workbench.diagnostics]


async def test_a_click_on_the_profile_chooses_another_and_lint_runs_anew(
    open_bench: Open, write: Callable[..., Path]
) -> None:
    path = write(AUGMENTED)
    async with open_bench(path) as bench:
        await bench.until(lambda: codes(bench) == ["SBX105"])
        await bench.pilot.click("#header", offset=(116, 0))
        dialog = await bench.dialog(ChooseJudging)
        dialog.query_one("#judging-profile").choose("runtime")
        await bench.until(lambda: "whatever Monty runs" in str(dialog.query_one("#profile-words").render()))
        await bench.press("enter")
        await bench.until(lambda: codes(bench) == [])
        assert header(bench).startswith("runtime · monty")
        assert bench.workbench.unsaved
        await bench.press("ctrl+s")
        await bench.until(lambda: 'profile = "runtime"' in path.read_text())


async def test_the_version_that_is_judged_for_is_named_when_it_is_not_the_one_that_runs(
    open_bench: Open, write: Callable[..., Path]
) -> None:
    async with open_bench(write(AUGMENTED, '[lint]\ntarget = "0.9.9"\n')) as bench:
        await bench.until(lambda: "for monty 0.9.9" in header(bench))
        bench.screen.action_judge()
        dialog = await bench.dialog(ChooseJudging)
        assert dialog.query_one("#judging-target").value == "0.9.9"
        dialog.query_one("#judging-target").choose("installed")
        await bench.press("enter")
        await bench.until(lambda: header(bench).startswith("documented · monty"))
        assert bench.workbench.document.lint.target == "installed"


async def test_what_the_folder_says_is_offered_and_named(
    open_bench: Open, write: Callable[..., Path]
) -> None:
    path = write(AUGMENTED, '[lint]\nprofile = "off"\n')
    (path.parent / "sandbox.toml").write_text('format = 1\n\n[lint]\nprofile = "runtime"\n')
    async with open_bench(path) as bench:
        bench.screen.action_judge()
        dialog = await bench.dialog(ChooseJudging)
        dialog.query_one("#judging-profile").choose("")
        await bench.until(lambda: "runtime: " in str(dialog.query_one("#profile-words").render()))
        await bench.press("enter")
        await bench.until(lambda: bench.workbench.document.lint.profile is None)
        await bench.until(lambda: header(bench).startswith("runtime"))


async def test_escape_changes_nothing(open_bench: Open, write: Callable[..., Path]) -> None:
    async with open_bench(write(AUGMENTED)) as bench:
        bench.screen.action_judge()
        dialog = await bench.dialog(ChooseJudging)
        await bench.press("right", "down", "right")
        assert dialog.query_one("#judging-profile").value == "documented"
        await bench.press("escape")
        await bench.until(lambda: bench.app.screen is bench.screen)
        assert not bench.workbench.unsaved
