"""SBX620 to SBX623: modules, names in modules, and methods that this Monty does not have.

What is found here certainly fails when it is reached.
"""

from __future__ import annotations

import ast
import re
from functools import lru_cache

from ..context import Context
from ..imports import Imports, imports_of, is_builtin, is_function, is_guarded
from ..kinds import kinds_of
from ..targets import Target
from .missing_advice import ATTRIBUTES, METHODS, MODULES, NAMES, OF_OTHER_LANGUAGES
from .rule import TYPED, Rule

NOWHERE = frozenset(
    """
    __bases__ __cause__ __closure__ __code__ __context__ __defaults__ __dict__ __func__ __globals__
    __kwdefaults__ __module__ __mro__ __qualname__ __self__ __subclasses__ __traceback__ __wrapped__
    """.split()  # noqa: SIM905
)
"""What no value in Monty has, whatever its type; a test asks the installed Monty."""

_EXCEPTION_ATTRIBUTES = frozenset(dir(Exception))


def _module(node: ast.Import | ast.ImportFrom, context: Context) -> None:
    if isinstance(node, ast.ImportFrom):
        names = [node.module] if node.module and not node.level and node.module != "__future__" else []
    else:
        names = [alias.name for alias in node.names]
    for name in names:
        if name in context.target.modules or is_guarded(node, "ModuleNotFoundError", context):
            continue
        advice = MODULES.get(name) or MODULES.get(name.partition(".")[0]) or _ELSE
        where: ast.AST = node
        if isinstance(node, ast.Import):
            where = next(alias for alias in node.names if alias.name == name)
        start, end = context.source.start(where), context.source.end(where)  # type: ignore[arg-type]
        version = context.target.version
        context.report(MODULE, start, end, f"Monty {version} has no module {name}: {advice}")


_ELSE = "let an external do what it is for"


def _imported_name(node: ast.ImportFrom, context: Context) -> None:
    known = context.target.modules.get(node.module or "")
    if known is None or node.level:
        return
    for alias in node.names:
        if (
            alias.name in known
            or alias.name == "*"
            or f"{node.module}.{alias.name}" in context.target.modules
        ):
            continue
        if not is_guarded(node, "ImportError", context):
            start, end = context.source.start(alias), context.source.end(alias)
            context.report(NAME, start, end, _no_name(node.module or "", alias.name, context.target))


def _no_name(module: str, name: str, target: Target) -> str:
    advice = NAMES.get(f"{module}.{name}")
    if advice is None:
        holder = next(
            (each for each in _classes_of(module, target) if name in target.class_methods[each]), None
        )
        near = _near(name, target.modules[module])
        if holder is not None:
            advice = f"write {holder}.{name}"
        else:
            advice = f"did you mean {near}?" if near else "write it yourself, or call an external"
    return f"Monty {target.version}'s {module} has no {name}: {advice}"


def _classes_of(module: str, target: Target) -> list[str]:
    """The recorded classes of a module, the one of its own name first."""
    found = [each for each in target.class_methods if each.startswith(f"{module}.")]
    return sorted(found, key=lambda each: (each != f"{module}.{module}", each))


def _names(tree: ast.Module, context: Context) -> None:
    imports = imports_of(context)
    if imports is None:
        return
    # Only where there are imports: the nodes are indexed anyway.
    from ..index import index_of

    for node in index_of(context).of(ast.Attribute):
        if isinstance(node.ctx, ast.Load):
            _dotted(node, imports, context)


def _dotted(node: ast.Attribute, imports: Imports, context: Context) -> None:
    holder = imports.dotted(node.value)
    if holder is None or f"{holder}.{node.attr}" in context.target.modules:
        return
    names = context.target.modules.get(holder)
    if names is not None and node.attr not in names and not is_guarded(node, "AttributeError", context):
        context.report_node(NAME, node, _no_name(holder, node.attr, context.target))


def _called(context: Context) -> set[int]:
    """The functions (by id) of the calls that were seen: a call is shown to rules before what is in it."""
    return set()


def _method(node: ast.Call, context: Context) -> None:
    if isinstance(node.func, ast.Attribute):
        _read(node.func, True, context)


def _attribute(node: ast.Call | ast.Attribute, context: Context) -> None:
    if isinstance(node, ast.Call):
        if isinstance(node.func, ast.Attribute):
            context.memo(_called).add(id(node.func))
    elif isinstance(node.ctx, ast.Load) and id(node) not in context.memo(_called):
        _read(node, False, context)


def _read(node: ast.Attribute, called: bool, context: Context) -> None:
    target, name = context.target, node.attr
    if name in NOWHERE:
        if not is_guarded(node, "AttributeError", context):
            message = (
                f"nothing in Monty has {name}: {ATTRIBUTES.get(name, 'a task cannot look into its own code')}"
            )
            context.report_node(METHOD if called else ATTRIBUTE, node, message)
        return
    if isinstance(node.value, ast.Name) and node.value.id in _CLASSES:
        if is_builtin(node.value, context):
            _of_class(node, node.value.id, called, context)
        return
    imports = imports_of(context)
    dotted = None if imports is None else imports.dotted(node.value)
    if dotted is not None:
        if dotted in target.class_methods:
            _of_class(node, dotted, called, context)
        return
    if called and name in _common_methods(target):
        return  # on nearly any value that has a method of that name
    if isinstance(node.value, ast.Name) and node.value.id == "self":
        return
    kind = kinds_of(context).of(node.value)
    if kind is None and is_function(node.value, context):
        kind = "function"
    if kind is None and name in _EXCEPTION_ATTRIBUTES and _is_caught(node.value, context):
        kind = "Exception"
    if kind is not None and kind in target.methods:
        _of_value(node, kind, called, context)


def _is_caught(node: ast.expr, context: Context) -> bool:
    """Whether a name is read that only `except ... as` binds."""
    if not isinstance(node, ast.Name):
        return False
    from ..index import index_of

    kinds, index = kinds_of(context), index_of(context)
    binder = kinds.binder(node)
    if binder is None:
        return False
    handlers = [
        each for each in index.of(ast.ExceptHandler) if each.name == node.id and index.scope(each) is binder
    ]
    return bool(handlers) and len(handlers) == len(kinds.bindings[binder, node.id])


def _of_value(node: ast.Attribute, kind: str, called: bool, context: Context) -> None:
    methods, attributes = context.target.methods[kind], context.target.attributes[kind]
    if node.attr in attributes or (called and node.attr in methods):
        return
    if is_guarded(node, "AttributeError", context):
        return
    if node.attr in methods:
        _as_value(node, context)
        return
    what = {"Exception": "an exception", "NoneType": "None"}.get(kind, _a(kind))
    advice = METHODS.get(f"{kind}.{node.attr}") or ATTRIBUTES.get(node.attr)
    if advice is None:
        advice = OF_OTHER_LANGUAGES.get(node.attr)
        # `append` is no advice for a text: a method that is named must be one of this type.
        named = re.match(r"use (\w+)\(", advice or "")
        if named and named[1] not in methods and named[1] not in ("len", "str"):
            advice = None
    if advice is None:
        near = _near(node.attr, methods)
        advice = f"did you mean {near}?" if near else "write it as a function, or call an external"
    context.report_node(
        METHOD if called else ATTRIBUTE, node, f"in Monty {what} has no {node.attr}: {advice}"
    )


def _of_class(node: ast.Attribute, kind: str, called: bool, context: Context) -> None:
    known = context.target.class_methods[kind] if called else context.target.class_attributes[kind]
    if node.attr in known or is_guarded(node, "AttributeError", context):
        return
    methods = context.target.methods.get(kind, frozenset())
    if not called and (node.attr in methods or node.attr in context.target.class_methods[kind]):
        _as_value(node, context)
        return
    advice = METHODS.get(f"{kind}.{node.attr}")
    if advice is None and node.attr in methods:
        advice = f"call it on the value, value.{node.attr}(...)"
    elif advice is None:
        advice = "write it as a function, or call an external"
    message = f"in Monty the type {kind} has no {node.attr}: {advice}"
    context.report_node(METHOD if called else ATTRIBUTE, node, message)


def _as_value(node: ast.Attribute, context: Context) -> None:
    is_class = isinstance(node.value, ast.Name) and (node.value.id in _CLASSES)
    text = context.source.segment(node)
    if len(text) > 40 or not text.isprintable():
        text = f"....{node.attr}"
    lambda_ = f"lambda x: x.{node.attr}()" if is_class else f"lambda x: {text}(x)"
    message = f"{text}: in Monty a method is found only where it is called; write {lambda_}"
    context.report_node(ATTRIBUTE, node, message)


def _a(word: str) -> str:
    return f"an {word}" if word[0] in "aeiou" else f"a {word}"


def _near(name: str, names: frozenset[str]) -> str | None:
    from difflib import get_close_matches

    return next(iter(get_close_matches(name, sorted(names), 1, 0.75)), None)


_BUILTIN_TYPES = (str, int, float, bool, bytes, list, dict, tuple, set, frozenset, range)
_CLASSES = frozenset(kind.__name__ for kind in _BUILTIN_TYPES)


@lru_cache(maxsize=8)
def _common_methods(target: Target) -> frozenset[str]:
    """The names of methods that no builtin type of Monty lacks, if Python's has them."""
    here = frozenset[str]().union(*target.methods.values())
    lacking = frozenset[str]().union(
        *(set(dir(kind)) - target.methods[kind.__name__] for kind in _BUILTIN_TYPES)
    )
    return here - lacking


MODULE = Rule(
    code="SBX620",
    name="missing-module",
    summary="The import of a module that Monty does not have.",
    why="The import fails when it is reached; which modules there are differs between versions.",
    instead="What the message names, or an external.",
    bad="def mean(xs: list[float]) -> float:\n    import statistics\n    return statistics.mean(xs)\n",
    good="def mean(xs: list[float]) -> float:\n    return sum(xs) / len(xs)\n",
    profiles=TYPED,
    nodes=(ast.Import, ast.ImportFrom),
    find=_module,
)

NAME = Rule(
    code="SBX621",
    name="missing-name",
    summary="A name that Monty's version of a module does not have.",
    why="Monty's modules hold a part of Python's; the import or the access fails when it is reached.",
    instead="What the message names, or an external.",
    bad="def pid() -> int:\n    import os\n    return os.getpid()\n",
    good="def pid(number: int) -> int:\n    return number\n",
    profiles=TYPED,
    nodes=(ast.ImportFrom, ast.Module),
    find=lambda node, context: (_names if isinstance(node, ast.Module) else _imported_name)(node, context),
)

METHOD = Rule(
    code="SBX622",
    name="missing-method",
    summary="A method that Monty's version of a builtin type does not have.",
    why="Monty's types hold most of Python's methods, numbers none; the call fails when it is reached.",
    instead="What the message names.",
    bad="def bits(n: int) -> int:\n    return n.bit_length()\n",
    good="def bits(n: int) -> int:\n    return len(bin(abs(n))) - 2\n",
    profiles=TYPED,
    expressions=(ast.Call,),
    find=_method,
)

ATTRIBUTE = Rule(
    code="SBX623",
    name="missing-attribute",
    summary="A method of a builtin type taken without a call (`key=str.lower`), or an attribute it lacks.",
    why="In Monty only a call finds the method of a builtin type; to read it fails when it is reached.",
    instead="A lambda that calls it: `key=lambda s: s.lower()`.",
    bad="def ordered(names: list[str]) -> list[str]:\n    return sorted(names, key=str.lower)\n",
    good="def ordered(names: list[str]) -> list[str]:\n    return sorted(names, key=lambda s: s.lower())\n",
    profiles=TYPED,
    expressions=(ast.Call, ast.Attribute),
    find=_attribute,
)

RULES = (MODULE, NAME, METHOD, ATTRIBUTE)
