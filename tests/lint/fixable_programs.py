"""Made-up tasks full of what has a fix, and a run of each in the real Monty."""

from __future__ import annotations

import re
from random import Random
from typing import Any

from pydantic_monty import Monty, MontyError

ANNOTATIONS = {"n": "int", "s": "str", "xs": "list[int]", "d": "dict[str, int]"}

LIMITS = {"max_memory": 20_000_000, "max_suspensions": 1000, "max_feed_duration_secs": 5.0}

_OPERATOR = re.compile(r" for (\S+?)=: ")

HEAD = "def task(n: int, s: str, xs: list[int], d: dict[str, int]) -> Any:\n"

# Values that make some of the programs fail, so that errors are compared too.
INPUTS: list[dict[str, Any]] = [
    {"n": 3, "s": "ab", "xs": [1, 2, 3], "d": {"a": 1, "b": 2}},
    {"n": 0, "s": "", "xs": [], "d": {}},
    {"n": -2, "s": "a", "xs": [0], "d": {"a": 0}},
]

INTS = ("i", "j", "n")
TEXTS = ("t", "s")
LISTS = ("ys", "zs", "xs")
DICTS = ("e", "g", "d")

IMPORTS = (
    "import math",
    "import json, re",
    "import statistics",
    "from math import pi",
    "from math import nothing",
    "import os.path",
    "import math as m",
    "from typing import Any",
    "import collections; i = 4",
    "j = 5; import re",
)


class Writer:
    """Writes one task, each time another; some of them wild: full of what fails."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.wild = random.random() < 0.4

    def task(self) -> str:
        """A whole source."""
        pick = self.random
        lines = [HEAD.rstrip("\n")]
        for name, value in (("i", "0"), ("j", "n"), ("t", "'x'"), ("ys", "[4, 5]"), ("zs", "list(xs)")):
            lines.append(f"    {name} = {value}")
        lines.append(
            f"    e = {pick.choice(['{}', '{1: 2}', 'dict()', '{k: k for k in xs}', 'd', '{s: xs}'])}"
        )
        lines.append(f"    g = {pick.choice(['{}', 'e', 'dict(d)', '{**d}'])}")
        lines += self.block(1, 4 + pick.randrange(8))
        lines.append(
            f"    return {pick.choice(['e', 'g', '(i, j, t)', '[e, g, d]', 'ys', 'e, ys, zs, i', 'None'])}"
        )
        return "\n".join(lines) + "\n"

    def code(self) -> str:
        """The same as a task of kind code, whose inputs are the parameters."""
        lines = self.task().split("\n")[1:]
        return "\n".join(line[4:] for line in lines).replace("\nreturn ", "\n")

    def block(self, depth: int, count: int) -> list[str]:
        """Statements, each with its blanks."""
        lines: list[str] = []
        for _ in range(count):
            lines += self.statement(depth)
        return lines

    def statement(self, depth: int) -> list[str]:
        """One statement, which may hold others."""
        pick = self.random
        blanks = "    " * depth
        sort = pick.randrange(12)
        if sort == 0 and depth < 4:
            head = pick.choice(
                [
                    "if i > j:",
                    "for k in list(xs):",
                    "for k in list(e):",
                    "for k in e:",
                    "if d:",
                    "for k, v in g.items():",
                ]
            )
            return [f"{blanks}{head}", *self.block(depth + 1, 1 + pick.randrange(3))]
        if sort == 1 and depth < 4:
            return [
                f"{blanks}try:",
                *self.block(depth + 1, 1 + pick.randrange(2)),
                f"{blanks}except Exception as error:",
                f"{blanks}    print('caught', error)",
            ]
        if sort == 2:
            return [blanks + pick.choice(IMPORTS)]
        if sort == 3:
            return self.lookup(blanks)
        if sort == 4 and depth < 4:
            end = pick.choice(["finally: pass", "except ValueError: raise", "except (KeyError, TypeError):"])
            rest = [f"{blanks}    raise"] if end.endswith(":") else []
            return [f"{blanks}try:", *self.block(depth + 1, 1 + pick.randrange(2)), blanks + end, *rest]
        note = pick.choice(
            ["", "", "", "  # noqa", "  # noqa: SBX105", "  # noqa: SBX301 because", "  # why # noqa"]
        )
        return [blanks + self.simple() + note]

    def lookup(self, blanks: str) -> list[str]:
        """A key that may be missing, looked up."""
        pick = self.random
        holder, key = pick.choice(DICTS), pick.choice(["i", "s", "1", "'a'", "xs", "undefined", "t"])
        head = pick.choice(["i = ", "t = ", "return "])
        default = pick.choice(["0", "i", "1, 2", "print(i)", "d['zz']", "undefined", "(i := 7)", "s"])
        caught = pick.choice(["KeyError", "KeyError", "LookupError", "Exception", "IndexError"])
        return [
            f"{blanks}try:",
            f"{blanks}    {head}{holder}[{key}]",
            f"{blanks}except {caught}:",
            f"{blanks}    {head}{default}",
        ]

    def simple(self) -> str:
        """A statement on one line."""
        pick = self.random
        sort = pick.randrange(10)
        operator = pick.choice(["+", "-", "*", "//", "%", "|"] if self.wild else ["+", "-", "+"])
        if sort <= 1:
            return f"{pick.choice(INTS)} {operator}= {self.value(2)}"
        if sort == 2:
            return (
                f"{pick.choice(TEXTS)} {pick.choice(['+', '*', '%'])}= {self.value(2)}"
                if self.wild
                else "t += s"
            )
        if sort == 3:
            return f"{pick.choice(LISTS)} {pick.choice(['+', '*'])}= {pick.choice([*LISTS, '[i]', '[i, *xs]', '2', 's'])}"
        if sort <= 5:
            return f"{pick.choice(DICTS)}[{self.key()}] = {self.value(2)}"
        if sort == 6:
            return f"{pick.choice(DICTS)}[{self.key()}] {operator}= {self.value(1)}"
        if sort == 7:
            return f"print({pick.choice([*INTS, *TEXTS, *LISTS, *DICTS])}, len(e), {self.key()})"
        if sort == 8:
            kept = [
                "ys = zs",
                "e = g",
                "e = {}",
                "g = {}",
                "zs = [e]",
                "i = j = n",
                "e.update(d)",
                "ys.append(i)",
            ]
            kept += [
                "zs = [lambda: e]",
                "zs = [e, *e]",
                "g = e.get(1)",
                "e = {**e, 2: e.pop(1, 0)}",
                "ys = [e.items()]",
            ]
            return pick.choice(kept)
        return f"{pick.choice(INTS)} = {self.value(2)}"

    def key(self) -> str:
        """What may be a key, or fail as one."""
        keys = ["i", "s", "1", "'a'", "1, 2", "t", "(i, j)", "len(e)", "print(i)"]
        return self.random.choice([*keys, "xs", "xs[0]"] if self.wild else keys)

    def value(self, depth: int) -> str:
        """An expression."""
        pick = self.random
        if not self.wild:
            return pick.choice(
                ["i", "j + 1", "n * i", "1 if e else 2", "len(xs)", "sum(xs)", "-j", "i == j", "len(e)"]
            )
        if depth and pick.random() < 0.5:
            left, right = self.value(depth - 1), self.value(depth - 1)
            return pick.choice(
                [
                    f"{left} + {right}",
                    f"{left} * {right}",
                    f"{left} if {right} else i",
                    f"({left} - {right})",
                    f"{left} or {right}",
                    f"{left}, {right}",
                    f"len([{left}, {right}])",
                    f"not {left}",
                    f"{left} // {right}",
                ]
            )
        return pick.choice(
            [
                "i",
                "j",
                "n",
                "1",
                "2",
                "s",
                "t",
                "'a'",
                "xs[1]",
                "d['a']",
                "e[1]",
                "len(e)",
                "int(s)",
                "print(j)",
                "e",
            ]
        )


def outcome(pool: Monty, source: str, inputs: dict[str, Any], kind: str) -> tuple[str, str, str]:
    """What a run comes to: result or error, and what it printed."""
    printed: list[str] = []

    def take(_: str, text: str) -> None:
        printed.append(text)

    fed = f"{source}\ntask({', '.join(inputs)})" if kind == "function" else source
    with pool.checkout(limits=LIMITS) as session:
        try:
            turn: Any = session.feed_start(fed, inputs=inputs, print_callback=take)
            while not hasattr(turn, "output"):
                # An unknown name, or a module that Monty does not have.
                asked = getattr(turn, "function_name", None)
                turn = turn.resume_auto() if asked == "import" else turn.resume()
            ended = ("result", repr(turn.output))
        except MontyError as error:
            # The message names the operator as it was written.
            ended = (type(error).__name__, _OPERATOR.sub(r" for \1: ", str(error).rpartition("\n")[2]))
    return (*ended, "".join(printed))
