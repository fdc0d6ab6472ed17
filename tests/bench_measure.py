"""Run a command and measure its whole process tree: `python tests/bench_measure.py COMMAND…` prints JSON as its last line.

CPU seconds of every descendant, also of those that outlive their parents (worker pools do); the largest sum of proportional
memory (PSS), looked at several times a second; wall seconds.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

LOOK_SECONDS = 0.25
SET_CHILD_SUBREAPER = 36


def descendants(pid: int) -> list[int]:
    """Return a process's children and theirs."""
    found, todo = [], [pid]
    while todo:
        parent = todo.pop()
        children: list[int] = []
        for tasks in Path(f"/proc/{parent}/task").glob("*/children"):
            with suppress(OSError):
                children += [int(one) for one in tasks.read_text().split()]
        found += children
        todo += children
    return found


def proportional_kilobytes(pid: int) -> int:
    """Return a process's memory, shared pages shared out among those that share them."""
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1])
    return 0


class Peak(threading.Thread):
    """Looks at the memory of the process tree until told to stop."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.kilobytes = 0
        self.done = threading.Event()

    def run(self) -> None:
        """Keep the largest sum."""
        while not self.done.wait(LOOK_SECONDS):
            self.kilobytes = max(
                self.kilobytes, sum(proportional_kilobytes(one) for one in descendants(os.getpid()))
            )


def reap_orphans(seconds: float = 20.0) -> None:
    """Wait for descendants that outlived their parents: their CPU counts once they are waited for."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            pid, _ = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            time.sleep(0.05)
    print(f"still running: {descendants(os.getpid())}", file=sys.stderr)


def main() -> int:
    """Run the command, wait for all that came of it, print."""
    ctypes.CDLL(None).prctl(SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    peak = Peak()
    peak.start()
    begin = time.monotonic()
    status = subprocess.run(sys.argv[1:], check=False, stdout=sys.stderr).returncode
    wall = time.monotonic() - begin
    peak.done.set()
    reap_orphans()
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(
        json.dumps(
            {
                "status": status,
                "cpu": used.ru_utime + used.ru_stime,
                "wall": wall,
                "megabytes": peak.kilobytes / 1024,
            }
        )
    )
    return status


if __name__ == "__main__":
    sys.exit(main())
