"""A function as text: its header read without running anything, and the call that gives it its inputs.

Works on what stands in an editor. When the whole text parses, the syntax tree answers; when it does not
(half-typed, or written for a newer Python than the host's), the header alone is cut out by its tokens and
read, so that the form of the inputs stays.
"""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from ..lint.parsing import Unparsable, parse
from .annotations import resolve_annotation
from .errors import BoundaryError, SourceError
from .interface import NOT_LITERAL, Parameter, ParameterKind

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef

# What reading a text can raise: broken syntax, a null byte, and a text nested too deep for the parser.
UNREADABLE = (SyntaxError, ValueError, RecursionError, MemoryError)


@dataclass(frozen=True)
class FunctionSource:
    """A task's function as its text tells it.

    `line` is the line of its `def`, `parses` whether the host's Python reads all of it, `returns` the text of
    the return annotation (None when there is none), `generator_line` the line of the first `yield` that makes
    it a generator.
    """

    code: str
    name: str
    parameters: tuple[Parameter, ...]
    returns: str | None
    is_async: bool
    docstring: str | None
    line: int
    parses: bool
    returns_line: int | None = None
    generator_line: int | None = None

    @property
    def input_names(self) -> list[str]:
        """The parameters' names, in order."""
        return [parameter.name for parameter in self.parameters]

    def feed_inputs(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """The globals to give to Monty for `values`, one a parameter: they are called as `trailing_call`
        expects them.
        """
        return {argument_name(self.name, name): value for name, value in values.items()}


class Callee(Protocol):
    """What `trailing_call` needs to know of a function."""

    @property
    def name(self) -> str: ...
    @property
    def parameters(self) -> tuple[Parameter, ...]: ...
    @property
    def is_async(self) -> bool: ...


def argument_name(function: str, parameter: str) -> str:
    """The global that holds a parameter's value: the parameter's own name, unless the function itself has
    that one.
    """
    return parameter if parameter != function else f"__input_{parameter}"


def trailing_call(function: Callee, given: Collection[str] | None = None) -> str:
    """The call that follows the definition: `add(x, y)`, `await fetch(x)`, `f(a, b=b)`.

    Passes the parameters in `given` (all of them when None), each in its own way, and leaves out the others,
    so that their defaults apply; one left out before a positional-only parameter that is given is passed as
    the text of its default, for it cannot be skipped.
    """
    passed = [p for p in function.parameters if given is None or p.name in given]
    last_positional = max(
        (i for i, p in enumerate(function.parameters) if p in passed and p.kind == "positional_only"),
        default=-1,
    )
    arguments = []
    skipped = False
    for index, parameter in enumerate(function.parameters):
        value = argument_name(function.name, parameter.name)
        if parameter not in passed:
            if index < last_positional and parameter.has_default:
                arguments.append(parameter.default_text or repr(parameter.default))
            else:
                skipped = True
        elif parameter.kind == "keyword_only" or (skipped and parameter.kind == "positional_or_keyword"):
            arguments.append(f"{parameter.name}={value}")
        else:
            arguments.append(value)
    call = f"{function.name}({', '.join(arguments)})"
    return f"await {call}" if function.is_async else call


def read_function(source: str) -> FunctionSource:
    """The one top-level function of `source`, from its text; fast, and nothing of it runs.

    Keeps working while the body does not parse. Raises `SourceError`, with the line, when there is no
    function, more than one, another statement or a decorator beside it, `*args` or `**kwargs`, or when its
    header cannot be read.
    """
    try:
        tree = parse(source)
    except Unparsable:
        return _read_header(source)
    node = _only_function(tree)
    return _function_source(
        source, node, source.split("\n"), node.lineno, parses=True, docstring=ast.get_docstring(node)
    )


def _only_function(tree: ast.Module) -> FunctionNode:
    found: FunctionNode | None = None
    for statement in tree.body:
        if not isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
            raise SourceError(_BESIDE, line=statement.lineno)
        if found is not None:
            raise SourceError(
                f"more than one function: {found.name} is the task, so define {statement.name} inside it",
                line=statement.lineno,
            )
        if statement.decorator_list:
            raise SourceError(_DECORATED, line=statement.decorator_list[0].lineno)
        found = statement
    if found is None:
        raise SourceError(_NONE, line=1)
    return found


_NONE = "there is no function here: a task of kind function is one def"
_BESIDE = "a statement beside the function: a task of kind function is one def and nothing else"
_DECORATED = "a decorator on the task: its limits are settings, so leave the decorator off"


def _function_source(
    source: str, node: FunctionNode, lines: list[str], line: int, *, parses: bool, docstring: str | None
) -> FunctionSource:
    """`node` stands in `lines`, whose first is line 1; `line` is the line of its def in `source`."""
    offset = line - node.lineno
    return FunctionSource(
        code=source,
        name=node.name,
        parameters=tuple(parameters_of_node(node, lines, offset)),
        returns=None if node.returns is None else segment(lines, node.returns),
        is_async=isinstance(node, ast.AsyncFunctionDef),
        docstring=docstring,
        line=line,
        parses=parses,
        returns_line=None if node.returns is None else node.returns.lineno + offset,
        # The word is looked for first: walking the whole tree would cost more than parsing did.
        generator_line=_generator_line(node) if parses and "yield" in source else None,
    )


def parameters_of_node(node: FunctionNode, lines: list[str], offset: int = 0) -> Iterator[Parameter]:
    """The parameters that a function's header declares; `lines` is the text that `node` stands in, `offset`
    where that begins.
    """
    arguments = node.args
    star = arguments.vararg or arguments.kwarg
    if star is not None:
        stars = "*" if arguments.vararg else "**"
        raise SourceError(
            f"{node.name} takes {stars}{star.arg}: a sandboxed task has named parameters only",
            line=star.lineno + offset,
        )
    positional = [*arguments.posonlyargs, *arguments.args]
    without = len(positional) - len(arguments.defaults)
    for index, argument in enumerate(positional):
        kind: ParameterKind = (
            "positional_only" if index < len(arguments.posonlyargs) else "positional_or_keyword"
        )
        yield _parameter(
            argument, kind, arguments.defaults[index - without] if index >= without else None, lines
        )
    for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults):
        yield _parameter(argument, "keyword_only", default, lines)


def _parameter(
    argument: ast.arg, kind: ParameterKind, default: ast.expr | None, lines: list[str]
) -> Parameter:
    tp: Any = Any
    if argument.annotation is not None:
        try:
            tp = resolve_annotation(argument.annotation)
        except BoundaryError:
            # The linter marks it, and a template of it is refused; the form takes any value meanwhile.
            tp = Any
    value: Any = None
    if default is not None:
        try:
            value = ast.literal_eval(default)
        except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
            value = NOT_LITERAL
    return Parameter(
        name=argument.arg,
        annotation=None if argument.annotation is None else segment(lines, argument.annotation),
        type=tp,
        kind=kind,
        has_default=default is not None,
        default=value,
        default_text=None if default is None else segment(lines, default),
    )


def character_column(line: str, byte_column: int) -> int:
    """A syntax tree's column, which counts UTF-8 bytes, in characters (both from 0)."""
    if line.isascii():
        return byte_column
    return len(line.encode()[:byte_column].decode("utf-8", "replace"))


def segment(lines: list[str], node: ast.expr) -> str:
    """The text of an expression, on one line."""
    first, last = node.lineno - 1, (node.end_lineno or node.lineno) - 1
    start = character_column(lines[first], node.col_offset)
    end = character_column(lines[last], node.end_col_offset or 0)
    if first == last:
        return lines[first][start:end]
    # Its own text would need the brackets around it, and could hold comments.
    return ast.unparse(node)


def _generator_line(node: FunctionNode) -> int | None:
    """The line of the first `yield` of the function itself, not of a function inside it."""
    lines: list[int] = []
    waiting: list[ast.AST] = list(node.body)
    while waiting:
        inner = waiting.pop()
        if isinstance(inner, ast.Yield | ast.YieldFrom):
            lines.append(inner.lineno)
        elif isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            waiting.extend(inner.decorator_list)
        elif not isinstance(inner, ast.Lambda):
            waiting.extend(ast.iter_child_nodes(inner))
    return min(lines, default=None)


def _read_header(source: str) -> FunctionSource:
    """`read_function` for a text that does not parse: the header up to its colon, with `pass` for a body."""
    tokens = _tokens(source)
    start, name_end = _find_def(tokens)
    end, type_parameters, docstring = _find_colon(tokens, start, name_end)
    lines = source.split("\n")
    if type_parameters is not None:
        lines = _blank_out(lines, *type_parameters)
    last = end[0] - 1
    header = [*lines[start[0] - 1 : last], lines[last][: end[1]]]
    header[0] = header[0][start[1] :]
    text = "\n".join(header) + " pass"
    try:
        node = parse(text).body[0]
    except Unparsable as error:
        raise SourceError(
            f"the function's header cannot be read: {error.message}", line=start[0] + error.start.line - 1
        ) from None
    assert isinstance(node, FunctionNode)
    return _function_source(source, node, text.split("\n"), start[0], parses=False, docstring=docstring)


Place = tuple[int, int]


def _tokens(source: str) -> Iterator[tokenize.TokenInfo]:
    """The tokens of a text up to where they end or cannot be told."""
    try:
        yield from tokenize.generate_tokens(io.StringIO(source).readline)
    except (tokenize.TokenError, *UNREADABLE):
        return


_FILLING = (
    tokenize.NL,
    tokenize.COMMENT,
    tokenize.INDENT,
    tokenize.DEDENT,
    tokenize.NEWLINE,
    tokenize.ENCODING,
)


def _find_def(tokens: Iterable[tokenize.TokenInfo]) -> tuple[Place, Place]:
    """Where the function begins (at `async` or `def`), and where its name ends."""
    start: Place | None = None
    seen_def = False
    for token in tokens:
        if token.type in _FILLING:
            continue
        if seen_def and start is not None:
            if token.type != tokenize.NAME:
                break
            return start, token.end
        if start is None and token.string == "@":
            raise SourceError(_DECORATED, line=token.start[0])
        if token.string not in ("async", "def") or (start is not None and token.string == "async"):
            if token.type == tokenize.ENDMARKER:
                break
            raise SourceError(_BESIDE if start is None else _NONE, line=token.start[0])
        start = start or token.start
        seen_def = token.string == "def"
    raise SourceError(_NONE, line=1 if start is None else start[0])


def _find_colon(
    tokens: Iterator[tokenize.TokenInfo], start: Place, name_end: Place
) -> tuple[Place, tuple[Place, Place] | None, str | None]:
    """Where the header ends (after its colon), the brackets of its type parameters if any, and the docstring
    behind it.
    """
    depth = 0
    opened: Place | None = None
    type_parameters: tuple[Place, Place] | None = None
    for token in tokens:
        if token.type == tokenize.OP:
            if token.string in ("(", "[", "{"):
                if depth == 0 and token.string == "[" and token.start == name_end:
                    opened = token.start
                depth += 1
            elif token.string in (")", "]", "}"):
                depth -= 1
                if depth == 0 and opened is not None and type_parameters is None:
                    type_parameters = opened, token.end
            elif token.string == ":" and depth == 0:
                return token.end, type_parameters, _docstring(tokens)
        elif token.type == tokenize.NEWLINE:
            break
    raise SourceError("the function's header is not finished: it ends with a colon", line=start[0])


def _docstring(tokens: Iterator[tokenize.TokenInfo]) -> str | None:
    for token in tokens:
        if token.type in _FILLING:
            continue
        if token.type == tokenize.STRING:
            try:
                value = ast.literal_eval(token.string)
            except UNREADABLE:
                return None
            if isinstance(value, str):
                import inspect

                return inspect.cleandoc(value)
        return None
    return None


def _blank_out(lines: list[str], start: Place, end: Place) -> list[str]:
    """The lines with the text between two places made spaces, so that everything else keeps its place."""
    lines = list(lines)
    for number in range(start[0], end[0] + 1):
        line = lines[number - 1]
        first = start[1] if number == start[0] else 0
        last = end[1] if number == end[0] else len(line)
        lines[number - 1] = line[:first] + " " * (last - first) + line[last:]
    return lines
