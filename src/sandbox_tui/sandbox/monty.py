"""The `pydantic_monty` module, imported on first use and loaded afresh after a fork.

The import takes as long as the rest of the command's start-up, and a check or an export has no use for it.
And it cannot survive a fork: the threads of its Rust runtime are gone in the child, where every pool, an
inherited one or a new one, waits for ever (observed with 1.0.0 and 1.4.0), while the child's exit does no
harm to the parent's pool as long as the child never touches it. A second copy of the extension module has a
runtime of its own and works, so the child gets one.
"""

from __future__ import annotations

import os
import sys
import threading
from types import ModuleType
from typing import Any

_PACKAGE = "pydantic_monty"
_EXTENSION = "pydantic_monty._monty"

# Monty looks for it in every run, in vain where it is not installed.
_TRACING = "opentelemetry.context"

# Objects of the parent's copy: letting the child collect them would run their clean-up against the parent's
# workers.
_inherited: list[Any] = []
_module: ModuleType | None = None
_stale = False

# A fork while another thread imports leaves that module's lock held for ever in the child: nobody forks while
# this is held.
_loading = threading.RLock()

# What else a run imports when it first needs it: a fork waits for those imports that are under way, and for
# no others, which may well go on for ever.
_LATE = ("sandbox_tui.sandbox.", "sandbox_tui.lint.", "concurrent.futures")


def monty() -> Any:
    """The `pydantic_monty` module that works in this process; its classes must be looked up here at each use,
    never kept.
    """
    global _module, _stale
    if _module is not None:
        return _module
    with _loading:
        if _stale:
            _load_second_copy()
            _stale = False
        import pydantic_monty

        _module = pydantic_monty
    return _module


def keep_for_ever(inherited: object) -> None:
    """Keeps an object of the parent process from being cleaned up in a forked child."""
    _inherited.append(inherited)


def _before_fork() -> None:
    _loading.acquire()
    if _EXTENSION not in sys.modules:
        return
    for name, module in list(sys.modules.items()):
        if name.startswith(_LATE) and getattr(getattr(module, "__spec__", None), "_initializing", False):
            __import__(name)


def _after_fork_in_parent() -> None:
    _loading.release()


def _after_fork_in_child() -> None:
    global _module, _stale, _loading
    _loading = threading.RLock()
    if _EXTENSION in sys.modules:
        _module = None
        _stale = True
        if _TRACING not in sys.modules:
            # Another thread may have been looking for it: whoever looks again would wait for that thread.
            sys.modules[_TRACING] = None  # type: ignore[assignment]


def _load_second_copy() -> None:
    import importlib.machinery
    import importlib.util
    import tempfile
    from pathlib import Path

    first = sys.modules[_EXTENSION]
    assert first.__file__ is not None
    image = Path(first.__file__).read_bytes()
    # The dynamic loader knows a library by its inode: only a copy is loaded a second time.
    with tempfile.NamedTemporaryFile(prefix="monty-", suffix=".so", delete=False) as copy:
        copy.write(image)
    try:
        for name in [name for name in sys.modules if name == _PACKAGE or name.startswith(_PACKAGE + ".")]:
            keep_for_ever(sys.modules.pop(name))
        loader = importlib.machinery.ExtensionFileLoader(_EXTENSION, copy.name)
        spec = importlib.util.spec_from_file_location(_EXTENSION, copy.name, loader=loader)
        assert spec is not None
        module = importlib.util.module_from_spec(spec)
        # In place before the package's own __init__ asks for it.
        sys.modules[_EXTENSION] = module
        loader.exec_module(module)
    finally:
        # The mapped image stays valid without its name.
        Path(copy.name).unlink(missing_ok=True)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(
        before=_before_fork, after_in_parent=_after_fork_in_parent, after_in_child=_after_fork_in_child
    )
