"""The parts of a text that can be read while the whole does not parse, as when someone is typing.

The failing statement is made a `pass` (or the head of a block, where a block follows) in the place where it
stands, and the rest is parsed again, a bounded number of times. Every other line keeps its place, so that
what is found in it is where it was.
"""

from __future__ import annotations

import ast
import re

from .parsing import Unparsable, parse

_ATTEMPTS = 12
# Characters parsed in all attempts together: a long text gets fewer.
_MAX_PARSED = 1_500_000

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|\Z)")
_INDENT = re.compile(r"[ \t\f]*")
_ON_LINE = re.compile(r"on line (\d+)")

# What matters for where statements begin: comments, strings (a triple-quoted one may lack its end), brackets,
# line ends.
_PIECE = re.compile(
    r"""\#[^\r\n]*
    |'''(?:[^'\\]|\\.|'(?!''))*(?:'''|\Z)
    |\"\"\"(?:[^"\\]|\\.|"(?!""))*(?:\"\"\"|\Z)
    |'(?:[^'\\\r\n]|\\(?:\r\n|.))*'?
    |"(?:[^"\\\r\n]|\\(?:\r\n|.))*"?
    |\\(?:\r\n|\r|\n)
    |[()\[\]{}]
    |\r\n|\r|\n""",
    re.VERBOSE | re.DOTALL,
)
_CLOSING = (")", "]", "}", "'", '"', "#")


def readable_parts(text: str, failure: Unparsable) -> ast.Module:
    """The tree of what can be read of `text`, whose parsing ended in `failure`; empty if that is nothing."""
    return _Recovery(text).run(failure)


class _Recovery:
    def __init__(self, text: str) -> None:
        self.text = text
        self.lines = [match[0] for match in _LINE.finditer(text)]
        self.starts = _statement_starts(text, self.lines)
        self.blamed: dict[int, int] = {}

    def run(self, failure: Unparsable) -> ast.Module:
        attempts = min(_ATTEMPTS, 1 + _MAX_PARSED // max(1, len(self.text)))
        for _ in range(attempts):
            if not self._mend(failure):
                break
            try:
                return parse("".join(self.lines))
            except Unparsable as error:
                failure = error
        return self._before(failure)

    def _before(self, failure: Unparsable) -> ast.Module:
        """What stands before the statement that fails, without the block heads that it may belong to."""
        end = self._first(failure.start.line - 1)
        while end > 0 and self.lines[end - 1].rstrip().endswith((":", "")) and self._opens(end - 1):
            end -= 1
        try:
            return parse("".join(self.lines[:end]))
        except Unparsable:
            return ast.Module([], [])

    def _opens(self, index: int) -> bool:
        line = self.lines[index].strip()
        return not line or line.startswith(("#", "@")) or line.endswith(":")

    def _mend(self, failure: Unparsable) -> bool:
        """Takes the failing statement out; False if nothing more can be tried."""
        index = min(failure.start.line, len(self.lines)) - 1
        message = failure.message
        if failure.reason == "deep" and failure.start == failure.end:
            index = max(range(len(self.lines)), key=lambda each: len(self.lines[each]))
        elif message.startswith("expected an indented block"):
            return self._fill_block(_ON_LINE.search(message), index)
        elif message.startswith("expected 'except'"):
            return self._disarm_try(index)
        elif message.startswith(("unexpected indent", "unindent", "inconsistent use of tabs")):
            return self._drop_block(index)
        return self._drop_statement(index, failure.message.endswith("was never closed"))

    def _drop_statement(self, index: int, open_bracket: bool = False) -> bool:
        first = self._first(index)
        times = self.blamed[first] = self.blamed.get(first, 0) + 1
        if times > 2:
            return False
        end = self._end(first)
        if open_bracket:
            # The lines behind it may well be statements of their own.
            self.starts[first + 1 : end] = [True] * (end - first - 1)
            end = first + 1
        opens = self._indent_after(end) > self._indent(first)
        filler = ("if 1:" if opens else "pass") if times == 1 else ""
        self._blank(first, end, filler)
        return True

    def _drop_block(self, index: int) -> bool:
        """Takes out the statements from `index` on that stand as deep as it or deeper."""
        first = self._first(index)
        indent = self._indent(first)
        if not self.lines[first].strip() or indent == 0:
            return self._drop_statement(index)
        end = self._end(first)
        while end < len(self.lines) and (not self.lines[end].strip() or self._indent(end) >= indent):
            end = self._end(end)
        self._blank(first, end, "")
        return True

    def _fill_block(self, found: re.Match[str] | None, index: int) -> bool:
        """Gives the head of an empty block a body, or takes the head out."""
        head = int(found[1]) - 1 if found else index - 1
        if not 0 <= head < len(self.lines):
            return False
        last = self._end(self._first(head)) - 1
        line = self.lines[last].rstrip()
        if self.blamed.get(head, 0) or not line.endswith(":"):
            return self._drop_statement(head)
        self.blamed[head] = 1
        self.lines[last] = f"{line} pass\n"
        return True

    def _disarm_try(self, index: int) -> bool:
        """Makes a `try` without handlers the head of a plain block."""
        for above in range(min(index, len(self.lines) - 1), -1, -1):
            line = self.lines[above]
            if line.lstrip().startswith("try") and self._indent(above) <= self._indent(index):
                indent = _INDENT.match(line)
                self.lines[above] = f"{indent[0] if indent else ''}if 1:{line.strip()[4:]}\n"
                return True
        return self._drop_statement(index)

    # --- lines and statements ---

    def _first(self, index: int) -> int:
        """The line on which the statement of line `index` begins."""
        index = max(0, min(index, len(self.lines) - 1))
        while index > 0 and not self.starts[index]:
            index -= 1
        return index

    def _end(self, first: int) -> int:
        """The line behind the statement that begins at `first`."""
        end = first + 1
        while end < len(self.lines) and not self.starts[end]:
            end += 1
        return end

    def _indent(self, index: int) -> int:
        match = _INDENT.match(self.lines[index])
        return len(match[0].expandtabs(8)) if match else 0

    def _indent_after(self, index: int) -> int:
        while index < len(self.lines):
            if self.lines[index].strip() and not self.lines[index].lstrip().startswith("#"):
                return self._indent(index)
            index += 1
        return 0

    def _blank(self, first: int, end: int, filler: str) -> None:
        match = _INDENT.match(self.lines[first])
        indent = match[0] if match else ""
        self.lines[first] = f"{indent}{filler}\n" if filler else "\n"
        for index in range(first + 1, end):
            self.lines[index] = "\n"
            self.starts[index] = True


def _statement_starts(text: str, lines: list[str]) -> list[bool]:
    """For each line whether a statement can begin on it: it is neither inside brackets or a string, nor
    continued.

    A line inside brackets that stands no deeper than the statement around it counts as a beginning: the
    bracket was left open, as it is while someone types.
    """
    starts = [True] * len(lines)
    depth = 0
    number = 0
    first = 0
    for piece in _PIECE.finditer(text):
        found = piece[0]
        if found in "([{":
            depth += 1
        elif found in ")]}":
            depth = max(0, depth - 1)
        elif found[0] in "\r\n":
            number += 1
            if number >= len(lines):
                break
            if depth and not _begins_anew(lines[number], lines[first]):
                starts[number] = False
            else:
                depth = 0
                first = number
        elif found[0] != "#":
            for _ in range(_line_ends(found)):
                number += 1
                if number < len(lines):
                    starts[number] = False
    return starts


def _line_ends(text: str) -> int:
    if "\n" not in text and "\r" not in text:
        return 0
    return text.count("\n") + text.count("\r") - text.count("\r\n")


def _begins_anew(line: str, head: str) -> bool:
    content = line.lstrip(" \t\f")
    if not content.strip() or content.startswith(_CLOSING):
        return False
    return len(line) - len(content) <= len(head) - len(head.lstrip(" \t\f"))
