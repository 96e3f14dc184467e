"""What the linter says: one finding, where it is, and how it can be mended.

Plain frozen data, so that an editor, a command, a test and a language server can pass it around, compare it
and sort it. Positions are 1-based; columns count characters (code points) of the line, not bytes and not
screen cells; an end is exclusive.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning", "info"]
Applicability = Literal["safe", "unsafe"]


@dataclass(frozen=True, order=True, slots=True)
class Position:
    """A place in a source text: `line` and `column` count from 1, columns in characters."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Edit:
    """Replaces the text from `start` up to, not including, `end` by `text`."""

    start: Position
    end: Position
    text: str


@dataclass(frozen=True, slots=True)
class Fix:
    """A way to mend a finding: edits that do not overlap, and whether they certainly keep the meaning
    (`safe`).
    """

    message: str
    edits: tuple[Edit, ...]
    applicability: Applicability


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding.

    `code` is the rule's code (`SBX105`), `name` its name in kebab case, `message` says what is wrong and what
    to write instead, `start` and `end` hold the exact range.
    """

    code: str
    name: str
    message: str
    severity: Severity
    start: Position
    end: Position
    fix: Fix | None = None

    def __str__(self) -> str:
        return f"{self.start.line}:{self.start.column} {self.code} {self.message}"


@dataclass(frozen=True, slots=True)
class SyntaxFailure:
    """Why a parser refuses a text, and where if it says so: the answer of a parser other than the host's
    (Monty's).
    """

    message: str
    start: Position | None
    end: Position | None
