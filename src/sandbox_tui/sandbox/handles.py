"""`File`, `Dir` and `DataFrame`: handles that a task holds, passes on and returns, and can never look into.

They stand for data kept elsewhere, named by a URI. In the sandbox a handle is an opaque object: its
attributes, its path and its class are out of reach, and no code in there can make one (see `sandbox.boundary`
for how they cross). Two handles of one kind with one URI are equal, in the sandbox as on the host.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Any, ClassVar


@dataclass(frozen=True, init=False)
class Handle:
    """Base of the three kinds; `uri` is where the data is (`s3://bucket/key`, a path), never read by the
    engine. Flyte's keyword `path` is taken for it too.
    """

    uri: str

    kind: ClassVar[str] = "handle"

    def __init__(self, uri: str | None = None, *, path: str | None = None) -> None:
        if (uri is None) == (path is None):
            raise TypeError(f"{type(self).__name__} takes one URI")
        found = path if uri is None else uri
        if not isinstance(found, str):
            raise TypeError(f"{type(self).__name__} takes a URI as text, got {type(found).__name__}")
        object.__setattr__(self, "uri", found)

    @property
    def path(self) -> str:
        """The URI, by the name that Flyte's own handles give it."""
        return self.uri


@dataclass(frozen=True, init=False)
class File(Handle):
    """One file."""

    kind: ClassVar[str] = "file"


@dataclass(frozen=True, init=False)
class Dir(Handle):
    """A directory."""

    kind: ClassVar[str] = "dir"


@dataclass(frozen=True, init=False)
class DataFrame(Handle):
    """A table."""

    kind: ClassVar[str] = "dataframe"


HANDLES: tuple[type[Handle], ...] = (File, Dir, DataFrame)

_FAMILIES: dict[str, tuple[type, ...]] = {"file": (File,), "dir": (Dir,), "dataframe": (DataFrame,)}
_seen_flyte: list[object] = []


def handle_families() -> dict[str, tuple[type, ...]]:
    """The classes of each kind of handle: ours, and Flyte's own (`flyte.io`) once the program has imported
    them.

    Flyte is never imported for it: a program that has not done so holds none of its handles.
    """
    flyte_io = sys.modules.get("flyte.io")
    if flyte_io is not None and flyte_io not in _seen_flyte:
        found = {kind: getattr(flyte_io, ours.__name__, None) for kind, ours in zip(_FAMILIES, HANDLES)}
        # While flyte.io is half imported its classes are not there yet; they are looked for again next time.
        if all(isinstance(theirs, type) for theirs in found.values()):
            for kind, theirs in found.items():
                _FAMILIES[kind] = (*_FAMILIES[kind], theirs)  # type: ignore[arg-type]
            _seen_flyte.append(flyte_io)
    return _FAMILIES


def handle_classes() -> tuple[type, ...]:
    """All classes of `handle_families`, for `isinstance`."""
    families = handle_families()
    return (*families["file"], *families["dir"], *families["dataframe"])


def handle_kind(tp: Any) -> str | None:
    """`file`, `dir` or `dataframe` for a handle's class (or a subclass of one), None for anything else."""
    if isinstance(tp, type):
        for kind, classes in handle_families().items():
            if issubclass(tp, classes):
                return kind
    return None
