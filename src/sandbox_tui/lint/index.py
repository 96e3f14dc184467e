"""The nodes of a tree by class, each with what stands around it: for rules that look at how a value is used.

Made in one walk, and only for a text in which such a rule has found a reason to look closer.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from functools import cached_property, wraps
from typing import Any

from .context import Context

Function = ast.FunctionDef | ast.AsyncFunctionDef
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
# What has a body of its own, evaluated later or apart.
BODIES = (*FUNCTIONS, ast.Lambda, ast.ClassDef)
_SCOPES = (*BODIES, ast.Module)

Scope = ast.AST


# What holds no nodes (names, numbers), and operators, of which there is one object for all places.
_PLAIN = frozenset(
    """
    arg asname attr conversion ctx id is_async kind kwd_attrs level module name op ops rest simple tag
    type_comment
    """.split()  # noqa: SIM905
)
_FIELDS: dict[type[ast.AST], tuple[str, ...]] = {}


def _fields(sort: type[ast.AST]) -> tuple[str, ...]:
    """The fields of a class of nodes that hold nodes."""
    found = tuple(each for each in sort._fields if each not in _PLAIN)
    if sort in (ast.Constant, ast.MatchSingleton, ast.Global, ast.Nonlocal, ast.TypeIgnore):
        found = ()
    elif sort.__name__ == "TypeAlias":
        found = ("name", *found)
    _FIELDS[sort] = found
    return found


class Index:
    """The nodes of one tree."""

    def __init__(self, tree: ast.Module) -> None:
        self.tree = tree
        self.parents: dict[ast.AST, ast.AST] = {}
        self._nodes: dict[type[ast.AST], list[ast.AST]] = {}
        self._scopes: dict[ast.AST, Scope] = {}
        waiting: list[Any] = [tree]
        parents, nodes = self.parents, self._nodes
        while waiting:
            node = waiting.pop()
            sort = node.__class__
            known = nodes.get(sort)
            if known is None:
                known = nodes[sort] = []
            known.append(node)
            children: list[Any] = []
            fields = _FIELDS.get(sort)
            for field in _fields(sort) if fields is None else fields:
                value = getattr(node, field)
                if value.__class__ is list:
                    children += value
                elif value is not None:
                    children.append(value)
            if children:
                if None in children:
                    # The keys of `{**d}` and the defaults of keyword-only parameters.
                    children = [each for each in children if each is not None]
                for child in children:
                    parents[child] = node
                children.reverse()
                waiting += children

    def of(self, *classes: type[ast.AST]) -> list[Any]:
        """The nodes of these very classes, of each class in the order of the text."""
        return [node for each in classes for node in self._nodes.get(each, ())]

    @cached_property
    def functions(self) -> dict[str, list[Any]]:
        """The functions by their names."""
        found: dict[str, list[Any]] = {}
        for node in self.of(*FUNCTIONS):
            found.setdefault(node.name, []).append(node)
        return found

    @cached_property
    def classes(self) -> dict[str, list[ast.ClassDef]]:
        """The classes by their names."""
        found: dict[str, list[ast.ClassDef]] = {}
        for node in self.of(ast.ClassDef):
            found.setdefault(node.name, []).append(node)
        return found

    @cached_property
    def reads(self) -> dict[str, list[ast.Name]]:
        """The reads of each name."""
        found: dict[str, list[ast.Name]] = {}
        for node in self.of(ast.Name):
            if isinstance(node.ctx, ast.Load):
                found.setdefault(node.id, []).append(node)
        return found

    @cached_property
    def attributes(self) -> dict[str, list[ast.Attribute]]:
        """The attributes by their names."""
        found: dict[str, list[ast.Attribute]] = {}
        for node in self.of(ast.Attribute):
            found.setdefault(node.attr, []).append(node)
        return found

    @cached_property
    def by_line(self) -> dict[int, list[Any]]:
        """The names and calls that begin in each line."""
        found: dict[int, list[Any]] = {}
        for node in self.of(ast.Name, ast.Call):
            found.setdefault(node.lineno, []).append(node)
        return found

    def scope(self, node: ast.AST) -> Scope:
        """The function, lambda, class or module whose body `node` is evaluated in.

        A default and a decorator belong to what is around the function; a comprehension is no scope here.
        """
        known = self._scopes.get(node)
        if known is not None:
            return known
        child, parent = node, self.parents.get(node)
        while parent is not None and not (isinstance(parent, _SCOPES) and in_body(child, parent)):
            if isinstance(parent, ast.arguments):
                child, parent = self.parents[parent], self.parents.get(self.parents[parent])
            else:
                child, parent = parent, self.parents.get(parent)
        found = self._scopes[node] = parent if parent is not None else self.tree
        return found

    def around(self, node: ast.AST) -> Iterator[ast.AST]:
        """What `node` stands in, from the inside out."""
        parent = self.parents.get(node)
        while parent is not None:
            yield parent
            parent = self.parents.get(parent)

    def statement(self, node: ast.AST) -> ast.stmt | None:
        """The innermost statement that `node` is part of."""
        if isinstance(node, ast.stmt):
            return node
        return next((each for each in self.around(node) if isinstance(each, ast.stmt)), None)


def in_body(child: ast.AST, scope: ast.AST) -> bool:
    """Whether `child`, which stands directly in `scope`, is part of its body."""
    return isinstance(child, ast.stmt) or child is getattr(scope, "body", None)


def bounded(find: Callable[[Any, Context], None]) -> Callable[[Any, Context], None]:
    """A finder that gives up on a text nested deeper than Python's recursion goes: SBX002 says so of it."""

    @wraps(find)
    def judged(node: Any, context: Context) -> None:
        try:
            find(node, context)
        except RecursionError:
            return

    return judged


def _make(context: Context) -> Index:
    return Index(context.tree)


def index_of(context: Context) -> Index:
    """The index of a text, made once."""
    return context.memo(_make)


def task_function(context: Context) -> Function | None:
    """The function that is the task."""
    if context.kind != "function":
        return None
    return next((each for each in context.tree.body if isinstance(each, FUNCTIONS)), None)


def parameters_of(function: Function) -> list[tuple[ast.arg, ast.expr | None]]:
    """The parameters of a function, each with its default."""
    arguments = function.args
    plain = [*arguments.posonlyargs, *arguments.args]
    defaults = [*[None] * (len(plain) - len(arguments.defaults)), *arguments.defaults]
    return [*zip(plain, defaults), *zip(arguments.kwonlyargs, arguments.kw_defaults)]


def walk_body(body: list[ast.stmt], *, into_functions: bool = False) -> Iterator[ast.AST]:
    """The nodes of statements; functions, lambdas and classes inside them as themselves only."""
    waiting: list[ast.AST] = list(reversed(body))
    while waiting:
        node = waiting.pop()
        yield node
        if into_functions or not isinstance(node, BODIES):
            waiting += reversed(list(ast.iter_child_nodes(node)))
