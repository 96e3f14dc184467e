"""SBX4xx: names that nothing answers, and what must be left alone."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pydantic_monty
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from marked_source import assert_finds, findings

from sandbox_tui.lint import Diagnostic, SyntaxFailure, check
from sandbox_tui.lint.rules.python_builtins import INSTEAD
from sandbox_tui.lint.targets import KNOWN, target_of

VERDICTS = Path(__file__).parents[1] / "data" / "monty_verdicts.json"


def code(source: str, prefix: str = "SBX4", **settings: Any) -> list[Diagnostic]:
    """What is found in statements without externals, unless some are given."""
    return findings(source, prefix, **{"kind": "code", "profile": "runtime", "externals": {}, **settings})


def finds(rule: str, marked: str, **settings: Any) -> list[str]:
    """Asserts the marked ranges; the messages."""
    defaults = {"kind": "code", "profile": "runtime", "externals": {}}
    return [each.message for each in assert_finds(rule, marked, **{**defaults, **settings})]


class TestUndefinedNames:
    @pytest.mark.parametrize(
        "marked",
        [
            "«nope»",
            "«nope»(1)",
            "«nope».attribute",
            "f'{«nope»}'",
            "def f(x=«nope»): return x\nf()",
            "@«nope»\ndef f(): pass",
            "def f():\n    return «nope»\nf()",
            "sorted([2, 1], key=lambda x: «weight»[x])",
            "[«y» for x in [1]]",
            "[q for q in [1]]\n«q»",
            "class A:\n    y = 1\n    def g(self): return «y»\nA().g()",
            "x: int\n«x»",
            "def f():\n    x: int\n    return «x»\nf()",
            "'é'; «nope»",
            "match 1:\n    case «Shape»(x=y): y",
        ],
    )
    def test_are_found_at_the_name(self, marked: str) -> None:
        finds("SBX401", marked)

    @pytest.mark.parametrize(
        "source",
        [
            "len([1])",
            "x = 1\nx",
            "def f(a, *b, c=1, **d): return a, b, c, d\nf(1)",
            "def f(a: Nope) -> Nope:\n    b: Nope = a\n    return b\nf(1)",
            "class A:\n    y = [1]\n    z = [y for _ in y]\nA.z",
            "def even(n): return n == 0 or odd(n - 1)\ndef odd(n): return n != 0 and even(n - 1)\neven(2)",
            "def f():\n    global x\n    x = 1\nf()\nx",
            "[(y := i) for i in [1]]\ny",
            "import math as m\nm.pi",
            "try:\n    1 / 0\nexcept ZeroDivisionError as e:\n    print(e)",
            "match [1]:\n    case [a, *b]: a, b\n    case {'k': c, **rest}: c, rest",
            "flyte_map",
            "exec('k = 3')\nk",
            "for n in [1]:\n    if n > 1: print(last)\n    last = n",
            "__name__",
        ],
    )
    def test_names_that_have_a_value_are_left_alone(self, source: str) -> None:
        assert code(source) == []

    def test_inputs_and_externals_are_known(self) -> None:
        source = "fetch(order)"
        assert code(source, inputs={"order": "str"}, externals={"fetch": None}) == []

    def test_nothing_is_said_where_the_externals_are_not_known(self) -> None:
        assert code("fetch(1)\ninput()", externals=None) == []

    @pytest.mark.parametrize(
        "handler", ["except NameError", "except", "except (KeyError, NameError)", "except Exception as e"]
    )
    def test_names_whose_error_is_caught_are_left_alone(self, handler: str) -> None:
        assert code(f"try:\n    nope()\n{handler}:\n    5") == []

    def test_a_handler_for_something_else_does_not_count(self) -> None:
        finds("SBX401", "try:\n    «nope»()\nexcept KeyError:\n    «other»()")

    @pytest.mark.parametrize(
        ("source", "advice"),
        [
            ("prices = [1]\nsum(price)", "did you mean prices?"),
            ("fetch_ordr(1)", "did you mean fetch_order?"),
            ("true", "did you mean True?"),
            ("null", "did you mean None?"),
            ("lenght = 1\nlengt", "did you mean lenght?"),
            ("prnt(1)", "did you mean print?"),
            ("zzzz(1)", "define it, or declare it as an external"),
            ("zzzz", "assign it before, or take it as an input"),
            ("json.dumps(1)", "it is a module: write import json before"),
            ("x: int\nx", "its annotation gives it a type and no value; assign one"),
        ],
    )
    def test_the_message_says_what_to_do(self, source: str, advice: str) -> None:
        (found,) = code(source, "SBX401", externals={"fetch_order": None})
        assert found.message.endswith(f"is defined: {advice}")

    def test_where_there_are_no_imports_none_is_asked_for(self) -> None:
        (found,) = code("math.pi", "SBX401", profile="documented")
        assert "there are no imports here; take its result as an input" in found.message

    def test_the_name_that_was_meant_is_offered_as_an_unsafe_fix(self) -> None:
        (found,) = code("prices = [1]\nsum(price)", "SBX401")
        assert found.fix is not None
        assert found.fix.applicability == "unsafe"
        assert [edit.text for edit in found.fix.edits] == ["prices"]

    def test_in_a_function_of_the_documented_kind_too(self) -> None:
        marked = "def total(prices: list[float]) -> float:\n    return sum(«price»)\n"
        finds("SBX401", marked, kind="function", profile="documented")

    def test_without_rules_nothing_is_found(self) -> None:
        assert code("nope", profile="off") == []
        assert code("nope", ignore=["SBX401"]) == []

    def test_many_unknown_names_take_bounded_time(self) -> None:
        source = "\n".join(f"print(unknown_{n})" for n in range(3_000))
        assert len(code(source)) == 1_000


class TestWhileItDoesNotParse:
    def test_a_name_that_the_broken_part_may_bind_is_left_alone(self) -> None:
        source = "def f(prices, rate:\n    return prices\ndef g(x: int):\n    return rate\n"
        assert [each.code for each in check(source, externals={}) if each.code >= "SBX4"] == []

    def test_a_name_that_stands_nowhere_else_is_found(self) -> None:
        source = "def f(x: int):\n    y = nope(x)\n    return y +\n"
        assert "SBX401" in {each.code for each in check(source, externals={})}


class TestMissingBuiltins:
    @pytest.mark.parametrize("name", sorted(INSTEAD.keys() - {"complex"}))
    def test_each_is_found_with_what_to_write_instead(self, name: str) -> None:
        (found,) = code(f"{name}(1)", target="1.4.0")
        assert found.code == "SBX402"
        assert found.message.endswith(f"that Monty 1.4.0 lacks: {INSTEAD[name]}")

    def test_what_only_the_older_monty_lacks_depends_on_the_target(self) -> None:
        finds("SBX402", "«complex»(1, 2)", target="1.0.0")
        assert code("complex(1, 2)", target="1.4.0") == []
        finds("SBX402", "«complex»(1, 2)", profile="flyte")

    @pytest.mark.parametrize(
        ("name", "near"),
        [
            ("ConnectionError", "OSError"),
            ("IOError", "OSError"),
            ("UnicodeError", "ValueError"),
            ("ExceptionGroup", "Exception"),
            ("EOFError", "Exception"),
        ],
    )
    def test_of_an_exception_the_nearest_one_is_named(self, name: str, near: str) -> None:
        (message,) = finds("SBX402", f"raise «{name}»('x')")
        assert message.endswith(f"write {near}")

    def test_an_external_of_that_name_is_no_missing_builtin(self) -> None:
        assert code("input('x')", externals={"input": None}) == []

    def test_what_the_refusal_of_a_class_says_is_not_said_twice(self) -> None:
        assert code("class A:\n    @staticmethod\n    def f(): return 1", "SBX402") == []
        assert code("class A(Warning): pass", "SBX402") == []


class TestReadBeforeAssignment:
    @pytest.mark.parametrize(
        "marked",
        [
            "def f():\n    print(«x»)\n    x = 1\nf()",
            "def f():\n    «total» += 1\n    return total\nf()",
            "def f():\n    a = [«x» for _ in [1]]\n    x = 1\n    return a\nf()",
            "def f():\n    for n in [1]:\n        print(«last»)\n    last = 1\nf()",
            "def f():\n    print(«len»([1]))\n    len = 3\nf()",
            "print(«x»)\nx = 1",
            "total = «total» + 1",
            "def f(xs):\n    for x in xs:\n        total = «total» + x\n    return total\nf([1])",
            "def f(xs):\n    for x in xs:\n        if x:\n            «n» += x\n    return n\nf([1])",
            "for x in [1]:\n    total = max(«total», x)\nprint(total)",
            "while True:\n    xs = [*«xs», 1]\n    «xs» += [2]",
        ],
    )
    def test_is_found_where_it_is_certain(self, marked: str) -> None:
        finds("SBX403", marked)

    @pytest.mark.parametrize(
        "source",
        [
            "def f():\n    for n in [1]:\n        if n > 1: print(last)\n        last = n\nf()",
            "def f(a):\n    if a: x = 1\n    return x\nf(1)",
            "def f():\n    def g(): return x\n    x = 1\n    return g()\nf()",
            "def f():\n    g = lambda: x\n    x = 1\n    return g()\nf()",
            "def f():\n    return [(y := n) and y for n in [1]]\nf()",
            "def f():\n    def g():\n        nonlocal x\n        x = 1\n    g()\n    print(x)\n    x = 2\nf()",
            "def f():\n    try:\n        return x\n    except UnboundLocalError:\n        return 5\n    x = 1\nf()",
            "def f():\n    while True:\n        print([last for _ in [1]]) if 0 else 1\n        last = 1\n        break\nf()",
            "def f():\n    global x\n    print(x)\n    x = 1\nx = 0\nf()",
            "def f(x):\n    x = x + 1\n    return x\nf(1)",
            "def f(xs):\n    for x in xs:\n        n = n + x if x > 1 else 0\n    return n\nf([1])",
            "def f(xs):\n    for x in xs:\n        if x > 1:\n            n = n + x\n        else:\n            n = 0\nf([1])",
            "for x in [1]:\n    total = (lambda: total) if x > 1 else 1",
            "for x in [1]:\n    total = x and total",
            "def f():\n    for n in [1]:\n        n = n + 1\n    return n\nf()",
            "def g():\n    global n\n    n = 1\ng()\nfor x in [1]:\n    n = n + x",
            "len([1])\nlen = 3",
        ],
    )
    def test_what_may_have_a_value_is_left_alone(self, source: str) -> None:
        assert code(source, "SBX403") == []

    def test_the_message_says_which_line_is_too_late(self) -> None:
        (message,) = finds("SBX403", "def f():\n    print(«x»)\n    x = 1\nf()")
        assert message == "x has no value yet: assign it before it is read; line 3 does it too late"

    def test_of_a_total_that_a_loop_adds_up_the_beginning_is_asked_for(self) -> None:
        marked = "def f(xs):\n    for x in xs:\n        total = «total» + x\n    return total\nf([1])"
        (message,) = finds("SBX403", marked)
        assert message == "total has no value to begin with: assign one before the loop, such as total = 0"

    def test_a_local_name_does_not_reach_the_external(self) -> None:
        marked = "def f():\n    rate = «rate»(1)\n    return rate\nf()"
        (message,) = finds("SBX403", marked, externals={"rate": None})
        assert message.endswith("this does not reach the external rate; give the variable another name")

    def test_at_the_top_level_it_does(self) -> None:
        assert code("rate = rate(1)", "SBX403", externals={"rate": None}) == []

    def test_it_is_found_also_where_the_externals_are_not_known(self) -> None:
        finds("SBX403", "def f():\n    print(«x»)\n    x = 1\nf()", externals=None)
        assert code("print(x)\nx = 1", "SBX403", externals=None) == []


class TestHiddenExternals:
    def test_an_external_with_the_name_of_a_builtin_is_found_where_it_is_read(self) -> None:
        finds("SBX404", "«max»([1])\n«max»", externals={"max": None})

    def test_it_depends_on_the_target(self) -> None:
        assert code("complex(1)", "SBX404", externals={"complex": None}, target="1.0.0") == []
        finds("SBX404", "«complex»(1)", externals={"complex": None}, target="1.4.0")

    def test_what_the_task_binds_itself_is_left_alone(self) -> None:
        assert code("max = 1\nmax", "SBX404", externals={"max": None}) == []


class TestShadowedExternals:
    @pytest.mark.parametrize(
        "marked",
        [
            "«rate» = 1",
            "def f(«rate»): return rate\nf(1)",
            "«def rate»(): return 1",
            "for «rate» in [1]: pass",
            "«import math as rate»",
            "async  «def rate»(): return 1".replace("async  «def", "«async  def"),
        ],
    )
    def test_are_found_where_the_name_is_bound(self, marked: str) -> None:
        finds("SBX405", marked, externals={"rate": None})

    def test_an_input_of_the_same_name_is_found(self) -> None:
        (found,) = code("rate", "SBX405", inputs={"rate": "int"}, externals={"rate": None})
        assert found.message == "rate is both an input and an external: give one of them another name"

    @pytest.mark.parametrize(
        "source", ["[rate for rate in [1]]", "f = lambda rate: rate\nf(1)", "x.rate = 1"]
    )
    def test_names_that_end_with_an_expression_are_left_alone(self, source: str) -> None:
        assert code(source, "SBX405", externals={"rate": None, "x": None}) == []

    def test_externals_that_other_tasks_have_may_be_hidden(self) -> None:
        assert code("rate = 1", "SBX405", externals={"rate": None}, shared=["rate"]) == []


class TestTheVerdictsOfMonty:
    """On every program whose verdict was recorded."""

    ENTRIES = json.loads(VERDICTS.read_text())
    # Runs, as nothing calls the function; the engine refuses the name all the same.
    NEVER_READ = "def f():\n await x\n1"

    @pytest.mark.parametrize("version", KNOWN)
    def test_a_program_that_runs_has_no_unknown_name(self, version: str) -> None:
        wrong = [
            (entry["source"], [str(each) for each in found])
            for entry in self.ENTRIES
            if entry[version].startswith("ok")
            and entry["source"] != self.NEVER_READ
            and (found := self.found(entry["source"], version))
        ]
        assert wrong == []

    @pytest.mark.parametrize("version", KNOWN)
    def test_each_name_error_is_found(self, version: str) -> None:
        missed = [
            entry["source"]
            for entry in self.ENTRIES
            if ("NameError" in entry[version] or "UnboundLocalError" in entry[version])
            and not self.found(entry["source"], version)
        ]
        assert missed == []

    def found(self, source: str, version: str) -> list[Diagnostic]:
        def parses(_: str) -> SyntaxFailure | None:
            return None

        return code(source, target=version, parses=parses)


@pytest.fixture(scope="module")
def pool() -> Iterator[Any]:
    with pydantic_monty.Monty(max_processes=1) as started:
        yield started


def indented(lines: list[str]) -> str:
    return textwrap.indent("\n".join(lines), "    ")


# Programs all of which happens, so that each unknown name in them is read.
names = st.sampled_from(["a", "b", "c", "len", "zz"])
expressions = st.recursive(
    names | st.sampled_from(["1", "[1, 2]"]),
    lambda inner: st.one_of(
        st.builds("[{}, {}]".format, inner, inner),
        st.builds("[{} for {} in [1, 2]]".format, inner, names),
        st.builds("({} := {})".format, names, inner),
        st.builds("str({})".format, inner),
    ),
    max_leaves=4,
)
statements = st.recursive(
    st.one_of(
        st.builds("{} = {}".format, names, expressions),
        st.builds("{} += {}".format, names, expressions),
        st.builds("{}: int".format, names),
        expressions,
    ),
    lambda inner: st.one_of(
        st.builds(
            lambda name, body: f"for {name} in [1, 2]:\n" + indented(body), names, st.lists(inner, min_size=1)
        ),
        st.builds(
            lambda name, body: f"def f({name}=1):\n{indented(body)}\nf()", names, st.lists(inner, min_size=1)
        ),
        st.builds("class A:\n    {} = {}".format, names, names),
    ),
    max_leaves=6,
)


@settings(max_examples=300)
@given(st.lists(statements, min_size=1, max_size=4).map("\n".join))
def test_what_is_found_in_a_program_that_all_happens_fails_in_monty(pool: Any, source: str) -> None:
    codes = {each.code for each in code(source, "SBX")}
    if codes & {"SBX401", "SBX403"} and not codes & {"SBX001", "SBX005"}:
        # Mostly with a NameError; another error may come before.
        assert fails(pool, source)


def fails(pool: Any, source: str) -> bool:
    with pool.checkout() as session:
        try:
            session.feed_run(source)
        except pydantic_monty.MontyError:
            return True
    return False


@pytest.mark.parametrize("version", KNOWN)
def test_what_is_said_to_be_missing_is_missing(version: str) -> None:
    common = INSTEAD.keys() - {"complex"}
    assert not common & target_of(version).builtins
