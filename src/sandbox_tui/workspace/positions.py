"""Where each key of a TOML text stands: `tomllib` gives values without places.

`scan` walks a text that `tomllib` has accepted and notes the place of every key path, and the spans of tables
and of key/value statements, so that an error can name its line and an edit can leave the rest of the text as
it is. A path holds keys and, for arrays, indexes: `("cases", 0, "inputs", "x")`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

Path = tuple[str | int, ...]

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_BLANK = re.compile(r"[ \t]*")
_BLANK_LINES = re.compile(r"(?:[ \t\n]|#[^\n]*)*")
_PLAIN_VALUE = re.compile(r"[^,\]}#\n]*")
_ESCAPE = re.compile(r'\\(u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|["\\btnfr])')
_ESCAPED = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r", '"': '"', "\\": "\\"}


@dataclass(frozen=True)
class Statement:
    """`key = value` in a table: the offsets of the line's beginning, of the value, and of what follows the
    line's end.
    """

    path: Path
    start: int
    value_start: int
    value_end: int
    end: int
    table: Path


@dataclass(frozen=True)
class Header:
    """`[table]` or `[[table]]`: the offsets of its line; `path` ends in an index for `[[table]]`."""

    path: Path
    start: int
    end: int


@dataclass
class Positions:
    """The places of a TOML text."""

    text: str
    offsets: dict[Path, int] = field(default_factory=dict)
    statements: list[Statement] = field(default_factory=list)
    headers: list[Header] = field(default_factory=list)

    def place(self, path: Path) -> tuple[int, int] | None:
        """Line and column, from 1, of the key path, or of the nearest of its parents that the text holds."""
        for length in range(len(path), 0, -1):
            offset = self.offsets.get(path[:length])
            if offset is not None:
                before = self.text[:offset]
                return before.count("\n") + 1, offset - (before.rfind("\n") + 1) + 1
        return None


def scan(text: str) -> Positions:
    """The places of `text`, which must be valid TOML with line feeds as line ends."""
    return _Scanner(text).run()


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.found = Positions(text)
        self.table: Path = ()
        self.counts: dict[Path, int] = {}

    def run(self) -> Positions:
        while True:
            self._skip(_BLANK_LINES)
            if self.at >= len(self.text):
                return self.found
            if self.text[self.at] == "[":
                self._header()
            else:
                self._statement()

    def _skip(self, pattern: re.Pattern[str]) -> None:
        match = pattern.match(self.text, self.at)
        if match:
            self.at = match.end()

    def _line_start(self, offset: int) -> int:
        return self.text.rfind("\n", 0, offset) + 1

    def _next_line(self) -> int:
        end = self.text.find("\n", self.at)
        return len(self.text) if end < 0 else end + 1

    def _note(self, path: Path, offset: int) -> None:
        self.found.offsets.setdefault(path, offset)

    def _header(self) -> None:
        start = self.at
        is_array = self.text.startswith("[[", self.at)
        self.at += 2 if is_array else 1
        path: Path = ()
        for key in self._key():
            path = self._inside((*path, key))
        if is_array:
            path = path[:-1] if isinstance(path[-1], int) else path
            self.counts[path] = self.counts.get(path, -1) + 1
            self._note(path, start)
            path = (*path, self.counts[path])
        for length in range(1, len(path) + 1):
            self._note(path[:length], start)
        self.table = path
        self.found.headers.append(Header(path, self._line_start(start), self._next_line()))
        self.at = self._next_line()

    def _inside(self, path: Path) -> Path:
        """The path of the last element, where `path` is an array of tables."""
        return (*path, self.counts[path]) if path in self.counts else path

    def _statement(self) -> None:
        start = self.at
        path = (*self.table, *self._key())
        self.at += 1
        self._skip(_BLANK)
        value_start = self.at
        for length in range(len(self.table) + 1, len(path) + 1):
            self._note(path[:length], start)
        self._value(path)
        value_end = self.at
        self.at = self._next_line()
        self.found.statements.append(
            Statement(path, self._line_start(start), value_start, value_end, self.at, self.table)
        )

    def _key(self) -> list[str]:
        """The parts of the key at hand; stands on the `=` or `]` behind it afterwards."""
        parts = []
        while True:
            self._skip(_BLANK)
            quote = self.text[self.at]
            if quote in "\"'":
                start = self.at
                self._string(quote)
                part = self.text[start + 1 : self.at - 1]
                parts.append(_ESCAPE.sub(_unescape, part) if quote == '"' else part)
            else:
                match = _BARE.match(self.text, self.at)
                if match is None:
                    raise ValueError(f"no key at offset {self.at}")
                parts.append(match[0])
                self.at = match.end()
            self._skip(_BLANK)
            if not self.text.startswith(".", self.at):
                return parts
            self.at += 1

    def _string(self, quote: str) -> None:
        """Walks over the string at hand; `quote` is one or three quotation marks."""
        self.at += len(quote)
        while not self.text.startswith(quote, self.at):
            self.at += 2 if quote[0] == '"' and self.text[self.at] == "\\" else 1
        self.at += len(quote)
        # Up to two quotation marks may stand in front of the closing three.
        while len(quote) == 3 and self.text.startswith(quote[0], self.at):
            self.at += 1

    def _value(self, path: Path) -> None:
        text = self.text
        for quote in ('"""', "'''", '"', "'"):
            if text.startswith(quote, self.at):
                self._string(quote)
                return
        if text[self.at] == "[":
            self._array(path)
        elif text[self.at] == "{":
            self._inline_table(path)
        else:
            match = _PLAIN_VALUE.match(text, self.at)
            if match:
                self.at += len(match[0].rstrip())

    def _array(self, path: Path) -> None:
        self.at += 1
        index = 0
        while True:
            self._skip(_BLANK_LINES)
            if self.text[self.at] == "]":
                break
            if self.text[self.at] == ",":
                self.at += 1
                continue
            self._note((*path, index), self.at)
            self._value((*path, index))
            index += 1
        self.at += 1

    def _inline_table(self, path: Path) -> None:
        self.at += 1
        while True:
            self._skip(_BLANK_LINES)
            if self.text[self.at] == "}":
                break
            if self.text[self.at] == ",":
                self.at += 1
                continue
            start = self.at
            keys = self._key()
            for length in range(1, len(keys) + 1):
                self._note((*path, *keys[:length]), start)
            self.at += 1
            self._skip(_BLANK)
            self._value((*path, *keys))
        self.at += 1


def _unescape(match: re.Match[str]) -> str:
    code = match[1]
    return _ESCAPED[code] if len(code) == 1 else chr(int(code[1:], 16))
