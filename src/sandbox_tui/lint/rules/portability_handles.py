"""SBX7xx, handles: files, folders and tables, which in Flyte are dicts inside the sandbox."""

from __future__ import annotations

import ast

from ..annotations import HANDLES, canonical
from ..context import Context
from ..diagnostic import Position
from ..external_uses import ExternalUses, external_uses
from ..index import bounded, index_of, task_function, walk_body
from ..kinds import kinds_of
from ..parsing import Unparsable, parse_expression
from .rule import FLYTE, Rule

_NOWHERE = Position(1, 1)
# What shows what a value is made of.
_TELLING = frozenset(
    (
        "str",
        "repr",
        "format",
        "print",
        "type",
        "isinstance",
        "len",
        "list",
        "sorted",
        "dict",
        "iter",
        "hasattr",
    )
)
_WORDS = tuple(sorted(HANDLES))


def _handle_inputs(context: Context) -> dict[str, ast.arg | None]:
    """The inputs that are handles, or hold some, each with its place (None for code)."""
    found: dict[str, ast.arg | None] = {}
    function = task_function(context)
    if function is not None:
        arguments = function.args
        for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
            if argument.annotation is not None and _holds_handle(argument.annotation):
                found[argument.arg] = argument
    elif context.kind == "code":
        for name, text in context.inputs.items():
            try:
                if _holds_handle(parse_expression(text)):
                    found[name] = None
            except Unparsable:
                continue
    return found


def _holds_handle(annotation: ast.expr) -> bool:
    for node in ast.walk(annotation):
        if isinstance(node, ast.Name | ast.Attribute) and canonical(node) in HANDLES:
            return True
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            try:
                return _holds_handle(parse_expression(node.value))
            except Unparsable:
                continue
    return False


def _mentioned(context: Context) -> bool:
    declared = (*context.inputs.values(), *(each or "" for each in (context.externals or {}).values()))
    return any(word in text for text in (context.source.text, *declared) for word in _WORDS)


def _idle(tree: ast.Module, context: Context) -> None:
    inputs = _handle_inputs(context) if _mentioned(context) else {}
    if not inputs:
        return
    uses = external_uses(context)
    known = uses.names or (context.kind == "code" and (context.externals or next(uses.mapped(), None)))
    if known or next(uses.mapped(), None) is not None:
        return
    for name, place in inputs.items():
        start = context.source.start(place) if place is not None else _NOWHERE
        end = context.source.end(place) if place is not None else _NOWHERE
        message = (
            f"input {name} is a handle in a task that calls no external: Flyte cannot pass it in; call an "
            "external with it, or leave it out"
        )
        context.report(IDLE_HANDLE, start, end, message)


def _inspected(tree: ast.Module, context: Context) -> None:
    inputs = _handle_inputs(context) if _mentioned(context) else {}
    names = {name for name, place in inputs.items() if place is None or _is_handle(place.annotation)}
    if context.kind == "code":
        names = {name for name in inputs if _is_handle(_parsed(context.inputs[name]))}
    if not names:
        return
    index, kinds = index_of(context), kinds_of(context)
    task = task_function(context) or context.tree
    for node in index.of(ast.Name):
        if node.id not in names or not isinstance(node.ctx, ast.Load):
            continue
        if kinds.binder(node) is not task or len(kinds.values(node)) > 1:
            continue
        shown = _shown(node, index.parents.get(node))
        if shown is not None:
            message = (
                f"what is inside the handle {node.id} differs in Flyte, where it is a dict: ask an external"
            )
            context.report_node(INSPECTED_HANDLE, shown, message)


def _shown(node: ast.Name, around: ast.AST | None) -> ast.expr | None:
    """The expression that looks into the handle at `node`, if one does."""
    if isinstance(around, ast.Attribute):
        return around
    if isinstance(around, ast.Subscript) and around.value is node:
        return around
    if isinstance(around, ast.FormattedValue):
        return node
    if isinstance(around, ast.Call) and isinstance(around.func, ast.Name) and node in around.args:
        return around if around.func.id in _TELLING else None
    return None


def _is_handle(annotation: ast.expr | None) -> bool:
    return annotation is not None and canonical(annotation) in HANDLES


def _parsed(text: str) -> ast.expr | None:
    try:
        return parse_expression(text)
    except Unparsable:
        return None


def _plain_dict(tree: ast.Module, context: Context) -> None:
    function = task_function(context)
    if context.kind == "code":
        annotation = _parsed(context.output) if context.output else None
        last = tree.body[-1] if tree.body else None
        values = [last.value] if isinstance(last, ast.Expr) else []
    else:
        annotation = function.returns if function is not None else None
        returned = walk_body(function.body) if function is not None else ()
        values = [each.value for each in returned if isinstance(each, ast.Return) and each.value is not None]
    if annotation is None or not _is_plain_dict(annotation):
        return
    uses = external_uses(context)
    handles = {
        name
        for name, place in _handle_inputs(context).items()
        if place is None or _is_handle(place.annotation)
    }
    for value in values:
        for part in _elements(value):
            _report_element(part, uses, handles, context)


def _is_plain_dict(annotation: ast.expr) -> bool:
    """Whether the annotation is `dict`, or a list of such."""
    if isinstance(annotation, ast.Subscript) and canonical(annotation.value) == "list":
        return _is_plain_dict(annotation.slice)
    return canonical(annotation) == "dict"


def _elements(value: ast.expr) -> list[ast.expr]:
    """What lies in a display of dicts and lists, at any depth."""
    found: list[ast.expr] = []
    waiting = [value]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Dict):
            waiting += [*(each for each in node.keys if isinstance(each, ast.Tuple)), *node.values]
        elif isinstance(node, ast.List):
            waiting += node.elts
        elif node is not value:
            found.append(node)
    return found


def _report_element(part: ast.expr, uses: ExternalUses, handles: set[str], context: Context) -> None:
    kinds = kinds_of(context)
    is_handle = isinstance(part, ast.Name) and part.id in handles and len(kinds.values(part)) == 1
    calls = [part]
    if isinstance(part, ast.Name):
        calls = [each for each in kinds.values(part) if isinstance(each, ast.expr)]
    is_handle = is_handle or (
        bool(calls)
        and all(
            isinstance(each, ast.Call) and uses.is_call(each) and uses.returns_handle(each) for each in calls
        )
    )
    if is_handle:
        message = (
            "a handle in a plain dict: Flyte cannot carry it; declare dict[str, File], or return the handle"
        )
        context.report_node(PLAIN_DICT, part, message)
    elif kinds.of(part) in ("set", "frozenset"):
        message = "a set in a plain dict: Flyte cannot carry it; write sorted(...), or declare dict[str, Any]"
        context.report_node(PLAIN_DICT, part, message)
    elif isinstance(part, ast.Tuple) and isinstance(index_of(context).parents.get(part), ast.Dict):
        holder = index_of(context).parents[part]
        if isinstance(holder, ast.Dict) and any(part is each for each in holder.keys):
            message = "a tuple as a key of a plain dict: Flyte cannot carry it; write the key as text"
            context.report_node(PLAIN_DICT, part, message)


IDLE_HANDLE = Rule(
    code="SBX710",
    name="idle-handle",
    summary="A handle as the input of a task that calls no external.",
    why="Flyte passes handles in only if the task has externals; without one it fails.",
    instead="An external that is called with the handle.",
    bad="def keep(report: File) -> File:\n    return report\n",
    good="def keep(report: File) -> File:\n    return copy(report)\n",
    profiles=FLYTE,
    nodes=(ast.Module,),
    find=bounded(_idle),
    needs_whole=True,
)

PLAIN_DICT = Rule(
    code="SBX711",
    name="plain-dict-result",
    summary="A handle, a set or a tuple as a key in a result that is a plain `dict`.",
    why="Flyte serialises a plain dict as a whole, which it cannot do with these.",
    instead="A dict with declared types (`dict[str, File]`), a list instead of a set, a text as a key.",
    bad='def tags(names: list[str]) -> dict:\n    return {"count": len(names), "tags": {"a", "b"}}\n',
    good='def tags(names: list[str]) -> dict:\n    return {"count": len(names), "tags": ["a", "b"]}\n',
    profiles=FLYTE,
    nodes=(ast.Module,),
    find=bounded(_plain_dict),
)

INSPECTED_HANDLE = Rule(
    code="SBX712",
    name="inspected-handle",
    summary="A look into a handle: an attribute, a subscript, its text or its type.",
    why="In Flyte a handle is a dict inside the sandbox; here it is opaque, as Flyte's documentation says.",
    instead="An external that is called with the handle and says what is needed.",
    bad='def kind(report: File) -> str:\n    copy(report)\n    return f"got {report}"\n',
    good="def kind(report: File) -> int:\n    return size(report)\n",
    profiles=FLYTE,
    nodes=(ast.Module,),
    find=bounded(_inspected),
)

RULES = (IDLE_HANDLE, PLAIN_DICT, INSPECTED_HANDLE)
