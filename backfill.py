"""History: what sources published before they were followed. Composes the walk, the archive's files and the store."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from crawler.config import Config
from crawler.discovery.past import Days
from crawler.model import Lead, Outcome, Source
from crawler.spiders.backfilling import Past, PastNews
from scheduler import Job, opened
from storage import backfills, frontier, sources
from storage import engine as database

Told = Callable[[PastNews], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Walked:
    """What a walk came to, all its starts together."""

    outcomes: Mapping[str, int]
    """How many pages came to each: standings of what is kept, reasons of what was dropped, `pending` for what waits."""
    resumed: bool
    problem: str | None = None
    """Why a list could not be read; the next start asks for it again."""


def walk_source(config: Config, source: Source, *, since: date, until: date | None, told: Told) -> Walked:
    """Walk one source's past, newest first; a walk that was cut short goes on where it was."""

    async def work() -> Walked:
        async with opened(config) as job:
            return await _walk(job, source, since=since, until=until, told=told)

    return asyncio.run(work())


async def _walk(job: Job, source: Source, *, since: date, until: date | None, told: Told) -> Walked:
    now = job.crawling.clock
    with database.transaction(job.engine) as session:
        walk = backfills.begin(session, backfills.SOURCE, source.id, since=since, until=until, now=now())

    def walked() -> Mapping[str, Sequence[str]]:
        with database.transaction(job.engine) as session:
            return backfills.walked(session, walk.id)

    def found(url: str, further: Sequence[str], leads: Sequence[tuple[str, Lead]]) -> frontier.Discovery:
        with database.transaction(job.engine) as session:
            backfills.note_list(session, walk.id, url, further, now=now())
            state = sources.state(session, source.id)
            return frontier.discovered(session, source.id, leads, state=state, now=now())

    days = Days(since=since, until=until or datetime.now(UTC).date())
    past = Past(days=days, walked=walked, found=found, told=told)
    report = await job.crawling.crawl_past(source, job.desk(source), past)
    await job.keep_ledger()
    with database.transaction(job.engine) as session:
        outcomes = backfills.outcomes(session, walk.id)
        if report.outcome is not Outcome.ERROR and not outcomes["pending"]:
            backfills.finish(session, walk.id, now=now())
    problem = f"{report.error} ({report.url})" if report.error else None
    return Walked(outcomes=Counter(outcomes), resumed=walk.resumed, problem=problem)
