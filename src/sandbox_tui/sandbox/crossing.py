"""Whether a value can cross the boundary, whatever its type was declared to be.

What can: the scalars and containers of the boundary and their subclasses (Monty carries an `IntEnum` member
over as an int, an `OrderedDict` as a dict), handles, dates and times, and exceptions (`flyte_map` gives them
as results). Text with lone surrogates, cycles and more than `MAX_DEPTH` levels cannot, since Monty refuses or
mutilates them.

`outgoing=True` is for what comes out of the sandbox: there Monty puts stand-ins in the place of what it
cannot send (a function arrives as the text `<function 'f' at 0xc>`), and these are refused instead of being
taken for the value.
"""

from __future__ import annotations

import builtins
import datetime
import re
import types
from collections.abc import Iterable, Mapping
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


def crossing_problem(value: Any, path: str, *, outgoing: bool = False) -> str | None:
    """Why `value` cannot cross the boundary, with the path to the part that cannot; None when it can."""
    if type(value) in ATOMS:
        return None
    try:
        crosses(value, outgoing)
    except Mismatch as mismatch:
        return str(boundary_error(mismatch, value, path))
    return None


def boundary_error(mismatch: Mismatch, value: Any, root: str) -> BoundaryError:
    if isinstance(mismatch, TooDeep):
        message = "is cyclic" if _cyclic(value) else mismatch.message
        return BoundaryError(f"{root}: {message}, which cannot cross the boundary", path=root)
    path = mismatch.path(root)
    return BoundaryError(f"{path}: {mismatch.message}", path=path)


def describe(value: Any) -> str:
    """A value's type as messages name it."""
    return "None" if value is None else type(value).__name__


def crosses(value: Any, outgoing: bool) -> None:
    """Raises `Mismatch` for a value that, at any depth, Monty cannot carry over.

    What comes out of the sandbox is also refused when it would not end once written out (`endless`).
    """
    crossing = _Crossing(outgoing)
    written_out = crossing.look(value, 0)
    if outgoing and endless(written_out, crossing.looked_at):
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

    __slots__ = ("done", "looked_at", "outgoing")

    def __init__(self, outgoing: bool) -> None:
        self.outgoing = outgoing
        self.looked_at = 0
        # What each container has when written out, by identity: the value keeps them alive meanwhile.
        self.done: dict[int, int] = {}

    def look(self, value: Any, depth: int) -> int:
        tp = type(value)
        if tp in ATOMS:
            return 1
        if tp is str:
            check_text(value, self.outgoing)
            return 1
        if not isinstance(value, list | tuple | set | frozenset | dict):
            _cross_other(value, self.outgoing)
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


def _cross_other(value: Any, outgoing: bool) -> None:
    if isinstance(value, str):
        check_text(value, outgoing)
        return
    if isinstance(value, (*_ATOM_BASES, *_OTHER_BASES, *handle_classes())):
        return
    raise Mismatch(foreign(value) or f"{describe(value)} cannot cross the boundary")


def check_text(value: str, outgoing: bool) -> None:
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
                f"{short(value)} stands for something of the sandbox (a function, an iterator, "
                "a value nested too deep), which cannot leave it"
            )


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
