"""Who binds a name: what an export must know before it moves or mentions one."""

from __future__ import annotations

import ast
from collections.abc import Iterator

Function = ast.FunctionDef | ast.AsyncFunctionDef
INNER = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def parameters(arguments: ast.arguments) -> list[ast.arg]:
    """Every parameter of a function, in the order in which they stand."""
    found = [*arguments.posonlyargs, *arguments.args]
    if arguments.vararg:
        found.append(arguments.vararg)
    found.extend(arguments.kwonlyargs)
    if arguments.kwarg:
        found.append(arguments.kwarg)
    return found


def walk(tree: ast.AST) -> Iterator[ast.AST]:
    """Every node but annotations, which Monty does not evaluate."""
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        yield node
        for name, value in ast.iter_fields(node):
            if name in ("annotation", "returns"):
                continue
            children = value if isinstance(value, list) else [value]
            waiting.extend(reversed([child for child in children if isinstance(child, ast.AST)]))


def bound_names(tree: ast.AST) -> dict[str, int]:
    """Every name that anything in `tree` binds (at any depth), with the first line that does."""
    bound: dict[str, int] = {}
    for node in walk(tree):
        for name in _binds(node):
            bound.setdefault(name, getattr(node, "lineno", 1))
    return bound


def _binds(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store | ast.Del):
        return [node.id]
    if isinstance(node, ast.arg):
        return [node.arg]
    if isinstance(node, Function | ast.ClassDef):
        return [node.name]
    if isinstance(node, ast.ExceptHandler) and node.name:
        return [node.name]
    if isinstance(node, ast.alias):
        return [node.asname or node.name.split(".")[0]]
    if isinstance(node, ast.MatchAs | ast.MatchStar) and node.name:
        return [node.name]
    if isinstance(node, ast.MatchMapping) and node.rest:
        return [node.rest]
    return []


def walk_scope(body: list[ast.stmt]) -> Iterator[ast.AST]:
    """The nodes that run in one function's own scope: nothing of nested functions, lambdas, classes and
    comprehensions.

    What Flyte finds a task's externals by (the names of one code object) is this; comprehensions are counted
    as nested because Python 3.11 compiles them so, and later versions do not.
    """
    waiting: list[ast.AST] = list(reversed(body))
    while waiting:
        node = waiting.pop()
        yield node
        if isinstance(node, Function):
            children: list[ast.AST] = [*node.decorator_list, *node.args.defaults]
            children.extend(default for default in node.args.kw_defaults if default is not None)
        elif isinstance(node, ast.Lambda):
            children = [*node.args.defaults, *(d for d in node.args.kw_defaults if d is not None)]
        elif isinstance(node, ast.ClassDef):
            children = [*node.decorator_list, *node.bases]
        elif isinstance(node, COMPREHENSIONS):
            children = [node.generators[0].iter]
        elif isinstance(node, ast.AnnAssign):
            children = [node.target, *([node.value] if node.value is not None else [])]
        else:
            children = list(ast.iter_child_nodes(node))
        waiting.extend(reversed(children))


def nested_functions(tree: ast.AST) -> dict[str, Function]:
    """The functions defined inside `tree`, by name; a name that is defined twice is left out."""
    found: dict[str, Function] = {}
    twice: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, Function):
            (twice.add(node.name) if node.name in found else found.setdefault(node.name, node))
    return {name: function for name, function in found.items() if name not in twice}
