"""The editable form of a task, as a task file holds it.

A document is plain data that may be incomplete while it is edited. What it needs from the rest (the engine,
the linter, the defaults of its folder) it asks for when it is asked. Building a template and running it never
runs anything on the host.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from ..sandbox.config import SandboxedConfig

if TYPE_CHECKING:
    from ..lint.diagnostic import Diagnostic
    from ..sandbox.run import Call
    from ..sandbox.template import SandboxedTaskTemplate
    from .effective import Effective
    from .files import FileText
    from .parameters import FormParameter

Kind = Literal["function", "code"]
AnswerKind = Literal["ask", "return", "sequence", "raise", "sandbox", "python", "replay"]
Profile = Literal["documented", "runtime", "flyte", "off"]

ANSWER_KINDS: Final = ("ask", "return", "sequence", "raise", "sandbox", "python", "replay")
PROFILES: Final = ("documented", "runtime", "flyte", "off")
CONFIG_FIELDS: Final = ("timeout_ms", "max_memory", "max_stack_depth", "type_check")


class _Missing:
    def __repr__(self) -> str:
        return "<missing>"

    def __copy__(self) -> _Missing:
        return self

    def __deepcopy__(self, memo: object) -> _Missing:
        return self


MISSING: Final[Any] = _Missing()
"""The `expect` of a case that expects no result."""


@dataclass
class ExternalSpec:
    """An external: its name, signature and answer.

    `signature` is text such as `(order_id: str) -> float` or `async (x: int) -> int`. Of the other fields
    each answer uses its own (`return`: value; `sequence`: values; `raise`: error, message; `sandbox`: source;
    `python`: target; `replay`: recording); the rest are kept, so that changing the answer and changing it
    back loses nothing.
    """

    name: str
    signature: str | None = None
    answer: AnswerKind = "ask"
    value: Any = None
    values: list[Any] = field(default_factory=list)
    error: str | None = None
    message: str | None = None
    source: str | None = None
    target: str | None = None
    recording: str | None = None
    inherits_answer: bool = False
    """The file does not say `answer`: the folder's external of this name decides, without one it is `ask`."""

    def over(self, default: ExternalSpec) -> ExternalSpec:
        """This external with what it leaves open taken from `default`: the signature, and the answer with all
        its fields.
        """
        base = default if self.inherits_answer and self.answer == "ask" else self
        return replace(base, name=self.name, signature=self.signature or default.signature)


@dataclass
class Case:
    """Saved inputs, answers that differ from the document's (by external), and the expected result or
    error.
    """

    name: str
    inputs: dict[str, Any] = field(default_factory=dict)
    answers: dict[str, ExternalSpec] = field(default_factory=dict)
    expect: Any = MISSING
    error: str | None = None


@dataclass
class LintSettings:
    """What the linter is told; None is "not said here"."""

    profile: Profile | None = None
    target: str | None = None
    ignore: list[str] | None = None


@dataclass
class Document:
    """A task with its settings, externals and cases. Of a `.py` file's tasks `read_only` is true, and
    `source_line_offset` is the line of the file in which the source begins, less one: what must be added to a
    line of the source."""

    name: str
    kind: Kind = "function"
    description: str = ""
    source: str = ""
    inputs: dict[str, str] = field(default_factory=dict)
    output: str | None = None
    config: dict[str, Any] = field(default_factory=dict)
    lint: LintSettings = field(default_factory=LintSettings)
    externals: dict[str, ExternalSpec] = field(default_factory=dict)
    cases: list[Case] = field(default_factory=list)
    path: Path | None = field(default=None, compare=False)
    read_only: bool = field(default=False, compare=False)
    source_line_offset: int = field(default=0, compare=False)
    file: FileText | None = field(default=None, compare=False, repr=False)
    """The file as it was read or last saved; None for a document that is not in a file."""

    def effective(self) -> Effective:
        """Settings and externals with the defaults of the folder, each with where it comes from.

        Raises `DocumentError` for a `sandbox.toml` that cannot be read.
        """
        from .effective import effective

        return effective(self)

    def effective_config(self) -> SandboxedConfig:
        """The four limits that a run of this document has. Raises as `effective` does."""
        return self.effective().sandboxed_config()

    def build_template(
        self,
        asker: Callable[[Call], Any] | None = None,
        *,
        case: Case | None = None,
        restrictions: Profile | None = None,
    ) -> SandboxedTaskTemplate:
        """The document ready to run; its externals answer as the document (and the case) says, `asker` what
        is to be asked.

        Build one for each run: a `sequence` answers from its first value only once a build. `restrictions`
        overrides the effective profile. Lines are those of `source`. Raises what `template_from_source`
        raises, and `DocumentError` for an answer that cannot be made.
        """
        from ..sandbox.building import template_from_source
        from .answers import AnswerBook

        settings = self.effective()
        config = settings.sandboxed_config()
        externals = settings.externals_for(self, case)
        book = AnswerBook(externals, config=config, asker=asker, filename=self.filename)
        profile = restrictions or settings.profile.value
        if settings.ignore.value:
            # The engine knows profiles only; what the document ignores is enforced by nobody.
            self._enforce(profile, settings.ignore.value)
            profile = "off"
        return template_from_source(
            self.source,
            kind=self.kind,
            name=self.name,
            inputs=dict(self.inputs) if self.kind == "code" else None,
            output=self.output if self.kind == "code" else None,
            externals=book.externals(),
            config=config,
            restrictions=profile,
            description=self.description,
            filename=self.filename,
        )

    def _enforce(self, profile: Profile, ignore: list[str]) -> None:
        from ..sandbox.restrictions import enforce

        is_code = self.kind == "code"
        enforce(
            self.source,
            kind=self.kind,
            restrictions=profile,
            filename=self.filename,
            inputs=self.inputs if is_code else None,
            output=self.output if is_code else None,
            ignore=ignore,
        )

    @property
    def filename(self) -> str:
        """The name that errors give this document: its path, else its task's name. A task that begins further
        down in its file is `path::name`, so that lines of its source do not read as lines of the file.
        """
        if self.path is None:
            return self.name
        return f"{self.path}::{self.name}" if self.source_line_offset else str(self.path)

    def diagnostics(self, parses: Callable[[str], Any] | None = None) -> list[Diagnostic]:
        """What the linter says of the source under the effective profile and ignored codes; never raises.

        `parses` asks Monty about a text that the host's own parser refuses (see `lint.check`). A
        `sandbox.toml` that cannot be read counts as absent here; `effective` says what is wrong with it.
        """
        from ..lint.check import check

        settings = self._lint_settings()
        return check(
            self.source,
            **self._linted(settings),
            profile=settings.profile.value,
            ignore=settings.ignore.value,
            parses=parses,
            target=settings.target.value if settings.target.origin != "default" else None,
        )

    def type_findings(self, others: Sequence[Diagnostic] = ()) -> list[Diagnostic]:
        """What the type checker inside Monty says that none of the findings `others` says, as warnings; never
        raises.

        Takes 10 to 50 milliseconds, the first time a second: for the background. The profile `off`, ignored
        codes and `noqa` comments count here as for `diagnostics`.
        """
        from ..lint.suppress import unsilenced
        from ..sandbox.typecheck import type_findings, without_repeats

        settings = self._lint_settings()
        if settings.profile.value == "off":
            return []
        found = type_findings(self.source, **self._linted(settings))
        ignored = tuple(code.strip().upper() for code in settings.ignore.value if code.strip())
        kept = [each for each in found if not each.code.startswith(ignored)]
        return unsilenced(self.source, without_repeats(kept, others))

    def _lint_settings(self) -> Effective:
        from .effective import effective
        from .errors import DocumentError

        try:
            return effective(self)
        except DocumentError:
            return effective(self, ())

    def _linted(self, settings: Effective) -> dict[str, Any]:
        """What the linter is told of the task beside its source."""
        is_code = self.kind == "code"
        return {
            "kind": self.kind,
            "inputs": self.inputs if is_code else None,
            "output": self.output if is_code else None,
            "externals": {
                name: external.signature for name, external in settings.externals_for(self).items()
            },
        }

    def parameters(self) -> list[FormParameter]:
        """The task's inputs for a form; as many as can be told while the source is half typed. Never
        raises.
        """
        from .parameters import form_parameters

        return form_parameters(self)
