"""`sandbox-tui check` of 1,000 task files, as a whole process, against `ruff check` of the same sources.

Reported, not judged: ruff is a compiled program with other rules. Both run in turn on the same files, made
here from the sample tasks.

    python benchmarks/check_files.py [FILES]
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SAMPLES = Path(__file__).parents[1] / "sample_tasks"
ROUNDS = 3


def make_files(count: int, tasks: Path, sources: Path) -> None:
    """Writes `count` task files, and the source of each as a Python file."""
    from sandbox_tui.workspace.toml import load

    samples = [path for path in sorted(SAMPLES.glob("*.toml")) if path.name != "sandbox.toml"]
    for number in range(count):
        sample = samples[number % len(samples)]
        shutil.copy(sample, tasks / f"{sample.stem}_{number}.toml")
        (sources / f"{sample.stem}_{number}.py").write_text(load(sample).source, encoding="utf-8")


def seconds(command: list[str]) -> float:
    """How long one process takes; findings are no failure."""
    began = time.perf_counter()
    done = subprocess.run(command, capture_output=True, env={**os.environ, "NO_COLOR": "1"}, check=False)
    assert done.returncode in (0, 1), done.stderr.decode()
    return time.perf_counter() - began


def main() -> int:
    """Prints files a second of both, and the ratio of their times."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000
    ruff = shutil.which("ruff") or str(Path(sys.executable).with_name("ruff"))
    if not Path(ruff).exists():
        print("ruff is not installed: nothing to compare with")
        return 0
    with tempfile.TemporaryDirectory() as folder:
        tasks, sources = Path(folder) / "tasks", Path(folder) / "sources"
        tasks.mkdir()
        sources.mkdir()
        make_files(count, tasks, sources)
        ours = [sys.executable, "-m", "sandbox_tui", "check", "--output-format", "concise", str(tasks)]
        theirs = [ruff, "check", "--no-cache", "--isolated", "--output-format", "concise", str(sources)]
        pairs = [(seconds(ours), seconds(theirs)) for _ in range(ROUNDS)]
    mine, other = (statistics.median(pair[index] for pair in pairs) for index in (0, 1))
    print(f"sandbox-tui check {count / mine:9.0f} files/s")
    print(f"ruff check        {count / other:9.0f} files/s")
    print(f"ratio of times    {statistics.median(a / b for a, b in pairs):9.1f}x (reported)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
