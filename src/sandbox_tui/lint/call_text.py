"""Where a cursor stands in a text that may not parse: in a string or a comment, behind a dot, inside a
call.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from .diagnostic import Position

_TOKEN = re.compile(
    r"""(?P<comment>\#[^\n]*)
      | (?P<string>[A-Za-z]{0,2}(?:'''(?:[^\\]|\\.)*?'''|\"\"\"(?:[^\\]|\\.)*?\"\"\"
                                 |'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"))
      | (?P<open_string>[A-Za-z]{0,2}(?:'''|\"\"\"|'|"))
      | (?P<name>[^\W\d]\w*)
      | (?P<number>\d[\w.]*)
      | (?P<space>\s+)
      | (?P<mark>.)""",
    re.VERBOSE | re.DOTALL,
)
_OPENING = {"(": ")", "[": "]", "{": "}"}
_CLOSING = frozenset(_OPENING.values())


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of text: its sort (a group of the expression above), itself, and its offset."""

    sort: str
    text: str
    start: int

    @property
    def end(self) -> int:
        return self.start + len(self.text)


@dataclass(frozen=True, slots=True)
class Cursor:
    """What stands before a cursor: the beginning of a word, and what is behind a dot before it."""

    word: str
    start: Position
    receiver: tuple[Token, ...] | None


@dataclass(frozen=True, slots=True)
class OpenCall:
    """The innermost call whose brackets the cursor stands in: the function's name, the number of the argument
    (from 0), and its keyword if one is being written.
    """

    function: str
    argument: int
    keyword: str | None


def tokens_before(text: str, offset: int) -> list[Token] | None:
    """The tokens up to an offset, or None if it stands in a string or a comment."""
    found: list[Token] = []
    position = 0
    while position < offset:
        match = _TOKEN.match(text, position)
        if match is None:
            break
        sort = match.lastgroup or "mark"
        if sort == "open_string":
            # Unfinished: to the end of its line, or of the text.
            triple = match[0].endswith(("'''", '"""'))
            end = len(text) if triple else text.find("\n", position)
            end = len(text) if end < 0 else end
            if offset <= end:
                return None
            position = end
            continue
        if match.end() >= offset and sort in ("string", "comment"):
            inside = offset < match.end() or sort == "comment"
            if inside:
                return None
        piece = text[position : min(match.end(), offset)]
        if sort != "space" or "\n" in piece:
            found.append(Token(sort, piece, position))
        position = match.end()
    return found


def cursor_at(text: str, offset: int, position: Position) -> Cursor | None:
    """The word that is being written at an offset, or None in a string or a comment."""
    tokens = tokens_before(text, offset)
    if tokens is None:
        return None
    word = ""
    if tokens and tokens[-1].sort == "name" and tokens[-1].end == offset:
        word = tokens.pop().text
    elif tokens and tokens[-1].sort == "number" and tokens[-1].end == offset:
        return None
    start = Position(position.line, position.column - len(word))
    if tokens and tokens[-1].text == ".":
        return Cursor(word, start, tuple(_receiver(tokens[:-1])))
    return Cursor(word, start, None)


def _receiver(tokens: list[Token]) -> list[Token]:
    """The expression that ends the tokens: names, dots, brackets with what is in them, a literal."""
    taken: list[Token] = []
    index = len(tokens) - 1
    while index >= 0:
        token = tokens[index]
        if token.text in _CLOSING:
            depth = 0
            while index >= 0:
                depth += (tokens[index].text in _CLOSING) - (tokens[index].text in _OPENING)
                taken.append(tokens[index])
                if depth == 0:
                    break
                index -= 1
            index -= 1
            continue
        if token.sort not in ("name", "string", "number"):
            break
        taken.append(token)
        index -= 1
        if index >= 0 and tokens[index].text == ".":
            taken.append(tokens[index])
            index -= 1
            continue
        break
    return taken[::-1]


def open_call_at(text: str, offset: int) -> OpenCall | None:
    """The call that the cursor is writing arguments of, or None."""
    tokens = tokens_before(text, offset)
    if tokens is None:
        return None
    closed = 0
    commas = 0
    for index in range(len(tokens) - 1, -1, -1):
        token = tokens[index]
        if token.text in _CLOSING and token.sort == "mark":
            closed += 1
        elif token.text in _OPENING and token.sort == "mark":
            if closed:
                closed -= 1
                continue
            before = tokens[index - 1] if index else None
            if token.text == "(" and before is not None and before.sort == "name":
                is_definition = index > 1 and tokens[index - 2].text in ("def", "class")
                is_method = index > 1 and tokens[index - 2].text == "."
                if is_definition or is_method or before.text in _KEYWORDS:
                    return None
                return OpenCall(before.text, commas, _keyword(tokens[index + 1 :]))
            # In a list or a dict that is an argument itself: the commas so far were its own.
            commas = 0
        elif token.text == "," and not closed:
            commas += 1
    return None


_KEYWORDS = frozenset(
    ("if", "elif", "while", "for", "in", "and", "or", "not", "return", "assert", "lambda", "else")
)


def _keyword(tokens: list[Token]) -> str | None:
    """The keyword of the argument that the tokens end in."""
    depth = 0
    begin = 0
    for index, token in enumerate(tokens):
        if token.sort == "mark":
            depth += (token.text in _OPENING) - (token.text in _CLOSING)
            if token.text == "," and depth == 0:
                begin = index + 1
    last = [token for token in tokens[begin:] if token.sort != "space"]
    if len(last) > 1 and last[0].sort == "name" and last[1].text == "=":
        return last[0].text
    return None
