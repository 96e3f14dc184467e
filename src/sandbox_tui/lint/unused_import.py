"""An import that nothing uses, taken out, and whether that certainly changes nothing."""

from __future__ import annotations

import ast
import re

from .context import Context
from .diagnostic import Edit, Fix
from .index import Index, index_of

# With these a name can be used without being written.
_DOUBT = frozenset({"eval", "exec", "locals", "globals", "vars"})
_WORD = re.compile(r"\w+")

_BEHIND = re.compile(r"[ \t]*;[ \t]*(?=[^\s#;])")
_BEFORE = re.compile(r";[ \t]*\Z")
_NOTHING_BEHIND = re.compile(r"[ \t]*(?:#.*)?\Z")


def removal_of_unused(node: ast.Import | ast.ImportFrom, context: Context) -> Fix | None:
    """A fix that removes the import, if none of the names that it binds is used.

    It is safe if Monty has what is imported: else the task fails at the import, and would not without it.
    """
    if not context.whole or not _is_unused(node, context):
        return None
    edit = _removal(node, context)
    if edit is None:
        return None
    return Fix("Remove the unused import", (edit,), "safe" if _is_there(node, context) else "unsafe")


def _is_unused(node: ast.Import | ast.ImportFrom, context: Context) -> bool:
    if isinstance(node, ast.ImportFrom) and (node.module == "__future__" or node.level):
        return False
    names = {(alias.asname or alias.name).partition(".")[0] for alias in node.names}
    used = context.memo(_used_names)
    index = index_of(context)
    # What a class body binds is an attribute.
    in_class = isinstance(index.scope(node), ast.ClassDef)
    return "*" not in names and not in_class and not used & (names | _DOUBT)


def _used_names(context: Context) -> frozenset[str]:
    """Every name of the text but those of imports, and the words of its strings (some are annotations)."""
    index = index_of(context)
    found = {name.id for name in index.of(ast.Name)}
    for declared in index.of(ast.Global, ast.Nonlocal):
        found.update(declared.names)
    for constant in index.of(ast.Constant):
        if isinstance(constant.value, str):
            found.update(_WORD.findall(constant.value))
    return frozenset(found)


def _is_there(node: ast.Import | ast.ImportFrom, context: Context) -> bool:
    modules = context.target.modules
    if isinstance(node, ast.Import):
        return all(alias.name in modules for alias in node.names)
    return all(alias.name in modules.get(node.module or "", ()) for alias in node.names)


def _removal(node: ast.Import | ast.ImportFrom, context: Context) -> Edit | None:
    source = context.source
    start, end = source.start(node), source.end(node)
    block = _block(node, index_of(context))
    known = context.memo(_blocks_with_more)
    if id(block) not in known:
        known[id(block)] = any(not isinstance(each, ast.Import | ast.ImportFrom) for each in block)
    others = known[id(block)]
    is_result = context.kind == "code" and block is context.tree.body
    if not others or (is_result and block[-1] is node):
        # Something must stand there; and the value of the last statement is the result of a code task.
        return Edit(start, end, "pass") if block[-1] is node else _cut(node, context)
    return _cut(node, context)


def _blocks_with_more(context: Context) -> dict[int, bool]:
    """For blocks (by id) whether they hold anything but imports; filled as they are asked for."""
    return {}


def _cut(node: ast.Import | ast.ImportFrom, context: Context) -> Edit | None:
    """Removes the statement with its line, or with the semicolon that parts it from its neighbour."""
    source = context.source
    start, end = source.start(node), source.end(node)
    before = source.lines[start.line - 1][: start.column - 1]
    behind = source.lines[end.line - 1][end.column - 1 :]
    if not before.strip() and _NOTHING_BEHIND.match(behind):
        first = source.starts[start.line - 1]
        last = source.starts[end.line] if end.line < len(source.starts) else len(source.text)
        return Edit(source.position(first), source.position(last), "")
    more = _BEHIND.match(behind)
    if more is not None:
        return Edit(start, source.position(source.offset(end) + more.end()), "")
    parting = _BEFORE.search(before)
    if parting is not None:
        return Edit(source.position(source.offset(start) - len(parting[0])), end, "")
    return None


def _block(node: ast.stmt, index: Index) -> list[ast.stmt]:
    """The statements among which `node` stands."""
    parent = index.parents[node]
    for value in parent.__dict__.values():
        if isinstance(value, list) and node in value:
            return value
    return [node]
