"""Which calls of a source are awaited, and so want a future for an answer and not a value.

Monty tells the host that a function was called, not what the task will do with the answer: `add(x)` wants the
value, `await add(x)` and `asyncio.gather(add(x), add(y))` want something to await (a value there fails with
"'int' object can't be awaited"). The syntax tree tells them apart, also where the call and the await stand
apart: `calls = [add(x) for x in xs]` and `gather(*calls)`, a name awaited later, a helper that returns the
call, a parameter that a helper awaits.

The flow is followed by names within their scopes, not by values: what cannot be seen so (a call that an alias
made in a dict of functions, say) gets a value. A call that is awaited in one place and used as a value in
another cannot work in Python either.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

Range = tuple[int, int]
"""UTF-8 byte offsets of a call expression, as Monty's `position` has them."""

_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.Module)
_COLLECTING = {"list", "tuple", "sorted", "reversed", "set"}


def awaited_calls(tree: ast.Module, source: str) -> frozenset[Range]:
    """The byte ranges of all call expressions in `tree` (parsed from `source`) whose value is awaited."""
    flow = _Flow(tree)
    flow.follow()
    if not flow.found:
        return frozenset()
    starts = [0]
    for line in source.encode().splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    return frozenset(
        (
            starts[call.lineno - 1] + call.col_offset,
            starts[(call.end_lineno or 1) - 1] + (call.end_col_offset or 0),
        )
        for call in flow.found
    )


@dataclass
class _Binding:
    """One way in which a name gets a value: the value itself, or the elements of it (a loop variable)."""

    value: ast.expr
    elements: bool = False


@dataclass
class _Scope:
    """A function, a lambda or the module, with what its names are bound to and what is put into them."""

    node: ast.AST
    parent: _Scope | None
    bindings: dict[str, list[_Binding]] = field(default_factory=dict)
    additions: dict[str, list[_Binding]] = field(default_factory=dict)
    functions: dict[str, _Scope] = field(default_factory=dict)
    returns: list[ast.expr] = field(default_factory=list)
    calls: list[ast.Call] = field(default_factory=list)
    parameters: list[str] = field(default_factory=list)

    def chain(self) -> Iterator[_Scope]:
        scope: _Scope | None = self
        while scope is not None:
            yield scope
            scope = scope.parent

    def owner(self, name: str) -> _Scope | None:
        """The scope that binds `name`, seen from here."""
        return next((s for s in self.chain() if name in s.bindings or name in s.parameters), None)

    def function(self, name: str) -> _Scope | None:
        return next((s.functions[name] for s in self.chain() if name in s.functions), None)


class _Flow:
    def __init__(self, tree: ast.Module) -> None:
        self.found: set[ast.Call] = set()
        self._seen: set[tuple[int, bool]] = set()
        self._wanted: list[tuple[ast.expr, _Scope]] = []
        self._starred: list[tuple[ast.expr, _Scope]] = []
        self._all_scopes: list[_Scope] = []
        self._todo: list[tuple[ast.expr, _Scope, bool]] = []
        root = self._new_scope(tree, None)
        self._read(tree.body, root)

    def follow(self) -> None:
        self._todo = [(e, s, False) for e, s in self._wanted] + [(e, s, True) for e, s in self._starred]
        while self._todo:
            node, scope, elements = self._todo.pop()
            if (id(node), elements) in self._seen:
                continue
            self._seen.add((id(node), elements))
            for item in self._elements(node, scope) if elements else self._value(node, scope):
                self._todo.append(item)

    # Reading the tree: scopes, bindings, and the places where something is awaited.

    def _new_scope(self, node: ast.AST, parent: _Scope | None) -> _Scope:
        scope = _Scope(node, parent)
        self._all_scopes.append(scope)
        return scope

    def _read(self, nodes: Iterable[ast.AST], scope: _Scope) -> None:
        pending = [(node, scope) for node in nodes]
        while pending:
            node, scope = pending.pop()
            inner = scope
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
                inner = self._new_scope(node, scope)
                arguments = node.args
                inner.parameters = [
                    a.arg for a in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)
                ]
                if isinstance(node, ast.Lambda):
                    inner.returns.append(node.body)
                else:
                    scope.functions[node.name] = inner
            else:
                self._note(node, scope)
            pending.extend((child, inner) for child in ast.iter_child_nodes(node))

    def _note(self, node: ast.AST, scope: _Scope) -> None:
        if isinstance(node, ast.Await):
            self._wanted.append((node.value, scope))
        elif isinstance(node, ast.Call):
            self._note_call(node, scope)
        elif isinstance(node, ast.Assign):
            for target in node.targets:
                self._bind(target, node.value, scope)
        elif isinstance(node, ast.AnnAssign | ast.NamedExpr):
            if node.value is not None:
                self._bind(node.target, node.value, scope)
        elif isinstance(node, ast.AugAssign):
            if isinstance(node.target, ast.Name):
                scope.additions.setdefault(node.target.id, []).append(_Binding(node.value, elements=True))
        elif isinstance(node, ast.For | ast.AsyncFor | ast.comprehension):
            self._bind(node.target, node.iter, scope, elements=True)
        elif isinstance(node, ast.Return) and node.value is not None:
            scope.returns.append(node.value)

    def _note_call(self, node: ast.Call, scope: _Scope) -> None:
        scope.calls.append(node)
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name in ("gather", "run"):
            for argument in node.args:
                if isinstance(argument, ast.Starred):
                    self._starred.append((argument.value, scope))
                else:
                    self._wanted.append((argument, scope))
        elif (
            isinstance(node.func, ast.Attribute)
            and isinstance(node.func.value, ast.Name)
            and name in ("append", "add", "extend", "insert")
            and node.args
        ):
            added = _Binding(node.args[-1], elements=name == "extend")
            scope.additions.setdefault(node.func.value.id, []).append(added)

    def _bind(self, target: ast.expr, value: ast.expr, scope: _Scope, *, elements: bool = False) -> None:
        if isinstance(target, ast.Name):
            scope.bindings.setdefault(target.id, []).append(_Binding(value, elements))
        elif isinstance(target, ast.Subscript) and isinstance(target.value, ast.Name):
            scope.additions.setdefault(target.value.id, []).append(_Binding(value))
        elif isinstance(target, ast.Tuple | ast.List):
            parts = value.elts if isinstance(value, ast.Tuple | ast.List) and not elements else None
            if parts is not None and len(parts) == len(target.elts):
                for part, single in zip(target.elts, parts, strict=True):
                    self._bind(part, single, scope)
            else:
                for part in target.elts:
                    inner = part.value if isinstance(part, ast.Starred) else part
                    if isinstance(inner, ast.Name):
                        scope.bindings.setdefault(inner.id, []).append(_Binding(value, elements=True))

    # Following the flow backwards from an await.

    def _value(self, node: ast.expr, scope: _Scope) -> Iterator[tuple[ast.expr, _Scope, bool]]:
        """`node` is awaited: what else is, then."""
        if isinstance(node, ast.Call):
            function = scope.function(node.func.id) if isinstance(node.func, ast.Name) else None
            if function is None:
                self.found.add(node)
            elif isinstance(function.node, ast.FunctionDef):
                yield from ((value, function, False) for value in function.returns)
        elif isinstance(node, ast.Name):
            yield from self._named(node.id, scope, elements=False)
        elif isinstance(node, ast.Subscript):
            yield node.value, scope, True
        elif isinstance(node, ast.IfExp):
            yield node.body, scope, False
            yield node.orelse, scope, False
        elif isinstance(node, ast.BoolOp):
            yield from ((value, scope, False) for value in node.values)
        elif isinstance(node, ast.NamedExpr):
            yield node.value, scope, False

    def _elements(self, node: ast.expr, scope: _Scope) -> Iterator[tuple[ast.expr, _Scope, bool]]:
        """The elements of `node` are awaited: what else is, then."""
        if isinstance(node, ast.List | ast.Tuple | ast.Set):
            for element in node.elts:
                if isinstance(element, ast.Starred):
                    yield element.value, scope, True
                else:
                    yield element, scope, False
        elif isinstance(node, ast.Dict):
            yield from ((value, scope, False) for value in node.values)
        elif isinstance(node, ast.ListComp | ast.SetComp | ast.GeneratorExp):
            yield node.elt, scope, False
        elif isinstance(node, ast.DictComp):
            yield node.value, scope, False
        elif isinstance(node, ast.Name):
            yield from self._named(node.id, scope, elements=True)
        elif isinstance(node, ast.BinOp):
            yield node.left, scope, True
            yield node.right, scope, True
        elif isinstance(node, ast.Subscript):
            yield node.value, scope, True
        elif isinstance(node, ast.IfExp):
            yield node.body, scope, True
            yield node.orelse, scope, True
        elif isinstance(node, ast.NamedExpr):
            yield node.value, scope, True
        elif isinstance(node, ast.Call):
            yield from self._called_elements(node, scope)

    def _called_elements(self, node: ast.Call, scope: _Scope) -> Iterator[tuple[ast.expr, _Scope, bool]]:
        if isinstance(node.func, ast.Attribute):
            if node.func.attr in ("values", "copy"):
                yield node.func.value, scope, True
        elif isinstance(node.func, ast.Name):
            function = scope.function(node.func.id)
            if function is not None:
                yield from ((value, function, True) for value in function.returns)
            elif node.func.id in _COLLECTING and node.args:
                yield node.args[0], scope, True

    def _named(self, name: str, scope: _Scope, *, elements: bool) -> Iterator[tuple[ast.expr, _Scope, bool]]:
        owner = scope.owner(name)
        if owner is None:
            return
        for inner in self._all_scopes:
            if inner is not owner and inner.owner(name) is not owner:
                continue
            if inner is owner:
                for binding in owner.bindings.get(name, ()):
                    yield binding.value, owner, elements or binding.elements
            if elements:
                for addition in inner.additions.get(name, ()):
                    yield addition.value, inner, addition.elements
        if name in owner.parameters:
            yield from self._passed(owner, name, elements)

    def _passed(self, function: _Scope, name: str, elements: bool) -> Iterator[tuple[ast.expr, _Scope, bool]]:
        """What the calls of a local function pass for its parameter `name`."""
        node = function.node
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            return
        index = function.parameters.index(name)
        for scope in self._all_scopes:
            for call in scope.calls:
                if not (isinstance(call.func, ast.Name) and scope.function(call.func.id) is function):
                    continue
                if index < len(call.args):
                    yield call.args[index], scope, elements
                yield from ((k.value, scope, elements) for k in call.keywords if k.arg == name)
