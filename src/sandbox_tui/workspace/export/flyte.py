"""`--to flyte`: a module with a Flyte environment, a stub for each external, and the task as a decorated
orchestrator.

The function keeps its text; only what Flyte 2.12 reads differently is written differently, and what has no
other way to be written is refused (`ExportError`). `docs/export.md` lists both.
"""

from __future__ import annotations

import ast

from ..document import Case, Document
from .awaits import Awaits
from .edits import SourceText, indented, lines_inside_strings, tree_of
from .errors import ExportError, bounded
from .module import ModuleText, default_text, docstring, joined
from .results import output_annotation, refuse_returned_tuples
from .scopes import Function, walk, walk_scope
from .strings import keep_strings
from .task import MAP, ExportedTask, TaskParameter, read_task
from .types import holds_handle

INDENT = "    "


@bounded
def export(document: Document, case: Case | None = None) -> str:
    """The module's text; its stubs answer as `case` (the document's first, if none is given) says. Raises
    `ExportError`.
    """
    task = read_task(document, case)
    module = ModuleText.of(task, task.names)
    env, environment = module.environment()
    stubs = module.stubs(env)
    keeper = _handle_keeper(module, env)
    if keeper is not None:
        stubs.append(keeper[1])
    name, orchestrator = _orchestrator(module, env, keeper[0] if keeper else None)
    main = module.main_block(name, defaults=True)
    return module.assemble("a decorated orchestrator", [environment, *stubs, orchestrator], main)


def _handle_keeper(module: ModuleText, env: str) -> tuple[str, str] | None:
    """A task that is never called, for a task with handles and no externals: only with a reference to a task
    does Flyte's sandbox take a handle in.
    """
    task = module.task
    annotations = [*(parameter.annotation for parameter in task.parameters), task.output]
    if task.externals or not any(holds_handle(a) for a in annotations if a is not None):
        return None
    name = module.names.fresh("keep_handles")
    text = f"@{env}.task\ndef {name}() -> None:\n"
    text += f'{INDENT}"""Never called: Flyte takes handles into a sandbox only where a task is named."""\n'
    return name, text


def _orchestrator(module: ModuleText, env: str, keeper: str | None) -> tuple[str, str]:
    task = module.task
    refuse_returned_tuples(task, declared_too=False)
    text = SourceText(task.source)
    awaits = Awaits(task.tree, text, task.called_names())
    awaits.rewrite()
    keep_strings(task.tree, text)
    if awaits.changed:
        module.notes.append(
            "Flyte's sandbox does not await externals: awaited calls are plain ones, one after the other."
        )
    if task.function is not None:
        name, body, statements = _function_body(module, text, task.function, keeper)
    else:
        name, body, statements = _code_body(module, text, keeper)
    header = _header(module, name, task.function)
    described = _docstring(task, statements)
    limits = _limits(task)
    decorator = joined(f"@{env}.sandbox.orchestrator(", limits, ")", indent=0)
    return name, f"{decorator}\n{header}\n{described}{body}"


def _limits(task: ExportedTask) -> list[str]:
    config = task.config
    limits = [
        f"timeout_ms={config.timeout_ms}",
        f"max_memory={config.max_memory}",
        f"max_stack_depth={config.max_stack_depth}",
    ]
    return limits if config.type_check else [*limits, "type_check=False"]


def _header(module: ModuleText, name: str, function: Function | None) -> str:
    task = module.task
    parameters = list(task.parameters)
    with_default = [parameter for parameter in parameters if parameter.default is not None]
    required = [parameter for parameter in parameters if parameter.default is None]
    if [*required, *with_default] != parameters:
        if function is not None and _names_itself(function):
            raise ExportError(
                "a keyword-only input without a default stands after one with a default, and the function"
                " calls itself: Flyte 2.12 "
                "knows no keyword-only inputs; put the inputs without defaults first",
                function.lineno,
            )
        parameters = [*required, *with_default]
        module.notes.append(
            "Inputs without a default stand first: Flyte's sandbox knows no keyword-only inputs."
        )
    texts = [_parameter(module, parameter) for parameter in parameters]
    line = task.function.lineno if task.function is not None else None
    returns = module.types.output(output_annotation(task), "the result", line)
    prefix = "async def" if isinstance(function, ast.AsyncFunctionDef) or _awaits_outside(task) else "def"
    return joined(f"{prefix} {name}(", texts, f") -> {returns}:", indent=0)


def _awaits_outside(task: ExportedTask) -> bool:
    """Whether a code string awaits at its top, so that the function made of it must be async."""
    return task.function is None and any(isinstance(node, ast.Await) for node in walk_scope(task.tree.body))


def _parameter(module: ModuleText, parameter: TaskParameter) -> str:
    written = module.types.write(parameter.annotation, f"the input {parameter.name}", parameter.line)
    if parameter.default is None:
        return f"{parameter.name}: {written}"
    if not _is_constant(parameter.default):
        raise ExportError(
            f"the default of {parameter.name} is no constant: Flyte would evaluate it outside the sandbox,"
            " when the file is imported",
            parameter.line,
        )
    default = default_text(module.task.source, parameter.default, parameter.annotation)
    return f"{parameter.name}: {written} = {default}"


def _is_constant(node: ast.expr) -> bool:
    allowed = (ast.Constant, ast.List, ast.Tuple, ast.Set, ast.Dict, ast.UnaryOp, ast.BinOp)
    operators = (ast.unaryop, ast.operator, ast.expr_context)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and not node.keywords:
        return node.func.id in ("float", "set", "frozenset") and all(
            _is_constant(argument) for argument in node.args
        )
    return isinstance(node, allowed) and all(
        isinstance(child, operators) or (isinstance(child, ast.expr) and _is_constant(child))
        for child in ast.iter_child_nodes(node)
    )


def _names_itself(function: Function) -> bool:
    return any(isinstance(node, ast.Name) and node.id == function.name for node in ast.walk(function))


def _docstring(task: ExportedTask, statements: list[ast.stmt]) -> str:
    if not task.description or _own_docstring(statements) is not None:
        return ""
    return docstring(task.description, INDENT) + "\n"


def _own_docstring(statements: list[ast.stmt]) -> ast.stmt | None:
    first = statements[0] if statements else None
    if (
        isinstance(first, ast.Expr)
        and isinstance(first.value, ast.Constant)
        and isinstance(first.value.value, str)
    ):
        return first
    return None


def _mention(task: ExportedTask, statements: list[ast.stmt], keeper: str | None) -> list[str]:
    """The lines of a statement that names the externals which the outermost body does not name itself.

    Flyte finds a task's externals by the names that the compiled function uses directly, not in nested
    functions, lambdas or comprehensions. An empty list is not true, so nothing of this is evaluated; CPython
    keeps the names all the same.
    """
    direct = {node.id for node in walk_scope(statements) if isinstance(node, ast.Name)}
    missing = [name for name in task.externals if name not in direct and _reachable(task, name)]
    if keeper is not None:
        missing.append(keeper)
    if not missing:
        return []
    names = missing[0] if len(missing) == 1 else f"({', '.join(missing)})"
    comment = "# Never evaluated: Flyte finds tasks by the names that stand outside nested functions."
    return [comment, f"[] and {names}"]


def _reachable(task: ExportedTask, name: str) -> bool:
    """Whether the task itself uses the external (a mock alone may do so too)."""
    for node in walk(task.tree):
        if isinstance(node, ast.Name) and node.id == name:
            return True
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id == MAP
            and node.args
        ):
            first = node.args[0]
            if not isinstance(first, ast.Constant) or first.value == name:
                return True
    return False


def _function_body(
    module: ModuleText, text: SourceText, function: Function, keeper: str | None
) -> tuple[str, str, list[ast.stmt]]:
    task = module.task
    name = function.name
    if name in {parameter.name for parameter in task.parameters}:
        # In Flyte's sandbox the function would hide the input of its name.
        name = module.names.fresh(f"{name}_task")
    mention = _mention(task, function.body, keeper)
    first = function.body[0]
    before = text.between(text.line_start(first.lineno), text.start(first))
    if mention and _has_docstring_lines(function, before):
        # A docstring stays one only where it stands first.
        text.replace(text.end(first), text.end(first), "".join(f"\n{before}{line}" for line in mention))
        mention = []
    start, end = _body_range(text, function)
    body = _shifted(text.edited(start, end), first, text)
    return name, "".join(f"{INDENT}{line}\n" for line in mention) + body, list(function.body)


def _has_docstring_lines(function: Function, before: str) -> bool:
    """Whether a docstring has its lines for itself; `before` is what stands in front of it."""
    own = _own_docstring(function.body)
    if own is None or before.strip() or len(function.body) < 2:
        return False
    return function.body[1].lineno > (own.end_lineno or own.lineno)


def _body_range(text: SourceText, function: Function) -> tuple[int, int]:
    """From the first line after the header to the end of the function, comments included."""
    first = function.body[0]
    end = text.line_start((function.end_lineno or function.lineno) + 1)
    if text.between(text.line_start(first.lineno), text.start(first)).strip():
        return text.start(first), end
    line = first.lineno
    while line - 1 > function.lineno and text.between(
        text.line_start(line - 1), text.line_start(line)
    ).lstrip().startswith("#"):
        line -= 1
    return text.line_start(line), end


def _shifted(body: str, first: ast.stmt, text: SourceText) -> str:
    """`body` with four spaces of indentation, its strings of several lines untouched."""
    before = text.between(text.line_start(first.lineno), text.start(first))
    if before.strip():
        return INDENT + body.rstrip() + "\n"
    if before == INDENT:
        return body.rstrip() + "\n"
    reparsed = tree_of("if 1:\n" + body)
    kept = lines_inside_strings(reparsed)
    lines = [
        INDENT + line[len(before) :] if number not in kept and line.startswith(before) else line
        for number, line in enumerate(body.split("\n"), 2)
    ]
    return "\n".join(lines).rstrip() + "\n"


def _code_body(module: ModuleText, text: SourceText, keeper: str | None) -> tuple[str, str, list[ast.stmt]]:
    """A code string as a function body: its last expression becomes what is returned."""
    from .names import identifier

    task = module.task
    _refuse_module_scope(task)
    name = module.names.fresh(identifier(task.name))
    statements = task.tree.body
    if not statements:
        return name, f"{INDENT}return None\n", []
    last = statements[-1]
    if isinstance(last, ast.Expr):
        text.replace(text.start(last), text.start(last), "return ")
    whole = text.edited(0, text.end(last))
    body = indented(whole, INDENT, lines_inside_strings(tree_of(whole))).strip("\n").rstrip()
    mention = "".join(f"{INDENT}{line}\n" for line in _mention(task, statements, keeper))
    return name, f"{mention}{body}\n", list(statements)


def _refuse_module_scope(task: ExportedTask) -> None:
    """Names of a module that a function would treat differently."""
    import builtins

    for node in ast.walk(task.tree):
        if isinstance(node, ast.Global):
            raise ExportError("global in a code string; export it with --to flyte-code", node.lineno)
    stored = {
        node.id: node.lineno
        for node in walk_scope(task.tree.body)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }
    for name, line in stored.items():
        if hasattr(builtins, name):
            raise ExportError(
                f"{name} is assigned in a code string, where it is also a built-in; export it with --to "
                "flyte-code",
                line,
            )
