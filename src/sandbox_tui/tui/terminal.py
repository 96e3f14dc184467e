"""Care for the terminal: whatever ends the program, the terminal is as it was before, and the work is kept.

Textual alone leaves the terminal in its own mode (alternate screen, mouse reports, no cursor) on SIGTERM,
SIGHUP and a closed terminal, and on an error of the program prints a traceback with the values of local
variables, which may be secrets of the user's. `TerminalCare` is the base of an `App` that does neither.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
import time
from pathlib import Path
from typing import Any, TypeVar

from rich.console import RenderableType
from textual.app import App

from sandbox_tui.lint.visible import visible

ReturnType = TypeVar("ReturnType")

_SIGNALS = ("SIGTERM", "SIGHUP")
# An orderly end takes well under a second; what takes longer hangs (a thread that waits, a terminal that is
# gone).
_PATIENCE_SECONDS = 5.0
_KEPT_REPORTS = 10

_RESET = (
    "\x1b[?1000l\x1b[?1003l\x1b[?1015l\x1b[?1006l\x1b[?1016l"  # mouse
    "\x1b[?2004l\x1b[?1004l\x1b[?2048l"  # bracketed paste, focus reports, resize reports
    "\x1b[<u"  # kitty keyboard protocol
    "\x1b[?7h\x1b[?1049l\x1b[?25h"  # line wrap, main screen, cursor
)


class TerminalCare(App[ReturnType]):
    """An app that can be ended from outside, or fail, without harm. Use it as base: `class
    Workbench(TerminalCare[None])`.

    - SIGTERM and SIGHUP end it in order (widgets unmount, the terminal is restored) with return code 128 +
      signal. A second signal, or five seconds, end it at once; the terminal is restored even so.
    - A terminal that was closed ends it with return code 129, as SIGHUP does.
    - An error of the program writes a report only the user can read, prints one line that names it, and gives
      return code 1.

    Override `keep_work` to save what must not be lost. Start it by `run_app`, which returns the exit status:
    Textual's own `run` returns normally after a failure.
    """

    _ending = False
    _failed = False
    _last_words: str | None = None
    _terminal_attributes: Any = None

    def keep_work(self) -> None:
        """Save unsaved work: called once, before the program ends by a signal, a lost terminal or an error.

        Must be quick and must not ask. An exception here is written to the report and goes no further.
        """

    def on_load(self) -> None:
        """Take over the signals before the terminal is touched."""
        import asyncio

        self._terminal_attributes = _terminal_attributes()
        loop = asyncio.get_running_loop()
        for name in _SIGNALS:
            # Neither on Windows nor outside the main thread (tests run apps there) can a loop handle signals.
            with contextlib.suppress(AttributeError, NotImplementedError, RuntimeError, ValueError):
                number = getattr(signal, name)
                loop.add_signal_handler(number, self._end_by_signal, number)

    def panic(self, *renderables: RenderableType) -> None:
        """End because Textual cannot go on: mostly its input thread, when the terminal is gone."""
        if _terminal_attributes() is None and not self.is_headless:
            self._end(128 + 1, "sandbox-tui: the terminal was closed")
            return
        with self.console.capture() as captured:
            for renderable in renderables:
                self.console.print(renderable)
        self._handle_exception(RuntimeError(captured.get()))

    def _end_by_signal(self, number: int) -> None:
        if self._ending:
            self._end_at_once(128 + number)
        self._end(128 + number, None)

    def _end(self, return_code: int, last_words: str | None) -> None:
        """End in order, and watch that it happens."""
        if self._ending:
            return
        self._ending = True
        self._last_words = last_words
        self._keep_work_safely()
        watch = threading.Timer(_PATIENCE_SECONDS, self._end_at_once, [return_code])
        watch.daemon = True
        watch.start()
        self.exit(return_code=return_code)

    def _end_at_once(self, return_code: int) -> None:
        restore_terminal(self._terminal_attributes)
        os._exit(return_code)

    def _keep_work_safely(self) -> str:
        """Call `keep_work`; return the traceback of what went wrong in it, or an empty text."""
        try:
            self.keep_work()
        except Exception:
            import traceback

            return traceback.format_exc()
        return ""

    def _handle_exception(self, error: Exception) -> None:
        """Write a report instead of printing a traceback; Textual calls this for every error that nothing
        caught.
        """
        self._return_code = 1
        if self._failed:  # one failure brings others; the first one tells what happened
            return
        self._failed = True
        self._exception = error
        if not self.is_headless:  # a test gets the exception itself
            trouble = self._keep_work_safely()
            self._last_words = _report(error, trouble)
        self._close_messages_no_wait()
        self._exception_event.set()

    def _print_error_renderables(self) -> None:
        """Print the one line that says why the program ended, when the terminal is the user's again."""
        if self._last_words is not None:
            with contextlib.suppress(OSError, ValueError):
                print(visible(self._last_words), file=sys.__stderr__, flush=True)
            self._last_words = None
            self._exit_renderables.clear()
        super()._print_error_renderables()


def run_app(app: App[Any]) -> int:
    """Run an app to its end and return the exit status for the process."""
    app.run()
    return app.return_code or 0


def why_no_terminal() -> str | None:
    """Return why a full-screen program cannot run here, in one line; `None` when it can.

    Textual reads from standard input and paints on standard error; reading from a file it would never stop.
    """
    for stream, name in ((sys.__stdin__, "input"), (sys.__stderr__, "error")):
        if stream is None or stream.closed or not stream.isatty():
            return f"the workbench needs a terminal, but standard {name} is not one"
    return None


def restore_terminal(attributes: Any = None) -> None:
    """Put the terminal back by hand: main screen, cursor, no mouse reports; `attributes` as termios gave
    them.
    """
    with contextlib.suppress(OSError):
        os.write(2, _RESET.encode())
    if attributes is not None:
        import termios

        with contextlib.suppress(OSError, termios.error):
            termios.tcsetattr(0, termios.TCSANOW, attributes)


def _terminal_attributes() -> Any:
    try:
        import termios
    except ImportError:
        return None
    try:
        return termios.tcgetattr(0)
    except (OSError, termios.error):
        return None


def _report(error: Exception, trouble: str) -> str:
    """Write the report of an error and return the line to print."""
    kind = type(error).__name__
    try:
        path = write_crash_report(error, trouble)
    except OSError as failure:
        return f"sandbox-tui: stopped by an error of its own ({kind}); no report written: {failure.strerror}"
    return f"sandbox-tui: stopped by an error of its own ({kind}); the details are in {path}"


def write_crash_report(error: BaseException, more: str = "", directory: Path | None = None) -> Path:
    """Write the traceback of `error`, without the values of variables, to a new file only the user can read.

    The newest ten reports are kept. Raises `OSError` when the file cannot be written.
    """
    import platform
    import traceback
    from importlib.metadata import PackageNotFoundError, version

    lines = [
        time.strftime("%Y-%m-%d %H:%M:%S %z"),
        f"Python {platform.python_version()} on {platform.platform()}",
    ]
    for package in ("sandbox-tui", "textual", "pydantic-monty"):
        with contextlib.suppress(PackageNotFoundError):
            lines.append(f"{package} {version(package)}")
    lines += ["", "".join(traceback.format_exception(error))]
    if more:
        lines += ["While the work was being kept:", more]
    if directory is None:
        from sandbox_tui.workspace.recovery import state_folder

        directory = state_folder()
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = directory / f"crash-{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}.txt"
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_NOFOLLOW", 0), 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8", errors="backslashreplace") as file:
        file.write("\n".join(lines) + "\n")
    for old in sorted(directory.glob("crash-*.txt"))[:-_KEPT_REPORTS]:
        with contextlib.suppress(OSError):
            old.unlink()
    return path
