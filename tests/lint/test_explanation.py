"""A rule in words, and the page of all rules."""

from __future__ import annotations

from pathlib import Path

import pytest

from sandbox_tui.lint import check
from sandbox_tui.lint.explanation import GROUPS, as_data, as_markdown, as_text, listing, page
from sandbox_tui.lint.rules import RULES, Rule

ROOT = Path(__file__).parents[2]

each_rule = pytest.mark.parametrize("rule", RULES.values(), ids=RULES)


def test_the_page_is_what_the_rules_say() -> None:
    """If not: `python tools/make_rules_page.py`."""
    assert (ROOT / "docs" / "rules.md").read_text(encoding="utf-8") == page()


def test_the_readme_links_the_page() -> None:
    assert "docs/rules.md" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_every_link_of_the_page_has_its_section() -> None:
    text = page()
    for rule in RULES.values():
        assert f"(#{rule.code.lower()}-{rule.name})" in text
        assert f"\n### {rule.code} {rule.name}\n" in text


@each_rule
def test_every_rule_has_a_group(rule: Rule) -> None:
    assert as_data(rule)["group"] == GROUPS[rule.code[:4]]


@each_rule
@pytest.mark.parametrize("say", [as_text, as_markdown])
def test_a_rule_is_said_whole_and_fits_a_screen(rule: Rule, say: object) -> None:
    text = say(rule)  # type: ignore[operator]
    for part in (rule.code, rule.name, rule.severity):
        assert part in text
    words = " ".join(text.split())
    for part in (rule.summary, rule.why, rule.instead):
        assert " ".join(part.split()) in words
    assert len(text.splitlines()) < 90
    assert max(map(len, text.splitlines())) < (120 if say is as_text else 1_000)
    assert text.isprintable() or all(each.isprintable() for each in text.splitlines())


@each_rule
def test_a_rule_whose_example_can_be_mended_says_so(rule: Rule) -> None:
    found = check(rule.bad, kind=rule.kind, profile=_profile(rule), externals={})
    if any(each.code == rule.code and each.fix for each in found):
        assert rule.fix


def test_the_list_has_every_rule_under_its_group() -> None:
    lines = listing(RULES.values()).splitlines()
    for rule in RULES.values():
        (line,) = [each for each in lines if each.startswith(f"  {rule.code} ")]
        assert ("[*]" in line) == bool(rule.fix)
    assert [each for each in lines if each[:3] == "SBX"] == [
        f"{group}xx  {title}"
        for group, title in GROUPS.items()
        if any(code.startswith(group) for code in RULES)
    ]


def _profile(rule: Rule) -> str:
    return "documented" if "documented" in rule.profiles else "flyte"
