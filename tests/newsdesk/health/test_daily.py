"""The job's report on a day: once, over the whole of it, with what stands out."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import structlog
from sqlalchemy import Engine

from crawler.model import CrawlReport, Outcome, SkipReason, SourceState, Stage
from newsdesk.health import daily
from storage import runs, sources
from storage.engine import transaction
from tests.newsdesk.health.days import NOW, SOURCE

TOMORROW = NOW + timedelta(days=1)


def crawl(store: Engine, source_id: str = "slovo", *, seconds: int = 2, **counts: object) -> None:
    report = CrawlReport(
        source_id=source_id, started=NOW, finished=NOW + timedelta(seconds=seconds),
        **({"outcome": Outcome.STORED} | counts),  # type: ignore[arg-type]
    )  # fmt: skip
    with transaction(store) as session:
        runs.record(session, report)


def test_a_day_is_reported_once_with_drops_and_what_stands_out(store: Engine, tmp_path: Path) -> None:
    dropped = ((SkipReason.OFF_TOPIC, 7), (SkipReason.ROBOTS, 2))
    crawl(
        store,
        leads_new=10,
        fetched=8,
        findings=1,
        requests=9,
        kilobytes=120,
        skipped=dropped,
        dropped_at=((Stage.FETCH, SkipReason.ROBOTS, 2), (Stage.TAG, SkipReason.OFF_TOPIC, 7)),
    )
    crawl(
        store,
        "slow",
        seconds=40,
        leads_new=1,
        skipped=((SkipReason.OFF_TOPIC, 1),),
        dropped_at=((Stage.TAG, SkipReason.OFF_TOPIC, 1),),
    )
    crawl(store, outcome=Outcome.ERROR, error="HTTP 500")
    with transaction(store) as session:
        sources.save_state(session, "slovo", SourceState(last_poll=NOW, failures=1, error="HTTP 500"))
    with structlog.testing.capture_logs() as logged:
        assert daily.report(store, [SOURCE], now=TOMORROW) is not None
        assert daily.report(store, [SOURCE], now=TOMORROW + timedelta(hours=1)) is None
    (line,) = logged
    assert line["day"] == "2026-03-20"
    assert (line["sources"], line["polls"], line["failed"], line["new"], line["findings"]) == (2, 3, 1, 11, 1)
    assert line["dropped"] == {"fetch": {"robots": 2}, "tag": {"off_topic": 8}}
    assert (line["requests"], line["kilobytes"]) == (9, 120)
    assert line["slowest"][0] == "slow 40.0s"
    assert line["broken"] == ["slovo failing"]


def test_a_day_without_a_poll_is_no_report(store: Engine) -> None:
    crawl(store, leads_new=10)
    with structlog.testing.capture_logs() as logged:
        daily.report(store, [SOURCE], now=NOW)
    assert logged == []
