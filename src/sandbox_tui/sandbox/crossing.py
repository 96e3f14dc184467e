"""Whether a value can cross the boundary, whatever its type was declared to be.

What can: the scalars and containers of the boundary and their subclasses (Monty carries an `IntEnum` member
over as an int, an `OrderedDict` as a dict), handles, dates and times, and exceptions (`flyte_map` gives them
as results). Text with lone surrogates, cycles and more than `MAX_DEPTH` levels cannot, since Monty refuses or
mutilates them.

What comes out of the sandbox has a danger of its own: Monty puts stand-ins in the place of what it cannot
send (a function arrives as the text `<function 'f' at 0xc>`, a list inside itself as `[...]`). A text that
may be one is a `StandIn`: from the outside nothing tells it from the same text that the task means, so
whoever has the run asks the sandbox (`true_texts`), and looks again with `Way.TOLD` if it was meant.
"""

from __future__ import annotations

import datetime
import enum
import re
import types
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from .annotations import NoneType
from .errors import BoundaryError
from .handles import handle_classes

# Far below where Monty cuts values silently (as many levels as max_stack_depth allows, 256 by default) and
# where Python's own recursion ends; no task was seen to need more than a dozen.
MAX_DEPTH = 100

# A value whose parts are shared can be tiny in the sandbox and endless once it is written out: thirty times
# `a = [a, a]` is a thousand million elements. More than the first, and more than the second times the objects
# that there are, is refused on the way out.
MAX_WRITTEN_OUT = 10_000_000
MAX_SHARING = 10

# The types whose values need no further look; text does (lone surrogates).
ATOMS: frozenset[type] = frozenset((NoneType, bool, int, float, bytes))

_ATOM_BASES = (int, float, bytes)
_OTHER_BASES = (datetime.date, datetime.time, datetime.timedelta, Exception)

# What a text begins with that Monty (1.0.0 and 1.4.0) sends in the place of what it cannot send, and its
# whole form; wider than what was seen, since a text that is meant passes all the same.
STAND_IN_STARTS = (
    *("<", "range(", "slice(", "dict_", "functools.", "re.compile(", "typing.", "[...]", "{...}", "(...)"),
    *("int", "str", "float", "bool", "bytes", "list", "dict", "tuple", "set", "frozenset", "None", "type"),
    *("object", "complex", "datetime.", "collections.", "property"),
)
_TYPE = r"(?:int|str|float|bool|bytes|list|dict|tuple|set|frozenset|None|type|object|complex|\w+\.\w+)"
_STAND_IN = re.compile(
    r"<function .*>|<built-in .*>|<bound method.*>|<coroutine .*>|<module '.*'>|<\w+_iterator object>"
    r"|<dict_\w+ object>|<class '.*'>|<re\.Match object; .*>|<deeply nested>|<stdout>|<stderr>|<stdin>"
    r"|<[\w.]+ object(?: (?:at|@) 0x[0-9a-f]+)?>|<\w+ [\w.]+ object @ 0x[0-9a-f]+>"
    r"|range\(-?\d+, -?\d+(?:, -?\d+)?\)|slice\(.*\)|dict_(?:keys|values|items)\(\[.*\]\)"
    r"|functools\.partial\(.*\)|re\.compile\(.*\)|typing\.[\w.]+"
    rf"|{_TYPE}\[.*\]|{_TYPE}(?:\[.*\])?(?: \| .+)+"
    r"|\[\.\.\.\]|\{\.\.\.\}|\(\.\.\.\)",
    re.DOTALL,
)
_CUT = "<deeply nested>"
_CYCLES = ("[...]", "{...}", "(...)")


class Way(enum.Enum):
    """Which way a value goes. `TOLD` is out, and its texts are known to be meant as they are."""

    IN = enum.auto()
    OUT = enum.auto()
    TOLD = enum.auto()


_IN, _OUT = Way.IN, Way.OUT


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


class TooDeep(Mismatch):
    """More than `MAX_DEPTH` levels, or a cycle: which of them is looked up only now, since it costs."""

    def __init__(self) -> None:
        super().__init__(f"is nested more than {MAX_DEPTH} levels deep")


class StandIn(Mismatch):
    """A text out of the sandbox that may stand for something else."""

    def __init__(self, text: str) -> None:
        if text in _CYCLES:
            message = f"{text} stands for a container that contains itself, which cannot cross the boundary"
        elif text == _CUT:
            message = (
                f"{text} stands for a value nested deeper than there were levels left: max_stack_depth "
                "bounds the nesting of values that leave the sandbox too"
            )
        else:
            message = (
                f"{short(text)} stands for something of the sandbox (a function, an iterator, "
                "a type), which cannot leave it"
            )
        super().__init__(message)


class StandInError(BoundaryError):
    """A value is refused for a text that may be a stand-in; whether it is one, only the sandbox can tell."""


def crossing_problem(value: Any, path: str, *, outgoing: bool = False) -> str | None:
    """Why `value` cannot cross the boundary, with the path to the part that cannot; None when it can."""
    error = crossing_error(value, path, Way.OUT if outgoing else Way.IN)
    return None if error is None else str(error)


def crossing_error(value: Any, path: str, way: Way) -> BoundaryError | None:
    """`crossing_problem` as the error to raise: a `StandInError` where the sandbox has to be asked."""
    if type(value) in ATOMS:
        return None
    try:
        crosses(value, way)
    except Mismatch as mismatch:
        return boundary_error(mismatch, value, path)
    return None


def arguments_error(
    name: str, args: Sequence[Any], kwargs: Mapping[str, Any], way: Way = Way.OUT
) -> BoundaryError | None:
    """What keeps the arguments of a call of `name` from leaving the sandbox: the first that cannot."""
    for index, value in enumerate(args):
        if type(value) not in ATOMS and (type(value) is not str or may_stand_in(value)):
            error = crossing_error(value, f"{name}(argument {index + 1})", way)
            if error is not None:
                return error
    for key, value in kwargs.items():
        if type(value) not in ATOMS and (type(value) is not str or may_stand_in(value)):
            error = crossing_error(value, f"{name}({key})", way)
            if error is not None:
                return error
    return None


def refused(error: StandInError, told: bool | None) -> BoundaryError:
    """The error for a text that the sandbox has told to be none (`told` is False), or has not told at all
    (None).
    """
    if told is not None:
        return BoundaryError(error.message, path=error.path)
    return BoundaryError(
        f"{error.message}; whether the task means this very text could not be found out", path=error.path
    )


def may_stand_in(text: str) -> bool:
    """Whether Monty may have put `text` in the place of something that it cannot send."""
    return text.startswith(STAND_IN_STARTS) and _STAND_IN.fullmatch(text) is not None


def boundary_error(mismatch: Mismatch, value: Any, root: str) -> BoundaryError:
    if isinstance(mismatch, TooDeep):
        message = "is cyclic" if _cyclic(value) else mismatch.message
        return BoundaryError(f"{root}: {message}, which cannot cross the boundary", path=root)
    path = mismatch.path(root)
    kind = StandInError if isinstance(mismatch, StandIn) else BoundaryError
    return kind(f"{path}: {mismatch.message}", path=path)


def describe(value: Any) -> str:
    """A value's type as messages name it."""
    return "None" if value is None else type(value).__name__


def crosses(value: Any, way: Way) -> None:
    """Raises `Mismatch` for a value that, at any depth, Monty cannot carry over.

    What comes out of the sandbox is also refused when it would not end once written out (`endless`).
    """
    crossing = _Crossing(way)
    written_out = crossing.look(value, 0)
    if way is not _IN and endless(written_out, crossing.looked_at):
        raise Mismatch(f"is too large: its parts are shared, and written out it has {written_out:,} elements")


def endless(written_out: int, looked_at: int) -> bool:
    """Whether a value has so many more elements when written out than there are objects that it must be a
    bomb: printing, saving or checking it would not end.
    """
    return written_out > MAX_WRITTEN_OUT and written_out > MAX_SHARING * looked_at


class _Crossing:
    """Looks at a value once, however often its parts are shared; `look` says how many elements it has when
    written out.
    """

    __slots__ = ("done", "looked_at", "way")

    def __init__(self, way: Way) -> None:
        self.way = way
        self.looked_at = 0
        # What each container has when written out, by identity: the value keeps them alive meanwhile.
        self.done: dict[int, int] = {}

    def look(self, value: Any, depth: int) -> int:
        tp = type(value)
        if tp in ATOMS:
            return 1
        if tp is str:
            check_text(value, self.way)
            return 1
        if not isinstance(value, list | tuple | set | frozenset | dict):
            _cross_other(value, self.way)
            return 1
        known = self.done.get(id(value))
        if known is not None:
            return known
        if depth >= MAX_DEPTH:
            raise TooDeep
        self.looked_at += 1 + len(value)
        size = 1 + (self._dict(value, depth) if isinstance(value, dict) else self._items(value, depth))
        self.done[id(value)] = size
        return size

    def _items(self, value: Any, depth: int) -> int:
        if ATOMS.issuperset(map(type, value)):
            return len(value)
        hashed = isinstance(value, set | frozenset)
        size = 0
        for index, item in enumerate(value):
            try:
                if hashed:
                    check_hashable(item)
                size += self.look(item, depth + 1)
            except Mismatch as mismatch:
                raise mismatch.inside(element_part(item) if hashed else f"[{index}]") from None
        return size

    def _dict(self, value: Mapping[Any, Any], depth: int) -> int:
        size = len(value)
        for key, item in value.items():
            if type(key) not in ATOMS:
                try:
                    check_hashable(key)
                    size += self.look(key, depth + 1)
                except Mismatch as mismatch:
                    raise mismatch.inside(f"[key {short(key)}]") from None
            if type(item) not in ATOMS:
                try:
                    size += self.look(item, depth + 1)
                except Mismatch as mismatch:
                    raise mismatch.inside(f"[{short(key)}]") from None
        return size + len(value)


def _cross_other(value: Any, way: Way) -> None:
    if isinstance(value, str):
        check_text(value, way)
        return
    if isinstance(value, (*_ATOM_BASES, *_OTHER_BASES, *handle_classes())):
        return
    raise Mismatch(foreign(value) or f"{describe(value)} cannot cross the boundary")


def check_text(value: str, way: Way) -> None:
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError as error:
            raise Mismatch(
                f"text with a lone surrogate (character {error.start + 1}) cannot cross the boundary"
            ) from None
    if way is _OUT and may_stand_in(value):
        raise StandIn(value)


def check_hashable(value: Any) -> None:
    """Handles are not hashable in Monty: neither they nor tuples of them can be set elements or keys."""
    if type(value) in ATOMS or type(value) is str:
        return
    handles = handle_classes()
    waiting, seen = [value], set()
    while waiting:
        inner = waiting.pop()
        if isinstance(inner, handles):
            raise Mismatch(f"a {describe(inner)} handle cannot be a set element or a dict key in the sandbox")
        if isinstance(inner, tuple | frozenset) and id(inner) not in seen:
            seen.add(id(inner))
            waiting.extend(inner)


def foreign(value: Any) -> str | None:
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


def element_part(value: Any) -> str:
    return "{" + short(value) + "}"


def short(value: Any) -> str:
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
