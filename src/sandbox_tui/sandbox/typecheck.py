"""Type findings (SBX9xx): ty, the type checker inside Monty, asked about a task.

ty knows Monty's own standard library. It is told the externals, `flyte_map` and the handles in stubs, and
gets the source behind a line with a name that nobody knows: whatever the source holds, there is at least that
finding, and with a finding Monty runs nothing. Names, imports and syntax are other rules' findings and are
left out here, and so is what ty calls wrong and the engine makes right (awaiting an external).

A check takes 10 to 50 milliseconds: for the background, never for a keystroke.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Iterable, Mapping
from typing import Any, Literal

from ..lint.diagnostic import Diagnostic, Position
from ..lint.parsing import Unparsable, parse
from ..lint.rules.checked_types import BY_TY, OTHER
from .function_text import character_column
from .monty import monty
from .pool import type_checkers

# Nothing defines this name, so that there is always a finding and nothing ever runs.
_NEVER_RUNS = "__never_runs__"

_LIMITS = {"max_memory": 512 * 1024 * 1024, "max_feed_duration_secs": 10.0}

# What other rules say (names, imports, syntax), or what is right in this engine.
_LEFT_OUT = frozenset(
    (
        "unresolved-reference",
        "unresolved-import",
        "invalid-syntax",
        "invalid-await",
        "possibly-unresolved-reference",
    )
)

_STUBS = """\
from typing import Any as Any, Callable as Callable, Dict as Dict, FrozenSet as FrozenSet, List as List
from typing import Optional as Optional, Set as Set, Tuple as Tuple, Union as Union
class File: ...
class Dir: ...
class DataFrame: ...
def flyte_map(task: Any, *iterables: Any, concurrency: int = 0, group_name: str | None = None,
    return_exceptions: bool = True) -> list[Any]: ...
"""


def type_findings(
    source: str,
    *,
    kind: Literal["function", "code"] = "function",
    inputs: Mapping[str, str] | None = None,
    output: str | None = None,
    externals: Mapping[str, str | None] | None = None,
) -> list[Diagnostic]:
    """What the type checker says of a task, as warnings, sorted by place; nothing of the source runs.

    The arguments are those of `lint.check`. A text that does not parse has no type findings; other rules say
    why. Never raises for what the source holds.
    """
    text = source.replace("\r\n", "\n").replace("\r", "\n")
    try:
        tree = parse(text)
    except Unparsable:
        return []
    fed, moved = _typed_result(text, tree, output) if kind == "code" else (text, None)
    stubs = _STUBS + _external_stubs(externals or {})
    if kind == "code":
        stubs += "".join(f"{name}: {annotation}\n" for name, annotation in (inputs or {}).items())
    found = _ask(fed, stubs)
    awaited = _awaited(tree, text.split("\n"))
    return [_diagnostic(each, moved) for each in found if _counts(each, awaited)]


def without_repeats(types: Iterable[Diagnostic], others: Iterable[Diagnostic]) -> list[Diagnostic]:
    """The type findings that no other finding overlaps: what another rule states is not said twice."""
    ranges = [(other.start, other.end) for other in others]
    return [
        each for each in types if not any(start <= each.end and each.start <= end for start, end in ranges)
    ]


def _ask(source: str, stubs: str) -> list[dict[str, Any]]:
    engine = monty()
    try:
        with type_checkers.checkout(
            _LIMITS, type_check=True, type_check_stubs=stubs, type_check_format="json"
        ) as session:
            session.feed_start(f"{_NEVER_RUNS}\n{source}")
    except engine.MontyTypingError as error:
        try:
            found = json.loads(error.display())
        except ValueError:
            return []
        return [each for each in found if isinstance(each, dict)]
    except (engine.MontyError, ValueError):
        # It does not parse in Monty, or is too much for the checker: other rules say so.
        return []
    return []


def _counts(found: Mapping[str, Any], awaited: list[tuple[Position, Position]]) -> bool:
    if found.get("code") in _LEFT_OUT or found["location"]["row"] <= 1:
        return False
    start = Position(found["location"]["row"] - 1, found["location"]["column"])
    end = Position(found["end_location"]["row"] - 1, found["end_location"]["column"])
    # The checker takes an external for a plain function; the engine lets it be awaited and gathered.
    return not any(first <= start and end <= last for first, last in awaited)


def _diagnostic(found: Mapping[str, Any], moved: tuple[int, int, int] | None) -> Diagnostic:
    rule = BY_TY.get(found.get("code") or "", OTHER)
    start = _place(found["location"], moved)
    end = _place(found["end_location"], moved)
    return Diagnostic(rule.code, rule.name, _message(found), "warning", start, max(start, end))


def _message(found: Mapping[str, Any]) -> str:
    message = str(found.get("message", "")).strip().split("\n")[0].replace("`", "")
    return message[:1].lower() + message[1:]


def _place(place: Mapping[str, int], moved: tuple[int, int, int] | None) -> Position:
    line, column = place["row"] - 1, place["column"]
    if moved is not None:
        at, first, longer = moved
        if line == at and column > first:
            column = max(first, column - longer)
    return Position(line, column)


def _typed_result(
    source: str, tree: ast.Module, output: str | None
) -> tuple[str, tuple[int, int, int] | None]:
    """Code whose last expression is assigned to a name of the output's type, and where that moved its
    line.
    """
    last = tree.body[-1] if tree.body else None
    if output is None or not isinstance(last, ast.Expr):
        return source, None
    lines = source.split("\n")
    line = lines[last.lineno - 1]
    column = character_column(line, last.col_offset)
    before = f"result_: {output} = "
    lines[last.lineno - 1] = line[:column] + before + line[column:]
    return "\n".join(lines), (last.lineno, column + 1, len(before))


def _external_stubs(externals: Mapping[str, str | None]) -> str:
    stubs = []
    for name, signature in externals.items():
        text = (signature or "").strip().removeprefix("async").strip()
        stub = f"def {name}{text}: ...\n"
        try:
            parse(stub)
        except Unparsable:
            text = ""
        if not text:
            stub = f"def {name}(*args: Any, **kwargs: Any) -> Any: ...\n"
        stubs.append(stub)
    return "".join(stubs)


def _awaited(tree: ast.Module, lines: list[str]) -> list[tuple[Position, Position]]:
    """The ranges of `await` expressions and of calls of `gather`."""
    ranges = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Await) or (
            isinstance(node, ast.Call) and getattr(node.func, "attr", None) == "gather"
        ):
            last = node.end_lineno or node.lineno
            start = character_column(lines[node.lineno - 1], node.col_offset)
            end = character_column(lines[last - 1], node.end_col_offset or 0)
            ranges.append((Position(node.lineno, start + 1), Position(last, end + 1)))
    return ranges
