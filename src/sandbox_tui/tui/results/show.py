"""Values, errors and times as the text of the run panel; plain functions, safe on any thread."""

from __future__ import annotations

import pprint
from dataclasses import dataclass
from typing import Any

from ...sandbox.errors import RestrictionError, SandboxError, SourceFrame, TaskError
from ...sandbox.run import UNANSWERED, Call, RunResult

# What a pane shows of one value: more is not read on a screen, and laying it out would hold up the keys. The
# whole value can be saved.
SHOWN_CHARACTERS = 100_000
CELL_CHARACTERS = 200


def duration_text(milliseconds: float) -> str:
    """A time with as many digits as one can use: `0.4 ms`, `12 ms`, `1.3 s`."""
    if milliseconds < 10:
        return f"{milliseconds:.1f} ms"
    if milliseconds < 1000:
        return f"{milliseconds:.0f} ms"
    return f"{milliseconds / 1000:.1f} s"


def count_text(count: int, noun: str) -> str:
    """`1 call`, `2 calls`."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def value_text(value: Any, width: int = 80) -> str:
    """`value` as Python would write it, on several lines where it is long; cut, saying so, past what a pane
    can show.
    """
    try:
        text = pprint.pformat(value, width=max(20, width), sort_dicts=False)
    except RecursionError:
        text = repr(value)
    if len(text) > SHOWN_CHARACTERS:
        hidden = len(text) - SHOWN_CHARACTERS
        text = f"{text[:SHOWN_CHARACTERS]}\n... {hidden:,} more characters: save the result to see them"
    return text


def result_json(value: Any) -> str:
    """`value` as JSON; what JSON cannot say is `{"py": "..."}` and so on, as in `sandbox-tui run --json`."""
    import json

    from ...workspace.values import to_json

    return json.dumps(to_json(value), indent=2, ensure_ascii=False) + "\n"


def short_text(value: Any, limit: int = CELL_CHARACTERS) -> str:
    """`value` on one line of at most `limit` characters."""
    try:
        text = repr(value)
    except RecursionError:
        text = f"<{type(value).__name__}, too deep to show>"
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def arguments_text(call: Call, limit: int = CELL_CHARACTERS) -> str:
    """The arguments of a call as one would write them, on one line."""
    parts = [short_text(value, limit) for value in call.args]
    parts += [f"{name}={short_text(value, limit)}" for name, value in call.kwargs.items()]
    text = ", ".join(parts)
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def answer_text(call: Call, limit: int = CELL_CHARACTERS) -> str:
    """What a call was answered with, on one line; a dot while it waits."""
    if call.error is not None:
        return f"✗ {error_title(call.error)}"[:limit]
    return "·" if call.answer is UNANSWERED else short_text(call.answer, limit)


def error_title(error: BaseException) -> str:
    """An exception in one line: its type and its message, as the task's author knows them."""
    if isinstance(error, TaskError):
        name, message = error.error_type, error.error_message
    else:
        name, message = type(error).__name__, str(error)
    first = message.splitlines()[0] if message else ""
    return f"{name}: {first}" if first else name


def call_text(call: Call, width: int = 80) -> str:
    """A call in full: where it is, each argument, and its answer."""
    lines = [f"call {call.number}: {call.function}"]
    if call.line:
        lines[0] += f"   line {call.line}, column {call.column}"
    lines.append("")
    lines += [value_text(value, width) for value in call.args]
    lines += [f"{name} = {value_text(value, width - len(name) - 3)}" for name, value in call.kwargs.items()]
    if not call.args and not call.kwargs:
        lines.append("no arguments")
    lines.append("")
    if call.error is not None:
        lines.append(f"raised {error_title(call.error)}")
    elif call.answer is UNANSWERED:
        lines.append("not answered yet")
    else:
        lines.append(f"-> {value_text(call.answer, width - 3)}")
    return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class ErrorView:
    """An error as the panel shows it: a title line, further lines, and the task's own frames, outermost
    first.
    """

    title: str
    details: str
    frames: tuple[SourceFrame, ...]
    line: int | None
    column: int | None = None


def error_view(error: SandboxError) -> ErrorView:
    """What to show of `error`."""
    frames = tuple(getattr(error, "frames", ()))
    if isinstance(error, RestrictionError):
        found = count_text(len(error.diagnostics), "problem")
        return ErrorView(f"The task does not run: {found} in its source", "", (), error.line)
    if isinstance(error, TaskError):
        title = f"{error.error_type}: {error.error_message}" if error.error_message else error.error_type
    else:
        title = f"{type(error).__name__}: {error}"
    first, _, rest = title.partition("\n")
    inner = frames[-1] if frames else None
    line = inner.line if inner is not None else error.line
    return ErrorView(first, rest, frames, line, inner.column if inner is not None else None)


def status_text(result: RunResult) -> str:
    """The status at the right of the panel: `ok · 0.4 ms · 2 calls`."""
    if result.ok:
        word = "ok"
    elif result.error is not None and type(result.error).__name__ == "RunCancelledError":
        word = "stopped"
    else:
        word = "failed"
    return " · ".join((word, duration_text(result.duration_ms), count_text(len(result.calls), "call")))
