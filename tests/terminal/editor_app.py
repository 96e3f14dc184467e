"""A small program for the terminal tests: the editor, or every kind of widget that shows text from outside.

python editor_app.py editor [FILE]      the editor with the file's text
python editor_app.py surfaces FILE how  the file's text on every surface; `how`: "made-visible" or
"filtered" python editor_app.py fails              an error of the program while it runs
"""

from __future__ import annotations

import sys
from pathlib import Path

from rich.text import Text
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import (
    DataTable,
    Footer,
    Input,
    Label,
    OptionList,
    RichLog,
    Select,
    Static,
    TabbedContent,
    TabPane,
    Tree,
)
from textual.widgets.option_list import Option

from sandbox_tui.tui.editor.source_editor import SourceEditor
from sandbox_tui.tui.safety import install
from sandbox_tui.tui.terminal import TerminalCare, run_app
from sandbox_tui.tui.text import content, label, plain


class EditorApp(TerminalCare[None]):
    """The editor alone; `kept` on standard error tells that the work was kept."""

    def __init__(self, text: str, *, fails: bool = False) -> None:
        super().__init__()
        install(self)
        self.source = text
        self.fails = fails

    def compose(self) -> ComposeResult:
        yield Label("ready")
        yield SourceEditor(self.source)
        yield Input(id="other")
        yield Footer()

    def on_mount(self) -> None:
        self.query_one(SourceEditor).focus()

    def keep_work(self) -> None:
        if kept := sys.argv[-1] if sys.argv[-1].endswith("kept") else None:
            Path(kept).write_text(self.query_one(SourceEditor).text, encoding="utf-8")

    def on_source_editor_edited(self, message: SourceEditor.Edited) -> None:
        self.query_one(Label).update(f"version {message.version}")
        if self.fails:
            secret = "S3CR3T"
            raise ValueError(len(secret))

    def on_source_editor_gutter_clicked(self, message: SourceEditor.GutterClicked) -> None:
        message.editor.set_breakpoints(message.editor.breakpoints ^ {message.line})


class SurfacesApp(TerminalCare[None]):
    """One text on every surface: through `tui.text`, with only the filter behind it, or with neither."""

    CSS = """
    * { height: auto; }
    SourceEditor { height: 3; }
    Static, DataTable, Tree, OptionList, RichLog { max-height: 3; }
    #titled { border: solid; }
    """

    def __init__(self, text: str, how: str) -> None:
        super().__init__()
        self.visible = how == "made-visible"
        if how == "filtered":
            install(self)
        self.outside = text

    def content(self) -> Content:
        return content(self.outside) if self.visible else Content(self.outside)

    def plain(self) -> Text:
        return plain(self.outside) if self.visible else Text(self.outside)

    def string(self) -> str:
        return label(self.outside) if self.visible else self.outside

    def compose(self) -> ComposeResult:
        titled = Static(self.content(), id="titled")
        titled.border_title = self.content()
        titled.border_subtitle = self.content()
        yield SourceEditor(self.outside)
        yield titled
        yield Label(self.content())
        yield Input(self.string(), placeholder=self.string())
        yield Input(placeholder=self.string())
        yield OptionList(Option(self.content()))
        yield Select([(self.content(), 1)], value=1)
        yield DataTable()
        yield Tree(self.plain())
        yield RichLog()
        with TabbedContent():
            yield TabPane(self.content(), Label("page"))  # type: ignore[arg-type]

    def on_mount(self) -> None:
        table: DataTable[Text] = self.query_one(DataTable)
        table.add_column(self.plain())
        table.add_row(self.plain(), label=self.plain())
        self.query_one(Tree).root.expand()
        self.query_one(Tree).root.add_leaf(self.plain())
        self.query_one(RichLog).write(self.plain())
        self.notify(self.string(), title=self.string(), markup=False)
        self.query_one(Label).tooltip = self.content()
        self.call_after_refresh(self.set_timer, 0.1, self.done)

    def done(self) -> None:
        self.notify("all-shown")


def main() -> int:
    kind, *arguments = sys.argv[1:]
    read = [Path(argument) for argument in arguments if Path(argument).is_file()]
    text = read[0].read_bytes().decode("utf-8", errors="surrogatepass") if read else "x = 1\ny = 2\n"
    if kind == "surfaces":
        return run_app(SurfacesApp(text, arguments[1]))
    return run_app(EditorApp(text, fails=kind == "fails"))


if __name__ == "__main__":
    sys.exit(main())
