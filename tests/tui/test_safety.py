"""Text from outside on the screen: made visible at the door, filtered at the exit, and never read as markup."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from rich.segment import Segment
from rich.style import Style
from textual.app import App
from textual.color import Color

import sandbox_tui.tui
from sandbox_tui.lint.visible import dangerous_code_points, has_hidden, visible
from sandbox_tui.tui.safety import ControlFilter, install
from sandbox_tui.tui.text import content, label, plain

EVERY_DANGER = "".join(map(chr, dangerous_code_points())) + "\ud800\udfff"
SOURCES = sorted(Path(sandbox_tui.tui.__file__).parent.rglob("*.py"))


def filtered(*segments: Segment) -> list[Segment]:
    return ControlFilter().apply(list(segments), Color(0, 0, 0))


def test_each_dangerous_character_is_written_out_but_newline_and_tab() -> None:
    for character in EVERY_DANGER:
        shown = visible(character)
        if character in "\t\n":
            assert shown == character
        else:
            assert shown.isprintable() and shown.strip(), repr(character)
            assert has_hidden(character) and not has_hidden(shown), repr(character)


def test_common_writings_of_hidden_characters() -> None:
    assert visible("\x1b[31m\x9b\x7f\u202e\ufeff\ud800") == "␛[31m\\x9b␡<U+202E><U+FEFF>\\ud800"


@pytest.mark.parametrize("text", ["plain", "Ünï", "漢字", "שלום", "é", "❤️", "a b", "✗ ● ▸", ""])
def test_what_merely_looks_unusual_stays(text: str) -> None:
    assert visible(text) == text


def test_markup_stays_text() -> None:
    for text in ("[b]x[/b]", "[/nope]", "[", "[@click=app.quit]x[/]"):
        assert content(text).plain == text
        assert plain(text).plain == text
        assert not content(text).spans


def test_a_label_is_one_line_and_no_longer_than_wanted() -> None:
    assert label("a\nb\tc") == "a␊b c"
    assert label("abcdef", 4) == "abc…"
    assert label("abcd", 4) == "abcd"
    assert len(label("\x9b" * 10_000, 20)) == 20


def test_a_clean_line_passes_the_filter_untouched() -> None:
    segments = [Segment("x = 1", Style(bold=True)), Segment("┌─é漢", None)]
    assert ControlFilter().apply(segments, Color(0, 0, 0)) is segments


def test_the_filter_drops_every_dangerous_character_and_keeps_the_style() -> None:
    (segment,) = filtered(Segment(f"a{EVERY_DANGER}b", Style(bold=True)))
    assert segment.text == "a\ufffd\ufffdb"
    assert segment.style == Style(bold=True)


def test_the_filter_leaves_control_segments_of_textual_alone() -> None:
    control = Segment("\x1b[2J", None, [])  # type: ignore[list-item]
    assert filtered(control, Segment("\x1b", None))[0] == control


def test_the_filter_is_installed_once() -> None:
    app: App[object] = App()
    install(app)
    install(app)
    assert sum(isinstance(one, ControlFilter) for one in app.get_line_filters()) == 1


# --- No text from outside as markup: calls whose `str` argument Textual reads as markup

READS_MARKUP = {
    "Static",
    "Label",
    "Button",
    "Checkbox",
    "Option",
    "Collapsible",
    "Tab",
    "TabPane",
    "add_leaf",
    "add_row",
}
READS_MARKUP |= {
    "add_column",
    "set_label",
    "update",
    "RadioButton",
    "ListItem",
    "SelectionList",
    "add_option",
}
TITLES = {"border_title", "border_subtitle", "tooltip"}


def is_safe(argument: ast.expr) -> bool:
    """A literal is the program's own; a call or a name may be content: only what is surely a made-up `str` is
    not.
    """
    if isinstance(argument, ast.JoinedStr):
        return not any(isinstance(part, ast.FormattedValue) for part in argument.values)
    if isinstance(argument, ast.BinOp):
        return is_safe(argument.left) and is_safe(argument.right)
    if isinstance(argument, ast.Call):
        name = getattr(argument.func, "id", getattr(argument.func, "attr", ""))
        if name in {"join", "format"}:
            return not isinstance(getattr(argument.func, "value", None), (ast.Constant, ast.JoinedStr))
        return name not in {"str", "repr", "visible", "label"}
    if isinstance(argument, ast.IfExp):
        return is_safe(argument.body) and is_safe(argument.orelse)
    return True


def unsafe_places(tree: ast.AST) -> list[int]:
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            literal = any(
                word.arg == "markup" and isinstance(word.value, ast.Constant) and word.value.value is False
                for word in node.keywords
            )
            if (
                name == "notify"
                and not literal
                and not all(isinstance(arg, ast.Constant) for arg in node.args)
            ):
                found.append(node.lineno)
            if name in READS_MARKUP and not literal and not all(map(is_safe, node.args)):
                found.append(node.lineno)
        if isinstance(node, ast.Assign):
            for target in node.targets:
                if getattr(target, "attr", "") in TITLES and not is_safe(node.value):
                    found.append(node.lineno)
    return found


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_no_widget_reads_made_up_text_as_markup(path: Path) -> None:
    assert unsafe_places(ast.parse(path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize(
    "code",
    [
        "Static(f'{name}')",
        "Label('a ' + str(value))",
        "app.notify(text)",
        "app.notify(f'{x}', title='t')",
        "w.border_title = f'{name}'",
        "table.add_row(repr(value))",
        "Static(', '.join(names))",
    ],
)
def test_the_search_finds_made_up_text(code: str) -> None:
    assert unsafe_places(ast.parse(code)) == [1]


@pytest.mark.parametrize(
    "code",
    ["Static(content(x))", "Label('a')", "app.notify(x, markup=False)", "Static(f'{x}', markup=False)"],
)
def test_the_search_lets_safe_text_pass(code: str) -> None:
    assert unsafe_places(ast.parse(code)) == []
