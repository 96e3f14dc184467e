"""What the rules are given, and where they report: one text being checked."""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from .diagnostic import Diagnostic, Fix, Position
from .source_text import SourceText
from .targets import Target, target_of

if TYPE_CHECKING:
    from .rules.rule import Kind, Profile, Rule

T = TypeVar("T")

# More than anyone reads; what stands behind them would only cost time and memory.
MAX_FINDINGS = 1_000


class Context:
    """One text with its tree, and the findings so far.

    `whole` tells whether `tree` is that of the whole text, or of the parts that could be read. `exact` tells
    whether `source.text` is the text that the user has: where characters were replaced to read it, no fix may
    be made of it. `externals` are the declared externals with the text of their signature (None: not known),
    `shared` are those that other tasks have, too, `target` is the Monty judged for.
    """

    def __init__(
        self,
        source: SourceText,
        tree: ast.Module,
        *,
        kind: Kind,
        inputs: Mapping[str, str],
        output: str | None,
        whole: bool = True,
        exact: bool = True,
        externals: Mapping[str, str | None] | None = None,
        target: str = "installed",
        shared: Collection[str] = (),
        profile: Profile = "documented",
    ) -> None:
        self.source = source
        self.tree = tree
        self.kind = kind
        self.inputs = inputs
        self.output = output
        self.whole = whole
        self.exact = exact
        self.externals = externals
        self.shared = shared
        self.profile = profile
        self._target_name = target
        self._target: Target | None = None
        self.findings: list[Diagnostic] = []
        self._memory: dict[object, Any] = {}

    @property
    def target(self) -> Target:
        """The version of Monty judged for."""
        if self._target is None:
            self._target = target_of(self._target_name)
        return self._target

    def memo(self, compute: Callable[[Context], T]) -> T:
        """What `compute` makes of this text, computed once."""
        try:
            found: T = self._memory[compute]
        except KeyError:
            found = self._memory[compute] = compute(self)
        return found

    @property
    def full(self) -> bool:
        """Whether no more findings are taken."""
        return len(self.findings) >= MAX_FINDINGS

    def report(
        self, rule: Rule, start: Position, end: Position, message: str, fix: Fix | None = None
    ) -> None:
        """Takes a finding, unless there are already as many as anyone reads."""
        if len(self.findings) < MAX_FINDINGS:
            if not self.whole:
                # What was put in to read the parts may reach behind a line's end.
                start, end = (self.source.clamp(each.line, each.column) for each in (start, end))
            self.findings.append(
                Diagnostic(
                    rule.code, rule.name, message, rule.severity, start, end, fix if self.exact else None
                )
            )

    def report_node(
        self, rule: Rule, node: ast.stmt | ast.expr | ast.arg, message: str, fix: Fix | None = None
    ) -> None:
        """Takes a finding whose range is all of `node`."""
        self.report(rule, self.source.start(node), self.source.end(node), message, fix)
