"""The source of a function object as Monty gets it: its definition alone, found on the syntax tree, and a
call at the end.

Flyte looks for the first line that begins with `def` and takes it from there, which cuts a function short
whose decorator or docstring holds such a line. Here the file is parsed once, the function found by its name
and first line, and its own lines taken: decorators of any shape stay behind, and dedenting leaves the text
inside multi-line strings alone.

A default that is more than a constant expression is not evaluated a second time in the sandbox, where its
names are unknown: the header gets a name in its place, and the value that the host has found is passed in
(`ExtractedSource.injected`).
"""

from __future__ import annotations

import ast
import functools
import linecache
import textwrap
import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from .boundary import crossing_problem
from .errors import BoundaryError, SourceError
from .function_text import (
    UNREADABLE,
    FunctionNode,
    FunctionSource,
    argument_name,
    character_column,
    read_function,
    segment,
    trailing_call,
)
from .interface import NOT_LITERAL, Interface, Parameter, interface_of, parameters_of_function

__all__ = [
    "NOT_LITERAL",
    "ExtractedSource",
    "FunctionSource",
    "Interface",
    "Parameter",
    "extract_function",
    "extract_source",
    "interface_of",
    "plain_function",
    "prepare_code_source",
    "read_function",
    "trailing_call",
]

_GENERATOR = 0x20
_COROUTINE = 0x80
_ASYNC_GENERATOR = 0x200


@dataclass(frozen=True)
class ExtractedSource:
    """A function's own source and where it came from.

    `code` is the definition alone: no decorators, no call, dedented. Its line 1 is line `first_line` of
    `filename`. `column_shift` is how many columns dedenting took away, `shifts` the same for each line (lines
    inside a string keep theirs). `injected` are the values to pass in beside the inputs: defaults that the
    host has evaluated. A parameter's `type` is the annotation as the function object has it; `interface_of`
    resolves it.
    """

    code: str
    name: str
    parameters: tuple[Parameter, ...]
    is_async: bool
    filename: str
    first_line: int
    column_shift: int
    injected: Mapping[str, Any] = field(default_factory=dict)
    shifts: tuple[int, ...] = ()
    # Replaced defaults that made a line longer: line (1-based), column from which on (0-based, in `code`), by
    # how much.
    insertions: tuple[tuple[int, int, int], ...] = ()

    @property
    def input_names(self) -> list[str]:
        """The parameters' names, in order."""
        return [parameter.name for parameter in self.parameters]

    @property
    def call(self) -> str:
        """The call that passes every parameter: `add(x, y)`, `await fetch(x)`, `f(a, b=b)`."""
        return trailing_call(self)

    def feed_inputs(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """The globals to give to Monty for `values`, one a parameter: as `trailing_call` expects them, and
        what is injected.
        """
        return {argument_name(self.name, name): value for name, value in values.items()} | dict(self.injected)

    def to_file(self, line: int, column: int) -> tuple[int, int]:
        """The place in the file of a place in `code` (all 1-based, columns in characters).

        Lines behind the code belong to the trailing call, which stands for the definition as a whole.
        """
        if not 1 <= line <= len(self.shifts):
            return self.first_line, self.column_shift + 1
        start = column - 1
        for at, from_column, longer in reversed(self.insertions):
            if at == line and start >= from_column:
                start -= longer
        return self.first_line + line - 1, start + self.shifts[line - 1] + 1


def extract_source(func: Callable[..., Any]) -> tuple[str, list[str]]:
    """Flyte's contract: the definition followed by its call, and the names of the inputs.

    Raises `SourceError` (a TypeError) as `extract_function` does.
    """
    extracted = extract_function(func)
    return f"{extracted.code}\n{extracted.call}", extracted.input_names


def prepare_code_source(source: str) -> str:
    """A code string as Monty takes it: dedented and stripped, `None` when there is nothing in it."""
    return textwrap.dedent(source).strip() or "None"


def plain_function(func: Any) -> types.FunctionType:
    """The Python function that `func` is, or that a cache or a static method holds.

    A `functools` cache gives the answers of its function, so that the function itself can stand for it. Any
    other wrapper does something of its own, which the sandbox could not do: it is refused, as is everything
    that is no function. Raises `SourceError`, naming the function and the reason.
    """
    name = getattr(func, "__qualname__", None) or getattr(func, "__name__", None) or repr(func)
    while not isinstance(func, types.FunctionType):
        inner = getattr(func, "__wrapped__", None)
        if inner is None or not (hasattr(func, "cache_info") or isinstance(func, staticmethod)):
            raise SourceError(f"{name} cannot be a sandboxed task: {_kind(func)}")
        func = inner
    where: dict[str, Any] = {"filename": func.__code__.co_filename, "line": func.__code__.co_firstlineno}
    if hasattr(func, "__wrapped__"):
        raise SourceError(
            f"{name} is wrapped by another decorator, whose work the sandbox cannot do: "
            "put the orchestrator's decorator directly on the function",
            **where,
        )
    flags = func.__code__.co_flags
    if flags & _ASYNC_GENERATOR:
        raise SourceError(f"Sandboxed tasks cannot be async generators: {name}", **where)
    if flags & _GENERATOR:
        raise SourceError(f"Sandboxed tasks cannot be generators: {name}", **where)
    if func.__code__.co_name == "<lambda>":
        raise SourceError(
            f"{name} cannot be a sandboxed task: a lambda has no name to call it by, write a def", **where
        )
    return func


def _kind(func: Any) -> str:
    if isinstance(func, functools.partial):
        return "a functools.partial has no source, write a def that calls it"
    if isinstance(func, types.MethodType):
        return "a bound method carries an object that cannot enter the sandbox"
    if isinstance(func, types.BuiltinFunctionType):
        return "a function written in C has no Python source"
    if isinstance(func, type):
        return "it is a class"
    return f"it is a {type(func).__name__}, not a Python function"


def extract_function(func: Callable[..., Any]) -> ExtractedSource:
    """The source of a function, as Monty gets it.

    Raises `SourceError` naming the function and the reason: a generator, a lambda, `*args` or `**kwargs`,
    something that is no plain function, a function whose source cannot be found; `BoundaryError` for a
    default that cannot enter the sandbox.
    """
    plain = plain_function(func)
    parameters = parameters_of_function(plain)
    node, lines = _find(plain)
    first, last = node.lineno, node.end_lineno or node.lineno
    indent = character_column(lines[first - 1], node.col_offset)
    own = lines[first - 1 : last]
    own, parameters, injected, insertions = _inject_defaults(plain, node, own, parameters)
    shifts = _shifts(node, own, indent)
    code = "\n".join(line[shift:] for line, shift in zip(own, shifts)).rstrip()
    return ExtractedSource(
        code=code,
        name=node.name,
        parameters=tuple(parameters),
        is_async=bool(plain.__code__.co_flags & _COROUTINE),
        filename=plain.__code__.co_filename,
        first_line=first,
        column_shift=indent,
        injected=injected,
        shifts=tuple(shifts),
        insertions=tuple((line, column - shifts[line - 1], longer) for line, column, longer in insertions),
    )


@functools.lru_cache(maxsize=4)
def _functions_of(text: str) -> dict[tuple[str, int], FunctionNode]:
    """Every function definition of a file by its name and the line that a code object has for it.

    That line is the first decorator's, where there is one. One file holds many orchestrators: it is parsed
    once.
    """
    found: dict[tuple[str, int], FunctionNode] = {}
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            line = node.decorator_list[0].lineno if node.decorator_list else node.lineno
            found[node.name, line] = node
    return found


def _find(func: types.FunctionType) -> tuple[FunctionNode, list[str]]:
    """The function's node and the lines of its file (without line ends)."""
    code = func.__code__
    linecache.checkcache(code.co_filename)
    lines = [line.rstrip("\r\n") for line in linecache.getlines(code.co_filename, func.__globals__)]
    where: dict[str, Any] = {"filename": code.co_filename, "line": code.co_firstlineno}
    if not lines:
        raise SourceError(
            f"the source of {func.__qualname__} cannot be found (it was made by exec, or typed at a prompt): "
            "a sandboxed task stands in a file, or is given as a code string",
            **where,
        )
    try:
        node = _functions_of("\n".join(lines)).get((code.co_name, code.co_firstlineno))
    except UNREADABLE:
        node = None
    if node is None or not _agrees(node, code):
        raise SourceError(
            f"the source of {func.__qualname__} cannot be found: {code.co_filename} no longer holds it "
            f"at line {code.co_firstlineno} (was the file changed since it was imported?)",
            **where,
        )
    return node, lines


def _agrees(node: FunctionNode, code: types.CodeType) -> bool:
    """Whether a definition has a code object's parameters: so a file changed meanwhile is noticed."""
    names = [argument.arg for argument in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)]
    count = code.co_argcount + code.co_kwonlyargcount
    same_kind = isinstance(node, ast.AsyncFunctionDef) == bool(code.co_flags & _COROUTINE)
    # A name like `__x` in a class is mangled in the code object.
    return (
        same_kind and len(names) == count and all(own.endswith(n) for own, n in zip(code.co_varnames, names))
    )


def _shifts(node: FunctionNode, lines: list[str], indent: int) -> list[int]:
    """How many characters of each line dedenting takes away: none inside a string that spans lines."""
    inside = _inside_strings(node)
    return [
        0 if number in inside else min(indent, len(line) - len(line.lstrip(" \t\f")))
        for number, line in enumerate(lines, node.lineno)
    ]


_STRING_NODES = tuple(
    getattr(ast, name)
    for name in ("JoinedStr", "TemplateStr", "Interpolation", "FormattedValue")
    if hasattr(ast, name)
)


def _inside_strings(node: ast.AST) -> set[int]:
    """The lines that begin inside a string, by their number in the file.

    What stands inside an f-string is not looked into: before Python 3.12 its positions are not to be relied
    on, and its own covers them.
    """
    lines: set[int] = set()
    waiting = [node]
    while waiting:
        inner = waiting.pop()
        is_string = isinstance(inner, ast.Constant) and isinstance(inner.value, str | bytes)
        if is_string or isinstance(inner, _STRING_NODES):
            assert isinstance(inner, ast.expr)
            lines.update(range(inner.lineno + 1, (inner.end_lineno or inner.lineno) + 1))
        else:
            waiting.extend(ast.iter_child_nodes(inner))
    return lines


_CONSTANT_NODES = (
    ast.Constant,
    ast.UnaryOp,
    ast.BinOp,
    ast.BoolOp,
    ast.Compare,
    ast.IfExp,
    ast.Tuple,
    ast.List,
    ast.Set,
    ast.Dict,
    ast.operator,
    ast.unaryop,
    ast.boolop,
    ast.cmpop,
    ast.expr_context,
)


def _is_constant(node: ast.expr) -> bool:
    """Whether Monty evaluates an expression to what the host does: constants and operators, no names and no
    calls.
    """
    return all(
        isinstance(inner, _CONSTANT_NODES)
        and not (isinstance(inner, ast.Constant) and isinstance(inner.value, complex))
        for inner in ast.walk(node)
    )


def _inject_defaults(
    func: types.FunctionType, node: FunctionNode, lines: list[str], parameters: list[Parameter]
) -> tuple[list[str], list[Parameter], dict[str, Any], list[tuple[int, int, int]]]:
    """Replaces defaults that need names by injected ones, from the last to the first so that places stay
    true.

    Every line keeps its number. Where the name is shorter than the expression, spaces keep the columns behind
    it as well.
    """
    expressions = _default_nodes(node)
    injected: dict[str, Any] = {}
    insertions: list[tuple[int, int, int]] = []
    lines = list(lines)
    text = "\n".join(lines)
    result = list(parameters)
    in_order = sorted(
        ((i, expressions[p.name]) for i, p in enumerate(parameters) if p.has_default),
        key=lambda pair: (pair[1].lineno, pair[1].col_offset),
        reverse=True,
    )
    for index, expression in in_order:
        parameter = parameters[index]
        if _is_constant(expression):
            absolute = [""] * (node.lineno - 1) + lines
            result[index] = replace(parameter, default_text=segment(absolute, expression))
            continue
        problem = crossing_problem(parameter.default, f"the default of '{parameter.name}'")
        if problem is not None:
            raise BoundaryError(
                f"{func.__qualname__}: {problem}",
                path=parameter.name,
                filename=func.__code__.co_filename,
                line=expression.lineno,
            )
        name = f"__default_{parameter.name}"
        while name in text:
            name += "_"
        injected[name] = parameter.default
        result[index] = replace(parameter, default_text=name)
        insertions = _replace(lines, expression, node.lineno, name) + insertions
    return lines, result, injected, _accumulated(insertions)


def _default_nodes(node: FunctionNode) -> dict[str, ast.expr]:
    positional = [*node.args.posonlyargs, *node.args.args]
    found = {
        argument.arg: default
        for argument, default in zip(
            positional[len(positional) - len(node.args.defaults) :], node.args.defaults
        )
    }
    for argument, default in zip(node.args.kwonlyargs, node.args.kw_defaults):
        if default is not None:
            found[argument.arg] = default
    return found


def _replace(lines: list[str], expression: ast.expr, base: int, name: str) -> list[tuple[int, int, int]]:
    """Puts `name` in the place of an expression; says where that made a line longer (line, old end column, by
    how much).
    """
    first, last = expression.lineno - base, (expression.end_lineno or expression.lineno) - base
    start = character_column(lines[first], expression.col_offset)
    end = character_column(lines[last], expression.end_col_offset or 0)
    if first == last:
        longer = max(0, len(name) - (end - start))
        lines[first] = lines[first][:start] + name.ljust(end - start) + lines[first][end:]
        return [(first + 1, end, longer)] if longer else []
    lines[first] = lines[first][:start] + name
    for middle in range(first + 1, last):
        lines[middle] = ""
    lines[last] = " " * end + lines[last][end:]
    return []


def _accumulated(insertions: list[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    """Insertions with columns of the new lines instead of the old: each is moved by those before it on its
    line.
    """
    moved: list[tuple[int, int, int]] = []
    for line, column, longer in insertions:
        before = sum(other for at, _, other in moved if at == line)
        moved.append((line, column + before + longer, longer))
    return moved
