"""What an editor for Python does to lines when Enter, Tab or a comment key is pressed: plain functions on
text.

Indentation is by four spaces, as Python's style guide has it; a line indented by tabs keeps its tabs.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from sandbox_tui.tui.editor.highlight import Span

INDENT = "    "

_LEADING = re.compile(r"[ \t]*")
_LEAVES_BLOCK = re.compile(r"(return|pass|break|continue|raise)\b")
_COMMENT = re.compile(r"([ \t]*)# ?")


def leading_space(line: str) -> str:
    """Return the indentation of a line."""
    match = _LEADING.match(line)
    return match[0] if match else ""


def code_of(line: str, spans: Sequence[Span]) -> str:
    """Return the line without its comment and trailing space; text inside strings becomes `_`, as it means
    nothing.
    """
    kept = list(line)
    for start, end, category in spans:
        if category == "comment":
            del kept[start:]
            break
        if category in ("string", "escape"):
            kept[start:end] = "_" * (min(end, len(kept)) - start)
    return "".join(kept).rstrip()


def indentation_for_new_line(line: str, column: int, spans: Sequence[Span]) -> str:
    """Return the indentation of the line that Enter makes at `column` of `line`.

    One step more after a colon or an opening bracket, one less after a statement that leaves its block.
    `spans` are those of the line: a colon in a string or a comment opens no block.
    """
    indentation = leading_space(line[:column])
    if column < len(indentation) or not line[:column].strip():
        return indentation
    step = "\t" if "\t" in indentation else INDENT
    code = code_of(line[:column], spans)
    if code.endswith((":", "(", "[", "{")):
        return indentation + step
    if _LEAVES_BLOCK.match(code.strip()) and not line[column:].strip():
        return indentation.removesuffix(step)
    return indentation


def indented(lines: Sequence[str]) -> list[str]:
    """Return the lines one step to the right; empty lines stay empty."""
    return [(INDENT + line if line.strip() else line) for line in lines]


def dedented(lines: Sequence[str]) -> list[str]:
    """Return the lines one step to the left, as far as each can go."""
    return [_dedented(line) for line in lines]


def _dedented(line: str) -> str:
    if line.startswith("\t"):
        return line[1:]
    spaces = len(line) - len(line.lstrip(" "))
    if not spaces:
        return line
    return line[(spaces - 1) % len(INDENT) + 1 :]  # to the next stop, not four blindly


def comments_toggled(lines: Sequence[str]) -> list[str]:
    """Return the lines commented out, or, when all of them are comments, not any more. Blank lines stay as
    they are.
    """
    filled = [line for line in lines if line.strip()]
    if not filled:
        return list(lines)
    if all(line.lstrip().startswith("#") for line in filled):
        return [_COMMENT.sub(r"\1", line, count=1) if line.strip() else line for line in lines]
    column = min(len(leading_space(line)) for line in filled)
    return [f"{line[:column]}# {line[column:]}" if line.strip() else line for line in lines]


def spaces_to_delete(before: str) -> int:
    """Return how many characters backspace takes after `before`: in an indentation of spaces, one step."""
    if before and not before.strip(" "):
        return (len(before) - 1) % len(INDENT) + 1
    return 1


_BRACKETS = re.compile(r"[][(){}]")
_PARTNER = {"(": ")", "[": "]", "{": "}", ")": "(", "]": "[", "}": "{"}
_FARTHEST_ROWS = (
    400  # a partner farther away is not on the screen, and looking for it would be felt at every key
)


def matching_bracket(
    lines: Sequence[str], row: int, column: int, is_code: Callable[[int, int], bool]
) -> tuple[int, int] | None:
    """Return where the partner of the bracket at a place stands; `None` if there is none nearby.

    `is_code(row, column)` tells whether a place is code: brackets in strings and comments do not count.
    """
    bracket = lines[row][column : column + 1]
    if bracket not in _PARTNER or not bracket or not is_code(row, column):
        return None
    forward = bracket in "([{"
    rows = (
        range(row, min(len(lines), row + _FARTHEST_ROWS))
        if forward
        else range(row, max(-1, row - _FARTHEST_ROWS), -1)
    )
    open_brackets: list[str] = []
    for at in rows:
        places = [match.start() for match in _BRACKETS.finditer(lines[at])]
        for place in places if forward else reversed(places):
            if at == row and (place < column if forward else place > column):
                continue
            if not is_code(at, place):
                continue
            found = lines[at][place]
            if (found in "([{") == forward:
                open_brackets.append(found)
            elif _PARTNER[open_brackets.pop()] != found:
                return None
            if not open_brackets:
                return at, place
    return None
