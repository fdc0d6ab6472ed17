"""How costs grow: `python tests/bench_scaling.py [--pages N…] [--sources N…] [--findings N…] [--write]`."""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from argparse import ArgumentParser
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from crawler.model import Habits, Ownership, Side, Source, SourceState, SourceType
from crawler.polling import next_due, pace_of
from tests import bench_questions, bench_running
from tests.bench_cost import System, run, swapwatch
from tests.bench_docs import put
from tests.bench_site import served


def pages(sizes: Sequence[int]) -> str:
    """Return pages a second and memory, on one core and on two, as Markdown."""
    lines = [
        "| pages | cores | CPU s per 1,000 pages, start included | pages/s | peak memory MB |",
        "| --- | --- | --- | --- | --- |",
    ]
    taskset = shutil.which("taskset")
    for size in sizes:
        for cores in (1, 2):
            with tempfile.TemporaryDirectory(prefix="swapwatch-bench-") as scratch:
                folder = Path(scratch)
                (folder / "site").mkdir()
                with served(folder / "site", pages=size) as site:
                    system = System(name="swapwatch", key="swapwatch", command=swapwatch)
                    if cores == 1:
                        if not taskset:
                            continue
                        system.command = lambda site, folder: [
                            str(taskset),
                            "-c",
                            "0",
                            *swapwatch(site, folder),
                        ]
                    one = run(system, site, folder)
            lines.append(
                f"| {size:,} | {cores} | {one.cpu * 1000 / size:.1f} | {size / one.wall:.1f} | {one.megabytes:.0f} |"
            )
    return "\n".join(lines)


def planning(count: int) -> tuple[float, float]:
    """Return the CPU milliseconds of sharing a budget out over so many sources, and of one due time."""
    now = datetime(2026, 3, 1, tzinfo=UTC)
    plain = Source(
        id="s", name="S", country="UA", side=Side.UA, ownership=Ownership.PRIVATE, languages=("uk",),
        type=SourceType.FEED, url="https://news.example/rss",
    )  # fmt: skip
    known = [
        (
            replace(plain, id=str(n)),
            SourceState(
                entries=30, habits=Habits(at=now, items=(1.0 + n % 40,) * 24, hours=(7.0,) * 24, seen=500.0)
            ),
        )
        for n in range(count)
    ]
    begin = time.process_time()
    pace = pace_of(known, a_minute=30)
    shared = time.process_time() - begin
    begin = time.process_time()
    for source, state in known[:100]:
        next_due(source, state, pace, now=now, spread=0)
    return 1000 * shared, 1000 * (time.process_time() - begin) / min(count, 100)


def sources(sizes: Sequence[int], seconds: float) -> str:
    """Return what idle sources cost, and their planning."""
    lines = [
        "| sources | sharing the budget out, CPU ms (once in ten minutes) | one due time, CPU ms |",
        "| --- | --- | --- |",
    ]
    for size in sizes:
        shared, due = planning(size)
        lines.append(f"| {size:,} | {shared:.1f} | {due:.2f} |")
    return "\n".join([bench_running.idle_table(list(sizes), seconds), "", *lines])


def main() -> int:
    """Measure and print."""
    parser = ArgumentParser()
    for name in ("pages", "sources", "findings"):
        parser.add_argument(f"--{name}", type=int, nargs="*", default=[])
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args()
    found = {}
    if given.pages:
        found["scaling pages"] = pages(given.pages)
    if given.sources:
        found["scaling sources"] = sources(given.sources, given.seconds)
    if given.findings:
        found["scaling findings"] = bench_questions.table(given.findings)
    for name, text in found.items():
        print(f"{text}\n")
        if given.write:
            put(name, text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
