"""The versions of Monty that a source is judged for: what each provides and what it refuses.

Never imports Monty: which version is installed is read from the package's own metadata.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from .target_data import RECORDED

# What both Monty 1.0.0 and 1.4.0 provide by name, of everything in Python 3.11's builtins; a test asks the
# installed Monty.
MONTY_BUILTINS: frozenset[str] = frozenset(
    """
    ArithmeticError AssertionError AttributeError BaseException Ellipsis Exception False
    FileExistsError FileNotFoundError ImportError IndexError IsADirectoryError KeyError
    KeyboardInterrupt LookupError MemoryError ModuleNotFoundError NameError None NotADirectoryError
    NotImplemented NotImplementedError OSError OverflowError PermissionError RecursionError
    RuntimeError StopIteration SyntaxError SystemExit TimeoutError True TypeError UnboundLocalError
    UnicodeDecodeError UnicodeEncodeError ValueError ZeroDivisionError __debug__ __doc__ __name__
    __package__ __spec__ abs all any bin bool bytes chr dict divmod enumerate eval exec filter float
    format frozenset getattr hasattr hash hex id int isinstance iter len list locals map max min
    next object oct open ord pow print property range repr reversed round set setattr slice sorted
    str sum tuple type zip
    """.split()  # noqa: SIM905
)

# What newer versions add, with the first version that is known to have it.
NEWER_BUILTINS: Mapping[str, tuple[int, ...]] = {"complex": (1, 4)}

MODULE_NAMES: frozenset[str] = frozenset(("__annotations__", "__file__"))
"""What every version provides beside its builtins, as Python does in each module."""

KNOWN: tuple[str, ...] = ("1.0.0", "1.4.0")
"""The versions that are known from real runs, the oldest first."""

FLYTE = "1.0.0"
"""The version that Flyte pins."""

_DISTRIBUTION = re.compile(r"pydantic_monty-([^-]+)\.dist-info")


@dataclass(frozen=True)
class Target:
    """One version of Monty.

    `builtins` are the names it provides, `modules` what can be imported, each with its names, `refused` the
    features of `tools/record_targets.py` that fail. Of each type by name, `methods` can be called on a value,
    `attributes` read of it, and `class_methods` and `class_attributes` the same of the type itself.
    """

    version: str
    builtins: frozenset[str]
    modules: Mapping[str, frozenset[str]] = field(default_factory=dict, hash=False)
    refused: frozenset[str] = frozenset()
    methods: Mapping[str, frozenset[str]] = field(default_factory=dict, hash=False)
    attributes: Mapping[str, frozenset[str]] = field(default_factory=dict, hash=False)
    class_methods: Mapping[str, frozenset[str]] = field(default_factory=dict, hash=False)
    class_attributes: Mapping[str, frozenset[str]] = field(default_factory=dict, hash=False)

    @property
    def number(self) -> tuple[int, ...]:
        """The version as numbers that compare."""
        return numbers(self.version)


def builtins_of(version: tuple[int, ...]) -> frozenset[str]:
    """The builtins of one version of Monty."""
    return MONTY_BUILTINS.union(name for name, since in NEWER_BUILTINS.items() if version >= since)


def target_of(name: str = "installed") -> Target:
    """The target of that name: "installed" or a version.

    Of a version that is not known, the newest known one before it counts (of one before all, the oldest);
    where nothing is installed, the newest.
    """
    return _target(installed_version() if name == "installed" else name)


@lru_cache(maxsize=16)
def _target(version: str | None) -> Target:
    known = KNOWN[-1]
    if version is not None:
        number = numbers(version)
        known = next((each for each in reversed(KNOWN) if numbers(each) <= number), KNOWN[0])
    entry = RECORDED[known]
    return Target(
        known,
        builtins_of(numbers(known)),
        _names(entry["modules"]),
        frozenset(entry["refused"].split()),
        _names(entry["methods"]),
        _names(entry["attributes"]),
        _names(entry["class_methods"]),
        _names(entry["class_attributes"]),
    )


def _names(recorded: Mapping[str, str]) -> dict[str, frozenset[str]]:
    return {holder: frozenset(names.split()) for holder, names in recorded.items()}


def numbers(version: str) -> tuple[int, ...]:
    """`"1.4.0"` as numbers that compare; what is not a number counts as 0."""
    return tuple(int(part) if part.isdecimal() else 0 for part in version.split(".")[:3])


def installed_version() -> str | None:
    """The version of the `pydantic-monty` that this Python would import; None if there is none."""
    module = sys.modules.get("pydantic_monty")
    version = getattr(module, "__version__", None)
    return version if isinstance(version, str) else _version_on_path(tuple(sys.path))


@lru_cache(maxsize=4)
def _version_on_path(path: tuple[str, ...]) -> str | None:
    # `importlib.metadata` reads the same names, and takes longer to load than everything here together.
    for folder in path:
        try:
            names = [each.name for each in Path(folder).glob("pydantic_monty-*.dist-info")]
        except (OSError, ValueError):
            continue
        for name in names:
            found = _DISTRIBUTION.fullmatch(name)
            if found is not None:
                return found[1]
    return None
