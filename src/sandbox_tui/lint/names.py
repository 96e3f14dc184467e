"""The names of one text: which reads nothing answers, and which come before their name has a value."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator

from .context import Context
from .scope_walk import Scope
from .scopes import Scopes
from .targets import MODULE_NAMES

MAP = "flyte_map"
"""What the engine provides beside Monty's builtins."""

_CATCHES = frozenset(("NameError", "Exception", "BaseException"))
# So many wrong names get a suggestion; looking for one takes a while.
_MOST_SUGGESTIONS = 40


class Names:
    """The names of one text; computed when they are first asked for."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.scopes = Scopes(context.tree)
        self._guarded: set[ast.AST] | None = None
        self._counts: dict[str, int] = {}
        self._suggestions: dict[str, str | None] = {}

    def unknown(self) -> list[ast.Name]:
        """The reads that fail whenever they happen: nothing binds the name, Monty does not provide it, and no
        external is declared so.

        Empty where that cannot be told: the externals are not known, or the text makes names while it runs.
        """
        context = self.context
        if context.externals is None:
            return []
        known = {*context.target.builtins, *MODULE_NAMES, *context.externals, *context.inputs, MAP}
        found = self.scopes.unanswered(known)
        if not found or self._makes_names():
            return []
        return [node for node in found if node not in self.guarded and self.is_whole(node.id)]

    def externals_read(self, names: Collection[str]) -> list[ast.Name]:
        """The reads of some names that nothing in the text binds."""
        others = _Without(names)
        return self.scopes.unanswered(others) if names else []

    def too_early(self) -> Iterator[tuple[ast.Name, Scope]]:
        """The reads in functions that certainly come before their name is bound, each with the function's
        scope.
        """
        for scope in self.scopes.all:
            function = scope.function
            if function.kind != "function":
                continue
            early = {name for name in scope.read if self._begins_early(name, scope, function)}
            if not early:
                continue
            for number, node in scope.reads(early):
                place = _place(scope, number)
                if function.binds_before(node.id, place) and not self._needs_itself(node, function):
                    continue
                if node not in self.guarded:
                    yield node, function

    def never_begun(self) -> Iterator[ast.Name]:
        """The reads at the top level of a variable whose every assignment needs its value before."""
        context, module = self.context, self.scopes.module
        if context.externals is None:
            return
        known = {*context.target.builtins, *context.externals, *context.inputs}
        early = {
            name
            for name, number in module.read.items()
            if number < module.bound.get(name, -1) and name not in known and self.is_whole(name)
        }
        if not early or self._makes_names():
            return
        for number, node in module.reads(early):
            if node in self.guarded or not module.binds_before(node.id, number):
                continue
            if self._needs_itself(node, module):
                yield node

    def _needs_itself(self, node: ast.Name, scope: Scope) -> bool:
        """Whether this read is what each assignment of the name needs first: `total = total + x` in a loop,
        without any other.
        """
        name = node.id
        if name in self.scopes.nonlocals:
            return False
        assigning = self.context.memo(_assignments)
        needing = [
            assigning.get(event) if isinstance(event, ast.Name) else None
            for event in scope.events
            if (event == name if isinstance(event, str) else event.id == name and _binds(event))
        ]
        reads = [_first_read(each, name) for each in needing]
        return None not in reads and any(_is_at(node, each) for each in reads)

    def _begins_early(self, name: str, scope: Scope, function: Scope) -> bool:
        first = function.bound.get(name, -1)
        if first < 0 or name in function.globals or name in self.scopes.nonlocals:
            return False
        inner: Scope | None = scope
        while inner is not None and inner is not function:
            if name in inner.bound:
                return False
            inner = inner.parent
        after = scope.read[name] if scope is function else _outermost(scope).end
        return after <= first and self.is_whole(name)

    @property
    def guarded(self) -> set[ast.AST]:
        """The names in a `try` that catches a NameError: whether they are defined is the task's own affair,
        as it is for the engine.
        """
        if self._guarded is None:
            self._guarded = set()
            for node in ast.walk(self.context.tree):
                if isinstance(node, ast.Try | ast.TryStar) and any(map(_catches_names, node.handlers)):
                    for statement in node.body:
                        self._guarded.update(n for n in ast.walk(statement) if isinstance(n, ast.Name))
        return self._guarded

    def is_whole(self, name: str) -> bool:
        """Whether all that the text says of a name is in the tree: of a text that does not parse, parts are
        missing, and a part that has the name may bind it.
        """
        if self.context.whole:
            return True
        if not self._counts:
            for node in ast.walk(self.context.tree):
                if isinstance(node, ast.Name):
                    self._counts[node.id] = self._counts.get(node.id, 0) + 1
        in_text = sum(1 for _ in re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", self.context.source.text))
        return in_text <= self._counts.get(name, 0)

    def _makes_names(self) -> bool:
        """Whether the text binds names that no tree shows."""
        if any(call.func.id == "exec" for call in self.scopes.calls if isinstance(call.func, ast.Name)):
            return True
        return any("*" in scope.bound for scope in self.scopes.all)

    def suggestion(self, name: str) -> str | None:
        """A name that is known here and that was probably meant."""
        if name in _SPELLINGS:
            return _SPELLINGS[name]
        if name not in self._suggestions:
            if len(self._suggestions) >= _MOST_SUGGESTIONS:
                return None
            self._suggestions[name] = self._near(name)
        return self._suggestions[name]

    def _near(self, name: str) -> str | None:
        # Loaded only when there is something to suggest.
        from difflib import get_close_matches

        own = {each for scope in self.scopes.all for each in scope.bound} | {*self.context.inputs}
        own.update(self.context.externals or ())
        for candidates in (own, self.context.target.builtins):
            near = get_close_matches(name, sorted(candidates - {name}), n=1, cutoff=0.75)
            if near:
                return near[0]
        return None


def _binds(event: ast.Name) -> bool:
    return not isinstance(event.ctx, ast.Load)


def _assignments(context: Context) -> dict[ast.AST, ast.Assign | ast.AugAssign]:
    """The assignments of one name, by its node."""
    nodes = names_of(context).scopes.nodes
    found: dict[ast.AST, ast.Assign | ast.AugAssign] = {
        each.targets[0]: each for each in nodes.get(ast.Assign, ()) if len(each.targets) == 1
    }
    found.update((each.target, each) for each in nodes.get(ast.AugAssign, ()))
    return found


def _first_read(assignment: ast.Assign | ast.AugAssign | None, name: str) -> ast.Name | None:
    """Where an assignment certainly reads the name before it binds it."""
    if isinstance(assignment, ast.AugAssign):
        return assignment.target if isinstance(assignment.target, ast.Name) else None
    waiting: list[ast.AST] = [assignment.value] if assignment is not None else []
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Name):
            if node.id == name:
                return node
        elif isinstance(node, ast.BoolOp):
            waiting.append(node.values[0])
        elif isinstance(node, ast.IfExp):
            waiting.append(node.test)
        elif isinstance(node, ast.Compare):
            waiting += [node.comparators[0], node.left]
        elif isinstance(node, ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp):
            waiting.append(node.generators[0].iter)
        elif isinstance(node, ast.NamedExpr):
            # It may bind the very name.
            return None
        elif not isinstance(node, ast.Lambda):
            waiting += reversed(list(ast.iter_child_nodes(node)))
    return None


def _is_at(node: ast.Name, other: ast.Name | None) -> bool:
    # The read of an augmented assignment is a node of its own, at the place of the target.
    return other is not None and (node.lineno, node.col_offset) == (other.lineno, other.col_offset)


def names_of(context: Context) -> Names:
    """The names of a text, computed once."""
    return context.memo(Names)


class _Without:
    """Holds every name but some."""

    def __init__(self, names: Collection[str]) -> None:
        self._names = names

    def __contains__(self, name: object) -> bool:
        return name not in self._names


def _outermost(scope: Scope) -> Scope:
    """The outermost of the comprehensions around, itself included."""
    while scope.parent is not None and scope.parent.kind == "comprehension":
        scope = scope.parent
    return scope


def _place(scope: Scope, number: int) -> int:
    """The event of the function that an event of one of its comprehensions comes with."""
    return number if scope.kind != "comprehension" else _outermost(scope).start


def _catches_names(handler: ast.ExceptHandler) -> bool:
    kind = handler.type
    if kind is None:
        return True
    names = kind.elts if isinstance(kind, ast.Tuple) else [kind]
    return any(isinstance(each, ast.Name) and each.id in (*_CATCHES, "UnboundLocalError") for each in names)


_SPELLINGS = {
    "true": "True",
    "false": "False",
    "none": "None",
    "null": "None",
    "nil": "None",
    "undefined": "None",
    "string": "str",
    "integer": "int",
    "boolean": "bool",
    "length": "len",
    "println": "print",
}
