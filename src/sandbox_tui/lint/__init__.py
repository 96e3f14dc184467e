"""The linter: what a sandboxed task's source must not hold, found with exact places and said with what to
write instead.

Total (any text gets an answer in bounded time), fast (a small multiple of `ast.parse`), and without any
import of the layers above. It helps; the engine protects: nothing about safety rests on a finding.
"""

from __future__ import annotations

from .check import check
from .diagnostic import Diagnostic, Edit, Fix, Position, SyntaxFailure

__all__ = ["Diagnostic", "Edit", "Fix", "Position", "SyntaxFailure", "check"]
