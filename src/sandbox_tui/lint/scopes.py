"""A scope analysis of Python source on its syntax tree: what each scope binds, and which reads nothing in the
source answers.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Literal


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


@dataclass(slots=True)
class _Read:
    node: ast.Name
    # The order of evaluation, and the loops around the read in its own scope: see `_Scope.binds_before`.
    number: int
    loops: tuple[int, ...]
    called: bool
    attribute: str | None


@dataclass(slots=True)
class _Scope:
    kind: Literal["module", "function", "class", "comprehension"]
    parent: _Scope | None
    # name -> first binding, as (number, loops around it)
    bound: dict[str, tuple[int, tuple[int, ...]]] = field(default_factory=dict)
    globals: set[str] = field(default_factory=set)
    nonlocals: set[str] = field(default_factory=set)
    reads: list[_Read] = field(default_factory=list)
    loops: tuple[int, ...] = ()

    def binds_before(self, read: _Read) -> bool:
        """Whether the name can be bound when a module or class body reads it.

        These scopes fall back to what is outside while they have not bound the name yet (`total = total(x)`).
        A binding further down counts when it is in a loop that the read is in too: it then comes before the
        read of the next round.
        """
        found = self.bound.get(read.node.id)
        if found is None:
            return False
        number, loops = found
        return number < read.number or any(loop in read.loops for loop in loops)


def reads_from_outside(tree: ast.Module, source: str | None = None) -> list[FreeName]:
    """Every read of a name that no scope of the source binds, in the order of the text; builtins included."""
    analysis = _Analysis()
    analysis.run(tree)
    lines = None if source is None else source.split("\n")
    found = [
        FreeName.at(read.node, read.node.id, lines, called=read.called, attribute=read.attribute)
        for scope in analysis.scopes
        for read in scope.reads
        if _is_free(scope, read, analysis.module)
    ]
    return sorted(found, key=lambda name: (name.line, name.column))


def _is_free(scope: _Scope, read: _Read, module: _Scope) -> bool:
    name = read.node.id
    if name in scope.globals:
        return name not in module.bound
    if scope.kind in ("module", "class"):
        if scope.binds_before(read):
            return False
    elif name in scope.bound and name not in scope.nonlocals:
        return False
    outer = scope.parent
    while outer is not None:
        # The names of a class body are not seen by what is nested in it.
        if outer.kind != "class":
            if name in outer.globals:
                return name not in module.bound
            if name in outer.bound and name not in outer.nonlocals:
                return False
        outer = outer.parent
    return True


class _Analysis:
    """Walks the tree once, in the order of evaluation, without recursion: sources are written by anybody."""

    def __init__(self) -> None:
        self.module = _Scope("module", None)
        self.scopes = [self.module]
        self.count = 0
        self.loop_count = 0
        # What is still to be done, last first: (scope, a node or a step).
        self.stack: list[tuple[_Scope, ast.AST | Callable[[], None]]] = []

    def run(self, tree: ast.Module) -> None:
        self.later(self.module, tree.body)
        while self.stack:
            scope, item = self.stack.pop()
            if isinstance(item, ast.AST):
                self.visit(scope, item)
            else:
                item()

    def later(self, scope: _Scope, items: Iterable[ast.AST | Callable[[], None] | None]) -> None:
        """Puts items before everything that waits, in their own order."""
        self.stack.extend((scope, item) for item in reversed([item for item in items if item is not None]))

    def bind(self, scope: _Scope, name: str) -> None:
        self.count += 1
        if name in scope.globals:
            self.module.bound.setdefault(name, (self.count, ()))
        elif name not in scope.nonlocals:
            scope.bound.setdefault(name, (self.count, scope.loops))

    def inner(self, kind: Literal["function", "class", "comprehension"], parent: _Scope) -> _Scope:
        scope = _Scope(kind, parent)
        self.scopes.append(scope)
        return scope

    def visit(self, scope: _Scope, node: ast.AST) -> None:
        method: Any = getattr(self, f"visit_{type(node).__name__}", None)
        if method is not None:
            method(scope, node)
        else:
            self.later(scope, ast.iter_child_nodes(node))

    # Reads and bindings of plain names

    def visit_Name(self, scope: _Scope, node: ast.Name) -> None:
        self.name(scope, node)

    def name(self, scope: _Scope, node: ast.Name, called: bool = False, attribute: str | None = None) -> None:
        if isinstance(node.ctx, ast.Load):
            self.count += 1
            scope.reads.append(_Read(node, self.count, scope.loops, called, attribute))
        else:
            self.bind(scope, node.id)

    def visit_Call(self, scope: _Scope, node: ast.Call) -> None:
        if isinstance(node.func, ast.Name):
            self.name(scope, node.func, called=True)
            self.later(scope, [*node.args, *node.keywords])
        else:
            self.later(scope, [node.func, *node.args, *node.keywords])

    def visit_Attribute(self, scope: _Scope, node: ast.Attribute) -> None:
        if isinstance(node.value, ast.Name):
            self.name(scope, node.value, attribute=node.attr)
        else:
            self.later(scope, [node.value])

    def visit_NamedExpr(self, scope: _Scope, node: ast.NamedExpr) -> None:
        # It binds in the function around a comprehension, not in the comprehension.
        target = scope
        while target.kind == "comprehension" and target.parent is not None:
            target = target.parent
        self.later(scope, [node.value, lambda: self.bind(target, node.target.id)])

    def visit_Assign(self, scope: _Scope, node: ast.Assign) -> None:
        self.later(scope, [node.value, *node.targets])

    def visit_AugAssign(self, scope: _Scope, node: ast.AugAssign) -> None:
        if isinstance(node.target, ast.Name):
            read = ast.copy_location(ast.Name(node.target.id, ast.Load()), node.target)
            self.later(scope, [read, node.value, node.target])
        else:
            self.later(scope, [node.target, node.value])

    def visit_AnnAssign(self, scope: _Scope, node: ast.AnnAssign) -> None:
        # Monty evaluates no annotation, nor does it bind a name that has nothing but one; a function's scope
        # has it all the same.
        if node.value is not None or scope.kind != "module":
            self.later(scope, [node.value, node.target])

    def visit_Global(self, scope: _Scope, node: ast.Global) -> None:
        scope.globals.update(node.names)

    def visit_Nonlocal(self, scope: _Scope, node: ast.Nonlocal) -> None:
        scope.nonlocals.update(node.names)

    def visit_Import(self, scope: _Scope, node: ast.Import) -> None:
        for alias in node.names:
            self.bind(scope, alias.asname or alias.name.partition(".")[0])

    def visit_ImportFrom(self, scope: _Scope, node: ast.ImportFrom) -> None:
        for alias in node.names:
            self.bind(scope, alias.asname or alias.name)

    # Statements that bind on their way

    def visit_For(self, scope: _Scope, node: ast.For | ast.AsyncFor) -> None:
        self.loop(scope, [node.iter], [node.target, *node.body], node.orelse)

    visit_AsyncFor = visit_For

    def visit_While(self, scope: _Scope, node: ast.While) -> None:
        self.loop(scope, [], [node.test, *node.body], node.orelse)

    def loop(
        self, scope: _Scope, before: list[ast.AST], repeated: Iterable[ast.AST], after: Iterable[ast.AST]
    ) -> None:
        outside = scope.loops
        self.loop_count += 1
        inside = (*outside, self.loop_count)

        def enter() -> None:
            scope.loops = inside

        def leave() -> None:
            scope.loops = outside

        self.later(scope, [*before, enter, *repeated, leave, *after])

    def visit_ExceptHandler(self, scope: _Scope, node: ast.ExceptHandler) -> None:
        name = node.name
        bind = None if name is None else lambda: self.bind(scope, name)
        self.later(scope, [node.type, bind, *node.body])

    def visit_MatchAs(self, scope: _Scope, node: ast.MatchAs) -> None:
        if node.name is not None:
            self.bind(scope, node.name)
        self.later(scope, [node.pattern])

    def visit_MatchStar(self, scope: _Scope, node: ast.MatchStar) -> None:
        if node.name is not None:
            self.bind(scope, node.name)

    def visit_MatchMapping(self, scope: _Scope, node: ast.MatchMapping) -> None:
        if node.rest is not None:
            self.bind(scope, node.rest)
        self.later(scope, ast.iter_child_nodes(node))

    # Scopes

    def visit_FunctionDef(self, scope: _Scope, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        inner = self.inner("function", scope)
        self.later(inner, node.body)
        self.declare(inner, node)
        arguments = node.args
        # The name is bound when decorators and defaults are evaluated; the body, a scope of its own, sees all
        # of the module.
        self.later(
            scope,
            [
                *node.decorator_list,
                *arguments.defaults,
                *arguments.kw_defaults,
                lambda: self.bind(scope, node.name),
            ],
        )

    visit_AsyncFunctionDef = visit_FunctionDef

    def declare(self, inner: _Scope, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> None:
        """Binds parameters and type parameters, and finds the `global` and `nonlocal` statements, which hold
        for the whole body.
        """
        arguments = node.args
        for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
            self.bind(inner, argument.arg)
        for star in (arguments.vararg, arguments.kwarg):
            if star is not None:
                self.bind(inner, star.arg)
        for parameter in getattr(node, "type_params", ()):
            self.bind(inner, parameter.name)
        if not isinstance(node, ast.Lambda):
            self.scope_statements(inner, node.body)

    def scope_statements(self, scope: _Scope, body: Iterable[ast.stmt]) -> None:
        waiting: list[ast.AST] = list(body)
        while waiting:
            node = waiting.pop()
            if isinstance(node, ast.Global):
                scope.globals.update(node.names)
            elif isinstance(node, ast.Nonlocal):
                scope.nonlocals.update(node.names)
            elif not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.expr):
                waiting.extend(ast.iter_child_nodes(node))

    def visit_Lambda(self, scope: _Scope, node: ast.Lambda) -> None:
        inner = self.inner("function", scope)
        self.declare(inner, node)
        self.later(inner, [node.body])
        self.later(scope, [*node.args.defaults, *node.args.kw_defaults])

    def visit_ClassDef(self, scope: _Scope, node: ast.ClassDef) -> None:
        inner = self.inner("class", scope)
        for parameter in getattr(node, "type_params", ()):
            self.bind(inner, parameter.name)
        self.scope_statements(inner, node.body)
        self.later(scope, [lambda: self.bind(scope, node.name)])
        self.later(inner, node.body)
        self.later(scope, [*node.decorator_list, *node.bases, *node.keywords])

    def visit_TypeAlias(self, scope: _Scope, node: Any) -> None:
        self.visit(scope, node.name)

    def visit_ListComp(self, scope: _Scope, node: ast.ListComp | ast.SetComp | ast.GeneratorExp) -> None:
        self.comprehension(scope, node.generators, [node.elt])

    visit_SetComp = visit_ListComp
    visit_GeneratorExp = visit_ListComp

    def visit_DictComp(self, scope: _Scope, node: ast.DictComp) -> None:
        self.comprehension(scope, node.generators, [node.key, node.value])

    def comprehension(
        self, scope: _Scope, generators: list[ast.comprehension], results: list[ast.expr]
    ) -> None:
        inner = self.inner("comprehension", scope)
        steps: list[ast.AST] = []
        for index, generator in enumerate(generators):
            if index:
                steps.append(generator.iter)
            steps += [generator.target, *generator.ifs]
        self.later(inner, [*steps, *results])
        # The first iterable is evaluated where the comprehension stands.
        self.later(scope, [generators[0].iter])
