"""SBX60x: statements and expressions that Monty refuses when it parses, before anything runs.

Each holds for the versions whose recorded table (`target_data`) has its feature among the refused ones.
Classes are in `refused_classes`, what Monty refuses only in some forms or places in `refused_forms`.
"""

from __future__ import annotations

import ast
import re

from ..context import Context
from ..diagnostic import Position
from .rule import TYPED, Rule

_SPACE = r"(?:\s|\\\r?\n)+"
_COMPLEX = re.compile(r"[0-9.][jJ]\b")


def refuses(feature: str, context: Context) -> bool:
    """Whether the Monty that the text is judged for refuses a feature of the recorded table."""
    return feature in context.target.refused


def _yield(node: ast.Yield | ast.YieldFrom, context: Context) -> None:
    if isinstance(node, ast.Yield) and refuses("yield", context):
        message = "yield: Monty has no generators; collect the values in a list and return it"
        context.report_node(YIELD, node, message)
    elif isinstance(node, ast.YieldFrom) and refuses("yield-from", context):
        message = "yield from: Monty has no generators; return a list, such as [*first, *second]"
        context.report_node(YIELD, node, message)


def _delete(node: ast.Delete, context: Context) -> None:
    if not refuses("del", context):
        return
    target = node.targets[0]
    text = context.source.segment(target)
    if len(text) > 40 or not text.isprintable():
        text = "it"
    if isinstance(target, ast.Subscript):
        name = context.source.segment(target.value)
        name = name if name.isidentifier() and len(name) <= 20 else "d"
        advice = f"call {name}.pop(key), or make a new container without {text}"
    elif isinstance(target, ast.Attribute):
        advice = f"set it to None instead: {text} = None"
    else:
        advice = f"leave {text} as it is; it ends with the function"
    context.report_node(DELETE, node, f"del: Monty has no del statement; {advice}")


def _except_star(node: ast.TryStar, context: Context) -> None:
    if refuses("except-star", context):
        for handler in node.handlers:
            end = context.source.head_end(handler, rf"except(?:{_SPACE})?\*")
            message = "except*: Monty has no exception groups; write except"
            context.report(EXCEPT_STAR, context.source.start(handler), end, message)


def _async_block(node: ast.AsyncFor | ast.AsyncWith, context: Context) -> None:
    word, feature = ("for", "async-for") if isinstance(node, ast.AsyncFor) else ("with", "async-with")
    if refuses(feature, context):
        advice = (
            "await a list of the items and loop over it with for"
            if word == "for"
            else "open and close in an external, or use with"
        )
        end = context.source.head_end(node, rf"async{_SPACE}{word}")
        context.report(
            ASYNC_BLOCK, context.source.start(node), end, f"async {word}: Monty has none; {advice}"
        )


def _async_comprehension(
    node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp, context: Context
) -> None:
    for part in node.generators:
        if part.is_async and refuses("async-comprehension", context):
            message = "async for in a comprehension: Monty has none; await a list and go through it with for"
            context.report_node(ASYNC_COMPREHENSION, part.target, message)


def _match(node: ast.Match, context: Context) -> None:
    if refuses("match", context):
        message = f"match: Monty {context.target.version} has none; write if, elif and else"
        start = context.source.start(node)
        context.report(MATCH, start, Position(start.line, start.column + len("match")), message)


def _complex(tree: ast.Module, context: Context) -> None:
    if not refuses("complex", context) or not _COMPLEX.search(context.source.text):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, complex):
            message = (
                f"a complex number: Monty {context.target.version} has none; "
                "keep real and imaginary part as two floats"
            )
            context.report_node(COMPLEX, node, message)


def _wildcard_import(node: ast.ImportFrom, context: Context) -> None:
    if not node.level and node.names[0].name == "*" and refuses("wildcard-import", context):
        message = f"from {node.module} import *: Monty imports names one by one; write which ones"
        context.report_node(WILDCARD_IMPORT, node, message)


def _relative_import(node: ast.ImportFrom, context: Context) -> None:
    if node.level and refuses("relative-import", context):
        message = (
            f"import from {'.' * node.level}{node.module or ''}: a task has no package around it; "
            "define what it needs inside the task, or make it an external"
        )
        context.report_node(RELATIVE_IMPORT, node, message)


YIELD = Rule(
    code="SBX601",
    name="generator",
    summary="`yield` and `yield from`.",
    why="Monty has no generators: it refuses the whole source.",
    instead="A list that is filled and returned.",
    bad="def halves(n: int) -> list:\n    while n > 0:\n        yield n\n        n = n // 2\n",
    good="def halves(n: int) -> list:\n    found = []\n    while n > 0:\n        found = [*found, n]\n"
    "        n = n // 2\n    return found\n",
    profiles=TYPED,
    expressions=(ast.Yield, ast.YieldFrom),
    find=_yield,
)

DELETE = Rule(
    code="SBX602",
    name="del-statement",
    summary="`del` of a name, an item, a slice or an attribute.",
    why="Monty does not have the statement: it refuses the whole source.",
    instead="`d.pop(key)`, or a new container without the item; a name needs no deleting.",
    bad='def strip(order: dict) -> dict:\n    del order["note"]\n    return order\n',
    good='def strip(order: dict) -> dict:\n    return {k: v for k, v in order.items() if k != "note"}\n',
    profiles=TYPED,
    nodes=(ast.Delete,),
    find=_delete,
)

EXCEPT_STAR = Rule(
    code="SBX606",
    name="except-star",
    summary="`except*`.",
    why="Monty has no exception groups: it refuses the whole source.",
    instead="`except`.",
    bad="def parse(s: str) -> int:\n    try:\n        return int(s)\n    except* ValueError:\n"
    "        return_ = 0\n    return 0\n",
    good="def parse(s: str) -> int:\n    return int(s) if s.isdigit() else 0\n",
    profiles=TYPED,
    nodes=(ast.TryStar,),
    find=_except_star,
)

ASYNC_BLOCK = Rule(
    code="SBX607",
    name="asynchronous-block",
    summary="`async for`, `async with`, and `async for` in a comprehension.",
    why="Monty knows `async def` and `await` only: it refuses the whole source.",
    instead="`for x in await items()`, or `asyncio.gather` where several calls shall run at once.",
    bad="async def total(n: int) -> int:\n    found = 0\n    async for x in numbers(n):\n"
    "        found = found + x\n    return found\n",
    good="async def total(n: int) -> int:\n    found = 0\n    for x in await numbers(n):\n"
    "        found = found + x\n    return found\n",
    profiles=TYPED,
    nodes=(ast.AsyncFor, ast.AsyncWith),
    find=_async_block,
)

ASYNC_COMPREHENSION = Rule(
    code="SBX608",
    name="asynchronous-comprehension",
    summary="`async for` in a comprehension.",
    why="Monty does not know it: it refuses the whole source.",
    instead="`[x for x in await items()]`, or `await asyncio.gather(*[f(x) for x in xs])`.",
    bad="async def found(n: int) -> list:\n    return [x async for x in numbers(n)]\n",
    good="async def found(n: int) -> list:\n    return [x for x in await numbers(n)]\n",
    profiles=TYPED,
    expressions=(ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp),
    find=_async_comprehension,
)

MATCH = Rule(
    code="SBX609",
    name="match-statement",
    summary="`match`, for Monty 1.0.0.",
    why="Flyte pins that version, which refuses the whole source; newer ones have the statement.",
    instead="`if`, `elif` and `else`.",
    bad="def name(n: int) -> str:\n    match n:\n        case 1:\n            return 'one'\n"
    "    return 'many'\n",
    good="def name(n: int) -> str:\n    if n == 1:\n        return 'one'\n    return 'many'\n",
    profiles=TYPED,
    nodes=(ast.Match,),
    find=_match,
    targets=frozenset(("1.0.0",)),
)

COMPLEX = Rule(
    code="SBX610",
    name="complex-number",
    summary="A complex number such as `2j`, for Monty 1.0.0.",
    why="Flyte pins that version, which refuses the whole source; newer ones have complex numbers.",
    instead="Two floats.",
    bad="def turn(x: float) -> str:\n    return str(x * 1j)\n",
    good="def turn(x: float) -> tuple:\n    return (0.0, x)\n",
    profiles=TYPED,
    nodes=(ast.Module,),
    find=_complex,
    targets=frozenset(("1.0.0",)),
)

WILDCARD_IMPORT = Rule(
    code="SBX611",
    name="wildcard-import",
    summary="`from module import *`.",
    why="Monty refuses the whole source.",
    instead="The names that are used: `from math import pi, sqrt`.",
    bad="def root(x: float) -> float:\n    from math import *\n    return sqrt(x)\n",
    good="def root(x: float) -> float:\n    return x ** 0.5\n",
    profiles=TYPED,
    nodes=(ast.ImportFrom,),
    find=_wildcard_import,
)

RELATIVE_IMPORT = Rule(
    code="SBX612",
    name="relative-import",
    summary="`from . import name` and `from .module import name`.",
    why="A task has no package around it: Monty refuses the whole source.",
    instead="A function inside the task, or an external.",
    bad="def total(x: float) -> float:\n    from .rates import rate\n    return x * rate\n",
    good="def total(x: float, rate: float) -> float:\n    return x * rate\n",
    profiles=TYPED,
    nodes=(ast.ImportFrom,),
    find=_relative_import,
)

RULES = (
    YIELD,
    DELETE,
    EXCEPT_STAR,
    ASYNC_BLOCK,
    ASYNC_COMPREHENSION,
    MATCH,
    COMPLEX,
    WILDCARD_IMPORT,
    RELATIVE_IMPORT,
)
