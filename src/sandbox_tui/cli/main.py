"""The `sandbox-tui` command: finds the subcommand, and is the only place where errors become messages and
exit statuses.

Exit status: 0 done and clean; 1 the task failed or findings remain; 2 wrong usage or an unreadable file; 130
after ctrl+c. Results go to standard output, everything else to standard error. Nobody sees a traceback of
this program: what was not foreseen is one line, and the details are in a file that only its owner can read.

A subcommand is a module with `add_arguments(parser)` and `run(args) -> int`, imported only when it runs; the
workbench (and with it Textual) is imported only when it is opened.
"""

from __future__ import annotations

import argparse
import gc
import os
import sys
from importlib import import_module
from pathlib import Path
from typing import NoReturn

from .. import __version__
from .messages import CommandError, complain

COMMANDS = {
    "run": "run a task and print its result",
    "check": "say what the linter finds in task files, and mend it",
    "explain": "say what a rule of the linter is about",
    "new": "write a new task file",
    "export": "write a task as a file that Flyte runs",
}

DONE, FAILED, USAGE, INTERRUPTED, CLOSED_PIPE = 0, 1, 2, 130, 141


class Parser(argparse.ArgumentParser):
    """An argument parser whose complaint is one line."""

    def error(self, message: str) -> NoReturn:
        complain(f"{message} (try {self.prog} --help)", prog=self.prog)
        raise SystemExit(USAGE)


def main(argv: list[str] | None = None) -> int:
    """Runs the command with `argv` (the process's own without one) and returns the exit status.

    What a user can cause is answered here with one clear line; ctrl+c, a closed pipe and the unforeseen leave
    as exceptions for `script`, which owns the process.
    """
    arguments = sys.argv[1:] if argv is None else list(argv)
    try:
        if arguments and arguments[0] in COMMANDS:
            return _subcommand(arguments[0], arguments[1:])
        return _workbench(arguments)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else USAGE
    except CommandError as error:
        for line in error.lines:
            complain(line)
        return error.status
    except (BrokenPipeError, KeyboardInterrupt):
        raise
    except OSError as error:
        complain(_os_error(error))
        return USAGE
    except Exception as error:
        status = _foreseen(error)
        if status is None:
            raise
        return status


def _subcommand(name: str, arguments: list[str]) -> int:
    module = import_module(f".{name}", __package__)
    parser = Parser(
        prog=f"sandbox-tui {name}", description=f"{COMMANDS[name].capitalize()}.", allow_abbrev=False
    )
    module.add_arguments(parser)
    status: int = module.run(parser.parse_args(arguments))
    return status


def _workbench(arguments: list[str]) -> int:
    commands = "\n".join(f"  sandbox-tui {name:<8} {what}" for name, what in COMMANDS.items())
    parser = Parser(
        prog="sandbox-tui",
        description="Open the workbench for sandboxed Python tasks.",
        epilog=f"commands:\n{commands}\n\nA path named like a command is opened as ./{next(iter(COMMANDS))}.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument(
        "path", nargs="?", metavar="PATH", help="a task file, a .py file or a folder (default: here)"
    )
    parser.add_argument("--version", action="version", version=f"sandbox-tui {__version__}")
    path = parser.parse_args(arguments).path
    if path is not None and not os.path.lexists(path):
        known = ", ".join(COMMANDS)
        hint = "" if os.sep in path or "." in path else f" (and no command of that name; there are {known})"
        raise CommandError(f"{path}: no such file or folder{hint}")
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise CommandError("the workbench needs a terminal; `sandbox-tui run PATH` runs a task without one")
    from ..tui.app import run_app

    return run_app(Path(path) if path is not None else None)


def _foreseen(error: Exception) -> int | None:
    """The status of an error of the layers below, after saying it; None for one that nobody foresaw."""
    modules = sys.modules
    if "sandbox_tui.workspace.errors" in modules:
        from ..workspace.errors import DocumentError

        if isinstance(error, DocumentError):
            complain(str(error))
            return USAGE
    if "sandbox_tui.sandbox.errors" in modules:
        from ..sandbox.errors import SandboxError

        if isinstance(error, SandboxError):
            complain(str(error))
            return FAILED
    return None


def _os_error(error: OSError) -> str:
    reason = error.strerror or type(error).__name__
    return f"{error.filename}: {reason}" if error.filename is not None else reason


# --- the process ---


def script() -> NoReturn:
    """The console script: runs `main` and ends the process with its status."""
    # Start-up makes many objects and no garbage, so that collecting as often as usual is wasted time.
    gc.set_threshold(20_000, 50, 50)
    _open_closed_streams()
    if sys.argv[1:2] and sys.argv[1] in COMMANDS:
        # The workbench minds these signals itself: it has a terminal to put right.
        _take_workers_along()
    for stream in (sys.stdout, sys.stderr):
        # A result may hold what the terminal's encoding lacks; that is no reason to lose it.
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")
    try:
        status = main()
        sys.stdout.flush()
    except KeyboardInterrupt:
        _leave_at_once(INTERRUPTED)
    except BrokenPipeError:
        _leave_at_once(CLOSED_PIPE)
    except Exception as error:
        complain(_crash_line(error))
        _leave_at_once(USAGE)
    if "textual" in sys.modules:
        sys.exit(status)
    # Taking all modules apart at the end costs more than a small task's run.
    _leave_at_once(status)


def _open_closed_streams() -> None:
    """Puts the null device where the caller has closed a standard stream, so that no file that is opened
    later gets its number.
    """
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            mode = os.O_WRONLY if number else os.O_RDONLY
            # The lowest free number, which is this one: those below it are open by now.
            opened = os.open(os.devnull, mode)
            setattr(sys, name, os.fdopen(opened, "w" if number else "r", encoding="utf-8"))


def _take_workers_along() -> None:
    """Lets SIGTERM and SIGHUP end the workers in use too, which would go on for their whole time limit.

    The main thread may be inside a run, where no handler of Python's is called; so a thread waits for them,
    and ends this process by the signal as if nobody had minded it.
    """
    import signal
    import threading

    names = [name for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    # What the caller has set to be ignored (`nohup`) stays so.
    signals = {each for name in names if signal.getsignal(each := getattr(signal, name)) == signal.SIG_DFL}
    if not signals or not hasattr(signal, "sigwait"):
        return

    def wait() -> None:
        received = signal.sigwait(signals)
        pool = sys.modules.get("sandbox_tui.sandbox.pool")
        if pool is not None:
            # Not `close`, which waits: the main thread would complain of the worker's end meanwhile.
            for worker in [*pool.workers._lent, *pool.type_checkers._lent]:
                pool.kill_worker(worker)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, signals)
        os.kill(os.getpid(), received)

    signal.pthread_sigmask(signal.SIG_BLOCK, signals)
    threading.Thread(target=wait, name="sandbox-tui-signals", daemon=True).start()


def _leave_at_once(status: int) -> NoReturn:
    """Ends the process without waiting for any thread, and its workers with it."""
    pool = sys.modules.get("sandbox_tui.sandbox.pool")
    if pool is not None:
        try:
            pool.workers.close()
            pool.type_checkers.close()
        except Exception:
            # The process ends either way, and its workers' pipes with it.
            pass
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            pass
    os._exit(status)


def _crash_line(error: Exception) -> str:
    """One line for an unforeseen error; the traceback goes to a file that only its owner can read."""
    import tempfile
    import traceback

    what = f"unexpected {type(error).__name__}: {error}"
    try:
        # mkstemp makes the file readable by its owner only.
        handle, path = tempfile.mkstemp(prefix="sandbox-tui-crash-", suffix=".txt")
        with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(f"sandbox-tui {__version__}, Python {sys.version}\n\n")
            file.writelines(traceback.format_exception(error))
    except OSError:
        return f"{what} (and no file could be written for the details)"
    return f"{what} (details in {path}; please report it)"
