"""`x += 1` written in full, and whether that certainly means the same."""

from __future__ import annotations

import ast
import re

from .context import Context
from .diagnostic import Edit, Fix
from .kinds import kinds_of
from .parsing import Unparsable, parse_expression
from .scalars import is_scalar_throughout

OPERATORS: dict[type[ast.operator], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.MatMult: "@",
    ast.Div: "/",
    ast.FloorDiv: "//",
    ast.Mod: "%",
    ast.Pow: "**",
    ast.LShift: "<<",
    ast.RShift: ">>",
    ast.BitAnd: "&",
    ast.BitOr: "|",
    ast.BitXor: "^",
}

# Longer ones are not read in a message.
_MAX_SHOWN = 80
_MAX_REWRITTEN = 2_000

_TRY = re.compile(r"\btry\b")

# These bind tighter than any operator.
_ATOMS = (ast.Name, ast.Attribute, ast.Subscript, ast.Call, ast.List, ast.Dict, ast.Set, ast.JoinedStr)


def rewritten(node: ast.AugAssign, context: Context) -> tuple[str | None, Fix | None]:
    """The plain assignment as text (None where it is too long to show), and a fix that writes it.

    The fix is safe only if the target is a name that holds a number or a string throughout: on a list, a dict
    or a set `x += y` changes the object, `x = x + y` makes another. And where a `try` could see it, `y` must
    certainly fit: the message of a TypeError names the operator. A target that would be evaluated twice
    has no fix unless it is an attribute of a name.
    """
    target, source = node.target, context.source
    if not _can_stand_twice(target):
        return None, None
    left = source.segment(target)
    right = right_side(node, context)
    if right is None:
        return None, None
    sign = OPERATORS[type(node.op)]
    text = f"{left} = {left} {sign} {right}"
    safe = isinstance(target, ast.Name) and is_scalar_throughout(target.id, node, context)
    safe = safe and (not context.memo(_has_try) or fits(target, node.value, context))
    edit = Edit(source.start(node), source.end(node), text)
    fix = Fix("Write the assignment in full", (edit,), "safe" if safe else "unsafe")
    shown = text if len(text) <= _MAX_SHOWN and text.isprintable() else None
    # Monty refuses `@` as it does `@=`.
    return shown, None if isinstance(node.op, ast.MatMult) else fix


def _has_try(context: Context) -> bool:
    text = context.source.text
    return "try" in text and _TRY.search(text) is not None


def fits(left: ast.expr, right: ast.expr, context: Context) -> bool:
    """Whether both certainly are numbers, or strings."""
    kinds = {kinds_of(context).of(each) for each in (left, right)}
    return kinds <= {"int", "float", "bool"} or kinds == {"str"}


def _can_stand_twice(target: ast.expr) -> bool:
    return isinstance(target, ast.Name) or (
        isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name)
    )


def right_side(node: ast.AugAssign, context: Context) -> str | None:
    """The text behind the operator, in brackets if it would bind otherwise; None if it cannot be told."""
    source = context.source
    text = source.text[source.offset(source.end(node.target)) : source.offset(source.end(node))]
    if len(text) > _MAX_REWRITTEN:
        return None
    mark = text.find(f"{OPERATORS[type(node.op)]}=")
    if mark < 0:
        return None
    text = text[mark:].partition("=")[2].lstrip(" \t\f")
    value = node.value
    if isinstance(value, _ATOMS) or (isinstance(value, ast.Constant) and value.end_lineno == value.lineno):
        return text
    sign = OPERATORS[type(node.op)]
    # Asked of the parser rather than of a table of precedences: it cannot be wrong.
    wanted = ast.BinOp(ast.Name("x", ast.Load()), node.op, value)
    for candidate in (text, f"({text})"):
        try:
            if ast.dump(parse_expression(f"x {sign} {candidate}")) == ast.dump(wanted):
                return candidate
        except (Unparsable, RecursionError):
            continue
    return None
