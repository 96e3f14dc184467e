"""The host's parser, made safe to call with any text.

`ast.parse` raises more than `SyntaxError` (`ValueError`, `RecursionError`, `MemoryError`), prints warnings,
and descends as deep into the C stack as the text is nested: with CPython 3.11, 5,900 nested `-` end a thread
whose stack is smaller than 1 MiB with a segmentation fault, 190 nested brackets one of 256 KiB. Its own bound
(6,000 levels) is reached within 1 MiB, so on a large stack it always comes back with an answer.
"""

from __future__ import annotations

import ast
import re
import sys
import threading
import warnings
from typing import Literal

from .diagnostic import Position
from .source_text import SourceText

# Above this many characters the linter does not read a text: it would take seconds and hundreds of megabytes.
MAX_CHARACTERS = 1_000_000

# Texts too short to be nested deep enough to harm even a stack of 256 KiB.
_HARMLESS_CHARACTERS = 150
# A longer expression stands in nobody's annotation.
_MAX_EXPRESSION = 1_000
_LARGE_STACK = 16 * 1024 * 1024
_ENOUGH_STACK = 4 * 1024 * 1024
_stack_size_lock = threading.Lock()

# The name under which sources are parsed, so that the parser's warnings about them can be told from others.
_FILENAME = "<sandboxed source>"

Reason = Literal["syntax", "deep"]
Mode = Literal["exec", "eval"]

_DEEP = re.compile(r"too many nested|too many levels|nested too deeply|too deeply nested|stack overflow")

_BETTER_WORDS = {
    "invalid syntax": "this is not valid Python",
    "unexpected indent": "unexpected indent: this line stands deeper than the block around it",
    "unexpected EOF while parsing": "the text ends in the middle of a statement",
}


class Unparsable(Exception):
    """What the host's parser says against a text: `reason`, a message for people, and the place."""

    def __init__(self, reason: Reason, message: str, start: Position, end: Position) -> None:
        super().__init__(message)
        self.reason: Reason = reason
        self.message = message
        self.start = start
        self.end = end


def parse(text: str, source: SourceText | None = None) -> ast.Module:
    """The syntax tree of `text`, which must hold no null byte and no lone surrogate.

    Raises `Unparsable`, with places in `source` (`text` itself without one), and nothing else, whatever the
    text.
    """
    try:
        tree = _parse_somewhere(text, "exec")
    except SyntaxError as error:
        raise _syntax(error, source or SourceText(text)) from None
    except (RecursionError, MemoryError):
        start = Position(1, 1)
        raise Unparsable("deep", "the source is nested too deep to be read", start, start) from None
    except ValueError as error:
        start = Position(1, 1)
        raise Unparsable("syntax", str(error), start, start) from None
    assert isinstance(tree, ast.Module)
    return tree


def parse_expression(text: str) -> ast.expr:
    """The syntax tree of one expression, such as an annotation. Raises `Unparsable` as `parse` does."""
    start = Position(1, 1)
    if "\0" in text or len(text) > _MAX_EXPRESSION:
        raise Unparsable("syntax", "this is not an expression", start, start)
    try:
        tree = _parse_somewhere(text.strip(), "eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise Unparsable("syntax", "this is not an expression", start, start) from None
    assert isinstance(tree, ast.Expression)
    return tree.body


def _parse_here(text: str, mode: Mode) -> ast.AST:
    _silence()
    return compile(text, _FILENAME, mode, ast.PyCF_ONLY_AST, dont_inherit=True)


def _parse_somewhere(text: str, mode: Mode) -> ast.AST:
    if len(text) <= _HARMLESS_CHARACTERS or _has_enough_stack():
        return _parse_here(text, mode)
    outcome: list[ast.AST | BaseException] = []

    def work() -> None:
        try:
            outcome.append(_parse_here(text, mode))
        except BaseException as error:
            outcome.append(error.with_traceback(None))

    # The size is one for the whole process; a thread started elsewhere at this moment gets a larger stack, no
    # harm.
    with _stack_size_lock:
        before = threading.stack_size(_LARGE_STACK)
        try:
            thread = threading.Thread(target=work, name="sandbox-tui parser", daemon=True)
            thread.start()
        finally:
            threading.stack_size(before)
    thread.join()
    result = outcome[0]
    if isinstance(result, BaseException):
        raise result
    return result


def _has_enough_stack() -> bool:
    """Whether this thread is the main one, and the system gives that one a stack that the parser cannot
    exhaust.
    """
    if sys.platform == "win32" or threading.current_thread() is not threading.main_thread():
        return False
    import resource

    limit = resource.getrlimit(resource.RLIMIT_STACK)[0]
    return limit == resource.RLIM_INFINITY or limit >= _ENOUGH_STACK


_OWN_WARNINGS = re.compile(re.escape(_FILENAME))


def _silence() -> None:
    """Keeps the parser's warnings (`"\\d"`, `1if x`) from appearing in the middle of a screen, or being
    raised.
    """
    # Looked at each time, since `warnings.catch_warnings` elsewhere (a test runner) takes filters away.
    if not any(module == _OWN_WARNINGS for _, _, _, module, _ in warnings.filters):
        warnings.filterwarnings("ignore", module=_OWN_WARNINGS.pattern)


def _syntax(error: SyntaxError, source: SourceText) -> Unparsable:
    message = error.msg or "this is not valid Python"
    reason: Reason = "deep" if _DEEP.search(message) else "syntax"
    start = source.clamp(error.lineno or 1, error.offset or 1)
    end = source.clamp(error.end_lineno or start.line, error.end_offset or 0)
    if message.startswith("unterminated string"):
        end = Position(start.line, len(source.lines[start.line - 1]) + 1)
    elif end <= start:
        end = _token_end(source, start)
    if message == "invalid syntax":
        message = _of_another_language(source.lines[start.line - 1], start.column - 1) or message
    return Unparsable(reason, _BETTER_WORDS.get(message, message), start, end)


_FOREIGN = re.compile(
    r"(?P<mark>&&|\|\||\+\+|--|=>|;\s*$|\{\s*$|!(?!=))"
    r"|(?P<declaration>\b(?:const|let|var|function|func|fn|elseif|switch|else\s+if|new|throw|catch)\b)"
    r"|(?P<call>\blen\s+\w+)"
)
_INSTEAD = {
    "&&": "write and",
    "||": "write or",
    "!": "write not",
    "++": "write n = n + 1",
    "--": "write n = n - 1",
    "=>": "write lambda x: ...",
    "{": "a block begins with a colon and is indented",
    "const": "write name = value",
    "let": "write name = value",
    "var": "write name = value",
    "function": "write def name(...):",
    "func": "write def name(...):",
    "fn": "write def name(...):",
    "elseif": "write elif",
    "else if": "write elif",
    "switch": "write if, elif and else",
    "new": "call it without new",
    "throw": "write raise",
    "catch": "write except",
}


def _of_another_language(line: str, index: int) -> str | None:
    """What to write instead of a piece of another language that stands at, or just before, an index."""
    for match in _FOREIGN.finditer(line):
        if match.start() <= index <= match.end() + 1:
            if match["call"]:
                return f"this is not valid Python: write len({match[0].split()[1]})"
            word = " ".join(match[0].split())
            if word in _INSTEAD:
                return f"this is not valid Python: {_INSTEAD[word]}"
    return None


_TOKEN = re.compile(r"\w+|.", re.DOTALL)


def _token_end(source: SourceText, start: Position) -> Position:
    """The end of the word or character at `start`; `start` itself at a line's end."""
    line = source.lines[start.line - 1]
    match = _TOKEN.match(line, start.column - 1)
    return Position(start.line, match.end() + 1) if match else start
