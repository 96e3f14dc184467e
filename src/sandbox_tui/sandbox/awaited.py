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

# Unpacked parts of unpacked parts are followed so far, and so many steps altogether: sources are written by
# anybody.
_DEEPEST = 4
_MOST_STEPS = 100_000


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
    """One way in which a name gets a value: the value itself, or the elements of it (a loop variable), or a
    part of either (unpacked; `parts` are the indices, last first).
    """

    value: ast.expr
    elements: bool = False
    parts: tuple[int, ...] = ()


@dataclass(frozen=True)
class _Wanted:
    """`node` is awaited, or its elements are; with `parts`, only those parts of it (indices, last first)."""

    node: ast.expr
    scope: _Scope
    elements: bool = False
    parts: tuple[int, ...] = ()

    def now(self, node: ast.expr, scope: _Scope | None = None, *, elements: bool | None = None) -> _Wanted:
        """The same of another node."""
        return _Wanted(node, scope or self.scope, self.elements if elements is None else elements, self.parts)


@dataclass(eq=False)
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
        self._seen: set[tuple[int, bool, tuple[int, ...]]] = set()
        self._todo: list[_Wanted] = []
        self._all_scopes: list[_Scope] = []
        self._lambdas: dict[ast.Lambda, _Scope] = {}
        self._named_lambdas: list[tuple[_Scope, str, ast.Lambda]] = []
        self._gathering = _gathering_names(tree)
        root = self._new_scope(tree, None)
        self._read(tree.body, root)
        for scope, name, node in self._named_lambdas:
            scope.functions.setdefault(name, self._lambdas[node])

    def follow(self) -> None:
        while self._todo and len(self._seen) < _MOST_STEPS:
            wanted = self._todo.pop()
            key = id(wanted.node), wanted.elements, wanted.parts
            if key in self._seen or len(wanted.parts) > _DEEPEST:
                continue
            self._seen.add(key)
            self._todo.extend(self._elements(wanted) if wanted.elements else self._value(wanted))

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
                    self._lambdas[node] = inner
                    inner.returns.append(node.body)
                else:
                    scope.functions[node.name] = inner
            else:
                self._note(node, scope)
            pending.extend((child, inner) for child in ast.iter_child_nodes(node))

    def _note(self, node: ast.AST, scope: _Scope) -> None:
        if isinstance(node, ast.Await):
            self._todo.append(_Wanted(node.value, scope))
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
        if name in self._gathering:
            for argument in node.args:
                if isinstance(argument, ast.Starred):
                    self._todo.append(_Wanted(argument.value, scope, elements=True))
                else:
                    self._todo.append(_Wanted(argument, scope))
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
            if isinstance(value, ast.Lambda) and not elements:
                self._named_lambdas.append((scope, target.id, value))
        elif isinstance(target, ast.Subscript) and isinstance(target.value, ast.Name):
            scope.additions.setdefault(target.value.id, []).append(_Binding(value))
        elif isinstance(target, ast.Tuple | ast.List):
            parts = value.elts if isinstance(value, ast.Tuple | ast.List) and not elements else None
            if parts is not None and len(parts) == len(target.elts):
                for part, single in zip(target.elts, parts, strict=True):
                    self._bind(part, single, scope)
            else:
                self._unpack(target, value, scope, elements, ())

    def _unpack(
        self,
        target: ast.Tuple | ast.List,
        value: ast.expr,
        scope: _Scope,
        elements: bool,
        outer: tuple[int, ...],
    ) -> None:
        for index, part in enumerate(target.elts):
            if isinstance(part, ast.Name):
                binding = _Binding(value, elements, (index, *outer))
                scope.bindings.setdefault(part.id, []).append(binding)
            elif isinstance(part, ast.Tuple | ast.List):
                self._unpack(part, value, scope, elements, (index, *outer))
            elif isinstance(part, ast.Starred) and isinstance(part.value, ast.Name) and not elements:
                scope.bindings.setdefault(part.value.id, []).append(_Binding(value, parts=outer))

    # Following the flow backwards from an await.

    def _value(self, wanted: _Wanted) -> Iterator[_Wanted]:
        """`wanted.node` is awaited: what else is, then."""
        node, scope = wanted.node, wanted.scope
        if isinstance(node, ast.Call):
            function = scope.function(node.func.id) if isinstance(node.func, ast.Name) else None
            if function is not None:
                if isinstance(function.node, ast.FunctionDef | ast.Lambda):
                    yield from (wanted.now(value, function) for value in function.returns)
            elif wanted.parts or _takes_out(node):
                yield from self._called_elements(wanted)
            else:
                self.found.add(node)
        elif isinstance(node, ast.Name):
            yield from self._named(wanted)
        elif isinstance(node, ast.Tuple | ast.List) and wanted.parts:
            index, rest = wanted.parts[-1], wanted.parts[:-1]
            before = node.elts[: index + 1]
            if len(before) > index and not any(isinstance(each, ast.Starred) for each in before):
                yield _Wanted(node.elts[index], scope, parts=rest)
        elif isinstance(node, ast.ListComp | ast.SetComp | ast.GeneratorExp) and wanted.parts:
            yield _Wanted(node.elt, scope, parts=wanted.parts[:-1])
        elif isinstance(node, ast.List | ast.Tuple | ast.Set | ast.Dict | ast.ListComp | ast.DictComp):
            # Nothing awaits a list: it is one in another, whose elements are wanted.
            yield wanted.now(node, elements=True)
        elif isinstance(node, ast.Subscript):
            yield wanted.now(node.value, elements=True)
        elif isinstance(node, ast.IfExp):
            yield wanted.now(node.body)
            yield wanted.now(node.orelse)
        elif isinstance(node, ast.BoolOp):
            yield from (wanted.now(value) for value in node.values)
        elif isinstance(node, ast.NamedExpr):
            yield wanted.now(node.value)

    def _elements(self, wanted: _Wanted) -> Iterator[_Wanted]:
        """The elements of `wanted.node` are awaited: what else is, then."""
        node = wanted.node
        if isinstance(node, ast.List | ast.Tuple | ast.Set):
            for element in node.elts:
                if isinstance(element, ast.Starred):
                    yield wanted.now(element.value)
                else:
                    yield wanted.now(element, elements=False)
        elif isinstance(node, ast.Dict):
            yield from (wanted.now(value, elements=False) for value in node.values)
        elif isinstance(node, ast.ListComp | ast.SetComp | ast.GeneratorExp):
            yield wanted.now(node.elt, elements=False)
        elif isinstance(node, ast.DictComp):
            yield wanted.now(node.value, elements=False)
        elif isinstance(node, ast.Name):
            yield from self._named(wanted)
        elif isinstance(node, ast.BinOp):
            yield wanted.now(node.left)
            yield wanted.now(node.right)
        elif isinstance(node, ast.Subscript):
            yield wanted.now(node.value)
        elif isinstance(node, ast.IfExp):
            yield wanted.now(node.body)
            yield wanted.now(node.orelse)
        elif isinstance(node, ast.NamedExpr):
            yield wanted.now(node.value)
        elif isinstance(node, ast.Call):
            yield from self._called_elements(wanted)

    def _called_elements(self, wanted: _Wanted) -> Iterator[_Wanted]:
        """The elements of what a call gives, or parts of them: `calls.items()`, `enumerate(calls)`."""
        node, scope, parts = wanted.node, wanted.scope, wanted.parts
        assert isinstance(node, ast.Call)
        if isinstance(node.func, ast.Attribute):
            if node.func.attr in ("values", "copy") or _takes_out(node):
                yield wanted.now(node.func.value, elements=True)
            elif node.func.attr == "items" and parts[-1:] == (1,):
                yield _Wanted(node.func.value, scope, True, parts[:-1])
        elif isinstance(node.func, ast.Name):
            function = scope.function(node.func.id)
            name = node.func.id
            if function is not None:
                yield from (wanted.now(value, function) for value in function.returns)
            elif name in _COLLECTING and node.args:
                yield wanted.now(node.args[0], elements=True)
            elif name == "enumerate" and node.args and parts[-1:] == (1,):
                yield _Wanted(node.args[0], scope, True, parts[:-1])
            elif name == "zip" and parts and parts[-1] < len(node.args):
                yield _Wanted(node.args[parts[-1]], scope, True, parts[:-1])

    def _named(self, wanted: _Wanted) -> Iterator[_Wanted]:
        assert isinstance(wanted.node, ast.Name)
        name = wanted.node.id
        owner = wanted.scope.owner(name)
        if owner is None:
            return
        for inner in self._all_scopes:
            if inner is not owner and inner.owner(name) is not owner:
                continue
            if inner is owner:
                for binding in owner.bindings.get(name, ()):
                    yield _through(wanted, binding, owner)
            if wanted.elements:
                for addition in inner.additions.get(name, ()):
                    yield wanted.now(addition.value, inner, elements=addition.elements)
        if name in owner.parameters:
            yield from self._passed(wanted, owner, name)

    def _passed(self, wanted: _Wanted, function: _Scope, name: str) -> Iterator[_Wanted]:
        """What the calls of a local function pass for its parameter `name`."""
        index = function.parameters.index(name)
        for scope in self._all_scopes:
            for call in scope.calls:
                if not (isinstance(call.func, ast.Name) and scope.function(call.func.id) is function):
                    continue
                if index < len(call.args):
                    yield wanted.now(call.args[index], scope)
                yield from (wanted.now(k.value, scope) for k in call.keywords if k.arg == name)


def _takes_out(call: ast.Call) -> bool:
    """Whether a call gives an element of what it is a method of."""
    return isinstance(call.func, ast.Attribute) and call.func.attr in ("pop", "popleft", "get", "setdefault")


def _through(wanted: _Wanted, binding: _Binding, owner: _Scope) -> _Wanted:
    """What is wanted of a binding's value when `wanted` is of the name that it binds."""
    return _Wanted(binding.value, owner, wanted.elements or binding.elements, (*wanted.parts, *binding.parts))


def _gathering_names(tree: ast.Module) -> set[str]:
    """The names by which `asyncio.gather` and `asyncio.run` are called."""
    names = {"gather", "run"}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "asyncio":
            names.update(alias.asname for alias in node.names if alias.asname and alias.name in names)
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Attribute | ast.Name):
            of = node.value.attr if isinstance(node.value, ast.Attribute) else node.value.id
            if of in ("gather", "run"):
                names.update(target.id for target in node.targets if isinstance(target, ast.Name))
    return names
