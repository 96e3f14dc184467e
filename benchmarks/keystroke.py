"""A keystroke in the editor of 1,000 lines, coloured and linted, against one in Textual's plain `TextArea`.

    python benchmarks/keystroke.py [--lines 1000] [--keys 200] [--rounds 3]

Each round runs both programs in a pseudo-terminal of 120 by 42. The program times its own keys: from the
moment the key event enters the app until what it changed has been written to the terminal. The editor's text
is linted in a thread whenever nobody has typed for 60 ms, as the workbench does; the keys come in bursts, so
that linting happens in between and, for some keys, at the same time. The ratio is that of the medians; at
most 1.2 is wanted.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import pty
import select
import statistics
import struct
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

COLUMNS, ROWS = 120, 42
BURST = 20  # keys, after which the person thinks
THOUGHT = 0.15  # seconds: long enough for the linter to begin
PAUSE_BEFORE_LINT = 0.06  # seconds, as in the workbench
MOST = 1.2

BLOCK = '''\
def step_{number}(order_id: str, quantity: int = 1) -> dict:
    """Price and route one order."""
    price = lookup_price(order_id)  # an external
    total = price * quantity + {number}
    if total > 100.5 and quantity not in (1, 2, 3):
        return {{"carrier": pick(total, f"{{order_id}}: {{total:.2f}}"), "price": price}}
    names = [name for name in ("road", "rail") if name != "sea"]
    while quantity > 0:
        quantity = quantity - len(names)
    return {{"carrier": None, "price": price}}
'''


def source(lines: int) -> str:
    """Return code of about so many lines."""
    blocks = -(-lines // BLOCK.count("\n"))
    return "".join(BLOCK.format(number=number) for number in range(blocks))


def program(kind: str, lines: int, keys: int, out: Path) -> None:
    """Run one of the two programs in this terminal and write the seconds of each key to `out`."""
    from textual import events
    from textual.app import App, ComposeResult
    from textual.widgets import TextArea

    from sandbox_tui.lint import check
    from sandbox_tui.tui.editor.source_editor import SourceEditor
    from sandbox_tui.tui.safety import install

    class KeystrokeApp(App[None]):
        def __init__(self) -> None:
            super().__init__()
            self.timer: Any = None
            self.linted = 0
            if kind == "editor":
                install(self)

        def compose(self) -> ComposeResult:
            if kind == "editor":
                yield SourceEditor(source(lines))
            else:
                yield TextArea(source(lines), soft_wrap=False, show_line_numbers=True, tab_behavior="indent")

        def on_mount(self) -> None:
            editor = self.query_one(TextArea)
            editor.cursor_blink = False
            editor.focus()
            editor.move_cursor((lines // 2, 4), center=True)
            self.set_timer(1.0, self.begin)

        def begin(self) -> None:
            self.run_worker(self.type_keys())

        def on_source_editor_edited(self, message: SourceEditor.Edited) -> None:
            if self.timer is not None:
                self.timer.stop()
            self.timer = self.set_timer(PAUSE_BEFORE_LINT, lambda: self.lint(message.editor))

        def lint(self, editor: SourceEditor) -> None:
            text, version = editor.text, editor.version

            def work() -> None:
                found = check(text)
                self.call_from_thread(editor.set_diagnostics, found, version)
                self.linted += 1

            self.run_worker(work, thread=True, exclusive=True, group="lint", exit_on_error=False)

        async def type_keys(self) -> None:
            written = asyncio.Event()
            assert self._driver is not None
            write = self._driver.write

            def noticing(data: str) -> None:
                write(data)
                if "Z" in data:  # the key that is typed; it is nowhere in the text
                    written.set()

            self._driver.write = noticing  # type: ignore[method-assign]
            seconds: list[float] = []
            for number in range(keys):
                if number % BURST == 0:
                    await asyncio.sleep(THOUGHT)
                written.clear()
                begin = time.perf_counter()
                self.post_message(events.Key("Z", "Z"))
                await written.wait()
                seconds.append(time.perf_counter() - begin)
                await asyncio.sleep(0.02)
                if number % BURST == BURST - 1:  # a line of Zs would be longer than the screen
                    self.query_one(TextArea).undo()
                    await asyncio.sleep(0.05)
            out.write_text(json.dumps({"seconds": seconds, "linted": self.linted}))
            self.exit()

    KeystrokeApp().run()


def measure(kind: str, lines: int, keys: int) -> dict[str, Any]:
    """Run one program in a pseudo-terminal; return its times and the bytes it wrote."""
    with tempfile.TemporaryDirectory() as directory:
        out = Path(directory) / "times.json"
        master, slave = pty.openpty()
        import fcntl
        import termios

        fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        command = [sys.executable, __file__, "--program", kind, "--lines", str(lines), "--keys", str(keys)]
        environment = {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor"}
        process = subprocess.Popen(
            [*command, "--out", str(out)],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env=environment,
            start_new_session=True,
        )
        os.close(slave)
        written = b""
        limit = time.monotonic() + 60 + keys  # far more than it takes
        while process.poll() is None:
            if time.monotonic() > limit:
                process.kill()
            if select.select([master], [], [], 0.1)[0]:
                try:
                    written += os.read(master, 65536)
                except OSError:
                    break
        process.wait()
        os.close(master)
        if not out.exists():
            raise SystemExit(f"the program failed:\n{written[-2000:].decode(errors='replace')}")
        return {**json.loads(out.read_text()), "bytes": len(written)}


def main() -> None:
    """Measure both and print the ratio."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--lines", type=int, default=1_000)
    parser.add_argument("--keys", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--program", help=argparse.SUPPRESS)
    parser.add_argument("--out", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.program:
        program(arguments.program, arguments.lines, arguments.keys, arguments.out)
        return
    times: dict[str, list[float]] = {"plain": [], "editor": []}
    sent = {"plain": 0, "editor": 0}
    linted = 0
    for _ in range(arguments.rounds):
        for kind, seconds in times.items():
            result = measure(kind, arguments.lines, arguments.keys)
            seconds += result["seconds"]
            sent[kind] += result["bytes"]
            linted += result["linted"]
    for kind, seconds in times.items():
        ordered = sorted(seconds)
        print(
            f"{kind:>7}: median {statistics.median(seconds) * 1e3:6.2f} ms, "
            f"95 % within {ordered[int(len(ordered) * 0.95)] * 1e3:6.2f} ms, "
            f"{sent[kind] / len(seconds):8.0f} bytes a key"
        )
    ratio = statistics.median(times["editor"]) / statistics.median(times["plain"])
    print(f"the text was linted {linted} times meanwhile")
    print(f"keystroke in {arguments.lines} lines, editor / plain TextArea: {ratio:.2f} (at most {MOST})")
    sys.exit(ratio > MOST)


if __name__ == "__main__":
    main()
