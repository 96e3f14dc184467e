"""Mending findings: at once where that is certain, after a look where it is not; and the rules in words."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sandbox_tui.lint.diagnostic import Diagnostic, Edit, Fix, Position
from sandbox_tui.lint.rules import RULES
from sandbox_tui.tui.editor.code_content import code_content
from sandbox_tui.tui.fixing import proposals_for, replace_text
from sandbox_tui.tui.screens.explain import Explain
from sandbox_tui.tui.screens.fixes import ChooseFix, diff_content

Open = Any
TWO = "def task(a: int) -> int:\n    a += 1\n    a += 2\n    return a\n"


def finding(text: str, applicability: Any = "safe", column: int = 5) -> Diagnostic:
    """A finding in line 2 that would make its line `text`."""
    edit = Edit(Position(2, 5), Position(2, 11), text)
    fix = Fix(f"write {text}", (edit,), applicability)
    return Diagnostic("SBX105", "name", "message", "error", Position(2, column), Position(2, 11), fix)


def propose(bench: Any, *findings: Diagnostic) -> None:
    """Makes these the findings of the text as it is."""
    assert bench.screen.editor.set_diagnostics(findings, bench.screen.editor.version)


async def test_one_safe_fix_is_made_at_once_and_undone_in_one_step(
    open_bench: Open, write: Callable[..., Path]
) -> None:
    async with open_bench(write(TWO)) as bench:
        await bench.settled()
        bench.screen.editor.goto(2, 5)
        await bench.press("f4")
        assert bench.screen.editor.document[1] == "    a = a + 1"
        bench.screen.editor.undo()
        assert bench.screen.editor.text == TWO


async def test_a_fix_asked_for_while_the_linter_is_behind_waits_for_it(
    open_bench: Open, write: Callable[..., Path]
) -> None:
    async with open_bench(write(TWO)) as bench:
        await bench.settled()
        editor = bench.screen.editor
        editor.replace("\n    ", (1, 0), (1, 0))
        editor.replace("", (2, 0), (2, 4))
        editor.goto(3, 5)
        bench.screen.action_fix_problem()
        await bench.until(lambda: "    a = a + 1" in editor.text)
        assert editor.document[3] == "    a += 2"


async def test_an_unsafe_fix_is_shown_before_it_is_made(open_bench: Open, write: Callable[..., Path]) -> None:
    async with open_bench(write(TWO)) as bench:
        await bench.settled()
        bench.screen.editor.goto(2, 5)
        propose(bench, finding("a = 1", "unsafe"))
        await bench.press("f4")
        dialog = await bench.dialog(ChooseFix)
        assert dialog.has_class("-unsafe")
        assert "-     a += 1" in str(dialog.query_one(".diff").render())
        await bench.press("escape")
        await bench.until(lambda: bench.app.screen is bench.screen)
        assert bench.screen.editor.text == TWO
        await bench.press("f4")
        await bench.dialog(ChooseFix)
        await bench.press("enter")
        await bench.until(lambda: bench.screen.editor.document[1] == "    a = 1")


async def test_of_several_fixes_one_is_chosen(open_bench: Open, write: Callable[..., Path]) -> None:
    async with open_bench(write(TWO)) as bench:
        await bench.settled()
        bench.screen.editor.goto(2, 5)
        propose(bench, finding("a = 8"), finding("a = 9"))
        await bench.press("f4")
        dialog = await bench.dialog(ChooseFix)
        assert not dialog.has_class("-unsafe")
        await bench.press("down")
        await bench.until(lambda: "+     a = 9" in str(dialog.query_one(".diff").render()))
        await bench.press("enter")
        await bench.until(lambda: bench.screen.editor.document[1] == "    a = 9")


async def test_all_that_is_safe_is_mended_at_once(open_bench: Open, write: Callable[..., Path]) -> None:
    async with open_bench(write(TWO)) as bench:
        await bench.settled()
        bench.screen.editor.goto(4, 12)
        await bench.press("shift+f4")
        await bench.until(lambda: "+=" not in bench.screen.editor.text)
        await bench.until(lambda: "Mended 2 problems" in bench.notices())
        assert bench.screen.editor.cursor_location == (3, 11)
        bench.screen.editor.undo()
        assert bench.screen.editor.text == TWO


async def test_where_nothing_can_be_mended_that_is_said(open_bench: Open, write: Callable[..., Path]) -> None:
    async with open_bench(write("def task() -> int:\n    return 1\n")) as bench:
        await bench.settled()
        await bench.press("f4")
        await bench.until(lambda: "There is no fix" in bench.notices())
        bench.screen.action_fix_all()
        await bench.until(lambda: "Nothing can be mended" in bench.notices())


async def test_the_finding_at_the_cursor_is_explained_and_the_explanation_closed(
    open_bench: Open, write: Callable[..., Path]
) -> None:
    async with open_bench(write(TWO)) as bench:
        await bench.settled()
        bench.screen.editor.goto(2, 5)
        await bench.press("ctrl+l")
        dialog = await bench.dialog(Explain)
        text = "\n".join(str(each.render()) for each in dialog.query("Static"))
        rule = RULES["SBX105"]
        for part in (
            rule.code,
            rule.name,
            rule.summary,
            rule.why,
            rule.instead,
            rule.bad.strip(),
            rule.good.strip(),
        ):
            assert part in text
        await bench.press("escape")
        await bench.until(lambda: bench.app.screen is bench.screen)


async def test_the_highlighted_finding_of_the_list_is_explained(
    open_bench: Open, write: Callable[..., Path]
) -> None:
    async with open_bench(write(TWO)) as bench:
        await bench.settled()
        bench.screen.editor.goto(1, 1)
        bench.screen.action_show_run("problems")
        await bench.until(lambda: bench.panel.problems.query_one("OptionList").has_focus)
        await bench.press("home", "ctrl+l")
        await bench.dialog(Explain)


async def test_without_a_finding_there_is_nothing_to_explain(
    open_bench: Open, write: Callable[..., Path]
) -> None:
    async with open_bench(write("def task() -> int:\n    return 1\n")) as bench:
        await bench.settled()
        await bench.press("ctrl+l")
        await bench.until(lambda: "no problem at the cursor" in bench.notices())


@pytest.mark.parametrize("size", [(120, 40), (80, 24), (40, 12)])
async def test_every_rule_can_be_explained_on_any_screen(
    open_bench: Open, write: Callable[..., Path], size: tuple[int, int]
) -> None:
    async with open_bench(write(TWO), size) as bench:
        for rule in list(RULES.values())[:: 20 if size != (120, 40) else 4]:
            await bench.app.push_screen(Explain(rule, "message [/b] \x1b]0;x\x07"))
            await bench.pilot.pause()
            bench.app.screen.dismiss(None)
            await bench.pilot.pause()


def test_fixes_that_come_to_the_same_text_are_one() -> None:
    found = list(proposals_for(TWO, [finding("a = 8"), finding("a = 8"), finding("a += 1")]))
    assert [each.text.split("\n")[1] for each in found] == ["    a = 8"]


async def test_only_what_differs_is_replaced(open_bench: Open, write: Callable[..., Path]) -> None:
    async with open_bench(write(TWO)) as bench:
        editor = bench.screen.editor
        editor.goto(3, 7)
        replace_text(editor, "import x\n" + TWO.replace("a += 1", "a = a + 1"))
        assert editor.document.lines[:3] == ["import x", "def task(a: int) -> int:", "    a = a + 1"]
        assert editor.cursor_location == (3, 6)


def test_a_diff_shows_what_goes_and_what_comes_and_where() -> None:
    lines = diff_content("a\nb [/x]\nc\n", "a\nB \x1b\nc\n").plain.split("\n")
    assert lines == ["line 1", "  a", "- b [/x]", "+ B ␛", "  c"]


def test_code_for_reading_is_coloured_and_never_markup() -> None:
    shown = code_content("def f():\n    return '[/b]\x1b'\n", indent=2)
    assert shown.plain == "  def f():\n      return '[/b]␛'"
    assert any("$text-primary" in str(span.style) for span in shown.spans)


@pytest.mark.parametrize("size", [(80, 24), (60, 14)])
async def test_the_last_key_of_the_help_can_be_reached(
    open_bench: Open, write: Callable[..., Path], size: tuple[int, int]
) -> None:
    async with open_bench(write(TWO), size) as bench:
        await bench.press("f1")
        await bench.until(lambda: bench.app.screen is not bench.screen)
        await bench.press("end")
        scroll = bench.app.screen.query_one("VerticalScroll")
        await bench.until(lambda: scroll.scroll_offset.y == scroll.max_scroll_y > 0)
        assert scroll.region.bottom < size[1]
