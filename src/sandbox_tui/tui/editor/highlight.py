"""Python source, coloured line by line, and again only where it changed.

Pygments' lexer for Python is a stack machine over regular expressions. Its own driver hides the stack, so
this module has its own: it lexes one line at a time and keeps the stack with which each line begins. After an
edit the changed lines are lexed again, and those below only until a line begins as it did before. A line's
spans depend on its text and its first stack alone, so the outcome equals that of lexing the whole text,
whatever the edits were.

Work can be done in slices: `advance` stops at a deadline, the lines not yet done keep their old colours (or
none), and `pending` tells that there is more to do. Nothing here knows Textual.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from time import perf_counter
from typing import Any, Literal

Category = Literal[
    "keyword",
    "definition",
    "builtin",
    "string",
    "escape",
    "number",
    "comment",
    "decorator",
    "operator",
    "invalid",
]
Span = tuple[int, int, Category]
"""Columns `start` to `end` (exclusive, in characters, from 0) of a line, and what stands there."""

Stack = tuple[str, ...]

_START: Stack = ("root",)
_LONGEST_LINE = (
    4_000  # characters of one line that are looked at; a longer one is data, and lexing it would be felt
)
_DEEPEST_STACK = 60  # deeper nesting (of f-strings) is not written by people; the stack of each line is kept


class Highlighter:
    """The spans of a live list of lines.

    `lines` is watched, not copied: whoever changes it calls `replaced` right after.
    """

    def __init__(self, lines: Sequence[str]) -> None:
        self._lines = lines
        self._stacks: list[Stack | None] = [_START] + [None] * (len(lines) - 1)
        self._spans: list[tuple[Span, ...]] = [()] * len(lines)
        self._dirty: list[int] = (
            [0] if lines else []
        )  # sorted rows whose spans are not those of text and stack

    @property
    def pending(self) -> bool:
        """Whether some line's spans are not up to date."""
        return bool(self._dirty)

    def spans(self, row: int) -> tuple[Span, ...]:
        """Return the spans of a line, sorted and not overlapping; `()` where it has not been lexed yet."""
        return self._spans[row]

    def replaced(self, top: int, old_bottom: int, new_bottom: int) -> None:
        """Take note that rows `top` to `old_bottom` (inclusive) have become rows `top` to `new_bottom`."""
        old_bottom = min(old_bottom, len(self._spans) - 1)
        shift = new_bottom - old_bottom
        self._spans[top : old_bottom + 1] = [()] * (new_bottom - top + 1)
        # The first line keeps the stack it begins with: it comes from the line above, which has not changed.
        self._stacks[top + 1 : old_bottom + 1] = [None] * (new_bottom - top)
        kept = [row for row in self._dirty if row < top]
        kept += [row + shift for row in self._dirty if row > old_bottom]
        self._dirty = sorted({*kept, *range(top, new_bottom + 1)})

    def advance(self, seconds: float | None = None) -> bool:
        """Lex what is not up to date, from the top; stop after about `seconds`. Return whether any line was
        lexed.
        """
        deadline = None if seconds is None else perf_counter() + seconds
        lexed = bool(self._dirty)
        last = len(self._spans) - 1
        while self._dirty:
            row = self._dirty.pop(0)
            stack = self._stacks[row]
            if (
                stack is None
            ):  # the line above is dirty too and comes first, so this one will be reached again
                continue
            self._spans[row], after = lex_line(self._lines[row], stack)
            if row < last and self._stacks[row + 1] != after:
                self._stacks[row + 1] = after
                index = bisect_left(self._dirty, row + 1)
                if index == len(self._dirty) or self._dirty[index] != row + 1:
                    insort(self._dirty, row + 1)
            if deadline is not None and perf_counter() >= deadline:
                break
        return lexed


def lex_line(line: str, stack: Stack) -> tuple[tuple[Span, ...], Stack]:
    """Lex one line, without its newline, that begins with `stack`; return its spans and the next line's
    stack.
    """
    text = line[:_LONGEST_LINE] + "\n"
    states = list(stack)
    spans: list[Span] = []
    for start, token, value in _tokens(text, states):
        category = _category(token)
        if category is None:
            continue
        end = min(start + len(value), len(text) - 1)
        if end <= start:
            continue
        if spans and spans[-1][1] == start and spans[-1][2] == category:
            spans[-1] = (spans[-1][0], end, category)
        else:
            spans.append((start, end, category))
    if len(states) > _DEEPEST_STACK:
        states[1:] = states[-_DEEPEST_STACK + 1 :]
    return tuple(spans), tuple(states)


def _tokens(text: str, states: list[str]) -> Iterable[tuple[int, Any, str]]:
    """Pygments' `RegexLexer.get_tokens_unprocessed`, on a stack that the caller owns and reads afterwards."""
    lexer, tables, is_token, error, whitespace = _machine()
    position, length = 0, len(text)
    rules = tables[states[-1]]
    while position < length:
        for rule in rules:
            if found := rule[0](text, position):
                _, action, new_state = rule
                break
        else:
            if text[position] == "\n":  # Pygments: an error at the end of a line starts afresh
                states[:] = _START
                rules = tables["root"]
                yield position, whitespace, "\n"
            else:
                yield position, error, text[position]
            position += 1
            continue
        if action is not None:
            if type(action) is is_token:
                yield position, action, found.group()
            else:
                yield from action(lexer, found)
        position = found.end()
        if new_state is not None:
            _enter(states, new_state)
            rules = tables[states[-1]]


def _enter(states: list[str], new_state: tuple[str, ...] | int | str) -> None:
    if isinstance(new_state, tuple):
        for state in new_state:
            if state == "#pop":
                if len(states) > 1:
                    states.pop()
            elif state == "#push":
                states.append(states[-1])
            else:
                states.append(state)
    elif isinstance(new_state, int):
        del states[max(1, len(states) + new_state) :]
    else:  # "#push"
        states.append(states[-1])


@cache
def _machine() -> tuple[Any, dict[str, list[tuple[Callable[..., Any], Any, Any]]], type, Any, Any]:
    """Build the lexer's tables: once, and not at import, for it is a tenth of the program's start."""
    from pygments.lexers.python import PythonLexer  # type: ignore[import-untyped]
    from pygments.token import Error, Whitespace, _TokenType  # type: ignore[import-untyped]

    lexer = PythonLexer()
    return lexer, lexer._tokens, _TokenType, Error, Whitespace


@cache
def _category(token: Any) -> Category | None:
    """Map Pygments' many token types to the few that the eye should tell apart; `None` for plain text."""
    from pygments.token import Comment, Error, Keyword, Name, Number, Operator, String

    table: tuple[tuple[Any, Category], ...] = (
        (Comment, "comment"),
        (String.Escape, "escape"),
        (String.Interpol, "escape"),
        (String, "string"),
        (Number, "number"),
        (Keyword, "keyword"),
        (Operator.Word, "keyword"),
        (Operator, "operator"),
        (Name.Function.Magic, "builtin"),
        (Name.Function, "definition"),
        (Name.Class, "definition"),
        (Name.Builtin, "builtin"),
        (Name.Exception, "builtin"),
        (Name.Decorator, "decorator"),
        (Error, "invalid"),
    )
    return next((category for kind, category in table if token in kind), None)
