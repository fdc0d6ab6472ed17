"""The job's report on itself, logged once a day: polled, found, dropped and why, slowest, broken."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import Engine

from crawler.model import Source, Stage
from newsdesk.health.looking import look
from newsdesk.health.sources import State
from storage import notes, runs
from storage.engine import transaction
from storage.runs import Day

REPORTED = "day reported"

SHOWN = 5
"""Sources that are named under each heading."""

log = structlog.get_logger("swapwatch.health")


def report(engine: Engine, configured: Sequence[Source], *, now: datetime) -> dict[str, Any] | None:
    """Log what the last whole UTC day brought, once; return it, or None where that was done."""
    yesterday = now.date() - timedelta(days=1)
    with transaction(engine) as session:
        last = notes.read(session, REPORTED)
        if last is not None and last.words >= yesterday.isoformat():
            return None
        days = runs.days(session, since=yesterday)
        broken = [
            f"{one.source_id} {one.state}"
            for one in look(session, configured, now=now)
            if one.state in (State.GONE, State.BLOCKED, State.FAILING, State.QUIET)
        ]
        notes.write(session, REPORTED, yesterday.isoformat(), now=now)
    said = summary({source_id: _of(found, yesterday) for source_id, found in days.items()})
    if said["polls"]:
        log.info("day", day=yesterday.isoformat(), broken=broken, **said)
    return said


def _of(days: Sequence[Day], wanted: date) -> Day:
    return next((day for day in days if day.day == wanted), Day(day=wanted, counts={}))


def summary(days: Mapping[str, Day]) -> dict[str, Any]:
    """Return the sums of one day over all sources, and those that stand out."""
    total: Counter[str] = Counter()
    for day in days.values():
        total.update(day.counts)
    seconds = {one: day["milliseconds"] / max(day["polls"], 1) / 1000 for one, day in days.items()}
    return {
        "sources": sum(day["polls"] > 0 for day in days.values()),
        "polls": total["polls"],
        "failed": total["failed"],
        "new": total["leads_new"],
        "fetched": total["fetched"],
        "findings": total["findings"],
        "near_misses": total["near_misses"],
        "dropped": _dropped(total),
        "requests": total["requests"],
        "kilobytes": total["kilobytes"],
        "slowest": [
            f"{one} {seconds[one]:.1f}s" for one in sorted(seconds, key=lambda one: -seconds[one])[:SHOWN]
        ],
    }


def _dropped(total: Counter[str]) -> dict[str, dict[str, int]]:
    """Return how many were dropped at each stage, by reason, in the order in which an article meets the stages."""
    found: dict[str, dict[str, int]] = {str(stage): {} for stage in Stage}
    for what, count in total.most_common():
        name, _, where = what.partition(":")
        stage, _, reason = where.partition(":")
        if name == "dropped_at" and reason:
            found[stage][reason] = count
    return {stage: reasons for stage, reasons in found.items() if reasons}
