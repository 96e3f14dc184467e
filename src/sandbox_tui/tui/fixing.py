"""Mends findings in the editor, each time as one step that can be undone, and explains them.

One safe fix is made at once; of several, and of one that may change what the task does, the changes are
shown first. A fix is made in the text that the linter has seen: if someone has typed since, it is asked again
first.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from textual.message import Message

from ..lint.diagnostic import Diagnostic
from ..workspace.document import Document
from .editor.source_editor import SourceEditor

if TYPE_CHECKING:
    from ..lint.fixes import Fixed
    from .screens.fixes import Proposal
    from .screens.workbench import WorkbenchScreen


@dataclass
class AllFixed(Message):
    """A thread has mended all that can be mended safely in the text of `version`."""

    fixed: Fixed
    version: int


class Fixing:
    """The fixes of a workbench screen."""

    def __init__(self, screen: WorkbenchScreen) -> None:
        self._screen = screen

    def at_cursor(self) -> None:
        """Mends what is at the cursor, or else on its line."""
        if not self._screen.editor.read_only:
            self._screen.checking.when_known(self._at_cursor)

    def _at_cursor(self) -> None:
        screen = self._screen
        source = screen.editor.text
        proposals = list(proposals_for(source, screen.editor.diagnostics_here()))
        if not proposals:
            screen.tell("There is no fix for what is at the cursor.", "warning")
        elif len(proposals) == 1 and proposals[0].safe:
            replace_text(screen.editor, proposals[0].text)
        else:
            screen.filing.in_turn(self._choose(source, proposals))

    async def _choose(self, source: str, proposals: Sequence[Proposal]) -> None:
        from .screens.fixes import ChooseFix

        answer = await self._screen.app.push_screen_wait(ChooseFix(source, proposals))
        if answer is not None and self._screen.editor.text == source:
            replace_text(self._screen.editor, proposals[int(answer)].text)

    def all(self) -> None:
        """Mends all that can be mended safely."""
        screen = self._screen
        screen.take_text()
        document = screen.workbench.snapshot()
        if document is not None and not screen.editor.read_only:
            work = partial(self._fix_all, document, screen.editor.version)
            screen.run_worker(work, thread=True, exclusive=True, group="fix", exit_on_error=False)

    def _fix_all(self, document: Document, version: int) -> None:
        self._screen.post_message(AllFixed(all_fixed(document), version))

    def take(self, message: AllFixed) -> None:
        """Shows the mended text, if nobody has typed since."""
        screen = self._screen
        if message.version != screen.editor.version:
            screen.tell("The text has changed meanwhile; nothing was mended.", "warning")
            return
        count = len(message.fixed.applied)
        replace_text(screen.editor, message.fixed.text)
        unsafe = sum(each.fix is not None for each in message.fixed.left)
        more = f" F4 mends {unsafe} more, one by one." if unsafe else ""
        what = f"Mended {count} problem{'s' * (count != 1)}." if count else "Nothing can be mended safely."
        screen.tell(what + more)

    def explain(self) -> None:
        """Explains the finding at the cursor, or the highlighted one of the list."""
        from ..lint.rules import RULES
        from .screens.explain import Explain

        screen = self._screen
        problems = screen.panel.problems
        found = problems.highlighted if problems.has_focus_within else screen.editor.diagnostic_at_cursor()
        if found is None:
            screen.tell("There is no problem at the cursor to explain.")
        elif found.code in RULES:
            screen.app.push_screen(Explain(RULES[found.code], found.message))


def proposals_for(source: str, findings: Sequence[Diagnostic]) -> Iterator[Proposal]:
    """What mends each of these findings of `source`, each way once."""
    from ..lint.fixes import apply
    from .screens.fixes import Proposal

    seen = {source}
    for finding in findings:
        text, applied = apply(source, [finding], unsafe=True)
        if applied and finding.fix is not None and text not in seen:
            seen.add(text)
            title = f"{finding.code}  {finding.fix.message}"
            yield Proposal(title, finding.fix.applicability == "safe", text)


def all_fixed(document: Document) -> Fixed:
    """What the safe fixes make of a document's source; may be called from any thread."""
    from ..lint.fixes import fix_all
    from ..sandbox.parsing import parses

    def find(source: str) -> list[Diagnostic]:
        return replace(document, source=source).diagnostics(parses)

    return fix_all(document.source, find)


def replace_text(editor: SourceEditor, text: str) -> None:
    """Makes the text of the editor `text`, as one step that can be undone; the cursor stays where it can."""
    old = "\n".join(editor.document.lines)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if text == old:
        return
    shorter = min(len(old), len(text))
    start = next((at for at in range(shorter) if old[at] != text[at]), shorter)
    same = next((at for at in range(shorter - start) if old[-1 - at] != text[-1 - at]), shorter - start)
    editor.history.checkpoint()
    editor.replace(
        text[start : len(text) - same],
        _location(old, start),
        _location(old, len(old) - same),
        maintain_selection_offset=True,
    )
    editor.history.checkpoint()


def _location(text: str, offset: int) -> tuple[int, int]:
    before = text[:offset]
    return before.count("\n"), offset - (before.rfind("\n") + 1)
