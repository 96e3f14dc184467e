"""SBX1xx: statements that the documented sandbox does not have."""

from __future__ import annotations

import ast

from ..augmented import OPERATORS, rewritten
from ..context import Context
from ..item_assignment import new_dict
from ..needless_try import without_try
from ..unused_import import removal_of_unused
from .rule import DOCUMENTED, Rule

_SPACE = r"(?:\s|\\\r?\n)+"


def _import(node: ast.Import | ast.ImportFrom, context: Context) -> None:
    if isinstance(node, ast.Import):
        module = node.names[0].name
    else:
        module = "." * node.level + (node.module or "")
    message = (
        f"import of {module}: there are no imports here; take its result as an input, or call an external"
    )
    context.report_node(IMPORT, node, message, removal_of_unused(node, context))


def _class(node: ast.ClassDef, context: Context) -> None:
    message = f"class {node.name}: there are no classes here; use a dict or a tuple, and functions"
    end = context.source.head_end(node, rf"class{_SPACE}\w+")
    context.report(CLASS, context.source.start(node), end, message)


def _try(node: ast.Try | ast.TryStar, context: Context) -> None:
    message = (
        "try: exceptions are not caught here; test before with if, or let the external say what went wrong"
    )
    fix = without_try(node, context) if isinstance(node, ast.Try) else None
    context.report(TRY, context.source.start(node), context.source.head_end(node, "try"), message, fix)


def _with(node: ast.With | ast.AsyncWith, context: Context) -> None:
    asynchronous = isinstance(node, ast.AsyncWith)
    word = "async with" if asynchronous else "with"
    end = context.source.head_end(node, f"async{_SPACE}with" if asynchronous else "with")
    message = f"{word}: there are no context managers here; open and close resources in an external"
    context.report(WITH, context.source.start(node), end, message)


def _augmented(node: ast.AugAssign, context: Context) -> None:
    plain, fix = rewritten(node, context)
    if isinstance(node.target, ast.Subscript):
        message = f"augmented assignment to a subscript: {instead_of_subscript(node.target, context)}"
        fix = new_dict(node, context)
    elif plain is None:
        target = context.source.segment(node.target)
        sign = OPERATORS[type(node.op)]
        message = f"augmented assignment: write {_short(target)} = {_short(target)} {sign} (...)"
    else:
        message = f"augmented assignment: write {plain}"
    context.report_node(AUGMENTED, node, message, fix)


def instead_of_subscript(target: ast.Subscript, context: Context) -> str:
    """What to write instead of assigning to a subscript: "make a new dict instead, such as ..."."""
    name, key = context.source.segment(target.value), target.slice
    if len(name) > 30 or not name.isidentifier():
        return "make a new container instead, such as {**d, key: value} or [*a[:i], value, *a[i + 1:]]"
    if isinstance(key, ast.Slice):
        return f"make a new list instead, such as {name} = [*{name}[:start], *values, *{name}[stop:]]"
    if isinstance(key, ast.Constant) and isinstance(key.value, int) and 0 <= key.value < 1_000:
        before = f"*{name}[:{key.value}], " if key.value else ""
        return f"make a new list instead, such as {name} = [{before}value, *{name}[{key.value + 1}:]]"
    text = context.source.segment(key)
    if len(text) > 30 or not text.isprintable() or isinstance(key, ast.Tuple):
        text = "key"
    return f"make a new dict instead, such as {name} = {{**{name}, {text}: value}}"


def _short(text: str) -> str:
    return text if len(text) <= 30 and text.isprintable() else "..."


IMPORT = Rule(
    code="SBX101",
    name="import-statement",
    summary="`import` and `from ... import`.",
    why="A sandboxed task is Python without modules; what it needs comes as inputs and from externals.",
    instead="An external that does the work, or an input that holds what the module would give.",
    bad="def area(radius: float) -> float:\n    import math\n    return math.pi * radius * radius\n",
    good="def area(radius: float, pi: float = 3.14159) -> float:\n    return pi * radius * radius\n",
    profiles=DOCUMENTED,
    nodes=(ast.Import, ast.ImportFrom),
    find=_import,
    fix="removes an import that nothing uses; safe where Monty has the module",
)

CLASS = Rule(
    code="SBX102",
    name="class-definition",
    summary="Class definitions.",
    why="Instances cannot cross the boundary, and Monty knows classes only in part.",
    instead="Dicts or tuples for data, functions for behaviour.",
    bad="def total(price: float) -> float:\n    class Order:\n        pass\n    return price\n",
    good='def total(price: float) -> float:\n    order = {"price": price}\n    return order["price"]\n',
    profiles=DOCUMENTED,
    nodes=(ast.ClassDef,),
    find=_class,
)

TRY = Rule(
    code="SBX103",
    name="try-statement",
    summary="`try` with `except`, `else` or `finally`.",
    why="The documented sandbox does not catch exceptions: a task fails, and Flyte retries or reports it.",
    instead="A test before the operation; an external that returns None where it would raise.",
    bad="def parse(s: str) -> int:\n    try:\n        return int(s)\n    finally:\n        print(s)\n",
    good="def parse(s: str) -> int:\n    return int(s) if s.isdigit() else 0\n",
    profiles=DOCUMENTED,
    nodes=(ast.Try, ast.TryStar),
    find=_try,
    fix="writes it without: a look-up of a key, a try that catches nothing; safe",
)

WITH = Rule(
    code="SBX104",
    name="with-statement",
    summary="`with` and `async with`.",
    why="There is nothing to open in the sandbox: no files, no locks, no connections.",
    instead="An external that opens, works and closes.",
    bad="def read(path: str) -> str:\n    with open(path) as file:\n        return file.read()\n",
    good="def read(path: str) -> str:\n    return read_text(path)\n",
    profiles=DOCUMENTED,
    nodes=(ast.With, ast.AsyncWith),
    find=_with,
)

AUGMENTED = Rule(
    code="SBX105",
    name="augmented-assignment",
    summary="Augmented assignment, such as `x += 1`.",
    why="The documented sandbox leaves it out: on a list or a dict it changes the object in place.",
    instead="The assignment in full: `x = x + 1`.",
    bad="def count(xs: list[int]) -> int:\n    n = 0\n    for x in xs:\n        n += x\n    return n\n",
    good="def count(xs: list[int]) -> int:\n    n = 0\n    for x in xs:\n        n = n + x\n    return n\n",
    profiles=DOCUMENTED,
    nodes=(ast.AugAssign,),
    find=_augmented,
    fix="writes it in full; safe where the name holds a number or a string throughout, and for an item of a "
    "dict that nobody else sees",
)

RULES = (IMPORT, CLASS, TRY, WITH, AUGMENTED)
