"""SBX4xx: names that nothing answers, or that stand for something else than was meant.

What is read is looked up by Monty in the task, then among its own builtins, then among the externals. Names
in a `try` that catches a NameError are the task's own affair.
"""

from __future__ import annotations

import ast

from ..context import Context
from ..diagnostic import Edit, Fix, Position
from ..names import names_of
from ..scope_walk import Scope
from .python_builtins import instead_of, is_builtin
from .rule import TYPED, Rule

_DEF = r"(?:async(?:\s|\\\r?\n)+)?def(?:\s|\\\r?\n)+\w+"
_NOWHERE = Position(1, 1)


def _undefined(tree: ast.Module, context: Context) -> None:
    names = names_of(context)
    module = names.scopes.module
    called: set[ast.expr] | None = None
    for node in names.unknown():
        if context.full:
            return
        if is_builtin(node.id) or (node.id in module.bound and module.bound[node.id] >= 0):
            continue
        if called is None:
            called = names.scopes.called()
        near = names.suggestion(node.id)
        message = f"nothing named {node.id} is defined: {_advice(node, near, node in called, context)}"
        context.report_node(UNDEFINED, node, message, _rename(node, near, context))


def _advice(node: ast.Name, near: str | None, called: bool, context: Context) -> str:
    if node.id in context.target.modules:
        if context.profile == "documented":
            return f"it is a module, and there are no imports here; {_OTHERWISE}"
        return f"it is a module: write import {node.id} before"
    if node.id in context.memo(_annotated):
        return "its annotation gives it a type and no value; assign one"
    if near is not None:
        return f"did you mean {near}?"
    return "define it, or declare it as an external" if called else "assign it before, or take it as an input"


_OTHERWISE = "take its result as an input, or call an external"


def _annotated(context: Context) -> set[str]:
    """The names that somewhere have an annotation and no value."""
    return {
        node.target.id
        for node in ast.walk(context.tree)
        if isinstance(node, ast.AnnAssign) and node.value is None and isinstance(node.target, ast.Name)
    }


def _rename(node: ast.Name, near: str | None, context: Context) -> Fix | None:
    if near is None:
        return None
    edit = Edit(context.source.start(node), context.source.end(node), near)
    return Fix(f"write {near}", (edit,), "unsafe")


def _missing(tree: ast.Module, context: Context) -> None:
    names = names_of(context)
    for node in names.unknown():
        if is_builtin(node.id) and node not in context.memo(_of_classes):
            instead = instead_of(node.id, context.target.builtins)
            message = f"{node.id} is a builtin of Python that Monty {context.target.version} lacks: {instead}"
            context.report_node(MISSING, node, message)


def _of_classes(context: Context) -> set[ast.AST]:
    """The names in bases of classes and in decorators of methods: Monty refuses those whatever they are,
    which other rules say.
    """
    found: set[ast.AST] = set()
    for node in ast.walk(context.tree):
        if isinstance(node, ast.ClassDef):
            parts: list[ast.AST] = [*node.bases, *node.keywords]
            for each in node.body:
                parts += getattr(each, "decorator_list", ())
            found.update(inner for part in parts for inner in ast.walk(part))
    return found


def _early(tree: ast.Module, context: Context) -> None:
    names = names_of(context)
    for node, function in names.too_early():
        context.report_node(EARLY, node, _too_early(node, function, context))
    module = names.scopes.module
    for node in names.unknown():
        if module.bound.get(node.id, -1) >= 0 and not is_builtin(node.id):
            context.report_node(EARLY, node, _too_early(node, module, context))
    for node in names.never_begun():
        context.report_node(EARLY, node, _too_early(node, module, context))


def _too_early(node: ast.Name, scope: Scope, context: Context) -> str:
    first = scope.events[scope.bound[node.id]]
    where = ""
    if isinstance(first, ast.Name) and first.lineno != node.lineno:
        where = f"; line {first.lineno} does it too late"
    name = node.id
    for others, what in ((context.externals or (), "the external"), (context.target.builtins, "the builtin")):
        if name in others:
            return (
                f"{name} is a variable of this function and has no value yet{where}: this does not reach "
                f"{what} {name}; give the variable another name"
            )
    if scope.binds_before(name, _number(node, scope)):
        return f"{name} has no value to begin with: assign one before the loop, such as {name} = 0"
    return f"{name} has no value yet: assign it before it is read{where}"


def _number(node: ast.Name, scope: Scope) -> int:
    return next((number for number, each in scope.reads((node.id,)) if each is node), -1)


def _hidden(tree: ast.Module, context: Context) -> None:
    if not context.externals:
        return
    hidden = context.target.builtins.intersection(context.externals)
    for node in names_of(context).externals_read(hidden):
        message = (
            f"{node.id} is a builtin of Monty, which comes before the external of that name: "
            "give the external another name"
        )
        context.report_node(HIDDEN, node, message)


def _shadowed(tree: ast.Module, context: Context) -> None:
    if not context.externals:
        return
    own = {name for name in context.externals if name not in context.shared}
    for name in sorted(own.intersection(context.inputs)):
        message = f"{name} is both an input and an external: give one of them another name"
        context.report(SHADOWED, _NOWHERE, _NOWHERE, message)
    for scope in names_of(context).scopes.all:
        if scope.kind in ("module", "function") and not isinstance(scope.node, ast.Lambda):
            for name in own.intersection(scope.bound):
                if scope.bound[name] >= 0:
                    _report_shadow(name, scope, context)


def _report_shadow(name: str, scope: Scope, context: Context) -> None:
    event = scope.events[scope.bound[name]]
    node = event if isinstance(event, ast.Name) else _binder(name, scope.node)
    if node is None:
        return
    what = "parameter" if isinstance(node, ast.arg) else "name"
    message = f"this {what} hides the external {name}: give one of them another name"
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        end = context.source.head_end(node, _DEF)
        context.report(SHADOWED, context.source.start(node), end, message)
    else:
        context.report_node(SHADOWED, node, message)


def _binder(name: str, holder: ast.AST) -> ast.stmt | ast.arg | None:
    """What binds a name in a scope without writing it as an expression."""
    found: list[ast.stmt | ast.arg] = []
    for node in ast.walk(holder):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            matches = node.name == name and node is not holder
        elif isinstance(node, ast.Import | ast.ImportFrom):
            matches = any((each.asname or each.name.partition(".")[0]) == name for each in node.names)
        elif isinstance(node, ast.arg):
            matches = node.arg == name
        else:
            continue
        if matches:
            found.append(node)
    return min(found, key=lambda each: (each.lineno, each.col_offset), default=None)


UNDEFINED = Rule(
    code="SBX401",
    name="undefined-name",
    summary="A name that is neither defined, nor a builtin of Monty, nor a declared external.",
    why="Reading it raises a NameError, and the task is not even started.",
    instead="The name that was meant; or define it, take it as an input, or declare an external.",
    bad="def total(prices: list[float]) -> float:\n    return sum(price)\n",
    good="def total(prices: list[float]) -> float:\n    return sum(prices)\n",
    profiles=TYPED,
    nodes=(ast.Module,),
    find=_undefined,
    fix="writes the name that was probably meant; unsafe",
)

MISSING = Rule(
    code="SBX402",
    name="missing-builtin",
    summary="A builtin of Python that this Monty does not have.",
    why="To Monty it is a name that nothing defines: reading it raises a NameError.",
    instead="What the message says; or declare an external of that name.",
    bad='def ask() -> str:\n    return input("name? ")\n',
    good="def ask(name: str) -> str:\n    return name\n",
    profiles=TYPED,
    nodes=(ast.Module,),
    find=_missing,
)

EARLY = Rule(
    code="SBX403",
    name="read-before-assignment",
    summary="A variable that is read before anything is assigned to it.",
    why="A name that a function assigns anywhere is its own everywhere in it: reading it before raises an "
    "UnboundLocalError.",
    instead="Assign it before; or give it another name where something else of that name was meant.",
    bad="def total(prices: list[float]) -> float:\n    total = total + sum(prices)\n    return total\n",
    good="def total(prices: list[float]) -> float:\n    total = sum(prices)\n    return total\n",
    profiles=TYPED,
    nodes=(ast.Module,),
    find=_early,
)

HIDDEN = Rule(
    code="SBX404",
    name="external-hidden-by-builtin",
    summary="An external with the name of a builtin of Monty.",
    why="The builtin comes first, so the external is never called; the engine refuses to run such a task.",
    instead="Another name for the external.",
    bad="def largest(prices: list[float]) -> float:\n    return max(prices)\n",
    good="def largest(prices: list[float]) -> float:\n    return largest_price(prices)\n",
    profiles=TYPED,
    nodes=(ast.Module,),
    find=_hidden,
    externals=(("max", None), ("largest_price", None)),
)

SHADOWED = Rule(
    code="SBX405",
    name="external-shadowed",
    summary="A name of the task's own that hides a declared external.",
    why="Where the task binds the name itself, a call of it does not reach the external.",
    instead="Another name for one of the two.",
    bad="def price(rate: float) -> float:\n    return rate(2)\n",
    good="def price(factor: float) -> float:\n    return factor * rate(2)\n",
    profiles=TYPED,
    nodes=(ast.Module,),
    find=_shadowed,
    externals=(("rate", "(n: int) -> float"),),
)

RULES = (UNDEFINED, MISSING, EARLY, HIDDEN, SHADOWED)
