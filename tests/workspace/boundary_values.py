"""Values that can cross the boundary, with their types, and hostile text, for the property tests of the
workspace.
"""

# The types as people write them in both notations.
# ruff: noqa: UP007, UP045

from __future__ import annotations

from typing import Any, Optional, Union

from hypothesis import strategies as st

from sandbox_tui.sandbox.handles import DataFrame, Dir, File

# Every character there is, lone surrogates, quotes and controls among them, and texts that look like
# something else.
TEXTS = st.one_of(
    st.text(st.characters(codec=None), max_size=12),
    st.sampled_from(
        [
            "",
            " ",
            "None",
            "null",
            "true",
            "12",
            " 12 ",
            "1e5",
            "nan",
            "'a'",
            '"a"',
            "b'x'",
            "[1, 2]",
            "{'file': 'x'}",
            "File('x')",
            "'''",
            '"""',
            "a\r\nb",
            "\\",
            "\\ud800",
            "\ud83d\ude00",
            'it\'s "x"',
            "\x00\x1b[31m\x7f\x85\u2028\u202e\ufeff",
        ]
    ),
)
FLOATS = st.one_of(st.floats(), st.sampled_from([0.0, -0.0, 5e-324, 1e308, float("inf"), float("nan"), 0.1]))
# Those of more than 4300 digits are made late: their repr, which hypothesis writes of strategies, raises.
_LONG = st.sampled_from([4299, 4300, 4301, 5000]).map(lambda digits: 10**digits)
INTS = st.one_of(st.integers(), st.sampled_from([2**63, -(2**63), 2**63 - 1, -(2**63) - 1]), _LONG)
HANDLES = st.builds(lambda kind, uri: kind(uri), st.sampled_from([File, Dir, DataFrame]), TEXTS)
HASHABLE = st.one_of(st.none(), st.booleans(), INTS, FLOATS, TEXTS, st.binary(max_size=6))
SCALARS = st.one_of(HASHABLE, HANDLES)


def _containers(children: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    keys = st.one_of(TEXTS, HASHABLE, st.sampled_from(["py", "file", "dir", "dataframe"]))
    return st.one_of(
        st.lists(children, max_size=3),
        st.lists(children, max_size=3).map(tuple),
        st.dictionaries(keys, children, max_size=3),
        st.sets(HASHABLE, max_size=3),
        st.frozensets(HASHABLE, max_size=3),
    )


VALUES = st.recursive(SCALARS, _containers, max_leaves=8)
"""Any value that can cross."""


def _typed_scalars() -> list[tuple[Any, st.SearchStrategy[Any]]]:
    return [
        (int, INTS),
        (float, FLOATS),
        (str, TEXTS),
        (bool, st.booleans()),
        (bytes, st.binary(max_size=6)),
        (type(None), st.none()),
    ]


_SCALAR_TYPES = st.sampled_from(_typed_scalars())
_ANY: tuple[Any, st.SearchStrategy[Any]] = (Any, VALUES)


def _typed(pairs: st.SearchStrategy[tuple[Any, Any]]) -> st.SearchStrategy[tuple[Any, Any]]:
    """Pairs of a type and a strategy for its values, one level further."""
    return st.one_of(
        pairs.map(lambda p: (list[p[0]], st.lists(p[1], max_size=3))),
        pairs.map(lambda p: (tuple[p[0], ...], st.lists(p[1], max_size=3).map(tuple))),
        st.tuples(pairs, pairs).map(
            lambda two: (tuple[two[0][0], two[1][0]], st.tuples(two[0][1], two[1][1]))
        ),
        st.tuples(_SCALAR_TYPES, pairs).map(
            lambda two: (dict[two[0][0], two[1][0]], st.dictionaries(two[0][1], two[1][1], max_size=3))
        ),
        pairs.map(lambda p: (Optional[p[0]], st.one_of(st.none(), p[1]))),
        st.tuples(pairs, pairs).map(
            lambda two: (Union[two[0][0], two[1][0]], st.one_of(two[0][1], two[1][1]))
        ),
        _SCALAR_TYPES.map(lambda p: (set[p[0]], st.sets(p[1], max_size=3))),
        _SCALAR_TYPES.map(lambda p: (frozenset[p[0]], st.frozensets(p[1], max_size=3))),
    )


_HANDLE_TYPES = st.sampled_from([(kind, TEXTS.map(kind)) for kind in (File, Dir, DataFrame)])
_BARE = st.sampled_from(
    [
        _ANY,
        (list, st.lists(VALUES, max_size=3)),
        (dict, st.dictionaries(TEXTS, VALUES, max_size=3)),
        (tuple, st.lists(VALUES, max_size=3).map(tuple)),
        (set, st.sets(HASHABLE, max_size=3)),
        (frozenset, st.frozensets(HASHABLE, max_size=3)),
        (tuple[()], st.just(())),
    ]
)
_TYPES = st.recursive(st.one_of(_SCALAR_TYPES, _HANDLE_TYPES, _BARE), _typed, max_leaves=3)

TYPED_VALUES = _TYPES.flatmap(lambda pair: st.tuples(st.just(pair[0]), pair[1]))
"""A type and a value of it."""
