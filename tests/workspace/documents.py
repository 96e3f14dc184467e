"""Documents for the property tests: every key of the format, with hostile text and any value."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from boundary_values import TEXTS, VALUES
from hypothesis import strategies as st

from sandbox_tui.workspace.document import ANSWER_KINDS, MISSING, Case, Document, ExternalSpec, LintSettings
from sandbox_tui.workspace.literals import write_literal
from sandbox_tui.workspace.toml_read import REQUIRED

NAMES = st.sampled_from(["x", "lookup_price", "é", "naïve", "answer", "f1"])
SOURCES = st.one_of(
    TEXTS,
    st.lists(TEXTS, max_size=4).map("\n".join),
    st.just("def f(x: int) -> int:\n\treturn x\n"),
    st.just("ends with a quote'\n'"),
)
_OPTIONAL_TEXT = st.one_of(st.none(), SOURCES)


@st.composite
def externals(draw: st.DrawFn, *, is_override: bool = False) -> dict[str, ExternalSpec]:
    found = {}
    for name in draw(st.lists(NAMES, max_size=2, unique=True)):
        answer = draw(st.sampled_from(ANSWER_KINDS))
        spec = ExternalSpec(
            name=name,
            signature=None if is_override else draw(st.sampled_from([None, "(x: int) -> int", "async ()"])),
            answer=answer,
            value=draw(VALUES),
            values=draw(st.lists(VALUES, max_size=2)),
            error=draw(st.sampled_from([None, "ValueError"])),
            message=draw(_OPTIONAL_TEXT),
            source=draw(_OPTIONAL_TEXT),
            target=draw(st.sampled_from([None, "a.b:c"])),
            recording=draw(_OPTIONAL_TEXT),
            inherits_answer=answer == "ask" and draw(st.booleans()),
        )
        needed = REQUIRED.get(answer)
        if needed is not None and not getattr(spec, needed):
            setattr(spec, needed, {"error": "KeyError", "target": "m:f", "values": [1]}.get(needed, "x"))
        found[name] = spec
    return found


@st.composite
def cases(draw: st.DrawFn) -> list[Case]:
    found = []
    for name in draw(st.lists(TEXTS.filter(bool), max_size=3, unique=True)):
        case = Case(name, draw(st.dictionaries(NAMES, VALUES, max_size=2)), draw(externals(is_override=True)))
        case.expect = draw(st.one_of(st.just(MISSING), VALUES))
        if case.expect is MISSING:
            case.error = draw(_OPTIONAL_TEXT)
        found.append(case)
    return found


@st.composite
def documents(draw: st.DrawFn) -> Document:
    """Any document that is whole."""
    is_code = draw(st.booleans())
    config = {
        "timeout_ms": st.integers(1, 10**9),
        "max_memory": st.integers(1, 2**40),
        "max_stack_depth": st.integers(1, 1000),
        "type_check": st.booleans(),
    }
    return Document(
        name=draw(TEXTS.filter(bool)),
        kind="code" if is_code else "function",
        description=draw(SOURCES),
        source=draw(SOURCES),
        inputs=draw(st.dictionaries(NAMES, st.sampled_from(["int", "list[str]"]), max_size=2))
        if is_code
        else {},
        output=draw(st.sampled_from([None, "int"])) if is_code else None,
        config=draw(st.fixed_dictionaries({}, optional=config)),
        lint=LintSettings(
            profile=draw(st.sampled_from([None, "documented", "runtime", "flyte", "off"])),
            target=draw(st.sampled_from([None, "installed", "1.4.0"])),
            ignore=draw(st.sampled_from([None, [], ["SBX301", "SBX1"]])),
        ),
        externals=draw(externals()),
        cases=draw(cases()),
    )


def content(document: Document) -> dict[str, Any]:
    """All that a document says, its values as literals: equal only if every value has the same type, and nan
    is nan.
    """
    found = asdict(document)
    for external in found["externals"].values():
        external["value"] = write_literal(external["value"])
        external["values"] = write_literal(external["values"])
    for case in found["cases"]:
        case["inputs"] = write_literal(case["inputs"])
        case["expect"] = "" if case["expect"] is MISSING else write_literal(case["expect"])
        for answer in case["answers"].values():
            answer["value"] = write_literal([answer["value"], answer["values"]])
            answer["values"] = None
    found["config"] = {name: write_literal(value) for name, value in found["config"].items()}
    return found
