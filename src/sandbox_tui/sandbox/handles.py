"""`File`, `Dir` and `DataFrame`: handles that a task holds, passes on and returns, and can never look into.

They stand for data kept elsewhere, named by a URI. In the sandbox a handle is an opaque object: its attributes, its path and its
class are out of reach, and no code in there can make one (see `sandbox.boundary` for how they cross). Two handles of one kind
with one URI are equal, in the sandbox as on the host.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True)
class Handle:
    """Base of the three kinds; `uri` is where the data is (`s3://bucket/key`, a path), never read by the engine."""

    uri: str

    kind: ClassVar[str] = "handle"

    def __post_init__(self) -> None:
        if not isinstance(self.uri, str):
            raise TypeError(f"{type(self).__name__} takes a URI as text, got {type(self.uri).__name__}")

    @property
    def path(self) -> str:
        """The URI, by the name that Flyte's own handles give it."""
        return self.uri


@dataclass(frozen=True)
class File(Handle):
    """One file."""

    kind: ClassVar[str] = "file"


@dataclass(frozen=True)
class Dir(Handle):
    """A directory."""

    kind: ClassVar[str] = "dir"


@dataclass(frozen=True)
class DataFrame(Handle):
    """A table."""

    kind: ClassVar[str] = "dataframe"


HANDLES: tuple[type[Handle], ...] = (File, Dir, DataFrame)
