"""The linter: what a sandboxed task's source must not hold, found with exact places and said with what to
write instead.

Total (any text gets an answer in bounded time), fast (a small multiple of `ast.parse`), and without any
import of the layers above. It helps; the engine protects: nothing about safety rests on a finding.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

from .diagnostic import Diagnostic, Edit, Fix, Position, SyntaxFailure

if TYPE_CHECKING:
    from .check import check

__all__ = ["Diagnostic", "Edit", "Fix", "Position", "SyntaxFailure", "check"]


class _LazyCheck(ModuleType):
    """Loads the rules when `check` is first asked for: who only wants a `Diagnostic` need not wait.

    A property, because importing the module `check` would put that module in the place of its function.
    """

    @property
    def check(self) -> Any:
        from importlib import import_module

        return import_module(f"{__name__}.check").check

    @check.setter
    def check(self, module: ModuleType) -> None:
        """The import system's own note of the module; not wanted."""


sys.modules[__name__].__class__ = _LazyCheck
