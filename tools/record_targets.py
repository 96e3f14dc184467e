"""Records what the installed Monty has and refuses, by running it, as the linter's table of targets.

    python tools/record_targets.py [--check]

Writes the installed version's entry of `src/sandbox_tui/lint/target_data.py` and leaves those of other
versions as they are; run it once in an environment of each version. `--check` writes nothing, prints what
differs, and ends with 1 if anything does. Nothing here is taken from memory: a name counts as there if a
program that uses it does not end in Monty's "has no attribute", "is not defined" or "No module named".
"""

from __future__ import annotations

import builtins
import importlib
import importlib.metadata
import re
import sys
import textwrap
import typing
import warnings
from collections.abc import Iterable
from pathlib import Path
from typing import Any

TABLE = Path(__file__).resolve().parent.parent / "src" / "sandbox_tui" / "lint" / "target_data.py"

HEADER = '''"""What each known version of Monty has and refuses, from real runs by `tools/record_targets.py`.

Do not edit: run that script in an environment with the version in question. `refused` names the features of
the script's `FEATURES` that fail, when parsed or when reached; `modules` holds the names of each module that
can be imported; `methods` what can be called on a value of a type, `attributes` what can be read of it
without calling, `class_methods` and `class_attributes` the same of the type itself.
"""

from __future__ import annotations

from typing import TypedDict


class Recorded(TypedDict):
    """What was observed of one version; lists of names are strings with blanks between."""

    builtins: str
    refused: str
    modules: dict[str, str]
    methods: dict[str, str]
    attributes: dict[str, str]
    class_methods: dict[str, str]
    class_attributes: dict[str, str]


'''

# feature -> a program that holds nothing that any version refuses but this.
FEATURES: dict[str, str] = {
    "yield": "def f():\n    yield 1\n",
    "yield-from": "def f():\n    yield from []\n",
    "del": "x = 1\ndel x\n",
    "class-base": "class A: pass\nclass B(A): pass\n",
    "metaclass": "class A(metaclass=type): pass\n",
    "class-statement": "class A:\n    if 1:\n        x = 1\n",
    "class-target": "class A:\n    x, y = 1, 2\n",
    "class-walrus": "class A:\n    x = (y := 1)\n",
    "method-decorator": "class A:\n    @property\n    def x(self): return 1\n",
    "except-star": "try:\n    pass\nexcept* ValueError:\n    pass\n",
    "async-with": "async def f(x):\n    async with x:\n        pass\n",
    "async-for": "async def f(x):\n    async for y in x:\n        pass\n",
    "async-comprehension": "async def f(x):\n    return [y async for y in x]\n",
    "match": "match 1:\n    case 1:\n        pass\n",
    "complex": "x = 1j\n",
    "wildcard-import": "from math import *\n",
    "relative-import": "from . import math\n",
    "matmul": "class A:\n    def __matmul__(self, other): return 1\nA() @ A()\n",
    "matmul-assignment": "def f(x):\n    x @= 1\n",
    "comprehension-subscript": "a = [0]\n[1 for a[0] in [1]]\n",
    "comprehension-attribute": "class A: pass\na = A()\n[1 for a.x in [1]]\n",
    "dataclass-post-init": (
        "from dataclasses import dataclass\n"
        "@dataclass\nclass A:\n    x: int\n    def __post_init__(self): pass\n"
    ),
    "empty-target": "for () in []:\n    pass\n",
    "class-shadow": "def f(x):\n    class A:\n        x = 1\n        def m(self): return x\n",
    "raise-semicolon": "def f():\n    raise; x = 1\n",
    "statement-match-name": "match = 1\nx = 1; match = 2\n",
    "debug-name": "__debug__ = 1\n",
    "slice-assignment": "a = [1, 2, 3]\na[0:2] = [4]\n",
    "set-comparison": "{1} <= {2}\n",
    "exception-values": "ValueError(5)\n",
    "exception-several": 'ValueError("a", "b")\n',
    "method-as-value": '"a".upper\n',
    "format-specifier": "x = f'{1:5dd}'\n",
    "gather-keywords": "import asyncio\nawait asyncio.gather(return_exceptions=True)\n",
    "pow-keywords": "pow(2, 3, mod=5)\n",
    "re-callable": 'import re\nre.sub("a", lambda found: "b", "a")\n',
    "json-default": "import json\njson.dumps({}, default=str)\n",
    "object-instance": "object()\n",
}

# type -> an expression of it; those of modules are imported first.
VALUES: dict[str, str] = {
    "str": '"a"',
    "int": "(1)",
    "float": "(1.5)",
    "bool": "True",
    "bytes": 'b"a"',
    "list": "[1]",
    "dict": "{1: 2}",
    "tuple": "(1,)",
    "set": "{1}",
    "frozenset": "frozenset([1])",
    "range": "range(3)",
    "NoneType": "None",
    "function": "(lambda: 1)",
    "Exception": 'ValueError("x")',
    "datetime.datetime": "datetime.datetime(2020, 1, 1)",
    "datetime.date": "datetime.date(2020, 1, 1)",
    "datetime.time": "datetime.time(1)",
    "datetime.timedelta": "datetime.timedelta(1)",
    "collections.Counter": 'collections.Counter("a")',
    "collections.deque": "collections.deque([1])",
    "collections.defaultdict": "collections.defaultdict(list)",
    "re.Pattern": 're.compile("a")',
    "re.Match": 're.match("a", "a")',
}
_TYPES: dict[str, Any] = {"NoneType": type(None), "function": type(lambda: 1)}

# Names of newer Pythons than this script may run on.
NEWER: dict[str, str] = {
    "math": "cbrt exp2 sumprod fma fmax fmin isnormal issubnormal signbit",
    "itertools": "batched",
    "typing": "override TypeAliasType get_protocol_members is_protocol NoDefault TypeIs ReadOnly",
    "copy": "replace",
    "datetime": "UTC",
    "functools": "Placeholder",
    "random": "binomialvariate",
    "calendar": "JANUARY FEBRUARY",
    "os": "process_cpu_count EX_OK unshare setns",
    "sys": "monitoring activate_stack_trampoline",
    "re": "PatternError NOFLAG",
    "asyncio": "Runner Timeout timeout timeout_at TaskGroup eager_task_factory QueueShutDown",
    "base64": "z85encode z85decode",
    "pathlib": "UnsupportedOperation",
}
SUBMODULES = (
    "os.path",
    "collections.abc",
    "urllib.parse",
    "xml.etree",
    "concurrent.futures",
    "importlib.metadata",
    "json.decoder",
)

LIMITS: Any = {"max_memory": 256 * 1024 * 1024, "max_feed_duration_secs": 5.0, "max_suspensions": 1_000_000}
# No clock and no entropy, as the engine runs tasks.
OS_POLICY: Any = {"datetime": "call_host", "random_start": "call_host"}

_MISSING_NAME = re.compile(r"has no attribute '([^']*)'")


class Recorder:
    """Asks one pool of the installed Monty."""

    def __init__(self) -> None:
        import pydantic_monty

        self.engine = pydantic_monty
        self.pool = pydantic_monty.Monty(max_processes=1).__enter__()

    def close(self) -> None:
        """Ends the workers."""
        self.pool.__exit__(None, None, None)

    def error(self, source: str) -> BaseException | None:
        """The exception that ends `source`, None if it runs to its end or asks for what only a host has."""
        try:
            with self.pool.checkout(limits=LIMITS, os_policy=OS_POLICY) as session:
                turn = session.feed_start(source)
                if isinstance(turn, self.engine.NameLookupSnapshot):
                    return NameError(turn.variable_name)
                # Monty 1.4 asks the host before it says that a module is missing.
                if isinstance(turn, self.engine.FunctionSnapshot):
                    if turn.function_name == "import":
                        return ModuleNotFoundError("No module named ...")
                    if not turn.is_os_function:
                        return NameError(turn.function_name)
        except self.engine.MontyError as error:
            return error.exception()
        return None

    def is_missing(self, source: str, name: str) -> bool:
        """Whether `source` fails because there is no attribute `name`."""
        error = self.error(source)
        if not isinstance(error, AttributeError):
            return False
        found = _MISSING_NAME.search(str(error))
        return found is not None and found[1] == name

    def builtins(self) -> list[str]:
        """The names of Python's builtins that are there."""
        return sorted(
            name
            for name in {*vars(builtins), "ExceptionGroup", "PythonFinalizationError"}
            if not name.startswith("__build") and not isinstance(self.error(name), NameError)
        )

    def refused(self) -> list[str]:
        """The features that fail."""
        return sorted(feature for feature, source in FEATURES.items() if self.error(source) is not None)

    def modules(self) -> dict[str, list[str]]:
        """The modules that can be imported, with their names."""
        found = {}
        names = [name for name in sys.stdlib_module_names if not name.startswith("_")]
        for module in sorted([*names, "tomllib", "typing_extensions", *SUBMODULES]):
            error = self.error(f"import {module}")
            if error is None:
                found[module] = [
                    name
                    for name in _names_of(module)
                    if not self.is_missing(f"import {module} as probed\nprobed.{name}", name)
                ]
        return found

    def of_types(self) -> dict[str, dict[str, list[str]]]:
        """What values of the types and the types themselves have."""
        found: dict[str, dict[str, list[str]]] = {
            "methods": {},
            "attributes": {},
            "class_methods": {},
            "class_attributes": {},
        }
        for kind, value in VALUES.items():
            module, _, own = kind.rpartition(".")
            host = _TYPES.get(kind) or getattr(importlib.import_module(module or "builtins"), own)
            head = f"import {module}\n" if module else ""
            if kind in ("NoneType", "function"):
                places = {"": value}
            else:
                # An exception stands for all of them.
                places = {"": value, "class_": "ValueError" if kind == "Exception" else kind}
            for prefix, place in places.items():
                for sort, call in (("methods", "()"), ("attributes", "")):
                    found[prefix + sort][kind] = [
                        name
                        for name in sorted({*dir(host), "__name__", "__class__", "__dict__", "__doc__"})
                        if not self.is_missing(f"{head}{place}.{name}{call}", name)
                    ]
        return found

    def record(self) -> dict[str, Any]:
        """The entry of the installed version."""
        return {
            "builtins": " ".join(self.builtins()),
            "refused": " ".join(self.refused()),
            "modules": _joined(self.modules()),
            **{sort: _joined(found) for sort, found in self.of_types().items()},
        }


def _joined(found: dict[str, list[str]]) -> dict[str, str]:
    return {key: " ".join(sorted(names)) for key, names in sorted(found.items())}


def _names_of(module: str) -> list[str]:
    """The public names that Python's own module has, newer versions' included."""
    names: set[str] = set(NEWER.get(module, "").split())
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            names |= set(dir(importlib.import_module(module)))
    except ImportError:
        pass
    return sorted(name for name in names if not name.startswith("_"))


def installed() -> str:
    """The installed version of Monty."""
    return importlib.metadata.version("pydantic-monty")


def recorded() -> dict[str, Any]:
    """The table as it is; empty where there is none."""
    if not TABLE.exists():
        return {}
    namespace: dict[str, Any] = {}
    exec(compile(TABLE.read_text(), str(TABLE), "exec"), namespace)
    return typing.cast("dict[str, Any]", namespace["RECORDED"])


def written(table: dict[str, Any]) -> str:
    """The text of the table's module, as the formatter would leave it."""
    shown = "".join(f'    "{version}": {{\n{_lines(table[version], 8)}    }},\n' for version in sorted(table))
    return f"{HEADER}RECORDED: dict[str, Recorded] = {{\n{shown}}}\n"


def _lines(entry: dict[str, Any], indent: int) -> str:
    blank = " " * indent
    lines = ""
    for key, value in entry.items():
        if isinstance(value, dict):
            lines += f'{blank}"{key}": {{\n{_lines(value, indent + 4)}{blank}}},\n'
        elif len(one := f'{blank}"{key}": "{value}",') <= 110:
            lines += f"{one}\n"
        else:
            parts = textwrap.wrap(value, 110 - indent - 8, break_on_hyphens=False)
            parts = [f"{part} " for part in parts[:-1]] + parts[-1:]
            lines += f'{blank}"{key}": (\n'
            lines += "".join(f'{blank}    "{part}"\n' for part in parts) + f"{blank}),\n"
    return lines


def differences(old: dict[str, Any], new: dict[str, Any]) -> Iterable[str]:
    """What differs between two entries, in words."""
    for key in sorted({*old, *new}):
        before, after = old.get(key, ""), new.get(key, "")
        if isinstance(after, str) and isinstance(before, str):
            gone, come = {*before.split()} - {*after.split()}, {*after.split()} - {*before.split()}
            if gone or come:
                yield f"{key}: -{sorted(gone)} +{sorted(come)}"
        else:
            yield from (f"{key}: {each}" for each in differences(before or {}, after or {}))


def main() -> int:
    """Records, or with `--check` compares."""
    recorder = Recorder()
    try:
        entry = recorder.record()
    finally:
        recorder.close()
    table = recorded()
    version = installed()
    if "--check" in sys.argv[1:]:
        found = list(differences(table.get(version, {}), entry))
        print("\n".join(found) or f"{version}: as recorded")
        return 1 if found else 0
    TABLE.write_text(written({**table, version: entry}))
    print(f"{version}: recorded in {TABLE}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
