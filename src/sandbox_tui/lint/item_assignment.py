"""`d[k] = v` written as a new dict, `d = {**d, k: v}`, and whether that certainly means the same.

It does if nobody else sees the dict that is changed: a name of this scope only, bound to dicts made here, and
read in ways that keep no hold of it. And the order in which things are evaluated must not matter: `d[k] = v`
evaluates `v` before `k`, the display after it.
"""

from __future__ import annotations

import ast
import re

from .augmented import OPERATORS, right_side
from .context import Context
from .diagnostic import Edit, Fix
from .index import FUNCTIONS, Function, Index, index_of
from .kinds import kinds_of
from .parsing import Unparsable, parse_expression

# With these a name may be bound or read elsewhere, and an object may do anything when it is used; what a
# `try` catches has been half done.
_DOUBT = re.compile(r"\b(?:global|nonlocal|class|exec|eval|globals|locals|try|with)\b")

# What a call gives here holds nothing of the dict that it was given.
_READERS = frozenset(
    "len list sorted set frozenset tuple dict sum max min any all bool str repr print isinstance".split()  # noqa: SIM905
)
_VIEWS = frozenset(("items", "keys", "values"))
_SCALARS = ("int", "float", "bool", "str", "bytes")

_MAX_TEXT = 2_000

Assignment = ast.Assign | ast.AugAssign


def new_dict(node: Assignment, context: Context) -> Fix | None:
    """A fix for an assignment (plain or augmented) whose one target is an item of a dict that a name holds;
    None for any other, and where the text cannot be told.
    """
    target = node.targets[0] if isinstance(node, ast.Assign) else node.target
    if not context.whole or (isinstance(node, ast.Assign) and len(node.targets) > 1):
        return None
    if not isinstance(target, ast.Subscript) or isinstance(target.slice, ast.Slice):
        return None
    if isinstance(node, ast.AugAssign) and isinstance(node.op, ast.MatMult):
        return None
    holder = target.value
    if not isinstance(holder, ast.Name) or kinds_of(context).of(holder) != "dict":
        return None
    text = _written(node, holder.id, target.slice, context)
    if text is None:
        return None
    safe = _Certainty(holder.id, node, context).holds(target.slice)
    edit = Edit(context.source.start(node), context.source.end(node), text)
    return Fix("Make a new dict", (edit,), "safe" if safe else "unsafe")


def _written(node: Assignment, name: str, key: ast.expr, context: Context) -> str | None:
    key_text = _operand(key, context)
    if isinstance(node, ast.AugAssign):
        right = right_side(node, context)
        value_text = f"{name}[{key_text}] {OPERATORS[type(node.op)]} {right}" if right is not None else None
        value: ast.expr = ast.BinOp(
            ast.Subscript(ast.Name(name, ast.Load()), key, ast.Load()), node.op, node.value
        )
    else:
        value, value_text = node.value, _operand(node.value, context)
    if value_text is None or len(key_text) + len(value_text) > _MAX_TEXT:
        return None
    display = f"{{**{name}, {key_text}: {value_text}}}"
    # Asked of the parser, since brackets and comments can stand where the tree does not show them.
    wanted = ast.Dict([None, key], [ast.Name(name, ast.Load()), value])
    try:
        same = ast.dump(parse_expression(display)) == ast.dump(wanted)
    except (Unparsable, RecursionError):
        same = False
    return f"{name} = {display}" if same else None


def _operand(node: ast.expr, context: Context) -> str:
    text = context.source.segment(node)
    return f"({text})" if isinstance(node, ast.Tuple | ast.NamedExpr | ast.Lambda) else text


class _Certainty:
    """Whether one name certainly is the only way to its dict, at one assignment."""

    def __init__(self, name: str, node: Assignment, context: Context) -> None:
        self.name = name
        self.node = node
        self.context = context
        self.index: Index = index_of(context)
        self.scope = self.index.scope(node)

    def holds(self, key: ast.expr) -> bool:
        """Whether the assignment can be rewritten without any difference."""
        context, index = self.context, self.index
        if context.memo(_is_doubtful) or not isinstance(self.scope, (*FUNCTIONS, ast.Module)):
            return False
        if self.name in _parameters(self.scope) or self.name in context.inputs:
            return False
        verdicts = context.memo(_verdicts)
        key_of_name = id(self.scope), self.name
        if key_of_name not in verdicts:
            names = context.memo(_names)[self.name]
            harmless = all(self._is_harmless(each) for each in names)
            verdicts[key_of_name] = harmless, harmless and self._has_scalars(names)
        harmless, scalars = verdicts[key_of_name]
        if not harmless:
            return False
        loops = [each for each in index.around(self.node) if isinstance(each, ast.For | ast.AsyncFor)]
        if any(_mentions(loop.iter, self.name) for loop in loops):
            return False
        if isinstance(self.node, ast.AugAssign):
            in_order = scalars and self._is_quiet(key)
        else:
            in_order = self._is_quiet(key) or self._is_quiet(self.node.value)
        return in_order and self._is_bound_before(self.name)

    # --- who else sees the dict ---

    def _is_harmless(self, name: ast.Name) -> bool:
        index = self.index
        if index.scope(name) is not self.scope:
            return False
        parent = index.parents[name]
        if isinstance(name.ctx, ast.Store):
            return self._is_new(_bound_to(parent, name))
        if isinstance(parent, ast.Subscript):
            return parent.value is name
        if isinstance(parent, ast.Compare):
            return not any(isinstance(each, ast.Is | ast.IsNot) for each in parent.ops)
        if isinstance(parent, ast.Call) and parent.func is not name:
            return self._is_reader(parent) or self._ends_the_task(name)
        if isinstance(parent, ast.Attribute):
            return self._is_harmless_method(parent) or self._ends_the_task(name)
        if isinstance(parent, ast.Dict):
            spread = any(key is None and value is name for key, value in zip(parent.keys, parent.values))
            return spread or self._ends_the_task(name)
        if isinstance(parent, ast.For | ast.AsyncFor | ast.comprehension):
            return parent.iter is name
        if isinstance(parent, ast.If | ast.While | ast.IfExp) and parent.test is name:
            return True
        if isinstance(parent, ast.UnaryOp | ast.FormattedValue | ast.Expr):
            return True
        return self._ends_the_task(name)

    def _is_new(self, value: ast.expr | None) -> bool:
        if isinstance(value, ast.Dict | ast.DictComp):
            return True
        return (
            isinstance(value, ast.Call)
            and isinstance(value.func, ast.Name)
            and self._is_builtin(value.func, frozenset({"dict"}))
        )

    def _is_reader(self, call: ast.Call) -> bool:
        return isinstance(call.func, ast.Name) and self._is_builtin(call.func, _READERS)

    def _is_builtin(self, name: ast.Name, names: frozenset[str]) -> bool:
        return name.id in names and kinds_of(self.context).binder(name) is None

    def _is_harmless_method(self, attribute: ast.Attribute) -> bool:
        index = self.index
        call = index.parents[attribute]
        if not isinstance(call, ast.Call) or call.func is not attribute:
            return False
        if attribute.attr in ("get", "copy"):
            return True
        around = index.parents[call]
        if attribute.attr not in _VIEWS:
            return False
        if isinstance(around, ast.For | ast.AsyncFor | ast.comprehension):
            return around.iter is call
        return isinstance(around, ast.Call) and self._is_reader(around)

    def _ends_the_task(self, node: ast.AST) -> bool:
        """Whether nothing of the scope runs after the statement of `node`."""
        statement = self.index.statement(node)
        if isinstance(statement, ast.Return):
            return True
        body = self.context.tree.body
        return isinstance(statement, ast.Expr) and bool(body) and statement is body[-1]

    # --- the order of evaluation ---

    def _is_quiet(self, node: ast.expr) -> bool:
        """Whether evaluating `node` neither fails nor does anything."""
        if isinstance(node, ast.Constant):
            return True
        if isinstance(node, ast.Name):
            return node.id in _parameters(self.scope) or self._is_bound_before(node.id)
        if isinstance(node, ast.Tuple):
            return all(self._is_quiet(each) for each in node.elts)
        if isinstance(node, ast.List | ast.Dict | ast.Set):
            return not list(ast.iter_child_nodes(node)) or (
                isinstance(node, ast.List) and all(self._is_quiet(each) for each in node.elts)
            )
        return False

    def _is_bound_before(self, name: str) -> bool:
        """Whether a plain assignment on the way to the statement, or a loop around it, binds the name."""
        child: ast.AST = self.node
        for parent in self.index.around(self.node):
            if isinstance(parent, ast.For) and child in parent.body and name in _bound_names(parent.target):
                return True
            for value in parent.__dict__.values():
                if (
                    isinstance(value, list)
                    and child in value
                    and _is_assigned_in(value, name, child, self.context)
                ):
                    return True
            if parent is self.scope:
                return False
            child = parent
        return False

    def _has_scalars(self, names: list[ast.Name]) -> bool:
        """Whether all that is ever put into the dict are numbers and strings: on others `+=` changes them."""
        kinds = kinds_of(self.context)
        values: list[ast.expr] = []
        for name in names:
            parent = self.index.parents[name]
            if isinstance(name.ctx, ast.Store):
                made = _bound_to(parent, name)
                if isinstance(made, ast.Dict) and None not in made.keys:
                    values += made.values
                elif isinstance(made, ast.DictComp):
                    values.append(made.value)
                elif not isinstance(made, ast.Call) or made.args or made.keywords:
                    return False
            elif isinstance(parent, ast.Subscript) and isinstance(parent.ctx, ast.Store):
                statement = self.index.parents[parent]
                if not isinstance(statement, ast.Assign | ast.AugAssign):
                    return False
                values.append(statement.value)
        return all(kinds.of(value) in _SCALARS for value in values)


def _is_assigned_in(block: list[ast.AST], name: str, child: ast.AST, context: Context) -> bool:
    """Whether a plain assignment among the statements of a block binds the name before `child`."""
    known = context.memo(_first_assignments)
    if id(block) not in known:
        first = known[id(block)] = {}
        for number, statement in enumerate(block):
            if isinstance(statement, ast.Assign | ast.AnnAssign):
                for bound in _assigned(statement):
                    first.setdefault(bound, number)
    earliest = known[id(block)].get(name)
    return earliest is not None and earliest < block.index(child)


def _first_assignments(context: Context) -> dict[int, dict[str, int]]:
    """For blocks (by id) the number of the statement that first binds each name; filled when asked for."""
    return {}


def _assigned(statement: ast.Assign | ast.AnnAssign) -> list[str]:
    targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
    if isinstance(statement, ast.AnnAssign) and statement.value is None:
        return []
    return [name for target in targets for name in _bound_names(target)]


def _bound_names(target: ast.expr) -> list[str]:
    if isinstance(target, ast.Tuple | ast.List):
        return [name for each in target.elts for name in _bound_names(each)]
    return [target.id] if isinstance(target, ast.Name) else []


def _is_doubtful(context: Context) -> bool:
    return _DOUBT.search(context.source.text) is not None


def _names(context: Context) -> dict[str, list[ast.Name]]:
    """The names of the text by what they are."""
    found: dict[str, list[ast.Name]] = {}
    for name in index_of(context).of(ast.Name):
        found.setdefault(name.id, []).append(name)
    return found


def _verdicts(context: Context) -> dict[tuple[int, str], tuple[bool, bool]]:
    """For a scope (by id) and a name: whether its dict is seen by nobody else, and holds scalars only."""
    return {}


def _bound_to(statement: ast.AST, name: ast.Name) -> ast.expr | None:
    """What a plain assignment binds the name to; None for any other binding."""
    if isinstance(statement, ast.Assign):
        return statement.value if statement.targets == [name] else None
    return statement.value if isinstance(statement, ast.AnnAssign) else None


def _parameters(scope: ast.AST) -> frozenset[str]:
    if not isinstance(scope, Function):
        return frozenset()
    arguments = scope.args
    every = [
        *arguments.posonlyargs,
        *arguments.args,
        *arguments.kwonlyargs,
        arguments.vararg,
        arguments.kwarg,
    ]
    return frozenset(each.arg for each in every if each is not None)


def _mentions(node: ast.AST, name: str) -> bool:
    return any(isinstance(each, ast.Name) and each.id == name for each in ast.walk(node))
