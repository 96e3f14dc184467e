"""What `docs/toml.md` shows and names is what the program reads."""

from __future__ import annotations

import re
from pathlib import Path

from sandbox_tui.workspace.document import ANSWER_KINDS, CONFIG_FIELDS, PROFILES
from sandbox_tui.workspace.toml import dumps, loads

PAGE = (Path(__file__).parents[2] / "docs" / "toml.md").read_text()
EXAMPLE = PAGE.split("```toml\n")[1].split("```")[0]


def test_the_example_loads_and_its_case_gives_what_it_expects() -> None:
    document = loads(EXAMPLE)
    (case,) = document.cases
    assert document.build_template(case=case).run(**case.inputs) == case.expect


def test_the_example_is_written_as_the_program_writes_it() -> None:
    assert dumps(loads(EXAMPLE)) == EXAMPLE


def test_every_answer_limit_and_profile_is_on_the_page() -> None:
    for word in (*ANSWER_KINDS, *PROFILES):
        assert f'`"{word}"`' in PAGE
    for word in CONFIG_FIELDS:
        assert f"| `{word}` |" in PAGE


def test_the_forms_on_the_page_are_values() -> None:
    forms = re.findall(r"`(\{ (?:py|file|dir|dataframe) = .*? \})`", PAGE)
    assert len(forms) >= 8
    for form in forms:
        value = form.replace("<literal>", "1")
        loads(f'format = 1\n[task]\nname = "t"\nsource = ""\n[externals.f]\nvalue = {value}\n')
