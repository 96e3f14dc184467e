"""Values in files: TOML and JSON, and what neither can say.

What TOML can say is said in TOML. Any other value is a table of one key: `{ py = "<literal>" }` (the literals
of `literals.py`), `{ file = "uri" }`, `{ dir = "uri" }`, `{ dataframe = "uri" }`; a dict of the user that
looks like one of these is written as `py`. `from_toml(to_toml(v))` is `v` for every value that can cross the
boundary. JSON has the same forms, but its arrays also stand for tuples and sets when results are written.
"""

from __future__ import annotations

import json
from typing import Any

from ..sandbox.handles import HANDLES, Handle
from .literals import LiteralError, has_surrogates, parse_literal, write_literal

_HANDLES: dict[str, type[Handle]] = {handle.kind: handle for handle in HANDLES}
_FORMS = frozenset({"py", *_HANDLES})

# As many levels as may cross the boundary; tomllib reads no more than some 300.
MAX_DEPTH = 100

# TOML promises whole numbers of 64 bits with a sign; others are written as `py`, for other programs' sake.
_TOML_INTS = range(-(2**63), 2**63)


class FormError(ValueError):
    """A value in a file that is no value of a task; `path` is the way to it from where reading began (keys
    and indexes).
    """

    def __init__(self, message: str, path: tuple[str | int, ...] = ()) -> None:
        super().__init__(message)
        self.path = path


def _looks_like_form(value: dict[Any, Any]) -> bool:
    return len(value) == 1 and next(iter(value)) in _FORMS


def _py(value: Any) -> dict[str, str]:
    return {"py": write_literal(value)}


# --- TOML ---


def to_toml(value: Any) -> Any:
    """`value` in TOML's own types. Raises `LiteralError` (a `ValueError`) for one that cannot cross the
    boundary.
    """
    return _to_toml(value, MAX_DEPTH)


def _to_toml(value: Any, depth: int) -> Any:
    kind = type(value)
    if (
        kind in (bool, float)
        or (kind is int and value in _TOML_INTS)
        or (kind is str and not has_surrogates(value))
    ):
        return value
    if depth <= 0:
        raise LiteralError(f"the value is nested deeper than {MAX_DEPTH} levels")
    if kind in HANDLES and not has_surrogates(value.uri):
        return {value.kind: value.uri}
    if kind is list:
        return [_to_toml(item, depth - 1) for item in value]
    if kind is dict and not _looks_like_form(value) and all(_is_toml_key(key) for key in value):
        return {key: _to_toml(item, depth - 1) for key, item in value.items()}
    return _py(value)


def _is_toml_key(key: Any) -> bool:
    return type(key) is str and not has_surrogates(key)


def from_toml(value: Any) -> Any:
    """The value that TOML's data says. Raises `FormError` with the path to what is no value (a date, a bad
    form).
    """
    return _from_file(value, ())


# --- JSON ---


def to_json(value: Any) -> Any:
    """`value` in JSON's types, for output: tuples and sets are arrays (sets in the order of their elements'
    texts).

    Total: what cannot cross the boundary at all is `{"py": repr(value)}`.
    """
    kind = type(value)
    if value is None or kind is bool:
        return value
    if kind is str:
        return _py(value) if has_surrogates(value) else value
    if kind in (int, float):
        return value if _is_json_number(value) else _py(value)
    if kind in HANDLES:
        return {value.kind: value.uri} if not has_surrogates(value.uri) else _py(value)
    try:
        if kind in (list, tuple):
            return [to_json(item) for item in value]
        if kind in (set, frozenset):
            return [to_json(item) for item in sorted(value, key=write_literal)]
        if kind is dict and not _looks_like_form(value) and all(_is_toml_key(key) for key in value):
            return {key: to_json(item) for key, item in value.items()}
        return _py(value)
    except (LiteralError, RecursionError):
        return {"py": _repr(value)}


def _repr(value: Any) -> str:
    try:
        return repr(value)
    except Exception as error:  # an object's own __repr__ may do anything
        return f"<{type(value).__name__}, whose repr raised {type(error).__name__}>"


def _is_json_number(value: float) -> bool:
    try:
        json.dumps(value, allow_nan=False)
    except ValueError:
        return False
    return True


def from_json(value: Any) -> Any:
    """The value that JSON's data says; arrays are lists (`fit_value` makes declared tuples and sets of them).

    Raises `FormError` with the path to a bad form.
    """
    return _from_file(value, ())


# --- both ---


def _from_file(value: Any, path: tuple[str | int, ...]) -> Any:
    if isinstance(value, dict):
        if _looks_like_form(value):
            return _read_form(*next(iter(value.items())), path)
        return {key: _from_file(item, (*path, key)) for key, item in value.items()}
    if isinstance(value, list):
        return [_from_file(item, (*path, index)) for index, item in enumerate(value)]
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    raise FormError(f"a {type(value).__name__} cannot cross the boundary; write it as text", path)


def _read_form(form: str, content: Any, path: tuple[str | int, ...]) -> Any:
    if not isinstance(content, str):
        raise FormError(f"{form} takes a text, got {type(content).__name__}", path)
    if form != "py":
        return _HANDLES[form](content)
    try:
        return parse_literal(content)
    except LiteralError as error:
        raise FormError(f"py = {content[:60]!r}: {error}", path) from None
