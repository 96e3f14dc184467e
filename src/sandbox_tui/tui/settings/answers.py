"""An external's answer as the text of a field, and back."""

from __future__ import annotations

from typing import Any, Final

from ...workspace.document import ExternalSpec
from ..calls.errors import parse_error
from ..inputs.fields import literal_text, parse_text
from ..task_run import return_type

HINTS: Final = {
    "ask": "asked for at each call",
    "return": "the value to return",
    "sequence": "a list: one value a call",
    "raise": "ValueError: what went wrong",
    "sandbox": "",
    "python": "module:function",
    "replay": "recording file",
}


def answer_line(spec: ExternalSpec) -> str:
    """What the answer's field shows."""
    returns = _returns(spec)
    match spec.answer:
        case "return":
            return literal_text(spec.value, returns)
        case "sequence":
            return literal_text(spec.values, list[returns])  # type: ignore[valid-type]
        case "raise":
            return f"{spec.error or 'RuntimeError'}: {spec.message}" if spec.message else spec.error or ""
        case "sandbox":
            return (spec.source or "").strip()
        case "python":
            return spec.target or ""
        case "replay":
            return spec.recording or ""
        case _:
            return ""


def take_answer(spec: ExternalSpec, text: str) -> None:
    """Puts `text` into the field of `spec` that its answer uses. Raises `ValueError` in one clear line."""
    returns = _returns(spec)
    match spec.answer:
        case "return":
            spec.value = None if not text.strip() and returns is Any else parse_text(text, returns)
        case "sequence":
            spec.values = parse_text(text, list[returns])  # type: ignore[valid-type]
        case "raise":
            error = parse_error(text)
            spec.error, spec.message = type(error).__name__, str(error) or None
        case "sandbox":
            spec.source = text
        case "python":
            spec.target = text.strip() or None
        case "replay":
            spec.recording = text.strip() or None


def _returns(spec: ExternalSpec) -> Any:
    found = return_type(spec.signature)
    return Any if found is None else found
