"""What the editor knows of the open task beside its text: enough to complete names and to show signatures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from ..lint.completion import Completions, SignatureHelp
    from ..lint.diagnostic import Position
    from ..workspace.document import Document
    from ..workspace.effective import Effective


@dataclass(frozen=True)
class Known:
    """The task's kind, a code task's inputs, the externals with their signatures, and the version of Monty
    that it is judged for. May be used from any thread.
    """

    kind: Literal["function", "code"] = "function"
    inputs: Mapping[str, str] = field(default_factory=dict)
    externals: Mapping[str, str | None] = field(default_factory=dict)
    target: str = "installed"

    def completions(self, source: str, position: Position) -> Completions | None:
        """What can be written at a place of `source`."""
        from ..lint.completion import completions
        from ..lint.targets import target_of

        return completions(
            source,
            position,
            kind=self.kind,
            inputs=self.inputs,
            externals=self.externals,
            builtin_names=target_of(self.target).builtins,
        )

    def signature(self, source: str, position: Position) -> SignatureHelp | None:
        """The signature of the call at a place of `source`."""
        from ..lint.completion import signature_at

        return signature_at(source, position, externals=self.externals)


def known_of(document: Document, settings: Effective) -> Known:
    """What is known of `document` under these settings; all externals that are at hand can be written."""
    externals = {name: sourced.value.signature for name, sourced in settings.externals.items()}
    inputs = dict(document.inputs) if document.kind == "code" else {}
    return Known(document.kind, inputs, externals, judged_for(settings))


def judged_for(settings: Effective) -> str:
    """The version of Monty that the linter judges for: `installed`, or one by its number."""
    if settings.target.origin == "default" and settings.profile.value == "flyte":
        from ..lint.targets import FLYTE

        return FLYTE
    return settings.target.value
