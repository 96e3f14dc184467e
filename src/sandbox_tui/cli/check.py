"""`sandbox-tui check`: says what the linter finds in task files, in folders of them, and in the orchestrators
of `.py` files; mends what can be mended.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from .messages import CommandError, complain, is_terminal

if TYPE_CHECKING:
    from ..lint.formats import Report
    from .checked_files import CheckedFile, Settings
    from .looking import Wanted

CLEAN, FOUND, UNREADABLE = 0, 1, 2
FORMATS = ("full", "concise", "json", "github", "sarif")

_CODES = re.compile(r"SBX[0-9]{0,3}")
_STANDARD_INPUT = "-"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `sandbox-tui check`."""
    from ..lint.rules import PROFILES

    parser.add_argument(
        "paths",
        nargs="+",
        metavar="PATH",
        help="a task file, a .py file, or a folder of them; - reads a source from standard input",
    )
    judging = parser.add_argument_group("what is looked for")
    judging.add_argument(
        "--profile",
        choices=PROFILES,
        help="judge by this profile (default: what the task or its folder says)",
    )
    judging.add_argument(
        "--target",
        metavar="VERSION",
        help="judge for this version of Monty, such as 1.0.0, or `installed` (default: what the task says)",
    )
    judging.add_argument(
        "--select", action="append", default=[], metavar="CODES", help="look for these only, such as SBX1"
    )
    judging.add_argument(
        "--ignore", action="append", default=[], metavar="CODES", help="leave these out, such as SBX105,SBX3"
    )
    judging.add_argument("--types", action="store_true", help="ask the type checker, too (SBX9xx; slower)")
    fixing = parser.add_argument_group("fixing")
    fixing.add_argument("--fix", action="store_true", help="mend what can be mended safely")
    fixing.add_argument(
        "--unsafe-fixes", action="store_true", help="mend also where the meaning may change; with --fix"
    )
    fixing.add_argument(
        "--diff", action="store_true", help="show what --fix would change, and change nothing"
    )
    output = parser.add_argument_group("output")
    output.add_argument("--output-format", choices=FORMATS, default="full", metavar="|".join(FORMATS))
    output.add_argument("--statistics", action="store_true", help="count the findings of each code")
    source = parser.add_argument_group("standard input")
    source.add_argument(
        "--kind", choices=("function", "code"), default="function", help="what a source from - is"
    )
    source.add_argument(
        "--stdin-filename",
        metavar="FILE",
        help="the file that - stands for: it is read as a file of that name",
    )


def run(args: argparse.Namespace) -> int:
    """Prints the findings; 0 if there are none (left), 1 if there are, 2 if a file could not be read. With
    `--diff`, 1 if there is something to mend.
    """
    from .looking import Wanted, look, look_at_all

    wanted = Wanted(_settings(args), args.fix, args.diff, args.unsafe_fixes)
    from_input = _STANDARD_INPUT in args.paths
    paths = [] if from_input else list(_paths([Path(each) for each in args.paths]))
    found = iter([look(_reader(args, wanted), wanted)]) if from_input else look_at_all(paths, wanted)
    reports: list[Report] = []
    mended = 0
    unreadable = False
    for each in found:
        reports += each.reports
        mended += each.mended
        _print_difference(each.difference)
        if each.error is not None:
            complain(each.error)
            unreadable = True
        elif from_input and each.text is not None:
            # A filter gives back what it got, mended or not.
            sys.stdout.write(each.text)
    if args.diff:
        _say_what_would_be(mended)
        return UNREADABLE if unreadable else FOUND if mended else CLEAN
    # A mended source has standard output for itself.
    _print(reports, args, sys.stderr if from_input and args.fix else sys.stdout)
    if not from_input and not paths:
        complain("there is no task file in " + ", ".join(args.paths))
    elif not unreadable or reports or mended:
        _summary(reports, mended, args)
    return UNREADABLE if unreadable else FOUND if reports else CLEAN


# --- the files ---


def _reader(args: argparse.Namespace, wanted: Wanted) -> Callable[[], CheckedFile]:
    """What reads the one source that comes from standard input."""
    from .checked_files import CheckedPython, CheckedSource, CheckedTask

    if len(args.paths) > 1:
        raise CommandError("standard input (-) is checked alone, without other paths")

    def read() -> CheckedFile:
        try:
            text = sys.stdin.buffer.read().decode()
        except UnicodeDecodeError:
            raise CommandError("standard input is not UTF-8 text") from None
        name = args.stdin_filename
        if name is None:
            return CheckedSource(_STANDARD_INPUT, text, args.kind, wanted.settings)
        text = text.replace("\r\n", "\n")
        if name.endswith(".py"):
            return CheckedPython(Path(name), wanted.settings, text=text)
        return CheckedTask(Path(name), wanted.settings, text=text)

    return read


def _paths(paths: list[Path]) -> Iterator[Path]:
    """The files to check, each once. Raises `CommandError` for a path that is none."""
    from ..workspace.folder import DEFAULTS_NAME, find_tasks

    seen: set[str] = set()
    for path in paths:
        if not os.path.lexists(path):
            raise CommandError(f"{path}: no such file or folder")
        if path.name == DEFAULTS_NAME:
            raise CommandError(f"{path}: holds the defaults of a folder, not a task")
        inside = [path]
        if path.is_dir():
            found = find_tasks(path)
            inside = list(found.paths)
            if not found.complete:
                complain(f"{path}: too large to be looked through; not all of its tasks are checked")
        for each in inside:
            key = os.path.realpath(each)
            if key not in seen:
                seen.add(key)
                yield each


# --- what is looked for ---


def _settings(args: argparse.Namespace) -> Settings:
    from .checked_files import Settings

    ignore = (*_codes(args.ignore, "--ignore"), *_unselected(args.select))
    return Settings(args.profile, ignore, _target(args.target), args.types)


def _target(name: str | None) -> str | None:
    if name is not None and name != "installed" and re.fullmatch(r"\d+(\.\d+){0,3}", name) is None:
        raise CommandError(f"--target: {name} is no version; write `installed`, or one such as 1.0.0")
    return name


def _codes(values: list[str], option: str) -> list[str]:
    """The codes, or beginnings of codes, in the values of an option."""
    from ..lint.rules import RULES

    codes = [each.strip().upper() for value in values for each in value.split(",") if each.strip()]
    for code in codes:
        if _CODES.fullmatch(code) is None or not any(known.startswith(code) for known in RULES):
            raise CommandError(f"{option}: no rule is called {code}; there are {', '.join(RULES)}")
    return codes


def _unselected(values: list[str]) -> list[str]:
    """The codes that `--select` leaves out."""
    from ..lint.rules import RULES

    selected = tuple(_codes(values, "--select"))
    return [code for code in RULES if selected and not code.startswith(selected)]


# --- what is printed ---


def _print(reports: list[Report], args: argparse.Namespace, stream: TextIO) -> None:
    formats = import_module("...lint.formats", __name__)
    name = args.output_format
    if args.statistics:
        stream.write(formats.statistics(reports, as_json=name == "json", colour=_in_colour(stream)))
    elif name in ("full", "concise"):
        stream.write(getattr(formats, name)(reports, colour=_in_colour(stream)))
    else:
        stream.write(getattr(formats, name)(reports))


def _print_difference(lines: Iterable[str]) -> None:
    from .messages import shown

    for line in lines:
        sys.stdout.write(shown(line, sys.stdout))
        if not line.endswith("\n"):
            sys.stdout.write("\n\\ No newline at end of file\n")


def _in_colour(stream: TextIO) -> bool:
    return is_terminal(stream) and not os.environ.get("NO_COLOR") and os.environ.get("TERM", "dumb") != "dumb"


def _summary(reports: list[Report], mended: int, args: argparse.Namespace) -> None:
    """A line for people: how many findings there are, and what can be done about them."""
    count = len(reports)
    line = f"Found {count} problem{'s' * (count != 1)}." if count else "No problems found."
    if mended:
        line = f"Found {_problems(count + mended)} ({mended} fixed, {count} remaining)."
    print(line, file=sys.stderr)
    safe = sum(_is_fixable(each, "safe") for each in reports)
    unsafe = sum(_is_fixable(each, "unsafe") for each in reports)
    hint = ""
    if args.unsafe_fixes and safe + unsafe and not args.fix:
        hint = f"[*] {safe + unsafe} fixable with --fix."
    elif safe and not args.fix:
        hint = f"[*] {safe} fixable with --fix{f' ({unsafe} more with --unsafe-fixes)' if unsafe else ''}."
    elif unsafe and not args.unsafe_fixes:
        hint = f"{unsafe} fixable with --fix --unsafe-fixes, which may change the meaning."
    if hint:
        print(hint, file=sys.stderr)


def _say_what_would_be(mended: int) -> None:
    line = f"Would fix {_problems(mended)}." if mended else "No problems to fix."
    print(line, file=sys.stderr)


def _problems(count: int) -> str:
    return f"{count} problem{'s' * (count != 1)}"


def _is_fixable(report: Report, applicability: str) -> bool:
    fix = report.diagnostic.fix
    return fix is not None and fix.applicability == applicability
