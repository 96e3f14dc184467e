"""`# noqa` comments: which findings they silence, and which of them silence nothing.

With ruff's meaning, held against ruff itself by a test. `# noqa` silences its line, `# noqa: SBX105, SBX301`
only these codes (whole codes, in capitals); of what is written behind, `#` begins another comment and the
rest is a reason. A string in triple quotes and lines joined by a backslash count as one line, the last. A
comment `# sandbox-tui: noqa` on a line of its own does the same for the whole text, as `# ruff: noqa` does
for ruff.

Comments are found by a scan for strings and comments, so that a string that says `# noqa` is none. A string
that is never closed, as while someone types, does not hide what stands on the lines behind it.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from .diagnostic import Diagnostic, Position
from .source_text import SourceText

# What Unicode (and ruff) calls white space.
_BLANK = "[\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]"
_WORD = "[nN][oO][qQ][aA]"
_DIRECTIVE = re.compile(f"#{_BLANK}*{_WORD}")
_FILE_DIRECTIVE = re.compile(f"#{_BLANK}*sandbox-tui{_BLANK}*:{_BLANK}*{_WORD}")
_ANY = re.compile(_WORD)
_BLANKS = re.compile(f"{_BLANK}*")
_CODE = re.compile("[A-Z]+[0-9]+")
_BEHIND_CODE = re.compile(f"{_BLANK}|[,#]|\\Z")

_SCAN = re.compile(
    r"""(?P<comment>\#[^\r\n]*)
    |(?P<triple>'''|\"\"\")
    |'(?:[^'\\\r\n]++|\\(?:\r\n|.|\Z))*+'?
    |"(?:[^"\\\r\n]++|\\(?:\r\n|.|\Z))*+"?
    |(?P<joined>\\(?:\r\n|\r|\n))""",
    re.VERBOSE | re.DOTALL,
)
_CLOSING = {
    "'''": re.compile(r"(?:[^'\\]++|\\(?:.|\Z)|'(?!''))*+'''", re.DOTALL),
    '"""': re.compile(r'(?:[^"\\]++|\\(?:.|\Z)|"(?!""))*+"""', re.DOTALL),
}


@dataclass(frozen=True)
class Directive:
    """A `noqa` comment.

    `codes` is None for one that silences everything. `problem` says why it silences nothing at all. `start`
    and `end` are offsets: of the directive itself, from its `#` to its last code. `line` is the one that it
    stands on, None if it is for the whole text.
    """

    line: int | None
    start: int
    end: int
    codes: tuple[str, ...] | None = None
    problem: str | None = None

    def silences(self, code: str) -> bool:
        """Whether findings of `code` are silenced where this counts."""
        return self.problem is None and (self.codes is None or code in self.codes)


class Suppression:
    """The `noqa` comments of a text, and those of them that have silenced something so far."""

    def __init__(self, source: SourceText) -> None:
        self.directives: list[Directive] = []
        self.used: dict[Directive, set[str]] = {}
        self._joined: list[tuple[int, int]] = []
        # Much quicker than to look for either case of each letter.
        if "noqa" in source.text.lower():
            self._read(source)
        self._on_line = {each.line: each for each in self.directives if each.line is not None}
        self._for_all = [each for each in self.directives if each.line is None]
        self._starts = [first for first, _ in self._joined]

    def silences(self, finding: Diagnostic) -> bool:
        """Whether `finding` is silenced; if so, that is noted.

        What is said of no place, and what keeps the text from being read as a task, cannot be silenced.
        """
        if not self.directives or finding.start == finding.end or not can_be_silenced(finding.code):
            return False
        directive = self._on_line.get(self._last_line(finding.start.line))
        silenced = False
        for each in (*self._for_all, *((directive,) if directive is not None else ())):
            if each.silences(finding.code):
                self.used.setdefault(each, set()).add(finding.code)
                silenced = True
        return silenced

    def _last_line(self, line: int) -> int:
        index = bisect_right(self._starts, line) - 1
        if index >= 0 and line <= self._joined[index][1]:
            return self._joined[index][1]
        return line

    def _read(self, source: SourceText) -> None:
        for sort, start, end in _scan(source.text):
            if sort == "comment":
                directive = _directive(source, start, end)
                if directive is not None:
                    self.directives.append(directive)
            else:
                self._join(source.position(start).line, source.position(end).line)

    def _join(self, first: int, last: int) -> None:
        if first == last:
            return
        if self._joined and self._joined[-1][1] >= first:
            first = self._joined.pop()[0]
        self._joined.append((first, last))


def can_be_silenced(code: str) -> bool:
    """Whether a `noqa` may silence findings of `code`: what keeps a text from being a task it may not."""
    return not code.startswith("SBX00") and code != "SBX099"


def unsilenced(source: str, findings: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Those of `findings` that no `noqa` of `source` silences: for findings that `check` does not make.

    Findings of `check` among them that call a `noqa` unused are left out where it silences one of the others.
    """
    text = SourceText(source)
    suppression = Suppression(text)
    if not suppression.directives:
        return list(findings)
    left = [each for each in findings if not suppression.silences(each)]
    used = {text.position(each.start) for each in suppression.used if each.codes is None}
    return [each for each in left if not (each.code == UNUSED_CODE and each.start in used)]


UNUSED_CODE = "SBX090"
"""The code of the rule that finds a `noqa` without effect."""


def removal(source: SourceText, directive: Directive) -> tuple[Position, Position]:
    """The range that goes with a directive, as ruff removes it: the whole line if there is nothing else on
    it, the reason behind it, the blanks before it; another comment stays.
    """
    text = source.text
    line = source.position(directive.start).line
    line_start = source.starts[line - 1]
    line_end = line_start + len(source.lines[line - 1])
    behind = text[directive.end : line_end].strip()
    before = text[line_start : directive.start].rstrip()
    if not behind.startswith("#"):
        if not before:
            next_line = source.starts[line] if line < len(source.starts) else line_end
            return source.position(line_start), source.position(next_line)
        return source.position(line_start + len(before)), source.position(line_end)
    blanks = _BLANKS.match(text, directive.end)
    return source.position(directive.start), source.position(blanks.end() if blanks else directive.end)


# --- reading ---


def _scan(text: str) -> Iterator[tuple[str, int, int]]:
    """The comments (`comment`), and what joins lines (`joined`: strings in triple quotes, backslashes)."""
    at = 0
    while True:
        match = _SCAN.search(text, at)
        if match is None:
            return
        at = match.end()
        if match.lastgroup == "triple":
            closing = _CLOSING[match[0]].match(text, at)
            if closing is not None:
                at = closing.end()
                yield "joined", match.start(), at
            # Of a string that is not closed only the quotes are skipped: what follows is read line by line.
        elif match.lastgroup is not None:
            yield match.lastgroup, match.start(), at


def _directive(source: SourceText, start: int, end: int) -> Directive | None:
    """The directive in the comment between two offsets."""
    text = source.text
    line = source.position(start).line
    match = _FILE_DIRECTIVE.match(text, start, end)
    if match is not None and not text[source.starts[line - 1] : start].strip():
        return _read_codes(text, None, start, match.end(), end)
    match = _DIRECTIVE.search(text, start, end)
    return _read_codes(text, line, match.start(), match.end(), end) if match is not None else None


def _read_codes(text: str, line: int | None, start: int, at: int, end: int) -> Directive:
    """The directive whose word `noqa` ends at `at`, in a comment that ends at `end`."""
    behind = _skip_blanks(text, at, end)
    if behind == end or text[at] == "#" or (behind > at and text[behind] != ":"):
        return Directive(line, start, at)
    if text[behind] != ":":
        return Directive(line, start, at, (), "write `# noqa`, or `# noqa:` and codes")
    codes: list[str] = []
    last = behind + 1
    at = _skip_blanks(text, last, end)
    while at < end and text[at] != "#":
        if text[at] != ",":
            code = _CODE.match(text, at, end)
            if code is None:
                break
            at = last = code.end()
            codes.append(code[0])
            if _BEHIND_CODE.match(text, at, end) is None and _CODE.match(text, at, end) is None:
                return Directive(line, start, last, (), f"a code is capitals and digits only: {code[0]}")
        else:
            at += 1
        at = _skip_blanks(text, at, end)
    if not codes:
        return Directive(line, start, last, (), "write codes behind the colon, such as SBX105, SBX301")
    return Directive(line, start, last, tuple(codes))


def _skip_blanks(text: str, at: int, end: int) -> int:
    match = _BLANKS.match(text, at, end)
    return match.end() if match else at
