"""Both call styles, calls at the same time, nesting without end, and what happens when a run is stopped or
its worker dies.
"""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from sandbox_tui import TaskEnvironment, orchestrator_from_str
from sandbox_tui.sandbox.building import template_from_source
from sandbox_tui.sandbox.errors import RunCancelledError, TaskError, WorkerCrashedError
from sandbox_tui.sandbox.pool import workers
from sandbox_tui.sandbox.run import Call, Cancellation, RunObserver
from sandbox_tui.sandbox.template import SandboxedTaskTemplate

env = TaskEnvironment(name="concurrency")


def make(source: str, **externals: Callable[..., object]) -> SandboxedTaskTemplate:
    return template_from_source(source, kind="function", externals=externals, restrictions="runtime")


async def slow(x: int) -> int:
    await asyncio.sleep(0.2)
    return x * 2


def slow_sync(x: int) -> int:
    time.sleep(0.2)
    return x * 2


STYLES = {
    "plain": "async def f(n):\n    return [add(n), add(n + 1)]",
    "awaited": "async def f(n):\n    return [await add(n), await add(n + 1)]",
    "gathered": "async def f(n):\n    import asyncio\n    return await asyncio.gather(add(n), add(n + 1))",
    "collected": "async def f(n):\n    import asyncio\n    calls = [add(n), add(n + 1)]\n    return await asyncio.gather(*calls)",
    "appended": "async def f(n):\n    import asyncio\n    calls = []\n    for i in range(2):\n        calls.append(add(n + i))\n    return await asyncio.gather(*calls)",
    "named": "async def f(n):\n    a = add(n)\n    b = add(n + 1)\n    return [await a, await b]",
    "in a helper": "async def f(n):\n    async def one(k):\n        return await add(k)\n    import asyncio\n    return await asyncio.gather(*[one(n + i) for i in range(2)])",
    "returned by a helper": "async def f(n):\n    def begin(k):\n        return add(k)\n    return [await begin(n), await begin(n + 1)]",
    "mixed": "async def f(n):\n    first = add(n)\n    return [first, await add(n + 1)]",
}


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("is_async", [False, True], ids=["sync external", "async external"])
def test_every_call_style_works_in_one_source(style: str, is_async: bool) -> None:
    async def add_async(x: int) -> int:
        return x + 1

    def add_sync(x: int) -> int:
        return x + 1

    assert make(STYLES[style], add=add_async if is_async else add_sync).run(1) == [2, 3]


@pytest.mark.parametrize("external", [slow, slow_sync], ids=["async", "sync"])
async def test_ten_calls_take_the_time_of_one(external: Callable[..., object]) -> None:
    made = make(
        "async def f(n):\n    import asyncio\n    return await asyncio.gather(*[slow(i) for i in range(n)])",
        slow=external,
    )
    began = time.perf_counter()
    assert made.run(10) == [i * 2 for i in range(10)]
    assert await made.aio(10) == [i * 2 for i in range(10)]
    # One after the other they would take 4 seconds.
    assert time.perf_counter() - began < 2


def test_an_error_in_one_of_several_is_raised_at_the_await() -> None:
    async def add(x: int) -> int:
        if x == 2:
            raise ValueError("not two")
        return x

    made = make(
        "async def f():\n    import asyncio\n    try:\n        return await asyncio.gather(add(1), add(2))\n    except ValueError as e:\n        return str(e)",
        add=add,
    )
    assert made.run() == "not two"


def test_gathered_sleeps_overlap() -> None:
    made = make(
        "async def f():\n    import asyncio\n    await asyncio.gather(*[asyncio.sleep(0.2) for _ in range(5)])\n    return 1"
    )
    began = time.perf_counter()
    assert made.run() == 1
    assert time.perf_counter() - began < 0.9


async def test_the_loop_stays_free_while_a_sync_external_blocks() -> None:
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            ticks += 1
            await asyncio.sleep(0.01)

    ticking = asyncio.ensure_future(tick())
    assert await make("def f():\n    return slow(1)", slow=slow_sync).aio() == 2
    ticking.cancel()
    assert ticks > 5


async def test_async_externals_run_on_the_callers_loop_and_sync_ones_do_not() -> None:
    seen: dict[str, object] = {}

    async def there(x: int) -> int:
        seen["async"] = asyncio.get_running_loop()
        return x

    def here(x: int) -> int:
        seen["sync"] = threading.get_ident()
        return x

    assert await make("def f(x):\n    return there(x) + here(x)", there=there, here=here).aio(1) == 2
    assert seen["async"] is asyncio.get_running_loop()
    assert seen["sync"] != threading.get_ident()


async def test_a_coroutine_that_a_sync_function_returns_is_awaited() -> None:
    made = make("def f(x):\n    return sub(x)", sub=lambda x: slow(x))
    assert await made.aio(2) == 4
    assert made.run(2) == 4


class TestNesting:
    def chain(self, depth: int) -> SandboxedTaskTemplate:
        def bottom(x: int) -> int:
            return x + 1

        inner: object = bottom
        for level in range(depth):
            name = "bottom" if level == 0 else f"level{level - 1}"
            inner = orchestrator_from_str(
                f"{name}(x) + 1", inputs={"x": int}, output=int, tasks=[inner], name=f"level{level}"
            )
        assert isinstance(inner, SandboxedTaskTemplate)
        return inner

    def test_thirty_templates_that_call_each_other_finish(self) -> None:
        assert self.chain(30).run(x=0) == 31

    async def test_also_from_an_event_loop(self) -> None:
        assert await self.chain(30).aio(x=0) == 31

    def test_a_called_template_runs_sandboxed(self) -> None:
        inner = template_from_source(
            "def inner():\n    import os\n    return os.environ.get('HOME')",
            kind="function",
            restrictions="runtime",
        )
        outer = make("def f():\n    return inner()", inner=inner)
        for run in (inner.run, inner, outer.run, outer):
            with pytest.raises(TaskError, match=r"os\.environ"):
                run()

    def test_two_hundred_runs_at_once_from_threads(self) -> None:
        barrier = threading.Barrier(200, timeout=60)

        def meet(x: int) -> int:
            barrier.wait()
            return x + 1

        made = make("def f(x):\n    return meet(x)", meet=meet)
        results: list[int] = []
        runs = [threading.Thread(target=lambda i=i: results.append(made.run(i))) for i in range(200)]
        for run in runs:
            run.start()
        for run in runs:
            run.join(60)
        assert sorted(results) == list(range(1, 201))

    async def test_two_hundred_runs_at_once_from_a_loop(self) -> None:
        made = make("def f(x):\n    return slow(x)", slow=slow)
        began = time.perf_counter()
        assert await asyncio.gather(*[made.aio(i) for i in range(200)]) == [2 * i for i in range(200)]
        assert time.perf_counter() - began < 20

    def test_from_several_event_loops_at_once(self) -> None:
        made = make("def f(x):\n    return slow(x)", slow=slow)
        results: list[list[int]] = []

        def in_a_loop() -> None:
            async def several() -> list[int]:
                return list(await asyncio.gather(*[made.aio(i) for i in range(5)]))

            results.append(asyncio.run(several()))

        runs = [threading.Thread(target=in_a_loop) for _ in range(4)]
        for run in runs:
            run.start()
        for run in runs:
            run.join(30)
        assert results == [[0, 2, 4, 6, 8]] * 4


class TestFlyteMap:
    def run(self, call: str, **externals: Callable[..., object]) -> object:
        return make(f"def f(xs):\n    return list({call})", **externals).run([1, 2, 3])

    def test_one_iterable(self) -> None:
        assert self.run("flyte_map('double', xs)", double=lambda x: x * 2) == [2, 4, 6]

    def test_by_the_function_itself(self) -> None:
        assert self.run("flyte_map(double, xs)", double=lambda x: x * 2) == [2, 4, 6]

    def test_several_iterables_are_zipped(self) -> None:
        assert self.run("flyte_map('add', xs, [10, 20])", add=lambda x, y: x + y) == [11, 22]

    def test_an_empty_list(self) -> None:
        assert self.run("flyte_map('double', [])", double=lambda x: x * 2) == []

    def test_exceptions_stand_in_their_places_by_default(self) -> None:
        def picky(x: int) -> int:
            if x == 2:
                raise ValueError("two")
            return x

        made = make(
            "def f(xs):\n    return [str(r) if isinstance(r, ValueError) else r for r in flyte_map('picky', xs)]",
            picky=picky,
        )
        assert made.run([1, 2, 3]) == [1, "two", 3]
        whole = make("def f(xs):\n    return flyte_map('picky', xs)", picky=picky)
        results = whole.execute({"xs": [1, 2]}).result
        assert results is None or isinstance(results[1], Exception)

    def test_without_return_exceptions_the_first_is_raised(self) -> None:
        def picky(x: int) -> int:
            raise ValueError(f"no {x}")

        with pytest.raises(TaskError, match="ValueError: no 1") as caught:
            self.run("flyte_map('picky', xs, return_exceptions=False, concurrency=1)", picky=picky)
        assert isinstance(caught.value.__cause__, ValueError)

    def test_calls_overlap_up_to_the_concurrency(self) -> None:
        most = under_way = 0
        lock = threading.Lock()

        def watched(x: int) -> int:
            nonlocal most, under_way
            with lock:
                under_way += 1
                most = max(most, under_way)
            time.sleep(0.02)
            with lock:
                under_way -= 1
            return x

        assert make("def f(xs):\n    return flyte_map('watched', xs, concurrency=3)", watched=watched).run(
            list(range(12))
        ) == list(range(12))
        assert most == 3

    def test_unbounded_calls_overlap(self) -> None:
        began = time.perf_counter()
        assert make("def f(xs):\n    return flyte_map('slow', xs)", slow=slow_sync).run(list(range(10))) == [
            2 * i for i in range(10)
        ]
        assert time.perf_counter() - began < 1.5

    @pytest.mark.parametrize(
        ("call", "message"),
        [
            ("flyte_map('double', xs, group='x')", "unexpected keyword argument 'group'"),
            ("flyte_map('double')", "at least one iterable"),
            ("flyte_map(3, xs)", "name of an external first"),
            ("flyte_map('double', 5)", "iterable 1 is int"),
            ("flyte_map('dou' + 'ble2', xs)", "unknown task 'double2', not found"),
        ],
    )
    def test_wrong_arguments_are_named(self, call: str, message: str) -> None:
        with pytest.raises(RuntimeError, match=message):
            self.run(call, double=lambda x: x)

    def test_a_group_name_is_accepted(self) -> None:
        assert self.run("flyte_map('double', xs, group_name='g', concurrency=2)", double=lambda x: x) == [
            1,
            2,
            3,
        ]

    def test_the_same_on_the_host(self) -> None:
        from sandbox_tui import flyte_map

        assert flyte_map(lambda x: 6 // x, [1, 0, 3])[::2] == [6, 2]
        with pytest.raises(ZeroDivisionError):
            flyte_map(lambda x: 6 // x, [1, 0], return_exceptions=False)


class TestWatching:
    def test_calls_have_numbers_places_arguments_and_answers(self) -> None:
        made = template_from_source(
            "def f(x):\n    a = add(x, y=2)\n    return add(\n        a, y=3)",
            kind="function",
            externals={"add": lambda x, y: x + y},
        )
        first, second = made.execute({"x": 1}).calls
        assert (first.number, first.function, first.args, first.kwargs, first.answer) == (
            1,
            "add",
            (1,),
            {"y": 2},
            3,
        )
        assert (first.line, first.column, first.end_line, first.end_column) == (2, 9, 2, 20)
        assert (second.line, second.column, second.end_line, second.end_column) == (3, 12, 4, 16)

    def test_columns_count_characters(self) -> None:
        made = template_from_source(
            "def f():\n    s = 'éé🙂'; return s + add('é')", kind="function", externals={"add": lambda x: x}
        )
        (call,) = made.execute({}).calls
        assert (call.column, call.end_column) == (27, 35)

    def test_a_hook_answers_in_place_of_the_host(self) -> None:
        made = make("def f(x):\n    return add(x)", add=lambda x: x + 1)
        assert made.execute({"x": 1}, answer=lambda call, default: default() * 10).result == 20

        def raises(call: Call, default: Callable[[], object]) -> object:
            raise KeyError("none")

        error = made.execute({"x": 1}, answer=raises).error
        assert isinstance(error, TaskError)
        assert error.error_type == "KeyError"

    def test_an_observer_sees_calls_answers_and_output_in_order(self) -> None:
        seen: list[str] = []

        class Watch(RunObserver):
            def call(self, call: Call) -> None:
                seen.append(f"call {call.number}")

            def answered(self, call: Call) -> None:
                seen.append(f"answer {call.answer}")

            def output(self, text: str) -> None:
                seen.append(f"out {text!r}")

        make("def f():\n    print('a')\n    x = add(1)\n    print(x)", add=lambda x: x + 1).execute(
            {}, observer=Watch()
        )
        assert seen == ["out 'a\\n'", "call 1", "answer 2", "out '2\\n'"]

    def test_arguments_are_checked_against_the_signature(self) -> None:
        def typed(x: int, y: str = "") -> int:
            return x

        for call, message in [
            ("typed('a')", r"typed\(x\): expected int, got str"),
            ("typed(1, y=2)", r"typed\(y\): expected str"),
            ("typed()", "missing a required argument"),
        ]:
            with pytest.raises(TaskError, match=message):
                make(f"def f():\n    return {call}", typed=typed).run()

    def test_an_answer_that_cannot_cross_is_an_error_in_the_task(self) -> None:
        made = make(
            "def f():\n    try:\n        return bad()\n    except TypeError as e:\n        return str(e)",
            bad=lambda: object(),
        )
        assert "the answer of bad()" in made.run()

    @pytest.mark.parametrize("value", ["range(3)", "print"])
    def test_what_would_arrive_as_text_is_refused(self, value: str) -> None:
        made = make("def f():\n    return bad()", bad=lambda: eval(value))
        with pytest.raises(TaskError, match=r"the answer of bad\(\)"):
            made.run()


class TestStopping:
    def test_a_busy_loop_is_cancelled_at_once(self) -> None:
        cancellation = Cancellation()
        threading.Timer(0.2, cancellation.cancel).start()
        began = time.perf_counter()
        result = make("def f():\n    while True:\n        pass").execute({}, cancellation=cancellation)
        assert isinstance(result.error, RunCancelledError)
        assert time.perf_counter() - began < 5

    def test_a_sleep_is_cancelled_at_once(self) -> None:
        cancellation = Cancellation()
        threading.Timer(0.1, cancellation.cancel).start()
        began = time.perf_counter()
        result = make("def f():\n    import time\n    time.sleep(20)").execute({}, cancellation=cancellation)
        assert isinstance(result.error, RunCancelledError)
        assert time.perf_counter() - began < 5

    def test_waiting_for_an_async_external_is_cancelled(self) -> None:
        async def forever() -> None:
            await asyncio.sleep(60)

        for source in ("def f():\n    return forever()", "async def f():\n    return await forever()"):
            cancellation = Cancellation()
            threading.Timer(0.1, cancellation.cancel).start()
            began = time.perf_counter()
            result = make(source, forever=forever).execute({}, cancellation=cancellation)
            assert isinstance(result.error, RunCancelledError)
            assert time.perf_counter() - began < 5

    def test_one_that_is_cancelled_before_it_begins(self) -> None:
        cancellation = Cancellation()
        cancellation.cancel()
        result = make("def f():\n    while True:\n        pass").execute({}, cancellation=cancellation)
        assert isinstance(result.error, RunCancelledError)

    async def test_cancelling_aio_ends_the_run(self) -> None:
        made = make("def f():\n    while True:\n        pass")
        task = asyncio.ensure_future(made.aio())
        await asyncio.sleep(0.2)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert make("def f():\n    return 1").run() == 1

    def test_a_killed_worker_costs_its_own_run_only(self) -> None:
        def kill_it() -> int:
            os.kill(session_pid(), signal.SIGKILL)
            return 1

        def session_pid() -> int:
            children = subprocess.run(
                ["pgrep", "-P", str(os.getpid())], capture_output=True, text=True, check=False
            )
            before = {int(pid) for pid in children.stdout.split()}
            return max(before)

        workers.close()
        made = make("def f():\n    kill_it()\n    return 1", kill_it=kill_it)
        result = made.execute({})
        assert isinstance(result.error, WorkerCrashedError)
        assert "signal 9" in str(result.error)
        assert make("def f():\n    return 2").run() == 2


def script(body: str, *, timeout: float = 60) -> subprocess.CompletedProcess[str]:
    """Runs a script of its own process."""
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(body)],
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )


PRELUDE = """
import os, signal, subprocess, sys, threading, time
from sandbox_tui.sandbox.building import template_from_source
def make(source, **externals):
    return template_from_source(source, kind="function", externals=externals, restrictions="off")
def children():
    return subprocess.run(["pgrep", "-P", str(os.getpid()), "monty"], capture_output=True,
    text=True).stdout.split()
"""


class TestProcesses:
    @pytest.mark.parametrize(
        "source", ["while True:\n        pass", "import time\n    time.sleep(30)", "wait()"]
    )
    def test_ctrl_c_ends_a_run_at_once(self, source: str) -> None:
        done = script(
            PRELUDE
            + f"""
import asyncio
async def wait(): await asyncio.sleep(30)
made = make({("def f():" + chr(10) + "    " + source)!r}, wait=wait)
make("def f(): return 1").run()
threading.Timer(0.3, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
began = time.perf_counter()
try:
    made.run()
except KeyboardInterrupt:
    print("interrupted", time.perf_counter() - began < 5)
print(make("def f(): return 2").run())
"""
        )
        assert done.stdout.split() == ["interrupted", "True", "2"], done.stderr

    def test_nothing_is_left_running_at_exit(self) -> None:
        done = script(
            PRELUDE
            + """
make("def f(): return 1").run()
threading.Thread(target=lambda: make("def f():\\n    while True: pass").run(), daemon=True).start()
from sandbox_tui.sandbox.pool import workers
while not workers._lent: pass
make("def f(): return 1").run()
print(" ".join(children()))
""",
            timeout=25,
        )
        assert done.returncode == 0, done.stderr
        pids = [int(pid) for pid in done.stdout.split()]
        assert len(pids) >= 2
        deadline = time.monotonic() + 10
        while any(_alive(pid) for pid in pids) and time.monotonic() < deadline:
            pass
        assert not [pid for pid in pids if _alive(pid)]

    def test_a_forked_child_and_its_parent_both_work(self) -> None:
        done = script(
            PRELUDE
            + """
made = make("def f(x): return add(x)", add=lambda x: x + 1)
print(made.run(1), flush=True)
child = os.fork()
if child == 0:
    print(made.run(2), flush=True)
    try:
        make("def f(): return 1 / 0").run()
    except Exception as error:
        print(type(error).__name__, flush=True)
    sys.exit(0)
print("child", os.waitpid(child, 0)[1], flush=True)
print(made.run(3), flush=True)
"""
        )
        assert done.stdout.split() == ["2", "3", "TaskError", "child", "0", "4"], done.stderr

    def test_a_fork_while_a_run_is_under_way(self) -> None:
        done = script(
            PRELUDE
            + """
def fork():
    child = os.fork()
    if child == 0:
        print(make("def f(): return 5").run(), flush=True)
        os._exit(0)
    return os.waitpid(child, 0)[1]
print(make("def f(): return fork()", fork=fork).run())
"""
        )
        assert done.stdout.split() == ["5", "0"], done.stderr

    def test_importing_the_package_starts_nothing(self) -> None:
        done = script(
            "import sys, sandbox_tui; print('pydantic_monty' in sys.modules, 'asyncio' in sys.modules)"
        )
        assert done.stdout.split() == ["False", "False"], done.stderr


def _alive(pid: int) -> bool:
    try:
        status = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
        return status.rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def unrestricted(source: str) -> SandboxedTaskTemplate:
    """Built although the linter knows that it fails: what the sandbox itself refuses."""
    return template_from_source(source, kind="function", restrictions="runtime")


class TestDeterminism:
    @pytest.mark.parametrize(
        "expression",
        [
            "__import_time.time()",
            "__import_time.perf_counter()",
            "__import_datetime.datetime.now()",
            "__import_datetime.date.today()",
            "__import_random.random()",
            "__import_random.Random().random()",
        ],
    )
    def test_no_clock_and_no_entropy(self, expression: str) -> None:
        module = expression.split(".")[0].removeprefix("__import_")
        body = expression.replace(f"__import_{module}", module)
        with pytest.raises(TaskError, match="not supported in this environment") as caught:
            unrestricted(f"def f():\n    import {module}\n    return {body}").run()
        assert caught.value.line == 3

    def test_seeded_random_is_the_same_every_time(self) -> None:
        made = unrestricted("def f():\n    import random\n    random.seed(1)\n    return random.random()")
        assert made.run() == made.run() == 0.13436424411240122

    def test_no_files_and_no_environment(self) -> None:
        with pytest.raises(TaskError, match="Permission denied"):
            unrestricted("def f():\n    return open('/etc/hosts').read()").run()
        made = unrestricted(
            "def f():\n    import os\n    try:\n        return os.environ['HOME']\n    except RuntimeError as e:\n        return 'refused'"
        )
        assert made.run() == "refused"
