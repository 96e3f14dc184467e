"""A scope analysis of Python source on its syntax tree: what each scope binds and reads, in which order, and
which reads nothing in the source answers.

It follows Python's rules, and Monty's where they differ: annotations are not evaluated and bind nothing, and
a comprehension in a class body sees the names of the class.
"""

from __future__ import annotations

import ast
from collections.abc import Container, Mapping
from dataclasses import dataclass
from typing import Any

from .scope_walk import Analysis, Scope


@dataclass(frozen=True, slots=True)
class FreeName:
    """One read of a name that nothing in the source binds.

    `line` and `column` count from 1, columns in characters when the source was given, else in UTF-8 bytes;
    `called` says whether it stands there to be called, `attribute` which attribute of it is read first (`n.x`
    -> "x").
    """

    name: str
    line: int
    column: int
    called: bool = False
    attribute: str | None = None

    @classmethod
    def at(
        cls, node: ast.expr, name: str, lines: list[str] | None, *, called: bool, attribute: str | None = None
    ) -> FreeName:
        """The name at a node; `lines` is the text, to count its columns in characters."""
        column = node.col_offset
        if lines is not None and node.lineno <= len(lines):
            line = lines[node.lineno - 1]
            if not line.isascii():
                column = len(line.encode()[:column].decode("utf-8", "replace"))
        return cls(name, node.lineno, column + 1, called, attribute)


class Scopes:
    """The scopes of a tree, the module's first, and its nodes.

    `nodes` holds by class all statements and expressions (and handlers, cases, patterns, comprehensions),
    without names, and without what stands in annotations; each class in the order of evaluation, bodies of
    functions after what is around them.
    """

    def __init__(self, tree: ast.Module) -> None:
        analysis = Analysis(tree)
        self.all = analysis.scopes
        self.module = self.all[0]
        self.nodes: Mapping[type[ast.AST], list[Any]] = analysis.nodes
        self.nonlocals: set[str] = set().union(*(scope.nonlocals for scope in self.all))
        for scope in self.all:
            _sum_up(scope, self.module)

    def unanswered(self, known: Container[str] = ()) -> list[ast.Name]:
        """Every read of a name that no scope binds, but for those of known names (builtins are not known by
        themselves), in no special order.
        """
        found: list[ast.Name] = []
        for scope in self.all:
            ordered = scope.kind in ("module", "class")
            names = {
                name
                for name, number in scope.read.items()
                if name not in known and self._is_free(scope, name, number)
            }
            if names:
                found += (
                    node
                    for number, node in scope.reads(names)
                    if not ordered or self._is_free(scope, node.id, number)
                )
        return found

    def _is_free(self, scope: Scope, name: str, number: int) -> bool:
        if name in scope.globals:
            return name not in self.module.bound
        if scope.kind in ("module", "class"):
            if scope.binds_before(name, number):
                return False
        elif name in scope.bound and name not in scope.nonlocals:
            return False
        outer, through = scope.parent, scope.kind == "comprehension"
        while outer is not None:
            # The names of a class body are not seen by the functions in it.
            if outer.kind != "class" or through:
                if name in outer.globals:
                    return name not in self.module.bound
                if name in outer.bound and name not in outer.nonlocals:
                    return False
            through = through and outer.kind == "comprehension"
            outer = outer.parent
        return True

    @property
    def calls(self) -> list[ast.Call]:
        """The calls."""
        return self.nodes.get(ast.Call, [])

    def called(self) -> set[ast.expr]:
        """What stands to be called."""
        return {call.func for call in self.calls}


def _sum_up(scope: Scope, module: Scope) -> None:
    bound, read, elsewhere = scope.bound, scope.read, scope.globals
    for number, event in enumerate(scope.events):
        if event.__class__ is str:
            name: str = event
        else:
            name = event.id  # type: ignore[union-attr]
            if event.ctx.__class__ is ast.Load:  # type: ignore[union-attr]
                if name not in read:
                    read[name] = number
                continue
        if name in elsewhere and scope is not module:
            module.bound[name] = -1
        elif name not in bound and name not in scope.nonlocals:
            bound[name] = number


def reads_from_outside(tree: ast.Module, source: str | None = None) -> list[FreeName]:
    """Every read of a name that no scope of the source binds, in the order of the text; builtins included."""
    scopes = Scopes(tree)
    found = scopes.unanswered()
    lines = None if source is None else source.split("\n")
    called = scopes.called()
    attributes = {each.value: each.attr for each in reversed(scopes.nodes.get(ast.Attribute, []))}
    names = [
        FreeName.at(node, node.id, lines, called=node in called, attribute=attributes.get(node))
        for node in found
    ]
    return sorted(names, key=lambda name: (name.line, name.column))
