"""Limits as one reads and types them: `50 MiB`, `30 s`, `256`."""

from __future__ import annotations

import re
from typing import Any, Final, cast

from ...sandbox.config import SandboxedConfig

UNITS: Final[dict[str, dict[str, int]]] = {
    "max_memory": {
        "": 1, "b": 1, "kb": 1000, "mb": 1000**2, "gb": 1000**3, "kib": 1024, "mib": 1024**2, "gib": 1024**3
    },
    "timeout_ms": {"": 1, "ms": 1, "s": 1000, "min": 60_000},
    "max_stack_depth": {"": 1},
}  # fmt: skip
SHOWN: Final[dict[str, tuple[str, ...]]] = {"max_memory": ("GiB", "MiB", "KiB"), "timeout_ms": ("min", "s")}
PLAIN_UNIT: Final = {"max_memory": " bytes", "timeout_ms": " ms", "max_stack_depth": ""}
EXAMPLES: Final = {"max_memory": "50 MiB", "timeout_ms": "30 s", "max_stack_depth": "256"}


def limit_text(name: str, value: Any) -> str:
    """`value` in the largest unit that divides it."""
    if name == "type_check":
        return "on" if value else "off"
    for unit in SHOWN.get(name, ()):
        size = UNITS[name][unit.lower()]
        if value >= size and value % size == 0:
            return f"{value // size} {unit}"
    return f"{value}{PLAIN_UNIT[name]}"


def parse_limit(name: str, text: str) -> int:
    """The limit that `text` says. Raises `ValueError` in one clear line."""
    match = re.fullmatch(r"\s*(\d[\d_,]*)(\.\d+)?\s*([A-Za-z]*)\s*", text)
    unit = match[3].lower().removesuffix("ytes") if match else ""
    if match is None or unit not in UNITS[name]:
        raise ValueError(f"expected something like {EXAMPLES[name]}, got {text.strip()[:40]!r}")
    whole = match[1].replace("_", "").replace(",", "")
    if len(whole) > 18:
        raise ValueError("too large")
    value = (
        round(float(whole + (match[2] or "")) * UNITS[name][unit])
        if match[2]
        else int(whole) * UNITS[name][unit]
    )
    try:
        SandboxedConfig(**cast(Any, {name: value}))
    except (TypeError, ValueError) as error:
        raise ValueError(str(error)) from None
    return value
