"""Every value that can cross the boundary as text, and back, without evaluating anything.

The text is a Python literal, widened by what Python's own literals leave out: `set()`, `frozenset({...})`,
`nan`, `inf`, and the handles `File("uri")`, `Dir("uri")`, `DataFrame("uri")`. JSON is read too (`true`,
`false`, `null`). The text is parsed and walked, never run; `parse_literal(write_literal(value))` is the same
value of the same type.
"""

from __future__ import annotations

import ast
import json
import re
import warnings
from collections.abc import Callable
from typing import Any

from ..sandbox.handles import HANDLES, Handle

# Python's parser refuses 200 nested brackets. A frozenset takes two of them, everything else one, so that the
# 100 levels which may cross the boundary fit, save for frozensets in frozensets.
MAX_BRACKETS = 198

_NAMES: dict[str, Any] = {
    "true": True,
    "false": False,
    "null": None,
    "nan": float("nan"),
    "inf": float("inf"),
    "NaN": float("nan"),
    "Infinity": float("inf"),
}
_HANDLES: dict[str, type[Handle]] = {handle.__name__: handle for handle in HANDLES}
_SURROGATE = re.compile("[\ud800-\udfff]")
_ESCAPES = re.compile(r"\\\\|\\u(d[89a-f][0-9a-f]{2})")


class LiteralError(ValueError):
    """A text that is no literal of a value which can cross the boundary."""


class TooLargeError(LiteralError):
    """A literal that Python refuses for its size, though it is one."""


TOO_MANY_DIGITS = (
    "a whole number of more than 4300 digits is too long to read in decimal; write it in hexadecimal (0x...)"
)


def has_surrogates(text: str) -> bool:
    """Whether `text` holds a lone surrogate, which no UTF-8 file can hold."""
    return _SURROGATE.search(text) is not None


# --- writing ---


def write_literal(value: Any) -> str:
    """`value` as literal text, the same text for equal values (sets are written in the order of their
    elements' texts).

    Raises `LiteralError` for a value that cannot cross the boundary or is nested too deeply.
    """
    return _write(value, MAX_BRACKETS)


def _write(value: Any, room: int) -> str:
    kind = type(value)
    if value is None or kind is bool or kind is float or kind is bytes:
        return repr(value)
    if kind is int:
        return write_int(value)
    if kind is str:
        return _write_text(value)
    if kind not in (list, tuple, set, frozenset, dict, *HANDLES):
        raise LiteralError(f"a value of type {kind.__name__} cannot cross the boundary")
    room -= 2 if kind is frozenset else 1
    if room < 0:
        raise LiteralError("the value is nested too deeply")
    if kind in HANDLES:
        return f"{kind.__name__}({_write_text(value.uri)})"
    if kind is dict:
        return "{" + ", ".join(f"{_write(k, room)}: {_write(v, room)}" for k, v in value.items()) + "}"
    items = [_write(item, room) for item in value]
    if kind is list:
        return f"[{', '.join(items)}]"
    if kind is tuple:
        return f"({items[0]},)" if len(items) == 1 else f"({', '.join(items)})"
    braces = "{" + ", ".join(sorted(items)) + "}"
    if kind is frozenset:
        return f"frozenset({braces})" if items else "frozenset()"
    return braces if items else "set()"


def write_int(value: int) -> str:
    """A whole number of any size; one that is too long for Python's decimal conversion is written in
    hexadecimal.
    """
    try:
        return repr(value)
    except ValueError:
        return hex(value)


def _write_text(text: str) -> str:
    written = repr(text)
    if not has_surrogates(text):
        return written
    # JSON joins two \ud... escapes into one character and does not know \U, so that only Python's rules can
    # read this.
    return _ESCAPES.sub(lambda m: f"\\U0000{m[1]}" if m[1] else m[0], written)


def same(left: Any, right: Any) -> bool:
    """Whether two values that can cross the boundary are equal in every type and part (`nan` equals `nan`, 1
    is not True).
    """
    return write_literal(left) == write_literal(right)


# --- reading ---


def parse_literal(text: str) -> Any:
    """The value that `text` writes. Raises `LiteralError`, in one line, for anything else."""
    text = text.strip()
    if not text:
        raise LiteralError("the text is empty")
    if text[0] in '[{"':
        found, value = _parse_json(text)
        if found:
            return value
    try:
        with warnings.catch_warnings():
            # An unknown escape such as "\d" is a warning of the compiler, which would be printed over the
            # screen.
            warnings.simplefilter("ignore")
            tree = ast.parse(text, mode="eval")
        return _read(tree.body)
    except LiteralError:
        raise
    except (SyntaxError, ValueError) as error:
        if "integer string conversion" in str(error):
            raise TooLargeError(TOO_MANY_DIGITS) from None
        if "too many nested" in str(error):
            raise TooLargeError("the value is nested too deeply") from None
        raise LiteralError("not a Python literal or JSON") from None
    except (RecursionError, MemoryError):
        raise TooLargeError("the value is nested too deeply") from None


def _parse_json(text: str) -> tuple[bool, Any]:
    try:
        return True, json.loads(text)
    except json.JSONDecodeError:
        return False, None
    except RecursionError:
        raise TooLargeError("the value is nested too deeply") from None
    except ValueError:
        raise TooLargeError(TOO_MANY_DIGITS) from None


def _read(node: ast.expr) -> Any:
    if isinstance(node, ast.Constant):
        if type(node.value) in (str, bytes, int, float, bool, type(None)):
            return node.value
    elif isinstance(node, ast.Name):
        if node.id in _NAMES:
            return _NAMES[node.id]
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.USub, ast.UAdd)):
        number = _read(node.operand)
        if type(number) in (int, float):
            return -number if isinstance(node.op, ast.USub) else number
    elif isinstance(node, ast.List):
        return [_read(item) for item in node.elts]
    elif isinstance(node, ast.Tuple):
        return tuple(_read(item) for item in node.elts)
    elif isinstance(node, ast.Set):
        return _hashable(set, [_read(item) for item in node.elts], "set")
    elif isinstance(node, ast.Dict):
        if None not in node.keys:
            pairs = [(_read(k), _read(v)) for k, v in zip(node.keys, node.values) if k is not None]
            return _hashable(dict, pairs, "dict")
    elif isinstance(node, ast.Call):
        return _read_call(node)
    raise LiteralError(f"not a literal: {_excerpt(node)}")


def _hashable(make: Callable[[Any], Any], items: list[Any], what: str) -> Any:
    try:
        return make(items)
    except TypeError:
        raise LiteralError(f"a list, dict or set cannot be an element or key of a {what}") from None


def _read_call(node: ast.Call) -> Any:
    if isinstance(node.func, ast.Name) and not node.keywords and len(node.args) <= 1:
        name = node.func.id
        arguments = [_read(argument) for argument in node.args]
        if name in ("set", "frozenset"):
            kind = set if name == "set" else frozenset
            if not arguments:
                return kind()
            if isinstance(arguments[0], (set, list, tuple)):
                return _hashable(kind, list(arguments[0]), name)
        elif name == "float" and arguments and arguments[0] in ("nan", "inf", "-inf"):
            return float(arguments[0])
        elif name in _HANDLES and arguments and isinstance(arguments[0], str):
            return _HANDLES[name](arguments[0])
    raise LiteralError(f"not a literal: {_excerpt(node)}")


def _excerpt(node: ast.expr) -> str:
    text = ast.unparse(node)
    return text if len(text) <= 40 else text[:37] + "..."
