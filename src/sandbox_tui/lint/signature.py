"""The signature of an external, given as text such as `(order_id: str, n: int = 1) -> float`, as syntax: what
a call may pass, and what a literal may be.

Read, never evaluated. What cannot be read, or is not known, accepts everything.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from .annotations import CONTAINERS, HANDLES, SCALARS, canonical
from .parsing import Unparsable, parse, parse_expression

# Longer ones are cut where they are shown.
_SHOWN = 90
_MAX_CHARACTERS = 10_000
_MAX_DEPTH = 20


@dataclass(frozen=True)
class Signature:
    """The parameters of an external, in order, and the text as it was written."""

    text: str
    arguments: ast.arguments

    @property
    def shown(self) -> str:
        """The text for a message, in one line."""
        line = " ".join(self.text.split())
        line = line.removeprefix("async").lstrip()
        return line if len(line) <= _SHOWN else f"{line[: _SHOWN - 3]}..."

    @property
    def positional(self) -> list[ast.arg]:
        """The parameters that take values by position."""
        return [*self.arguments.posonlyargs, *self.arguments.args]

    @property
    def by_keyword(self) -> dict[str, ast.arg]:
        """The parameters that take values by keyword."""
        return {each.arg: each for each in (*self.arguments.args, *self.arguments.kwonlyargs)}

    @property
    def required(self) -> list[str]:
        """The names of those without a default."""
        positional = self.positional
        first_default = len(positional) - len(self.arguments.defaults)
        names = [each.arg for each in positional[:first_default]]
        pairs = zip(self.arguments.kwonlyargs, self.arguments.kw_defaults)
        return names + [each.arg for each, default in pairs if default is None]


@lru_cache(maxsize=512)
def read_signature(text: str | None) -> Signature | None:
    """The signature in a text; None where there is none to be read."""
    stripped = (text or "").strip()
    body = stripped.removeprefix("async").lstrip()
    if not body.startswith("(") or len(body) > _MAX_CHARACTERS:
        return None
    try:
        tree = parse(f"def _{body}: ...")
    except Unparsable:
        return None
    node = tree.body[0]
    if len(tree.body) > 1 or not isinstance(node, ast.FunctionDef) or len(node.body) > 1:
        return None
    # A text such as "(): pass #" brings a body of its own.
    last = node.body[0]
    whole = (
        isinstance(last, ast.Expr) and isinstance(last.value, ast.Constant) and last.value.value is Ellipsis
    )
    return Signature(stripped, node.args) if whole else None


def misfits(value: ast.expr, annotation: ast.expr | None) -> Iterator[tuple[ast.expr, str, str]]:
    """The literal parts of `value` that are certainly not what the annotation says: each with what it is and
    what it must be (`"int"`, `"str"`).
    """
    yield from _misfits(value, annotation, 0)


def _misfits(value: ast.expr, annotation: ast.expr | None, depth: int) -> Iterator[tuple[ast.expr, str, str]]:
    kind = literal_kind(value)
    if kind is None or annotation is None or depth > _MAX_DEPTH:
        return
    found: list[tuple[ast.expr, str, str]] = []
    for alternative in _alternatives(annotation, depth):
        name, items = _generic(alternative)
        if name is None or name == "Any":
            return
        if not _accepts(name, kind):
            continue
        found = list(_inside(value, name, items, depth))
        if not found:
            return
    yield from found or [(value, kind, _text(annotation))]


def literal_kind(value: ast.expr) -> str | None:
    """What a literal or display is: "int", "list" ...; None for what only a run can tell."""
    if isinstance(value, ast.UnaryOp) and isinstance(value.op, ast.USub | ast.UAdd):
        kind = literal_kind(value.operand)
        return kind if kind in ("int", "float") else None
    if isinstance(value, ast.Constant):
        if value.value is None:
            return "None"
        kind = type(value.value).__name__
        return kind if kind in SCALARS else None
    return _DISPLAYS.get(type(value))


_DISPLAYS: dict[type[ast.expr], str] = {
    ast.JoinedStr: "str",
    ast.List: "list",
    ast.ListComp: "list",
    ast.Tuple: "tuple",
    ast.Set: "set",
    ast.SetComp: "set",
    ast.Dict: "dict",
    ast.DictComp: "dict",
}


def _alternatives(annotation: ast.expr, depth: int) -> Iterator[ast.expr]:
    """The members of a union; a text is read as what it says."""
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        try:
            annotation = parse_expression(annotation.value)
        except Unparsable:
            yield annotation
            return
    if depth > _MAX_DEPTH:
        yield annotation
    elif isinstance(annotation, ast.BinOp) and isinstance(annotation.op, ast.BitOr):
        yield from _alternatives(annotation.left, depth + 1)
        yield from _alternatives(annotation.right, depth + 1)
    elif isinstance(annotation, ast.Subscript) and canonical(annotation.value) in ("Optional", "Union"):
        for each in _items(annotation.slice):
            yield from _alternatives(each, depth + 1)
        if canonical(annotation.value) == "Optional":
            yield ast.Constant(None)
    else:
        yield annotation


def _generic(annotation: ast.expr) -> tuple[str | None, list[ast.expr]]:
    """The type's name (None: not known) and what stands in its brackets."""
    if isinstance(annotation, ast.Constant) and annotation.value is None:
        return "None", []
    base = annotation.value if isinstance(annotation, ast.Subscript) else annotation
    name = canonical(base)
    if name not in SCALARS and name not in CONTAINERS and name not in HANDLES:
        return None, []
    return name, _items(annotation.slice) if isinstance(annotation, ast.Subscript) else []


def _items(node: ast.expr) -> list[ast.expr]:
    return list(node.elts) if isinstance(node, ast.Tuple) else [node]


def _accepts(name: str, kind: str) -> bool:
    # As PEP 484 has it, an int is a float; unlike there, a bool is not an int.
    return name == kind or (name == "float" and kind == "int")


def _inside(
    value: ast.expr, name: str, items: list[ast.expr], depth: int
) -> Iterator[tuple[ast.expr, str, str]]:
    """The misfits among the elements of a display."""
    if not items:
        return
    if isinstance(value, ast.Dict) and len(items) == 2:
        for key, each in zip(value.keys, value.values):
            if key is not None:
                yield from _misfits(key, items[0], depth + 1)
                yield from _misfits(each, items[1], depth + 1)
    elif isinstance(value, ast.List | ast.Set) and len(items) == 1:
        for each in value.elts:
            yield from _misfits(each, items[0], depth + 1)
    elif isinstance(value, ast.Tuple) and not any(isinstance(each, ast.Starred) for each in value.elts):
        if len(items) == 2 and isinstance(items[1], ast.Constant) and items[1].value is Ellipsis:
            items = [items[0]] * len(value.elts)
        if len(items) != len(value.elts):
            yield value, f"tuple of {len(value.elts)}", f"{name} of {len(items)}"
            return
        for each, item in zip(value.elts, items):
            yield from _misfits(each, item, depth + 1)


def _text(annotation: ast.expr) -> str:
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        return annotation.value
    try:
        text = ast.unparse(annotation)
    except RecursionError:
        return "what its signature says"
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 3]}..."
