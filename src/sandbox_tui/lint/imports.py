"""Which module, or thing of a module, a name or a dotted expression certainly stands for."""

from __future__ import annotations

import ast
import re

from .context import Context
from .index import Index, Scope, index_of
from .kinds import Kinds, kinds_of

_IMPORT = re.compile(r"\bimport\b")
_CATCH_ALL = frozenset(("Exception", "BaseException"))


class Imports:
    """The imports of one text."""

    def __init__(self, index: Index, kinds: Kinds) -> None:
        self._kinds = kinds
        self._targets: dict[tuple[Scope, str], str] = {}
        counts: dict[tuple[Scope, str], int] = {}
        for node in index.of(ast.Import, ast.ImportFrom):
            if isinstance(node, ast.ImportFrom) and (node.level or not node.module):
                continue
            for alias in node.names:
                if isinstance(node, ast.ImportFrom):
                    bound, target = alias.asname or alias.name, f"{node.module}.{alias.name}"
                elif alias.asname:
                    bound, target = alias.asname, alias.name
                else:
                    bound = target = alias.name.partition(".")[0]
                key = index.scope(node), bound
                counts[key] = counts.get(key, 0) + 1
                if self._targets.setdefault(key, target) != target:
                    counts[key] = -1_000_000
        # A name that is bound otherwise, too, may be anything.
        for key, count in counts.items():
            if len(kinds.bindings.get(key, ())) != count:
                del self._targets[key]

    def dotted(self, node: ast.expr) -> str | None:
        """`datetime.datetime.now` for the expression `dt.now` behind `from datetime import datetime as dt`;
        None if it does not lead to an import.
        """
        names: list[str] = []
        while isinstance(node, ast.Attribute):
            names.append(node.attr)
            node = node.value
        if not isinstance(node, ast.Name):
            return None
        binder = self._kinds.binder(node)
        target = None if binder is None else self._targets.get((binder, node.id))
        return None if target is None else ".".join([target, *reversed(names)])


def imports_of(context: Context) -> Imports | None:
    """The imports of a text; None if it has none."""
    return context.memo(_make)


def _make(context: Context) -> Imports | None:
    text = context.source.text
    if "import" not in text or not _IMPORT.search(text):
        return None
    return Imports(index_of(context), kinds_of(context))


def is_builtin(node: ast.expr, context: Context) -> bool:
    """Whether a name is read that nothing in the text binds, so that it is the builtin of that name."""
    return isinstance(node, ast.Name) and kinds_of(context).binder(node) is None


def is_function(node: ast.expr, context: Context) -> bool:
    """Whether an expression certainly is a function of the text: a lambda, or a name that only one `def`
    binds.
    """
    if isinstance(node, ast.Lambda):
        return True
    if not isinstance(node, ast.Name):
        return False
    kinds, index = kinds_of(context), index_of(context)
    binder = kinds.binder(node)
    return binder is not None and any(
        each.name == node.id and index.scope(each) is binder and len(kinds.bindings[binder, node.id]) == 1
        for each in index.of(ast.FunctionDef, ast.AsyncFunctionDef)
        if not each.decorator_list
    )


def is_guarded(node: ast.AST, error: str, context: Context) -> bool:
    """Whether `node` stands in a `try` that catches `error`, or where only a type checker looks."""
    index = index_of(context)
    child = node
    for around in index.around(node):
        if isinstance(around, ast.Try) and any(child is each for each in around.body):
            if any(_catches(each.type, error) for each in around.handlers):
                return True
        elif isinstance(around, ast.If) and any(child is each for each in around.body):
            test = around.test
            name = test.attr if isinstance(test, ast.Attribute) else getattr(test, "id", "")
            if name == "TYPE_CHECKING":
                return True
        child = around
    return False


def _catches(kind: ast.expr | None, error: str) -> bool:
    if kind is None:
        return True
    kinds = kind.elts if isinstance(kind, ast.Tuple) else [kind]
    names = {each.id for each in kinds if isinstance(each, ast.Name)}
    # A name that is no builtin may be a tuple of exceptions.
    return bool(names & (_CATCH_ALL | {error, *_BASES.get(error, ())})) or len(names) < len(kinds)


_BASES = {
    "ModuleNotFoundError": ("ImportError",),
    "RuntimeError": (),
    "NotImplementedError": ("RuntimeError",),
}
