"""SBX613 to SBX617 and SBX619: what Monty has, but refuses in some forms, places or sizes when it parses."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Any

from ..blocks import BLOCKS
from ..context import Context
from ..diagnostic import Position
from ..index import COMPREHENSIONS, index_of
from .refused import refuses
from .rule import TYPED, Rule

# How much Monty (1.0.0 and 1.4.0) holds; a test asks the installed one.
MOST_ARGUMENTS = 255
MOST_TARGETS = 255
MOST_GENERATORS = 127
MOST_VALUES = 65_535
# Monty's time to read nested functions doubles with each level: 15 take a sixth of a second, 19 more than
# six seconds, after which its worker is killed.
MOST_NESTED_FUNCTIONS = 15

_SEMICOLON = re.compile(r";[ \t\f]*match\b")
# The last character is the type, whatever it is; a point without digits is left for later.
_SPECIFIER = re.compile(
    r"(?:.?[<>=^])?+[+\- ]?+z?+#?+0?+[0-9]*+[,_]?+(?:\.(?![0-9,_]).*|(?:\.[0-9]*+[,_]?+)?+.?)", re.DOTALL
)
# Those of dates, and what the host's parser reads differently.
_OTHER_SPECIFIER = re.compile(r"[%{}]")
_RESERVED = re.compile(r"\b__(?:annotations|debug|doc|file|name|package|spec)__\b")
_NAMING = (
    ast.FunctionDef,
    ast.AsyncFunctionDef,
    ast.ClassDef,
    ast.ExceptHandler,
    ast.MatchAs,
    ast.MatchStar,
)
# What can be too large, and where its members are.
_MEMBERS: dict[type[ast.AST], str] = {
    ast.Call: "args",
    ast.Dict: "values",
    ast.JoinedStr: "values",
    **dict.fromkeys((ast.List, ast.Tuple, ast.Set), "elts"),
    **dict.fromkeys(COMPREHENSIONS, "generators"),
}


def _matmul(node: ast.AugAssign, context: Context) -> None:
    if isinstance(node.op, ast.MatMult) and refuses("matmul-assignment", context):
        message = "@=: Monty has no matrix multiplication; call an external that multiplies"
        context.report_node(MATMUL, node, message)


def _targets(node: Any, context: Context) -> None:
    if isinstance(node, ast.Assign):
        for target in node.targets:
            # `() = x` by itself is accepted.
            if isinstance(target, ast.Tuple | ast.List):
                for part in target.elts:
                    _empty(part, context)
    elif isinstance(node, ast.For | ast.AsyncFor):
        _empty(node.target, context)
    elif isinstance(node, ast.With | ast.AsyncWith):
        for item in node.items:
            if item.optional_vars is not None:
                _empty(item.optional_vars, context)
    elif not isinstance(node.target, ast.Name):
        _comprehension(node.target, context)
        _empty(node.target, context)


def _comprehension(target: ast.expr, context: Context) -> None:
    for part in _parts(target):
        if isinstance(part, ast.Subscript | ast.Attribute):
            sort = "subscript" if isinstance(part, ast.Subscript) else "attribute"
            if refuses(f"comprehension-{sort}", context):
                a = "a" if sort == "subscript" else "an"
                message = f"a comprehension assigns to names, not to {a} {sort}: use a name, or a for loop"
                context.report_node(TARGET, part, message)


def _empty(target: ast.expr, context: Context) -> None:
    if isinstance(target, ast.Name):
        return
    for part in _parts(target):
        if isinstance(part, ast.Tuple | ast.List) and not part.elts and refuses("empty-target", context):
            message = "there is no name to assign to here: write one, such as _"
            context.report_node(TARGET, part, message)


def _parts(target: ast.expr) -> Iterator[ast.expr]:
    waiting = [target]
    while waiting:
        part = waiting.pop()
        yield part
        if isinstance(part, ast.Tuple | ast.List):
            waiting += part.elts
        elif isinstance(part, ast.Starred):
            waiting.append(part.value)


def _semicolons(node: ast.Module | ast.Raise, context: Context) -> None:
    if isinstance(node, ast.Raise):
        _raise(node, context)
    else:
        _after_semicolon(node, context)


def _after_semicolon(tree: ast.Module, context: Context) -> None:
    source = context.source
    if (
        ";" not in source.text
        or not _SEMICOLON.search(source.text)
        or not refuses("statement-match-name", context)
    ):
        return
    begins = _own_line_starts(tree, context)
    for match in _SEMICOLON.finditer(source.text):
        offset = match.end() - len("match")
        # Else it stands in a string or a comment, or is accepted (`if x: y; match = 1`).
        if offset in begins:
            start = source.position(offset)
            message = "behind a `;` Monty takes the name match for a statement: begin a new line"
            context.report(SEMICOLON, start, Position(start.line, start.column + len("match")), message)


def _raise(node: ast.Raise, context: Context) -> None:
    if node.exc is None and refuses("raise-semicolon", context):
        source = context.source
        end = source.clamp(node.lineno, source.end(node).column)
        if source.lines[end.line - 1][end.column - 1 :].lstrip(" \t\f").startswith(";"):
            message = "in front of a `;` Monty wants to know what to raise: end the line behind raise"
            context.report(SEMICOLON, source.start(node), end, message)


def _own_line_starts(tree: ast.Module, context: Context) -> set[int]:
    """The offsets at which statements begin whose line begins with a statement of the same block."""
    source = context.source
    found: set[int] = set()
    waiting: list[list[ast.AST]] = [list(tree.body)]
    while waiting:
        own_line, end = False, 0
        for node in waiting.pop():
            waiting.extend(getattr(node, block) for block in BLOCKS.get(type(node), ()))
            if isinstance(node, ast.stmt):
                start = source.start(node)
                if start.line > end:
                    own_line = not source.lines[start.line - 1][: start.column - 1].strip()
                end = node.end_lineno or start.line
                if own_line:
                    found.add(source.offset(start))
    return found


def _reserved(tree: ast.Module, context: Context) -> None:
    text = context.source.text
    if "__" not in text or not _RESERVED.search(text) or not refuses("debug-name", context):
        return
    index = index_of(context)
    declared = {(index.scope(each), name) for each in index.of(ast.Global) for name in each.names}
    for node in index.of(ast.Name, *_NAMING, ast.alias):
        if isinstance(node, ast.Name):
            name = "" if isinstance(node.ctx, ast.Load) else node.id
        elif isinstance(node, ast.alias) and node.asname:
            name = node.asname
        else:
            name = node.name or ""
        parent = index.parents[node]
        bare = isinstance(parent, ast.AnnAssign) and parent.value is None
        scope = index.scope(node)
        of_module = scope is tree or (scope, name) in declared
        if of_module and _RESERVED.fullmatch(name) and not bare and not _inner(node, index):
            message = f"Monty does not let a task set {name}: take another name"
            context.report_node(RESERVED, node, message)


def _inner(node: ast.AST, index: Any) -> bool:
    """Whether a comprehension binds the name, not the module."""
    return any(
        isinstance(each, ast.comprehension) and _is_in(node, each.target) for each in index.around(node)
    )


def _is_in(node: ast.AST, target: ast.expr) -> bool:
    return any(each is node for each in ast.walk(target))


def _large(node: Any, context: Context) -> None:
    if isinstance(node, ast.Module):
        if context.source.text.count("def ") > MOST_NESTED_FUNCTIONS:
            _nested(node, context)
        return
    # Nearly all have far fewer members than the smallest of the limits.
    if len(getattr(node, _MEMBERS[node.__class__])) <= MOST_GENERATORS and not getattr(node, "keywords", ()):
        return
    message = _too_many(node)
    if message is not None:
        context.report_node(LARGE, node, message)


def _too_many(node: Any) -> str | None:
    if isinstance(node, ast.Call):
        plain = not any(isinstance(each, ast.Starred) for each in node.args)
        if (plain and len(node.args) > MOST_ARGUMENTS) or len(node.keywords) > MOST_ARGUMENTS:
            return f"Monty passes {MOST_ARGUMENTS} arguments at most: pass one list or dict"
        return None
    if isinstance(node, COMPREHENSIONS):
        many = len(node.generators) > MOST_GENERATORS
        return f"Monty holds {MOST_GENERATORS} for in a comprehension: use loops" if many else None
    if isinstance(node, ast.JoinedStr | ast.Dict):
        most = MOST_VALUES if isinstance(node, ast.JoinedStr) else MOST_VALUES // 2
        many = len(node.values) > most
    else:
        stored = not isinstance(node, ast.Set) and isinstance(node.ctx, ast.Store)
        if stored and len(node.elts) > MOST_TARGETS:
            return f"Monty unpacks into {MOST_TARGETS} names at most: unpack into a list, such as *rest"
        # An unpacked item ends what is held on the stack.
        many = len(node.elts) > MOST_VALUES and not any(isinstance(each, ast.Starred) for each in node.elts)
    return f"Monty holds {MOST_VALUES:,} values in a literal: pass the data as an input" if many else None


def _nested(tree: ast.Module, context: Context) -> None:
    waiting: list[tuple[ast.AST, int]] = [(tree, 0)]
    while waiting:
        node, depth = waiting.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            depth += 1
            if depth == MOST_NESTED_FUNCTIONS + 1:
                message = (
                    f"functions in functions, {depth} deep: Monty's time doubles with each level; "
                    "define them side by side"
                )
                end = context.source.head_end(node, r"(?:async\s+)?def\s+\w+")
                context.report(LARGE, context.source.start(node), end, message)
        for block in BLOCKS.get(type(node), ("body",) if isinstance(node, ast.Module) else ()):
            waiting.extend((each, depth) for each in getattr(node, block))


def _format(node: ast.FormattedValue, context: Context) -> None:
    specifier = node.format_spec
    if not isinstance(specifier, ast.JoinedStr) or len(specifier.values) != 1:
        return
    part = specifier.values[0]
    text = part.value if isinstance(part, ast.Constant) else None
    if not isinstance(text, str) or _SPECIFIER.fullmatch(text) or _OTHER_SPECIFIER.search(text):
        return
    if refuses("format-specifier", context):
        shown = text if len(text) <= 20 and text.isprintable() else "this"
        message = f"{shown} is no format: write one such as :>10, :,.2f or :05d"
        context.report_node(FORMAT, node, message)


MATMUL = Rule(
    code="SBX613",
    name="matrix-assignment",
    summary="`x @= y`.",
    why="Monty has no matrix multiplication and refuses the whole source.",
    instead="An external that multiplies.",
    bad="def scale(a: list, b: list) -> list:\n    a @= b\n    return a\n",
    good="def scale(a: list, b: list) -> float:\n    return sum([x * y for x, y in zip(a, b)])\n",
    profiles=TYPED,
    nodes=(ast.AugAssign,),
    find=_matmul,
)

TARGET = Rule(
    code="SBX614",
    name="refused-target",
    summary="A comprehension's target that is a subscript or an attribute; a nested target without a name.",
    why="Python has both; Monty refuses the whole source.",
    instead="A name.",
    bad="def last(xs: list) -> list:\n    kept = [0]\n    return [1 for kept[0] in xs]\n",
    good="def last(xs: list) -> list:\n    return [x for x in xs]\n",
    profiles=TYPED,
    nodes=(ast.Assign, ast.For, ast.AsyncFor, ast.With, ast.AsyncWith),
    expressions=(ast.comprehension,),
    find=_targets,
)

SEMICOLON = Rule(
    code="SBX615",
    name="semicolon",
    summary="`raise;`, and a statement that begins with the name `match` behind a `;`.",
    why="Monty's parser takes the one for unfinished, the other for a match statement: it refuses both.",
    instead="A new line.",
    bad="def found(text: str) -> str:\n    n = 1; match = text\n    return match * n\n",
    good="def found(text: str) -> str:\n    n = 1\n    match = text\n    return match * n\n",
    profiles=TYPED,
    nodes=(ast.Module, ast.Raise),
    find=_semicolons,
)

LARGE = Rule(
    code="SBX616",
    name="more-than-monty-holds",
    summary="A literal, a call, an unpacking, a comprehension, or nested functions beyond Monty's bounds.",
    why="Monty's compiled form counts in small numbers: it refuses the source, or reads it for minutes.",
    instead="Data as an input; one list as an argument; functions side by side.",
    bad="def total(x: int) -> int:\n    return max(" + "x, " * 256 + ")\n",
    good="def total(x: int) -> int:\n    return max([x] * 256)\n",
    profiles=TYPED,
    nodes=(ast.Module,),
    expressions=tuple(_MEMBERS),
    find=_large,
)

RESERVED = Rule(
    code="SBX617",
    name="reserved-name",
    summary="Setting `__name__`, `__doc__`, `__file__`, `__package__` ... outside functions.",
    why="Monty keeps them to itself and refuses the whole source.",
    instead="Another name.",
    bad="def __name__(x: int) -> int:\n    return x\n",
    good="def name(x: int) -> int:\n    return x\n",
    profiles=TYPED,
    nodes=(ast.Module,),
    find=_reserved,
)

FORMAT = Rule(
    code="SBX619",
    name="format-specifier",
    summary="An f-string's format that is none, such as `{x:10s10}`.",
    why="Monty reads formats with the source, and refuses the whole of it; Python fails when it is reached.",
    instead="A format such as `:>10`, `:,.2f`, `:05d`, `:%Y-%m-%d`.",
    bad="def label(x: int) -> str:\n    return f'{x:5dd}'\n",
    good="def label(x: int) -> str:\n    return f'{x:5d}'\n",
    profiles=TYPED,
    expressions=(ast.FormattedValue,),
    find=_format,
)

RULES = (MATMUL, TARGET, SEMICOLON, LARGE, RESERVED, FORMAT)
