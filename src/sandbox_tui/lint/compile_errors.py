"""Errors of syntax that parsers do not tell: both CPython and Monty tell them when they compile, before
anything runs.

`break` outside a loop, a repeated parameter, `global` behind the use of its name, starred targets in wrong
places. They are told here without compiling, and looked for only where the text has the words for them. What
CPython refuses and Monty accepts (`return` outside a function, `await` in a plain `def`) is left alone.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from .blocks import BLOCKS
from .context import Context
from .diagnostic import Position

Error = tuple[str, Position, Position]
Function = ast.FunctionDef | ast.AsyncFunctionDef

_JUMP = re.compile(r"\b(?:break|continue)\b")
_DECLARATION = re.compile(r"\b(?:global|nonlocal)\b")
_LAMBDA_OF_SEVERAL = re.compile(r"\blambda\b[^:\n]{0,200},")
# CPython's messages about `global` and `nonlocal` in functions that Monty agrees with.
_AGREED = re.compile(
    r"before (global|nonlocal) decl|prior to (global|nonlocal) decl|nonlocal declaration|no binding|"
    r"parameter and nonlocal"
)


def errors_of_module(context: Context) -> Iterator[Error]:
    """The errors that only the whole text tells."""
    text = context.source.text
    # Looking for the words first is quick, and mostly the end of it.
    if ("break" in text or "continue" in text) and _JUMP.search(text):
        yield from _jumps(context)
    if ("global" in text or "nonlocal" in text) and _DECLARATION.search(text):
        yield from _declarations(context)
    if "lambda" in text and _LAMBDA_OF_SEVERAL.search(text):
        for node in ast.walk(context.tree):
            if isinstance(node, ast.Lambda):
                yield from repeated_parameters(node.args, context)


def errors_of_statement(node: ast.stmt, context: Context) -> Iterator[Error]:
    """The errors that a statement tells by itself."""
    if isinstance(node, ast.Assign):
        for target in node.targets:
            if not isinstance(target, ast.Name):
                yield from stars(target, context)
    elif isinstance(node, Function):
        yield from repeated_parameters(node.args, context)
    elif isinstance(node, ast.For | ast.AsyncFor):
        yield from stars(node.target, context)
    elif isinstance(node, ast.With | ast.AsyncWith):
        for item in node.items:
            if item.optional_vars is not None:
                yield from stars(item.optional_vars, context)


def repeated_parameters(arguments: ast.arguments, context: Context) -> Iterator[Error]:
    """The parameters whose name an earlier one has."""
    named = [*arguments.posonlyargs, *arguments.args]
    named += [each for each in (arguments.vararg, arguments.kwarg) if each is not None]
    named += arguments.kwonlyargs
    names = {each.arg for each in named}
    if len(names) == len(named):
        return
    for argument in sorted(named, key=lambda each: (each.lineno, each.col_offset)):
        if argument.arg in names:
            names.remove(argument.arg)
        else:
            message = f"there are two parameters called {argument.arg}"
            yield message, context.source.start(argument), context.source.end(argument)


def stars(target: ast.expr, context: Context) -> Iterator[Error]:
    """The starred targets that stand in wrong places."""
    source = context.source
    if isinstance(target, ast.Starred):
        message = "a starred target stands in a list or tuple only: write *name, with a comma"
        yield message, source.start(target), source.end(target)
        return
    waiting: list[ast.expr] = [target]
    while waiting:
        part = waiting.pop()
        if isinstance(part, ast.Tuple | ast.List):
            stars = [each for each in part.elts if isinstance(each, ast.Starred)]
            if len(stars) > 1:
                yield "only one target can be starred", source.start(stars[1]), source.end(stars[1])
            waiting += part.elts
        elif isinstance(part, ast.Starred):
            waiting.append(part.value)


def _jumps(context: Context) -> Iterator[Error]:
    waiting: list[tuple[ast.AST, bool]] = [(each, False) for each in reversed(context.tree.body)]
    while waiting:
        node, in_loop = waiting.pop()
        if isinstance(node, ast.Break | ast.Continue):
            if not in_loop:
                word = "break" if isinstance(node, ast.Break) else "continue"
                yield f"{word} outside a loop", context.source.start(node), context.source.end(node)
            continue
        for block in BLOCKS.get(type(node), ()):
            within = _in_loop(node, block, in_loop)
            waiting.extend((each, within) for each in reversed(getattr(node, block)))


def _in_loop(node: ast.AST, block: str, outside: bool) -> bool:
    """Whether what stands in a block of `node` is in a loop, given whether `node` is."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return False
    return outside or (block == "body" and isinstance(node, ast.For | ast.AsyncFor | ast.While))


def _declarations(context: Context) -> Iterator[Error]:
    """`global` and `nonlocal` in wrong places, which Python's own table of symbols tells."""
    import symtable

    source = context.source
    try:
        symtable.symtable(source.text, "<sandboxed source>", "exec")
    except SyntaxError as error:
        # Monty minds `global` behind the use of its name in functions only.
        at_top = (error.offset or 1) == 1 and "nonlocal" not in error.msg
        if _AGREED.search(error.msg) and not at_top:
            start = source.clamp(error.lineno or 1, error.offset or 1)
            end = source.clamp(error.end_lineno or start.line, error.end_offset or 0)
            yield error.msg, start, max(start, end)
    except (ValueError, RecursionError, MemoryError):
        return
