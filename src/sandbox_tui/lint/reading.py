"""Reads a text for the rules: its tree, or that of the parts that can be read, and what is wrong with it as a
text.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from .diagnostic import Position, SyntaxFailure
from .parsing import MAX_CHARACTERS, Unparsable, parse
from .recovery import readable_parts
from .source_text import SourceText

Problem = Literal["syntax", "deep", "large", "character"]
Parses = Callable[[str], SyntaxFailure | None]

_UNREADABLE = re.compile("[\0\ud800-\udfff]|\\A\ufeff")
_REPLACEMENT = {"\0": " ", "\ufeff": "\f"}
# The parser of CPython 3.11 takes a time that grows with the square of the fields in an f-string.
_MAX_FIELDS = 20_000
_FORMAT = re.compile(r"""[fF][rR]?(?:('{3}|"{3})(?:[^\\]|\\.)*?(?:\1|\Z)|['"][^\n]*)""", re.DOTALL)

# Monty names what it does not support better than a host that has never heard of it.
_UNSUPPORTED = "does not yet support"


@dataclass(frozen=True)
class Failure:
    """What is wrong with a text as a text, and where."""

    problem: Problem
    message: str
    start: Position
    end: Position


@dataclass(frozen=True)
class Reading:
    """What could be read.

    `source` has the lines and columns of the text, with unreadable characters replaced (then it is not
    `exact`). `tree` is that of the text if `whole`, else of the parts that parse.
    """

    source: SourceText
    tree: ast.Module
    failures: tuple[Failure, ...] = ()
    whole: bool = True
    exact: bool = True


def read(text: str, parses: Parses | None = None) -> Reading:
    """Reads `text`. Never raises; asks `parses` where the host's parser refuses."""
    start = Position(1, 1)
    if len(text) > MAX_CHARACTERS:
        message = f"the source is too large to be checked: more than {MAX_CHARACTERS:,} characters"
        failure = Failure("large", message, start, start)
        return Reading(SourceText(""), ast.Module([], []), (failure,), whole=False)
    if text.count("{") > _MAX_FIELDS and _has_huge_format(text):
        message = f"an f-string with more than {_MAX_FIELDS:,} fields is too large to be checked"
        failure = Failure("large", message, start, start)
        return Reading(SourceText(""), ast.Module([], []), (failure,), whole=False)
    characters: list[Failure] = []
    if text.isascii() and "\0" not in text:
        readable = text
    else:
        readable, characters = _replace_unreadable(text)
    source = SourceText(readable)
    try:
        tree = parse(readable, source)
    except Unparsable as error:
        failures = [*characters, *_judged(text, error, characters, parses)]
        tree = readable_parts(readable, error)
        return Reading(source, tree, tuple(failures), whole=False, exact=not characters)
    return Reading(source, tree, tuple(characters), whole=not characters, exact=not characters)


def _judged(text: str, error: Unparsable, characters: list[Failure], parses: Parses | None) -> list[Failure]:
    """What is said of a text that the host's parser refuses."""
    own = Failure(error.reason, error.message, *_place(error, text))
    if characters:
        # An unreadable character often is what the parser stumbles over, too.
        return [] if any(each.start.line == error.start.line for each in characters) else [own]
    if parses is None:
        return [own]
    try:
        verdict = parses(text)
    except Exception:
        # Whoever is asked may fail in ways of its own (a worker that dies of the text); the host's word
        # counts then.
        return [own]
    if verdict is None:
        return []
    if _UNSUPPORTED in verdict.message and verdict.start is not None:
        return [Failure("syntax", verdict.message, verdict.start, verdict.end or verdict.start)]
    return [own]


def _has_huge_format(text: str) -> bool:
    return any(match[0].count("{") > _MAX_FIELDS for match in _FORMAT.finditer(text))


def _place(error: Unparsable, text: str) -> tuple[Position, Position]:
    """Where the error is; of a nesting whose place the parser does not tell, the longest line."""
    if error.reason != "deep" or error.start != error.end:
        return error.start, error.end
    lines = SourceText(text).lines
    number = max(range(len(lines)), key=lambda each: len(lines[each]))
    line = lines[number]
    return Position(number + 1, len(line) - len(line.lstrip()) + 1), Position(number + 1, len(line) + 1)


def _replace_unreadable(text: str) -> tuple[str, list[Failure]]:
    """`text` with a readable character in place of each that no parser takes, and a failure for the first of
    each sort.
    """
    found = {match[0]: match.start() for match in reversed(list(_UNREADABLE.finditer(text)))}
    if not found:
        return text, []
    source = SourceText(text)
    failures: dict[str, Failure] = {}
    for character, offset in sorted(found.items(), key=lambda each: each[1]):
        start = source.position(offset)
        end = Position(start.line, start.column + 1)
        message = _CHARACTERS.get(character, _SURROGATE)
        failures.setdefault(message, Failure("character", message, start, end))
    return _UNREADABLE.sub(lambda match: _REPLACEMENT.get(match[0], "\ufffd"), text), list(failures.values())


_CHARACTERS = {
    "\0": "a null character: no Python source can hold one; in a string, write \\0",
    "\ufeff": "a byte order mark at the beginning: Monty does not read it; save the text without one",
}
_SURROGATE = "a lone surrogate: it is half a character and cannot be encoded; write the whole character"
