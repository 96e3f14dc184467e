"""The inputs of a document for a form, made anew at every key, also while the text is half typed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from ..sandbox.errors import BoundaryError, SandboxError

if TYPE_CHECKING:
    from .document import Document


class FormParameter(NamedTuple):
    """One field: `type` is a type object (`Any` where there is no annotation, or none that can cross the
    boundary), `default` a value, or `sandbox.source.NOT_LITERAL` for one that the text does not tell; it
    means something only if `has_default`.
    """

    name: str
    type: Any
    has_default: bool
    default: Any


def form_parameters(document: Document) -> list[FormParameter]:
    """The parameters of `document` in order; none where the header of its function cannot be read."""
    if document.kind == "code":
        return [FormParameter(name, _type(text), False, None) for name, text in document.inputs.items()]
    from ..sandbox.source import read_function

    try:
        found = read_function(document.source)
    except SandboxError:
        return []
    return [FormParameter(each.name, each.type, each.has_default, each.default) for each in found.parameters]


def _type(annotation: str) -> Any:
    from ..sandbox.boundary import resolve_annotation

    try:
        return resolve_annotation(annotation)
    except BoundaryError:
        return Any
