"""The names of an exported module: the task's own come first, ours step aside."""

from __future__ import annotations

import builtins
import keyword
import re


class ModuleNames:
    """Hands out module-level names that clash with nothing, and remembers which imports they stand for."""

    def __init__(self, taken: set[str]) -> None:
        self._taken = set(taken)
        self._imports: dict[tuple[str, str | None], str] = {}

    def fresh(self, wanted: str) -> str:
        """`wanted`, or the first of `wanted_2`, `wanted_3`, ... that is free; taken from now on."""
        name, number = wanted, 1
        while name in self._taken or keyword.iskeyword(name) or hasattr(builtins, name):
            number += 1
            name = f"{wanted}_{number}"
        self._taken.add(name)
        return name

    def module(self, module: str) -> str:
        """The name under which a top-level module is imported."""
        return self._imported((module, None), module)

    def member(self, module: str, name: str) -> str:
        """The name under which `from module import name` is imported."""
        return self._imported((module, name), name)

    def _imported(self, key: tuple[str, str | None], wanted: str) -> str:
        if key not in self._imports:
            self._imports[key] = self.fresh(wanted)
        return self._imports[key]

    def import_lines(self) -> list[str]:
        """The import statements of everything asked for so far: the standard library first, as import sorters
        have it.
        """
        plain = [
            f"import {module}" + (f" as {alias}" if alias != module else "")
            for (module, name), alias in sorted(self._imports.items(), key=lambda item: item[0][0])
            if name is None
        ]
        members: dict[str, list[str]] = {}
        for (module, name), alias in sorted(
            self._imports.items(), key=lambda item: (item[0][0], item[0][1] or "")
        ):
            if name is not None:
                members.setdefault(module, []).append(name + (f" as {alias}" if alias != name else ""))
        typing_lines = (
            [f"from typing import {', '.join(members.pop('typing'))}"] if "typing" in members else []
        )
        others = [f"from {module} import {', '.join(names)}" for module, names in members.items()]
        if typing_lines:
            return [*typing_lines, "", *plain, *others]
        return [*plain, *others]


def environment_name(name: str) -> str:
    """`name` as Flyte takes the name of an environment: lower-case letters, digits and single dashes."""
    return "-".join(re.findall("[a-z0-9]+", name.lower())) or "sandboxed"


def identifier(name: str) -> str:
    """`name` as a Python identifier."""
    text = re.sub(r"\W+", "_", name).strip("_") or "task"
    if text[0].isdigit() or keyword.iskeyword(text):
        text = f"task_{text}"
    return text if text.isidentifier() else "task"
