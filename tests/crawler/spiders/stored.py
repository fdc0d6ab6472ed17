"""A job over a real store with a clock of the test's own, asked what an analyst would ask."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from crawler.config import Config
from crawler.model import CrawlReport, Source, SourceState
from crawler.spiders import Crawling
from scheduler import Job
from storage import engine as database
from storage import migrate, queries
from storage.captures import WarcArchive
from storage.engine import transaction
from storage.queries import WholeFinding
from storage.tables import FindingRow, LeadRow

START = datetime(2026, 3, 5, 12, 0, tzinfo=UTC)


@dataclass(slots=True)
class Stored:
    """A job, and what came of it."""

    job: Job
    now: datetime = START

    async def poll(self, source: Source, *, hours: float = 0) -> CrawlReport:
        """Let time pass, poll once, and return the report."""
        self.now += timedelta(hours=hours)
        await self.job.pass_over((source,))
        return self.job.reports[-1]

    def findings(self) -> list[WholeFinding]:
        with transaction(self.job.engine) as session:
            numbers = session.scalars(select(FindingRow.id).order_by(FindingRow.id)).all()
            return [found for number in numbers if (found := queries.finding(session, number))]

    def titles(self) -> list[str]:
        return [found.current.title for found in self.findings()]

    def leads(self) -> list[tuple[str, str, str | None]]:
        """Address, state and reason of each lead."""
        with transaction(self.job.engine) as session:
            rows = session.scalars(select(LeadRow).order_by(LeadRow.id))
            return [(row.url, row.state, row.reason) for row in rows]

    def state(self, source: Source) -> SourceState:
        return self.job.state_of(source)


@contextmanager
def stored(folder: Path, crawling: Crawling, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stored]:
    """Make a store in a folder and a job over it."""
    engine = database.connect(f"sqlite:///{folder}/a.db")
    migrate.upgrade(engine, backup_to=None)
    config = Config(
        path=folder / "config.yaml", contact=None, database_url=str(engine.url), data=folder, rechecks=(timedelta(hours=1),)
    )  # fmt: skip
    archive = WarcArchive(folder / "captures")
    made = Stored(Job(config=config, engine=engine, archive=archive, crawling=crawling, progress=None))
    monkeypatch.setattr(crawling, "clock", lambda: made.now)
    yield made
    engine.dispose()
