"""Makes small programs of which every line is reached, the same ones for the same seed: each asks for
something that Monty has, or that only Python has.
"""

from __future__ import annotations

import datetime
import importlib
import sys
from collections.abc import Iterator
from random import Random

# What the tasks' authors reach for, more often than for the rest.
COMMON = """
    math json re os sys time random asyncio typing dataclasses datetime collections itertools functools pathlib
    copy base64 binascii unicodedata decimal bisect hashlib csv tomllib enum abc string io operator statistics
    heapq contextlib uuid textwrap logging requests numpy collections.abc os.path urllib.parse
""".split()  # noqa: SIM905
IMPORTED = """
    math json re os sys time random asyncio typing dataclasses datetime collections itertools functools copy
    base64 binascii unicodedata
""".split()  # noqa: SIM905
STANDARD = sorted(name for name in sys.stdlib_module_names if not name.startswith("_"))

VALUES = {
    str: ('"a"', 'f"{1}"', "str(1)"),
    int: ("(7)", "len([1])", "1 + 1"),
    float: ("1.5", "float(1)", "1 / 2"),
    bool: ("True", "not 1"),
    bytes: ('b"a"',),
    list: ("[1]", "[x for x in (1,)]", "list((1,))"),
    dict: ("{1: 2}", "{x: x for x in (1,)}"),
    tuple: ("(1, 2)",),
    set: ("{1}", "set()"),
    frozenset: ("frozenset([1])",),
    range: ("range(3)",),
}
CLASSES = (datetime.datetime, datetime.date, datetime.time, datetime.timedelta)
EXCEPTIONS = ("ValueError", "KeyError", "Exception", "TypeError", "RuntimeError", "StopIteration", "OSError")
ARGUMENTS = (
    '"a"',
    'f"{1}"',
    "str(1)",
    "5",
    "None",
    "1.5",
    "[1]",
    "",
    '"a", "b"',
    '"a", 1',
    '"a" + "b"',
    "*['a']",
    "*[]",
)
CALLS = (
    "time.time()",
    "time.perf_counter()",
    "time.sleep(0)",
    "time.gmtime(0)",
    "time.gmtime()",
    "time.process_time()",
    "random.random()",
    "random.randint(1, 2)",
    "random.seed(1)",
    "random.seed()",
    "random.Random(1).random()",
    "datetime.datetime.now()",
    "datetime.date.today()",
    "datetime.datetime(2020, 1, 1)",
    "os.getcwd()",
    "os.environ",
    "os.getenv('a')",
    "os.listdir('a')",
    "os.urandom(2)",
    "pathlib.Path('a').name",
    "pathlib.Path('a').read_text()",
    "pathlib.Path('a').exists()",
    "json.dumps({}, indent=1)",
    "json.dumps({}, default=str)",
    "re.sub('a', 'b', 'a')",
    "re.sub('a', lambda found: 'b', 'a')",
    "asyncio.gather(return_exceptions=True)",
    "math.sqrt(4)",
)
PLAIN = (
    "{1} <= {2}",
    "{1} == {2}",
    "{1} | {2}",
    "{1}.issubset({2})",
    "a = [1, 2, 3]; a[0:1] = [4]",
    "a = [1, 2, 3]; a[0] = 4",
    "pow(2, 3, mod=5)",
    "pow(2, 3, 5)",
    "object()",
    "open('a')",
    "print('a')",
    "f = lambda: 1; f.__name__",
    "def f(): pass\nf.__doc__",
    "class A: pass\nA().__dict__",
    "class A: pass\nA().__class__",
    "try:\n    raise ValueError('a')\nexcept ValueError as e:\n    e.args",
    "try:\n    raise ValueError('a')\nexcept ValueError as e:\n    e.__cause__",
    "try:\n    raise ValueError('a')\nexcept ValueError as e:\n    e.add_note('b')",
    "try:\n    import enum\nexcept ImportError:\n    enum = None",
    "try:\n    x = (1).bit_length()\nexcept AttributeError:\n    x = 1",
    "sorted(['a'], key=str.lower)",
    "sorted(['a'], key=lambda s: s.lower())",
    "d = {'a': 1}\nmax(d, key=d.get)",
    "xs = []\nadd = xs.append",
    "xs = []\nxs.append(1)",
    "from collections import OrderedDict as O",
    "from functools import wraps, partial",
    "import math as m\nm.pi",
    "import math as m\nm.nope",
    "import json\njson.dumps",
)


def reached_programs(seed: int, count: int) -> Iterator[str]:
    """So many programs."""
    for number in range(count):
        random = Random(f"{seed}/{number}")
        yield _dressed(_program(random), random)


def _program(random: Random) -> str:
    sort = random.random()
    if sort < 0.15:
        module = random.choice(COMMON) if random.random() < 0.5 else random.choice(STANDARD)
        return f"import {module}"
    if sort < 0.4:
        module = random.choice(IMPORTED)
        name = random.choice([*_public(importlib.import_module(module)), "nope"])
        return random.choice((f"from {module} import {name}", f"import {module}\n{module}.{name}"))
    if sort < 0.65:
        kind = random.choice(list(VALUES))
        return _member(random.choice(VALUES[kind]), kind, random)
    if sort < 0.72:
        kind = random.choice((*list(VALUES), *CLASSES))
        return _of_class(kind, random)
    if sort < 0.82:
        return f"x = {random.choice(EXCEPTIONS)}({random.choice(ARGUMENTS)})"
    if sort < 0.92:
        call = random.choice(CALLS)
        return f"import {call.partition('.')[0]}\n{call}"
    return random.choice(PLAIN)


def _public(holder: object) -> list[str]:
    return [name for name in dir(holder) if not name.startswith("_")]


def _member(value: str, kind: type, random: Random) -> str:
    name = random.choice([*_public(kind), *_public(kind), "nope", "__class__", "__len__", "__doc__"])
    call = random.choice(("()", "()", ""))
    if random.random() < 0.5:
        return f"v = {value}\nv.{name}{call}"
    return f"({value}).{name}{call}"


def _of_class(kind: type, random: Random) -> str:
    name = random.choice([*_public(kind), "nope", "__name__", "__doc__"])
    text = f"{kind.__name__}.{name}{random.choice(('()', ''))}"
    if kind.__module__ == "datetime":
        return random.choice(
            (f"import datetime\ndatetime.{text}", f"from datetime import {kind.__name__}\n{text}")
        )
    return text


def _dressed(program: str, random: Random) -> str:
    """The program as it is, or in a function that is called."""
    if random.random() < 0.7:
        return program
    body = "\n".join(f"    {line}" for line in program.split("\n"))
    return f"def task():\n{body}\ntask()"
