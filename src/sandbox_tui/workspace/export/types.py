"""Annotations as Flyte 2.12 takes them.

Observed there: `X | None` is refused where `Optional[X]` is taken; `Any` does not carry None, so it becomes
`Optional[Any]`; a returned tuple is read as several outputs, so its length must be declared; handles cannot
lie in a set.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from .errors import ExportError
from .names import ModuleNames

PLAIN = frozenset({"int", "float", "str", "bool", "bytes"})
HANDLES = frozenset({"File", "Dir", "DataFrame"})
COLLECTIONS = {name.lower(): name.lower() for name in ("List", "Dict", "Tuple", "Set", "FrozenSet")}
COLLECTIONS.update({name: name.lower() for name in ("List", "Dict", "Tuple", "Set", "FrozenSet")})


def parsed(annotation: str, line: int | None = None) -> ast.expr:
    """The expression of an annotation given as text."""
    try:
        return ast.parse(annotation.strip(), mode="eval").body
    except (SyntaxError, ValueError) as error:
        raise ExportError(f"the annotation {annotation!r} cannot be read", line) from error


def base_name(node: ast.expr) -> str | None:
    """`Optional` for `Optional`, `typing.Optional`, `t.Optional`; None for what is no name."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return node.attr
    return None


def unquoted(node: ast.expr) -> ast.expr:
    """The annotation in a string annotation; any other is returned as it is."""
    while isinstance(node, ast.Constant) and isinstance(node.value, str):
        node = parsed(node.value, getattr(node, "lineno", None))
    return node


def union_members(node: ast.expr) -> list[ast.expr]:
    """What `A | B`, `Union[A, B]` and `Optional[A]` are made of, flat; any other annotation is its own only
    member.
    """
    node = unquoted(node)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        return [*union_members(node.left), *union_members(node.right)]
    if isinstance(node, ast.Subscript) and base_name(node.value) in ("Union", "Optional"):
        members = [member for part in arguments(node) for member in union_members(part)]
        return [*members, ast.Constant(None)] if base_name(node.value) == "Optional" else members
    return [node]


def arguments(node: ast.Subscript) -> list[ast.expr]:
    """What stands between the brackets of a generic."""
    return list(node.slice.elts) if isinstance(node.slice, ast.Tuple) else [node.slice]


def is_none(node: ast.expr) -> bool:
    """Whether the annotation is `None`."""
    return isinstance(node, ast.Constant) and node.value is None


def parts(node: ast.expr) -> Iterator[ast.expr]:
    """Every annotation inside `node`, itself first."""
    for member in union_members(node):
        yield member
        if isinstance(member, ast.Subscript):
            for argument in arguments(member):
                if not (isinstance(argument, ast.Constant) and argument.value is Ellipsis):
                    yield from parts(argument)


def holds_handle(node: ast.expr) -> bool:
    """Whether a handle type stands anywhere in the annotation."""
    return any(base_name(part) in HANDLES for part in parts(node))


class FlyteTypes:
    """Writes annotations for one module, asking `names` for what must be imported."""

    def __init__(self, names: ModuleNames) -> None:
        self._names = names

    def any(self) -> str:
        """The type of what may be anything, None included."""
        return f"{self._names.member('typing', 'Optional')}[{self._names.member('typing', 'Any')}]"

    def write(self, node: ast.expr | None, what: str, line: int | None = None) -> str:
        """`node` as Flyte takes it; None (no annotation) is anything. `what` names the place in the error."""
        if node is None:
            return self.any()
        members = union_members(node)
        if len(members) == 1:
            return self._single(members[0], what, line)
        if any(base_name(member) == "Any" for member in members):
            return self.any()
        texts = list(dict.fromkeys(self._single(m, what, line) for m in members if not is_none(m)))
        optional = any(is_none(member) for member in members)
        if not texts:
            return "None"
        text = texts[0] if len(texts) == 1 else f"{self._names.member('typing', 'Union')}[{', '.join(texts)}]"
        return f"{self._names.member('typing', 'Optional')}[{text}]" if optional else text

    def output(self, node: ast.expr | None, what: str, line: int | None = None) -> str:
        """As `write`, for what a task returns."""
        if node is not None:
            members = union_members(node)
            for member in members:
                self._check_returned_tuple(member, len(members) > 1, what, line)
        return self.write(node, what, line)

    def _check_returned_tuple(self, node: ast.expr, in_union: bool, what: str, line: int | None) -> None:
        generic = isinstance(node, ast.Subscript)
        name = base_name(node.value) if isinstance(node, ast.Subscript) else base_name(node)
        if name not in ("tuple", "Tuple"):
            return
        elements = arguments(node) if isinstance(node, ast.Subscript) else []
        fixed = generic and len(elements) >= 2 and not _is_ellipsis(elements[-1])
        if in_union or not fixed:
            raise ExportError(
                f"{what} is a tuple, which Flyte reads as several outputs: it takes tuple[A, B] with two "
                "or more types only; "
                "return a list instead",
                line,
            )

    def _single(self, node: ast.expr, what: str, line: int | None) -> str:
        if is_none(node):
            return "None"
        if isinstance(node, ast.Subscript):
            return self._generic(node, what, line)
        name = base_name(node)
        if name == "Any":
            return self.any()
        if name == "NoneType":
            return "None"
        if name in PLAIN:
            return name
        if name in HANDLES:
            return self._names.member("flyte.io", name)
        if name in COLLECTIONS:
            return COLLECTIONS[name]
        raise ExportError(
            f"{what} has the type {ast.unparse(node)}, which Flyte's sandbox does not take", line
        )

    def _generic(self, node: ast.Subscript, what: str, line: int | None) -> str:
        name = COLLECTIONS.get(base_name(node.value) or "")
        if name is None:
            raise ExportError(
                f"{what} has the type {ast.unparse(node)}, which Flyte's sandbox does not take", line
            )
        elements = arguments(node)
        if name in ("set", "frozenset") and any(holds_handle(element) for element in elements):
            raise ExportError(f"{what} is a set of handles, which Flyte cannot carry into the sandbox", line)
        texts = ["..." if _is_ellipsis(e) else self.write(e, what, line) for e in elements]
        return f"{name}[{', '.join(texts)}]"


def _is_ellipsis(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is Ellipsis
