"""What is wrong with a task file is said in one line with file, line, key and what would be accepted."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox_tui.workspace.errors import DocumentError
from sandbox_tui.workspace.toml import load, load_defaults, loads, loads_defaults

HEAD = 'format = 1\n[task]\nname = "t"\nsource = ""\n'


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("", None, "the key format is missing: begin the file with format = 1"),
        ("format = 2\n", 1, "format 2 is not known; this version reads format 1"),
        ("\nformat = true\n", 2, "format must be a whole number, got true or false (True)"),
        ("format = 1\n", None, "the table [task] is missing"),
        ("format = 1\ntask = 3\n", 2, "task must be a table, got a whole number (3)"),
        ('format = 1\n[task]\nname = "t"\n', 2, "the key source is missing in [task]"),
        ('format = 1\n\n[task]\nsource = ""\nname = ""\n', 5, "name must not be empty"),
        (HEAD + "kind = 'method'\n", 5, "kind must be one of function, code, got 'method'"),
        (HEAD + "output = 'int'\n", 5, 'output is for kind = "code"; a function says it in its signature'),
        (
            HEAD + "title = 1\n",
            5,
            "unknown key 'title' in [task]; known are description, inputs, kind, name, output, source",
        ),
        (HEAD + "[extra]\n", 5, "unknown key 'extra' in a task file"),
        (HEAD + "[config]\ntimeout = 1\n", 6, "unknown key 'timeout' in [config]"),
        (HEAD + "[config]\ntimeout_ms = 0\n", 6, "timeout_ms must be greater than zero, got 0"),
        (HEAD + "[config]\nmax_memory = 1.5\n", 6, "max_memory must be a whole number, got 1.5"),
        (HEAD + "[config]\ntype_check = 1\n", 6, "type_check must be true or false, got 1"),
        (HEAD + "[lint]\nprofile = 'strict'\n", 6, "profile must be one of documented, runtime, flyte, off"),
        (HEAD + "[lint]\ntarget = 'new'\n", 6, 'target must be "installed" or a version such as "1.4.0"'),
        (HEAD + "[lint]\nignore = [\n'SBX1',\n3]\n", 8, "ignore must hold texts, got a whole number (3)"),
        (HEAD + "[lint]\nignore = ['a b']\n", 6, "ignore must hold codes such as \"SBX301\", got 'a b'"),
        (HEAD + "[externals.'a b']\n", 5, "an external's name must be a Python name, got 'a b'"),
        (HEAD + "[externals.class]\n", 5, "an external's name must be a Python name, got 'class'"),
        (HEAD + "[externals]\nf = 1\n", 6, "externals.f must be a table, got a whole number (1)"),
        (HEAD + "[externals.f]\nanswer = 'no'\n", 6, "answer must be one of ask, return, sequence, raise"),
        (HEAD + "[externals.f]\nanswer = 'sequence'\n", 6, "the key values is missing"),
        (HEAD + "[externals.f]\nanswer = 'raise'\n", 6, "the key error is missing"),
        (HEAD + "[externals.f]\nanswer = 'sandbox'\n", 6, "the key source is missing"),
        (HEAD + "[externals.f]\nanswer = 'python'\n", 6, "the key target is missing"),
        (HEAD + "[externals.f]\nanswer = 'replay'\n", 6, "the key recording is missing"),
        (HEAD + "[externals.f]\nvalues = 1\n", 6, "values must be an array, got a whole number (1)"),
        (
            HEAD + "[externals.f]\nerror = 'NoSuchError'\n",
            6,
            "error must be the name of a built-in exception",
        ),
        (HEAD + "[externals.f]\nerror = 'SystemExit'\n", 6, "error must be the name of a built-in exception"),
        (HEAD + "[externals.f]\nerror = 'UnicodeDecodeError'\n", 6, "a message alone does not make one"),
        (HEAD + "[externals.f]\ntarget = 'rm -rf'\n", 6, 'target must be "module:function"'),
        (
            HEAD + "[externals.f]\nsignature = 'x: int'\n",
            6,
            "a signature reads like (order_id: str) -> float",
        ),
        (
            HEAD + "[externals.f]\nsignature = '(x: int'\n",
            6,
            "a signature reads like (order_id: str) -> float",
        ),
        (HEAD + "[externals.f]\nsignature = '(): pass #'\n", 6, "a signature reads like"),
        (HEAD + "[externals.f]\nsignature = '(x: list[Decimal])'\n", 6, "x: annotation has unsupported type"),
        (HEAD + "[externals.f]\nsignature = '(x=open())'\n", 6, "the default of x must be a literal"),
        (HEAD + "[externals.f]\nvalue = [1,\n2026-01-01]\n", 7, "externals.f.value[1]: a date cannot cross"),
        (
            HEAD + "[externals.f]\nvalue = { py = 'open()' }\n",
            6,
            "externals.f.value: py = 'open()': not a literal",
        ),
        (HEAD + "[[cases]]\n", 5, "the key name is missing in [[cases]]"),
        (HEAD + "[[cases]]\nname = 'a'\n[[cases]]\nname = 'a'\n", 8, "two cases are named 'a'"),
        (
            HEAD + "[[cases]]\nname = 'a'\nexpect = 1\nerror = 'x'\n",
            8,
            "a case has expect or error, not both",
        ),
        (HEAD + "[[cases]]\nname = 'a'\ninputs.'b c' = 1\n", 7, "an input's name must be a Python name"),
        (HEAD + "[[cases]]\nname = 'a'\nanswers.f.signature = '()'\n", 7, "unknown key 'signature'"),
        (HEAD + "cases = 1\n", 5, "unknown key 'cases' in [task]"),
        (HEAD + "x = \n", 5, "not valid TOML: Invalid value"),
        (HEAD + "x = 1\nx = 2\n", 6, "not valid TOML: Cannot overwrite a value"),
        (HEAD + "x = '''\n\n", 5, "not valid TOML: "),
        (HEAD + "x = 2026-02-30\n", 5, "not valid TOML: "),
    ],
)
def test_a_problem_names_its_line_and_what_is_accepted(text: str, line: int | None, message: str) -> None:
    with pytest.raises(DocumentError) as raised:
        loads(text, path=Path("t.toml"))
    assert raised.value.line == line
    assert message in raised.value.message
    place = "t.toml" if line is None else f"t.toml:{line}"
    assert str(raised.value).startswith(f"{place}: ")
    assert "\n" not in str(raised.value)


def test_a_code_task_s_input_types_are_texts() -> None:
    text = "format = 1\n[task]\nname = 't'\nkind = 'code'\nsource = ''\n[task.inputs]\nx = 3\n"
    with pytest.raises(DocumentError, match='the type of x must be a text such as "int"') as raised:
        loads(text)
    assert raised.value.line == 7


def test_a_line_is_right_in_a_file_with_windows_line_ends() -> None:
    with pytest.raises(DocumentError) as raised:
        loads((HEAD + "[config]\ntimeout_ms = 0\n").replace("\n", "\r\n"))
    assert raised.value.line == 6


def test_a_sandbox_toml_holds_no_task() -> None:
    with pytest.raises(DocumentError, match=r"unknown key 'task' in sandbox\.toml") as raised:
        loads_defaults(HEAD)
    assert raised.value.line == 2


@pytest.mark.parametrize("load_file", [load, load_defaults])
@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"format = 1\n\x00", "this is a binary file, not text"),
        (b"format = 1\nx = '\xff'\n", "t.toml:2: not UTF-8 text: byte 0xff at offset 16"),
        (b"#" * (10 * 1024 * 1024 + 1), "the file is larger than 10 MB"),
        (b"x = " + b"[" * 100_000, "the values are nested too deeply"),
        (b"x = " + b"9" * 5_000, "not valid TOML: "),
    ],
)
def test_a_file_that_is_no_text_or_too_much_is_one_clear_line(
    tmp_path: Path, load_file: object, content: bytes, message: str
) -> None:
    path = tmp_path / "t.toml"
    path.write_bytes(content)
    with pytest.raises(DocumentError) as raised:
        load_file(path)  # type: ignore[operator]
    assert message in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_missing_file_and_a_folder_are_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="no such file"):
        load(tmp_path / "none.toml")
    with pytest.raises(DocumentError, match="this is a folder, not a file"):
        load(tmp_path)


def test_a_pipe_is_not_opened(tmp_path: Path) -> None:
    import os

    os.mkfifo(tmp_path / "pipe.toml")
    with pytest.raises(DocumentError, match="not a regular file"):
        load(tmp_path / "pipe.toml")


def test_a_hostile_key_or_file_name_cannot_break_the_line_or_reach_the_terminal() -> None:
    with pytest.raises(DocumentError) as raised:
        loads(HEAD + '"\\u001b[31m\\n" = 1\n', path=Path("a\x1b]0;x\x07\n.toml"))
    assert str(raised.value).isprintable()


@given(st.text(max_size=60))
def test_any_text_is_a_document_or_an_error(text: str) -> None:
    try:
        loads(HEAD + text)
    except DocumentError as error:
        assert str(error).isprintable()
