"""Checks of values against types, compiled once for a type.

What a check accepts: the value's type exactly, or a subclass that Monty carries over as its base (an
`IntEnum` member as int, an `OrderedDict` as dict, a named tuple). As PEP 484 has it an int is a float; unlike
there a bool is not an int. `Any`, and the contents of a bare `list` or `dict`, accept everything that can
cross (`crossing`).
"""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable
from typing import Any, Union

from .annotations import Refused, normalise, refusal, type_text
from .crossing import (
    ATOMS,
    Mismatch,
    StandIn,
    TooDeep,
    Way,
    boundary_error,
    check_hashable,
    check_text,
    crosses,
    describe,
    element_part,
    foreign,
    short,
)
from .errors import BoundaryError
from .handles import handle_families, handle_kind

EMPTY = inspect.Parameter.empty

Test = Callable[[Any], None]


def checker(tp: Any, *, outgoing: bool = False, told: bool = False) -> Callable[[Any, str], Any]:
    """A check compiled for `tp`: `check(value, path)` gives the value back, or raises `BoundaryError` with
    the exact path.

    The message reads `inputs.items[3].price: expected float, got str`. `outgoing` is for values out of the
    sandbox, `told` for those whose texts the sandbox has told to be texts (`crossing.StandIn`). Raises
    `BoundaryError` at once for a type that cannot cross the boundary. `inspect.Parameter.empty` (no
    annotation) is `Any`.
    """
    try:
        normal = Any if tp is EMPTY else normalise(tp)
    except Refused as refused:
        raise BoundaryError(refusal("value", refused, type_text(tp))) from None
    test = _compile(normal, Way.TOLD if told else Way.OUT if outgoing else Way.IN)

    def check(value: Any, path: str) -> Any:
        try:
            test(value)
        except Mismatch as mismatch:
            raise boundary_error(mismatch, value, path) from None
        return value

    # What a form and most tasks check is one scalar: decided by one comparison of types.
    if normal in ATOMS:

        def check_atom(value: Any, path: str) -> Any:
            return value if type(value) is normal else check(value, path)

        return check_atom
    return check


def _compile(tp: Any, way: Way) -> Test:
    if tp is Any:
        return lambda value: crosses(value, way)
    kind = handle_kind(tp)
    if kind is not None:
        return _handle_test(kind, tp)
    origin, args = typing.get_origin(tp), typing.get_args(tp)
    if origin is Union:
        return _union_test(tp, args, way)
    if origin is dict:
        return _dict_test(tp, args, way)
    if origin is tuple and not (len(args) == 2 and args[1] is Ellipsis):
        return _fixed_tuple_test(tp, args, way)
    if origin is not None:
        return _items_test(origin, tp, args[0], way)
    if tp in (list, dict, tuple, set, frozenset):
        return _bare_test(tp, way)
    return _scalar_test(tp, way)


def _mismatch(tp: Any, value: Any) -> Mismatch:
    """The message for a value of another type; what stands for something of the sandbox is called by its
    name.
    """
    stand_in = foreign(value)
    if stand_in is not None:
        return Mismatch(stand_in)
    return Mismatch(f"expected {type_text(tp)}, got {describe(value)}")


def _scalar_test(tp: type, way: Way) -> Test:
    if tp is str:

        def test_text(value: Any) -> None:
            if type(value) is not str and not isinstance(value, str):
                raise _mismatch(str, value)
            check_text(value, way)

        return test_text
    accepted: tuple[type, ...] = (float, int) if tp is float else (tp,)
    bool_passes = tp is bool

    def test(value: Any) -> None:
        if type(value) is tp:
            return
        if not isinstance(value, accepted) or (not bool_passes and isinstance(value, bool)):
            raise _mismatch(tp, value)

    return test


def _handle_test(kind: str, tp: Any) -> Test:
    def test(value: Any) -> None:
        if not isinstance(value, handle_families()[kind]):
            raise _mismatch(tp, value)

    return test


def _bare_test(tp: type, way: Way) -> Test:
    def test(value: Any) -> None:
        if not isinstance(value, tp):
            raise _mismatch(tp, value)
        crosses(value, way)

    return test


def _items_test(origin: Any, tp: Any, item_type: Any, way: Way) -> Test:
    """`list[X]`, `set[X]`, `frozenset[X]`, `tuple[X, ...]`."""
    test_item = _compile(item_type, way)
    hashed = origin in (set, frozenset)
    quick = item_type if item_type in ATOMS else None

    def test(value: Any) -> None:
        if not isinstance(value, origin):
            raise _mismatch(tp, value)
        if quick is not None and set(map(type, value)) <= {quick}:
            return
        for index, item in enumerate(value):
            try:
                if hashed:
                    check_hashable(item)
                test_item(item)
            except Mismatch as mismatch:
                raise mismatch.inside(element_part(item) if hashed else f"[{index}]") from None

    return test


def _fixed_tuple_test(tp: Any, args: tuple[Any, ...], way: Way) -> Test:
    tests = [_compile(arg, way) for arg in args]

    def test(value: Any) -> None:
        if not isinstance(value, tuple):
            raise _mismatch(tp, value)
        if len(value) != len(tests):
            raise Mismatch(f"expected {type_text(tp)}, got a tuple of {len(value)}")
        for index, item in enumerate(value):
            try:
                tests[index](item)
            except Mismatch as mismatch:
                raise mismatch.inside(f"[{index}]") from None

    return test


def _dict_test(tp: Any, args: tuple[Any, ...], way: Way) -> Test:
    test_key, test_value = (_compile(arg, way) for arg in args)

    def test(value: Any) -> None:
        if not isinstance(value, dict):
            raise _mismatch(tp, value)
        for key, item in value.items():
            try:
                check_hashable(key)
                test_key(key)
            except Mismatch as mismatch:
                raise mismatch.inside(f"[key {short(key)}]") from None
            try:
                test_value(item)
            except Mismatch as mismatch:
                raise mismatch.inside(f"[{short(key)}]") from None

    return test


def _union_test(tp: Any, args: tuple[Any, ...], way: Way) -> Test:
    alternatives = [(arg, _compile(arg, way)) for arg in args]
    quick = frozenset(arg for arg in args if arg in ATOMS)

    def test(value: Any) -> None:
        if type(value) in quick:
            return
        deeper: list[Mismatch] = []
        for _, test_one in alternatives:
            try:
                test_one(value)
                return
            except Mismatch as mismatch:
                # A path, or another message than "expected ..., got ...", says that the outer type was right.
                if (
                    mismatch.parts
                    or isinstance(mismatch, TooDeep)
                    or not mismatch.message.startswith("expected ")
                ):
                    deeper.append(mismatch)
        suspicious = next((mismatch for mismatch in deeper if isinstance(mismatch, StandIn)), None)
        if suspicious is not None:
            raise suspicious
        # With one alternative of the right shape, the place inside it says more than the list of
        # alternatives.
        raise deeper[0] if len(deeper) == 1 or (deeper and foreign(value)) else _mismatch(tp, value)

    return test
