"""The inputs of a code task as one types them on one line: `x: int, names: list[str]`."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from ...sandbox.errors import SandboxError


def inputs_text(inputs: Mapping[str, str]) -> str:
    """Declared inputs on one line."""
    return ", ".join(f"{name}: {annotation}" for name, annotation in inputs.items())


def parse_inputs(text: str) -> dict[str, str]:
    """The inputs that `text` declares, name to annotation text. Raises `ValueError` in one clear line."""
    shape = "expected something like x: int, names: list[str]"
    try:
        body = ast.parse(f"def _({text.strip()}\n): ...").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise ValueError(shape) from None
    node = body[0]
    if len(body) != 1 or not isinstance(node, ast.FunctionDef) or len(node.body) != 1:
        raise ValueError(shape)
    arguments = node.args
    if (
        arguments.posonlyargs
        or arguments.kwonlyargs
        or arguments.vararg
        or arguments.kwarg
        or arguments.defaults
    ):
        raise ValueError(f"{shape}; names and types, nothing else")
    inputs = {}
    for argument in arguments.args:
        if argument.annotation is None:
            raise ValueError(f"{argument.arg} needs a type: {argument.arg}: int")
        inputs[argument.arg] = parse_type(ast.unparse(argument.annotation), argument.arg)
    return inputs


def parse_type(text: str, what: str = "") -> str:
    """`text` as the annotation that it is. Raises `ValueError` in one clear line where it cannot cross the
    boundary.
    """
    from ...sandbox.boundary import resolve_annotation

    try:
        resolve_annotation(text.strip())
    except SandboxError as error:
        raise ValueError(f"{what}: {error}" if what else str(error)) from None
    return text.strip()
