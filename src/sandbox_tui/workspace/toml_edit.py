"""Changing a TOML text by as little as can be: what is the same stays byte for byte, comments and layout
among it.

`edited(old, new)` compares what the two texts say, key by key, and rewrites the statements and tables that
differ. The result is taken only if it says exactly what `new` says; else the answer is `new` itself, with the
comment at the head of `old`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Any

from .errors import DocumentError
from .positions import Header, Path, Positions, Statement, scan
from .toml_write import render_case, render_entry, render_key, render_table

_HEAD_COMMENT = re.compile(r"(?:[ \t]*(?:#[^\n]*)?\n)*")


def edited(old: str, new: str, canonical: Callable[[str], str]) -> str:
    """`old`, changed to say what `new` says.

    `canonical` makes the canonical text of what a text says (reads and writes it), and raises `DocumentError`
    for a text that says nothing. `new` is canonical.
    """
    try:
        before = canonical(old)
        if before == new:
            return old
        changed = _Edit(old, tomllib.loads(before), tomllib.loads(new)).run()
        if canonical(changed) == new:
            return changed
    except (DocumentError, _Impossible, ValueError, IndexError, RecursionError):
        pass
    head = _HEAD_COMMENT.match(old)
    comment = head[0] if head is not None and "#" in head[0] else ""
    return comment + new


class _Impossible(Exception):
    """A layout that this does not edit."""


def _differ(left: Any, right: Any) -> bool:
    """Whether two pieces of TOML's data differ, in type too: 1 is not true, 1.0 is not 1, and nan is nan."""
    return repr(left) != repr(right)


class _Edit:
    """Collects replacements of spans of the old text, applied from the end."""

    def __init__(self, text: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
        self.text = text if text.endswith("\n") else text + "\n"
        self.before = before
        self.after = after
        self.positions: Positions = scan(self.text)
        self.replacements: list[tuple[int, int, str]] = []

    def run(self) -> str:
        for section in ("task", "config", "lint"):
            self._section((section,), section, self.before.get(section), self.after.get(section))
        self._externals(self.before.get("externals", {}), self.after.get("externals", {}))
        self._cases(self.before.get("cases", []), self.after.get("cases", []))
        text = self.text
        # From the end, so that offsets stay true; what was put at one place first comes out first.
        in_order = sorted(
            enumerate(self.replacements), key=lambda each: (*each[1][:2], each[0]), reverse=True
        )
        for _, (start, end, replacement) in in_order:
            text = text[:start] + replacement + text[end:]
        return text

    # --- tables ---

    def _section(self, path: Path, header: str, before: Any, after: Any) -> None:
        if not _differ(before, after):
            return
        if before is None:
            self._add_table(path, render_table(header, after))
        elif after is None:
            self._remove_table(path)
        else:
            self._table(path, before, after)

    def _externals(self, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
        for name in {**before, **after}:
            header = f"externals.{render_key(name)}"
            self._section(("externals", name), header, before.get(name), after.get(name))

    def _cases(self, before: list[Any], after: list[Any]) -> None:
        names = [case["name"] for case in after]
        kept = [index for index, case in enumerate(before) if case["name"] in names]
        if [before[index]["name"] for index in kept] != names[: len(kept)]:
            kept = list(range(min(len(before), len(after))))
        for index in range(len(before)):
            if index not in kept:
                self._remove_table(("cases", index))
        for place, index in enumerate(kept):
            if _differ(before[index], after[place]):
                self._table(("cases", index), before[index], after[place])
        if len(after) > len(kept):
            self._insert(len(self.text), "".join("\n" + render_case(case) for case in after[len(kept) :]))

    def _header(self, path: Path) -> Header:
        for header in self.positions.headers:
            if header.path == path:
                return header
        raise _Impossible

    def _headers_below(self, path: Path) -> list[Header]:
        return [header for header in self.positions.headers if header.path[: len(path)] == path]

    def _end_of(self, header: Header) -> int:
        """Where the table's own lines end: behind its last statement, or behind the header."""
        ends = [each.end for each in self.positions.statements if each.table == header.path]
        return max([header.end, *ends])

    def _add_table(self, path: Path, text: str) -> None:
        """Puts a new table behind the last one of those that stand before it in the order of the format."""
        order = ["task", "config", "lint", "externals", "cases"]
        rank = order.index(str(path[0]))
        earlier = [each for each in self.positions.headers if order.index(str(each.path[0])) <= rank]
        if not earlier:
            raise _Impossible
        self._insert(self._end_of(earlier[-1]), "\n" + text)

    def _remove_table(self, path: Path) -> None:
        headers = self._headers_below(path)
        if not headers or headers[0].path != path:
            raise _Impossible
        for header in headers:
            end = self._end_of(header)
            # The blank line behind goes with the table.
            if self.text.startswith("\n", end):
                end += 1
            self.replacements.append((header.start, end, ""))

    # --- keys ---

    def _table(self, path: Path, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
        for key in before:
            if key not in after:
                for statement in self._statements((*path, key)):
                    self.replacements.append((statement.start, statement.end, ""))
        added = ""
        for key, value in after.items():
            if key not in before:
                added += render_entry(key, value)
            elif _differ(before[key], value):
                self._replace((*path, key), key, value)
        if added:
            self._insert(self._end_of(self._header(path)), added)

    def _replace(self, path: Path, key: str, value: Any) -> None:
        statements = self._statements(path)
        self._header(path[:-1])
        entry = render_entry(key, value)
        only = statements[0]
        if len(statements) == 1 and only.path == path and entry.startswith(f"{render_key(key)} = "):
            written = entry[entry.index(" = ") + 3 : -1]
            self.replacements.append((only.value_start, only.value_end, written))
            return
        self.replacements.append((statements[0].start, statements[-1].end, entry))

    def _statements(self, path: Path) -> list[Statement]:
        """The statements that say what `path` holds: one, or several with dotted keys that follow each
        other.
        """
        found = [each for each in self.positions.statements if each.path[: len(path)] == path]
        below = self._headers_below(path)
        follow = all(left.end == right.start for left, right in pairwise(found))
        if not found or below or not follow or any(each.table != path[:-1] for each in found):
            raise _Impossible
        return found

    def _insert(self, at: int, text: str) -> None:
        self.replacements.append((at, at, text))
