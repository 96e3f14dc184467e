"""The formats that services read: GitHub's commands and SARIF."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sarif_structure import assert_sarif

from sandbox_tui.lint import Diagnostic, Position, check
from sandbox_tui.lint.formats import Report, github, sarif
from sandbox_tui.lint.rules import RULES, Rule

SOURCE = "def f(n: int) -> int:\n    import os\n    n += 1\n    n += 1\n    return n\n"


def reports(source: str = SOURCE, path: str = "tasks/f.py", **options: Any) -> list[Report]:
    """The findings of a source as if it were a file."""
    lines = source.split("\n")
    return [
        Report(path, each, lines, each.start, each.end, each.fix.edits if each.fix else None)
        for each in check(source, **options)
    ]


def log(*arguments: Any, **options: Any) -> Any:
    """A SARIF log, looked through."""
    written = sarif(reports(*arguments, **options))
    assert written.isascii()
    made = json.loads(written)
    assert_sarif(made)
    return made["runs"][0]


def fingerprints(source: str, path: str = "f.py") -> list[str]:
    """The fingerprints of a source's findings."""
    return [each["partialFingerprints"]["primaryLocationLineHash"] for each in log(source, path)["results"]]


class TestGithub:
    def test_a_command_a_finding(self) -> None:
        first = github(reports()).splitlines()[0]
        assert first.startswith(
            "::error title=sandbox-tui (SBX101),file=tasks/f.py,line=2,col=5,endLine=2,endColumn=14::"
            "tasks/f.py:2:5: SBX101 import of os:"
        )

    @pytest.mark.parametrize(("severity", "word"), [("warning", "warning"), ("info", "notice")])
    def test_the_severity_is_the_command(self, severity: Any, word: str) -> None:
        place = Position(1, 1)
        finding = Diagnostic("SBX801", "x", "x", severity, place, Position(1, 2))
        assert github([Report("f", finding, ["x"], place, place, None)]).startswith(f"::{word} ")

    def test_nothing_in_a_name_or_message_ends_the_command(self) -> None:
        place = Position(1, 1)
        finding = Diagnostic("SBX801", "x", "50%\r\n::error::", "error", place, Position(2, 1))
        text = github([Report("a,b:c%\n.py", finding, ["x"], place, Position(2, 1), None)])
        assert text.count("\n") == 1
        head = text.partition("::error ")[2].partition("::")[0]
        assert "file=a%2Cb%3Ac%25" in head
        assert "col=" not in head
        assert "50%25" in text


class TestSarif:
    def test_it_has_the_structure_of_the_schema(self) -> None:
        results = log()["results"]
        assert [each["ruleId"] for each in results] == ["SBX101", "SBX105", "SBX105"]
        assert results[1]["locations"][0]["physicalLocation"]["region"] == {
            "startLine": 3,
            "startColumn": 5,
            "endLine": 3,
            "endColumn": 11,
        }

    def test_nothing_found_is_a_log_too(self) -> None:
        assert log("def f() -> int:\n    return 1\n")["results"] == []

    @pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
    def test_every_rule_has_its_help(self, rule: Rule) -> None:
        place, end = Position(1, 1), Position(1, 2)
        finding = Diagnostic(rule.code, rule.name, "x", rule.severity, place, end)
        made = json.loads(sarif([Report("f.py", finding, ["x"], place, end, None)]))
        assert_sarif(made)
        (described,) = made["runs"][0]["tool"]["driver"]["rules"]
        assert rule.why in described["help"]["text"]
        assert rule.instead in described["help"]["markdown"]

    def test_a_fix_is_told(self) -> None:
        (fix,) = log()["results"][1]["fixes"]
        (change,) = fix["artifactChanges"]
        assert change["replacements"][0]["insertedContent"]["text"] == "n = n + 1"

    @pytest.mark.parametrize("path", ["a b/é#?.py", "/tmp/a b.toml", "c:d.py", "\udcff.py"])
    def test_any_path_is_a_uri(self, path: str) -> None:
        assert log(SOURCE, path)["results"]

    def test_fingerprints_are_told_apart(self) -> None:
        assert len(set(fingerprints(SOURCE))) == 3

    def test_fingerprints_stay_when_lines_move(self) -> None:
        moved = SOURCE.replace("    import os", "    # why\n\n    import os")
        assert fingerprints(moved) == fingerprints(SOURCE)

    def test_a_fingerprint_stays_where_the_file_lies_elsewhere(self) -> None:
        assert fingerprints(SOURCE, "here/f.py") == fingerprints(SOURCE, "/there/f.py")

    def test_another_file_has_other_fingerprints(self) -> None:
        assert not set(fingerprints(SOURCE, "f.py")) & set(fingerprints(SOURCE, "g.py"))
