"""Any text gets findings in bounded time, and never an exception."""

from __future__ import annotations

import random
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox_tui.lint import Diagnostic, check
from sandbox_tui.lint.annotations import annotation_problems, text_problems
from sandbox_tui.lint.context import MAX_FINDINGS
from sandbox_tui.lint.parsing import Unparsable, parse_expression
from sandbox_tui.lint.source_text import SourceText

SAMPLES = Path(__file__).parents[2] / "sample_tasks"
STDLIB = sorted(Path(sysconfig.get_paths()["stdlib"]).glob("*.py"))

PIECES = st.sampled_from(
    [
        *"()[]{}:;,.=+-*/%@&|^~<>!'\"\\#\n\r\t\f \0éÿ🙂x10_",
        *("\ufeff", "\u2028", "\u202e", "\ud800", "'''", '"""', "f'{", "\r\n", "\\\n", "    ", " += ", ":="),
        *("def f(x):\n ", "class A:\n ", "try:\n ", "except E:\n ", "finally:\n ", "with a as d[0]:\n "),
        *(
            "for d[k] in y",
            "import os",
            "lambda a,a: ",
            "match x:\n case 1:\n ",
            "async ",
            "await ",
            "global x",
        ),
        *("if x:\n ", "else:\n ", "return ", "break", "x: list[Foo]", "-> Decimal", "@a\n", "*a, *b = c"),
    ]
)

HOSTILE = {
    "operators": "x = " + "1+" * 200_000 + "1",
    "minus": "-" * 200_000 + "1",
    "brackets": "(" * 5_000 + "1" + ")" * 5_000,
    "open brackets": "(\n" * 5_000,
    "null characters": "\0" * 10_000,
    "surrogates": "\ud800" * 10_000,
    "a long line": "x = '" + "a" * 2_000_000 + "'",
    "many findings": "def f(x):\n" + "    x += 1\n" * 20_000,
    "many errors": "x = = 1\n" * 10_000,
    "empty blocks": "if x:\n" * 5_000,
    "wild indentation": "".join(" " * (i % 50) + "x = 1\n" for i in range(5_000)),
    "branches": "if x: pass\n" + "elif y: pass\n" * 3_000,
    "an f-string": "f'" + "{x}" * 300_000 + "'",
    "quotes": "'" * 100_000,
    "backslashes": "\\\n" * 50_000,
    "fors": "for " * 100_000,
    "a deep annotation": "def f(x: " + "list[" * 180 + "int" + "]" * 180 + "): pass",
    "a wide annotation": "def f(x: " + "|".join(["Foo"] * 5_000) + "): pass",
    "a large number": "def f(x: 0x" + "9" * 100_000 + "): pass",
    "line ends": "\r" * 300_000 + "\u2028" * 1_000,
    "names that depend on each other": "def f():\n"
    + "".join(f" a{i} = a{i - 1}\n" for i in range(1, 3_000))
    + " a2999 += 1\n",
}


def assert_sound(source: str, found: list[Diagnostic]) -> None:
    """Asserts that every place is one of the source, and the order that of the places."""
    text = SourceText(source)
    assert len(found) <= MAX_FINDINGS + 1
    for each in found:
        assert (each.start.line, each.start.column) <= (each.end.line, each.end.column)
        for place in (each.start, each.end):
            assert 1 <= place.line <= len(text.lines)
            assert 1 <= place.column <= len(text.lines[place.line - 1]) + 1
    assert [each.start for each in found] == sorted(each.start for each in found)


@given(st.one_of(st.text(max_size=200), st.lists(PIECES, max_size=60).map("".join)))
@settings(max_examples=1_500, deadline=None)
def test_any_text(source: str) -> None:
    for kind in ("function", "code"):
        assert_sound(source, check(source, kind=kind))  # type: ignore[arg-type]


def test_places_of_what_was_filled_in_are_drawn_to_the_text() -> None:
    source = "class A:\n class A:\n @class A:\n else:\n *a, *b = c"
    assert_sound(source, check(source, kind="code"))


@given(st.randoms(use_true_random=False), st.sampled_from(sorted(SAMPLES.glob("*.toml"))))
@settings(max_examples=400, deadline=None)
def test_mutations_of_programs(random_: random.Random, path: Path) -> None:
    source = path.read_text()
    for _ in range(random_.randint(1, 6)):
        at = random_.randrange(len(source) + 1)
        match random_.randrange(4):
            case 0:
                source = source[:at] + source[at + random_.randint(1, 20) :]
            case 1:
                source = source[:at] + random_.choice("()[]{}:'\"\n\\\t=.#é\0") + source[at:]
            case 2:
                other = random_.randrange(len(source) + 1)
                source = source[:at] + source[other : other + 40] + source[at:]
            case _:
                source = source[:at]
    assert_sound(source, check(source, kind="code"))


@pytest.mark.parametrize("path", random.Random(7).sample(STDLIB, 25), ids=lambda path: path.name)
def test_modules_of_the_standard_library(path: Path) -> None:
    source = path.read_text(encoding="utf-8", errors="surrogateescape")[:200_000]
    assert_sound(source, check(source, kind="code"))
    assert_sound(source[: len(source) // 2], check(source[: len(source) // 2], kind="code"))


@pytest.mark.parametrize("source", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_texts(source: str) -> None:
    assert_sound(source, check(source))


def test_hostile_texts_in_a_thread_with_a_small_stack() -> None:
    script = (
        "import threading\n"
        "from sandbox_tui.lint import check\n"
        "texts = ['-' * 5_900 + '1', '(' * 199 + '1' + ')' * 199, '[' * 190, 'x = ' + '1+' * 100_000 + '1',\n"
        "         'f(' * 190 + ')' * 190, 'not ' * 5_000 + 'x', '{1:' * 190, 'lambda: ' * 2_900 + '1']\n"
        "def work():\n"
        "    for text in texts:\n"
        "        check(text * (1 + 1_100 // len(text)))\n"
        "        check(text)\n"
        "    print('done')\n"
        "threading.stack_size(256 * 1024)\n"
        "thread = threading.Thread(target=work)\n"
        "thread.start()\n"
        "thread.join()\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "done\n")


def test_warnings_of_the_parser_are_not_shown() -> None:
    script = "import sys\nfrom sandbox_tui.lint import check\ncheck(\"'\\\\d'; 1if x else 2\", kind='code')\n"
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", script], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


@given(st.text(max_size=60))
@settings(max_examples=500, deadline=None)
def test_any_annotation(text: str) -> None:
    assert all(isinstance(message, str) for message in text_problems(text))
    try:
        node = parse_expression(text)
    except Unparsable:
        assert text_problems(text)
    else:
        annotation_problems(node)
