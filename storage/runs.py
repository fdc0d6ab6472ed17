"""What each crawl did, counted."""

from __future__ import annotations

from sqlalchemy.orm import Session

from crawler.model import CrawlReport
from storage.tables import RunCountRow, RunRow

COUNTED = ("leads_new", "leads_changed", "fetched", "findings", "near_misses", "versions", "requests")


def record(session: Session, report: CrawlReport) -> int:
    """Store a crawl's report; return the run's number."""
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
    counts = {name: getattr(report, name) for name in COUNTED}
    counts |= {f"skipped:{reason}": count for reason, count in report.skipped}
    session.add_all(
        RunCountRow(run_id=run.id, what=what, count=count) for what, count in counts.items() if count
    )
    return run.id
