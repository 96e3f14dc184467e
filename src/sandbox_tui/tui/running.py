"""Runs the task of a workbench screen and shows what comes of it.

The run works on a thread of its own; the screen looks at it a few times a second, and at once when a call
waits for an answer.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from textual.content import Content
from textual.message import Message
from textual.timer import Timer
from textual.widget import Widget

from ..sandbox.errors import BoundaryError, RestrictionError, RunCancelledError, SandboxError
from ..sandbox.run import RunResult
from .calls.questions import Question, Reply
from .results.show import count_text, duration_text, error_view, result_json, status_text, value_text
from .task_run import TaskRun
from .text import label

if TYPE_CHECKING:
    from .screens.workbench import WorkbenchScreen

# How often a running task is looked at: often enough to read along, seldom enough to leave the keys alone.
LOOKS_PER_SECOND = 12


@dataclass
class RunAsks(Message):
    """A question of `run` opened or closed."""

    run: TaskRun


@dataclass
class RunEnded(Message):
    """`run` is over; `text` is its result as the panel shows it."""

    run: TaskRun
    result: RunResult
    text: str


class Running:
    """At most one run at a time."""

    def __init__(self, screen: WorkbenchScreen) -> None:
        self._screen = screen
        self._timer: Timer | None = None
        self._printed = 0
        self._called = 0
        self._focused: Widget | None = None
        self._release_next = False
        self.run: TaskRun | None = None

    def warm(self) -> None:
        """Starts a worker ahead of the first run, in a thread."""
        self._screen.run_worker(_warm, thread=True, group="warm", exit_on_error=False)

    @property
    def active(self) -> bool:
        """Whether a run is going on."""
        return self.run is not None and self.run.running

    @property
    def finished(self) -> RunResult | None:
        """How the last run ended; None before the first, and while one is going on."""
        return self.run.result if self.run is not None else None

    @property
    def question(self) -> Question | None:
        """The call that the card asks about."""
        return self._screen.panel.card.question if self.active else None

    # --- beginning and ending ---

    def start(self, *, stepping: bool) -> None:
        """Runs the task with what is entered; says so where a value is missing or wrong."""
        screen = self._screen
        screen.take_text()
        document = screen.workbench.snapshot()
        if document is None or self.active:
            return
        screen.workbench.examine()
        values, problems = screen.workbench.inputs()
        if problems:
            screen.show_input_problems(problems)
            return
        self._clear()
        run = self.run = TaskRun(document, values, stepping=stepping)

        def changed() -> None:
            screen.post_message(RunAsks(run))

        run.changed = changed
        width = max(20, screen.panel.content_size.width - 3)
        work = partial(self._work, run, width)
        screen.run_worker(work, thread=True, group="run", exit_on_error=False, name="run")
        self._timer = screen.set_interval(1 / LOOKS_PER_SECOND, self.look)
        screen.show_keys()

    def leave(self) -> None:
        """Ends the run, if one goes on, and forgets all that is shown of it: another task is opened."""
        self.stop()
        self.run = None
        if self._timer is not None:
            self._timer.stop()
        self._put_card_away()
        self._clear()
        self._screen.panel.status.show(Content(""))

    def _work(self, run: TaskRun, width: int) -> None:
        result = run.execute()
        text = value_text(result.result, width) if result.ok else ""
        self._screen.post_message(RunEnded(run, result, text))

    def stop(self) -> None:
        """Ends the run."""
        if self.run is not None and self.active:
            self.run.stop()

    def _clear(self) -> None:
        screen = self._screen
        screen.editor.clear_marks()
        panel = screen.panel
        panel.output.clear()
        panel.calls.clear()
        panel.strip.set_count("calls", 0)
        panel.result.show_hint("running ...")
        if panel.strip.active == "problems":
            panel.show_tab("result")
        self._printed = self._called = 0
        self._focused = screen.focused

    def ended(self, message: RunEnded) -> None:
        """Shows how the run ended."""
        if message.run is not self.run:
            return
        if self._timer is not None:
            self._timer.stop()
        screen, panel, result = self._screen, self._screen.panel, message.result
        self.look()
        self._put_card_away()
        screen.editor.clear_marks()
        if result.ok:
            panel.result.show_value(message.text)
            panel.status.show(Content.assemble(("ok", "$success"), status_text(result)[2:]))
        elif result.error is not None:
            self._show_error(result.error)
            word, _, rest = status_text(result).partition(" ")
            panel.status.show(
                Content.assemble((word, "$warning" if word == "stopped" else "$error"), f" {rest}")
            )
        if isinstance(result.error, RestrictionError):
            panel.show_tab("problems")
        elif panel.strip.active != "output" or not result.ok:
            panel.show_tab("result")
        screen.show_keys()
        screen.bring_forward("run")

    def _show_error(self, error: SandboxError) -> None:
        screen = self._screen
        if isinstance(error, RunCancelledError):
            screen.panel.result.show_hint("The run was stopped.")
            return
        view = error_view(error)
        screen.panel.result.show_error(view)
        if view.line is not None:
            screen.editor.mark_line(view.line, "error")
        if isinstance(error, RestrictionError) and error.diagnostics:
            screen.panel.problems.show(error.diagnostics)
            first = error.diagnostics[0]
            screen.editor.goto(first.start.line, first.start.column)
        if isinstance(error, BoundaryError) and error.path and error.path.startswith("inputs."):
            name = error.path.removeprefix("inputs.").partition("[")[0].partition(".")[0]
            screen.side.inputs.show_problems({name: error.message}, focus=False)

    # --- while it runs ---

    def look(self) -> None:
        """Shows what has been printed and called since."""
        run, panel = self.run, self._screen.panel
        if run is None:
            return
        text, self._printed = run.printed(self._printed)
        panel.output.append(text)
        calls = run.calls(self._called)
        self._called += len(calls)
        panel.calls.append(calls)
        panel.calls.update_answers()
        if calls:
            panel.strip.set_count("calls", self._called)
        if not run.running:
            return
        if not run.questions.open():
            self._put_card_away()
            self._screen.editor.clear_marks()
            words = (
                "running",
                duration_text((time.monotonic() - run.started) * 1000),
                count_text(self._called, "call"),
            )
            self._status(" · ".join(words))

    def _status(self, words: str) -> None:
        self._screen.panel.status.show(
            Content.assemble(words, "  ", ("F7", "$accent"), " stop"), running=True
        )

    def asked(self, message: RunAsks) -> None:
        """Shows the first call that waits."""
        run, screen = self.run, self._screen
        if run is None or message.run is not run or not run.running:
            return
        waiting = run.questions.open()
        if not waiting:
            return
        question = waiting[0]
        card = screen.panel.card
        if question is not card.question:
            self.look()
            call = question.call
            screen.editor.clear_marks()
            if call.line:
                screen.editor.mark_call(call.line, call.column, call.end_line, call.end_column)
            self._status(f"call {call.number} waits · {label(call.function, 24)}")
        screen.panel.offer_card(True)
        card.show(question, len(waiting))
        if not card.has_focus_within:
            card.entry.focus()
        screen.bring_forward("run")
        screen.show_keys()

    def answered(self, question: Question, reply: Reply) -> None:
        """Passes on what was decided."""
        run = self.run
        if run is None:
            return
        question.reply(reply)
        if reply.kind == "release" or self._release_next:
            self._release_next = False
            run.release()

    def go_on(self) -> None:
        """Halts at no further call; the one that waits is answered by what stands in its field."""
        self._release_next = self._screen.panel.card.release()

    def _put_card_away(self) -> None:
        screen, panel = self._screen, self._screen.panel
        had_focus = panel.card.has_focus_within
        panel.card.forget()
        panel.offer_card(False)
        if had_focus:
            target = (
                self._focused if self._focused is not None and self._focused.is_attached else screen.editor
            )
            target.focus()
        screen.show_keys()

    # --- what to do with a result ---

    def copy_result(self) -> None:
        """Copies the result, as Python writes it, or the error."""
        result = self.finished
        if result is None:
            self._screen.tell("There is no result yet: F5 runs the task.", "warning")
            return
        self._screen.app.copy_to_clipboard(repr(result.result) if result.ok else str(result.error))
        self._screen.tell("Copied, where the terminal allows it; save the result to be sure.")

    def save_result(self) -> None:
        """Asks for a file and writes the result there, as JSON."""
        result = self.finished
        if result is None or not result.ok:
            self._screen.tell("There is no result to save.", "warning")
        else:
            self._save("Save the result", "result.json", result_json(result.result))

    def save_output(self) -> None:
        """Asks for a file and writes everything there that was printed."""
        result = self.finished
        if result is None:
            self._screen.tell("Nothing has been printed yet: F5 runs the task.", "warning")
        else:
            self._save("Save what was printed", "output.txt", result.stdout)

    def _save(self, title: str, name: str, text: str) -> None:
        screen = self._screen
        document = self.run.document if self.run is not None else None
        proposed = screen.workbench.folder / f"{document.name if document is not None else 'task'}_{name}"
        screen.filing.in_turn(screen.filing.write(title, proposed, text))


def _warm() -> None:
    from ..sandbox.pool import keep_workers_quiet, workers

    # What a worker says on standard error would land in the middle of the screen.
    keep_workers_quiet()
    workers.warm()
