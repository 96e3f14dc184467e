"""A scope analysis of Python source on its syntax tree: what each scope binds and reads, in which order, and
which reads nothing in the source answers.

It follows Python's rules, and Monty's where they differ: annotations are not evaluated and bind nothing, and
a comprehension in a class body sees the names of the class.
"""

from __future__ import annotations

import ast
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from .blocks import EXPRESSIONS


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


class Scopes:
    """The scopes of a tree, the module's first, and its nodes.

    `nodes` holds by class all statements and expressions (and handlers, cases, patterns, comprehensions),
    without names, and without what stands in annotations; each class in the order of evaluation, bodies of
    functions after what is around them.
    """

    def __init__(self, tree: ast.Module) -> None:
        analysis = _Analysis(tree)
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


class _Analysis:
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


_SPECIAL: dict[type[Any], Callable[[_Analysis, Scope, Any], None]] = {
    ast.NamedExpr: _Analysis.walrus,
    ast.AugAssign: _Analysis.augmented,
    ast.AnnAssign: _Analysis.annotated,
    ast.Global: _Analysis.declared_global,
    ast.Nonlocal: _Analysis.declared_nonlocal,
    ast.Import: _Analysis.imported,
    ast.ImportFrom: _Analysis.imported_from,
    ast.ExceptHandler: _Analysis.handler,
    ast.MatchAs: _Analysis.match_as,
    ast.MatchStar: _Analysis.match_star,
    ast.MatchMapping: _Analysis.match_mapping,
    ast.For: _Analysis.for_loop,
    ast.AsyncFor: _Analysis.for_loop,
    ast.While: _Analysis.while_loop,
    ast.FunctionDef: _Analysis.function,
    ast.AsyncFunctionDef: _Analysis.function,
    ast.Lambda: _Analysis.lambda_function,
    ast.ClassDef: _Analysis.class_body,
    ast.ListComp: _Analysis.comprehension,
    ast.SetComp: _Analysis.comprehension,
    ast.GeneratorExp: _Analysis.comprehension,
    ast.DictComp: _Analysis.dict_comprehension,
}
if hasattr(ast, "TypeAlias"):
    _SPECIAL[ast.TypeAlias] = _Analysis.type_alias
# What is no more than its fields, the last one first.
_BACKWARDS = {
    sort: fields[::-1] for sort, fields in _ORDER.items() if sort not in _SPECIAL and sort is not type(None)
}
