"""Makes docs/workbench.svg: the real workbench on a sample task, after a run.

python docs/make_screenshot.py
"""

from __future__ import annotations

import asyncio
import os
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
SIZE = (120, 32)


async def main() -> None:
    """Opens the workbench without a terminal, runs the task, and writes the picture."""
    os.environ["TEXTUAL_ANIMATIONS"] = "none"
    # What is unsaved on this machine would be offered.
    os.environ["SANDBOX_TUI_STATE"] = tempfile.mkdtemp()
    os.chdir(ROOT)
    from sandbox_tui.tui.app import SandboxApp

    app = SandboxApp(Path("sample_tasks/route_order.toml"))
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause(0.5)
        # The first run starts a worker; the second shows the time of a run.
        for _ in range(2):
            await pilot.press("f5")
            await pilot.pause(1)
        svg = app.export_screenshot(title="sandbox-tui")
    (ROOT / "docs" / "workbench.svg").write_text(svg, encoding="utf-8")


if __name__ == "__main__":
    asyncio.run(main())
