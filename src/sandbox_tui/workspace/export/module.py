"""The layout of an exported module, which both formats share: header, imports, environment, stubs, and a main
block.
"""

from __future__ import annotations

import ast
import textwrap
from dataclasses import dataclass, field

from ...sandbox.handles import Handle
from .names import ModuleNames, environment_name
from .stubs import StubWriter
from .task import ExportedTask, inputs_of
from .types import FlyteTypes, base_name, parts
from .values import as_declared, python_text

WIDTH = 100


@dataclass
class ModuleText:
    """A module under way. `notes` are the differences that its reader must know."""

    task: ExportedTask
    names: ModuleNames
    types: FlyteTypes
    notes: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, task: ExportedTask, taken: set[str]) -> ModuleText:
        """An empty module whose names keep clear of `taken`, which it must have as they are."""
        names = ModuleNames(taken)
        return cls(task, names, FlyteTypes(names))

    def stubs(self, env: str) -> list[str]:
        """The stubs of the externals, in an order in which each stands before what calls it."""
        writer = StubWriter(self.names, self.types, self.task.tree)
        return [writer.write(spec, env) for spec in self.task.externals.values()]

    def environment(self) -> tuple[str, str]:
        """The environment's name in the module, and the statement that makes it."""
        flyte = self.names.module("flyte")
        env = self.names.fresh("env")
        return env, f'{env} = {flyte}.TaskEnvironment(name="{environment_name(self.task.name)}")\n'

    def main_block(self, task_name: str, defaults: bool) -> str:
        """The block that runs the task locally, with the case's inputs, or else with values of the right
        types to be replaced.

        `defaults` tells whether the exported task knows the defaults of its inputs.
        """
        task = self.task
        given = inputs_of(task)
        lines: list[str] = []
        placeholders = False
        arguments: list[tuple[str, str]] = []
        for parameter in task.parameters:
            if parameter.name in given:
                value = as_declared(given[parameter.name], parameter.annotation)
                arguments.append((parameter.name, python_text(value, self.names)))
            elif parameter.default is not None and not defaults:
                default = default_text(task.source, parameter.default, parameter.annotation)
                arguments.append((parameter.name, default))
            elif parameter.default is None:
                placeholders = True
                arguments.append((parameter.name, self._placeholder(parameter.annotation)))
        if placeholders:
            lines.append("    # The task file holds no inputs to run with: replace these.")
        by_name = [name for name, _ in arguments if name == "task"] == []
        texts = [f"{name}={text}" if by_name else text for name, text in arguments]
        flyte = self.names.module("flyte")
        if any(isinstance(value, Handle) for value in given.values()) or self._handles():
            lines.append(f"    {flyte}.init()  # for the files and tables")
        call = f'{flyte}.with_runcontext(mode="local").run'
        run = self.names.fresh("run")
        lines.append(
            f"    {run} = {joined(f'{call}(', [task_name, *texts], ')', indent=4, offset=len(run) + 3)}"
        )
        several = self._several_outputs()
        lines.append(f"    print({f'tuple({run}.outputs())' if several else f'{run}.outputs()[0]'})")
        return 'if __name__ == "__main__":\n' + "\n".join(lines) + "\n"

    def _handles(self) -> bool:
        annotations = [parameter.annotation for parameter in self.task.parameters]
        return any(
            base_name(part) in ("File", "Dir", "DataFrame")
            for annotation in [*annotations, self.task.output]
            if annotation is not None
            for part in parts(annotation)
        )

    def _several_outputs(self) -> bool:
        output = self.task.output
        return isinstance(output, ast.Subscript) and base_name(output.value) in ("tuple", "Tuple")

    def _placeholder(self, annotation: ast.expr | None) -> str:
        found = (
            [base_name(part.value if isinstance(part, ast.Subscript) else part) for part in parts(annotation)]
            if annotation
            else []
        )
        name = (found[0] if found else None) or "None"
        if name in ("File", "Dir"):
            return f'{self.names.member("flyte.io", name)}(path="/path/to/it")'
        if name == "DataFrame":
            return f'{self.names.member("flyte.io", name)}(uri="/path/to/it")'
        known = {"int": "0", "float": "0.0", "str": '""', "bool": "False", "bytes": 'b""'}
        known |= {"list": "[]", "dict": "{}", "tuple": "()", "set": "set()", "frozenset": "frozenset()"}
        return known.get(name.lower(), "None")

    def header(self, form: str) -> str:
        """The module's docstring: what it is, where it comes from, and what differs from the task file."""
        first = self.task.name
        paragraphs = [*([self.task.description] if self.task.description else [])]
        paragraphs.append(
            f"Exported by sandbox-tui as {form} for Flyte 2.12. The tasks below stand for the externals "
            "and answer as the task file "
            "says, on the host, as ordinary Python: put the real work in."
            if self.task.externals
            else f"Exported by sandbox-tui as {form} for Flyte 2.12."
        )
        text = "\n\n".join(
            [first, *("\n".join(textwrap.wrap(" ".join(p.split()), WIDTH)) for p in paragraphs)]
        )
        if self.notes:
            notes = [
                "\n".join(textwrap.wrap(note, WIDTH, initial_indent="- ", subsequent_indent="  "))
                for note in self.notes
            ]
            text += "\n\nWhat differs from the task file:\n" + "\n".join(notes)
        return docstring(text)

    def assemble(self, form: str, blocks: list[str], main: str) -> str:
        """The whole text: header, imports, then the blocks two lines apart."""
        parts_of_text = [block.rstrip("\n") for block in (*blocks, main) if block.strip()]
        imports = "\n".join(self.names.import_lines())
        return f"{self.header(form)}\n\n{imports}\n\n" + "\n\n\n".join(parts_of_text) + "\n"


def default_text(source: str, default: ast.expr, annotation: ast.expr | None) -> str:
    """A default as `source` has it; a whole number for a float becomes one: Flyte refuses an int there."""
    segment = ast.get_source_segment(source, default) or "\n"
    written = segment if "\n" not in segment else ast.unparse(default)
    try:
        value = ast.literal_eval(default)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return written
    adapted = as_declared(value, annotation)
    return written if repr(adapted) == repr(value) else repr(adapted)


def docstring(text: str, indent: str = "") -> str:
    """`text` as a docstring that means exactly that text, whatever it holds."""
    text = "\n".join(
        line if len(line) <= WIDTH else "\n".join(textwrap.wrap(line, WIDTH - len(indent)))
        for line in text.split("\n")
    )
    plain = all(character.isprintable() or character == "\n" for character in text)
    if not plain or "\\" in text or '"""' in text or text.endswith('"'):
        escaped = text.replace("\\", "\\\\").replace('"', '\\"')
        text = "".join(
            c if c.isprintable() or c == "\n" else c.encode("unicode_escape", "surrogatepass").decode()
            for c in escaped
        )
    if "\n" not in text:
        return f'{indent}"""{text}"""'
    body = "\n".join(indent + line if line.strip() else "" for line in text.split("\n"))
    return f'{body[: len(indent)]}"""{body[len(indent) :]}\n{indent}"""'


def joined(opening: str, items: list[str], closing: str, *, indent: int, offset: int = 0) -> str:
    """`opening`, the items with commas, `closing`: on one line if it fits, else an item a line."""
    line = opening + ", ".join(items) + closing
    if len(line) + indent + offset <= WIDTH and "\n" not in line:
        return line
    inner = " " * (indent + 4)
    return opening + "\n" + "".join(f"{inner}{item},\n" for item in items) + " " * indent + closing
