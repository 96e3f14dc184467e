"""SBX9xx: what the type checker inside Monty finds; warnings in every profile.

The checker (ty) is asked by `sandbox.typecheck`, in the background; nothing here looks at a source. A finding
of the checker has one of these codes by the name of ty's own rule.
"""

from __future__ import annotations

from .rule import TYPED, Rule

_WHY = (
    "The type checker inside Monty cannot make the types fit: the task probably fails, or goes wrong, there."
)


def _rule(code: str, name: str, summary: str, instead: str, bad: str, good: str) -> Rule:
    return Rule(
        code=code,
        name=name,
        summary=summary,
        why=_WHY,
        instead=instead,
        bad=bad,
        good=good,
        profiles=TYPED,
        severity="warning",
    )


ARGUMENT = _rule(
    "SBX901",
    "argument-type",
    "A call with arguments that the function does not take.",
    "Pass what the signature says, or correct the signature of the external.",
    "def f(n: int) -> int:\n    return len(n)\n",
    "def f(n: list[int]) -> int:\n    return len(n)\n",
)
RESULT = _rule(
    "SBX902",
    "result-type",
    "A result that is not of the declared type.",
    "Return what is declared, on every path, or declare what is returned.",
    "def f(n: int) -> str:\n    return n + 1\n",
    "def f(n: int) -> str:\n    return str(n + 1)\n",
)
ASSIGNED = _rule(
    "SBX903",
    "assigned-type",
    "A value assigned to a name that is declared as something else.",
    "Correct the annotation, or convert the value.",
    "def f(n: int) -> int:\n    text: str = n\n    return n\n",
    "def f(n: int) -> int:\n    text: str = str(n)\n    return len(text)\n",
)
OPERATOR = _rule(
    "SBX904",
    "operand-types",
    "An operator between values that do not support it.",
    "Convert one side, or handle None before.",
    'def f(n: int) -> str:\n    return "n = " + n\n',
    'def f(n: int) -> str:\n    return "n = " + str(n)\n',
)
ATTRIBUTE = _rule(
    "SBX905",
    "unknown-attribute",
    "An attribute or method that the value does not have.",
    "Use what the type has; a handle (File, Dir, DataFrame) has nothing to be looked at.",
    "def f(names: list[str]) -> int:\n    return names.length\n",
    "def f(names: list[str]) -> int:\n    return len(names)\n",
)
SHAPE = _rule(
    "SBX906",
    "unsupported-use",
    "A value called, indexed or iterated over that does not support it.",
    "Use a value of a type that does, or check for it first.",
    "def f(n: int) -> int:\n    for digit in n:\n        print(digit)\n    return n\n",
    "def f(n: int) -> int:\n    for digit in str(n):\n        print(digit)\n    return n\n",
)
OTHER = _rule(
    "SBX900",
    "type-error",
    "Something else that the type checker finds wrong.",
    "What the message says.",
    "def f(rates: dict) -> int:\n    with rates as opened:\n        return len(opened)\n",
    "def f(rates: dict) -> int:\n    return len(rates)\n",
)

BY_TY: dict[str, Rule] = {
    **dict.fromkeys(
        (
            "invalid-argument-type",
            "too-many-positional-arguments",
            "missing-argument",
            "unknown-argument",
            "parameter-already-assigned",
            "no-matching-overload",
            "positional-only-parameter-as-kwarg",
        ),
        ARGUMENT,
    ),
    **dict.fromkeys(("invalid-return-type", "empty-body"), RESULT),
    **dict.fromkeys(("invalid-assignment", "invalid-declaration", "conflicting-declarations"), ASSIGNED),
    "unsupported-operator": OPERATOR,
    **dict.fromkeys(("unresolved-attribute", "possibly-missing-attribute"), ATTRIBUTE),
    **dict.fromkeys(
        (
            "call-non-callable",
            "not-subscriptable",
            "not-iterable",
            "non-subscriptable",
            "index-out-of-bounds",
            "invalid-key",
        ),
        SHAPE,
    ),
}
"""The rule of ours for each rule of ty's that is known; any other is `OTHER`."""

RULES = (OTHER, ARGUMENT, RESULT, ASSIGNED, OPERATOR, ATTRIBUTE, SHAPE)
