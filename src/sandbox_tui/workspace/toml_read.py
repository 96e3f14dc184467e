"""From TOML's data to a document: the format's keys, their types, and what is required.

A `Problem` names the key path to blame; `toml.py` finds its line.
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from ..sandbox.config import SandboxedConfig
from .document import (
    ANSWER_KINDS,
    CONFIG_FIELDS,
    MISSING,
    PROFILES,
    Case,
    Document,
    ExternalSpec,
    LintSettings,
)
from .folder import FolderDefaults
from .forms import FormError, from_toml

T = TypeVar("T")
Path = tuple[str | int, ...]

FORMAT = 1

_TYPE_NAMES: list[tuple[type, str]] = [
    (bool, "true or false"),
    (str, "a text"),
    (int, "a whole number"),
    (float, "a number"),
    (list, "an array"),
    (dict, "a table"),
]
_CODE = re.compile(r"[A-Z]+[0-9]*")
_TARGET = re.compile(r"installed|[0-9]+(\.[0-9]+)*")
_PYTHON_TARGET = re.compile(r"[\w.]+:[\w.]+|[^\W\d]\w*")

# What each answer cannot do without.
REQUIRED: dict[str, str] = {
    "sequence": "values",
    "raise": "error",
    "sandbox": "source",
    "python": "target",
    "replay": "recording",
}


class Problem(Exception):
    """Something in the data that the format does not allow; `path` is the key path to blame."""

    def __init__(self, message: str, path: Path) -> None:
        super().__init__(message)
        self.message = message
        self.path = path

    @property
    def place(self) -> str:
        """The key path as people write it: `cases[0].inputs.x`."""
        return path_text(self.path)


def path_text(path: Path) -> str:
    """A key path as people write it: `cases[0].inputs.x`."""
    parts = [f"[{part}]" if isinstance(part, int) else f".{part}" for part in path]
    return "".join(parts).removeprefix(".")


def read_document(data: dict[str, Any], *, whole: bool = True) -> Document:
    """The document that the data of a task file says. Raises `Problem`.

    Without `whole`, what a document may lack or have half typed while it is edited is let pass: an empty
    name, a bad signature, an answer without what it needs, two cases of one name, a limit out of its range.
    """
    _check_format(data)
    keys = {"format", "task", "config", "lint", "externals", "cases"}
    top = _Table(data, (), keys, what="a task file", whole=whole)
    task = top.table("task", {"name", "kind", "description", "source", "output", "inputs"}, required=True)
    kind = task.choice("kind", ("function", "code")) or "function"
    if kind == "function":
        for key in ("output", "inputs"):
            if key in task.data:
                raise Problem(
                    f'{key} is for kind = "code"; a function says it in its signature', (*task.path, key)
                )
    return Document(
        name=_not_empty(task, "name"),
        kind="code" if kind == "code" else "function",
        description=task.text("description") or "",
        source=task.text("source", required=True) or "",
        inputs=_input_types(task),
        output=task.text("output"),
        config=_config(top),
        lint=_lint(top),
        externals=_externals(top),
        cases=_cases(top),
    )


def read_defaults(data: dict[str, Any]) -> FolderDefaults:
    """The defaults that the data of a `sandbox.toml` says. Raises `Problem`."""
    _check_format(data)
    top = _Table(data, (), {"format", "config", "lint", "externals"}, what="sandbox.toml")
    return FolderDefaults(config=_config(top), lint=_lint(top), externals=_externals(top))


def _check_format(data: dict[str, Any]) -> None:
    version = data.get("format")
    if version is None:
        raise Problem(f"the key format is missing: begin the file with format = {FORMAT}", ())
    if type(version) is not int:
        raise Problem(f"format must be a whole number, got {_described(version)}", ("format",))
    if version != FORMAT:
        raise Problem(f"format {version} is not known; this version reads format {FORMAT}", ("format",))


class _Table:
    """One table of the file, its keys checked."""

    def __init__(self, data: Any, path: Path, keys: set[str], *, what: str = "", whole: bool = True) -> None:
        if not isinstance(data, dict):
            raise Problem(f"{path_text(path)} must be a table, got {_described(data)}", path)
        self.data = data
        self.path = path
        self.whole = whole
        self.what = what or f"[{path_text(path)}]"
        for key in data:
            if key not in keys:
                known = ", ".join(sorted(keys))
                raise Problem(f"unknown key {key!r} in {self.what}; known are {known}", (*path, key))

    def get(self, key: str, kind: type[T], *, required: bool = False) -> T | None:
        if key not in self.data:
            if required:
                raise Problem(f"the key {key} is missing in {self.what}", self.path)
            return None
        value = self.data[key]
        if type(value) is not kind:
            wanted = dict(_TYPE_NAMES)[kind]
            raise Problem(f"{key} must be {wanted}, got {_described(value)}", (*self.path, key))
        return value

    def text(self, key: str, *, required: bool = False) -> str | None:
        """A text; one that TOML cannot hold (a lone surrogate) is written as `{ py = ... }`, as a value
        is.
        """
        if isinstance(self.data.get(key), dict):
            value = self.value(key)
            if type(value) is not str:
                raise Problem(f"{key} must be a text, got {_described(value)}", (*self.path, key))
            return value
        return self.get(key, str, required=required)

    def choice(self, key: str, choices: tuple[str, ...]) -> Any:
        value = self.get(key, str)
        if value is not None and value not in choices:
            raise Problem(f"{key} must be one of {', '.join(choices)}, got {value!r}", (*self.path, key))
        return value

    def table(self, key: str, keys: set[str], *, required: bool = False) -> _Table:
        if required and key not in self.data:
            raise Problem(f"the table [{key}] is missing", ())
        return _Table(self.data.get(key, {}), (*self.path, key), keys, whole=self.whole)

    def entries(self, key: str) -> Mapping[str, Any]:
        return self.get(key, dict) or {}

    def value(self, key: str) -> Any:
        return _value(self.data[key], (*self.path, key))


def _value(data: Any, path: Path) -> Any:
    try:
        return from_toml(data)
    except FormError as error:
        raise Problem(f"{path_text((*path, *error.path))}: {error}", (*path, *error.path)) from None


def _not_empty(table: _Table, key: str) -> str:
    text = table.text(key, required=True) or ""
    if not text and table.whole:
        raise Problem(f"{key} must not be empty", (*table.path, key))
    return text


def _identifier(name: str, what: str, path: Path) -> str:
    if not name.isidentifier() or keyword.iskeyword(name):
        raise Problem(f"{what} must be a Python name, got {name!r}", path)
    return name


def _strings(table: _Table, key: str) -> list[str] | None:
    items = table.get(key, list)
    for index, item in enumerate(items or ()):
        if type(item) is not str:
            raise Problem(f"{key} must hold texts, got {_described(item)}", (*table.path, key, index))
    return items


def _input_types(task: _Table) -> dict[str, str]:
    inputs: dict[str, str] = {}
    for name, annotation in task.entries("inputs").items():
        path = (*task.path, "inputs", name)
        _identifier(name, "an input's name", path)
        annotation = _value(annotation, path)
        if type(annotation) is not str:
            raise Problem(
                f'the type of {name} must be a text such as "int", got {_described(annotation)}', path
            )
        inputs[name] = annotation
    return inputs


def _config(top: _Table) -> dict[str, Any]:
    config = top.table("config", set(CONFIG_FIELDS)).data
    for name, value in config.items():
        try:
            SandboxedConfig(**{name: value})
        except (TypeError, ValueError) as error:
            if top.whole:
                raise Problem(str(error), ("config", name)) from None
    return dict(config)


def _lint(top: _Table) -> LintSettings:
    table = top.table("lint", {"profile", "target", "ignore"})
    target = table.get("target", str)
    if target is not None and not _TARGET.fullmatch(target):
        message = f'target must be "installed" or a version such as "1.4.0", got {target!r}'
        raise Problem(message, (*table.path, "target"))
    ignore = _strings(table, "ignore")
    for index, code in enumerate(ignore or ()):
        if not _CODE.fullmatch(code):
            message = f'ignore must hold codes such as "SBX301", got {code!r}'
            raise Problem(message, (*table.path, "ignore", index))
    return LintSettings(profile=table.choice("profile", PROFILES), target=target, ignore=ignore)


# --- externals ---

_EXTERNAL_KEYS = frozenset({"answer", "value", "values", "error", "message", "source", "target", "recording"})


def _externals(top: _Table) -> dict[str, ExternalSpec]:
    return {
        name: _external(name, data, ("externals", name), whole=top.whole)
        for name, data in top.entries("externals").items()
    }


def _external(name: str, data: Any, path: Path, *, whole: bool, is_override: bool = False) -> ExternalSpec:
    """`is_override`: the answer of a case, which has no signature of its own."""
    _identifier(name, "an external's name", path)
    table = _Table(data, path, {*_EXTERNAL_KEYS, *(() if is_override else ("signature",))}, whole=whole)
    answer = table.choice("answer", ANSWER_KINDS)
    needed = REQUIRED.get(answer or "")
    if needed is not None and needed not in table.data and whole:
        raise Problem(f'the key {needed} is missing: answer = "{answer}" needs it', (*path, "answer"))
    values = table.get("values", list)
    return ExternalSpec(
        name=name,
        signature=_checked(table, "signature", _check_signature),
        answer=answer or "ask",
        value=table.value("value") if "value" in table.data else None,
        values=table.value("values") if values is not None else [],
        error=_checked(table, "error", _check_error_name),
        message=table.text("message"),
        source=table.text("source"),
        target=_checked(table, "target", _check_python_target),
        recording=table.text("recording"),
        inherits_answer=answer is None,
    )


def _checked(table: _Table, key: str, check: Callable[[str], None]) -> str | None:
    text = table.text(key)
    if text is not None and table.whole:
        try:
            check(text)
        except ValueError as error:
            raise Problem(str(error), (*table.path, key)) from None
    return text


def _check_signature(text: str) -> None:
    from .signatures import check_signature

    check_signature(text)


def _check_error_name(name: str) -> None:
    from .answers import exception_class

    exception_class(name)


def _check_python_target(target: str) -> None:
    if not _PYTHON_TARGET.fullmatch(target):
        raise ValueError(f'target must be "module:function", got {target!r}')


# --- cases ---


def _cases(top: _Table) -> list[Case]:
    cases: list[Case] = []
    for index, data in enumerate(top.get("cases", list) or ()):
        path: Path = ("cases", index)
        keys = {"name", "inputs", "answers", "expect", "error"}
        table = _Table(data, path, keys, what="[[cases]]", whole=top.whole)
        name = _not_empty(table, "name")
        if top.whole and any(name == other.name for other in cases):
            raise Problem(f"two cases are named {name!r}", (*path, "name"))
        if "expect" in table.data and "error" in table.data:
            raise Problem("a case has expect or error, not both", (*path, "error"))
        inputs = {
            _identifier(key, "an input's name", (*path, "inputs", key)): _value(item, (*path, "inputs", key))
            for key, item in table.entries("inputs").items()
        }
        answers = {
            external: _external(
                external, item, (*path, "answers", external), whole=top.whole, is_override=True
            )
            for external, item in table.entries("answers").items()
        }
        expect = table.value("expect") if "expect" in table.data else MISSING
        cases.append(Case(name, inputs, answers, expect, table.text("error")))
    return cases


def _described(value: Any) -> str:
    for kind, name in _TYPE_NAMES:
        if type(value) is kind:
            return (
                f"{name} ({value!r})" if kind in (bool, int, float, str) and len(repr(value)) < 60 else name
            )
    return f"a {type(value).__name__}"
