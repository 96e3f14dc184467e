"""Applies fixes to a text: all that do not get in each other's way, again until nothing is left to mend.

What is promised: edits that are made together never overlap, a fix is made whole or not at all, and a text
that parses still does afterwards. Line ends stay as they are, the last line's lack of one too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from .diagnostic import Diagnostic, Edit, Fix
from .parsing import MAX_CHARACTERS, Unparsable, parse
from .source_text import SourceText

# Each round mends what the one before could not, as it overlapped: as many as ruff makes.
MAX_ROUNDS = 100

Find = Callable[[str], Sequence[Diagnostic]]
Parses = Callable[[str], bool]
_Piece = tuple[int, int, str]
_Sort = tuple[str, str, str]


@dataclass(frozen=True)
class Fixed:
    """A text after fixing, the findings that were mended, and those that it still has."""

    text: str
    applied: tuple[Diagnostic, ...]
    left: tuple[Diagnostic, ...]


def apply(
    source: str, diagnostics: Iterable[Diagnostic], *, unsafe: bool = False, parses: Parses | None = None
) -> tuple[str, list[Diagnostic]]:
    """`source` with the fixes of `diagnostics`, and those whose fix was made, in the order of their places.

    Only safe fixes unless `unsafe`. Of fixes that overlap, the first is made; one that several findings share
    is made once and mends them all. A fix whose places the text does not have, or after which the text no
    longer `parses` (by default: is not Python any more, if it was), is left out.
    """
    text = SourceText(source)
    chosen: list[tuple[tuple[_Piece, ...], list[Diagnostic]]] = []
    taken: list[tuple[int, int]] = []
    end_of_taken = -1
    shared: dict[tuple[_Piece, ...], list[Diagnostic]] = {}
    for finding in sorted(diagnostics, key=_order):
        pieces = _pieces(finding.fix, text) if is_fixable(finding, unsafe=unsafe) else None
        if not pieces:
            continue
        if pieces in shared:
            shared[pieces].append(finding)
        elif pieces[0][0] > end_of_taken or not _overlap(pieces, taken):
            shared[pieces] = [finding]
            chosen.append((pieces, shared[pieces]))
            taken += [piece[:2] for piece in pieces]
            end_of_taken = max(end_of_taken, pieces[-1][1])
    if parses is None:
        parses = _parses if _parses(source) else _anything
    kept = _keep(source, [], [pieces for pieces, _ in chosen], parses)
    applied = [finding for pieces, findings in chosen if pieces in kept for finding in findings]
    return _made(source, kept), applied


def fix_all(source: str, find: Find, *, unsafe: bool = False) -> Fixed:
    """`source` with what `find` finds mended as far as it can be: `find` and `apply` in turns until nothing
    changes.

    A fix after which its line still has as many of its findings as before is made once and not again.
    """
    applied: list[Diagnostic] = []
    seen = {source}
    in_vain: set[_Sort] = set()
    findings = find(source)
    for _ in range(MAX_ROUNDS):
        sorts = _sorts(source, findings)
        wanted = [each for each, sort in zip(findings, sorts) if sort not in in_vain]
        text, mended = apply(source, wanted, unsafe=unsafe)
        # Two rules that undo each other's work would go on for ever.
        if not mended or text in seen:
            break
        seen.add(text)
        applied += mended
        tried = _sorts(source, mended)
        source, findings = text, find(text)
        before, after = Counter(sorts), Counter(_sorts(source, findings))
        in_vain.update(sort for sort in tried if after[sort] >= before[sort])
    return Fixed(source, tuple(applied), tuple(findings))


def _sorts(source: str, findings: Iterable[Diagnostic]) -> list[_Sort]:
    """For each finding what tells it again in a changed text: code, message, and what its line says."""
    lines = SourceText(source).lines
    return [
        (each.code, each.message, "".join(lines[each.start.line - 1 : each.start.line]).strip())
        for each in findings
    ]


def is_fixable(finding: Diagnostic, *, unsafe: bool = False) -> bool:
    """Whether `finding` has a fix that may be made."""
    return finding.fix is not None and (unsafe or finding.fix.applicability == "safe")


def _order(finding: Diagnostic) -> tuple[object, ...]:
    edits = finding.fix.edits if finding.fix is not None else ()
    first = min((edit.start for edit in edits), default=finding.start)
    # Of two fixes that begin at one place the certain one comes first.
    unsafe = finding.fix is not None and finding.fix.applicability != "safe"
    return first, unsafe, finding.start, finding.code


def _pieces(fix: Fix | None, text: SourceText) -> tuple[_Piece, ...]:
    """The edits as offsets, in order; none if the text does not have their places or they overlap."""
    found: list[_Piece] = []
    for edit in sorted(fix.edits, key=lambda each: (each.start, each.end)) if fix is not None else ():
        piece = _piece(edit, text)
        if piece is None or (found and _touches(piece, found[-1][:2])):
            return ()
        if text.text[piece[0] : piece[1]] != piece[2]:
            found.append(piece)
    return tuple(found)


def _piece(edit: Edit, text: SourceText) -> _Piece | None:
    for place in (edit.start, edit.end):
        if place.line < 1 or place.column < 1 or text.clamp(place.line, place.column) != place:
            return None
    start, end = text.offset(edit.start), text.offset(edit.end)
    if end < start:
        return None
    written = edit.text
    if "\n" in written and "\r" not in written and "\r\n" in text.text:
        written = written.replace("\n", "\r\n")
    return start, end, written


def _overlap(pieces: Iterable[_Piece], taken: Sequence[tuple[int, int]]) -> bool:
    return any(_touches(piece, other) for piece in pieces for other in taken)


def _touches(piece: _Piece, other: tuple[int, int]) -> bool:
    """Whether an edit shares characters with a range; insertions also where they only meet one."""
    start, end = piece[:2]
    if start == end or other[0] == other[1]:
        return start <= other[1] and other[0] <= end
    return start < other[1] and other[0] < end


def _keep(
    source: str, kept: list[tuple[_Piece, ...]], more: list[tuple[_Piece, ...]], parses: Parses
) -> list[tuple[_Piece, ...]]:
    """`kept` and those of `more` after which the text still parses; looked for by halves."""
    if not more or parses(_made(source, [*kept, *more])):
        return [*kept, *more]
    if len(more) == 1:
        return kept
    half = len(more) // 2
    return _keep(source, _keep(source, kept, more[:half], parses), more[half:], parses)


def _made(source: str, fixes: Iterable[tuple[_Piece, ...]]) -> str:
    parts: list[str] = []
    at = 0
    for start, end, written in sorted(piece for pieces in fixes for piece in pieces):
        parts += (source[at:start], written)
        at = end
    return "".join(parts) + source[at:]


def _parses(text: str) -> bool:
    if len(text) > MAX_CHARACTERS:
        return False
    try:
        parse(text)
    except (Unparsable, ValueError):
        return False
    return True


def _anything(text: str) -> bool:
    return True
