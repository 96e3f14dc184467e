"""Running a task in the workbench: result, output, calls, errors, questions, stepping, stopping."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from sandbox_tui.tui.results.text_view import TextView

Open = Any
LOOP = "def task(n: int = 1) -> int:\n    while True:\n        n = n + 1\n    return n\n"


async def test_f5_runs_and_shows_result_output_calls_and_time(open_bench: Open, route: Path) -> None:
    async with open_bench(route) as bench:
        await bench.press("f5")
        question = await bench.asked()
        assert question.call.function == "pick" and question.call.args == (19.0,)
        await bench.type("road")
        await bench.press("enter")
        result = await bench.ran()
        assert result.result == {"carrier": "road", "price": 9.5}
        assert bench.panel.strip.active == "result"
        assert "'carrier': 'road'" in bench.panel.result.query_one(TextView).text
        assert "2 calls" in str(bench.panel.status.render())
        assert [call.function for call in bench.panel.calls.calls] == ["lookup", "pick"]
        assert result.stdout == "price 9.5\n"
        assert bench.panel.output.lines == 1


async def test_ctrl_r_runs_too(open_bench: Open, write: Callable[..., Path]) -> None:
    async with open_bench(write("def task(a: int = 2) -> int:\n    return a * 21\n")) as bench:
        await bench.press("ctrl+r")
        assert (await bench.ran()).result == 42


async def test_an_ask_shows_function_arguments_and_place_and_marks_the_call(
    open_bench: Open, route: Path
) -> None:
    async with open_bench(route) as bench:
        await bench.press("f5")
        await bench.asked()
        card = bench.panel.card
        await bench.until(lambda: card.entry.has_focus)
        assert "pick" in str(card.query_one(".title").left)
        assert "line 4" in str(card.query_one(".title").left)
        assert "total = 19.0" in str(card.query_one(".arguments > Static").render())
        marked = bench.screen.editor._marks.call
        assert marked is not None and marked.start == (3, 23)


async def test_a_wrong_answer_is_said_and_asked_again(open_bench: Open, write: Callable[..., Path]) -> None:
    path = write("def task() -> int:\n    return get()\n", '[externals.get]\nsignature = "() -> int"\n')
    async with open_bench(path) as bench:
        await bench.press("f5")
        await bench.asked()
        await bench.type("many")
        await bench.press("enter")
        assert bench.panel.card.has_class("-wrong")
        assert bench.screen.running.question is not None
        bench.panel.card.entry.value = "7"
        await bench.press("enter")
        assert (await bench.ran()).result == 7


async def test_an_ask_can_be_answered_by_an_error(open_bench: Open, route: Path) -> None:
    async with open_bench(route) as bench:
        await bench.press("f5")
        await bench.asked()
        card = bench.panel.card
        card.query_one("Choice").choose("error")
        card.entry.value = "ValueError: no such order"
        card.entry.focus()
        await bench.press("enter")
        result = await bench.ran()
        assert not result.ok
        assert "ValueError: no such order" in str(bench.panel.result.query_one(".title").render())
        assert bench.screen.editor._marks.lines.get("error") == 3


async def test_f6_halts_before_each_call_and_enter_takes_the_configured_answer(
    open_bench: Open, route: Path
) -> None:
    async with open_bench(route) as bench:
        await bench.press("f6")
        question = await bench.asked()
        assert (question.call.function, question.kind, question.configured) == ("lookup", "step", "9.5")
        await bench.press("enter")
        await bench.until(
            lambda: bench.screen.running.question and bench.screen.running.question.call.number == 2
        )
        await bench.type("air")
        await bench.press("f6")
        assert (await bench.ran()).result == {"carrier": "air", "price": 9.5}


async def test_stepping_takes_another_value(open_bench: Open, route: Path) -> None:
    async with open_bench(route) as bench:
        await bench.press("f6")
        await bench.asked()
        await bench.type("1.5")
        await bench.press("enter")
        await bench.until(
            lambda: bench.screen.running.question and bench.screen.running.question.call.number == 2
        )
        assert bench.screen.running.question.call.args == (3.0,)
        bench.screen.running.stop()
        await bench.ran()


async def test_f5_at_a_halted_call_goes_on_without_halting_again(
    open_bench: Open, write: Callable[..., Path]
) -> None:
    source = "def task() -> int:\n    return one() + one() + one()\n"
    path = write(source, '[externals.one]\nsignature = "() -> int"\nanswer = "return"\nvalue = 1\n')
    async with open_bench(path) as bench:
        await bench.press("f6")
        await bench.asked()
        await bench.press("f5")
        result = await bench.ran()
        assert result.result == 3 and len(result.calls) == 3


async def test_f7_ends_a_run_that_waits_for_an_answer(open_bench: Open, route: Path) -> None:
    async with open_bench(route) as bench:
        await bench.press("f5")
        await bench.asked()
        await bench.press("f7")
        result = await bench.ran()
        assert not result.ok
        assert "stopped" in str(bench.panel.status.render())
        assert bench.screen.running.question is None


async def test_f7_ends_a_busy_loop_and_the_screen_is_never_held_up(
    open_bench: Open, write: Callable[..., Path]
) -> None:
    async with open_bench(write(LOOP)) as bench:
        await bench.press("f5")
        await bench.until(lambda: bench.screen.running.active)
        bench.screen.editor.focus()
        await bench.press("end", "space")
        assert bench.screen.editor.text.startswith("def task(n: int = 1) -> int: \n")
        await bench.press("f7")
        assert not (await bench.ran()).ok


async def test_a_hopeless_loop_ends_by_its_limit_and_says_so(
    open_bench: Open, write: Callable[..., Path]
) -> None:
    async with open_bench(write(LOOP, "[config]\ntimeout_ms = 200\n")) as bench:
        await bench.press("f5")
        result = await bench.ran()
        assert type(result.error).__name__ == "TimeLimitError"
        assert "timeout_ms" in str(bench.panel.result.query_one(".title").render())


async def test_an_error_is_shown_with_its_frames_and_a_frame_leads_to_its_line(
    open_bench: Open, write: Callable[..., Path]
) -> None:
    source = "def task(x: int = 0) -> int:\n    def inner(y):\n        return 1 // y\n    return inner(x)\n"
    async with open_bench(write(source)) as bench:
        await bench.press("f5")
        result = await bench.ran()
        assert not result.ok and "ZeroDivisionError" in str(bench.panel.result.query_one(".title").render())
        frames = bench.panel.result.query_one("OptionList")
        assert frames.option_count == 2
        frames.focus()
        await bench.press("up", "enter")
        await bench.until(lambda: bench.screen.editor.has_focus)
        assert bench.screen.editor.cursor_location[0] == 3


async def test_the_problems_of_a_refused_source_are_what_a_run_gives(
    open_bench: Open, write: Callable[..., Path]
) -> None:
    async with open_bench(write("def task() -> int:\n    import os\n    return 1\n")) as bench:
        await bench.press("f5")
        result = await bench.ran()
        assert type(result.error).__name__ == "RestrictionError"
        assert bench.screen.editor.cursor_location[0] == 1


async def test_a_second_run_shows_nothing_of_the_first(open_bench: Open, write: Callable[..., Path]) -> None:
    async with open_bench(write('def task(a: int = 1) -> int:\n    print("a" * a)\n    return a\n')) as bench:
        await bench.press("f5")
        await bench.ran()
        bench.enter("a", "3")
        await bench.press("f5")
        await bench.until(lambda: bench.screen.running.finished and bench.screen.running.finished.result == 3)
        await bench.ran()
        assert bench.panel.output.query_one("Log").lines[0] == "aaa"
