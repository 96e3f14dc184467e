"""A program in a terminal of its own: what it writes as bytes, and what a person would see.

`Terminal` runs a command in a pseudo-terminal, feeds it keys and mouse, and waits until the screen shows
something; there is no sleeping. The screen is kept by pyte, a terminal emulator; `raw` holds every byte that
the program has written.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType

import pyte

# What pyte does not know and would print: private modes of keyboards, requests for a mode.
_UNKNOWN_TO_PYTE = re.compile(rb"\x1b\[[<>=][0-9;]*[a-zA-Z]|\x1b\[\?[0-9;]*\$[a-zA-Z]")
_UNFINISHED = re.compile(rb"\x1b(\[[0-9;?<>=$]*)?$")

ESCAPE = "\x1b"
ENTER = "\r"
TAB = "\t"
SHIFT_TAB = "\x1b[Z"
UP, DOWN, RIGHT, LEFT = "\x1b[A", "\x1b[B", "\x1b[C", "\x1b[D"
BACKSPACE = "\x7f"
F1, F4, F5, F6, F8, F9 = "\x1bOP", "\x1bOS", "\x1b[15~", "\x1b[17~", "\x1b[19~", "\x1b[20~"


def ctrl(letter: str) -> str:
    """Return what a terminal sends for ctrl and a letter."""
    return chr(ord(letter) & 0x1F)


class Terminal:
    """A command that runs in a pseudo-terminal; a context manager that leaves nothing running."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        columns: int = 80,
        rows: int = 24,
        environment: dict[str, str] | None = None,
        directory: Path | None = None,
        patience: float = 20.0,
    ) -> None:
        self.patience = patience
        self.raw = b""
        self._carry = b""
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)
        self._master, slave = pty.openpty()
        self._set_size(columns, rows)
        self.attributes_before = termios.tcgetattr(slave)
        plain = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "TEXTUAL_ANIMATIONS": "none"}
        inherited = {
            name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "COLUMNS", "LINES")
        }
        self.process = subprocess.Popen(
            command,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env={**inherited, **plain, **(environment or {})},
            cwd=directory,
            start_new_session=True,
            # A controlling terminal, so that closing it sends SIGHUP as a real one does.
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )
        self._slave = slave  # held open, so that what was written last is not lost when the program ends

    def __enter__(self) -> Terminal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.close()

    # --- What the person does

    def send(self, *keys: str) -> None:
        """Type keys, each as the terminal would send it."""
        for key in keys:
            os.write(self._master, key.encode())

    def paste(self, text: str) -> None:
        """Paste text, in brackets."""
        self.send(f"\x1b[200~{text}\x1b[201~")

    def click(self, column: int, row: int) -> None:
        """Press and release the left button at a cell, counted from 0."""
        self.send(f"\x1b[<0;{column + 1};{row + 1}M", f"\x1b[<0;{column + 1};{row + 1}m")

    def resize(self, columns: int, rows: int) -> None:
        """Change the size of the window."""
        self._screen.resize(rows, columns)
        self._set_size(columns, rows)

    def close(self) -> None:
        """Close the window, as a person or a dropped connection does."""
        for name in ("_slave", "_master"):
            descriptor = getattr(self, name)
            if descriptor >= 0:
                os.close(descriptor)
                setattr(self, name, -1)

    # --- What the person sees

    @property
    def lines(self) -> list[str]:
        """The screen, row by row, without trailing space."""
        return [line.rstrip() for line in self._screen.display]

    @property
    def text(self) -> str:
        """The whole screen."""
        return "\n".join(self.lines)

    @property
    def cursor(self) -> tuple[int, int]:
        """Column and row of the cursor, from 0."""
        return self._screen.cursor.x, self._screen.cursor.y

    def cell(self, column: int, row: int) -> pyte.screens.Char:
        """One cell with its colours."""
        return self._screen.buffer[row][column]

    def find(self, text: str) -> tuple[int, int]:
        """Return column and row of the first place where `text` stands."""
        for row, line in enumerate(self._screen.display):
            if (column := line.find(text)) >= 0:
                return column, row
        raise AssertionError(f"{text!r} is not on the screen:\n{self.text}")

    def mode(self, number: int) -> bool:
        """Tell whether a private mode (1049: alternate screen, 1000: mouse, 25: cursor, ...) was last set or
        reset.
        """
        found = re.findall(rb"\x1b\[\?%d([hl])" % number, self.raw)
        return bool(found) and found[-1] == b"h"

    # --- Waiting

    def wait_until(self, condition: Callable[[], bool], what: str) -> None:
        """Read what the program writes until `condition` holds; fail with the screen when it never does."""
        deadline = time.monotonic() + self.patience
        while not condition():
            left = deadline - time.monotonic()
            if left <= 0:
                raise AssertionError(f"waited in vain for {what}; the screen shows:\n{self.text}")
            if not self._read(min(left, 0.2)) and self.process.poll() is not None and not condition():
                raise AssertionError(f"the program ended before {what}; the screen shows:\n{self.text}")

    def wait_for(self, text: str) -> None:
        """Wait until `text` is on the screen."""
        self.wait_until(lambda: text in self.text, repr(text))

    def wait_gone(self, text: str) -> None:
        """Wait until `text` is no longer on the screen."""
        self.wait_until(lambda: text not in self.text, f"{text!r} to go")

    def wait_quiet(self, seconds: float = 0.3) -> None:
        """Wait until the program has written nothing for a moment: for measuring what comes next, not for
        content.
        """
        while self._read(seconds):
            pass

    def wait_end(self) -> int:
        """Wait until the program has ended and all it wrote is read; return its exit status."""
        deadline = time.monotonic() + self.patience
        while self.process.poll() is None:
            if time.monotonic() > deadline:
                raise AssertionError(f"the program does not end; the screen shows:\n{self.text}")
            self._read(0.1)
        while self._read(0.05):
            pass
        return self.process.returncode

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the program."""
        self.process.send_signal(number)

    @property
    def attributes(self) -> list[object]:
        """The line discipline of the terminal now, to compare with `attributes_before`."""
        return termios.tcgetattr(self._slave)

    def _read(self, seconds: float) -> bool:
        """Read what there is, waiting so long for it; return whether there was anything."""
        if self._master < 0:
            time.sleep(seconds)  # the window is closed: only the program's end can be waited for
            return False
        ready, _, _ = select.select([self._master], [], [], seconds)
        if not ready:
            return False
        data = b""
        with contextlib.suppress(OSError):  # EIO: the other side is closed
            data = os.read(self._master, 65536)
        self.raw += data
        self._feed(data)
        return bool(data)

    def _feed(self, data: bytes) -> None:
        data = _UNKNOWN_TO_PYTE.sub(b"", self._carry + data)
        unfinished = _UNFINISHED.search(data)
        cut = unfinished.start() if unfinished else len(data)
        self._carry = data[cut:]
        self._stream.feed(data[:cut])

    def _set_size(self, columns: int, rows: int) -> None:
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
