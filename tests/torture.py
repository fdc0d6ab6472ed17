"""Kill a crawl of the newsroom at random instants and look for what is lost or doubled.

usage: python tests/torture.py [KILLS]

Claims 'process crash' only: the system's cache survives a kill, a power cut is another matter.
"""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

KILLS = 30
COMMAND = str(Path(sys.executable).with_name("swapwatch"))


def crawl(folder: Path, *, kill_after: float | None) -> None:
    """Run one pass; kill its whole process group after so many seconds."""
    process = subprocess.Popen(
        [COMMAND, "--config", str(folder / "config.yaml"), "run", "--once"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        process.wait(kill_after or 120)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def faults(database: Path, articles: int) -> list[str]:
    """Return what is wrong with a store that has read the whole newsroom."""
    with closing(sqlite3.connect(database)) as store:
        leads = dict(store.execute("select state, count(*) from lead group by state"))
        checks = {
            "integrity": store.execute("pragma integrity_check").fetchone()[0] != "ok",
            "foreign keys": bool(store.execute("pragma foreign_key_check").fetchall()),
            "leads pending": bool(leads.get("pending")),
            "leads lost or doubled": sum(leads.values()) != articles,
            "findings without text index": store.execute(
                "select count(*) from finding where id not in (select rowid from search_fts)"
            ).fetchone()[0]
            > 0,
            "articles twice": store.execute(
                "select count(*) - count(distinct address) from article"
            ).fetchone()[0]
            > 0,
        }
    return [name for name, wrong in checks.items() if wrong]


def main() -> int:
    """Kill, restart, and look."""
    from newsdesk.newsroom import Newsroom, demo_config
    from newsdesk.newsroom.stories import outlets

    kills = int(sys.argv[1]) if len(sys.argv) > 1 else KILLS
    articles = sum(len(outlet.stories) for outlet in outlets())
    chance = random.Random(1)
    bad = 0
    with Newsroom.open() as room, tempfile.TemporaryDirectory(prefix="swapwatch-torture-") as scratch:
        for number in range(0, kills, 3):
            folder = Path(scratch) / str(number)
            folder.mkdir()
            demo_config(room, folder)
            for _ in range(3):
                crawl(folder, kill_after=chance.uniform(0.5, 3.0))
            crawl(folder, kill_after=None)
            time.sleep(0.1)
            found = faults(folder / "data" / "swapwatch.db", articles)
            verify = [COMMAND, "--config", str(folder / "config.yaml"), "verify"]
            if subprocess.run(verify, capture_output=True, check=False).returncode:
                found.append("evidence not as it was kept")
            bad += bool(found)
            print(
                f"kills {number + 1} to {number + 3}: {', '.join(found) or 'nothing lost, nothing doubled'}"
            )
    return int(bad > 0)


if __name__ == "__main__":
    sys.exit(main())
