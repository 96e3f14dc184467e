"""On which line a run was when it passed a limit, where Monty does not say: by running it again, marked.

When the time is over, and for some ways of filling the memory, Monty reports no traceback (observed with
1.0.0 and 1.4.0). The session survives, though, and its globals can be read. So the run is repeated with the
answers that it got, no external called, with a mark in front of each statement, on the same line, that keeps
the line's number in a global; when the limit strikes again, that global holds the line. The repetition is
slower and bounded, so for a task that runs long it may end earlier in the task's course: what it gives is a
line that the task was on, and the error says that it was found so.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

from ..lint.parsing import Unparsable, parse
from .monty import monty
from .pool import workers
from .repeating import Answer, resumed

# Seconds that the repetition may take in the sandbox; the user waits for them.
LONGEST = 1.0

# What the marks themselves need of the sandbox's memory, in bytes: the function that sets them, and each
# mark.
_OWN_MEMORY = 8_000
_MEMORY_PER_MARK = 400

_PRELUDE = """\
__line__ = 0
def __mark__(line):
    global __line__
    __line__ = line
"""

# For a worker that does not survive: what it has printed before is all that is known of it.
_PRINTING_PRELUDE = """\
def __mark__(line):
    print(line)
"""

# Monty's parser takes these, after a semicolon, for the beginning of a statement of that name.
_SOFT_KEYWORDS = (b"match", b"case", b"type")


def line_of_breach(
    code: str,
    inputs: Mapping[str, Any],
    limits: Mapping[str, Any],
    answers: Sequence[Answer],
    externals: Collection[str] = frozenset(),
) -> int | None:
    """The line of `code` (1-based) on which a run of it passes its limits, or None where that cannot be
    found.

    `inputs` are Monty's inputs, `limits` its limits, `answers` what the suspensions were resumed with, in
    order, `externals` the names that the host has a function for.
    """
    try:
        marked, marks = mark(code, parse(code))
    except Unparsable:
        return None
    widened = _widened(limits, marks)
    engine = monty()
    with workers.checkout(widened) as session:
        try:
            session.feed_run(_PRELUDE)
            _repeat(engine, session, marked, inputs, answers, externals, _discard)
            return None
        except engine.MontyError:
            line = _line(session)
    return _last_printed(widened, marked, inputs, answers, externals) if line is None else line


def _repeat(
    engine: Any,
    session: Any,
    marked: str,
    inputs: Mapping[str, Any],
    answers: Sequence[Answer],
    externals: Collection[str],
    printed: Callable[[str, str], None],
) -> None:
    progress = session.feed_start(marked, inputs=dict(inputs), print_callback=printed)
    remaining = iter(answers)
    while progress is not None and not isinstance(progress, engine.MontyComplete):
        progress = resumed(engine, progress, remaining, externals)


def _last_printed(
    limits: dict[str, Any],
    marked: str,
    inputs: Mapping[str, Any],
    answers: Sequence[Answer],
    externals: Collection[str],
) -> int | None:
    """The last mark of a run that ends with its worker's death (an allocation that its allocator refuses)."""
    engine = monty()
    last = [0]

    def printed(_: str, text: str) -> None:
        for line in text.split():
            if line.isdecimal():
                last[0] = int(line)

    try:
        with workers.checkout(limits, print_flush_interval=0.0) as session:
            session.feed_run(_PRINTING_PRELUDE)
            _repeat(engine, session, marked, inputs, answers, externals, printed)
    except engine.MontyError:
        return last[0] or None
    return None


def _line(session: Any) -> int | None:
    try:
        line = session.feed_run("__line__")
    except Exception:
        return None
    return line if isinstance(line, int) and line > 0 else None


def _discard(*_: str) -> None:
    """What the repetition prints has been printed."""


def _widened(limits: Mapping[str, Any], marks: int) -> dict[str, Any]:
    seconds = min(2 * limits["max_feed_duration_secs"], LONGEST)
    return {
        **limits,
        "max_feed_duration_secs": seconds,
        "max_recursion_depth": limits["max_recursion_depth"] + 1,
        "max_memory": limits["max_memory"] + _OWN_MEMORY + _MEMORY_PER_MARK * marks,
    }


def mark(code: str, tree: ast.Module) -> tuple[str, int]:
    """`code` with `__mark__(line)` in front of each statement, and how many there are; no line moves."""
    marking = _Marking(code)
    marking.block(tree.body)
    return marking.text(), marking.count


class _Marking:
    """Collects what is to be inserted, by byte offset."""

    def __init__(self, code: str) -> None:
        self.data = code.encode()
        self.starts = [0]
        self.starts.extend(i + 1 for i, byte in enumerate(self.data) if byte == 0x0A)
        self.insertions: list[tuple[int, int, bytes]] = []
        self.count = 0

    def text(self) -> str:
        parts = []
        position = 0
        for offset, _, inserted in sorted(self.insertions):
            parts += [self.data[position:offset], inserted]
            position = offset
        parts.append(self.data[position:])
        return b"".join(parts).decode()

    def block(self, statements: Iterable[ast.stmt]) -> None:
        for statement in statements:
            if isinstance(statement, ast.If | ast.While):
                self._around(statement.test, statement.lineno)
            elif isinstance(statement, ast.For):
                self._around(statement.iter, statement.lineno)
            elif isinstance(statement, ast.With):
                self._around(statement.items[0].context_expr, statement.lineno)
            elif isinstance(statement, ast.Match):
                self._around(statement.subject, statement.lineno)
            elif not isinstance(statement, _UNMARKED):
                self._before(statement)
            self._inner(statement)

    def _inner(self, statement: ast.stmt) -> None:
        if isinstance(statement, ast.ClassDef):
            # A class body takes methods and plain assignments only.
            for member in statement.body:
                if isinstance(member, ast.FunctionDef | ast.AsyncFunctionDef):
                    self.block(member.body)
            return
        for field in ("body", "orelse", "finalbody"):
            self.block(getattr(statement, field, ()))
        for part in (*getattr(statement, "handlers", ()), *getattr(statement, "cases", ())):
            self.block(part.body)

    def _before(self, statement: ast.stmt) -> None:
        offset = self._offset(statement.lineno, statement.col_offset)
        if not self.data.startswith(_SOFT_KEYWORDS, offset):
            self._insert(offset, f"__mark__({statement.lineno});")
            self.count += 1

    def _around(self, expression: ast.expr, line: int) -> None:
        self._insert(self._offset(expression.lineno, expression.col_offset), f"(__mark__({line}) or (")
        assert expression.end_lineno is not None and expression.end_col_offset is not None
        self._insert(self._offset(expression.end_lineno, expression.end_col_offset), "))")
        self.count += 1

    def _offset(self, line: int, column: int) -> int:
        return self.starts[line - 1] + column

    def _insert(self, offset: int, text: str) -> None:
        self.insertions.append((offset, len(self.insertions), text.encode()))


_UNMARKED = (
    ast.FunctionDef,
    ast.AsyncFunctionDef,
    ast.ClassDef,
    ast.Try,
    ast.Global,
    ast.Nonlocal,
    ast.AsyncFor,
    ast.AsyncWith,
    *((ast.TryStar,) if hasattr(ast, "TryStar") else ()),
)
