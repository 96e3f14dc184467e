"""Every command of the workbench in one table: bindings, palette, help and key bar are made from it.

Each has a name for the palette, an action of the workbench screen, and keys that arrive in tmux and over
SSH (no ctrl+enter, no alt): an F-key where editors have one, a ctrl+letter beside it where a terminal may
keep the F-key for itself.
"""

from __future__ import annotations

from dataclasses import dataclass

from textual.binding import Binding

from .key_bar import KeyHint


@dataclass(frozen=True, slots=True)
class Command:
    """`id` is what a keymap calls it; `keys` is empty for one that is only in the palette; `shown` is how the
    keys are read.
    """

    id: str
    name: str
    help: str
    action: str
    keys: str = ""
    shown: str = ""


COMMANDS: tuple[Command, ...] = (
    Command("run.run", "Run", "Run the task; at a halted call, go on", "run", "f5,ctrl+r", "F5  ^R"),
    Command(
        "run.step",
        "Step through calls",
        "Run, halting before each external call",
        "step",
        "f6,ctrl+t",
        "F6  ^T",
    ),
    Command("run.stop", "Stop", "End the run at once", "stop", "f7,shift+f5,f17", "F7"),
    Command(
        "problem.next", "Next problem", "Go to the next finding of the linter", "next_problem(1)", "f8", "F8"
    ),
    Command(
        "problem.previous",
        "Previous problem",
        "Go to the finding before",
        "next_problem(-1)",
        "shift+f8,f20",
        "shift+F8",
    ),
    Command("problem.fix", "Fix problem", "Mend the finding at the cursor", "fix_problem", "f4", "F4"),
    Command(
        "problem.fix_all",
        "Fix all problems",
        "Mend all that can be mended safely",
        "fix_all",
        "shift+f4,f16",
        "shift+F4",
    ),
    Command(
        "problem.explain",
        "Explain problem",
        "Why it is one, and what to write instead",
        "explain",
        "ctrl+l",
        "^L",
    ),
    Command(
        "problem.judge",
        "Profile and Monty version",
        "Choose what the linter judges the task by",
        "judge",
    ),
    Command(
        "problem.types",
        "Type findings on or off",
        "Ask the type checker in the background, or not",
        "toggle_types",
    ),
    Command("file.save", "Save", "Write the task to its file", "save", "ctrl+s", "^S"),
    Command("file.save_as", "Save as", "Write the task to another file", "save_as", "f12", "F12"),
    Command("file.new", "New task", "Begin a new task", "new_task", "ctrl+n", "^N"),
    Command("file.task", "Choose task", "Open another task of a Python file", "choose_task", "ctrl+g", "^G"),
    Command("file.open", "Open", "Open a task file or a folder by its path", "open_path", "ctrl+o", "^O"),
    Command("pane.next", "Next pane", "Move the focus to the next pane", "next_pane(1)", "f2", "F2"),
    Command(
        "pane.previous",
        "Previous pane",
        "Move the focus to the pane before",
        "next_pane(-1)",
        "shift+f2,f14",
        "shift+F2",
    ),
    Command(
        "pane.maximise", "Enlarge pane", "Enlarge the focused pane, or put it back", "enlarge", "f3", "F3"
    ),
    Command("help", "Help", "List the keys", "help", "f1", "F1"),
    Command("show.inputs", "Show inputs", "Fill in the inputs", "show_side('inputs')"),
    Command(
        "show.externals", "Show externals", "The functions that the host answers", "show_side('externals')"
    ),
    Command("show.limits", "Show limits", "Limits, profile and the task's settings", "show_side('limits')"),
    Command("show.result", "Show result", "The result of the last run", "show_run('result')"),
    Command("show.output", "Show output", "What the last run printed", "show_run('output')"),
    Command("show.calls", "Show calls", "The external calls of the last run", "show_run('calls')"),
    Command("show.problems", "Show problems", "The findings of the linter", "show_run('problems')"),
    Command(
        "externals.add",
        "Declare called names",
        "Make every called, undeclared name an external",
        "declare_missing",
    ),
    Command(
        "limits.folder",
        "Save limits to the folder",
        "Make the task's limits those of its folder",
        "save_limits",
    ),
    Command("result.copy", "Copy result", "Copy the result of the last run", "copy_result"),
    Command(
        "result.save", "Save result", "Write the result of the last run to a file, as JSON", "save_result"
    ),
    Command(
        "output.save", "Save output", "Write everything that the last run printed to a file", "save_output"
    ),
    Command("export.flyte", "Export to Flyte", "Write a module that Flyte runs as it is", "export('flyte')"),
    Command(
        "export.flyte_code",
        "Export to Flyte as code",
        "Write the task as a code string for Flyte",
        "export('flyte-code')",
    ),
    Command("file.refresh", "Look for tasks again", "Read the folder again", "refresh_tasks"),
)

ACTIONS = frozenset(command.action.partition("(")[0] for command in COMMANDS)
"""The names of the actions of all commands."""

QUIT_KEY, PALETTE_KEY = "^Q", "^P"


def bindings() -> list[Binding]:
    """The bindings of the workbench screen; they come before those of the widgets (a TextArea has an F7)."""
    return [
        Binding(command.keys, command.action, command.name, id=command.id, show=False, priority=True)
        for command in COMMANDS
        if command.keys
    ]


IDLE_HINTS = (
    KeyHint("F1", "Help", "screen.help"),
    KeyHint("F5", "Run", "screen.run"),
    KeyHint("F6", "Step", "screen.step"),
    KeyHint("F8", "Problem", "screen.next_problem(1)"),
    KeyHint("F4", "Fix", "screen.fix_problem"),
    KeyHint("^S", "Save", "screen.save"),
    KeyHint("^P", "Commands", "app.command_palette"),
    KeyHint("^Q", "Quit", "app.quit"),
    KeyHint("^L", "Explain", "screen.explain"),
    KeyHint("F2", "Pane", "screen.next_pane(1)"),
    KeyHint("F3", "Enlarge", "screen.enlarge"),
    KeyHint("^N", "New", "screen.new_task"),
    KeyHint("^O", "Open", "screen.open_path"),
)
RUNNING_HINTS = (
    KeyHint("F7", "Stop", "screen.stop"),
    KeyHint("F1", "Help", "screen.help"),
    KeyHint("^P", "Commands", "app.command_palette"),
    KeyHint("^Q", "Quit", "app.quit"),
)
CALL_HINTS = (
    KeyHint("Enter", "Answer", "screen.answer"),
    KeyHint("F6", "Next call", "screen.step"),
    KeyHint("F5", "Go on", "screen.run"),
    KeyHint("F7", "Stop", "screen.stop"),
    KeyHint("F3", "Enlarge", "screen.enlarge"),
    KeyHint("F1", "Help", "screen.help"),
    KeyHint("^P", "Commands", "app.command_palette"),
)


APP_COMMANDS: tuple[Command, ...] = (
    Command("app.theme", "Theme", "Choose another theme", "app.change_theme"),
    Command("app.screenshot", "Screenshot", "Save a picture of the screen, as SVG", "app.screenshot"),
    Command(
        "app.quit",
        "Quit",
        "End the program; asks first where something is unsaved",
        "app.quit",
        "ctrl+q",
        QUIT_KEY,
    ),
)
"""What the palette offers beside the commands of the screen."""
