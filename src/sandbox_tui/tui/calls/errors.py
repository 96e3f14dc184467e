"""An error as one types it (`ValueError: no such order`) and as the task will see it."""

from __future__ import annotations

import builtins


def parse_error(text: str) -> BaseException:
    """The exception that `text` names: a built-in type, then a colon and its message; a bare message is a
    `RuntimeError`.

    Raises `ValueError`, in one clear line, where nothing is said or the type is none that a task can be
    given.
    """
    text = text.strip()
    if not text:
        raise ValueError("an error is needed, such as ValueError: no such order")
    name, colon, message = text.partition(":")
    name = name.strip()
    kind = getattr(builtins, name, None)
    if isinstance(kind, type) and issubclass(kind, Exception):
        message = message.strip()
        try:
            return kind(message) if message else kind()
        except TypeError:
            raise ValueError(f"{name} cannot be raised with a message alone") from None
    if isinstance(kind, type) and issubclass(kind, BaseException):
        raise ValueError(f"{name} is not an error that a task can be given")
    if colon and name.isidentifier() and name[:1].isupper():
        raise ValueError(f"{name} is not a built-in exception")
    return RuntimeError(text)
