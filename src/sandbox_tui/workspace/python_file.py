"""The sandboxed tasks of a `.py` file, read without running it: its syntax tree is all that is looked at.

A task is every function of the module under `@env.sandbox.orchestrator` (or `@flyte.sandbox.orchestrator`,
`@sandbox.orchestrator`), and every `orchestrator_from_str(...)` or `env.sandbox.orchestrator("...")` whose
arguments are literals or constants of the file. The `@env.task` functions and the other orchestrators that a
task calls are its externals: they answer from their own source, in the sandbox, where that is legal there,
and else are asked for. Constants of the module that a task reads stand in its source as their values.

What cannot be told without running the file is listed with the reason, and does not keep the rest from being
read. The documents are read-only: they can be run, checked and saved as TOML under another name.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .constants import Constants, NotConstant, inline_constants
from .document import CONFIG_FIELDS, PROFILES, Document, ExternalSpec
from .errors import DocumentError
from .files import read_text

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class NotRead:
    """Something of a file that could not be told without running it: its name, line (from 1), and why."""

    name: str
    line: int
    reason: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.name}: {self.reason}"


@dataclass
class PythonFile:
    """What a `.py` file holds: its tasks in the order of the file, and what could not be read."""

    path: Path | None
    text: str
    documents: list[Document] = field(default_factory=list)
    not_read: list[NotRead] = field(default_factory=list)


def read_python_file(path: Path | str) -> list[Document]:
    """The tasks of the file. Raises `DocumentError` for a file that cannot be read or does not parse."""
    return scan_python_file(path).documents


def scan_python_file(path: Path | str) -> PythonFile:
    """The tasks of the file, and what could not be read. Raises `DocumentError` as `read_python_file`
    does.
    """
    return scan_python_text(read_text(Path(path)).text, path=Path(path))


def scan_python_text(text: str, *, path: Path | None = None) -> PythonFile:
    """The same for a text that is at hand."""
    try:
        tree = ast.parse(text)
    except SyntaxError as error:
        raise DocumentError(
            f"not valid Python: {error.msg}", path=path, line=error.lineno, column=error.offset
        ) from None
    except (ValueError, RecursionError, MemoryError) as error:
        raise DocumentError(
            f"the Python cannot be read: {str(error) or 'it is too complex'}", path=path
        ) from None
    return _Reader(tree, text, path).read()


class _Reader:
    def __init__(self, tree: ast.Module, text: str, path: Path | None) -> None:
        self.tree = tree
        self.lines = text.split("\n")
        self.found = PythonFile(path, text)
        self.constants = Constants(tree)
        self.imports = _imports(tree)
        self.tasks: dict[str, Function] = {}
        self.orchestrators: dict[str, Function] = {}

    def read(self) -> PythonFile:
        decorators: set[int] = set()
        for node in self.tree.body:
            if not isinstance(node, Function):
                continue
            for decorator in node.decorator_list:
                called = decorator.func if isinstance(decorator, ast.Call) else decorator
                if self._is_orchestrator(called):
                    self.orchestrators[node.name] = node
                elif isinstance(called, ast.Attribute) and called.attr == "task":
                    self.tasks[node.name] = node
        for inner in ast.walk(self.tree):
            if isinstance(inner, Function | ast.ClassDef):
                decorators.update(id(each) for each in inner.decorator_list)
                self._note_inner(inner)
        found: list[tuple[int, Document | None]] = []
        for node in self.orchestrators.values():
            found.append((node.lineno, self._function_task(node)))
        for call, target in _calls(self.tree):
            if id(call) not in decorators and self._makes_code_task(call):
                found.append((call.lineno, self._code_task(call, target)))
        found.sort(key=lambda each: each[0])
        self.found.documents = [document for _, document in found if document is not None]
        self.found.not_read.sort(key=lambda each: each.line)
        return self.found

    # --- what is what ---

    def _dotted(self, node: ast.expr) -> str:
        """`env.sandbox.orchestrator` as text, with an imported first name spelled out; "" for other
        expressions.
        """
        parts: list[str] = []
        while isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        if not isinstance(node, ast.Name):
            return ""
        return ".".join([self.imports.get(node.id, node.id), *reversed(parts)])

    def _is_orchestrator(self, node: ast.expr) -> bool:
        return f".{self._dotted(node)}".endswith(".sandbox.orchestrator")

    def _makes_code_task(self, call: ast.Call) -> bool:
        if f".{self._dotted(call.func)}".endswith(".orchestrator_from_str"):
            return True
        if not self._is_orchestrator(call.func):
            return False
        # With a function as its argument it is the decorator, written as a call.
        first = call.args[0] if call.args else None
        return first is not None and not (isinstance(first, ast.Name) and first.id in self._functions())

    def _functions(self) -> set[str]:
        return {node.name for node in self.tree.body if isinstance(node, Function)}

    def _note_inner(self, node: Function | ast.ClassDef) -> None:
        if isinstance(node, ast.ClassDef) or node in self.tree.body:
            return
        for decorator in node.decorator_list:
            if self._is_orchestrator(decorator.func if isinstance(decorator, ast.Call) else decorator):
                self._skip(
                    node.name, node.lineno, "only functions of the module itself are read, not inner ones"
                )

    def _skip(self, name: str, line: int, reason: str) -> None:
        self.found.not_read.append(NotRead(name, line, reason))

    # --- tasks ---

    def _function_task(self, node: Function) -> Document:
        document = Document(name=node.name, description=_summary(node), path=self.found.path, read_only=True)
        document.source_line_offset = node.lineno - 1
        for decorator in node.decorator_list:
            if isinstance(decorator, ast.Call) and self._is_orchestrator(decorator.func):
                self._settings(document, decorator)
        source = self._source(node)
        document.externals = self._externals(source, node.name)
        document.source = self._inlined(document, source)
        return document

    def _code_task(self, call: ast.Call, target: str | None) -> Document | None:
        name = target or "sandboxed-code"
        arguments = {keyword.arg: keyword.value for keyword in call.keywords if keyword.arg}
        source_node = call.args[0] if call.args else arguments.get("source")
        if source_node is None:
            return None
        try:
            source = self.constants.fold(source_node)
        except NotConstant as problem:
            self._skip(name, call.lineno, f"its source {problem}")
            return None
        inputs = self._input_types(name, arguments.get("inputs"))
        if not isinstance(source, str) or inputs is None:
            return None
        document = Document(name=name, kind="code", inputs=inputs, path=self.found.path, read_only=True)
        output = arguments.get("output")
        if output is not None and not (isinstance(output, ast.Constant) and output.value is None):
            document.output = _type_text(output)
        document.source_line_offset = self._first_line(source_node) - 1
        self._settings(document, call)
        listed = arguments.get("tasks")
        names = [each.id for each in getattr(listed, "elts", []) if isinstance(each, ast.Name)]
        document.externals = self._externals(source, None, names)
        document.source = self._inlined(document, source)
        return document

    def _settings(self, document: Document, call: ast.Call) -> None:
        """The limits, name and profile that an orchestrator is given; what they leave out is the default."""
        for keyword in call.keywords:
            if keyword.arg not in (*CONFIG_FIELDS, "name", "description", "restrictions"):
                continue
            try:
                value = self.constants.fold(keyword.value)
            except NotConstant as problem:
                self._skip(document.name, keyword.value.lineno, f"its {keyword.arg} {problem}")
                continue
            if keyword.arg in CONFIG_FIELDS:
                document.config[keyword.arg] = value
            elif keyword.arg == "restrictions" and value in PROFILES:
                document.lint.profile = value
            elif keyword.arg == "name" and isinstance(value, str):
                document.name = value
            elif keyword.arg == "description" and isinstance(value, str):
                document.description = value

    def _input_types(self, name: str, node: ast.expr | None) -> dict[str, str] | None:
        if node is None:
            return {}
        if isinstance(node, ast.Name):
            node = self.constants.expression(node.id) or node
        if not isinstance(node, ast.Dict):
            self._skip(name, node.lineno, "its inputs are no literal dict")
            return None
        inputs = {}
        for key, value in zip(node.keys, node.values):
            if not isinstance(key, ast.Constant) or not isinstance(key.value, str):
                self._skip(name, node.lineno, "the names of its inputs are no literals")
                return None
            inputs[key.value] = _type_text(value)
        return inputs

    def _first_line(self, node: ast.expr) -> int:
        """The line of the file in which the first line of a code string stands."""
        while isinstance(node, ast.Call):
            node = node.args[0]
        if isinstance(node, ast.Name):
            return (
                self._first_line(self.constants.expression(node.id) or node)
                if node.id in self.constants
                else 1
            )
        return node.lineno

    def _source(self, node: Function) -> str:
        """The function's own lines, without its decorators."""
        return "\n".join(self.lines[node.lineno - 1 : node.end_lineno]) + "\n"

    def _inlined(self, document: Document, source: str) -> str:
        try:
            text, left = inline_constants(source, self.constants, document.externals)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            # A code string that does not parse is for the linter to tell.
            return source
        for name, line, reason in left:
            self._skip(document.name, line + document.source_line_offset, f"the constant {name} {reason}")
        return text

    # --- externals ---

    def _externals(
        self, source: str, own: str | None, listed: list[str] | None = None
    ) -> dict[str, ExternalSpec]:
        """The externals of a task: the tasks of the file that it calls, and those it is given."""
        names = [name for name in _called(source) if name != own]
        names += [name for name in listed or () if name not in names]
        found = {}
        for name in names:
            node = self.tasks.get(name) or self.orchestrators.get(name)
            if node is not None:
                found[name] = self._external(node)
        return found

    def _external(self, node: Function) -> ExternalSpec:
        spec = ExternalSpec(node.name, signature=_signature(node), target=node.name)
        mock = self._mock(node)
        if mock is not None:
            spec.answer, spec.source = "sandbox", mock
        return spec

    def _mock(self, node: Function) -> str | None:
        """The function's source with the tasks of the file that it calls, if all of it is legal in the
        sandbox.
        """
        from ..lint.check import check

        parts: dict[str, str] = {}
        waiting = [node.name]
        while waiting:
            name = waiting.pop()
            found = self.tasks.get(name) or self.orchestrators.get(name)
            if name in parts:
                continue
            if found is None:
                return None
            others = {**self.tasks, **self.orchestrators}
            source, left = inline_constants(self._source(found), self.constants, others)
            findings = check(source, kind="function", profile="documented")
            if left or any(each.severity == "error" for each in findings):
                return None
            parts[name] = source
            waiting.extend(each for each in _called(source, everything=True) if each != name)
        # The function itself stands last, where a reader expects it.
        return "\n".join([*(text for name, text in parts.items() if name != node.name), parts[node.name]])


# --- readings of the tree ---


def _imports(tree: ast.Module) -> dict[str, str]:
    """What the module's imported names stand for: `{"sandbox": "flyte.sandbox"}`."""
    found = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.asname:
                    found[alias.asname] = alias.name
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                found[alias.asname or alias.name] = f"{node.module}.{alias.name}"
    return found


def _calls(tree: ast.Module) -> Iterator[tuple[ast.Call, str | None]]:
    """Every call of the file, with the name that its value is assigned to."""
    targets = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            targets[id(node.value)] = node.targets[0].id
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            targets[id(node.value)] = node.target.id
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield node, targets.get(id(node))


def _called(source: str, *, everything: bool = False) -> list[str]:
    """The names from outside that a source reads, in order; those that it calls by `flyte_map` too."""
    from ..sandbox.references import PROVIDED, free_names, mapped_names

    try:
        tree = ast.parse(source)
        names = [*free_names(tree, source=source), *mapped_names(tree, source=source)]
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    return list(dict.fromkeys(each.name for each in names if everything or each.name not in PROVIDED))


def _type_text(node: ast.expr) -> str:
    from ..sandbox.boundary import resolve_annotation, type_text
    from ..sandbox.errors import BoundaryError

    try:
        return type_text(resolve_annotation(node))
    except BoundaryError:
        return ast.unparse(node)


def _signature(node: Function) -> str | None:
    """The signature as an external's text; None where it holds what no external can declare."""
    from .signatures import check_signature

    returned = f" -> {ast.unparse(node.returns)}" if node.returns is not None else ""
    prefix = "async " if isinstance(node, ast.AsyncFunctionDef) else ""
    text = f"{prefix}({ast.unparse(node.args)}){returned}"
    try:
        check_signature(text)
    except ValueError:
        return None
    return text


def _summary(node: Function) -> str:
    docstring: Any = ast.get_docstring(node) or ""
    return str(docstring).strip().split("\n\n")[0].replace("\n", " ")
