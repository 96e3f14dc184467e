"""The orchestrators of a `.py` file as the linter gets them: each function's text in its place, so that lines
stay.

A task is a function, at any depth, under a decorator that ends in `sandbox.orchestrator`, with or without a
call.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from ..lint.annotations import annotation_problems, dotted_name
from ..lint.check import check
from ..lint.diagnostic import Diagnostic, Edit, Fix, Position
from ..lint.parsing import Unparsable, parse, parse_expression
from ..lint.rules import PROFILES, Profile
from ..lint.scopes import Scopes
from ..lint.targets import MONTY_BUILTINS

Function = ast.FunctionDef | ast.AsyncFunctionDef

_TYPE_RULES = ("SBX201", "SBX202")
_NOQA_RULES = ("SBX090", "SBX091")
_UNION_RULE = "SBX704"
_TYPING = re.compile(r"\b(?:Optional|Union)\b")


@dataclass(frozen=True)
class StandingTask:
    """A task of a `.py` file.

    `source` has the function on the lines that it has in the file, the lines before it empty; `indents` are
    the characters by which each line (from 1) was moved to the left, `margin` is what stood there. `profile`
    is the one that its decorator names, `names` is what the file's names stand for, `imports` the line of the
    file at which one more import can stand.
    """

    source: str
    indents: dict[int, int]
    margin: str
    profile: Profile | None
    names: dict[str, ast.expr]
    imports: int = 1

    def in_file(self, finding: Diagnostic) -> Diagnostic:
        """The finding with its places in the file."""
        if finding.code == _UNION_RULE and finding.fix is not None:
            finding = replace(finding, fix=self._with_import(finding.fix))
        if not any(self.indents.values()):
            return finding
        fix = finding.fix
        if fix is not None:
            edits = [self._moved_edit(each) for each in fix.edits]
            fix = Fix(fix.message, tuple(each for each in edits if each), fix.applicability)
            if None in edits:
                fix = None
        return replace(finding, start=self._moved(finding.start), end=self._moved(finding.end), fix=fix)

    def _with_import(self, fix: Fix) -> Fix:
        """The fix with an import of what it takes from `typing`: a file's annotations are evaluated."""
        wanted = sorted(
            {name for edit in fix.edits for name in _TYPING.findall(edit.text)} - self.names.keys()
        )
        if not wanted:
            return fix
        place = Position(self.imports, 1)
        added = Edit(place, place, f"from typing import {', '.join(wanted)}\n")
        return Fix(fix.message, (added, *fix.edits), fix.applicability)

    def _moved_edit(self, edit: Edit) -> Edit | None:
        """The edit in the file; None where it cannot be told which of its new lines are inside a string."""
        if not edit.text and edit.start.column == edit.end.column == 1:
            return edit  # whole lines go, with what they were moved by
        first, *rest = edit.text.split("\n")
        if rest and ("'''" in edit.text or '"""' in edit.text):
            return None
        moved = [self.margin + line if line else line for line in rest]
        return Edit(self._moved(edit.start), self._moved(edit.end), "\n".join([first, *moved]))

    def _moved(self, position: Position) -> Position:
        return Position(position.line, position.column + self.indents.get(position.line, 0))

    def knows_better(self, finding: Diagnostic) -> bool:
        """Whether `finding` refuses a type by a name that the file gives to one which can cross (`Row =
        dict[str, int]`), or calls a `noqa` unused that names none of our codes.
        """
        if finding.start.line != finding.end.line:
            return False
        line = self.source.split("\n")[finding.start.line - 1]
        if finding.code in _NOQA_RULES:
            # In a Python file it may be meant for another linter.
            return "SBX" not in line[finding.start.column - 1 : finding.end.column - 1].upper()
        if finding.code not in _TYPE_RULES:
            return False
        try:
            node = parse_expression(line[finding.start.column - 1 : finding.end.column - 1])
        except Unparsable:
            return False
        meant = self._meaning(node)
        return meant is not None and not annotation_problems(meant)

    def _meaning(self, node: ast.expr) -> ast.expr | None:
        """What the file says that a name stands for, if it says so."""
        dotted = dotted_name(node)
        if dotted is None:
            return None
        first, _, rest = dotted.partition(".")
        meant = self.names.get(first)
        for name in rest.split(".") if rest else ():
            if meant is not None:
                meant = ast.Attribute(meant, name, ast.Load())
        return meant


def syntax_findings(text: str) -> list[Diagnostic]:
    """What keeps the file from being read as Python; [] if nothing does."""
    try:
        parse(text)
    except (Unparsable, ValueError):
        return check(text, kind="code", profile="off")
    return []


def known_names(text: str) -> list[str] | None:
    """The names that a file which parses binds somewhere: what its tasks may take from around them. None
    where that cannot be told.
    """
    names = {name for scope in Scopes(parse(text)).all for name in scope.bound}
    if "*" in names:
        return None
    # The builtin comes first whatever the file has; and mostly such a name is a local one of something else.
    return sorted(names - MONTY_BUILTINS)


def standing_tasks(text: str) -> Iterator[StandingTask]:
    """The tasks of a file that parses, in the order of their places."""
    tree = parse(text)
    lines = text.split("\n")
    names = _names(tree)
    imported = {name: dotted_name(node) or name for name, node in names.items()}
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Function):
            decorator = next((each for each in node.decorator_list if _is_orchestrator(each, imported)), None)
            if decorator is not None:
                yield replace(_task(node, decorator, lines, names), imports=_import_line(tree))
                continue
        waiting.extend(
            reversed([each for each in ast.iter_child_nodes(node) if not isinstance(each, ast.expr)])
        )


def _import_line(tree: ast.Module) -> int:
    """The line before which one more import can stand: that of the first one that is none of `__future__`, or
    else of what comes after the docstring.
    """
    imports = [
        each
        for each in tree.body
        if isinstance(each, ast.Import) or (isinstance(each, ast.ImportFrom) and each.module != "__future__")
    ]
    if imports:
        return imports[0].lineno
    first = tree.body[0]
    documented = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    others = [each for each in tree.body[int(documented) :] if not isinstance(each, ast.ImportFrom)]
    decorators: list[ast.expr] = getattr(others[0], "decorator_list", [])
    return min([others[0].lineno, *(each.lineno for each in decorators)])


def _is_orchestrator(decorator: ast.expr, imported: dict[str, str]) -> bool:
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    dotted = dotted_name(called)
    if dotted is None:
        return False
    first, _, rest = dotted.partition(".")
    spelled = f"{imported.get(first, first)}.{rest}" if rest else imported.get(first, first)
    return f".{spelled}".endswith(".sandbox.orchestrator")


def _task(node: Function, decorator: ast.expr, lines: list[str], names: dict[str, ast.expr]) -> StandingTask:
    first, last = node.lineno, node.end_lineno or node.lineno
    # Its bytes are blanks, so they count characters too.
    indent = node.col_offset
    indents: dict[int, int] = {}
    kept = [""] * (first - 1)
    for number in range(first, last + 1):
        line = lines[number - 1]
        # What stands further left is inside a string, or nothing.
        indents[number] = indent if not line[:indent].strip() and len(line) >= indent else 0
        kept.append(line[indents[number] :])
    margin = lines[first - 1][:indent]
    return StandingTask("\n".join(kept) + "\n", indents, margin, _profile(decorator), names)


def _profile(decorator: ast.expr) -> Profile | None:
    for keyword in decorator.keywords if isinstance(decorator, ast.Call) else ():
        if keyword.arg == "restrictions" and isinstance(keyword.value, ast.Constant):
            return next((each for each in PROFILES if each == keyword.value.value), None)
    return None


def _names(tree: ast.Module) -> dict[str, ast.expr]:
    """What the names that a module imports or assigns once at its top stand for."""
    found: dict[str, ast.expr] = {}
    assigned: set[str] = set()
    for node in tree.body:
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.asname is not None:
                    found[alias.asname] = parse_expression(alias.name)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            for alias in node.names:
                if alias.name != "*":
                    found[alias.asname or alias.name] = parse_expression(f"{node.module}.{alias.name}")
        elif isinstance(node, ast.Assign) and len(node.targets) == 1:
            target = node.targets[0]
            if isinstance(target, ast.Name):
                if target.id in assigned:
                    found.pop(target.id, None)
                else:
                    found[target.id] = node.value
                assigned.add(target.id)
    return found
