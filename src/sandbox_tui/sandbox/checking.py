"""Values against types: checks compiled once for a type, and whether a value can cross the boundary at all.

What a check accepts: the value's type exactly, or a subclass that Monty carries over as its base (an
`IntEnum` member as int, an `OrderedDict` as dict, a named tuple). As PEP 484 has it an int is a float; unlike
there a bool is not an int. `Any`, and the contents of a bare `list` or `dict`, accept everything that can
cross: the scalars and containers of the boundary, handles, dates and times, and exceptions (`flyte_map` gives
them as results). Text with lone surrogates, cycles and more than `MAX_DEPTH` levels are refused, since Monty
refuses or mutilates them.

`outgoing=True` is for what comes out of the sandbox: there Monty puts stand-ins in the place of what it
cannot send (a function arrives as the text `<function 'f' at 0xc>`), and these are refused instead of being
taken for the value.
"""

from __future__ import annotations

import builtins
import datetime
import inspect
import re
import types
import typing
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Union

from .annotations import NoneType, Refused, normalise, refusal, type_text
from .errors import BoundaryError
from .handles import handle_classes, handle_families, handle_kind

# Far below where Monty cuts values silently (as many levels as max_stack_depth allows, 256 by default) and
# where Python's own recursion ends; no task was seen to need more than a dozen.
MAX_DEPTH = 100

# The types whose values need no further look; text does (lone surrogates).
ATOMS: frozenset[type] = frozenset((NoneType, bool, int, float, bytes))

EMPTY = inspect.Parameter.empty
BUILTIN_NAMES = frozenset(name for name in dir(builtins) if isinstance(getattr(builtins, name), type))

_ATOM_BASES = (int, float, bytes)
_OTHER_BASES = (datetime.date, datetime.time, datetime.timedelta, Exception)

# Texts that Monty (1.0.0 and 1.4.0) sends in the place of what it cannot send.
_STAND_IN = re.compile(
    r"<function .* at 0x[0-9a-f]+>|<bound method>|<coroutine .*>|<module '.*'>"
    r"|<\w+_iterator object>|<class '(?P<name>\w+)'>"
    r"|<re\.Match object; span=.*>|<deeply nested>|range\(-?\d+, -?\d+(, -?\d+)?\)|slice\(\S+, \S+, \S+\)"
    r"|dict_(keys|values|items)\(\[.*\]\)|functools\.partial\(<.*\)",
    re.DOTALL,
)

Test = Callable[[Any], None]


class Mismatch(Exception):
    """A value that failed: the message, and the path to it from inside out."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message
        self.parts: list[str] = []

    def inside(self, part: str) -> Mismatch:
        """The same, one level further out."""
        self.parts.append(part)
        return self

    def path(self, root: str) -> str:
        """The whole path, from the value that was checked."""
        return root + "".join(reversed(self.parts))


class _TooDeep(Mismatch):
    """More than `MAX_DEPTH` levels, or a cycle: which of them is looked up only now, since it costs."""

    def __init__(self) -> None:
        super().__init__(f"is nested more than {MAX_DEPTH} levels deep")


def checker(tp: Any, *, outgoing: bool = False) -> Callable[[Any, str], Any]:
    """A check compiled for `tp`: `check(value, path)` gives the value back, or raises `BoundaryError` with
    the exact path.

    The message reads `inputs.items[3].price: expected float, got str`. Raises `BoundaryError` at once for a
    type that cannot cross the boundary. `inspect.Parameter.empty` (no annotation) is `Any`.
    """
    try:
        normal = Any if tp is EMPTY else normalise(tp)
    except Refused as refused:
        raise BoundaryError(refusal("value", refused)) from None
    test = _compile(normal, outgoing)

    def check(value: Any, path: str) -> Any:
        try:
            test(value)
        except Mismatch as mismatch:
            raise _error(mismatch, value, path) from None
        return value

    # What a form and most tasks check is one scalar: decided by one comparison of types.
    if normal in ATOMS:

        def check_atom(value: Any, path: str) -> Any:
            return value if type(value) is normal else check(value, path)

        return check_atom
    return check


def crossing_problem(value: Any, path: str, *, outgoing: bool = False) -> str | None:
    """Why `value` cannot cross the boundary, with the path to the part that cannot; None when it can."""
    if type(value) in ATOMS:
        return None
    try:
        _crosses(value, outgoing)
    except Mismatch as mismatch:
        return str(_error(mismatch, value, path))
    return None


def _error(mismatch: Mismatch, value: Any, root: str) -> BoundaryError:
    if isinstance(mismatch, _TooDeep):
        message = "is cyclic" if _cyclic(value) else mismatch.message
        return BoundaryError(f"{root}: {message}, which cannot cross the boundary", path=root)
    path = mismatch.path(root)
    return BoundaryError(f"{path}: {mismatch.message}", path=path)


def describe(value: Any) -> str:
    """A value's type as messages name it."""
    return "None" if value is None else type(value).__name__


def _compile(tp: Any, outgoing: bool) -> Test:
    if tp is Any:
        return lambda value: _crosses(value, outgoing)
    kind = handle_kind(tp)
    if kind is not None:
        return _handle_test(kind, tp)
    origin, args = typing.get_origin(tp), typing.get_args(tp)
    if origin is Union:
        return _union_test(tp, args, outgoing)
    if origin is dict:
        return _dict_test(tp, args, outgoing)
    if origin is tuple and not (len(args) == 2 and args[1] is Ellipsis):
        return _fixed_tuple_test(tp, args, outgoing)
    if origin is not None:
        return _items_test(origin, tp, args[0], outgoing)
    if tp in (list, dict, tuple, set, frozenset):
        return _bare_test(tp, outgoing)
    return _scalar_test(tp, outgoing)


def _mismatch(tp: Any, value: Any) -> Mismatch:
    """The message for a value of another type; what stands for something of the sandbox is called by its
    name.
    """
    stand_in = _foreign(value)
    if stand_in is not None:
        return Mismatch(stand_in)
    return Mismatch(f"expected {type_text(tp)}, got {describe(value)}")


def _scalar_test(tp: type, outgoing: bool) -> Test:
    if tp is str:

        def test_text(value: Any) -> None:
            if type(value) is not str and not isinstance(value, str):
                raise _mismatch(str, value)
            _check_text(value, outgoing)

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


def _bare_test(tp: type, outgoing: bool) -> Test:
    def test(value: Any) -> None:
        if not isinstance(value, tp):
            raise _mismatch(tp, value)
        _crosses(value, outgoing)

    return test


def _items_test(origin: Any, tp: Any, item_type: Any, outgoing: bool) -> Test:
    """`list[X]`, `set[X]`, `frozenset[X]`, `tuple[X, ...]`."""
    test_item = _compile(item_type, outgoing)
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
                    _hashable(item)
                test_item(item)
            except Mismatch as mismatch:
                raise mismatch.inside(_element(item) if hashed else f"[{index}]") from None

    return test


def _fixed_tuple_test(tp: Any, args: tuple[Any, ...], outgoing: bool) -> Test:
    tests = [_compile(arg, outgoing) for arg in args]

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


def _dict_test(tp: Any, args: tuple[Any, ...], outgoing: bool) -> Test:
    test_key, test_value = (_compile(arg, outgoing) for arg in args)

    def test(value: Any) -> None:
        if not isinstance(value, dict):
            raise _mismatch(tp, value)
        for key, item in value.items():
            try:
                _hashable(key)
                test_key(key)
            except Mismatch as mismatch:
                raise mismatch.inside(f"[key {_short(key)}]") from None
            try:
                test_value(item)
            except Mismatch as mismatch:
                raise mismatch.inside(f"[{_short(key)}]") from None

    return test


def _union_test(tp: Any, args: tuple[Any, ...], outgoing: bool) -> Test:
    alternatives = [(arg, _compile(arg, outgoing)) for arg in args]
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
                    or isinstance(mismatch, _TooDeep)
                    or not mismatch.message.startswith("expected ")
                ):
                    deeper.append(mismatch)
        # With one alternative of the right shape, the place inside it says more than the list of
        # alternatives.
        raise deeper[0] if len(deeper) == 1 or (deeper and _foreign(value)) else _mismatch(tp, value)

    return test


def _crosses(value: Any, outgoing: bool) -> None:
    """Raises `Mismatch` for a value, at any depth, that Monty cannot carry over."""
    _cross(value, outgoing, 0, set())


def _cross(value: Any, outgoing: bool, depth: int, done: set[int]) -> None:
    tp = type(value)
    if tp in ATOMS:
        return
    if tp is str:
        _check_text(value, outgoing)
    elif isinstance(value, list | tuple | set | frozenset | dict):
        # A value that is shared a thousand times is looked at once: the time stays that of the objects there
        # are.
        if id(value) in done:
            return
        if depth >= MAX_DEPTH:
            raise _TooDeep
        if isinstance(value, dict):
            _cross_dict(value, outgoing, depth, done)
        else:
            _cross_items(value, outgoing, depth, done)
        done.add(id(value))
    else:
        _cross_other(value, outgoing)


def _cross_items(value: Any, outgoing: bool, depth: int, done: set[int]) -> None:
    if ATOMS.issuperset(map(type, value)):
        return
    hashed = isinstance(value, set | frozenset)
    for index, item in enumerate(value):
        try:
            if hashed:
                _hashable(item)
            _cross(item, outgoing, depth + 1, done)
        except Mismatch as mismatch:
            raise mismatch.inside(_element(item) if hashed else f"[{index}]") from None


def _cross_dict(value: Mapping[Any, Any], outgoing: bool, depth: int, done: set[int]) -> None:
    for key, item in value.items():
        if type(key) not in ATOMS:
            try:
                _hashable(key)
                _cross(key, outgoing, depth + 1, done)
            except Mismatch as mismatch:
                raise mismatch.inside(f"[key {_short(key)}]") from None
        if type(item) not in ATOMS:
            try:
                _cross(item, outgoing, depth + 1, done)
            except Mismatch as mismatch:
                raise mismatch.inside(f"[{_short(key)}]") from None


def _cross_other(value: Any, outgoing: bool) -> None:
    if isinstance(value, str):
        _check_text(value, outgoing)
        return
    if isinstance(value, (*_ATOM_BASES, *_OTHER_BASES, *handle_classes())):
        return
    raise Mismatch(_foreign(value) or f"{describe(value)} cannot cross the boundary")


def _check_text(value: str, outgoing: bool) -> None:
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError as error:
            raise Mismatch(
                f"text with a lone surrogate (character {error.start + 1}) cannot cross the boundary"
            ) from None
    if outgoing and value[:1] in ("<", "r", "s", "d", "f"):
        found = _STAND_IN.fullmatch(value)
        # `str(int)` is the text "<class 'int'>" and means it; a class of Monty's own arrives as a class
        # object.
        if found is not None and not (found["name"] and found["name"] in BUILTIN_NAMES):
            raise Mismatch(
                f"{_short(value)} stands for something of the sandbox (a function, an iterator, "
                "a value nested too deep), which cannot leave it"
            )


def _hashable(value: Any) -> None:
    """Handles are not hashable in Monty: neither they nor tuples of them can be set elements or keys."""
    if isinstance(value, handle_classes()):
        raise Mismatch(
            f"a {type(value).__name__} handle cannot be a set element or a dict key in the sandbox"
        )
    if isinstance(value, tuple | frozenset):
        for item in value:
            _hashable(item)


def _foreign(value: Any) -> str | None:
    """What to say of an object that only the sandbox can have made, or that is no value at all; None for
    ordinary ones.
    """
    module, name = type(value).__module__, type(value).__name__
    if module == "pydantic_monty":
        if name == "MontyClassProxy":
            return f"an instance of a class made in the sandbox ({value.name}) cannot leave it"
        return f"a {name} of Monty cannot cross the boundary"
    if isinstance(value, type):
        return f"a class ({value.__name__}) cannot cross the boundary"
    if isinstance(value, types.FunctionType | types.BuiltinFunctionType | types.MethodType):
        return f"a function ({value.__name__}) cannot cross the boundary"
    return None


def _element(value: Any) -> str:
    return "{" + _short(value) + "}"


def _short(value: Any) -> str:
    """A key or element for a path: its text, cut where it is long; never an error of its own."""
    try:
        text = repr(value)
    except Exception:
        text = f"<{type(value).__name__}>"
    text = text.encode("utf-8", "backslashreplace").decode()
    return text if len(text) <= 60 else f"{text[:57]}..."


def _cyclic(root: Any) -> bool:
    """Whether a container reaches itself."""
    active: set[int] = set()
    done: set[int] = set()
    stack: list[tuple[int, Any]] = [(id(root), iter(_children(root)))]
    active.add(id(root))
    while stack:
        identity, children = stack[-1]
        for child in children:
            if id(child) in active:
                return True
            if isinstance(child, list | tuple | set | frozenset | dict) and id(child) not in done:
                active.add(id(child))
                stack.append((id(child), iter(_children(child))))
                break
        else:
            stack.pop()
            active.discard(identity)
            done.add(identity)
    return False


def _children(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return [*value.keys(), *value.values()]
    return value if isinstance(value, list | tuple | set | frozenset) else ()
