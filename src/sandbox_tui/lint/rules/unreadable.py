"""SBX0xx: the source cannot be read, or is not what a task of its kind is."""

from __future__ import annotations

import ast

from ..compile_errors import errors_of_module, errors_of_node
from ..context import Context
from ..diagnostic import Position
from ..names import names_of
from ..nesting import HARMLESS_COLUMNS, is_too_deep, levels_of_deep_blocks
from ..reading import Problem
from .rule import EVERYWHERE, Rule

_STATEMENTS = tuple(ast.stmt.__subclasses__())
_GOOD = "def total(price: float) -> float:\n    return price * 2\n"


def _syntax(node: ast.Module | ast.stmt | ast.Lambda, context: Context) -> None:
    if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
        return  # most statements are such
    errors = errors_of_module(context) if isinstance(node, ast.Module) else errors_of_node(node, context)
    for message, start, end in errors:
        context.report(SYNTAX_ERROR, start, end, message)


def _deep(tree: ast.Module, context: Context) -> None:
    message = "this is nested too deep for Monty: give parts of it names, or use a loop"
    nodes = names_of(context).scopes.nodes
    deep_blocks = bool(context.memo(levels_of_deep_blocks))
    for sort in _STATEMENTS:
        decorated = "decorator_list" in sort._fields
        for node in nodes.get(sort, ()):
            short = node.end_lineno == node.lineno and node.end_col_offset < HARMLESS_COLUMNS
            if short and not deep_blocks and not (decorated and node.decorator_list):
                continue  # most statements are such
            if is_too_deep(node, context):
                context.report_node(TOO_DEEP, node, message)


def _no_function(tree: ast.Module, context: Context) -> None:
    if context.kind == "function" and not any(isinstance(each, FUNCTIONS) for each in tree.body):
        start = Position(1, 1)
        context.report(
            NO_FUNCTION, start, start, "there is no function here: a task of kind function is one def"
        )


def _beside(tree: ast.Module, context: Context) -> None:
    if context.kind != "function" or not any(isinstance(each, FUNCTIONS) for each in tree.body):
        return
    task: str | None = None
    for statement in tree.body:
        if context.full:
            return
        if not isinstance(statement, FUNCTIONS):
            message = (
                "a statement beside the function: a task of kind function is one def; move it into the def"
            )
            context.report_node(BESIDE, statement, message)
        elif task is None:
            task = statement.name
        else:
            message = f"more than one function: {task} is the task; define {statement.name} inside it"
            context.report(BESIDE, context.source.start(statement), _name_end(statement, context), message)


def _name_end(function: ast.FunctionDef | ast.AsyncFunctionDef, context: Context) -> Position:
    return context.source.head_end(function, r"(?:async(?:\s|\\\r?\n)+)?def(?:\s|\\\r?\n)+\w+")


def _decorated(tree: ast.Module, context: Context) -> None:
    if context.kind != "function":
        return
    for function in tree.body:
        if isinstance(function, FUNCTIONS):
            for decorator in function.decorator_list:
                end = context.source.end(decorator)
                start = context.source.at_sign(decorator)
                message = "a decorator on the task: its limits are settings, so leave the decorator off"
                context.report(DECORATED, start, end, message)


def _star(tree: ast.Module, context: Context) -> None:
    if context.kind != "function":
        return
    for function in tree.body:
        if isinstance(function, FUNCTIONS):
            arguments = function.args
            for stars, argument in (("*", arguments.vararg), ("**", arguments.kwarg)):
                if argument is not None:
                    message = (
                        f"{stars}{argument.arg}: a task's inputs have names; declare each as a parameter, "
                        "or one list or dict of them"
                    )
                    context.report_node(STAR_PARAMETER, argument, message)


FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)

SYNTAX_ERROR = Rule(
    code="SBX001",
    name="syntax-error",
    summary="The text is not Python.",
    why="Monty parses the whole source before it runs the first statement; with a syntax error nothing runs.",
    instead="What the message says; the place is where reading failed, the cause may stand just before it.",
    bad="def total(price: float -> float:\n    return price * 2\n",
    good=_GOOD,
    profiles=EVERYWHERE,
    nodes=(
        ast.Module,
        ast.FunctionDef,
        ast.AsyncFunctionDef,
        ast.Assign,
        ast.AugAssign,
        ast.For,
        ast.AsyncFor,
        ast.With,
        ast.AsyncWith,
    ),
    expressions=(ast.Lambda,),
    find=_syntax,
    needs_whole=True,
)

TOO_DEEP = Rule(
    code="SBX002",
    name="too-deep",
    summary="The source is nested too deep to be read.",
    why="Parsers give up at some hundred levels of nesting, Monty at 200.",
    instead="Give parts of the expression names, or use a loop.",
    bad=f"def total(price: float) -> float:\n    return {'-' * 8_000}price\n",
    good=_GOOD,
    profiles=EVERYWHERE,
    nodes=(ast.Module,),
    find=_deep,
    needs_whole=True,
)

TOO_LARGE = Rule(
    code="SBX003",
    name="too-large",
    summary="The source is too large to be checked.",
    why="It would take many seconds and hundreds of megabytes, at each key that is typed.",
    instead="Pass large data as an input.",
    bad="def total(price: float) -> float:\n    return price * 2\n" + "# filler\n" * 120_000,
    good=_GOOD,
    profiles=EVERYWHERE,
)

UNREADABLE_CHARACTER = Rule(
    code="SBX004",
    name="unreadable-character",
    summary="A character that no source can hold: a null character, a lone surrogate, a byte order mark.",
    why="Neither Python nor Monty reads such a text.",
    instead="The escape of the character in a string (`\\0`), or nothing.",
    bad="def total(price: float) -> float:\n    return price * 2 \0\n",
    good=_GOOD,
    profiles=EVERYWHERE,
)

NO_FUNCTION = Rule(
    code="SBX006",
    name="no-function",
    summary="A task of kind function without a function.",
    why="The function's parameters are the task's inputs, and what it returns is its output.",
    instead="One `def`, or make it a task of kind code.",
    bad="price * 2\n",
    good=_GOOD,
    profiles=EVERYWHERE,
    nodes=(ast.Module,),
    find=_no_function,
    needs_whole=True,
)

BESIDE = Rule(
    code="SBX007",
    name="beside-the-function",
    summary="A statement or a second function beside the task's function.",
    why="The task is one function; Flyte takes only its source along.",
    instead="The statement inside the function; helper functions are defined inside, too.",
    bad="RATE = 2\n\ndef total(price: float) -> float:\n    return price * RATE\n",
    good="def total(price: float) -> float:\n    rate = 2\n    return price * rate\n",
    profiles=EVERYWHERE,
    nodes=(ast.Module,),
    find=_beside,
    needs_whole=True,
)

DECORATED = Rule(
    code="SBX008",
    name="decorated-task",
    summary="A decorator on the task's function.",
    why="The source of a task is run without its decorators, so that they would be without effect.",
    instead="The function alone; limits stand under `[config]`.",
    bad="@cached\ndef total(price: float) -> float:\n    return price * 2\n",
    good=_GOOD,
    profiles=EVERYWHERE,
    nodes=(ast.Module,),
    find=_decorated,
    needs_whole=True,
)

STAR_PARAMETER = Rule(
    code="SBX009",
    name="star-parameter",
    summary="A task that takes `*args` or `**kwargs`.",
    why="Each input of a task has a name and a type; for these there is none.",
    instead="One parameter each, or one that is a list or a dict.",
    bad="def total(*prices: float) -> float:\n    return sum(prices)\n",
    good="def total(prices: list[float]) -> float:\n    return sum(prices)\n",
    profiles=EVERYWHERE,
    nodes=(ast.Module,),
    find=_star,
    needs_whole=True,
)

TOO_MANY = Rule(
    code="SBX099",
    name="too-many-findings",
    summary="There are more findings than are shown.",
    why="Nobody reads thousands of findings, and each costs time and memory.",
    instead="Mend the first ones.",
    bad="def total(price: float) -> float:\n" + "    price += 1\n" * 1_001 + "    return price\n",
    good=_GOOD,
    profiles=EVERYWHERE,
)

BY_PROBLEM: dict[Problem, Rule] = {
    "syntax": SYNTAX_ERROR,
    "deep": TOO_DEEP,
    "large": TOO_LARGE,
    "character": UNREADABLE_CHARACTER,
}

RULES = (
    SYNTAX_ERROR,
    TOO_DEEP,
    TOO_LARGE,
    UNREADABLE_CHARACTER,
    NO_FUNCTION,
    BESIDE,
    DECORATED,
    STAR_PARAMETER,
    TOO_MANY,
)
