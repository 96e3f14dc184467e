"""How the panes of the workbench share the screen, by its size; no behaviour here.

Wide (120 columns and more): tasks, editor, side. Normal (80 to 119): editor and side, which then holds the
tasks too. Narrow: one pane at a time behind a strip of tabs. Below 40 columns or 10 lines there is a notice.
"""

from __future__ import annotations

from ..tab_strip import Tab

HORIZONTAL_BREAKPOINTS = [(0, "-tiny"), (40, "-narrow"), (80, "-normal"), (120, "-wide")]
VERTICAL_BREAKPOINTS = [(0, "-flat"), (10, "-short"), (32, "-tall")]
TOO_SMALL = "sandbox-tui needs 40 columns and 10 lines."


def classes_for(width: int, height: int) -> str:
    """The classes that a screen of this size gets; given at once they save styling it all twice."""
    across = [name for least, name in HORIZONTAL_BREAKPOINTS if width >= least]
    down = [name for least, name in VERTICAL_BREAKPOINTS if height >= least]
    return f"{across[-1]} {down[-1]}"


PANES = ("tasks", "center", "side", "run")
"""The panes by their ids, in the order in which the focus goes through them."""

SIDE_TABS = ("inputs", "externals", "limits")
NARROW_TABS = (
    Tab("tasks", "Tasks"),
    Tab("center", "Editor"),
    Tab("inputs", "Inputs"),
    Tab("externals", "Externals"),
    Tab("limits", "Limits"),
    Tab("run", "Run"),
)

FIRST_CSS = """
WorkbenchScreen {
    layout: vertical; background: $background;
    #body { height: 1fr; padding-top: 1; }
    #center { width: 1fr; height: 1fr; }
    #editor { height: 1fr; scrollbar-size-horizontal: 0; }
}
"""
"""What the first picture needs."""

CSS = """
WorkbenchScreen {
    #pane-strip { display: none; padding: 0 1; }
    #tasks { width: 25; border-right: vkey $border-blurred; }
    #side { width: 36; border-left: vkey $border-blurred; }
    #run { height: 13; border-top: solid $border-blurred; }
    #too-small { display: none; width: 100%; height: 100%; content-align: center middle; }

    &.-tall RunPanel > ContentSwitcher { margin-top: 1; }
    &.-tall #problem { height: 2; }

    &.-short {
        #run { height: 8; }
        #body { padding-top: 0; }
        #problem { text-wrap: nowrap; }
        FieldRow, SettingRow { margin-bottom: 0; }
        SidePane > .run { display: none; }
        InputsForm, ExternalsPane, LimitsPane { padding: 0 1; }
        SidePane TasksPane { padding: 0 0 0 1; }
        .heading { margin: 0; }
    }

    &.-normal {
        #tasks { display: none; }
        #side { width: 36; }
    }

    &.-narrow {
        #pane-strip { display: block; }
        #body { padding-top: 0; }
        #tasks, #side, #center { display: none; width: 1fr; border: none; }
        #run { display: none; height: 1fr; border: none; }
        SidePane > TabStrip { display: none; }
        CallsView { layout: vertical; }
        CallsView > DataTable, CallsView > TextView { width: 1fr; border: none; }
        &.-front-tasks #tasks, &.-front-side #side { display: block; }
        &.-front-center #center, &.-front-run #run { display: block; }
        &.-front-run #body { display: none; }
    }

    #tasks.-maximized, #side.-maximized, #center.-maximized, #run.-maximized {
        display: block; width: 1fr; height: 1fr; border: none;
    }

    &.-tiny > *, &.-flat > * { display: none; }
    &.-tiny > #too-small, &.-flat > #too-small { display: block; }
}

CommandPalette {
    background: $background 70%;
    & > Vertical { width: 90; max-width: 96%; margin-top: 2; }
    #--input { border: none; padding: 1 2; background: $surface; }
    SearchIcon { display: none; }
    CommandInput, CommandInput:focus { background: $surface; padding: 0; }
    CommandList { background: $surface; border: none; padding: 0 1 1 1; scrollbar-size-vertical: 1; }
    CommandList:focus { border: none; }
}

Toast {
    background: $panel; border-left: outer $accent; padding: 0 1;
    &.-error { border-left: outer $error; }
    &.-warning { border-left: outer $warning; }
}
"""
"""The rest: reading it would hold up the first picture."""
