"""A folder of tasks: which files are tasks, and the defaults that its `sandbox.toml` gives them.

`sandbox.toml` holds `format`, `[config]`, `[lint]` and `[externals.*]` for every task at or below it; the
nearest wins. Looking through a folder reads the beginnings of files, follows no links to folders, and is
bounded, so that opening the workbench in a home directory answers too.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .document import ExternalSpec, LintSettings
from .errors import DocumentError

if TYPE_CHECKING:
    from .files import FileText

DEFAULTS_NAME = "sandbox.toml"

# A folder tree of a usual project is far below both; beyond them the list would be of no use to read.
MAX_FILES = 2_000
MAX_FOLDERS = 5_000
MAX_DEPTH = 12

_SKIPPED_FOLDERS = frozenset({"__pycache__", "node_modules", "venv", "site-packages"})
_SNIFFED_BYTES = 256 * 1024


@dataclass
class FolderDefaults:
    """The content of a `sandbox.toml`; `path` is the file (None for one that is not saved yet)."""

    path: Path | None = None
    config: dict[str, Any] = field(default_factory=dict)
    lint: LintSettings = field(default_factory=LintSettings)
    externals: dict[str, ExternalSpec] = field(default_factory=dict)
    file: FileText | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True)
class TaskFiles:
    """What a look through a folder found: task files in order of their paths, and whether the bounds cut it
    short.
    """

    paths: tuple[Path, ...]
    complete: bool


# --- task files ---


def find_tasks(folder: Path | str) -> TaskFiles:
    """The task files at or below `folder`: `.toml` files with a `[task]` table and `.py` files with an
    orchestrator.

    Skipped are hidden files and folders, virtual environments, `node_modules`, `__pycache__` and the like,
    links to folders, and what cannot be read. Raises `DocumentError` if `folder` itself is none or cannot be
    read.
    """
    root = Path(folder)
    try:
        with os.scandir(root):
            pass
    except NotADirectoryError:
        raise DocumentError("not a folder", path=root) from None
    except FileNotFoundError:
        raise DocumentError("no such folder", path=root) from None
    except OSError as error:
        raise DocumentError(f"the folder cannot be read: {error.strerror}", path=root) from None
    budget = _Budget()
    found = []
    for path in _candidates(root, MAX_DEPTH, budget):
        if is_task_file(path):
            found.append(path)
            if len(found) >= MAX_FILES:
                budget.exhausted = True
                break
    return TaskFiles(tuple(sorted(found)), complete=not budget.exhausted)


@dataclass
class _Budget:
    folders: int = MAX_FOLDERS
    exhausted: bool = False


def _candidates(folder: Path, depth: int, budget: _Budget) -> Iterator[Path]:
    if depth < 0 or budget.folders <= 0:
        budget.exhausted = True
        return
    budget.folders -= 1
    folders = []
    try:
        with os.scandir(folder) as entries:
            for entry in sorted(entries, key=lambda each: each.name):
                if entry.name.startswith("."):
                    continue
                if entry.is_dir(follow_symlinks=False):
                    if entry.name not in _SKIPPED_FOLDERS and not (Path(entry.path) / "pyvenv.cfg").exists():
                        folders.append(Path(entry.path))
                elif entry.name.endswith((".toml", ".py")) and entry.is_file():
                    yield Path(entry.path)
    except OSError:
        return
    for each in folders:
        yield from _candidates(each, depth - 1, budget)


def is_task_file(path: Path) -> bool:
    """Whether the file looks like a task to open: a `.toml` with a `[task]` table, broken or not, or a `.py`
    with an orchestrator.

    A quick look at the text; False for what cannot be read.
    """
    if path.name == DEFAULTS_NAME:
        return False
    try:
        with path.open("rb") as file:
            head = file.read(_SNIFFED_BYTES)
    except OSError:
        return False
    if path.suffix == ".py":
        return b"orchestrator" in head and b"sandbox" in head
    return any(
        line.strip().replace(b" ", b"").startswith((b"[task]", b"task.", b"task="))
        for line in head.splitlines()
    )


# --- sandbox.toml ---


def defaults_above(folder: Path | str) -> list[FolderDefaults]:
    """The `sandbox.toml` files at and above `folder`, nearest first. Raises `DocumentError` for one that
    cannot be read.
    """
    start = Path(os.path.abspath(folder))  # noqa: PTH100 - links are not followed: the folder is the one the user named
    return [
        read_defaults(each / DEFAULTS_NAME)
        for each in (start, *start.parents)
        if os.path.lexists(each / DEFAULTS_NAME)
    ]


_cache: dict[Path, tuple[tuple[int, int, int], FolderDefaults]] = {}


def read_defaults(path: Path) -> FolderDefaults:
    """The `sandbox.toml` at `path`; not read again while its time, size and inode are the same (linting asks
    at every key).

    Treat what is returned as shared: copy before changing it. Raises `DocumentError`.
    """
    from .toml import load_defaults

    try:
        status = path.stat()
    except OSError:
        return load_defaults(path)
    stamp = (status.st_mtime_ns, status.st_size, status.st_ino)
    cached = _cache.get(path)
    if cached is not None and cached[0] == stamp:
        return cached[1]
    defaults = load_defaults(path)
    _cache[path] = (stamp, defaults)
    return defaults


def save_folder_config(folder: Path | str, config: dict[str, Any]) -> Path:
    """Sets these limits (None takes one out) in the `sandbox.toml` of `folder`, made if there is none; the
    rest of it stays.

    Returns its path. Raises `DocumentError` for a value that is no limit, or a file that cannot be read or
    written.
    """
    from copy import deepcopy

    from .toml import load_defaults, save_defaults

    path = Path(folder) / DEFAULTS_NAME
    defaults = deepcopy(load_defaults(path)) if path.exists() else FolderDefaults(path=path)
    merged = {**defaults.config, **config}
    defaults.config = {name: value for name, value in merged.items() if value is not None}
    save_defaults(defaults, path)
    return path
