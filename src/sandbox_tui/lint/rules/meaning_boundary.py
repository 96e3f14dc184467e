"""SBX8xx, the boundary: values that leave the sandbox as something else than they are.

Observed with Monty 1.0.0 and 1.4.0: a range, an iterator, a view of a dict, a slice or a function arrives on
the host as a text that describes it, as the result of a task as well as in the arguments of an external. Our
engine refuses such texts; Flyte takes them for values.
"""

from __future__ import annotations

import ast
import re

from ..context import Context
from ..diagnostic import Edit, Fix
from ..effects import mentions
from ..external_uses import external_uses
from ..index import bounded, index_of, task_function
from ..kinds import kinds_of
from ..names import MAP
from .rule import TYPED, Rule

_VIEWS = frozenset(("keys", "values", "items"))
_TEXT_CALLS = frozenset(("range", "iter", "slice"))
_ITERTOOLS = frozenset(
    """
    accumulate chain combinations compress count cycle dropwhile groupby islice pairwise permutations product
    repeat starmap takewhile zip_longest tee
    """.split()  # noqa: SIM905
)
_ADVICE = {
    "a function": "return a value",
    "a slice": "return its start and stop",
    "an instance": "return a dict of what it holds",
    "a coroutine": "await it",
}
# A line that assigns one of these values to a name.
_MAKING = re.compile(
    r"^[ \t]*(\w+) = (?:"
    rf"(?:itertools\.)?(?:{'|'.join(sorted(_TEXT_CALLS | _ITERTOOLS))})\(|lambda\b"
    r"|[^\n]*\.(?:keys|values|items)\(\)[ \t]*(?:#[^\n]*)?$)",
    re.MULTILINE,
)


def _result(node: ast.Return | ast.Expr, context: Context) -> None:
    if isinstance(node, ast.Expr):
        body = context.tree.body
        if context.kind != "code" or not body or body[-1] is not node:
            return
    value = node.value
    if value is None or isinstance(value, ast.Constant | ast.BinOp | ast.Compare | ast.JoinedStr):
        return
    waiting: list[ast.expr] = [value]
    candidates: list[tuple[ast.expr, str]] = []
    while waiting:
        part = waiting.pop()
        if isinstance(part, ast.List | ast.Tuple | ast.Set):
            waiting += part.elts
        elif isinstance(part, ast.Dict):
            waiting += part.values
        elif isinstance(part, ast.IfExp):
            waiting += [part.body, part.orelse]
        else:
            what = _becomes_text(part, context)
            if what is not None:
                candidates.append((part, what))
    if (
        candidates
        and isinstance(node, ast.Return)
        and index_of(context).scope(node) is not task_function(context)
    ):
        return
    for part, what in candidates:
        advice = _ADVICE.get(what, "write list(...)")
        message = f"{what} cannot leave the sandbox; in Flyte, a description of it does: {advice}"
        context.report_node(RESULT_TEXT, part, message, _listed(part, what, context))


def _becomes_text(part: ast.expr, context: Context) -> str | None:
    """What a value is that becomes a text as the result; None if it does not."""
    if isinstance(part, ast.Lambda):
        return "a function"
    if isinstance(part, ast.Name):
        if f"def {part.id}" in context.source.text:
            return "a function" if _names_function(part, context) else None
        if not _is_made(part.id, context):
            return None
        found = {
            _becomes_text(each, context)
            if isinstance(each, ast.expr) and not isinstance(each, ast.Name)
            else None
            for each in kinds_of(context).values(part)
        }
        return found.pop() if len(found) == 1 else None
    if not isinstance(part, ast.Call):
        return None
    function = part.func
    if isinstance(function, ast.Attribute):
        if function.attr in _VIEWS and not part.args and not part.keywords:
            return "a view of a dict" if kinds_of(context).of(part) == "view" else None
        module = function.value
        if function.attr in _ITERTOOLS and isinstance(module, ast.Name) and module.id == "itertools":
            return "an iterator"
        return None
    if isinstance(function, ast.Name) and mentions(context, "class", "async"):
        what = _made_by(function, context)
        if what is not None:
            return what
    if isinstance(function, ast.Name) and function.id in _TEXT_CALLS:
        shown = {"range": "a range", "iter": "an iterator", "slice": "a slice"}
        return None if kinds_of(context).values(function) else shown[function.id]
    if isinstance(function, ast.Name) and function.id in _ITERTOOLS and mentions(context, "itertools"):
        imported = [
            alias
            for each in index_of(context).of(ast.ImportFrom)
            if each.module == "itertools"
            for alias in each.names
        ]
        return "an iterator" if any((each.asname or each.name) == function.id for each in imported) else None
    return None


def _is_made(name: str, context: Context) -> bool:
    """Whether a line assigns one of these values to a name, as far as its text tells."""
    return name in context.memo(_made_names)


def _made_names(context: Context) -> frozenset[str]:
    return frozenset(_MAKING.findall(context.source.text))


def _made_by(function: ast.Name, context: Context) -> str | None:
    """What a call of a class or of an async function of the source gives."""
    index, kinds = index_of(context), kinds_of(context)
    if len(kinds.values(function)) != 1:
        return None
    if any(index.scope(each) is kinds.binder(function) for each in index.classes.get(function.id, ())):
        return "an instance"
    defined = [
        each for each in index.functions.get(function.id, ()) if isinstance(each, ast.AsyncFunctionDef)
    ]
    return "a coroutine" if defined else None


def _names_function(name: ast.Name, context: Context) -> bool:
    binder = kinds_of(context).binder(name)
    index = index_of(context)
    defined = [each for each in index.functions.get(name.id, ()) if index.scope(each) is binder]
    return bool(defined) and len(kinds_of(context).values(name)) == len(defined)


def _argument(node: ast.Call, context: Context) -> None:
    function = node.func
    if function.__class__ is ast.Name and (node.args or node.keywords):
        _look_at_arguments(node, context)


@bounded
def _look_at_arguments(node: ast.Call, context: Context) -> None:
    function = node.func
    if not isinstance(function, ast.Name) or function.id in context.target.builtins:
        return
    for argument in (*node.args, *(each.value for each in node.keywords)):
        what = _becomes_text(argument, context)
        if what is not None and what not in ("an instance", "a coroutine") and _is_outside(node, context):
            advice = _ADVICE.get(what, "write list(...)")
            message = (
                f"{what} cannot leave the sandbox; in Flyte, {function.id} gets a text instead: {advice}"
            )
            context.report_node(ARGUMENT_TEXT, argument, message, _listed(argument, what, context))


def _is_outside(node: ast.Call, context: Context) -> bool:
    """Whether a call is one of an external, or of `flyte_map`."""
    uses = external_uses(context)
    return uses.is_call(node) or (getattr(node.func, "id", "") == MAP and node.func in uses.maps)


def _listed(part: ast.expr, what: str, context: Context) -> Fix | None:
    if what in _ADVICE:
        return None
    start, end = context.source.start(part), context.source.end(part)
    return Fix("Make it a list", (Edit(start, start, "list("), Edit(end, end, ")")), "unsafe")


RESULT_TEXT = Rule(
    code="SBX817",
    name="result-becomes-text",
    summary="A range, a view of a dict, an iterator, a function or an instance as the result.",
    why="Only plain values cross the boundary. Here the run fails; in Flyte a description comes out.",
    instead="`list(...)` of it, or a dict of what an instance holds.",
    bad="def names(prices: dict[str, float]) -> Any:\n    return prices.keys()\n",
    good="def names(prices: dict[str, float]) -> list[str]:\n    return list(prices.keys())\n",
    profiles=TYPED,
    nodes=(ast.Return, ast.Expr),
    find=bounded(_result),
    severity="warning",
    fix="makes a list of it; unsafe",
)

ARGUMENT_TEXT = Rule(
    code="SBX818",
    name="argument-becomes-text",
    summary="A range, a view of a dict, an iterator or a function as an argument of an external.",
    why="Only plain values cross the boundary. Here the call fails; in Flyte the external gets a text.",
    instead="`list(...)` of it.",
    bad="def count(n: int) -> int:\n    return measure(range(n))\n",
    good="def count(n: int) -> int:\n    return measure(list(range(n)))\n",
    profiles=TYPED,
    expressions=(ast.Call,),
    find=_argument,
    severity="warning",
    fix="makes a list of it; unsafe",
)

RULES = (RESULT_TEXT, ARGUMENT_TEXT)
