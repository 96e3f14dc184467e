"""Task files: every key is read, saving and loading is lossless, and saving changes as little text as can
be.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from boundary_values import VALUES
from documents import content, documents
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sandbox_tui.sandbox.handles import File
from sandbox_tui.workspace.document import MISSING, Case, Document, ExternalSpec, LintSettings
from sandbox_tui.workspace.errors import DocumentError, FileChangedError
from sandbox_tui.workspace.positions import scan
from sandbox_tui.workspace.toml import dumps, load, loads, save
from sandbox_tui.workspace.toml_edit import edited

ROUTE_ORDER = """\
# The team's first task.
format = 1

[task]
name = "route_order"
kind = "function"                  # or "code"
description = "Picks a carrier."
source = '''
def route_order(order_id: str, quantity: int = 1) -> dict:
    price = lookup_price(order_id)
    return {"carrier": pick(price * quantity), "price": price}
'''
# kind = "code" only:
# output = "int"

[config]                           # what is left out is the default
timeout_ms = 5000

[lint]
profile = "documented"
# target = "1.0.0"

[externals.lookup_price]
signature = "(order_id: str) -> float"
answer = "return"
value = 9.5   # euro

[externals.pick]
signature = "(total: float) -> str"
answer = "sandbox"
source = "def pick(total): return 'air' if total > 50 else 'road'"

[[cases]]
name = "two widgets"
inputs = { order_id = "W-1", quantity = 2 }
expect = { carrier = "road", price = 9.5 }        # or: error = "ValueError: ..."

[[cases]]
name = "none"
inputs = { order_id = "W-1", quantity = 0 }
error = "ValueError: nothing"
"""

SLOW = settings(
    max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


def canonical(text: str) -> str:
    return dumps(loads(text))


# --- reading ---


def test_every_key_of_a_task_is_read() -> None:
    document = loads(ROUTE_ORDER)
    assert document == Document(
        name="route_order",
        kind="function",
        description="Picks a carrier.",
        source=(
            "def route_order(order_id: str, quantity: int = 1) -> dict:\n"
            "    price = lookup_price(order_id)\n"
            '    return {"carrier": pick(price * quantity), "price": price}\n'
        ),
        config={"timeout_ms": 5000},
        lint=LintSettings(profile="documented"),
        externals={
            "lookup_price": ExternalSpec(
                "lookup_price", signature="(order_id: str) -> float", answer="return", value=9.5
            ),
            "pick": ExternalSpec(
                "pick",
                signature="(total: float) -> str",
                answer="sandbox",
                source="def pick(total): return 'air' if total > 50 else 'road'",
            ),
        },
        cases=[
            Case("two widgets", {"order_id": "W-1", "quantity": 2}, expect={"carrier": "road", "price": 9.5}),
            Case("none", {"order_id": "W-1", "quantity": 0}, error="ValueError: nothing"),
        ],
    )


def test_a_code_task_has_inputs_and_an_output() -> None:
    document = loads(
        'format = 1\n[task]\nname = "add"\nkind = "code"\noutput = "int"\n'
        'inputs = { x = "int", y = "list[int] | None" }\nsource = "x + 1"\n'
    )
    assert (document.inputs, document.output) == ({"x": "int", "y": "list[int] | None"}, "int")


def test_a_case_may_answer_otherwise_than_the_document() -> None:
    document = loads(
        'format = 1\n[task]\nname = "t"\nsource = ""\n[[cases]]\nname = "down"\n'
        'answers.pick = { answer = "raise", error = "TimeoutError", message = "no route" }\n'
    )
    assert document.cases[0].answers == {
        "pick": ExternalSpec("pick", answer="raise", error="TimeoutError", message="no route")
    }
    assert document.cases[0].expect is MISSING


def test_every_answer_can_be_loaded() -> None:
    document = loads(
        'format = 1\n[task]\nname = "t"\nsource = ""\n'
        '[externals]\na = {}\nb = { answer = "ask" }\n'
        'c = { answer = "sequence", values = [1, { py = "None" }] }\n'
        'd = { answer = "python", target = "pkg.mod:function" }\n'
        'e = { answer = "replay", recording = "run.toml" }\n'
        'f = { answer = "return", value = { file = "s3://x" } }\ng = { answer = "return" }\n'
    )
    found = document.externals
    assert [found[name].answer for name in "abcdefg"] == [
        "ask",
        "ask",
        "sequence",
        "python",
        "replay",
        "return",
        "return",
    ]
    assert (found["c"].values, found["f"].value, found["g"].value) == ([1, None], File("s3://x"), None)
    assert (found["a"].inherits_answer, found["b"].inherits_answer) == (True, False)


# --- lossless ---


@SLOW
@given(documents())
def test_a_document_that_is_written_reads_back_as_it_was(document: Document) -> None:
    text = dumps(document).encode().decode()
    again = loads(text)
    assert dumps(again) == text
    assert content(again) == content(document)


@SLOW
@given(documents())
def test_a_document_survives_a_file_with_windows_line_ends(document: Document) -> None:
    text = dumps(document)
    assert dumps(loads(text.replace("\n", "\r\n"))) == text


def test_a_source_is_written_as_it_is() -> None:
    document = Document(name="f", source='def f(s: str) -> str:\n    return "\\n" + s\n')
    assert "source = '''\ndef f(s: str) -> str:\n    return \"\\n\" + s\n'''\n" in dumps(document)


@pytest.mark.parametrize(
    "source",
    ["a\n'''\n", "a\rb\n", "a\r\nb", "\x00\n", "\n", "'", "x\n'", "\ud800\n", "\ufeff", "\\\n", '"""\n\\"'],
)
def test_a_source_that_cannot_stand_as_it_is_is_escaped(source: str) -> None:
    assert loads(dumps(Document(name="f", source=source)).encode().decode()).source == source


def test_the_order_of_keys_is_fixed() -> None:
    shuffled = (
        '[[cases]]\nexpect = 1\nname = "c"\n[externals.f]\nanswer = "ask"\nsignature = "()"\n[config]\n'
        'type_check = true\ntimeout_ms = 1\n[task]\nsource = ""\nname = "t"\n'
    )
    keys = [line.split(" ")[0] for line in dumps(loads(f"format = 1\n{shuffled}")).splitlines() if line]
    assert keys == [
        *("format", "[task]", "name", "kind", "source", "[config]", "timeout_ms", "type_check"),
        *("[externals.f]", "signature", "answer", "[[cases]]", "name", "expect"),
    ]


def test_long_inputs_of_a_case_stand_one_a_line() -> None:
    case = Case("c", {"text": "x" * 60, "other": {"deep": "y" * 60}, "lines": "a\nb\n"})
    text = dumps(Document(name="t", source="", cases=[case]))
    assert f'inputs.text = "{"x" * 60}"\n' in text
    assert "inputs.lines = '''\na\nb\n'''\n" in text
    assert loads(text).cases == [case]


def test_a_value_that_no_task_can_have_is_not_written(tmp_path: Path) -> None:
    document = Document(name="t", source="", cases=[Case("c", {"x": [1j]})])
    with pytest.raises(DocumentError, match=r"cases\[0\].inputs.x: a value of type complex"):
        save(document, tmp_path / "t.toml")
    assert not list(tmp_path.iterdir())


def test_an_incomplete_document_is_not_written_over_a_good_file(tmp_path: Path) -> None:
    path = tmp_path / "t.toml"
    path.write_text(ROUTE_ORDER)
    document = load(path)
    document.externals["pick"] = ExternalSpec("pick", answer="raise")
    with pytest.raises(DocumentError, match='the key error is missing: answer = "raise" needs it'):
        save(document)
    assert path.read_text() == ROUTE_ORDER


# --- saving over a file ---


def changes(document: Document) -> list[str]:
    """The lines that saving `document` over ROUTE_ORDER takes away and adds."""
    from difflib import ndiff

    text = edited(ROUTE_ORDER, dumps(document), canonical)
    assert dumps(loads(text)) == dumps(document)
    return [line for line in ndiff(ROUTE_ORDER.splitlines(), text.splitlines()) if line[0] in "+-"]


def test_saving_what_is_unchanged_changes_nothing() -> None:
    text = ROUTE_ORDER.replace('inputs = { order_id = "W-1"', "inputs   =  { order_id = 'W-1'")
    assert edited(text, dumps(loads(text)), canonical) == text


def test_a_changed_value_is_replaced_where_it_stands() -> None:
    document = loads(ROUTE_ORDER)
    document.externals["lookup_price"].value = 10
    assert changes(document) == ["- value = 9.5   # euro", "+ value = 10   # euro"]


def test_a_value_of_another_type_but_equal_is_a_change() -> None:
    document = loads(ROUTE_ORDER)
    document.cases[0].expect = {"carrier": "road", "price": 9.5, "ok": True}
    first = edited(ROUTE_ORDER, dumps(document), canonical)
    document.cases[0].expect["ok"] = 1
    assert "ok = 1 }" in edited(first, dumps(document), canonical)


def test_a_changed_source_leaves_the_rest_alone() -> None:
    document = loads(ROUTE_ORDER)
    document.source = document.source.replace("quantity: int = 1", "quantity: int = 2")
    assert changes(document) == [
        "- def route_order(order_id: str, quantity: int = 1) -> dict:",
        "+ def route_order(order_id: str, quantity: int = 2) -> dict:",
    ]


def test_a_new_key_stands_at_the_end_of_its_table() -> None:
    document = loads(ROUTE_ORDER)
    document.config["type_check"] = False
    assert changes(document) == ["+ type_check = false"]
    assert "timeout_ms = 5000\ntype_check = false\n" in edited(ROUTE_ORDER, dumps(document), canonical)


def test_a_removed_key_goes_with_its_line() -> None:
    document = loads(ROUTE_ORDER)
    document.description = ""
    assert changes(document) == ['- description = "Picks a carrier."']


def test_a_new_external_stands_behind_the_others() -> None:
    document = loads(ROUTE_ORDER)
    document.externals["notify"] = ExternalSpec("notify", answer="return")
    assert changes(document) == ["+ [externals.notify]", '+ answer = "return"', "+ "]


def test_several_new_tables_stand_in_their_order() -> None:
    document = loads(ROUTE_ORDER)
    for name in ("one", "two", "three"):
        document.externals[name] = ExternalSpec(name)
    document.cases += [Case("x"), Case("y")]
    assert all(line.startswith("+") for line in changes(document))


def test_a_removed_external_goes_with_its_table() -> None:
    document = loads(ROUTE_ORDER)
    del document.externals["pick"]
    assert len(changes(document)) == 5
    assert all(line.startswith("-") for line in changes(document))


def test_a_removed_case_leaves_the_other_cases_alone() -> None:
    document = loads(ROUTE_ORDER)
    del document.cases[0]
    assert all(line.startswith("-") for line in changes(document))


def test_a_new_case_stands_at_the_end() -> None:
    document = loads(ROUTE_ORDER)
    document.cases.append(Case("three", {"order_id": "W-2"}))
    assert changes(document) == ["+ ", "+ [[cases]]", '+ name = "three"', '+ inputs = { order_id = "W-2" }']


def test_a_table_that_was_not_there_is_put_in_the_order_of_the_format() -> None:
    document = loads(ROUTE_ORDER)
    text = ROUTE_ORDER.replace('[lint]\nprofile = "documented"\n', "")
    document.lint.profile = "runtime"
    found = edited(text, dumps(document), canonical)
    assert found.index("[config]") < found.index("[lint]") < found.index("[externals")


def test_a_layout_that_cannot_be_edited_is_written_anew_with_its_head_comment() -> None:
    text = '# Ours.\n\nformat = 1\ntask = { name = "t", source = "" }\n'
    document = loads(text)
    document.description = "new"
    assert edited(text, dumps(document), canonical) == "# Ours.\n\n" + dumps(document)


@SLOW
@given(documents(), documents())
def test_whatever_changes_the_edited_text_says_exactly_the_new_document(old: Document, new: Document) -> None:
    assert canonical(edited(dumps(old), dumps(new), canonical)) == dumps(new)


@SLOW
@given(documents(), VALUES, st.booleans())
def test_small_changes_to_any_document_say_exactly_the_new_document(
    document: Document, value: object, drop: bool
) -> None:
    before = dumps(document)
    document.externals["added"] = ExternalSpec("added", answer="return", value=value)
    if drop and document.cases:
        del document.cases[0]
    document.description = ""
    assert canonical(edited(before, dumps(document), canonical)) == dumps(document)


# --- files ---


def test_saving_keeps_comments_line_ends_and_byte_order_mark(tmp_path: Path) -> None:
    path = tmp_path / "t.toml"
    path.write_bytes(b"\xef\xbb\xbf" + ROUTE_ORDER.replace("\n", "\r\n").encode())
    document = load(path)
    document.config["timeout_ms"] = 7
    save(document)
    expected = ROUTE_ORDER.replace("5000", "7").replace("\n", "\r\n").encode()
    assert path.read_bytes() == b"\xef\xbb\xbf" + expected


def test_saving_never_overwrites_another_program_s_change(tmp_path: Path) -> None:
    path = tmp_path / "t.toml"
    path.write_text(ROUTE_ORDER)
    document = load(path)
    path.write_text(ROUTE_ORDER.replace("5000", "6000"))
    with pytest.raises(FileChangedError, match="another program has changed"):
        save(document)
    assert "6000" in path.read_text()


def test_saving_by_force_overwrites_another_program_s_change(tmp_path: Path) -> None:
    path = tmp_path / "t.toml"
    path.write_text(ROUTE_ORDER)
    document = load(path)
    path.write_text("not toml at all [")
    save(document, force=True)
    assert loads(path.read_text()) == document


def test_saving_again_knows_the_file_it_has_written(tmp_path: Path) -> None:
    document = Document(name="t", source="")
    save(document, tmp_path / "t.toml")
    document.description = "again"
    save(document)
    assert load(tmp_path / "t.toml") == document


def test_saving_under_another_name_overwrites_no_file_there(tmp_path: Path) -> None:
    (tmp_path / "other.toml").write_text("precious")
    with pytest.raises(FileChangedError, match="exists already"):
        save(Document(name="t", source=""), tmp_path / "other.toml")
    assert (tmp_path / "other.toml").read_text() == "precious"


# --- places ---


@SLOW
@given(documents())
def test_every_key_of_any_document_has_a_place(document: Document) -> None:
    text = dumps(document)
    positions = scan(text)

    def visit(data: object, path: tuple[str | int, ...]) -> None:
        if path:
            assert path in positions.offsets
        if isinstance(data, dict):
            for key, item in data.items():
                visit(item, (*path, key))
        elif isinstance(data, list):
            for index, item in enumerate(data):
                visit(item, (*path, index))

    visit(tomllib.loads(text), ())


def test_places_count_lines_and_characters() -> None:
    positions = scan('a = 1\n[b."c d"]\n  e.f = { g = [ 1,\n 2 ] }\n[[h]]\n[[h]]\n"ü\\u0021" = 1 # [x]\n')
    assert {path: positions.place(path) for path in positions.offsets} == {
        ("a",): (1, 1),
        ("b",): (2, 1),
        ("b", "c d"): (2, 1),
        ("b", "c d", "e"): (3, 3),
        ("b", "c d", "e", "f"): (3, 3),
        ("b", "c d", "e", "f", "g"): (3, 11),
        ("b", "c d", "e", "f", "g", 0): (3, 17),
        ("b", "c d", "e", "f", "g", 1): (4, 2),
        ("h",): (5, 1),
        ("h", 0): (5, 1),
        ("h", 1): (6, 1),
        ("h", 1, "ü!"): (7, 1),
    }
