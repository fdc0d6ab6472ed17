"""Costs in CPU seconds of the process tree: absolute times mean little on shared machines.

usage: python tests/bench.py [--full]

Prints medians with minimum and maximum. `--full` takes more rounds.
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
COMMAND = str(Path(sys.executable).with_name("swapwatch"))


def cpu_seconds(command: list[str], cwd: Path) -> float:
    """Run a command to its end; return user and system seconds of it and its children."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, cwd=cwd, check=True, capture_output=True, env=os.environ | {"NO_COLOR": "1"})
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def row(name: str, figures: list[float], unit: str) -> str:
    """Return one line of the table."""
    return f"{name:<46}{statistics.median(figures):>9.3f}{min(figures):>9.3f}{max(figures):>9.3f}  {unit}"


def main() -> int:
    """Measure and print."""
    rounds = 9 if "--full" in sys.argv else 3
    with tempfile.TemporaryDirectory(prefix="swapwatch-bench-") as scratch:
        folder = Path(scratch)
        demo = [cpu_seconds([COMMAND, "demo", "--keep", str(folder / str(n))], folder) for n in range(rounds)]
        store = folder / "0"
        cold = {
            "swapwatch --version": [COMMAND, "--version"],
            "swapwatch search обмін": [COMMAND, "search", "обмін"],
            "swapwatch show f1": [COMMAND, "show", "f1"],
            "swapwatch export findings": [COMMAND, "export", "findings", "--format", "jsonl"],
        }
        figures = {
            name: [cpu_seconds(command, store) for _ in range(rounds)] for name, command in cold.items()
        }
    print(f"{'':<46}{'median':>9}{'min':>9}{'max':>9}")
    print(row("demo: 13 outlets, 104 articles, two passes", demo, "CPU s"))
    for name, values in figures.items():
        print(row(name, values, "CPU s"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
