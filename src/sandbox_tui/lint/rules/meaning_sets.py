"""SBX8xx, sets: their order, and what an augmented assignment does to them.

Observed with Monty 1.0.0 and 1.4.0: a set keeps the order in which its elements came, where Python has an
order of its own (of texts, another one in every process); `s |= t` makes a new set, where Python changes it.
"""

from __future__ import annotations

import ast
import re

from ..context import Context
from ..diagnostic import Edit, Fix
from ..effects import effects_of, mentions
from ..index import FUNCTIONS, bounded, index_of, task_function, walk_body
from ..kinds import kinds_of
from .rule import TYPED, Rule

_SETS = ("set", "frozenset")
# What makes something whose order shows, and what does not care about order.
_ORDERED = frozenset(
    (
        "list",
        "tuple",
        "enumerate",
        "zip",
        "map",
        "filter",
        "str",
        "repr",
        "format",
        "print",
        "reduce",
        "chain",
    )
)
_UNORDERED = frozenset(
    (
        "sorted",
        "set",
        "frozenset",
        "sum",
        "fsum",
        "len",
        "min",
        "max",
        "any",
        "all",
        "bool",
        "Counter",
        "prod",
    )
)
_ORDERED_METHODS = frozenset(
    ("join", "extend", "from_iterable", "chain", "islice", "product", "permutations")
)
_KEEPING = frozenset(("append", "extend", "insert", "appendleft"))
_SET_METHODS = frozenset(("union", "intersection", "difference", "symmetric_difference", "copy"))
# A name that is bound more often than this is not told to hold small sets only.
_FEW = 20
_SET_DISPLAY = re.compile(r"\{[^{}:]+\}")
_IN_PLACE = {
    ast.BitOr: ("|=", "update"),
    ast.BitAnd: ("&=", "intersection_update"),
    ast.Sub: ("-=", "difference_update"),
    ast.BitXor: ("^=", "symmetric_difference_update"),
}


def _order(node: ast.AST, context: Context) -> None:
    """Looks at the whole text once it shows that there are sets."""
    if not isinstance(node, ast.Module) or _names_sets(context):
        context.memo(_report_order)


def _names_sets(context: Context) -> bool:
    declared = any("set" in text.lower() for text in context.inputs.values())
    return declared or mentions(context, "set", "frozenset", "Set", "FrozenSet")


def _report_order(context: Context) -> None:
    index, kinds = index_of(context), kinds_of(context)
    candidates = index.of(ast.Set, ast.SetComp, ast.Call, ast.Name, ast.BinOp)
    for node in sorted(candidates, key=lambda each: (each.lineno, each.col_offset)):
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            continue
        if kinds.of(node) not in _SETS or _is_small(node, context):
            continue
        shown = _shows_order(node, context)
        if shown is not None:
            message = (
                f"{shown} the order of a set, which in Monty is that of its making, in Python another: "
                "write sorted(...)"
            )
            context.report_node(SET_ORDER, node, message, _sorted(node, context))


def _is_small(node: ast.expr, context: Context) -> bool:
    """Whether there is nothing to be ordered."""
    if isinstance(node, ast.Set):
        return len(node.elts) < 2 and not any(isinstance(each, ast.Starred) for each in node.elts)
    if isinstance(node, ast.Name):
        values = kinds_of(context).values(node)
        small = len(values) < _FEW and all(
            isinstance(each, ast.Set) and len(each.elts) < 2 for each in values
        )
        return bool(values) and small
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return not node.args
    return False


def _shows_order(node: ast.expr, context: Context) -> str | None:
    """What shows the order of the set at `node`, in words that go before "the order"."""
    index = index_of(context)
    around = index.parents.get(node)
    if isinstance(around, ast.Call) and node in around.args:
        function = around.func
        name = function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")
        shows = name in (_ORDERED if isinstance(function, ast.Name) else _ORDERED_METHODS)
        if name == "iter" and isinstance(function, ast.Name):
            return "next() shows" if _is_call_of(index.parents.get(around), "next") else None
        if not shows or (
            isinstance(function, ast.Name)
            and kinds_of(context).values(function)
            and name in _ORDERED - {"reduce", "chain"}
        ):
            return None
        return None if _is_ignored(around, context) else f"{name}() shows"
    if isinstance(around, ast.Attribute) and around.attr == "pop":
        call = index.parents.get(around)
        return (
            "pop() goes by" if isinstance(call, ast.Call) and call.func is around and not call.args else None
        )
    if isinstance(around, ast.FormattedValue):
        return "the text shows"
    if isinstance(around, ast.Starred):
        holder = index.parents.get(around)
        if isinstance(holder, ast.Set) or (isinstance(holder, ast.expr) and _takes_any_order(holder)):
            return None
        return None if isinstance(holder, ast.expr) and _is_ignored(holder, context) else "* shows"
    if isinstance(around, ast.Assign) and isinstance(around.targets[0], ast.Tuple | ast.List):
        return "unpacking goes by"
    if isinstance(around, ast.For) and around.iter is node:
        return "the loop goes by" if _loop_shows(around, context) else None
    if isinstance(around, ast.comprehension):
        holder = index.parents[around]
        if isinstance(holder, ast.ListComp | ast.GeneratorExp):
            return None if _is_ignored(holder, context) else "the list shows"
    return None


def _is_call_of(node: ast.AST | None, name: str) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name


def _takes_any_order(node: ast.expr) -> bool:
    """Whether `node` is a call whose result is the same in any order of its arguments."""
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _UNORDERED


def _is_ignored(node: ast.expr, context: Context, depth: int = 0) -> bool:
    """Whether the order of what `node` gives is not used."""
    index = index_of(context)
    around = index.parents.get(node)
    if isinstance(around, ast.Call) and node in around.args:
        if _takes_any_order(around):
            return True
        function = around.func
        if isinstance(function, ast.Name) and function.id in ("list", "tuple", "map", "filter"):
            return _is_ignored(around, context, depth)
        return isinstance(function, ast.Attribute) and function.attr in ("update", *_SET_METHODS)
    if isinstance(around, ast.comprehension):
        holder = index.parents[around]
        if isinstance(holder, ast.SetComp | ast.DictComp):
            return True
        return isinstance(holder, ast.expr) and _is_ignored(holder, context, depth)
    if (
        isinstance(around, ast.Compare)
        and isinstance(around.ops[0], ast.In | ast.NotIn)
        and node in around.comparators
    ):
        return True
    if isinstance(around, ast.For) and around.iter is node:
        return not _loop_shows(around, context)
    if isinstance(around, ast.Assign) and depth < 4 and isinstance(around.targets[0], ast.Name):
        return _name_is_ignored(around.targets[0], context, depth)
    return False


def _name_is_ignored(target: ast.Name, context: Context, depth: int) -> bool:
    """Whether no use of a list shows its order."""
    index, kinds = index_of(context), kinds_of(context)
    binder = kinds.binder(target)
    for use in index.reads.get(target.id, ()):
        if kinds.binder(use) is not binder:
            continue
        around = index.parents.get(use)
        if isinstance(around, ast.Attribute) and around.attr in (*_KEEPING, "sort"):
            continue
        if not _is_ignored(use, context, depth + 1):
            return False
    return True


def _loop_shows(loop: ast.For, context: Context) -> bool:
    """Whether what a loop over a set does depends on the order."""
    effects, kinds = effects_of(context), kinds_of(context)
    loops = 0
    for statement in loop.body:
        for node in ast.walk(statement):
            if isinstance(node, ast.For | ast.While | ast.AsyncFor):
                loops += 1
            if isinstance(node, ast.Break) and not loops:
                return True
            if isinstance(node, ast.Return):
                if node.value is not None and not isinstance(node.value, ast.Constant):
                    return True
            elif isinstance(node, ast.AugAssign) and kinds.of(node.target) in ("str", "list"):
                return True
            elif isinstance(node, ast.Call):
                function = node.func
                if isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name):
                    if function.attr in _KEEPING and not _name_is_ignored(function.value, context, 1):
                        return True
                elif isinstance(function, ast.Name) and not effects.is_quiet(function):
                    return True
    return False


def _sorted(node: ast.expr, context: Context) -> Fix | None:
    around = index_of(context).parents.get(node)
    if isinstance(around, ast.Attribute | ast.FormattedValue):
        return None
    start, end = context.source.start(node), context.source.end(node)
    return Fix("Sort it", (Edit(start, start, "sorted("), Edit(end, end, ")")), "unsafe")


def _augmented(node: ast.AugAssign, context: Context) -> None:
    target = node.target
    if isinstance(node.op, ast.Mult):
        sign, method = "*=", ""
    elif type(node.op) in _IN_PLACE:
        sign, method = _IN_PLACE[type(node.op)]
    else:
        return
    if not isinstance(target, ast.Name) or isinstance(node.value, ast.Constant) == bool(method):
        return
    if method and not _names_sets(context) and not _SET_DISPLAY.search(context.source.text):
        return
    if not method and not re.search(rf"\b{target.id}\s*=\s*(?:\[|list\()", context.source.text):
        return
    kinds = kinds_of(context)
    kind = _kind_before(node, context)
    if kind != ("set" if method else "list"):
        return
    shared = _shared_with(target, node, context)
    if shared is None:
        return
    source = context.source
    instead = f"{target.id}.{method}(...)" if method else f"{target.id}.extend(...)"
    message = (
        f"{target.id} {sign} ... makes a new {kind} in Monty, so that {shared} keeps the old one, in Python "
        f"not; write {instead} to change it in place, or {target.id} = {target.id} {sign[0]} ... to say it"
    )
    fix = None
    if method and not isinstance(node.value, ast.Tuple | ast.NamedExpr | ast.GeneratorExp):
        text = f"{target.id}.{method}({source.segment(node.value)})"
        if kinds.of(node.value) in ("set", "frozenset") and len(text) < 200 and "\n" not in text:
            edit = Edit(source.start(node), source.end(node), text)
            fix = Fix("Change it in place", (edit,), "unsafe")
    context.report_node(NEW_SET, node, message, fix)


def _kind_before(node: ast.AugAssign, context: Context) -> str | None:
    """What the target holds: certainly, or since the operator fits nothing else on its right side."""
    kinds = kinds_of(context)
    assert isinstance(node.target, ast.Name)
    found = kinds.of(node.target)
    if found is None and kinds.of(node.value) in ("set", "frozenset"):
        binder = kinds.binder(node.target)
        values = kinds.bindings.get((binder, node.target.id), []) if binder is not None else []
        others = [each for each in values if each is not None and not isinstance(each, ast.BinOp)]
        return "set" if not others else None
    if isinstance(node.op, ast.Mult):
        return found if kinds.of(node.value) == "int" else None
    return found


def _shared_with(target: ast.Name, node: ast.AugAssign, context: Context) -> str | None:
    """Who else certainly has the object that the target had, in words."""
    index, kinds = index_of(context), kinds_of(context)
    scope = index.scope(node)
    if isinstance(scope, FUNCTIONS) and scope is not task_function(context):
        parameters = [*scope.args.posonlyargs, *scope.args.args, *scope.args.kwonlyargs]
        if any(each.arg == target.id for each in parameters):
            returned = any(
                isinstance(each, ast.Return)
                and isinstance(each.value, ast.Name)
                and each.value.id == target.id
                for each in walk_body(scope.body)
            )
            return None if returned else "the caller"
    for assign in context.memo(_plain_assignments).get(target.id, ()):
        if index.scope(assign) is scope and assign.lineno < node.lineno:
            one, other = assign.targets[0], assign.value
            assert isinstance(one, ast.Name) and isinstance(other, ast.Name)
            if kinds.binder(other) is not None and one.id != other.id:
                return other.id if one.id == target.id else one.id
    return None


def _plain_assignments(context: Context) -> dict[str, list[ast.Assign]]:
    """The assignments of one name to another, under both names."""
    found: dict[str, list[ast.Assign]] = {}
    for node in index_of(context).of(ast.Assign):
        one, other = node.targets[0], node.value
        if len(node.targets) == 1 and isinstance(one, ast.Name) and isinstance(other, ast.Name):
            for name in {one.id, other.id}:
                found.setdefault(name, []).append(node)
    return found


SET_ORDER = Rule(
    code="SBX804",
    name="set-order",
    summary="A use of the order of a set.",
    why=(
        "Monty keeps the order in which the elements came; Python has an order of its own, and of texts "
        "another one in every process. A task that goes by it gives other results elsewhere."
    ),
    instead="`sorted(...)` of the set, or a list without repetitions: `list(dict.fromkeys(xs))`.",
    bad='def tags(names: list[str]) -> list[str]:\n    return list({*names, "new", "all"})\n',
    good='def tags(names: list[str]) -> list[str]:\n    return sorted({*names, "new", "all"})\n',
    profiles=TYPED,
    nodes=(ast.Module,),
    expressions=(ast.Set, ast.SetComp),
    find=bounded(_order),
    severity="warning",
    fix="sorts the set; unsafe",
)

NEW_SET = Rule(
    code="SBX805",
    name="augmented-makes-new",
    summary="`s |= t` of a set, or `xs *= n` of a list, that others hold too.",
    why="Python changes the object in place; Monty makes a new one, and whoever holds the old one keeps it.",
    instead="`s.update(t)` to change it in place, or `s = s | t` to make a new one everywhere.",
    bad=(
        'def tags(n: int) -> list[str]:\n    seen = {"a"}\n    def note(found):\n        found |= {"b"}\n'
        "    note(seen)\n    return sorted(seen)\n"
    ),
    good=(
        'def tags(n: int) -> list[str]:\n    seen = {"a"}\n    def note(found):\n'
        '        found.update({"b"})\n'
        "    note(seen)\n    return sorted(seen)\n"
    ),
    profiles=TYPED,
    nodes=(ast.AugAssign,),
    find=bounded(_augmented),
    severity="warning",
    fix="changes the set in place; unsafe",
)

RULES = (SET_ORDER, NEW_SET)
