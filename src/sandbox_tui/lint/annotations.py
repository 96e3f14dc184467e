"""The one table of what may cross the boundary between host and sandbox, as syntax.

An annotation is read, never evaluated: names stand for what they usually mean, bare (`int`, `List`, `File`)
or behind the module they come from (`typing.List`, `flyte.io.File`). Used by the rules SBX201 and SBX202.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping

from .parsing import Unparsable, parse_expression

SCALARS = frozenset({"int", "float", "str", "bool", "bytes", "None"})
HANDLES = frozenset({"File", "Dir", "DataFrame"})
# How many types each generic takes in brackets; None: any number (or one and an ellipsis).
CONTAINERS: dict[str, int | None] = {"list": 1, "dict": 2, "tuple": None, "set": 1, "frozenset": 1}

ACCEPTED = (
    "int, float, str, bool, bytes, None, list, dict, tuple, set, frozenset, Optional, Union, X | Y, Any, "
    "File, Dir and DataFrame can cross"
)

_TYPING = {
    "List": "list",
    "Dict": "dict",
    "Tuple": "tuple",
    "Set": "set",
    "FrozenSet": "frozenset",
    "Any": "Any",
    "Optional": "Optional",
    "Union": "Union",
}

# What a name of a module stands for, by the module's usual names.
_MODULES: dict[str, Mapping[str, str]] = {
    "typing": _TYPING,
    "typing_extensions": _TYPING,
    "t": _TYPING,
    "builtins": {name: name for name in (*SCALARS, *CONTAINERS) if name != "None"},
    "types": {"NoneType": "None"},
    **{key: {name: name for name in HANDLES} for key in ("flyte.io", "io", "sandbox_tui", "sandbox")},
}

_BARE: dict[str, str] = {
    **_TYPING,
    **{name: name for name in (*SCALARS, *CONTAINERS, *HANDLES)},
    "NoneType": "None",
}

_INSTEAD = {
    "Decimal": "pass it as str (or float)",
    "Fraction": "pass it as str (or float)",
    "complex": "pass its two parts as tuple[float, float]",
    "datetime": "pass it as str (ISO 8601) or as float (seconds)",
    "date": "pass it as str (ISO 8601)",
    "time": "pass it as str (ISO 8601)",
    "timedelta": "pass it as float (seconds)",
    "UUID": "pass it as str",
    "Path": "pass it as str, or as File",
    "Enum": "pass its value",
    "Literal": "write the type of the literals, such as str",
    "Annotated": "write the type alone",
    "Final": "write the type alone",
    "Sequence": "write list",
    "MutableSequence": "write list",
    "Iterable": "write list",
    "Iterator": "write list",
    "Collection": "write list",
    "Generator": "write list",
    "deque": "write list",
    "ndarray": "write list[float]",
    "Mapping": "write dict",
    "MutableMapping": "write dict",
    "TypedDict": "write dict",
    "OrderedDict": "write dict",
    "defaultdict": "write dict",
    "Counter": "write dict",
    "NamedTuple": "write tuple",
    "AbstractSet": "write set",
    "bytearray": "write bytes",
    "memoryview": "write bytes",
    "object": "write Any",
    "Number": "write float",
    "Callable": "a function cannot cross; call it as an external",
}

# Far more than a person writes, and few enough for a message of each part.
_MAX_PARTS = 2_000


def annotation_problems(node: ast.expr) -> list[tuple[ast.expr, str]]:
    """The exact parts of an annotation that cannot cross, each with a message that says what would; [] if it
    may.

    What is wrong inside a string annotation is reported at the string. Never raises.
    """
    problems: list[tuple[ast.expr, str]] = []
    # (node, the string literal it stands in, if any)
    waiting: list[tuple[ast.expr, ast.expr | None]] = [(node, None)]
    parts = 0
    while waiting:
        part, inside = waiting.pop()
        parts += 1
        if parts > _MAX_PARTS:
            problems.append((node, "the annotation has too many parts to be read"))
            break
        message, inner = _look(part)
        if message is not None:
            problems.append((inside or part, message))
        holder = part if isinstance(part, ast.Constant) else inside
        waiting.extend((each, holder) for each in reversed(inner))
    return problems


def text_problems(text: str) -> list[str]:
    """The same for an annotation given as text: the messages alone."""
    try:
        node = parse_expression(text)
    except Unparsable:
        return [f"`{_short(text)}` is not a type: {ACCEPTED}"]
    return [message for _, message in annotation_problems(node)]


def canonical(node: ast.expr) -> str | None:
    """What a name means (`typing.List` is `list`), of the table's names; None for any other expression."""
    dotted = dotted_name(node)
    if dotted is None:
        return None
    module, _, name = dotted.rpartition(".")
    if not module:
        return _BARE.get(name)
    return _MODULES.get(module, {}).get(name)


def dotted_name(node: ast.expr) -> str | None:
    """`a.b.c` as text; None for what is no dotted name."""
    names: list[str] = []
    while isinstance(node, ast.Attribute):
        names.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return None
    names.append(node.id)
    return ".".join(reversed(names))


def _look(node: ast.expr) -> tuple[str | None, list[ast.expr]]:
    """What is wrong with `node` itself, and the parts of it that are still to be looked at."""
    if isinstance(node, ast.Constant):
        return _constant(node)
    if isinstance(node, ast.Name | ast.Attribute):
        name = canonical(node)
        if name in ("Optional", "Union"):
            return f"{name} needs types in brackets, such as {name}[int{', str' * (name == 'Union')}]", []
        return (_unsupported(node) if name is None else None), []
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        return None, [node.left, node.right]
    if isinstance(node, ast.Subscript):
        return _subscript(node)
    return f"this is not a type: {ACCEPTED}", []


def _constant(node: ast.Constant) -> tuple[str | None, list[ast.expr]]:
    if node.value is None:
        return None, []
    if isinstance(node.value, str):
        try:
            return None, [parse_expression(node.value)]
        except Unparsable:
            pass
    return f"`{_short(_literal(node.value))}` is not a type: {ACCEPTED}", []


def _subscript(node: ast.Subscript) -> tuple[str | None, list[ast.expr]]:
    name = canonical(node.value)
    items = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    if name is None:
        if dotted_name(node.value) is None:
            # `None[int]`, `"str"[int]`, `list[int][str]`: brackets behind what is no name.
            return f"this is not a type: {ACCEPTED}", []
        # At the name: what stands in the brackets of an unknown generic says nothing.
        if isinstance(node.value, ast.Name | ast.Attribute):
            return None, [node.value]
        return f"this is not a type: {ACCEPTED}", []
    if name == "tuple":
        if len(items) == 2 and _is_ellipsis(items[1]):
            items = items[:1]
    elif name == "Union":
        if not items:
            return "Union needs types in brackets, such as Union[int, str]", []
    elif name in ("Optional", *CONTAINERS):
        wanted = CONTAINERS.get(name) or 1
        if len(items) != wanted:
            return _wrong_count(name, wanted, len(items)), []
    else:
        return f"{name} takes nothing in brackets: write {name}", []
    if any(_is_ellipsis(item) for item in items):
        return "an ellipsis stands only in tuple[X, ...]", []
    return None, list(items)


def _wrong_count(name: str, wanted: int, given: int) -> str:
    if wanted == 2:
        return f"{name} takes two types, of keys and values: {name}[str, int]; here are {given}"
    return f"{name} takes one type: {name}[int]; here are {given}"


def _is_ellipsis(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is Ellipsis


def _unsupported(node: ast.expr) -> str:
    name = dotted_name(node) or "this"
    hint = _INSTEAD.get(name.rpartition(".")[2])
    return f"unsupported type `{_short(name)}`: {f'{hint}; ' if hint else ''}{ACCEPTED}"


def _literal(value: object) -> str:
    if isinstance(value, int) and abs(value) > 10**40:
        return "a large number"
    return "..." if value is Ellipsis else repr(value)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 60 else f"{line[:57]}..."
