"""SBX8xx: what runs in Monty but means something else than in Python, silently.

Each was observed by running the same program in both; `tests/lint/test_meaning_differences.py` does it again.
This module has the rules about values; its neighbours those about iterators, sets and texts.
"""

from __future__ import annotations

import ast
import re

from ..context import Context
from ..diagnostic import Edit, Fix
from ..effects import mentions
from ..index import FUNCTIONS, bounded, index_of
from ..kinds import kinds_of
from . import meaning_boundary, meaning_lazy, meaning_sets, meaning_text
from .rule import TYPED, Rule

_IGNORED_METHODS = {
    "__bool__": "every instance is true",
    "__len__": "it is not asked for truth, and len() fails",
    "__ne__": "!= is the opposite of ==",
    "__new__": "every call makes an instance",
    "__getattribute__": "attributes are read as they are",
    "__setattr__": "attributes are set as they are",
    "__format__": "f-strings and format() take the text of str()",
    "__del__": "nothing is called at the end",
    **{
        f"__i{name}__": f"the operator takes __{name}__"
        for name in "add sub mul truediv floordiv mod pow and or xor lshift rshift".split()  # noqa: SIM905
    },
}
_SYS = {
    "version_info": "3.14 in Monty, whatever Python runs it",
    "version": "Monty's own",
    "platform": '"monty"',
    "argv": '["main.py"] in Monty',
}
_IDENTITY = (ast.Is, ast.IsNot)
_IDENTICAL = ("int", "float", "str", "bytes", "tuple", "frozenset")
_HASHED_OTHERWISE = ("str", "float", "bytes", "tuple", "frozenset", "None")
_DECIMALS = re.compile(r"\d*\.\d+")


# --- classes ---


def _ignored_method(node: ast.ClassDef, context: Context) -> None:
    for part in node.body:
        if isinstance(part, FUNCTIONS) and part.name in _IGNORED_METHODS:
            end = context.source.head_end(part, r"(?:async\s+)?def\s+\w+")
            message = f"Monty ignores {part.name}: {_IGNORED_METHODS[part.name]}; write a method and call it"
            context.report(IGNORED_METHOD, context.source.start(part), end, message)
        elif isinstance(part, ast.Assign):
            for target in part.targets:
                if isinstance(target, ast.Name) and target.id == "__slots__":
                    message = "Monty ignores __slots__: any attribute can be set"
                    context.report_node(IGNORED_METHOD, part, message)


# --- what is asked of the environment ---


def _environment(tree: ast.Module, context: Context) -> None:
    if mentions(context, "sys") and mentions(context, *_SYS):
        names = _imported_as("sys", context)
        for node in index_of(context).of(ast.Attribute):
            if node.attr in _SYS and isinstance(node.value, ast.Name) and node.value.id in names:
                around = index_of(context).parents.get(node)
                major = isinstance(around, ast.Attribute) and around.attr == "major"
                first = isinstance(around, ast.Subscript) and getattr(around.slice, "value", None) == 0
                if not (node.attr == "version_info" and (major or first)):
                    message = f"sys.{node.attr} is {_SYS[node.attr]}: do not let the task depend on it"
                    context.report_node(ENVIRONMENT, node, message)
    if mentions(context, "getcwd"):
        names = _imported_as("os", context)
        for node in index_of(context).of(ast.Attribute):
            if node.attr == "getcwd" and isinstance(node.value, ast.Name) and node.value.id in names:
                message = 'os.getcwd() is "/" in Monty: do not let the task depend on it'
                context.report_node(ENVIRONMENT, node, message)


def _imported_as(module: str, context: Context) -> set[str]:
    return {
        alias.asname or alias.name
        for node in index_of(context).of(ast.Import)
        for alias in node.names
        if alias.name == module
    }


# --- identity and hash ---


def _hash(tree: ast.Module, context: Context) -> None:
    if not mentions(context, "hash"):
        return
    index, kinds = index_of(context), kinds_of(context)
    for node in index.of(ast.Call):
        function = node.func
        if not isinstance(function, ast.Name) or function.id != "hash" or kinds.values(function):
            continue
        if len(node.args) != 1 or kinds.of(node.args[0]) not in _HASHED_OTHERWISE:
            continue
        if isinstance(node.args[0], ast.Constant) and node.args[0].value in (0.0, 1.0):
            continue
        around = index.parents.get(node)
        scope = index.scope(node)
        if isinstance(around, ast.Compare) or (isinstance(scope, FUNCTIONS) and scope.name == "__hash__"):
            continue
        message = (
            "hash(...) gives another number in Monty than in Python (where that of a text differs in every "
            "process): take it from hashlib, or from what you know of the value"
        )
        context.report_node(HASH, node, message)


def _identity(node: ast.Compare, context: Context) -> None:
    # Asked of every comparison, so that the usual ones must cost next to nothing.
    if node.ops[0].__class__ in _IDENTITY and len(node.ops) == 1:
        _look_at_identity(node, context)


@bounded
def _look_at_identity(node: ast.Compare, context: Context) -> None:
    right = node.comparators[0]
    if isinstance(right, ast.Constant) and (right.value is None or isinstance(right.value, bool)):
        return
    if isinstance(right, ast.Constant) and isinstance(node.left, ast.Constant):
        return
    if isinstance(right, ast.Name) and not _may_be_value(right.id, context):
        return
    kinds = kinds_of(context)
    kind = next((each for each in (kinds.of(right), kinds.of(node.left)) if each in _IDENTICAL), None)
    if kind is None or (kinds.of(right) in ("tuple",) and isinstance(right, ast.Tuple) and not right.elts):
        return
    sign, other = ("is", "==") if isinstance(node.ops[0], ast.Is) else ("is not", "!=")
    message = (
        f"{sign} between values ({kind}): whether equal ones are the same differs in Monty; write {other}"
    )
    context.report_node(IDENTITY, node, message, _compared(node, sign, other, context))


def _may_be_value(name: str, context: Context) -> bool:
    # The names of types and exceptions, in `type(x) is int`.
    return name not in context.target.builtins


def _compared(node: ast.Compare, sign: str, other: str, context: Context) -> Fix | None:
    source = context.source
    start, end = source.offset(source.end(node.left)), source.offset(source.start(node.comparators[0]))
    pattern = r"[\s)]*(is\s+not)[\s(]*" if sign == "is not" else r"[\s)]*(is)[\s(]*"
    match = re.fullmatch(pattern, source.text[start:end])
    if match is None:
        return None
    first, last = source.position(start + match.start(1)), source.position(start + match.end(1))
    return Fix(f"Write {other}", (Edit(first, last, other),), "unsafe")


# --- rounding and keys ---


def _rounding(node: ast.Call, context: Context) -> None:
    function = node.func
    if not isinstance(function, ast.Name) or function.id != "round" or len(node.args) != 2:
        return
    value, digits = node.args
    if not isinstance(digits, ast.Constant) or not isinstance(digits.value, int) or digits.value < 1:
        return
    if isinstance(value, ast.BinOp):
        doubtful = isinstance(value.op, ast.Mult | ast.Div)
    else:
        literal = context.source.segment(value) if isinstance(value, ast.Constant) else ""
        doubtful = bool(_DECIMALS.fullmatch(literal)) and len(literal.partition(".")[2]) > digits.value
    if doubtful:
        message = (
            f"round(..., {digits.value}) rounds halves otherwise in Monty (2.675 to 2.68, Python to 2.67): "
            f'float(f"{{x:.{digits.value}f}}") gives the same in both'
        )
        context.report_node(ROUNDING, node, message)


def _equal_keys(node: ast.Dict, context: Context) -> None:
    seen: dict[object, type] = {}
    for key in node.keys:
        if not isinstance(key, ast.Constant) or not isinstance(key.value, bool | int | float):
            continue
        first = seen.setdefault(key.value, type(key.value))
        if first is not type(key.value):
            message = (
                f"the key {key.value!r} equals one of type {first.__name__}: Monty keeps this key, Python "
                "the first; write one of the two"
            )
            context.report_node(EQUAL_KEYS, key, message)


# --- attributes of built-in values ---

_BUILTIN_ATTRIBUTES = frozenset(
    name
    for each in (str, list, dict, set, tuple, int, float, bytes, frozenset, type(lambda: 0))
    for name in dir(each)
) | {"__name__", "__qualname__", "__doc__", "__module__", "__dict__"}


def _hidden_attribute(tree: ast.Module, context: Context) -> None:
    if not mentions(context, "hasattr", "getattr"):
        return
    index, kinds = index_of(context), kinds_of(context)
    classes = {each.name for each in index.of(ast.ClassDef)}
    own = {
        each.name if isinstance(each, FUNCTIONS) else each.id
        for cls in index.of(ast.ClassDef)
        for part in cls.body
        for each in ([part] if isinstance(part, FUNCTIONS) else getattr(part, "targets", []))
        if isinstance(each, (*FUNCTIONS, ast.Name))
    }
    for node in index.of(ast.Call):
        function = node.func
        if (
            not isinstance(function, ast.Name)
            or function.id not in ("hasattr", "getattr")
            or kinds.values(function)
        ):
            continue
        if len(node.args) != (2 if function.id == "hasattr" else 3):
            continue
        name = node.args[1]
        if not isinstance(name, ast.Constant) or not isinstance(name.value, str):
            continue
        if (
            name.value in _BUILTIN_ATTRIBUTES
            and name.value not in own
            and not _is_class(node.args[0], classes)
        ):
            answer = "False" if function.id == "hasattr" else "the default"
            message = (
                f"{function.id} of {name.value} gives {answer} in Monty for every built-in value and "
                "function: test with isinstance"
            )
            context.report_node(HIDDEN_ATTRIBUTE, node, message)


def _is_class(node: ast.expr, classes: set[str]) -> bool:
    return isinstance(node, ast.Name) and node.id in classes


IGNORED_METHOD = Rule(
    code="SBX803",
    name="ignored-method",
    summary="A special method that Monty ignores: `__bool__`, `__len__`, `__ne__`, `__format__` ...",
    why="Monty never calls it, and does what it would do without.",
    instead="A method with a name of its own, called where it is meant.",
    bad=(
        "def count(n: int) -> str:\n    class Basket:\n"
        "        def __init__(self, n):\n            self.n = n\n"
        "        def __bool__(self):\n            return self.n > 0\n"
        '    return "full" if Basket(n) else "empty"\n'
    ),
    good='def count(n: int) -> str:\n    return "full" if n > 0 else "empty"\n',
    profiles=TYPED,
    nodes=(ast.ClassDef,),
    find=_ignored_method,
    severity="warning",
)

ENVIRONMENT = Rule(
    code="SBX808",
    name="sandbox-environment",
    summary="`sys.version_info`, `sys.platform`, `sys.argv`, `os.getcwd()`: what Monty makes up.",
    why="They tell of Monty, not of the Python or the machine that runs it.",
    instead="An input of the task.",
    bad=("def newer(n: int) -> bool:\n    import sys\n    return sys.version_info >= (3, n)\n"),
    good="def newer(n: int, minor: int) -> bool:\n    return minor >= n\n",
    profiles=TYPED,
    nodes=(ast.Module,),
    find=bounded(_environment),
    severity="warning",
)

HASH = Rule(
    code="SBX809",
    name="hash-value",
    summary="The number that `hash(...)` gives.",
    why="It is another one in Monty than in Python, where that of a text differs in every process anyway.",
    instead="`hashlib` (Monty 1.4.0), or a number made of what the value holds.",
    bad="def bucket(key: str) -> int:\n    return hash(key) % 16\n",
    good="def bucket(key: str) -> int:\n    return sum(key.encode()) % 16\n",
    profiles=TYPED,
    nodes=(ast.Module,),
    find=bounded(_hash),
    severity="warning",
)

IDENTITY = Rule(
    code="SBX810",
    name="identity-of-values",
    summary="`is` between numbers, texts or tuples.",
    why="Whether two equal values are one object differs between Monty and Python, and says nothing.",
    instead="`==` and `!=`; `is` for None.",
    bad="def same(a: int) -> bool:\n    b = a + 1_000\n    return b is int(str(b))\n",
    good="def same(a: int) -> bool:\n    b = a + 1_000\n    return b == int(str(b))\n",
    profiles=TYPED,
    expressions=(ast.Compare,),
    find=_identity,
    severity="warning",
    fix="compares the values; unsafe",
)

ROUNDING = Rule(
    code="SBX814",
    name="rounded-halves",
    summary="`round(x * y, digits)`: halves are rounded otherwise.",
    why=(
        "Python rounds the number that is stored (2.675 is a little less); Monty multiplies, rounds and "
        "divides, which finds a half."
    ),
    instead='`float(f"{x:.2f}")`, which is the same in both, or whole cents.',
    bad="def price(amount: float, rate: float) -> float:\n    return round(amount * rate, 2)\n",
    good='def price(amount: float, rate: float) -> float:\n    return float(f"{amount * rate:.2f}")\n',
    profiles=TYPED,
    expressions=(ast.Call,),
    find=_rounding,
    severity="info",
)

EQUAL_KEYS = Rule(
    code="SBX815",
    name="equal-keys",
    summary="Keys of a dict that are equal but not of one type: `1`, `True`, `1.0`.",
    why="They are one key; Python keeps the first as it is, Monty the last.",
    instead="One of the keys.",
    bad='def names(n: int) -> dict:\n    return {1: "one", True: "yes"}\n',
    good='def names(n: int) -> dict:\n    return {1: "yes"}\n',
    profiles=TYPED,
    expressions=(ast.Dict,),
    find=_equal_keys,
    severity="warning",
)

HIDDEN_ATTRIBUTE = Rule(
    code="SBX816",
    name="hidden-attribute",
    summary="`hasattr` or `getattr` with a default, of a method of built-in values.",
    why="In Monty the methods of lists, texts, dicts and functions are no attributes: `hasattr` says False.",
    instead="`isinstance(value, list)`.",
    bad='def size(items: Any) -> int:\n    return len(items) if hasattr(items, "append") else 1\n',
    good="def size(items: Any) -> int:\n    return len(items) if isinstance(items, list) else 1\n",
    profiles=TYPED,
    nodes=(ast.Module,),
    find=bounded(_hidden_attribute),
    severity="warning",
)

RULES = (
    IGNORED_METHOD,
    ENVIRONMENT,
    HASH,
    IDENTITY,
    ROUNDING,
    EQUAL_KEYS,
    HIDDEN_ATTRIBUTE,
    *meaning_boundary.RULES,
    *meaning_lazy.RULES,
    *meaning_sets.RULES,
    *meaning_text.RULES,
)
