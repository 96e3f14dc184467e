"""SBX603 to SBX605 and SBX618: of classes Monty knows methods and simple variables only.

The rest it refuses when it parses.
"""

from __future__ import annotations

import ast

from ..context import Context
from ..diagnostic import Position
from ..index import FUNCTIONS, index_of
from ..kinds import kinds_of
from .refused import refuses
from .rule import TYPED, Rule

Function = ast.FunctionDef | ast.AsyncFunctionDef


def _bases(node: ast.ClassDef, context: Context) -> None:
    if (node.bases or node.keywords) and refuses("class-base", context):
        first = node.bases[0] if node.bases else node.keywords[0]
        last = node.keywords[-1].value if node.keywords else node.bases[-1]
        message = (
            f"class {node.name} has a base or a metaclass: Monty's classes inherit nothing; "
            f"{_instead_of_base(node)}"
        )
        source = context.source
        # Keywords may stand before a starred base.
        start, end = source.start(first), source.end(last)
        context.report(CLASS_BASE, min(start, end), max(start, end), message)


def _body(node: ast.ClassDef, context: Context) -> None:
    for statement in node.body:
        _class_statement(statement, context)


def _decorators(node: ast.ClassDef, context: Context) -> None:
    for method in node.body:
        if isinstance(method, Function) and method.decorator_list and refuses("method-decorator", context):
            decorator = method.decorator_list[0]
            message = _instead_of_decorator(decorator, method.name)
            source = context.source
            context.report(METHOD_DECORATOR, source.at_sign(decorator), source.end(decorator), message)


def _instead_of_base(node: ast.ClassDef) -> str:
    name = ""
    if node.bases:
        base = node.bases[0]
        name = base.id if isinstance(base, ast.Name) else base.attr if isinstance(base, ast.Attribute) else ""
    if name.endswith(("Error", "Exception")):
        return f"raise {name if name in _PLAIN_ERRORS else 'ValueError'} with a message that tells the case"
    if name in ("Enum", "IntEnum", "StrEnum"):
        return 'use plain values, such as RED = "red"'
    if name in ("NamedTuple", "TypedDict"):
        return "use collections.namedtuple, @dataclass, or a dict"
    if name in ("object", "ABC", "Protocol", "Generic"):
        return f"leave ({name}) out"
    return "repeat what is shared, or hold the other object as an attribute"


_PLAIN_ERRORS = ("Exception", "ValueError", "TypeError", "KeyError", "RuntimeError", "LookupError")


def _class_statement(node: ast.stmt, context: Context) -> None:
    if isinstance(node, Function):
        defaults = [*node.args.defaults, *(each for each in node.args.kw_defaults if each is not None)]
        _walrus(defaults, context)
    elif isinstance(node, ast.Assign | ast.AnnAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        simple = len(targets) == 1 and isinstance(targets[0], ast.Name)
        if not simple and refuses("class-target", context):
            message = "in a class Monty knows `name = value` only: one name, one statement each"
            context.report_node(CLASS_BODY, node, message)
        _walrus([node.value], context)
    elif not _harmless_in_class(node) and refuses("class-statement", context):
        message = (
            "in a class Monty knows methods and `name = value` only; do this before the class, or in __init__"
        )
        context.report(CLASS_BODY, context.source.start(node), _line_end(node, context), message)


def _instead_of_decorator(decorator: ast.expr, name: str) -> str:
    what = decorator.id if isinstance(decorator, ast.Name) else ""
    head = "a decorator on a method: Monty has none; "
    if what == "staticmethod":
        return f"{head}define {name} as a function beside the class"
    if what == "classmethod":
        return f"{head}write a function beside the class that makes the object"
    if what == "property":
        return f"{head}make {name} a plain method and call it, or set self.{name} in __init__"
    return f"{head}write what it does into {name}"


def _harmless_in_class(node: ast.stmt) -> bool:
    if isinstance(node, ast.Pass):
        return True
    value = node.value if isinstance(node, ast.Expr) else None
    return isinstance(value, ast.Constant) and (value.value is ... or isinstance(value.value, str))


def _walrus(expressions: list[ast.expr | None] | list[ast.expr], context: Context) -> None:
    if ":=" not in context.source.text or not refuses("class-walrus", context):
        return
    waiting: list[ast.AST] = [each for each in expressions if each is not None]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.NamedExpr):
            message = f"`:=` in a class: Monty has it in functions only; give {node.target.id} its own line"
            context.report_node(CLASS_BODY, node, message)
        elif isinstance(node, ast.Lambda):
            waiting += [*node.args.defaults, *(each for each in node.args.kw_defaults if each is not None)]
        else:
            waiting.extend(ast.iter_child_nodes(node))


def _line_end(node: ast.stmt, context: Context) -> Position:
    """The end of the statement, or of its first line."""
    if node.end_lineno == node.lineno:
        # In a text that is still being typed the tree may be longer than the line.
        return context.source.clamp(node.lineno, context.source.end(node).column)
    return Position(node.lineno, len(context.source.lines[node.lineno - 1]) + 1)


def _shadows(node: ast.ClassDef, context: Context) -> None:
    index = index_of(context)
    if isinstance(index.scope(node), ast.Module) or not refuses("class-shadow", context):
        return
    members: dict[str, ast.stmt] = {}
    for statement in node.body:
        if isinstance(statement, Function):
            members.setdefault(statement.name, statement)
        elif isinstance(statement, ast.Assign):
            for target in statement.targets:
                if isinstance(target, ast.Name):
                    members.setdefault(target.id, statement)
        elif isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            name = statement.target.id
            members |= {} if statement.value is None else {name: members.get(name, statement)}
    captured = _captured(node, set(members), context)
    for name in sorted(captured):
        message = f"{name} is also a name of the function around, which a method here reads: rename one"
        member = members[name]
        context.report(SHADOWS, context.source.start(member), _line_end(member, context), message)


def _captured(node: ast.ClassDef, names: set[str], context: Context) -> set[str]:
    """Those of `names` that functions in a class take from the functions around it."""
    index, kinds = index_of(context), kinds_of(context)
    around = {id(each) for each in index.around(node) if isinstance(each, (*FUNCTIONS, ast.Lambda))}
    found: set[str] = set()
    waiting: list[ast.AST] = list(node.body)
    while waiting:
        each = waiting.pop()
        waiting.extend(ast.iter_child_nodes(each))
        if isinstance(each, ast.Nonlocal):
            found.update(names.intersection(each.names))
        elif isinstance(each, ast.Name) and each.id in names and not _is_unevaluated(each, context):
            inner = not isinstance(index.scope(each), ast.ClassDef)
            if inner and id(kinds.binder(each)) in around:
                found.add(each.id)
    return found


def _is_unevaluated(node: ast.AST, context: Context) -> bool:
    """Whether a node stands in an annotation or behind `from` in a `raise`."""
    child = node
    for around in index_of(context).around(node):
        if any(child is getattr(around, field, None) for field in ("annotation", "returns", "cause")):
            return True
        if isinstance(around, ast.stmt):
            return False
        child = around
    return False


CLASS_BASE = Rule(
    code="SBX603",
    name="class-base",
    summary="A class with a base (also `object`, `Exception`, `Enum`) or a metaclass.",
    why="Monty's classes inherit nothing: it refuses the whole source. There are no own exceptions.",
    instead="A class without a base; a builtin exception with a message; plain values for an enumeration.",
    bad="def check(n: int) -> int:\n    class TooLarge(Exception):\n        pass\n    if n > 9:\n"
    "        raise TooLarge('n')\n    return n\n",
    good="def check(n: int) -> int:\n    if n > 9:\n        raise ValueError('too large')\n    return n\n",
    profiles=TYPED,
    nodes=(ast.ClassDef,),
    find=_bases,
)

CLASS_BODY = Rule(
    code="SBX604",
    name="class-body",
    summary="In a class: anything but methods and `name = value`.",
    why="Monty knows nothing else in a class: it refuses the whole source.",
    instead="The statement before the class, or in `__init__`.",
    bad="def size(n: int) -> int:\n    class Box:\n        if n > 9:\n            large = True\n"
    "    return n\n",
    good="def size(n: int) -> dict:\n    return {'n': n, 'large': n > 9}\n",
    profiles=TYPED,
    nodes=(ast.ClassDef,),
    find=_body,
)

METHOD_DECORATOR = Rule(
    code="SBX605",
    name="method-decorator",
    summary="A decorator on a method: `@property`, `@staticmethod`, `@classmethod`, or any other.",
    why="Monty has none on methods (it has them on functions and classes): it refuses the whole source.",
    instead="A plain method, or a function beside the class.",
    bad="def area(a: int, b: int) -> int:\n    class Box:\n        @staticmethod\n        def area(a, b):\n"
    "            return a * b\n    return Box().area(a, b)\n",
    good="def area(a: int, b: int) -> int:\n    def of(a, b):\n        return a * b\n    return of(a, b)\n",
    profiles=TYPED,
    nodes=(ast.ClassDef,),
    find=_decorators,
)

SHADOWS = Rule(
    code="SBX618",
    name="class-member-shadows",
    summary="A class member with the name of a variable of the function around that a method reads.",
    why="Monty cannot keep the two apart: it refuses the whole source.",
    instead="Another name for one of them.",
    bad="def area(side: int) -> int:\n    class Box:\n        side = 1\n        def area(self):\n"
    "            return side * side\n    return Box().area()\n",
    good="def area(side: int) -> int:\n    def square():\n        return side * side\n    return square()\n",
    profiles=TYPED,
    nodes=(ast.ClassDef,),
    find=_shadows,
)

RULES = (CLASS_BASE, CLASS_BODY, METHOD_DECORATOR, SHADOWS)
