"""The clock of the machine, which may be set back or forward, or stand still with a suspended machine."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

JUMP = timedelta(seconds=30)
"""A difference between the clock and the time that passed that is no mere adjustment."""


def believable(due: datetime, *, now: datetime, longest: timedelta) -> datetime:
    """Return when something is due; now where that lies further ahead than anything is put off.

    Such a time was written while the clock was ahead: waiting for it would be silence for as long as it was wrong.

    >>> noon = datetime(2026, 3, 5, 12, tzinfo=UTC)
    >>> believable(noon.replace(year=2027), now=noon, longest=timedelta(hours=1)) == noon
    True
    """
    return now if due > now + longest else due


@dataclass(slots=True)
class Drift:
    """Notices when the clock was set, by the time that passed meanwhile."""

    wall: Callable[[], datetime] = lambda: datetime.now(UTC)
    passed: Callable[[], float] = time.monotonic
    _offset: timedelta | None = field(default=None, init=False)

    def jump(self) -> timedelta:
        """Return by how much the clock was set since the last call: zero where it ran on, negative where it went back."""
        offset = self.wall() - datetime.min.replace(tzinfo=UTC) - timedelta(seconds=self.passed())
        before, self._offset = self._offset, offset
        found = offset - before if before is not None else timedelta()
        return found if abs(found) >= JUMP else timedelta()
