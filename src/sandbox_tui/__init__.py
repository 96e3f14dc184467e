"""sandbox-tui: write, check, run and debug sandboxed Python tasks.

    from sandbox_tui import TaskEnvironment, SandboxedConfig, SandboxedTaskTemplate
    from sandbox_tui import orchestrator_from_str, orchestrate_local, File, Dir, DataFrame

Names are loaded on first use: importing the package costs next to nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from . import sandbox as sandbox
    from .sandbox import BoundaryError as BoundaryError
    from .sandbox import CodeTaskTemplate as CodeTaskTemplate
    from .sandbox import DataFrame as DataFrame
    from .sandbox import Dir as Dir
    from .sandbox import ExternalFunctionBridge as ExternalFunctionBridge
    from .sandbox import File as File
    from .sandbox import LimitError as LimitError
    from .sandbox import RestrictionError as RestrictionError
    from .sandbox import SandboxedConfig as SandboxedConfig
    from .sandbox import SandboxedTaskTemplate as SandboxedTaskTemplate
    from .sandbox import SandboxError as SandboxError
    from .sandbox import TaskEnvironment as TaskEnvironment
    from .sandbox import TaskError as TaskError
    from .sandbox import extract_source as extract_source
    from .sandbox import flyte_map as flyte_map
    from .sandbox import orchestrate_local as orchestrate_local
    from .sandbox import orchestrator_from_str as orchestrator_from_str
    from .sandbox import prepare_code_source as prepare_code_source
    from .sandbox import template_from_source as template_from_source
    from .sandbox import validate_sandboxed_interface as validate_sandboxed_interface

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
