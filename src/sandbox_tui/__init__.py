"""sandbox-tui: write, check, run and debug sandboxed Python tasks.

    from sandbox_tui import TaskEnvironment, SandboxedConfig, SandboxedTaskTemplate
    from sandbox_tui import orchestrator_from_str, orchestrate_local, File, Dir, DataFrame

Names are loaded on first use: importing the package costs next to nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .sandbox import *  # noqa: F403

__version__ = "0.1.0"

__all__ = [
    "BoundaryError",
    "CodeTaskTemplate",
    "DataFrame",
    "Dir",
    "ExternalFunctionBridge",
    "File",
    "LimitError",
    "RestrictionError",
    "SandboxError",
    "SandboxedConfig",
    "SandboxedTaskTemplate",
    "TaskEnvironment",
    "TaskError",
    "extract_source",
    "flyte_map",
    "orchestrate_local",
    "orchestrator_from_str",
    "prepare_code_source",
    "sandbox",
    "template_from_source",
    "validate_sandboxed_interface",
]


def _engine() -> Any:
    # `from . import sandbox` would ask `__getattr__` for it first.
    from importlib import import_module

    return import_module(".sandbox", __name__)


def __getattr__(name: str) -> Any:
    if name.startswith("__"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    engine = _engine()
    if name == "sandbox":
        return engine
    if name not in engine.HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(engine, name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_engine().HOMES})
