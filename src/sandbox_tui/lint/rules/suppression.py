"""SBX09x: `# noqa` comments that silence nothing.

Judged is only what was looked for: a code whose rule does not count in this profile, is ignored, or is found
by someone else (the type checker) may well be needed there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping

from ..context import Context
from ..diagnostic import Edit, Fix
from ..suppress import UNUSED_CODE, Directive, Suppression, can_be_silenced, removal
from .rule import TYPED, Rule

_BAD = "def total(price: float) -> float:\n    return price * 2  # noqa: SBX105\n"
_GOOD = "def total(price: float) -> float:\n    price += 1  # noqa: SBX105\n    return price\n"


def settle(context: Context, rules: Collection[Rule], all_rules: Callable[[], Mapping[str, Rule]]) -> None:
    """Takes what is silenced out of the findings, and reports each `noqa` that silences nothing.

    `rules` are those that were looked for, `all_rules` gives all that there are.
    """
    suppression = Suppression(context.source)
    if not suppression.directives:
        return
    known = all_rules()
    full = context.full
    context.findings[:] = [each for each in context.findings if not suppression.silences(each)]
    if full or not context.whole:
        return  # what it silences may not have been found
    everything = all(rule in rules for rule in known.values() if _counts_by_default(rule))
    for directive in suppression.directives:
        if context.full:
            return
        if directive.problem is not None:
            if INVALID in rules:
                start, end = (context.source.position(each) for each in (directive.start, directive.end))
                message = f"this noqa silences nothing: {directive.problem}"
                context.report(INVALID, start, end, message)
        elif UNUSED not in rules or UNUSED_CODE in (directive.codes or ()):
            continue
        elif directive.codes is not None:
            used = suppression.used.get(directive, set())
            _judge(directive, directive.codes, used, context, rules, known)
        elif everything and directive not in suppression.used:
            _report(directive, "this noqa silences nothing here: remove it", [], context)


def _judge(
    directive: Directive,
    codes: tuple[str, ...],
    used: set[str],
    context: Context,
    rules: Collection[Rule],
    known: Mapping[str, Rule],
) -> None:
    kept: list[str] = []
    unused: list[str] = []
    reasons: list[str] = []
    for code in dict.fromkeys(codes):
        rule = known.get(code)
        if not code.startswith("SBX") or code in used:
            kept.append(code)
        elif rule is None:
            reasons.append(_unknown(code, known))
        elif not can_be_silenced(code):
            reasons.append(f"{code} cannot be silenced")
        elif rule in rules and _is_looked_for(rule, context):
            unused.append(code)
        else:
            kept.append(code)
    if unused:
        reasons.insert(0, f"{' and '.join(unused)} {'is' if len(unused) == 1 else 'are'} not found here")
    twice = [code for code, times in Counter(codes).items() if times > 1]
    if twice:
        reasons.append(f"{' and '.join(twice)} stands there twice")
    if reasons:
        _report(directive, f"noqa without effect: {'; '.join(reasons)}", kept, context)


def _counts_by_default(rule: Rule) -> bool:
    return "documented" in rule.profiles and can_be_silenced(rule.code) and rule.code[:4] != "SBX9"


def _is_looked_for(rule: Rule, context: Context) -> bool:
    """Whether this text's check can have found what `rule` is about."""
    if rule.code.startswith(("SBX4", "SBX5")):
        return context.externals is not None
    return not rule.code.startswith("SBX9")


def _unknown(code: str, known: Mapping[str, Rule]) -> str:
    longer = next((each for each in known if each.startswith(code)), None)
    return f"there is no rule {code}" + (f"; write whole codes, such as {longer}" if longer else "")


def _report(directive: Directive, message: str, kept: list[str], context: Context) -> None:
    source = context.source
    start, end = source.position(directive.start), source.position(directive.end)
    if kept:
        word = "sandbox-tui: noqa" if directive.line is None else "noqa"
        edit = Edit(start, end, f"# {word}: {', '.join(kept)}")
        fix = Fix("Remove what is without effect", (edit,), "safe")
    else:
        fix = Fix("Remove the noqa", (Edit(*removal(source, directive), ""),), "safe")
    context.report(UNUSED, start, end, message, fix)


UNUSED = Rule(
    code=UNUSED_CODE,
    name="unused-noqa",
    summary="A `# noqa` that silences nothing.",
    why="It says that something is wrong here that is not, and would hide it if it ever came.",
    instead="Nothing, or the codes that are found on this line; each whole, as `SBX105`.",
    bad=_BAD,
    good=_GOOD,
    profiles=TYPED,
    severity="warning",
    fix="removes what silences nothing; safe",
)

INVALID = Rule(
    code="SBX091",
    name="invalid-noqa",
    summary="A `# noqa` that cannot be read.",
    why="It is left out of account, so that what it should silence is found.",
    instead="`# noqa`, or `# noqa: SBX105, SBX301`: a colon, then whole codes with commas or blanks between.",
    bad="def total(price: float) -> float:\n    return price * 2  # noqa: sbx105\n",
    good=_GOOD,
    profiles=TYPED,
    severity="warning",
)

RULES = (UNUSED, INVALID)
