"""Where each character of a task's source stands in the TOML file that holds it.

A string in TOML is not always what stands between its quotes: a line feed behind the opening quotes is left
out, a basic string has escapes, and a backslash at a line's end swallows the blanks that follow. Lines are
separated by `\\n` on both sides (files are read that way), columns count characters from 1.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property

from .positions import Path, scan

# What a basic string may hold instead of a character.
_ESCAPE = re.compile(
    r'\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(["\\btnfre])|x([0-9A-Fa-f]{2})|([ \t]*\n[ \t\n]*))'
)
_VALUE = re.compile(r"[\w.\"' \t-]+=[ \t]*")
_SHORT = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r", "e": "\x1b", '"': '"', "\\": "\\"}
_NEEDS_ESCAPE = re.compile(r'["\\\x00-\x08\x0a-\x1f\x7f]')
_NOT_LITERAL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


@dataclass(frozen=True)
class SourceMap:
    """The way from places in a source to places in the file.

    `source` is the string's value, `quote` its quotation marks in the file. `offsets` holds pairs of an
    offset in the source and the one in the file, where the distance between the two changes; `end` is the
    file's offset behind the last character.
    """

    file: str
    source: str
    quote: str
    offsets: tuple[tuple[int, int], ...]
    end: int

    def position(self, line: int, column: int) -> tuple[int, int]:
        """The line and column in the file of those in the source; places that the source lacks are drawn to
        its nearest.
        """
        starts = self._source_lines
        line = min(max(line, 1), len(starts))
        stop = starts[line] - 1 if line < len(starts) else len(self.source)
        offset = self._in_file(min(starts[line - 1] + max(column, 1) - 1, stop))
        row = bisect_right(self._file_lines, offset)
        return row, offset - self._file_lines[row - 1] + 1

    def written(self, text: str) -> str | None:
        """`text` as it must stand in the file to become part of the source; None where this string cannot
        hold it.
        """
        if self.quote[0] == "'":
            multiline = len(self.quote) == 3
            fits = self.quote not in text and _NOT_LITERAL.search(text) is None
            return text if fits and (multiline or "\n" not in text) else None
        return _NEEDS_ESCAPE.sub(self._escaped, text)

    @cached_property
    def keeps_lines(self) -> bool:
        """Whether each line of the source is one line of the file."""
        rows = [self.position(line, 1)[0] for line in range(1, len(self._source_lines) + 1)]
        return rows == list(range(rows[0], rows[0] + len(rows)))

    def _escaped(self, match: re.Match[str]) -> str:
        character = match[0]
        if character == "\n":
            return "\n" if len(self.quote) == 3 else "\\n"
        return f"\\{character}" if character in '"\\' else f"\\u{ord(character):04X}"

    def _in_file(self, offset: int) -> int:
        if offset >= len(self.source):
            return self.end
        source, file = self.offsets[bisect_right(self.offsets, (offset, len(self.file))) - 1]
        return file + offset - source

    @cached_property
    def _source_lines(self) -> list[int]:
        return _line_starts(self.source)

    @cached_property
    def _file_lines(self) -> list[int]:
        return _line_starts(self.file)


def locate(text: str, key_path: Path) -> SourceMap | None:
    """Where the string at `key_path` (`("task", "source")`) stands in `text`, which must be valid TOML with
    line feeds as line ends; None if there is no string.
    """
    found = scan(text)
    for statement in found.statements:
        if statement.path == key_path:
            return _map(text, statement.value_start)
    key = found.offsets.get(key_path)
    # In an inline table only the key has a place; a table has no value.
    value = _VALUE.match(text, key) if key is not None else None
    return _map(text, value.end()) if value is not None else None


def _map(text: str, start: int) -> SourceMap | None:
    quote = next((each for each in ('"""', "'''", '"', "'") if text.startswith(each, start)), None)
    if quote is None:
        return None
    at = start + len(quote)
    if len(quote) == 3 and text.startswith("\n", at):
        at += 1
    end = _closing(text, at, quote)
    if quote[0] == "'":
        return SourceMap(text, text[at:end], quote, ((0, at),), end)
    return _map_basic(text, at, end, quote)


def _closing(text: str, at: int, quote: str) -> int:
    """The offset of the quotes that close the string whose content begins at `at`."""
    while not text.startswith(quote, at):
        at += 2 if quote[0] == '"' and text[at] == "\\" else 1
    # Up to two quotation marks may stand in front of the closing three.
    while len(quote) == 3 and text.startswith(quote[0], at + 3):
        at += 1
    return at


def _map_basic(text: str, at: int, end: int, quote: str) -> SourceMap:
    parts: list[str] = []
    offsets = [(0, at)]
    length = 0
    for match in _ESCAPE.finditer(text, at, end):
        parts.append(text[at : match.start()])
        length += match.start() - at
        at = match.end()
        value = _value(match)
        if value:
            offsets.append((length, match.start()))
        parts.append(value)
        length += len(value)
        offsets.append((length, at))
    parts.append(text[at:end])
    # Of two distances at one offset the later counts: what was swallowed stands before it.
    return SourceMap(text, "".join(parts), quote, tuple(dict(offsets).items()), end)


def _value(match: re.Match[str]) -> str:
    code = match[1] or match[2] or match[4]
    if code is not None:
        return chr(int(code, 16))
    return _SHORT[match[3]] if match[3] else ""


def _line_starts(text: str) -> list[int]:
    return [0, *(match.end() for match in re.finditer("\n", text))]
