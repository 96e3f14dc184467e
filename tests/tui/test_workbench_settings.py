"""Externals and limits in the workbench: edited in place, each with where it comes from."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sandbox_tui.tui.screens.dialogs import EditSource
from sandbox_tui.tui.settings.limits import limit_text, parse_limit
from sandbox_tui.workspace.toml import load, load_defaults

Open = Any
CALLS = "def task() -> float:\n    return price() * 2\n"
PRICE = '[externals.price]\nsignature = "() -> float"\nanswer = "return"\nvalue = 2.5\n'


def rows(bench: Any) -> list[Any]:
    return list(bench.screen.side.externals.query("ExternalRow"))


async def test_an_external_shows_signature_answer_and_value(
    open_bench: Open, write: Callable[..., Path]
) -> None:
    async with open_bench(write(CALLS, PRICE)) as bench:
        (row,) = await bench.until(lambda: rows(bench))
        assert row.query_one("FieldInput").value == "() -> float"
        assert row.query_one("Choice").value == "return"
        assert row.query_one(".answer").value == "2.5"


async def test_a_value_is_edited_and_used(open_bench: Open, write: Callable[..., Path]) -> None:
    async with open_bench(write(CALLS, PRICE)) as bench:
        (row,) = await bench.until(lambda: rows(bench))
        row.query_one(".answer").value = "4"
        await bench.until(lambda: bench.workbench.unsaved)
        await bench.press("f5")
        assert (await bench.ran()).result == 8.0


async def test_a_value_of_the_wrong_type_is_flagged_and_not_taken(
    open_bench: Open, write: Callable[..., Path]
) -> None:
    async with open_bench(write(CALLS, PRICE)) as bench:
        (row,) = await bench.until(lambda: rows(bench))
        row.query_one(".answer").value = "cheap"
        await bench.until(lambda: row.has_class("-wrong"))
        assert bench.workbench.document.externals["price"].value == 2.5


async def test_the_answer_is_chosen_and_changing_it_back_loses_nothing(
    open_bench: Open, write: Callable[..., Path]
) -> None:
    async with open_bench(write(CALLS, PRICE)) as bench:
        (row,) = await bench.until(lambda: rows(bench))
        choice = row.query_one("Choice")
        choice.choose("raise")
        row.query_one(".answer").value = "KeyError: gone"
        await bench.pilot.pause()
        spec = bench.workbench.document.externals["price"]
        assert (spec.answer, spec.error, spec.message) == (
            "raise",
            "KeyError",
            "'gone'",
        ) or spec.message == "gone"
        choice.choose("return")
        await bench.until(lambda: row.query_one(".answer").value == "2.5")


async def test_a_called_name_that_is_not_declared_is_offered(
    open_bench: Open, write: Callable[..., Path]
) -> None:
    async with open_bench(write(CALLS)) as bench:
        pane = bench.screen.side.externals
        button = await bench.until(lambda: pane.query_one(".missing").query("WordButton").first())
        assert "price" in str(button.render()) and "line 2" in str(button.render())
        bench.screen.side.show_tab("externals")
        await bench.pilot.pause()
        button.focus()
        await bench.press("enter")
        (row,) = await bench.until(lambda: rows(bench))
        assert row.spec.answer == "ask"
        assert bench.workbench.undeclared == []


async def test_an_external_is_removed_by_its_cross(open_bench: Open, write: Callable[..., Path]) -> None:
    async with open_bench(write(CALLS, PRICE)) as bench:
        bench.screen.side.show_tab("externals")
        (row,) = await bench.until(lambda: rows(bench))
        await bench.pilot.pause()
        name = row.query_one("ExternalName")
        await bench.pilot.click(name, offset=(name.size.width - 1, 0))
        await bench.until(lambda: not rows(bench))
        assert bench.workbench.document.externals == {}


async def test_a_mock_is_edited_in_an_editor_of_its_own(open_bench: Open, write: Callable[..., Path]) -> None:
    mock = '[externals.price]\nanswer = "sandbox"\nsource = "def price(): return 1.5"\n'
    async with open_bench(write(CALLS, mock)) as bench:
        (row,) = await bench.until(lambda: rows(bench))
        row.query_one("WordButton").action_press()
        dialog = await bench.dialog(EditSource)
        dialog.query_one("SourceEditor").load("def price(): return 3.0\n")
        await bench.press("ctrl+s")
        await bench.until(lambda: bench.app.screen is bench.screen)
        await bench.press("f5")
        assert (await bench.ran()).result == 6.0


async def test_an_external_of_the_folder_is_shown_and_can_be_overridden(
    open_bench: Open, write: Callable[..., Path]
) -> None:
    path = write(CALLS)
    (path.parent / "sandbox.toml").write_text(f"format = 1\n{PRICE}")
    async with open_bench(path) as bench:
        (row,) = await bench.until(lambda: rows(bench))
        assert not row.own
        row.query_one("WordButton").action_press()
        await bench.until(lambda: rows(bench) and rows(bench)[0].own)
        assert bench.workbench.document.externals["price"].value == 2.5


async def test_limits_show_where_they_come_from(open_bench: Open, write: Callable[..., Path]) -> None:
    path = write(CALLS, "[config]\ntimeout_ms = 1500\n")
    (path.parent / "sandbox.toml").write_text("format = 1\n[config]\nmax_memory = 1048576\n")
    async with open_bench(path) as bench:
        pane = bench.screen.side.limits
        shown = {
            key: (str(pane._row(key).query_one("SplitLine").right), pane._row(key).query_one("Input"))
            for key in ("timeout_ms", "max_memory", "max_stack_depth")
        }
        assert shown["timeout_ms"][0] == "task" and shown["timeout_ms"][1].value == "1500 ms"
        assert (
            shown["max_memory"][0] == "tasks/sandbox.toml" and shown["max_memory"][1].placeholder == "1 MiB"
        )
        assert shown["max_stack_depth"][0] == "default" and shown["max_stack_depth"][1].value == ""


async def test_a_limit_is_set_for_the_task_and_cleared_again(
    open_bench: Open, write: Callable[..., Path]
) -> None:
    async with open_bench(write(CALLS, PRICE)) as bench:
        bench.screen.side.show_tab("limits")
        await bench.pilot.pause()
        entry = bench.screen.side.limits._row("timeout_ms").query_one("Input").focus()
        entry.value = "2 s"
        await bench.until(lambda: bench.workbench.document.config == {"timeout_ms": 2000})
        entry.value = "soon"
        await bench.until(lambda: bench.screen.side.limits._row("timeout_ms").has_class("-wrong"))
        entry.value = ""
        await bench.until(lambda: bench.workbench.document.config == {})
        assert not bench.workbench.unsaved


async def test_limits_are_saved_to_the_folder(open_bench: Open, write: Callable[..., Path]) -> None:
    path = write(CALLS, "[config]\ntimeout_ms = 1500\n")
    async with open_bench(path) as bench:
        await bench.screen.run_action("save_limits")
        defaults = path.parent / "sandbox.toml"
        await bench.until(defaults.exists)
        assert load_defaults(defaults).config == {"timeout_ms": 1500}
        assert bench.workbench.document.config == {}
        await bench.until(lambda: bench.workbench.unsaved)
    assert load(path).config == {"timeout_ms": 1500}


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("max_memory", "50 MiB", 50 * 1024 * 1024),
        ("max_memory", "1.5 kb", 1500),
        ("timeout_ms", "2 min", 120_000),
        ("timeout_ms", "250", 250),
        ("max_stack_depth", "1_000", 1000),
    ],
)
def test_a_limit_is_read_with_its_unit(name: str, text: str, value: int) -> None:
    assert parse_limit(name, text) == value
    assert parse_limit(name, limit_text(name, value)) == value


@pytest.mark.parametrize(
    ("name", "text"),
    [("timeout_ms", "soon"), ("max_memory", "-1"), ("max_stack_depth", "0"), ("timeout_ms", "9" * 40)],
)
def test_a_limit_that_is_none_is_refused_in_one_line(name: str, text: str) -> None:
    with pytest.raises(ValueError, match=r"^[^\n]+$"):
        parse_limit(name, text)
