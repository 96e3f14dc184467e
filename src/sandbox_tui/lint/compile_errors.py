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
from .declarations import errors_of_declarations
from .diagnostic import Position

Error = tuple[str, Position, Position]
Function = ast.FunctionDef | ast.AsyncFunctionDef

_JUMP = re.compile(r"\b(?:break|continue)\b")
_DECLARATION = re.compile(r"\b(?:global|nonlocal)\b")


def errors_of_module(context: Context) -> Iterator[Error]:
    """The errors that only the whole text tells."""
    text = context.source.text
    # Looking for the words first is quick, and mostly the end of it.
    if ("break" in text or "continue" in text) and _JUMP.search(text):
        yield from _jumps(context)
    if ("global" in text or "nonlocal" in text) and _DECLARATION.search(text):
        yield from errors_of_declarations(context)


def errors_of_node(node: ast.stmt | ast.Lambda, context: Context) -> Iterator[Error]:
    """The errors that a statement or a lambda tells by itself."""
    if isinstance(node, ast.Assign):
        for target in node.targets:
            if not isinstance(target, ast.Name):
                yield from stars(target, context)
    elif isinstance(node, Function | ast.Lambda):
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
