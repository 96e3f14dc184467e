"""How deep a statement is nested, as Monty counts: it reads some 200 levels of blocks and expressions, the
host's parser more.

Most statements are told to be harmless by their size; only those that are long in text are looked into.
"""

from __future__ import annotations

import ast

from .blocks import BLOCKS
from .context import Context

# Monty (1.0.0 and 1.4.0) reads 199 levels, give or take one for some kinds of expressions.
MAX_LEVELS = 200

# Less text, or indentation, than this cannot hold as many levels.
HARMLESS_COLUMNS = 100
_HARMLESS_LINES = 30
_HARMLESS_BRANCHES = 100


def is_too_deep(node: ast.stmt, context: Context) -> bool:
    """Whether the expressions of `node` stand deeper than Monty reads, or `node` itself does."""
    first, last = node.lineno, node.end_lineno or node.lineno
    if type(node) in BLOCKS and not isinstance(node, _WITH_HEADS):
        inner = getattr(node, "body", None)
        last = inner[0].lineno if inner else node.lineno + 1
        first = min([first, *(each.lineno for each in getattr(node, "decorator_list", ()))])
    harmless = last - first < _HARMLESS_LINES or isinstance(node, _WITH_HEADS)
    if harmless:
        long_lines = context.memo(_long_lines)
        harmless = not long_lines or long_lines.isdisjoint(range(first, last + 1))
    deep = context.memo(levels_of_deep_blocks)
    if harmless:
        return bool(deep) and deep.get(id(node), 1) > MAX_LEVELS
    return context.memo(_levels_of_blocks).get(id(node), 1) + _levels(node) > MAX_LEVELS


# Their handlers and cases hold expressions, too.
_WITH_HEADS = (ast.Try, ast.TryStar, ast.Match)


def _long_lines(context: Context) -> frozenset[int]:
    """The lines (from 1) whose length alone does not tell that they are harmless."""
    lines = enumerate(context.source.lines, 1)
    return frozenset(number for number, line in lines if len(line) >= HARMLESS_COLUMNS)


def levels_of_deep_blocks(context: Context) -> dict[int, int]:
    """The level of each statement (by id), from 1; empty if no block is nested so deep that it counts."""
    if context.source.text.count("elif") < _HARMLESS_BRANCHES and not _is_indented_deep(context):
        return {}
    found = _levels_of_blocks(context)
    return found if max(found.values(), default=0) > _HARMLESS_BRANCHES // 2 else {}


def _levels_of_blocks(context: Context) -> dict[int, int]:
    """The level of each statement (by id), from 1.

    To Monty's parser the branches of one `if` stand side by side; for what it makes of them later, each
    `elif` is nested in the one before. Both have the same bound.
    """
    found: dict[int, int] = {}
    branches: set[int] = set()
    waiting: list[tuple[ast.AST, int, int]] = [(each, 1, 1) for each in context.tree.body]
    while waiting:
        node, level, nested = waiting.pop()
        found[id(node)] = nested if nested > MAX_LEVELS else level
        # A handler, a case or a class is no level of its own.
        step = 0 if isinstance(node, ast.match_case | ast.ExceptHandler | ast.ClassDef) else 1
        if isinstance(node, ast.If):
            is_elif = len(node.orelse) == 1 and isinstance(node.orelse[0], ast.If)
            is_elif = is_elif and node.orelse[0].col_offset == node.col_offset
            waiting.extend((each, level + 1, nested + 1) for each in node.body)
            beside = level if id(node) in branches else level + 1
            branches.update(map(id, node.orelse) if is_elif else ())
            waiting.extend((each, beside, nested + 1) for each in node.orelse)
            continue
        for block in BLOCKS.get(type(node), ()):
            waiting.extend((each, level + step, nested + step) for each in getattr(node, block))
    return found


def _is_indented_deep(context: Context) -> bool:
    # One blank a block is the least.
    return any(len(line) - len(line.lstrip()) >= HARMLESS_COLUMNS for line in context.source.lines)


def _levels(statement: ast.stmt) -> int:
    """The levels of a statement's own expressions, and of the patterns, guards and types of its parts."""
    # Each item of `with` is nested in the one before.
    deepest = len(statement.items) - 1 if isinstance(statement, ast.With | ast.AsyncWith) else 0
    waiting: list[tuple[ast.AST, int]] = [(each, 1) for each in _heads(statement)]
    if isinstance(statement, ast.Assign):
        # To assign is no level of its own, as to read is.
        waiting = [(statement.value, 1), *((target, 0) for target in statement.targets)]
    while waiting:
        node, level = waiting.pop()
        if isinstance(node, ast.expr | ast.pattern) and not isinstance(node, _TRANSPARENT):
            deepest = max(deepest, level)
            below = level + 1
        else:
            below = level
        if isinstance(node, ast.BoolOp):
            # Monty makes `((a and b) and c)` of `a and b and c`.
            count = len(node.values)
            waiting.extend((value, level + count - index) for index, value in enumerate(node.values))
        elif isinstance(node, ast.Call):
            waiting += [(each, below) for each in (*node.args, *(each.value for each in node.keywords))]
            # What is called is part of the call, if it is a name or an attribute.
            if isinstance(node.func, ast.Attribute):
                waiting.append((node.func.value, below))
            elif not isinstance(node.func, ast.Name):
                waiting.append((node.func, below))
        elif isinstance(node, ast.FormattedValue):
            waiting.append((node.value, below))
            if isinstance(node.format_spec, ast.JoinedStr):
                waiting += [(each, below) for each in node.format_spec.values]
        elif isinstance(node, ast.arguments):
            waiting += [(each, below) for each in (*node.defaults, *node.kw_defaults) if each is not None]
        else:
            waiting += [(each, below) for each in ast.iter_child_nodes(node)]
    return deepest


_TRANSPARENT = (ast.Starred, ast.FormattedValue)
_UNEVALUATED = ("annotation", "returns", "cause")


def _heads(node: ast.AST) -> list[ast.AST]:
    """What stands in a statement beside other statements and what Monty does not evaluate."""
    found: list[ast.AST] = []
    for name, value in ast.iter_fields(node):
        if name in _UNEVALUATED:
            continue
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, ast.excepthandler | ast.match_case):
                found += _heads(each)
            elif isinstance(each, ast.AST) and not isinstance(each, ast.stmt):
                found.append(each)
    return found
