"""The types of the boundary: as Python objects, and as text in both directions, without evaluating anything.

What may cross: int, float, str, bool, bytes, None; list, dict, tuple, set, frozenset and their generics;
`Optional`, `Union`, `X | Y`, `Any`; `File`, `Dir`, `DataFrame`. A type is brought into one form first
(`normalise`): `typing.List[int]` is `list[int]`, a string is resolved, so that the rest of the engine sees a
dozen shapes only.
"""

from __future__ import annotations

import ast
import types
import typing
from collections.abc import Callable
from typing import Any, Optional, Union

from .errors import BoundaryError
from .handles import HANDLES, DataFrame, Dir, File, handle_kind

NoneType = type(None)

SCALARS: tuple[type, ...] = (int, float, str, bool, bytes, NoneType)
CONTAINERS: tuple[type, ...] = (list, dict, tuple, set, frozenset)

# How many types each generic takes; a tuple takes any number, or one and an ellipsis.
ARITY: dict[type, int] = {list: 1, set: 1, frozenset: 1, dict: 2}

SUPPORTED = (
    "Supported types: int, float, str, bool, bytes, None; list, dict, tuple, set, frozenset; "
    "Optional, Union, X | Y, Any; File, Dir, DataFrame."
)

# Names as an annotation may write them, bare or behind a module (`typing.List`, `flyte.io.File`).
NAMES: dict[str, Any] = {
    **{tp.__name__: tp for tp in (int, float, str, bool, bytes, *CONTAINERS)},
    "List": list,
    "Dict": dict,
    "Tuple": tuple,
    "Set": set,
    "FrozenSet": frozenset,
    "Any": Any,
    "None": NoneType,
    "NoneType": NoneType,
    "Optional": Optional,
    "Union": Union,
    **{tp.__name__: tp for tp in HANDLES},
}

_BUILTIN_NAMES = frozenset(tp.__name__ for tp in (int, float, str, bool, bytes, *CONTAINERS))
_TYPING_NAMES = frozenset(("List", "Dict", "Tuple", "Set", "FrozenSet", "Any", "Optional", "Union"))
_HANDLE_NAMES = frozenset(tp.__name__ for tp in HANDLES)


class Refused(Exception):
    """A type that cannot cross: `part` is the exact part as text, `reason` a clause about it (empty: it is no
    supported type).
    """

    def __init__(self, part: str, reason: str = "") -> None:
        super().__init__(part)
        self.part = part
        self.reason = reason


def normalise(tp: Any) -> Any:
    """`tp` in the one form of this module; raises `Refused` for what cannot cross the boundary."""
    if tp is None or tp is NoneType:
        return NoneType
    if tp is Any or tp in _PLAIN_TYPES:
        return tp
    if isinstance(tp, str):
        return _from_text(tp)
    if isinstance(tp, typing.ForwardRef):
        return _from_text(tp.__forward_arg__)
    origin = typing.get_origin(tp)
    if origin is None:
        if handle_kind(tp) is not None:
            return tp
        raise Refused(type_text(tp))
    if origin is Union or origin is types.UnionType:
        return Union[tuple(normalise(arg) for arg in typing.get_args(tp))]  # noqa: UP007
    if origin in CONTAINERS:
        # `typing.List` has no arguments and is the bare list; `tuple[()]` has none either and is the empty
        # tuple.
        args = typing.get_args(tp)
        if not args and isinstance(tp, types.GenericAlias):
            return tp
        return _generic(origin, args, normalise) if args else origin
    raise Refused(type_text(tp))


_PLAIN_TYPES: frozenset[Any] = frozenset((*SCALARS, *CONTAINERS, File, Dir, DataFrame))


def _generic(origin: type, args: tuple[Any, ...], convert: Callable[[Any], Any]) -> Any:
    """`origin[args]`, each argument converted, with the number of arguments that the generic takes."""
    if origin is tuple:
        if len(args) == 2 and args[1] is Ellipsis:
            return tuple[convert(args[0]), ...]  # type: ignore[misc]
    elif len(args) != ARITY[origin]:
        given = ", ".join("..." if arg is Ellipsis else type_text(arg) for arg in args)
        wanted = "one type" if ARITY[origin] == 1 else "two types (key and value)"
        raise Refused(f"{origin.__name__}[{given}]", f"{origin.__name__} takes {wanted}")
    if Ellipsis in args:
        raise Refused("...", "an ellipsis stands only in tuple[X, ...]")
    return origin[tuple(convert(arg) for arg in args)]  # type: ignore[index]


def resolve_annotation(text: str | ast.expr) -> Any:
    """The type that an annotation names, from its text or its syntax tree; nothing is looked up or evaluated.

    Raises `BoundaryError` that names the exact part which cannot cross the boundary (`list[Decimal]`:
    "Decimal").
    """
    try:
        return _from_text(text) if isinstance(text, str) else _from_tree(text)
    except Refused as refused:
        raise BoundaryError(refusal("annotation", refused)) from None
    except RecursionError:
        raise BoundaryError(
            refusal("annotation", Refused("this annotation", "it is nested too deep"))
        ) from None


def refusal(subject: str, refused: Refused) -> str:
    """The message for `subject` ("input 'x'"): Flyte's words "unsupported type", the exact part, and what is
    supported.
    """
    reason = f" ({refused.reason})" if refused.reason else ""
    return f"{subject} has unsupported type {refused.part}{reason}. {SUPPORTED}"


def _from_text(text: str) -> Any:
    try:
        tree = ast.parse(text.strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise Refused(repr(text), "it is not a type") from None
    return _from_tree(tree.body)


def _from_tree(node: ast.expr) -> Any:
    if isinstance(node, ast.Constant):
        if node.value is None:
            return NoneType
        if isinstance(node.value, str):
            return _from_text(node.value)
        raise Refused(_source(node), "it is not a type")
    if isinstance(node, ast.Name | ast.Attribute):
        found = _named(node)
        if found is Optional or found is Union:
            raise Refused(_source(node), "it needs types in brackets")
        return found
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        return Union[_from_tree(node.left), _from_tree(node.right)]  # noqa: UP007
    if isinstance(node, ast.Subscript):
        return _subscript(node)
    raise Refused(_source(node), "it is not a type")


def _subscript(node: ast.Subscript) -> Any:
    origin = _named(node.value)
    items = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    if origin is Union and items:
        return Union[tuple(_from_tree(item) for item in items)]  # noqa: UP007
    if origin is Optional and len(items) == 1:
        return Union[_from_tree(items[0]), None]  # noqa: UP007
    if origin not in CONTAINERS:
        raise Refused(_source(node), "this type takes nothing in brackets")
    if not items:
        if origin is tuple:
            return tuple[()]
        raise Refused(_source(node), "the brackets are empty")
    # The ellipsis is the only argument that is not a type; the others stay nodes until they are converted.
    args: tuple[Any, ...] = tuple(
        Ellipsis if isinstance(item, ast.Constant) and item.value is Ellipsis else item for item in items
    )
    return _generic(origin, args, _from_tree)


def _named(node: ast.expr) -> Any:
    """The type or special form that a name stands for, bare or behind a module's name."""
    if isinstance(node, ast.Name):
        if node.id in NAMES:
            return NAMES[node.id]
    elif isinstance(node, ast.Attribute):
        module = _source(node.value)
        if node.attr in _TYPING_NAMES and module in ("typing", "t", "typing_extensions"):
            return NAMES[node.attr]
        if node.attr in _BUILTIN_NAMES and module == "builtins":
            return NAMES[node.attr]
        if node.attr in _HANDLE_NAMES and module in ("flyte.io", "io", "sandbox_tui", "sandbox"):
            return NAMES[node.attr]
        if node.attr == "NoneType" and module == "types":
            return NoneType
    raise Refused(_source(node))


def _source(node: Any) -> str:
    try:
        return ast.unparse(node)
    except (RecursionError, ValueError):
        return "this expression"


def type_text(tp: Any) -> str:
    """A type as one would write it: `list[int]`, `str | None`, `File`; total, also for what cannot cross the
    boundary.
    """
    if tp is None or tp is NoneType:
        return "None"
    if tp is Ellipsis:
        return "..."
    if tp is Any:
        return "Any"
    if isinstance(tp, ast.expr):
        return _source(tp)
    if isinstance(tp, str):
        return tp
    if isinstance(tp, typing.ForwardRef):
        return tp.__forward_arg__
    origin, args = typing.get_origin(tp), typing.get_args(tp)
    if origin is Union or origin is types.UnionType:
        # None reads best at the end, and a union does not mind its order.
        ordered = sorted(args, key=lambda arg: arg is NoneType)
        return " | ".join(type_text(arg) for arg in ordered)
    if origin in CONTAINERS:
        if args:
            return f"{origin.__name__}[{', '.join(type_text(arg) for arg in args)}]"
        return "tuple[()]" if origin is tuple and isinstance(tp, types.GenericAlias) else origin.__name__
    if origin is None and isinstance(tp, type):
        return tp.__name__
    return repr(tp).removeprefix("typing.")
