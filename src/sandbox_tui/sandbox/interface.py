"""A task's interface: its parameters and output type, from a function object or from a function's text."""

from __future__ import annotations

import inspect
import sys
import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal, cast

from .annotations import resolve_annotation
from .boundary import validate_sandboxed_interface
from .errors import BoundaryError, SourceError

if TYPE_CHECKING:
    from .function_text import FunctionSource

ParameterKind = Literal["positional_only", "positional_or_keyword", "keyword_only"]


class _NotLiteral:
    def __repr__(self) -> str:
        return "<not a literal>"


NOT_LITERAL: Final[Any] = _NotLiteral()
"""The `default` of a parameter that has one, where its value cannot be told from the text."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a task.

    `annotation` is its text (None when there is none) and `type` what it stands for, `Any` where it is
    missing or cannot cross the boundary. `default` is the value (`NOT_LITERAL` where the text does not tell
    it, None without a default), `default_text` the expression as the task's code has it.
    """

    name: str
    annotation: str | None
    type: Any
    kind: ParameterKind
    has_default: bool
    default: Any = None
    default_text: str | None = None


@dataclass(frozen=True)
class Interface:
    """`inputs` {name: (type, default or `inspect.Parameter.empty`)}; `outputs` {"o0": type}, or {} for a task
    that returns None (`returns_none`: it is declared to) or does not say.
    """

    inputs: dict[str, tuple[Any, Any]]
    outputs: dict[str, Any]
    parameters: tuple[Parameter, ...]
    returns_none: bool = False


def interface_of(
    task: Callable[..., Any] | FunctionSource, *, localns: Mapping[str, Any] | None = None
) -> Interface:
    """The interface of a function object or of a function's text, every type resolved and allowed at the
    boundary.

    A function's string annotations see its module, the scopes around it (those it closes over, and those
    still running), and `localns`. Raises `BoundaryError` that names the parameter, the exact part and the
    place; `SourceError` for parameters that a task cannot have and for generators.
    """
    from .function_text import FunctionSource

    if isinstance(task, FunctionSource):
        return _interface_of_text(task)
    return _interface_of_function(task, localns)


def _interface_of_text(function: FunctionSource) -> Interface:
    if function.generator_line is not None:
        raise SourceError(
            f"{function.name}: a sandboxed task cannot be a generator", line=function.generator_line
        )
    parameters = []
    for parameter in function.parameters:
        tp = _resolved(f"input '{parameter.name}'", parameter.name, parameter.annotation, None, function.line)
        parameters.append(Parameter(**{**_fields(parameter), "type": tp}))
    output = _resolved("output 'o0'", "o0", function.returns, None, function.returns_line or function.line)
    return _interface(parameters, None if function.returns is None else output)


def _fields(parameter: Parameter) -> dict[str, Any]:
    return {name: getattr(parameter, name) for name in Parameter.__slots__}


def _resolved(subject: str, name: str, text: str | None, filename: str | None, line: int | None) -> Any:
    if text is None:
        return Any
    try:
        return resolve_annotation(text)
    except BoundaryError as error:
        message = error.message.replace("annotation", subject, 1)
        raise BoundaryError(message, path=name, filename=filename, line=line) from None


def _interface(parameters: list[Parameter], output: Any) -> Interface:
    inputs = {p.name: (p.type, p.default if p.has_default else inspect.Parameter.empty) for p in parameters}
    outputs = {} if output is None or output is type(None) else {"o0": output}
    return Interface(inputs, outputs, tuple(parameters), returns_none=output is type(None))


def _interface_of_function(func: Callable[..., Any], localns: Mapping[str, Any] | None) -> Interface:
    from .source import plain_function

    plain = plain_function(func)
    filename, line = plain.__code__.co_filename, plain.__code__.co_firstlineno
    annotations = _annotations(plain)
    parameters = parameters_of_function(plain)
    hints: dict[str, Any] = {}
    names = [p.name for p in parameters]
    for name in [*names, "return"]:
        if name in annotations:
            subject = "output 'o0'" if name == "return" else f"input '{name}'"
            hints[name] = _hint(
                plain, annotations[name], localns, subject, "o0" if name == "return" else name
            )
    resolved = [Parameter(**{**_fields(p), "type": hints.get(p.name, Any)}) for p in parameters]
    interface = _interface(resolved, hints.get("return"))
    try:
        validate_sandboxed_interface(interface.inputs, interface.outputs)
    except BoundaryError as error:
        raise BoundaryError(error.message, path=error.path, filename=filename, line=line) from None
    return interface


def parameters_of_function(func: types.FunctionType) -> list[Parameter]:
    """The parameters of a function object, defaults as the host has evaluated them, types not resolved yet.

    Raises `SourceError` for `*args` and `**kwargs`.
    """
    annotations = _annotations(func)
    parameters = []
    for name, parameter in inspect.signature(func, follow_wrapped=False).parameters.items():
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            stars = "*" if parameter.kind is parameter.VAR_POSITIONAL else "**"
            raise SourceError(
                f"{func.__qualname__} takes {stars}{name}: a sandboxed task has named parameters only",
                filename=func.__code__.co_filename,
                line=func.__code__.co_firstlineno,
            )
        has_default = parameter.default is not parameter.empty
        annotation = annotations.get(name, Any)
        parameters.append(
            Parameter(
                name=name,
                annotation=_annotation_text(annotation) if name in annotations else None,
                type=annotation,
                kind=cast(ParameterKind, parameter.kind.name.lower()),
                has_default=has_default,
                default=parameter.default if has_default else None,
            )
        )
    return parameters


def _annotation_text(annotation: Any) -> str:
    from .annotations import type_text

    return type_text(annotation)


def _annotations(func: types.FunctionType) -> dict[str, Any]:
    try:
        return dict(func.__annotations__)
    except NameError:
        # From Python 3.14 on annotations are evaluated only now, and may name what is imported for type
        # checkers alone.
        import annotationlib  # type: ignore[import-not-found, unused-ignore]

        return dict(annotationlib.get_annotations(func, format=annotationlib.Format.STRING))


def _hint(
    func: types.FunctionType, annotation: Any, localns: Mapping[str, Any] | None, subject: str, name: str
) -> Any:
    """One annotation with `typing.get_type_hints`' meaning, and its own error."""
    if annotation is None:
        return type(None)
    if type(annotation) is type:
        return annotation
    holder = types.SimpleNamespace(__annotations__={name: annotation})
    try:
        return typing.get_type_hints(holder, func.__globals__, _scopes_around(func, localns))[name]
    except Exception as error:
        # A name that is only there for type checkers (`if TYPE_CHECKING: from flyte.io import File`) is
        # understood all the same.
        if isinstance(annotation, str):
            return _resolved(
                subject, name, annotation, func.__code__.co_filename, func.__code__.co_firstlineno
            )
        raise BoundaryError(
            f"{subject} has unsupported type `{_annotation_text(annotation)}`: {error}",
            path=name,
            filename=func.__code__.co_filename,
            line=func.__code__.co_firstlineno,
        ) from error


def _scopes_around(func: types.FunctionType, localns: Mapping[str, Any] | None) -> dict[str, Any]:
    """The names that the scopes around a function hold: what it closes over, and enclosing functions that are
    running now.
    """
    scopes: dict[str, Any] = {}
    frame: types.FrameType | None = sys._getframe()
    while frame is not None:
        if func.__code__ in frame.f_code.co_consts:
            scopes.update(frame.f_locals)
            break
        frame = frame.f_back
    for name, cell in zip(func.__code__.co_freevars, func.__closure__ or ()):
        try:
            scopes[name] = cell.cell_contents
        except ValueError:
            # Not bound yet.
            continue
    scopes.update(localns or {})
    return scopes
