"""SBX7xx, types: what Flyte does not take as the type of an input or of the result, and values that do not
fit theirs there.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from ..annotations import canonical
from ..context import Context
from ..diagnostic import Edit, Fix, Position
from ..index import Function, bounded, parameters_of, task_function, walk_body
from ..kinds import kinds_of
from ..parsing import Unparsable, parse_expression
from .rule import FLYTE, Rule

_NOWHERE = Position(1, 1)


def _annotations(function: Function) -> Iterator[tuple[str, ast.expr]]:
    for argument, _ in parameters_of(function):
        if argument.annotation is not None:
            yield f"parameter {argument.arg}", argument.annotation
    if function.returns is not None:
        yield "the result", function.returns


def _returns(function: Function) -> list[ast.Return]:
    return [each for each in walk_body(function.body) if isinstance(each, ast.Return)]


def _unions(tree: ast.Module, context: Context) -> None:
    if context.kind == "code":
        declared = [(f"input {name}", text) for name, text in context.inputs.items()]
        for what, text in [*declared, *([("output", context.output)] if context.output else [])]:
            node = _parsed(text)
            if node is not None and _has_bar(node):
                message = f"{what}: Flyte refuses X | Y; write {_without_bars(node)}"
                context.report(UNION, _NOWHERE, _NOWHERE, message)
        return
    function = task_function(context)
    for what, annotation in _annotations(function) if function is not None else ():
        if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
            node = _parsed(annotation.value)
            if node is not None and _has_bar(node):
                message = f"{what}: Flyte refuses X | Y, in quotes too; write {_without_bars(node)}"
                context.report_node(UNION, annotation, message)
            continue
        for part in _outermost_bars(annotation):
            text = _without_bars(part)
            edit = Edit(context.source.start(part), context.source.end(part), text)
            fix = Fix(f"Write {text}", (edit,), "safe")
            context.report_node(UNION, part, f"{what}: Flyte refuses X | Y; write {text}", fix)


def _parsed(text: str) -> ast.expr | None:
    try:
        return parse_expression(text)
    except Unparsable:
        return None


def _is_bar(node: ast.AST) -> bool:
    return isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr)


def _has_bar(node: ast.expr) -> bool:
    return next(_outermost_bars(node), None) is not None


def _outermost_bars(annotation: ast.expr) -> Iterator[ast.BinOp]:
    waiting: list[ast.AST] = [annotation]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.BinOp) and _is_bar(node):
            yield node
        else:
            waiting += ast.iter_child_nodes(node)


class _WithoutBars(ast.NodeTransformer):
    """Writes unions as `Optional` and `Union`."""

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        members: list[ast.expr] = []
        waiting: list[ast.expr] = [node]
        while waiting:
            part = waiting.pop()
            if isinstance(part, ast.BinOp) and _is_bar(part):
                waiting += [part.right, part.left]
            else:
                members.append(self.visit(part))
        values = [each for each in members if not (isinstance(each, ast.Constant) and each.value is None)]
        if not values:
            return ast.Constant(None)
        union = values[0]
        if len(values) > 1:
            union = _generic("Union", ast.Tuple(values, ast.Load()))
        return _generic("Optional", union) if len(values) < len(members) else union


def _generic(name: str, inner: ast.expr) -> ast.expr:
    return ast.Subscript(ast.Name(name, ast.Load()), inner, ast.Load())


def _without_bars(node: ast.expr) -> str:
    # A copy: the tree is that of the text.
    copy = ast.parse(ast.unparse(node), mode="eval").body
    return ast.unparse(_WithoutBars().visit(copy))


def _members(annotation: ast.expr | None) -> list[ast.expr]:
    """The annotation, or what it is a union of."""
    found: list[ast.expr] = []
    waiting = [annotation] if annotation is not None else []
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            parsed = _parsed(node.value)
            waiting += [parsed] if parsed is not None else []
        elif isinstance(node, ast.BinOp) and _is_bar(node):
            waiting += [node.right, node.left]
        elif isinstance(node, ast.Subscript) and canonical(node.value) in ("Optional", "Union"):
            waiting += node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
            if canonical(node.value) == "Optional":
                found.append(ast.Constant(None))
        else:
            found.append(node)
    return found


def _declared_result(context: Context) -> tuple[ast.expr | None, ast.expr | None]:
    """The annotation of the result, and the node that shows where it stands (None for code)."""
    if context.kind == "code":
        return (_parsed(context.output) if context.output else None), None
    function = task_function(context)
    returns = function.returns if function is not None else None
    return returns, returns


def _results(context: Context) -> list[ast.expr]:
    """The expressions that give the task's result."""
    if context.kind == "code":
        last = context.tree.body[-1] if context.tree.body else None
        return [last.value] if isinstance(last, ast.Expr) else []
    function = task_function(context)
    returned = _returns(function) if function is not None else []
    return [each.value for each in returned if each.value is not None]


def _tuple_result(tree: ast.Module, context: Context) -> None:
    annotation, place = _declared_result(context)
    if annotation is None:
        return
    members = _members(annotation)
    tuples = [
        each
        for each in members
        if canonical(each.value if isinstance(each, ast.Subscript) else each) == "tuple"
    ]
    message = None
    if tuples and len(members) > 1:
        message = "a tuple or something else: Flyte reads a returned tuple as several outputs; return a list"
    elif tuples and not isinstance(tuples[0], ast.Subscript):
        message = "tuple without types: Flyte reads it as several outputs; write tuple[int, str], or a list"
    elif tuples and isinstance(tuples[0], ast.Subscript):
        inner = tuples[0].slice
        elements = inner.elts if isinstance(inner, ast.Tuple) else [inner]
        if any(isinstance(each, ast.Constant) and each.value is Ellipsis for each in elements):
            message = "a tuple of any length cannot be the result of a task in Flyte: return a list"
        elif len(elements) < 2:
            message = "a tuple of one element cannot be the result of a task in Flyte: return the element"
    if message is not None:
        start = context.source.start(place) if place is not None else _NOWHERE
        end = context.source.end(place) if place is not None else _NOWHERE
        context.report(TUPLE_RESULT, start, end, message)
    elif any(canonical(each) == "Any" for each in members):
        for value in _results(context):
            if kinds_of(context).of(value) == "tuple":
                message = "a tuple for -> Any: Flyte reads it as several outputs; return a list"
                context.report_node(TUPLE_RESULT, value, message)


def _undeclared_result(tree: ast.Module, context: Context) -> None:
    annotation, _ = _declared_result(context)
    if annotation is not None:
        return
    for value in _results(context):
        if context.kind == "code" and not _gives_something(value, context):
            continue
        if not (isinstance(value, ast.Constant) and value.value is None):
            message = (
                "a result without a declared type: Flyte fails when it comes; declare it with ->"
                if context.kind == "function"
                else "a result without a declared type: Flyte fails when it comes; declare output"
            )
            context.report_node(UNDECLARED_RESULT, value, message)
            return


def _gives_something(value: ast.expr, context: Context) -> bool:
    """Whether the last expression of a code task is certainly not None."""
    kind = kinds_of(context).of(value)
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Name):
        _, arrow, result = ((context.externals or {}).get(value.func.id) or "").rpartition("->")
        if arrow:
            return result.strip() != "None"
    return kind != "None" and (kind is not None or not isinstance(value, ast.Call | ast.Await))


def _none_as_any(tree: ast.Module, context: Context) -> None:
    annotation, _ = _declared_result(context)
    if annotation is None or canonical(annotation) != "Any":
        return
    function = task_function(context)
    places: list[ast.expr | ast.stmt] = [each for each in _results(context) if _is_none(each)]
    places += [each for each in _returns(function) if each.value is None] if function is not None else []
    for place in places:
        message = "None for Any: Flyte cannot carry it; write Optional[Any], or return a value"
        context.report_node(NONE_AS_ANY, place, message)


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _whole_for_float(tree: ast.Module, context: Context) -> None:
    function = task_function(context)
    for argument, default in parameters_of(function) if function is not None else ():
        if default is not None and argument.annotation is not None:
            _report_whole(default, argument.annotation, context)
    annotation, _ = _declared_result(context)
    if annotation is not None:
        for value in _results(context):
            _report_whole(value, annotation, context)


def _report_whole(value: ast.expr, annotation: ast.expr, context: Context) -> None:
    """Reports the whole numbers in `value` where `annotation` wants float and nothing else takes them."""
    members = [each for each in _members(annotation) if not _is_none(each)]
    if len(members) > 1 and any(canonical(each) in ("int", "Any") for each in members):
        return
    for member in members:
        if canonical(member) == "float":
            for part in _branches(value):
                if not isinstance(part, ast.Constant) or not isinstance(part.value, bool):
                    _report_whole_part(part, context)
        elif isinstance(member, ast.Subscript):
            inner = member.slice.elts if isinstance(member.slice, ast.Tuple) else [member.slice]
            for element, wanted in _elements(value, canonical(member.value), inner):
                _report_whole(element, wanted, context)


def _report_whole_part(part: ast.expr, context: Context) -> None:
    literal = isinstance(part, ast.Constant) or (
        isinstance(part, ast.UnaryOp) and isinstance(part.operand, ast.Constant)
    )
    if literal and kinds_of(context).of(part) == "int":
        text = context.source.segment(part)
        fix = None
        if re.fullmatch(r"[-+]?[0-9_]+", text):
            fix = Fix("Write it as a float", (Edit(*_range(part, context), f"{text}.0"),), "unsafe")
        message = f"{text} is an int: Flyte takes no int for float; write {text}.0"
        context.report_node(WHOLE_FOR_FLOAT, part, message, fix)
    elif not literal and kinds_of(context).of(part) == "int":
        message = "an int where float is declared: Flyte takes none; write float(...)"
        context.report_node(WHOLE_FOR_FLOAT, part, message)


def _range(node: ast.expr, context: Context) -> tuple[Position, Position]:
    return context.source.start(node), context.source.end(node)


def _branches(value: ast.expr) -> list[ast.expr]:
    if isinstance(value, ast.IfExp):
        return [*_branches(value.body), *_branches(value.orelse)]
    return [value]


def _elements(
    value: ast.expr, container: str | None, wanted: list[ast.expr]
) -> list[tuple[ast.expr, ast.expr]]:
    """The elements of a display with the annotation that each must fit."""
    if (
        container in ("list", "set", "frozenset")
        and isinstance(value, ast.List | ast.Set)
        and len(wanted) == 1
    ):
        return [(each, wanted[0]) for each in value.elts if not isinstance(each, ast.Starred)]
    if container == "dict" and isinstance(value, ast.Dict) and len(wanted) == 2:
        return [(each, wanted[1]) for each in value.values]
    return []


UNION = Rule(
    code="SBX704",
    name="union-with-bar",
    summary="`X | None` or `X | Y` in the types of a task.",
    why="Flyte knows unions only as `Optional` and `Union`, and refuses the task when it is defined.",
    instead=(
        "`Optional[X]` or `Union[X, Y]`. A task file needs no import for it; in a Python file they come from "
        "`typing`."
    ),
    bad='def greet(name: str | None = None) -> str:\n    return f"Hello, {name}"\n',
    good='def greet(name: Optional[str] = None) -> str:\n    return f"Hello, {name}"\n',
    profiles=FLYTE,
    nodes=(ast.Module,),
    find=bounded(_unions),
    fix="writes Optional or Union; safe",
)


TUPLE_RESULT = Rule(
    code="SBX705",
    name="tuple-result",
    summary="A result that is a tuple of unknown length, or a tuple among other things.",
    why="Flyte reads a returned tuple as several outputs, as many as the annotation names.",
    instead="`tuple[int, str]` with a type for each of two or more elements, or a list.",
    bad="def ends(xs: list[int]) -> tuple[int, ...]:\n    return (xs[0], xs[-1])\n",
    good="def ends(xs: list[int]) -> tuple[int, int]:\n    return (xs[0], xs[-1])\n",
    profiles=FLYTE,
    nodes=(ast.Module,),
    find=bounded(_tuple_result),
)


UNDECLARED_RESULT = Rule(
    code="SBX706",
    name="undeclared-result",
    summary="A result without a declared type.",
    why="Without a declared type Flyte expects no result, and fails when one comes.",
    instead="The type of the result: `-> int`, or `output` for a code task.",
    bad="def total(price: float):\n    return price * 2\n",
    good="def total(price: float) -> float:\n    return price * 2\n",
    profiles=FLYTE,
    nodes=(ast.Module,),
    find=bounded(_undeclared_result),
    needs_whole=True,
)


WHOLE_FOR_FLOAT = Rule(
    code="SBX717",
    name="whole-number-for-float",
    summary="A whole number as the default or the result where float is declared.",
    why="Flyte takes no int for a float, neither as an input nor as a result.",
    instead="The number with a point (`1.0`), or `float(...)`.",
    bad="def total(price: float, rate: float = 2) -> float:\n    return price * rate\n",
    good="def total(price: float, rate: float = 2.0) -> float:\n    return price * rate\n",
    profiles=FLYTE,
    nodes=(ast.Module,),
    find=bounded(_whole_for_float),
    fix="writes the number as a float; unsafe",
)


NONE_AS_ANY = Rule(
    code="SBX719",
    name="none-as-any",
    summary="None as the result where Any is declared.",
    why="What is declared as Any is pickled, and Flyte pickles no None.",
    instead="`Optional[Any]`, or the type of what is returned.",
    bad="def find(xs: list[int]) -> Any:\n    if xs:\n        return xs[0]\n    return None\n",
    good="def find(xs: list[int]) -> Optional[Any]:\n    if xs:\n        return xs[0]\n    return None\n",
    profiles=FLYTE,
    nodes=(ast.Module,),
    find=bounded(_none_as_any),
)


RULES = (UNION, TUPLE_RESULT, UNDECLARED_RESULT, WHOLE_FOR_FLOAT, NONE_AS_ANY)
