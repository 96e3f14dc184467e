"""The walk of a scope analysis: what each scope of a tree binds and reads, in the order of evaluation, and
the nodes of the tree by class.
"""

from __future__ import annotations

import ast
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Iterator
from typing import Any, Literal

from .blocks import EXPRESSIONS


class Loop:
    """A loop: the events of its scope from `start` up to `end` happen in each round."""

    __slots__ = ("end", "start")

    def __init__(self) -> None:
        self.start = self.end = -1


class Scope:
    """One scope.

    `events` are its reads and bindings in the order of evaluation: nodes of names, and plain texts for what
    binds without one (`def`, `import`, parameters). `bound` tells for each name the first event that binds
    it, -1 for one that is bound from elsewhere; `read` the first that reads it.
    """

    __slots__ = (
        "_outermost",
        "bound",
        "end",
        "events",
        "globals",
        "kind",
        "loops",
        "node",
        "nonlocals",
        "parent",
        "read",
        "start",
    )

    def __init__(
        self,
        kind: Literal["module", "function", "class", "comprehension"],
        parent: Scope | None,
        node: ast.AST,
    ) -> None:
        self.kind = kind
        self.parent = parent
        self.node = node
        self.events: list[ast.Name | str] = []
        self.loops: list[Loop] = []
        self.globals: set[str] = set()
        self.nonlocals: set[str] = set()
        # Of a comprehension, the number of its parent's events when it begins, and when it is done.
        self.start = self.end = 0
        self.bound: dict[str, int] = {}
        self.read: dict[str, int] = {}
        self._outermost: list[Loop] | None = None

    def reads(self, names: Container[str]) -> Iterator[tuple[int, ast.Name]]:
        """The reads of some names, each with the number of its event, in the order of evaluation."""
        for number, event in enumerate(self.events):
            if not isinstance(event, str) and event.id in names and isinstance(event.ctx, ast.Load):
                yield number, event

    def binds_before(self, name: str, number: int) -> bool:
        """Whether the name can be bound when event `number` happens.

        A binding further down counts when it is in a loop that the event is in too: it then comes before the
        event of the next round.
        """
        first = self.bound.get(name)
        if first is None:
            return False
        return first < number or first < self.end_of_loop(number)

    def end_of_loop(self, number: int) -> int:
        """The event that ends the outermost loop that event `number` is in; 0 where it is in none."""
        if self._outermost is None:
            self._outermost = []
            for loop in self.loops:
                if not self._outermost or loop.start >= self._outermost[-1].end:
                    self._outermost.append(loop)
        index = bisect_right(self._outermost, number, key=lambda loop: loop.start) - 1
        return self._outermost[index].end if index >= 0 and number < self._outermost[index].end else 0

    @property
    def function(self) -> Scope:
        """The innermost scope around that is no comprehension; itself if it is none."""
        scope = self
        while scope.kind == "comprehension" and scope.parent is not None:
            scope = scope.parent
        return scope


# The fields of a node in the order in which they are evaluated.
_ORDER: dict[type[Any], tuple[str, ...]] = {
    **EXPRESSIONS,
    ast.Expr: ("value",),
    ast.Return: ("value",),
    ast.Delete: ("targets",),
    ast.Assign: ("value", "targets"),
    ast.If: ("test", "body", "orelse"),
    ast.With: ("items", "body"),
    ast.AsyncWith: ("items", "body"),
    ast.Raise: ("exc", "cause"),
    ast.Try: ("body", "handlers", "orelse", "finalbody"),
    ast.TryStar: ("body", "handlers", "orelse", "finalbody"),
    ast.Assert: ("test", "msg"),
    ast.Match: ("subject", "cases"),
    ast.match_case: ("pattern", "guard", "body"),
    ast.Pass: (),
    ast.Break: (),
    ast.Continue: (),
}


class Analysis:
    """Walks the tree once, in the order of evaluation, without recursion: sources are written by anybody.

    On the stack wait nodes, names to be bound (texts), loops (to be entered, then left), and scopes to go on
    in.
    """

    def __init__(self, tree: ast.Module) -> None:
        module = Scope("module", None, tree)
        self.scopes = [module]
        self.nodes: defaultdict[type[ast.AST], list[Any]] = defaultdict(list)
        self.stack: list[Any] = []
        self.bodies: list[tuple[Scope, list[Any]]] = [(module, tree.body)]
        # Bodies of functions and classes are scopes of their own, and wait until what is around them is done.
        for scope, body in self.bodies:
            self.stack = body[::-1]
            self.walk(scope)

    def walk(self, scope: Scope) -> None:
        stack, events, nodes = self.stack, scope.events, self.nodes
        fields_of = _BACKWARDS.get
        name_class = ast.Name
        while stack:
            item = stack.pop()
            sort = item.__class__
            if sort is name_class or sort is str:
                events.append(item)
                continue
            fields = fields_of(sort)
            if fields is not None:
                nodes[sort].append(item)
                for field in fields:
                    value = getattr(item, field)
                    if value.__class__ is list:
                        stack += value[::-1]
                    elif value is not None:
                        stack.append(value)
            elif sort is Scope:
                if item.parent is scope:
                    item.start = len(events)
                else:
                    scope.end = len(item.events)
                scope, events = item, item.events
            elif sort is Loop:
                if item.start < 0:
                    item.start = len(events)
                    scope.loops.append(item)
                else:
                    item.end = len(events)
            elif item is not None:
                nodes[sort].append(item)
                special = _SPECIAL.get(sort)
                if special is not None:
                    special(self, scope, item)
                else:
                    # Of a newer Python.
                    self.later(ast.iter_child_nodes(item))

    def later(self, items: Iterable[Any]) -> None:
        """Puts items before everything that waits, in their own order."""
        self.stack.extend(reversed([item for item in items if item is not None]))

    def inner(
        self, kind: Literal["function", "class", "comprehension"], parent: Scope, node: ast.AST
    ) -> Scope:
        scope = Scope(kind, parent, node)
        self.scopes.append(scope)
        return scope

    # Bindings

    def walrus(self, scope: Scope, node: ast.NamedExpr) -> None:
        # It binds in the function around a comprehension, not in the comprehension.
        if scope.kind == "comprehension":
            scope.function.events.append(node.target)
            self.later([node.value])
        else:
            self.later([node.value, node.target])

    def augmented(self, scope: Scope, node: ast.AugAssign) -> None:
        if isinstance(node.target, ast.Name):
            read = ast.copy_location(ast.Name(node.target.id, ast.Load()), node.target)
            self.later([read, node.value, node.target])
        else:
            self.later([node.target, node.value])

    def annotated(self, scope: Scope, node: ast.AnnAssign) -> None:
        # Monty evaluates no annotation, nor does it bind a name that has nothing but one.
        if node.value is not None:
            self.later([node.value, node.target])

    def declared_global(self, scope: Scope, node: ast.Global) -> None:
        scope.globals.update(node.names)

    def declared_nonlocal(self, scope: Scope, node: ast.Nonlocal) -> None:
        scope.nonlocals.update(node.names)

    def imported(self, scope: Scope, node: ast.Import) -> None:
        scope.events += [alias.asname or alias.name.partition(".")[0] for alias in node.names]

    def imported_from(self, scope: Scope, node: ast.ImportFrom) -> None:
        scope.events += [alias.asname or alias.name for alias in node.names]

    def handler(self, scope: Scope, node: ast.ExceptHandler) -> None:
        self.later([node.type, node.name, *node.body])

    def match_as(self, scope: Scope, node: ast.MatchAs) -> None:
        self.later([node.pattern, node.name])

    def match_star(self, scope: Scope, node: ast.MatchStar) -> None:
        self.later([node.name])

    def match_mapping(self, scope: Scope, node: ast.MatchMapping) -> None:
        self.later([*node.keys, *node.patterns, node.rest])

    def type_alias(self, scope: Scope, node: Any) -> None:
        self.later([node.name])

    # Loops

    def for_loop(self, scope: Scope, node: ast.For | ast.AsyncFor) -> None:
        loop = Loop()
        self.later([node.iter, loop, node.target, *node.body, loop, *node.orelse])

    def while_loop(self, scope: Scope, node: ast.While) -> None:
        loop = Loop()
        self.later([loop, node.test, *node.body, loop, *node.orelse])

    # Scopes

    def function(self, scope: Scope, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        inner = self.inner("function", scope, node)
        self.declare(inner, node)
        self.bodies.append((inner, node.body))
        arguments = node.args
        # The name is bound when decorators and defaults are evaluated; the body, a scope of its own, sees all
        # of the module.
        self.later([*node.decorator_list, *arguments.defaults, *arguments.kw_defaults, node.name])

    def declare(self, inner: Scope, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> None:
        """Binds parameters and type parameters."""
        arguments = node.args
        inner.events += [
            each.arg for each in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)
        ]
        inner.events += [each.arg for each in (arguments.vararg, arguments.kwarg) if each is not None]
        inner.events += [each.name for each in getattr(node, "type_params", ())]

    def lambda_function(self, scope: Scope, node: ast.Lambda) -> None:
        inner = self.inner("function", scope, node)
        self.declare(inner, node)
        self.bodies.append((inner, [node.body]))
        self.later([*node.args.defaults, *node.args.kw_defaults])

    def class_body(self, scope: Scope, node: ast.ClassDef) -> None:
        inner = self.inner("class", scope, node)
        inner.events += [each.name for each in getattr(node, "type_params", ())]
        self.bodies.append((inner, node.body))
        self.later([*node.decorator_list, *node.bases, *node.keywords, node.name])

    def comprehension(self, scope: Scope, node: ast.ListComp | ast.SetComp | ast.GeneratorExp) -> None:
        self.comprehended(scope, node, node.generators, [node.elt])

    def dict_comprehension(self, scope: Scope, node: ast.DictComp) -> None:
        self.comprehended(scope, node, node.generators, [node.key, node.value])

    def comprehended(
        self, scope: Scope, node: ast.expr, generators: list[ast.comprehension], results: list[ast.expr]
    ) -> None:
        inner = self.inner("comprehension", scope, node)
        self.nodes[ast.comprehension] += generators
        steps: list[ast.AST] = []
        for index, generator in enumerate(generators):
            if index:
                steps.append(generator.iter)
            steps += [generator.target, *generator.ifs]
        # The first iterable is evaluated where the comprehension stands.
        self.later([generators[0].iter, inner, *steps, *results, scope])


_SPECIAL: dict[type[Any], Callable[[Analysis, Scope, Any], None]] = {
    ast.NamedExpr: Analysis.walrus,
    ast.AugAssign: Analysis.augmented,
    ast.AnnAssign: Analysis.annotated,
    ast.Global: Analysis.declared_global,
    ast.Nonlocal: Analysis.declared_nonlocal,
    ast.Import: Analysis.imported,
    ast.ImportFrom: Analysis.imported_from,
    ast.ExceptHandler: Analysis.handler,
    ast.MatchAs: Analysis.match_as,
    ast.MatchStar: Analysis.match_star,
    ast.MatchMapping: Analysis.match_mapping,
    ast.For: Analysis.for_loop,
    ast.AsyncFor: Analysis.for_loop,
    ast.While: Analysis.while_loop,
    ast.FunctionDef: Analysis.function,
    ast.AsyncFunctionDef: Analysis.function,
    ast.Lambda: Analysis.lambda_function,
    ast.ClassDef: Analysis.class_body,
    ast.ListComp: Analysis.comprehension,
    ast.SetComp: Analysis.comprehension,
    ast.GeneratorExp: Analysis.comprehension,
    ast.DictComp: Analysis.dict_comprehension,
}
if hasattr(ast, "TypeAlias"):
    _SPECIAL[ast.TypeAlias] = Analysis.type_alias
# What is no more than its fields, the last one first.
_BACKWARDS = {
    sort: fields[::-1] for sort, fields in _ORDER.items() if sort not in _SPECIAL and sort is not type(None)
}
