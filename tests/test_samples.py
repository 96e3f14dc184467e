"""The sample tasks: each runs with the answers it carries and gives what its cases say; the broken one is
caught.
"""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

from sandbox_tui.cli.main import main
from sandbox_tui.workspace.document import Case, Document
from sandbox_tui.workspace.folder import find_tasks
from sandbox_tui.workspace.toml import dumps, load, loads

SAMPLES = Path(__file__).parents[1] / "sample_tasks"
PATHS = [path for path in find_tasks(SAMPLES).paths if path.suffix == ".toml"]
RUNNING = [path for path in PATHS if not load(path).diagnostics()]
PIPELINE = SAMPLES / "order_pipeline.py"


def name_of(value: object) -> str | None:
    return value.stem if isinstance(value, Path) else value.name if isinstance(value, Case) else None


CASES = [(path, case) for path in RUNNING for case in load(path).cases]


def uses(document: Document, answer: str) -> bool:
    return any(spec.answer == answer for spec in document.externals.values())


def test_there_are_at_least_ten_and_all_but_one_run() -> None:
    assert len(RUNNING) >= 10
    assert len(PATHS) == len(RUNNING) + 1


def test_they_show_every_kind_of_answer_that_a_file_alone_can_give() -> None:
    documents = [load(path) for path in PATHS]
    for answer in ("ask", "return", "sequence", "raise", "sandbox"):
        assert any(uses(document, answer) for document in documents), answer


@pytest.mark.parametrize(("path", "case"), CASES, ids=name_of)
def test_a_case_gives_what_it_expects(path: Path, case: Case) -> None:
    result = load(path).build_template(case=case).execute(case.inputs)
    assert result.ok, result.error
    assert result.result == case.expect


@pytest.mark.parametrize("path", RUNNING, ids=name_of)
def test_a_sample_has_a_case_that_needs_nobody(path: Path) -> None:
    assert load(path).cases


@pytest.mark.parametrize(("path", "case"), CASES, ids=name_of)
def test_the_command_runs_a_case(path: Path, case: Case, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", str(path), "--case", case.name, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["ok"] is True


@pytest.mark.parametrize("path", PATHS, ids=name_of)
def test_a_sample_is_described_and_named_like_its_file(path: Path) -> None:
    document = load(path)
    assert document.name == path.stem
    assert document.description


@pytest.mark.parametrize("path", PATHS, ids=name_of)
def test_saving_a_sample_loses_nothing(path: Path) -> None:
    document = load(path)
    assert loads(dumps(document)) == document


def test_the_broken_one_breaks_restrictions_of_every_group() -> None:
    (path,) = set(PATHS) - set(RUNNING)
    codes = {finding.code for finding in load(path).diagnostics()}
    assert {code[:4] for code in codes} >= {"SBX1", "SBX2", "SBX3"}
    assert codes >= {"SBX101", "SBX102", "SBX103", "SBX104", "SBX105", "SBX201", "SBX202", "SBX301"}


def test_a_hopeless_input_ends_by_its_limit(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", str(SAMPLES / "tight_limits.toml"), "-i", "limit=100000000"]) == 1
    assert "max_memory" in capsys.readouterr().err


def test_the_folder_gives_its_tasks_their_defaults() -> None:
    document = load(SAMPLES / "runtime_profile" / "fan_out_async.toml")
    assert document.config == {} and document.externals == {}
    assert document.effective_config().timeout_ms == 3000


# --- the Python file ---


def test_the_pipeline_runs_as_a_script() -> None:
    done = subprocess.run([sys.executable, PIPELINE], capture_output=True, text=True, check=True)
    assert ast.literal_eval(done.stdout) == {"carrier": "air", "total": 85.0, "lines": 2}
    assert done.stderr == ""


def test_the_command_runs_a_task_of_the_pipeline(capsys: pytest.CaptureFixture[str]) -> None:
    task = f"{PIPELINE}::plan_delivery"
    assert main(["run", task, "-i", 'products=["W-1", "X-2"]', "-i", "quantity=2"]) == 0
    assert ast.literal_eval(capsys.readouterr().out) == {"carrier": "air", "total": 85.0, "lines": 2}


def test_a_pipeline_of_several_tasks_asks_which(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", str(PIPELINE)]) == 2
    assert "order_total, plan_delivery" in capsys.readouterr().err
