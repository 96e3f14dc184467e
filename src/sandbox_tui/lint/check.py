"""Checks a source: reads it, and lets every rule that counts look at the statements it wants to see.

Statements are walked, expressions are not: each restriction is a statement or hangs on one. The exception, a
comprehension whose target is more than names, is looked for only where the text gives reason to.
"""

from __future__ import annotations

import ast
import re
from bisect import bisect_left
from collections.abc import Callable, Collection, Mapping
from functools import lru_cache
from typing import Any, Literal

from .blocks import BLOCKS
from .context import MAX_FINDINGS, Context
from .diagnostic import Diagnostic, SyntaxFailure
from .reading import Reading, read
from .rules import RULES, Find, Rule, counted
from .rules.unreadable import BY_PROBLEM, TOO_MANY
from .source_text import SourceText

Table = dict[type[ast.AST], tuple[tuple[Find, bool], ...]]

# A `for` whose target is not just names.
_UNUSUAL_FOR = re.compile(r"for\b(?<!\wfor)(?![ \t]+\w+(?:[ \t]*,[ \t]*\w+){0,9}[ \t]+in\b)")


def check(
    source: str,
    *,
    kind: Literal["function", "code"] = "function",
    inputs: Mapping[str, str] | None = None,
    output: str | None = None,
    profile: Literal["documented", "runtime", "flyte", "off"] = "documented",
    ignore: Collection[str] = (),
    parses: Callable[[str], SyntaxFailure | None] | None = None,
) -> list[Diagnostic]:
    """The findings in `source`, sorted by place. Never raises, whatever the text.

    `kind` is "function" for a source that is one `def`, "code" for statements whose declared `inputs` (name
    -> annotation text) and `output` (annotation text) are given. `ignore` holds codes or beginnings of codes.
    `parses` asks Monty when the host's parser refuses the text (None: Monty accepts it); without it the
    host's word counts.

    At most `MAX_FINDINGS` are returned, then one more finding says that there are others.
    """
    rules = counted(profile, tuple(ignore))
    reading = read(source, parses)
    context = Context(
        reading.source,
        reading.tree,
        kind=kind,
        inputs=inputs or {},
        output=output,
        whole=reading.whole,
        exact=reading.exact,
    )
    _report_unreadable(reading, context, rules)
    _walk(context, rules)
    findings = sorted(context.findings, key=_order)
    if context.full and TOO_MANY in rules:
        last = findings[-1]
        message = f"there are more than {MAX_FINDINGS:,} findings; the others are not shown"
        findings.append(Diagnostic(TOO_MANY.code, TOO_MANY.name, message, "info", last.start, last.start))
    return findings


def _order(finding: Diagnostic) -> tuple[int, int, str]:
    return finding.start.line, finding.start.column, finding.code


def _report_unreadable(reading: Reading, context: Context, rules: frozenset[Rule]) -> None:
    for failure in reading.failures:
        rule = BY_PROBLEM[failure.problem]
        if rule in rules:
            context.report(rule, failure.start, failure.end, failure.message)


@lru_cache(maxsize=64)
def _table(rules: frozenset[Rule]) -> Table:
    """Which finders see which class of node."""
    table: dict[type[ast.AST], list[tuple[Find, bool]]] = {}
    for rule in RULES.values():
        if rule in rules and rule.find is not None:
            for node in rule.nodes:
                table.setdefault(node, []).append((rule.find, rule.needs_whole))
    return {node: tuple(finders) for node, finders in table.items()}


def _walk(context: Context, rules: frozenset[Rule]) -> None:
    table = _table(rules)
    for find, needs_whole in table.get(ast.Module, ()):
        if context.whole or not needs_whole:
            find(context.tree, context)
    find_comprehension = [rule.find_comprehension for rule in rules if rule.find_comprehension is not None]
    unusual = _unusual_lines(context.source) if find_comprehension else []
    waiting: list[Any] = context.tree.body[::-1]
    while waiting:
        node = waiting.pop()
        sort = type(node)
        finders = table.get(sort)
        if finders is not None:
            for find, needs_whole in finders:
                if context.whole or not needs_whole:
                    find(node, context)
            if context.full:
                return
        blocks = BLOCKS.get(sort)
        if blocks is not None:
            for block in blocks:
                waiting += getattr(node, block)[::-1]
        if unusual and isinstance(node, ast.stmt) and _holds(node, unusual):
            for comprehension in _comprehensions(node):
                for look in find_comprehension:
                    look(comprehension, context)


def _unusual_lines(source: SourceText) -> list[int]:
    """The lines (from 1) with a `for` whose target may be more than names, in order."""
    return [source.position(match.start()).line for match in _UNUSUAL_FOR.finditer(source.text)]


def _holds(node: ast.stmt, lines: list[int]) -> bool:
    first = node.lineno
    for decorator in getattr(node, "decorator_list", ()):
        first = min(first, decorator.lineno)
    index = bisect_left(lines, first)
    return index < len(lines) and lines[index] <= (node.end_lineno or node.lineno)


def _comprehensions(statement: ast.stmt) -> list[ast.comprehension]:
    """The comprehensions in a statement's own expressions, not in the statements inside it."""
    found: list[ast.comprehension] = []
    waiting: list[ast.AST] = [statement]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.comprehension):
            found.append(node)
        # Handlers and cases hold expressions beside their statements; the walk does not look at those.
        waiting.extend(each for each in ast.iter_child_nodes(node) if not isinstance(each, ast.stmt))
    return found
