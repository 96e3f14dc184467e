"""What Flyte 2.12 cannot run at all, and for which there is no other way to say it.

Two reasons: the Monty that Flyte pins (1.0.0) refuses some syntax and lacks some modules that later ones
have, and Flyte's bridge ends the whole run when an external raises, so that no `except` in the task ever sees
it.
"""

from __future__ import annotations

import ast

from .errors import ExportError
from .scopes import Function, nested_functions, walk

MONTY_1_0_MODULES = frozenset(
    [
        "math",
        "json",
        "re",
        "os",
        "sys",
        "time",
        "random",
        "asyncio",
        "typing",
        "dataclasses",
        "datetime",
        "collections",
        "itertools",
        "functools",
        "pathlib",
        "copy",
        "base64",
        "binascii",
        "unicodedata",
        "__future__",
    ]
)
# What later versions of Monty honour and 1.0.0 does not.
LATER_METHODS = frozenset(
    [
        "__add__",
        "__radd__",
        "__sub__",
        "__mul__",
        "__neg__",
        "__abs__",
        "__int__",
        "__getitem__",
        "__setitem__",
        "__call__",
        "__post_init__",
    ]
)
LATER_MEMBERS = frozenset({("functools", "lru_cache"), ("functools", "cache"), ("dataclasses", "field")})
CLASS_BODY = (ast.Assign, ast.AnnAssign, ast.Pass, ast.FunctionDef, ast.AsyncFunctionDef)

FLYTE_MONTY = "the Monty 1.0.0 of Flyte 2.12"


def refuse_syntax(tree: ast.Module) -> None:
    """Raises `ExportError` for the first construct that Flyte's Monty refuses."""
    for node in walk(tree):
        what = _refused(node)
        if what is not None:
            raise ExportError(f"{what}, which {FLYTE_MONTY} does not run", getattr(node, "lineno", None))


def _refused(node: ast.AST) -> str | None:
    if isinstance(node, ast.Match):
        return "a match statement; write if and elif"
    if isinstance(node, ast.Yield | ast.YieldFrom):
        return "yield"
    if isinstance(node, ast.Delete):
        return "del"
    if isinstance(node, ast.TryStar):
        return "except*"
    if isinstance(node, ast.AsyncFor | ast.AsyncWith) or (
        isinstance(node, ast.comprehension) and node.is_async
    ):
        return "async for or async with"
    if isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ast.MatMult):
        return "the operator @"
    if isinstance(node, ast.Constant) and isinstance(node.value, complex):
        return "a complex number"
    if type(node).__name__ in ("TypeAlias", "TemplateStr"):
        return "a type statement" if type(node).__name__ == "TypeAlias" else "a t-string"
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "complex":
        return "complex()"
    if isinstance(node, ast.ClassDef):
        return _refused_class(node)
    if isinstance(node, ast.Import | ast.ImportFrom):
        return _refused_import(node)
    return None


def _refused_class(node: ast.ClassDef) -> str | None:
    if node.bases or node.keywords:
        return f"class {node.name} with a base or a metaclass"
    for position, part in enumerate(node.body):
        docstring = position == 0 and isinstance(part, ast.Expr) and isinstance(part.value, ast.Constant)
        if not docstring and not isinstance(part, CLASS_BODY):
            return f"class {node.name} with more in its body than methods and assignments"
        if isinstance(part, Function):
            if part.decorator_list:
                return f"the decorated method {node.name}.{part.name}"
            if part.name in LATER_METHODS:
                return f"the method {node.name}.{part.name}"
    return None


def _refused_import(node: ast.Import | ast.ImportFrom) -> str | None:
    if isinstance(node, ast.ImportFrom):
        if node.level:
            return "a relative import"
        if any(alias.name == "*" for alias in node.names):
            return "import *"
        later = [alias.name for alias in node.names if (node.module or "", alias.name) in LATER_MEMBERS]
        if later:
            return f"{node.module}.{later[0]}"
        modules = [node.module or ""]
    else:
        modules = [alias.name for alias in node.names]
    missing = [module for module in modules if module.split(".")[0] not in MONTY_1_0_MODULES]
    return f"the module {missing[0]}" if missing else None


def refuse_caught_externals(tree: ast.Module, externals: set[str]) -> None:
    """Raises `ExportError` where the task would catch, or answer in a `finally`, what an external raises."""
    calling = _functions_that_call(tree, externals)
    for node in walk(tree):
        if not isinstance(node, ast.Try):
            continue
        called = _calls(node.body, externals, calling)
        if called and node.handlers:
            raise ExportError(
                f"the try around {called[0]}() would never catch what it raises: in Flyte 2.12 an "
                "external's exception ends the whole "
                "run; have the external return its failure as a value, and test for that",
                node.lineno,
            )
        protected = [*node.body, *node.orelse, *(s for handler in node.handlers for s in handler.body)]
        if node.finalbody and _calls(protected, externals, calling):
            leaves = any(
                isinstance(part, ast.Return | ast.Break | ast.Continue)
                for s in node.finalbody
                for part in walk(s)
            )
            if leaves or _calls(node.finalbody, externals, calling):
                raise ExportError(
                    "this finally would not run when an external raises: in Flyte 2.12 that ends the "
                    "whole run",
                    node.finalbody[0].lineno,
                )


def _calls(body: list[ast.stmt], externals: set[str], calling: set[str]) -> list[str]:
    """The externals that `body` calls, or the functions by which it does."""
    return [
        part.func.id
        for statement in body
        for part in walk(statement)
        if isinstance(part, ast.Call)
        and isinstance(part.func, ast.Name)
        and part.func.id in externals | calling
    ]


def _functions_that_call(tree: ast.Module, externals: set[str]) -> set[str]:
    """The task's own functions that call an external, directly or by another of them."""
    functions = nested_functions(tree)
    calling: set[str] = set()
    while True:
        more = {name for name, node in functions.items() if _calls(node.body, externals, calling)} - calling
        if not more:
            return calling
        calling |= more


def refuse_loose_references(tree: ast.Module, externals: set[str]) -> None:
    """Raises `ExportError` where an external is passed around instead of called: Flyte's Monty does not know
    it as a value.
    """
    called = {id(node.func) for node in walk(tree) if isinstance(node, ast.Call)}
    for node in walk(tree):
        if isinstance(node, ast.Name) and node.id in externals and id(node) not in called:
            raise ExportError(
                f"{node.id} is an external, which Flyte 2.12 can only call by its name, not pass or assign; "
                f"use a lambda or a function that calls it",
                node.lineno,
            )
