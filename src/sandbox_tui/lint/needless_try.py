"""A `try` that can certainly be written without: one that changes nothing, and one that looks a key up.

    try:                        try:
        <statements>                price = prices[name]
    except ValueError:          except KeyError:
        raise                       price = 0

become the statements, and `price = prices[name] if name in prices else 0`. Every other `try` is a decision
about what should happen, and has no fix.
"""

from __future__ import annotations

import ast

from .context import Context
from .diagnostic import Edit, Fix
from .kinds import kinds_of
from .parsing import Unparsable, parse_expression

_MISSING_KEY = ("KeyError", "LookupError")


def without_try(node: ast.Try, context: Context) -> Fix | None:
    """A safe fix that writes the statement without `try`, where that certainly means the same."""
    if not context.whole or node.orelse or "#" in context.source.segment(node):
        return None  # comments would be lost
    text = _body(node, context) if _changes_nothing(node, context) else _lookup(node, context)
    if text is None:
        return None
    edit = Edit(context.source.start(node), context.source.end(node), text)
    return Fix("Write it without try", (edit,), "safe")


# --- a try that changes nothing ---


def _changes_nothing(node: ast.Try, context: Context) -> bool:
    if not all(isinstance(each, ast.Pass) for each in node.finalbody):
        return False
    return all(
        handler.name is None
        and _are_builtin(handler.type, context)
        and len(handler.body) == 1
        and isinstance(raising := handler.body[0], ast.Raise)
        and raising.exc is None
        for handler in node.handlers
    )


def _are_builtin(kind: ast.expr | None, context: Context) -> bool:
    """Whether naming what is caught does nothing and cannot fail."""
    if isinstance(kind, ast.Tuple):
        return all(_are_builtin(each, context) for each in kind.elts)
    return kind is None or (
        isinstance(kind, ast.Name)
        and kind.id in context.target.builtins
        and kinds_of(context).binder(kind) is None
    )


def _body(node: ast.Try, context: Context) -> str | None:
    """The statements of the body, as far to the left as the `try`."""
    source = context.source
    first, last = node.body[0], node.body[-1]
    text = source.text[source.offset(source.start(first)) : source.offset(source.end(last))]
    if first.lineno == node.lineno:
        return text if "\n" not in text and "\r" not in text else None
    if any(_spans_lines(each) for statement in node.body for each in ast.walk(statement)):
        return None  # the blanks inside a string are its own
    inner = source.lines[first.lineno - 1][: source.start(first).column - 1]
    outer = source.lines[node.lineno - 1][: source.start(node).column - 1]
    if inner.strip() or outer.strip() or not inner.startswith(outer):
        return None
    lines = text.split("\n")
    moved = [lines[0]]
    for line in lines[1:]:
        if line.strip() and not line.startswith(inner):
            return None
        moved.append(outer + line[len(inner) :] if line.strip() else line)
    return "\n".join(moved)


def _spans_lines(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant | ast.JoinedStr) and node.lineno != node.end_lineno


# --- a try that looks a key up ---


def _lookup(node: ast.Try, context: Context) -> str | None:
    if len(node.body) != 1 or len(node.handlers) != 1 or node.finalbody or len(node.handlers[0].body) != 1:
        return None
    (handler,), (tried,) = node.handlers, node.body
    otherwise = handler.body[0]
    caught = handler.type
    if not (isinstance(caught, ast.Name) and caught.id in _MISSING_KEY and _are_builtin(caught, context)):
        return None
    if handler.name is not None:
        return None
    if isinstance(tried, ast.Return) and isinstance(otherwise, ast.Return):
        head = "return "
    else:
        name, other = _assigned(tried), _assigned(otherwise)
        if name is None or name != other:
            return None
        head = f"{name} = "
    found = _conditional(tried.value, otherwise.value, context)  # type: ignore[attr-defined]
    return None if found is None else head + found


def _assigned(statement: ast.stmt) -> str | None:
    """The name that a plain assignment binds."""
    if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
        target = statement.targets[0]
        return target.id if isinstance(target, ast.Name) else None
    return None


def _conditional(item: ast.expr | None, default: ast.expr | None, context: Context) -> str | None:
    """`d[k] if k in d else default`, if `d` certainly is a dict and `k` may be evaluated twice."""
    if not isinstance(item, ast.Subscript) or not isinstance(item.value, ast.Name):
        return None
    key = item.slice
    if not isinstance(key, ast.Name | ast.Constant) or kinds_of(context).of(item.value) != "dict":
        return None
    source = context.source
    otherwise = source.segment(default) if default is not None else "None"
    if isinstance(default, ast.Tuple | ast.NamedExpr):
        otherwise = f"({otherwise})"
    text = f"{source.segment(item)} if {source.segment(key)} in {item.value.id} else {otherwise}"
    wanted = ast.IfExp(
        ast.Compare(key, [ast.In()], [item.value]),
        item,
        default if default is not None else ast.Constant(None),
    )
    try:
        same = ast.dump(parse_expression(text)) == ast.dump(wanted)
    except (Unparsable, RecursionError):
        return None
    return text if same and "\n" not in text else None
