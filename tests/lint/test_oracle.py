"""The linter's word against the installed Monty's: "no finding" and "Monty accepts it" must agree.

Two rates of disagreement are printed (`pytest -rP` or `-s` shows them): programs that Monty refuses and the
linter lets pass, and programs that the linter finds fault with and Monty accepts.
"""

from __future__ import annotations

import ast
import json
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from monty_judge import Judge, judge
from program_generator import programs
from reached_generator import reached_programs

from sandbox_tui.lint import SyntaxFailure, check
from sandbox_tui.lint.rules import RULES, Rule
from sandbox_tui.lint.targets import KNOWN, target_of
from sandbox_tui.workspace.toml import load

ROOT = Path(__file__).parents[2]
CORPUS = json.loads((ROOT / "tests" / "data" / "monty_verdicts.json").read_text(encoding="utf-8"))
INSTALLED = target_of().version
SEED = 20_261_124

# Findings about the shape of a task and about what the linter itself reads are no statements about Monty.
OWN = {"SBX003", "SBX006", "SBX007", "SBX008", "SBX009"}
READING = {code for code in RULES if code < "SBX01"} - OWN
PARSING = READING | {code for code in RULES if "SBX600" < code < "SBX620"}
ALL = PARSING | {
    code for code in RULES if code.startswith(("SBX4", "SBX6")) and RULES[code].severity == "error"
}

# The errors that the rules are about; what else ends a program is its own affair.
ABOUT = re.compile(
    r"does not yet support|not yet supported|SyntaxError|\bNameError|No module named|"
    r"cannot import name|has no attribute|Internal error in monty|is not supported in this|Permission denied|"
    r"unexpected keyword argument|cannot create 'object'|attempted relative import|cannot reassign|"
    r"not slice$|between instances of '(frozen)?set'|hostnone|\(@\) is not supported"
)


@dataclass
class Comparison:
    """What was compared, and what disagreed: programs missed, and programs found fault with for nothing."""

    name: str
    count: int = 0
    refused: int = 0
    missed: list[tuple[str, str]] = field(default_factory=list)
    wrong: list[tuple[str, str]] = field(default_factory=list)
    explained: Counter[str] = field(default_factory=Counter)

    def add(self, source: str, found: list[str], failure: str | None, explanation: str | None = None) -> None:
        """One program with the linter's findings and Monty's word."""
        self.count += 1
        self.refused += failure is not None
        if bool(found) == (failure is not None):
            return
        if explanation is not None:
            self.explained[explanation] += 1
        elif failure is not None:
            self.missed.append((source, failure))
        else:
            self.wrong.append((source, found[0]))

    def assert_none(self) -> None:
        """Prints both rates, and fails with the first disagreements."""
        accepted = self.count - self.refused
        print(
            f"{self.name}, Monty {INSTALLED}: {self.count:,} programs, {self.refused:,} refused by Monty: "
            f"missed {len(self.missed) / max(1, self.refused):.3%}, "
            f"wrong {len(self.wrong) / max(1, accepted):.3%}; explained: {dict(self.explained)}"
        )
        shown = [f"{why}\n{source}" for source, why in (*self.missed, *self.wrong)[:5]]
        assert not shown, "\n\n".join(shown)


@pytest.fixture(scope="module")
def monty() -> Iterator[Judge]:
    with judge() as asked:
        yield asked


def found_in(
    source: str,
    codes: Collection[str],
    failure: SyntaxFailure | None = None,
    target: str = "installed",
    kind: str = "code",
) -> list[str]:
    """The findings of these codes, as the runtime profile has them."""
    # Only the rules asked for: the others take time.
    ignored = [code for code in RULES if code not in codes]
    settings = {"kind": kind, "profile": "runtime", "target": target, "externals": {}, "ignore": ignored}
    found = check(source, parses=lambda text: failure, **settings)  # type: ignore[arg-type]
    return [str(each) for each in found if each.code in codes]


class TestPrograms:
    COUNT = 11_000

    def test_generated_programs_are_refused_before_they_run_where_the_linter_says_so(
        self, monty: Judge
    ) -> None:
        comparison = Comparison("generated programs")
        for source in programs(SEED, self.COUNT):
            failure = monty.parses(source)
            found = found_in(source, PARSING, failure)
            explanation = None
            if found and failure is None and not found_in(without_dead_code(source), PARSING):
                explanation = "refused in what is reached, accepted in what never is"
            comparison.add(source, found, None if failure is None else failure.message, explanation)
        comparison.assert_none()
        assert self.COUNT > 10_000 and comparison.refused > self.COUNT // 10

    def test_programs_fail_when_reached_where_the_linter_says_so(self, monty: Judge) -> None:
        comparison = Comparison("programs that are reached")
        for source in reached_programs(SEED, 4_000):
            failure = monty.failure(source)
            about = failure is not None and ABOUT.search(failure) is not None
            comparison.add(source, found_in(source, ALL), failure if about else None)
        comparison.assert_none()
        assert comparison.refused > 1_000


def corpus() -> Iterator[dict[str, str]]:
    """The programs of the record; some are cut short in it, what they were is not known."""
    for entry in CORPUS:
        source = entry["source"]
        if "…" not in source and "..." not in source[-5:] and "...(" not in source:
            yield entry


class TestCorpus:
    @pytest.mark.parametrize("version", KNOWN)
    def test_the_recorded_verdicts_are_the_linters(self, version: str) -> None:
        comparison = Comparison(f"recorded verdicts of {version}")
        for entry in corpus():
            source, verdict = entry["source"], entry[version]
            at_parse = verdict.endswith("|parse")
            found = found_in(source, ALL, SyntaxFailure(verdict, None, None) if at_parse else None, version)
            about = not verdict.startswith("ok") and (verdict == "missing" or ABOUT.search(verdict))
            explanation = None
            if found and not about and not any(is_reached(source, each) for each in found):
                explanation = "in a function that is never called"
            comparison.add(source, found, verdict if about else None, explanation)
        comparison.assert_none()

    def test_the_installed_monty_says_what_is_recorded(self, monty: Judge) -> None:
        comparison = Comparison("the corpus, run")
        for entry in corpus():
            failure = monty.failure(entry["source"])
            about = failure if failure is not None and ABOUT.search(failure) else None
            found = found_in(entry["source"], ALL, monty.parses(entry["source"]))
            explanation = None
            if found and about is None and not any(is_reached(entry["source"], each) for each in found):
                explanation = "in a function that is never called"
            comparison.add(entry["source"], found, about, explanation)
        comparison.assert_none()


def examples(codes: Iterable[str]) -> list[Rule]:
    return [RULES[code] for code in sorted(codes)]


class TestExamplesAndSamples:
    def test_the_examples_of_all_rules_are_read_by_monty_where_the_linter_says_so(self, monty: Judge) -> None:
        comparison = Comparison("the rules' examples")
        for rule in RULES.values():
            for source in (rule.bad, rule.good):
                failure = monty.parses(source.encode("utf-8", "ignore").decode())
                found = found_in(source, PARSING, failure, kind=rule.kind)
                comparison.add(source, found, None if failure is None else failure.message)
        comparison.assert_none()

    def test_the_sample_tasks_are_read(self, monty: Judge) -> None:
        comparison = Comparison("sample tasks")
        for path in sorted((ROOT / "sample_tasks").rglob("*.toml")):
            if path.name != "sandbox.toml":
                document = load(path)
                failure = monty.parses(document.source)
                found = found_in(document.source, PARSING, failure, kind=document.kind)
                comparison.add(document.source, found, None if failure is None else failure.message)
        comparison.assert_none()
        assert comparison.count > 5


def is_reached(source: str, finding: str) -> bool:
    """Whether the line of a finding is run: it is in no function."""
    line = int(finding.partition(":")[0])
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return True
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    return not any(
        isinstance(each, functions) and each.lineno < line <= (each.end_lineno or 0)
        for each in ast.walk(tree)
    )


def without_dead_code(source: str) -> str:
    """The program without what stands behind a statement that never comes to its end, as Monty reckons."""
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return source
    _prune(tree.body)
    for node in ast.walk(tree):
        for name in ("body", "orelse", "finalbody"):
            block = getattr(node, name, None)
            if isinstance(block, list):
                _prune(block)
    return ast.unparse(tree)


def _prune(block: list[ast.stmt]) -> None:
    for index, statement in enumerate(block):
        if _ends(statement):
            del block[index + 1 :]
            return


def _ends(node: ast.stmt) -> bool:
    if isinstance(node, ast.Return | ast.Raise | ast.Break | ast.Continue):
        return True
    if isinstance(node, ast.If):
        return _end(node.body) and _end(node.orelse)
    if isinstance(node, ast.Try):
        handlers = all(_end(each.body) for each in node.handlers)
        return (
            _end(node.finalbody)
            or (_end(node.orelse or node.body) and handlers)
            or (_end(node.body) and handlers)
        )
    return False


def _end(block: list[ast.stmt]) -> bool:
    return any(_ends(each) for each in block)
