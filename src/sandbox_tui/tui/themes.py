"""The two themes of the workbench: one dark, one light, both calm: greys, one accent, and colours of state
only where there is state.

Registered as ordinary Textual themes, so that the built-in ones (`ansi-dark` and `ansi-light` among them)
stay usable: the style sheets name only variables that every theme has.
"""

from __future__ import annotations

from textual.theme import Theme

DARK = Theme(
    name="sandbox-dark",
    dark=True,
    primary="#6cb6c4",
    secondary="#8a93a3",
    accent="#6cb6c4",
    warning="#d8a657",
    error="#e5737b",
    success="#8fbf7a",
    foreground="#d3d7de",
    background="#15171c",
    surface="#1b1e24",
    panel="#262a32",
    variables={
        "border": "#6cb6c4",
        "border-blurred": "#2f343e",
        "block-cursor-background": "#2b4249",
        "block-cursor-foreground": "#e6e9ee",
        "block-cursor-text-style": "none",
        "block-cursor-blurred-background": "#22262d",
        "block-cursor-blurred-foreground": "#d3d7de",
        "block-hover-background": "#1f232a",
        "input-cursor-background": "#d3d7de",
        "input-cursor-foreground": "#15171c",
        "input-selection-background": "#6cb6c4 30%",
        "scrollbar": "#363c47",
        "scrollbar-hover": "#4a5260",
        "scrollbar-active": "#6cb6c4",
        "scrollbar-background": "#15171c",
        "scrollbar-background-hover": "#15171c",
        "scrollbar-background-active": "#15171c",
        "scrollbar-corner-color": "#15171c",
    },
)

LIGHT = Theme(
    name="sandbox-light",
    dark=False,
    primary="#0f6f80",
    secondary="#5d6470",
    accent="#0f6f80",
    warning="#8f5e00",
    error="#b3323d",
    success="#3d7327",
    foreground="#2a2e36",
    background="#fbfbf9",
    surface="#f1f1ee",
    panel="#e4e4e0",
    variables={
        "border": "#0f6f80",
        "border-blurred": "#d6d6d1",
        "block-cursor-background": "#cfe6ea",
        "block-cursor-foreground": "#1b1e24",
        "block-cursor-text-style": "none",
        "block-cursor-blurred-background": "#e9e9e5",
        "block-cursor-blurred-foreground": "#2a2e36",
        "block-hover-background": "#efefec",
        "input-cursor-background": "#2a2e36",
        "input-cursor-foreground": "#fbfbf9",
        "input-selection-background": "#0f6f80 25%",
        "scrollbar": "#cfcfca",
        "scrollbar-hover": "#b7b7b1",
        "scrollbar-active": "#0f6f80",
        "scrollbar-background": "#fbfbf9",
        "scrollbar-background-hover": "#fbfbf9",
        "scrollbar-background-active": "#fbfbf9",
        "scrollbar-corner-color": "#fbfbf9",
    },
)

THEMES = (DARK, LIGHT)
