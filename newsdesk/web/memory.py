"""What costs too much to be read for every page: read anew when it is old, by one reader at a time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Lock
from typing import Generic, TypeVar

Value = TypeVar("Value")

LASTING = timedelta(seconds=60)
"""How old a value may be; the pages read it ahead twice in that time."""


class Memory(Generic[Value]):
    """A value with the instant at which it was read."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._known: tuple[datetime, Value] | None = None

    def value(self, read: Callable[[], Value], *, now: datetime, anew: bool = False) -> Value:
        """Return the value, read anew where it is too old or where that is asked for."""
        known = self._known
        if known is not None and not anew and now - known[0] < LASTING:
            return known[1]
        with self._lock:
            if self._known is known:  # else somebody has read it meanwhile
                self._known = (now, read())
            return self._known[1] if self._known else read()
