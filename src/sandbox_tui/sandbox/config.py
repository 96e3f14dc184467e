"""The four settings of a sandboxed task.

The names are Flyte's. Unlike in Flyte 2.12 every one of them bites, however the template was made: the engine
turns them into Monty's limits (`limits`), and each breach is an exception of its own in `sandbox.errors`.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

MIB = 1024 * 1024

# Monty counts external calls, sleeps and name lookups as suspensions and ends a run after 1,000 of them
# unless told otherwise (observed with 1.0.0 and 1.4.0; None keeps the 1,000). A task's calls are not to be
# limited by accident.
UNLIMITED_SUSPENSIONS = 10**9


@dataclass(frozen=True)
class SandboxedConfig:
    """Limits of one run, and whether its inputs and output are checked.

    max_memory: bytes of live heap in the sandbox (50 MiB); Monty itself needs about 42 KB of it.
    max_stack_depth: nested calls (256). timeout_ms: milliseconds inside the sandbox, sleeping included,
    waiting for the host excluded (30,000). type_check: whether inputs are checked before the run, the output
    after it, and arguments of typed externals at the call.

    Raises `TypeError` or `ValueError`, naming the field, for a value that is not a positive whole number (or,
    for `type_check`, not a bool).
    """

    max_memory: int = 50 * MIB
    max_stack_depth: int = 256
    timeout_ms: int = 30_000
    type_check: bool = True

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if field.name == "type_check":
                if not isinstance(value, bool):
                    raise TypeError(f"type_check must be true or false, got {value!r}")
            elif isinstance(value, bool) or not isinstance(value, int):
                raise TypeError(f"{field.name} must be a whole number, got {value!r}")
            elif value <= 0:
                raise ValueError(f"{field.name} must be greater than zero, got {value}")

    def limits(self) -> dict[str, Any]:
        """These settings as the keys of Monty's `checkout(limits=...)`."""
        seconds = self.timeout_ms / 1000
        return {
            "max_memory": self.max_memory,
            "max_recursion_depth": self.max_stack_depth,
            "max_feed_duration_secs": seconds,
            "max_total_sleep_secs": seconds,
            "max_suspensions": UNLIMITED_SUSPENSIONS,
        }
