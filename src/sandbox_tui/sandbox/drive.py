"""Drives one run of a task on one Monty session, from the first suspension to the end.

Every way in which a task can ask something of the host is answered here: an external call (its value, or a
future where the task awaits it), a name that it looks up, a sleep, and everything else, which is refused
inside the sandbox, where the task can catch it. An exception of an external is raised inside too.

The plain loop (a sync external, nobody watching) is kept as short as it can be; what observers, hooks and
futures need is beside it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from .awaited import Range
from .boundary import HandleTable, crossing_problem
from .crossing import StandInError, Way, arguments_error, refused
from .endpoint import Endpoint
from .errors import BoundaryError, RunCancelledError, UnansweredCallError
from .failure import Raised, sent_exception
from .handle_table import PLAIN
from .monty import monty
from .places import FEED
from .repeating import Answer, host_function
from .run import AnswerHook, Call, Cancellation, RunObserver
from .sleep_clock import SleepClock

if TYPE_CHECKING:
    import asyncio
    from concurrent.futures import Future

    from .places import Places
    from .true_texts import TrueTexts

_SLEEPS = ("system.sleep", "system.async_sleep")
FLYTE_MAP = "flyte_map"

# Answers kept for running again (to find the line of a breach, or whether a text is one); a run with more
# calls than that is not run again.
MOST_ANSWERS = 10_000


class Drive:
    """What one run needs to answer its task's calls, and what it remembers of them.

    `raised` holds the exceptions that the host sent in, newest last, for finding the cause of an uncaught
    one. `calls` is filled only when the run is watched (an observer or an answer hook is given, or
    `keep_calls`). `answers` is what the suspensions were resumed with, for as long as the run is `replayable`
    from them; `true_texts`, if given, is asked with them whether a text of an argument is one.
    """

    def __init__(
        self,
        endpoints: Mapping[str, Endpoint],
        table: HandleTable,
        *,
        places: Places,
        awaited: frozenset[Range] = frozenset(),
        hook: AnswerHook | None = None,
        observer: RunObserver | None = None,
        keep_calls: bool = False,
        cancellation: Cancellation | None = None,
        loop: asyncio.AbstractEventLoop | None = None,
        timeout: float = float("inf"),
        kill: Callable[[], None] | None = None,
        true_texts: TrueTexts | None = None,
    ) -> None:
        engine = monty()
        self._function_snapshot = engine.FunctionSnapshot
        self._name_snapshot = engine.NameLookupSnapshot
        self._complete = engine.MontyComplete
        self._endpoints = endpoints
        self._table = table
        self._places = places
        self._awaited = awaited
        self._hook = hook
        self._observer = observer
        self._watched = hook is not None or observer is not None or keep_calls
        self._cancellation = cancellation
        self._loop = loop
        self._pending: dict[int, Future[Any]] = {}
        self._clock = SleepClock(timeout, kill)
        self._true_texts = true_texts
        self._numbers = 0
        self.calls: list[Call] = []
        self.raised: list[Raised] = []
        self.answers: list[Answer] = []
        self.replayable = True

    def to_end(self, progress: Any) -> Any:
        """Answers suspensions until the task is done; returns its output. Monty's errors pass through."""
        function_snapshot, name_snapshot, complete = (
            self._function_snapshot,
            self._name_snapshot,
            self._complete,
        )
        try:
            while True:
                kind = type(progress)
                if kind is function_snapshot:
                    if progress.is_os_function:
                        progress = self._os_call(progress)
                    else:
                        progress = self._external_call(progress)
                elif kind is complete:
                    return progress.output
                elif kind is name_snapshot:
                    progress = self._name(progress)
                else:
                    progress = self._settle(progress)
        finally:
            self._clock.stop()
            for future in self._pending.values():
                future.cancel()

    @property
    def timed_out(self) -> bool:
        """Whether sleeping and computing together took longer than the time limit."""
        return self._clock.expired

    # External calls.

    def _external_call(self, snapshot: Any) -> Any:
        name = snapshot.function_name
        endpoint = self._endpoints.get(name)
        if endpoint is None or snapshot.object_id is not None:
            return self._other_call(snapshot, name)
        self._clock.pause()
        args, kwargs = snapshot.args, snapshot.kwargs
        problem = self._problem(endpoint.name, args, kwargs)
        if self._wants_future(snapshot):
            call = self._new_call(endpoint, snapshot, args, kwargs)
            self._pending[snapshot.call_id] = self._begin(endpoint, call, problem)
            self._clock.resume()
            return self._resume(snapshot, {"future": ...})
        if self._watched or endpoint.answer_call is not None or endpoint.is_async:
            call = self._new_call(endpoint, snapshot, args, kwargs)
            result = self._outcome(
                lambda: self._stoppable(endpoint, lambda: self._answer(endpoint, call, problem)), snapshot
            )
        else:
            try:
                if problem is not None:
                    raise problem
                if endpoint.check is not None:
                    endpoint.check(args, kwargs)
                answer = endpoint.function(*args, **kwargs)
                if type(answer) not in PLAIN or (type(answer) is str and not answer.isascii()):
                    answer = self._incoming(endpoint.name, self._awaited_value(answer))
                result = {"return_value": answer}
            except Exception as error:
                result = self._exception(error, snapshot)
        self._clock.resume()
        return self._resume(snapshot, result)

    def _resume(self, snapshot: Any, result: Answer) -> Any:
        if self._cancellation is not None:
            self._stop_if_cancelled()
        if self.replayable:
            self.answers.append(result)
            if len(self.answers) > MOST_ANSWERS:
                self._forget_answers()
        return snapshot.resume(result)

    def _forget_answers(self) -> None:
        self.replayable = False
        self.answers = []

    def _outcome(self, answer: Callable[[], Any], snapshot: Any = None) -> dict[str, Any]:
        try:
            return {"return_value": answer()}
        except Exception as error:
            return self._exception(error, snapshot)

    def _exception(self, error: Exception, snapshot: Any = None) -> dict[str, Any]:
        if isinstance(error, UnansweredCallError | RunCancelledError):
            # Not the task's business to catch.
            raise error
        raised = sent_exception(error)
        if snapshot is not None and snapshot.position.filename == FEED:
            place = self._places.of_bytes(snapshot.position.start, snapshot.position.end)
            raised = Raised(raised.error, raised.sent, place)
        self.raised.append(raised)
        return {"exception": raised.sent}

    def _new_call(
        self, endpoint: Endpoint, snapshot: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Call:
        self._numbers += 1
        call = Call(self._numbers, endpoint.name, args, kwargs)
        position = snapshot.position
        if position.filename == "<python-input-0>":
            place = self._places.of_bytes(position.start, position.end)
            call.line, call.column, call.end_line, call.end_column = place
        return call

    def _answer(self, endpoint: Endpoint, call: Call, problem: BoundaryError | None) -> Any:
        """Answers one call, watched: the value as Monty takes it. Raises what the task is to see.

        `problem` is what keeps the arguments from leaving the sandbox.
        """
        if self._watched:
            self.calls.append(call)
        if self._observer is not None:
            self._observer.call(call)
        began = time.perf_counter()
        try:
            if problem is not None:
                raise problem
            if endpoint.check is not None:
                endpoint.check(call.args, call.kwargs)
            if self._hook is None:
                answer = self._host_answer(endpoint, call)
            else:
                answer = self._hook(call, lambda: self._host_answer(endpoint, call))
            incoming = self._incoming(endpoint.name, answer)
        except Exception as error:
            call.error = error
            raise
        else:
            call.answer = answer
            return incoming
        finally:
            call.duration_ms = (time.perf_counter() - began) * 1000
            # The run has ended without this answer when it was cancelled meanwhile.
            if self._observer is not None and not self._cancelled:
                self._observer.answered(call)

    def _stoppable(self, endpoint: Endpoint, answer: Callable[[], Any]) -> Any:
        """`answer()`; where the run can be cancelled by its caller, on a thread of its own, which is left
        behind then: a host function that blocks cannot be ended.
        """
        if self._cancellation is None or self._loop is not None or endpoint.immediate:
            return answer()
        from .host_threads import threads

        future = threads.submit(answer)
        self._wait({future}, None)
        return future.result()

    def _wait(self, futures: set[Future[Any]], timeout: float | None) -> None:
        """Waits for the first of `futures`; raises `RunCancelledError` as soon as the run is cancelled."""
        from concurrent.futures import FIRST_COMPLETED, Future, wait

        if self._cancellation is None:
            wait(futures, timeout=timeout, return_when=FIRST_COMPLETED)
            return
        stopped: Future[Any] = Future()

        def stop() -> None:
            stopped.set_result(None)

        self._cancellation.on_cancel(stop)
        try:
            wait({*futures, stopped}, timeout=timeout, return_when=FIRST_COMPLETED)
        finally:
            self._cancellation.forget(stop)
        self._stop_if_cancelled()

    def _host_answer(self, endpoint: Endpoint, call: Call) -> Any:
        if endpoint.answer_call is not None:
            return endpoint.answer_call(call)
        return self._awaited_value(endpoint.function(*call.args, **call.kwargs))

    def _awaited_value(self, answer: Any) -> Any:
        """`answer`, or what it gives when awaited: a sync function may hand out a coroutine too."""
        while hasattr(answer, "__await__") and hasattr(answer, "send"):
            answer = self._await(answer)
        return answer

    def _await(self, coroutine: Any) -> Any:
        from .host_threads import submit_coroutine

        future = submit_coroutine(coroutine, self._loop)
        if self._cancellation is None:
            return future.result()
        self._cancellation.on_cancel(future.cancel)
        try:
            return future.result()
        finally:
            self._cancellation.forget(future.cancel)

    def _problem(self, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> BoundaryError | None:
        """What keeps arguments from leaving the sandbox.

        What only looks like a value (an instance of a class made in the sandbox) must not reach a host
        function, and what would not end when written out must not be walked by a check.
        """
        error = arguments_error(name, args, kwargs)
        if not isinstance(error, StandInError):
            return error
        told = self._texts_are_true(args, kwargs)
        return arguments_error(name, args, kwargs, Way.TOLD) if told else refused(error, told)

    def _texts_are_true(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> bool | None:
        """Whether no text in the arguments of the present call stands for something else; None where that
        cannot be found out.
        """
        if not self.replayable or self._true_texts is None:
            return None
        return self._true_texts.of_call(self.answers, args, kwargs)

    def _incoming(self, name: str, answer: Any) -> Any:
        if type(answer) is str or type(answer) not in PLAIN:
            problem = crossing_problem(answer, f"the answer of {name}()")
            if problem is not None:
                raise BoundaryError(problem)
        return self._table.wrap(answer)

    def _other_call(self, snapshot: Any, name: str) -> Any:
        if snapshot.object_id is not None:
            # A method of a handle, or its class called: nothing of a handle is reachable from inside.
            message = "cannot create a handle" if name == "__call__" else f"a handle has no method {name!r}"
            return self._resume(snapshot, self._exception(TypeError(message)))
        if name == FLYTE_MAP:
            self._clock.pause()
            result = self._outcome(lambda: self._flyte_map(snapshot))
            self._clock.resume()
            return self._resume(snapshot, result)
        return self._resume(snapshot, self._exception(NameError(f"name {name!r} is not defined")))

    def _name(self, snapshot: Any) -> Any:
        """A name that is read but not called at that place: `f = add`."""
        name = snapshot.variable_name
        if snapshot.object_id is None and (name in self._endpoints or name == FLYTE_MAP):
            return snapshot.resume(value=host_function(name))
        return snapshot.resume()

    # Calls that are awaited.

    def _wants_future(self, snapshot: Any) -> bool:
        if snapshot.allow_eager_await:
            return True
        if not self._awaited:
            return False
        position = snapshot.position
        return position.filename == "<python-input-0>" and (position.start, position.end) in self._awaited

    def _begin(self, endpoint: Endpoint, call: Call, problem: BoundaryError | None) -> Future[Any]:
        """Starts answering a call; it goes on beside the task and other calls."""
        from .host_threads import threads

        if endpoint.immediate and self._hook is None:
            from concurrent.futures import Future

            future: Future[Any] = Future()
            try:
                future.set_result(self._answer(endpoint, call, problem))
            except Exception as error:
                future.set_exception(error)
            return future
        return threads.submit(lambda: self._answer(endpoint, call, problem))

    def _settle(self, snapshot: Any) -> Any:
        """Waits until at least one of the pending futures is done, and hands over all that are, in the order
        of the calls.
        """
        self._clock.pause()
        # Monty reports pending calls in an order that differs between runs.
        identifiers = sorted(snapshot.pending_call_ids)
        futures = {self._pending[i] for i in identifiers if i in self._pending}
        self._wait(futures, self._clock.until_awake(identifiers))
        results: dict[int, dict[str, Any]] = self._clock.awake(identifiers)
        for identifier in identifiers:
            future = self._pending.get(identifier)
            if future is not None and future.done():
                del self._pending[identifier]
                results[identifier] = self._outcome(future.result)
        self._clock.resume()
        return self._resume(snapshot, results)

    def _flyte_map(self, snapshot: Any) -> Any:
        from .mapping import map_rows, map_settings

        settings = map_settings(snapshot.args, snapshot.kwargs, self._endpoints)
        endpoint = settings.endpoint
        problems = self._row_problems(endpoint.name, settings.rows, snapshot)
        calls = [self._new_call(endpoint, snapshot, row, {}) for row in settings.rows]
        answers = self._stoppable(
            endpoint,
            lambda: map_rows(
                lambda row: self._answer(endpoint, *row),
                list(zip(calls, problems)),
                concurrency=1 if endpoint.immediate else settings.concurrency,
                return_exceptions=settings.return_exceptions,
                stopped=lambda: self._cancelled,
            ),
        )
        self.raised.extend(Raised(answer, answer) for answer in answers if isinstance(answer, Exception))
        return answers

    def _row_problems(
        self, name: str, rows: list[tuple[Any, ...]], snapshot: Any
    ) -> list[BoundaryError | None]:
        problems = [arguments_error(name, row, {}) for row in rows]
        if any(isinstance(problem, StandInError) for problem in problems):
            # Asked once for all rows: they are the arguments of one call of flyte_map.
            told = self._texts_are_true(snapshot.args, snapshot.kwargs)
            if told:
                return [arguments_error(name, row, {}, Way.TOLD) for row in rows]
            return [refused(p, told) if isinstance(p, StandInError) else p for p in problems]
        return problems

    # What the task asks of the operating system.

    def _os_call(self, snapshot: Any) -> Any:
        name = snapshot.function_name
        if name not in _SLEEPS:
            return snapshot.resume_not_handled()
        seconds = snapshot.args[0]
        if name == "system.async_sleep":
            self._clock.sleep_beside(snapshot.call_id, seconds)
            return snapshot.resume({"future": ...})
        self._clock.sleep(seconds, self._cancellation)
        self._stop_if_cancelled()
        return snapshot.resume({"return_value": None})

    @property
    def _cancelled(self) -> bool:
        return self._cancellation is not None and self._cancellation.cancelled

    def _stop_if_cancelled(self) -> None:
        if self._cancelled:
            raise RunCancelledError("the run was stopped")
