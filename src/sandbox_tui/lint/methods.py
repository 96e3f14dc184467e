"""The methods that Monty's builtin types have.

All of Python's but a few, the same in Monty 1.0.0 and 1.4.0; a test asks the installed one for each.
"""

from __future__ import annotations

from functools import cache

BUILTIN_TYPES: dict[str, type] = {
    kind.__name__: kind for kind in (str, int, float, bool, bytes, list, dict, tuple, set, frozenset)
}

MISSING: dict[str, frozenset[str]] = {
    "str": frozenset(("format_map", "maketrans", "translate")),
    "int": frozenset(
        (
            "as_integer_ratio",
            "bit_count",
            "bit_length",
            "conjugate",
            "denominator",
            "from_bytes",
            "imag",
            "is_integer",
            "numerator",
            "real",
            "to_bytes",
        )
    ),
    "float": frozenset(("as_integer_ratio", "conjugate", "fromhex", "hex", "imag", "is_integer", "real")),
    "bytes": frozenset(("expandtabs", "maketrans", "translate")),
    "set": frozenset(("difference_update", "intersection_update", "symmetric_difference_update")),
}
"""What Python's types have and Monty's lack, by the type's name."""


@cache
def methods_of(kind: str) -> tuple[str, ...]:
    """The public methods of a builtin type by its name, sorted; none for a name that is no builtin type."""
    found = BUILTIN_TYPES.get(kind)
    if found is None:
        return ()
    missing = MISSING.get("int" if found is bool else kind, frozenset())
    return tuple(name for name in dir(found) if not name.startswith("_") and name not in missing)
