"""A document read for an export: its source as a tree, its interface, its limits, and the externals that it
uses.

Only what runs here is exported: a document that the engine refuses is refused with the engine's reason.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import Any

from ...sandbox.config import SandboxedConfig
from ...sandbox.errors import RestrictionError, SandboxError
from ..document import Case, Document, ExternalSpec
from .edits import normalised, tree_of
from .errors import ExportError
from .refusals import refuse_caught_externals, refuse_loose_references, refuse_syntax
from .scopes import Function, bound_names, walk

MAP = "flyte_map"


@dataclass(frozen=True)
class TaskParameter:
    """One input: `default` is the expression of its default."""

    name: str
    annotation: ast.expr | None
    default: ast.expr | None
    line: int | None = None


@dataclass(frozen=True)
class ExportedTask:
    """What the writers of modules need. `function` is None for a code string."""

    name: str
    description: str
    source: str
    tree: ast.Module
    function: Function | None
    parameters: tuple[TaskParameter, ...]
    output: ast.expr | None
    config: SandboxedConfig
    externals: dict[str, ExternalSpec]
    case: Case | None

    @property
    def names(self) -> set[str]:
        """The module-level names that the exported module must have as they are."""
        own = {self.function.name} if self.function is not None else set()
        return own | set(self.externals)

    def called_names(self) -> set[str]:
        """The names by which the source reaches the host."""
        return {*self.externals, MAP}


def read_task(document: Document, case: Case | None = None) -> ExportedTask:
    """`document` with the answers of `case` (its first case if none is given). Raises `ExportError`."""
    case = case or next(iter(document.cases), None)
    _check_that_it_runs(document, case)
    source = normalised(document.source)
    tree = tree_of(source)
    refuse_syntax(tree)
    settings = document.effective()
    externals = _used(tree, settings.externals_for(document, case))
    called = {*externals, MAP}
    _refuse_unresolved(tree, source, {*called, *(document.inputs if document.kind == "code" else ())})
    refuse_caught_externals(tree, called)
    refuse_loose_references(tree, called)
    function = None
    if document.kind == "function":
        function = next(node for node in tree.body if isinstance(node, Function))
        parameters = _parameters(function)
        output = function.returns
    else:
        parameters = [TaskParameter(name, _annotation(text), None) for name, text in document.inputs.items()]
        output = _annotation(document.output) if document.output is not None else None
    for parameter in parameters:
        if parameter.name == "self":
            raise ExportError(
                "an input named self, which Flyte 2.12 cannot take; give it another name", parameter.line
            )
    return ExportedTask(
        name=document.name,
        description=document.description.strip(),
        source=source,
        tree=tree,
        function=function,
        parameters=tuple(parameters),
        output=output,
        config=settings.sandboxed_config(),
        externals=externals,
        case=case,
    )


def _check_that_it_runs(document: Document, case: Case | None) -> None:
    try:
        document.build_template(case=case)
    except RestrictionError as error:
        first = error.diagnostics[0]
        more = f" (and {len(error.diagnostics) - 1} more findings)" if len(error.diagnostics) > 1 else ""
        raise ExportError(f"{first.code} {first.message}{more}", first.start.line) from error
    except SandboxError as error:
        raise ExportError(str(error).split("\n")[0], error.line) from error


def _refuse_unresolved(tree: ast.Module, source: str, known: set[str]) -> None:
    """A name that nothing provides ends a run in Flyte even where the task would catch the NameError."""
    from ...sandbox.references import free_names, mapped_names

    for name in [*free_names(tree, source=source), *mapped_names(tree, source=source)]:
        if name.name not in known:
            raise ExportError(f"{name.name} is neither defined nor an external", name.line)


def _annotation(text: str) -> ast.expr:
    from .types import parsed

    return parsed(text)


def _used(tree: ast.Module, externals: dict[str, ExternalSpec]) -> dict[str, ExternalSpec]:
    """Of the externals at hand those that the source uses."""
    used: set[str] = set()
    for node in walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            used.add(node.id)
        elif (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id == MAP
            and node.args
        ):
            first = node.args[0]
            used.update([str(first.value)] if isinstance(first, ast.Constant) else externals)
    bound = bound_names(tree)
    found = {name: spec for name, spec in externals.items() if name in used}
    for name in found:
        if name in bound:
            raise ExportError(
                f"{name} is an external and is also bound in the source; give one of them another name",
                bound[name],
            )
    return found


def _parameters(function: Function) -> list[TaskParameter]:
    arguments = function.args
    positional = [*arguments.posonlyargs, *arguments.args]
    defaults: list[ast.expr | None] = [None] * (len(positional) - len(arguments.defaults)) + list(
        arguments.defaults
    )
    pairs = [
        *zip(positional, defaults, strict=True),
        *zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True),
    ]
    return [TaskParameter(arg.arg, arg.annotation, default, arg.lineno) for arg, default in pairs]


def inputs_of(task: ExportedTask) -> dict[str, Any]:
    """The inputs with which the exported module runs itself: the case's, if it gives every input without a
    default.
    """
    given = dict(task.case.inputs) if task.case is not None else {}
    required = {parameter.name for parameter in task.parameters if parameter.default is None}
    known = {parameter.name for parameter in task.parameters}
    return given if required <= set(given) <= known else {}
