"""Whether a text that came out of the sandbox is the task's own, asked of the sandbox itself.

Monty sends what it cannot send as a text: `range(3)` arrives as "range(0, 3)", a list inside itself as
"[...]", and so does the text that a task means. From the outside nothing tells them apart. So the run is
repeated beside itself (`repeating`), with every external a function of the sandbox that says which of its
arguments' texts are texts, and with the result kept for the same question.

Only a run in which such a text appears pays for it: the repetition begins then, and follows the run from call
to call.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any

from ..lint.parsing import Unparsable, parse
from .crossing import STAND_IN_STARTS, may_stand_in
from .monty import monty
from .pool import workers
from .repeating import Answer, resumed

# How many values the sandbox, and the host, look through; a value of more is not decided.
MOST_VALUES = 1_000_000

# What the repetition needs beside what the task needed.
_OWN_MEMORY = 16 * 1024 * 1024
_OWN_SECONDS = 5.0
_OWN_DEPTH = 20

# In the sandbox: the texts in `root` that may be taken for stand-ins, each with its place, a list of indices,
# in front. A dict's children are its keys and values in turn; those of a set have no order, and no index. The
# builtins are kept as defaults, for the task may use their names for its own.
_PRELUDE = f"""
def __true_texts__(root, starts={STAND_IN_STARTS!r}, most={MOST_VALUES}, id=id, isinstance=isinstance,
        len=len, str=str, list=list, tuple=tuple, dict=dict, set=set, frozenset=frozenset):
    found = []
    on_the_way = set()
    stack = [[[root], False, 0, [], 0]]
    looked_at = 0
    while stack:
        frame = stack[-1]
        children, has_order, index, path, own = frame
        if index == len(children):
            on_the_way.discard(own)
            stack.pop()
            continue
        frame[2] = index + 1
        looked_at = looked_at + 1
        if looked_at > most:
            return None
        child = children[index]
        here = path + [index if has_order else None]
        if isinstance(child, str):
            if child.startswith(starts):
                found.append(here + [child])
            continue
        if isinstance(child, dict):
            inner, inner_has_order = [], True
            for key, value in child.items():
                inner.append(key)
                inner.append(value)
        elif isinstance(child, (list, tuple)):
            inner, inner_has_order = list(child), True
        elif isinstance(child, (set, frozenset)):
            inner, inner_has_order = list(child), False
        else:
            continue
        if id(child) not in on_the_way:
            on_the_way.add(id(child))
            stack.append([inner, inner_has_order, 0, here, id(child)])
    return found
"""
_SHIM = """
def {name}(*args, **kwargs):
    return __external__(__true_texts__([[*args], kwargs]))
"""
_KEPT = "__result__"


class TrueTexts:
    """Asks about the texts of one run. `code` is what was fed (the value of its last expression is the
    result), `inputs`, `limits` and `externals` (names) what it was run with.

    Not for several threads at once. `close` ends the repetition.
    """

    def __init__(
        self, code: str, inputs: Mapping[str, Any], limits: Mapping[str, Any], externals: Collection[str]
    ) -> None:
        self._code = code
        self._inputs = inputs
        self._limits = limits
        self._externals = externals
        self._checkout: Any = None
        self._session: Any = None
        self._progress: Any = None
        self._taken = 0

    def of_call(
        self, answers: Sequence[Answer], args: Sequence[Any], kwargs: Mapping[str, Any]
    ) -> bool | None:
        """Whether all texts in the arguments of the call that followed `answers` are texts; None where that
        cannot be found out.
        """
        return self._ask(answers, [list(args), dict(kwargs)], self._arguments)

    def of_result(self, answers: Sequence[Answer], result: Any) -> bool | None:
        """The same for the result of the run that had `answers`."""
        return self._ask(answers, result, self._kept)

    def close(self) -> None:
        """Gives the repetition's worker back."""
        checkout, self._checkout = self._checkout, None
        if checkout is not None:
            checkout.__exit__(None, None, None)

    def _ask(self, answers: Sequence[Answer], value: Any, places: Callable[[], Any]) -> bool | None:
        suspicious = _suspicious(value)
        if suspicious is None:
            return None
        try:
            self._follow(answers)
            found = places()
        except (monty().MontyError, RuntimeError):
            # It ran out of its limits, or its worker has died.
            found = None
        if found is None:
            return None
        return suspicious <= Counter(tuple(place) for place in found)

    def _arguments(self) -> Any:
        progress = self._progress
        if getattr(progress, "function_name", None) != "__external__":
            return None
        return progress.args[0]

    def _kept(self) -> Any:
        if not isinstance(self._progress, monty().MontyComplete):
            return None
        return self._session.feed_run(f"__true_texts__({_KEPT})")

    def _follow(self, answers: Sequence[Answer]) -> None:
        """Brings the repetition to where the run is."""
        engine = monty()
        if self._checkout is None:
            limits = self._limits
            widened = {
                **limits,
                "max_memory": 2 * limits["max_memory"] + _OWN_MEMORY,
                "max_recursion_depth": limits["max_recursion_depth"] + _OWN_DEPTH,
                "max_feed_duration_secs": 2 * limits["max_feed_duration_secs"] + _OWN_SECONDS,
            }
            self._checkout = workers.checkout(widened)
            self._session = self._checkout.__enter__()
            shims = "".join(_SHIM.format(name=name) for name in self._externals)
            self._session.feed_run(_PRELUDE + shims)
            self._progress = self._session.feed_start(
                keeping_result(self._code), inputs=dict(self._inputs), print_callback=_discard
            )
        remaining = iter(answers[self._taken :])
        while not isinstance(self._progress, engine.MontyComplete):
            following = resumed(engine, self._progress, remaining)
            if following is None:
                break
            self._progress = following
        self._taken = len(answers)


def _discard(*_: str) -> None:
    """What the repetition prints has been printed."""


def keeping_result(code: str) -> str:
    """`code` with the value of its last expression kept in a global; as it stands where it has none, or the
    host cannot read it.
    """
    try:
        tree = parse(code)
    except Unparsable:
        return code
    last = tree.body[-1] if tree.body else None
    if not isinstance(last, ast.Expr):
        return code
    lines = code.split("\n")
    line = lines[last.lineno - 1].encode()
    kept = line[: last.col_offset] + f"{_KEPT} = ".encode() + line[last.col_offset :]
    lines[last.lineno - 1] = kept.decode()
    return "\n".join([*lines, _KEPT])


def _suspicious(root: Any) -> Counter[tuple[Any, ...]] | None:
    """The texts in a value that may be stand-ins, each behind its place as the sandbox tells it; None for a
    value that is too large to tell.
    """
    found: Counter[tuple[Any, ...]] = Counter()
    stack: list[tuple[Iterator[tuple[int | None, Any]], tuple[Any, ...]]] = [(iter([(None, root)]), ())]
    looked_at = 0
    while stack:
        children, path = stack[-1]
        child = next(children, None)
        if child is None:
            stack.pop()
            continue
        index, value = child
        here = (*path, index)
        looked_at += 1
        if looked_at > MOST_VALUES:
            return None
        if isinstance(value, str):
            if may_stand_in(value):
                found[(*here, value)] += 1
        elif isinstance(value, dict):
            stack.append((enumerate(each for item in value.items() for each in item), here))
        elif isinstance(value, list | tuple):
            stack.append((enumerate(value), here))
        elif isinstance(value, set | frozenset):
            stack.append((((None, each) for each in value), here))
    return found
