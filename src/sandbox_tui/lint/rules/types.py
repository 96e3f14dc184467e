"""SBX2xx: types that cannot cross the boundary between host and sandbox."""

from __future__ import annotations

import ast

from ..annotations import ACCEPTED, annotation_problems, text_problems
from ..context import Context
from ..diagnostic import Position
from .rule import TYPED, Rule


def _parameters(tree: ast.Module, context: Context) -> None:
    if context.kind == "code":
        for name, text in context.inputs.items():
            for message in text_problems(text):
                context.report(PARAMETER, _NOWHERE, _NOWHERE, f"input {name}: {message}")
        return
    for function in _functions(tree):
        arguments = function.args
        for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
            if argument.annotation is not None:
                for part, message in annotation_problems(argument.annotation):
                    context.report_node(PARAMETER, part, f"parameter {argument.arg}: {message}")


def _return(tree: ast.Module, context: Context) -> None:
    if context.kind == "code":
        for message in text_problems(context.output) if context.output is not None else ():
            context.report(RETURN, _NOWHERE, _NOWHERE, f"output: {message}")
        return
    for function in _functions(tree):
        if function.returns is not None:
            for part, message in annotation_problems(function.returns):
                context.report_node(RETURN, part, f"return type: {message}")


def _functions(tree: ast.Module) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    return [each for each in tree.body if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)]


# The declared types of a code task stand beside its source, not in it.
_NOWHERE = Position(1, 1)

PARAMETER = Rule(
    code="SBX201",
    name="unsupported-parameter-type",
    summary="A parameter type that cannot cross the boundary.",
    why="Only plain values and handles are carried between host and sandbox.",
    instead=f"{ACCEPTED}.",
    bad="def total(prices: list[Decimal]) -> str:\n    return str(sum(prices))\n",
    good="def total(prices: list[float]) -> str:\n    return str(sum(prices))\n",
    profiles=TYPED,
    nodes=(ast.Module,),
    find=_parameters,
)

RETURN = Rule(
    code="SBX202",
    name="unsupported-return-type",
    summary="A return type that cannot cross the boundary.",
    why="Only plain values and handles are carried between host and sandbox.",
    instead=PARAMETER.instead,
    bad="def total(price: float) -> Decimal:\n    return price\n",
    good="def total(price: float) -> float:\n    return price\n",
    profiles=TYPED,
    nodes=(ast.Module,),
    find=_return,
)

RULES = (PARAMETER, RETURN)
