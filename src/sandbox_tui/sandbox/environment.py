"""`TaskEnvironment`: where tasks are defined, with the names and shapes of Flyte's own.

    env = TaskEnvironment(name="production-env")

    @env.task                         # an ordinary task: runs on the host, can be called from the sandbox
    def add(x: int, y: int) -> int: ...

    @env.sandbox.orchestrator         # a sandboxed task
    def total(x: int, y: int) -> int: return add(x, y)

An ordinary task that is called in a sandboxed one is an external call: the host answers it.
"""

from __future__ import annotations

import functools
import inspect
import weakref
from collections.abc import Callable, Mapping, Sequence
from types import SimpleNamespace
from typing import Any, overload

from .building import tasks_by_name, template_from_function, template_from_source
from .config import SandboxedConfig
from .restrictions import Restrictions
from .template import CodeTaskTemplate, SandboxedTaskTemplate

_DEFAULTS = SandboxedConfig()


class TaskTemplate:
    """An ordinary task: a Python function that runs on the host.

    Calling it calls the function (an async one gives its coroutine). `name` is `<environment>.<function>`,
    `func` the function.
    """

    __sandbox_task__ = True
    task_type = "python"

    def __init__(
        self, func: Callable[..., Any], *, name: str, options: Mapping[str, Any] | None = None
    ) -> None:
        if not callable(func):
            raise TypeError(f"a task is made of a function, got {type(func).__name__}")
        self.func = func
        self.name = name
        self.options = dict(options or {})
        self.retries = SimpleNamespace(count=self.options.get("retries") or 0)
        self.parent_env: Callable[[], Any] = lambda: None
        self.parent_env_name: str | None = None
        functools.update_wrapper(self, func, updated=())

    @property
    def short_name(self) -> str:
        """The function's own name: what code in a sandbox calls this task by."""
        return self.func.__name__

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Calls the function."""
        return self.func(*args, **kwargs)

    async def aio(self, *args: Any, **kwargs: Any) -> Any:
        """Calls the function and awaits its result if there is something to await."""
        result = self.func(*args, **kwargs)
        return await result if inspect.isawaitable(result) else result

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """Calls the function."""
        return self.func(*args, **kwargs)

    def __repr__(self) -> str:
        return f"<TaskTemplate {self.name}>"


class TaskEnvironment:
    """A named set of tasks. `tasks` holds them by name; `sandbox.orchestrator` makes sandboxed ones.

    Other keywords of Flyte's TaskEnvironment (`image`, `resources`, ...) are kept in `options` and change
    nothing here.
    """

    def __init__(self, name: str, **options: Any) -> None:
        if not isinstance(name, str) or not name:
            raise ValueError(f"an environment needs a name, got {name!r}")
        self.name = name
        self.options = options
        self.image = options.get("image")
        self.tasks: dict[str, TaskTemplate | SandboxedTaskTemplate] = {}
        self.sandbox = SandboxNamespace(self)

    @overload
    def task(self, func: Callable[..., Any], /) -> TaskTemplate: ...
    @overload
    def task(
        self, /, *, name: str | None = None, **options: Any
    ) -> Callable[[Callable[..., Any]], TaskTemplate]: ...
    def task(
        self, func: Callable[..., Any] | None = None, /, *, name: str | None = None, **options: Any
    ) -> Any:
        """Makes an ordinary task of a function, bare or with arguments: `@env.task`,
        `@env.task(retries=3)`.
        """

        def make(function: Callable[..., Any]) -> TaskTemplate:
            made = TaskTemplate(function, name=name or f"{self.name}.{function.__name__}", options=options)
            self._register(made)
            return made

        return make if func is None else make(func)

    def _register(self, task: TaskTemplate | SandboxedTaskTemplate) -> None:
        known = self.tasks.get(task.name)
        if known is not None and not _same_definition(known, task):
            raise ValueError(
                f"environment {self.name!r} already has a task {task.name!r}: give one of them another name"
            )
        self.tasks[task.name] = task
        reference = weakref.ref(self)
        task.parent_env = reference
        task.parent_env_name = self.name

    def __repr__(self) -> str:
        return f"<TaskEnvironment {self.name}: {', '.join(self.tasks) or 'no tasks'}>"


def _same_definition(known: Any, task: Any) -> bool:
    """Whether a task replaces its own earlier self: a module that is run again (a reload), or a cell of a
    notebook, whose text gets a file name of its own whenever it has changed.
    """
    first, second = getattr(known.func, "__code__", None), getattr(task.func, "__code__", None)
    if first is None or second is None:
        return False
    if first.co_filename != second.co_filename:
        return _is_cell(first.co_filename) and _is_cell(second.co_filename)
    return bool(first.co_firstlineno == second.co_firstlineno)


def _is_cell(filename: str) -> bool:
    """Whether a file name is one that IPython makes up for a cell (its own, and its kernel's)."""
    return filename.startswith("<ipython-input-") or "ipykernel_" in filename


class SandboxNamespace:
    """`env.sandbox`."""

    def __init__(self, environment: TaskEnvironment | None) -> None:
        self._environment = environment

    @overload
    def orchestrator(self, func: Callable[..., Any], /) -> SandboxedTaskTemplate: ...
    @overload
    def orchestrator(self, source: str, /, **arguments: Any) -> CodeTaskTemplate: ...
    @overload
    def orchestrator(self, /, **arguments: Any) -> Callable[[Callable[..., Any]], SandboxedTaskTemplate]: ...
    def orchestrator(
        self,
        target: Callable[..., Any] | str | None = None,
        /,
        *,
        name: str | None = None,
        inputs: Mapping[str, Any] | None = None,
        output: Any = None,
        tasks: Sequence[Any] | None = None,
        max_memory: int = _DEFAULTS.max_memory,
        max_stack_depth: int = _DEFAULTS.max_stack_depth,
        timeout_ms: int = _DEFAULTS.timeout_ms,
        type_check: bool = _DEFAULTS.type_check,
        restrictions: Restrictions = "documented",
        **options: Any,
    ) -> Any:
        """Makes a sandboxed task: of a function (`@env.sandbox.orchestrator`, bare or with arguments), or of
        a code string.

        A function's template is named `<environment>.<function>` unless `name` is given, which replaces the
        whole. A code string takes `inputs` (name -> type), `output` (type) and `tasks`, and is named
        "sandboxed-code". The four settings are those of `SandboxedConfig`; `restrictions` is "documented",
        "runtime" or "off". Other keywords (`retries`, `cache`, `image`, `queue`, ...) are kept for Flyte.
        Raises `SourceError`, `RestrictionError`, `BoundaryError`.
        """
        config = SandboxedConfig(max_memory, max_stack_depth, timeout_ms, type_check)
        if isinstance(target, str):
            made = orchestrator_from_str(
                target,
                inputs=inputs or {},
                output=output,
                tasks=tasks,
                name=name or "sandboxed-code",
                max_memory=max_memory,
                max_stack_depth=max_stack_depth,
                timeout_ms=timeout_ms,
                type_check=type_check,
                restrictions=restrictions,
                **self._with_image(options),
            )
            self._register(made, named=name is not None)
            return made
        for keyword, value in (("inputs", inputs), ("output", output), ("tasks", tasks)):
            if value is not None:
                raise TypeError(
                    f"{keyword}= belongs to a code string: a function's signature and names say it already"
                )

        def make(function: Callable[..., Any]) -> SandboxedTaskTemplate:
            template = template_from_function(
                function,
                name=name or self._full_name(function),
                config=config,
                restrictions=restrictions,
                options=self._with_image(options),
            )
            self._register(template)
            return template

        return make if target is None else make(target)

    def _full_name(self, function: Any) -> str:
        own = getattr(function, "__name__", type(function).__name__)
        if self._environment is not None:
            return f"{self._environment.name}.{own}"
        return f"{getattr(function, '__module__', '__main__')}.{own}"

    def _with_image(self, options: Mapping[str, Any]) -> dict[str, Any]:
        image = None if self._environment is None else self._environment.image
        return {"image": image, **options}

    def _register(self, template: SandboxedTaskTemplate, *, named: bool = True) -> None:
        if self._environment is None:
            return
        if not named and template.name in self._environment.tasks:
            # Code strings without a name are all "sandboxed-code"; each stands for itself.
            return
        self._environment._register(template)


def orchestrator_from_str(
    source: str,
    *,
    inputs: Mapping[str, Any],
    output: Any = None,
    tasks: Sequence[Any] | None = None,
    name: str = "sandboxed-code",
    max_memory: int = _DEFAULTS.max_memory,
    max_stack_depth: int = _DEFAULTS.max_stack_depth,
    timeout_ms: int = _DEFAULTS.timeout_ms,
    type_check: bool = _DEFAULTS.type_check,
    restrictions: Restrictions = "documented",
    **options: Any,
) -> CodeTaskTemplate:
    """A template of a code string; the value of its last expression is the result.

    `inputs` gives each input's type, `output` the result's (nothing or None: it has no output). `tasks` are
    the externals: functions, `env.task`s, other templates; in the code each has its function's name or the
    last part of its template's, and two of one name are refused (`ValueError`). Raises `SourceError`,
    `RestrictionError`, `BoundaryError`.
    """
    made = template_from_source(
        source,
        kind="code",
        name=name,
        inputs=inputs,
        output=output,
        externals=tasks_by_name(tasks or ()),
        config=SandboxedConfig(max_memory, max_stack_depth, timeout_ms, type_check),
        restrictions=restrictions,
        options=options,
        filename=f"<{name}>",
    )
    assert isinstance(made, CodeTaskTemplate)
    return made


async def orchestrate_local(
    source: str,
    *,
    inputs: Mapping[str, Any],
    tasks: Sequence[Any] | None = None,
    max_memory: int = _DEFAULTS.max_memory,
    max_stack_depth: int = _DEFAULTS.max_stack_depth,
    timeout_ms: int = _DEFAULTS.timeout_ms,
    type_check: bool = _DEFAULTS.type_check,
    restrictions: Restrictions = "documented",
) -> Any:
    """Runs a code string once and returns the value of its last expression.

    `inputs` are values by name; without declared types they are only checked for being able to cross the
    boundary. Raises what building a template and running it raise.
    """
    template = orchestrator_from_str(
        source,
        inputs=dict.fromkeys(inputs, Any),
        output=Any,
        tasks=tasks,
        max_memory=max_memory,
        max_stack_depth=max_stack_depth,
        timeout_ms=timeout_ms,
        type_check=type_check,
        restrictions=restrictions,
    )
    return await template.aio(**inputs)


def flyte_map(
    task: Any,
    *iterables: Any,
    concurrency: int = 0,
    group_name: str | None = None,
    return_exceptions: bool = True,
) -> list[Any]:
    """Maps a task over zipped iterables, its calls at the same time; results in order, exceptions in their
    places.

    In a sandboxed task `flyte_map("name", items)` needs no import: the engine answers it. This is the same
    for the host, where `task` is the callable itself; `concurrency` bounds the calls under way (0: not), and
    without `return_exceptions` the first row's exception is raised.
    """
    from .mapping import map_rows

    del group_name
    if isinstance(task, str):
        raise TypeError(
            f"flyte_map({task!r}, ...) by name works inside a sandboxed task; here, pass the task itself"
        )
    return map_rows(
        lambda row: task(*row),
        list(zip(*iterables)),
        concurrency=concurrency,
        return_exceptions=return_exceptions,
    )


sandbox = SandboxNamespace(None)
"""`sandbox_tui.sandbox`-style module-level decorator, without an environment: `@sandbox.orchestrator`."""
