"""Makes Python programs from a grammar, the same ones for the same seed.

They need not mean anything: each is for a parser and a compiler to accept or to refuse. Most are plain; in the
others some of the odd things are let in that Monty or Python refuse, or accept only here and there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random

NAMES = ["a", "b", "c", "d", "f", "g", "x", "y", "z", "total", "é", "_", "_private", "match", "case", "type"]
BINARY = ["+", "-", "*", "/", "//", "%", "**", "<<", ">>", "&", "|", "^"]
COMPARE = ["<", "<=", ">", ">=", "==", "!=", "is", "is not", "in", "not in"]
NUMBERS = ["0", "1", "2", "17", "0x1F", "0b11", "0o7", "1_000", "1.5", ".5", "2.", "1e5", "1e-3"]
STRINGS = ["'s'", '"t"', "'''long'''", '"é"', "r'\\d'", "b'x'", "rb'y'", "'a' 'b'", "u'z'", "'\\n'"]
MODULES = ["math", "json", "re", "collections", "datetime"]


def programs(seed: int, count: int) -> Iterator[str]:
    """So many programs."""
    for number in range(count):
        yield Program(Random(f"{seed}/{number}")).text()


class Program:
    """One program. `odd` tells how readily odd things are let in, `loops` and `function` where we are."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.odd = random.choice((0.0, 0.0, 0.02, 0.1, 0.3))
        self.loops = 0
        self.function = 0
        self.left = random.randint(2, 14)

    def text(self) -> str:
        lines = self.block(0)
        if self.strange():
            lines.insert(0, f"from __future__ import {self.pick('annotations', 'division', 'nope')}")
        return "\n".join(lines) + self.pick("\n", "", "\n\n", "  # end\n")

    # Choosing.

    def strange(self) -> bool:
        return self.random.random() < self.odd

    def pick(self, *choices: str) -> str:
        return self.random.choice(choices)

    def some(self, least: int, most: int, make: Callable[[], str]) -> list[str]:
        return [make() for _ in range(self.random.randint(least, most))]

    def name(self) -> str:
        if self.strange() and self.random.random() < 0.05:
            return self.pick("__debug__", "__name__", "__doc__")
        return self.random.choice(NAMES)

    # Statements.

    def block(self, level: int) -> list[str]:
        lines: list[str] = []
        for _ in range(self.random.randint(1, 4)):
            lines += self.statement(level)
            if self.random.random() < 0.1:
                lines.append(self.pick("", " " * 4 * level + "# why", " " * 4 * level))
        return lines

    def statement(self, level: int) -> list[str]:
        indent = " " * 4 * level
        self.left -= 1
        if self.left > 0 and level < 5 and self.random.random() < 0.4:
            return self.compound(level)
        line = "; ".join(self.some(1, 3, self.simple)) if self.random.random() < 0.15 else self.simple()
        return [indent + line]

    def suite(self, head: str, level: int) -> list[str]:
        indent = " " * 4 * level
        if self.random.random() < 0.12:
            return [f"{indent}{head}: {'; '.join(self.some(1, 2, self.simple))}"]
        return [f"{indent}{head}:", *self.block(level + 1)]

    def simple(self) -> str:
        sort = self.random.random()
        if sort < 0.25:
            return self.expression(3)
        if sort < 0.55:
            return self.assignment()
        return self.random.choice(
            (
                self.augmented,
                self.annotated,
                self.jump,
                self.raising,
                lambda: "pass",
                lambda: self.pick("return", f"return {self.tuple_or(2)}"),
                lambda: f"assert {self.expression(2)}" + self.pick("", f", {self.expression(1)}"),
                self.declaration,
                self.importing,
                self.deleting,
            )
        )()

    def assignment(self) -> str:
        targets = self.some(1, 2, lambda: self.target(2)) if self.random.random() < 0.2 else [self.target(2)]
        value = f"*{self.atom()}" if self.strange() and self.random.random() < 0.1 else self.tuple_or(3)
        return " = ".join([*targets, value])

    def target(self, depth: int, *, names_only: bool = False) -> str:
        sort = self.random.random()
        if sort < 0.6 or depth == 0:
            return self.name()
        if sort < 0.8 and (not names_only or self.strange()):
            return self.pick(
                f"{self.name()}.{self.pick('a', 'b', 'size')}",
                f"{self.name()}[{self.expression(1)}]",
                f"{self.name()}[{self.expression(0)}:]",
            )
        parts = self.some(1, 3, lambda: self.target(depth - 1, names_only=names_only))
        if self.random.random() < 0.3:
            parts[self.random.randrange(len(parts))] = f"*{self.name()}"
        if self.strange():
            parts.append(self.pick("()", "[]", f"*{self.name()}"))
        return self.pick(f"({', '.join(parts)},)", f"[{', '.join(parts)}]")

    def augmented(self) -> str:
        operator = "@" if self.strange() else self.random.choice(BINARY)
        target = self.pick(self.name(), f"{self.name()}.a", f"{self.name()}[0]")
        return f"{target} {operator}= {self.expression(2)}"

    def annotated(self) -> str:
        target = self.pick(self.name(), f"{self.name()}.a", f"({self.name()})")
        return f"{target}: {self.annotation()}" + self.pick("", f" = {self.expression(2)}")

    def annotation(self) -> str:
        return self.pick("int", "list[int]", "'str'", "int | None", "dict[str, int]", "None")

    def jump(self) -> str:
        if self.loops or self.strange():
            return self.pick("break", "continue")
        return "..."

    def raising(self) -> str:
        return self.pick("raise", f"raise {self.expression(1)}", f"raise {self.name()} from {self.name()}")

    def declaration(self) -> str:
        if self.function and self.strange():
            return f"{self.pick('global', 'nonlocal')} {self.name()}"
        return f"global {self.name()}new" if self.function else "pass"

    def importing(self) -> str:
        module = self.random.choice(MODULES)
        if self.strange():
            return self.pick(f"from {module} import *", "from . import x", f"from ..{module} import y")
        return self.pick(
            f"import {module}",
            f"import {module} as {self.name()}",
            f"from {module} import {self.name()}",
            f"from {module} import ({self.name()}, {self.name()} as {self.name()})",
            f"import {module}.{self.name()}",
        )

    def deleting(self) -> str:
        return f"del {self.name()}" + self.pick("", "[0]", ".a") if self.strange() else "pass"

    def compound(self, level: int) -> list[str]:
        return self.random.choice(
            (
                self.if_,
                self.if_,
                self.for_,
                self.while_,
                self.try_,
                self.with_,
                self.def_,
                self.def_,
                self.class_,
                self.match_,
            )
        )(level)

    def if_(self, level: int) -> list[str]:
        lines = self.suite(f"if {self.expression(2)}", level)
        while self.random.random() < 0.3:
            lines += self.suite(f"elif {self.expression(1)}", level)
        return lines + (self.suite("else", level) if self.random.random() < 0.4 else [])

    def in_loop(self, head: str, level: int) -> list[str]:
        self.loops += 1
        lines = self.suite(head, level)
        self.loops -= 1
        return lines + (self.suite("else", level) if self.random.random() < 0.2 else [])

    def for_(self, level: int) -> list[str]:
        word = "async for" if self.strange() else "for"
        return self.in_loop(f"{word} {self.target(2)} in {self.tuple_or(2)}", level)

    def while_(self, level: int) -> list[str]:
        return self.in_loop(f"while {self.expression(2)}", level)

    def try_(self, level: int) -> list[str]:
        lines = self.suite("try", level)
        star = "*" if self.strange() else ""
        kinds = self.random.randint(0, 2)
        for _ in range(kinds):
            kind = self.pick("ValueError", "(KeyError, TypeError)", self.name())
            lines += self.suite(f"except{star} {kind}" + self.pick("", f" as {self.name()}"), level)
        if kinds and not star and self.random.random() < 0.2:
            lines += self.suite("except", level)
            kinds += 1
        if kinds and self.random.random() < 0.2:
            lines += self.suite("else", level)
        if not kinds or self.random.random() < 0.3:
            lines += self.suite("finally", level)
        return lines

    def with_(self, level: int) -> list[str]:
        word = "async with" if self.strange() else "with"
        items = self.some(1, 2, lambda: self.expression(1) + self.pick("", f" as {self.target(1)}"))
        text = ", ".join(items)
        return self.suite(f"{word} {text}", level)

    def def_(self, level: int) -> list[str]:
        indent = " " * 4 * level
        lines = [f"{indent}@{self.pick('d', 'd(1)', 'a.b')}"] if self.random.random() < 0.1 else []
        returns = f" -> {self.annotation()}" if self.random.random() < 0.3 else ""
        word = "async def" if self.random.random() < 0.2 else "def"
        head = f"{word} {self.name()}({self.parameters(True)}){returns}"
        loops, self.loops = self.loops, 0
        self.function += 1
        lines += self.suite(head, level)
        self.function -= 1
        self.loops = loops
        return lines

    def parameters(self, annotated: bool) -> str:
        names = self.random.sample([name for name in NAMES if name != "_"], 6)
        if self.strange():
            names[self.random.randrange(1, 6)] = names[0]

        def one(name: str, default: bool) -> str:
            note = f": {self.annotation()}" if annotated and self.random.random() < 0.3 else ""
            return f"{name}{note}" + (f"={self.expression(1)}" if default else "")

        plain = self.random.randint(0, 3)
        first = self.random.randint(0, 3)
        parts = [one(names[index], index >= first) for index in range(plain)]
        if parts and self.random.random() < 0.1:
            parts.insert(self.random.randint(1, len(parts)), "/")
        sort = self.random.random()
        if sort < 0.15:
            parts += [f"*{names[3]}", *([one(names[4], True)] if sort < 0.07 else [])]
        elif sort < 0.25:
            parts += ["*", one(names[4], sort < 0.2)]
        return ", ".join([*parts, f"**{names[5]}"] if self.random.random() < 0.1 else parts)

    def class_(self, level: int) -> list[str]:
        indent = " " * 4 * level
        bases = (
            self.pick("(Base)", "(a, b)", "(metaclass=M)", "(*a)") if self.strange() else self.pick("", "()")
        )
        lines = [f"{indent}@d"] if self.random.random() < 0.1 else []
        lines.append(f"{indent}class {self.pick('A', 'B', 'Point')}{bases}:")
        loops, self.loops = self.loops, 0
        for _ in range(self.random.randint(1, 3)):
            lines += self.member(level + 1)
        self.loops = loops
        return lines

    def member(self, level: int) -> list[str]:
        indent = " " * 4 * level
        if self.strange():
            if self.random.random() < 0.5:
                return [
                    f"{indent}@{self.pick('property', 'staticmethod', 'd')}",
                    f"{indent}def m(self): pass",
                ]
            return self.statement(level)
        sort = self.random.random()
        if sort < 0.3:
            return [indent + self.pick("pass", "'doc'", "...", "x: int", "'''more'''")]
        if sort < 0.6:
            return [f"{indent}{self.pick('x', 'y', 'size')} = {self.expression(1)}"]
        self.function += 1
        lines = self.suite(f"def {self.pick('m', '__init__', '__eq__')}(self, other=None)", level)
        self.function -= 1
        return lines

    def match_(self, level: int) -> list[str]:
        indent = " " * 4 * level
        lines = [f"{indent}match {self.tuple_or(1)}:"]
        cases = self.random.randint(1, 3)
        for number in range(cases):
            last = number == cases - 1
            guard = f" if {self.expression(1)}" if self.random.random() < 0.2 else ""
            self.captures = list("pqrstuvwxyz")
            lines += self.suite(f"case {self.pattern(2, last)}{guard}", level + 1)
        return lines

    def capture(self) -> str:
        if self.strange():
            return self.pick("p", "q", "_")
        return self.captures.pop(0) if self.captures else "_"

    def pattern(self, depth: int, may_be_any: bool) -> str:
        sort = self.random.random()
        if depth == 0 or sort < 0.35:
            return self.pick("1", "-1", "'s'", "None", "True", "a.b", "1.5", "b'x'")
        if sort < 0.5:
            return self.pick(self.capture(), "_") if may_be_any or self.strange() else "2"
        if sort < 0.65:
            parts = self.some(1, 3, lambda: self.pattern(depth - 1, True))
            if self.random.random() < 0.3 or self.strange():
                parts.append(self.pick("*_", f"*{self.capture()}"))
            return self.pick(f"[{', '.join(parts)}]", f"({', '.join(parts)},)")
        if sort < 0.75:
            keys = ["'k'", "1", "a.b"] if not self.strange() else ["1", "1", "True"]
            parts = [f"{key}: {self.pattern(depth - 1, True)}" for key in keys[: self.random.randint(1, 3)]]
            if self.random.random() < 0.3:
                parts.append(f"**{self.pick('rest', 'other')}")
            return f"{{{', '.join(parts)}}}"
        if sort < 0.85:
            parts = self.some(0, 1, lambda: self.pattern(depth - 1, True))
            if self.random.random() < 0.5:
                parts.append(f"k={self.pattern(depth - 1, True)}")
            if self.strange():
                parts += ["k=1", "k=2"]
            return f"{self.pick('int', 'A', 'a.B')}({', '.join(parts)})"
        if sort < 0.93:
            return " | ".join(
                self.some(
                    2, 3, lambda: self.pick("1", "2", "'s'", "None", *(("p",) if self.strange() else ()))
                )
            )
        return f"({self.pattern(depth - 1, False)} as {self.capture()})"

    # Expressions.

    def tuple_or(self, depth: int) -> str:
        if self.random.random() < 0.1:
            return ", ".join(self.some(2, 3, lambda: self.starred(depth - 1)))
        return self.expression(depth)

    def starred(self, depth: int) -> str:
        return f"*{self.atom()}" if self.random.random() < 0.1 else self.expression(depth)

    def atom(self) -> str:
        sort = self.random.random()
        if sort < 0.5:
            return self.name()
        if sort < 0.7:
            return self.pick("1j", "2.5J") if self.strange() else self.random.choice(NUMBERS)
        if sort < 0.85:
            return self.random.choice(STRINGS)
        return self.pick("None", "True", "False", "...", "[]", "{}", "()", "NotImplemented")

    def expression(self, depth: int) -> str:
        if depth <= 0 or self.random.random() < 0.25:
            return self.atom()
        return self.random.choice(
            (
                self.binary,
                self.boolean,
                self.comparison,
                self.unary,
                self.call,
                self.call,
                self.attribute,
                self.subscript,
                self.ternary,
                self.lambda_,
                self.display,
                self.comprehension,
                self.format_string,
                self.walrus,
                self.rare,
            )
        )(depth - 1)

    def binary(self, depth: int) -> str:
        operator = "@" if self.strange() else self.random.choice(BINARY)
        return f"({self.expression(depth)} {operator} {self.expression(depth)})"

    def boolean(self, depth: int) -> str:
        word = self.pick(" and ", " or ")
        return f"({word.join(self.some(2, 3, lambda: self.expression(depth)))})"

    def comparison(self, depth: int) -> str:
        text = self.expression(depth)
        for _ in range(self.random.randint(1, 2)):
            text += f" {self.random.choice(COMPARE)} {self.expression(depth)}"
        return f"({text})"

    def unary(self, depth: int) -> str:
        return f"({self.pick('-', '+', '~', 'not ')}{self.expression(depth)})"

    def call(self, depth: int) -> str:
        parts = self.some(0, 2, lambda: self.starred(depth))
        names = self.random.sample(["k", "key", "n"], self.random.randint(0, 2))
        if names and self.strange():
            names.append(names[0])
        parts += [f"{name}={self.expression(depth)}" for name in names]
        if self.random.random() < 0.1:
            parts.append(f"**{self.name()}")
        if not parts and self.random.random() < 0.2:
            parts = [f"{self.expression(0)} for {self.name()} in {self.expression(0)}"]
        return f"{self.name()}{self.pick('', '.a')}({', '.join(parts)})"

    def attribute(self, depth: int) -> str:
        return f"({self.expression(depth)}).{self.pick('a', 'real', 'items', 'match')}"

    def subscript(self, depth: int) -> str:
        index = self.pick(
            self.expression(depth),
            f"{self.expression(0)}:{self.expression(0)}",
            "::2",
            f"{self.expression(0)}, {self.expression(0)}",
            f"*{self.name()}, 1",
        )
        return f"({self.expression(depth)})[{index}]"

    def ternary(self, depth: int) -> str:
        return f"({self.expression(depth)} if {self.expression(depth)} else {self.expression(depth)})"

    def lambda_(self, depth: int) -> str:
        return f"(lambda {self.parameters(False)}: {self.expression(depth)})"

    def display(self, depth: int) -> str:
        parts = ", ".join(self.some(1, 3, lambda: self.starred(depth)))
        items = ", ".join(self.some(1, 2, lambda: f"{self.expression(0)}: {self.expression(depth)}"))
        return self.pick(
            f"[{parts}]", f"({parts},)", f"{{{parts}}}", f"{{{items}}}", f"{{**{self.name()}, {items}}}"
        )

    def comprehension(self, depth: int) -> str:
        clauses = ""
        for _ in range(self.random.randint(1, 2)):
            word = "async for" if self.strange() else "for"
            clauses += f" {word} {self.target(1, names_only=True)} in {self.expression(depth)}"
            if self.random.random() < 0.3:
                clauses += f" if {self.expression(depth)}"
        value = self.expression(depth)
        return self.pick(
            f"[{value}{clauses}]", f"{{{value}{clauses}}}", f"({value}{clauses})", f"{{{value}: 1{clauses}}}"
        )

    def format_string(self, depth: int) -> str:
        inner = self.pick(
            "x",
            "x.a",
            "x[0]",
            "x + 1",
            "f(x)",
            "x!r",
            "x:>10",
            "x:{y}",
            "x:05d",
            "x:,.2f",
            "x:%Y-%m",
            "x=",
            "(x, y)",
        )
        return self.pick(
            f"f'{{{inner}}}'", f'f"a {{{inner}}} b {{{inner}}}"', f"f'''{{{inner}}}''' 'tail'", "f'{{}}'"
        )

    def walrus(self, depth: int) -> str:
        return f"({self.name()} := {self.expression(depth)})"

    def rare(self, depth: int) -> str:
        if self.strange():
            return self.pick(f"(yield {self.expression(depth)})", "(yield)", f"(yield from {self.atom()})")
        return f"(await {self.atom()})" if self.random.random() < 0.5 else f"({self.expression(depth)})"
