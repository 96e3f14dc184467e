"""SBX7xx: what each rule must find, at its exact place, and what it must leave alone. That Flyte agrees is the
matter of `test_portability_flyte.py`.
"""

from __future__ import annotations

from typing import Any

import pytest
from marked_source import assert_finds, findings

from sandbox_tui.lint.rules import RULES, Rule
from sandbox_tui.lint.rules.portability import RULES as PORTABILITY


def found_in_flyte(code: str, marked: str, **settings: Any) -> list[Any]:
    """Asserts that rule `code` finds exactly the marked ranges in profile flyte."""
    return assert_finds(code, marked, profile="flyte", **settings)


def nothing(code: str, source: str, **settings: Any) -> None:
    assert findings(source, code, profile="flyte", **settings) == []


@pytest.mark.parametrize("rule", PORTABILITY, ids=lambda rule: rule.code)
class TestExamples:
    def test_the_bad_example_breaks_its_rule_alone(self, rule: Rule) -> None:
        assert {each.code for each in findings(rule.bad, "SBX7", profile="flyte")} == {rule.code}

    def test_the_good_example_breaks_none(self, rule: Rule) -> None:
        assert findings(rule.good, profile="flyte") == []

    @pytest.mark.parametrize("profile", ["documented", "runtime", "off"])
    def test_other_profiles_say_nothing(self, rule: Rule, profile: str) -> None:
        assert findings(rule.bad, "SBX7", profile=profile) == []


def test_awaits_of_external_calls_are_found_wherever_they_stand() -> None:
    found = found_in_flyte(
        "SBX701",
        "async def f(n: int) -> list:\n    a = «await fetch(n)»\n    pending = fetch(2)\n"
        "    return [a, «await pending», f'{«await (fetch(3))»}']\n",
    )
    assert [each.fix is not None for each in found] == [True, False, True]


def test_coroutines_of_the_task_and_sleep_may_be_awaited() -> None:
    nothing(
        "SBX701",
        "async def f(n: int) -> int:\n    import asyncio\n    async def step(x):\n        return fetch(x)\n"
        "    await asyncio.sleep(0)\n    return await step(fetch(n))\n",
    )


@pytest.mark.parametrize(
    "argument", ["fetch(1)", "*[fetch(i) for i in range(n)]", "*(fetch(i) for i in range(n))", "*calls"]
)
def test_gathered_externals_are_found(argument: str) -> None:
    found_in_flyte(
        "SBX702",
        "async def f(n: int) -> list:\n    import asyncio\n    calls = [fetch(i) for i in range(n)]\n"
        f"    return await «asyncio.gather({argument})»\n",
    )


def test_gathered_coroutines_of_the_task_are_left_alone() -> None:
    nothing(
        "SBX702",
        "async def f(n: int) -> list:\n    import asyncio\n    async def step(x):\n        return fetch(x)\n"
        "    return await asyncio.gather(step(1), *[step(i) for i in range(n)])\n",
    )


def test_each_keyword_only_parameter_is_found() -> None:
    found = found_in_flyte(
        "SBX703", "def f(a: int, *, «b: int», «c: int» = 2) -> int:\n    return a + b + c\n"
    )
    assert found[0].fix is not None and found[0].fix.applicability == "safe"


def test_no_star_is_taken_out_where_a_default_would_come_first() -> None:
    found = found_in_flyte("SBX703", "def f(a: int = 1, *, «b: int») -> int:\n    return a + b\n")
    assert found[0].fix is None


def test_parameters_of_other_functions_may_be_keyword_only() -> None:
    nothing("SBX703", "def f(n: int) -> int:\n    def g(*, x):\n        return x\n    return g(x=n)\n")


@pytest.mark.parametrize(
    ("annotation", "instead"),
    [
        ("int | None", "Optional[int]"),
        ("None | int", "Optional[int]"),
        ("int | str", "Union[int, str]"),
        ("int | str | None", "Optional[Union[int, str]]"),
        ("(int | str) | None", "Optional[Union[int, str]]"),
        ("dict[str, int | None] | None", "Optional[dict[str, Optional[int]]]"),
    ],
)
def test_a_union_is_written_as_flyte_takes_it(annotation: str, instead: str) -> None:
    (found,) = found_in_flyte("SBX704", f"def f(x: «{annotation}») -> int:\n    return 1\n")
    assert found.fix is not None and found.fix.edits[0].text == instead


def test_unions_in_brackets_and_in_the_result_are_found() -> None:
    found_in_flyte("SBX704", "def f(x: list[«int | None»]) -> «str | None»:\n    return None\n")


def test_a_union_in_quotes_is_found_without_a_fix() -> None:
    (found,) = found_in_flyte("SBX704", "def f(x: «'int | None'») -> int:\n    return 1\n")
    assert found.fix is None


def test_a_union_of_a_declared_input_is_found() -> None:
    (found,) = findings("x", "SBX704", profile="flyte", kind="code", inputs={"x": "int | None"}, output="Any")
    assert "Optional[int]" in found.message


@pytest.mark.parametrize(
    "annotation", ["Optional[int]", "Union[int, str]", "list[Optional[int]]", "typing.Optional[int]", "'int'"]
)
def test_other_types_are_no_unions_with_bars(annotation: str) -> None:
    nothing("SBX704", f"def f(x: {annotation}) -> int:\n    y: int | None = 1\n    return y | 2\n")


@pytest.mark.parametrize(
    "annotation", ["tuple", "tuple[int, ...]", "tuple[int]", "Optional[tuple[int, int]]", "Tuple[int, ...]"]
)
def test_a_tuple_that_flyte_cannot_return_is_found(annotation: str) -> None:
    found_in_flyte("SBX705", f"def f(x: int) -> «{annotation}»:\n    return (x, x)\n")


def test_a_tuple_for_any_is_found_where_it_is_returned() -> None:
    found_in_flyte("SBX705", "def f(x: int) -> Any:\n    both = (x, x)\n    return «both»\n")


@pytest.mark.parametrize("annotation", ["tuple[int, str]", "list[tuple[int, ...]]", "list", "Any"])
def test_other_results_are_no_tuples(annotation: str) -> None:
    nothing("SBX705", f"def f(x: tuple[int, ...]) -> {annotation}:\n    return g(x)\n")


def test_the_first_result_without_a_declared_type_is_found() -> None:
    found_in_flyte("SBX706", "def f(x: int):\n    if x:\n        return «x»\n    return 2\n")


def test_a_task_without_a_result_needs_no_type() -> None:
    nothing("SBX706", "def f(x: int):\n    print(x)\n    if x:\n        return None\n    return\n")


@pytest.mark.parametrize("last", ["x + 1", "[x]", "len(x)", "fetch(x)"])
def test_a_code_task_without_output_has_no_result(last: str) -> None:
    found_in_flyte(
        "SBX706",
        f"y = x\n«{last}»\n",
        kind="code",
        inputs={"x": "str"},
        externals={"fetch": "(x: str) -> int"},
    )


@pytest.mark.parametrize("last", ["print(x)", "x = 1", "fetch(x)", "None", "items.append(x)"])
def test_what_may_be_none_is_no_certain_result(last: str) -> None:
    nothing("SBX706", f"items = []\n{last}\n", kind="code", inputs={"x": "str"}, externals={"fetch": None})


@pytest.mark.parametrize(
    "body",
    [
        "return [«double»(x) for x in xs]",
        "return list(map(lambda x: «double»(x), xs))",
        "def g(x):\n        return «double»(x)\n    return [g(x) for x in xs]",
        "class A:\n        rate = «double»(1)\n    return [A.rate]",
    ],
)
def test_an_external_that_flyte_does_not_find_is_found(body: str) -> None:
    found_in_flyte("SBX707", f"def f(xs: list[int]) -> list[int]:\n    {body}\n")


@pytest.mark.parametrize(
    "body",
    [
        "first = double(1)\n    return [double(x) for x in xs]",
        "if False:\n        double(*())\n    return [double(x) for x in xs]",
        "return [x for x in double(xs)]",
        "def g(x=double(1)):\n        return x\n    return [g()]",
        "return [g.double, *[double(x) for x in xs]]",
    ],
)
def test_an_external_that_flyte_finds_is_left_alone(body: str) -> None:
    nothing("SBX707", f"def f(xs: list[int]) -> list[int]:\n    {body}\n")


def test_a_code_task_is_given_its_externals() -> None:
    nothing("SBX7", "[double(x) for x in xs]", kind="code", inputs={"xs": "list[int]"}, output="list[int]")


def test_naming_an_external_keeps_the_docstring_first() -> None:
    (found,) = found_in_flyte(
        "SBX707", 'def f(n: int) -> list[int]:\n    """Doc."""\n    return [«double»(i) for i in range(n)]\n'
    )
    assert found.fix is not None and found.fix.edits[0].start.line == 3


def test_an_external_that_only_flyte_map_names_is_found_once() -> None:
    found_in_flyte(
        "SBX708",
        'def f(xs: list[int]) -> list[int]:\n    a = flyte_map(«"double"», xs)\n'
        '    return [*a, *flyte_map("double", xs)]\n',
    )


@pytest.mark.parametrize(
    ("handler", "word"),
    [("except ValueError:\n        pass", "except"), ("finally:\n        print(1)", "finally")],
)
def test_an_external_in_a_try_is_found(handler: str, word: str) -> None:
    (found,) = found_in_flyte(
        "SBX709", f"def f(n: int) -> int:\n    try:\n        n = «fetch(n)»\n    {handler}\n    return n\n"
    )
    assert word in found.message


def test_a_function_that_calls_an_external_counts_in_a_try() -> None:
    found_in_flyte(
        "SBX709",
        "def f(n: int) -> int:\n    def g(x):\n        return fetch(x)\n    def h(x):\n        return g(x)\n"
        "    try:\n        n = «h(n)»\n    except ValueError:\n        pass\n    return n\n",
    )


def test_a_try_without_externals_is_left_alone() -> None:
    nothing(
        "SBX709",
        "def f(n: int) -> int:\n    try:\n        n = int('x')\n    except ValueError:\n        n = fetch(n)\n"
        "    return n\n",
    )


def test_a_handle_in_a_task_without_externals_is_found() -> None:
    found_in_flyte("SBX710", "def f(«a: File», n: int, «b: list[Dir]») -> int:\n    return n\n")


def test_a_handle_in_a_task_with_an_external_is_left_alone() -> None:
    nothing("SBX710", "def f(a: File, n: int) -> int:\n    return fetch(n)\n")


@pytest.mark.parametrize("element", ["«{1, 2}»", "[«set(xs)»]", "{'a': «frozenset(xs)»}"])
def test_a_set_in_a_plain_dict_is_found(element: str) -> None:
    found_in_flyte("SBX711", f"def f(xs: list[int]) -> dict:\n    return {{'k': {element}}}\n")


def test_a_handle_in_a_plain_dict_is_found() -> None:
    found_in_flyte(
        "SBX711",
        "def f(a: File) -> dict:\n    made = copy(a)\n    return {'a': «a», 'made': «made», 'n': size(a)}\n",
        externals={"copy": "(f: File) -> File", "size": "(f: File) -> int"},
    )


@pytest.mark.parametrize("annotation", ["dict[str, Any]", "list", "Any"])
def test_other_results_may_hold_sets(annotation: str) -> None:
    nothing("SBX711", f"def f(xs: list[int]) -> {annotation}:\n    return {{'k': {{1, 2}}}}\n")


@pytest.mark.parametrize(
    "look", ["«a.path»", "«a['path']»", "«str(a)»", "f'{«a»}'", "«type(a)»", "«isinstance(a, dict)»"]
)
def test_a_look_into_a_handle_is_found(look: str) -> None:
    found_in_flyte("SBX712", f"def f(a: File) -> Any:\n    size(a)\n    return {look}\n")


def test_handles_may_be_compared_passed_on_and_tested_for_none() -> None:
    nothing(
        "SBX712",
        "def f(a: File, b: File) -> Any:\n    return size(a) if a is not None and a == b else [a, b]\n",
    )


def test_a_default_that_needs_an_external_is_found() -> None:
    found_in_flyte("SBX713", "def f(a: int = «1 + lookup(2)») -> int:\n    return a\n")


@pytest.mark.parametrize("default", ["2 * 60", "-1", "[1, 2]", "float('inf')", "None", "(1, 'a')"])
def test_defaults_of_values_and_builtins_are_left_alone(default: str) -> None:
    nothing("SBX713", f"def f(a: Any = {default}) -> int:\n    return 1\n")


@pytest.mark.parametrize(
    "body",
    [
        "for i in «range(1001)»:\n        fetch(i)",
        "for i in «range(600)»:\n        fetch(fetch(i))",
        "for i in «range(0, 5000, 2)»:\n        if fetch(i):\n            print(i)",
        "«[fetch(i) for i in range(50) for j in range(50)]»",
        "for i in «range(40)»:\n        for j in range(40):\n            n = n + fetch(j)",
    ],
)
def test_certainly_too_many_calls_are_found(body: str) -> None:
    found_in_flyte("SBX714", f"def f(n: int) -> int:\n    {body}\n    return n\n")


@pytest.mark.parametrize(
    "body",
    [
        "for i in range(1000):\n        fetch(i)",
        "for i in range(n):\n        fetch(i)",
        "for i in range(5000):\n        if i == 7:\n            fetch(i)",
        "for i in range(5000):\n        if fetch(i):\n            break",
        "[fetch(i) for i in range(5000) if i < n]",
        "for i in range(5000):\n        print(i)",
    ],
)
def test_a_doubtful_number_of_calls_is_left_alone(body: str) -> None:
    nothing("SBX714", f"def f(n: int) -> int:\n    {body}\n    return n\n")


def test_keywords_that_flyte_map_ignores_are_found() -> None:
    found_in_flyte(
        "SBX715",
        "def f(xs: list[int]) -> list:\n    double(1)\n"
        "    return flyte_map('double', xs, «batch=2», concurrency=3, «retries=1»)\n",
    )


@pytest.mark.parametrize("use", ["g = «double»", "g = [«double»]", "g = helper(«double»)", "g = «flyte_map»"])
def test_an_external_that_is_not_called_is_found(use: str) -> None:
    found_in_flyte(
        "SBX716",
        f"def f(n: int) -> int:\n    def helper(x):\n        return x\n    {use}\n    return double(n)\n",
    )


@pytest.mark.parametrize(
    ("annotation", "default"),
    [
        ("float", "«1»"),
        ("Optional[float]", "«-2»"),
        ("list[float]", "[1.5, «2»]"),
        ("dict[str, float]", "{'a': «0»}"),
    ],
)
def test_a_whole_number_for_a_float_is_found(annotation: str, default: str) -> None:
    found_in_flyte("SBX717", f"def f(x: {annotation} = {default}) -> int:\n    return 1\n")


@pytest.mark.parametrize("value", ["«0»", "«n»", "«len('a')»", "«1» if n else 2.5", "«n * 2 + 1»"])
def test_a_whole_number_as_a_float_result_is_found(value: str) -> None:
    found_in_flyte("SBX717", f"def f(n: int) -> float:\n    return {value}\n")


@pytest.mark.parametrize("value", ["1.0", "n / 2", "float(n)", "n * 1.5", "fetch(n)", "round(n / 3, 2)"])
def test_what_may_be_a_float_is_left_alone(value: str) -> None:
    nothing("SBX717", f"def f(n: int) -> float:\n    return {value}\n")


@pytest.mark.parametrize("annotation", ["int", "Union[int, float]", "Any", "list[int]", "bool"])
def test_whole_numbers_elsewhere_are_left_alone(annotation: str) -> None:
    nothing("SBX717", f"def f(n: {annotation} = 1) -> int:\n    return 1\n")


def test_a_parameter_with_the_name_of_the_task_is_found() -> None:
    found_in_flyte("SBX718", "def total(n: int, «total: int») -> int:\n    return n + total\n")


def test_none_for_any_is_found_at_each_return() -> None:
    found_in_flyte("SBX719", "def f(n: int) -> Any:\n    if n:\n        «return»\n    return «None»\n")


def test_none_for_optional_any_is_left_alone() -> None:
    nothing("SBX719", "def f(n: int) -> Optional[Any]:\n    return None\n")


def test_every_rule_of_the_group_is_known() -> None:
    assert [code for code in RULES if code.startswith("SBX7")] == sorted(each.code for each in PORTABILITY)
