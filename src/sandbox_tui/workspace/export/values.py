"""Values of a task file as Python text in an exported module."""

from __future__ import annotations

import ast
import math
from typing import Any

from ...sandbox.handles import DataFrame, Handle
from .errors import ExportError
from .names import ModuleNames
from .types import arguments, base_name, union_members


def python_text(value: Any, names: ModuleNames) -> str:
    """`value` as an expression of the exported module; handles become Flyte's own.

    Raises `ExportError` for a value that Flyte cannot carry: a whole number beyond 64 bits.
    """
    if isinstance(value, Handle):
        handle = names.member("flyte.io", type(value).__name__)
        keyword = "uri" if isinstance(value, DataFrame) else "path"
        return f"{handle}({keyword}={quoted(value.uri)})"
    if isinstance(value, float) and not math.isfinite(value):
        return f'float("{value}")'
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, int) and not isinstance(value, bool) and not -(2**63) <= value < 2**63:
        raise ExportError("a whole number beyond 64 bits cannot be carried by Flyte")
    if isinstance(value, list):
        return "[" + ", ".join(python_text(item, names) for item in value) + "]"
    if isinstance(value, tuple):
        texts = [python_text(item, names) for item in value]
        return f"({texts[0]},)" if len(texts) == 1 else "(" + ", ".join(texts) + ")"
    if isinstance(value, dict):
        pairs = [f"{python_text(key, names)}: {python_text(item, names)}" for key, item in value.items()]
        return "{" + ", ".join(pairs) + "}"
    if isinstance(value, set | frozenset):
        inner = "{" + ", ".join(sorted(python_text(item, names) for item in value)) + "}" if value else ""
        if isinstance(value, frozenset):
            return f"frozenset({inner})"
        return inner or "set()"
    return repr(value)


def quoted(text: str) -> str:
    """A string literal, with double quotes where that needs no escaping."""
    literal = repr(text)
    if literal[0] == "'" and '"' not in literal:
        return f'"{literal[1:-1]}"'
    return literal


def quoted_block(text: str) -> str:
    """A string literal of several lines that stays readable, where the text allows it."""
    printable = all(character.isprintable() or character == "\n" for character in text)
    if "\n" not in text or "'''" in text or text.endswith(("'", "\\")) or not printable:
        return quoted(text)
    return f"r'''{text}'''" if "\\" in text else f"'''{text}'''"


def as_declared(value: Any, node: ast.expr | None) -> Any:
    """`value` with whole numbers made floats where `node` declares float: Flyte refuses an int there."""
    if node is None:
        return value
    members = union_members(node)
    if isinstance(value, int) and not isinstance(value, bool):
        names = {base_name(member) for member in members}
        return float(value) if "float" in names and "int" not in names else value
    for member in members:
        if not isinstance(member, ast.Subscript):
            continue
        inner = arguments(member)
        kind = (base_name(member.value) or "").lower()
        if kind == "list" and isinstance(value, list):
            return [as_declared(item, inner[0]) for item in value]
        if kind in ("set", "frozenset") and isinstance(value, set | frozenset):
            return type(value)(as_declared(item, inner[0]) for item in value)
        if kind == "dict" and isinstance(value, dict) and len(inner) == 2:
            return {key: as_declared(item, inner[1]) for key, item in value.items()}
        if kind == "tuple" and isinstance(value, tuple):
            if len(inner) == 2 and isinstance(inner[1], ast.Constant) and inner[1].value is Ellipsis:
                return tuple(as_declared(item, inner[0]) for item in value)
            if len(inner) == len(value):
                return tuple(as_declared(item, part) for item, part in zip(value, inner, strict=True))
    return value
