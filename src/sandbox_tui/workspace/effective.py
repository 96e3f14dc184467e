"""What a document's settings come to with the defaults of its folder, and where each of them comes from.

The nearest wins: the task's own keys, then those of the `sandbox.toml` beside it, then of the folders above,
then the defaults of the program. It goes key by key for the limits and the linter; for an external, see
`ExternalSpec.over`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Generic, Literal, TypeVar

from ..sandbox.config import SandboxedConfig
from .document import CONFIG_FIELDS, Case, Document, ExternalSpec
from .folder import FolderDefaults, defaults_above

T = TypeVar("T")
Origin = Literal["task", "default"] | Path
"""Where a value comes from: the task itself, the path of a `sandbox.toml`, or the program's own default."""

_NAME = re.compile(r"[^\W\d]\w*")


@dataclass(frozen=True)
class Sourced(Generic[T]):
    """A value and where it comes from."""

    value: T
    origin: Origin


@dataclass(frozen=True)
class Effective:
    """The settings that count: the four limits by name, the linter's settings, and every external that is at
    hand.
    """

    config: dict[str, Sourced[Any]]
    profile: Sourced[Literal["documented", "runtime", "flyte", "off"]]
    target: Sourced[str]
    ignore: Sourced[list[str]]
    externals: dict[str, Sourced[ExternalSpec]]

    def sandboxed_config(self) -> SandboxedConfig:
        """The limits as the engine takes them."""
        return SandboxedConfig(**{name: sourced.value for name, sourced in self.config.items()})

    def externals_for(self, document: Document, case: Case | None = None) -> dict[str, ExternalSpec]:
        """The externals of a run: the document's own, those of the folder whose names its source uses, as the
        case answers them.
        """
        used = set(_NAME.findall(document.source))
        found = {
            name: sourced.value
            for name, sourced in self.externals.items()
            if name in document.externals or name in used
        }
        for name, answer in (case.answers if case is not None else {}).items():
            found[name] = answer.over(found[name]) if name in found else answer
        return found


def effective(document: Document, defaults: Sequence[FolderDefaults] | None = None) -> Effective:
    """The settings of `document` over `defaults`, nearest first; None looks for the `sandbox.toml` files
    above its path.

    Raises `DocumentError` for one that cannot be read.
    """
    if defaults is None:
        defaults = defaults_above(document.path.parent) if document.path is not None else ()
    own = FolderDefaults(path=None, config=document.config, lint=document.lint, externals=document.externals)
    chain: list[tuple[Origin, FolderDefaults]] = [("task", own)]
    chain += [(each.path or "default", each) for each in defaults]
    program = SandboxedConfig()
    config = {
        name: _nearest(
            [(origin, each.config.get(name)) for origin, each in chain], default=getattr(program, name)
        )
        for name in CONFIG_FIELDS
    }
    return Effective(
        config=config,
        profile=_nearest([(origin, each.lint.profile) for origin, each in chain], default="documented"),
        target=_nearest([(origin, each.lint.target) for origin, each in chain], default="installed"),
        ignore=_nearest([(origin, each.lint.ignore) for origin, each in chain], default=[]),
        externals=_externals(chain),
    )


def _nearest(candidates: Sequence[tuple[Origin, Any]], *, default: Any) -> Sourced[Any]:
    for origin, value in candidates:
        if value is not None:
            return Sourced(value, origin)
    return Sourced(default, "default")


def _externals(chain: Sequence[tuple[Origin, FolderDefaults]]) -> dict[str, Sourced[ExternalSpec]]:
    found: dict[str, Sourced[ExternalSpec]] = {}
    for origin, each in chain:
        for name, spec in each.externals.items():
            if name in found:
                nearer = found[name]
                found[name] = replace(nearer, value=nearer.value.over(spec))
            else:
                found[name] = Sourced(spec, origin)
    return found
