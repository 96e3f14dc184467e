"""What a rule is: one place that holds everything there is to know about it."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from ..diagnostic import Severity

if TYPE_CHECKING:
    from ..context import Context

Kind = Literal["function", "code"]
Profile = Literal["documented", "runtime", "flyte", "off"]
PROFILES: tuple[Profile, ...] = ("documented", "runtime", "flyte", "off")

Find = Callable[[Any, "Context"], None]


@dataclass(frozen=True, eq=False)
class Rule:
    """A rule of the linter.

    `code` and `name` (kebab case) name it, `summary` is one line, `why` says what goes wrong, `instead` what
    to write. `bad` and `good` are whole sources of the given `kind`; `bad` breaks this rule and `good` breaks
    none. `profiles` are those in which it counts, `severity` is how much it matters there, `targets` the
    versions of Monty that it is about (None: all). `fix` says what its fix does and when it is safe ("": it
    has none).

    `find` is called with each statement (or with the module, handlers and match cases) whose class is in
    `nodes`, and with each expression whose class is in `expressions`: any but a name, at any depth, pattern
    and `comprehension` included, but not in annotations, which Monty does not evaluate. It reports to the
    context. With `needs_whole` it is called only if the whole text could be parsed. A rule without `find` is
    reported by who reads the text.
    """

    code: str
    name: str
    summary: str
    why: str
    instead: str
    bad: str
    good: str
    profiles: frozenset[Profile]
    kind: Kind = "function"
    nodes: tuple[type[ast.AST], ...] = ()
    find: Find | None = None
    needs_whole: bool = False
    expressions: tuple[type[ast.AST], ...] = ()
    severity: Severity = "error"
    targets: frozenset[str] | None = None
    externals: tuple[tuple[str, str | None], ...] = ()

    def externals_of(self, example: str) -> dict[str, str | None]:
        """The externals declared beside an example: those that it names."""
        words = set(re.findall(r"\w+", example))
        return {name: signature for name, signature in self.externals if name in words}

    fix: str = ""


EVERYWHERE: frozenset[Profile] = frozenset(PROFILES)
TYPED: frozenset[Profile] = frozenset(("documented", "runtime", "flyte"))
DOCUMENTED: frozenset[Profile] = frozenset(("documented",))
FLYTE: frozenset[Profile] = frozenset(("flyte",))
