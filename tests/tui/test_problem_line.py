"""The lines under the editor: findings, and the signature of the call that is being written."""

from __future__ import annotations

from typing import Any

from sandbox_tui.lint.completion import SignatureHelp
from sandbox_tui.tui.problem_line import signature_line

Open = Any
PICK = SignatureHelp("pick(total: float, express: bool = False) -> str", (19, 40))


def said(bench: Any) -> str:
    return str(bench.screen.problem.render())


async def test_the_signature_of_the_call_at_the_cursor_is_shown(open_bench: Open, route: Any) -> None:
    async with open_bench(route) as bench:
        await bench.settled()
        bench.screen.editor.goto(2, 20)
        await bench.until(lambda: "lookup(order: str) -> float" in said(bench))
        bench.screen.editor.goto(1, 1)
        await bench.until(lambda: "lookup" not in said(bench))


async def test_it_is_there_while_the_call_is_not_closed_yet_and_inside_a_string(
    open_bench: Open, route: Any
) -> None:
    async with open_bench(route) as bench:
        await bench.settled()
        bench.screen.editor.goto(2, 1)
        bench.screen.editor.insert("    pick('a b', ")
        bench.screen.editor.goto(2, 13)
        await bench.until(lambda: "pick(total: float)" in said(bench))


async def test_a_finding_and_a_signature_share_two_lines(open_bench: Open, route: Any) -> None:
    async with open_bench(route, (160, 50)) as bench:
        await bench.settled()
        bench.screen.editor.replace("    pick(no)", (1, 0), (1, 200))
        bench.screen.editor.goto(2, 10)
        await bench.until(
            lambda: "SBX4" in said(bench).split("\n")[0] and "pick(total" in said(bench).split("\n")[-1]
        )


def test_the_active_parameter_is_emphasised() -> None:
    line = signature_line(PICK, 80)
    emphasised = [line.plain[span.start : span.end] for span in line.spans if "bold" in str(span.style)]
    assert emphasised == ["express: bool = False"]


def test_of_a_long_signature_the_active_parameter_stays_in_sight() -> None:
    line = signature_line(PICK, 30)
    assert "express: bool = False" in line.plain[:30] and line.plain.startswith("…")


async def test_a_click_on_the_code_explains_it_and_one_on_the_fix_mends_it(
    open_bench: Open, write: Any
) -> None:
    async with open_bench(write("def task(a: int) -> int:\n    a += 1\n    return a\n"), (160, 50)) as bench:
        await bench.settled()
        bench.screen.editor.goto(2, 5)
        await bench.until(lambda: "SBX105" in said(bench))
        await bench.pilot.click("#problem", offset=(said(bench).index("SBX105") + 2, 0))
        await bench.until(lambda: type(bench.app.screen).__name__ == "Explain")
        await bench.press("escape")
        await bench.pilot.click("#problem", offset=(said(bench).index("F4") + 1, 0))
        await bench.until(lambda: "a = a + 1" in bench.screen.editor.text)
