"""`sandbox-tui new` and `sandbox-tui export`: what they write, and what they leave alone."""

from __future__ import annotations

import ast
import os
import stat
from pathlib import Path

import pytest
from command_line import Command, TaskFile

from sandbox_tui.workspace.toml import load

SAMPLES = Path(__file__).parents[2] / "sample_tasks"


# --- new ---


@pytest.mark.parametrize("kind", ["function", "code"])
def test_a_new_task_checks_clean_and_runs_at_once(kind: str, command: Command, tmp_path: Path) -> None:
    outcome = command("new", tmp_path / "route", "--kind", kind)
    path = tmp_path / "route.toml"
    assert (outcome.status, outcome.out) == (0, f"{path}\n")
    document = load(path)
    assert (document.name, document.kind, document.diagnostics()) == ("route", kind, [])
    (case,) = document.cases
    assert document.build_template(case=case).execute(case.inputs).result == case.expect


def test_new_takes_a_name_with_the_suffix(command: Command, tmp_path: Path) -> None:
    assert command("new", tmp_path / "route.toml").out == f"{tmp_path / 'route.toml'}\n"


def test_new_overwrites_nothing(command: Command, tmp_path: Path) -> None:
    path = tmp_path / "route.toml"
    path.write_text("precious")
    outcome = command("new", tmp_path / "route")
    assert (outcome.status, outcome.out) == (2, "")
    assert "already exists" in outcome.complaint
    assert path.read_text() == "precious"


@pytest.mark.parametrize("name", ["a-b", "1st", "class", "print", "sandbox", "", "a b", ".toml", "x\x1b[0m"])
def test_new_refuses_a_name_that_no_task_can_have(
    name: str, command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    outcome = command("new", name)
    assert outcome.status == 2
    assert "cannot be a task's name" in outcome.complaint
    assert list(tmp_path.iterdir()) == []


def test_new_makes_no_folders(command: Command, tmp_path: Path) -> None:
    outcome = command("new", tmp_path / "none" / "route")
    assert outcome.status == 2
    assert outcome.complaint.endswith("no such folder")


# --- export ---


def test_an_export_is_python_on_stdout(command: Command) -> None:
    outcome = command("export", SAMPLES / "route_order.toml", "--to", "flyte")
    assert (outcome.status, outcome.err) == (0, "")
    ast.parse(outcome.out)


def test_an_export_to_a_file_is_the_same_text(command: Command, tmp_path: Path) -> None:
    target = tmp_path / "exported.py"
    printed = command("export", SAMPLES / "route_order.toml", "--to", "flyte-code").out
    outcome = command("export", SAMPLES / "route_order.toml", "--to", "flyte-code", "-o", target)
    assert (outcome.status, outcome.out, outcome.err) == (0, "", "")
    assert target.read_text() == printed


def test_an_export_replaces_a_file_as_a_whole_and_keeps_its_permissions(
    command: Command, tmp_path: Path
) -> None:
    target = tmp_path / "exported.py"
    target.write_text("old")
    target.chmod(0o640)
    before = target.stat().st_ino
    command("export", SAMPLES / "route_order.toml", "--to", "flyte", "-o", target)
    assert stat.S_IMODE(target.stat().st_mode) == 0o640
    assert target.stat().st_ino != before
    assert [path.name for path in tmp_path.iterdir()] == ["exported.py"]


def test_an_export_does_not_overwrite_its_task(command: Command, task: TaskFile) -> None:
    path = task("def task() -> int:\n    return 1")
    before = path.read_text()
    outcome = command("export", path, "--to", "flyte", "-o", path)
    assert outcome.status == 2
    assert path.read_text() == before


def test_an_export_goes_into_no_device(command: Command, tmp_path: Path) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    outcome = command("export", SAMPLES / "route_order.toml", "--to", "flyte", "-o", fifo)
    assert outcome.status == 2
    assert stat.S_ISFIFO(fifo.stat().st_mode)


def test_a_refused_export_says_why_and_where_and_writes_nothing(command: Command, tmp_path: Path) -> None:
    target = tmp_path / "exported.py"
    path = SAMPLES / "runtime_profile" / "catch_failure.toml"
    outcome = command("export", path, "--to", "flyte", "-o", target)
    assert outcome.status == 1
    assert outcome.complaint.startswith(f"{path}: line 2 of the task: not exported to flyte: the try around")
    assert not target.exists()


def test_an_export_into_a_folder_that_is_not_there(command: Command, tmp_path: Path) -> None:
    outcome = command(
        "export", SAMPLES / "route_order.toml", "--to", "flyte", "-o", tmp_path / "none" / "x.py"
    )
    assert outcome.status == 2
    assert outcome.complaint
