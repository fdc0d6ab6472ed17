"""What a process and all it started cost: proportional memory, CPU seconds, open files, threads."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

COMMAND = str(Path(sys.executable).with_name("swapwatch"))
MB = 1024


@dataclass(slots=True)
class Sample:
    """One look at a process tree; memory in MB."""

    tree: float = 0.0
    main: float = 0.0
    files: int = 0
    threads: int = 0
    processes: int = 0


@dataclass(slots=True)
class Watched:
    """A running command whose cost is looked at, again and again."""

    process: subprocess.Popen[bytes]
    samples: list[Sample] = field(default_factory=list)

    @property
    def peak(self) -> Sample:
        """The most of each figure."""
        return Sample(
            tree=max((one.tree for one in self.samples), default=0),
            main=max((one.main for one in self.samples), default=0),
            files=max((one.files for one in self.samples), default=0),
            threads=max((one.threads for one in self.samples), default=0),
            processes=max((one.processes for one in self.samples), default=0),
        )

    def look(self) -> Sample:
        """Look now; what ends meanwhile counts nothing."""
        found = Sample()
        for pid in [self.process.pid, *_descendants(self.process.pid)]:
            memory = _pss(pid)
            found.tree += memory
            found.processes += memory > 0
            if pid == self.process.pid:
                found.main = memory
                found.files = _count(pid, "fd")
                found.threads = _count(pid, "task")
        self.samples.append(found)
        return found


def _pss(pid: int) -> float:
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) / MB
    except (OSError, ProcessLookupError):
        pass
    return 0.0


def _count(pid: int, what: str) -> int:
    try:
        return sum(1 for _ in Path(f"/proc/{pid}/{what}").iterdir())
    except OSError:
        return 0


def _descendants(pid: int) -> Iterator[int]:
    try:
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
        children = [int(child) for task in tasks for child in (task / "children").read_text().split()]
    except OSError:
        return
    for child in children:
        yield child
        yield from _descendants(child)


@contextmanager
def watched(folder: Path, *arguments: str, every: float = 1.0) -> Iterator[Watched]:
    """Run `swapwatch` in a folder for the time of the block and look at it every so many seconds."""
    with (folder / "log").open("ab") as log:
        process = subprocess.Popen([COMMAND, *arguments], cwd=folder, stdout=log, stderr=log)
    found, over = Watched(process), threading.Event()

    def looking() -> None:
        while not over.wait(every):
            found.look()

    thread = threading.Thread(target=looking, daemon=True)
    thread.start()
    try:
        yield found
    finally:
        over.set()
        thread.join()
        if process.poll() is None:
            process.terminate()
            process.wait(30)
