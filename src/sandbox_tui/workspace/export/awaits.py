"""`await` and `asyncio.gather` on external calls, rewritten to the plain calls that Flyte 2.12 knows.

Flyte answers an external call with its value at once, so `await add(x)` fails there (`'int' object can't be
awaited`) and a gather of such calls too. `await add(x)` becomes `add(x)`, `await asyncio.gather(add(x),
add(y))` becomes `[add(x), add(y)]` (a gather returns a list); what is awaited but certainly the sandbox's own
coroutine stays. Where it cannot be told, the export is refused.
"""

from __future__ import annotations

import ast
from enum import Enum

from .edits import SourceText
from .errors import ExportError


class Kind(Enum):
    """What an awaited expression is."""

    VALUE = "an external call: in Flyte its value"
    COROUTINE = "a coroutine of the sandbox itself"
    UNKNOWN = "one or the other"


def combined(kinds: list[Kind]) -> Kind:
    """The kind of what is one of several things."""
    return kinds[0] if kinds and all(kind is kinds[0] for kind in kinds) else Kind.UNKNOWN


class Awaits:
    """Finds what is awaited in a tree and edits the text; `changed` tells whether anything was rewritten."""

    def __init__(self, tree: ast.Module, text: SourceText, externals: set[str]) -> None:
        self._tree = tree
        self._text = text
        self._externals = externals
        self._coroutines = {node.name for node in ast.walk(tree) if isinstance(node, ast.AsyncFunctionDef)}
        self._plain = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
        self._modules: dict[str, str] = {}
        self._members: dict[str, str] = {}
        self._direct: dict[str, list[Kind | ast.expr]] = {}
        self._elements: dict[str, list[Kind | ast.expr]] = {}
        self._asked: set[str] = set()
        self.changed = False
        self._read_bindings()

    def rewrite(self) -> None:
        """Notes every edit; raises `ExportError` for what cannot be rewritten with certainty."""
        for node in ast.walk(self._tree):
            if isinstance(node, ast.Await):
                self._rewrite_await(node)
            elif isinstance(node, ast.Call) and self._is_gather(node):
                self._rewrite_gather(node)

    # --- what is what ---

    def _read_bindings(self) -> None:
        for node in ast.walk(self._tree):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    self._modules[alias.asname or alias.name] = alias.name
            elif isinstance(node, ast.ImportFrom):
                for alias in node.names:
                    self._members[alias.asname or alias.name] = f"{node.module}.{alias.name}"
            elif isinstance(node, ast.Assign):
                for target in node.targets:
                    self._bind(target, node.value)
            elif isinstance(node, ast.AnnAssign | ast.NamedExpr) and node.value is not None:
                self._bind(node.target, node.value)
            elif isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
                self._elements.setdefault(node.target.id, []).append(node.value)
            elif isinstance(node, ast.For | ast.comprehension) and isinstance(node.target, ast.Name):
                self._direct.setdefault(node.target.id, []).append(ast.Starred(node.iter, ast.Load()))
            elif isinstance(node, ast.arg):
                self._direct.setdefault(node.arg, []).append(Kind.UNKNOWN)
                self._elements.setdefault(node.arg, []).append(Kind.UNKNOWN)
            elif isinstance(node, ast.Call):
                self._bind_by_method(node)

    def _bind(self, target: ast.expr, value: ast.expr) -> None:
        if isinstance(target, ast.Name):
            self._direct.setdefault(target.id, []).append(value)
            self._elements.setdefault(target.id, []).append(value)
        elif isinstance(target, ast.Tuple | ast.List):
            same = isinstance(value, ast.Tuple | ast.List) and len(value.elts) == len(target.elts)
            for index, part in enumerate(target.elts):
                if isinstance(part, ast.Name):
                    found: Kind | ast.expr = value.elts[index] if same else ast.Starred(value, ast.Load())  # type: ignore[attr-defined]
                    self._direct.setdefault(part.id, []).append(found)
        elif isinstance(target, ast.Subscript) and isinstance(target.value, ast.Name):
            self._elements.setdefault(target.value.id, []).append(ast.List([value], ast.Load()))

    def _bind_by_method(self, node: ast.Call) -> None:
        method = node.func
        if isinstance(method, ast.Attribute) and isinstance(method.value, ast.Name) and len(node.args) == 1:
            if method.attr == "append":
                self._elements.setdefault(method.value.id, []).append(ast.List([node.args[0]], ast.Load()))
            elif method.attr == "extend":
                self._elements.setdefault(method.value.id, []).append(node.args[0])

    def _called(self, node: ast.Call) -> str | None:
        """The full name of what is called: `asyncio.gather`, also by an alias; a plain name as it stands."""
        if isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name):
            module = self._modules.get(node.func.value.id)
            return f"{module}.{node.func.attr}" if module else None
        if isinstance(node.func, ast.Name):
            return self._members.get(node.func.id, node.func.id)
        return None

    def _is_gather(self, node: ast.Call) -> bool:
        return self._called(node) == "asyncio.gather"

    def kind(self, node: Kind | ast.expr) -> Kind:
        """What awaiting `node` would await."""
        if isinstance(node, Kind):
            return node
        if isinstance(node, ast.Call):
            name = self._called(node)
            if name == "asyncio.gather":
                kinds = self._gathered(node)
                return Kind.COROUTINE if all(kind is Kind.COROUTINE for kind in kinds) else Kind.VALUE
            if name in self._externals:
                return Kind.VALUE
            if name in self._coroutines and name not in self._plain:
                return Kind.COROUTINE
            return Kind.COROUTINE if name == "asyncio.sleep" else Kind.UNKNOWN
        if isinstance(node, ast.IfExp):
            return combined([self.kind(node.body), self.kind(node.orelse)])
        if isinstance(node, ast.NamedExpr):
            return self.kind(node.value)
        if isinstance(node, ast.Starred):
            return self.element_kind(node.value)
        if isinstance(node, ast.Subscript):
            return self.element_kind(node.value)
        if isinstance(node, ast.Name):
            return self._kind_of_name(node.id, self._direct, self.kind)
        return Kind.UNKNOWN

    def element_kind(self, node: Kind | ast.expr) -> Kind:
        """What awaiting an element of `node` would await; an empty display agrees with anything and counts as
        a value.
        """
        if isinstance(node, Kind):
            return node
        if isinstance(node, ast.List | ast.Tuple | ast.Set):
            return combined([self.kind(element) for element in node.elts]) if node.elts else Kind.VALUE
        if isinstance(node, ast.ListComp | ast.SetComp | ast.GeneratorExp):
            return self.kind(node.elt)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            return combined([self.element_kind(node.left), self.element_kind(node.right)])
        if isinstance(node, ast.IfExp):
            return combined([self.element_kind(node.body), self.element_kind(node.orelse)])
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id in ("list", "tuple", "reversed")
        ):
            return self.element_kind(node.args[0]) if len(node.args) == 1 else Kind.UNKNOWN
        if isinstance(node, ast.Name):
            return self._kind_of_name(node.id, self._elements, self.element_kind)
        return Kind.UNKNOWN

    def _kind_of_name(self, name: str, bindings: dict[str, list[Kind | ast.expr]], ask: object) -> Kind:
        if name in self._asked or not bindings.get(name):
            return Kind.UNKNOWN
        self._asked.add(name)
        try:
            found = [b for b in bindings[name] if not (isinstance(b, ast.List | ast.Tuple) and not b.elts)]
            return combined([ask(binding) for binding in found])  # type: ignore[operator]
        finally:
            self._asked.discard(name)

    def _gathered(self, node: ast.Call) -> list[Kind]:
        return [
            self.element_kind(argument.value) if isinstance(argument, ast.Starred) else self.kind(argument)
            for argument in node.args
        ]

    # --- the edits ---

    def _rewrite_await(self, node: ast.Await) -> None:
        kind = self.kind(node.value)
        if kind is Kind.COROUTINE:
            return
        if kind is Kind.UNKNOWN:
            raise ExportError(
                f"it cannot be told whether `await {ast.unparse(node.value)}` waits for an external call, "
                "which Flyte 2.12 cannot "
                "await; call the external without await",
                node.lineno,
            )
        start = self._text.start(node)
        rest = self._text.between(start, self._text.end(node))
        if not rest.startswith("await"):
            raise ExportError(
                "an await inside an f-string, where this Python does not tell its place; move it out",
                node.lineno,
            )
        self._text.replace(start, start + len("await") + len(rest[5:]) - len(rest[5:].lstrip(" \t")), "")
        self.changed = True

    def _rewrite_gather(self, node: ast.Call) -> None:
        kinds = self._gathered(node)
        if all(kind is Kind.COROUTINE for kind in kinds):
            return
        if Kind.UNKNOWN in kinds:
            raise ExportError(
                f"it cannot be told whether `{ast.unparse(node.args[kinds.index(Kind.UNKNOWN)])}` in "
                "gather is an external call, which "
                "Flyte 2.12 cannot await; write the calls in a list instead",
                node.lineno,
            )
        if node.keywords:
            raise ExportError(
                f"gather with {node.keywords[0].arg}= has no plain counterpart for Flyte 2.12", node.lineno
            )
        for argument, kind in zip(node.args, kinds, strict=True):
            if kind is Kind.COROUTINE:
                if isinstance(argument, ast.Starred):
                    raise ExportError(
                        "gather of external calls and of the task's own coroutines in a list: Flyte 2.12 "
                        "cannot await the former; "
                        "gather them apart",
                        node.lineno,
                    )
                self._text.replace(self._text.start(argument), self._text.start(argument), "await ")
        opening = self._text.between(self._text.end(node.func), self._text.end(node))
        if not opening.lstrip().startswith("("):
            raise ExportError("this way of writing gather cannot be rewritten for Flyte 2.12", node.lineno)
        bracket = self._text.end(node.func) + len(opening) - len(opening.lstrip()) + 1
        end = self._text.end(node)
        self._text.replace(self._text.start(node), bracket, "[")
        self._text.replace(end - 1, end, "]")
        self.changed = True
