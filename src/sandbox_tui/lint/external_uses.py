"""Where a source uses its externals: which reads of names are such, which are calls, and which of them Flyte
discovers.

Externals are the names that nothing in the source binds and Monty does not provide; where the declared ones
are known, those of them.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import pairwise

from .annotations import HANDLES, canonical
from .context import Context
from .index import BODIES, COMPREHENSIONS, FUNCTIONS, Index, in_body, index_of, task_function
from .names import MAP, names_of
from .parsing import Unparsable, parse_expression


class ExternalUses:
    """The uses of one text's externals: `names` holds each external's reads, in the order of the text."""

    def __init__(self, context: Context, index: Index) -> None:
        self.index = index
        self.task = task_function(context)
        self.signatures = context.externals or {}
        free = set(names_of(context).scopes.unanswered())
        known = context.target.builtins | {MAP} | context.inputs.keys()
        self.names: dict[str, list[ast.Name]] = {}
        self.maps: list[ast.Name] = []
        reads = sorted(index.of(ast.Name), key=lambda each: (each.lineno, each.col_offset))
        for node in reads:
            if node not in free:
                continue
            if node.id == MAP:
                self.maps.append(node)
            elif node.id not in known and (context.externals is None or node.id in context.externals):
                self.names.setdefault(node.id, []).append(node)
        self._nodes = {node for nodes in self.names.values() for node in nodes}
        self.calling: set[str] = set()
        self._find_calling()

    def is_external(self, node: ast.AST) -> bool:
        """Whether `node` is a read of an external."""
        return node in self._nodes

    def is_call(self, node: ast.AST | None) -> bool:
        """Whether `node` is a call of an external."""
        return isinstance(node, ast.Call) and node.func in self._nodes

    def map_calls(self) -> Iterator[ast.Call]:
        """The calls of `flyte_map`."""
        for name in self.maps:
            call = self.index.parents.get(name)
            if isinstance(call, ast.Call) and call.func is name:
                yield call

    def mapped(self) -> Iterator[ast.Constant]:
        """The texts that name an external to `flyte_map`."""
        for call in self.map_calls():
            first = call.args[0] if call.args else None
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                yield first

    def is_seen(self, node: ast.AST) -> bool:
        """Whether `node` is evaluated by the task function's own code object (of Python 3.11), the only one
        that Flyte looks into.
        """
        for child, around in pairwise((node, *self.index.around(node))):
            if around is self.task:
                return in_body(child, around)
            if isinstance(around, ast.comprehension):
                # The first iterable is evaluated where the comprehension stands.
                first = getattr(self.index.parents[around], "generators", [None])[0]
                if around is not first or child is not around.iter:
                    return False
            elif isinstance(around, COMPREHENSIONS):
                if not isinstance(child, ast.comprehension):
                    return False
            elif isinstance(around, BODIES) and in_body(child, around):
                return False
        return False

    def discovered(self, name: str) -> bool:
        """Whether Flyte discovers the external: the task function's own code names it, be it as an
        attribute.
        """
        if any(self.is_seen(node) for node in self.names.get(name, ())):
            return True
        return any(self.is_seen(node) for node in self.index.attributes.get(name, ()))

    def calls_in(self, statements: list[ast.stmt]) -> list[ast.Call]:
        """The calls in these statements that are, or lead to, calls of externals, in the order of the
        text.
        """
        found = []
        for statement in statements:
            for node in evaluated(statement):
                if isinstance(node, ast.Call) and (
                    node.func in self._nodes
                    or (isinstance(node.func, ast.Name) and node.func.id in self.calling)
                ):
                    found.append(node)
        return sorted(found, key=lambda each: (each.lineno, each.col_offset))

    def returns_handle(self, call: ast.Call) -> bool:
        """Whether the external called gives a handle, by its declared signature."""
        assert isinstance(call.func, ast.Name)
        _, arrow, result = (self.signatures.get(call.func.id) or "").rpartition("->")
        if not arrow:
            return False
        try:
            return canonical(parse_expression(result)) in HANDLES
        except Unparsable:
            return False

    def _find_calling(self) -> None:
        """Collects the functions defined in the task that call an external, directly or by one another."""
        callers: dict[str, set[str]] = {}
        waiting: list[str] = []
        for name, functions in self.index.functions.items():
            for function in functions:
                if function is self.task:
                    continue
                if self.calls_in(function.body):
                    waiting.append(name)
                for statement in function.body:
                    for node in evaluated(statement):
                        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                            callers.setdefault(node.func.id, set()).add(name)
        while waiting:
            name = waiting.pop()
            if name not in self.calling:
                self.calling.add(name)
                waiting += callers.get(name, ())


def external_uses(context: Context) -> ExternalUses:
    """The uses of a text's externals."""
    return context.memo(_make)


def _make(context: Context) -> ExternalUses:
    return ExternalUses(context, index_of(context))


def evaluated(statement: ast.stmt | ast.expr) -> Iterator[ast.AST]:
    """The nodes that a statement evaluates itself: not the bodies of functions and lambdas."""
    waiting: list[ast.AST] = [statement]
    while waiting:
        node = waiting.pop()
        yield node
        if isinstance(node, (*FUNCTIONS, ast.Lambda)):
            arguments = node.args
            waiting += [*arguments.defaults, *(each for each in arguments.kw_defaults if each is not None)]
        else:
            waiting += ast.iter_child_nodes(node)
