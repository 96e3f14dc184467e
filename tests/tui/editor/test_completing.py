"""Completion while one types: when it opens, which keys it takes, and where it stands."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from textual.app import App, ComposeResult
from textual.containers import Vertical
from textual.geometry import Offset, Size
from textual.pilot import Pilot

from sandbox_tui.tui.editor.completion_list import placed
from sandbox_tui.tui.editor.source_editor import SourceEditor
from sandbox_tui.tui.known import Known

KNOWN = Known(externals={"lookup_price": "(order_id: str) -> float", "lookup_stock": None})
SOURCE = "def task(order_id: str) -> float:\n    \n    return 1.0\n"


class EditorApp(App[None]):
    def __init__(self, source: str) -> None:
        super().__init__()
        self.source = source

    def compose(self) -> ComposeResult:
        with Vertical():
            yield SourceEditor(self.source)

    @property
    def editor(self) -> SourceEditor:
        return self.query_one(SourceEditor)


class Hands:
    """The editor and who types in it."""

    def __init__(self, app: EditorApp, pilot: Pilot[None]) -> None:
        self.editor = app.editor
        self.pilot = pilot
        self.app = app

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.found()

    async def found(self) -> None:
        """Waits until nothing is looked for any more, and what was found is shown."""
        for _ in range(600):
            await self.pilot.pause(0.02)
            if not any(worker.is_running for worker in self.app.workers):
                break
        await self.pilot.pause()

    @property
    def offered(self) -> list[str]:
        shown = self.editor.completing.list
        return [item.text for item in shown.items] if shown is not None else []

    @property
    def line(self) -> str:
        return self.editor.document[self.editor.cursor_location[0]]


@asynccontextmanager
async def editing(
    source: str = SOURCE, line: int = 2, column: int = 5, size: tuple[int, int] = (80, 24)
) -> AsyncIterator[Hands]:
    app = EditorApp(source)
    async with app.run_test(size=size) as pilot:
        app.editor.known = KNOWN
        app.editor.focus()
        app.editor.goto(line, column)
        await pilot.pause()
        yield Hands(app, pilot)


async def test_it_opens_at_the_second_letter_and_follows_the_word() -> None:
    async with editing() as hands:
        await hands.press("l")
        assert not hands.offered
        await hands.press("o")
        assert hands.offered[:2] == ["lookup_price", "lookup_stock"]
        await hands.press(*"okup_s")
        assert hands.offered == ["lookup_stock"]
        await hands.press("backspace")
        assert hands.offered[:2] == ["lookup_price", "lookup_stock"]
        await hands.press("x")
        assert not hands.offered


async def test_tab_takes_the_first_and_the_focus_never_leaves_the_editor() -> None:
    async with editing() as hands:
        await hands.press("l", "o")
        await hands.press("tab")
        assert hands.line == "    lookup_price"
        assert not hands.offered and hands.editor.has_focus
        hands.editor.undo()
        assert hands.line.strip() in ("lo", "")


async def test_enter_is_a_new_line_unless_one_has_gone_to_an_item() -> None:
    async with editing() as hands:
        await hands.press("l", "o")
        await hands.press("enter")
        assert hands.editor.document[1] == "    lo" and not hands.offered
        await hands.press("l", "o")
        await hands.press("down", "enter")
        assert hands.line == "    lookup_stock"


async def test_up_goes_to_the_last_and_round() -> None:
    async with editing() as hands:
        await hands.press("l", "o")
        last = hands.offered[-1]
        await hands.press("up", "tab")
        assert hands.line == f"    {last}"


async def test_escape_closes_it_for_this_word_only() -> None:
    async with editing() as hands:
        await hands.press("l", "o")
        await hands.press("escape")
        assert not hands.offered and hands.editor.has_focus
        await hands.press("o")
        assert not hands.offered
        await hands.press("space", "l", "o")
        assert hands.offered


async def test_a_dot_offers_the_methods_of_what_stands_before() -> None:
    async with editing() as hands:
        await hands.press(*"order_id", "escape", ".")
        assert "upper" in hands.offered and "append" not in hands.offered


@pytest.mark.parametrize("key", ["ctrl+@", "ctrl+space"])
async def test_it_can_be_asked_for_anywhere(key: str) -> None:
    async with editing() as hands:
        await hands.press(key)
        assert "order_id" in hands.offered and "lookup_price" in hands.offered


@pytest.mark.parametrize("typed", ["# lo", "'lo", "def lo", "x = 0xlo", "l"])
async def test_it_stays_away_from_strings_comments_numbers_and_new_names(typed: str) -> None:
    async with editing() as hands:
        await hands.press(*("space" if letter == " " else letter for letter in typed))
        assert not hands.offered


async def test_it_goes_with_the_cursor_and_with_the_focus() -> None:
    async with editing() as hands:
        await hands.press("l", "o")
        assert hands.offered
        await hands.press("home")
        assert not hands.offered
        await hands.press("end", "o")
        await hands.press("ctrl+@")
        assert hands.offered
        hands.app.set_focus(None)
        await hands.pilot.pause()
        assert not hands.offered


async def test_nothing_is_offered_where_nothing_can_be_typed() -> None:
    async with editing() as hands:
        hands.editor.read_only = True
        await hands.press("l", "o", "ctrl+@")
        assert not hands.offered


async def test_what_is_clicked_is_written() -> None:
    async with editing() as hands:
        await hands.press("l", "o")
        await hands.pilot.click(hands.editor.completing.list, offset=(4, 1))
        await hands.pilot.pause()
        assert hands.line == "    lookup_stock" and hands.editor.has_focus


@pytest.mark.parametrize("line", [1, 4, 11, 12])
async def test_the_row_of_the_cursor_is_never_covered(line: int) -> None:
    source = "\n" * 11
    async with editing(source, line, 1, size=(60, 12)) as hands:
        await hands.press("ctrl+@")
        region = hands.editor.completing.list.region
        assert region.height >= 1
        row = hands.editor.cursor_screen_offset.y
        assert not region.y <= row < region.bottom
        assert region.y >= 0 and region.bottom <= 12 and region.right <= 60


@pytest.mark.parametrize(
    ("cursor", "region"),
    [
        (Offset(4, 2), (4, 3, 20, 8)),
        (Offset(4, 20), (4, 12, 20, 8)),
        (Offset(78, 2), (61, 3, 20, 8)),
        (Offset(4, 15), (4, 16, 20, 8)),
        (Offset(4, 16), (4, 8, 20, 8)),
    ],
)
def test_it_stands_under_the_cursor_or_above(cursor: Offset, region: tuple[int, int, int, int]) -> None:
    assert placed(cursor, Size(20, 8), Size(80, 24)) == region


def test_on_a_low_screen_it_is_as_high_as_there_is_room() -> None:
    assert placed(Offset(0, 3), Size(20, 8), Size(80, 8)) == (0, 4, 20, 4)


async def test_markup_and_escapes_in_a_signature_are_shown_as_text() -> None:
    async with editing() as hands:
        hands.editor.known = Known(externals={"lookup": "(a: '[/b]\x1b]52;c;eA==\x07') -> int"})
        await hands.press("l", "o")
        shown = "".join(segment.text for strip in _strips(hands) for segment in strip)
        assert "[/b]" in shown and "\x1b" not in shown


def _strips(hands: Hands) -> list[Any]:
    shown = hands.editor.completing.list
    assert shown is not None
    return shown.render_lines(shown.size.region)


async def test_the_list_is_not_asked_for_at_each_letter(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    find: Callable[..., Any] = Known.completions

    def counted(self: Known, source: str, position: Any) -> Any:
        asked.append(source)
        return find(self, source, position)

    monkeypatch.setattr(Known, "completions", counted)
    async with editing() as hands:
        for letter in "lookup_":
            await hands.press(letter)
        assert len(asked) == 1
        await hands.press("space", "z", "z")
        await hands.press("z", "z", "z")
        assert len(asked) == 2
