"""The layers: what each may import, and what a run may not pay for. Each is imported in a process of its
own.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "src" / "sandbox_tui"
SAMPLE = Path(__file__).parents[1] / "sample_tasks" / "calculate_total.toml"

FORBIDDEN = {
    "lint": ["sandbox", "debug", "workspace", "cli", "tui"],
    "sandbox": ["debug", "workspace", "cli", "tui"],
    "workspace": ["cli", "tui"],
    "cli": ["tui"],
}


def modules_of(layer: str) -> list[str]:
    """The dotted names of a layer's modules."""
    names = []
    for path in sorted((PACKAGE / layer).rglob("*.py")):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        names.append(".".join(["sandbox_tui", *(part for part in parts if part != "__init__")]))
    return names


def loaded_after(code: str) -> set[str]:
    """The names in `sys.modules` of a fresh process that has run `code`."""
    script = f"{code}\nimport json, sys\nsys.stderr.write(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return set(json.loads(done.stderr))


@pytest.mark.parametrize("layer", FORBIDDEN)
def test_a_layer_imports_nothing_above_it(layer: str) -> None:
    loaded = loaded_after("\n".join(f"import {name}" for name in modules_of(layer)))
    above = [
        name for name in loaded for up in FORBIDDEN[layer] if f"{name}.".startswith(f"sandbox_tui.{up}.")
    ]
    assert above == []
    assert not {name for name in loaded if name.split(".")[0] in ("textual", "rich")}


def test_lint_does_not_import_monty() -> None:
    loaded = loaded_after("\n".join(f"import {name}" for name in modules_of("lint")))
    assert "pydantic_monty" not in loaded


def test_the_workbench_does_not_import_the_command() -> None:
    loaded = loaded_after("\n".join(f"import {name}" for name in modules_of("tui")))
    assert [name for name in loaded if name.startswith("sandbox_tui.cli")] == []


def test_a_run_loads_no_textual_and_none_of_the_other_commands() -> None:
    arguments = ["run", str(SAMPLE), "-i", "price=2", "-i", "quantity=3"]
    loaded = loaded_after(f"from sandbox_tui.cli.main import main\nassert main({arguments!r}) == 0")
    monty_alone = loaded_after("import pydantic_monty")
    added = loaded - monty_alone
    unwanted = {
        "textual",
        "rich",
        "pygments",
        "tomli_w",
        "asyncio",
        "concurrent",
        "typing_extensions",
        "hypothesis",
    }
    assert {name for name in added if name.split(".")[0] in unwanted} == set()
    others = {f"sandbox_tui.cli.{name}" for name in ("batch", "check", "export", "new")}
    assert not others & loaded
    assert not {name for name in loaded if name.startswith("sandbox_tui.workspace.export")}


def test_the_package_itself_costs_nothing() -> None:
    loaded = loaded_after("import sandbox_tui") - loaded_after("")
    assert [name for name in loaded if name.startswith("sandbox_tui.")] == []


def test_version_and_help_load_no_layer() -> None:
    code = "from sandbox_tui.cli.main import main\nassert main(['--version']) == 0"
    below = ("sandbox_tui.sandbox", "sandbox_tui.workspace", "sandbox_tui.tui", "pydantic_monty")
    assert [name for name in loaded_after(code) if name.startswith(below)] == []
