"""Opening, saving, leaving, exporting, and what was not saved: nothing is lost, and nothing is written unasked."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sandbox_tui.tui.screens.dialogs import Ask, Look, Prompt
from sandbox_tui.workspace.recovery import Recovery
from sandbox_tui.workspace.toml import load

Open = Any
PLAIN = "def task(a: int = 1) -> int:\n    return a\n"


async def test_a_folder_shows_its_tasks_and_opens_the_first(
    open_bench: Open, write: Callable[..., Path]
) -> None:
    write(PLAIN, name="beta")
    folder = write(PLAIN, name="alpha").parent
    async with open_bench(folder) as bench:
        tree = bench.screen.query_one("#tasks").task_tree
        await bench.until(lambda: len(tree.root.children) == 2)
        assert [str(node.label) for node in tree.root.children] == ["alpha", "beta"]
        assert bench.workbench.name == "alpha.toml"


async def test_a_task_is_opened_from_the_tree(open_bench: Open, write: Callable[..., Path]) -> None:
    other = write(PLAIN.replace("task", "beta"), name="beta")
    async with open_bench(write(PLAIN, name="alpha")) as bench:
        tree = bench.screen.query_one("#tasks").task_tree
        await bench.until(lambda: len(tree.root.children) == 2 and bench.workbench.document)
        tree.focus()
        await bench.until(lambda: tree.has_focus)
        tree.move_cursor(tree.root.children[1])
        await bench.until(lambda: tree.cursor_node is tree.root.children[1])
        await bench.press("enter")
        await bench.until(lambda: bench.workbench.path == other)
        assert "def beta" in bench.screen.editor.text


async def test_a_folder_without_tasks_offers_a_new_one(open_bench: Open, tmp_path: Path) -> None:
    async with open_bench(tmp_path, ready=False) as bench:
        pane = bench.screen.query_one("#tasks")
        await bench.until(lambda: pane.has_class("-empty"))
        await bench.press("ctrl+n")
        dialog = await bench.dialog(Prompt)
        dialog.query_one("Input").value = "greet"
        await bench.press("enter")
        await bench.until(lambda: bench.workbench.document)
        assert bench.workbench.document.name == "greet" and bench.workbench.unsaved
        await bench.press("ctrl+s")
        await bench.dialog(Prompt)
        await bench.press("enter")
        await bench.until(lambda: (tmp_path / "greet.toml").exists())
        assert load(tmp_path / "greet.toml").name == "greet"


async def test_a_missing_file_is_said(open_bench: Open, tmp_path: Path) -> None:
    async with open_bench(tmp_path / "none.toml", ready=False) as bench:
        await bench.until(lambda: "none.toml" in bench.notices())
        assert "no such file" in bench.notices().lower()


async def test_broken_toml_is_shown_read_only_with_its_line(open_bench: Open, tmp_path: Path) -> None:
    path = tmp_path / "broken.toml"
    path.write_text('format = 1\n[task]\nname = "x\n')
    async with open_bench(path) as bench:
        editor = bench.screen.editor
        assert editor.read_only and editor.text == path.read_text()
        assert editor.cursor_location[0] == 2
        assert "not valid TOML" in str(bench.screen.problem.render())
        await bench.press("f5", "ctrl+s")
        assert path.read_text() == 'format = 1\n[task]\nname = "x\n'


async def test_a_binary_file_is_shown_and_not_run(open_bench: Open, tmp_path: Path) -> None:
    path = tmp_path / "binary.toml"
    path.write_bytes(bytes(range(256)))
    async with open_bench(path) as bench:
        assert bench.screen.editor.read_only
        assert "binary" in bench.workbench.unreadable.message


async def test_hostile_file_names_are_shown_as_text(open_bench: Open, write: Callable[..., Path]) -> None:
    path = write(PLAIN, name="task")
    hostile = path.with_name("[b]x[@click=app.quit]\x1b]0;title\x07\u202e.toml")
    path.rename(hostile)
    async with open_bench(hostile.parent) as bench:
        tree = bench.screen.query_one("#tasks").task_tree
        await bench.until(lambda: tree.root.children)
        assert str(tree.root.children[0].label) == "[b]x[@click=app.quit]␛]0;title␇<U+202E>"
        assert "[b]x[@click=app.quit]␛" in str(bench.screen.query_one("HeaderLine").left)


async def test_ctrl_s_saves(open_bench: Open, write: Callable[..., Path]) -> None:
    path = write(PLAIN)
    async with open_bench(path) as bench:
        bench.screen.editor.goto(3)
        await bench.type("#")
        await bench.press("ctrl+s")
        await bench.until(lambda: not bench.workbench.unsaved)
        assert load(path).source == PLAIN + "#"


@pytest.mark.parametrize(("key", "kept"), [("o", "mine"), ("r", "theirs"), ("escape", "theirs")])
async def test_a_file_changed_by_another_program_is_asked_about(
    open_bench: Open, write: Callable[..., Path], key: str, kept: str
) -> None:
    path = write(PLAIN)
    async with open_bench(path) as bench:
        await bench.type("# mine\n")
        path.write_text(path.read_text().replace("return a", "return a  # theirs"))
        await bench.press("ctrl+s")
        await bench.dialog(Ask)
        await bench.press(key)
        await bench.until(lambda: not isinstance(bench.app.screen, Ask))
        if key != "escape":
            await bench.until(lambda: not bench.workbench.unsaved)
        assert f"# {kept}" in path.read_text()
        assert ("# mine" in bench.screen.editor.text) == (key != "r")


@pytest.mark.parametrize(
    ("key", "saved", "ends"), [("s", True, True), ("d", False, True), ("escape", False, False)]
)
async def test_quitting_asks_about_what_is_unsaved(
    open_bench: Open, write: Callable[..., Path], key: str, saved: bool, ends: bool
) -> None:
    path = write(PLAIN)
    async with open_bench(path) as bench:
        await bench.type("# new\n")
        await bench.press("ctrl+q")
        await bench.dialog(Ask)
        await bench.press(key)
        if ends:
            await bench.until(lambda: bench.app._exit)
        else:
            await bench.until(lambda: bench.app.screen is bench.screen)
            await bench.until(lambda: Recovery().pending(path))
        assert ("# new" in path.read_text()) == saved
    left = Recovery().pending()
    assert bool(left) == (not ends)


async def test_quitting_asks_nothing_when_all_is_saved(open_bench: Open, write: Callable[..., Path]) -> None:
    async with open_bench(write(PLAIN)) as bench:
        await bench.press("ctrl+q")
        await bench.until(lambda: bench.app._exit)


async def test_opening_another_task_asks_about_what_is_unsaved(
    open_bench: Open, write: Callable[..., Path]
) -> None:
    other = write(PLAIN, name="other")
    async with open_bench(write(PLAIN)) as bench:
        await bench.type("#")
        bench.screen.filing.in_turn(bench.screen.filing.open(other))
        await bench.dialog(Ask)
        await bench.press("escape")
        await bench.until(lambda: bench.app.screen is bench.screen)
        assert bench.workbench.name == "task.toml" and bench.workbench.unsaved


async def test_what_is_typed_is_written_down_and_offered_at_the_next_start(
    open_bench: Open, write: Callable[..., Path]
) -> None:
    path = write(PLAIN)
    async with open_bench(path) as bench:
        await bench.type("# lost?\n")
        await bench.until(lambda: any("# lost?" in each.text for each in Recovery().pending(path)))
    assert "# lost?" not in path.read_text()
    async with open_bench(path, ready=False) as bench:
        await bench.dialog(Ask)
        await bench.press("s")
        look = await bench.dialog(Look)
        assert "+# lost?" in look.query_one("TextView").text
        await bench.press("escape")
        await bench.dialog(Ask)
        await bench.press("r")
        await bench.until(lambda: "# lost?" in bench.screen.editor.text)
        assert bench.workbench.unsaved
        await bench.press("ctrl+s")
        await bench.until(lambda: not bench.workbench.unsaved)
    assert "# lost?" in path.read_text()
    assert Recovery().pending() == []


async def test_unsaved_work_can_be_discarded_at_the_next_start(
    open_bench: Open, write: Callable[..., Path]
) -> None:
    path = write(PLAIN)
    async with open_bench(path) as bench:
        await bench.type("#")
        await bench.until(lambda: Recovery().pending(path))
    async with open_bench(path, ready=False) as bench:
        await bench.dialog(Ask)
        await bench.press("d")
        await bench.until(lambda: bench.workbench.document)
        assert bench.screen.editor.text == PLAIN
    assert Recovery().pending() == []


async def test_an_export_to_flyte_is_written_where_one_says(open_bench: Open, route: Path) -> None:
    async with open_bench(route) as bench:
        await bench.screen.run_action("export('flyte')")
        dialog = await bench.dialog(Prompt)
        assert dialog.query_one("Input").value.endswith("route_flyte.py")
        await bench.press("enter")
        await bench.until(lambda: (route.parent / "route_flyte.py").exists())
        assert "import flyte" in (route.parent / "route_flyte.py").read_text()


async def test_a_result_is_saved_as_json_and_no_file_is_overwritten_unasked(
    open_bench: Open, write: Callable[..., Path]
) -> None:
    path = write("def task() -> dict:\n    return {'a': (1, 2)}\n")
    target = path.with_name("task_result.json")
    target.write_text("mine")
    async with open_bench(path) as bench:
        await bench.press("f5")
        await bench.ran()
        await bench.screen.run_action("save_result")
        await bench.dialog(Prompt)
        await bench.press("enter")
        await bench.dialog(Ask)
        assert target.read_text() == "mine"
        await bench.press("o")
        await bench.until(lambda: target.read_text() != "mine")
        assert target.read_text() == '{\n  "a": [\n    1,\n    2\n  ]\n}\n'


async def test_the_tasks_of_a_python_file_are_read_only_and_saved_as_task_files(
    open_bench: Open, tmp_path: Path
) -> None:
    path = tmp_path / "flow.py"
    body = "import flyte\nenv = flyte.TaskEnvironment('x')\n\n"
    for name in ("one", "two"):
        body += f"@env.sandbox.orchestrator\ndef {name}(a: int = 1) -> int:\n    return a + 1\n\n"
    path.write_text(body + "raise SystemExit('it ran')\n")
    async with open_bench(path) as bench:
        assert bench.workbench.name == "flow.py::one" and bench.screen.editor.read_only
        await bench.press("ctrl+g")
        await bench.dialog(Ask)
        await bench.press("2")
        await bench.until(lambda: bench.workbench.name == "flow.py::two")
        await bench.press("f5")
        assert (await bench.ran()).result == 2
        await bench.press("ctrl+s")
        await bench.dialog(Prompt)
        await bench.press("enter")
        await bench.until(lambda: (tmp_path / "two.toml").exists())
        await bench.until(lambda: bench.workbench.path == tmp_path / "two.toml")
        assert not bench.screen.editor.read_only
    assert load(tmp_path / "two.toml").name == "two"
    assert path.read_text().startswith(body)


async def test_opening_another_task_ends_the_run_and_shows_nothing_of_it(
    open_bench: Open, route: Path
) -> None:
    other = route.with_name("other.toml")
    other.write_text(route.read_text().replace("route", "other"))
    async with open_bench(route) as bench:
        await bench.press("f5")
        await bench.asked()
        run = bench.screen.running.run
        bench.screen.filing.in_turn(bench.screen.filing.open(other))
        await bench.until(lambda: bench.workbench.path == other and run.result is not None)
        await bench.until(lambda: bench.panel.strip.active == "result")
        assert bench.panel.calls.calls == [] and bench.screen.running.run is None
        await bench.press("f5")
        await bench.asked()
        await bench.press("f7")
        await bench.ran()


async def test_a_second_question_takes_the_place_of_the_first(
    open_bench: Open, write: Callable[..., Path]
) -> None:
    async with open_bench(write(PLAIN)) as bench:
        await bench.type("#")
        await bench.press("ctrl+q")
        await bench.dialog(Ask)
        await bench.press("ctrl+q")
        await bench.dialog(Ask)
        await bench.until(lambda: len(bench.app.screen_stack) == 2)
        await bench.press("escape")
        await bench.until(lambda: bench.app.screen is bench.screen)


async def test_a_folder_without_tasks_says_so_at_the_editor(open_bench: Open, tmp_path: Path) -> None:
    async with open_bench(tmp_path, ready=False) as bench:
        await bench.until(lambda: "no tasks in this folder" in str(bench.screen.problem.render()))


async def test_the_file_of_an_export_has_a_harmless_name(
    open_bench: Open, write: Callable[..., Path]
) -> None:
    path = write(PLAIN)
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('name = "', 'name = "../ev\\u001b[31m', 1), encoding="utf-8")
    async with open_bench(path) as bench:
        await bench.screen.run_action("export('flyte')")
        dialog = await bench.dialog(Prompt)
        proposed = Path(dialog.query_one("Input").value)
        assert proposed.parent == path.parent
        assert proposed.name.isascii() and proposed.name.replace(".", "_").isidentifier()
