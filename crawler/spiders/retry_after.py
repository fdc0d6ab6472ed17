"""Retry-After, in seconds, whatever a server writes there."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

UNREADABLE = 300.0
"""Seconds to pause where a host asks for a pause in words nobody can read."""


def pause_asked(raw: str | None, *, now: datetime) -> float | None:
    """Return the seconds of pause a Retry-After header asks for; None where there is no header.

    RFC 9110, 10.2.3: a number of seconds or an HTTP date. A date gone by or a negative number is no pause.

    >>> pause_asked("120", now=datetime(2026, 1, 1, tzinfo=UTC))
    120.0
    """
    if raw is None:
        return None
    text = raw.strip()
    try:
        return max(float(int(text)), 0.0)
    except ValueError:
        pass
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return UNREADABLE
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return max((at - now).total_seconds(), 0.0)
