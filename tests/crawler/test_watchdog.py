"""A loop that stands still ends its process; a machine that slept does not."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

from crawler.watchdog import EXIT_CODE

STANDING_STILL = """
import time
from crawler.watchdog import Watchdog
with Watchdog(seconds=3, tick=0.1) as watchdog:
    print("standing", flush=True)
    time.sleep(600)
"""

TURNING = """
import sys, time
from crawler.watchdog import Watchdog
with Watchdog(seconds=20, tick=0.1) as watchdog:
    print("turning", flush=True)
    for _ in range(60):
        watchdog.alive()
        time.sleep(0.1)
"""


def started(program: str) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline()
    return process


def test_a_loop_that_stands_still_ends_the_process_with_its_traces() -> None:
    process = started(STANDING_STILL)
    printed, said = process.communicate(timeout=60)
    assert process.returncode == EXIT_CODE
    assert "standstill" in printed + said  # where the line goes is the logger's choice
    assert 'File "<string>", line 6' in said


def test_a_process_that_was_stopped_for_longer_goes_on() -> None:
    process = started(TURNING)
    os.kill(process.pid, signal.SIGSTOP)
    time.sleep(3)
    os.kill(process.pid, signal.SIGCONT)
    process.communicate(timeout=60)
    assert process.returncode == 0
