"""What each crawl did, counted; and the same by source and day, which is what people ask for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from crawler.model import CrawlReport, Outcome, SourceState
from storage import sources
from storage.job_tables import RunCountRow, RunRow, SourceDayRow

COUNTED = (
    "leads_new", "leads_changed", "fetched", "findings", "near_misses", "versions", "requests", "kilobytes",
    "entries", "dates_ahead", "dates_unread", "overflows",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """What all crawls of one source on one UTC day counted, by name of the count."""

    day: date
    counts: Mapping[str, int]

    def __getitem__(self, what: str) -> int:
        return self.counts.get(what, 0)


def end(session: Session, report: CrawlReport, state: SourceState) -> None:
    """Remember how a poll ended, and how its source fares since."""
    sources.save_state(session, report.source_id, state)
    record(session, report)


def record(session: Session, report: CrawlReport) -> int:
    """Store a crawl's report and add it to its day; return the run's number."""
    run = RunRow(
        source_id=report.source_id,
        started=report.started,
        finished=report.finished,
        outcome=report.outcome,
        error=report.error,
        url=report.url,
    )
    session.add(run)
    session.flush()
    counts = {what: count for what, count in _counts(report).items() if count}
    session.add_all(RunCountRow(run_id=run.id, what=what, count=count) for what, count in counts.items())
    _add_to_day(session, report, counts)
    return run.id


def _counts(report: CrawlReport) -> dict[str, int]:
    counts: dict[str, int] = {name: getattr(report, name) for name in COUNTED}
    counts |= {f"skipped:{reason}": count for reason, count in report.skipped}
    counts |= {f"dropped_at:{stage}:{reason}": count for stage, reason, count in report.dropped_at}
    return counts | {f"language:{code}": count for code, count in report.languages}


def _add_to_day(session: Session, report: CrawlReport, counts: Mapping[str, int]) -> None:
    day = report.started.astimezone(UTC).date()
    seconds = report.finished - report.started
    added = {
        **counts,
        "polls": 1,
        "failed": int(report.outcome is Outcome.ERROR),
        "milliseconds": int(seconds / timedelta(milliseconds=1)),
    }
    rows = session.scalars(
        select(SourceDayRow).where(SourceDayRow.source_id == report.source_id, SourceDayRow.day == day)
    )
    known = {row.what: row for row in rows}
    for what, count in added.items():
        if row := known.get(what):
            row.count += count
        elif count:
            session.add(SourceDayRow(source_id=report.source_id, day=day, what=what, count=count))


def days(session: Session, *, since: date) -> dict[str, tuple[Day, ...]]:
    """Return for each source the days from `since` on with what they counted, oldest first."""
    found: dict[str, dict[date, dict[str, int]]] = {}
    rows = session.execute(
        select(SourceDayRow.source_id, SourceDayRow.day, SourceDayRow.what, SourceDayRow.count)
        .where(SourceDayRow.day >= since)
        .order_by(SourceDayRow.day)
    )
    for source_id, day, what, count in rows:
        found.setdefault(source_id, {}).setdefault(day, {})[what] = int(count)
    return {
        source_id: tuple(Day(day=day, counts=counts) for day, counts in by_day.items())
        for source_id, by_day in found.items()
    }


def prune(session: Session, *, now: datetime, keep_days: int) -> int:
    """Forget single crawls of long ago, whose sums their days keep; return how many."""
    old = select(RunRow.id).where(RunRow.started < now - timedelta(days=keep_days))
    session.execute(delete(RunCountRow).where(RunCountRow.run_id.in_(old)))
    result = session.execute(delete(RunRow).where(RunRow.started < now - timedelta(days=keep_days)))
    return int(getattr(result, "rowcount", 0))
