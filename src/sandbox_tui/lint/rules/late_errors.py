"""SBX005: what Python and Monty both refuse before anything runs, but only after parsing, so that the host's
syntax tree does not show it: a repeated keyword, a star in a wrong place, patterns that cannot work.

What is said of targets, jumps, parameters and declarations is SBX001 (`compile_errors`).
"""

from __future__ import annotations

import ast
from typing import Any

from ..compile_errors import stars
from ..context import Context
from ..diagnostic import Position
from .rule import EVERYWHERE, Rule

_FUTURES = frozenset(
    (
        "absolute_import",
        "annotations",
        "division",
        "generator_stop",
        "generators",
        "nested_scopes",
        "print_function",
        "unicode_literals",
        "with_statement",
    )
)


def _find(node: Any, context: Context) -> None:
    if isinstance(node, ast.Call):
        if len(node.keywords) > 1:
            _repeated_keywords(node, context)
    elif isinstance(node, ast.comprehension):
        if not isinstance(node.target, ast.Name):
            for message, start, end in stars(node.target, context):
                context.report(LATE_ERROR, start, end, message)
    elif isinstance(node, ast.Match):
        _Patterns(context).check(node)
    elif isinstance(node, ast.ImportFrom):
        if node.module == "__future__" and not node.level:
            _futures(node, context)
    else:
        value = node.iter if isinstance(node, ast.For | ast.AsyncFor) else node.value
        if isinstance(value, ast.Starred):
            message = "a star stands in a list, a tuple or a call only: write [*values], or leave it out"
            context.report_node(LATE_ERROR, value, message)


def _repeated_keywords(node: ast.Call, context: Context) -> None:
    seen: set[str] = set()
    for keyword in node.keywords:
        if keyword.arg in seen:
            context.report(
                LATE_ERROR,
                context.source.start(keyword),
                context.source.end(keyword),
                f"there are two arguments called {keyword.arg}: keep one",
            )
        if keyword.arg is not None:
            seen.add(keyword.arg)


def _futures(node: ast.ImportFrom, context: Context) -> None:
    for alias in node.names:
        if alias.name not in _FUTURES and alias.name != "*":
            message = f"there is no future feature {alias.name}: leave the import out"
            context.report(LATE_ERROR, context.source.start(alias), context.source.end(alias), message)


class _Patterns:
    """The errors in the patterns of a match statement, as Python's compiler tells them."""

    def __init__(self, context: Context) -> None:
        self.context = context

    def check(self, node: ast.Match) -> None:
        for case in node.cases:
            may_match_all = case.guard is not None or case is node.cases[-1]
            self.names(case.pattern, set(), may_match_all)

    def error(self, node: ast.pattern | ast.expr, message: str) -> None:
        source = self.context.source
        start = Position(node.lineno, source.characters(node.lineno, node.col_offset) + 1)
        line, column = node.end_lineno or node.lineno, node.end_col_offset or node.col_offset
        end = Position(line, source.characters(line, column) + 1)
        self.context.report(LATE_ERROR, start, end, message)

    def names(self, pattern: ast.pattern, seen: set[str], may_match_all: bool) -> set[str]:
        """The names that a pattern binds; `seen` are those bound before it in the same case."""
        if isinstance(pattern, ast.MatchAs):
            if pattern.pattern is None and not may_match_all:
                self.error(
                    pattern, "this matches everything: what stands behind it is never tried; put it last"
                )
            found = set() if pattern.pattern is None else self.names(pattern.pattern, seen, may_match_all)
            return found | self.bind(pattern, pattern.name, seen | found)
        if isinstance(pattern, ast.MatchStar):
            return self.bind(pattern, pattern.name, seen)
        if isinstance(pattern, ast.MatchOr):
            return self.alternatives(pattern, seen, may_match_all)
        if isinstance(pattern, ast.MatchMapping):
            self.keys(pattern)
            found = self.several(pattern.patterns, seen)
            return found | self.bind(pattern, pattern.rest, seen | found)
        if isinstance(pattern, ast.MatchClass):
            repeated = {each for each in pattern.kwd_attrs if pattern.kwd_attrs.count(each) > 1}
            if repeated:
                self.error(pattern, f"the attribute {min(repeated)} is asked for twice: keep one")
            return self.several([*pattern.patterns, *pattern.kwd_patterns], seen)
        if isinstance(pattern, ast.MatchSequence):
            stars = [each for each in pattern.patterns if isinstance(each, ast.MatchStar)]
            if len(stars) > 1:
                self.error(stars[1], "a sequence pattern has one star at most")
            return self.several(pattern.patterns, seen)
        return set()

    def several(self, patterns: list[ast.pattern], seen: set[str]) -> set[str]:
        found: set[str] = set()
        for each in patterns:
            found |= self.names(each, seen | found, True)
        return found

    def bind(self, pattern: ast.pattern, name: str | None, seen: set[str]) -> set[str]:
        if name is None:
            return set()
        if name in seen:
            self.error(pattern, f"the name {name} is bound twice in one pattern: take another name")
        return {name}

    def alternatives(self, pattern: ast.MatchOr, seen: set[str], may_match_all: bool) -> set[str]:
        found: list[set[str]] = []
        for each in pattern.patterns:
            last = each is pattern.patterns[-1]
            found.append(self.names(each, seen, may_match_all and last))
        if any(each != found[0] for each in found):
            self.error(pattern, "the alternatives of a pattern must bind the same names")
        return set().union(*found)

    def keys(self, pattern: ast.MatchMapping) -> None:
        seen: set[object] = set()
        for key in pattern.keys:
            if isinstance(key, ast.JoinedStr):
                self.error(key, "a key in a pattern is a plain value, not an f-string")
                continue
            try:
                value = ast.literal_eval(key)
            except (ValueError, TypeError):
                continue
            if value in seen:
                self.error(key, f"the key {value!r} is asked for twice: keep one")
            seen.add(value)


LATE_ERROR = Rule(
    code="SBX005",
    name="compile-error",
    summary="What is refused after parsing: a repeated keyword, a stray star, an impossible pattern.",
    why="Both compile the whole source before they run the first statement; with such an error nothing runs.",
    instead="What the message says.",
    bad="def total(price: float) -> float:\n    return round(number=price, number=2)\n",
    good="def total(price: float) -> float:\n    return round(price, 2)\n",
    profiles=EVERYWHERE,
    nodes=(
        ast.Match,
        ast.ImportFrom,
        ast.Expr,
        ast.Assign,
        ast.AnnAssign,
        ast.AugAssign,
        ast.Return,
        ast.For,
        ast.AsyncFor,
    ),
    expressions=(ast.Call, ast.comprehension),
    find=_find,
)

RULES = (LATE_ERROR,)
