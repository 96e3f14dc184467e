"""`SandboxedTaskTemplate`: a task ready to run, from a function, a code string or the text of a task file.

A template is built once (its source found, its restrictions and types checked) and run many times; each run
has a worker and a session of its own. However it is started, called included, it runs in the sandbox; only
`forward` calls the plain function.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from .boundary import HandleTable, checker
from .checking import EMPTY
from .config import SandboxedConfig
from .crossing import StandInError, refused
from .drive import FLYTE_MAP, Drive
from .errors import (
    BoundaryError,
    RunCancelledError,
    SandboxError,
)
from .failure import Raised, failure, time_limit
from .function_text import FunctionSource, argument_name, trailing_call
from .handle_table import PLAIN
from .interface import NOT_LITERAL, Interface
from .interrupt import kill_worker
from .locate import line_of_breach
from .monty import monty
from .places import Places
from .plan import Plan, plan_of_function, plan_of_source
from .pool import workers
from .references import _classify_refs, _discover_external_refs
from .repeating import Answer
from .run import AnswerHook, Call, Cancellation, RunObserver, RunResult
from .source import ExtractedSource
from .true_texts import TrueTexts

if TYPE_CHECKING:
    import asyncio


class SandboxedTaskTemplate:
    """A sandboxed task. Made by `TaskEnvironment.sandbox.orchestrator`, `orchestrator_from_str` or
    `template_from_source`.

    `name`, `interface` (`Interface`), `plugin_config` (`SandboxedConfig`), `task_type`, `description`,
    `retries.count`, `cache` and `image` are what they are on Flyte's templates; the last three are kept for
    it and change nothing here.
    """

    __sandbox_task__ = True
    task_type = "sandboxed-python"

    def __init__(
        self,
        *,
        name: str,
        interface: Interface,
        source_code: str,
        input_names: Sequence[str],
        places: Places,
        config: SandboxedConfig,
        is_async: bool = False,
        func: Callable[..., Any] | None = None,
        function: FunctionSource | ExtractedSource | None = None,
        externals: Mapping[str, Any] | None = None,
        options: Mapping[str, Any] | None = None,
        description: str = "",
    ) -> None:
        settings = dict(options or {})
        self.name = name
        self.interface = interface
        self.plugin_config = config
        self.description = description
        self.func = func
        self.retries = SimpleNamespace(count=settings.get("retries") or 0)
        self.cache = settings.get("cache", "disable")
        self.image = settings.get("image")
        self.options = settings
        self.is_async = is_async
        self.__name__ = self.short_name if self.short_name.isidentifier() else "task"
        self.__doc__ = getattr(func, "__doc__", None) or description or None
        self.parent_env: Callable[[], Any] = lambda: None
        self.parent_env_name: str | None = None
        self._source_code = source_code
        self._input_names = list(input_names)
        self._places = places
        self._function = function
        self._externals = dict(externals) if externals is not None else None
        self._limits = config.limits()
        self._external_refs = (
            _classify_refs(self._externals) if self._externals is not None else _discover_external_refs(func)  # type: ignore[arg-type]
        )
        self._parameters = {parameter.name: parameter for parameter in interface.parameters}
        self._required = [p.name for p in interface.parameters if not p.has_default]
        self._checks, self._check_output = self._compile_checks()
        self._plan: Plan | None = None

    # What Flyte's users know.

    @property
    def short_name(self) -> str:
        """The last part of the name: what code in a sandbox calls this template by."""
        if self.func is not None and "." not in self.name:
            return self.name
        return self.name.rsplit(".", 1)[-1]

    @property
    def _has_external_refs(self) -> bool:
        return any(self._external_refs.values())

    def _build_inputs(self, /, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Values by parameter name, from positional and keyword arguments, with the defaults that are known.

        Raises `BoundaryError` (a TypeError) for too many, unknown, doubled or missing ones.
        """
        names = self._input_names
        if len(args) > len(names):
            raise BoundaryError(
                f"{self.name} takes {_count(len(names), 'input')} ({', '.join(names)}), got {len(args)}"
            )
        inputs = dict(zip(names, args))
        for name, value in kwargs.items():
            if name in inputs:
                raise BoundaryError(f"{self.name} got two values for input {name!r}")
            if name not in self._parameters:
                raise BoundaryError(
                    f"{self.name} has no input {name!r}: it takes {', '.join(names) or 'none'}"
                )
            inputs[name] = value
        self._complete(inputs)
        return inputs

    def _complete(self, inputs: dict[str, Any]) -> None:
        """Adds the defaults that are known; the others are left to the sandbox, which evaluates them
        itself.
        """
        if len(inputs) == len(self._input_names):
            return
        missing = [name for name in self._required if name not in inputs]
        if missing:
            raise BoundaryError(
                f"{self.name} needs a value for {', '.join(repr(name) for name in missing)}", path=missing[0]
            )
        for name in self._input_names:
            if name not in inputs and self._parameters[name].default is not NOT_LITERAL:
                inputs[name] = self._parameters[name].default

    async def _run_sandboxed(self, /, *args: Any, **kwargs: Any) -> Any:
        """Runs in the sandbox; Flyte's name for `aio`."""
        return await self.aio(*args, **kwargs)

    def forward(self, /, *args: Any, **kwargs: Any) -> Any:
        """Calls the plain function, on the host and without the sandbox. A code string has none:
        `NotImplementedError`.
        """
        if self.func is None:
            raise NotImplementedError(
                f"{self.name} does not support forward(): it has no Python function, only source code"
            )
        return self.func(*args, **kwargs)

    # Running.

    def __call__(self, /, *args: Any, **kwargs: Any) -> Any:
        """Runs in the sandbox: the result, or for an `async def` task an awaitable of it."""
        if self.is_async:
            return self.aio(*args, **kwargs)
        return self.run(*args, **kwargs)

    def run(self, /, *args: Any, **kwargs: Any) -> Any:
        """Runs in the sandbox and returns the result.

        What the task prints goes to this process's standard output. Raises from the `SandboxError` family:
        `BoundaryError` for inputs or an output that do not fit, `UnresolvedReferenceError`, `TaskError`, a
        `LimitError`, `WorkerCrashedError`.
        """
        plan = self._current_plan()
        inputs = self._build_inputs(*args, **kwargs)
        if plan.is_pure:
            return self._run_pure(plan, inputs)
        return self._drive(plan, inputs)

    async def aio(self, /, *args: Any, **kwargs: Any) -> Any:
        """`run` for event loops: the loop stays free, async externals run on it, and cancelling ends the run
        at once.
        """
        import asyncio

        from .host_threads import threads

        inputs = self._build_inputs(*args, **kwargs)
        loop = asyncio.get_running_loop()
        cancellation = Cancellation()
        future = threads.submit(
            lambda: self._drive(self._current_plan(), inputs, cancellation=cancellation, loop=loop)
        )
        try:
            return await asyncio.wrap_future(future)
        except asyncio.CancelledError:
            cancellation.cancel()
            raise

    def call_sandboxed(self, /, *args: Any, **kwargs: Any) -> Any:
        """This template as an external of another: `run`, also where it is async."""
        return self.run(*args, **kwargs)

    def execute(
        self,
        inputs: Mapping[str, Any],
        *,
        answer: AnswerHook | None = None,
        observer: RunObserver | None = None,
        cancellation: Cancellation | None = None,
    ) -> RunResult:
        """Runs in the sandbox, watched; how it ended is in the result, also when it failed.

        `inputs` are values by name. `answer` answers the external calls in place of the externals, `observer`
        is told of calls and printed output while it runs, `cancellation` can stop it. Raises only what the
        hooks themselves raise outside a call.
        """
        began = time.perf_counter()
        printed: list[str] = []

        def output(_: str, text: str) -> None:
            printed.append(text)
            if observer is not None:
                observer.output(text)

        calls: list[Call] = []
        result: Any = None
        error: SandboxError | None = None
        try:
            wrong = next((name for name in inputs if not isinstance(name, str)), None)
            if wrong is not None:
                raise BoundaryError(f"{self.name} has no input {wrong!r}: inputs are named by text")
            values = self._build_inputs(**inputs)
            result = self._drive(
                self._current_plan(),
                values,
                hook=answer,
                observer=observer,
                cancellation=cancellation,
                calls=calls,
                output=output,
            )
        except SandboxError as caught:
            error = caught
        duration = (time.perf_counter() - began) * 1000
        # Calls that overlap are begun by threads, in an order of their own.
        calls.sort(key=lambda call: call.number)
        return RunResult(error is None, result, error, "".join(printed), tuple(calls), duration)

    def _current_plan(self) -> Plan:
        """What this run shares with the others; made when there is none, or no true one any more."""
        plan = self._plan
        if plan is not None and plan.is_current():
            return plan
        type_check = self.plugin_config.type_check
        if isinstance(self._function, ExtractedSource) and self.func is not None:
            plan, externals = plan_of_function(
                self.func, self._function, self._source_code, self._places, type_check=type_check
            )
            self._external_refs = _classify_refs(externals)
        else:
            plan = plan_of_source(
                self._externals or {},
                self._input_names,
                self._function,
                self._source_code,
                self._places,
                type_check=type_check,
            )
        self._plan = plan
        return plan

    def _compile_checks(
        self,
    ) -> tuple[list[tuple[str, str, Callable[[Any, str], Any]]], Callable[[Any, str], Any] | None]:
        if not self.plugin_config.type_check:
            return [], None
        checks = [
            (name, f"inputs.{name}", checker(Any if tp is EMPTY else tp))
            for name, (tp, _) in self.interface.inputs.items()
        ]
        return checks, checker(self._output_type(), outgoing=True)

    # One run.

    def _run_pure(self, plan: Plan, inputs: dict[str, Any]) -> Any:
        """A task without external calls: one feed."""
        code, values, table = self._feed(plan, inputs)
        with workers.checkout(self._limits) as session:
            try:
                output = session.feed_run(code, inputs=values)
            except monty().MontyError as error:
                raise self._failure(error, code, values, (), ()) from None
        return self._result(output, table, lambda: TrueTexts(code, values, self._limits, ()), ())

    def _feed(self, plan: Plan, inputs: dict[str, Any]) -> tuple[str, dict[str, Any], HandleTable]:
        """The code to feed for these inputs, and Monty's inputs for it."""
        for name, path, check in self._checks:
            if name in inputs:
                check(inputs[name], path)
        table = HandleTable()
        code = self._source_code
        values = inputs
        if self._function is not None:
            if len(inputs) < len(self._input_names):
                code = f"{self._function.code}\n{trailing_call(self._function, inputs)}"
            if self._function.name in inputs:
                values = {argument_name(self._function.name, name): value for name, value in inputs.items()}
        if plan.injected:
            values = {**plan.injected, **values}
        for value in values.values():
            if type(value) not in PLAIN:
                values = {name: _wrapped(table, name, value) for name, value in values.items()}
                break
        return code, values, table

    def _drive(
        self,
        plan: Plan,
        inputs: dict[str, Any],
        *,
        hook: AnswerHook | None = None,
        observer: RunObserver | None = None,
        cancellation: Cancellation | None = None,
        loop: asyncio.AbstractEventLoop | None = None,
        calls: list[Call] | None = None,
        output: Callable[[str, str], None] | None = None,
    ) -> Any:
        """A task with external calls, or one that is watched: from suspension to suspension."""
        code, values, table = self._feed(plan, inputs)
        checkout = workers.checkout(self._limits)
        externals = (*plan.endpoints, FLYTE_MAP)
        true_texts = TrueTexts(code, values, self._limits, externals)
        with checkout as session:

            def kill() -> None:
                kill_worker(checkout.pid)

            if cancellation is not None:
                cancellation.on_cancel(kill)
            drive = Drive(
                plan.endpoints,
                table,
                places=self._places,
                awaited=plan.awaited,
                hook=hook,
                observer=observer,
                keep_calls=calls is not None,
                cancellation=cancellation,
                loop=loop,
                timeout=self.plugin_config.timeout_ms / 1000,
                kill=kill,
                true_texts=true_texts,
            )
            if calls is not None:
                drive.calls = calls
            try:
                result = drive.to_end(session.feed_start(code, inputs=values, print_callback=output))
            except monty().MontyError as error:
                if cancellation is not None and cancellation.cancelled:
                    raise RunCancelledError("the run was stopped", filename=self._places.filename) from None
                answers = drive.answers if drive.replayable else None
                if drive.timed_out:
                    line = self._line_of_breach(code, values, answers)
                    raise time_limit(self.plugin_config, (), self._places.filename, line) from None
                found = self._failure(error, code, values, drive.raised, answers)
                raise found from found.__cause__
            finally:
                true_texts.close()
                if cancellation is not None:
                    cancellation.forget(kill)
        answers = drive.answers if drive.replayable else None
        return self._result(result, table, lambda: TrueTexts(code, values, self._limits, externals), answers)

    def _failure(
        self,
        error: Any,
        code: str,
        values: dict[str, Any],
        raised: Sequence[Raised],
        answers: Sequence[Any] | None,
    ) -> SandboxError:
        return failure(
            error,
            self._places,
            self.plugin_config,
            raised,
            self.name,
            lambda: self._line_of_breach(code, values, answers),
        )

    def _line_of_breach(self, code: str, values: dict[str, Any], answers: Sequence[Any] | None) -> int | None:
        """The line in the user's file on which a run passed a limit; `answers` is None where it cannot be
        repeated.
        """
        if answers is None:
            return None
        externals = () if self._plan is None else self._plan.endpoints
        line = line_of_breach(code, values, self._limits, answers, externals)
        return None if line is None else self._places.to_file(line, 1)[0]

    def _result(
        self,
        output: Any,
        table: HandleTable,
        true_texts: Callable[[], TrueTexts],
        answers: Sequence[Answer] | None,
    ) -> Any:
        """What the task gives back, checked; `answers` is None where the run cannot be repeated."""
        if type(output) not in PLAIN:
            output = table.unwrap(output)
        if self._check_output is None:
            return output
        try:
            return self._check_output(output, "result")
        except StandInError as error:
            told = None
            if answers is not None:
                with closing(true_texts()) as asked:
                    told = asked.of_result(answers, output)
            if not told:
                raise refused(error, told) from None
        return checker(self._output_type(), outgoing=True, told=True)(output, "result")

    def _output_type(self) -> Any:
        return None if self.interface.returns_none else self.interface.outputs.get("o0", Any)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name}({', '.join(self._input_names)})>"


class CodeTaskTemplate(SandboxedTaskTemplate):
    """A task made from a code string; the value of its last expression is the result."""


def _wrapped(table: HandleTable, name: str, value: Any) -> Any:
    try:
        return table.wrap(value)
    except BoundaryError as error:
        path = f"inputs.{name}{error.path or ''}"
        raise BoundaryError(f"{path}: {error.message}", path=path) from None


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
