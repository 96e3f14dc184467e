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
    "\u00ad"  # soft hyphen
    "\u034f"  # combining grapheme joiner
    "\u061c"  # Arabic letter mark (bidirectional)
    "\u115f\u1160\u3164\uffa0"  # Hangul fillers
    "\u17b4\u17b5"  # Khmer inherent vowels
    "\u180b-\u180f"  # Mongolian variation selectors and vowel separator
    "\u200b-\u200f"  # zero-width space and joiners, left-to-right and right-to-left mark
    "\u2028-\u202e"  # line and paragraph separator, bidirectional embeddings and overrides
    "\u2060-\u206f"  # word joiner, invisible operators, bidirectional isolates
    "\ufeff"  # byte order mark
    "\ufff9-\ufffb"  # interlinear annotation
    "\U0001bca0-\U0001bca3"  # shorthand format controls
    "\U0001d173-\U0001d17a"  # musical format controls
    "\U000e0000-\U000e007f"  # tags
    "\U000e0100-\U000e01ef"  # variation selectors supplement
)
_SURROGATES = "\ud800-\udfff"  # cannot be encoded: writing one to a terminal raises UnicodeEncodeError

DANGEROUS_CHARACTERS = f"\x00-\x1f\x7f-\x9f{_INVISIBLE}{_SURROGATES}"
"""The inside of a regular expression's character class: what must never reach a terminal raw (with tab and
newline).
"""

_HIDDEN = re.compile(f"[\x00-\x08\x0b-\x1f\x7f-\x9f{_INVISIBLE}{_SURROGATES}]")


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
