"""SBX005 and SBX6xx: what they must find, at its exact place, what they must leave alone, and that their
messages say what to write instead; the recorded table against the installed Monty.
"""

from __future__ import annotations

import ast
import importlib.util
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from marked_source import assert_finds, findings
from monty_judge import Judge, judge

from sandbox_tui.lint import check
from sandbox_tui.lint.rules import RULES, Rule
from sandbox_tui.lint.rules.missing import NOWHERE
from sandbox_tui.lint.rules.reached import CLOCK, CLOCK_WITHOUT_ARGUMENT, HOST_CALLS, PATH_CALLS
from sandbox_tui.lint.rules.refused_forms import (
    MOST_ARGUMENTS,
    MOST_GENERATORS,
    MOST_TARGETS,
    MOST_VALUES,
)
from sandbox_tui.lint.targets import target_of

INSTALLED = target_of().version
REACHED = [rule for rule in RULES.values() if "SBX620" <= rule.code < "SBX640"]
REFUSED = [rule for rule in RULES.values() if "SBX600" < rule.code < "SBX620"]


def code_of(rule: Rule) -> str:
    return rule.code


@pytest.fixture(scope="module")
def monty() -> Iterator[Judge]:
    with judge() as asked:
        yield asked


def holds_here(rule: Rule) -> bool:
    return rule.targets is None or INSTALLED in rule.targets


class TestExamples:
    @pytest.mark.parametrize("rule", [*REFUSED, *REACHED, RULES["SBX005"]], ids=code_of)
    def test_the_bad_example_breaks_its_rule_and_the_good_one_none(self, rule: Rule) -> None:
        target = min(rule.targets) if rule.targets else "installed"
        assert rule.code in {each.code for each in check(rule.bad, kind=rule.kind, target=target)}
        assert check(rule.good, kind=rule.kind, target=target) == []

    @pytest.mark.parametrize("rule", [*filter(holds_here, REFUSED), RULES["SBX005"]], ids=code_of)
    def test_monty_refuses_the_bad_example_before_it_runs(self, rule: Rule, monty: Judge) -> None:
        assert monty.parses(rule.bad) is not None
        assert monty.parses(rule.good) is None

    @pytest.mark.parametrize("rule", list(filter(holds_here, REACHED)), ids=code_of)
    def test_monty_fails_when_it_reaches_the_bad_example(self, rule: Rule, monty: Judge) -> None:
        assert monty.parses(rule.bad) is None
        assert monty.failure(called(rule.bad)) is not None
        assert monty.failure(called(rule.good)) in (None, *MEANT)

    @pytest.mark.parametrize("rule", [rule for rule in (*REFUSED, *REACHED) if rule.targets], ids=code_of)
    def test_a_rule_of_one_version_is_silent_for_another(self, rule: Rule) -> None:
        assert rule.targets is not None and rule.targets == {"1.0.0"}
        assert rule.code not in {each.code for each in check(rule.bad, kind=rule.kind, target="1.4.0")}


VALUES = {"int": "12", "float": "1.5", "str": "'a'", "list[str]": "['a']", "list[float]": "[1.5]"}
VALUES |= {"list": "[1]", "set": "{1}", "dict": "{}"}

# An external that nobody provides here, and an exception that the example raises.
MEANT = ("NameError: name 'read_text' is not defined", "ValueError: too large: 12")


def called(source: str) -> str:
    """The source of a task, and a call of it."""
    task = ast.parse(source).body[0]
    assert isinstance(task, ast.FunctionDef)
    kinds = [ast.unparse(each.annotation or ast.Name("int")) for each in task.args.args]
    return f"{source}\n{task.name}({', '.join(VALUES[kind] for kind in kinds)})"


class TestRefusedWhenParsed:
    @pytest.mark.parametrize(
        ("code", "marked"),
        [
            (
                "SBX601",
                "def f(x):\n    y = «yield x»\n    return [«(yield from y)»][0]\n".replace(
                    "«(yield from y)»", "(«yield from y»)"
                ),
            ),
            ("SBX602", "def f(x):\n    «del x»\n    «del x[0], x.y»\n"),
            ("SBX603", "class A(«Base»):\n    pass\nclass B(«metaclass=M»): pass\n"),
            (
                "SBX604",
                "class A:\n    x: int\n    y = 1\n    «y += 1»\n    «a, b = 1, 2»\n    'text'\n    «f()»\n",
            ),
            ("SBX604", "class A:\n    x = («y := 1»)\n    z = lambda: (w := 1)\n"),
            ("SBX605", "class A:\n    «@property»\n    def x(self): return 1\n    def y(self): return 1\n"),
            ("SBX606", "def f():\n    try: pass\n    «except*» ValueError: pass\n"),
            ("SBX607", "async def f(x):\n    «async for» y in x: pass\n    «async with» x: pass\n"),
            ("SBX611", "«from math import *»\n"),
            ("SBX612", "«from . import a»\n«from ..b import c»\n"),
            ("SBX613", "«a @= b»\n"),
            ("SBX614", "[1 for «a[0]» in b]\n{1 for x, «a.b» in c}\n[1 for x, y in z]\n"),
            ("SBX614", "for «()» in a: pass\n() = a\nx, «[]» = a\n"),
            ("SBX615", "a = 1; «match» = 2\nif a: b; match = 3\nx = '; match'  # ; match\n"),
            ("SBX615", "def f():\n    «raise»; x = 1\n"),
            ("SBX615", "def f():\n    raise\n    raise x; y\n"),
            ("SBX617", "«__name__» = 1\ndef f():\n    __name__ = 2\n"),
            ("SBX618", "def f(x):\n    class A:\n        «x = 1»\n        def m(self): return x\n"),
            ("SBX618", "def f(x):\n    class A:\n        x = 1\n        def m(self): return self.x\n"),
        ],
    )
    def test_what_monty_refuses_is_found_where_it_is(self, code: str, marked: str) -> None:
        assert_finds(marked, code, kind="code")

    @pytest.mark.parametrize(
        "source",
        [
            "def f(x, y):\n    return " + "max(" + "x, " * MOST_ARGUMENTS + ")\n",
            f"({'a, ' * MOST_TARGETS}) = x\n",
            "x = [0" + " for y in z" * MOST_GENERATORS + "]\n",
            "x = [" + "0, " * MOST_VALUES + "]\n",
            "x = {" + "0: 0, " * (MOST_VALUES // 2) + "}\n",
        ],
        ids=["arguments", "targets", "generators", "values", "items"],
    )
    def test_the_bounds_are_montys(self, source: str, monty: Judge) -> None:
        assert monty.parses(source) is None
        assert findings(source, "SBX616", kind="code") == []
        more = {
            "max(": ("x, )", "x, x, )"),
            "(a,": ("a, )", "a, a, )"),
            "x = [0 f": ("z]", "z for y in z]"),
            "x = [0,": ("0, ]", "0, 0, ]"),
            "x = {0": ("0: 0, }", "0: 0, 0: 0, }"),
        }
        old, new = next(pair for key, pair in more.items() if key in source[:60])
        larger = source.replace(old, new)
        assert monty.parses(larger) is not None
        assert len(findings(larger, "SBX616", kind="code")) == 1

    def test_functions_nested_deep_are_found(self) -> None:
        lines = [" " * depth + f"def f{depth}():" for depth in range(17)]
        found = findings("\n".join([*lines, " " * 17 + "pass"]), "SBX616", kind="code")
        assert [each.start.line for each in found] == [16]


class TestCompileErrors:
    @pytest.mark.parametrize(
        "marked",
        [
            "f(a=1, «a=2», **b)\n",
            "«*a»\n",
            "x = «*a»\n",
            "def f():\n    return «*a»\n",
            "[1 for «*a» in b]\n",
            "from __future__ import annotations, «nope»\n",
            "match x:\n    case [a, «a»]: pass\n",
            "match x:\n    case «a»: pass\n    case 1: pass\n",
            "match x:\n    case «1 | (2 as a)»: pass\n",
            "match x:\n    case {1: b, «True»: c}: pass\n",
            "match x:\n    case «A(k=1, k=2)»: pass\n",
        ],
    )
    def test_what_python_refuses_after_parsing_is_found(self, marked: str, monty: Judge) -> None:
        assert_finds(marked, "SBX005", kind="code")
        assert monty.parses(marked.replace("«", "").replace("»", "")) is not None

    @pytest.mark.parametrize(
        "source",
        [
            "*a, = b\n",
            "x = *a, b\n",
            "f(a=1, **b)\n",
            "match x:\n    case a if b: pass\n    case [a, *_]: pass\n",
        ],
    )
    def test_what_is_right_is_left_alone(self, source: str) -> None:
        assert findings(source, "SBX005", kind="code") == []


class TestReached:
    @pytest.mark.parametrize(
        ("code", "marked"),
        [
            ("SBX620", "import «enum», math, «os.nope»\n«from abc import ABC»\n"),
            ("SBX621", "from collections import «OrderedDict», deque\nimport os as o\n«o.getpid»()\no.sep\n"),
            ("SBX621", "import os\nos = 1\nos.getpid()\n"),
            ("SBX622", "«'a'.translate»({})\nx = 5\n«x.bit_length»()\n'a'.upper()\n"),
            ("SBX622", "«int.from_bytes»(b'a')\n"),
            ("SBX622", "from datetime import datetime as d\n«d.utcnow»()\nd.fromisoformat('2020-01-01')\n"),
            ("SBX623", "sorted(xs, key=«str.lower»)\nd = {}\nmax(d, key=«d.get»)\nd.get(1)\n"),
            ("SBX623", "try: pass\nexcept ValueError as e:\n    e.args\n    «e.__cause__»\n"),
            (
                "SBX624",
                "«ValueError(5)»\n«KeyError('a', 'b')»\nValueError('a')\nTypeError()\nValueError(f'{x}')\n",
            ),
            ("SBX624", "def ValueError(x): return x\nValueError(5)\n"),
            ("SBX625", "import time, random\n«time.time()»\ntime.sleep(1)\n«random.random()»\n"),
            ("SBX625", "import random\nrandom.seed(1)\nrandom.random()\n"),
            ("SBX625", "from datetime import datetime\n«datetime.now()»\ndatetime(2020, 1, 1)\n"),
            ("SBX626", "import os\n«os.environ»['a']\n«open('a')»\nos.getcwd()\n"),
            (
                "SBX626",
                "from pathlib import Path\n«Path('a').read_text()»\np = Path('b')\n«p.exists()»\np.name\n",
            ),
            ("SBX629", "import json, asyncio\njson.dumps({}, «default=str», indent=1)\n"),
        ],
    )
    def test_what_fails_when_reached_is_found_where_it_is(self, code: str, marked: str) -> None:
        assert_finds(marked, code, kind="code")

    @pytest.mark.parametrize(
        "source",
        [
            "try:\n    import enum\nexcept ImportError:\n    enum = None\n",
            "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import enum\n",
            "try:\n    x = (1).bit_length()\nexcept AttributeError:\n    x = 1\n",
            "try:\n    f = open('a')\nexcept OSError:\n    f = None\n",
        ],
    )
    def test_what_the_task_is_prepared_for_is_left_alone(self, source: str) -> None:
        assert findings(source, "SBX62", kind="code") == []

    def test_an_annotated_parameter_of_the_task_has_its_type(self) -> None:
        assert_finds(
            "def f(s: str, n: int, x):\n    «s.format_map»({})\n    x.translate({})\n    return «n.bit_count»()\n",
            "SBX622",
        )

    @pytest.mark.parametrize("name", sorted(CLOCK | CLOCK_WITHOUT_ARGUMENT))
    def test_the_clock_is_refused(self, name: str, monty: Judge) -> None:
        failure = monty.failure(f"import {name.partition('.')[0]}\n{name}()")
        assert failure is not None and "is not supported in this environment" in failure

    @pytest.mark.parametrize("name", sorted(HOST_CALLS))
    def test_the_host_is_refused(self, name: str, monty: Judge) -> None:
        arguments = "'a', 'b'" if name.endswith(("rename", "replace")) else "'a'"
        assert monty.failure(f"import os\n{name}({arguments})") is not None

    @pytest.mark.parametrize("name", sorted(PATH_CALLS))
    def test_files_are_refused(self, name: str, monty: Judge) -> None:
        arguments = {"write_text": "'a'", "write_bytes": "b'a'"}.get(name, "")
        assert monty.failure(f"from pathlib import Path\nPath('a').{name}({arguments})") is not None

    @pytest.mark.parametrize("name", sorted(NOWHERE))
    def test_what_nothing_has_nothing_has(self, name: str, monty: Judge) -> None:
        head = "import math\nclass A:\n    def m(self): return 1\na = A()\ndef f(): pass\n"
        for holder in (
            "a",
            "A",
            "a.m",
            "f",
            "print",
            "math",
            "int",
            "1",
            "'a'",
            "ValueError('a')",
            "ValueError",
            "None",
        ):
            failure = monty.failure(f"{head}({holder}).{name}")
            assert failure is not None and failure.startswith("AttributeError"), holder


def test_every_message_says_what_to_do() -> None:
    for rule in (*REFUSED, *REACHED):
        target = min(rule.targets) if rule.targets else "installed"
        for each in check(rule.bad, kind=rule.kind, target=target):
            if each.code == rule.code:
                what, *advice = re.split("[:;] ", each.message, maxsplit=1)
                assert what and advice and len(advice[0].split()) > 1, each


def recorder() -> ModuleType:
    path = Path(__file__).parents[2] / "tools" / "record_targets.py"
    spec = importlib.util.spec_from_file_location("record_targets", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_recorded_table_is_that_of_the_installed_monty() -> None:
    tool: Any = recorder()
    table = tool.recorded()
    asked = tool.Recorder()
    try:
        differences = list(tool.differences(table[tool.installed()], asked.record()))
    finally:
        asked.close()
    # Another Python has other names to ask for; what is recorded must be there all the same.
    if sys.version_info[:2] != (3, 11):
        differences = [each for each in differences if "-[] " not in each]
    assert differences == []
