"""SBX8xx, iterators: what is made piece by piece in Python and all at once, as a list, in Monty.

Observed with Monty 1.0.0 and 1.4.0: a generator expression, `map`, `filter`, `zip`, `enumerate` and
`reversed` give lists. Most uses cannot tell; found is what can.
"""

from __future__ import annotations

import ast

from ..context import Context
from ..diagnostic import Edit, Fix
from ..effects import effects_of
from ..index import COMPREHENSIONS, FUNCTIONS, bounded, index_of, task_function
from ..kinds import kinds_of
from .rule import TYPED, Rule

_BUILTINS = frozenset(("map", "filter", "zip", "enumerate", "reversed"))
_TELLING = frozenset(("len", "bool", "str", "repr", "print", "type", "isinstance", "format", "hasattr"))
_PIECEWISE = frozenset(("zip", "map", "filter", "enumerate", "islice", "takewhile", "chain"))
_MUTATING = frozenset(
    ("append", "extend", "insert", "pop", "remove", "clear", "sort", "reverse", "add", "update")
)
# How far a use may stand from its making to be looked into.
_MOST_LINES = 50
_LOOPS = (ast.For, ast.AsyncFor, ast.While)
_ENDLESS = frozenset(("count", "cycle", "repeat"))
# What may stand before a call that cannot differ there, unless it calls a function.
_HARMLESS = ("in ", "list(", "dict(", "sum(", "tuple(", "sorted(")


class _Use:
    """How one such value is used: `telling` says what differs, if something does."""

    def __init__(self, made: ast.expr, context: Context) -> None:
        self.made = made
        self.context = context
        self.index = index_of(context)
        self.effects = effects_of(context)
        self.kinds = kinds_of(context)
        self.what = "a generator expression" if isinstance(made, ast.GeneratorExp) else f"{made.func.id}(...)"  # type: ignore[attr-defined]
        self.noticeable = self._is_noticeable()

    def _is_noticeable(self) -> bool:
        made = self.made
        if isinstance(made, ast.GeneratorExp):
            inner = [each for generator in made.generators for each in generator.ifs]
            inner += [generator.iter for generator in made.generators[1:]]
            return self.effects.noticeable([made.elt, *inner])
        assert isinstance(made, ast.Call) and isinstance(made.func, ast.Name)
        return (
            made.func.id in ("map", "filter") and bool(made.args) and not self.effects.is_quiet(made.args[0])
        )

    def telling(self) -> str | None:
        """What the use makes differ, in words."""
        if self._is_endless():
            return "would never be complete, since it is made all at once"
        return self._direct(self.made)

    def _direct(self, node: ast.expr) -> str | None:
        """What the place of `node` makes differ."""
        around = self.index.parents.get(node)
        if isinstance(around, ast.Call) and node in around.args:
            return self._as_argument(around)
        if isinstance(around, ast.For | ast.AsyncFor) and around.iter is node:
            return self._in_loop(around)
        if isinstance(around, ast.comprehension):
            return self._in_comprehension(around)
        if isinstance(around, ast.Assign | ast.AnnAssign | ast.NamedExpr) and node is self.made:
            target = around.targets[0] if isinstance(around, ast.Assign) else around.target
            several = isinstance(around, ast.Assign) and len(around.targets) > 1
            return self._as_name(target, around) if isinstance(target, ast.Name) and not several else None
        if self._is_result(node, around):
            return "is a list as the result, in Python an iterator"
        if isinstance(around, ast.Expr):
            return "is made although nothing uses it" if self.noticeable else None
        if isinstance(around, ast.Compare):
            contained = isinstance(around.ops[0], ast.In | ast.NotIn) and node in around.comparators
            if contained:
                return "is made whole before it is searched" if self.noticeable else None
            return "is compared as a list"
        if isinstance(around, ast.FormattedValue):
            return "is written as a list"
        if isinstance(around, ast.Subscript) and around.value is node:
            return "can be indexed, which fails in Python"
        if isinstance(around, ast.BinOp):
            return "can be added to a list, which fails in Python"
        tests = isinstance(around, ast.If | ast.While | ast.IfExp) and around.test is node
        if (
            tests
            or isinstance(around, ast.BoolOp)
            or (isinstance(around, ast.UnaryOp) and isinstance(around.op, ast.Not))
        ):
            return "is false when it is empty, in Python never"
        return None

    def _as_argument(self, call: ast.Call) -> str | None:
        function = call.func
        name = function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")
        if (
            isinstance(function, ast.Name)
            and self.kinds.values(function)
            and name not in self.effects.imported
        ):
            return None
        if name == "next" and isinstance(function, ast.Name):
            return "is a list, of which next() takes nothing"
        if name in ("any", "all") and isinstance(function, ast.Name):
            return f"is made whole before {name}() looks at the first element" if self.noticeable else None
        if name == "iter" and isinstance(function, ast.Name):
            return "is made whole before the first element is taken" if self.noticeable else None
        if name in _TELLING and isinstance(function, ast.Name):
            return f"is a list for {name}()"
        if name in _PIECEWISE:
            return "is made whole before the other parts are" if self.noticeable else None
        return None

    def _in_loop(self, loop: ast.For | ast.AsyncFor) -> str | None:
        if self.noticeable:
            return "is made whole before the loop's body first runs"
        sources = {each.id for each in ast.walk(self.made) if isinstance(each, ast.Name)}
        for statement in loop.body:
            for each in ast.walk(statement):
                if _changes(each, sources, self.made) and not _leaves_at_once(each, self.index.parents):
                    return "does not see what the loop's body changes of it"
        return None

    def _in_comprehension(self, generator: ast.comprehension) -> str | None:
        holder = self.index.parents[generator]
        results = [each for each in ast.iter_child_nodes(holder) if not isinstance(each, ast.comprehension)]
        if self.noticeable and self.effects.noticeable([*results, *generator.ifs]):
            return "is made whole before the first element is used"
        return None

    def _as_name(self, target: ast.Name, statement: ast.AST) -> str | None:
        values = self.kinds.values(target)
        if len(values) != 1:
            return None
        binder = self.kinds.binder(target)
        uses = [each for each in self.index.reads.get(target.id, ()) if self.kinds.binder(each) is binder]
        if any(self._is_repeated(use, statement) for use in uses):
            return "can be used up only once in Python, here each time anew"
        if _several(uses, self.index.parents):
            return "can be used up only once in Python, here each time anew"
        for use in uses:
            if _stops_early(use, self.index.parents):
                return None
            found = self._direct(use)
            if found is not None:
                return found
        if self._is_changed_between(statement, uses):
            return "is made at once, and does not see the changes before it is used"
        if self.noticeable and not uses:
            return "is made although nothing uses it"
        return None

    def _is_repeated(self, use: ast.Name, statement: ast.AST) -> bool:
        """Whether the use is evaluated again without the value being made again."""
        child: ast.AST = use
        inside = set(self.index.around(statement))
        for around in self.index.around(use):
            if around in inside:
                return False
            if isinstance(around, _LOOPS) and child is not getattr(around, "iter", None):
                return child not in around.orelse
            if isinstance(around, (*FUNCTIONS, ast.Lambda)):
                return True
            if isinstance(around, COMPREHENSIONS) and not isinstance(child, ast.comprehension):
                return True
            if isinstance(around, ast.comprehension):
                holder = self.index.parents[around]
                first = holder.generators[0]  # type: ignore[attr-defined]
                if around is not first or child is not around.iter:
                    return True
            child = around
        return False

    def _is_changed_between(self, statement: ast.AST, uses: list[ast.Name]) -> bool:
        if len(uses) != 1:
            return False
        read = {each.id for each in ast.walk(self.made) if isinstance(each, ast.Name)}
        late = self._late_names(read)
        scope = self.index.scope(statement)
        first = getattr(statement, "end_lineno", 0)
        between = range(first + 1, min(uses[0].lineno, first + _MOST_LINES))
        for each in (node for line in between for node in self.index.by_line.get(line, ())):
            if self.index.scope(each) is scope:
                if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store) and each.id in late:
                    return True
                if _changes(each, read, self.made):
                    return True
        return False

    def _late_names(self, read: set[str]) -> set[str]:
        """The names that Python would read only when an element is asked for."""
        if not isinstance(self.made, ast.GeneratorExp):
            return set()
        first = {each.id for each in ast.walk(self.made.generators[0].iter) if isinstance(each, ast.Name)}
        return read - first

    def _is_result(self, node: ast.expr, around: ast.AST | None) -> bool:
        while isinstance(around, ast.Tuple | ast.List | ast.Dict):
            around = self.index.parents.get(around)
        if isinstance(around, ast.Return):
            return self.index.scope(around) is task_function(self.context)
        body = self.context.tree.body
        return (
            self.context.kind == "code" and isinstance(around, ast.Expr) and bool(body) and around is body[-1]
        )

    def _is_endless(self) -> bool:
        made = self.made
        if isinstance(made, ast.GeneratorExp):
            sources = [generator.iter for generator in made.generators[:1]]
        elif (
            isinstance(made, ast.Call)
            and isinstance(made.func, ast.Name)
            and made.func.id in ("map", "filter")
        ):
            sources = made.args[1:]
        else:
            sources = made.args[:1] if isinstance(made, ast.Call) and made.func.id == "enumerate" else []  # type: ignore[attr-defined]
        return bool(sources) and all(self._gives_no_end(each) for each in sources)

    def _gives_no_end(self, source: ast.expr) -> bool:
        if not isinstance(source, ast.Call):
            return False
        name = getattr(source.func, "id", getattr(source.func, "attr", None))
        if name not in _ENDLESS or (name == "repeat" and len(source.args) + len(source.keywords) > 1):
            return False
        if isinstance(source.func, ast.Attribute):
            return isinstance(source.func.value, ast.Name) and source.func.value.id in self.effects.modules
        return name in self.effects.imported


def _changes(node: ast.AST, names: set[str], made: ast.expr) -> bool:
    """Whether `node` calls a method that changes one of these names' values, of which `made` is made."""
    backwards = isinstance(made, ast.Call) and getattr(made.func, "id", "") == "reversed"
    # Python starts at the end that the list has when this is made.
    if backwards and getattr(getattr(node, "func", None), "attr", "") in ("append", "extend"):
        return False
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in _MUTATING
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id in names
    )


def _leaves_at_once(node: ast.AST, parents: dict[ast.AST, ast.AST]) -> bool:
    """Whether the loop is left right behind the statement of `node`."""
    statement: ast.AST | None = node
    while statement is not None and not isinstance(statement, ast.stmt):
        statement = parents.get(statement)
    block = getattr(parents.get(statement), "body", None) if statement is not None else None
    if not isinstance(block, list) or statement not in block:
        return False
    return any(isinstance(each, ast.Break | ast.Return) for each in block[block.index(statement) + 1 :])


def _several(uses: list[ast.Name], parents: dict[ast.AST, ast.AST]) -> bool:
    """Whether two of the uses can both be evaluated."""
    paths = [_branches(use, parents) for use in uses]
    for number, one in enumerate(paths):
        for other in paths[number + 1 :]:
            if not any(branch in other and other[branch] != side for branch, side in one.items()):
                return True
    return False


def _branches(node: ast.AST, parents: dict[ast.AST, ast.AST]) -> dict[ast.AST, bool]:
    """The `if` statements around `node`, each with the side on which it stands."""
    found: dict[ast.AST, bool] = {}
    child, around = node, parents.get(node)
    while around is not None:
        if isinstance(around, ast.If | ast.IfExp) and child is not around.test:
            body = around.body
            found[around] = child in body if isinstance(body, list) else child is body
        child, around = around, parents.get(around)
    return found


def _stops_early(use: ast.Name, parents: dict[ast.AST, ast.AST]) -> bool:
    """Whether the use is one that only starts to take elements, and nothing else does."""
    around = parents.get(use)
    return isinstance(around, ast.Starred)


def _generator(node: ast.GeneratorExp, context: Context) -> None:
    use = _Use(node, context)
    found = use.telling()
    if found is not None:
        advice = "write iter([...])" if "next()" in found else "write [...] if a list is meant"
        message = f"{use.what} is a list in Monty: it {found}; {advice}"
        context.report_node(GENERATOR, node, message, _as_list(node, found, context))


def _as_list(node: ast.GeneratorExp, found: str, context: Context) -> Fix | None:
    """Brackets in place of, or within, the parentheses."""
    if "never be complete" in found:
        return None
    source = context.source
    taken = "next()" in found
    start, end = source.offset(source.start(node)), source.offset(source.end(node))
    if source.text[start : start + 1] != "(" or source.text[end - 1 : end] != ")":
        return None
    around = index_of(context).parents.get(node)
    shared = isinstance(around, ast.Call) and source.end(around) == source.end(node)
    opening, closing = ("iter([", "])") if taken else ("[", "]")
    if shared:
        opening, closing = f"({opening}", f"{closing})"
    first = Edit(source.position(start), source.position(start + 1), opening)
    last = Edit(source.position(end - 1), source.position(end), closing)
    if taken:
        # What fails as it stands, since next() takes nothing of a list, then works.
        return Fix("Take from an iterator over the list", (first, last), "unsafe")
    return Fix("Write it as a list, which it is", (first, last), "safe")


def _iterator(tree: ast.Module, context: Context) -> None:
    for node in _candidates(context):
        use = _Use(node, context)
        if use.kinds.values(node.func):  # type: ignore[arg-type]
            continue
        found = use.telling()
        if found is not None:
            advice = "iter(list(...))" if "next()" in found else f"list({use.what}) if a list is meant"
            message = f"{use.what} is a list in Monty: it {found}; write {advice}"
            context.report_node(ITERATOR, node, message, _wrapped(node, found, context))


def _wrapped(node: ast.Call, found: str, context: Context) -> Fix | None:
    if "never be complete" in found:
        return None
    source = context.source
    start, end = source.start(node), source.end(node)
    if "next()" in found:
        edits = (Edit(start, start, "iter(list("), Edit(end, end, "))"))
        return Fix("Take from an iterator over the list", edits, "unsafe")
    return Fix("Write it as a list, which it is", (Edit(start, start, "list("), Edit(end, end, ")")), "safe")


def _candidates(context: Context) -> list[ast.Call]:
    """The calls whose use is worth a look, in the order of the text."""
    if not _is_suspicious(context):
        return []
    found = [
        each
        for each in index_of(context).of(ast.Call)
        if isinstance(each.func, ast.Name) and each.func.id in _BUILTINS
    ]
    return sorted(found, key=lambda each: (each.lineno, each.col_offset))


def _is_suspicious(context: Context) -> bool:
    """Whether a call stands elsewhere than where it cannot differ: behind `in`, or within `list(...)` and the
    like. Told from the text, since an index costs more than most texts are worth.
    """
    text = context.source.text
    changed = any(f".{each}(" in text for each in _MUTATING)
    for name in _BUILTINS:
        start = text.find(f"{name}(")
        while start >= 0:
            calls = name in ("map", "filter")
            if not text[start - 1 : start].isidentifier():
                harmless = text.endswith(("list(", "tuple(") if calls else _HARMLESS, 0, start)
                if not harmless or (changed and not text.endswith("(", 0, start)):
                    return True
            start = text.find(f"{name}(", start + 1)
    return False


GENERATOR = Rule(
    code="SBX801",
    name="generator-is-list",
    summary="A generator expression where it matters that Monty makes a list of it.",
    why=(
        "Monty evaluates all of a generator expression where it stands: every call in it is made, also those "
        "that Python would not reach, it can be used up more than once, and next() does not take it."
    ),
    instead="A list comprehension where a list is meant; a `for` loop that stops where it should.",
    bad=("def first_paid(ids: list[str]) -> bool:\n    return any(is_paid(each) for each in ids)\n"),
    good=(
        "def first_paid(ids: list[str]) -> bool:\n    for each in ids:\n        if is_paid(each):\n"
        "            return True\n    return False\n"
    ),
    profiles=TYPED,
    expressions=(ast.GeneratorExp,),
    find=bounded(_generator),
    severity="warning",
    fix="writes brackets, as it is a list in Monty, safe; an iterator over it for next(), unsafe",
)

ITERATOR = Rule(
    code="SBX802",
    name="iterator-is-list",
    summary="`map`, `filter`, `zip`, `enumerate` or `reversed` where it matters that it is a list.",
    why="In Monty these give lists: all at once, and to be used as often as one likes.",
    instead="`list(...)` around it where a list is meant; a `for` loop where single elements are.",
    bad=(
        "def pairs(xs: list[int]) -> list:\n    both = zip(xs, xs[1:])\n    return [list(both), list(both)]\n"
    ),
    good=(
        "def pairs(xs: list[int]) -> list:\n    both = list(zip(xs, xs[1:]))\n"
        "    return [list(both), list(both)]\n"
    ),
    profiles=TYPED,
    nodes=(ast.Module,),
    find=bounded(_iterator),
    severity="warning",
    fix="writes `list(...)` around it, which it is in Monty; safe",
)

RULES = (GENERATOR, ITERATOR)
