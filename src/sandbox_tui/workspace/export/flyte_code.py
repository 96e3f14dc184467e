"""`--to flyte-code`: the task as a code string for `flyte.sandbox.orchestrator_from_str`, with a stub for
each external.

A function becomes its definition and a trailing call. Flyte's code strings take `timeout_ms` alone of the
four limits and know no defaults; the module says so where it matters.
"""

from __future__ import annotations

import ast

from ...sandbox.config import SandboxedConfig
from ..document import Case, Document
from .awaits import Awaits
from .edits import SourceText
from .errors import bounded
from .module import ModuleText, joined
from .names import environment_name, identifier
from .results import output_annotation, refuse_returned_tuples
from .scopes import Function
from .strings import keep_strings
from .task import ExportedTask, read_task
from .types import holds_handle
from .values import quoted, quoted_block


@bounded
def export(document: Document, case: Case | None = None) -> str:
    """The module's text; its stubs answer as `case` (the document's first, if none is given) says. Raises
    `ExportError`.
    """
    task = read_task(document, case)
    refuse_returned_tuples(task, declared_too=True)
    module = ModuleText.of(task, set(task.externals))
    env, environment = module.environment()
    stubs = module.stubs(env)
    tasks = list(task.externals)
    annotations = [*(parameter.annotation for parameter in task.parameters), task.output]
    if not tasks and any(holds_handle(annotation) for annotation in annotations if annotation is not None):
        keeper = module.names.fresh("keep_handles")
        tasks.append(keeper)
        stubs.append(
            f"@{env}.task\ndef {keeper}() -> None:\n"
            '    """Never called: Flyte 2.12 passes a handle into a sandbox only where it has a task."""\n'
        )
    source = _source(module)
    _note_what_is_lost(module)
    source_name = module.names.fresh("SOURCE")
    name = module.names.fresh(identifier(task.name))
    template = _template(module, name, source_name, tasks)
    flyte = module.names.module("flyte")
    attached = f"{environment_name(task.name)}-code"
    sandbox_env = module.names.fresh("sandbox_env")
    depends = [f"depends_on=[{env}]"] if stubs else []
    from_task = f"{sandbox_env} = {flyte}.TaskEnvironment.from_task("
    deployed = joined(from_task, [quoted(attached), name, *depends], ")", indent=0)
    main = module.main_block(name, defaults=False)
    blocks = [
        environment if stubs else "",
        *stubs,
        f"{source_name} = {quoted_block(source)}\n\n{template}\n\n{deployed}\n",
    ]
    return module.assemble("a code string", blocks, main)


def _source(module: ModuleText) -> str:
    task = module.task
    text = SourceText(task.source)
    awaits = Awaits(task.tree, text, task.called_names())
    awaits.rewrite()
    keep_strings(task.tree, text)
    if awaits.changed:
        module.notes.append(
            "Flyte's sandbox does not await externals: awaited calls are plain ones, one after the other."
        )
    whole_end = text.end(task.tree.body[-1]) if task.tree.body else 0
    if task.function is None:
        return text.edited(0, len(task.source.encode("utf-8", "surrogatepass"))).rstrip()
    function = task.function
    name = function.name
    if name in {parameter.name for parameter in task.parameters}:
        # The definition would hide the input of its name.
        name = f"{name}_task"
        head = text.between(text.line_start(function.lineno), text.end(function)).index(function.name)
        at = text.line_start(function.lineno) + head
        text.replace(at, at + len(function.name.encode()), name)
    definition = text.edited(0, whole_end).strip("\n")
    prefix = "await " if isinstance(function, ast.AsyncFunctionDef) else ""
    return f"{definition}\n\n{prefix}{name}({_arguments(function)})"


def _arguments(function: Function) -> str:
    arguments = function.args
    texts = [argument.arg for argument in [*arguments.posonlyargs, *arguments.args]]
    texts += [f"{argument.arg}={argument.arg}" for argument in arguments.kwonlyargs]
    return ", ".join(texts)


def _note_what_is_lost(module: ModuleText) -> None:
    task = module.task
    plain = SandboxedConfig()
    lost = [
        f"{name}={getattr(task.config, name)}"
        for name in ("max_memory", "max_stack_depth", "type_check")
        if getattr(task.config, name) != getattr(plain, name)
    ]
    if lost:
        module.notes.append(
            f"Flyte's code strings take no limit but timeout_ms: {', '.join(lost)} cannot be carried and "
            "Flyte's defaults apply "
            "(50 MiB, 256 nested calls). Export with --to flyte to keep them."
        )
    defaults = [parameter.name for parameter in task.parameters if parameter.default is not None]
    if defaults:
        module.notes.append(
            f"Flyte's code strings know no defaults: every input must be given ({', '.join(defaults)} too)."
        )


def _template(module: ModuleText, name: str, source_name: str, tasks: list[str]) -> str:
    task: ExportedTask = module.task
    inputs = [
        f"{quoted(parameter.name)}: "
        + module.types.write(parameter.annotation, f"the input {parameter.name}", parameter.line)
        for parameter in task.parameters
    ]
    items = [source_name, "inputs=" + joined("{", inputs, "}", indent=4)]
    output = output_annotation(task)
    written = module.types.output(output, "the result")
    if written != "None":
        items.append(f"output={written}")
    if tasks:
        items.append("tasks=" + joined("[", tasks, "]", indent=4))
    items += [f"name={quoted(task.name)}", f"timeout_ms={task.config.timeout_ms}"]
    flyte = module.names.module("flyte")
    module.names.module("flyte.sandbox")
    return joined(f"{name} = {flyte}.sandbox.orchestrator_from_str(", items, ")", indent=0)
