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
from typing import Any, Union

from ..lint.annotations import ACCEPTED, annotation_problems, canonical
from ..lint.parsing import Unparsable, parse_expression
from .errors import BoundaryError
from .handles import HANDLES, handle_kind

NoneType = type(None)

SCALARS: tuple[type, ...] = (int, float, str, bool, bytes, NoneType)
CONTAINERS: tuple[type, ...] = (list, dict, tuple, set, frozenset)

# How many types each generic takes; a tuple takes any number, or one and an ellipsis.
ARITY: dict[type, int] = {list: 1, set: 1, frozenset: 1, dict: 2}

# The types by the names of the linter's table, which says how an annotation may write them.
_BY_NAME: dict[str, Any] = {
    **{tp.__name__: tp for tp in (int, float, str, bool, bytes, *CONTAINERS, *HANDLES)},
    "None": NoneType,
    "Any": Any,
}


class Refused(Exception):
    """A type that cannot cross the boundary.

    `part` is the exact part of it as text, `message` what is wrong with that part (made up from its name when
    empty).
    """

    def __init__(self, part: str, message: str = "") -> None:
        super().__init__(part)
        self.part = part
        self.message = message


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
        raise Refused(_full_name(tp))
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


_PLAIN_TYPES: frozenset[Any] = frozenset((*SCALARS, *CONTAINERS, *HANDLES))


def _full_name(tp: Any) -> str:
    """The text of a refused type; with its module where its name alone would be that of an allowed one."""
    text = type_text(tp)
    if isinstance(tp, type) and not _explained(text)[1]:
        return f"{tp.__module__}.{tp.__qualname__}"
    return text


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
        return _from_text(text) if isinstance(text, str) else _from_annotation(text)
    except Refused as refused:
        whole = text if isinstance(text, str) else _source(text)
        raise BoundaryError(refusal("annotation", refused, whole)) from None


def refusal(subject: str, refused: Refused, whole: str) -> str:
    """The message for `subject` ("input 'x'"), whose type is `whole`: Flyte's words "unsupported type", the
    exact part, and what to write instead.
    """
    part, message = refused.part, refused.message
    if not message:
        part, message = _explained(part)
    start = f"unsupported type `{part}`"
    if not message:
        message = f"{start}: {ACCEPTED}"
    elif not message.startswith("unsupported type"):
        message = f"{start}: {message}"
    if part != whole.strip():
        message = message.replace(start, f"{start} in {whole}", 1)
    return f"{subject} has {message}"


def _explained(part: str) -> tuple[str, str]:
    """What the linter's table says of a refused type, and of which part of it exactly."""
    try:
        problems = annotation_problems(parse_expression(part))
    except Unparsable:
        return part, ""
    return (_source(problems[0][0]), problems[0][1]) if problems else (part, "")


def _from_text(text: str) -> Any:
    if not text.strip():
        raise Refused(repr(text), f"it is not a type: {ACCEPTED}")
    try:
        node = parse_expression(text.strip())
    except Unparsable:
        raise Refused(text, f"it is not a type: {ACCEPTED}") from None
    return _from_annotation(node)


def _from_annotation(node: ast.expr) -> Any:
    """The type of a tree, once the linter's table has nothing against any part of it."""
    problems = annotation_problems(node)
    if problems:
        part, message = problems[0]
        raise Refused(_source(part), message)
    try:
        return _from_tree(node)
    except RecursionError:
        raise Refused("this annotation", "it is nested too deep") from None


def _from_tree(node: ast.expr) -> Any:
    if isinstance(node, ast.Constant):
        return NoneType if node.value is None else _from_text(str(node.value))
    if isinstance(node, ast.BinOp):
        return Union[_from_tree(node.left), _from_tree(node.right)]  # noqa: UP007
    if isinstance(node, ast.Subscript):
        return _subscript(node)
    name = canonical(node)
    if name not in _BY_NAME:
        raise Refused(_source(node))
    return _BY_NAME[name]


def _subscript(node: ast.Subscript) -> Any:
    items = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    name = canonical(node.value)
    if name == "Union":
        return Union[tuple(_from_tree(item) for item in items)]  # noqa: UP007
    if name == "Optional":
        return Union[_from_tree(items[0]), None]  # noqa: UP007
    origin = _BY_NAME.get(name or "")
    if origin not in CONTAINERS:
        raise Refused(_source(node))
    if not items:
        return tuple[()]
    # The ellipsis is the only argument that is not a type; the others stay nodes until they are converted.
    args: tuple[Any, ...] = tuple(
        Ellipsis if isinstance(item, ast.Constant) and item.value is Ellipsis else item for item in items
    )
    return _generic(origin, args, _from_tree)


def _source(node: ast.expr) -> str:
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
