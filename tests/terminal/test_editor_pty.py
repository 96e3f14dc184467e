"""The editor and the care for the terminal, in a real (pseudo-)terminal: bytes, keys, mouse, signals."""

from __future__ import annotations

import re
import signal
import sys
from pathlib import Path

import pytest
from harness import ENTER, ESCAPE, F8, LEFT, SHIFT_TAB, TAB, UP, Terminal, ctrl

APP = Path(__file__).parent / "editor_app.py"
SOURCE = "def f(x):\n    return g(x)\n"

# All that a terminal could obey or hide, each in front of a letter, and whole sequences that do harm.
CONTROLS = [chr(code) for code in [*range(0x20), *range(0x7F, 0xA0)] if chr(code) not in "\t\n\r"]
INVISIBLE = ["\u00ad", "\u061c", *map(chr, range(0x200B, 0x2010)), *map(chr, range(0x2028, 0x202F))]
INVISIBLE += [
    *map(chr, range(0x2060, 0x2070)),
    "\ufeff",
    "\u180e",
    "\u3164",
    "\U000e0041",
    "\U000e0100",
    "\u034f",
]
SEQUENCES = [
    "\x1b]52;c;aGFybQ==\x1b\\",
    "\x1b]52;c;aGFybQ==\x07",
    "\x1b]0;harm\x07",
    "\x1b]0;harm\x1b\\",
    "\x1b[31;5m",
    "\x1b[6n",
    "\x1b[2J",
    "\x1b[?1049l",
    "\x1bc",
    "\x1bPharm\x1b\\",
    "\x9b31;5m",
    "\x9d0;harm\x9c",
]
MARKUP = ["[b]X[/b]", "[/nope]", "[", "[@click=app.quit]x[/]", "[link=http://harm]y[/link]", ":smile:"]
HOSTILE = "".join(f"{mark}a" for mark in [*CONTROLS, *INVISIBLE])

# The last one is Textual's own: the shape of the mouse pointer.
ESCAPE_SEQUENCE = re.compile(r"\x1b(?:\[[0-9;?<>=$]*[a-zA-Z]|[()][0-9A-B]|[=>78c]|\]22;[a-z-]*\x07)")
FORBIDDEN = re.compile("[" + "".join(map(re.escape, [*CONTROLS, *INVISIBLE])) + "\ud800-\udfff]")


def surfaces(tmp_path: Path, text: str, how: str) -> Terminal:
    source = tmp_path / "text.txt"
    source.write_bytes(text.encode("utf-8", "surrogatepass"))
    with Terminal([sys.executable, str(APP), "surfaces", str(source), how], columns=100, rows=60) as terminal:
        terminal.wait_until(lambda: b"all-shown" in terminal.raw, "the last toast")
        terminal.send(ctrl("q"))
        assert terminal.wait_end() == 0
    return terminal


def shapes(raw: str) -> set[str]:
    """The escape sequences, without the numbers of those that differ by position and colour only."""
    found = set(ESCAPE_SEQUENCE.findall(raw))
    return {re.sub(r"[0-9]+", "n", sequence) if sequence[-1] in "mH" else sequence for sequence in found}


def leaks(raw: str) -> list[str]:
    """What a terminal would obey or hide, apart from the sequences that Textual itself writes."""
    clean = ESCAPE_SEQUENCE.sub("", raw)
    return FORBIDDEN.findall(clean.replace("\r", "").replace("\n", "").replace("\t", ""))


@pytest.mark.parametrize("how", ["made-visible", "filtered"])
@pytest.mark.parametrize(
    "text",
    [HOSTILE, "".join(SEQUENCES), "x\ud800y"],
    ids=["controls and invisible characters", "sequences", "surrogate"],
)
def test_no_surface_lets_a_control_through(tmp_path: Path, text: str, how: str) -> None:
    raw = surfaces(tmp_path, text, how).raw.decode("utf-8")
    assert leaks(raw) == []
    assert not {"\x1b]52", "\x1b]0", "\x1b[6n", "\x1b[31;5m"} & set(
        re.findall(r"\x1b[\]\[][0-9;]+[a-z]?", raw)
    )


def test_without_the_two_layers_the_controls_do_arrive(tmp_path: Path) -> None:
    assert leaks(surfaces(tmp_path, HOSTILE, "raw").raw.decode("utf-8")) != []


def test_a_hostile_text_brings_no_escape_sequence_of_its_own(tmp_path: Path) -> None:
    baseline = shapes(surfaces(tmp_path, "quite harmless text", "made-visible").raw.decode())
    for how in ("made-visible", "filtered"):
        hostile = shapes(surfaces(tmp_path, "".join(SEQUENCES), how).raw.decode())
        assert {shape for shape in hostile - baseline if shape[-1] != "m"} == set()


def test_markup_is_shown_as_it_stands(tmp_path: Path) -> None:
    text = " ".join(MARKUP)
    assert text in surfaces(tmp_path, text, "made-visible").raw.decode()


@pytest.fixture
def editor(tmp_path: Path) -> Terminal:
    source = tmp_path / "task.py"
    source.write_text(SOURCE, encoding="utf-8")
    terminal = Terminal(
        [sys.executable, str(APP), "editor", str(source), str(tmp_path / "kept")],
        environment={"XDG_STATE_HOME": str(tmp_path / "state")},
    )
    with terminal:
        terminal.wait_for("return g(x)")
        yield terminal


def restored(terminal: Terminal) -> bool:
    modes = (1049, 1000, 1003, 1006, 2004, 1004)
    return not any(terminal.mode(mode) for mode in modes) and terminal.mode(25)


def test_typed_text_and_keys_arrive(editor: Terminal) -> None:
    editor.send("#", ENTER, "if x:", ENTER, "y")
    editor.wait_for("2  if x:")
    editor.wait_for("3      ydef f(x):")


def test_alt_with_a_letter_types_nothing(editor: Terminal) -> None:
    editor.send("\x1bx", "z")
    editor.wait_for("zdef f(x):")


def test_the_comment_key_arrives_as_terminals_send_it(editor: Terminal) -> None:
    editor.send("\x1f")
    editor.wait_for("# def f(x):")


def test_escape_then_tab_goes_on_to_the_next_widget(editor: Terminal) -> None:
    editor.send(ESCAPE, ESCAPE, TAB)
    editor.wait_until(lambda: editor.cursor[1] > 15, "the cursor in the next widget")
    editor.send("typed elsewhere")
    editor.wait_for("typed elsewhere")
    assert editor.find("typed elsewhere")[1] > 15


def test_keys_that_come_at_once_act_in_their_order(editor: Terminal) -> None:
    editor.send(f"ab{LEFT}c{ctrl('z')}d{UP}{ctrl('e')}!")
    editor.wait_for("adbdef f(x):!")


def test_a_click_beside_a_line_reaches_it(editor: Terminal) -> None:
    _, row = editor.find("return")
    editor.click(0, row)
    editor.wait_for("●")
    assert editor.find("●") == (0, row)


def test_a_paste_is_typed_as_it_is(editor: Terminal) -> None:
    editor.paste("a = [1,\n     2]\n")
    editor.wait_for("     2]")
    editor.wait_for("3  def f(x):")


def test_the_screen_is_the_same_after_edits_as_when_painted_afresh(editor: Terminal) -> None:
    editor.send(
        "a = 1",
        ENTER,
        "(",
        ")",
        "\x1b[D",
        "b",
        ENTER,
        SHIFT_TAB,
        F8,
        "\x1b[A",
        "\x1b[A",
        "\x1b[1;2B",
        "\x1b[1;2B",
    )
    editor.send("\x1b[C", ctrl("z"), ctrl("z"), ctrl("y"), "\x1b[F", "!")
    editor.wait_for("!")
    editor.wait_until(lambda: "version" in editor.text, "the edits")
    before = editor.lines
    looks = [[editor.cell(column, row)[:5] for column in range(80)] for row in range(24)]
    editor.resize(81, 24)
    editor.send("?", "\x7f")
    editor.resize(80, 24)
    editor.wait_until(lambda: editor.lines[2:] == before[2:], "the same screen")
    again = [[editor.cell(column, row)[:5] for column in range(80)] for row in range(24)]
    assert again[2:20] == looks[2:20]


def test_a_key_sends_one_line_to_the_terminal(tmp_path: Path) -> None:
    source = tmp_path / "task.py"
    source.write_text(SOURCE * 100, encoding="utf-8")
    with Terminal([sys.executable, str(APP), "editor", str(source)], columns=120, rows=42) as terminal:
        terminal.wait_for("return g(x)")
        for typed in ("x", "xy", "xyz"):  # the first one changes the width of the label, and so the layout
            terminal.wait_quiet()
            before = len(terminal.raw)
            terminal.send(typed[-1])
            terminal.wait_for(f"{typed}def")
            terminal.wait_quiet()
        assert len(terminal.raw) - before < 3_000


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_restores_the_terminal_and_keeps_the_work(
    editor: Terminal, tmp_path: Path, number: signal.Signals
) -> None:
    editor.send("unsaved ")
    editor.wait_for("unsaved def f")
    assert editor.mode(1049) and editor.mode(1000) and not editor.mode(25)
    editor.signal(number)
    assert editor.wait_end() == 128 + number
    assert restored(editor)
    assert editor.attributes == editor.attributes_before
    assert (tmp_path / "kept").read_text(encoding="utf-8") == f"unsaved {SOURCE}"


def test_a_signal_while_starting_restores_the_terminal(tmp_path: Path) -> None:
    with Terminal([sys.executable, str(APP), "editor"]) as terminal:
        terminal.wait_until(lambda: terminal.mode(1049), "the alternate screen")
        terminal.signal(signal.SIGTERM)
        assert terminal.wait_end() == 128 + signal.SIGTERM
        assert restored(terminal)
        assert terminal.attributes == terminal.attributes_before


def test_a_closed_terminal_ends_the_program_and_keeps_the_work(editor: Terminal, tmp_path: Path) -> None:
    editor.send("unsaved ")
    editor.wait_for("unsaved def f")
    editor.close()
    assert editor.wait_end() == 128 + signal.SIGHUP
    assert (tmp_path / "kept").read_text(encoding="utf-8") == f"unsaved {SOURCE}"


def test_an_error_of_the_program_prints_one_line_and_no_values(tmp_path: Path) -> None:
    state = tmp_path / "state"
    command = [sys.executable, str(APP), "fails", str(tmp_path / "kept")]
    with Terminal(command, environment={"XDG_STATE_HOME": str(state)}, columns=200) as terminal:
        terminal.wait_for("y = 2")
        terminal.send("z")
        assert terminal.wait_end() == 1
        assert restored(terminal)
        said = ESCAPE_SEQUENCE.sub("", terminal.raw.decode().rpartition("\x1b[?1049l")[2]).split("\r\n")
    (report,) = (state / "sandbox-tui").iterdir()
    assert said == [
        f"sandbox-tui: stopped by an error of its own (ValueError); the details are in {report}",
        "",
    ]
    assert report.stat().st_mode & 0o777 == 0o600
    details = report.read_text(encoding="utf-8")
    assert "ValueError: 6" in details
    assert 'secret = "S3CR3T"' not in terminal.raw.decode()
    assert "zx = 1" in (tmp_path / "kept").read_text(encoding="utf-8")


def test_an_ordinary_end_restores_the_terminal(editor: Terminal) -> None:
    editor.send(ctrl("q"))
    assert editor.wait_end() == 0
    assert restored(editor)
    assert editor.attributes == editor.attributes_before
