"""The restrictions, enforced when a template is built.

The linter finds them; here a finding that is an error ends the building. Nothing about safety rests on this:
the sandbox protects.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from typing import Literal

from ..lint.check import check
from ..lint.diagnostic import Diagnostic, Position
from .errors import RestrictionError

Restrictions = Literal["documented", "runtime", "flyte", "off"]

# Found while writing, but no reason not to build. A noqa is about findings. A name that nothing defines is
# told when the run reads it: the program may catch the NameError, and what a function closes over may be
# defined later. What fails only when it is reached (SBX62x, SBX63x) may never be. The rest is about calls
# that may never come, about Flyte, and about meaning.
_NOT_ENFORCED = ("SBX09", "SBX4", "SBX5", "SBX62", "SBX63", "SBX7", "SBX8", "SBX9")


def enforce(
    source: str,
    *,
    kind: Literal["function", "code"],
    restrictions: Restrictions,
    filename: str,
    to_file: Callable[[int, int], tuple[int, int]] | None = None,
    inputs: Mapping[str, str] | None = None,
    output: str | None = None,
    ignore: Collection[str] = (),
) -> None:
    """Raises `RestrictionError` if the source breaks its restrictions; `"off"` checks nothing.

    `to_file` maps a line and column of `source` to the user's file.
    """
    if restrictions == "off":
        return
    if restrictions not in ("documented", "runtime", "flyte"):
        raise ValueError(
            f"restrictions must be 'documented', 'runtime', 'flyte' or 'off', got {restrictions!r}"
        )
    from .parsing import parses

    findings = check(
        source,
        kind=kind,
        inputs=inputs,
        output=output,
        profile=restrictions,
        ignore=(*ignore, *_NOT_ENFORCED),
        parses=parses,
    )
    errors = [finding for finding in findings if finding.severity == "error"]
    if errors:
        if to_file is not None:
            errors = [_moved(finding, to_file) for finding in errors]
        raise RestrictionError(errors, filename=filename)


def _moved(finding: Diagnostic, to_file: Callable[[int, int], tuple[int, int]]) -> Diagnostic:
    start = Position(*to_file(finding.start.line, finding.start.column))
    end = Position(*to_file(finding.end.line, finding.end.column))
    return replace(finding, start=start, end=end, fix=None)
