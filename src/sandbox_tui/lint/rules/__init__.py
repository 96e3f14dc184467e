"""The rules of the linter, one module a group, and which of them count."""

from __future__ import annotations

from functools import lru_cache

from . import (
    checked_types,
    external_calls,
    externals,
    immutability,
    late_errors,
    meaning,
    missing,
    names,
    older,
    portability,
    reached,
    refused,
    refused_classes,
    refused_forms,
    suppression,
    syntax,
    types,
    unreadable,
)
from .rule import PROFILES, Find, Kind, Profile, Rule

RULES: dict[str, Rule] = {
    rule.code: rule
    for rule in sorted(
        (
            *unreadable.RULES,
            *late_errors.RULES,
            *suppression.RULES,
            *syntax.RULES,
            *types.RULES,
            *immutability.RULES,
            *missing.RULES,
            *names.RULES,
            *externals.RULES,
            *external_calls.RULES,
            *reached.RULES,
            *older.RULES,
            *refused.RULES,
            *refused_classes.RULES,
            *refused_forms.RULES,
            *portability.RULES,
            *meaning.RULES,
            *checked_types.RULES,
        ),
        key=lambda each: each.code,
    )
}
"""Every rule by its code, in the order of the codes."""

__all__ = ["PROFILES", "RULES", "Find", "Kind", "Profile", "Rule", "counted"]


@lru_cache(maxsize=64)
def counted(profile: Profile, ignore: tuple[str, ...]) -> frozenset[Rule]:
    """The rules that count in `profile`, without those whose code begins with one of `ignore`."""
    prefixes = tuple(each.strip().upper() for each in ignore if each.strip())
    return frozenset(
        rule for rule in RULES.values() if profile in rule.profiles and not rule.code.startswith(prefixes)
    )
