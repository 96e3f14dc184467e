"""What the inputs form is made of, without widgets: the fields of a signature and what was entered in them.

`Entries` outlives the fields: a name that is half-typed in the editor for a moment loses its field, not its
value.
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

    `type_text` is the type as one would write it, `default_text` what the default reads as (None if there is
    none), `choices` the texts to choose from where the type has few values (else empty), `optional` whether
    None is one of its values.
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
            default_text=default_text(default, tp) if has_default else None,
            choices=choices_of(tp),
            optional=accepts_none(tp),
        )
        for name, tp, has_default, default in parameters
    )


def default_text(default: Any, tp: Any) -> str:
    """What a default reads as; one that is an expression is not evaluated, and shown as dots."""
    from ...sandbox.source import NOT_LITERAL

    return "..." if default is NOT_LITERAL else literal_text(default, tp)


def literal_text(value: Any, tp: Any) -> str:
    """`value` as the text of a field of type `tp`: on one line, and without characters that a terminal would
    act on.
    """
    from ...workspace.values import format_value
    from ..text import label

    try:
        text = format_value(value, tp)
    except ValueError:
        return ascii(value)
    return ascii(value) if text != label(text) or not text.strip() else text


class Entries:
    """What was entered, by field name: a text that was typed, or a value that was given (by a case) and not
    typed over since.

    A value is passed on as it is: what a field of one line cannot hold (a text of several lines) is not lost
    by being shown.
    """

    def __init__(self, values: Mapping[str, Any] | None = None) -> None:
        self._values: dict[str, Any] = dict(values or {})
        self._texts: dict[str, str] = {}

    def text(self, field: Field) -> str:
        """What stands in the field."""
        if field.name in self._values:
            return literal_text(self._values[field.name], field.type)
        return self._texts.get(field.name, "")

    def enter(self, field: Field, text: str) -> None:
        """Keeps what was typed."""
        if field.name in self._values:
            if text == self.text(field):
                return
            del self._values[field.name]
        self._texts[field.name] = text

    def restore(self, texts: Mapping[str, str]) -> None:
        """Puts back what `texts` once gave."""
        for name, text in texts.items():
            self._values.pop(name, None)
            self._texts[name] = text

    def texts(self) -> dict[str, str]:
        """Everything that was typed, by name."""
        return {name: text for name, text in self._texts.items() if text}

    def given(self, field: Field) -> bool:
        """Whether there is anything to pass on."""
        return field.name in self._values or self._texts.get(field.name, "").strip() != ""

    def value(self, field: Field) -> Any:
        """The value for `field`; raises `ValueError`, in one line, where there is none or it is wrong."""
        if field.name in self._values:
            from ...workspace.values import fit_value

            return fit_value(self._values[field.name], field.type)
        text = self._texts.get(field.name, "")
        if not text.strip():
            hint = f" ({EMPTY_TEXT} is the empty text)" if field.type is str else ""
            raise ValueError(f"needs a value of type {field.type_text}{hint}")
        return parse_text(text, field.type)

    def problem(self, field: Field) -> str | None:
        """What is wrong with what was entered for `field`; None while nothing is, and while nothing was
        entered.
        """
        if not self.given(field):
            return None
        try:
            self.value(field)
        except ValueError as error:
            return str(error)
        return None

    def collect(self, fields: Sequence[Field]) -> tuple[dict[str, Any], dict[str, str]]:
        """The values to run with, and the problems that forbid it, by field; a field left empty keeps its
        default.
        """
        values: dict[str, Any] = {}
        problems: dict[str, str] = {}
        for field in fields:
            if not self.given(field) and not field.required:
                continue
            try:
                values[field.name] = self.value(field)
            except ValueError as error:
                problems[field.name] = str(error)
        return values, problems


# An empty field is one that was not filled in, so an empty text needs a way to be said.
EMPTY_TEXT = "''"


def parse_text(text: str, tp: Any) -> Any:
    """`text` as a value of `tp`; `ValueError` in one clear line otherwise."""
    from ...workspace.values import parse_value

    return "" if tp is str and text.strip() == EMPTY_TEXT else parse_value(text, tp)
