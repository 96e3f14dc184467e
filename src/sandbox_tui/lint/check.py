"""Checks a source: reads it, and lets every rule that counts look at the statements it wants to see.

The tree is walked once for all of them, by the analysis of its scopes.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Mapping
from functools import lru_cache
from typing import Literal

from .context import MAX_FINDINGS, Context
from .diagnostic import Diagnostic, SyntaxFailure
from .names import names_of
from .reading import Reading, read
from .rules import Find, Rule, all_rules, counted
from .rules.unreadable import BY_PROBLEM, TOO_MANY
from .targets import FLYTE

Table = dict[type[ast.AST], tuple[tuple[Find, bool], ...]]


def check(
    source: str,
    *,
    kind: Literal["function", "code"] = "function",
    inputs: Mapping[str, str] | None = None,
    output: str | None = None,
    profile: Literal["documented", "runtime", "flyte", "off"] = "documented",
    ignore: Collection[str] = (),
    parses: Callable[[str], SyntaxFailure | None] | None = None,
    externals: Mapping[str, str | None] | None = None,
    target: str | None = None,
    shared: Collection[str] = (),
) -> list[Diagnostic]:
    """The findings in `source`, sorted by place. Never raises, whatever the text.

    `kind` is "function" for a source that is one `def`, "code" for statements whose declared `inputs` (name
    -> annotation text) and `output` (annotation text) are given. `ignore` holds codes or beginnings of codes.
    `parses` asks Monty when the host's parser refuses the text (None: Monty accepts it); without it the
    host's word counts. `externals` are the declared externals, each with the text of its signature where it
    has one; None says that they are not known. `target` is the version of Monty judged for, such as "1.0.0",
    or "installed"; None leaves it to the profile (for "flyte" the version that Flyte pins). `shared` are the
    externals that other tasks have, too: nobody misses a call of one.

    At most `MAX_FINDINGS` are returned, then one more finding says that there are others.
    """
    rules = counted(profile, tuple(ignore))
    reading = read(source, parses)
    context = Context(
        reading.source,
        reading.tree,
        kind=kind,
        inputs=inputs or {},
        output=output,
        whole=reading.whole,
        exact=reading.exact,
        externals=externals,
        target=target or (FLYTE if profile == "flyte" else "installed"),
        shared=shared,
        profile=profile,
    )
    _report_unreadable(reading, context, rules)
    _walk(context, rules)
    last = max(context.findings, key=_order) if context.full else None
    if "noqa" in source.lower():
        # Loaded where there is something to silence: it is on the way of a run's start, too.
        from .rules.suppression import settle

        settle(context, rules, all_rules)
    findings = sorted(context.findings, key=_order)
    if last is None and context.full:
        last = findings[-1]
    if last is not None and TOO_MANY in rules:
        message = f"there are more than {MAX_FINDINGS:,} findings; the others are not shown"
        findings.append(Diagnostic(TOO_MANY.code, TOO_MANY.name, message, "info", last.start, last.start))
    return findings


def _order(finding: Diagnostic) -> tuple[int, int, str]:
    return finding.start.line, finding.start.column, finding.code


def _report_unreadable(reading: Reading, context: Context, rules: frozenset[Rule]) -> None:
    for failure in reading.failures:
        rule = BY_PROBLEM[failure.problem]
        if rule in rules:
            context.report(rule, failure.start, failure.end, failure.message)


@lru_cache(maxsize=64)
def _table(rules: frozenset[Rule]) -> Table:
    """Which finders see which class of node."""
    table: dict[type[ast.AST], list[tuple[Find, bool]]] = {}
    for rule in sorted(rules, key=lambda each: each.code):
        if rule.find is not None:
            for node in (*rule.nodes, *rule.expressions):
                table.setdefault(node, []).append((rule.find, rule.needs_whole))
    return {node: tuple(finders) for node, finders in table.items()}


def _walk(context: Context, rules: frozenset[Rule]) -> None:
    whole = context.whole
    nodes = names_of(context).scopes.nodes
    for sort, finders in _table(rules).items():
        found = [context.tree] if sort is ast.Module else nodes.get(sort, ())
        if not found:
            continue
        for find, needs_whole in finders:
            if whole or not needs_whole:
                for node in found:
                    find(node, context)
        if context.full:
            return
