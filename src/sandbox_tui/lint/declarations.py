"""`global` and `nonlocal` in wrong places, as Monty minds them.

Python minds more: it also refuses a declared parameter, a declared name with an annotation, and `global`
behind the use of its name at module level, all of which Monty accepts.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from .context import Context
from .diagnostic import Position
from .index import COMPREHENSIONS, FUNCTIONS, Index, index_of

Error = tuple[str, Position, Position]
Place = tuple[int, int]

# Nodes other than `ast.Name` that bind the name in their field `name`.
_NAMING = (*FUNCTIONS, ast.ClassDef, ast.ExceptHandler, ast.MatchAs, ast.MatchStar)


def errors_of_declarations(context: Context) -> Iterator[Error]:
    """The `global` and `nonlocal` statements that Monty refuses, each with what to do."""
    index = index_of(context)
    names = _Names(index)
    for node in index.of(ast.Global, ast.Nonlocal):
        scope = index.scope(node)
        for message in _messages(node, scope, names):
            yield message, context.source.start(node), context.source.end(node)


def _messages(node: ast.Global | ast.Nonlocal, scope: ast.AST, names: _Names) -> Iterator[str]:
    word = "global" if isinstance(node, ast.Global) else "nonlocal"
    if not isinstance(scope, FUNCTIONS):
        if word == "nonlocal" and isinstance(scope, ast.Module):
            yield "nonlocal stands in a function that is in another function: leave it out"
        return
    for name in dict.fromkeys(node.names):
        before = names.before(scope, name, (node.lineno, node.col_offset))
        if before is not None:
            yield f"{name} is {before} before it is declared {word}: put the declaration first"
        elif word == "nonlocal" and not names.is_bound_around(scope, name):
            yield f"no function around this one binds {name}: give it a value there, or leave nonlocal out"


class _Names:
    """Where the functions of a text use names, and which they bind."""

    def __init__(self, index: Index) -> None:
        self.index = index
        self.uses: dict[tuple[ast.AST, str], list[tuple[Place, str]]] = {}
        self.bound: set[tuple[ast.AST, str]] = set()
        unevaluated = _unevaluated(index)
        for name in index.of(ast.Name):
            if id(name) in unevaluated:
                continue
            stored = not isinstance(name.ctx, ast.Load)
            self._use(name, name.id, "assigned" if stored else "used")
            if stored and not self._is_of_comprehension(name):
                self.bound.add((index.scope(name), name.id))
        for named in index.of(*_NAMING):
            if named.name:
                self._use(named, named.name, "assigned")
                self.bound.add((index.scope(named), named.name))
        for rest in index.of(ast.MatchMapping):
            if rest.rest:
                self._use(rest, rest.rest, "assigned")
                self.bound.add((index.scope(rest), rest.rest))
        # An import before the declaration is accepted.
        for imported in index.of(ast.Import, ast.ImportFrom):
            for alias in imported.names:
                name = alias.asname or alias.name.partition(".")[0]
                self.bound.add((index.scope(imported), name))
        for function in index.of(*FUNCTIONS):
            for argument in ast.walk(function.args):
                if isinstance(argument, ast.arg):
                    self.bound.add((function, argument.arg))
        self.globals = {
            (index.scope(declared), name) for declared in index.of(ast.Global) for name in declared.names
        }

    def _use(self, node: ast.AST, name: str, how: str) -> None:
        place = (getattr(node, "lineno", 0), getattr(node, "col_offset", 0))
        self.uses.setdefault((self.index.scope(node), name), []).append((place, how))

    def _is_of_comprehension(self, name: ast.Name) -> bool:
        child: ast.AST = name
        for around in self.index.around(name):
            if isinstance(around, ast.NamedExpr | ast.stmt):
                return False
            if isinstance(around, ast.comprehension):
                return child is around.target
            if isinstance(around, COMPREHENSIONS):
                return False
            child = around
        return False

    def before(self, scope: ast.AST, name: str, place: Place) -> str | None:
        """How `name` is used first in front of a place in a function; None if it is not."""
        return min(
            (each for each in self.uses.get((scope, name), ()) if each[0] < place), default=(None, None)
        )[1]

    def is_bound_around(self, scope: ast.AST, name: str) -> bool:
        """Whether a function around this one binds `name`."""
        while not isinstance(scope, ast.Module):
            scope = self.index.scope(scope)
            if (scope, name) in self.globals:
                return False
            if isinstance(scope, FUNCTIONS) and (scope, name) in self.bound:
                return True
        return False


def _unevaluated(index: Index) -> set[int]:
    """The names (by id) in annotations and behind `from` in a `raise`, and those that are only annotated."""
    roots: list[ast.AST | None] = []
    for annotated in index.of(ast.AnnAssign):
        roots.append(annotated.annotation)
        if annotated.value is None and isinstance(annotated.target, ast.Name):
            roots.append(annotated.target)
    roots += [raised.cause for raised in index.of(ast.Raise)]
    roots += [argument.annotation for argument in index.of(ast.arg)]
    roots += [function.returns for function in index.of(*FUNCTIONS)]
    return {id(each) for root in roots if root is not None for each in ast.walk(root)}
