"""What to write instead of the builtins of Python that Monty lacks."""

from __future__ import annotations

import builtins
from collections.abc import Collection

INSTEAD: dict[str, str] = {
    "__import__": "write an import statement",
    "aiter": "await each value in a for loop",
    "anext": "await each value in a for loop",
    "ascii": "write repr(x)",
    "breakpoint": "print what you want to see",
    "bytearray": "write bytes, or a list of int",
    "callable": "keep functions apart from other values",
    "classmethod": "write a plain function",
    "compile": "write the code itself",
    "complex": "keep the real and the imaginary part as two floats",
    "copyright": "leave it out",
    "credits": "leave it out",
    "delattr": "set the attribute to None",
    "dir": "write out the names that are wanted",
    "exit": "return from the function, or raise an exception",
    "globals": "keep the values in a dict",
    "help": "leave it out",
    "input": "take the value as an input of the task, or call an external that asks",
    "issubclass": "write isinstance(value, kind)",
    "license": "leave it out",
    "memoryview": "write slices of bytes",
    "quit": "return from the function, or raise an exception",
    "staticmethod": "write a plain function",
    "super": "there is no inheritance: call the function by its name",
    "vars": "keep the values in a dict",
}


def instead_of(name: str, provided: Collection[str]) -> str:
    """What to write instead of a builtin, of what this Monty provides."""
    known = INSTEAD.get(name)
    if known is not None:
        return known
    value = getattr(builtins, name, None)
    if isinstance(value, type) and issubclass(value, BaseException):
        if issubclass(value, Warning):
            return "print the warning, or raise RuntimeError"
        near = next((each.__name__ for each in value.__mro__ if each.__name__ in provided), "Exception")
        return f"write {near}"
    return "leave it out"


def is_builtin(name: str) -> bool:
    """Whether Python has a builtin of that name."""
    return hasattr(builtins, name) and name != "_"
