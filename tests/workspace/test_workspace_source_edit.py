"""A task's source replaced inside its file: nothing else changes, whatever the source and however it is
written.
"""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox_tui.workspace.document import Document
from sandbox_tui.workspace.errors import DocumentError
from sandbox_tui.workspace.files import FileText
from sandbox_tui.workspace.source_edit import with_source
from sandbox_tui.workspace.toml import loads

HEAD = "# a\nformat = 1\n\n[task]  # b\nname = 't'\nkind = \"code\"\n"
TAIL = "  # c\n\n\n[config]\ntimeout_ms = 5_0\n"

LINES = st.lists(
    st.sampled_from(
        ["x = 1", "x += 1", "\ty = 'a'", '    s = "b"', "", "é = '\\\\'", 's = """a', "t = '''b", "\f", "😀"]
    ),
    max_size=6,
)
SOURCES = st.tuples(LINES, st.sampled_from(["", "\n", "\n\n"])).map(lambda each: "\n".join(each[0]) + each[1])


def opened(text: str) -> Document:
    """The document that a file with `text` holds."""
    document = loads(text)
    document.file = FileText(text)
    return document


def escaped(source: str) -> str:
    """`source` as a basic string holds it."""
    for character, written in (("\\", "\\\\"), ('"', '\\"'), ("\f", "\\f")):
        source = source.replace(character, written)
    return source


def written(source: str, quote: str) -> str:
    """`source` between these quotes, with a line feed behind the opening ones."""
    if quote == '"':
        return f'"{escaped(source)}"'.replace("\n", "\\n").replace("\t", "\\t")
    return f"{quote}\n{escaped(source) if quote[0] == chr(34) else source}{quote}"


def holds(source: str, quote: str) -> bool:
    """Whether a string with these quotes can say `source`."""
    return quote[0] == '"' or ("'''" not in source and "\f" not in source and not source.endswith("'"))


@pytest.mark.parametrize("quote", ["'''", '"""', '"'])
@settings(max_examples=150, deadline=None)
@given(old=SOURCES, new=SOURCES)
def test_the_source_is_the_new_one_and_all_else_is_as_it_was(quote: str, old: str, new: str) -> None:
    if not holds(old, quote):
        return
    document = opened(f"{HEAD}source = {written(old, quote)}{TAIL}")
    text = with_source(document, new)
    assert loads(text).source == new
    assert text.startswith(f"{HEAD}source = ")
    assert text.endswith(TAIL)
    if holds(new, quote):
        assert text.startswith(f"{HEAD}source = {quote}")


def test_lines_that_do_not_change_keep_how_they_are_written() -> None:
    text = f'{HEAD}source = """a = "\\u0041"\\\n   \n\tb = 1\nc = \\"""" # d{TAIL}'
    document = opened(text)
    changed = with_source(document, document.source.replace("c = ", "d = "))
    assert changed == text.replace("c = ", "d = ")


def test_the_same_source_is_the_same_file() -> None:
    text = f"{HEAD}source = '''\nx = 1\n'''{TAIL}"
    assert with_source(opened(text), "x = 1\n") == text


def test_a_source_in_an_inline_table() -> None:
    text = "format = 1\ntask = { name = 't', kind = 'code', source = 'x = 1' } # a\n"
    assert loads(with_source(opened(text), "x = 2")).source == "x = 2"


def test_a_document_without_a_file_has_nothing_to_be_changed() -> None:
    with pytest.raises(DocumentError):
        with_source(Document("t"), "x = 1")
