"""Killed at random instants: a light writer, the whole job, and the job told to stop."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from tests.kills import oracle, stories
from tests.kills.instants import forked
from tests.kills.outlet import Outlets, outlets

COMMAND = str(Path(sys.executable).with_name("swapwatch"))

KILLS_A_STORE = 25
"""Kills after which a store is brought to its end and a new one begun."""

STOP_SECONDS = 10
END_SECONDS = 120

Tell = Callable[[str], None]


def writer(kills: int, *, seed: int = 1) -> list[str]:
    """Kill a process that stores one story after the other; return what is wrong."""
    chance, bad = random.Random(seed), []
    for first in range(0, kills, KILLS_A_STORE):
        with tempfile.TemporaryDirectory(prefix="swapwatch-writer-") as name:
            folder, tokens, acknowledged = Path(name), [], set()
            url = f"sqlite:///{folder}/swapwatch.db"
            for number in range(first, min(first + KILLS_A_STORE, kills)):
                tokens += [f"k{number}x{story}" for story in range(4)]
                ended = forked(
                    partial(stories.store, tokens=tuple(tokens)), folder, kill_after=chance.uniform(0, 0.25)
                )
                acknowledged |= set(ended.said)
                if ended.code not in (0, -signal.SIGKILL):
                    bad.append(f"kill {number}: ended {ended}")
                elif (folder / "swapwatch.db").exists():
                    found = oracle.after_a_kill(url, folder, acknowledged=acknowledged)
                    bad += [f"kill {number}: {one}" for one in found]
            forked(partial(stories.store, tokens=tuple(tokens)), folder)
            bad += [f"after kill {number}: {one}" for one in oracle.at_the_end(url, folder, served=tokens)]
    return bad


class Job:
    """`swapwatch run` in a folder, started again and again; what it logged as kept adds up."""

    def __init__(self, folder: Path, *, database: str | None = None) -> None:
        self.folder = folder
        self.url = database or f"sqlite:///{folder}/data/swapwatch.db"
        self.log = folder / "log"
        self.log.touch()
        self.watched = 0
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.watched = len(self.lines("watching"))
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [COMMAND, "run", "--log", "json"],
                cwd=self.folder, stderr=log, stdout=subprocess.DEVNULL, start_new_session=True,
            )  # fmt: skip

    def kill(self) -> None:
        """Kill the job alone: its workers have to notice by themselves."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def stop(self) -> tuple[int, float]:
        """Tell it to stop; return its exit code and how long it took."""
        assert self.process is not None
        begun = time.monotonic()
        self.process.terminate()
        try:
            code = self.process.wait(4 * STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
            code = -signal.SIGKILL
        return code, time.monotonic() - begun

    @property
    def over(self) -> bool:
        """True once it ended."""
        return self.process is not None and self.process.poll() is not None

    def lines(self, event: str) -> list[dict[str, object]]:
        """Return whole log lines of an event, of all starts."""
        found = []
        for line in self.log.read_bytes().decode(errors="replace").splitlines():
            if f'"{event}"' in line:
                try:
                    found.append(json.loads(line))
                except ValueError:
                    continue  # cut in two by a kill
        return [one for one in found if one.get("event") == event]

    def acknowledged(self) -> set[str]:
        return {str(one["url"]).rpartition("/")[2] for one in self.lines("kept")}

    def wait_watching(self) -> None:
        """Wait until it has read its config and watches, since it was started last."""
        before = self.watched
        if not _until(lambda: len(self.lines("watching")) > before or self.process.poll() is not None, 60):  # type: ignore[union-attr]
            raise RuntimeError(f"the job does not begin to watch: {self.log.read_text()[-2000:]}")
        if self.process is None or self.process.poll() is not None:
            raise RuntimeError(f"the job does not start: {self.log.read_text()[-2000:]}")

    def to_the_end(self, room: Outlets) -> list[str]:
        """Let it read on until all is there that was served, stop it, and return what is wrong."""
        room.growing = False
        self.start()
        self.wait_watching()
        served = set(room.served)
        _until(lambda: served <= oracle.stored(self.url), END_SECONDS)
        time.sleep(1)
        code, seconds = self.stop()
        found = [] if code == 0 and seconds <= STOP_SECONDS else [f"ended with {code} after {seconds:.1f} s"]
        return found + oracle.at_the_end(self.url, self.folder / "data", served=served)


def daemon(kills: int, *, seed: int = 1, gently: bool = False, tell: Tell = print) -> list[str]:
    """Kill the whole job, or tell it to stop, at random instants of its work; return what is wrong."""
    chance, bad, slowest = random.Random(seed), [], 0.0
    for first in range(0, kills, KILLS_A_STORE):
        with outlets() as room, tempfile.TemporaryDirectory(prefix="swapwatch-daemon-") as name:
            folder = Path(name)
            room.config(folder)
            job = Job(folder)
            for number in range(first, min(first + KILLS_A_STORE, kills)):
                job.start()
                if chance.random() < 0.8:  # the rest is hit while it starts, too
                    job.wait_watching()
                time.sleep(chance.uniform(0, 2.5))
                if gently:
                    code, seconds = job.stop()
                    slowest = max(slowest, seconds)
                    if code not in (0, -signal.SIGTERM) or seconds > STOP_SECONDS:
                        bad.append(f"stop {number}: exit code {code} after {seconds:.1f} s")
                else:
                    job.kill()
                if (folder / "data" / "swapwatch.db").exists():
                    found = oracle.after_a_kill(job.url, folder / "data", acknowledged=job.acknowledged())
                    bad += [f"kill {number}: {one}" for one in found]
            bad += [f"after kill {number}: {one}" for one in job.to_the_end(room)]
            tell(f"  {number + 1} of {kills}: {len(room.served)} reports served, {len(bad)} wrong so far")
    if gently:
        tell(f"  slowest stop: {slowest:.1f} s")
    return bad


def _until(condition: Callable[[], bool], seconds: float) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.1)
    return False
