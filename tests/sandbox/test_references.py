"""The names that a task takes from outside: which they are, and what stands behind them."""

from __future__ import annotations

import ast
import builtins
import functools
import importlib.util
import math
import symtable
import textwrap
import types
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from static_monty import Sandbox, sandbox

from sandbox_tui.sandbox.errors import SourceError
from sandbox_tui.sandbox.references import (
    NEWER_BUILTINS,
    PROVIDED,
    FreeName,
    Resolution,
    _classify_refs,
    _discover_external_refs,
    free_names,
    hidden_by_builtins,
    mapped_names,
    monty_builtins,
    names_of,
    resolve,
)
from sandbox_tui.sandbox.source import extract_function


@pytest.fixture(scope="module")
def monty() -> Iterator[Sandbox]:
    with sandbox() as running:
        yield running


def free(source: str) -> list[str]:
    """The free names of a source, each once, in the order of the text."""
    return list(dict.fromkeys(name.name for name in free_names(ast.parse(source), source=source)))


# Scopes


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("x = 1\nx", []),
        ("x", ["x"]),
        ("def f(a, b=k1, *c, d=k2, **e): return [a, b, c, d, e]", ["k1", "k2"]),
        ("def f(): return g()\ndef g(): return f()", []),
        ("def f():\n    def inner(): return add(1)\n    return inner()", ["add"]),
        ("def f(x):\n    def inner(): return x\n    return inner()", []),
        ("f = lambda x, y=k1: x + y + k2", ["k1", "k2"]),
        ("[x + k1 for x in k2 if x > k3]", ["k1", "k2", "k3"]),
        ("[y for x in k1 for y in x]\nx", ["k1", "x"]),
        ("[x for x in x]", ["x"]),
        ("{k: v for k, v in items}", ["items"]),
        ("list(x for x in {x for x in data})", ["data"]),
        ("[y := k1 for _ in [1]]\ny", ["k1"]),
        ("def f():\n    [y := 1 for _ in [1]]\n    return y", []),
        ("class C:\n    a = k1\n    def m(self): return self.x + k2\nC()", ["k1", "k2"]),
        ("class C:\n    a = 1\n    def m(self): return a", ["a"]),
        ("class C:\n    a = 1\n    b = a", []),
        ("class C:\n    add = add(1)", ["add"]),
        ("class C(base): pass", ["base"]),
        ("def f():\n    @deco(k1)\n    def inner(): pass\n    return inner", ["deco", "k1"]),
        ("def f():\n    global g\n    g = 1\nf()\ng", []),
        ("def f():\n    global g\n    return g", ["g"]),
        ("def f():\n    x = 1\n    def inner():\n        nonlocal x\n        x = x + 1\n    return x", []),
        ("def f():\n    x = 1\n    def g():\n        global x\n        return x\n    return g", ["x"]),
        ("import os.path as p, sys, a.b\nfrom m import n as o, q\n[p, sys, a, o, q]\n[os, n]", ["os", "n"]),
        ("try: f()\nexcept E as e: e\ne", ["f", "E"]),
        ("with cm() as (a, *b): [a, b]", ["cm"]),
        ("for i, (j, *k) in xs: [i, j, k]", ["xs"]),
        ("x = 1\ndel x", []),
        ("del x", []),
        ("a, b = b, a = k", ["k"]),
        ("x += 1", ["x"]),
        ("x: int = 1\nx", []),
        ("x: Nowhere = k", ["k"]),
        ("def f(a: Nowhere, *b: Nope) -> Never:\n    c: Neither = a\n    return c", []),
        ("o.add(1)", ["o"]),
        ("f'{a} {b!r:>{width}}'", ["a", "b", "width"]),
        ("d[k] = v\no.x = w", ["v", "d", "k", "w", "o"]),
        ("print(len([1]))", []),
        ("async def f():\n    await add(1)\n    return [x async for x in y]", ["add", "y"]),
        ("def f():\n    try: return a\n    finally: b", ["a", "b"]),
        ("lambda: (yield_ := 1)", []),
        ("match k:\n    case {'a': a, **rest} if a: rest\n    case [b, *c] | b: [b, c]", ["k"]),
        (
            "match k:\n    case Cls(x=y) as z: [y, z]\n    case mod.CONST: 1\n    case _: 2",
            ["k", "Cls", "mod"],
        ),
    ],
)
def test_free_names_follow_pythons_scopes(source: str, names: list[str]) -> None:
    assert sorted(free(source)) == sorted(names)


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("total = total(1)", ["total"]),
        ("while c():\n    if n: print(last)\n    last = 3", ["c", "n"]),
        ("for n in xs:\n    for m in xs:\n        print(last)\n    last = 3", ["xs"]),
        ("for n in xs: print(last)\nlast = 3", ["xs", "last"]),
        ("def f(): return later\nlater = 1\nf()", []),
        ("def f():\n    print(x)\n    x = 1", []),
    ],
)
def test_a_top_level_name_that_is_bound_only_further_down_is_free(source: str, names: list[str]) -> None:
    assert sorted(free(source)) == sorted(names)


def test_a_free_name_says_where_it_is_and_how_it_is_used() -> None:
    source = "'é'; add(x)\nmod.call(1)\nadd"
    assert free_names(ast.parse(source), source=source) == [
        FreeName("add", 1, 6, called=True),
        FreeName("x", 1, 10),
        FreeName("mod", 2, 1, attribute="call"),
        FreeName("add", 3, 1),
    ]


def test_the_names_that_flyte_map_calls_are_references() -> None:
    source = "flyte_map('double', xs)\nflyte_map(name, xs)\nother('add', xs)\nflyte_map()"
    assert [name.name for name in mapped_names(ast.parse(source))] == ["double"]


def test_a_flyte_map_of_the_task_itself_makes_no_references() -> None:
    assert mapped_names(ast.parse("def flyte_map(f, xs): pass\nflyte_map('double', [])")) == []


def test_a_source_nested_deep_is_no_problem() -> None:
    source = "x = " + " + ".join(["a"] * 900)
    assert free(source) == ["a"]


# Against Python's own analysis

statements = st.recursive(
    st.sampled_from(
        [
            "a = b",
            "b = a(c)",
            "global c",
            "del a",
            "[a for b in c]",
            "{a: (b := c) for a in b}",
            "lambda a=b: a + c",
            "import a as b",
            "for a in b: c",
            "with a as b: c",
            "a.b.c",
            "a: Note = b",
        ]
    ),
    lambda inner: st.builds(
        lambda head, body: (
            head + "\n" + "\n".join("    " + line for part in body for line in part.split("\n"))
        ),
        st.sampled_from(["def a(b):", "def c(a=b):", "class b:", "if a:", "async def b(*a):"]),
        st.lists(inner, min_size=1, max_size=3),
    ),
    max_leaves=8,
)


def globals_by_python(source: str) -> set[str]:
    """The names that Python looks up globally somewhere, less those that something in the source binds
    there, and less those of a class that a comprehension in it reads: there Monty, unlike Python, looks.
    """
    read, bound = set(), set()

    def look(table: symtable.SymbolTable, of_class: frozenset[str] = frozenset()) -> None:
        top = table.get_type() == "module"
        if table.get_type() == "class":
            of_class = frozenset(
                s.get_name() for s in table.get_symbols() if s.is_assigned() or s.is_imported()
            )
        elif table.get_name() not in ("listcomp", "dictcomp", "setcomp", "genexpr"):
            of_class = frozenset()
        for symbol in table.get_symbols():
            inside = symbol.get_name() in of_class and table.get_type() != "class"
            if (top or symbol.is_global()) and symbol.is_referenced() and not inside:
                read.add(symbol.get_name())
            if (top or symbol.is_declared_global()) and (symbol.is_assigned() or symbol.is_imported()):
                bound.add(symbol.get_name())
        for child in table.get_children():
            look(child, of_class)

    look(symtable.symtable(source, "<source>", "exec"))
    return read - bound - {"Note"}


def compiles(source: str) -> bool:
    try:
        compile(source, "<source>", "exec")
    except SyntaxError:
        # A `global` after its name was used.
        return False
    return True


@given(st.lists(statements, min_size=1, max_size=4).map("\n".join).filter(compiles))
def test_what_python_looks_up_globally_and_nothing_binds_is_free(source: str) -> None:
    assert globals_by_python(source) <= set(free(source))


@given(st.lists(statements, min_size=1, max_size=4).map("\n".join))
def test_in_a_function_exactly_what_python_looks_up_globally_is_free(body: str) -> None:
    # The bodies of classes fall back to what is outside, which Python's tables do not show.
    source = "def task():\n" + textwrap.indent(body.replace("class b:", "if b:"), "    ")
    if compiles(source):
        assert globals_by_python(source) == set(free(source))


# What Monty provides


def test_the_table_of_builtins_is_that_of_the_installed_monty(monty: Sandbox) -> None:
    provided = set()
    for name in dir(builtins):
        try:
            monty.run(name)
        except Exception as error:
            if "NameError" in str(error):
                continue
        provided.add(name)
    # An interactive Python adds names of its own to its builtins.
    assert provided - {"_"} == set(monty_builtins())


def test_a_builtin_that_only_a_newer_monty_has_is_known_by_version() -> None:
    assert "complex" not in monty_builtins((1, 0))
    assert "complex" in monty_builtins((1, 4))
    assert free("complex(1)") == []
    assert set(NEWER_BUILTINS) == {"complex"}


# What stands behind a name


class Task:
    """Marked as the engine marks its tasks and templates."""

    __sandbox_task__ = True

    def __call__(self, *args: Any) -> Any:
        raise AssertionError("looked up, never called")


class Traced:
    """As Flyte's syncify leaves a function."""

    __wrapped__ = staticmethod(len)

    def __call__(self) -> None: ...

    def aio(self) -> None: ...


add, sub, mul = Task(), Task(), Task()
traced = Traced()
RATE = 1.5
ROWS = [{"a": (1, 2)}]
holder = types.SimpleNamespace(add=add)
odd = object()
sum = Task()
id = 7


def helper(x: Any) -> Any:
    return x


class Shape:
    pass


def resolved(func: Any) -> Resolution:
    return resolve(func, names_of(extract_function(func)))


def reasons(func: Any) -> dict[str, str]:
    return {name.name: reason for name, reason in resolved(func).unresolved}


def test_a_task_that_is_called_anywhere_inside_is_found() -> None:
    def task(xs: list[int]) -> Any:
        def inner(x: int) -> Any:
            return add(x)

        return [inner(1), (lambda: sub(2))(), [mul(x) for x in xs]]

    assert _discover_external_refs(task) == {
        "task_refs": {"add": add, "sub": sub, "mul": mul},
        "trace_refs": {},
        "durable_refs": {},
    }


def test_a_task_in_a_closure_is_found() -> None:
    local = Task()

    def task() -> Any:
        return local()

    assert _discover_external_refs(task)["task_refs"] == {"local": local}


def test_an_attribute_of_a_tasks_name_is_no_reference() -> None:
    def task(o: Any) -> Any:
        return o.add(1)

    assert _discover_external_refs(task)["task_refs"] == {}


def test_a_parameter_of_a_tasks_name_is_no_reference() -> None:
    def task(add: int) -> int:
        return add

    assert _discover_external_refs(task)["task_refs"] == {}


def test_a_name_given_to_flyte_map_is_a_reference() -> None:
    def task(xs: list[int]) -> Any:
        return flyte_map("add", xs)  # type: ignore[name-defined]  # noqa: F821

    assert _discover_external_refs(task)["task_refs"] == {"add": add}
    assert resolved(task).unresolved == []


def test_a_traced_function_is_found() -> None:
    def task() -> Any:
        return traced()

    assert _discover_external_refs(task)["trace_refs"] == {"traced": traced}


def test_a_name_that_is_bound_later_is_found_when_it_is_there() -> None:
    def task() -> Any:
        return later()

    assert "nothing named later is defined" not in reasons(task)
    assert reasons(task) == {
        "later": "nothing named later is defined in the task, around it, or in its module"
    }
    later = Task()
    assert resolved(task).externals == {"later": later}


def test_a_constant_of_the_module_or_a_closure_is_passed_in() -> None:
    local = [1, 2]

    def task() -> Any:
        return [RATE, ROWS, local, id]

    assert resolved(task).constants == {"RATE": 1.5, "ROWS": ROWS, "local": [1, 2], "id": 7}


@pytest.mark.parametrize(
    ("name", "code", "reason"),
    [
        (
            "helper",
            "helper(1)",
            "helper is a plain function: decorate it with @env.task, or define it",
        ),
        (
            "math",
            "math.sqrt(2)",
            "math is a module, which cannot enter the sandbox: import it inside",
        ),
        ("functools", "functools.wraps", "functools is a module, which cannot enter the sandbox"),
        ("Shape", "Shape()", "Shape is a class, which cannot enter the sandbox"),
        ("odd", "odd", "odd: object cannot cross the boundary, so the task cannot use it"),
        ("holder", "holder.add(1)", "write `add = holder.add` beside the task, and call it so"),
        ("holder", "holder.other", "holder: SimpleNamespace cannot cross the boundary"),
        ("module", "module.add(1)", "module.add is a task that is reached through module: write `from tasks"),
        ("sum", "sum([1])", "sum is a builtin of the sandbox, which comes before the task of that name"),
        ("nosuch", "nosuch(1)", "nothing named nosuch is defined in the task, around it, or in its module"),
        ("callable", "callable(1)", "callable is a builtin of Python that the sandbox does not have"),
    ],
)
def test_a_name_that_cannot_be_used_says_why(name: str, code: str, reason: str) -> None:
    module = types.ModuleType("tasks")
    vars(module)["add"] = add
    namespace = {**globals(), "module": module, "math": math, "functools": functools}
    source = f"def task():\n    return {code}"
    resolution = resolve(namespace, free_names(ast.parse(source), builtins=()))
    ((where, why),) = resolution.unresolved
    assert (where.name, where.line, where.column) == (name, 2, 12)
    assert reason in why
    assert resolution.externals == resolution.constants == {}


def test_a_builtin_is_neither_external_nor_unresolved() -> None:
    def task() -> Any:
        return [len([1]), ValueError("a"), print]

    assert resolved(task) == Resolution()


def test_an_external_that_a_builtin_hides_is_told_where_it_is_read() -> None:
    source = "def f(x):\n    return [sum(x), add(x)]"
    ((where, reason),) = hidden_by_builtins(ast.parse(source), {"sum": sum, "add": add}, source=source)
    assert (where.line, where.column) == (2, 13)
    assert "sum is a builtin of the sandbox" in reason
    assert hidden_by_builtins(ast.parse("def f(sum): return sum"), {"sum"}) == []


def test_a_name_is_judged_once_at_its_first_place() -> None:
    def task() -> Any:
        return [nosuch(1), nosuch(2)]  # type: ignore[name-defined]  # noqa: F821

    ((where, _),) = resolved(task).unresolved
    assert where.column == 13


def test_an_injected_default_is_no_name_from_outside() -> None:
    def task(rate: float = RATE) -> float:
        return rate

    assert resolved(task) == Resolution()


def test_what_the_engine_provides_needs_nobody() -> None:
    assert set(PROVIDED) == {"flyte_map"}
    assert resolve({}, [FreeName("flyte_map", 1, 1)]) == Resolution()


def test_a_function_without_source_has_no_references_but_an_error() -> None:
    with pytest.raises(SourceError):
        _discover_external_refs(len)


# Groups (K1 to K4)


def test_no_functions_make_empty_groups() -> None:
    assert _classify_refs({}) == {"task_refs": {}, "trace_refs": {}, "durable_refs": {}}


def test_a_plain_callable_is_traced() -> None:
    assert _classify_refs({"helper": helper})["trace_refs"] == {"helper": helper}


def test_a_task_is_a_task_only() -> None:
    assert _classify_refs({"add": add}) == {"task_refs": {"add": add}, "trace_refs": {}, "durable_refs": {}}


def test_a_mixed_mapping_is_split() -> None:
    groups = _classify_refs({"add": add, "helper": helper, "traced": traced})
    assert list(groups["task_refs"]) == ["add"]
    assert list(groups["trace_refs"]) == ["helper", "traced"]


@pytest.mark.parametrize(
    ("module", "group"),
    [
        ("flyte.durable", "durable_refs"),
        ("flyte.durable._time", "durable_refs"),
        ("my.durable.goods", "trace_refs"),
        ("flyte.durables", "trace_refs"),
        ("not_flyte.durable", "trace_refs"),
    ],
)
def test_only_flytes_durable_operations_are_durable(module: str, group: str) -> None:
    def sleep() -> None: ...

    sleep.__module__ = module
    assert list(_classify_refs({"sleep": sleep})[group]) == ["sleep"]


def test_an_object_with_durable_in_its_modules_name_is_no_reference() -> None:
    class Goods:
        __module__ = "flyte.durable.goods"

    assert _classify_refs({"Goods": Goods})["durable_refs"] == {}
    namespace = {"goods": Goods()}
    assert resolve(namespace, [FreeName("goods", 1, 1)]).externals == {}


# Flyte's own objects, where Flyte is installed

needs_flyte = pytest.mark.skipif(
    importlib.util.find_spec("flyte") is None, reason="the second test environment has Flyte"
)


@needs_flyte
@pytest.mark.flyte
def test_flytes_own_tasks_traces_and_durables_are_told_apart() -> None:
    import flyte
    import flyte.durable
    import flyte.remote

    environment = flyte.TaskEnvironment(name="references")

    @environment.task
    def task_of_flyte(x: int) -> int:
        return x

    @flyte.trace
    def trace_of_flyte(x: int) -> int:
        return x

    @flyte.trace
    async def async_trace_of_flyte(x: int) -> int:
        return x

    remote = flyte.remote.Task.get("references.other", auto_version="latest")
    sleep = flyte.durable.sleep

    def task() -> Any:
        return [task_of_flyte(1), trace_of_flyte(1), async_trace_of_flyte(1), remote(1), sleep(1)]

    assert {group: set(found) for group, found in _discover_external_refs(task).items()} == {
        "task_refs": {"task_of_flyte", "remote"},
        "trace_refs": {"trace_of_flyte", "async_trace_of_flyte"},
        "durable_refs": {"sleep"},
    }
