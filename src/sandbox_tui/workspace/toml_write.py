"""From a document to TOML text that people like to read in a diff: a fixed order of keys, one key a line,
sources as they are.

Values stand on one line where that is readable; the inputs and answers of a case that would be long become a
key a line. Keys and single values are tomli-w's; the layout (inline tables, sources between three quotes, one
case after the other) is what it cannot do.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from .document import CONFIG_FIELDS, MISSING, Case, Document, ExternalSpec, LintSettings
from .folder import FolderDefaults
from .forms import to_toml
from .toml_read import FORMAT, REQUIRED, Path, Problem

_NOT_LITERAL = re.compile(r"'''|[\x00-\x08\x0b-\x1f\x7f]")
_ESCAPED_IN_LINES = re.compile(r'[\x00-\x08\x0b-\x1f\x7f"\\]')
_SHORT = {"\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r", '"': '\\"', "\\": "\\\\"}

# Longer ones are written a key, or an element, a line.
LINE_WIDTH = 100


# --- a document as TOML's data ---


def document_data(document: Document) -> dict[str, Any]:
    """The keys of a task file, in order. Raises `Problem` for a value that no file can hold."""
    task: dict[str, Any] = {"name": _text(document.name), "kind": document.kind}
    if document.description:
        task["description"] = _text(document.description)
    if document.kind == "code":
        if document.output is not None:
            task["output"] = _text(document.output)
        if document.inputs:
            task["inputs"] = {name: _text(annotation) for name, annotation in document.inputs.items()}
    task["source"] = _text(document.source)
    data: dict[str, Any] = {"format": FORMAT, "task": task}
    data.update(_settings_data(document.config, document.lint, document.externals))
    if document.cases:
        data["cases"] = [_case_data(case, ("cases", index)) for index, case in enumerate(document.cases)]
    return data


def defaults_data(defaults: FolderDefaults) -> dict[str, Any]:
    """The keys of a `sandbox.toml`, in order. Raises `Problem` for a value that no file can hold."""
    return {"format": FORMAT, **_settings_data(defaults.config, defaults.lint, defaults.externals)}


def _settings_data(
    config: Mapping[str, Any], lint: LintSettings, externals: Mapping[str, ExternalSpec]
) -> dict[str, Any]:
    known = {name: config[name] for name in CONFIG_FIELDS if name in config}
    unknown = {name: value for name, value in config.items() if name not in known}
    linted = {"profile": lint.profile, "target": lint.target, "ignore": lint.ignore}
    found = {
        "config": {**known, **unknown},
        "lint": {key: value for key, value in linted.items() if value is not None},
        "externals": {name: _external_data(spec, ("externals", name)) for name, spec in externals.items()},
    }
    return {key: value for key, value in found.items() if value}


def _external_data(spec: ExternalSpec, path: Path, *, is_override: bool = False) -> dict[str, Any]:
    data: dict[str, Any] = {}
    if spec.signature is not None and not is_override:
        data["signature"] = _text(spec.signature)
    if not (spec.inherits_answer and spec.answer == "ask"):
        data["answer"] = spec.answer
    if spec.value is not None:
        data["value"] = _value(spec.value, (*path, "value"))
    if spec.values or REQUIRED.get(spec.answer) == "values":
        data["values"] = [_value(item, (*path, "values", i)) for i, item in enumerate(spec.values)]
    for key in ("error", "message", "source", "target", "recording"):
        text = getattr(spec, key)
        if text is not None:
            data[key] = _text(text)
    return data


def _case_data(case: Case, path: Path) -> dict[str, Any]:
    data: dict[str, Any] = {"name": _text(case.name)}
    if case.inputs:
        data["inputs"] = {key: _value(item, (*path, "inputs", key)) for key, item in case.inputs.items()}
    if case.answers:
        data["answers"] = {
            name: _external_data(spec, (*path, "answers", name), is_override=True)
            for name, spec in case.answers.items()
        }
    if case.expect is not MISSING:
        data["expect"] = _value(case.expect, (*path, "expect"))
    if case.error is not None:
        data["error"] = _text(case.error)
    return data


def _value(value: Any, path: Path) -> Any:
    try:
        return to_toml(value)
    except ValueError as error:
        raise Problem(str(error), path) from None


def _text(text: str) -> Any:
    return to_toml(text)


# --- TOML's data as text ---

_SECTIONS = ("config", "lint")


def render(data: Mapping[str, Any]) -> str:
    """The text of a task file or a `sandbox.toml`."""
    blocks = [f"format = {data['format']}\n"]
    blocks += [render_table(key, data[key]) for key in ("task", *_SECTIONS) if key in data]
    for name, external in data.get("externals", {}).items():
        blocks.append(render_table(f"externals.{render_key(name)}", external))
    blocks += [render_case(case) for case in data.get("cases", ())]
    return "\n".join(blocks)


def render_table(header: str, table: Mapping[str, Any]) -> str:
    """A `[header]` with its keys."""
    return f"[{header}]\n" + "".join(render_entry(key, value) for key, value in table.items())


def render_case(case: Mapping[str, Any]) -> str:
    """One `[[cases]]`."""
    return "[[cases]]\n" + "".join(render_entry(key, value) for key, value in case.items())


def render_entry(key: str, value: Any, prefix: str = "") -> str:
    """`key = value` with its line's end; a dict that would make the line too long becomes dotted keys, one a
    line.
    """
    name = prefix + render_key(key)
    if isinstance(value, str):
        return f"{name} = {render_text(value)}\n"
    line = f"{name} = {render_value(value)}"
    if len(line) <= LINE_WIDTH or not value:
        return line + "\n"
    if isinstance(value, dict):
        return "".join(render_entry(each, item, f"{name}.") for each, item in value.items())
    if isinstance(value, list):
        return f"{name} = [\n" + "".join(f"    {render_value(item)},\n" for item in value) + "]\n"
    return line + "\n"


def render_key(key: str) -> str:
    """A key, quoted where it must be."""
    import tomli_w  # Only writing needs it; a run that reads does not pay for it.

    return tomli_w.dumps({key: 0}).removesuffix(" = 0\n")


def render_value(value: Any) -> str:
    """A value on one line."""
    if isinstance(value, bool | int | float | str):
        return _single(value)
    if isinstance(value, list):
        return f"[{', '.join(render_value(item) for item in value)}]"
    pairs = [f"{render_key(key)} = {render_value(item)}" for key, item in value.items()]
    return f"{{ {', '.join(pairs)} }}" if pairs else "{}"


def render_text(text: str) -> str:
    """A text of one line in quotes; a longer one as it is between ''' where TOML allows that, else with
    escapes.
    """
    if "\n" not in text:
        return _single(text)
    if _NOT_LITERAL.search(text) or text.endswith("'"):
        return f'"""\n{_ESCAPED_IN_LINES.sub(_escape, text)}"""'
    return f"'''\n{text}'''"


def _single(value: bool | int | float | str) -> str:
    import tomli_w

    return tomli_w.dumps({"_": value}).removeprefix("_ = ").removesuffix("\n")


def _escape(match: re.Match[str]) -> str:
    return _SHORT.get(match[0]) or f"\\u{ord(match[0]):04x}"
