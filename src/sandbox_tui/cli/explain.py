"""`sandbox-tui explain`: what the linter's rules are about, in their own words."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from .messages import CommandError, shown

if TYPE_CHECKING:
    from ..lint.rules import Rule

FORMATS = ("text", "markdown", "json")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `sandbox-tui explain`."""
    parser.add_argument(
        "code",
        nargs="?",
        metavar="CODE",
        help="a rule's code (SBX105) or name, or the beginning of codes (SBX1); without it, all are listed",
    )
    parser.add_argument("--output-format", choices=FORMATS, default="text", metavar="|".join(FORMATS))


def run(args: argparse.Namespace) -> int:
    """Prints one rule, or lists those of a group, or all. Raises `CommandError` for an unknown code."""
    from ..lint import explanation
    from ..lint.rules import RULES

    wanted = list(RULES.values()) if args.code is None else _find(args.code)
    one = args.code is not None and args.code.strip().lower() in (wanted[0].code.lower(), wanted[0].name)
    if args.output_format == "json":
        import json

        data = [explanation.as_data(rule) for rule in wanted]
        text = json.dumps(data[0] if one else data, indent=2) + "\n"
    elif args.output_format == "markdown":
        text = "\n".join(explanation.as_markdown(rule) for rule in wanted)
    else:
        text = explanation.as_text(wanted[0]) if one else explanation.listing(wanted)
    sys.stdout.write(shown(text, sys.stdout))
    return 0


def _find(name: str) -> list[Rule]:
    """The rule of that code or name, or those whose codes begin so."""
    from ..lint.rules import RULES

    code = name.strip().upper()
    # A group is also written with its digits open.
    beginning = code.rstrip("X") if code != "SBX" else code
    found = [rule for rule in RULES.values() if code == rule.code or name.strip().lower() == rule.name]
    found = found or [rule for rule in RULES.values() if beginning and rule.code.startswith(beginning)]
    if not found:
        raise CommandError(f"no rule is called {name}{_nearest(code)}; `sandbox-tui explain` lists all")
    return found


def _nearest(code: str) -> str:
    """What may have been meant."""
    from difflib import get_close_matches

    from ..lint.rules import RULES

    names = {name.upper(): rule.code for rule in RULES.values() for name in (rule.code, rule.name)}
    near = [name for name in names if len(code) > 3 and code in name] or get_close_matches(code, names, n=1)
    return f" (did you mean {names[near[0]]}?)" if near else ""
