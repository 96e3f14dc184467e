"""SBX7xx: what the real Flyte gets wrong or refuses of a task that runs here.

Observed with Flyte 2.12 and the Monty 1.0.0 it pins; a test feeds each example to it. This module has the
rules about parameters; its neighbours those about types, calls and handles.
"""

from __future__ import annotations

import ast
import re

from ..context import Context
from ..diagnostic import Edit, Fix
from ..external_uses import external_uses
from ..index import Function, bounded, parameters_of, task_function
from . import portability_calls, portability_handles, portability_types
from .rule import FLYTE, Rule

_STAR = re.compile(r"[\s,(]*(\*\s*,\s*)\Z")


def _keyword_only(tree: ast.Module, context: Context) -> None:
    function = task_function(context)
    if function is None:
        return
    for argument in function.args.kwonlyargs:
        message = f"keyword-only parameter {argument.arg}: Flyte passes inputs by position; leave out the *"
        context.report_node(KEYWORD_ONLY, argument, message, _without_star(function, context))


def _without_star(function: Function, context: Context) -> Fix | None:
    """Takes the `*` out, if the parameters then still have their defaults last."""
    arguments, source = function.args, context.source
    defaults = [default is not None for _, default in parameters_of(function)]
    if arguments.vararg is not None or defaults != sorted(defaults):
        return None
    first = arguments.kwonlyargs[0]
    end = source.offset(source.start(first))
    match = _STAR.search(source.text, max(0, end - 200), end)
    if match is None:
        return None
    edit = Edit(source.position(match.start(1)), source.position(match.end(1)), "")
    return Fix("Take the parameters by position too", (edit,), "safe")


def _named_like_task(tree: ast.Module, context: Context) -> None:
    function = task_function(context)
    for argument, _ in parameters_of(function) if function is not None else ():
        if function is not None and argument.arg == function.name:
            message = (
                f"parameter {argument.arg} has the task's own name: Flyte passes the function itself; "
                "rename one of the two"
            )
            context.report_node(NAMED_LIKE_TASK, argument, message)


def _computed_default(tree: ast.Module, context: Context) -> None:
    function = task_function(context)
    if function is None or not any(default is not None for _, default in parameters_of(function)):
        return
    uses = external_uses(context)
    for argument, default in parameters_of(function):
        if default is None:
            continue
        outside = [
            each for each in ast.walk(default) if isinstance(each, ast.Name) and uses.is_external(each)
        ]
        if outside:
            message = (
                f"the default of {argument.arg} needs {outside[0].id}, which Flyte does not have there: "
                "write the value itself, or make it None and compute it in the body"
            )
            context.report_node(COMPUTED_DEFAULT, default, message)


KEYWORD_ONLY = Rule(
    code="SBX703",
    name="keyword-only-parameter",
    summary="A keyword-only parameter of the task.",
    why="Flyte calls the task with all inputs by position, so that the call is refused.",
    instead="The parameter without the `*` before it: inputs have names all the same.",
    bad="def total(price: float, *, rate: float) -> float:\n    return price * rate\n",
    good="def total(price: float, rate: float) -> float:\n    return price * rate\n",
    profiles=FLYTE,
    nodes=(ast.Module,),
    find=bounded(_keyword_only),
    fix="takes the parameters by position, too; safe",
)

COMPUTED_DEFAULT = Rule(
    code="SBX713",
    name="computed-default",
    summary="A default that needs a name from outside the task.",
    why="Flyte takes along the function's source alone, in which such a name is undefined.",
    instead="The value itself, or None as the default and the computation in the body.",
    bad="def double(n: int = lookup(1)) -> int:\n    return n * 2\n",
    good="def double(n: int = 1) -> int:\n    return n * 2\n",
    profiles=FLYTE,
    nodes=(ast.Module,),
    find=bounded(_computed_default),
)

NAMED_LIKE_TASK = Rule(
    code="SBX718",
    name="parameter-named-like-task",
    summary="A parameter with the name of the task itself.",
    why="Flyte sets the inputs first and then defines the function, which takes the place of the input.",
    instead="Another name for one of the two.",
    bad="def total(total: float) -> float:\n    return total * 2\n",
    good="def total(price: float) -> float:\n    return price * 2\n",
    profiles=FLYTE,
    nodes=(ast.Module,),
    find=bounded(_named_like_task),
)

RULES = (
    KEYWORD_ONLY,
    COMPUTED_DEFAULT,
    NAMED_LIKE_TASK,
    *portability_types.RULES,
    *portability_calls.RULES,
    *portability_handles.RULES,
)
