"""Ends a process whose event loop stands still: a job that hangs must not look like one that finds nothing."""

from __future__ import annotations

import faulthandler
import os
import sys
import threading
import time
from collections.abc import Callable
from typing import Self

import structlog

STANDSTILL_SECONDS = 300
"""How long the loop may stand still before the process ends: longer than anything that it does at one go."""

EXIT_CODE = 70
"""What the process ends with; a supervisor that restarts on failure starts it anew."""

log = structlog.get_logger("swapwatch.watchdog")


class Watchdog:
    """Counts its own ticks since the last sign of life, not the time: a suspended machine is no standstill."""

    def __init__(
        self, *, seconds: int = STANDSTILL_SECONDS, bite: Callable[[], None] | None = None, tick: float = 1.0
    ) -> None:
        self._ticks = 0
        self._most = seconds
        self._tick = tick
        self._bite = bite or self._end
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="watchdog", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()

    def alive(self) -> None:
        """Give a sign of life; called on the loop."""
        self._ticks = 0

    def _watch(self) -> None:
        while not self._over.is_set():
            time.sleep(self._tick)
            self._ticks += 1
            if self._ticks > self._most:
                self._bite()
                return

    def _end(self) -> None:
        log.critical(
            "standstill",
            seconds=self._most,
            remedy="the process ends and is to be started anew; report the traces",
        )
        faulthandler.dump_traceback(file=sys.stderr, all_threads=True)
        os._exit(EXIT_CODE)
