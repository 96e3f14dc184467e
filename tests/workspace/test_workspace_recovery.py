"""What is typed and not saved survives: the journal of unsaved documents."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from sandbox_tui.workspace.document import Case, Document, ExternalSpec
from sandbox_tui.workspace.errors import FileChangedError
from sandbox_tui.workspace.recovery import Recovery, state_folder
from sandbox_tui.workspace.toml import dumps, load, save


@pytest.fixture
def journal(tmp_path: Path) -> Recovery:
    return Recovery(tmp_path / "state" / "recovery")


@pytest.fixture
def document(tmp_path: Path) -> Document:
    """A saved document that was changed since."""
    path = tmp_path / "task.toml"
    save(Document(name="task", source="def f() -> int:\n    return 1\n"), path)
    found = load(path)
    found.source = "def f() -> int:\n    return 2\n"
    return found


def left_by_another_process(journal: Recovery, pid: int, started: str | None = None) -> None:
    """Makes the notes those of another process."""
    for note in journal.folder.glob("*.json"):
        record = json.loads(note.read_text())
        record.update(pid=pid, started=started)
        note.unlink()
        note.with_name(f"{note.stem.split('-')[0]}-{pid}.json").write_text(json.dumps(record))


def a_dead_process() -> int:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def test_what_is_noted_is_offered_when_the_process_is_gone(journal: Recovery, document: Document) -> None:
    assert journal.note(document)
    left_by_another_process(journal, a_dead_process())
    (unsaved,) = journal.pending()
    assert unsaved.document() == document
    assert unsaved.path == document.path
    assert not unsaved.file_has_changed()


def test_a_kill_at_any_time_loses_nothing_that_was_noted(tmp_path: Path) -> None:
    program = (
        "import os, signal, sys\n"
        "from pathlib import Path\n"
        "from sandbox_tui.workspace.document import Document\n"
        "from sandbox_tui.workspace.recovery import Recovery\n"
        "Recovery(Path(sys.argv[1])).note(Document(name='typed', source='x = 1'))\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    killed = subprocess.run([sys.executable, "-c", program, str(tmp_path)])
    assert killed.returncode == -9
    assert [each.document().source for each in Recovery(tmp_path).pending()] == ["x = 1"]


def test_a_later_note_takes_the_place_of_the_earlier(journal: Recovery, document: Document) -> None:
    journal.note(document)
    document.source = "later"
    journal.note(document)
    assert [each.document().source for each in journal.pending()] == ["later"]


def test_what_comes_back_can_be_saved_over_the_file_it_was_read_from(
    journal: Recovery, document: Document
) -> None:
    journal.note(document)
    back = journal.pending()[0].document()
    save(back)
    assert back.path is not None
    assert load(back.path).source == document.source


def test_what_comes_back_is_not_saved_over_a_file_that_has_changed(
    journal: Recovery, document: Document
) -> None:
    journal.note(document)
    assert document.path is not None
    document.path.write_text("theirs")
    with pytest.raises(FileChangedError):
        save(journal.pending()[0].document())


def test_forgetting_an_old_note_leaves_a_newer_one(journal: Recovery, document: Document) -> None:
    journal.note(document)
    (old,) = journal.pending()
    document.source = "newer"
    journal.note(document)
    journal.forget(old)
    (new,) = journal.pending()
    assert new.document().source == "newer"
    journal.forget(new)
    assert journal.pending() == []


def test_what_is_discarded_is_not_offered(journal: Recovery, document: Document) -> None:
    journal.note(document)
    journal.discard(document)
    assert journal.pending() == []
    assert list(journal.folder.iterdir()) == []


def test_pending_can_be_asked_for_one_file(journal: Recovery, document: Document, tmp_path: Path) -> None:
    journal.note(document)
    journal.note(Document(name="new", source="y"))
    assert [each.name for each in journal.pending(document.path)] == ["task"]
    assert journal.pending(tmp_path / "other.toml") == []
    assert [each.name for each in journal.pending()] == ["new", "task"]


def test_what_another_living_process_edits_is_neither_offered_nor_discarded(
    journal: Recovery, document: Document
) -> None:
    journal.note(document)
    left_by_another_process(journal, os.getppid())
    assert journal.pending() == []
    journal.discard(document)
    assert len(list(journal.folder.iterdir())) == 1


@pytest.mark.skipif(
    not Path("/proc/self/stat").exists(), reason="the system does not tell when a process began"
)
def test_a_process_that_got_the_number_of_a_dead_one_is_not_taken_for_it(
    journal: Recovery, document: Document
) -> None:
    journal.note(document)
    left_by_another_process(journal, os.getppid(), started="1")
    assert len(journal.pending()) == 1


def test_what_was_saved_after_all_is_dropped(journal: Recovery, document: Document) -> None:
    journal.note(document)
    save(document)
    assert journal.pending() == []
    assert list(journal.folder.iterdir()) == []


def test_a_file_that_changed_meanwhile_is_told(journal: Recovery, document: Document) -> None:
    journal.note(document)
    assert document.path is not None
    document.path.write_text("something else")
    assert journal.pending()[0].file_has_changed()


def test_an_unfinished_document_comes_back_as_it_was(journal: Recovery) -> None:
    document = Document(
        name="",
        source="def f(\ud800",
        config={"timeout_ms": 0},
        externals={"g": ExternalSpec("g", signature="(x:", answer="raise", error="Val")},
        cases=[Case("a"), Case("a")],
    )
    journal.note(document)
    assert journal.pending()[0].document() == document


def test_a_value_that_no_file_can_hold_does_not_keep_the_source_from_being_noted(journal: Recovery) -> None:
    journal.note(Document(name="t", source="precious", cases=[Case("c", {"x": object()})]))
    assert journal.pending()[0].document().source == "precious"


def test_notes_are_for_the_user_alone(journal: Recovery, document: Document) -> None:
    journal.note(document)
    (note,) = journal.folder.iterdir()
    assert stat.S_IMODE(note.stat().st_mode) == 0o600
    assert stat.S_IMODE(journal.folder.stat().st_mode) == 0o700


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"\x00\xff",
        b"[]",
        b"{}",
        b'{"path": 1}',
        b"[" * 100_000,
        b'{"path":null,"name":"","text":"","stamp":{"a":1},"time":0,"pid":1,"started":null}',
        b'{"path":null,"name":"","text":"","stamp":null,"time":0,"pid":-1,"started":null}',
        b'{"path":"\\u0000","name":"","text":"","stamp":null,"time":0,"pid":1,"started":null}',
    ],
)
def test_a_damaged_note_is_kept_aside_and_the_others_are_offered(
    journal: Recovery, document: Document, content: bytes
) -> None:
    journal.note(document)
    (journal.folder / "bad-1.json").write_bytes(content)
    assert [each.name for each in journal.pending()] == ["task"]
    assert (journal.folder / "bad-1.damaged").read_bytes() == content


def test_a_note_of_no_document_is_offered_with_its_text(journal: Recovery, document: Document) -> None:
    journal.note(document)
    (note,) = journal.folder.iterdir()
    note.write_text(json.dumps({**json.loads(note.read_text()), "text": "not toml ["}))
    assert journal.pending()[0].text == "not toml ["


def test_a_journal_that_cannot_be_written_says_so_and_raises_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    journal = Recovery(tmp_path / "file" / "recovery")
    assert not journal.note(Document(name="t"))
    assert journal.problem
    assert journal.pending() == []
    journal.discard(Path("x"))


def test_the_state_folder_can_be_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SANDBOX_TUI_STATE", str(tmp_path / "own"))
    assert state_folder() == tmp_path / "own"
    monkeypatch.delenv("SANDBOX_TUI_STATE")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "xdg"))
    assert state_folder() == tmp_path / "xdg" / "sandbox-tui"
    monkeypatch.setenv("XDG_STATE_HOME", "relative")
    assert state_folder() == Path.home() / ".local" / "state" / "sandbox-tui"


def test_what_the_journal_holds_is_the_text_of_the_file_to_be(journal: Recovery, document: Document) -> None:
    journal.note(document)
    assert journal.pending()[0].text == dumps(document)
