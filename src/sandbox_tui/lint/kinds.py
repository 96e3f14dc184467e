"""What kind of value an expression certainly gives: "set", "list", "int" ..., or None where there is doubt.

A name has a kind if everything that its scope binds it to has that kind; the parameters of the task, whose
annotations are checked at the boundary, have that of their annotation.
"""

from __future__ import annotations

import ast

from .annotations import canonical
from .context import Context
from .index import COMPREHENSIONS, FUNCTIONS, Index, index_of, task_function
from .parsing import Unparsable, parse_expression

LAZY = frozenset({"generator", "map", "filter", "zip", "enumerate", "reversed"})
"""The kinds that are iterators in Python and lists in Monty."""

_CALLS = {
    "set": "set",
    "frozenset": "frozenset",
    "list": "list",
    "sorted": "list",
    "dict": "dict",
    "tuple": "tuple",
    "str": "str",
    "repr": "str",
    "format": "str",
    "chr": "str",
    "hex": "str",
    "bin": "str",
    "oct": "str",
    "int": "int",
    "len": "int",
    "ord": "int",
    "hash": "int",
    "id": "int",
    "float": "float",
    "bool": "bool",
    "isinstance": "bool",
    "hasattr": "bool",
    "any": "bool",
    "all": "bool",
    "bytes": "bytes",
    "range": "range",
    "slice": "slice",
    "iter": "iterator",
    **{name: name for name in LAZY if name != "generator"},
}
_METHODS = {
    **dict.fromkeys(("keys", "values", "items"), "view"),
    **dict.fromkeys(("union", "intersection", "difference", "symmetric_difference"), "set"),
    **dict.fromkeys(("join", "upper", "lower", "strip", "lstrip", "rstrip", "replace"), "str"),
    **dict.fromkeys(("format", "title", "capitalize", "zfill", "center"), "str"),
    **dict.fromkeys(("split", "rsplit", "splitlines"), "list"),
}
_DISPLAYS: dict[type[ast.expr], str] = {
    ast.Set: "set",
    ast.SetComp: "set",
    ast.List: "list",
    ast.ListComp: "list",
    ast.Dict: "dict",
    ast.DictComp: "dict",
    ast.Tuple: "tuple",
    ast.JoinedStr: "str",
    ast.GeneratorExp: "generator",
    ast.Lambda: "function",
}
_NUMBERS = ("int", "bool", "float")
_WHOLE = ("int", "bool")
_SETS = ("set", "frozenset")

# An expression, or a kind; None for what is not looked into.
Binding = ast.expr | str | None
_MAX_DEPTH = 12


class Kinds:
    """The kinds of one text's expressions."""

    def __init__(self, context: Context, index: Index) -> None:
        self.index = index
        self.bindings = _bindings(context, index)
        self._names: dict[tuple[ast.AST, str], str | None] = {}
        self._shadowed = {name for _, name in self.bindings}

    def of(self, node: ast.expr, depth: int = 0) -> str | None:
        """The kind of an expression, if it certainly has one."""
        if depth > _MAX_DEPTH:
            return None
        known = _DISPLAYS.get(type(node))
        if known is not None:
            return known
        if isinstance(node, ast.Constant):
            return "None" if node.value is None else type(node.value).__name__
        if isinstance(node, ast.Name):
            return self._name(node, depth)
        if isinstance(node, ast.Call):
            return self._call(node, depth)
        if isinstance(node, ast.BinOp):
            return self._operation(node, depth)
        if isinstance(node, ast.UnaryOp):
            if isinstance(node.op, ast.Not):
                return "bool"
            kind = self.of(node.operand, depth + 1)
            return "int" if kind == "bool" else kind if kind in _NUMBERS else None
        if isinstance(node, ast.IfExp):
            return _same([self.of(node.body, depth + 1), self.of(node.orelse, depth + 1)])
        if isinstance(node, ast.NamedExpr):
            return self.of(node.value, depth + 1)
        return None

    def binder(self, node: ast.Name) -> ast.AST | None:
        """The scope (or the comprehension) that binds the name read at `node`; None if nothing does."""
        name = node.id
        for around in self.index.around(node):
            if isinstance(around, COMPREHENSIONS) and (around, name) in self.bindings:
                return around
        scope: ast.AST = self.index.scope(node)
        inner = True
        while True:
            if (scope, name) in self.bindings and (inner or not isinstance(scope, ast.ClassDef)):
                return scope
            if isinstance(scope, ast.Module):
                return None
            scope, inner = self.index.scope(scope), False

    def values(self, node: ast.Name) -> list[Binding]:
        """What the name read at `node` is bound to, each None where it is uncertain; [] if nothing binds
        it.
        """
        binder = self.binder(node)
        return [] if binder is None else self.bindings[binder, node.id]

    def _name(self, node: ast.Name, depth: int) -> str | None:
        binder = self.binder(node)
        if binder is None:
            return None
        key = binder, node.id
        if key not in self._names:
            # A name that is bound to something made of itself has the kind of its other values.
            self._names[key] = None
            found = [each for each in self.bindings[key] if not _mentions(each, node.id)]
            self._names[key] = kind = _same([self._bound(each, depth) for each in found])
            if kind is not None and len(found) < len(self.bindings[key]):
                self._names[key] = _same([self._bound(each, depth) for each in self.bindings[key]])
        return self._names[key]

    def _bound(self, value: Binding, depth: int) -> str | None:
        return self.of(value, depth + 1) if isinstance(value, ast.expr) else value

    def _call(self, node: ast.Call, depth: int) -> str | None:
        function = node.func
        if isinstance(function, ast.Name) and function.id not in self._shadowed:
            if function.id == "round" and node.args:
                return "int" if len(node.args) + len(node.keywords) == 1 else self.of(node.args[0], depth + 1)
            if function.id == "abs" and node.args:
                kind = self.of(node.args[0], depth + 1)
                return kind if kind in ("int", "float") else None
            return _CALLS.get(function.id)
        if isinstance(function, ast.Attribute):
            kind = _METHODS.get(function.attr)
            holder = self.of(function.value, depth + 1)
            if kind == "view":
                return kind if not node.args and holder in ("dict", None) else None
            if kind == "set" or function.attr == "copy":
                return holder if holder in (*_SETS, "list", "dict") else None
            return kind if holder == "str" else None
        return None

    def _operation(self, node: ast.BinOp, depth: int) -> str | None:
        left, right = self.of(node.left, depth + 1), self.of(node.right, depth + 1)
        if isinstance(node.op, ast.BitOr | ast.BitAnd | ast.Sub | ast.BitXor) and left in (*_SETS, "view"):
            return left if left in _SETS and right in (*_SETS, "view") else None
        if isinstance(node.op, ast.Mod) and left == "str":
            return "str"
        if left in _NUMBERS and right in _NUMBERS:
            if isinstance(node.op, ast.Div):
                return "float"
            if isinstance(node.op, ast.Pow | ast.MatMult):
                return None
            return "int" if left in _WHOLE and right in _WHOLE else "float"
        if isinstance(node.op, ast.Add) and left == right and left in ("str", "list", "tuple", "bytes"):
            return left
        if isinstance(node.op, ast.Mult) and {left, right} & set(_WHOLE):
            return next((each for each in (left, right) if each in ("str", "list", "tuple", "bytes")), None)
        return None


def kinds_of(context: Context) -> Kinds:
    """The kinds of a text's expressions."""
    return context.memo(_make)


def _make(context: Context) -> Kinds:
    return Kinds(context, index_of(context))


def annotation_kind(node: ast.expr | None) -> str | None:
    """The kind of the values of an annotation."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        try:
            node = parse_expression(node.value)
        except Unparsable:
            return None
    base = node.value if isinstance(node, ast.Subscript) else node
    name = canonical(base) if base is not None else None
    return None if name in ("Any", "Optional", "Union") else name


def _same(kinds: list[str | None]) -> str | None:
    return kinds[0] if kinds and all(each == kinds[0] for each in kinds) else None


def _mentions(node: Binding, name: str) -> bool:
    return isinstance(node, ast.expr) and any(
        isinstance(each, ast.Name) and each.id == name for each in ast.walk(node)
    )


def _bindings(context: Context, index: Index) -> dict[tuple[ast.AST, str], list[Binding]]:
    """What each scope binds each of its names to."""
    found: dict[tuple[ast.AST, str], list[Binding]] = {}

    def bind(node: ast.AST, target: ast.AST, value: Binding) -> None:
        if isinstance(target, ast.Name):
            scope = outer.get((index.scope(node), target.id), index.scope(node))
            found.setdefault((scope, target.id), []).append(value)
        elif isinstance(target, ast.Tuple | ast.List):
            for each in target.elts:
                bind(node, each, None)
        elif isinstance(target, ast.Starred):
            bind(node, target.value, "list")

    outer: dict[tuple[ast.AST, str], ast.AST] = {}
    for declared in index.of(ast.Global):
        for name in declared.names:
            outer[index.scope(declared), name] = index.tree
            found.setdefault((index.tree, name), []).append(None)
    for each in index.of(ast.Nonlocal):
        for name in each.names:
            scope = index.scope(each)
            around = index.scope(scope)
            outer[scope, name] = around
            found.setdefault((around, name), []).append(None)

    for assign in index.of(ast.Assign):
        for target in assign.targets:
            bind(assign, target, assign.value)
    for annotated in index.of(ast.AnnAssign):
        if annotated.value is not None:
            bind(annotated, annotated.target, annotated.value)
    for augmented in index.of(ast.AugAssign):
        if isinstance(augmented.target, ast.Name):
            read = ast.Name(augmented.target.id, ast.Load())
            index.parents[read] = augmented
            value = ast.BinOp(read, augmented.op, augmented.value)
            bind(augmented, augmented.target, value)
    for walrus in index.of(ast.NamedExpr):
        bind(walrus, walrus.target, walrus.value)
    for loop in index.of(ast.For, ast.AsyncFor):
        bind(loop, loop.target, _element(loop.iter))
    for with_ in index.of(ast.With, ast.AsyncWith):
        for item in with_.items:
            if item.optional_vars is not None:
                bind(with_, item.optional_vars, None)
    for handler in index.of(ast.ExceptHandler):
        if handler.name:
            bind(handler, ast.Name(handler.name, ast.Store()), None)
    for imported in index.of(ast.Import, ast.ImportFrom):
        for alias in imported.names:
            bind(imported, ast.Name((alias.asname or alias.name).partition(".")[0], ast.Store()), None)
    for pattern in index.of(ast.MatchAs, ast.MatchStar):
        if pattern.name:
            bind(pattern, ast.Name(pattern.name, ast.Store()), None)
    for rest in index.of(ast.MatchMapping):
        if rest.rest:
            bind(rest, ast.Name(rest.rest, ast.Store()), None)
    for comprehension in index.of(*COMPREHENSIONS):
        for generator in comprehension.generators:
            _bind_comprehension(found, comprehension, generator)
    for defined in index.of(*FUNCTIONS, ast.ClassDef):
        bind(defined, ast.Name(defined.name, ast.Store()), None)
    _bind_parameters(found, context, index)
    return found


def _bind_comprehension(
    found: dict[tuple[ast.AST, str], list[Binding]], holder: ast.AST, generator: ast.comprehension
) -> None:
    if isinstance(generator.target, ast.Name):
        found.setdefault((holder, generator.target.id), []).append(_element(generator.iter))
        return
    for each in ast.walk(generator.target):
        if isinstance(each, ast.Name):
            found.setdefault((holder, each.id), []).append(None)


def _element(iterable: ast.expr) -> Binding:
    """Something of the kind of an iterable's elements."""
    if isinstance(iterable, ast.Call) and isinstance(iterable.func, ast.Name) and iterable.func.id == "range":
        return "int"
    if isinstance(iterable, ast.List | ast.Tuple | ast.Set) and iterable.elts:
        first = iterable.elts[0]
        kinds = {type(each.value) if isinstance(each, ast.Constant) else None for each in iterable.elts}
        return first if len(kinds) == 1 and None not in kinds else None
    return None


def _bind_parameters(found: dict[tuple[ast.AST, str], list[Binding]], context: Context, index: Index) -> None:
    task = task_function(context)
    for function in index.of(*FUNCTIONS, ast.Lambda):
        arguments = function.args
        for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
            # Only what crosses the boundary is checked against its annotation.
            kind = annotation_kind(argument.annotation) if function is task else None
            found.setdefault((function, argument.arg), []).append(kind)
        if arguments.vararg is not None:
            found.setdefault((function, arguments.vararg.arg), []).append("tuple")
        if arguments.kwarg is not None:
            found.setdefault((function, arguments.kwarg.arg), []).append("dict")
    for name, text in context.inputs.items() if context.kind == "code" else ():
        try:
            kind = annotation_kind(parse_expression(text))
        except Unparsable:
            kind = None
        found.setdefault((index.tree, name), []).append(kind)
