"""`sandbox-tui check` over many files, on more than one core."""

from __future__ import annotations

from pathlib import Path

import pytest
from command_line import Command

from sandbox_tui.cli import looking

SOURCE = "format = 1\n[task]\nname = 't{0}'\nsource = '''\ndef t{0}(x: int) -> int:\n    x += {0}\n    return x\n'''\n"
COUNT = 7


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Some tasks, one of which cannot be read."""
    for number in range(COUNT):
        (tmp_path / f"t{number}.toml").write_text(SOURCE.format(number))
    (tmp_path / "broken.toml").write_text("[task]\nname = 1\n")
    return tmp_path


@pytest.fixture
def many(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three cores, and files enough for them."""
    monkeypatch.setattr(looking, "FILES_A_PROCESS", 1)
    monkeypatch.setattr("os.cpu_count", lambda: 3)


def test_the_findings_are_the_same_in_the_same_order(
    command: Command, folder: Path, request: pytest.FixtureRequest
) -> None:
    alone = command("check", folder, "--output-format", "json")
    request.getfixturevalue("many")
    assert command("check", folder, "--output-format", "json") == alone
    assert alone.status == 2
    assert alone.out.count('"SBX105"') == COUNT


@pytest.mark.usefixtures("many")
def test_files_are_mended_by_all(command: Command, folder: Path) -> None:
    assert command("check", folder, "--fix").status == 2
    assert [path.read_text().count("x = x + ") for path in sorted(folder.glob("t*.toml"))] == [1] * COUNT


@pytest.mark.usefixtures("many")
def test_a_difference_is_said_once_for_each_file_in_order(command: Command, folder: Path) -> None:
    lines = command("check", folder, "--diff").out.splitlines()
    assert [line for line in lines if line.startswith("+    ")] == [
        f"+    x = x + {number}" for number in range(COUNT)
    ]


@pytest.mark.usefixtures("many")
@pytest.mark.parametrize("program", ["/no/such/program", "/bin/false", "/bin/true"])
def test_where_no_process_can_be_had_one_does_all(
    command: Command, folder: Path, program: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.executable", program)
    assert command("check", folder, "--output-format", "concise").out.count("SBX105") == COUNT


@pytest.mark.usefixtures("many")
def test_what_lies_in_the_current_folder_is_not_imported(
    command: Command, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("sandbox_tui", "pickle", "json", "ast", "sitecustomize"):
        (folder / f"{name}.py").write_text("open('was-run', 'w').close()\n")
    monkeypatch.chdir(folder)
    assert command("check", folder, "--output-format", "concise").out.count("SBX105") == COUNT
    assert not (folder / "was-run").exists()
