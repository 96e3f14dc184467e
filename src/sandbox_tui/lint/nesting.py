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
    last = node.end_lineno or node.lineno
    if type(node) in BLOCKS:
        inner = getattr(node, "body", None)
        last = inner[0].lineno if inner else node.lineno + 1
    harmless = last - node.lineno < _HARMLESS_LINES
    if harmless:
        long_lines = context.memo(_long_lines)
        harmless = not long_lines or long_lines.isdisjoint(range(node.lineno, last + 1))
    levels = context.memo(levels_of_deep_blocks)
    if harmless and not levels:
        return False
    return levels.get(id(node), 1) + (0 if harmless else _levels(node)) > MAX_LEVELS


def _long_lines(context: Context) -> frozenset[int]:
    """The lines (from 1) whose length alone does not tell that they are harmless."""
    lines = enumerate(context.source.lines, 1)
    return frozenset(number for number, line in lines if len(line) >= HARMLESS_COLUMNS)


def levels_of_deep_blocks(context: Context) -> dict[int, int]:
    """The level of each statement (by id), from 1; empty if no block is nested so deep that it counts."""
    if context.source.text.count("elif") < _HARMLESS_BRANCHES and not _is_indented_deep(context):
        return {}
    found: dict[int, int] = {}
    deepest = 0
    waiting: list[tuple[ast.AST, int]] = [(each, 1) for each in context.tree.body]
    while waiting:
        node, level = waiting.pop()
        found[id(node)] = level
        deepest = max(deepest, level)
        for block in BLOCKS.get(type(node), ()):
            waiting.extend((each, level + 1) for each in getattr(node, block))
    return found if deepest > _HARMLESS_BRANCHES // 2 else {}


def _is_indented_deep(context: Context) -> bool:
    # One blank a block is the least.
    return any(len(line) - len(line.lstrip()) >= HARMLESS_COLUMNS for line in context.source.lines)


def _levels(statement: ast.stmt) -> int:
    """The levels of a statement's own expressions."""
    deepest = 0
    waiting: list[tuple[ast.AST, int]] = [(statement, 0)]
    while waiting:
        node, levels = waiting.pop()
        if isinstance(node, ast.expr | ast.pattern):
            levels += 1
            deepest = max(deepest, levels)
            if isinstance(node, ast.BoolOp):
                # Monty nests `a and b and c`.
                levels += len(node.values) - 2
        for child in ast.iter_child_nodes(node):
            if not isinstance(child, ast.stmt | ast.excepthandler | ast.match_case):
                waiting.append((child, levels))
    return deepest
