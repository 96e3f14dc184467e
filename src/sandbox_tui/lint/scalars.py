"""Whether a name certainly holds a number or a string wherever it is bound.

A cautious reading of one scope: every binding must be a parameter of a scalar type, an assignment of a scalar
expression, a loop over `range`, or an augmented assignment that keeps it a scalar. Anything else makes it
uncertain.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from .annotations import canonical
from .context import Context

_SCALARS = frozenset({"int", "float", "str", "bool", "bytes"})
_SCALAR_CALLS = frozenset({"int", "float", "str", "bool", "len", "abs", "round", "ord", "chr", "repr"})

Scope = ast.FunctionDef | ast.AsyncFunctionDef | ast.Module
_INNER = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)


def is_scalar_throughout(name: str, node: ast.AugAssign, context: Context) -> bool:
    """Whether `name`, assigned at `node`, is bound to scalars only in the scope of `node`."""
    return name in context.memo(_scalars_by_statement).get(id(node), ())


def _scalars_by_statement(context: Context) -> dict[int, frozenset[str]]:
    """For each augmented assignment (by id) the names of its scope that are scalars throughout."""
    found: dict[int, frozenset[str]] = {}
    if not context.whole:
        return found
    waiting: list[Scope] = [context.tree]
    while waiting:
        scope = waiting.pop()
        statements: list[int] = []
        bindings = _Bindings(scope, context)
        for node in _own_nodes(scope):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                waiting.append(node)
            elif isinstance(node, ast.AugAssign):
                statements.append(id(node))
            bindings.take(node)
        names = bindings.scalars() if statements else frozenset()
        found.update(dict.fromkeys(statements, names))
    return found


def _own_nodes(scope: Scope) -> Iterator[ast.AST]:
    """Every node of a scope, functions and classes inside it as themselves only."""
    waiting: list[ast.AST] = list(scope.body)
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, _INNER):
            waiting.extend(ast.iter_child_nodes(node))


class _Bindings:
    """What the names of one scope are bound to: scalar expressions to be judged, or something uncertain."""

    def __init__(self, scope: Scope, context: Context) -> None:
        self.uncertain: set[str] = set()
        self.values: dict[str, list[ast.expr]] = {}
        self.bound: set[str] = set()
        self.has_class = False
        if isinstance(scope, ast.Module):
            for name, text in context.inputs.items():
                self._declare(name, text.strip() in _SCALARS)
            return
        arguments = scope.args
        for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
            annotation = argument.annotation
            scalar = annotation is not None and canonical(annotation) in _SCALARS
            self._declare(argument.arg, scalar and self._top_level(scope, context))
        for each in (arguments.vararg, arguments.kwarg):
            if each is not None:
                self.uncertain.add(each.arg)

    @staticmethod
    def _top_level(scope: Scope, context: Context) -> bool:
        """Only what crosses the boundary is checked against its annotation."""
        return context.kind == "function" and scope in context.tree.body

    def _declare(self, name: str, scalar: bool) -> None:
        if scalar:
            self.bound.add(name)
        else:
            self.uncertain.add(name)

    def take(self, node: ast.AST) -> None:
        if isinstance(node, ast.Assign):
            for target in node.targets:
                self._bind(target, node.value)
        elif isinstance(node, ast.AnnAssign) and node.value is not None:
            self._bind(node.target, node.value)
        elif isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
            # Of a scalar and anything that is none, only `*` makes something (`2 * [1]`).
            if isinstance(node.op, ast.Mult):
                self.values.setdefault(node.target.id, []).append(node.value)
        elif isinstance(node, ast.For) and _is_range(node.iter):
            self._bind(node.target, None)
        elif isinstance(node, ast.Global | ast.Nonlocal):
            self.uncertain.update(node.names)
        elif isinstance(node, ast.ClassDef):
            self.has_class = True
            self.uncertain.add(node.name)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            self.uncertain.add(node.name)
            # A function inside may bind the name by `nonlocal`.
            for inner in ast.walk(node):
                if isinstance(inner, ast.Nonlocal | ast.Global):
                    self.uncertain.update(inner.names)
                elif isinstance(inner, ast.ClassDef):
                    self.has_class = True
        elif isinstance(node, ast.NamedExpr):
            self.uncertain.add(node.target.id)
        elif isinstance(node, ast.For | ast.AsyncFor):
            self._bind_uncertain(node.target)
        elif isinstance(node, ast.withitem) and node.optional_vars is not None:
            self._bind_uncertain(node.optional_vars)
        elif isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar) and node.name:
            self.uncertain.add(node.name)
        elif isinstance(node, ast.MatchMapping) and node.rest:
            self.uncertain.add(node.rest)
        elif isinstance(node, ast.alias):
            self.uncertain.add((node.asname or node.name).partition(".")[0])

    def _bind(self, target: ast.expr, value: ast.expr | None) -> None:
        if not isinstance(target, ast.Name):
            self._bind_uncertain(target)
        elif value is None:
            self.bound.add(target.id)
        else:
            self.bound.add(target.id)
            self.values.setdefault(target.id, []).append(value)

    def _bind_uncertain(self, target: ast.expr) -> None:
        self.uncertain.update(node.id for node in ast.walk(target) if isinstance(node, ast.Name))

    def scalars(self) -> frozenset[str]:
        """The names all of whose bindings are scalars, found by taking away until nothing changes."""
        if self.has_class:
            # An object of one's own may make anything of an operator.
            return frozenset()
        certain = self.bound - self.uncertain
        changed = True
        while changed:
            wrong = {
                name
                for name in certain
                if not all(_is_scalar(value, certain) for value in self.values.get(name, ()))
            }
            certain -= wrong
            changed = bool(wrong)
        return frozenset(certain)


def _is_range(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "range"


def _is_scalar(node: ast.expr, names: set[str]) -> bool:
    """Whether an expression is a number, a string or a truth value, given that `names` are."""
    waiting = [node]
    while waiting:
        part = waiting.pop()
        if isinstance(part, ast.Constant):
            if part.value is None or part.value is Ellipsis:
                return False
        elif isinstance(part, ast.Name):
            if part.id not in names:
                return False
        elif isinstance(part, ast.BinOp):
            if not isinstance(part.op, ast.Mult) and (isinstance(part.left, ast.Constant | ast.JoinedStr)):
                waiting.append(part.left)
            else:
                waiting += (part.left, part.right)
        elif isinstance(part, ast.UnaryOp):
            waiting.append(part.operand)
        elif isinstance(part, ast.IfExp):
            waiting += (part.body, part.orelse)
        elif isinstance(part, ast.Call):
            if not (isinstance(part.func, ast.Name) and part.func.id in _SCALAR_CALLS):
                return False
        elif not isinstance(part, ast.JoinedStr):
            return False
    return True
