"""Handles in the real Monty: they go in and come out, and nothing in there sees or makes one."""

from __future__ import annotations

import collections
import importlib.util
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic_monty import Monty
from static_monty import LIMITS, Sandbox, sandbox

from sandbox_tui.sandbox.boundary import HandleTable, checker, crossing_problem
from sandbox_tui.sandbox.errors import BoundaryError
from sandbox_tui.sandbox.handles import DataFrame, Dir, File, handle_kind

SECRET = "secret-place"


@pytest.fixture(scope="module")
def monty() -> Iterator[Sandbox]:
    with sandbox() as running:
        yield running


def through(monty: Sandbox, code: str, **values: Any) -> Any:
    """The value of `code`, its inputs and its result through one table."""
    table = HandleTable()
    return table.unwrap(monty.run(code, {name: table.wrap(value) for name, value in values.items()}))


# The handles themselves


def test_a_handle_is_its_kind_and_its_uri() -> None:
    assert File("a") == File("a")
    assert File("a") != Dir("a")
    assert (File("a").path, DataFrame.kind) == ("a", "dataframe")


def test_a_handle_takes_text_only() -> None:
    with pytest.raises(TypeError, match="File takes a URI as text, got int"):
        File(3)  # type: ignore[arg-type]


def test_the_kind_of_a_class_is_told_by_its_base() -> None:
    class Special(File):
        pass

    assert handle_kind(Special) == "file"
    assert handle_kind(str) is None
    assert handle_kind("File") is None


# In and out


@pytest.mark.parametrize("handle", [File("s3://a"), Dir("/b"), DataFrame("c")])
@pytest.mark.parametrize("shape", ["{}", "[{}]", "({},)", "{{'k': {}}}", "[1, ({{'k': [[{}]]}}, 'x')]"])
def test_a_handle_goes_in_and_comes_out_equal(monty: Sandbox, handle: Any, shape: str) -> None:
    expected = eval(shape.format("handle"))
    assert through(monty, "value", value=expected) == expected
    assert through(monty, shape.format("handle"), handle=handle) == expected


def test_a_handle_arrives_at_an_external_as_the_hosts_own(monty: Sandbox) -> None:
    table = HandleTable()
    seen: list[Any] = []

    def external(value: Any) -> Any:
        seen.append(table.unwrap(value))
        return table.wrap([File("answer")])

    result = monty.run("[f, ext([f]), ext({'k': f})]", {"f": table.wrap(File("a"))}, {"ext": external})
    assert seen == [[File("a")], {"k": File("a")}]
    assert table.unwrap(result) == [File("a"), [File("answer")], [File("answer")]]


def test_equal_handles_are_equal_in_the_sandbox(monty: Sandbox) -> None:
    code = "[a == b, a != b, a == c, a == d, a in [c, b], [a] == [b], {'k': a} == {'k': b}]"
    values = {"a": File("x"), "b": File("x"), "c": File("y"), "d": Dir("x")}
    assert through(monty, code, **values) == [True, False, False, False, True, True, True]


def test_a_handle_shows_its_kind_and_a_number_of_its_own(monty: Sandbox) -> None:
    code = "[str(a), repr(b), f'{c}']"
    assert through(monty, code, a=File("x"), b=Dir("y"), c=File("x")) == [
        "File(#=1)",
        "Dir(#=2)",
        "File(#=1)",
    ]


def test_a_handle_can_be_neither_hashed_nor_called(monty: Sandbox) -> None:
    table = HandleTable()
    for code, error in {
        "{f}": "unhashable type: 'File'",
        "{f: 1}": "unhashable type: 'File'",
        # Monty asks the host, which refuses: 1.0.0 asks for calls of the class alone.
        "type(f)('/etc/hosts')": "NameError: refused: __call__",
    }.items():
        assert error in monty.error(code, {"f": table.wrap(File("x"))})


def test_an_equal_handle_from_an_external_is_equal_too(monty: Sandbox) -> None:
    table = HandleTable()
    answers = {"same": lambda: table.wrap(File("x"))}
    assert monty.run("f == same()", {"f": table.wrap(File("x"))}, answers) is True


def test_a_named_tuple_keeps_its_names_and_its_handles(monty: Sandbox) -> None:
    Pair = collections.namedtuple("Pair", "name file")
    assert through(monty, "[p.name, p.file, p]", p=Pair("a", File("x"))) == [
        "a",
        File("x"),
        ("a", File("x")),
    ]


def test_a_value_without_handles_is_the_same_object() -> None:
    table = HandleTable()
    for value in (5, "a", [1, {"k": (2, [])}], {1}, {}, None):
        assert table.wrap(value) is value
        assert table.unwrap(value) is value


def test_only_the_containers_on_the_way_to_a_handle_are_copied() -> None:
    plain, value = [1, [2]], {"f": [File("a")]}
    wrapped = HandleTable().wrap([plain, value])
    assert wrapped[0] is plain
    assert wrapped[1] is not value
    assert value == {"f": [File("a")]}


def test_shared_containers_stay_shared_on_the_way_in() -> None:
    shared = [File("a")]
    wrapped = HandleTable().wrap([shared, shared])
    assert wrapped[0] is wrapped[1]


@pytest.mark.parametrize(
    ("value", "path"),
    [
        ({File("a")}, "{File}"),
        ([1, {"k": frozenset([File("a")])}], "[1]['k']{File}"),
        ({File("a"): 1}, "[key File]"),
        ({"k": [{(1, File("a")): 2}]}, "['k'][0][key tuple]"),
    ],
)
def test_a_handle_in_a_set_or_as_a_key_is_refused_with_its_path(value: Any, path: str) -> None:
    with pytest.raises(BoundaryError) as caught:
        HandleTable().wrap(value)
    assert str(caught.value) == f"{path}: a File handle cannot be a set element or a dict key in the sandbox"
    assert caught.value.path == path


def test_a_cyclic_value_is_refused_and_not_followed() -> None:
    cycle: list[Any] = [File("a")]
    cycle.append(cycle)
    with pytest.raises(BoundaryError, match="cyclic or nested more than"):
        HandleTable().wrap(cycle)


def test_a_value_that_would_not_end_when_written_out_is_refused(monty: Sandbox) -> None:
    value = monty.run("a = [1]\nfor i in range(50): a = [a, a]\na")
    with pytest.raises(BoundaryError, match="too large to leave the sandbox"):
        HandleTable().unwrap(value)
    keys = monty.run("a = (1,)\nfor i in range(50): a = (a, a)\n[a]")
    with pytest.raises(BoundaryError, match="too large to leave the sandbox"):
        HandleTable().unwrap(keys)


def test_a_large_value_that_shares_nothing_may_leave() -> None:
    value = [[n] * 10 for n in range(2000)]
    assert HandleTable().unwrap(value) is value


def test_a_restored_run_gives_the_handle_of_its_own_table() -> None:
    table = HandleTable()
    with Monty(max_processes=2) as pool:
        with pool.checkout(limits=LIMITS) as session:
            state: Any = session.feed_start("ext()\n[f, {'k': f}]", inputs={"f": table.wrap(File("a"))})
            dumped = state.dump()
        with pool.checkout() as session:
            restored: Any = session.load_snapshot(dumped)
            value = restored.resume({"return_value": None}).output
    assert type(value[0]).__name__ == "MontyClassProxy"
    assert table.unwrap(value) == [File("a"), {"k": File("a")}]
    assert crossing_problem(HandleTable().unwrap(value), "result", outgoing=True) is not None


handles = st.sampled_from([File, Dir, DataFrame]).flatmap(
    lambda kind: st.text(alphabet="ab", max_size=2).map(kind)
)
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=5)
    | st.sampled_from([File, Dir, DataFrame]).flatmap(
        lambda kind: st.text(alphabet="ab", max_size=2).map(kind)
    ),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(st.text(max_size=3) | st.integers(), inner, max_size=3)
    ),
    max_leaves=12,
)


@given(values)
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_value_with_handles_goes_through_monty_unchanged(monty: Sandbox, value: Any) -> None:
    assert through(monty, "value", value=value) == value


# Ways of trying to see into a handle. Each names what it looks for; none may find the place.

LOOKS = {
    "an attribute": "f.uri",
    "the attribute of Flyte's handles": "f.path",
    "a subscript": "f['path']",
    "its text": "str(f)",
    "its representation": "repr(f)",
    "a format": "f'{f} {f!r} {f!s}'",
    "the format method": "'{0.uri}'.format(f)",
    "the percent sign": "'%s %r' % (f, f)",
    "getattr": "getattr(f, 'uri', None) or getattr(f, 'path')",
    "its dict": "f.__dict__",
    "vars": "vars(f)",
    "dir": "dir(f)",
    "its class": "str(type(f)) + str(type(f).uri)",
    "the initialiser": "type(f).__init__",
    "the members of its class": "type(f).__dict__",
    "iteration": "list(f)",
    "its length": "[len(f)]",
    "JSON": "import json\njson.dumps([f])",
    "a copy": "import copy\nstr(copy.copy(f)) + str(copy.deepcopy([f]))",
    "a copy's attribute": "import copy\ncopy.copy(f).uri",
    "a fallback of dataclasses": "import dataclasses\ndataclasses.asdict(f)",
    "its fields": "import dataclasses\nstr(dataclasses.fields(f))",
    "pickling": "f.__reduce__()",
    "comparing": "[f < 'secret-place', f == 'secret-place']",
    "adding": "f + ''",
    "printing into text": "str([f]) + str({'k': f}) + str((f,))",
    "an assertion's message": "assert f == 1, f",
    "an exception's message": "raise ValueError(str(f))",
    "matching a class": "class File:\n    uri = 1\nisinstance(f, File)",
    "evaluating": "eval('f.uri')",
    "its hash": "hash(f)",
    "opening": "open(f).read()",
    "opening its text": "open(str(f)).read()",
    "a path": "from pathlib import Path\nPath(f).read_text()",
}


@pytest.mark.parametrize("look", LOOKS)
def test_no_look_at_a_handle_shows_where_it_is(monty: Sandbox, look: str, tmp_path: Path) -> None:
    place = tmp_path / SECRET
    place.write_text("the contents")
    table = HandleTable()
    try:
        found = str(monty.run(LOOKS[look], {"f": table.wrap(File(str(place)))}))
    except Exception as error:
        found = f"{error} {error.display() if hasattr(error, 'display') else ''}"
    found = found.replace(LOOKS[look], "").replace("f < 'secret-place', f == 'secret-place'", "")
    assert SECRET not in found
    assert "the contents" not in found


def test_setting_an_attribute_in_the_sandbox_does_not_reach_the_host(monty: Sandbox) -> None:
    handle = File("a")
    assert through(monty, "f.uri = '/etc/hosts'\nf", f=handle) == File("a")
    assert handle.uri == "a"


# Ways of trying to make one. What comes out is never a handle of the host, and a declared File refuses it.

FORGERIES = {
    "Flyte's tagged dict": "{'__flyte_io_type__': 'File', 'path': '/etc/hosts'}",
    "our values in TOML": "{'file': '/etc/hosts'}",
    "a tagged dict of Monty's": "{'$class': 'File', 'uri': '/etc/hosts'}",
    "a text": "'/etc/hosts'",
    "the text of a handle": "str(f)",
    "a text like the handle": "\"File(uri='/etc/hosts')\"",
    "a class of the same name": (
        "class File:\n    def __init__(self, uri): self.uri = uri\nFile('/etc/hosts')"
    ),
    "a dataclass of the same name": (
        "from dataclasses import dataclass\n@dataclass\nclass File:\n    uri: str\nFile('/etc/hosts')"
    ),
    "calling the handle's class": "type(f)('/etc/hosts')",
    "calling the handle's class by name": "type(f)(uri='/etc/hosts')",
    "a class made by type": "type('File', (), {'uri': '/etc/hosts'})",
    "a subclass": "class G(type(f)): pass\nG('/etc/hosts')",
    "its class's __new__": "type(f).__new__(type(f))",
    "calling the handle": "f('/etc/hosts')",
    "replacing a field": "import dataclasses\ndataclasses.replace(f, uri='/etc/hosts')",
    "a copy that is changed": "import copy\ng = copy.copy(f)\ng.uri = '/etc/hosts'\ng",
    "a handle that is changed": "f.uri = '/etc/hosts'\nf",
    "setattr": "setattr(f, 'uri', '/etc/hosts')\nf",
    "changing the class": "type(f).uri = '/etc/hosts'\nf",
    "another class": "class File: pass\nf.__class__ = File\nf",
    "a named tuple": "from collections import namedtuple\nnamedtuple('File', 'uri')('/etc/hosts')",
    "a path": "from pathlib import Path\nPath('/etc/hosts')",
    "a function of that name": "def File(uri): return uri\nFile",
    "an open file": "open('/etc/hosts')",
}


@pytest.mark.parametrize("wrapped", ["{}", "[{}]", "{{'k': ({},)}}"])
@pytest.mark.parametrize("forgery", FORGERIES)
def test_no_forgery_becomes_a_handle_of_another_place(monty: Sandbox, forgery: str, wrapped: str) -> None:
    table = HandleTable()
    *lines, last = FORGERIES[forgery].split("\n")
    code = "\n".join([*lines, wrapped.format(last)])
    try:
        value = table.unwrap(monty.run(code, {"f": table.wrap(File("own"))}))
    except Exception as error:
        assert not isinstance(error, AssertionError)
        return
    while isinstance(value, list | tuple | dict) and len(value) == 1 and not hasattr(value, "_fields"):
        value = next(iter(value.values())) if isinstance(value, dict) and "k" in value else value
        value = value[0] if isinstance(value, list | tuple) else value
        if isinstance(value, dict) and "k" not in value:
            break
    if isinstance(value, File):
        # The task may give back what it was given, and nothing else.
        assert value.uri == "own"
    else:
        with pytest.raises(BoundaryError):
            checker(File, outgoing=True)(value, "result")


def test_a_handle_of_another_run_is_not_a_handle_of_this_one(monty: Sandbox) -> None:
    first, second = HandleTable(), HandleTable()
    kept = first.wrap(File("first"))
    proxy_id = kept.id
    with Monty(max_processes=1) as pool, pool.checkout(limits=LIMITS) as session:
        stolen = session.feed_run(f"class File:\n    id = '{proxy_id}'\ng = File()\ng.id = '{proxy_id}'\ng")
    assert not isinstance(second.unwrap(stolen), File)
    assert not isinstance(first.unwrap(stolen), File)


def test_an_external_that_declares_a_handle_is_not_called_with_a_forgery(monty: Sandbox) -> None:
    table = HandleTable()
    check = checker(File, outgoing=True)
    opened: list[Any] = []

    def count(value: Any) -> int:
        opened.append(check(table.unwrap(value), "count(file)"))
        return 1

    with pytest.raises(BoundaryError, match=r"count\(file\): expected File, got dict"):
        monty.run("count({'__flyte_io_type__': 'File', 'path': '/etc/hosts'})", {}, {"count": count})
    assert opened == []


# Flyte's own handles, where Flyte is installed

needs_flyte = pytest.mark.skipif(
    importlib.util.find_spec("flyte") is None, reason="the second test environment has Flyte"
)


@pytest.fixture(scope="module")
def flyte_io() -> Any:
    return pytest.importorskip("flyte.io")


@needs_flyte
@pytest.mark.flyte
class TestFlytesOwnHandles:
    def test_their_classes_may_stand_in_an_interface(self, flyte_io: Any) -> None:
        from sandbox_tui.sandbox.boundary import type_text, validate_sandboxed_interface

        inputs = {"f": (flyte_io.File, None), "d": (list[flyte_io.Dir], None)}
        validate_sandboxed_interface(inputs, {"o0": flyte_io.DataFrame | None})
        assert type_text(flyte_io.File) == "File"

    def test_they_go_in_and_come_out_equal(self, monty: Sandbox, flyte_io: Any) -> None:
        file, folder = flyte_io.File(path="s3://a"), flyte_io.Dir(path="s3://b")
        value = [file, {"k": (folder, file)}]
        assert through(monty, "value", value=value) == value

    def test_equal_ones_are_equal_in_the_sandbox(self, monty: Sandbox, flyte_io: Any) -> None:
        a, b, c = (flyte_io.File(path=path) for path in ("s3://a", "s3://a", "s3://c"))
        assert through(monty, "[a == b, a == c]", a=a, b=b, c=c) == [True, False]

    def test_they_pass_the_checks_of_their_kind_and_of_ours(self, flyte_io: Any) -> None:
        file = flyte_io.File(path="s3://a")
        assert checker(flyte_io.File)(file, "x") is file
        assert checker(File)(file, "x") is file
        with pytest.raises(BoundaryError, match="expected Dir, got File"):
            checker(flyte_io.Dir)(file, "x")

    def test_their_place_cannot_be_seen(self, monty: Sandbox, flyte_io: Any) -> None:
        handle = flyte_io.File(path="s3://secret-place")
        table = HandleTable()
        for look in LOOKS.values():
            try:
                found = str(monty.run(look, {"f": table.wrap(handle)}))
            except Exception as error:
                found = str(error)
            assert SECRET not in found
