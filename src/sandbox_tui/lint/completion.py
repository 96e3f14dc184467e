"""Completion and the signature of the call at the cursor, from what the linter knows.

Names that are legal at a place: parameters, the names that the source binds, the externals with their
signatures, the builtins of the Monty judged for, and behind a dot the methods that its types have. Works
while the text does not parse, on the parts that do. Never raises, whatever the text.
"""

from __future__ import annotations

import ast
import builtins
import inspect
import re
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from .call_text import Cursor, Token, cursor_at, open_call_at
from .diagnostic import Position
from .parsing import Unparsable, parse_expression
from .reading import read
from .source_text import SourceText
from .targets import target_of

ItemKind = Literal["parameter", "local", "external", "function", "method", "builtin", "keyword"]

# Statements that the documented restrictions refuse are not offered.
_KEYWORDS = (
    "and",
    "assert",
    "break",
    "continue",
    "def",
    "elif",
    "else",
    "False",
    "for",
    "if",
    "in",
    "is",
    "lambda",
    "None",
    "not",
    "or",
    "pass",
    "raise",
    "return",
    "True",
    "while",
)
_FLYTE_MAP = "(task, *iterables, concurrency=0, group_name=None, return_exceptions=True) -> list"
BUILTIN_TYPES = ("str", "int", "float", "bool", "bytes", "list", "dict", "tuple", "set", "frozenset")
"""The types whose methods are offered behind a dot."""


def methods_of(kind: str) -> tuple[str, ...]:
    """The public methods of a builtin type in the installed Monty, sorted; none for any other name."""
    return tuple(sorted(name for name in target_of().methods.get(kind, ()) if not name.startswith("_")))


_RANK: dict[ItemKind, int] = {
    "parameter": 0,
    "local": 1,
    "external": 2,
    "function": 3,
    "method": 4,
    "builtin": 5,
    "keyword": 6,
}


@dataclass(frozen=True, slots=True)
class Completion:
    """One thing to be written at a place: its text, what it is, and a few words on it (a signature, a
    type).
    """

    text: str
    kind: ItemKind
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Completions:
    """What can be written from `start` to the cursor, the best first."""

    start: Position
    items: tuple[Completion, ...]


@dataclass(frozen=True, slots=True)
class SignatureHelp:
    """The signature of the call at the cursor.

    `text` is the whole (`pick(total: float, express: bool = False) -> str`), `active` the range in it (from
    0, end exclusive) of the parameter that is being written, or None.
    """

    text: str
    active: tuple[int, int] | None


def completions(
    source: str,
    position: Position,
    *,
    kind: Literal["function", "code"] = "function",
    inputs: Mapping[str, str] | None = None,
    externals: Mapping[str, str | None] | None = None,
    builtin_names: Iterable[str] = (),
) -> Completions | None:
    """What can be written at `position`, or None where nothing is: in a string, a comment, a number.

    `inputs` are a code task's, `externals` the declared ones with the text of their signatures,
    `builtin_names` the builtins of the Monty judged for (`lint.targets`).
    """
    text = SourceText(source)
    offset = _offset(text, position)
    cursor = cursor_at(source, offset, position)
    if cursor is None:
        return None
    names = _names(source, position, inputs or {}, externals or {})
    if cursor.receiver is not None:
        items = _methods(cursor, names)
    else:
        items = _keyword_arguments(source, position, externals or {})
        items += _all_names(names, externals or {}, builtin_names)
    return Completions(cursor.start, _matching(cursor.word, items))


def signature_at(
    source: str,
    position: Position,
    *,
    externals: Mapping[str, str | None] | None = None,
) -> SignatureHelp | None:
    """The signature of the call whose arguments are being written at `position`: an external's, a function's
    of the source, `flyte_map`'s or a builtin's; None where there is none.
    """
    call = open_call_at(source, _offset(SourceText(source), position))
    if call is None:
        return None
    signature = _signature_text(call.function, source, externals or {})
    if signature is None:
        return None
    text = f"{call.function}{signature}"
    return SignatureHelp(text, _active(text, len(call.function), call.argument, call.keyword))


def narrowed(found: Completions, word: str) -> tuple[Completion, ...]:
    """What of `found` is left when its word has grown to `word`, the best first."""
    return _matching(word, found.items)


def _offset(text: SourceText, position: Position) -> int:
    line = min(max(position.line, 1), len(text.starts))
    start = text.starts[line - 1]
    return min(start + max(position.column, 1) - 1, start + len(text.lines[line - 1]))


def _matching(word: str, items: Iterable[Completion]) -> tuple[Completion, ...]:
    """Those that begin with the word first, then those that hold its letters in order; never the word
    itself.
    """
    lowered = word.lower()
    letters = re.compile(".*".join(re.escape(letter) for letter in lowered))
    found: dict[str, tuple[tuple[int, int, str], Completion]] = {}
    for item in items:
        name = item.text.lower()
        if item.text == word or (not word and item.kind in ("builtin", "keyword")):
            continue
        if name.startswith(lowered):
            rank = 0
        elif len(word) > 1 and name[0] == lowered[0] and letters.match(name):
            rank = 1
        else:
            continue
        key = rank, _RANK[item.kind], name
        if item.text not in found or key < found[item.text][0]:
            found[item.text] = key, item
    return tuple(item for _, item in sorted(found.values(), key=lambda pair: pair[0]))


# --- the names of a source ---


@dataclass(slots=True)
class _Names:
    """Names seen at a place, with the name of their type where that is certain ("" where not)."""

    parameters: dict[str, str]
    local: dict[str, str]
    functions: dict[str, str]
    externals: Mapping[str, str | None]


def _names(
    source: str, position: Position, inputs: Mapping[str, str], externals: Mapping[str, str | None]
) -> _Names:
    names = _Names({name: _annotation_text(text) for name, text in inputs.items()}, {}, {}, externals)
    lines = SourceText(source).lines
    line = lines[min(position.line, len(lines)) - 1] if position.line > 0 else ""
    # A line that holds nothing yet belongs to the block that its cursor stands in.
    indent = len(line) - len(line.lstrip()) if line.strip() else position.column - 1
    _collect(read(source).tree.body, position, indent, names)
    return names


def _collect(body: Sequence[ast.stmt], position: Position, indent: int, names: _Names) -> None:
    """The names that a block binds, and those of the functions in it that the place is in."""
    pending: deque[ast.AST] = deque(body)
    nearest = _nearest(body, position)
    while pending:
        node = pending.popleft()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            names.functions.setdefault(node.name, _function_text(node))
            # What could be read of a function may end before the line that is being written; its depth tells.
            inside = node.lineno <= position.line <= (node.end_lineno or node.lineno)
            behind = node is nearest and indent > node.col_offset
            if inside or behind:
                for argument in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs):
                    names.parameters[argument.arg] = _annotation(argument.annotation)
                pending.extend(node.body)
                nearest = _nearest(node.body, position)
        elif isinstance(node, ast.ClassDef):
            names.local.setdefault(node.name, "")
        else:
            _bind(node, names)
            pending.extend(ast.iter_child_nodes(node))


def _nearest(body: Sequence[ast.stmt], position: Position) -> ast.stmt | None:
    """The last statement of a block that begins before a place."""
    before = [node for node in body if node.lineno <= position.line]
    return before[-1] if before else None


def _bind(node: ast.AST, names: _Names) -> None:
    if isinstance(node, ast.Assign):
        for target in node.targets:
            if isinstance(target, ast.Name):
                names.local[target.id] = names.local.get(target.id) or _type_of(node.value, names)
    elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        names.local[node.target.id] = _annotation(node.annotation)
    elif isinstance(node, ast.alias):
        names.local.setdefault((node.asname or node.name).split(".")[0], "")
    elif isinstance(node, ast.ExceptHandler) and node.name:
        names.local.setdefault(node.name, "")
    elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        names.local.setdefault(node.id, "")


def _function_text(node: ast.FunctionDef | ast.AsyncFunctionDef) -> str:
    returns = f" -> {ast.unparse(node.returns)}" if node.returns is not None else ""
    return f"({ast.unparse(node.args)}){returns}"


def _annotation_text(text: str) -> str:
    try:
        return _annotation(parse_expression(text))
    except Unparsable:
        return ""


def _annotation(node: ast.expr | None) -> str:
    """The builtin type that an annotation names (`list[int]` -> "list")."""
    if isinstance(node, ast.Subscript):
        node = node.value
    name = getattr(node, "id", "") or getattr(node, "attr", "")
    lowered = str(name).lower() if name in ("List", "Dict", "Tuple", "Set", "FrozenSet") else str(name)
    return lowered if lowered in BUILTIN_TYPES else ""


_LITERALS: dict[type[ast.AST], str] = {
    ast.List: "list",
    ast.ListComp: "list",
    ast.GeneratorExp: "list",
    ast.Dict: "dict",
    ast.DictComp: "dict",
    ast.Tuple: "tuple",
    ast.Set: "set",
    ast.SetComp: "set",
    ast.JoinedStr: "str",
}


def _type_of(node: ast.expr, names: _Names) -> str:
    """The builtin type of an expression's value, where it is certain."""
    if isinstance(node, ast.Constant):
        kind = type(node.value).__name__
        return kind if kind in BUILTIN_TYPES else ""
    if isinstance(node, ast.Name):
        return names.local.get(node.id) or names.parameters.get(node.id, "")
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        if node.func.id in BUILTIN_TYPES:
            return node.func.id
        signature = names.externals.get(node.func.id) or names.functions.get(node.func.id) or ""
        if "->" in signature:
            return _annotation_text(signature.rsplit("->", 1)[1].strip())
        return {"sorted": "list", "repr": "str", "flyte_map": "list", "len": "int"}.get(node.func.id, "")
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        return _METHOD_RESULTS.get((_type_of(node.func.value, names), node.func.attr), "")
    return _LITERALS.get(type(node), "")


_METHOD_RESULTS: dict[tuple[str, str], str] = {
    **{
        ("str", name): "str"
        for name in ("strip", "lower", "upper", "replace", "join", "title", "format", "lstrip", "rstrip")
    },
    ("str", "split"): "list",
    ("str", "splitlines"): "list",
    ("str", "encode"): "bytes",
    ("bytes", "decode"): "str",
    ("list", "copy"): "list",
    ("dict", "copy"): "dict",
}


# --- what is offered ---


def _methods(cursor: Cursor, names: _Names) -> list[Completion]:
    kind = _receiver_type(cursor.receiver or (), names)
    if kind:
        return [Completion(name, "method", kind) for name in methods_of(kind)]
    by_name: dict[str, list[str]] = {}
    for each in BUILTIN_TYPES:
        if each != "bool":
            for name in methods_of(each):
                by_name.setdefault(name, []).append(each)
    return [Completion(name, "method", ", ".join(kinds)) for name, kinds in by_name.items()]


def _receiver_type(tokens: tuple[Token, ...], names: _Names) -> str:
    if not tokens:
        return ""
    try:
        node = parse_expression(" ".join(token.text for token in tokens))
    except Unparsable:
        return ""
    return _type_of(node, names)


def _keyword_arguments(
    source: str, position: Position, externals: Mapping[str, str | None]
) -> list[Completion]:
    """The keywords that the call at the place takes and does not have yet, as `name=`."""
    call = open_call_at(source, _offset(SourceText(source), position))
    if call is None or call.keyword is not None:
        return []
    signature = _signature_text(call.function, source, externals)
    if signature is None:
        return []
    names = []
    for start, end in _parameters(signature, 0)[call.argument :]:
        name, _, rest = signature[start:end].partition(":")
        name = name.partition("=")[0].strip()
        if name.isidentifier():
            names.append(Completion(f"{name}=", "parameter", rest.strip()))
    return names


def _all_names(
    names: _Names, externals: Mapping[str, str | None], builtin_names: Iterable[str]
) -> list[Completion]:
    items = [Completion(name, "parameter", kind) for name, kind in names.parameters.items()]
    items += [Completion(name, "local", kind) for name, kind in names.local.items()]
    items += [Completion(name, "external", signature or "") for name, signature in externals.items()]
    items += [Completion(name, "function", text) for name, text in names.functions.items()]
    if externals:
        items.append(Completion("flyte_map", "external", _FLYTE_MAP))
    items += [Completion(name, "builtin") for name in builtin_names if not name.startswith("_")]
    items += [Completion(word, "keyword") for word in _KEYWORDS]
    return items


# --- signatures ---


def _signature_text(function: str, source: str, externals: Mapping[str, str | None]) -> str | None:
    if function in externals:
        return (externals[function] or "(...)").strip().removeprefix("async").strip()
    for node in ast.walk(read(source).tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == function:
            return _function_text(node)
    if function == "flyte_map":
        return _FLYTE_MAP
    found = getattr(builtins, function, None)
    if callable(found):
        try:
            return str(inspect.signature(found)).replace("/, ", "").replace(", /", "")
        except (TypeError, ValueError):
            return "(...)"
    return None


def _active(text: str, begin: int, argument: int, keyword: str | None) -> tuple[int, int] | None:
    """The range of a parameter in a signature: the one of a keyword, or the one at a place in the order."""
    parts = _parameters(text, begin)
    if keyword is not None:
        for start, end in parts:
            if re.match(rf"\s*{re.escape(keyword)}\b", text[start:end]):
                return start, end
        return None
    named = [(start, end) for start, end in parts if text[start:end] not in ("*", "/")]
    if argument < len(named):
        return named[argument]
    # A star takes all the rest.
    return next(((start, end) for start, end in named if text[start:end].startswith("*")), None)


def _parameters(text: str, begin: int) -> list[tuple[int, int]]:
    """The ranges of the parameters between the first brackets from `begin` on."""
    parts: list[tuple[int, int]] = []
    depth = 0
    start = begin + 1
    for index in range(begin, len(text)):
        letter = text[index]
        if letter in "([{":
            depth += 1
        elif letter in ")]}":
            depth -= 1
        if (letter == "," and depth == 1) or depth == 0:
            if text[start:index].strip():
                parts.append((start, index))
            start = index + 1
            while start < len(text) and text[start] == " ":
                start += 1
        if depth == 0:
            break
    return parts
