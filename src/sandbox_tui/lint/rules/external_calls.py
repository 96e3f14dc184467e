"""SBX502, SBX503 and SBX505: calls of externals that their declared signatures refuse, and wrong calls of
`flyte_map`.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ..context import Context
from ..diagnostic import Edit, Fix, Position
from ..names import MAP, names_of
from ..signature import Signature, literal_kind, misfits, read_signature
from .rule import TYPED, Rule

_MAP_KEYWORDS = ("concurrency", "group_name", "return_exceptions")
_MAP_SHAPE = 'flyte_map("name", values)'


def external_calls(context: Context) -> list[tuple[str, ast.Call]]:
    """The calls of declared externals and of `flyte_map`, each with the name."""
    if context.externals is None:
        return []
    names = names_of(context)
    wanted = {*(context.externals.keys() - context.target.builtins), MAP}
    calls = [
        (call.func.id, call)
        for call in names.scopes.calls
        if isinstance(call.func, ast.Name) and call.func.id in wanted
    ]
    if not calls:
        return []
    reads = set(names.externals_read(wanted))
    return [(name, call) for name, call in calls if call.func in reads]


def _signatures(context: Context) -> Iterator[tuple[str, ast.Call, Signature]]:
    for name, call in context.memo(external_calls):
        signature = read_signature((context.externals or {}).get(name))
        if signature is not None:
            yield name, call, signature


def _arguments(tree: ast.Module, context: Context) -> None:
    for name, call, signature in _signatures(context):
        if context.full:
            return
        _too_many(name, call, signature, context)
        _wrong_keywords(name, call, signature, context)
        _missing(name, call, signature, context)


def _too_many(name: str, call: ast.Call, signature: Signature, context: Context) -> None:
    given = [each for each in call.args if not isinstance(each, ast.Starred)]
    most = len(signature.positional)
    if signature.arguments.vararg is not None or len(given) <= most:
        return
    taken = f"{most} by position" if most else "none by position"
    message = f"too many arguments: {name}{signature.shown} takes {taken}"
    start, end = context.source.start(given[most]), context.source.end(given[-1])
    context.report(ARGUMENTS, start, end, message)


def _wrong_keywords(name: str, call: ast.Call, signature: Signature, context: Context) -> None:
    known = signature.by_keyword
    plain = len(call.args) if not any(isinstance(each, ast.Starred) for each in call.args) else 0
    positional = {each.arg for each in signature.positional[:plain]}
    position_only = {each.arg for each in signature.arguments.posonlyargs}
    for keyword in call.keywords:
        if keyword.arg is None:
            continue
        if keyword.arg in known:
            if keyword.arg in positional:
                message = f"{name} gets {keyword.arg} twice: by position and by keyword"
                context.report(ARGUMENTS, *_keyword(keyword, context), message)
        elif signature.arguments.kwarg is None:
            message = f"{name}{signature.shown} has no parameter {keyword.arg}"
            if keyword.arg in position_only:
                message = f"{name} takes {keyword.arg} by position only: write the value alone"
            else:
                near = _near(keyword.arg, known)
                message += f": did you mean {near}?" if near else ""
            context.report(ARGUMENTS, *_keyword(keyword, context), message)


def _missing(name: str, call: ast.Call, signature: Signature, context: Context) -> None:
    if any(isinstance(each, ast.Starred) for each in call.args) or any(k.arg is None for k in call.keywords):
        return
    given = {each.arg for each in signature.positional[: len(call.args)]}
    # One that is taken by position only and passed by keyword is told there.
    told = (
        {each.arg for each in signature.arguments.posonlyargs} if signature.arguments.kwarg is None else set()
    )
    keywords = {keyword.arg for keyword in call.keywords if keyword.arg is not None}
    given |= keywords & (signature.by_keyword.keys() | told)
    missing = [each for each in signature.required if each not in given]
    if missing:
        message = (
            f"{name}{signature.shown} needs {_listed(missing)}: pass {'it' * (len(missing) == 1) or 'them'}"
        )
        context.report_node(ARGUMENTS, call.func, message)


def _keyword(keyword: ast.keyword, context: Context) -> tuple[Position, Position]:
    start = context.source.start(keyword)
    return start, Position(start.line, start.column + len(keyword.arg or "**"))


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _near(word: str, known: dict[str, ast.arg]) -> str | None:
    from difflib import get_close_matches

    return next(iter(get_close_matches(word, known, n=1)), None)


def _literals(tree: ast.Module, context: Context) -> None:
    for name, call, signature in _signatures(context):
        if context.full:
            return
        for parameter, value in _passed(call, signature):
            for part, kind, wanted in misfits(value, parameter.annotation):
                where = parameter.arg if part is value else f"what stands in {parameter.arg}"
                message = f"{where} of {name} is {wanted}, and this is {kind}: pass {_other(wanted)}"
                context.report_node(LITERALS, part, message)


def _other(wanted: str) -> str:
    return "a value of that type" if " of " not in wanted else "as many"


def _passed(call: ast.Call, signature: Signature) -> Iterator[tuple[ast.arg, ast.expr]]:
    """The values that certainly go to a parameter, each with it."""
    positional = signature.positional
    for number, value in enumerate(call.args):
        if isinstance(value, ast.Starred):
            break
        if number < len(positional):
            yield positional[number], value
        elif signature.arguments.vararg is not None:
            yield signature.arguments.vararg, value
    known = signature.by_keyword
    for keyword in call.keywords:
        if keyword.arg in known:
            yield known[keyword.arg or ""], keyword.value
        elif keyword.arg is not None and signature.arguments.kwarg is not None:
            yield signature.arguments.kwarg, keyword.value


def _maps(tree: ast.Module, context: Context) -> None:
    for name, call in context.memo(external_calls):
        if name == MAP and not context.full:
            _mapped(call, context)
            _map_settings(call, context)


def _mapped(call: ast.Call, context: Context) -> None:
    externals = context.externals or {}
    if any(isinstance(each, ast.Starred) for each in call.args[:2]) or any(
        k.arg is None for k in call.keywords
    ):
        return
    if len(call.args) < 2:
        message = f"flyte_map takes the name of an external and at least one list: {_MAP_SHAPE}"
        context.report_node(MAPS, call.func, message)
    if not call.args:
        return
    first = call.args[0]
    if isinstance(first, ast.Constant) and isinstance(first.value, str):
        if first.value not in externals:
            near = names_of(context).suggestion(first.value)
            advice = f"did you mean {near}?" if near in externals else "declare it"
            message = f"flyte_map calls externals, and none is named {first.value[:60]!r}: {advice}"
            context.report_node(MAPS, first, message)
        else:
            _rows(first.value, call, context)
    elif isinstance(first, ast.Name) and first in names_of(context).externals_read(externals):
        quoted = f'"{first.id}"'
        edit = Edit(context.source.start(first), context.source.end(first), quoted)
        fix = Fix(f"write {quoted}", (edit,), "unsafe")
        message = f"flyte_map takes the name of an external as a text: write {quoted}"
        context.report_node(MAPS, first, message, fix)
    elif literal_kind(first) not in (None, "str"):
        message = f"flyte_map takes the name of an external first, not {literal_kind(first)}: {_MAP_SHAPE}"
        context.report_node(MAPS, first, message)


def _rows(name: str, call: ast.Call, context: Context) -> None:
    """Whether the mapped external takes as many values as there are lists."""
    signature = read_signature((context.externals or {}).get(name))
    lists = call.args[1:]
    if signature is None or not lists or any(isinstance(each, ast.Starred) for each in lists):
        return
    positional = [each.arg for each in signature.positional]
    needed = [each for each in signature.required if each not in positional[: len(lists)]]
    if len(lists) > len(positional) and signature.arguments.vararg is None:
        start, end = context.source.start(lists[len(positional)]), context.source.end(lists[-1])
        message = (
            f"too many lists: {name}{signature.shown} takes {len(positional) or 'no'} values by position"
        )
        context.report(MAPS, start, end, message)
    elif needed:
        message = f"{name}{signature.shown} needs {_listed(needed)} too: pass a list for each"
        context.report_node(MAPS, call.args[0], message)


def _map_settings(call: ast.Call, context: Context) -> None:
    for keyword in call.keywords:
        if keyword.arg is None:
            continue
        if keyword.arg not in _MAP_KEYWORDS:
            message = f"flyte_map has no parameter {keyword.arg}: it has {_listed(list(_MAP_KEYWORDS))}"
            context.report(MAPS, *_keyword(keyword, context), message)
        elif keyword.arg == "concurrency":
            kind = literal_kind(keyword.value)
            negative = isinstance(keyword.value, ast.UnaryOp) and isinstance(keyword.value.op, ast.USub)
            if kind not in (None, "int", "None") or (kind == "int" and negative):
                message = (
                    "concurrency is how many calls are under way at once: a whole number, 0 for no bound"
                )
                context.report_node(MAPS, keyword.value, message)


ARGUMENTS = Rule(
    code="SBX502",
    name="external-arguments",
    summary="A call of an external with arguments that its signature does not take.",
    why="The call is refused before it leaves the sandbox.",
    instead="The arguments of the signature; or another signature in the declaration.",
    bad='def quote(order: str) -> float:\n    return price(order, "EUR", 2)\n',
    good='def quote(order: str) -> float:\n    return price(order, currency="EUR")\n',
    profiles=TYPED,
    nodes=(ast.Module,),
    find=_arguments,
    externals=(("price", "(order: str, currency: str) -> float"),),
)

LITERALS = Rule(
    code="SBX503",
    name="external-argument-type",
    summary="A literal passed to an external whose signature wants something of another type.",
    why="The call is refused before it leaves the sandbox. An int is taken for a float, a bool never for an "
    "int.",
    instead="A value of the type that the signature names.",
    bad="def quote() -> float:\n    return price(17)\n",
    good='def quote() -> float:\n    return price("17")\n',
    profiles=TYPED,
    nodes=(ast.Module,),
    find=_literals,
    externals=(("price", "(order: str) -> float"),),
)

MAPS = Rule(
    code="SBX505",
    name="flyte-map-arguments",
    summary="A call of `flyte_map` that it refuses: an unknown external, a wrong keyword, no list.",
    why="`flyte_map` calls an external by its name, once for each value of the lists.",
    instead=f"`{_MAP_SHAPE}`, with `concurrency`, `group_name` and `return_exceptions` by keyword.",
    bad="def quotes(orders: list[str]) -> list:\n    return flyte_map(price, orders, limit=4)\n",
    good='def quotes(orders: list[str]) -> list:\n    return flyte_map("price", orders, concurrency=4)\n',
    profiles=TYPED,
    nodes=(ast.Module,),
    find=_maps,
    externals=(("price", "(order: str) -> float"),),
    fix="writes the name of the external as a text; unsafe",
)

RULES = (ARGUMENTS, LITERALS, MAPS)
