"""`sandbox-tui run`: runs a task once, or over the lines of a file, without the workbench."""

from __future__ import annotations

import argparse
import json
import sys
from typing import TYPE_CHECKING, Any, TextIO

from ..sandbox.errors import SandboxError
from ..sandbox.run import RunObserver, RunResult
from .inputs import InputError, Inputs, is_lines
from .messages import CommandError, complain, shown
from .reports import error_lines, failure_report, run_report
from .task_argument import HELP, load_task

if TYPE_CHECKING:
    from ..sandbox.template import SandboxedTaskTemplate
    from ..workspace.document import Case, Document


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `sandbox-tui run`."""
    parser.add_argument("path", metavar="PATH[::TASK]", help=HELP)
    parser.add_argument(
        "-i",
        "--input",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="an input, read by its parameter's type (a text needs no quotes); wins over --inputs and --case",
    )
    parser.add_argument(
        "--inputs",
        metavar="FILE",
        help="a .json file with an object of inputs (- for standard input), or a .jsonl file with one a "
        "line: a run each, on all cores",
    )
    parser.add_argument("--case", metavar="NAME", help="run with the inputs and answers of this case")
    parser.add_argument("--json", action="store_true", help="print one JSON object a run")


def run(args: argparse.Namespace) -> int:
    """Runs the task; 0 if it ended well, 1 if it failed."""
    document = load_task(args.path)
    case = _case(document, args.case)
    try:
        # Before the inputs: of a source that does not parse no parameter is known.
        template = document.build_template(case=case)
    except SandboxError as error:
        return _refused(error, document, as_json=args.json)
    inputs = Inputs(document)
    base = dict(case.inputs) if case is not None else {}
    over = inputs.from_arguments(args.input)
    if args.inputs is not None and is_lines(args.inputs):
        from .batch import run_lines

        return run_lines(document, case, inputs, base, over, args.inputs)
    given = inputs.from_file(args.inputs) if args.inputs is not None else {}
    values = {**base, **given, **over}
    try:
        inputs.check_complete(values)
    except InputError as error:
        raise CommandError(*error.lines) from error
    return _run_once(template, document, values, as_json=args.json)


def _case(document: Document, name: str | None) -> Case | None:
    if name is None:
        return None
    for case in document.cases:
        if case.name == name:
            return case
    names = ", ".join(case.name for case in document.cases)
    raise CommandError(
        f"{document.filename}: has no case {name!r}" + (f"; it has {names}" if names else "; it has none")
    )


class PrintedOutput(RunObserver):
    """Passes on what a task prints, while it runs."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def output(self, text: str) -> None:
        self._stream.write(shown(text, self._stream))
        self._stream.flush()


def _run_once(
    template: SandboxedTaskTemplate, document: Document, values: dict[str, Any], *, as_json: bool
) -> int:
    result = template.execute(values, observer=None if as_json else PrintedOutput(sys.stderr))
    if as_json:
        _print_json(run_report(result, document))
    elif result.ok:
        from ..workspace.values import format_value

        print(shown(format_value(result.result), sys.stdout))
    else:
        _complain_of(result, document)
    return 0 if result.ok else 1


def _complain_of(result: RunResult, document: Document) -> None:
    assert result.error is not None
    if result.stdout and not result.stdout.endswith("\n"):
        sys.stderr.write("\n")
    for line in error_lines(result.error, document):
        complain(line)


def _refused(error: SandboxError, document: Document, *, as_json: bool) -> int:
    """A task that cannot be run at all: its findings, or the reason."""
    if as_json:
        _print_json(failure_report(error, document))
    else:
        for line in error_lines(error, document):
            complain(line)
    return 1


def _print_json(report: dict[str, Any]) -> None:
    print(json.dumps(report, ensure_ascii=sys.stdout.isatty()))
