"""A folder of tasks: which files are tasks, the defaults of `sandbox.toml`, and where each effective value
comes from.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sandbox_tui.sandbox.config import SandboxedConfig
from sandbox_tui.workspace.document import Case, Document, ExternalSpec
from sandbox_tui.workspace.effective import Sourced
from sandbox_tui.workspace.errors import DocumentError
from sandbox_tui.workspace.folder import MAX_DEPTH, defaults_above, find_tasks, save_folder_config
from sandbox_tui.workspace.toml import dumps_defaults, load, load_defaults

TASK = 'format = 1\n[task]\nname = "t"\nsource = "def t(): return f()"\n'


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def found(folder: Path) -> list[str]:
    return [str(path.relative_to(folder)) for path in find_tasks(folder).paths]


# --- task files ---


def test_task_files_are_found_below_the_folder_in_order(tmp_path: Path) -> None:
    for name in ("b.toml", "a.toml", "deep/er/c.toml"):
        write(tmp_path / name, TASK)
    write(tmp_path / "flow.py", "@env.sandbox.orchestrator\ndef flow(): ...\n")
    assert found(tmp_path) == ["a.toml", "b.toml", "deep/er/c.toml", "flow.py"]


def test_what_is_no_task_is_not_found(tmp_path: Path) -> None:
    write(tmp_path / "pyproject.toml", "[project]\nname = 'x'\n[tool.task]\n")
    write(tmp_path / "sandbox.toml", "format = 1\n")
    write(tmp_path / "plain.py", "print('hello')\n")
    write(tmp_path / "notes.txt", TASK)
    assert found(tmp_path) == []


@pytest.mark.parametrize(
    "head", ["[task]", " [ task ]  # the task", "task.name = 'x'", "task = { name = 'x' }"]
)
def test_a_task_table_may_be_written_in_any_way(tmp_path: Path, head: str) -> None:
    write(tmp_path / "t.toml", f"format = 1\n{head}\n")
    assert found(tmp_path) == ["t.toml"]


def test_a_broken_task_file_is_found_too(tmp_path: Path) -> None:
    write(tmp_path / "t.toml", "[task]\nname = \n\x00")
    assert found(tmp_path) == ["t.toml"]


@pytest.mark.parametrize("folder", [".hidden", "node_modules", "__pycache__", "venv", "my_environment"])
def test_hidden_and_generated_folders_are_skipped(tmp_path: Path, folder: str) -> None:
    write(tmp_path / folder / "t.toml", TASK)
    write(tmp_path / "my_environment" / "pyvenv.cfg", "")
    assert found(tmp_path) == []


def test_a_link_to_a_folder_is_not_followed(tmp_path: Path) -> None:
    write(tmp_path / "real" / "t.toml", TASK)
    (tmp_path / "real" / "loop").symlink_to(tmp_path)
    assert found(tmp_path) == ["real/t.toml"]


def test_a_pipe_named_like_a_task_is_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "t.toml")
    assert found(tmp_path) == []


def test_what_cannot_be_read_is_skipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "a.toml", TASK)
    write(tmp_path / "secret" / "t.toml", TASK)
    scan = os.scandir

    def scandir(path: Path) -> object:
        if Path(path).name == "secret":
            raise PermissionError(13, "Permission denied")
        return scan(path)

    monkeypatch.setattr(os, "scandir", scandir)
    assert found(tmp_path) == ["a.toml"]


def test_a_search_that_was_cut_short_says_so(tmp_path: Path) -> None:
    write(tmp_path / "/".join("d" * (MAX_DEPTH + 2)) / "t.toml", TASK)
    tasks = find_tasks(tmp_path)
    assert tasks.paths == ()
    assert not tasks.complete


@pytest.mark.parametrize(("name", "message"), [("none", "no such folder"), ("file", "not a folder")])
def test_what_is_no_folder_is_one_clear_line(tmp_path: Path, name: str, message: str) -> None:
    write(tmp_path / "file", "")
    with pytest.raises(DocumentError, match=message):
        find_tasks(tmp_path / name)


# --- defaults ---

TEAM = """\
format = 1

[config]
timeout_ms = 2000
max_memory = 1_000_000

[lint]
profile = "runtime"

[externals.f]
signature = "() -> int"
answer = "return"
value = 5

[externals.unused]
answer = "ask"
"""


def test_the_nearest_file_wins_and_the_task_s_own_keys_win_over_it(tmp_path: Path) -> None:
    team = write(tmp_path / "sandbox.toml", TEAM)
    near = write(tmp_path / "a" / "sandbox.toml", "format = 1\n[config]\ntimeout_ms = 3000\n")
    task = write(tmp_path / "a" / "t.toml", TASK + "[config]\nmax_stack_depth = 9\n")
    config = load(task).effective().config
    assert config == {
        "timeout_ms": Sourced(3000, near),
        "max_memory": Sourced(1_000_000, team),
        "max_stack_depth": Sourced(9, "task"),
        "type_check": Sourced(True, "default"),
    }
    assert load(task).effective_config() == SandboxedConfig(
        timeout_ms=3000, max_memory=1_000_000, max_stack_depth=9
    )


def test_the_linter_s_settings_say_where_they_come_from(tmp_path: Path) -> None:
    team = write(tmp_path / "sandbox.toml", TEAM)
    task = write(tmp_path / "t.toml", TASK + "[lint]\nignore = ['SBX1']\n")
    effective = load(task).effective()
    assert effective.profile == Sourced("runtime", team)
    assert effective.ignore == Sourced(["SBX1"], "task")
    assert effective.target == Sourced("installed", "default")


def test_a_folder_s_external_answers_in_its_tasks(tmp_path: Path) -> None:
    write(tmp_path / "sandbox.toml", TEAM)
    task = load(write(tmp_path / "t.toml", TASK))
    assert task.build_template().run() == 5


def test_a_run_has_the_folder_s_externals_that_the_source_names(tmp_path: Path) -> None:
    write(tmp_path / "sandbox.toml", TEAM)
    task = load(write(tmp_path / "t.toml", TASK))
    assert set(task.effective().externals) == {"f", "unused"}
    assert set(task.effective().externals_for(task)) == {"f"}


def test_a_task_s_external_takes_what_it_leaves_open_from_the_folder_s(tmp_path: Path) -> None:
    team = write(tmp_path / "sandbox.toml", TEAM)
    task = load(write(tmp_path / "t.toml", TASK + '[externals.f]\nanswer = "raise"\nerror = "KeyError"\n'))
    sourced = task.effective().externals["f"]
    assert sourced == Sourced(
        ExternalSpec("f", signature="() -> int", answer="raise", error="KeyError"), "task"
    )
    assert task.effective().externals["unused"].origin == team


def test_a_task_s_external_that_says_no_answer_has_the_folder_s(tmp_path: Path) -> None:
    write(tmp_path / "sandbox.toml", TEAM)
    task = load(write(tmp_path / "t.toml", TASK + '[externals.f]\nsignature = "() -> str"\n'))
    spec = task.effective().externals["f"].value
    assert (spec.signature, spec.answer, spec.value) == ("() -> str", "return", 5)


def test_a_task_may_ask_where_the_folder_answers(tmp_path: Path) -> None:
    write(tmp_path / "sandbox.toml", TEAM)
    task = load(write(tmp_path / "t.toml", TASK + '[externals.f]\nanswer = "ask"\n'))
    assert task.effective().externals["f"].value.answer == "ask"


def test_a_case_answers_over_the_folder(tmp_path: Path) -> None:
    write(tmp_path / "sandbox.toml", TEAM)
    task = load(write(tmp_path / "t.toml", TASK))
    case = Case("c", answers={"f": ExternalSpec("f", answer="return", value=6)})
    assert task.build_template(case=case).run() == 6


def test_a_broken_sandbox_toml_is_told_with_its_own_place(tmp_path: Path) -> None:
    write(tmp_path / "sandbox.toml", "format = 1\n[config]\ntimeout = 1\n")
    task = load(write(tmp_path / "t.toml", TASK))
    with pytest.raises(DocumentError, match=r"sandbox\.toml:3: unknown key 'timeout'"):
        task.build_template()


def test_a_broken_sandbox_toml_does_not_stop_the_linter(tmp_path: Path) -> None:
    write(tmp_path / "sandbox.toml", "format = 1\n[config]\ntimeout = 1\n")
    assert isinstance(load(write(tmp_path / "t.toml", TASK)).diagnostics(), list)


def test_a_changed_sandbox_toml_is_read_again(tmp_path: Path) -> None:
    path = write(tmp_path / "sandbox.toml", TEAM)
    task = load(write(tmp_path / "t.toml", TASK))
    assert task.effective_config().timeout_ms == 2000
    write(path, TEAM.replace("2000", "4000 "))
    assert task.effective_config().timeout_ms == 4000


def test_a_document_without_a_file_has_the_program_s_defaults() -> None:
    document = Document(name="t", config={"timeout_ms": 1})
    assert document.effective_config() == SandboxedConfig(timeout_ms=1)


def test_defaults_are_nearest_first(tmp_path: Path) -> None:
    outer = write(tmp_path / "sandbox.toml", "format = 1\n")
    inner = write(tmp_path / "a" / "b" / "sandbox.toml", "format = 1\n")
    paths = [each.path for each in defaults_above(tmp_path / "a" / "b")]
    assert paths[:2] == [inner, outer]


def test_limits_are_saved_to_the_folder_and_the_rest_of_its_file_stays(tmp_path: Path) -> None:
    path = write(tmp_path / "sandbox.toml", "# ours\n" + TEAM)
    assert save_folder_config(tmp_path, {"timeout_ms": 1, "max_memory": None, "type_check": False}) == path
    assert path.read_text() == ("# ours\n" + TEAM).replace("2000", "1").replace(
        "max_memory = 1_000_000\n", "type_check = false\n"
    )


def test_limits_are_saved_to_a_folder_without_a_sandbox_toml(tmp_path: Path) -> None:
    path = save_folder_config(tmp_path, {"timeout_ms": 1})
    assert path.read_text() == "format = 1\n\n[config]\ntimeout_ms = 1\n"


def test_a_limit_out_of_its_range_is_not_saved(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="timeout_ms must be greater than zero"):
        save_folder_config(tmp_path, {"timeout_ms": 0})
    assert not (tmp_path / "sandbox.toml").exists()


def test_defaults_are_written_as_they_are_read(tmp_path: Path) -> None:
    path = write(tmp_path / "sandbox.toml", TEAM)
    assert dumps_defaults(load_defaults(path)) == TEAM.replace("1_000_000", "1000000")
