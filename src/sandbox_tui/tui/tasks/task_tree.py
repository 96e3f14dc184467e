"""The tasks pane: the task files at and below the folder, as a tree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.style import Style
from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Static, Tree
from textual.widgets.tree import TreeNode

from ..text import label, plain


def task_name(path: Path) -> str:
    """What the tree calls a file: a task by its name alone, anything else with its suffix."""
    return label(path.stem if path.suffix == ".toml" else path.name)


class TaskTree(Tree[Path]):
    """Folders and task files; the open one is marked."""

    ICON_NODE = "▸ "
    ICON_NODE_EXPANDED = "▾ "

    DEFAULT_CSS = """
    TaskTree { background: $background; padding: 0; scrollbar-size-vertical: 1; overflow-x: hidden; }
    TaskTree:focus { background-tint: $foreground 0%; }
    """

    def __init__(self) -> None:
        super().__init__(Text(""))
        self.guide_depth = 2
        self.show_guides = False
        self.auto_expand = True
        self.opened: Path | None = None
        self.unsaved = False

    def render_label(self, node: TreeNode[Path], base_style: Style, style: Style) -> Text:
        """A folder with its arrow, a file with a dot while it is open and unsaved."""
        text = plain(node.label) if isinstance(node.label, str) else node.label.copy()
        text.stylize(style)
        if node.allow_expand:
            arrow = self.ICON_NODE_EXPANDED if node.is_expanded else self.ICON_NODE
            return Text.assemble((arrow, base_style), text)
        is_open = node.data is not None and node.data == self.opened
        mark = "● " if is_open and self.unsaved else "› " if is_open else "  "
        if is_open:
            text.stylize("bold")
        return Text.assemble((mark, base_style), text)


class TasksPane(Vertical):
    """The tree under its title; says so where there is nothing to open."""

    ALLOW_MAXIMIZE = True

    DEFAULT_CSS = """
    TasksPane { padding: 0 0 0 1; }
    TasksPane > .title { height: 1; color: $foreground-muted; text-style: bold; }
    TasksPane > .empty { height: auto; color: $foreground-muted; padding: 1 1 0 0; display: none; }
    TasksPane.-empty > .empty { display: block; }
    """

    @dataclass
    class TaskChosen(Message):
        """The user wants to open a file."""

        path: Path

    def compose(self) -> ComposeResult:
        yield Static("TASKS", classes="title", markup=False)
        yield Static("No tasks here. ^N makes one.", classes="empty", markup=False)
        yield TaskTree()

    @property
    def task_tree(self) -> TaskTree:
        return self.query_one(TaskTree)

    def show(self, folder: Path, paths: Sequence[Path], *, complete: bool = True) -> None:
        """Shows the task files found in `folder`."""
        tree = self.task_tree
        tree.clear()
        tree.root.set_label(plain(label(folder.name or str(folder))))
        nodes: dict[Path, TreeNode[Path]] = {folder: tree.root}
        for path in paths:
            self._folder_node(nodes, folder, path.parent).add_leaf(plain(task_name(path)), data=path)
        if not complete:
            tree.root.add_leaf(Text("... and more", style="dim"))
        tree.root.expand()
        self.set_class(not paths, "-empty")
        self._place_cursor()

    def _folder_node(self, nodes: dict[Path, TreeNode[Path]], root: Path, folder: Path) -> TreeNode[Path]:
        if folder in nodes:
            return nodes[folder]
        parent = folder.parent if root in folder.parents else root
        above = nodes[root] if parent == folder else self._folder_node(nodes, root, parent)
        nodes[folder] = above.add(plain(label(folder.name)), expand=True)
        return nodes[folder]

    def mark(self, opened: Path | None, *, unsaved: bool) -> None:
        """Marks the open file."""
        tree = self.task_tree
        if (tree.opened, tree.unsaved) == (opened, unsaved):
            return
        moved = tree.opened != opened
        tree.opened, tree.unsaved = opened, unsaved
        tree._invalidate()
        tree.refresh()
        if moved:
            self._place_cursor()

    def _place_cursor(self) -> None:
        tree = self.task_tree

        def find(node: TreeNode[Path]) -> TreeNode[Path] | None:
            for child in node.children:
                if child.data is not None and child.data == tree.opened:
                    return child
                found = find(child)
                if found is not None:
                    return found
            return None

        def place() -> None:
            # Who is going through the tree is not carried off.
            node = None if tree.has_focus else find(tree.root)
            if node is not None:
                tree.move_cursor(node)

        self.call_after_refresh(place)

    @on(Tree.NodeSelected)
    def _selected(self, event: Tree.NodeSelected[Path]) -> None:
        event.stop()
        if event.node.data is not None:
            self.post_message(self.TaskChosen(event.node.data))
