"""What swapwatch costs, beside other tools: prints every table of docs/performance.md and writes it there.

usage: python tests/bench.py [--full] [--only PART…] [--dry]

Costs are CPU seconds of the process tree: absolute times mean little on shared machines. `--full` takes more pages, rounds and
sizes; `--only` some parts; `--dry` prints and writes nothing. A goal that is missed is printed as **BEHIND**.
"""

from __future__ import annotations

import os
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from argparse import ArgumentParser
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from tests import (
    bench_cost,
    bench_extractors,
    bench_questions,
    bench_running,
    bench_scaling,
    simulate_polling,
)
from tests.bench_docs import DOCS, plot, put, spread

COMMAND = str(Path(sys.executable).with_name("swapwatch"))
GOAL_SEARCH = 0.7


def cpu_seconds(command: list[str], cwd: Path) -> float:
    """Run a command to its end; return user and system seconds of it and its children."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, cwd=cwd, check=True, capture_output=True, env=os.environ | {"NO_COLOR": "1"})
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def commands(*, full: bool) -> str:
    """Return what commands cost from cold, and what a finding costs its outlets, as Markdown."""
    rounds = 9 if full else 5
    lines = ["| command, over the demo's store | CPU s |", "| --- | --- |"]
    with tempfile.TemporaryDirectory(prefix="swapwatch-bench-") as scratch:
        store = Path(scratch) / "demo"
        demo = cpu_seconds([COMMAND, "demo", "--keep", str(store)], Path(scratch))
        cold = (
            ("--version",),
            ("search", "обмін"),
            ("show", "f1"),
            ("export", "findings", "--format", "jsonl"),
        )
        for words in cold:
            took = [cpu_seconds([COMMAND, *words], store) for _ in range(rounds)]
            behind = (
                " **BEHIND** 0.7" if words[0] == "search" and sorted(took)[rounds // 2] > GOAL_SEARCH else ""
            )
            lines.append(f"| `swapwatch {' '.join(words)}` | {spread(took, '.2f')}{behind} |")
        lines.append(f"| `swapwatch demo`: 13 outlets, 104 articles, two passes | {demo:.1f} |")
        return "\n".join([*lines, "", _of_a_finding(store)])


def _of_a_finding(store: Path) -> str:
    file = next((store / "data").glob("*.db"))
    with closing(sqlite3.connect(file)) as database:
        counts = dict(database.execute("select what, sum(count) from source_day group by what").fetchall())
        (kept,) = database.execute("select count(*) from finding where standing = 'relevant'").fetchone()
    requests, kilobytes = counts.get("requests", 0), counts.get("kilobytes", 0)
    return (
        f"In the demo newsroom {kept} findings took {requests:,} requests and {kilobytes:,} kB on the wire, both passes, lists and robots.txt included:"
        f" {requests / kept:.1f} requests and {kilobytes / kept:.0f} kB a finding."
    )


def polling(*, full: bool) -> str:
    """Return the comparison of polling rules; the plot is drawn by the full one."""
    text, curves = simulate_polling.table((6.0, 15.0, 30.0, 60.0) if full else (6.0, 30.0), days=6.0)
    if full:
        (DOCS / "polling.svg").write_text(plot(curves), encoding="utf-8")
    return text


def cost(*, full: bool) -> str:
    """Return the cost of a page beside other tools."""
    with tempfile.TemporaryDirectory(prefix="swapwatch-bench-") as scratch:
        return bench_cost.compare(pages=1_000 if full else 96, rounds=5 if full else 3, scratch=Path(scratch))


def parts(*, full: bool) -> dict[str, Callable[[], str]]:
    """Return the parts by the names of their markers, in the order in which they are measured."""
    found: dict[str, Callable[[], str]] = {
        "cost": lambda: cost(full=full),
        "extractors": bench_extractors.table,
        "commands": lambda: commands(full=full),
        "first poll": lambda: bench_running.first_poll(5 if full else 3),
        "noticed": lambda: bench_running.noticed(300 if full else 60),
        "idle": lambda: bench_running.idle_table([500], 600 if full else 60),
        "questions": lambda: bench_questions.table([100_000, 1_000_000] if full else [10_000]),
    }
    if full:
        found |= {
            "polling": lambda: polling(full=True),
            "scaling pages": lambda: bench_scaling.pages([100, 1_000, 10_000, 100_000]),
            "scaling sources": lambda: bench_scaling.sources([10, 100, 500, 2_000], 300),
            "scaling findings": lambda: bench_questions.table([1_000, 10_000, 100_000, 1_000_000]),
        }
    return found


def main() -> int:
    """Measure, print, write."""
    parser = ArgumentParser()
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--dry", action="store_true")
    parser.add_argument("--only", nargs="*", default=[])
    given = parser.parse_args()
    for name, work in parts(full=given.full).items():
        if given.only and name not in given.only:
            continue
        begin = time.monotonic()
        text = work()
        print(f"\n{name} ({time.monotonic() - begin:.0f} s)\n\n{text}", flush=True)
        if not given.dry:
            put(name, text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
