"""`sandbox-tui check`: the walk, the places, the settings, the exit status."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from command_line import Command, Outcome, TaskFile

SAMPLES = Path(__file__).parents[2] / "sample_tasks"
BROKEN = "def task(x: int) -> int:\n    import os\n    x += 1\n    return x"

PIPELINE = '''\
"""A module."""

import typing as t
from decimal import Decimal
from sandbox_tui import TaskEnvironment

env = TaskEnvironment(name="e")
Row = dict[str, int]


@env.task
def plain(x: Decimal) -> int:
    import os
    return 1


@env.sandbox.orchestrator
def first(rows: t.List[Row], d: Decimal) -> Row:
    import os
    return rows[0]


class Group:
    @staticmethod
    @env.sandbox.orchestrator(timeout_ms=5)
    def second(x: int) -> int:
        """é"""
        'é'; x += 1
        return x


@env.sandbox.orchestrator(restrictions="runtime")
def third(x: int) -> int:
    x += 1
    return x
'''


def places(outcome: Outcome) -> list[tuple[str, int, int]]:
    """Code, row and column of each finding of a concise run."""
    found = []
    for line in outcome.out.splitlines():
        _, row, column, rest = line.split(":", 3)
        found.append((rest.split()[0], int(row), int(column)))
    return found


class TestTasks:
    def test_findings_are_printed_with_their_places_in_the_file(
        self, command: Command, task: TaskFile
    ) -> None:
        outcome = command("check", task(BROKEN), "--output-format", "concise")
        assert (outcome.status, places(outcome)) == (1, [("SBX101", 6, 5), ("SBX105", 7, 5)])

    def test_a_clean_task(self, command: Command, task: TaskFile) -> None:
        outcome = command("check", task("def task(x: int) -> int:\n    return x"))
        assert (outcome.status, outcome.out) == (0, "")

    def test_full_is_the_default_and_shows_the_line(self, command: Command, task: TaskFile) -> None:
        path = task(BROKEN)
        outcome = command("check", path)
        assert f" --> {path}:6:5\n  |\n6 |     import os\n  |     ^^^^^^^^^\n" in outcome.out
        assert "Found 2 problems" in outcome.err

    def test_json_has_both_places_and_an_edit_of_the_file(self, command: Command, task: TaskFile) -> None:
        path = task(BROKEN)
        outcome = command("check", path, "--output-format", "json")
        found: list[dict[str, Any]] = json.loads(outcome.out)
        assert [each["code"] for each in found] == ["SBX101", "SBX105"]
        second = found[1]
        assert second["location"] == {"row": 7, "column": 5}
        assert second["source_location"] == {"row": 3, "column": 5}
        (edit,) = second["fix"]["edits"]
        line = path.read_text().split("\n")[edit["location"]["row"] - 1]
        assert line[edit["location"]["column"] - 1 : edit["end_location"]["column"] - 1] == "x += 1"

    def test_a_source_on_one_line_of_the_file(self, command: Command, tmp_path: Path) -> None:
        path = tmp_path / "one.toml"
        path.write_text(
            'format = 1\n[task]\nname = "one"\nsource = "def one(x: str) -> str:\\n    x += \\"a\\"\\n    return x"\n'
        )
        (found,) = json.loads(command("check", path, "--output-format", "json").out)
        assert found["location"]["row"] == found["end_location"]["row"] == 4
        line = path.read_text().split("\n")[3]
        start, end = found["location"]["column"] - 1, found["end_location"]["column"] - 1
        assert line[start:end] == 'x += \\"a\\"'
        assert found["fix"]["edits"][0]["content"] == 'x = x + \\"a\\"'
        assert "(line 2 of the task)" in command("check", path).out

    def test_declared_types_of_code(self, command: Command, tmp_path: Path) -> None:
        path = tmp_path / "code.toml"
        path.write_text(
            'format = 1\n[task]\nname = "code"\nkind = "code"\nsource = "x"\ninputs = { x = "int" }\n'
        )
        assert command("check", path).status == 0


class TestSettings:
    def test_the_profile_of_the_task(self, command: Command, task: TaskFile) -> None:
        assert command("check", task(BROKEN, '[lint]\nprofile = "runtime"')).status == 0

    def test_the_profile_of_the_folder(self, command: Command, task: TaskFile, tmp_path: Path) -> None:
        (tmp_path / "sandbox.toml").write_text('format = 1\n[lint]\nignore = ["SBX1"]\n')
        assert command("check", task(BROKEN)).status == 0

    def test_the_command_line_wins(self, command: Command, task: TaskFile) -> None:
        path = task(BROKEN, '[lint]\nprofile = "runtime"')
        assert command("check", path, "--profile", "documented").status == 1

    @pytest.mark.parametrize(
        ("arguments", "codes"),
        [
            (["--ignore", "SBX105"], ["SBX101"]),
            (["--ignore", "sbx101,SBX105"], []),
            (["--ignore", "SBX101", "--ignore", "SBX105"], []),
            (["--select", "SBX105"], ["SBX105"]),
            (["--select", "SBX1", "--ignore", "SBX105"], ["SBX101"]),
            (["--select", "SBX3"], []),
        ],
    )
    def test_codes(self, arguments: list[str], codes: list[str], command: Command, task: TaskFile) -> None:
        outcome = command("check", task(BROKEN), "--output-format", "concise", *arguments)
        assert [code for code, _, _ in places(outcome)] == codes
        assert outcome.status == (1 if codes else 0)


class TestFolders:
    def test_a_folder_is_walked(self, command: Command, task: TaskFile, tmp_path: Path) -> None:
        task(BROKEN, name="b")
        task("def a() -> int:\n    return 1", name="a")
        (tmp_path / "sandbox.toml").write_text("format = 1\n")
        (tmp_path / "notes.toml").write_text("x = 1\n")
        inner = tmp_path / "inner"
        inner.mkdir()
        (inner / "c.toml").write_text(task(BROKEN, name="c").read_text())
        (tmp_path / "c.toml").unlink()
        outcome = command("check", tmp_path, "--output-format", "concise")
        assert {line.split(":")[0] for line in outcome.out.splitlines()} == {
            str(tmp_path / "b.toml"),
            str(inner / "c.toml"),
        }

    def test_a_file_named_twice_is_checked_once(
        self, command: Command, task: TaskFile, tmp_path: Path
    ) -> None:
        path = task(BROKEN)
        outcome = command("check", path, tmp_path, path, "--output-format", "concise")
        assert len(outcome.out.splitlines()) == 2

    def test_a_folder_without_tasks_is_clean_and_says_so(self, command: Command, tmp_path: Path) -> None:
        outcome = command("check", tmp_path)
        assert (outcome.status, outcome.out) == (0, "")
        assert "no task file" in outcome.err

    def test_the_samples_are_clean_but_for_the_broken_one(self, command: Command) -> None:
        outcome = command("check", SAMPLES, "--output-format", "json")
        assert {Path(each["filename"]).name for each in json.loads(outcome.out)} == {
            "broken_restrictions.toml"
        }


class TestPythonFiles:
    def test_orchestrators_are_checked_where_they_stand(self, command: Command, tmp_path: Path) -> None:
        path = tmp_path / "pipeline.py"
        path.write_text(PIPELINE)
        outcome = command("check", path, "--output-format", "concise")
        assert outcome.status == 1
        assert places(outcome) == [("SBX201", 18, 33), ("SBX101", 19, 5), ("SBX105", 28, 14)]

    def test_edits_are_those_of_the_file(self, command: Command, tmp_path: Path) -> None:
        path = tmp_path / "pipeline.py"
        path.write_text(PIPELINE)
        found = json.loads(command("check", path, "--output-format", "json", "--select", "SBX105").out)
        (edit,) = found[0]["fix"]["edits"]
        assert edit["location"] == {"row": 28, "column": 14}
        assert "source_location" not in found[0]

    def test_a_file_that_does_not_parse(self, command: Command, tmp_path: Path) -> None:
        path = tmp_path / "broken.py"
        path.write_text("x = 1\ndef f(:\n    pass\n")
        outcome = command("check", path, "--output-format", "concise")
        assert (outcome.status, places(outcome)) == (1, [("SBX001", 2, 7)])

    def test_names_of_the_file_are_known_and_others_are_not(self, command: Command, tmp_path: Path) -> None:
        path = tmp_path / "names.py"
        path.write_text(
            "RATE = 2\n\n@env.task\ndef double(x: int) -> int:\n    return x * 2\n\n"
            "@env.sandbox.orchestrator\ndef total(x: int) -> int:\n    return double(x) * RATE + duoble(x)\n"
        )
        outcome = command("check", path, "--output-format", "concise")
        assert places(outcome) == [("SBX401", 9, 31)]
        assert "did you mean double?" in outcome.out
        path.write_text("from tasks import *\n" + path.read_text())
        assert command("check", path).status == 0

    def test_a_file_without_tasks(self, command: Command, tmp_path: Path) -> None:
        path = tmp_path / "plain.py"
        path.write_text("import os\n")
        assert command("check", path).status == 0


class TestBadInput:
    def one_line(self, outcome: Outcome) -> str:
        assert (outcome.status, outcome.out) == (2, "")
        (line,) = outcome.err.splitlines()
        return line

    def test_a_missing_path(self, command: Command, tmp_path: Path) -> None:
        assert "no such file or folder" in self.one_line(command("check", tmp_path / "none.toml"))

    def test_the_defaults_of_a_folder(self, command: Command, tmp_path: Path) -> None:
        path = tmp_path / "sandbox.toml"
        path.write_text("format = 1\n")
        assert "not a task" in self.one_line(command("check", path))

    def test_broken_toml(self, command: Command, tmp_path: Path) -> None:
        path = tmp_path / "bad.toml"
        path.write_text("[task\n")
        assert f"{path}:1" in self.one_line(command("check", path))

    def test_binary_and_undecodable_files(self, command: Command, tmp_path: Path) -> None:
        for name, content in (("a.toml", b"\0\1"), ("b.py", b"x = '\xff'")):
            path = tmp_path / name
            path.write_bytes(content)
            assert str(path) in self.one_line(command("check", path))

    def test_the_other_files_are_still_checked(
        self, command: Command, task: TaskFile, tmp_path: Path
    ) -> None:
        bad = tmp_path / "bad.toml"
        bad.write_text("[task\n")
        outcome = command("check", bad, task(BROKEN), "--output-format", "concise")
        assert (outcome.status, len(outcome.out.splitlines())) == (2, 2)

    def test_an_unknown_code(self, command: Command, task: TaskFile) -> None:
        assert "no rule is called SBX199" in self.one_line(
            command("check", task(BROKEN), "--ignore", "SBX199")
        )

    def test_an_unknown_profile_or_format(self, command: Command, task: TaskFile) -> None:
        for option in ("--profile", "--output-format"):
            assert "invalid choice" in self.one_line(command("check", task(BROKEN), option, "x"))

    def test_no_path(self, command: Command) -> None:
        assert "PATH" in self.one_line(command("check"))


def test_as_a_process_without_colours_in_a_pipe(process: Command, task: TaskFile) -> None:
    outcome = process("check", task(BROKEN))
    assert outcome.status == 1
    assert "\x1b" not in outcome.out
    assert "SBX101" in outcome.out
