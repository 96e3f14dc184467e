"""Values as text: what a person types into a field or after `-i`, by the parameter's type, and the way back.

The law: `parse_value(format_value(v, tp), tp)` is `v`, with the same type, for every value `v` of the type
`tp` that can cross the boundary. How texts are read:

- `str`: the text is the value, as it is. Quotes are part of it.
- `File`, `Dir`, `DataFrame`: the text is the URI, as it is.
- `int`, `float`, `bool`, `bytes`, `None` and containers: a literal (see `literals`); containers may be JSON.
- `Optional` and `Union`: an empty field is None where None is allowed. A literal that fits an alternative is
  that value, the exact fit before one that must be converted (`2` for a float). Else, where `str` is allowed,
  the text is the value; where text must be said that reads as something else (`None`, `12`, a quoted text),
  it is put in quotes.
- `Any`, and a parameter without annotation: a literal, else the text itself.

Inside containers, values are fitted to the declared types: an array becomes a declared tuple or set, a whole
number a declared float, `{"file": "uri"}` or a text a declared `File`. The forms for files are `forms.py`,
re-exported here.
"""

from __future__ import annotations

import types
import typing
from typing import Any

from ..sandbox.handles import HANDLES
from .forms import FormError, from_json, from_toml, to_json, to_toml
from .literals import (
    TOO_MANY_DIGITS,
    LiteralError,
    TooLargeError,
    parse_literal,
    same,
    write_literal,
)

__all__ = [
    "FormError",
    "fit_value",
    "format_value",
    "from_json",
    "from_toml",
    "parse_value",
    "same",
    "to_json",
    "to_toml",
]

_UNSET: Any = object()


def parse_value(text: str, tp: Any) -> Any:
    """The value of type `tp` that `text` says. Raises `ValueError` in one line: what was expected and what
    was found.
    """
    tp = _plain(tp)
    if tp is str:
        return text
    if tp in HANDLES:
        return tp(text)
    if tp is Any:
        return _parse_any(text)
    alternatives = _alternatives(tp)
    if alternatives is not None:
        return _parse_union(text, tp, alternatives)
    stripped = text.strip()
    if tp is types.NoneType and stripped in ("", "None", "null"):
        return None
    if not stripped:
        raise ValueError(f"expected {_name(tp)}, got nothing")
    if tp is bool:
        return _parse_bool(stripped)
    if tp is int:
        return _parse_int(stripped)
    if tp is float:
        return _parse_float(stripped)
    try:
        value = parse_literal(stripped)
    except LiteralError as error:
        raise ValueError(f"expected {_name(tp)}{_example(tp)}, got {_shown(stripped)}: {error}") from None
    return fit_value(value, tp)


def format_value(value: Any, tp: Any = _UNSET) -> str:
    """`value` as the text of a field of type `tp` (without one: of the value's own type).

    Raises `ValueError` for a value that cannot cross the boundary.
    """
    kind = type(value)
    plain = value if kind is str else value.uri if kind in HANDLES else None
    if plain is not None:
        if tp is _UNSET or _plain(tp) is kind:
            return str(plain)
        try:
            if same(parse_value(plain, tp), value):
                return str(plain)
        except ValueError:
            pass
    return write_literal(value)


# --- one type at a time ---


def _parse_any(text: str) -> Any:
    try:
        return parse_literal(text)
    except TooLargeError:
        raise
    except LiteralError:
        return text


def _parse_union(text: str, tp: Any, alternatives: tuple[Any, ...]) -> Any:
    if not text.strip() and types.NoneType in alternatives:
        return None
    try:
        return fit_value(parse_literal(text), tp, from_text=False)
    except ValueError:
        pass
    if str in alternatives:
        return text
    for alternative in sorted(alternatives, key=lambda each: each in HANDLES):
        try:
            return parse_value(text, alternative)
        except ValueError:
            continue
    raise ValueError(f"expected {_name(tp)}, got {_shown(text)}")


def _parse_bool(text: str) -> bool:
    lowered = text.lower()
    if lowered not in ("true", "false"):
        raise ValueError(f"expected true or false, got {_shown(text)}")
    return lowered == "true"


def _parse_int(text: str) -> int:
    for base in (10, 0):
        try:
            return int(text, base)
        except ValueError as error:
            if "integer string conversion" in str(error):
                raise ValueError(TOO_MANY_DIGITS) from None
    raise ValueError(f"expected a whole number, got {_shown(text)}")


def _parse_float(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise ValueError(f"expected a number, got {_shown(text)}") from None


# --- fitting a value to a type ---


def fit_value(value: Any, tp: Any, path: str = "", *, from_text: bool = True) -> Any:
    """`value` as a value of type `tp`: itself where it fits exactly, else converted without loss.

    Converted are a list to a declared tuple, set or frozenset; a set to a frozenset and back; a whole number
    to a float that equals it; a dict's text keys to a declared key type; a text (with `from_text`) or
    `{"file": "uri"}` to a declared handle. Raises `ValueError` that begins with the path to the part that
    does not fit.
    """
    return _Fitting(exact=False, from_text=from_text).fit(value, _plain(tp), path)


class _Fitting:
    def __init__(self, *, exact: bool, from_text: bool) -> None:
        self.exact = exact
        self.from_text = from_text

    def fit(self, value: Any, tp: Any, path: str) -> Any:
        tp = _plain(tp)
        if tp is Any or type(value) is tp:
            return value
        alternatives = _alternatives(tp)
        if alternatives is not None:
            return self._union(value, tp, alternatives, path)
        origin = typing.get_origin(tp) or tp
        if origin in (list, tuple, set, frozenset) and isinstance(value, (list, tuple, set, frozenset)):
            if type(value) is origin or (not self.exact and self._converts(value, origin)):
                return self._sequence(value, tp, origin, path)
        elif origin is dict and isinstance(value, dict):
            return self._dict(value, tp, path)
        elif not self.exact:
            if tp is float and type(value) is int:
                return self._float(value, path)
            if tp in HANDLES:
                return self._handle(value, tp, path)
        raise self._misfit(value, tp, path)

    def _misfit(self, value: Any, tp: Any, path: str) -> ValueError:
        place = f"{path}: " if path else ""
        return ValueError(f"{place}expected {_name(tp)}, got {_described(value)}")

    def _union(self, value: Any, tp: Any, alternatives: tuple[Any, ...], path: str) -> Any:
        exact = _Fitting(exact=True, from_text=self.from_text)
        for fitting in (exact,) if self.exact else (exact, self):
            for alternative in alternatives:
                try:
                    return fitting.fit(value, alternative, path)
                except ValueError:
                    continue
        raise self._misfit(value, tp, path)

    @staticmethod
    def _converts(value: Any, origin: Any) -> bool:
        if origin is list:
            return False
        return isinstance(value, list) or (origin is not tuple and isinstance(value, (set, frozenset)))

    def _sequence(self, value: Any, tp: Any, origin: Any, path: str) -> Any:
        arguments = typing.get_args(tp)
        is_fixed = origin is tuple and (arguments or isinstance(tp, types.GenericAlias))
        if is_fixed and Ellipsis not in arguments:
            if len(value) != len(arguments):
                raise ValueError(
                    f"{path + ': ' if path else ''}expected {_name(tp)}, got {len(value)} values"
                )
            wanted = list(arguments)
        else:
            wanted = [arguments[0] if arguments else Any] * len(value)
        items = [self.fit(item, each, f"{path}[{i}]") for i, (item, each) in enumerate(zip(value, wanted))]
        try:
            return origin(items)
        except TypeError:
            raise self._misfit(value, tp, path) from None

    def _dict(self, value: dict[Any, Any], tp: Any, path: str) -> dict[Any, Any]:
        key_type, value_type = typing.get_args(tp) or (Any, Any)
        return {
            self._key(key, key_type, path): self.fit(item, value_type, f"{path}[{_shown(key, 30)}]")
            for key, item in value.items()
        }

    def _key(self, key: Any, tp: Any, path: str) -> Any:
        place = f"{path} key"
        try:
            return self.fit(key, tp, place)
        except ValueError:
            # JSON has no keys but texts.
            if self.exact or type(key) is not str:
                raise
        try:
            return parse_value(key, tp)
        except ValueError as error:
            raise ValueError(f"{place}: {error}") from None

    def _float(self, value: int, path: str) -> float:
        try:
            number = float(value)
        except OverflowError:
            number = float("nan")
        if number != value:
            raise ValueError(f"{path + ': ' if path else ''}a float cannot hold {_shown(value)} exactly")
        return number

    def _handle(self, value: Any, tp: Any, path: str) -> Any:
        if self.from_text and isinstance(value, str):
            return tp(value)
        if isinstance(value, dict) and list(value) == [tp.kind] and isinstance(value[tp.kind], str):
            return tp(value[tp.kind])
        raise self._misfit(value, tp, path)


# --- types, and words for messages ---


def _plain(tp: Any) -> Any:
    if tp is None:
        return types.NoneType
    # A parameter without annotation, as `inspect` says it, may hold anything.
    if getattr(tp, "__qualname__", None) == "_empty":
        return Any
    return tp


def _alternatives(tp: Any) -> tuple[Any, ...] | None:
    if typing.get_origin(tp) in (typing.Union, types.UnionType):
        return typing.get_args(tp)
    return None


def _name(tp: Any) -> str:
    from ..sandbox.boundary import type_text

    return type_text(tp)


def _example(tp: Any) -> str:
    return " such as b'abc'" if tp is bytes else ""


def _described(value: Any) -> str:
    return "None" if value is None else f"{type(value).__name__} {_shown(value)}"


def _shown(value: Any, width: int = 60) -> str:
    try:
        text = repr(value)
    except ValueError:
        return "a very large number"
    return text if len(text) <= width else text[: width - 3] + "..."
