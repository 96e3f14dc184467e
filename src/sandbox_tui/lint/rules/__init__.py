"""The rules of the linter, one module or a few a group, and which of them count.

A group is loaded when a rule of it can count: who only enforces restrictions does not wait for the rest.
"""

from __future__ import annotations

from functools import lru_cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

from .rule import PROFILES, Find, Kind, Profile, Rule

if TYPE_CHECKING:
    RULES: dict[str, Rule]

__all__ = ["PROFILES", "RULES", "Find", "Kind", "Profile", "Rule", "all_rules", "counted"]

# Beginnings of codes, the modules that hold the rules with them, and the profiles in which any of those
# counts (None: all but "off").
_Group = tuple[tuple[str, ...], tuple[str, ...], tuple[Profile, ...] | None]
_GROUPS: tuple[_Group, ...] = (
    (("SBX00", "SBX099"), ("unreadable", "late_errors"), PROFILES),
    (("SBX09",), ("suppression",), PROFILES),
    (("SBX1",), ("syntax",), ("documented",)),
    (("SBX2",), ("types",), None),
    (("SBX3",), ("immutability",), ("documented",)),
    (("SBX4",), ("names",), None),
    (("SBX5",), ("externals", "external_calls"), None),
    (("SBX60", "SBX61"), ("refused", "refused_classes", "refused_forms"), None),
    (("SBX62", "SBX63"), ("missing", "older", "reached"), None),
    (("SBX7",), ("portability",), ("flyte",)),
    (("SBX8",), ("meaning",), None),
    (("SBX9",), ("checked_types",), None),
)


@lru_cache(maxsize=len(_GROUPS))
def _group(group: _Group) -> tuple[Rule, ...]:
    """The rules of a group, in the order of their codes."""
    rules: list[Rule] = []
    for name in group[1]:
        rules += import_module(f"{__name__}.{name}").RULES
    return tuple(sorted(rules, key=lambda each: each.code))


@lru_cache(maxsize=1)
def all_rules() -> dict[str, Rule]:
    """Every rule by its code, in the order of the codes; the same as `RULES`."""
    rules = [rule for group in _GROUPS for rule in _group(group)]
    return {rule.code: rule for rule in sorted(rules, key=lambda each: each.code)}


def __getattr__(name: str) -> Any:
    if name == "RULES":
        return all_rules()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


@lru_cache(maxsize=64)
def counted(profile: Profile, ignore: tuple[str, ...]) -> frozenset[Rule]:
    """The rules that count in `profile`, without those whose code begins with one of `ignore`."""
    prefixes = tuple(each.strip().upper() for each in ignore if each.strip())
    found: list[Rule] = []
    for group in _GROUPS:
        beginnings, _, profiles = group
        counts = profile in profiles if profiles is not None else profile != "off"
        if counts and not all(each.startswith(prefixes) for each in beginnings):
            found += _group(group)
    return frozenset(
        rule for rule in found if profile in rule.profiles and not rule.code.startswith(prefixes)
    )
