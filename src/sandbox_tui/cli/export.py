"""`sandbox-tui export`: a task as a file of another system."""

from __future__ import annotations

import argparse
import sys
from importlib import import_module
from pathlib import Path

from .messages import CommandError, place, shown
from .task_argument import HELP, load_task

FORMATS = {"flyte": "flyte", "flyte-code": "flyte_code"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `sandbox-tui export`."""
    parser.add_argument("path", metavar="PATH[::TASK]", help=HELP)
    parser.add_argument(
        "--to",
        required=True,
        choices=list(FORMATS),
        help="flyte: a decorated orchestrator; flyte-code: a code string for orchestrator_from_str",
    )
    parser.add_argument("-o", "--output", metavar="FILE", help="the file to write (default: standard output)")


def run(args: argparse.Namespace) -> int:
    """Prints or writes the export; says in one line why a task cannot be exported (status 1)."""
    from ..workspace.export.errors import ExportError

    document = load_task(args.path)
    writer = import_module(f"...workspace.export.{FORMATS[args.to]}", __name__)
    try:
        text: str = writer.export(document)
    except ExportError as error:
        where = place(document.filename, error.line)
        raise CommandError(f"{where}: not exported to {args.to}: {error.reason}", status=1) from error
    if args.output is None:
        sys.stdout.write(shown(text, sys.stdout))
        return 0
    target = Path(args.output)
    if document.path is not None and target.exists() and target.samefile(document.path):
        raise CommandError(f"{target}: is the task itself; give the export another name")
    from ..workspace.files import write_text

    write_text(target, text)
    return 0
