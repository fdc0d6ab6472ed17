"""Many alerts in one message, and when no message may go out. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from crawler.config import QuietHours
from storage.outbox import Alert

MOST_LINES = 40
"""Alerts that one message names; the rest is counted."""


def message(alerts: Sequence[Alert]) -> tuple[str, str]:
    """Return title and text of one message for these alerts."""
    if len(alerts) == 1:
        return f"swapwatch: {_line(alerts[0].title)}", _entry(alerts[0])
    counts = Counter(str(alert.kind).replace("_", " ") for alert in alerts)
    summary = ", ".join(f"{count} {kind}" for kind, count in counts.most_common())
    lines = [_entry(alert) for alert in alerts[:MOST_LINES]]
    if len(alerts) > MOST_LINES:
        lines.append(f"and {len(alerts) - MOST_LINES} more: swapwatch alerts")
    return f"swapwatch: {len(alerts)} alerts ({summary})", "\n\n".join(lines)


def _entry(alert: Alert) -> str:
    body = f"\n{alert.body}" if alert.body else ""
    return f"{alert.at:%Y-%m-%d %H:%MZ} {_line(alert.title)}{body}"


def _line(text: str) -> str:
    """Return text as one line: what an outlet wrote makes no second header of a mail."""
    return " ".join(text.split())[:300]


def is_quiet(hours: QuietHours | None, now: datetime) -> bool:
    """Say whether nobody may be told anything now; hours may go past midnight."""
    if hours is None or hours.begin == hours.until:
        return False
    clock = now.astimezone(ZoneInfo(hours.timezone)).time()
    if hours.begin < hours.until:
        return hours.begin <= clock < hours.until
    return clock >= hours.begin or clock < hours.until
