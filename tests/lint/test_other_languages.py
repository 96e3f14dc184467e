"""Pieces of other languages that people and models write: the message says what to write instead."""

from __future__ import annotations

import pytest

from sandbox_tui.lint.check import check


@pytest.mark.parametrize(
    ("line", "code", "advice"),
    [
        ("ok = total > 1 && total < 5", "SBX001", "write and"),
        ("ok = total > 1 || total < 5", "SBX001", "write or"),
        ("if !total:", "SBX001", "write not"),
        ("total++", "SBX001", "write n = n + 1"),
        ("const x = 1", "SBX001", "write name = value"),
        ("x = new dict()", "SBX001", "call it without new"),
        ("x = len items", "SBX001", "write len(items)"),
        ("items.push(3)", "SBX622", "use append(x)"),
        ("x = items.length", "SBX623", "use len(x)"),
        ("x = d.has_key('a')", "SBX622", "use key in d"),
        ("x = order_id.toUpperCase()", "SBX622", "use upper()"),
        ("x = null", "SBX401", "did you mean None?"),
    ],
)
def test_the_message_says_what_to_write(line: str, code: str, advice: str) -> None:
    source = f"def task(order_id: str, items: list[int], d: dict) -> int:\n    total = 2\n    {line}\n    return total\n"
    found = [finding for finding in check(source, externals={}) if finding.code == code]
    assert [finding.start.line for finding in found] == [3]
    assert advice in found[0].message


def test_a_plain_mistake_keeps_its_own_words() -> None:
    (found,) = check("def f(x):\n    return x x\n")
    assert found.message == "this is not valid Python"


def test_no_method_of_another_type_is_advised() -> None:
    (found,) = check("def f(text: str) -> None:\n    text.push(1)\n")
    assert found.code == "SBX622"
    assert "append" not in found.message
