"""SBX7xx, calls: externals as Flyte's bridge finds and answers them."""

from __future__ import annotations

import ast
import re
from itertools import pairwise

from ..context import Context
from ..diagnostic import Edit, Fix
from ..external_uses import ExternalUses, external_uses
from ..index import COMPREHENSIONS, FUNCTIONS, Function, bounded, in_body, index_of
from ..kinds import kinds_of
from ..names import MAP
from .rule import FLYTE, Rule

# Flyte leaves Monty's own limit as it is.
MAX_CALLS = 1_000
_MAP_KEYWORDS = ("concurrency", "group_name", "return_exceptions")
_AWAIT = re.compile(r"await[ \t]*")


def _awaited(tree: ast.Module, context: Context) -> None:
    if "await" not in context.source.text:
        return
    uses = external_uses(context)
    for node in index_of(context).of(ast.Await):
        value = node.value
        if uses.is_call(value):
            name = value.func.id
            message = (
                f"await {name}(...): Flyte gives the result at once, which cannot be awaited; leave await out"
            )
            context.report_node(AWAITED, node, message, _without_await(node, context))
        elif isinstance(value, ast.Name) and _holds_calls(value, uses, context):
            message = f"await {value.id}: Flyte has given the result already; leave await out"
            context.report_node(AWAITED, node, message)


def _holds_calls(name: ast.Name, uses: ExternalUses, context: Context) -> bool:
    values = kinds_of(context).values(name)
    return bool(values) and all(isinstance(each, ast.Call) and uses.is_call(each) for each in values)


def _without_await(node: ast.Await, context: Context) -> Fix | None:
    source = context.source
    start = source.offset(source.start(node))
    match = _AWAIT.match(source.text, start)
    if match is None or match.end() >= len(source.text) or source.text[match.end()] in "\r\n\\#":
        return None
    edit = Edit(source.start(node), source.position(match.end()), "")
    return Fix("Leave await out", (edit,), "safe")


def _gathered(tree: ast.Module, context: Context) -> None:
    if "gather" not in context.source.text:
        return
    uses = external_uses(context)
    for node in index_of(context).of(ast.Call):
        function = node.func
        name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", None)
        if name != "gather":
            continue
        called = [each for each in (_pending(argument, uses, context) for argument in node.args) if each]
        if called:
            message = (
                f"gather of {called[0]}: Flyte gives results at once, which cannot be gathered; "
                f'call one after the other, or flyte_map("{called[0]}", items)'
            )
            context.report_node(GATHERED, node, message, _as_list(node, uses, context))


def _pending(argument: ast.expr, uses: ExternalUses, context: Context) -> str | None:
    """The external whose calls an argument of gather is, or is made of."""
    if isinstance(argument, ast.Starred):
        argument = argument.value
    if isinstance(argument, ast.Name):
        values = kinds_of(context).values(argument)
        argument = values[0] if len(values) == 1 and isinstance(values[0], ast.expr) else argument
    parts: list[ast.expr] = [argument]
    if isinstance(argument, ast.ListComp | ast.GeneratorExp):
        parts = [argument.elt]
    elif isinstance(argument, ast.List | ast.Tuple):
        parts = argument.elts
    for part in parts:
        if isinstance(part, ast.Call) and isinstance(part.func, ast.Name) and uses.is_call(part):
            return part.func.id
    return None


def _as_list(node: ast.Call, uses: ExternalUses, context: Context) -> Fix | None:
    """`await asyncio.gather(f(1), f(2))` as `[f(1), f(2)]`, where nothing else is gathered."""
    around = index_of(context).parents.get(node)
    plain = all(
        uses.is_call(each)
        or (
            isinstance(each, ast.Starred)
            and isinstance(each.value, ast.ListComp | ast.GeneratorExp)
            and uses.is_call(each.value.elt)
        )
        for each in node.args
    )
    if not plain or node.keywords or not isinstance(around, ast.Await):
        return None
    source = context.source
    first, last = node.args[0], node.args[-1]
    opening = Edit(source.start(around), source.start(first), "[")
    closing = Edit(source.end(last), source.end(around), "]")
    return Fix("Call one after the other", (opening, closing), "unsafe")


def _undiscovered(tree: ast.Module, context: Context) -> None:
    uses = external_uses(context)
    if uses.task is None:
        return
    for name, reads in uses.names.items():
        # What only a default needs is SBX713.
        nodes = [each for each in reads if _is_inside(each, uses.task, context)]
        if nodes and not uses.discovered(name):
            message = (
                f"{name} is called only in a nested function, lambda, class or comprehension, where Flyte "
                "does not find it: call it in the task's own body too, or in a for loop instead"
            )
            context.report_node(UNDISCOVERED, nodes[0], message, _naming(name, uses.task, context))


def _is_inside(node: ast.AST, function: Function, context: Context) -> bool:
    for child, around in pairwise((node, *index_of(context).around(node))):
        if around is function:
            return in_body(child, function)
    return False


def _unregistered(tree: ast.Module, context: Context) -> None:
    if MAP not in context.source.text:
        return
    uses = external_uses(context)
    if uses.task is None:
        return
    reported = set()
    for text in uses.mapped():
        name = str(text.value)
        if name in uses.names or name in reported or not name.isidentifier():
            continue
        reported.add(name)
        message = (
            f"{name} is named only for flyte_map, where Flyte does not find it: "
            "call it in the task's own body too"
        )
        # A name that is no external would not become one by being called.
        known = context.externals is None or name in context.externals
        context.report_node(UNREGISTERED, text, message, _naming(name, uses.task, context) if known else None)


def _naming(name: str, function: Function, context: Context) -> Fix | None:
    """A statement that names an external and never runs, before the first one of the function."""
    body = function.body
    first = body[0]
    docstring = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    if docstring and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str):  # type: ignore[attr-defined]
        if len(body) == 1:
            return None
        first = body[1]
    source = context.source
    start = source.start(first)
    indent = source.lines[start.line - 1][: start.column - 1]
    if indent.strip() or first.lineno == function.lineno:
        return None
    text = f"if False:\n{indent}    {name}(*())\n{indent}"
    return Fix(f"Name {name} in a branch that never runs", (Edit(start, start, text),), "safe")


def _caught(tree: ast.Module, context: Context) -> None:
    statements = index_of(context).of(ast.Try) if "try" in context.source.text else []
    for node in statements:
        uses = external_uses(context)
        for protected, answers, word in (
            (node.body, node.handlers, "except never sees it"),
            ([*node.body, *node.orelse], node.finalbody, "finally does not run"),
        ):
            calls = uses.calls_in(protected) if answers else []
            if calls:
                name = calls[0].func.id  # type: ignore[attr-defined]
                message = (
                    f"an exception of {name} ends the whole run in Flyte: this {word}; have the external "
                    "return its failure as a value, and test for that"
                )
                context.report_node(CAUGHT, calls[0], message)
                break


def _many_calls(tree: ast.Module, context: Context) -> None:
    index = index_of(context)
    for node in index.of(ast.For, *COMPREHENSIONS):
        inside = any(
            isinstance(each, ast.For | ast.AsyncFor | ast.While | ast.Lambda) for each in index.around(node)
        )
        if inside:
            continue
        calls = _certain_calls(node, external_uses(context))
        if calls > MAX_CALLS:
            message = (
                f"{calls:,} calls of externals: Flyte stops a run at {MAX_CALLS:,}; use flyte_map, which "
                "counts as one"
            )
            place = node.iter if isinstance(node, ast.For) else node
            context.report_node(MANY_CALLS, place, message)


def _certain_calls(node: ast.AST, uses: ExternalUses) -> int:
    """How many calls of externals the evaluation of `node` makes, whatever happens; what is doubtful
    counts 0.
    """
    if isinstance(node, (*FUNCTIONS, ast.Lambda, ast.ClassDef, ast.While, ast.Try, ast.TryStar, ast.Match)):
        return 0
    if isinstance(node, ast.If | ast.IfExp):
        return _certain_calls(node.test, uses)
    if isinstance(node, ast.BoolOp):
        return _certain_calls(node.values[0], uses)
    if isinstance(node, ast.For):
        leaves = (ast.Break, ast.Continue, ast.Return, ast.Raise)
        if any(isinstance(each, leaves) for statement in node.body for each in ast.walk(statement)):
            return 0
        return _rounds(node.iter) * sum(_certain_calls(each, uses) for each in node.body)
    if isinstance(node, COMPREHENSIONS):
        rounds = 1
        for generator in node.generators:
            rounds *= 0 if generator.ifs else _rounds(generator.iter)
        results = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
        return rounds * sum(_certain_calls(each, uses) for each in results)
    own = 1 if uses.is_call(node) else 0
    return own + sum(_certain_calls(each, uses) for each in ast.iter_child_nodes(node))


def _rounds(iterable: ast.expr) -> int:
    """How many elements `range(...)` of literals has; 0 where it is not known."""
    if isinstance(iterable, ast.Call) and isinstance(iterable.func, ast.Name) and iterable.func.id == "range":
        numbers = [each.value for each in iterable.args if isinstance(each, ast.Constant)]
        whole = [each for each in numbers if type(each) is int and abs(each) < 10**12]
        if whole and len(whole) == len(iterable.args) <= 3 and not iterable.keywords and whole[2:] != [0]:
            return len(range(*whole))
    return 0


def _map_call(tree: ast.Module, context: Context) -> None:
    if MAP not in context.source.text:
        return
    uses = external_uses(context)
    for call in uses.map_calls():
        for keyword in call.keywords:
            if keyword.arg is not None and keyword.arg not in _MAP_KEYWORDS:
                start, end = context.source.start(keyword), context.source.end(keyword)
                message = f"flyte_map takes {', '.join(_MAP_KEYWORDS)}: Flyte ignores {keyword.arg}"
                context.report(MAP_CALL, start, end, message)
        first = call.args[0] if call.args else None
        if isinstance(first, ast.Name) and uses.is_external(first):
            edit = Edit(context.source.start(first), context.source.end(first), f'"{first.id}"')
            message = f'Flyte\'s flyte_map takes a name as text: write "{first.id}"'
            fix = Fix("Write the name as text", (edit,), "safe")
            context.report_node(MAP_CALL, first, message, fix)


def _loose(tree: ast.Module, context: Context) -> None:
    uses = external_uses(context)
    parents = index_of(context).parents
    for node in [*uses.maps, *(each for nodes in uses.names.values() for each in nodes)]:
        around = parents.get(node)
        if isinstance(around, ast.Call) and (around.func is node or around.func in uses.maps):
            continue
        if isinstance(around, ast.Attribute):
            continue
        message = (
            f"{node.id} is known in Flyte only where it is called: call it, or pass lambda *a: {node.id}(*a)"
        )
        context.report_node(LOOSE, node, message)


AWAITED = Rule(
    code="SBX701",
    name="awaited-external",
    summary="`await` of an external call.",
    why="Flyte answers each call with its result, which cannot be awaited: TypeError.",
    instead="The call without `await`; it gives the result here too.",
    bad="async def total(x: int) -> int:\n    return await add(x, 1)\n",
    good="async def total(x: int) -> int:\n    return add(x, 1)\n",
    profiles=FLYTE,
    nodes=(ast.Module,),
    find=bounded(_awaited),
    fix="leaves `await` out; safe",
)

GATHERED = Rule(
    code="SBX702",
    name="gathered-externals",
    summary="`asyncio.gather` of external calls.",
    why="Flyte answers each call with its result, which cannot be gathered: TypeError.",
    instead='One call after the other, or `flyte_map("name", items)`, which runs them side by side.',
    bad=(
        "async def both(x: int) -> list[int]:\n    import asyncio\n"
        "    return await asyncio.gather(add(x, 1), add(x, 2))\n"
    ),
    good="async def both(x: int) -> list[int]:\n    return [add(x, 1), add(x, 2)]\n",
    profiles=FLYTE,
    nodes=(ast.Module,),
    find=bounded(_gathered),
    fix="calls one after the other; unsafe",
)

UNDISCOVERED = Rule(
    code="SBX707",
    name="undiscovered-external",
    summary="An external that is called only in a nested function, lambda, class or comprehension.",
    why=(
        "Flyte looks for externals in the task's own code alone; Python 3.12 and later make list "
        "comprehensions part of it, Python 3.11 does not."
    ),
    instead="A call in the task's own body: a `for` loop instead of the comprehension, or `flyte_map`.",
    bad="def all_doubled(xs: list[int]) -> list[int]:\n    return [double(x) for x in xs]\n",
    good=(
        "def all_doubled(xs: list[int]) -> list[int]:\n    doubled = []\n    for x in xs:\n"
        "        doubled.append(double(x))\n    return doubled\n"
    ),
    profiles=FLYTE,
    nodes=(ast.Module,),
    find=bounded(_undiscovered),
    needs_whole=True,
)

UNREGISTERED = Rule(
    code="SBX708",
    name="map-alone",
    summary="An external that only `flyte_map` names.",
    why="Flyte does not find what stands only as text, and then does not know the task.",
    instead="A call of it in the task's own body, be it one that never runs (`if False: double(*())`).",
    bad='def all_doubled(xs: list[int]) -> list[int]:\n    return list(flyte_map("double", xs))\n',
    good=(
        "def all_doubled(xs: list[int]) -> list[int]:\n    first = double(xs[0])\n"
        '    return [first, *flyte_map("double", xs[1:])]\n'
    ),
    profiles=FLYTE,
    nodes=(ast.Module,),
    find=bounded(_unregistered),
    needs_whole=True,
    fix="names the external in a branch that never runs; safe",
)

CAUGHT = Rule(
    code="SBX709",
    name="caught-external",
    summary="An external called in a `try`.",
    why="In Flyte an exception of an external ends the whole run; no `except` sees it, no `finally` runs.",
    instead="An external that returns its failure as a value, such as None.",
    bad=(
        "def safe(x: int) -> int:\n    try:\n        return fail(x)\n"
        "    except ValueError:\n        return -1\n"
    ),
    good="def safe(x: int) -> int:\n    found = lookup(x)\n    return -1 if found is None else found\n",
    profiles=FLYTE,
    nodes=(ast.Module,),
    find=bounded(_caught),
)

MANY_CALLS = Rule(
    code="SBX714",
    name="too-many-calls",
    summary="More than 1,000 calls of externals.",
    why="Flyte leaves Monty's limit of 1,000 suspensions as it is, and nothing can raise it.",
    instead="`flyte_map`, which counts as one call.",
    bad=(
        "def total(x: int) -> int:\n    result = x\n    for i in range(1_001):\n"
        "        result = add(result, i)\n    return result\n"
    ),
    good=(
        "def total(x: int) -> int:\n    result = x\n    for i in range(20):\n"
        "        result = add(result, i)\n    return result\n"
    ),
    profiles=FLYTE,
    nodes=(ast.Module,),
    find=bounded(_many_calls),
)

MAP_CALL = Rule(
    code="SBX715",
    name="map-arguments",
    summary="A call of `flyte_map` with a keyword that it does not have, or with a function.",
    why="Flyte ignores other keywords silently, and knows an external only by its name as text.",
    instead='`flyte_map("name", items, concurrency=4)`.',
    bad=(
        "def all_doubled(xs: list[int]) -> list[int]:\n    first = double(xs[0])\n"
        "    return [first, *flyte_map(double, xs[1:])]\n"
    ),
    good=(
        "def all_doubled(xs: list[int]) -> list[int]:\n    first = double(xs[0])\n"
        '    return [first, *flyte_map("double", xs[1:], concurrency=4)]\n'
    ),
    profiles=FLYTE,
    nodes=(ast.Module,),
    find=bounded(_map_call),
    fix="writes the function's name as text; safe",
)

LOOSE = Rule(
    code="SBX716",
    name="external-as-value",
    summary="An external that is passed on or assigned instead of called.",
    why="Flyte answers only calls; the name alone is undefined there.",
    instead="A call, or a function that calls it.",
    bad="def twice(x: int) -> int:\n    step = double\n    return step(step(x))\n",
    good="def twice(x: int) -> int:\n    return double(double(x))\n",
    profiles=FLYTE,
    nodes=(ast.Module,),
    find=bounded(_loose),
    needs_whole=True,
)

RULES = (AWAITED, GATHERED, UNDISCOVERED, UNREGISTERED, CAUGHT, MANY_CALLS, MAP_CALL, LOOSE)
