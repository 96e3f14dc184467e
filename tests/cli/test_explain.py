"""`sandbox-tui explain`."""

from __future__ import annotations

import json

import pytest
from command_line import Command

from sandbox_tui.lint.rules import RULES


def test_without_a_code_every_rule_is_listed(command: Command) -> None:
    outcome = command("explain")
    assert outcome.status == 0
    for code in RULES:
        assert code in outcome.out
    assert outcome.err == ""


@pytest.mark.parametrize("name", ["SBX105", "sbx105", "augmented-assignment"])
def test_a_rule_is_found_by_code_and_by_name(command: Command, name: str) -> None:
    outcome = command("explain", name)
    assert outcome.status == 0
    assert outcome.out.startswith("SBX105 augmented-assignment\n")
    for word in ("Why", "Instead", "Bad", "Good", "Severity", "Profiles", "Monty", "Fix"):
        assert f"\n{word}" in outcome.out


@pytest.mark.parametrize("name", ["SBX1", "SBX1xx", "SBX10"])
def test_the_beginning_of_codes_lists_those_rules(command: Command, name: str) -> None:
    outcome = command("explain", name)
    assert outcome.status == 0
    assert [word for word in outcome.out.split() if word in RULES] == [
        code for code in RULES if code.startswith("SBX1")
    ]


def test_one_rule_as_json(command: Command) -> None:
    data = json.loads(command("explain", "SBX105", "--output-format", "json").out)
    rule = RULES["SBX105"]
    assert (data["code"], data["name"], data["bad"]) == (rule.code, rule.name, rule.bad)


def test_all_rules_as_json(command: Command) -> None:
    data = json.loads(command("explain", "--output-format", "json").out)
    assert [each["code"] for each in data] == list(RULES)


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("SBX1055", "SBX105"),
        ("SBX015", "SBX"),
        ("augmented", "SBX105"),
        ("subscript", "SBX301"),
        ("\x1b[31m", ""),
    ],
)
def test_an_unknown_code_is_one_clear_line(command: Command, name: str, hint: str) -> None:
    outcome = command("explain", name)
    assert outcome.status == 2
    assert outcome.out == ""
    assert "no rule is called" in outcome.complaint
    assert hint in outcome.complaint
    assert "\x1b" not in outcome.err
