"""Text from outside, made safe to show: every character that a terminal obeys or hides is written out.

A terminal obeys control characters (C0, C1, DEL) and shows bidirectional controls, zero-width characters and
the other invisible ones as nothing at all, so that what is read is not what is there. `visible` writes each
as text one can see. It is the first of two layers (the second, in the terminal program, drops what still gets
through) and is shared by the command and the workbench. It does not touch what is merely unusual: accents,
emoji, right-to-left letters.
"""

from __future__ import annotations

import re

_INVISIBLE = (
    (0xAD, 0xAD),  # soft hyphen
    (0x34F, 0x34F),  # combining grapheme joiner
    (0x61C, 0x61C),  # Arabic letter mark (bidirectional)
    (0x115F, 0x1160),  # Hangul fillers
    (0x17B4, 0x17B5),  # Khmer inherent vowels
    (0x180B, 0x180F),  # Mongolian variation selectors and vowel separator
    (0x200B, 0x200F),  # zero-width space and joiners, left-to-right and right-to-left mark
    (0x2028, 0x202E),  # line and paragraph separator, bidirectional embeddings and overrides
    (0x2060, 0x206F),  # word joiner, invisible operators, bidirectional isolates
    (0x3164, 0x3164),  # Hangul filler
    (0xFEFF, 0xFEFF),  # byte order mark
    (0xFFA0, 0xFFA0),  # half-width Hangul filler
    (0xFFF9, 0xFFFB),  # interlinear annotation
    (0x1BCA0, 0x1BCA3),  # shorthand format controls
    (0x1D173, 0x1D17A),  # musical format controls
    (0xE0000, 0xE007F),  # tags
    (0xE0100, 0xE01EF),  # variation selectors supplement
)
_CONTROLS = ((0x00, 0x1F), (0x7F, 0x9F))
_SURROGATES = (0xD800, 0xDFFF)  # cannot be encoded: writing one to a terminal raises UnicodeEncodeError


def _class(*ranges: tuple[int, int]) -> str:
    return "".join(f"{chr(first)}-{chr(last)}" for first, last in ranges)


DANGEROUS_CHARACTERS = _class(*_CONTROLS, *_INVISIBLE, _SURROGATES)
"""The inside of a regular expression's character class: what must never reach a terminal raw; with tab and
newline.
"""


def dangerous_code_points() -> list[int]:
    """Return the code points of `DANGEROUS_CHARACTERS` apart from surrogates, in order."""
    return [code for first, last in (*_CONTROLS, *_INVISIBLE) for code in range(first, last + 1)]


_HIDDEN = re.compile(f"(?![\t\n])[{DANGEROUS_CHARACTERS}]")


def visible(text: str) -> str:
    """Return `text` with each dangerous or invisible character written out; newline and tab stay as they are.

    C0 and DEL become their control pictures (`␛`, one cell), C1 and lone surrogates an escape (`\\x9b`,
    `\\ud800`), all others their code point (`<U+202E>`). Idempotent, and the identity on text without such
    characters.
    """
    if text.isascii() and text.isprintable():  # most text ends here
        return text
    return _HIDDEN.sub(_written_out, text)


def has_hidden(text: str) -> bool:
    """Tell whether `visible` would change `text`."""
    return _HIDDEN.search(text) is not None


def _written_out(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "\u2421"
    if code < 0xA0:
        return f"\\x{code:02x}"
    if 0xD800 <= code <= 0xDFFF:
        return f"\\u{code:04x}"
    return f"<U+{code:04X}>"
