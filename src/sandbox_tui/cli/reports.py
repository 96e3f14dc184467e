"""A run as the JSON object of `--json`, and an error as the lines that a person reads."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from ..sandbox.errors import LimitError, RestrictionError, SandboxError, TaskError
from ..sandbox.run import UNANSWERED, Call, RunResult
from ..workspace.forms import to_json
from .messages import place

if TYPE_CHECKING:
    from ..workspace.document import Document


def run_report(result: RunResult, document: Document) -> dict[str, Any]:
    """`{"ok", "result" or "error", "stdout", "calls", "duration_ms"}`; times are milliseconds."""
    report: dict[str, Any] = {"ok": result.ok}
    if result.ok:
        report["result"] = to_json(result.result)
    else:
        assert result.error is not None
        report["error"] = error_report(result.error, document)
    report["stdout"] = result.stdout
    report["calls"] = [call_report(call) for call in result.calls]
    report["duration_ms"] = round(result.duration_ms, 3)
    return report


def failure_report(error: SandboxError, document: Document | None = None) -> dict[str, Any]:
    """The report of a run that could not begin."""
    report = error_report(error, document)
    return {"ok": False, "error": report, "stdout": "", "calls": [], "duration_ms": 0.0}


def error_report(error: SandboxError, document: Document | None) -> dict[str, Any]:
    """`{"type", "message", "line", "traceback"}`: `line` in the task's source or None, `traceback` as Python
    prints one.
    """
    kind, message = error_parts(error)
    traceback = traceback_text(error)
    if document is not None and not isinstance(error, TaskError):
        placed = with_places(message, document)
        traceback = traceback.replace(f"{kind}: {message}", f"{kind}: {placed}")
        message = placed
    return {"type": kind, "message": message, "line": error.line, "traceback": traceback}


def call_report(call: Call) -> dict[str, Any]:
    """`{"function", "args", "kwargs", "line", "answer" or "error", "duration_ms"}`; a call without an answer
    has neither.
    """
    report: dict[str, Any] = {
        "function": call.function,
        "args": [to_json(value) for value in call.args],
        "kwargs": {name: to_json(value) for name, value in call.kwargs.items()},
        "line": call.line,
    }
    if call.error is not None:
        report["error"] = {"type": type(call.error).__name__, "message": str(call.error)}
    elif call.answer is not UNANSWERED:
        report["answer"] = to_json(call.answer)
    report["duration_ms"] = round(call.duration_ms, 3)
    return report


def error_parts(error: SandboxError) -> tuple[str, str]:
    """An error's type and message: the task's own exception where it raised one."""
    if isinstance(error, TaskError):
        return error.error_type, error.error_message
    return type(error).__name__, error.message


def traceback_text(error: SandboxError) -> str:
    """The task's traceback, outermost frame first, as Python prints one; without frames the last line
    alone.
    """
    kind, message = error_parts(error)
    last = f"{kind}: {message}" if message else kind
    frames = error.frames if isinstance(error, TaskError | LimitError) else ()
    if not frames:
        return last
    return "\n".join(["Traceback (most recent call last):", *(f"  {frame}" for frame in frames), last])


def with_places(message: str, document: Document) -> str:
    """The engine's `name:line:column: ` in front of a line as a place that says which line is meant: that of
    a task file's source is no line of the file.
    """
    if document.filename.endswith(".py"):
        return message
    filename = re.escape(document.filename)

    def said(found: re.Match[str]) -> str:
        column = f" column {found[2]}:" if found[2] else ""
        return f"{place(document.filename, int(found[1]))}:{column}"

    return re.sub(rf"^{filename}:(\d+):(?:(\d+):)?", said, message, flags=re.MULTILINE)


def error_lines(error: SandboxError, document: Document) -> list[str]:
    """What a person needs to act: where, what, and by which calls it came there."""
    if isinstance(error, RestrictionError):
        found = [(place(document.filename, each.start.line), each) for each in error.diagnostics]
        return [f"{where}: column {each.start.column}: {each.code} {each.message}" for where, each in found]
    kind, message = error_parts(error)
    if isinstance(error, TaskError):
        message = f"{kind}: {message}" if message else kind
    elif message.startswith(f"{document.filename}:"):
        # The engine has put the place in front itself.
        return with_places(message, document).split("\n")
    known = document.filename.endswith(".py") or f"line {error.line}" not in message
    where = place(document.filename, error.line if known else None)
    frames = error.frames if isinstance(error, TaskError | LimitError) else ()
    calls = (
        [f"  in {frame.function or 'the task'}, line {frame.line}" for frame in frames]
        if len(frames) > 2
        else []
    )
    return [f"{where}: " + message.replace("\n", " "), *calls]
