"""`sandbox-tui new`: a task file to start from, which runs as it is."""

from __future__ import annotations

import argparse
import builtins
import keyword
from pathlib import Path

from .messages import CommandError

FUNCTION = """\
format = 1

[task]
name = "{name}"
kind = "function"
description = "What this task decides, in a sentence."
source = '''
def {name}(item: str, quantity: int = 1) -> dict:
    price = lookup_price(item)
    return {{"item": item, "total": price * quantity}}
'''

# The limits of a run; what is left out is the default.
[config]
timeout_ms = 5000

# An external is a function that the host provides. Its answer here stands in for the real one.
[externals.lookup_price]
signature = "(item: str) -> float"
answer = "return"
value = 9.5

[[cases]]
name = "two pieces"
inputs = {{ item = "W-1", quantity = 2 }}
expect = {{ item = "W-1", total = 19.0 }}
"""

CODE = """\
format = 1

[task]
name = "{name}"
kind = "code"
description = "A code string: its last expression is the result."
source = '''
total = x + y
total * 2
'''
inputs = {{ x = "int", y = "int" }}
output = "int"

# The limits of a run; what is left out is the default.
[config]
timeout_ms = 5000

[[cases]]
name = "small numbers"
inputs = {{ x = 1, y = 2 }}
expect = 6
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `sandbox-tui new`."""
    parser.add_argument(
        "name", metavar="NAME", help="the task's name; the file is NAME.toml, in the folder named before it"
    )
    parser.add_argument(
        "--kind",
        choices=["function", "code"],
        default="function",
        help="a function (default) or a code string",
    )


def run(args: argparse.Namespace) -> int:
    """Writes the file and prints its path."""
    path = Path(args.name)
    if path.suffix == ".toml":
        path = path.with_suffix("")
    name = path.name
    _check_name(name)
    target = path.with_name(f"{name}.toml")
    if not target.parent.is_dir():
        raise CommandError(f"{target.parent}: no such folder")
    text = (FUNCTION if args.kind == "function" else CODE).format(name=name)
    try:
        # Exclusive: nobody's file is ever overwritten, not even one made in this moment.
        with target.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except FileExistsError:
        raise CommandError(f"{target}: already exists; nothing was written") from None
    print(target)
    return 0


def _check_name(name: str) -> None:
    example = "a name is made of letters, digits and underscores, such as route_order"
    if not name.isidentifier():
        raise CommandError(f"{name or '(empty)'} cannot be a task's name: {example}")
    if keyword.iskeyword(name):
        raise CommandError(f"{name} cannot be a task's name: it is a word of Python")
    if hasattr(builtins, name):
        raise CommandError(f"{name} cannot be a task's name: it is a built-in of Python")
    if name == "sandbox":
        raise CommandError("sandbox cannot be a task's name: sandbox.toml holds the defaults of a folder")
