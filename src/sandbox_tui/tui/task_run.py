"""One run of a document: what it runs, what it printed and called so far, what it asks, and how it is
stopped.

`execute` blocks and belongs on a thread of its own; everything else may be called from any thread at any
time. Nothing here knows of widgets: `changed` is called, from the run's threads, when a question opens or
closes; whoever shows the run looks at the rest when it likes.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from ..sandbox.errors import SandboxError
from ..sandbox.run import Call, Cancellation, RunObserver, RunResult
from ..workspace.document import Document, ExternalSpec
from .calls.questions import Question, Questions


class TaskRun(RunObserver):
    """A run of `document` with `inputs`; with `stepping` it halts before each external call."""

    def __init__(
        self,
        document: Document,
        inputs: Mapping[str, Any],
        *,
        stepping: bool = False,
        changed: Callable[[], None] = lambda: None,
    ) -> None:
        self.document = document
        self.inputs = dict(inputs)
        self.stepping = stepping
        self.result: RunResult | None = None
        self.changed = changed
        self.questions = Questions(lambda: self.changed())
        self.cancellation = Cancellation()
        self.started = time.monotonic()
        self._lock = threading.Lock()
        self._calls: list[Call] = []
        self._output: list[str] = []
        self._externals: Mapping[str, ExternalSpec] = {}

    # What the run's thread does

    def execute(self) -> RunResult:
        """Builds the task and runs it to its end; whatever happens is in the result, nothing is raised for
        it.
        """
        from .session import effective_externals

        try:
            self._externals = effective_externals(self.document)
            template = self.document.build_template(asker=self._ask)
            self.cancellation.on_cancel(self.questions.close)
            result = template.execute(
                self.inputs,
                answer=self._answer if self.stepping else None,
                observer=self,
                cancellation=self.cancellation,
            )
        except SandboxError as error:
            result = RunResult(False, None, error, "".join(self._output), tuple(self._calls), 0.0)
        except Exception as error:  # a file of the task that is missing, a value that TOML cannot say
            result = RunResult(
                False,
                None,
                SandboxError(f"{type(error).__name__}: {error}"),
                "".join(self._output),
                tuple(self._calls),
                0.0,
            )
        self.questions.close()
        self.result = result
        return result

    def _ask(self, call: Call) -> Any:
        return self.questions.ask(self._question(call, "ask"), None)

    def _answer(self, call: Call, default: Callable[[], Any]) -> Any:
        if not self.stepping:
            return default()
        question = self._question(call, "step")
        return self.questions.ask(question, None if question.answer == "ask" else default)

    def _question(self, call: Call, kind: Any) -> Question:
        external = self._externals.get(call.function)
        if external is None:
            return Question(call, kind, answer="host")
        from .settings.answers import answer_line

        return Question(
            call,
            kind,
            answer=external.answer,
            returns=return_type(external.signature),
            names=parameter_names(external.signature),
            configured=answer_line(external),
        )

    # What the engine tells

    def call(self, call: Call) -> None:
        with self._lock:
            self._calls.append(call)

    def output(self, text: str) -> None:
        with self._lock:
            self._output.append(text)

    # What the screen asks and does

    def calls(self, start: int = 0) -> list[Call]:
        """The calls so far, from the one with index `start` (0-based)."""
        with self._lock:
            return self._calls[start:]

    def printed(self, start: int = 0) -> tuple[str, int]:
        """What was printed since the chunk with index `start`, and the index to ask from next."""
        with self._lock:
            return "".join(self._output[start:]), len(self._output)

    @property
    def running(self) -> bool:
        """Whether it has not ended yet."""
        return self.result is None

    def release(self) -> None:
        """Halts at no further call."""
        self.stepping = False
        self.questions.release()

    def stop(self) -> None:
        """Ends the run at once, whatever it does."""
        self.cancellation.cancel()
        self.questions.close()


def return_type(signature: str | None) -> Any:
    """The type after the arrow of an external's signature (`(x: int) -> float`), None where there is none to
    be read.
    """
    if not signature or "->" not in signature:
        return None
    from ..sandbox.boundary import resolve_annotation

    try:
        return resolve_annotation(signature.rsplit("->", 1)[1].strip())
    except SandboxError:
        return None


def parameter_names(signature: str | None) -> tuple[str, ...]:
    """The names that positional arguments have by an external's signature; none where it cannot be read."""
    from ..workspace.signatures import parse_signature

    try:
        parameters = parse_signature(signature or "")[0].parameters.values()
    except ValueError:
        return ()
    return tuple(
        each.name for each in parameters if each.kind in (each.POSITIONAL_ONLY, each.POSITIONAL_OR_KEYWORD)
    )
