"""What SARIF 2.1.0 requires of a log, as far as this program writes one.

Taken from the official schema (sarif-schema-2.1.0.json): for each object its required properties, the ones it
may have, and what each must be. The schema allows no others (`additionalProperties` is false nearly
everywhere).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

Check = Callable[[Any, str], None]


def text(value: Any, where: str) -> None:
    """A string."""
    assert isinstance(value, str), f"{where}: not a string"


def one_of(*allowed: str) -> Check:
    """One of some strings."""

    def look(value: Any, where: str) -> None:
        assert value in allowed, f"{where}: {value!r} is none of {allowed}"

    return look


def matching(pattern: str) -> Check:
    """A string of a form."""

    def look(value: Any, where: str) -> None:
        text(value, where)
        assert re.fullmatch(pattern, value), f"{where}: {value!r}"

    return look


def whole(least: int) -> Check:
    """A whole number of at least `least`."""

    def look(value: Any, where: str) -> None:
        assert type(value) is int and value >= least, f"{where}: {value!r}"

    return look


def listing(item: Check, least: int = 0) -> Check:
    """An array."""

    def look(value: Any, where: str) -> None:
        assert isinstance(value, list) and len(value) >= least, f"{where}: {value!r}"
        for number, each in enumerate(value):
            item(each, f"{where}[{number}]")

    return look


def table(item: Check) -> Check:
    """An object with keys of one's own."""

    def look(value: Any, where: str) -> None:
        assert isinstance(value, dict), where
        for key, each in value.items():
            item(each, f"{where}.{key}")

    return look


def record(required: str, **properties: Check) -> Check:
    """An object with just these properties, those that are `required` among them."""

    def look(value: Any, where: str) -> None:
        assert isinstance(value, dict), f"{where}: not an object"
        for name in required.split():
            assert name in value, f"{where}: {name} is missing"
        for name, each in value.items():
            assert name in properties, f"{where}: {name} is not allowed"
            properties[name](each, f"{where}.{name}")

    return look


def anything(value: Any, where: str) -> None:
    """Whatever there is (a property bag)."""
    assert isinstance(value, dict), where


# RFC 3986, what may stand in a URI reference.
URI = matching(r"(?:[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=]|%[0-9A-Fa-f]{2})*")
LEVEL = one_of("none", "note", "warning", "error")
MESSAGE = record("text", text=text, markdown=text)
ARTIFACT = record("", uri=URI, uriBaseId=text, index=whole(-1))
REGION = record(
    "startLine",
    startLine=whole(1),
    startColumn=whole(1),
    endLine=whole(1),
    endColumn=whole(1),
    snippet=anything,
)
RULE = record(
    "id",
    id=text,
    name=text,
    shortDescription=MESSAGE,
    fullDescription=MESSAGE,
    help=MESSAGE,
    helpUri=URI,
    defaultConfiguration=record("", level=LEVEL, enabled=anything),
    properties=anything,
)
REPLACEMENT = record("deletedRegion", deletedRegion=REGION, insertedContent=record("", text=text))
CHANGE = record(
    "artifactLocation replacements", artifactLocation=ARTIFACT, replacements=listing(REPLACEMENT, 1)
)
RESULT = record(
    "message",
    ruleId=text,
    ruleIndex=whole(-1),
    level=LEVEL,
    message=MESSAGE,
    locations=listing(
        record("", physicalLocation=record("artifactLocation", artifactLocation=ARTIFACT, region=REGION))
    ),
    partialFingerprints=table(text),
    fixes=listing(record("artifactChanges", description=MESSAGE, artifactChanges=listing(CHANGE, 1))),
)
RUN = record(
    "tool",
    tool=record(
        "driver", driver=record("name", name=text, version=text, informationUri=URI, rules=listing(RULE))
    ),
    columnKind=one_of("utf16CodeUnits", "unicodeCodePoints"),
    results=listing(RESULT),
)
LOG = record("version runs", version=one_of("2.1.0"), runs=listing(RUN), **{"$schema": URI})


def assert_sarif(log: Any) -> None:
    """Raises `AssertionError`, with the place, for what is no SARIF log."""
    LOG(log, "log")
    for run in log["runs"]:
        rules = run["tool"]["driver"].get("rules", [])
        assert len({rule["id"] for rule in rules}) == len(rules), "rules are listed once"
        for result in run.get("results", []):
            if "ruleIndex" in result:
                assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
