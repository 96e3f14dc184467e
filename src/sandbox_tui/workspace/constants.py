"""What a module's constants are, told from its syntax tree without running it, and how they get into a task's
source.

A constant is a name of the module that is assigned once, by an expression of literals, operators and other
constants. Folding is bounded: a file cannot make its reader compute for long.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from typing import Any

from .literals import LiteralError, write_literal

# Larger results are not what one writes as a constant; they are what one writes to keep a reader busy.
_MAX_BITS = 10_000
_MAX_LENGTH = 1_000_000

_BINARY: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
    ast.LShift: operator.lshift,
    ast.RShift: operator.rshift,
    ast.BitOr: operator.or_,
    ast.BitAnd: operator.and_,
    ast.BitXor: operator.xor,
}
_UNARY: dict[type[ast.unaryop], Callable[[Any], Any]] = {
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
    ast.Not: operator.not_,
    ast.Invert: operator.invert,
}

# Methods of containers that change nothing; a constant whose other attributes are used may be changed.
_READING = frozenset({"get", "items", "keys", "values", "index", "count", "copy", "union", "issubset"})


class NotConstant(Exception):
    """An expression that cannot be told without running the file; the message is a clause ("calls f")."""


class Constants:
    """The constants of one module."""

    def __init__(self, tree: ast.Module) -> None:
        self._values = _assigned_once(tree)
        self._folding: set[str] = set()

    def __contains__(self, name: str) -> bool:
        return name in self._values

    def expression(self, name: str) -> ast.expr | None:
        """The expression that the name is assigned, if it is one of the module's."""
        return self._values.get(name)

    def fold(self, node: ast.expr) -> Any:
        """The value of a constant expression. Raises `NotConstant`."""
        try:
            return self._fold(node)
        except (ArithmeticError, TypeError, ValueError) as error:
            raise NotConstant(f"fails: {error}") from None
        except RecursionError:
            raise NotConstant("is nested too deeply") from None

    def _fold(self, node: ast.expr) -> Any:
        if isinstance(node, ast.Constant):
            return node.value
        if isinstance(node, ast.Name):
            return self._named(node.id)
        if isinstance(node, ast.UnaryOp):
            return _UNARY[type(node.op)](self._fold(node.operand))
        if isinstance(node, ast.BinOp):
            return _bounded(node.op, self._fold(node.left), self._fold(node.right))
        if isinstance(node, ast.List):
            return [self._fold(item) for item in node.elts]
        if isinstance(node, ast.Tuple):
            return tuple(self._fold(item) for item in node.elts)
        if isinstance(node, ast.Set):
            return {self._fold(item) for item in node.elts}
        if isinstance(node, ast.Dict) and None not in node.keys:
            return {self._fold(k): self._fold(v) for k, v in zip(node.keys, node.values) if k is not None}
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("textwrap.dedent", "dedent"):
            # The engine dedents a code string itself.
            return self._fold(node.args[0]) if len(node.args) == 1 and not node.keywords else self._no(node)
        return self._no(node)

    def _named(self, name: str) -> Any:
        if name not in self._values:
            raise NotConstant(f"uses {name}, which is no constant of the file")
        if name in self._folding:
            raise NotConstant(f"uses {name}, which is defined by itself")
        self._folding.add(name)
        try:
            return self._fold(self._values[name])
        finally:
            self._folding.discard(name)

    def _no(self, node: ast.expr) -> Any:
        text = ast.unparse(node)
        raise NotConstant(f"holds {text if len(text) <= 40 else text[:37] + '...'}")


def _assigned_once(tree: ast.Module) -> dict[str, ast.expr]:
    values: dict[str, ast.expr] = {}
    for statement in tree.body:
        if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
            target, value = statement.targets[0], statement.value
        elif isinstance(statement, ast.AnnAssign) and statement.value is not None:
            target, value = statement.target, statement.value
        else:
            continue
        if isinstance(target, ast.Name):
            values[target.id] = value
    counts: dict[str, int] = {}
    for node in _module_level(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, (ast.Store, ast.Del)):
            counts[node.id] = counts.get(node.id, 0) + 1
    rebound = {name for node in ast.walk(tree) if isinstance(node, ast.Global) for name in node.names}
    return {name: value for name, value in values.items() if counts.get(name) == 1 and name not in rebound}


def _module_level(tree: ast.Module) -> list[ast.AST]:
    """Every node that is not inside a function or a class."""
    found: list[ast.AST] = []
    waiting: list[ast.AST] = list(tree.body)
    while waiting:
        node = waiting.pop()
        found.append(node)
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)):
            waiting.extend(ast.iter_child_nodes(node))
    return found


def _bounded(op: ast.operator, left: Any, right: Any) -> Any:
    """`left op right`, unless the result would be very large."""
    is_whole = isinstance(left, int) and isinstance(right, int)
    if isinstance(op, ast.Pow) and is_whole and left.bit_length() * abs(right) > _MAX_BITS:
        raise NotConstant("is too large a number")
    if isinstance(op, ast.LShift) and is_whole and left.bit_length() + right > _MAX_BITS:
        raise NotConstant("is too large a number")
    if isinstance(op, ast.Mult):
        for sequence, times in ((left, right), (right, left)):
            if isinstance(sequence, (str, bytes, list, tuple)) and len(sequence) * int(times) > _MAX_LENGTH:
                raise NotConstant("is too long")
    if isinstance(op, ast.Mod) and isinstance(left, (str, bytes)):
        raise NotConstant("formats a text")
    if type(op) not in _BINARY:
        raise NotConstant("uses an operator that constants do not have")
    result = _BINARY[type(op)](left, right)
    if isinstance(result, int) and result.bit_length() > _MAX_BITS:
        raise NotConstant("is too large a number")
    return result


# --- into a source ---


def inline_constants(
    source: str, constants: Constants, reserved: Mapping[str, Any]
) -> tuple[str, list[tuple[str, int, str]]]:
    """The source with the module's constants that it reads replaced by their values, every line where it was.

    `reserved` are names that stand for something else (externals). Also gives the names that could not be
    replaced: name, line in `source`, and why.
    """
    from ..sandbox.references import free_names

    places: dict[str, list[tuple[int, int]]] = {}
    texts: dict[str, str] = {}
    left: dict[str, tuple[str, int, str]] = {}
    for read in free_names(ast.parse(source), source=source):
        name = read.name
        if name in reserved or name not in constants or name in left:
            continue
        try:
            texts[name] = _written(constants, name, read.attribute)
        except NotConstant as problem:
            left[name] = (name, read.line, str(problem))
            continue
        places.setdefault(name, []).append((read.line, read.column))
    lines = source.split("\n")
    edits = sorted(
        ((*place, name) for name, found in places.items() if name not in left for place in set(found)),
        reverse=True,
    )
    for number, column, name in edits:
        line = lines[number - 1]
        if not line.startswith(name, column - 1):
            # Before Python 3.12 the places inside an f-string are not to be relied on.
            left[name] = (name, number, "is read inside an f-string")
            continue
        lines[number - 1] = line[: column - 1] + texts[name] + line[column - 1 + len(name) :]
    if left:
        # Partly replaced is neither the file's text nor a task that runs.
        return source, sorted(left.values(), key=lambda each: each[1])
    return "\n".join(lines), []


def _written(constants: Constants, name: str, attribute: str | None) -> str:
    expression = constants.expression(name)
    assert expression is not None
    value = constants.fold(expression)
    if isinstance(value, (list, dict, set)) and attribute is not None and attribute not in _READING:
        raise NotConstant(f"may be changed by .{attribute}")
    try:
        text = write_literal(value)
    except LiteralError as error:
        raise NotConstant(str(error)) from None
    try:
        ast.literal_eval(text)
    except ValueError:
        # `inf`, which Python has no literal for.
        raise NotConstant("has no literal that says it") from None
    # A number in front of an attribute or behind an operator keeps its meaning only in brackets.
    return (
        text
        if isinstance(value, (str, bytes, list, dict, set, tuple, bool)) or value is None
        else f"({text})"
    )
