"""The inputs of a document for a form: made anew at every key, so it must be quick and work on half-typed
text.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from ..sandbox.errors import BoundaryError, SandboxError

if TYPE_CHECKING:
    from .document import Document

_DEF = re.compile(r"^(?:async[ \t]+)?def[ \t]+\w+[ \t]*\(", re.MULTILINE)
_TOKEN = re.compile(r"""('''|\"\"\"|'|")|([(\[{])|([)\]}])|(:)|(#[^\n]*)|\\.""", re.DOTALL)


class FormParameter(NamedTuple):
    """One field: `type` is a type object (`Any` where the annotation says none that can cross), `default` a
    value, or `sandbox.source.NOT_LITERAL` for a default that is an expression; meaningful only if
    `has_default`."""

    name: str
    type: Any
    has_default: bool
    default: Any


def form_parameters(document: Document) -> list[FormParameter]:
    """The parameters of `document` in order; of a source that does not parse, those of its `def` line where
    that can be read.
    """
    if document.kind == "code":
        return [FormParameter(name, _type(text), False, None) for name, text in document.inputs.items()]
    from ..sandbox.source import read_function

    for source in (document.source, _def_line(document.source)):
        if source is None:
            continue
        try:
            found = read_function(source)
        except SandboxError:
            continue
        return [
            FormParameter(each.name, each.type, each.has_default, each.default) for each in found.parameters
        ]
    return []


def _type(annotation: str) -> Any:
    from ..sandbox.boundary import resolve_annotation

    try:
        return resolve_annotation(annotation)
    except BoundaryError:
        return Any


def _def_line(source: str) -> str | None:
    """The `def` line of the first function, brackets and strings minded, with an empty body; None where it
    does not end.
    """
    start = _DEF.search(source)
    if start is None:
        return None
    depth = 0
    at = start.end() - 1
    while match := _TOKEN.search(source, at):
        at = match.end()
        quote, opening, closing, colon, _comment = match.groups()
        if quote:
            end = re.compile(rf"(?:\\.|(?!{quote}).)*{quote}", re.DOTALL).match(source, at)
            if end is None:
                return None
            at = end.end()
        elif opening:
            depth += 1
        elif closing:
            depth -= 1
        elif colon and depth == 0:
            return f"{source[start.start() : match.end()]}\n    pass\n"
    return None
