"""SBX501 and SBX504: externals that nobody calls, and calls where Monty cannot wait for an answer."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from ..context import Context
from ..diagnostic import Position
from ..external_uses import ExternalUses, evaluated, external_uses
from ..imports import imports_of, is_builtin, is_guarded
from ..index import bounded, index_of
from ..names import MAP, names_of
from .external_calls import external_calls
from .rule import TYPED, Rule

_NOWHERE = Position(1, 1)

# Words without which no call can stand where Monty does not wait.
_SUSPICIOUS = re.compile(
    r"\b(?:key|map|filter|reduce|defaultdict|default_factory|iter|accumulate|takewhile|dropwhile|filterfalse"
    r"|starmap|groupby)\b|def(?:\s|\\\r?\n)+__\w+__"
)
_COMPREHENSION = "call it for each value before, as in [{name}(x) for x in xs]"
_KEY = "pair each value with its answer before, as in [({name}(x), x) for x in xs], and sort the pairs"
_FILTER = "write [x for x in xs if {name}(x)]"
_MAP_ADVICE = "write [{name}(x) for x in xs]"
_LOOP = "write a loop"
_DEFAULT = "ask whether the key is there, and set its value where it is not"

# function -> the number of the argument that is a function, and the keywords that it has, and what to write.
_BUILTINS: dict[str, tuple[int | None, tuple[str, ...], str]] = {
    "sorted": (None, ("key",), _KEY),
    "min": (None, ("key",), _KEY),
    "max": (None, ("key",), _KEY),
    "map": (0, (), _MAP_ADVICE),
    "filter": (0, (), _FILTER),
    "iter": (0, (), _LOOP),
}
_IMPORTED: dict[str, tuple[int | None, tuple[str, ...], str]] = {
    "functools.reduce": (0, ("function",), _LOOP),
    "collections.defaultdict": (0, ("default_factory",), _DEFAULT),
    "dataclasses.field": (None, ("default_factory",), "pass the value where the instance is made"),
    "itertools.accumulate": (1, ("func",), _LOOP),
    "itertools.takewhile": (0, ("predicate",), _LOOP),
    "itertools.dropwhile": (0, ("predicate",), _LOOP),
    "itertools.filterfalse": (0, ("function",), "write [x for x in xs if not {name}(x)]"),
    "itertools.starmap": (0, ("function",), _MAP_ADVICE),
    "itertools.groupby": (1, ("key",), _COMPREHENSION),
    "bisect.bisect": (None, ("key",), _COMPREHENSION),
    "bisect.bisect_left": (None, ("key",), _COMPREHENSION),
    "bisect.bisect_right": (None, ("key",), _COMPREHENSION),
    "bisect.insort": (None, ("key",), _COMPREHENSION),
    "bisect.insort_left": (None, ("key",), _COMPREHENSION),
    "bisect.insort_right": (None, ("key",), _COMPREHENSION),
}
# The methods that Monty calls by itself and does not wait in.
_METHODS = frozenset(
    """
    __abs__ __add__ __contains__ __eq__ __getitem__ __hash__ __int__ __iter__ __mul__ __neg__ __next__
    __post_init__ __radd__ __repr__ __setitem__ __str__ __sub__
    """.split()  # noqa: SIM905
)
# The first version whose `reduce` waits.
_REDUCE_WAITS = (1, 4)


def _unused(tree: ast.Module, context: Context) -> None:
    if not context.externals:
        return
    names = names_of(context)
    own = [name for name in context.externals if name not in context.shared]
    read = {node.id for node in names.externals_read(own)} | _mapped(context)
    bound = {name for scope in names.scopes.all for name in scope.bound}
    evaluates = any(
        call.func.id in ("eval", "exec") for call in names.scopes.calls if isinstance(call.func, ast.Name)
    )
    for name in own:
        # One that the task hides behind a name of its own is another rule's finding.
        if name in read or name in bound or name in context.inputs:
            continue
        if (evaluates or not context.whole) and re.search(rf"\b{re.escape(name)}\b", context.source.text):
            continue
        message = f"the external {name} is declared and never called: call it, or remove its declaration"
        context.report(UNUSED, _NOWHERE, _NOWHERE, message)


def _mapped(context: Context) -> set[str]:
    """The externals that `flyte_map` calls; all of them where it is told only in the run which."""
    found: set[str] = set()
    for name, call in context.memo(external_calls):
        if name == MAP and call.args:
            first = call.args[0]
            if isinstance(first, ast.Constant):
                found.add(str(first.value))
            else:
                found |= (context.externals or {}).keys()
    return found


@bounded
def _waiting(tree: ast.Module, context: Context) -> None:
    if not context.externals or not _SUSPICIOUS.search(context.source.text):
        return
    if not context.memo(external_calls) and not names_of(context).externals_read(context.externals):
        return
    uses = external_uses(context)
    index = index_of(context)
    for call in index.of(ast.Call):
        for where, passed, advice in _functions_passed(call, context):
            _report_passed(where, passed, advice, uses, context)
    for holder in index.of(ast.ClassDef):
        for method in holder.body:
            if isinstance(method, ast.FunctionDef) and method.name in _METHODS:
                _report_method(method, uses, context)


def _report_method(method: ast.FunctionDef, uses: ExternalUses, context: Context) -> None:
    for name, node in _calls(method.body, uses):
        if not is_guarded(node, "NotImplementedError", context):
            message = f"Monty cannot wait for {name} in {method.name}: call it before, and keep its answer"
            context.report_node(WAITING, node, message)


def _functions_passed(call: ast.Call, context: Context) -> Iterator[tuple[str, ast.expr, str]]:
    """The arguments that are called where Monty does not wait: each with where that is, and what helps."""
    function = call.func
    if isinstance(function, ast.Name) and function.id in _BUILTINS:
        known = _BUILTINS[function.id] if is_builtin(function, context) else None
        name = function.id
        if name == "iter" and len(call.args) != 2:
            return
    else:
        imports = imports_of(context) if isinstance(function, ast.Name | ast.Attribute) else None
        dotted = imports.dotted(function) if imports is not None else None
        known = _IMPORTED.get(dotted or "")
        name = (dotted or "").rpartition(".")[2]
        if name == "reduce" and context.target.number >= _REDUCE_WAITS:
            return
        if known is None and isinstance(function, ast.Attribute) and function.attr == "sort":
            known, name = (None, ("key",), _KEY), "sort"
    if known is None:
        return
    number, keywords, advice = known
    if number is not None and len(call.args) > number:
        yield name, call.args[number], advice
    for keyword in call.keywords:
        if keyword.arg in keywords:
            yield f"the {keyword.arg} of {name}", keyword.value, advice


def _report_passed(where: str, passed: ast.expr, advice: str, uses: ExternalUses, context: Context) -> None:
    if is_guarded(passed, "NotImplementedError", context):
        return
    if isinstance(passed, ast.Lambda):
        for name, node in _calls([passed.body], uses):
            context.report_node(WAITING, node, _message(name, where, advice))
    elif isinstance(passed, ast.Name):
        if uses.is_external(passed):
            context.report_node(WAITING, passed, _message(passed.id, where, advice))
        elif passed.id in uses.calling and not _is_async(passed.id, context):
            text = f"{passed.id} calls an external, and Monty cannot wait for one in {where}: "
            context.report_node(WAITING, passed, text + advice.format(name=passed.id))


def _message(name: str, where: str, advice: str) -> str:
    return f"Monty cannot wait for {name} in {where}: {advice.format(name=name)}"


def _is_async(name: str, context: Context) -> bool:
    return any(each.name == name for each in index_of(context).of(ast.AsyncFunctionDef))


def _calls(nodes: list[ast.stmt] | list[ast.expr], uses: ExternalUses) -> Iterator[tuple[str, ast.expr]]:
    """The calls that Monty would have to wait for, in what some nodes evaluate themselves."""
    for outer in nodes:
        for node in evaluated(outer):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                name = node.func.id
                if uses.is_external(node.func) or name in uses.calling or node.func in uses.maps:
                    yield name, node


UNUSED = Rule(
    code="SBX501",
    name="unused-external",
    summary="An external that is declared and never called.",
    why="Mostly the call was forgotten, or the name in it is another one.",
    instead="A call of it; or no declaration.",
    bad="def quote(order: str) -> float:\n    # price() gives the price in EUR\n    return 1.0\n",
    good="def quote(order: str) -> float:\n    return price(order)\n",
    profiles=TYPED,
    severity="warning",
    nodes=(ast.Module,),
    find=_unused,
    externals=(("price", "(order: str) -> float"),),
)

WAITING = Rule(
    code="SBX504",
    name="external-cannot-suspend",
    summary="A call of an external where Monty cannot wait for its answer: in `key=`, `map`, `filter`, "
    "`functools.reduce` (before 1.4), the factory of a `defaultdict`, `__eq__` and the like.",
    why="A call of an external suspends the run until it is answered. There Monty is in the midst of what "
    "cannot be suspended, and the call raises a NotImplementedError.",
    instead="A comprehension or a loop that calls the external first; then work with its answers.",
    bad="def rank(orders: list[str]) -> list[str]:\n    return sorted(orders, key=price)\n",
    good="def rank(orders: list[str]) -> list[str]:\n"
    "    priced = sorted([(price(order), order) for order in orders])\n"
    "    return [order for _, order in priced]\n",
    profiles=TYPED,
    nodes=(ast.Module,),
    find=_waiting,
    externals=(("price", "(order: str) -> float"),),
)

RULES = (UNUSED, WAITING)
