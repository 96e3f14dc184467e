"""A rule in words: for `sandbox-tui explain`, the editor, the page `docs/rules.md` and code scanning.

Everything is taken from the rule's own place, so that no two of them can say different things.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from typing import Any

from .rules import RULES
from .rules.rule import PROFILES, Rule
from .targets import KNOWN

GROUPS: dict[str, str] = {
    "SBX0": "The source cannot be read, or is not what a task is",
    "SBX1": "Syntax that the documented sandbox does not have",
    "SBX2": "Types that cannot cross the boundary",
    "SBX3": "What is made is not changed",
    "SBX4": "Names",
    "SBX5": "External calls",
    "SBX6": "What Monty refuses",
    "SBX7": "What Flyte gets wrong or refuses",
    "SBX8": "What runs, but means something else than in Python",
    "SBX9": "What the type checker finds",
}
"""The groups of rules by the beginning of their codes."""

_WIDTH = 88
# The examples of limits are too large to be shown whole.
_MAX_LINES = 24
_MAX_COLUMNS = 100


def excerpt(example: str) -> str:
    """An example as it is shown: without its last line feed, cut where it is huge."""
    lines = example.rstrip("\n").split("\n")
    if len(lines) > _MAX_LINES:
        lines = [*lines[:4], f"... {len(lines) - 5:,} lines more", lines[-1]]
    return "\n".join(line if len(line) <= _MAX_COLUMNS else f"{line[:60]}..." for line in lines).replace(
        "\0", "\\0"
    )


def facts(rule: Rule) -> list[tuple[str, str]]:
    """What there is to know besides the words: profiles, versions of Monty, fix; each with its name."""
    profiles = ", ".join(each for each in PROFILES if each in rule.profiles)
    versions = ", ".join(each for each in KNOWN if rule.targets is None or each in rule.targets)
    return [
        ("Severity", rule.severity),
        ("Profiles", "all" if len(rule.profiles) == len(PROFILES) else profiles),
        ("Monty", "every version" if rule.targets is None else versions),
        ("Fix", rule.fix or "none"),
    ]


def as_text(rule: Rule) -> str:
    """The rule for a terminal."""
    parts = [f"{rule.code} {rule.name}\n\n{_wrapped(rule.summary)}"]
    parts += [f"{title}\n{_wrapped(text, '  ')}" for title, text in _words(rule)]
    parts += [f"{title}\n{textwrap.indent(excerpt(code), '    ')}" for title, code in _examples(rule)]
    width = max(len(name) for name, _ in facts(rule)) + 2
    parts.append("\n".join(_wrapped(text, f"{name:<{width}}", " " * width) for name, text in facts(rule)))
    return "\n\n".join(parts) + "\n"


def as_markdown(rule: Rule) -> str:
    """The rule as a section of a page."""
    parts = [f"### {rule.code} {rule.name}", rule.summary]
    parts += [f"**{title}.** {text}" for title, text in _words(rule)]
    parts += [f"{title}:\n\n```python\n{excerpt(code)}\n```" for title, code in _examples(rule)]
    parts.append("\n".join(f"- {name}: {text}" for name, text in facts(rule)))
    return "\n\n".join(parts) + "\n"


def as_data(rule: Rule) -> dict[str, Any]:
    """The rule as JSON can say it, with its examples whole."""
    return {
        "code": rule.code,
        "name": rule.name,
        "group": GROUPS[rule.code[:4]],
        "summary": rule.summary,
        "why": rule.why,
        "instead": rule.instead,
        "kind": rule.kind,
        "bad": rule.bad,
        "good": rule.good,
        "severity": rule.severity,
        "profiles": [each for each in PROFILES if each in rule.profiles],
        "targets": [each for each in KNOWN if rule.targets is None or each in rule.targets],
        "fix": rule.fix or None,
    }


def listing(rules: Iterable[Rule]) -> str:
    """The rules by group, each on a line; `[*]` marks those with a fix."""
    parts: list[str] = []
    group = ""
    for rule in rules:
        if rule.code[:4] != group:
            group = rule.code[:4]
            parts.append(f"{chr(10) if parts else ''}{group}xx  {GROUPS[group]}\n")
        mark = "[*]" if rule.fix else "   "
        parts.append(f"  {rule.code} {mark} {_cut(rule.summary)}\n")
    return "".join(parts)


def page() -> str:
    """The page of all rules, as `docs/rules.md` holds it."""
    parts = [_HEAD]
    group = ""
    for rule in RULES.values():
        if rule.code[:4] != group:
            group = rule.code[:4]
            parts.append(f"## {group}xx: {GROUPS[group]}\n\n{_table(group)}")
        parts.append(as_markdown(rule))
    return "\n".join(parts)


_HEAD = """\
# The rules of the linter

<!-- Made from the rules by tools/make_rules_page.py. What you change here is lost: change the rule. -->

`sandbox-tui explain` lists them in the terminal, `sandbox-tui explain SBX105` prints one. Which of them count
is up to the profile, which stands under `[lint]` in a task file or in the folder's `sandbox.toml`, or behind
`--profile`: `documented` (the default), `runtime` (what Monty refuses), `flyte` (what Flyte refuses, too) or
`off`. The version of Monty that is judged for is the `target`.

`# noqa` at the end of a line silences what is found there, `# noqa: SBX105, SBX301` only these codes; a line
of its own that says `# sandbox-tui: noqa` (or `# sandbox-tui: noqa: SBX105`) does so for the whole source.
What keeps a source from being a task (SBX00x) cannot be silenced. `sandbox-tui check --fix` mends what can be
mended without changing what the task computes; `--unsafe-fixes` mends more, to be looked through afterwards.
"""


def _table(group: str) -> str:
    rows = [
        f"| [{rule.code}](#{rule.code.lower()}-{rule.name}) | {_cell(rule.summary)} | {_mark(rule)} |"
        for rule in RULES.values()
        if rule.code.startswith(group)
    ]
    return "\n".join(["| code | what is found | fix |", "| --- | --- | --- |", *rows]) + "\n"


def _mark(rule: Rule) -> str:
    return "yes" if rule.fix else ""


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _words(rule: Rule) -> list[tuple[str, str]]:
    return [("Why", rule.why), ("Instead", rule.instead)]


def _examples(rule: Rule) -> list[tuple[str, str]]:
    note = " (a task of kind code)" if rule.kind == "code" else ""
    return [(f"Bad{note}", rule.bad), (f"Good{note}", rule.good)]


def _wrapped(text: str, first: str = "", rest: str | None = None) -> str:
    return textwrap.fill(
        text,
        _WIDTH,
        initial_indent=first,
        subsequent_indent=first if rest is None else rest,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _cut(text: str) -> str:
    return text if len(text) <= _MAX_COLUMNS else f"{text[: _MAX_COLUMNS - 3]}..."
