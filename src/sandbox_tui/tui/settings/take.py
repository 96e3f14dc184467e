"""Puts what was entered for a setting into the document; no widgets here."""

from __future__ import annotations

from typing import Any, Final

from ...workspace.document import Document
from .declarations import parse_inputs, parse_type
from .limits import parse_limit

LIMITS: Final = ("timeout_ms", "max_memory", "max_stack_depth")


def take_setting(document: Document, key: str, text: str) -> None:
    """Puts what was entered for a setting into `document`; an empty text takes it out. Raises `ValueError` in
    one clear line.
    """
    text = text.strip()
    value: Any
    if key in LIMITS or key == "type_check":
        if not text:
            document.config.pop(key, None)
        else:
            value = text == "on" if key == "type_check" else parse_limit(key, text)
            document.config[key] = value
    elif key == "profile":
        document.lint.profile = text or None  # type: ignore[assignment]
    elif key == "name":
        if not text.isidentifier():
            raise ValueError("a task's name is a Python name")
        document.name = text
    elif key == "description":
        document.description = text
    elif key == "inputs":
        document.inputs = parse_inputs(text) if text else {}
    elif key == "output":
        document.output = parse_type(text) if text else None
