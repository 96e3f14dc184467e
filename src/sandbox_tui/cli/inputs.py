"""A run's inputs from the command line and from files, read by the types of the task's parameters."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from ..workspace.errors import DocumentError
from ..workspace.literals import TOO_MANY_DIGITS
from ..workspace.values import FormError, fit_value, from_json, parse_value
from .messages import CommandError

if TYPE_CHECKING:
    from ..workspace.document import Document

STANDARD_INPUT = "-"
LINE_SUFFIXES = (".jsonl", ".ndjson")
BYTE_ORDER_MARK = "\ufeff"


class InputError(ValueError):
    """Inputs that a task cannot take, one reason a line."""

    def __init__(self, *lines: str) -> None:
        super().__init__("; ".join(lines))
        self.lines = lines


class Inputs:
    """Reads inputs for one document."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._parameters = {parameter.name: parameter for parameter in document.parameters()}

    def from_arguments(self, texts: list[str]) -> dict[str, Any]:
        """The inputs of `-i NAME=VALUE` arguments. Raises `CommandError` with a line for each that cannot be
        taken.
        """
        values: dict[str, Any] = {}
        problems: list[str] = []
        for text in texts:
            name, equals, value_text = text.partition("=")
            name = name.strip()
            if not equals:
                problems.append(f"-i {text}: an input is given as NAME=VALUE")
            elif name in values:
                problems.append(f"-i {name}: given twice")
            elif name not in self._parameters:
                problems.append(f"-i {name}: {self._no_such(name)}")
            elif not _is_text(value_text):
                problems.append(f"-i {name}: the value is not text in the terminal's encoding")
            else:
                try:
                    values[name] = parse_value(value_text, self._parameters[name].type)
                except ValueError as error:
                    problems.append(f"-i {name}: {error}")
        if problems:
            raise CommandError(*problems)
        return values

    def from_file(self, name: str) -> dict[str, Any]:
        """The inputs of one JSON object in a file or on standard input. Raises `CommandError`."""
        shown = "standard input" if name == STANDARD_INPUT else name
        try:
            text = sys.stdin.read() if name == STANDARD_INPUT else _read(Path(name))
            return self.from_text(text)
        except UnicodeDecodeError as error:
            raise CommandError(f"{shown}: is not UTF-8 text") from error
        except InputError as error:
            raise CommandError(*(f"{shown}: {line}" for line in error.lines)) from error

    def from_text(self, text: str) -> dict[str, Any]:
        """The inputs of one JSON object. Raises `InputError`."""
        try:
            data = json.loads(text.removeprefix(BYTE_ORDER_MARK))
        except json.JSONDecodeError as error:
            place = (
                f"line {error.lineno}, column {error.colno}"
                if "\n" in text.strip()
                else f"column {error.colno}"
            )
            raise InputError(f"not JSON: {error.msg} ({place})") from error
        except RecursionError as error:
            raise InputError("not JSON that can be read: nested too deep") from error
        except ValueError as error:
            # The one other thing that Python's reader refuses.
            raise InputError(f"not JSON that can be read: {TOO_MANY_DIGITS}") from error
        if not isinstance(data, dict):
            raise InputError(f"expected a JSON object of inputs by name, got {_json_kind(data)}")
        values: dict[str, Any] = {}
        problems: list[str] = []
        for name, value in data.items():
            if name not in self._parameters:
                problems.append(f"{name}: {self._no_such(name)}")
                continue
            try:
                values[name] = fit_value(from_json(value), self._parameters[name].type, name, from_text=False)
            except FormError as error:
                problems.append(f"{name}: {error}")
            except (ValueError, RecursionError) as error:
                problems.append(str(error) if name in str(error) else f"{name}: {error}")
        if problems:
            raise InputError(*problems)
        return values

    def check_complete(self, values: dict[str, Any]) -> None:
        """Raises `InputError` if a parameter without default has no value."""
        missing = [
            f"{parameter.name} ({_type_text(parameter.type)})"
            for parameter in self._parameters.values()
            if not parameter.has_default and parameter.name not in values
        ]
        if missing:
            needs = f"{self._document.name} needs {', '.join(missing)}"
            raise InputError(f"{needs}: give it with -i NAME=VALUE, --inputs or --case")

    def _no_such(self, name: str) -> str:
        task = self._document.name
        known = ", ".join(f"{p.name} ({_type_text(p.type)})" for p in self._parameters.values())
        return f"{task} has no such input; it has {known}" if known else f"{task} takes no inputs"


def is_lines(name: str) -> bool:
    """Whether `--inputs` names one set of inputs a line."""
    return Path(name).suffix.lower() in LINE_SUFFIXES


def lines_of(file: TextIO) -> Iterator[tuple[int, str]]:
    """The lines of a file that hold something, with their numbers (from 1)."""
    for number, line in enumerate(file, 1):
        if line.strip():
            yield number, line


def _is_text(argument: str) -> bool:
    """Whether an argument was text: bytes that were not come as lone surrogates."""
    try:
        argument.encode()
    except UnicodeEncodeError:
        return False
    return True


def _read(path: Path) -> str:
    from ..workspace.files import read_text

    try:
        return read_text(path).text
    except DocumentError as error:
        raise CommandError(str(error)) from error


def _type_text(tp: Any) -> str:
    from ..sandbox.boundary import type_text

    return type_text(tp)


def _json_kind(value: Any) -> str:
    if isinstance(value, list):
        return "an array"
    return "null" if value is None else f"a {type(value).__name__}"
