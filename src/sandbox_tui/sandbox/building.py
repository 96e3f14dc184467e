"""Building templates: from a Python function, a code string, the text of a task file, or a task of Flyte's.

Each way finds the source, enforces the restrictions, resolves the types and knows how places in what Monty
runs map to the user's own file.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

from .boundary import resolve_annotation, validate_sandboxed_interface
from .checking import EMPTY
from .config import SandboxedConfig
from .endpoint import external_name
from .errors import BoundaryError
from .function_text import read_function, trailing_call
from .interface import Interface, Parameter, interface_of
from .places import Places, unmoved
from .restrictions import Restrictions, enforce
from .source import extract_function, prepare_code_source
from .template import CodeTaskTemplate, SandboxedTaskTemplate

Kind = Literal["function", "code"]


def template_from_function(
    func: Callable[..., Any],
    *,
    name: str,
    config: SandboxedConfig | None = None,
    restrictions: Restrictions = "documented",
    options: Mapping[str, Any] | None = None,
) -> SandboxedTaskTemplate:
    """A template of a Python function; nothing of the function runs.

    Raises `SourceError`, `BoundaryError` (both TypeErrors) or `RestrictionError`, each with the place in the
    function's file.
    """
    extracted = extract_function(func)
    interface = interface_of(func)
    enforce(
        extracted.code,
        kind="function",
        restrictions=restrictions,
        filename=extracted.filename,
        to_file=extracted.to_file,
        # The types were checked as the objects that they are; their text may be an alias.
        ignore=("SBX2",),
    )
    source_code = f"{extracted.code}\n{extracted.call}"
    lines = extracted.code.count("\n") + 1
    return SandboxedTaskTemplate(
        name=name,
        interface=interface,
        source_code=source_code,
        input_names=extracted.input_names,
        places=Places(source_code, extracted.filename, lines, extracted.to_file),
        config=config or SandboxedConfig(),
        is_async=extracted.is_async,
        func=func,
        function=extracted,
        options=options,
        description=inspect.getdoc(func) or "",
    )


def template_from_source(
    source: str,
    *,
    kind: Kind,
    name: str | None = None,
    inputs: Mapping[str, Any] | None = None,
    output: Any = None,
    externals: Mapping[str, Callable[..., Any]] | None = None,
    config: SandboxedConfig | None = None,
    restrictions: Restrictions = "documented",
    description: str = "",
    filename: str = "<task>",
    options: Mapping[str, Any] | None = None,
) -> SandboxedTaskTemplate:
    """A template of a text: one function (`kind="function"`), or statements whose last expression is the
    result (`"code"`).

    For code, `inputs` gives each input's type and `output` the result's, as type objects or as annotation
    text. `externals` are the functions that the task may call, by name. Lines of errors and calls are lines
    of `source`. Raises `SourceError`, `RestrictionError`, `BoundaryError`.
    """
    text = source.replace("\r\n", "\n").replace("\r", "\n")
    if kind == "function":
        return _from_function_text(
            text,
            name=name,
            externals=externals or {},
            config=config or SandboxedConfig(),
            restrictions=restrictions,
            description=description,
            filename=filename,
            options=options,
        )
    return _from_code(
        text,
        name=name or "sandboxed-code",
        inputs=inputs or {},
        output=output,
        externals=externals or {},
        config=config or SandboxedConfig(),
        restrictions=restrictions,
        description=description,
        filename=filename,
        options=options,
    )


def _from_function_text(
    source: str,
    *,
    name: str | None,
    externals: Mapping[str, Any],
    config: SandboxedConfig,
    restrictions: Restrictions,
    description: str,
    filename: str,
    options: Mapping[str, Any] | None,
) -> SandboxedTaskTemplate:
    enforce(source, kind="function", restrictions=restrictions, filename=filename)
    function = read_function(source)
    interface = interface_of(function)
    source_code = f"{source}\n{trailing_call(function)}"
    return SandboxedTaskTemplate(
        name=name or function.name,
        interface=interface,
        source_code=source_code,
        input_names=function.input_names,
        places=Places(source_code, filename, source.count("\n") + 1, lambda line, column: (line, column)),
        config=config,
        is_async=function.is_async,
        function=function,
        externals=externals,
        options=options,
        description=description or function.docstring or "",
    )


def _from_code(
    source: str,
    *,
    name: str,
    inputs: Mapping[str, Any],
    output: Any,
    externals: Mapping[str, Any],
    config: SandboxedConfig,
    restrictions: Restrictions,
    description: str,
    filename: str,
    options: Mapping[str, Any] | None,
) -> CodeTaskTemplate:
    code = prepare_code_source(source)
    places = _places_of_code(source, code, filename)
    enforce(
        code,
        kind="code",
        restrictions=restrictions,
        filename=filename,
        to_file=places.to_file,
        inputs={key: tp for key, tp in inputs.items() if isinstance(tp, str)},
        output=output if isinstance(output, str) else None,
    )
    clashing = sorted(set(inputs) & set(externals))
    if clashing:
        raise BoundaryError(f"{clashing[0]!r} is both an input and an external of {name}")
    wrong = next((key for key in inputs if not key.isidentifier()), None)
    if wrong is not None:
        raise BoundaryError(f"input {wrong!r} is not a name that code can use")
    types = {key: resolve_annotation(tp) if isinstance(tp, str) else tp for key, tp in inputs.items()}
    result = resolve_annotation(output) if isinstance(output, str) else output
    outputs = {} if result is None or result is type(None) else {"o0": result}
    interface = Interface(
        {key: (tp, EMPTY) for key, tp in types.items()},
        outputs,
        _parameters(types),
        returns_none=result is type(None),
    )
    validate_sandboxed_interface(interface.inputs, interface.outputs)
    return CodeTaskTemplate(
        name=name,
        interface=interface,
        source_code=code,
        input_names=list(inputs),
        places=places,
        config=config,
        externals=externals,
        options=options,
        description=description,
    )


def _parameters(types: Mapping[str, Any]) -> tuple[Parameter, ...]:
    return tuple(Parameter(key, None, tp, "positional_or_keyword", False) for key, tp in types.items())


def _places_of_code(source: str, code: str, filename: str) -> Places:
    """Code is fed dedented and stripped: how many lines and columns went."""
    lines = source.split("\n")
    skipped = next((i for i, line in enumerate(lines) if line.strip()), 0)
    first = lines[skipped]
    shift = len(first) - len(first.lstrip()) if code != source else 0
    return unmoved(code, filename, first_line=skipped + 1, column_shift=shift)


def tasks_by_name(tasks: Sequence[Any]) -> dict[str, Any]:
    """`tasks=[...]` by the names that code calls them. Raises `ValueError` for two of one name, `TypeError`
    for one without.
    """
    found: dict[str, Any] = {}
    for task in tasks:
        name = external_name(task)
        if name in found:
            raise ValueError(f"two of the tasks are named {name!r}: give one of them another name")
        found[name] = task
    return found


def template_of_flyte(task: Any) -> SandboxedTaskTemplate:
    """A template of ours for a sandboxed task of the real Flyte: the same function or source, the same
    settings.
    """
    settings = task.plugin_config
    config = SandboxedConfig(
        max_memory=settings.max_memory,
        max_stack_depth=settings.max_stack_depth,
        timeout_ms=settings.timeout_ms,
        type_check=settings.type_check,
    )
    functions = getattr(task, "_user_functions", None)
    if functions is None:
        return template_from_function(task.func, name=task.name, config=config, restrictions="off")
    interface = task.interface
    return template_from_source(
        task._source_code,
        kind="code",
        name=task.name,
        inputs={key: tp for key, (tp, _) in interface.inputs.items()},
        output=interface.outputs.get("o0"),
        externals=functions,
        config=config,
        restrictions="off",
    )
