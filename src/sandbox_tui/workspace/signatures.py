"""The signature of an external as text, `(order_id: str, n: int = 1) -> float` or `async (x: int) -> int`,
read without evaluating it.
"""

from __future__ import annotations

import ast
import inspect
from typing import Any

from ..sandbox.errors import BoundaryError
from .literals import LiteralError, parse_literal


def parse_signature(text: str) -> tuple[inspect.Signature, bool]:
    """The signature with resolved types, and whether the external is `async`.

    Raises `ValueError` in one line, naming the exact part.
    """
    node = _function(text)
    parameters = [_parameter(argument, kind, default) for argument, kind, default in _arguments(node.args)]
    returned = _resolve(node.returns, "the return type")
    return inspect.Signature(parameters, return_annotation=returned), isinstance(node, ast.AsyncFunctionDef)


def check_signature(text: str) -> None:
    """Raises `ValueError` where `parse_signature` would."""
    parse_signature(text)


def _function(text: str) -> ast.FunctionDef | ast.AsyncFunctionDef:
    shape = "a signature reads like (order_id: str) -> float"
    stripped = text.strip()
    prefix, rest = ("async def", stripped[5:].lstrip()) if stripped.startswith("async") else ("def", stripped)
    if not rest.startswith("(") or "\n" in rest or "\r" in rest:
        raise ValueError(f"{shape}, got {text!r}")
    text_of_function = f"{prefix} _{rest}: ..."
    try:
        body = ast.parse(text_of_function).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise ValueError(f"{shape}, got {text!r}") from None
    node = body[0]
    if (
        isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        and len(body) == len(node.body) == 1
        # A text such as "(): pass #" ends before the body that was put behind it.
        and node.body[0].end_col_offset == len(text_of_function.encode())
    ):
        return node
    raise ValueError(f"{shape}, got {text!r}")


def _arguments(arguments: ast.arguments) -> list[tuple[ast.arg, Any, ast.expr | None]]:
    Kind = inspect.Parameter
    positional: list[tuple[ast.arg, Any]] = [(each, Kind.POSITIONAL_ONLY) for each in arguments.posonlyargs]
    positional += [(each, Kind.POSITIONAL_OR_KEYWORD) for each in arguments.args]
    missing = [None] * (len(positional) - len(arguments.defaults))
    found: list[tuple[ast.arg, Any, ast.expr | None]] = [
        (each, kind, default) for (each, kind), default in zip(positional, [*missing, *arguments.defaults])
    ]
    if arguments.vararg:
        found.append((arguments.vararg, Kind.VAR_POSITIONAL, None))
    found += [(each, Kind.KEYWORD_ONLY, d) for each, d in zip(arguments.kwonlyargs, arguments.kw_defaults)]
    if arguments.kwarg:
        found.append((arguments.kwarg, Kind.VAR_KEYWORD, None))
    return found


def _parameter(argument: ast.arg, kind: Any, default: ast.expr | None) -> inspect.Parameter:
    value = inspect.Parameter.empty
    if default is not None:
        try:
            value = parse_literal(ast.unparse(default))
        except LiteralError as error:
            raise ValueError(f"the default of {argument.arg} must be a literal: {error}") from None
    annotation = _resolve(argument.annotation, argument.arg)
    return inspect.Parameter(argument.arg, kind, default=value, annotation=annotation)


def _resolve(annotation: ast.expr | None, what: str) -> Any:
    if annotation is None:
        return inspect.Parameter.empty
    from ..sandbox.boundary import resolve_annotation

    try:
        return resolve_annotation(annotation)
    except BoundaryError as error:
        raise ValueError(f"{what}: {error}") from None
