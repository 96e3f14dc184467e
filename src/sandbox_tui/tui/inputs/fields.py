"""What the inputs form is made of, without widgets: the fields of a signature and what was entered in them.

`Entries` outlives the fields: a name that is half-typed in the editor for a moment loses its field, not its value.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Field:
    """One field of the form.

    `type_text` is the type as one would write it, `default_text` what the default reads as (None if there is none),
    `choices` the texts to choose from where the type has few values (else empty), `optional` whether None is one of its values.
    """

    name: str
    type: Any
    type_text: str
    default_text: str | None = None
    choices: tuple[str, ...] = ()
    optional: bool = False

    @property
    def required(self) -> bool:
        """Whether a run needs a value here."""
        return self.default_text is None


def accepts_none(tp: Any) -> bool:
    """Whether `tp` is a union that names None beside another type."""
    if typing.get_origin(tp) in (typing.Union, types.UnionType):
        return any(part is type(None) for part in typing.get_args(tp))
    return False


def choices_of(tp: Any) -> tuple[str, ...]:
    """The texts of every value of `tp` where there are only a few: bool, with or without None."""
    if tp is bool:
        return ("True", "False")
    if accepts_none(tp) and set(typing.get_args(tp)) == {bool, type(None)}:
        return ("True", "False", "None")
    return ()


def fields_of(parameters: Iterable[tuple[str, Any, bool, Any]]) -> tuple[Field, ...]:
    """The fields for a document's `parameters()`: (name, type, has a default, default)."""
    from ...sandbox.boundary import type_text

    return tuple(
        Field(
            name=name,
            type=tp,
            type_text=type_text(tp),
            default_text=literal_text(default) if has_default else None,
            choices=choices_of(tp),
            optional=accepts_none(tp),
        )
        for name, tp, has_default, default in parameters
    )


def literal_text(value: Any) -> str:
    """`value` as text for a field of one line, without characters that a terminal would act on."""
    from ...workspace.values import format_value
    from ..text import visible

    text = format_value(value)
    if text != visible(text) or not text.strip():
        return ascii(value)
    return text


class Entries:
    """What was entered, as text by field name (an empty text: nothing), and what it means for a field's type."""

    def __init__(self, values: Mapping[str, Any] | None = None) -> None:
        self._texts: dict[str, str] = {name: literal_text(value) for name, value in (values or {}).items()}

    def get(self, name: str) -> str:
        """What stands in the field `name`."""
        return self._texts.get(name, "")

    def set(self, name: str, text: str) -> None:
        """Keeps what was entered."""
        self._texts[name] = text

    def given(self, name: str) -> bool:
        """Whether there is anything to pass on."""
        return self.get(name).strip() != ""

    def texts(self) -> dict[str, str]:
        """Everything that was given."""
        return {name: text for name, text in self._texts.items() if text.strip()}

    def value(self, field: Field) -> Any:
        """The value for `field`; raises `ValueError`, in one clear line, where there is none or it is wrong."""
        if not self.given(field.name):
            raise ValueError(f"needs a value of type {field.type_text}")
        return parse_text(self.get(field.name), field.type)

    def problem(self, field: Field) -> str | None:
        """What is wrong with what was entered for `field`; None while nothing is, and while nothing was entered."""
        if not self.given(field.name):
            return None
        try:
            self.value(field)
        except ValueError as error:
            return str(error)
        return None

    def collect(self, fields: Sequence[Field]) -> tuple[dict[str, Any], dict[str, str]]:
        """The values to run with, and the problems that forbid it, by field; a field left empty keeps its default."""
        values: dict[str, Any] = {}
        problems: dict[str, str] = {}
        for field in fields:
            if not self.given(field.name) and not field.required:
                continue
            try:
                values[field.name] = self.value(field)
            except ValueError as error:
                problems[field.name] = str(error)
        return values, problems


def parse_text(text: str, tp: Any) -> Any:
    """`text` as a value of `tp`; `ValueError` in one clear line otherwise."""
    from ...workspace.values import parse_value

    return parse_value(text, tp)
