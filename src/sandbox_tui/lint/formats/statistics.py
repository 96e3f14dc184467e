"""How many findings there are of each code, the most frequent first."""

from __future__ import annotations

import json as encoder
from collections import Counter
from collections.abc import Sequence

from .colours import Colours
from .concise import one_line
from .report import Report


def statistics(reports: Sequence[Report], *, as_json: bool = False, colour: bool = False) -> str:
    """A line for each code: how often it was found, whether it can be mended safely, and its name; as JSON an
    array of objects, as ruff prints them.
    """
    counts = Counter(report.diagnostic.code for report in reports)
    names = {report.diagnostic.code: report.diagnostic.name for report in reports}
    fixable = {report.diagnostic.code for report in reports if _is_fixable(report)}
    codes = sorted(counts, key=lambda code: (-counts[code], code))
    if as_json:
        rows = [
            {"code": code, "name": names[code], "count": counts[code], "fixable": code in fixable}
            for code in codes
        ]
        return encoder.dumps(rows, indent=2) + "\n"
    paint = Colours(colour)
    width = max((len(str(count)) for count in counts.values()), default=0)
    mark = f"[{paint.cyan('*')}]"
    return "".join(
        f"{paint.bold(f'{counts[code]:>{width}}')}\t{paint.red(code)}\t"
        f"{mark if code in fixable else '[ ]'} {one_line(names[code])}\n"
        for code in codes
    )


def _is_fixable(report: Report) -> bool:
    fix = report.diagnostic.fix
    return fix is not None and fix.applicability == "safe"
