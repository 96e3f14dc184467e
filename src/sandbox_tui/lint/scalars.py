"""Which names certainly hold a number, a string or a truth value wherever their scope binds them.

Needed to call the fix of an augmented assignment safe: on such a value `x += y` and `x = x + y` are the same.
Statements are read, expressions hardly, and every doubt counts against a name: anything but a parameter of a
scalar type, an assignment of a scalar expression, a loop over `range`, and an augmented assignment that keeps
it a scalar.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from .annotations import canonical
from .blocks import BLOCKS
from .context import Context
from .parsing import Unparsable, parse_expression

_SCALAR_TYPES = frozenset({"int", "float", "str", "bool", "bytes"})
_SCALAR_CALLS = frozenset({"int", "float", "str", "bool", "len", "abs", "round", "ord", "chr", "repr"})

# `global` and `nonlocal` bind names from elsewhere, and an object of a class can make anything of an
# operator.
_DOUBTS = ("global", "nonlocal", "class", "exec", "eval", "locals")
_DOUBT = re.compile(rf"\b(?:{'|'.join(_DOUBTS)}|globals)\b")
_WALRUS = re.compile(r"\b(\w{1,200})[\s\\]{0,20}:=")

# Each takes a look at all bindings; what is not settled by then is doubtful.
_MAX_ROUNDS = 20

_BINDS_NOTHING = frozenset((ast.Expr, ast.If, ast.Return, ast.While, ast.Raise, ast.Assert, ast.Pass))
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
Scope = ast.FunctionDef | ast.AsyncFunctionDef | ast.Module


def is_scalar_throughout(name: str, node: ast.AugAssign, context: Context) -> bool:
    """Whether `name`, assigned at `node`, is bound to scalars only in the scope of `node`."""
    return name in context.memo(_scalars_by_statement).get(id(node), ())


def _scalars_by_statement(context: Context) -> dict[int, frozenset[str]]:
    """For each augmented assignment (by id) the names of its scope that are scalars throughout."""
    found: dict[int, frozenset[str]] = {}
    text = context.source.text
    # Looking for the words first is quick, and mostly the end of it.
    if not context.whole or (any(word in text for word in _DOUBTS) and _DOUBT.search(text)):
        return found
    walrus = frozenset(_WALRUS.findall(text)) if ":=" in text else frozenset()
    waiting: list[Scope] = [context.tree]
    scopes: list[tuple[_Bindings, list[int]]] = []
    while waiting:
        scope = waiting.pop()
        assignments: list[int] = []
        bindings = _Bindings(scope, context, walrus)
        for node in _statements(scope):
            if isinstance(node, _FUNCTIONS):
                waiting.append(node)
            elif isinstance(node, ast.AugAssign):
                assignments.append(id(node))
            bindings.take(node)
        scopes.append((bindings, assignments))
    # A name like `len` that is bound anywhere is not the builtin.
    calls = _SCALAR_CALLS.difference(*(each.names for each, _ in scopes))
    for bindings, assignments in scopes:
        if assignments:
            found.update(dict.fromkeys(assignments, bindings.scalars(calls)))
    return found


def _statements(scope: Scope) -> Iterator[ast.AST]:
    """The statements of a scope (and its handlers and cases), functions inside it as themselves only."""
    waiting: list[ast.AST] = list(scope.body)
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, _FUNCTIONS):
            for block in BLOCKS.get(type(node), ()):
                waiting += getattr(node, block)


class _Bindings:
    """What the names of one scope are bound to: expressions to be judged, or something uncertain."""

    def __init__(self, scope: Scope, context: Context, uncertain: frozenset[str]) -> None:
        self.uncertain = set(uncertain)
        self.bound: set[str] = set()
        self.values: dict[str, list[ast.expr]] = {}
        if isinstance(scope, ast.Module):
            for name, text in context.inputs.items():
                self._declare(name, _names_scalar(text))
            return
        # Only what crosses the boundary is checked against its annotation.
        checked = context.kind == "function" and scope in context.tree.body
        arguments = scope.args
        for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
            scalar = argument.annotation is not None and canonical(argument.annotation) in _SCALAR_TYPES
            self._declare(argument.arg, scalar and checked)
        for each in (arguments.vararg, arguments.kwarg):
            if each is not None:
                self.uncertain.add(each.arg)

    def _declare(self, name: str, scalar: bool) -> None:
        (self.bound if scalar else self.uncertain).add(name)

    def take(self, node: ast.AST) -> None:
        """Notes what a statement binds."""
        if node.__class__ in _BINDS_NOTHING:
            return
        if isinstance(node, ast.Assign):
            for target in node.targets:
                self._bind(target, node.value)
        elif isinstance(node, ast.AnnAssign):
            if node.value is not None:
                self._bind(node.target, node.value)
        elif isinstance(node, ast.AugAssign):
            # Of a scalar and anything that is none, only `*` makes something (`2 * [1]`).
            if isinstance(node.target, ast.Name) and isinstance(node.op, ast.Mult):
                self.values.setdefault(node.target.id, []).append(node.value)
        elif isinstance(node, ast.For) and _is_range(node.iter) and isinstance(node.target, ast.Name):
            self.bound.add(node.target.id)
        elif isinstance(node, ast.For | ast.AsyncFor):
            self._doubt(node.target)
        elif isinstance(node, ast.With | ast.AsyncWith):
            for item in node.items:
                if item.optional_vars is not None:
                    self._doubt(item.optional_vars)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            self.uncertain.update((each.asname or each.name).partition(".")[0] for each in node.names)
        elif isinstance(node, _FUNCTIONS):
            self.uncertain.add(node.name)
        elif isinstance(node, ast.ExceptHandler):
            self.uncertain.add(node.name or "")
        elif isinstance(node, ast.match_case):
            self._doubt(node.pattern)

    def _bind(self, target: ast.expr, value: ast.expr) -> None:
        if isinstance(target, ast.Name):
            self.bound.add(target.id)
            self.values.setdefault(target.id, []).append(value)
        else:
            self._doubt(target)

    def _doubt(self, target: ast.AST) -> None:
        if isinstance(target, ast.Name):
            self.uncertain.add(target.id)
            return
        for node in ast.walk(target):
            if isinstance(node, ast.Name):
                self.uncertain.add(node.id)
            elif isinstance(node, ast.MatchAs | ast.MatchStar):
                self.uncertain.add(node.name or "")
            elif isinstance(node, ast.MatchMapping):
                self.uncertain.add(node.rest or "")

    @property
    def names(self) -> set[str]:
        """Every name that the scope binds."""
        return self.bound | self.uncertain

    def scalars(self, calls: frozenset[str]) -> frozenset[str]:
        """The names all of whose bindings are scalars, found by taking away until nothing changes; `calls`
        are the builtins that give scalars.
        """
        certain = self.bound - self.uncertain
        for _ in range(_MAX_ROUNDS):
            wrong = {
                name
                for name in certain
                if not all(_is_scalar(value, certain, calls) for value in self.values.get(name, ()))
            }
            if not wrong:
                return frozenset(certain)
            certain -= wrong
        return frozenset()


def _names_scalar(text: str) -> bool:
    try:
        return canonical(parse_expression(text)) in _SCALAR_TYPES
    except Unparsable:
        return False


def _is_range(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "range"


def _is_scalar(node: ast.expr, names: set[str], calls: frozenset[str]) -> bool:
    """Whether an expression is a number, a string or a truth value, given that `names` are and `calls` give
    such.
    """
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
            waiting += (part.left, part.right)
        elif isinstance(part, ast.UnaryOp):
            waiting.append(part.operand)
        elif isinstance(part, ast.IfExp):
            waiting += (part.body, part.orelse)
        elif isinstance(part, ast.Call):
            if not (isinstance(part.func, ast.Name) and part.func.id in calls):
                return False
        elif not isinstance(part, ast.JoinedStr):
            return False
    return True
