"""Applies the fix of a finding in the editor, as one step that can be undone."""

from __future__ import annotations

from ..lint.diagnostic import Fix
from .editor.source_editor import SourceEditor


def apply_fix(editor: SourceEditor, fix: Fix) -> None:
    """Makes the edits of `fix`, the last one first, so that the places of the others stay true."""
    editor.history.checkpoint()
    for edit in sorted(fix.edits, key=lambda each: each.start, reverse=True):
        start = (edit.start.line - 1, edit.start.column - 1)
        end = (edit.end.line - 1, edit.end.column - 1)
        editor.replace(edit.text, start, end, maintain_selection_offset=True)
    editor.history.checkpoint()
