"""Completion and signature help: what is offered at a place, and what is not."""

from __future__ import annotations

import builtins

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic_monty import Monty, MontyError, MontySession

from sandbox_tui.lint.completion import BUILTIN_TYPES, completions, methods_of, signature_at
from sandbox_tui.lint.diagnostic import Position

TASK = """\
def ship(order_id: str, items: list[int]) -> dict:
    price = lookup(order_id)
    label = "a".strip()
    def helper(first: int, second: str = "x") -> int:
        return first
    """
EXTERNALS = {"lookup": "(order_id: str, express: bool = False) -> dict", "pick": None}
BUILTINS = ("len", "list", "print", "sorted")


def offered(line: str, task: str = TASK) -> list[str]:
    source = task + line
    lines = source.split("\n")
    place = Position(len(lines), len(lines[-1]) + 1)
    found = completions(source, place, externals=EXTERNALS, builtin_names=BUILTINS)
    return [] if found is None else [item.text for item in found.items]


def active(line: str) -> str | None:
    source = TASK + line
    lines = source.split("\n")
    found = signature_at(source, Position(len(lines), len(lines[-1]) + 1), externals=EXTERNALS)
    if found is None:
        return None
    return found.text if found.active is None else found.text[slice(*found.active)]


def fails_for_lack(session: MontySession, source: str) -> bool:
    try:
        session.feed_run(source)
    except MontyError as error:
        return isinstance(error.exception(), AttributeError)
    return False


class TestNames:
    def test_parameters_come_first_then_locals_externals_functions(self) -> None:
        assert offered("") == [
            "items",
            "order_id",
            "label",
            "price",
            "flyte_map",
            "lookup",
            "pick",
            "helper",
            "ship",
        ]

    def test_builtins_and_keywords_are_offered_once_something_is_typed(self) -> None:
        assert offered("p") == ["price", "pick", "print", "pass"]

    def test_a_word_is_not_offered_for_itself(self) -> None:
        assert offered("price") == []

    def test_letters_in_order_are_enough(self) -> None:
        assert offered("odid") == ["order_id"]

    def test_the_names_of_another_function_are_its_own(self) -> None:
        assert "first" not in offered("")
        inside = TASK.rstrip() + "\n        "
        assert "first" in offered("", inside)

    def test_keywords_of_the_call_that_is_written(self) -> None:
        assert "express=" in offered("lookup(order_id, e")
        assert "express=" not in offered("lookup(express=e")
        assert "concurrency=" in offered("flyte_map('lookup', items, con")

    def test_an_import_and_a_loop_bind_names_too(self) -> None:
        assert offered("import math\n    for index in items:\n        ma") == ["math"]
        assert "index" in offered("for index in items:\n        ")

    def test_the_inputs_of_a_code_task(self) -> None:
        found = completions("y = am", Position(1, 7), kind="code", inputs={"amount": "float"})
        assert found is not None
        assert [(item.text, item.detail) for item in found.items] == [("amount", "float")]
        assert found.start == Position(1, 5)

    @pytest.mark.parametrize("line", ['"pri', "# pri", "x = 12", "'''pri", "f'pri"])
    def test_nothing_in_strings_comments_and_numbers(self, line: str) -> None:
        assert offered(line) == []

    def test_behind_a_finished_string_there_is(self) -> None:
        assert offered("'done'; pr") == ["price", "print"]


class TestMethods:
    @pytest.mark.parametrize(
        ("line", "expected"),
        [
            ("items.ap", "append"),
            ("label.up", "upper"),
            ("'abc'.up", "upper"),
            ("price.ite", "items"),
            ("lookup(order_id).ite", "items"),
            ("[1, 2].ap", "append"),
            ("label.split(',').ap", "append"),
            ("str(1).isd", "isdigit"),
        ],
    )
    def test_the_type_before_the_dot_decides(self, line: str, expected: str) -> None:
        assert expected in offered(line)
        assert "nothing_else" not in offered(line)

    def test_another_types_methods_are_not_offered(self) -> None:
        assert "upper" not in offered("items.")

    def test_an_unknown_type_offers_all(self) -> None:
        assert {"append", "upper", "items"} <= set(offered("unknown.") + offered("items[0]."))

    @pytest.mark.parametrize("kind", BUILTIN_TYPES)
    def test_the_installed_monty_has_each_and_lacks_the_rest(self, kind: str) -> None:
        value = {"str": "''", "bytes": "b''", "int": "1", "float": "1.5", "bool": "True"}.get(
            kind, f"{kind}()"
        )
        known = set(methods_of(kind))
        with Monty() as pool, pool.checkout() as session:
            for name in dir(getattr(builtins, kind)):
                if name.startswith("_"):
                    continue
                uses = (f"({value}).{name}(1, 2, 3, 4, 5, 6, 7)", f"({value}).{name}")
                has = any(not fails_for_lack(session, use) for use in uses)
                assert has == (name in known), name


class TestSignatures:
    @pytest.mark.parametrize(
        ("line", "expected"),
        [
            ("lookup(", "order_id: str"),
            ("lookup('a', ", "express: bool = False"),
            ("lookup(express=", "express: bool = False"),
            ("lookup(pick(1, 2), ", "express: bool = False"),
            ("lookup([1, 2], ", "express: bool = False"),
            ("lookup('a, b', ", "express: bool = False"),
            ("helper(1, ", "second: str='x'"),
            ("flyte_map('lookup', items, ", "concurrency=0"),
            ("lookup(nosuch=", "lookup(order_id: str, express: bool = False) -> dict"),
            ("pick(", "..."),
        ],
    )
    def test_the_parameter_that_is_being_written(self, line: str, expected: str) -> None:
        found = active(line)
        assert found is not None
        assert found.replace('"', "'") == expected

    @pytest.mark.parametrize(
        "line", ["", "lookup('a')", "nosuch(", "items.append(", "if (", "def f(", "'lookup("]
    )
    def test_none_where_there_is_no_known_call(self, line: str) -> None:
        assert active(line) is None

    def test_builtins_have_theirs(self) -> None:
        assert active("sorted(items, ") is not None


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=80), st.integers(0, 6), st.integers(0, 40))
def test_any_text_and_any_place_get_an_answer(text: str, line: int, column: int) -> None:
    completions(text, Position(line, column), externals=EXTERNALS)
    signature_at(text, Position(line, column), externals=EXTERNALS)


def test_the_names_of_other_functions_are_not_offered() -> None:
    source = (
        "def one(apples: int) -> int:\n    apricots = 1\n    return 2\n\ndef two(n: int) -> int:\n    ap\n"
    )
    found = completions(source, Position(6, 7))
    assert found is not None
    assert not {"apples", "apricots"} & {item.text for item in found.items}
