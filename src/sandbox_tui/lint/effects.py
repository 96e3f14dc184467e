"""Whether evaluating an expression can be noticed otherwise than by its value: by a call of an external, by
output, by a change of something.

What is not known to be quiet counts as noticeable.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence

from .context import Context
from .index import FUNCTIONS, index_of
from .kinds import kinds_of

_QUIET_NAMES = frozenset(
    """
    abs all any bin bool bytes chr complex dict divmod enumerate filter float format frozenset getattr hasattr
    hash hex id int isinstance iter len list map max min oct ord pow range repr reversed round set slice
    sorted str sum tuple type zip
    """.split()  # noqa: SIM905
)
_QUIET_METHODS = frozenset(
    """
    capitalize casefold center copy count decode difference encode endswith expandtabs find format get group
    groups groupdict hex index intersection isalnum isalpha isascii isdecimal isdigit isdisjoint isidentifier
    islower isnumeric isoformat isprintable isspace issubset issuperset istitle isupper items join keys ljust
    lower lstrip most_common partition removeprefix removesuffix replace rfind rindex rjust rpartition rsplit
    rstrip split splitlines startswith strftime strip swapcase symmetric_difference title total_seconds union
    upper values zfill
    """.split()  # noqa: SIM905
)
_QUIET_MODULES = frozenset(
    ("math", "json", "re", "itertools", "functools", "collections", "datetime", "copy")
)
_MAX_DEPTH = 8


def mentions(context: Context, *words: str) -> bool:
    """Whether one of these words stands in the text: what does not is not in the tree, either."""
    known = context.memo(_known_words)
    for word in words:
        if word not in known:
            known[word] = _has_word(context.source.text, word)
        if known[word]:
            return True
    return False


def _known_words(context: Context) -> dict[str, bool]:
    return {}


def _has_word(text: str, word: str) -> bool:
    # Faster than any regular expression, and asked of every text for many words.
    start = text.find(word)
    while start >= 0:
        end = start + len(word)
        if not (text[start - 1 : start].isidentifier() or text[end : end + 1].isidentifier()):
            return True
        start = text.find(word, end)
    return False


class Effects:
    """Judges the expressions of one text."""

    def __init__(self, context: Context) -> None:
        self.index = index_of(context)
        self.kinds = kinds_of(context)
        self.modules: set[str] = set()
        self.imported: set[str] = set()
        for node in self.index.of(ast.Import):
            for alias in node.names:
                if alias.name.partition(".")[0] in _QUIET_MODULES:
                    self.modules.add((alias.asname or alias.name).partition(".")[0])
        for node in self.index.of(ast.ImportFrom):
            if (node.module or "").partition(".")[0] in _QUIET_MODULES:
                self.imported.update(alias.asname or alias.name for alias in node.names)
        self._judged: dict[ast.AST, bool] = {}

    def noticeable(self, nodes: Sequence[ast.AST] | ast.AST, depth: int = 0) -> bool:
        """Whether evaluating these can be noticed."""
        waiting: list[ast.AST] = [nodes] if isinstance(nodes, ast.AST) else list(nodes)
        while waiting:
            node = waiting.pop()
            if isinstance(node, (*FUNCTIONS, ast.Lambda, ast.ClassDef)):
                continue
            if isinstance(
                node, ast.Await | ast.NamedExpr | ast.Yield | ast.YieldFrom | ast.Global | ast.Nonlocal
            ):
                return True
            if isinstance(node, ast.Attribute | ast.Subscript) and not isinstance(node.ctx, ast.Load):
                return True
            if isinstance(node, ast.Call) and not self.is_quiet(node.func, depth):
                return True
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                # What is passed in is called: `map(f, xs)`, `sorted(xs, key=f)`.
                passed = [*node.args, *(each.value for each in node.keywords)]
                functions = [
                    each for each in passed if isinstance(each, ast.Lambda) or self._is_function(each)
                ]
                if any(not self.is_quiet(each, depth) for each in functions):
                    return True
            waiting += ast.iter_child_nodes(node)
        return False

    def is_quiet(self, function: ast.expr, depth: int = 0) -> bool:
        """Whether a call of `function` cannot be noticed."""
        if depth > _MAX_DEPTH:
            return False
        if isinstance(function, ast.Lambda):
            return not self.noticeable(function.body, depth + 1)
        if isinstance(function, ast.Constant):
            return function.value is None
        if isinstance(function, ast.Attribute):
            value = function.value
            if isinstance(value, ast.Name) and value.id in self.modules:
                return True
            return function.attr in _QUIET_METHODS
        if not isinstance(function, ast.Name):
            return False
        values = self.kinds.values(function)
        if not values:
            return function.id in _QUIET_NAMES
        if function.id in self.imported:
            return True
        definitions = self._definitions(function)
        if definitions is None:
            return False
        return all(self._body_is_quiet(each, depth) for each in definitions)

    def _is_function(self, node: ast.expr) -> bool:
        return isinstance(node, ast.Name) and bool(self._definitions(node))

    def _definitions(self, name: ast.Name) -> list[ast.AST] | None:
        """The functions that the name stands for; None if it may stand for something else."""
        binder = self.kinds.binder(name)
        if binder is None:
            return None
        defined: list[ast.AST] = [
            each for each in self.index.functions.get(name.id, ()) if self.index.scope(each) is binder
        ]
        values = self.kinds.values(name)
        lambdas = [each for each in values if isinstance(each, ast.Lambda)]
        return [*defined, *lambdas] if len(defined) + len(lambdas) == len(values) else None

    def _body_is_quiet(self, function: ast.AST, depth: int) -> bool:
        if function not in self._judged:
            # A function that calls itself is as quiet as the rest of it.
            self._judged[function] = True
            body = function.body  # type: ignore[attr-defined]
            self._judged[function] = not self.noticeable(body, depth + 1)
        return self._judged[function]


def effects_of(context: Context) -> Effects:
    """The judge of a text's expressions."""
    return context.memo(Effects)
