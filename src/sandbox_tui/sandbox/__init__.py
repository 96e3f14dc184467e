"""The engine: builds sandboxed tasks and runs them in Monty.

Everything is loaded on first use, so that a part of the program that needs one piece does not pay for all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .boundary import validate_sandboxed_interface as validate_sandboxed_interface
    from .bridge import ExternalFunctionBridge as ExternalFunctionBridge
    from .building import template_from_function as template_from_function
    from .building import template_from_source as template_from_source
    from .config import SandboxedConfig as SandboxedConfig
    from .environment import TaskEnvironment as TaskEnvironment
    from .environment import TaskTemplate as TaskTemplate
    from .environment import flyte_map as flyte_map
    from .environment import orchestrate_local as orchestrate_local
    from .environment import orchestrator_from_str as orchestrator_from_str
    from .errors import BoundaryError as BoundaryError
    from .errors import LimitError as LimitError
    from .errors import RestrictionError as RestrictionError
    from .errors import SandboxError as SandboxError
    from .errors import TaskError as TaskError
    from .handles import DataFrame as DataFrame
    from .handles import Dir as Dir
    from .handles import File as File
    from .references import _classify_refs as _classify_refs
    from .references import _discover_external_refs as _discover_external_refs
    from .source import extract_source as extract_source
    from .source import prepare_code_source as prepare_code_source
    from .template import CodeTaskTemplate as CodeTaskTemplate
    from .template import SandboxedTaskTemplate as SandboxedTaskTemplate

_ERRORS = (
    "BoundaryError",
    "LimitError",
    "MemoryLimitError",
    "RestrictionError",
    "RunCancelledError",
    "SandboxError",
    "SourceError",
    "StackDepthError",
    "TaskError",
    "TimeLimitError",
    "UnansweredCallError",
    "UnresolvedReferenceError",
    "WorkerCrashedError",
)

HOMES: dict[str, str] = {
    "ExternalFunctionBridge": "bridge",
    "validate_sandboxed_interface": "boundary",
    "SandboxedConfig": "config",
    "TaskEnvironment": "environment",
    "TaskTemplate": "environment",
    "flyte_map": "environment",
    "orchestrate_local": "environment",
    "orchestrator_from_str": "environment",
    "DataFrame": "handles",
    "Dir": "handles",
    "File": "handles",
    "_classify_refs": "references",
    "_discover_external_refs": "references",
    "Call": "run",
    "Cancellation": "run",
    "RunObserver": "run",
    "RunResult": "run",
    "extract_source": "source",
    "prepare_code_source": "source",
    "CodeTaskTemplate": "template",
    "SandboxedTaskTemplate": "template",
    "template_from_function": "building",
    "template_from_source": "building",
    **dict.fromkeys(_ERRORS, "errors"),
}
"""Public name -> the module of this package that holds it."""


def __getattr__(name: str) -> Any:
    if name == "orchestrator":
        from .environment import sandbox

        return sandbox.orchestrator
    home = HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(f".{home}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *HOMES, "orchestrator"})
