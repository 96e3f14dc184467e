"""The screen itself: sizes, panes, keys, palette, help, themes, and text that is never markup."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from textual.command import CommandPalette

from sandbox_tui.tui.commands import COMMANDS
from sandbox_tui.tui.screens.help import HelpScreen
from sandbox_tui.tui.screens.layout import NARROW_TABS
from sandbox_tui.tui.screens.workbench import WorkbenchScreen

Open = Any
PLAIN = "def task(a: int = 1) -> int:\n    return a\n"


async def test_wide_shows_three_columns_and_the_run_panel(open_bench: Open, route: Path) -> None:
    async with open_bench(route, (120, 40)) as bench:
        panes = [bench.screen.query_one(f"#{name}") for name in ("tasks", "center", "side", "run")]
        await bench.until(lambda: all(pane.region.area for pane in panes))
        regions = [pane.region for pane in panes]
        assert [region.x for region in regions[:3]] == sorted(region.x for region in regions[:3])
        assert regions[3].width == 120


async def test_normal_shows_editor_and_one_side_that_holds_the_tasks_too(
    open_bench: Open, route: Path
) -> None:
    async with open_bench(route, (80, 24)) as bench:
        assert not bench.screen.query_one("#tasks").display
        assert [tab.id for tab in bench.screen.side.strip.tabs] == ["tasks", "inputs", "externals", "limits"]
        bench.screen.side.strip.choose("tasks")
        await bench.until(lambda: bench.screen.query_one("#side-tasks").region.area)
        assert bench.screen.editor.region.width >= 40


async def test_narrow_shows_one_pane_at_a_time_behind_tabs(open_bench: Open, route: Path) -> None:
    async with open_bench(route, (60, 20)) as bench:
        strip = bench.screen.query_one("#pane-strip")
        for tab, shown in zip(
            NARROW_TABS, ("#tasks", "#center", "#side", "#side", "#side", "#run"), strict=True
        ):
            strip.choose(tab.id)
            await bench.until(lambda shown=shown: bench.screen.query_one(shown).region.width == 60)
            others = {"#tasks", "#center", "#side", "#run"} - {shown}
            assert not any(bench.screen.query_one(other).region.area for other in others)


async def test_a_run_in_a_narrow_screen_brings_its_result_forward(
    open_bench: Open, write: Callable[..., Path]
) -> None:
    async with open_bench(write(PLAIN), (60, 20)) as bench:
        await bench.press("f5")
        await bench.ran()
        await bench.until(lambda: bench.panel.region.area)


async def test_a_screen_that_is_too_small_says_so_and_comes_back(open_bench: Open, route: Path) -> None:
    async with open_bench(route, (80, 24)) as bench:
        await bench.pilot.resize_terminal(30, 8)
        await bench.until(lambda: bench.screen.query_one("#too-small").region.area)
        assert not bench.screen.editor.region.area
        await bench.pilot.resize_terminal(120, 40)
        await bench.until(lambda: bench.screen.query_one("#tasks").region.area)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_f2_goes_through_the_panes(open_bench: Open, route: Path, size: tuple[int, int]) -> None:
    async with open_bench(route, size) as bench:
        seen = []
        for _ in range(4):
            await bench.press("f2")
            await bench.pilot.pause()
            seen.append(bench.screen._focused_pane())
        assert set(seen) >= {"center", "side", "run"}


@pytest.mark.parametrize("pane", ["tasks", "center", "side", "run"])
async def test_f3_enlarges_the_pane_with_the_focus_and_puts_it_back(
    open_bench: Open, route: Path, pane: str
) -> None:
    async with open_bench(route) as bench:
        await bench.until(lambda: bench.screen.query_one(f"#{pane}").region.area)
        await bench.pilot.pause()
        bench.screen._focus_in(bench.screen.query_one(f"#{pane}"))
        await bench.until(lambda: bench.screen._focused_pane() == pane)
        await bench.press("f3")
        await bench.until(lambda: bench.screen.query_one(f"#{pane}").region.size == (120, 38))
        assert bench.screen._focused_pane() == pane
        await bench.press("f3")
        await bench.until(lambda: bench.screen.maximized is None)


async def test_f1_lists_the_keys_and_leaves_again(open_bench: Open, route: Path) -> None:
    async with open_bench(route, (80, 24)) as bench:
        await bench.press("f1")
        screen = await bench.dialog(HelpScreen)
        text = "\n".join(str(each.render()) for each in screen.query("Static"))
        for command in COMMANDS:
            assert not command.keys or command.name in text
        await bench.press("f1")
        await bench.until(lambda: bench.app.screen is bench.screen)


async def test_every_command_is_in_the_palette(open_bench: Open, route: Path) -> None:
    async with open_bench(route) as bench:
        await bench.press("ctrl+p")
        palette = await bench.dialog(CommandPalette)
        options = palette.query_one("CommandList")
        await bench.until(lambda: options.option_count >= len(COMMANDS))
        text = "\n".join(
            str(options.get_option_at_index(index).prompt) for index in range(options.option_count)
        )
        for name in [command.name for command in COMMANDS] + ["Theme", "Quit"]:
            assert name in text


async def test_every_action_of_a_command_exists(open_bench: Open, route: Path) -> None:
    async with open_bench(route) as bench:
        for command in COMMANDS:
            assert hasattr(bench.screen, f"action_{command.action.partition('(')[0]}"), command


def test_every_binding_has_an_id_and_keys_that_arrive() -> None:
    for binding in WorkbenchScreen.BINDINGS:
        assert binding.id
        for key in binding.key.split(","):
            plain = key.removeprefix("shift+")
            assert plain.startswith("f") or key.startswith("ctrl+"), key
            assert "alt" not in key and key not in (
                "ctrl+enter",
                "ctrl+.",
                "ctrl+h",
                "ctrl+i",
                "ctrl+j",
                "ctrl+m",
            )


def test_no_two_commands_share_a_key_or_an_id() -> None:
    keys = [key for command in COMMANDS for key in command.keys.split(",") if key]
    assert len(keys) == len(set(keys))
    assert len({command.id for command in COMMANDS}) == len(COMMANDS)


@pytest.mark.parametrize(
    "theme", ["sandbox-dark", "sandbox-light", "ansi-dark", "ansi-light", "textual-dark", "nord"]
)
async def test_every_theme_can_be_used(open_bench: Open, route: Path, theme: str) -> None:
    async with open_bench(route) as bench:
        bench.app.theme = theme
        await bench.pilot.pause()
        assert "route.toml" in bench.app.export_screenshot()


async def test_text_of_tasks_is_never_markup(open_bench: Open, write: Callable[..., Path]) -> None:
    markup = "[b]bold[/nope] [@click=app.quit]x[/]"
    source = f"def task(a: str = {markup!r}) -> str:\n    print(a)\n    raise ValueError(show(a))\n"
    external = f'[externals.show]\nsignature = "(a: str) -> str"\nanswer = "return"\nvalue = {markup!r}\n'
    async with open_bench(write(source, external, task=f"description = {markup!r}")) as bench:
        await bench.press("f6")
        question = await bench.asked()
        assert question.call.args == (markup,)
        assert markup in str(bench.panel.card.query_one(".arguments > Static").render())
        await bench.press("enter")
        result = await bench.ran()
        assert not result.ok
        assert markup in str(bench.panel.result.query_one(".title").render())
        bench.screen.tell(markup, "error")
        await bench.until(lambda: markup in bench.notices())


async def test_several_calls_that_ask_at_once_are_asked_one_after_the_other(
    open_bench: Open, write: Callable[..., Path]
) -> None:
    source = 'def task() -> list:\n    return list(flyte_map("get", [1, 2, 3]))\n'
    async with open_bench(write(source, '[externals.get]\nsignature = "(n: int) -> int"\n')) as bench:
        await bench.press("f5")
        await bench.until(
            lambda: bench.screen.running.run and len(bench.screen.running.run.questions.open()) == 3
        )
        await bench.until(lambda: "1 of 3 waiting" in str(bench.panel.card.query_one(".title").right))
        for number in (1, 2, 3):
            question = await bench.until(
                lambda number=number: (
                    bench.screen.running.question
                    and bench.screen.running.question.call.number == number
                    and bench.screen.running.question
                )
            )
            bench.panel.card.entry.value = str(question.call.args[0] * 10)
            bench.panel.card.answer()
        assert (await bench.ran()).result == [10, 20, 30]
