"""Strings of several lines, kept from what Flyte does to a source: it dedents it, which empties lines of
spaces inside strings.
"""

from __future__ import annotations

import ast

from .edits import SourceText
from .errors import ExportError


def keep_strings(tree: ast.Module, text: SourceText) -> None:
    """Notes an edit for every string that Flyte would change; raises `ExportError` for an f-string, which has
    no other form.
    """
    for node in ast.walk(tree):
        if not isinstance(node, ast.JoinedStr | ast.Constant) or node.end_lineno == node.lineno:
            continue
        lines = text.between(text.start(node), text.end(node)).split("\n")[1:]
        if not any(line and not line.strip() for line in lines):
            continue
        if isinstance(node, ast.JoinedStr):
            raise ExportError(
                "an f-string with a line of spaces, which Flyte would empty; write it on one line with \\n",
                node.lineno,
            )
        if isinstance(node.value, str | bytes):
            text.replace(text.start(node), text.end(node), repr(node.value))
