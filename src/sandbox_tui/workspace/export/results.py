"""What a task returns, as far as its source shows: for where Flyte needs to know more than `dict`."""

from __future__ import annotations

import ast

from .errors import ExportError
from .scopes import Function, walk
from .task import ExportedTask
from .types import HANDLES, base_name, parsed, parts, union_members


def refuse_returned_tuples(task: ExportedTask, *, declared_too: bool) -> None:
    """Raises `ExportError` for a tuple that Flyte would read as several outputs.

    A decorated function may declare `tuple[A, B]`; a code string may not (`declared_too`).
    """
    advice = "Flyte reads a returned tuple as several outputs"
    kinds = [] if task.output is None else [_base(member) for member in union_members(task.output)]
    if declared_too and any(kind in ("tuple", "Tuple") for kind in kinds):
        raise ExportError(f"{advice}, and a code string has one; return a list, or export with --to flyte")
    if task.output is not None and "Any" not in kinds:
        return
    for value in _returned(task):
        if isinstance(value, ast.Tuple):
            raise ExportError(f"{advice}: return a list, or declare tuple[A, B] as the result", value.lineno)


def _base(node: ast.expr) -> str | None:
    return base_name(node.value) if isinstance(node, ast.Subscript) else base_name(node)


def tuple_lengths(function: Function) -> set[int]:
    """The lengths of the tuples that stand behind `return` in a function."""
    values = [node.value for node in walk(function) if isinstance(node, ast.Return)]
    return {len(value.elts) for value in values if isinstance(value, ast.Tuple)}


def output_annotation(task: ExportedTask) -> ast.expr | None:
    """The declared result; a bare `dict` becomes `Any` where a handle, a set or a tuple visibly lies in what
    is returned.

    Flyte sends a plain dict as JSON, which has none of the three; `Any` it pickles.
    """
    output = task.output
    if output is None or base_name(output) not in ("dict", "Dict"):
        return output
    handles = _handle_names(task)
    if any(_loses(value, handles, task) for value in _returned(task)):
        return parsed("Any")
    return output


def _returned(task: ExportedTask) -> list[ast.expr]:
    if task.function is None:
        last = task.tree.body[-1] if task.tree.body else None
        return [last.value] if isinstance(last, ast.Expr) else []
    return [
        node.value for node in walk(task.function) if isinstance(node, ast.Return) and node.value is not None
    ]


def _handle_names(task: ExportedTask) -> set[str]:
    names = {p.name for p in task.parameters if p.annotation is not None and _is_handle(p.annotation)}
    for node in walk(task.tree):
        if isinstance(node, ast.Assign) and _returns_handle(node.value, task):
            names.update(target.id for target in node.targets if isinstance(target, ast.Name))
    return names


def _is_handle(annotation: ast.expr) -> bool:
    return any(base_name(part) in HANDLES for part in parts(annotation))


def _returns_handle(node: ast.expr, task: ExportedTask) -> bool:
    if isinstance(node, ast.Await):
        node = node.value
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
        return False
    spec = task.externals.get(node.func.id)
    if spec is None or spec.signature is None or "->" not in spec.signature:
        return False
    return _is_handle(parsed(spec.signature.rsplit("->", 1)[1]))


def _loses(node: ast.expr, handles: set[str], task: ExportedTask) -> bool:
    if isinstance(node, ast.Dict):
        return any(_inside(value, handles, task) for value in node.values)
    if isinstance(node, ast.DictComp):
        return _inside(node.value, handles, task)
    if isinstance(node, ast.Name) and task.function is not None:
        assigned = [
            n.value
            for n in walk(task.function)
            if isinstance(n, ast.Assign)
            and any(isinstance(t, ast.Name) and t.id == node.id for t in n.targets)
        ]
        return any(
            isinstance(value, ast.Dict | ast.DictComp) and _loses(value, handles, task) for value in assigned
        )
    return isinstance(node, ast.IfExp) and (
        _loses(node.body, handles, task) or _loses(node.orelse, handles, task)
    )


def _inside(node: ast.expr, handles: set[str], task: ExportedTask) -> bool:
    if isinstance(node, ast.Tuple | ast.Set | ast.SetComp):
        return True
    if (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in ("tuple", "set", "frozenset")
    ):
        return True
    if isinstance(node, ast.Name):
        return node.id in handles
    if isinstance(node, ast.List):
        return any(_inside(element, handles, task) for element in node.elts)
    if isinstance(node, ast.ListComp):
        return _inside(node.elt, handles, task)
    if isinstance(node, ast.Dict | ast.DictComp):
        return _loses(node, handles, task)
    if isinstance(node, ast.IfExp):
        return _inside(node.body, handles, task) or _inside(node.orelse, handles, task)
    return _returns_handle(node, task)
