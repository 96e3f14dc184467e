"""Which names a task takes from outside, and what stands behind each.

`free_names` is a scope analysis of the syntax tree: it follows Python's rules through functions, lambdas,
comprehensions and classes at any depth, so that a name counts whoever reads it. (Flyte looks at the outermost
code object alone: it misses a task that is called in a nested function, and takes the attribute of `o.add`
for the task `add`.) `resolve` finds for each such name what the function itself would find, and says in words
why a name cannot be used.
"""

from __future__ import annotations

import ast
import builtins as _python_builtins
import contextlib
import sys
import types
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..lint.scopes import FreeName, reads_from_outside
from ..lint.targets import MODULE_NAMES, MONTY_BUILTINS, NEWER_BUILTINS, builtins_of
from .boundary import crossing_problem
from .function_text import UNREADABLE
from .monty import monty
from .source import ExtractedSource, extract_function, plain_function

__all__ = [
    "MONTY_BUILTINS",
    "NEWER_BUILTINS",
    "FreeName",
    "Resolution",
    "free_names",
    "hidden_by_builtins",
    "mapped_names",
    "monty_builtins",
    "resolve",
]

# The engine answers these itself, without anybody providing them.
PROVIDED = frozenset(("flyte_map",))


def monty_builtins(version: tuple[int, ...] | None = None) -> frozenset[str]:
    """The builtins of one version of Monty (the installed one when None, which imports it)."""
    if version is None:
        version = tuple(int(part) for part in monty().__version__.split(".")[:2])
    return builtins_of(version)


def free_names(
    tree: ast.Module, *, source: str | None = None, builtins: Collection[str] | None = None
) -> list[FreeName]:
    """Every place where the source reads a name that nothing in it binds, in the order of the text.

    Annotations do not count: Monty does not evaluate them. `builtins` (the names that any known Monty
    provides, unless given) are not free. With `source`, columns count characters also on lines that are not
    ASCII.
    """
    if builtins is None:
        builtins = MONTY_BUILTINS | NEWER_BUILTINS.keys() | MODULE_NAMES
    return [name for name in reads_from_outside(tree, source) if name.name not in builtins]


def mapped_names(tree: ast.Module, *, source: str | None = None) -> list[FreeName]:
    """The externals that `flyte_map` calls by name: each string literal that is its first argument."""
    if not any(name.name == "flyte_map" for name in reads_from_outside(tree, source)):
        return []
    lines = None if source is None else source.split("\n")
    found = []
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id == "flyte_map"
            and node.args
        ):
            first = node.args[0]
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                found.append(FreeName.at(first, first.value, lines, called=True))
    return sorted(found, key=lambda name: (name.line, name.column))


@dataclass(frozen=True)
class Resolution:
    """What the names of a task stand for.

    `externals` are callables for the host to answer, `constants` values that are passed in as they are now;
    `unresolved` are the names that cannot be used, each with the reason. A name may be unresolved only
    because it is bound later (a task defined below the orchestrator): resolve again when the task first runs,
    and refuse what is left then.
    """

    externals: dict[str, Any] = field(default_factory=dict)
    constants: dict[str, Any] = field(default_factory=dict)
    unresolved: list[tuple[FreeName, str]] = field(default_factory=list)


_MISSING: Any = object()


def resolve(function: Callable[..., Any] | Mapping[str, Any], names: Iterable[FreeName]) -> Resolution:
    """Looks `names` up as the function itself would (what it closes over, then its module; never builtins),
    or in a mapping.

    A name that the function reads more than once is judged once, at its first place.
    """
    namespace = function if isinstance(function, Mapping) else _Namespace(plain_function(function))
    resolution = Resolution()
    seen: set[str] = set()
    for free in names:
        if free.name in seen or free.name in PROVIDED:
            continue
        seen.add(free.name)
        value = namespace.get(free.name, _MISSING)
        if value is _MISSING:
            if free.name not in _installed_builtins():
                resolution.unresolved.append((free, _unknown(free.name)))
        elif is_external(value):
            if free.name in MONTY_BUILTINS:
                resolution.unresolved.append((free, _hidden(free.name)))
            else:
                resolution.externals[free.name] = value
        elif free.name in _installed_builtins() and value is getattr(_python_builtins, free.name, _MISSING):
            continue
        else:
            reason = _unusable(free, value)
            if reason is None:
                resolution.constants[free.name] = value
            else:
                resolution.unresolved.append((free, reason))
    return resolution


def hidden_by_builtins(
    tree: ast.Module, externals: Collection[str], *, source: str | None = None
) -> list[tuple[FreeName, str]]:
    """The reads of externals that never reach them, each with the reason: a builtin of Monty has the name."""
    names = MONTY_BUILTINS.intersection(externals)
    if not names:
        return []
    return [(read, _hidden(read.name)) for read in reads_from_outside(tree, source) if read.name in names]


def names_of(extracted: ExtractedSource) -> list[FreeName]:
    """The names that a function takes from outside, those of `flyte_map` and of shadowed builtins included;
    lines of its code.
    """
    tree = ast.parse(extracted.code)
    injected = extracted.injected
    reads = [name for name in reads_from_outside(tree, extracted.code) if name.name not in injected]
    return reads + mapped_names(tree, source=extracted.code)


class _Namespace(Mapping[str, Any]):
    """The names that a function sees: its cells, then its module's globals. A cell that is empty so far has
    nothing yet.
    """

    def __init__(self, func: types.FunctionType) -> None:
        self.cells = dict(zip(func.__code__.co_freevars, func.__closure__ or ()))
        self.module = func.__globals__

    def __getitem__(self, name: str) -> Any:
        cell = self.cells.get(name)
        if cell is None:
            return self.module[name]
        try:
            return cell.cell_contents
        except ValueError:
            raise KeyError(name) from None

    def __iter__(self) -> Any:
        return iter({**self.module, **self.cells})

    def __len__(self) -> int:
        return len({**self.module, **self.cells})


_cached_builtins: list[frozenset[str]] = []


def _installed_builtins() -> frozenset[str]:
    if not _cached_builtins:
        _cached_builtins.append(monty_builtins())
    return _cached_builtins[0]


def _hidden(name: str) -> str:
    return (
        f"{name} is a builtin of the sandbox, which comes before the task of that name: "
        "give the task another name"
    )


def _unknown(name: str) -> str:
    if hasattr(_python_builtins, name):
        return f"{name} is a builtin of Python that the sandbox does not have"
    return f"nothing named {name} is defined in the task, around it, or in its module"


def _unusable(free: FreeName, value: Any) -> str | None:
    """Why a value cannot be used under a free name; None for a constant that can cross the boundary."""
    name = free.name
    if isinstance(value, types.ModuleType):
        return _through(free, value, f"{name} is a module, which cannot enter the sandbox")
    if isinstance(value, types.FunctionType | types.BuiltinFunctionType | types.MethodType):
        return f"{name} is a plain function: decorate it with @env.task, or define it inside the task"
    if isinstance(value, type):
        return f"{name} is a class, which cannot enter the sandbox"
    problem = crossing_problem(value, name)
    if problem is None:
        return None
    return _through(free, value, f"{problem}, so the task cannot use it")


def _through(free: FreeName, holder: Any, otherwise: str) -> str:
    """The reason for a module or another object: if a task is used through it, how to use that one."""
    if free.attribute is not None:
        value: Any = None
        # A property of the user's object may raise anything; then it is no task.
        with contextlib.suppress(Exception):
            value = getattr(holder, free.attribute, None)
        if is_external(value):
            if isinstance(holder, types.ModuleType):
                advice = f"write `from {holder.__name__} import {free.attribute}` and call it by that name"
            else:
                advice = (
                    f"write `{free.attribute} = {free.name}.{free.attribute}` beside the task, and call it so"
                )
            return f"{free.name}.{free.attribute} is a task that is reached through {free.name}: {advice}"
        if isinstance(holder, types.ModuleType) and free.name in SANDBOX_MODULES:
            return f"{otherwise}: import it inside the task (where the restrictions allow imports)"
    return otherwise


# Modules that a task can import for itself in every known Monty.
SANDBOX_MODULES = frozenset(
    """
    math json re os sys time random asyncio typing dataclasses datetime collections itertools
    functools pathlib copy base64 binascii unicodedata
    """.split()  # noqa: SIM905
)


def is_external(value: Any) -> bool:
    """Whether the host answers calls of `value`: a task, a template, a traced function, or a durable
    operation of Flyte.
    """
    return _group(value) is not None


def _group(value: Any) -> str | None:
    if is_task(value):
        return "task_refs"
    if _is_durable(value):
        return "durable_refs"
    if _is_traced(value):
        return "trace_refs"
    return None


def is_task(value: Any) -> bool:
    """A task or template, ours (its class says `__sandbox_task__ = True`) or Flyte's own once Flyte is
    imported.
    """
    if getattr(type(value), "__sandbox_task__", False) is True:
        return True
    return isinstance(value, _flyte_task_classes())


def _flyte_task_classes() -> tuple[type, ...]:
    found = []
    for module, name in (("flyte._task", "TaskTemplate"), ("flyte.remote._task", "LazyEntity")):
        cls = getattr(sys.modules.get(module), name, None)
        if isinstance(cls, type):
            found.append(cls)
    return tuple(found)


def _is_durable(value: Any) -> bool:
    """An operation of `flyte.durable` itself: not whatever has "durable" in its module's name."""
    module = getattr(value, "__module__", None)
    if isinstance(value, type) or not callable(value) or not isinstance(module, str):
        return False
    return module == "flyte.durable" or module.startswith("flyte.durable.")


def _is_traced(value: Any) -> bool:
    """What `@flyte.trace` or Flyte's syncify made of a function."""
    if isinstance(value, type) or not callable(value) or not hasattr(value, "__wrapped__"):
        return False
    if hasattr(value, "aio"):
        return True
    # A traced function is a plain wrapper; the module that its code belongs to is the only sign of it.
    module = getattr(value, "__globals__", {}).get("__name__")
    return isinstance(module, str) and (module == "flyte._trace" or module.startswith("flyte._trace."))


def _classify_refs(functions: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Externals given by name, in the bridge's groups: tasks, durable operations, and every other callable as
    traced.
    """
    groups: dict[str, dict[str, Any]] = {"task_refs": {}, "trace_refs": {}, "durable_refs": {}}
    for name, value in functions.items():
        groups[_group(value) or "trace_refs"][name] = value
    return groups


def _discover_external_refs(func: Callable[..., Any]) -> dict[str, dict[str, Any]]:
    """The tasks, traced functions and durable operations that a function uses, in the bridge's groups.

    Names count wherever they are read, in the function's own scopes (`free_names`); an attribute never does.
    What is not defined yet is not found yet. Raises `SourceError` as `extract_function` does.
    """
    plain = plain_function(func)
    try:
        names = names_of(extract_function(plain))
    except UNREADABLE:
        names = []
    return _classify_refs(resolve(plain, names).externals)
