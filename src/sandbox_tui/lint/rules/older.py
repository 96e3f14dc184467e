"""SBX627, SBX628 and SBX630: what Monty 1.0.0, which Flyte pins, refuses when it is reached."""

from __future__ import annotations

import ast

from ..context import Context
from ..imports import is_guarded
from ..kinds import kinds_of
from .refused import refuses
from .rule import TYPED, Rule

_SETS = ("set", "frozenset")
_ORDER = (ast.Lt, ast.LtE, ast.Gt, ast.GtE)


def _slice(node: ast.Assign | ast.AugAssign | ast.For, context: Context) -> None:
    if not refuses("slice-assignment", context):
        return
    found: list[ast.Subscript] = []
    waiting = list(node.targets) if isinstance(node, ast.Assign) else [node.target]
    while waiting:
        part = waiting.pop()
        if isinstance(part, ast.Tuple | ast.List):
            waiting += part.elts
        elif isinstance(part, ast.Starred):
            waiting.append(part.value)
        elif isinstance(part, ast.Subscript) and isinstance(part.slice, ast.Slice):
            found.append(part)
    for part in found:
        if not is_guarded(node, "TypeError", context):
            message = (
                f"assignment to a slice: Monty {context.target.version} has none; "
                "make a new list, such as [*a[:start], *values, *a[stop:]]"
            )
            context.report_node(SLICE, part, message)


def _sets(node: ast.Compare, context: Context) -> None:
    if not any(isinstance(each, _ORDER) for each in node.ops) or not refuses("set-comparison", context):
        return
    kinds = kinds_of(context)
    left = kinds.of(node.left)
    for operator, operand in zip(node.ops, node.comparators):
        right = kinds.of(operand)
        if isinstance(operator, _ORDER) and left in _SETS and right in _SETS:
            if not is_guarded(node, "TypeError", context):
                message = (
                    f"sets are not compared in Monty {context.target.version}: "
                    "write a.issubset(b) or a.issuperset(b)"
                )
                context.report_node(SET_COMPARISON, node, message)
            return
        left = right


def _matmul(node: ast.BinOp, context: Context) -> None:
    if not isinstance(node.op, ast.MatMult) or not refuses("matmul", context):
        return
    if not is_guarded(node, "NotImplementedError", context):
        version = context.target.version
        message = f"@: Monty {version} has no matrix multiplication; call an external that multiplies"
        context.report_node(MATMUL, node, message)


SLICE = Rule(
    code="SBX627",
    name="slice-assignment",
    summary="Assignment to a slice, for Monty 1.0.0.",
    why="Flyte pins that version, which fails when it is reached; newer ones have it.",
    instead="A new list: `[*a[:start], *values, *a[stop:]]`.",
    bad="def put(a: list) -> list:\n    a[0:2] = [5]\n    return a\n",
    good="def put(a: list) -> list:\n    return [5, *a[2:]]\n",
    profiles=TYPED,
    nodes=(ast.Assign, ast.AugAssign, ast.For),
    find=_slice,
    targets=frozenset(("1.0.0",)),
)

SET_COMPARISON = Rule(
    code="SBX628",
    name="set-comparison",
    summary="Sets compared by `<=`, `<`, `>=` or `>`, for Monty 1.0.0.",
    why="Flyte pins that version, which fails when it is reached; newer ones have it.",
    instead="`a.issubset(b)`, `a.issuperset(b)`.",
    bad="def within(a: set, b: set) -> bool:\n    return a <= b\n",
    good="def within(a: set, b: set) -> bool:\n    return a.issubset(b)\n",
    profiles=TYPED,
    expressions=(ast.Compare,),
    find=_sets,
    targets=frozenset(("1.0.0",)),
)

MATMUL = Rule(
    code="SBX630",
    name="matrix-multiplication",
    summary="`x @ y`, for Monty 1.0.0.",
    why="Flyte pins that version, which fails when it is reached; in newer ones classes can define it.",
    instead="An external that multiplies.",
    bad="def scale(a: list, b: list) -> list:\n    return a @ b\n",
    good="def scale(a: list, b: list) -> float:\n    return sum([x * y for x, y in zip(a, b)])\n",
    profiles=TYPED,
    expressions=(ast.BinOp,),
    find=_matmul,
    targets=frozenset(("1.0.0",)),
)

RULES = (SLICE, SET_COMPARISON, MATMUL)
