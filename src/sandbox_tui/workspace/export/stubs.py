"""`env.task` functions that stand for a task's externals and answer as its file says.

A stub is where the real work goes. Until then it returns the value, raises the error, runs the mock (on the
host, as ordinary Python) or asks to be filled in, so that the exported module runs as it is.
"""

from __future__ import annotations

import ast
import builtins
from dataclasses import dataclass, replace
from typing import Any

from ...sandbox.handles import Handle
from ..document import ExternalSpec
from ..literals import parse_literal
from .edits import SourceText, indented, lines_inside_strings, normalised, tree_of
from .errors import ExportError
from .names import ModuleNames
from .results import tuple_lengths
from .scopes import Function
from .types import FlyteTypes, base_name, union_members
from .values import as_declared, python_text, quoted

INDENT = "    "


@dataclass(frozen=True)
class StubParameter:
    """One parameter of a stub; `default` is text."""

    name: str
    annotation: ast.expr | None
    default: str | None
    keyword_only: bool = False


class StubWriter:
    """Writes the stubs of one module: `names` and `types` are the module's, `calls` the tree whose calls tell
    unknown signatures.
    """

    def __init__(self, names: ModuleNames, types: FlyteTypes, calls: ast.Module) -> None:
        self._names = names
        self._types = types
        self._calls = calls

    def write(self, spec: ExternalSpec, env: str) -> str:
        """The stub of one external. Raises `ExportError` naming it for what Flyte cannot have."""
        what = f"the external {spec.name}"
        try:
            mock = self._mock(spec) if spec.answer == "sandbox" else None
            parameters, returns = self._interface(spec, mock)
            before, body = self._body(spec, parameters, returns, mock)
            returned = self._returns(spec, returns, mock)
            header = f"def {spec.name}({self._parameter_texts(parameters)}) -> {returned}:"
        except ExportError as error:
            raise ExportError(f"{what}: {error.reason}") from error
        return f"{before}@{env}.task\n{header}\n{body}"

    # --- the interface ---

    def _interface(
        self, spec: ExternalSpec, mock: Function | None
    ) -> tuple[list[StubParameter], ast.expr | None]:
        declared: Function | None = None
        if spec.signature is not None:
            text = spec.signature.strip()
            text = text[5:].lstrip() if text.startswith("async") else text
            found = ast.parse(f"def f{text}: ...").body[0]
            assert isinstance(found, ast.FunctionDef)
            declared = found
        if mock is not None:
            annotations = {p.name: p.annotation for p in _plain_parameters(declared)} if declared else {}
            by_position = list(annotations.values())
            parameters = []
            for position, parameter in enumerate(_plain_parameters(mock)):
                annotation = annotations.get(parameter.name) or (
                    by_position[position] if position < len(by_position) else parameter.annotation
                )
                parameters.append(
                    StubParameter(parameter.name, annotation, parameter.default, parameter.keyword_only)
                )
            return parameters, declared.returns if declared else mock.returns
        if declared is not None:
            return [self._with_value(p) for p in _plain_parameters(declared)], declared.returns
        return self._guessed_parameters(spec.name), None

    def _with_value(self, parameter: StubParameter) -> StubParameter:
        """A signature's default is a value of the task file, whose handles are not Flyte's."""
        if parameter.default is None:
            return parameter
        value = as_declared(parse_literal(parameter.default), parameter.annotation)
        return replace(parameter, default=python_text(value, self._names))

    def _guessed_parameters(self, name: str) -> list[StubParameter]:
        """For an external without a signature: what its calls in the task need."""
        positional = 0
        keywords: dict[str | None, None] = {}
        for node in ast.walk(self._calls):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                continue
            if node.func.id == "flyte_map" and node.args and _is_text(node.args[0], name):
                positional = max(positional, len(node.args) - 1)
            elif node.func.id == name:
                if any(isinstance(a, ast.Starred) for a in node.args) or any(
                    k.arg is None for k in node.keywords
                ):
                    raise ExportError("called with * or ** and without a signature: give it one")
                positional = max(positional, len(node.args))
                keywords.update({keyword.arg: None for keyword in node.keywords})
        names = [f"value_{number}" for number in range(1, positional + 1)]
        plain = [StubParameter(each, None, "None") for each in names if each not in keywords]
        return plain + [StubParameter(str(each), None, "None", keyword_only=True) for each in keywords]

    def _parameter_texts(self, parameters: list[StubParameter]) -> str:
        texts: list[str] = []
        marked = False
        for parameter in parameters:
            if parameter.name == "self":
                raise ExportError("a parameter named self, which Flyte 2.12 cannot take")
            if parameter.keyword_only and not marked:
                texts.append("*")
                marked = True
            written = self._types.write(parameter.annotation, f"its parameter {parameter.name}")
            text = f"{parameter.name}: {written}"
            texts.append(text if parameter.default is None else f"{text} = {parameter.default}")
        return ", ".join(texts)

    def _returns(self, spec: ExternalSpec, declared: ast.expr | None, mock: Function | None) -> str:
        answers = _answers(spec)
        loose = declared is None or any(
            base_name(m) in ("Any", "tuple", "Tuple") for m in union_members(declared)
        )
        if loose and answers:
            return self._type_of_answers([as_declared(answer, declared) for answer in answers])
        lengths = tuple_lengths(mock) if loose and mock is not None else set()
        if lengths:
            if len(lengths) > 1 or min(lengths) < 2:
                raise ExportError(
                    "returns tuples that Flyte cannot; it reads them as several outputs: return lists"
                )
            return f"tuple[{', '.join([self._types.any()] * min(lengths))}]"
        # A plain dict travels as JSON, which would make lists of tuples and refuse sets and handles.
        plain = declared is not None and any(
            base_name(m) in ("dict", "Dict") for m in union_members(declared)
        )
        if plain and any(_needs_pickling(answer) for answer in answers):
            return self._types.any()
        return self._types.output(declared, "its result")

    def _type_of_answers(self, answers: list[Any]) -> str:
        texts = list(dict.fromkeys(self._type_of(answer) for answer in answers))
        if len(texts) == 1:
            return texts[0]
        if any(isinstance(answer, tuple) for answer in answers):
            raise ExportError(
                "answers with tuples of different shapes, which Flyte reads as several outputs; declare a"
                " list"
            )
        return self._types.any()

    def _type_of(self, value: Any) -> str:
        if value is None:
            return "None"
        if isinstance(value, Handle):
            return self._names.member("flyte.io", type(value).__name__)
        if isinstance(value, tuple):
            if len(value) < 2:
                raise ExportError("answers with a tuple of fewer than two values, which Flyte cannot return")
            return f"tuple[{', '.join(self._type_of(item) for item in value)}]"
        if isinstance(value, dict):
            return self._types.any() if _needs_pickling(value) else "dict"
        return type(value).__name__

    # --- the body ---

    def _mock(self, spec: ExternalSpec) -> Function | None:
        """The function that answers; None for a mock that is an expression over its parameters."""
        source = normalised(spec.source or "")
        tree = tree_of(source, "its mock")
        functions = [node for node in tree.body if isinstance(node, Function)]
        if not functions:
            return None
        named = [node for node in functions if node.name == spec.name]
        return (named or functions)[-1]

    def _body(
        self,
        spec: ExternalSpec,
        parameters: list[StubParameter],
        returns: ast.expr | None,
        mock: Function | None,
    ) -> tuple[str, str]:
        if mock is not None:
            return "", self._mock_body(spec, mock, parameters)
        if spec.answer == "sandbox":
            return "", self._expression_body(spec)
        if spec.answer == "return":
            return "", f"{INDENT}return {python_text(as_declared(spec.value, returns), self._names)}\n"
        if spec.answer == "sequence":
            return self._sequence(spec, returns)
        if spec.answer == "raise":
            return "", f"{INDENT}raise {_exception(spec)}\n"
        if spec.answer == "python" and spec.target and ":" in spec.target:
            module, function = spec.target.split(":", 1)
            given = ", ".join(f"{p.name}={p.name}" if p.keyword_only else p.name for p in parameters)
            return "", f"{INDENT}import {module}\n\n{INDENT}return {module}.{function}({given})\n"
        signature = spec.signature or "(...)"
        message = f"fill in: {spec.name}{signature} has no answer in the task file"
        return "", f"{INDENT}raise NotImplementedError({quoted(message)})\n"

    def _sequence(self, spec: ExternalSpec, returns: ast.expr | None) -> tuple[str, str]:
        answers = self._names.fresh(f"{spec.name}_answers")
        texts = [python_text(as_declared(value, returns), self._names) for value in spec.values]
        lines = "".join(f"{INDENT * 2}{text},\n" for text in texts)
        before = f"{answers} = iter(\n{INDENT}[\n{lines}{INDENT}]\n)\n\n\n"
        message = f"{spec.name} has no more answers: the task file gives {len(texts)}"
        body = (
            f"{INDENT}for answer in {answers}:\n{INDENT * 2}return answer\n"
            f"{INDENT}raise RuntimeError({quoted(message)})\n"
        )
        return before, body

    def _expression_body(self, spec: ExternalSpec) -> str:
        source = normalised(spec.source or "None")
        tree = tree_of(source, "its mock")
        text = SourceText(source)
        last = tree.body[-1]
        if isinstance(last, ast.Expr):
            text.replace(text.start(last), text.start(last), "return ")
        whole = text.edited(0, text.end(last))
        return indented(whole, INDENT, lines_inside_strings(tree)) + "\n"

    def _mock_body(self, spec: ExternalSpec, mock: Function, parameters: list[StubParameter]) -> str:
        source = normalised(spec.source or "")
        tree = tree_of(source, "its mock")
        text = SourceText(source)
        first = mock.body[0]
        # Only a plain `def`, alone and over several lines, can lend its body; anything else is defined inside
        # the stub and called.
        alone = len(tree.body) == 1 and isinstance(mock, ast.FunctionDef) and not mock.decorator_list
        names = {node.id for node in ast.walk(mock) if isinstance(node, ast.Name)}
        if alone and spec.name not in names:
            if (
                first.lineno > mock.lineno
                and text.between(text.line_start(first.lineno), text.start(first)).isspace()
            ):
                body = text.between(text.line_start(first.lineno), text.end(mock))
                shift = lines_inside_strings(tree)
                lines = body.split("\n")
                width = first.col_offset
                kept = [
                    INDENT + line[width:] if number not in shift and line[:width].isspace() else line
                    for number, line in enumerate(lines, first.lineno)
                ]
                return "\n".join(kept).rstrip() + "\n"
            if first.lineno == mock.lineno:
                return INDENT + text.between(text.start(first), text.end(mock)) + "\n"
        nested = indented(source.rstrip(), INDENT, lines_inside_strings(tree))
        given = ", ".join(f"{p.name}={p.name}" if p.keyword_only else p.name for p in parameters)
        call = f"{mock.name}({given})"
        if isinstance(mock, ast.AsyncFunctionDef):
            return f"{nested}\n\n{INDENT}import asyncio\n\n{INDENT}return asyncio.run({call})\n"
        return f"{nested}\n\n{INDENT}return {call}\n"


def _plain_parameters(function: Function | None) -> list[StubParameter]:
    if function is None:
        return []
    arguments = function.args
    if arguments.vararg or arguments.kwarg:
        raise ExportError("takes * or ** arguments, which a Flyte task cannot; name its parameters")
    positional = [*arguments.posonlyargs, *arguments.args]
    defaults: list[ast.expr | None] = [None] * (len(positional) - len(arguments.defaults)) + list(
        arguments.defaults
    )
    found = [
        StubParameter(arg.arg, arg.annotation, ast.unparse(default) if default else None)
        for arg, default in zip(positional, defaults, strict=True)
    ]
    found += [
        StubParameter(arg.arg, arg.annotation, ast.unparse(default) if default else None, keyword_only=True)
        for arg, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
    ]
    return found


def _answers(spec: ExternalSpec) -> list[Any]:
    if spec.answer == "return":
        return [spec.value]
    return list(spec.values) if spec.answer == "sequence" else []


def _exception(spec: ExternalSpec) -> str:
    name = spec.error or "Exception"
    known = getattr(builtins, name, None)
    message = spec.message or ""
    if isinstance(known, type) and issubclass(known, Exception):
        return f"{name}({quoted(message) if message else ''})"
    return f"RuntimeError({quoted(f'{name}: {message}')})"


def _needs_pickling(value: Any) -> bool:
    """Whether a tuple, a set or a handle lies in `value`."""
    if isinstance(value, tuple | set | frozenset | Handle):
        return True
    if isinstance(value, dict):
        return any(_needs_pickling(item) for item in value.values())
    return isinstance(value, list) and any(_needs_pickling(item) for item in value)


def _is_text(node: ast.expr, text: str) -> bool:
    return isinstance(node, ast.Constant) and node.value == text
