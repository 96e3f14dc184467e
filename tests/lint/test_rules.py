"""Each rule: what it must find, at its exact place, and what it must leave alone."""

from __future__ import annotations

import pytest
from marked_source import assert_finds, findings

from sandbox_tui.lint import check
from sandbox_tui.lint.rules import PROFILES, RULES, Profile, Rule, counted

FIRST_PART = [rule for rule in RULES.values() if rule.code < "SBX4"]


def code_of(rule: Rule) -> str:
    return rule.code


class TestExamples:
    @pytest.mark.parametrize("rule", FIRST_PART, ids=code_of)
    def test_the_bad_example_breaks_its_rule(self, rule: Rule) -> None:
        assert rule.code in {each.code for each in check(rule.bad, kind=rule.kind)}

    @pytest.mark.parametrize("rule", FIRST_PART, ids=code_of)
    def test_the_good_example_breaks_none(self, rule: Rule) -> None:
        assert findings(rule.good, kind=rule.kind) == []

    @pytest.mark.parametrize("rule", FIRST_PART, ids=code_of)
    def test_every_rule_says_all_that_a_person_needs(self, rule: Rule) -> None:
        assert rule.summary.endswith(".") and rule.why.endswith(".") and rule.instead.endswith(".")
        assert rule.name == rule.name.lower() and " " not in rule.name


class TestProfiles:
    EVERYTHING = """\
def task(x: Decimal) -> Report:
    import os
    class A: pass
    try:
        with x: pass
    finally: pass
    x += 1
    x[0] = 1
def other(): pass
"""

    @pytest.mark.parametrize(
        ("profile", "codes"),
        [
            (
                "documented",
                {
                    "SBX007",
                    "SBX101",
                    "SBX102",
                    "SBX103",
                    "SBX104",
                    "SBX105",
                    "SBX201",
                    "SBX202",
                    "SBX301",
                },
            ),
            ("runtime", {"SBX007", "SBX201", "SBX202"}),
            ("flyte", {"SBX007", "SBX201", "SBX202"}),
            ("off", {"SBX007"}),
        ],
    )
    def test_a_profile_has_its_groups(self, profile: str, codes: set[str]) -> None:
        found = {each.code for each in findings(self.EVERYTHING, profile=profile)}
        assert {code for code in found if code < "SBX4"} == codes

    def test_codes_and_beginnings_of_codes_are_ignored(self) -> None:
        found = {each.code for each in check(self.EVERYTHING, ignore=["SBX1", "sbx301", "SBX2"])}
        assert {code for code in found if code < "SBX4"} == {"SBX007"}

    def test_an_empty_code_ignores_nothing(self) -> None:
        assert check("def f(x):\n    import os", ignore=["", " "])

    def test_findings_are_errors_and_sorted_by_place(self) -> None:
        found = [each for each in check(self.EVERYTHING) if each.code < "SBX4"]
        assert {each.severity for each in found} == {"error"}
        assert [each.start for each in found] == sorted(each.start for each in found)


class TestImports:
    @pytest.mark.parametrize(
        "statement",
        [
            "import os",
            "import os.path as p, sys",
            "from os import path",
            "from . import x",
            "from os import (\n        path,\n        sep,\n    )",
            "from os import *",
        ],
    )
    def test_the_whole_statement_is_found(self, statement: str) -> None:
        assert_finds("SBX101", f"def f():\n    «{statement}»  # why\n    return 1\n")

    def test_at_any_depth(self) -> None:
        assert_finds(
            "SBX101", "def f():\n  if 1:\n    def g():\n      for i in g: «import os»; «import re»\n"
        )

    def test_the_message_names_the_module(self) -> None:
        (found,) = findings("def f():\n    from os.path import join", "SBX101")
        assert found.message.startswith("import of os.path: ")

    def test_words_in_strings_and_names_are_left_alone(self) -> None:
        assert_finds("SBX101", "def f(important):\n    'import os'\n    # import os\n    return important")


class TestClasses:
    def test_the_range_ends_with_the_name(self) -> None:
        assert_finds("SBX102", "def f():\n    «class Order»(Base, metaclass=M):\n        x = 1\n")

    def test_decorated_nested_and_continued(self) -> None:
        assert_finds("SBX102", "def f():\n  @d\n  «class A»:\n    «class \\\n  Bé»: pass\n")

    def test_names_with_class_in_them_are_left_alone(self) -> None:
        assert_finds("SBX102", "def f(klass, class_):\n    return class_")


class TestTry:
    @pytest.mark.parametrize(
        "rest",
        ["finally: pass", "except E as e: pass", "except: pass\n    else: pass", "except* E: pass"],
    )
    def test_the_keyword_is_found(self, rest: str) -> None:
        assert_finds("SBX103", f"def f():\n    «try»: x()\n    {rest}\n")

    def test_inside_a_handler_and_a_finally(self) -> None:
        assert_finds(
            "SBX103",
            "def f():\n «try»: a\n except E:\n  «try»: b\n  finally: c\n finally:\n  «try»: d\n  finally: e\n",
        )


class TestWith:
    def test_the_keywords_are_found(self) -> None:
        assert_finds("SBX104", "async def f():\n    «with» a as b: pass\n    «async  with» a: pass\n")

    def test_continued_keywords(self) -> None:
        assert_finds("SBX104", "async def f():\n    «async \\\n    with» a: pass\n")


class TestAugmentedAssignment:
    @pytest.mark.parametrize("operator", ["+", "-", "*", "/", "//", "%", "**", ">>", "<<", "&", "^", "|"])
    def test_the_message_says_what_to_write(self, operator: str) -> None:
        (found,) = assert_finds("SBX105", f"def f(x):\n    «x {operator}= 1»\n    return x\n")
        assert found.message == f"augmented assignment: write x = x {operator} 1"

    @pytest.mark.parametrize(
        ("right", "written"),
        [
            ("a + b", "x - (a + b)"),
            ("a * b", "x - a * b"),
            ("(a + b)", "x - (a + b)"),
            ("(a), (b)", "x - ((a), (b))"),
            ("(a, b)", "x - (a, b)"),
            ("a, b", "x - (a, b)"),
            ("-a", "x - -a"),
            ("not a", "x - (not a)"),
            ("a if b else c", "x - (a if b else c)"),
            ("lambda: a", "x - (lambda: a)"),
            ("a < b", "x - (a < b)"),
            ("yield", "x - (yield)"),
            ("await a", "x - await a"),
            ("(y := 1)", "x - (y := 1)"),
            ("f(a)[b].c", "x - f(a)[b].c"),
            ("'é' 'b'", "x - 'é' 'b'"),
        ],
    )
    def test_the_right_side_gets_the_brackets_that_it_needs(self, right: str, written: str) -> None:
        (found,) = assert_finds("SBX105", f"async def f(x):\n    «x -= {right}»\n")
        assert found.message == f"augmented assignment: write x = {written}"
        assert found.fix is not None
        assert [(each.start, each.end, each.text) for each in found.fix.edits] == [
            (found.start, found.end, f"x = {written}")
        ]

    def test_power_binds_to_the_right(self) -> None:
        messages = [
            each.message for each in findings("def f(x):\n    x **= -2\n    x **= a ** b\n", "SBX105")
        ]
        assert messages == [
            "augmented assignment: write x = x ** -2",
            "augmented assignment: write x = x ** a ** b",
        ]

    def test_several_lines(self) -> None:
        (found,) = assert_finds("SBX105", "def f(x):\n    «x += [\n        1,  # one\n    ]»\n")
        assert found.fix is not None
        assert found.fix.edits[0].text == "x = x + [\n        1,  # one\n    ]"

    def test_an_attribute_has_an_unsafe_fix(self) -> None:
        (found,) = assert_finds("SBX105", "def f(o):\n    «o.a += 1»\n")
        assert found.fix is not None
        assert found.fix.applicability == "unsafe"

    def test_what_would_be_evaluated_twice_has_no_fix(self) -> None:
        for target in ("f().a", "d[k]", "a.b.c"):
            (found,) = findings(f"def f(d):\n    {target} += 1\n", "SBX105")
            assert found.fix is None

    def test_a_subscript_is_found_by_both_rules_with_the_same_advice(self) -> None:
        source = 'def f(d):\n    d["k"] += 1\n'
        advice = 'make a new dict instead, such as d = {**d, "k": value}'
        assert [(each.code, each.message) for each in check(source) if each.code < "SBX4"] == [
            ("SBX105", f"augmented assignment to a subscript: {advice}"),
            ("SBX301", f"assignment to a subscript: {advice}"),
        ]

    def test_comparisons_are_left_alone(self) -> None:
        assert_finds("SBX105", "def f(x):\n    return x <= 1 or x >= 2 or x != 3 or '+='")


class TestSubscriptAssignment:
    @pytest.mark.parametrize(
        "marked",
        [
            "«d[k]» = 1",
            "«d[k]»: int = 1",
            "«d[1:2]» = []",
            "x = «d[k]» = 1",
            "a, («d[k]», *«e[0]») = b",
            "[«d[0]», x] = b",
            "for «d[k]» in y: pass",
            "for i, «d[i]» in y: pass",
            "with a as «d[0]», b as (c, «d[1]»): pass",
            "[1 for «d[0]» in y]",
            "{1: 2 for i, «d[i]» in y}",
            "x = lambda: [i for i in a for «d[i]» in b]",
            "def g(a=[0 for «d[0]» in y]): pass",
            "return f(i for(«d[0]»)in y)",
            "if [1 for «d[0]» in y]: pass",
            "match [1 for «d[0]» in y]:\n     case _ if [1 for «e[0]» in y]: pass",
            "d[k][0].a = 1",
            "«d[k][0]» = 1",
            "«a.b[k]» = 1",
            "«f()[0]» = 1",
            "«d[k]» += 1",
        ],
    )
    def test_every_place_of_a_target(self, marked: str) -> None:
        assert_finds("SBX301", f"def f(d):\n    {marked}\n")

    def test_reading_is_left_alone(self) -> None:
        assert_finds(
            "SBX301",
            "def f(d):\n    x = d[0]\n    x.y = d[1]\n    for i in d[2]: pass\n    return [j for j in d[3] if d[4]]",
        )

    def test_a_target_behind_a_comment(self) -> None:
        assert_finds("SBX301", "def f(d):\n    [1 for  # for all of them\n     «d[0]» in y]\n")

    @pytest.mark.parametrize(
        ("target", "advice"),
        [
            ("d['k']", "d = {**d, 'k': value}"),
            ("d[i]", "d = {**d, i: value}"),
            ("d[2]", "d = [*d[:2], value, *d[3:]]"),
            ("d[0]", "d = [value, *d[1:]]"),
            ("d[1:2]", "d = [*d[:start], *values, *d[stop:]]"),
        ],
    )
    def test_the_message_says_what_to_write(self, target: str, advice: str) -> None:
        (found,) = findings(f"def f(d):\n    {target} = 1\n", "SBX301")
        assert found.message.endswith(f"such as {advice}")


class TestTypes:
    def test_the_exact_part_is_found(self) -> None:
        (found,) = assert_finds("SBX201", "def f(a: int, items: dict[str, list[«Decimal»]]): pass")
        assert found.message.startswith("parameter items: unsupported type `Decimal`: ")
        assert "int, float, str" in found.message

    def test_every_kind_of_parameter(self) -> None:
        assert_finds("SBX201", "def f(a: «A», /, b: «x.B», *, c: «C» = 1): pass")

    def test_the_return_type(self) -> None:
        (found,) = assert_finds("SBX202", "def f() -> tuple[int, «Report»]: pass")
        assert found.message.startswith("return type: unsupported type `Report`")

    def test_inside_a_string_the_string_is_found(self) -> None:
        assert_finds("SBX201", "def f(a: «'list[Foo]'»): pass")

    def test_columns_count_characters(self) -> None:
        assert_finds("SBX201", "def f(é: int, ß: list[«Ünfug»]): pass")

    def test_missing_annotations_and_helpers_are_left_alone(self) -> None:
        source = "def f(a, b=1):\n    def g(x: Foo) -> Bar: return x\n    y: Baz = 1\n    return g"
        assert findings(source, "SBX2") == []

    def test_inputs_of_code_are_named_and_stand_at_the_beginning(self) -> None:
        found = findings("x + y", "SBX2", kind="code", inputs={"x": "int", "y": "list[Foo]"}, output="Bar")
        assert [(each.code, str(each.start), each.start.line, each.start.column) for each in found] == [
            ("SBX201", str(found[0].start), 1, 1),
            ("SBX202", str(found[1].start), 1, 1),
        ]
        assert found[0].message.startswith("input y: unsupported type `Foo`")
        assert found[1].message.startswith("output: unsupported type `Bar`")

    def test_a_function_in_code_is_no_task(self) -> None:
        assert findings("def g(x: Foo) -> Bar: pass", "SBX2", kind="code") == []


class TestShape:
    def test_a_source_without_a_function(self) -> None:
        for source in ("", "# nothing\n", "x = 1\n", "class A: pass", "'a text'"):
            (found,) = findings(source, "SBX00")
            assert (found.code, found.start.line, found.start.column) == ("SBX006", 1, 1)

    def test_what_stands_beside_the_function(self) -> None:
        assert_finds(
            "SBX007", "«'''Doc'''»\ndef f(): pass\n«def g»(): pass\n«x = 1»\n«async def h»(): pass\n"
        )

    def test_comments_and_a_docstring_inside_are_left_alone(self) -> None:
        assert findings("# a\n\ndef f():\n    'Doc'\n# b\n", "SBX00") == []

    def test_a_decorator_is_found_with_its_sign(self) -> None:
        assert_finds("SBX008", "«@a.b(1)»\n«@ c»\ndef f():\n  @d\n  def g(): pass\n")

    def test_star_parameters(self) -> None:
        assert_finds("SBX009", "def f(*«args: int», **«kwargs»):\n  def g(*a): pass\n")

    def test_code_may_be_anything(self) -> None:
        assert findings("@a\ndef f(*a): pass\ndef g(): pass\nx = 1", "SBX00", kind="code") == []


@pytest.mark.parametrize("profile", PROFILES)
def test_the_rules_that_count_are_those_that_say_so(profile: Profile) -> None:
    assert counted(profile, ()) == {rule for rule in RULES.values() if profile in rule.profiles}
