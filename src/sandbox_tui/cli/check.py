"""`sandbox-tui check`: says what the linter finds in task files, in folders of them, and in the orchestrators
of `.py` files.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from .messages import CommandError, complain, is_terminal

if TYPE_CHECKING:
    from ..lint.formats import Report

CLEAN, FOUND, UNREADABLE = 0, 1, 2
FORMATS = ("full", "concise", "json")

_CODES = re.compile(r"SBX[0-9]{0,3}")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `sandbox-tui check`."""
    from ..lint.rules import PROFILES

    parser.add_argument(
        "paths", nargs="+", metavar="PATH", help="a task file, a .py file, or a folder of them"
    )
    parser.add_argument(
        "--profile",
        choices=PROFILES,
        help="judge by this profile (default: what the task or its folder says)",
    )
    parser.add_argument(
        "--ignore", action="append", default=[], metavar="CODES", help="leave these out, such as SBX105,SBX3"
    )
    parser.add_argument(
        "--select", action="append", default=[], metavar="CODES", help="look for these only, such as SBX1"
    )
    parser.add_argument("--output-format", choices=FORMATS, default="full", metavar="|".join(FORMATS))


def run(args: argparse.Namespace) -> int:
    """Prints the findings; 0 if there are none, 1 if there are, 2 if a file could not be read."""
    from ..workspace.errors import DocumentError
    from .checked_files import Settings, reports_of

    settings = Settings(args.profile, (*_codes(args.ignore, "--ignore"), *_unselected(args.select)))
    reports: list[Report] = []
    unreadable = False
    files = 0
    for path in _files([Path(each) for each in args.paths]):
        files += 1
        try:
            reports += reports_of(path, settings)
        except DocumentError as error:
            complain(str(error))
            unreadable = True
    _print(reports, args.output_format)
    if not files:
        complain("there is no task file in " + ", ".join(args.paths))
    elif not unreadable or reports:
        _summary(reports)
    return UNREADABLE if unreadable else FOUND if reports else CLEAN


def _files(paths: list[Path]) -> Iterator[Path]:
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


def _print(reports: list[Report], output_format: str) -> None:
    formats = import_module("...lint.formats", __name__)
    if output_format == "json":
        sys.stdout.write(formats.json(reports))
    elif output_format == "concise":
        sys.stdout.write(formats.concise(reports, colour=_in_colour()))
    else:
        sys.stdout.write(formats.full(reports, colour=_in_colour()))


def _in_colour() -> bool:
    return (
        is_terminal(sys.stdout)
        and not os.environ.get("NO_COLOR")
        and os.environ.get("TERM", "dumb") != "dumb"
    )


def _summary(reports: list[Report]) -> None:
    """A line for people: how many findings there are."""
    count = len(reports)
    line = f"Found {count} problem{'s' * (count != 1)}." if count else "No problems found."
    print(line, file=sys.stderr)
