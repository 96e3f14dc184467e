"""What an external call gets: the externals of a document as callables that the engine calls.

Nothing here runs code of the file on the host: a mock (`sandbox`) runs in Monty, under the limits of its
task. An answer that cannot be given raises `AnswerError` or `UnansweredCallError`, which say which call it
was; they are errors of the run, not exceptions that the task should see.
"""

from __future__ import annotations

import ast
import builtins
import inspect
import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from ..sandbox.config import SandboxedConfig
from ..sandbox.errors import SandboxError, TaskError, UnansweredCallError
from ..sandbox.run import Call
from .document import ExternalSpec
from .errors import DocumentError
from .literals import LiteralError, write_literal
from .signatures import parse_signature

if TYPE_CHECKING:
    from ..sandbox.template import SandboxedTaskTemplate

Asker = Callable[[Call], Any]


class AnswerError(UnansweredCallError):
    """The configured answer cannot be given: a sequence has run out, a mock is broken, or the answer is one
    that is not run.
    """


def exception_class(name: str) -> type[Exception]:
    """The built-in exception that an answer `raise` names. Raises `ValueError` for any other name."""
    found = getattr(builtins, name, None)
    if not isinstance(found, type) or not issubclass(found, Exception):
        raise ValueError(f"error must be the name of a built-in exception such as ValueError, got {name!r}")
    try:
        found("")
    except TypeError:
        raise ValueError(f"error cannot be {name}: a message alone does not make one") from None
    return found


def call_text(call: Call, width: int = 60) -> str:
    """A call as one would write it, `pick(19.0, fast=True)`, long arguments cut."""
    parts = [_short(value, width) for value in call.args]
    parts += [f"{name}={_short(value, width)}" for name, value in call.kwargs.items()]
    return f"{call.function}({', '.join(parts)})"


def _short(value: Any, width: int) -> str:
    try:
        text = write_literal(value)
    except (LiteralError, RecursionError):
        text = f"<{type(value).__name__}>"
    return text if len(text) <= width else text[: width - 3] + "..."


class AnswerBook:
    """The answers of one run. Sequences are used up; make a new book for each run."""

    def __init__(
        self,
        externals: Mapping[str, ExternalSpec],
        *,
        config: SandboxedConfig | None = None,
        asker: Asker | None = None,
        filename: str = "<task>",
    ) -> None:
        """`asker` answers calls whose answer is `ask`; `filename` is what errors call the task's file.

        Raises `DocumentError` for a signature that cannot be read, an unknown exception, or an answer that
        lacks what it needs.
        """
        self._config = config or SandboxedConfig()
        self._asker = asker
        self._filename = filename
        self._externals = {name: self._make(name, spec) for name, spec in externals.items()}

    def externals(self) -> dict[str, Callable[..., Any]]:
        """The callables by name, as `template_from_source` takes them."""
        return dict(self._externals)

    def _make(self, name: str, spec: ExternalSpec) -> External:
        try:
            signature, is_async = parse_signature(spec.signature) if spec.signature else (None, False)
            answer = self._answer(spec)
        except (ValueError, SandboxError) as error:
            raise DocumentError(f"{self._filename}: externals.{name}: {error}") from None
        return External(
            name,
            signature,
            answer,
            is_async=is_async,
            immediate=spec.answer in ("return", "sequence", "raise"),
        )

    def _answer(self, spec: ExternalSpec) -> Callable[[Call], Any]:
        if spec.answer == "return":
            return lambda call: spec.value
        if spec.answer == "sequence":
            return _Sequence(spec.values, self._filename)
        if spec.answer == "raise":
            return _Raise(exception_class(spec.error or ""), spec.message)
        if spec.answer == "sandbox":
            return _Mock(spec, self._config, self._filename)
        if spec.answer == "python":
            return self._refused(
                f"its answer runs {spec.target} on the host, and no code of a file is run on the host"
            )
        if spec.answer == "replay":
            return self._refused(
                f"its answer is in the recording {spec.recording}, and this version reads no recordings"
            )
        return self._ask

    def _ask(self, call: Call) -> Any:
        if self._asker is None:
            raise UnansweredCallError(
                f"{call_text(call)} on line {call.line} has no answer: nobody is there to be asked",
                function=call.function,
                filename=self._filename,
                line=call.line,
            )
        return self._asker(call)

    def _refused(self, reason: str) -> Callable[[Call], Any]:
        def refuse(call: Call) -> Any:
            raise _failure(call, self._filename, reason)

        return refuse


class External:
    """One external: what the engine calls. `answer_call` answers with the whole call at hand; calling it does
    the same.

    `__signature__` (resolved types) is there only if the document gives one. `immediate` says that answering
    takes no time, so that it need not be done on a thread of its own; `is_async` that the document declares
    the function `async`.
    """

    def __init__(
        self,
        name: str,
        signature: inspect.Signature | None,
        answer: Callable[[Call], Any],
        *,
        is_async: bool = False,
        immediate: bool = False,
    ) -> None:
        self.__name__ = name
        self.__qualname__ = name
        if signature is not None:
            self.__signature__ = signature
        self.is_async = is_async
        self.immediate = immediate
        self._answer = answer

    def __repr__(self) -> str:
        return f"<external {self.__name__}>"

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.answer_call(Call(0, self.__name__, args, kwargs))

    def answer_call(self, call: Call) -> Any:
        """The value for `call`, or raises what the task is to see."""
        return self._answer(call)


def _failure(call: Call, filename: str, reason: str) -> AnswerError:
    message = f"{call_text(call)} on line {call.line} (call {call.number}) has no answer: {reason}"
    return AnswerError(message, function=call.function, filename=filename, line=call.line)


# --- the answers that need more than a line ---


class _Sequence:
    def __init__(self, values: list[Any], filename: str) -> None:
        self._values = values
        self._filename = filename
        self._used = 0
        self._lock = threading.Lock()

    def __call__(self, call: Call) -> Any:
        with self._lock:
            index = self._used
            self._used += 1
        if index >= len(self._values):
            count = len(self._values)
            had = f"its sequence has {count} value{'s' if count != 1 else ''}"
            reason = f"{had}, and this is call {index + 1} of {call.function}"
            raise _failure(call, self._filename, reason)
        return self._values[index]


class _Raise:
    def __init__(self, kind: type[Exception], message: str | None) -> None:
        self._kind = kind
        self._arguments = () if message is None else (message,)

    def __call__(self, call: Call) -> Any:
        raise self._kind(*self._arguments)


class _Mock:
    """A mock written as sandboxed Python: a function of the external's name (or the only one), helpers beside
    it if need be, or an expression over the parameters of the external's signature."""

    def __init__(self, spec: ExternalSpec, config: SandboxedConfig, filename: str) -> None:
        if spec.source is None:
            raise ValueError('answer = "sandbox" needs a source')
        self._name = spec.name
        self._source = spec.source
        self._config = config
        self._filename = filename
        self._function, self._is_async = _mock_function(spec.source, spec.name)
        self._signature = parse_signature(spec.signature)[0] if spec.signature else None
        if self._function is None and self._signature is None:
            raise ValueError(f"its source holds no function {spec.name}, and no signature names its inputs")
        self._templates: dict[tuple[str, ...], SandboxedTaskTemplate] = {}
        self._lock = threading.Lock()

    def __call__(self, call: Call) -> Any:
        try:
            template, inputs = self._prepared(call)
            result = template.execute(inputs)
        except SandboxError as refused:
            raise _failure(call, self._filename, f"its mock cannot be run: {refused}") from refused
        if result.ok:
            return result.result
        error = result.error
        if isinstance(error, TaskError):
            kind = getattr(builtins, error.error_type, None)
            if isinstance(kind, type) and issubclass(kind, Exception):
                try:
                    raised = kind(error.error_message) if error.error_message else kind()
                except TypeError:
                    raised = None
                if raised is not None:
                    raise raised from error
        raise _failure(call, self._filename, f"its mock failed: {error}") from error

    def _prepared(self, call: Call) -> tuple[SandboxedTaskTemplate, dict[str, Any]]:
        """The mock as a code string whose inputs are the call's arguments; one template a shape of call."""
        if self._function is None:
            inputs = self._bound(call)
            return self._template(tuple(inputs), self._source), inputs
        positional = {f"argument_{index}_": value for index, value in enumerate(call.args)}
        keyword = {f"keyword_{name}_": (name, value) for name, value in call.kwargs.items()}
        arguments = [*positional, *(f"{name}={each}" for each, (name, _) in keyword.items())]
        call_source = f"{'await ' if self._is_async else ''}{self._function}({', '.join(arguments)})"
        inputs = {**positional, **{each: value for each, (_, value) in keyword.items()}}
        return self._template(tuple(inputs), f"{self._source.rstrip()}\n{call_source}"), inputs

    def _bound(self, call: Call) -> dict[str, Any]:
        assert self._signature is not None
        try:
            bound = self._signature.bind(*call.args, **call.kwargs)
        except TypeError as error:
            raise TypeError(f"{call.function}() {error}") from None
        bound.apply_defaults()
        return dict(bound.arguments)

    def _template(self, names: tuple[str, ...], source: str) -> SandboxedTaskTemplate:
        from ..sandbox.building import template_from_source

        with self._lock:
            template = self._templates.get(names)
            if template is None:
                template = self._templates[names] = template_from_source(
                    source,
                    kind="code",
                    name=self._name,
                    inputs=dict.fromkeys(names, Any),
                    output=Any,
                    config=self._config,
                    restrictions="runtime",
                    filename=f"{self._filename} (the mock of {self._name})",
                )
            return template


def _mock_function(source: str, name: str) -> tuple[str | None, bool]:
    """The function of a mock to call, and whether it is async; None for a source without one. Raises
    `ValueError`.
    """
    try:
        body = ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        reason = error.msg if isinstance(error, SyntaxError) else str(error)
        line = f" on line {error.lineno}" if isinstance(error, SyntaxError) else ""
        raise ValueError(f"the source of its mock does not parse: {reason}{line}") from None
    functions = {
        each.name: each for each in body if isinstance(each, (ast.FunctionDef, ast.AsyncFunctionDef))
    }
    if not functions:
        return None, False
    if name not in functions and len(functions) > 1:
        raise ValueError(f"the source of its mock holds several functions, none of them named {name}")
    function = functions.get(name) or next(iter(functions.values()))
    return function.name, isinstance(function, ast.AsyncFunctionDef)
