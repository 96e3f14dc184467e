"""What the type checker finds comes a moment after the linter's findings, in the same places, and holds nothing up."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from sandbox_tui.lint.diagnostic import Diagnostic, Position
from sandbox_tui.tui.type_checking import TypesFound, merged

Open = Any
WRONG = "def task(n: int) -> str:\n    return n + 1\n"


def codes(bench: Any) -> list[str]:
    return [found.code for found in bench.workbench.diagnostics]


async def test_type_findings_are_marked_listed_and_said_at_the_cursor(
    open_bench: Open, write: Callable[..., Path]
) -> None:
    async with open_bench(write(WRONG)) as bench:
        await bench.until(lambda: codes(bench) == ["SBX902"])
        assert [found.code for found in bench.screen.editor.diagnostics()] == ["SBX902"]
        assert [found.severity for found in bench.panel.problems.diagnostics] == ["warning"]
        bench.screen.editor.goto(2, 12)
        await bench.until(lambda: "SBX902" in str(bench.screen.problem.render()))


async def test_type_findings_move_with_the_text_until_the_checker_has_looked_again(
    open_bench: Open, write: Callable[..., Path]
) -> None:
    async with open_bench(write(WRONG)) as bench:
        await bench.until(lambda: codes(bench) == ["SBX902"])
        bench.screen.editor.replace("(\n\n", (0, 0), (0, 0))
        await bench.until(lambda: "SBX001" in codes(bench))
        assert "SBX902" in codes(bench)
        assert [found.start.line for found in bench.workbench.diagnostics if found.code == "SBX902"] == [4]


async def test_a_finding_of_the_linter_is_not_said_again_by_the_type_checker() -> None:
    def finding(code: str, line: int) -> Diagnostic:
        return Diagnostic(code, "name", "message", "error", Position(line, 1), Position(line, 9))

    both = merged([finding("SBX403", 2)], [finding("SBX901", 1), finding("SBX904", 2)])
    assert [found.code for found in both] == ["SBX901", "SBX403"]


async def test_what_the_checker_says_of_an_older_text_is_dropped(
    open_bench: Open, write: Callable[..., Path]
) -> None:
    async with open_bench(write("def task(n: int) -> int:\n    return n\n")) as bench:
        await bench.settled()
        found = Diagnostic("SBX901", "name", "message", "warning", Position(1, 1), Position(1, 2))
        bench.screen.post_message(TypesFound([found], bench.screen.editor.version - 1))
        await bench.pilot.pause()
        assert codes(bench) == []


async def test_the_type_checker_can_be_switched_off_and_on(
    open_bench: Open, write: Callable[..., Path]
) -> None:
    async with open_bench(write(WRONG)) as bench:
        await bench.until(lambda: codes(bench) == ["SBX902"])
        bench.screen.action_toggle_types()
        await bench.until(lambda: codes(bench) == [])
        await bench.settled()
        assert codes(bench) == []
        bench.screen.action_toggle_types()
        await bench.until(lambda: codes(bench) == ["SBX902"])


async def test_ignored_and_silenced_type_findings_do_not_appear(
    open_bench: Open, write: Callable[..., Path]
) -> None:
    silenced = WRONG.replace("n + 1", "n + 1  # noqa: SBX902")
    for path in (write(WRONG, '[lint]\nignore = ["SBX9"]\n'), write(silenced, name="silenced")):
        async with open_bench(path) as bench:
            await bench.settled()
            assert codes(bench) == []
