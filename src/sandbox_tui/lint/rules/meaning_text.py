"""SBX8xx, texts: regular expressions that read otherwise, and the texts of caught errors.

Observed with Monty 1.0.0 and 1.4.0, whose regular expressions are those of Rust with Python's syntax.
"""

from __future__ import annotations

import ast
import re
from functools import lru_cache
from importlib import import_module

from ..context import Context
from ..effects import mentions
from ..index import bounded, index_of
from ..kinds import kinds_of
from .rule import TYPED, Rule

_FUNCTIONS = frozenset(
    ("findall", "finditer", "sub", "subn", "split", "search", "match", "fullmatch", "compile")
)
_REPEATING = frozenset(("findall", "finditer", "sub", "subn", "split"))
# Of each syntax: what it is called, and how to find it in a pattern.
_OTHER_SYNTAX = (
    (
        re.compile(r"(?<!\\)(?:\\\\)*\\Z"),
        "\\Z matches before a last line break too; test the end with endswith",
    ),
    (re.compile(r"\[\[:\w+:\]"), "[[:alpha:]] names a class of characters; write the characters themselves"),
    (
        re.compile(r"\[[^\]\\]*(?:&&|--|~~)[^\]]*\]"),
        "&&, -- and ~~ in a class combine classes; write \\& and \\-",
    ),
)
# An escape in a replacement, of a character.
_ESCAPE = re.compile(r"(?<!\\)(?:\\\\)*(\\[abfnrtv])")
# What Python's parser warns of, on the screen.
_WARNED = re.compile(r"\[\[|&&|--|~~|\|\|")
_MAX_PATTERN = 500


def _calls_of_re(context: Context) -> list[tuple[ast.Call, str]]:
    """The calls of functions of `re`, each with the function's name, in the order of the text."""
    if not mentions(context, "re"):
        return []
    index = index_of(context)
    modules = {
        alias.asname or alias.name
        for node in index.of(ast.Import)
        for alias in node.names
        if alias.name == "re"
    }
    names = {
        alias.asname or alias.name: alias.name
        for node in index.of(ast.ImportFrom)
        if node.module == "re"
        for alias in node.names
    }
    found = []
    for node in index.of(ast.Call):
        function = node.func
        if isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name):
            if function.value.id in modules and function.attr in _FUNCTIONS:
                found.append((node, function.attr))
        elif isinstance(function, ast.Name) and names.get(function.id) in _FUNCTIONS:
            found.append((node, names[function.id]))
    return sorted(found, key=lambda each: (each[0].lineno, each[0].col_offset))


def _pattern(call: ast.Call) -> ast.Constant | None:
    given = call.args[0] if call.args else next((k.value for k in call.keywords if k.arg == "pattern"), None)
    if isinstance(given, ast.Constant) and isinstance(given.value, str) and len(given.value) <= _MAX_PATTERN:
        return given
    return None


def _syntax(tree: ast.Module, context: Context) -> None:
    for call, name in context.memo(_calls_of_re):
        pattern = _pattern(call)
        if pattern is not None:
            for form, what in _OTHER_SYNTAX:
                if form.search(str(pattern.value)):
                    context.report_node(
                        REGEX_SYNTAX, pattern, f"this pattern means something else in Monty: {what}"
                    )
            if name == "split" and context.target.version == "1.0.0" and _width(str(pattern.value))[2]:
                message = "split by a group: Monty 1.0.0 leaves what the group matched out of the list"
                context.report_node(REGEX_SYNTAX, pattern, message)
        replacement = call.args[1] if name in ("sub", "subn") and len(call.args) > 1 else None
        if isinstance(replacement, ast.Constant) and isinstance(replacement.value, str):
            match = _ESCAPE.search(replacement.value)
            if match is not None:
                message = (
                    f"Monty puts {match[1]} into the text as it is, Python reads it as an escape: write the "
                    "character itself, or a function that gives it"
                )
                context.report_node(REGEX_SYNTAX, replacement, message)


def _empty(tree: ast.Module, context: Context) -> None:
    for call, name in context.memo(_calls_of_re):
        pattern = _pattern(call)
        if pattern is None or name not in _REPEATING:
            continue
        least, most, _ = _width(str(pattern.value))
        if least == 0 and most > 0:
            message = (
                f"{name} with a pattern that matches nothing too: Python finds the empty match right behind "
                "another, Monty does not; let the pattern match one character at least (+ instead of *)"
            )
            context.report_node(REGEX_EMPTY, pattern, message)


def _end(tree: ast.Module, context: Context) -> None:
    for call, name in context.memo(_calls_of_re):
        pattern = _pattern(call)
        if pattern is None or name == "fullmatch" or not _ends_with_dollar(str(pattern.value)):
            continue
        flags = [each for each in ast.walk(call) if isinstance(each, ast.Attribute) and each.attr[:1] == "M"]
        if not flags and "(?m" not in str(pattern.value):
            message = (
                "$ matches only at the very end in Monty, in Python before a last line break too; strip the "
                "text first, or use fullmatch"
            )
            context.report_node(REGEX_END, pattern, message)


def _ends_with_dollar(pattern: str) -> bool:
    stripped = pattern.rstrip(")")
    before = stripped[:-1]
    return stripped.endswith("$") and (len(before) - len(before.rstrip("\\"))) % 2 == 0


@lru_cache(maxsize=256)
def _width(pattern: str) -> tuple[int, int, int]:
    """The least and the most characters that a pattern matches, and how many groups it has; (1, 1, 0) where
    that cannot be told.
    """
    if _WARNED.search(pattern):
        return 1, 1, 0
    try:
        # The standard library's own parser of patterns: it only reads, so that no pattern takes long.
        parsed = import_module("re._parser").parse(pattern)
        least, most = parsed.getwidth()
        return int(least), int(most), int(parsed.state.groups) - 1
    except Exception:
        return 1, 1, 0


def _assertion_text(node: ast.ExceptHandler, context: Context) -> None:
    if not node.name or not _caught_names(node) & {"AssertionError", "Exception", "BaseException"}:
        return
    if not mentions(context, "assert"):
        return
    around = index_of(context).parents.get(node)
    if isinstance(around, ast.Try) and _asserts(around, context):
        for shown in _texts(node, context):
            message = (
                "the text of an assertion: Monty adds what was compared; raise an exception with a text of "
                "your own instead of assert"
            )
            context.report_node(ASSERTION_TEXT, shown, message)


def _key_text(node: ast.ExceptHandler, context: Context) -> None:
    if not node.name or not _caught_names(node) & {"KeyError", "LookupError"}:
        return
    around = index_of(context).parents.get(node)
    if isinstance(around, ast.Try) and _looks_up_no_text(around, context):
        for shown in _texts(node, context):
            message = "the key of a KeyError: Monty gives it as text (args is ('5',)); keep the key in a name"
            context.report_node(KEY_TEXT, shown, message)


def _texts(node: ast.ExceptHandler, context: Context) -> list[ast.expr]:
    """The expressions that show the text or the arguments of the exception that a handler names."""
    parents = index_of(context).parents
    uses = [
        use
        for statement in node.body
        for use in ast.walk(statement)
        if isinstance(use, ast.Name) and use.id == node.name and isinstance(use.ctx, ast.Load)
    ]
    return [shown for shown in (_text_of(use, parents) for use in uses) if shown is not None]


def _caught_names(node: ast.ExceptHandler) -> set[str]:
    types = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
    return {each.id for each in types if isinstance(each, ast.Name)}


def _text_of(use: ast.Name, parents: dict[ast.AST, ast.AST]) -> ast.expr | None:
    """The expression that shows the text or the arguments of the exception at `use`."""
    around = parents.get(use)
    if isinstance(around, ast.Attribute) and around.attr == "args":
        return around
    if isinstance(around, ast.Call) and isinstance(around.func, ast.Name) and use in around.args:
        return around if around.func.id in ("str", "print", "format", "repr") else None
    return use if isinstance(around, ast.FormattedValue) else None


def _asserts(node: ast.Try, context: Context) -> bool:
    """Whether an assertion stands in the statements that are tried, or in a function that they call."""
    called = set()
    for statement in node.body:
        for each in ast.walk(statement):
            if isinstance(each, ast.Assert):
                return True
            if isinstance(each, ast.Call) and isinstance(each.func, ast.Name):
                called.add(each.func.id)
    functions = index_of(context).functions
    return any(
        isinstance(each, ast.Assert)
        for name in called
        for function in functions.get(name, ())
        for each in ast.walk(function)
    )


def _looks_up_no_text(node: ast.Try, context: Context) -> bool:
    """Whether a key that certainly is no text is looked up in the statements that are tried."""
    kinds = kinds_of(context)
    other = ("int", "float", "tuple", "bool", "bytes", "frozenset")
    for statement in node.body:
        for each in ast.walk(statement):
            if isinstance(each, ast.Subscript) and isinstance(each.ctx, ast.Load):
                if kinds.of(each.slice) in other and kinds.of(each.value) not in ("list", "tuple", "str"):
                    return True
            elif isinstance(each, ast.Call) and isinstance(each.func, ast.Attribute) and len(each.args) == 1:
                removed = each.func.attr in ("pop", "remove") and kinds.of(each.args[0]) in other
                if removed and kinds.of(each.func.value) in ("dict", "set"):
                    return True
    return False


KEY_TEXT = Rule(
    code="SBX806",
    name="key-error-text",
    summary="The key that a caught KeyError names, where it is no text.",
    why="In Monty an exception holds one text: the key 5 comes as '5', a tuple as the text of it.",
    instead="The key from a name of your own: `if key not in d`.",
    bad=(
        "def rate(year: int, rates: dict) -> str:\n    try:\n        return str(rates[year])\n"
        '    except KeyError as error:\n        return f"no rate for {error}"\n'
    ),
    good=(
        "def rate(year: int, rates: dict) -> str:\n    if year not in rates:\n"
        '        return f"no rate for {year}"\n    return str(rates[year])\n'
    ),
    profiles=TYPED,
    nodes=(ast.ExceptHandler,),
    find=bounded(_key_text),
    severity="warning",
)

ASSERTION_TEXT = Rule(
    code="SBX807",
    name="assertion-text",
    summary="The text of a caught AssertionError.",
    why="Monty writes what was compared into it (`assert 1 == 2`), behind a text of your own.",
    instead="`if not ...: raise ValueError(text)`.",
    bad=(
        "def check(n: int) -> str:\n    try:\n        assert n > 5, 'too small'\n"
        "    except AssertionError as error:\n        return str(error)\n    return 'fine'\n"
    ),
    good="def check(n: int) -> str:\n    if n <= 5:\n        return 'too small'\n    return 'fine'\n",
    profiles=TYPED,
    nodes=(ast.ExceptHandler,),
    find=bounded(_assertion_text),
    severity="warning",
)

REGEX_SYNTAX = Rule(
    code="SBX811",
    name="regex-syntax",
    summary="A regular expression that Monty reads otherwise.",
    why="Monty's regular expressions are those of Rust: some signs mean something else than in Python.",
    instead="What the message says.",
    bad='def lines(text: str) -> str:\n    import re\n    return re.sub(";", r"\\n", text)\n',
    good='def lines(text: str) -> str:\n    return text.replace(";", "\\n")\n',
    profiles=TYPED,
    nodes=(ast.Module,),
    find=bounded(_syntax),
    severity="warning",
)

REGEX_EMPTY = Rule(
    code="SBX812",
    name="regex-empty-match",
    summary="A repeated search with a pattern that matches the empty text too.",
    why="Python finds an empty match right behind another match as well, Monty does not.",
    instead="A pattern that matches one character at least.",
    bad='def numbers(text: str) -> list[str]:\n    import re\n    return re.findall(r"\\d*", text)\n',
    good="def numbers(text: str) -> list[str]:\n    return [x for x in text.split() if x.isdigit()]\n",
    profiles=TYPED,
    nodes=(ast.Module,),
    find=bounded(_empty),
    severity="warning",
)

REGEX_END = Rule(
    code="SBX813",
    name="regex-end",
    summary="`$` at the end of a regular expression.",
    why="In Python it matches before a last line break too, in Monty only at the very end of the text.",
    instead="`fullmatch`, or a text without the line break.",
    bad='def is_number(text: str) -> bool:\n    import re\n    return re.match(r"\\d+$", text) is not None\n',
    good="def is_number(text: str) -> bool:\n    return text.isdigit()\n",
    profiles=TYPED,
    nodes=(ast.Module,),
    find=bounded(_end),
    severity="info",
)

RULES = (KEY_TEXT, ASSERTION_TEXT, REGEX_SYNTAX, REGEX_EMPTY, REGEX_END)
