"""SBX3xx: what is made is not changed.

An augmented assignment to a subscript (`d[k] += 1`) is found twice, as SBX105 and as SBX301, since it stays
refused when only one of the two is ignored; both messages say the one thing that helps.
"""

from __future__ import annotations

import ast

from ..context import Context
from ..item_assignment import Assignment, new_dict
from .rule import DOCUMENTED, Rule
from .syntax import instead_of_subscript


def _statement(node: ast.stmt | ast.comprehension, context: Context) -> None:
    if isinstance(node, ast.Assign):
        for target in node.targets:
            _target(target, context, node)
    elif isinstance(node, ast.AugAssign):
        _target(node.target, context, node)
    elif isinstance(node, ast.AnnAssign | ast.For | ast.AsyncFor | ast.comprehension):
        _target(node.target, context)
    elif isinstance(node, ast.With | ast.AsyncWith):
        for item in node.items:
            if item.optional_vars is not None:
                _target(item.optional_vars, context)


def _target(target: ast.expr, context: Context, statement: Assignment | None = None) -> None:
    if isinstance(target, ast.Name):
        return
    waiting: list[ast.expr] = [target]
    while waiting:
        part = waiting.pop()
        if isinstance(part, ast.Subscript):
            message = f"assignment to a subscript: {instead_of_subscript(part, context)}"
            fix = new_dict(statement, context) if statement is not None and part is target else None
            context.report_node(SUBSCRIPT, part, message, fix)
        elif isinstance(part, ast.Tuple | ast.List):
            waiting.extend(reversed(part.elts))
        elif isinstance(part, ast.Starred):
            waiting.append(part.value)


SUBSCRIPT = Rule(
    code="SBX301",
    name="subscript-assignment",
    summary='Assignment to a subscript: `d["k"] = v`, `a[0] = v`, also as a loop or unpacking target.',
    why="Values in the documented sandbox are not changed in place.",
    instead="A new container: `d = {**d, k: v}`, `a = [*a[:i], v, *a[i + 1:]]`; or a comprehension.",
    bad='def mark(order: dict) -> dict:\n    order["done"] = True\n    return order\n',
    good='def mark(order: dict) -> dict:\n    return {**order, "done": True}\n',
    profiles=DOCUMENTED,
    nodes=(ast.Assign, ast.AugAssign, ast.AnnAssign, ast.For, ast.AsyncFor, ast.With, ast.AsyncWith),
    find=_statement,
    expressions=(ast.comprehension,),
    fix="makes a new dict of an item's assignment; safe where nobody else sees the dict",
)

RULES = (SUBSCRIPT,)
