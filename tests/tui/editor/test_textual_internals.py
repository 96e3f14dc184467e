"""What the editor uses of Textual beyond its documentation: a new Textual that changes it must fail here."""

from __future__ import annotations

import inspect

from textual.app import App
from textual.document._document import Document
from textual.document._wrapped_document import WrappedDocument
from textual.widget import Widget
from textual.widgets import TextArea

from sandbox_tui.tui.editor.source_editor import SourceEditor


def test_the_overridden_methods_exist_and_take_the_same_arguments() -> None:
    for name in (
        "_set_document",
        "_build_highlight_map",
        "_refresh_size",
        "find_matching_bracket",
        "render_line",
        "get_line",
        "notify_style_update",
        "action_delete_left",
        "_on_key",
        "_on_paste",
        "_on_mouse_down",
    ):
        theirs = inspect.signature(getattr(TextArea, name))
        ours = inspect.signature(getattr(SourceEditor, name))
        assert list(theirs.parameters) == list(ours.parameters), name


def test_every_change_of_a_text_goes_through_the_document() -> None:
    source = inspect.getsource(TextArea) + inspect.getsource(inspect.getmodule(TextArea.edit))  # type: ignore[arg-type]
    assert "._lines[" not in source
    assert "replace_range" in dir(Document)


def test_an_edit_an_undo_and_a_redo_end_in_the_highlight_map() -> None:
    for method in (TextArea.edit, TextArea._undo_batch, TextArea._redo_batch):
        assert "_build_highlight_map()" in inspect.getsource(method)


def test_the_compositor_asks_for_regions_to_repaint() -> None:
    assert "_repaint_regions" in inspect.getsource(Widget._exchange_repaint_regions)


def test_an_app_has_a_list_of_line_filters() -> None:
    assert isinstance(App()._filters, list)


def test_without_wrapping_a_line_is_a_row() -> None:
    wrapped = WrappedDocument(Document("a\nb"))
    assert wrapped.location_to_offset((1, 1)) == (1, 1)
