"""What may pass between the host and a sandboxed task: the interface's types, and every value of a run.

One door for the rest of the engine. Types and their text are `annotations`, values `crossing` and `checking`,
handles on their way in and out `handle_table`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .annotations import Refused, normalise, refusal, resolve_annotation, type_text
from .checking import EMPTY, checker
from .crossing import MAX_DEPTH, crossing_problem
from .errors import BoundaryError
from .handle_table import HandleTable

__all__ = [
    "MAX_DEPTH",
    "HandleTable",
    "checker",
    "crossing_problem",
    "resolve_annotation",
    "type_text",
    "validate_sandboxed_interface",
]


def validate_sandboxed_interface(inputs: Mapping[str, tuple[Any, Any]], outputs: Mapping[str, Any]) -> None:
    """Refuses an interface with a type that cannot cross the boundary.

    `inputs` is {name: (type, default)}, `outputs` {name: type}; a type may be a string, and
    `inspect.Parameter.empty` (not annotated) is `Any`. Raises `BoundaryError`, a TypeError with "unsupported
    type", the name, and the exact part.
    """
    for name, (tp, _) in inputs.items():
        _validate(f"input '{name}'", name, tp)
    for name, tp in outputs.items():
        _validate(f"output '{name}'", name, tp)


def _validate(subject: str, name: str, tp: Any) -> None:
    if tp is EMPTY:
        return
    try:
        normalise(tp)
    except Refused as refused:
        raise BoundaryError(refusal(subject, refused, type_text(tp)), path=name) from None
