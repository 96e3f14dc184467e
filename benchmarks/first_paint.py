"""First paint of the workbench against that of a Textual app with one `TextArea`, as whole processes in a
terminal.

    python benchmarks/first_paint.py [--runs 9] [PATH]
    python benchmarks/first_paint.py --command "python -m my_app" --ready "some text"

Both start in turn in a pseudo-terminal of 120 by 40. A program has painted when the terminal has got a frame
with its text in it: for the workbench its header; when the task's code stands on the screen too is reported
beside it. Modules are compiled once beforehand. The ratio is the median of the pairs; at most 1.3 is wanted.
"""

from __future__ import annotations

import argparse
import fcntl
import os
import pty
import re
import select
import shlex
import statistics
import struct
import subprocess
import sys
import tempfile
import termios
import time
from pathlib import Path

COLUMNS, ROWS = 120, 40
AT_MOST = 1.3
PATIENCE = 30.0

PLAIN = """\
from textual.app import App
from textual.widgets import TextArea

class Plain(App):
    def compose(self):
        yield TextArea("def painted(): ...", show_line_numbers=True)

Plain().run()
"""
ESCAPE_SEQUENCE = re.compile(rb"\x1b(?:\[[0-9;?<>=$]*[a-zA-Z]|\][^\x07]*\x07|[=>])")


def seconds_to_paint(command: list[str], texts: list[bytes], environment: dict[str, str]) -> list[float]:
    """Start a program, wait until each of `texts` has been on its screen, end it; return the times."""
    master, slave = pty.openpty()
    fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    began = time.perf_counter()
    process = subprocess.Popen(
        command, stdin=slave, stdout=slave, stderr=slave, env=environment, start_new_session=True
    )
    os.close(slave)
    written = b""
    taken: dict[bytes, float] = {}
    try:
        while len(taken) < len(texts):
            if time.perf_counter() - began > PATIENCE:
                raise SystemExit(f"{command} never painted all of {texts}:\n{written[-2000:]!r}")
            if select.select([master], [], [], 0.5)[0]:
                written += os.read(master, 65536)
            seen = ESCAPE_SEQUENCE.sub(b"", written)
            now = time.perf_counter() - began
            for text in texts:
                if text in seen:
                    taken.setdefault(text, now)
        return [taken[text] for text in texts]
    except OSError as error:
        raise SystemExit(f"{command} ended before it painted:\n{written[-2000:]!r}") from error
    finally:
        process.kill()
        process.wait()
        os.close(master)


def main() -> int:
    """Print medians and their ratio; 1 if the ratio is above `AT_MOST`."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("path", nargs="?", type=Path, default=Path(__file__).parents[1] / "sample_tasks")
    parser.add_argument("--runs", type=int, default=9)
    parser.add_argument("--command", help="another program to measure, instead of the workbench")
    parser.add_argument("--ready", default="sandbox-tui", help="what is on its screen when it has painted")
    parser.add_argument("--content", default="def ", help="what is on its screen when its content is there")
    arguments = parser.parse_args()
    ours = [sys.executable, "-m", "sandbox_tui", str(arguments.path)]
    if arguments.command:
        ours = shlex.split(arguments.command)
    plain = [sys.executable, "-c", PLAIN]
    texts = [arguments.ready.encode(), arguments.content.encode()]
    with tempfile.TemporaryDirectory() as scratch:
        environment = {
            **{name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"},
            "PYTHONPYCACHEPREFIX": f"{scratch}/compiled",
            "SANDBOX_TUI_STATE": f"{scratch}/state",
            "XDG_CONFIG_HOME": f"{scratch}/config",
            "TERM": "xterm-256color",
            "COLORTERM": "truecolor",
        }

        def pair() -> tuple[float, float, float]:
            paint, content = seconds_to_paint(ours, texts, environment)
            return paint, content, seconds_to_paint(plain, [b"def painted"], environment)[0]

        pair()  # compiles the modules
        pairs = [pair() for _ in range(arguments.runs)]
    paint, content, other = (statistics.median(column) * 1e3 for column in zip(*pairs))
    ratio = statistics.median(own / other for own, _, other in pairs)
    print(f"workbench     {paint:7.1f} ms, its content {content:7.1f} ms")
    print(f"one TextArea  {other:7.1f} ms")
    print(f"content, workbench / one TextArea: {statistics.median(own / b for _, own, b in pairs):.2f}")
    print(f"first paint, workbench / one TextArea: {ratio:.2f} (at most {AT_MOST})")
    return int(ratio > AT_MOST)


if __name__ == "__main__":
    sys.exit(main())
