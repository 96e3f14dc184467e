"""The handles of one run: how they enter the sandbox as opaque objects, and how what comes out is looked
through.

In the sandbox a handle is a Monty `ClassInstance` without any policy: no attribute, no method and no
construction is granted, so that nothing in there can read a URI or make a handle. Monty gives the host its
own object back. It compares such objects by class and contents (observed with 1.0.0 and 1.4.0: without
contents any two files are equal), so each carries one number, the same for handles that are equal on the
host: `File(#=1)` is all that the sandbox sees.
"""

from __future__ import annotations

import threading
from typing import Any

from .annotations import NoneType
from .crossing import MAX_DEPTH, describe, endless
from .errors import BoundaryError
from .handles import handle_classes
from .monty import monty

PLAIN: frozenset[type] = frozenset((NoneType, bool, int, float, str, bytes))


class HandleTable:
    """In- and outgoing values of one run. Not for two runs: a handle is known only in the run that it
    entered.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._instances: dict[Any, Any] = {}
        self._unhashable: list[tuple[Any, Any]] = []
        self._by_id: dict[Any, Any] = {}

    def wrap(self, value: Any) -> Any:
        """`value` as Monty takes it: handles, at any depth in lists, tuples and dict values, made opaque.

        Only the containers on the way to a handle are copied; without a handle inside, the same object is
        returned. Raises `BoundaryError` with a path from `value` for a handle in a set or as a dict key
        (Monty cannot hash it), a cycle, and more than `MAX_DEPTH` levels.
        """
        if type(value) in PLAIN:
            return value
        return _Wrapping(self).walk(value, 0)

    def unwrap(self, value: Any) -> Any:
        """`value` as it came out of the sandbox, with the host's own handles in it.

        In one session Monty gives the original objects back; after a restored snapshot it gives proxies,
        which are replaced here by the handle that had their id. A proxy that no handle had stays one, for the
        checker to refuse. Raises `BoundaryError` for a value that would not end when written out
        (`MAX_WRITTEN_OUT`).
        """
        if type(value) in PLAIN:
            return value
        walk = _Unwrapping(self)
        found = walk.walk(value, 0)
        if endless(walk.written_out, walk.looked_at):
            raise BoundaryError(
                f"the value is too large to leave the sandbox: its parts are shared, and written out it has "
                f"{walk.written_out:,} elements"
            )
        return found

    def instance(self, handle: Any) -> Any:
        """The one opaque object that stands for `handle`, and for every handle equal to it, in this run."""
        # Answers of calls that overlap come in on threads of their own.
        with self._lock:
            try:
                known = self._instances.get((type(handle), handle))
            except TypeError:
                return self._unhashable_instance(handle)
            if known is None:
                known = self._instances[type(handle), handle] = self._make(handle)
            return known

    def _unhashable_instance(self, handle: Any) -> Any:
        # Flyte's handles are models without a hash, and comparing two data frames that hold tables can fail.
        for other, instance in self._unhashable:
            if other is handle or (type(other) is type(handle) and _equal(other, handle)):
                return instance
        instance = self._make(handle)
        self._unhashable.append((handle, instance))
        return instance

    def _make(self, handle: Any) -> Any:
        instance = _opaque_class()(handle, len(self._by_id) + 1)
        self._by_id[instance.id] = handle
        return instance

    def handle_of(self, proxy: Any) -> Any:
        """The handle that had the proxy's id in this run, or the proxy itself."""
        return self._by_id.get(proxy.id, proxy)


_opaque: list[tuple[Any, Any]] = []


def _opaque_class() -> Any:
    """Monty's `ClassInstance` with a number for its only content, made anew when a fork has changed the
    module.
    """
    module = monty()
    if not _opaque or _opaque[0][0] is not module:
        base: Any = module.ClassInstance

        class Opaque(base):  # type: ignore[misc]
            def __init__(self, handle: Any, number: int) -> None:
                super().__init__(handle)
                self.number = number

            def get_eager_attrs(self) -> dict[str, Any]:
                return {"#": self.number}

        _opaque[:] = [(module, Opaque)]
    return _opaque[0][1]


def _equal(a: Any, b: Any) -> bool:
    try:
        return bool(a == b)
    except Exception:
        return False


class _Walk:
    """Replaces leaves of a value, copying only the containers on the way, in time proportional to the objects
    there are.
    """

    def __init__(self, table: HandleTable) -> None:
        self.table = table
        self.looked_at = 0
        self.written_out = 0
        # What each container became and how much it is written out; shared parts stay shared.
        self.done: dict[int, tuple[Any, int]] = {}

    def leaf(self, value: Any) -> Any:
        raise NotImplementedError

    def hashed(self, value: Any) -> None:
        """Looks at a set element or a dict key."""

    def walk(self, value: Any, depth: int) -> Any:
        """`value` with its leaves replaced; the same object when none was."""
        tp = type(value)
        if tp in PLAIN:
            self.written_out += 1
            return value
        if not isinstance(value, list | tuple | dict | set | frozenset):
            self.written_out += 1
            return self.leaf(value)
        known = self.done.get(id(value))
        if known is not None:
            self.written_out += known[1]
            return known[0]
        if depth >= MAX_DEPTH:
            raise BoundaryError(
                f"the value is cyclic or nested more than {MAX_DEPTH} levels deep, "
                "which cannot cross the boundary"
            )
        before = self.written_out
        self.written_out += 1
        self.looked_at += 1 + len(value)
        found = self._dict(value, depth) if isinstance(value, dict) else self._items(value, depth)
        self.done[id(value)] = found, self.written_out - before
        return found

    def _items(self, value: Any, depth: int) -> Any:
        if PLAIN.issuperset(map(type, value)):
            self.written_out += len(value)
            return value
        if isinstance(value, set | frozenset):
            for item in value:
                self._key(item, "{" + type(item).__name__ + "}", depth)
            return value
        copy = []
        changed = False
        for index, item in enumerate(value):
            try:
                found = self.walk(item, depth + 1)
            except BoundaryError as error:
                raise _further_out(error, f"[{index}]") from None
            changed = changed or found is not item
            copy.append(found)
        if not changed:
            return value
        if isinstance(value, tuple):
            # A named tuple stays one in Monty.
            return value._make(copy) if hasattr(value, "_make") else tuple(copy)
        return copy

    def _dict(self, value: Any, depth: int) -> Any:
        copy: dict[Any, Any] | None = None
        self.written_out += len(value)
        for key, item in value.items():
            if type(key) not in PLAIN:
                self._key(key, f"[key {type(key).__name__}]", depth)
            if type(item) in PLAIN:
                self.written_out += 1
                continue
            try:
                found = self.walk(item, depth + 1)
            except BoundaryError as error:
                raise _further_out(error, f"[{key!r}]") from None
            if found is not item:
                if copy is None:
                    copy = dict(value)
                copy[key] = found
        return value if copy is None else copy

    def _key(self, key: Any, part: str, depth: int) -> None:
        if isinstance(key, tuple | frozenset):
            if depth >= MAX_DEPTH:
                raise BoundaryError(f"the value is nested more than {MAX_DEPTH} levels deep")
            known = self.done.get(id(key))
            if known is not None:
                self.written_out += known[1]
                return
            before = self.written_out
            self.looked_at += len(key)
            for item in key:
                self._key(item, part, depth + 1)
            self.done[id(key)] = key, self.written_out - before
            return
        self.written_out += 1
        try:
            self.hashed(key)
        except BoundaryError as error:
            raise _further_out(error, part) from None


class _Wrapping(_Walk):
    def __init__(self, table: HandleTable) -> None:
        super().__init__(table)
        self.handles = handle_classes()

    def leaf(self, value: Any) -> Any:
        return self.table.instance(value) if isinstance(value, self.handles) else value

    def hashed(self, value: Any) -> None:
        if isinstance(value, self.handles):
            raise BoundaryError(
                f"a {describe(value)} handle cannot be a set element or a dict key in the sandbox", path=""
            )


class _Unwrapping(_Walk):
    def leaf(self, value: Any) -> Any:
        return self.table.handle_of(value) if type(value).__name__ == "MontyClassProxy" else value


def _further_out(error: BoundaryError, part: str) -> BoundaryError:
    """The same error with one more step in front of its path."""
    path = part + (error.path or "")
    message = error.message.removeprefix(f"{error.path}: ") if error.path else error.message
    return BoundaryError(f"{path}: {message}", path=path)
