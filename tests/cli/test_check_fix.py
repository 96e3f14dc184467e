"""`sandbox-tui check` when it mends: --fix, --unsafe-fixes, --diff; standard input; the other formats."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from command_line import Command, TaskFile

from sandbox_tui.workspace.toml import load

BROKEN = "def task(x: int) -> int:\n    import os\n    x += 1\n    return x"
MENDED = "def task(x: int) -> int:\n    x = x + 1\n    return x"
HALF = "def task(xs: list[int]) -> list:\n    y = 1\n    y += 1\n    xs += [y]\n    try: pass\n    finally: y\n    return xs"

# Each is a task file with the one statement `x += 1`, written in another way.
LAYOUTS = {
    "literal": "format = 1 # a\n[task] # b\nname='t'\nsource = '''\ndef t(x: int) -> int:\n    x += 1 # c\n    return x\n''' # d\n",
    "basic": 'format = 1\n[task]\nname="t"\nsource = """def t(x: int) -> int:\n\tx += 1\n\treturn x\\\n   """ # d\n',
    "one line": 'format = 1\n[task]\nsource = "def t(s: str) -> str:\\n  s += \\"a\\\\n\\"\\n  return s" # d\nname="t"\n',
    "single quotes": "format = 1\n[task]\nname = 't'\nkind = 'code'\noutput = 'int'\nsource = 'x = 1; x += 1; x'\n",
    "before others": "format = 1\n\n\n[task]\nname = 't'\nsource = '''def t(x: int) -> int:\n    x += 1\n    return x'''\n\n\n[config]\n\n# kept\ntimeout_ms = 5_0\n",
}


def test_what_can_be_mended_safely_is_and_the_rest_is_said(command: Command, task: TaskFile) -> None:
    path = task(HALF)
    outcome = command("check", "--fix", path, "--output-format", "concise")
    assert outcome.status == 1
    assert [line.split()[1] for line in outcome.out.splitlines()] == ["SBX105", "SBX103"]
    assert outcome.err.splitlines()[0] == "Found 3 problems (1 fixed, 2 remaining)."
    assert "y = y + 1" in load(path).source


def test_all_mended_is_clean(command: Command, task: TaskFile) -> None:
    path = task(BROKEN)
    outcome = command("check", "--fix", path)
    assert (outcome.status, outcome.out) == (0, "")
    assert load(path).source == MENDED + "\n"
    assert command("check", path).status == 0


def test_unsafe_fixes_are_made_when_asked_for(command: Command, task: TaskFile) -> None:
    path = task(HALF)
    command("check", "--fix", "--unsafe-fixes", path)
    assert "xs = xs + [y]" in load(path).source


def test_without_fix_nothing_is_written(command: Command, task: TaskFile) -> None:
    path = task(BROKEN)
    before = path.read_bytes()
    command("check", "--unsafe-fixes", path)
    command("check", "--diff", path)
    assert path.read_bytes() == before


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_everything_else_in_the_file_stays_byte_for_byte(
    command: Command, tmp_path: Path, layout: str, end: str
) -> None:
    path = tmp_path / "t.toml"
    path.write_bytes(layout.replace("\n", end).encode())
    assert command("check", "--fix", path).status == 0
    wanted = layout.replace("x += 1", "x = x + 1").replace('s += \\"', 's = s + \\"')
    assert path.read_bytes() == wanted.replace("\n", end).encode()
    assert not list(tmp_path.glob(".*"))


def test_the_orchestrators_of_a_python_file_are_mended_where_they_stand(
    command: Command, tmp_path: Path
) -> None:
    path = tmp_path / "flow.py"
    text = (
        "import os  # stays: not in a task\n"
        "x = 0\nx += 1\n\n"
        "class Group:\n"
        "    @env.sandbox.orchestrator\n"
        "    def first(n: int) -> int:\n"
        "        import os\n"
        "        n += 1  # é\n"
        "        return n  # noqa: SBX105, E501\n"
    )
    path.write_text(text, encoding="utf-8")
    assert command("check", "--fix", path).status == 0
    assert path.read_text(encoding="utf-8") == text.replace("        import os\n", "").replace(
        "n += 1", "n = n + 1"
    ).replace("SBX105, E501", "E501")


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ("import flyte\n", "from typing import Optional\nimport flyte\n"),
        ("from typing import Optional\n", "from typing import Optional\n"),
        (
            '"""Doc."""\nfrom __future__ import annotations\n',
            '"""Doc."""\nfrom __future__ import annotations\nfrom typing import Optional\n',
        ),
    ],
)
def test_what_a_mended_annotation_of_a_python_file_needs_is_imported(
    command: Command, tmp_path: Path, head: str, expected: str
) -> None:
    path = tmp_path / "flow.py"
    task = "@env.sandbox.orchestrator\ndef first(n: {}) -> int:\n    return 1\n"
    path.write_text(head + task.format("int | None"), encoding="utf-8")
    assert command("check", "--fix", "--profile", "flyte", path).status == 0
    assert path.read_text(encoding="utf-8") == expected + task.format("Optional[int]")


@pytest.mark.parametrize("margin", ["    ", "\t", "  \t"])
def test_new_lines_stand_where_the_orchestrator_does(command: Command, tmp_path: Path, margin: str) -> None:
    path = tmp_path / "flow.py"
    head = f"class Group:\n{margin}@env.sandbox.orchestrator\n{margin}def first(d: dict, n: int) -> int:\n"
    before = [
        "    try:",
        "        import os",
        "",
        "        x = [n,",
        "          n]",
        "    finally: pass",
        "    import re",
        "",
        "    return x",
    ]
    after = ["", "    x = [n,", "      n]", "", "    return x"]
    path.write_text(head + "".join(f"{margin}{line}\n" if line else "\n" for line in before))
    assert command("check", "--fix", path).status == 0
    assert path.read_text() == head + "".join(f"{margin}{line}\n" if line else "\n" for line in after)


@pytest.mark.parametrize("note", ["# noqa", "# noqa: E501", "# noqa: nonsense"])
def test_a_noqa_for_another_linter_in_a_python_file_is_left_alone(
    command: Command, tmp_path: Path, note: str
) -> None:
    path = tmp_path / "flow.py"
    path.write_text(f"@env.sandbox.orchestrator\ndef first(n: int) -> int:\n    return n  {note}\n")
    assert command("check", path).status == 0


def test_a_text_that_does_not_parse_is_left_alone(command: Command, task: TaskFile) -> None:
    path = task("def task(x: int) -> int:\n    x += 1\n    return (x")
    before = path.read_bytes()
    assert command("check", "--fix", path).status == 1
    assert path.read_bytes() == before


def test_a_file_that_another_program_changed_meanwhile_is_not_overwritten(
    command: Command, task: TaskFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sandbox_tui.cli import checked_files

    path = task(BROKEN)
    mended = checked_files.CheckedTask.mended

    def changes(self: Any, **options: Any) -> Any:
        path.write_text(path.read_text() + "# mine\n")
        return mended(self, **options)

    monkeypatch.setattr(checked_files.CheckedTask, "mended", changes)
    outcome = command("check", "--fix", path)
    assert outcome.status == 2
    assert "changed" in outcome.err
    assert path.read_text().endswith("# mine\n")
    assert "x += 1" in path.read_text()


class TestDiff:
    def test_it_is_a_patch(self, command: Command, task: TaskFile) -> None:
        path = task(BROKEN)
        outcome = command("check", "--diff", path)
        assert outcome.status == 1
        assert outcome.err == "Would fix 2 problems.\n"
        path.write_text(patched(path.read_text(), outcome.out))
        assert load(path).source == MENDED + "\n"

    def test_nothing_to_mend_is_clean(self, command: Command, task: TaskFile) -> None:
        outcome = command("check", "--diff", task("def task() -> int:\n    class A: pass\n    return 1"))
        assert (outcome.status, outcome.out) == (0, "")

    def test_a_last_line_without_line_end_is_said(
        self, command: Command, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        given(monkeypatch, "n = 1\nn += 1")
        outcome = command("check", "--diff", "-", "--kind", "code")
        assert "\n-n += 1\n\\ No newline at end of file\n+n = n + 1\n\\ No newline" in outcome.out


def patched(text: str, patch: str) -> str:
    """`text` after a unified diff of one file, whose context must fit."""
    old, new, at = text.splitlines(), [], 0
    for line in patch.splitlines()[2:]:
        if line.startswith("@@"):
            first = int(line.split()[1].split(",")[0][1:]) - 1
            new += old[at:first]
            at = first
        elif line.startswith("+"):
            new.append(line[1:])
        else:
            assert old[at] == line[1:]
            at += 1
            new += [line[1:]] if line.startswith(" ") else []
    return "\n".join([*new, *old[at:]]) + "\n"


class TestStandardInput:
    def test_a_source_is_checked(self, command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
        given(monkeypatch, BROKEN)
        outcome = command("check", "-", "--output-format", "concise")
        assert outcome.status == 1
        assert [line.split()[0] for line in outcome.out.splitlines()] == ["-:2:5:", "-:3:5:"]

    def test_its_kind_is_told(self, command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
        given(monkeypatch, "1 + 1\n")
        assert command("check", "-", "--kind", "code").status == 0
        given(monkeypatch, "1 + 1\n")
        assert "SBX006" in command("check", "-").out

    def test_the_mended_source_is_printed_and_nothing_else(
        self, command: Command, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        given(monkeypatch, HALF)
        outcome = command("check", "-", "--fix")
        assert outcome.out == HALF.replace("y += 1", "y = y + 1")
        assert "SBX103" in outcome.err

    def test_what_is_clean_comes_out_as_it_went_in(
        self, command: Command, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        given(monkeypatch, MENDED.replace("\n", "\r\n"))
        outcome = command("check", "-", "--fix")
        assert (outcome.status, outcome.out) == (0, MENDED.replace("\n", "\r\n"))

    def test_it_can_stand_for_a_file(self, command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
        given(monkeypatch, LAYOUTS["literal"])
        outcome = command("check", "-", "--fix", "--stdin-filename", "t.toml")
        assert outcome.out == LAYOUTS["literal"].replace("x += 1", "x = x + 1")

    def test_it_is_checked_alone(self, command: Command, task: TaskFile) -> None:
        assert "alone" in command("check", "-", task(BROKEN)).complaint

    def test_what_is_no_text_is_one_clear_line(
        self, command: Command, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        given(monkeypatch, b"\xff")
        outcome = command("check", "-")
        assert (outcome.status, outcome.complaint) == (2, "standard input is not UTF-8 text")


def given(monkeypatch: pytest.MonkeyPatch, text: str | bytes) -> None:
    """Standard input that holds `text`."""
    data = text.encode() if isinstance(text, str) else text
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(data), newline=""))


class TestTarget:
    SOURCE = "def task(x: int) -> str:\n    match x:\n        case 1:\n            return 'one'\n    return 'other'"

    @pytest.mark.parametrize(("target", "status"), [("1.0.0", 1), ("1.4.0", 0)])
    def test_the_version_is_told(self, command: Command, task: TaskFile, target: str, status: int) -> None:
        assert command("check", "--target", target, task(self.SOURCE)).status == status

    def test_what_is_no_version_is_one_clear_line(self, command: Command, task: TaskFile) -> None:
        outcome = command("check", "--target", "newest", task(self.SOURCE))
        assert outcome.status == 2
        assert "newest" in outcome.complaint


class TestStatistics:
    def test_findings_are_counted_by_code(self, command: Command, task: TaskFile) -> None:
        path = task(
            "def task(x: int) -> int:\n    x += 1\n    x += 2\n    try: pass\n    finally: x\n    return x"
        )
        outcome = command("check", "--statistics", path)
        assert outcome.status == 1
        assert outcome.out == "2\tSBX105\t[*] augmented-assignment\n1\tSBX103\t[ ] try-statement\n"

    def test_as_json(self, command: Command, task: TaskFile) -> None:
        outcome = command("check", "--statistics", "--output-format", "json", task(BROKEN))
        assert [(each["code"], each["count"]) for each in json.loads(outcome.out)] == [
            ("SBX101", 1),
            ("SBX105", 1),
        ]


class TestTypes:
    def test_the_type_checker_is_asked_when_wanted(self, command: Command, task: TaskFile) -> None:
        path = task("def task(x: int) -> str:\n    return x")
        assert command("check", path).status == 0
        outcome = command("check", "--types", path)
        assert outcome.status == 1
        assert "SBX902" in outcome.out

    def test_its_findings_are_silenced_and_ignored(self, command: Command, task: TaskFile) -> None:
        path = task("def task(x: int) -> str:\n    return x  # noqa: SBX902")
        assert command("check", "--types", path).status == 0
        path = task("def task(x: int) -> str:\n    return x")
        assert command("check", "--types", "--ignore", "SBX9", path).status == 0


def test_what_can_be_mended_is_said(command: Command, task: TaskFile) -> None:
    assert command("check", task(HALF)).err.splitlines() == [
        "Found 3 problems.",
        "[*] 1 fixable with --fix (1 more with --unsafe-fixes).",
    ]
