"""What all runs of a template share: who answers its calls, what is passed in beside its inputs, which of its
calls are awaited.

Made at the first run, when all names around the task exist, and anew when a name that the task takes from
outside has been given another value since (a notebook's cell run again, a setting changed): the task sees
what Python's own lookup would see.
"""

from __future__ import annotations

import ast
import types
from collections.abc import Callable, Collection, Mapping
from typing import Any

from ..lint.parsing import Unparsable, parse
from . import references
from .awaited import Range, awaited_calls
from .drive import FLYTE_MAP
from .endpoint import Endpoint
from .errors import UnresolvedReferenceError
from .function_text import argument_name
from .places import Places
from .references import FreeName
from .source import ExtractedSource, FunctionSource, plain_function

Function = FunctionSource | ExtractedSource


class Plan:
    """`endpoints` by name, `injected` values by name, `awaited` calls, and `is_pure`: nothing in the task can
    suspend it.
    """

    __slots__ = ("_cells", "_module", "_outside", "awaited", "endpoints", "injected", "is_pure")

    def __init__(
        self,
        source_code: str,
        endpoints: dict[str, Endpoint],
        injected: dict[str, Any],
        outside: Mapping[str, Any],
        func: types.FunctionType | None,
    ) -> None:
        tree = _tree(source_code)
        suspends = "sleep" in source_code or FLYTE_MAP in source_code
        self.endpoints = endpoints
        self.injected = injected
        self.awaited: frozenset[Range] = frozenset() if tree is None else awaited_calls(tree, source_code)
        self.is_pure = not endpoints and not suspends
        # Where each name from outside was found, and what it was: looked at again before each run.
        closure = {} if func is None else dict(zip(func.__code__.co_freevars, func.__closure__ or ()))
        self._module = {} if func is None else func.__globals__
        self._cells = tuple((closure[name], value) for name, value in outside.items() if name in closure)
        self._outside = tuple((name, value) for name, value in outside.items() if name not in closure)

    def is_current(self) -> bool:
        """Whether the names from outside still stand for what they stood for."""
        for name, value in self._outside:
            if self._module.get(name) is not value:
                return False
        return all(_contents(cell) is value for cell, value in self._cells)


def _contents(cell: types.CellType) -> Any:
    try:
        return cell.cell_contents
    except ValueError:
        return None


def plan_of_function(
    func: Callable[..., Any],
    extracted: ExtractedSource,
    source_code: str,
    places: Places,
    *,
    type_check: bool,
) -> tuple[Plan, dict[str, Any]]:
    """The plan of a function's template, and its externals by name.

    Raises `UnresolvedReferenceError` for a name that nothing provides.
    """
    found = references.resolve(func, references.names_of(extracted))
    _refuse_unresolved(found.unresolved, _tree(source_code), places)
    plan = Plan(
        source_code,
        _endpoints(found.externals, type_check),
        {**found.constants, **extracted.injected},
        {**found.externals, **found.constants},
        plain_function(func),
    )
    return plan, found.externals


def plan_of_source(
    externals: Mapping[str, Any],
    input_names: Collection[str],
    function: Function | None,
    source_code: str,
    places: Places,
    *,
    type_check: bool,
) -> Plan:
    """The plan of a template that was made from a text, whose externals were given.

    Raises `UnresolvedReferenceError` for a name that nothing provides.
    """
    tree = _tree(source_code)
    unresolved: list[tuple[FreeName, str]] = []
    if tree is not None:
        own = () if function is None else (argument_name(function.name, name) for name in input_names)
        known = {*externals, *input_names, FLYTE_MAP, *own}
        free = [*references.free_names(tree, source=source_code)]
        free += references.mapped_names(tree, source=source_code)
        unresolved = [(name, _nothing_named(name.name)) for name in free if name.name not in known]
        unresolved += references.hidden_by_builtins(tree, externals, source=source_code)
    _refuse_unresolved(unresolved, tree, places)
    return Plan(source_code, _endpoints(externals, type_check), {}, {}, None)


def _endpoints(externals: Mapping[str, Any], type_check: bool) -> dict[str, Endpoint]:
    return {name: Endpoint(name, external, type_check=type_check) for name, external in externals.items()}


def _refuse_unresolved(
    unresolved: list[tuple[FreeName, str]], tree: ast.Module | None, places: Places
) -> None:
    guarded = _names_caught(tree) if tree is not None else set()
    left = [(name, reason) for name, reason in unresolved if (name.line, name.name) not in guarded]
    if left:
        name, reason = left[0]
        line, _ = places.to_file(name.line, name.column)
        raise UnresolvedReferenceError(
            f"{places.filename}:{line}: {reason}", name=name.name, filename=places.filename, line=line
        )


def _tree(source: str) -> ast.Module | None:
    """The syntax tree, or None for a source that only Monty's parser (a newer Python's) understands, or none
    does.
    """
    try:
        return parse(source)
    except Unparsable:
        return None


def _nothing_named(name: str) -> str:
    return f"nothing named {name} is defined in the task or declared as an external"


def _names_caught(tree: ast.Module) -> set[tuple[int, str]]:
    """The names read where the task itself catches a NameError: leaving one undefined is the task's own
    affair there.
    """
    caught: set[tuple[int, str]] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Try) and any(_catches_name_error(handler.type) for handler in node.handlers):
            for statement in node.body:
                caught.update((n.lineno, n.id) for n in ast.walk(statement) if isinstance(n, ast.Name))
    return caught


def _catches_name_error(kind: ast.expr | None) -> bool:
    if kind is None:
        return True
    names = kind.elts if isinstance(kind, ast.Tuple) else [kind]
    return any(isinstance(n, ast.Name) and n.id in ("NameError", "Exception", "BaseException") for n in names)
