"""The clock is set back and forward under a running job, the machine sleeps: no poll is missed, none is doubled."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.newsdesk.cli.daemon import Daemon, Outlets, daemon, outlets, wait_for

HOUR = 3600
YEAR = 365 * 24 * HOUR

CONFIG = """\
version: 1
contact: a@example.invalid
network: {{allow_private: [127.0.0.1]}}
defaults: {{interval: {interval}, delay: 0s}}
sources:
- {{id: one, name: One, country: UA, side: ua, ownership: private, languages: [uk], type: feed, url: '{url}/one.rss'}}
"""


@pytest.fixture
def served() -> Iterator[Outlets]:
    with outlets() as found:
        yield found


class Clock:
    """The wall clock of a job and its workers, set by a file; the time that passes is the true one."""

    def __init__(self, folder: Path) -> None:
        compiler = shutil.which("cc")
        if compiler is None:
            pytest.skip("no C compiler: the clock of a process can't be set without one")
        library, self.file = folder / "clock.so", folder / "clock"
        source = Path(__file__).with_name("clock.c")
        subprocess.run([compiler, "-shared", "-fPIC", "-o", library, source, "-ldl"], check=True)
        self.set(0)
        self.environ = {"LD_PRELOAD": str(library), "CLOCK_FILE": str(self.file)}

    def set(self, seconds: int) -> None:
        """Let the clock stand so far from the true time."""
        half = self.file.with_suffix(".new")
        half.write_text(f"{seconds}\n")
        half.rename(self.file)


def polls_on(running: Daemon, served: Outlets, more: int = 3) -> bool:
    before = served.asked["/one.rss"]
    return wait_for(lambda: served.asked["/one.rss"] >= before + more)


def test_a_clock_that_is_set_neither_stops_the_polls_nor_doubles_them(
    served: Outlets, tmp_path: Path
) -> None:
    clock = Clock(tmp_path)
    (tmp_path / "config.yaml").write_text(CONFIG.format(url=served.url, interval="2s"))
    with daemon(tmp_path, **clock.environ) as running:
        assert polls_on(running, served)
        for seconds in (-HOUR, YEAR, 0):
            clock.set(seconds)
            assert wait_for(lambda: bool(running.logged("clock_set")))
            assert polls_on(running, served), seconds
        assert wait_for(lambda: len(running.logged("clock_set")) == 3)
        begun, before = time.monotonic(), served.asked["/one.rss"]
        time.sleep(5)
        took = time.monotonic() - begun
        assert served.asked["/one.rss"] - before <= took / 1.8 + 1
        status = running.ask("health")
        assert "no sign of life" not in status.stdout


def test_a_year_that_was_none_keeps_nobody_waiting_after_a_restart(served: Outlets, tmp_path: Path) -> None:
    """The due time was stored by a clock that was a year ahead."""
    clock = Clock(tmp_path)
    (tmp_path / "config.yaml").write_text(CONFIG.format(url=served.url, interval="1h"))
    clock.set(YEAR)
    with daemon(tmp_path, **clock.environ) as running:
        assert wait_for(lambda: served.asked["/one-1"] > 0)
    clock.set(0)
    before = served.asked["/one.rss"]
    with daemon(tmp_path, **clock.environ) as running:
        assert wait_for(lambda: served.asked["/one.rss"] > before), running.logged("watching")


def test_a_job_that_was_stopped_for_a_while_catches_up_once(served: Outlets, tmp_path: Path) -> None:
    """As a suspended machine does: the polls that were missed are one."""
    (tmp_path / "config.yaml").write_text(CONFIG.format(url=served.url, interval="2s"))
    with daemon(tmp_path) as running:
        assert polls_on(running, served, more=1)
        os.kill(running.process.pid, signal.SIGSTOP)
        time.sleep(0.5)
        before = served.asked["/one.rss"]
        time.sleep(8)
        assert served.asked["/one.rss"] - before <= 1  # one may have been on its way
        before = served.asked["/one.rss"]
        os.kill(running.process.pid, signal.SIGCONT)
        assert wait_for(lambda: served.asked["/one.rss"] > before)
        time.sleep(1)
        assert served.asked["/one.rss"] - before <= 2  # not the four that were missed
        assert polls_on(running, served, more=1)
