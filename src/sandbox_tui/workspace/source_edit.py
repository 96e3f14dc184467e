"""A task's source replaced inside its TOML file, with everything else byte for byte as it was.

The lines of the source that differ are replaced where they stand, so that the string keeps its quotes and its
layout. Where the string cannot hold the new lines that way it is written anew, as `toml.save` does it.
"""

from __future__ import annotations

import re
from dataclasses import replace

from ..lint.diagnostic import Position
from ..lint.source_text import SourceText
from .document import Document
from .errors import DocumentError
from .source_map import SourceMap, locate
from .toml import loads, rewritten

_LINE = re.compile("[^\n]*\n|[^\n]+")


def with_source(document: Document, source: str) -> str:
    """The text of the document's file with `source` in the place of the task's. Raises `DocumentError` for a
    document without a file, and for a source that no file can hold.
    """
    if document.file is None:
        raise DocumentError("the document is not in a file", path=document.path)
    wanted = replace(document, source=source)
    source_map = locate(document.file.text, ("task", "source"))
    if source_map is not None and source_map.source == document.source:
        text = _edited(source_map, source)
        if text is not None and _reads_as(text, wanted):
            return text
    return rewritten(wanted)


def _reads_as(text: str, wanted: Document) -> bool:
    try:
        return loads(text, path=wanted.path) == wanted
    except DocumentError:
        return False


def _edited(source_map: SourceMap, source: str) -> str | None:
    from difflib import SequenceMatcher

    old, new = _LINE.findall(source_map.source), _LINE.findall(source)
    file = SourceText(source_map.file)
    parts: list[str] = []
    at = 0
    for tag, first, last, new_first, new_last in SequenceMatcher(None, old, new, False).get_opcodes():
        if tag == "equal":
            continue
        written = source_map.written("".join(new[new_first:new_last]))
        if written is None:
            return None
        start, end = (_offset(source_map, file, old, line) for line in (first, last))
        parts += (source_map.file[at:start], written)
        at = end
    return "".join(parts) + source_map.file[at:]


def _offset(source_map: SourceMap, file: SourceText, lines: list[str], line: int) -> int:
    """The file's offset of the beginning of a line of the source (from 0), or of the source's end."""
    if line == len(lines) and lines and not lines[-1].endswith("\n"):
        return file.offset(Position(*source_map.position(line, len(lines[-1]) + 1)))
    return file.offset(Position(*source_map.position(line + 1, 1)))
