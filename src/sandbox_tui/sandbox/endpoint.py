"""One external as a run sees it: a name, what answers a call, and what its arguments must be.

Whatever may be given as an external (a function, sync or async, an `env.task`, another template, a Flyte
task, a task file's configured answer) becomes an `Endpoint` here, so that the run knows one kind of thing
only.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from .boundary import checker
from .errors import BoundaryError
from .run import Call

# Marks the classes whose instances are tasks of this package, without importing them here.
TASK_MARK = "__sandbox_task__"


class Endpoint:
    """How one external is called.

    `function` takes the task's arguments and gives the value or, where `is_async`, a coroutine of it.
    `answer_call`, where the external has one, takes the whole `Call` instead. `immediate` answers take no
    time; they are given in the order of the calls, one after the other, so that a sequence of answers is a
    sequence. `check` refuses arguments that do not fit the declared types.
    """

    __slots__ = ("answer_call", "check", "function", "immediate", "is_async", "name")

    def __init__(self, name: str, external: Any, *, type_check: bool = True) -> None:
        self.name = name
        self.answer_call: Callable[[Call], Any] | None = getattr(external, "answer_call", None)
        self.immediate = bool(getattr(external, "immediate", False))
        self.function = _function(external)
        self.is_async = inspect.iscoroutinefunction(self.function)
        self.check = _argument_check(name, external) if type_check else None


def _function(external: Any) -> Callable[..., Any]:
    sandboxed: Callable[..., Any] | None = getattr(external, "call_sandboxed", None)
    if sandboxed is not None:
        return sandboxed
    if getattr(external, "task_type", None) == "sandboxed-python":
        return _flyte_orchestrator(external)
    # An ordinary task of ours or of Flyte: its own function, not the machinery around it.
    if getattr(external, TASK_MARK, False) or _is_flyte_task(external):
        external = external.func
    if not callable(external):
        raise TypeError(f"an external must be callable, got {type(external).__name__}")
    function: Callable[..., Any] = external
    return function


def _is_flyte_task(external: Any) -> bool:
    return type(external).__module__.split(".")[0] == "flyte" and callable(getattr(external, "func", None))


def _flyte_orchestrator(external: Any) -> Callable[..., Any]:
    """A sandboxed task of the real Flyte: run in a sandbox of ours (Flyte's own call would run it on the
    host).
    """
    from .building import template_of_flyte

    return template_of_flyte(external).call_sandboxed


def external_name(external: Any) -> str:
    """The name by which code in the sandbox calls `external`: the function's, or the last part of a
    template's.

    Raises `TypeError` for what has no name (a `functools.partial`) or none that code could use (a lambda).
    """
    if getattr(external, TASK_MARK, False):
        name = external.short_name
    else:
        # A Flyte task's own `__name__` is missing; its function has one.
        named = external.func if _is_flyte_task(external) else external
        name = getattr(named, "__name__", None)
    if not isinstance(name, str):
        raise TypeError(f"an external needs a name: {type(external).__name__} has no __name__")
    if not name.isidentifier():
        raise TypeError(f"an external needs a name that code can call, got {name!r}")
    return name


def _argument_check(name: str, external: Any) -> Callable[[tuple[Any, ...], dict[str, Any]], None] | None:
    """A check of call arguments against the external's signature; None where it declares nothing that can be
    checked.
    """
    try:
        signature = _signature(external)
    except (TypeError, ValueError, NameError):
        return None
    kinds = inspect.Parameter
    checks: dict[str, Callable[[Any, str], Any]] = {}
    plain: list[Callable[[Any, str], Any] | None] = []
    paths: list[str] = []
    positional_only_form = True
    for parameter in signature.parameters.values():
        if parameter.kind in (kinds.VAR_POSITIONAL, kinds.VAR_KEYWORD, kinds.KEYWORD_ONLY):
            positional_only_form = False
        check = _parameter_check(parameter.annotation)
        if check is not None:
            checks[parameter.name] = check
        plain.append(check)
        paths.append(f"{name}({parameter.name})")
    required = sum(p.default is kinds.empty for p in signature.parameters.values())
    most = len(plain)

    def check_arguments(args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        if not kwargs and positional_only_form and required <= len(args) <= most:
            for value, check, path in zip(args, plain, paths):
                if check is not None:
                    check(value, path)
            return
        try:
            bound = signature.bind(*args, **kwargs)
        except TypeError as error:
            raise BoundaryError(f"{name}(): {error}") from None
        for key, value in bound.arguments.items():
            if key in checks:
                check = checks[key]
                kind = signature.parameters[key].kind
                if kind is kinds.VAR_POSITIONAL:
                    for item in value:
                        check(item, f"{name}(*{key})")
                elif kind is kinds.VAR_KEYWORD:
                    for item_key, item in value.items():
                        check(item, f"{name}({item_key})")
                else:
                    check(value, f"{name}({key})")

    return check_arguments


def _parameter_check(annotation: Any) -> Callable[[Any, str], Any] | None:
    if annotation is inspect.Parameter.empty or annotation is Any:
        return None
    try:
        return checker(annotation)
    except BoundaryError:
        # A host function may take what the sandbox can never send; that is between the two of them.
        return None


def _signature(external: Any) -> inspect.Signature:
    declared = getattr(external, "__signature__", None)
    if isinstance(declared, inspect.Signature):
        return declared
    function = external.func if getattr(external, TASK_MARK, False) or _is_flyte_task(external) else external
    if not inspect.isroutine(function):
        raise TypeError("no signature to go by")
    return inspect.signature(function, eval_str=True)
