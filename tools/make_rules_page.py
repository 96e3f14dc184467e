"""Makes docs/rules.md, the page of the linter's rules, from the rules.

    python tools/make_rules_page.py

A test fails while the page is not what this makes.
"""

from __future__ import annotations

from pathlib import Path

from sandbox_tui.lint.explanation import page

PAGE = Path(__file__).parents[1] / "docs" / "rules.md"


def main() -> None:
    """Writes the page."""
    PAGE.write_text(page(), encoding="utf-8")
    print(f"wrote {PAGE}")


if __name__ == "__main__":
    main()
