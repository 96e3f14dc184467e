"""SBX624 to SBX626 and SBX629: what Monty reads and certainly refuses when it is reached."""

from __future__ import annotations

import ast
import re

from ..context import Context
from ..imports import imports_of, is_builtin, is_function, is_guarded
from ..kinds import kinds_of
from .refused import refuses
from .rule import TYPED, Rule

_EXCEPTION = re.compile(r"(?:[A-Z]\w*)?(?:Error|Exception|Exit|Interrupt|Iteration)")


def _exception(node: ast.Call, context: Context) -> None:
    function = node.func
    if not isinstance(function, ast.Name) or not _EXCEPTION.fullmatch(function.id):
        return
    if function.id not in context.target.builtins or not (node.args or node.keywords):
        return
    message = _wrong_arguments(node, function.id, context)
    if message is None or not refuses("exception-values", context):
        return
    if is_builtin(function, context) and not is_guarded(node, "RuntimeError", context):
        context.report_node(EXCEPTION, node, message)


def _wrong_arguments(node: ast.Call, name: str, context: Context) -> str | None:
    one = f"in Monty {name} takes one string"
    if any(each.arg is not None for each in node.keywords):
        return f"{one}, no keyword: put it into the message"
    plain = [each for each in node.args if not isinstance(each, ast.Starred)]
    if len(plain) > 1:
        return f'{one}: put the values into it, such as {name}(f"{{what}}: {{value}}")'
    if len(plain) == len(node.args) == 1:
        argument = plain[0]
        if isinstance(argument, ast.JoinedStr) or (
            isinstance(argument, ast.Constant) and isinstance(argument.value, str)
        ):
            return None  # nearly always
        kind = kinds_of(context).of(argument)
        if kind is not None and kind != "str":
            text = context.source.segment(argument)
            shown = text if len(text) <= 30 and text.isprintable() else "value"
            return f"{one}: write {name}(str({shown}))"
    return None


def _clock(node: ast.Call, context: Context) -> None:
    imports = imports_of(context)
    if imports is None:
        return
    name = imports.dotted(node.func)
    if name is None or is_guarded(node, "RuntimeError", context):
        return
    message = None
    if name in CLOCK or (name in CLOCK_WITHOUT_ARGUMENT and not node.args and not node.keywords):
        message = f"{name}: a task has no clock; take the time as an input, or from an external"
    elif name == "os.urandom":
        message = "os.urandom: a task has no source of chance; take it as an input, or from an external"
    elif name.startswith("random.") and name.count(".") == 1:
        message = _chance(node, name, context)
    if message is not None:
        context.report_node(CLOCK_RULE, node, message)


def _chance(node: ast.Call, name: str, context: Context) -> str | None:
    own = name.partition(".")[2]
    if own not in context.target.modules.get("random", ()) or own in ("Random", "setstate"):
        return None
    if own == "seed":
        unseeded = not node.args or (isinstance(node.args[0], ast.Constant) and node.args[0].value is None)
        return "random.seed without a number: write one, such as random.seed(1)" if unseeded else None
    if _SEEDED.search(context.source.text):
        return None
    return f"{name}: a task has no source of chance; call random.seed(n) with a number before"


_SEEDED = re.compile(r"\bseed\b|\bsetstate\b")

CLOCK = frozenset(
    (
        "datetime.date.today",
        "datetime.datetime.now",
        "time.monotonic",
        "time.monotonic_ns",
        "time.perf_counter",
        "time.perf_counter_ns",
        "time.time",
        "time.time_ns",
    )
)
"""What asks for the time, which the engine and Flyte refuse; a test asks the engine for each."""

CLOCK_WITHOUT_ARGUMENT = frozenset(("time.asctime", "time.ctime", "time.gmtime", "time.localtime"))
"""What asks for the time when it is not given one."""


def _host(node: ast.Call | ast.Attribute | ast.ImportFrom, context: Context) -> None:
    if isinstance(node, ast.ImportFrom):
        if node.module == "os" and not node.level and not _caught_host(node, context):
            for alias in node.names:
                if alias.name == "environ":
                    start, end = context.source.start(alias), context.source.end(alias)
                    context.report(HOST, start, end, _ENVIRONMENT)
    elif isinstance(node, ast.Call):
        function = node.func
        if isinstance(function, ast.Name) and function.id == "open":
            if is_builtin(function, context) and not _caught_host(node, context):
                message = "open: a task has no files; take the text as an input, or from an external"
                context.report_node(HOST, node, message)
            return
        imports = imports_of(context)
        name = None if imports is None else imports.dotted(function)
        if name in HOST_CALLS and name.rpartition(".")[2] in _names(name, context):
            if not _caught_host(node, context):
                message = f"{name}: a task has no files and no environment; let an external do it"
                context.report_node(HOST, node, message)
        elif isinstance(function, ast.Attribute) and function.attr in PATH_CALLS:
            _path(node, function, context)
    elif node.attr == "environ" and isinstance(node.ctx, ast.Load):
        imports = imports_of(context)
        if imports is not None and imports.dotted(node) == "os.environ" and not _caught_host(node, context):
            context.report_node(HOST, node, _ENVIRONMENT)


def _names(dotted: str, context: Context) -> frozenset[str]:
    return context.target.modules.get(dotted.rpartition(".")[0], frozenset())


def _path(node: ast.Call, function: ast.Attribute, context: Context) -> None:
    imports = imports_of(context)
    value = function.value
    if imports is None:
        return
    if isinstance(value, ast.Name):
        bound = kinds_of(context).values(value)
        if len(bound) != 1 or not isinstance(bound[0], ast.Call):
            return
        value = bound[0]
    is_path = isinstance(value, ast.Call) and imports.dotted(value.func) == "pathlib.Path"
    if is_path and not _caught_host(node, context):
        message = f"Path.{function.attr}: a task has no files; let an external do it"
        context.report_node(HOST, node, message)


def _caught_host(node: ast.AST, context: Context) -> bool:
    return any(is_guarded(node, error, context) for error in ("RuntimeError", "OSError", "PermissionError"))


_ENVIRONMENT = "os.environ: a task has no environment; take the value as an input"

HOST_CALLS = frozenset(
    (
        "os.getenv",
        "os.listdir",
        "os.makedirs",
        "os.mkdir",
        "os.path.exists",
        "os.path.getsize",
        "os.path.isdir",
        "os.path.isfile",
        "os.remove",
        "os.rename",
        "os.replace",
        "os.rmdir",
        "os.scandir",
        "os.stat",
        "os.unlink",
    )
)
"""What asks for files or the environment, which the engine and Flyte refuse; a test asks the engine."""

PATH_CALLS = frozenset(
    (
        "exists",
        "is_dir",
        "is_file",
        "iterdir",
        "mkdir",
        "open",
        "read_bytes",
        "read_text",
        "rmdir",
        "stat",
        "unlink",
        "write_bytes",
        "write_text",
    )
)
"""The methods of a `pathlib.Path` that ask the host for files."""


_KEYWORDS: dict[str, dict[str, str]] = {
    "asyncio.gather": {
        "return_exceptions": "catch exceptions in the functions that are gathered",
    },
    "json.dumps": {
        "default": "make plain dicts, lists and strings first",
        "cls": "make plain dicts, lists and strings first",
    },
    "dataclasses.dataclass": {
        "order": "give sorted a key",
        "slots": "leave it out",
        "kw_only": "leave it out",
        "unsafe_hash": "use frozen=True",
        "init": "leave it out",
        "repr": "define __repr__",
    },
    "json.loads": {"object_hook": "convert the dicts afterwards", "cls": "convert the dicts afterwards"},
}


def _argument(node: ast.Call, context: Context) -> None:
    function = node.func
    if isinstance(function, ast.Name) and function.id == "pow":
        if node.keywords and is_builtin(function, context) and refuses("pow-keywords", context):
            message = "in Monty pow takes no keywords: write pow(base, exponent, modulus)"
            context.report_node(ARGUMENT, node, message)
        return
    if isinstance(function, ast.Name) and function.id == "object":
        if is_builtin(function, context) and refuses("object-instance", context):
            message = "object(): Monty makes none; use a string that is used for nothing else"
            context.report_node(ARGUMENT, node, message)
        return
    imports = imports_of(context)
    name = None if imports is None else imports.dotted(function)
    if name is None:
        return
    for keyword in node.keywords:
        advice = _KEYWORDS.get(name, {}).get(keyword.arg or "")
        if advice is not None and not is_guarded(node, "NotImplementedError", context):
            start, end = context.source.start(keyword), context.source.end(keyword)
            context.report(ARGUMENT, start, end, f"Monty's {name} has no {keyword.arg}: {advice}")
    if name == "re.sub" and len(node.args) > 1 and refuses("re-callable", context):
        replacement = node.args[1]
        if is_function(replacement, context):
            message = "in Monty re.sub replaces by a string only: go through re.finditer and join the parts"
            context.report_node(ARGUMENT, replacement, message)


def _post_init(node: ast.ClassDef, context: Context) -> None:
    if not refuses("dataclass-post-init", context):
        return
    for method in node.body:
        if isinstance(method, ast.FunctionDef) and method.name == "__post_init__":
            imports = imports_of(context)
            decorators = [each.func if isinstance(each, ast.Call) else each for each in node.decorator_list]
            if imports and any(imports.dotted(each) == "dataclasses.dataclass" for each in decorators):
                start = context.source.start(method)
                end = context.source.head_end(method, r"def\s+\w+")
                version = context.target.version
                message = (
                    f"Monty {version}'s dataclass has no __post_init__: compute it in a function or method"
                )
                context.report(ARGUMENT, start, end, message)


def _arguments(node: ast.Call | ast.ClassDef, context: Context) -> None:
    if isinstance(node, ast.ClassDef):
        if node.decorator_list:
            _post_init(node, context)
    else:
        _argument(node, context)


EXCEPTION = Rule(
    code="SBX624",
    name="exception-arguments",
    summary="An exception made with anything but one string: `ValueError(5)`, `ValueError('a', 'b')`.",
    why="Monty then fails with an error of its own (`RuntimeError: Internal error in monty`).",
    instead="One string: `ValueError(f'{name}: {value}')`.",
    bad="def check(n: int) -> int:\n    if n > 9:\n        raise ValueError('too large', n)\n    return n\n",
    good="def check(n: int) -> int:\n    if n > 9:\n        raise ValueError(f'too large: {n}')\n"
    "    return n\n",
    profiles=TYPED,
    expressions=(ast.Call,),
    find=_exception,
)

CLOCK_RULE = Rule(
    code="SBX625",
    name="clock-and-chance",
    summary="The time, or random numbers without a seed.",
    why="The same inputs and answers shall give the same run: both are refused when they are reached.",
    instead="The time as an input or from an external; `random.seed(n)` first.",
    bad="def stamp(x: int) -> dict:\n    import time\n    return {'x': x, 'at': time.time()}\n",
    good="def stamp(x: int, now: float) -> dict:\n    return {'x': x, 'at': now}\n",
    profiles=TYPED,
    expressions=(ast.Call,),
    find=_clock,
)

HOST = Rule(
    code="SBX626",
    name="host-access",
    summary="Files and the environment: `open`, `os.environ`, `Path.read_text` and the like.",
    why="A task has neither: both are refused when they are reached.",
    instead="An external that reads or writes; a `File` or `Dir` handle that is passed to it.",
    bad="def read(path: str) -> str:\n    return open(path).read()\n",
    good="def read(path: str) -> str:\n    return read_text(path)\n",
    profiles=TYPED,
    nodes=(ast.ImportFrom,),
    expressions=(ast.Call, ast.Attribute),
    find=_host,
)

ARGUMENT = Rule(
    code="SBX629",
    name="unsupported-argument",
    summary="An argument or an option that Monty's version of a function does not take.",
    why="The call fails when it is reached.",
    instead="What the message names.",
    bad="def power(x: int) -> int:\n    return pow(x, 3, mod=7)\n",
    good="def power(x: int) -> int:\n    return pow(x, 3, 7)\n",
    profiles=TYPED,
    nodes=(ast.ClassDef,),
    expressions=(ast.Call,),
    find=_arguments,
)

RULES = (EXCEPTION, CLOCK_RULE, HOST, ARGUMENT)
