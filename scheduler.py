"""When things run: the composition root that joins config, crawl and store into one background job."""

from __future__ import annotations

import asyncio
import random
import signal
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import version

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from crawler.config import Config
from crawler.errors import StoreError
from crawler.model import Capture, CrawlReport, Finding, Lead, Outcome, Skipped, Source, SourceState
from crawler.polling import first_due, next_due
from crawler.spiders import AddressRules, Crawling, Desk, Politeness, Workers
from ledger import keeping
from storage import decisions, evidence, exchanges, findings, frontier, lock, migrate, runs, sources
from storage import engine as database
from storage import reports as reported
from storage.captures import WarcArchive

Progress = Callable[[CrawlReport], None]

CRAWLS_AT_ONCE = 100
"""Crawls that run at the same time: sources that hang hold a place each, and must not keep the others out."""

WORKERS = 2

log = structlog.get_logger("swapwatch.scheduler")


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What a run did: one report per poll, in the order they ended."""

    reports: tuple[CrawlReport, ...]

    @property
    def reached(self) -> bool:
        """True where at least one source's host answered."""
        return any(report.reached for report in self.reports)


def run(config: Config, *, once: bool, only: Sequence[str] = (), progress: Progress | None = None) -> Summary:
    """Run the job: one pass over all sources, or until SIGTERM.

    Args:
        config: the checked configuration.
        once: poll every source once and return.
        only: ids of the sources to poll; empty means all that are enabled.
        progress: called with the report of each poll as it ends.

    Raises:
        StoreRefused: another job holds the database, or it must not be used as it is.
    """

    async def work() -> Summary:
        async with opened(config, progress=progress) as job:
            stop, chosen = _stop_on_signals(), chosen_sources(config, only)
            await (job.pass_over(chosen, stop) if once else job.watch(chosen, stop))
        return Summary(reports=tuple(job.reports))

    return asyncio.run(work())


def chosen_sources(config: Config, only: Sequence[str] = ()) -> tuple[Source, ...]:
    """Return the sources named, or all that are enabled."""
    return tuple(source for source in config.sources if (source.id in only if only else source.enabled))


@asynccontextmanager
async def opened(config: Config, *, progress: Progress | None = None) -> AsyncIterator[Job]:
    """Lock and migrate the store, start the workers, and hand out the job for the time of the block.

    Raises:
        StoreRefused: another job holds the database, or it must not be used as it is.
    """
    engine = database.connect(config.database_url)
    try:
        with lock.hold(engine):
            migrate.upgrade(engine, backup_to=config.data / "backups")
            async with _crawling(config) as crawling:
                archive = WarcArchive(config.data / "captures")
                yield Job(
                    engine=engine,
                    archive=archive,
                    crawling=crawling,
                    progress=progress,
                    retention_days=config.retention_days,
                )
    finally:
        engine.dispose()


@asynccontextmanager
async def _crawling(config: Config) -> AsyncIterator[Crawling]:
    contact = f" (+{config.contact})" if config.contact else ""
    network = config.network
    politeness = Politeness(
        user_agent=f"swapwatch/{version('swapwatch')}{contact}",
        delay=config.default_delay,
        groups={host: group.name for group in config.groups for host in group.hosts},
        group_delays={group.name: group.delay for group in config.groups if group.delay is not None},
    )
    async with AsyncExitStack() as stack:
        workers = Workers(processes=WORKERS)
        stack.push_async_callback(asyncio.to_thread, workers.close)
        yield await stack.enter_async_context(
            Crawling(
                politeness=politeness,
                workers=workers,
                rules=AddressRules(network.allow_private),
                nameserver=network.nameserver,
                proxy=network.proxy,
                ca_file=network.ca_file,
                keep_off_topic=config.keep_off_topic,
            )
        )


def _stop_on_signals() -> asyncio.Event:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    return stop


@dataclass(slots=True, kw_only=True)
class Job:
    """The sources under watch, each polled by one crawl at a time."""

    engine: Engine
    archive: WarcArchive
    crawling: Crawling
    progress: Progress | None
    retention_days: int = 180
    reports: list[CrawlReport] = field(default_factory=list)
    places: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(CRAWLS_AT_ONCE))
    ledger: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def pass_over(self, chosen: tuple[Source, ...], stop: asyncio.Event | None = None) -> None:
        """Poll every source once; a signal ends the pass early with nothing lost."""

        async def drain_on_signal() -> None:
            await (stop or asyncio.Event()).wait()
            await self.crawling.stop()

        draining = asyncio.create_task(drain_on_signal())
        await asyncio.gather(*(self.poll(source) for source in chosen))
        draining.cancel()
        await self.keep_ledger()

    async def watch(self, chosen: tuple[Source, ...], stop: asyncio.Event) -> None:
        """Poll each source when it is due until a signal comes, then drain in the order that loses nothing."""
        scheduler = AsyncIOScheduler(
            timezone="UTC", job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        )

        async def poll_and_plan(source: Source) -> None:
            await self.poll(source)
            await self.keep_ledger()
            if not stop.is_set():
                plan(source, await asyncio.to_thread(self.plan_next, source))

        def plan(source: Source, due: datetime) -> None:
            scheduler.add_job(
                poll_and_plan, "date", run_date=due, args=[source], id=source.id, replace_existing=True
            )

        for source in chosen:
            state = await asyncio.to_thread(self.state_of, source)
            plan(source, first_due(state, now=datetime.now(UTC), spread=random.random()))  # noqa: S311
        scheduler.add_job(self.prune, "interval", days=1, next_run_time=datetime.now(UTC), id="prune")
        scheduler.start()
        log.info("watching", sources=len(chosen))
        await stop.wait()
        log.info("stopping")
        # pause first, drain, shut down last: the other way round cancels running polls
        scheduler.pause()
        await self.crawling.stop()
        scheduler.shutdown(wait=False)

    async def poll(self, source: Source) -> None:
        """Crawl one source once; whatever goes wrong is in its report and stops no other source."""
        async with self.places:
            try:
                report = await self.crawling.crawl(source, self.desk(source))
            except StoreError as error:
                report = _failed(source, f"the store failed: {error}")
            except Exception as error:  # the border: one source's surprise must not end the job
                log.exception("poll_failed", source=source.id)
                report = _failed(source, f"{type(error).__name__}: {error}")
        self.reports.append(report)
        if self.progress is not None:
            self.progress(report)

    async def keep_ledger(self) -> None:
        """Put what is new in the store to the exchanges it tells of; what fails is tried again after the next poll."""
        async with self.ledger:
            try:
                if count := await asyncio.to_thread(update_ledger, self.engine):
                    log.info("reconciled", findings=count)
            except StoreError as error:
                log.warning("reconciling_failed", cause=str(error))
            except Exception:  # the border: what one report breaks must not end the job
                log.exception("reconciling_failed")

    async def prune(self) -> None:
        """Empty the details of leads dropped long ago."""

        def pruned() -> int:
            with database.transaction(self.engine) as session:
                return frontier.prune(session, now=datetime.now(UTC), keep_days=self.retention_days)

        try:
            if count := await asyncio.to_thread(pruned):
                log.info("pruned", leads=count)
        except StoreError as error:
            log.warning("prune_failed", cause=str(error))

    def desk(self, source: Source) -> Desk:
        """Return the store as the functions a crawl of `source` needs."""

        def discovered(leads: Sequence[tuple[str, Lead]], state: SourceState) -> frontier.Discovery:
            with database.transaction(self.engine) as session:
                return frontier.discovered(session, source.id, leads, state=state, now=datetime.now(UTC))

        def pending(limit: int) -> Sequence[frontier.OpenLead]:
            with database.transaction(self.engine) as session:
                return frontier.pending(session, source.id, now=datetime.now(UTC), limit=limit)

        def archive(captures: Sequence[Capture]) -> int:
            written = self.archive.write(captures)
            with database.transaction(self.engine) as session:
                return evidence.add(session, written)

        def keep(lead_id: int, finding: Finding, seen_in: int | None) -> findings.Kept:
            captures = self.archive.write(finding.captures)
            with database.transaction(self.engine) as session:
                return findings.keep(
                    session,
                    finding,
                    lead_id=lead_id,
                    captures=captures,
                    list_capture=seen_in,
                    now=datetime.now(UTC),
                )

        def close(lead_id: int, skipped: Skipped, seen_in: int | None) -> None:
            with database.transaction(self.engine) as session:
                frontier.close(session, lead_id, skipped, list_capture=seen_in, now=datetime.now(UTC))

        def save(report: CrawlReport, state: SourceState) -> None:
            with database.transaction(self.engine) as session:
                sources.save_state(session, source.id, state)
                runs.record(session, report)

        return Desk(
            state=lambda: self.state_of(source),
            discovered=discovered,
            pending=pending,
            archive=archive,
            keep=keep,
            close=close,
            save=save,
        )

    def state_of(self, source: Source) -> SourceState:
        """Return how the source fared so far."""
        with database.transaction(self.engine) as session:
            return sources.state(session, source.id)

    def plan_next(self, source: Source) -> datetime:
        """Store and return when the source is due next."""
        with database.transaction(self.engine) as session:
            state = sources.state(session, source.id)
            due = next_due(source, state, now=datetime.now(UTC), spread=random.uniform(-1, 1))  # noqa: S311
            sources.save_state(session, source.id, replace(state, next_due=due))
        return due


def _failed(source: Source, cause: str) -> CrawlReport:
    now = datetime.now(UTC)
    return CrawlReport(
        source_id=source.id, started=now, finished=now, outcome=Outcome.ERROR, error=cause, url=source.url
    )


def update_ledger(engine: Engine) -> int:
    """Put the findings that the ledger has not read yet to their exchanges; return how many there were."""
    count = 0
    while some := _update_some(engine):
        count += some
    return count


def _update_some(engine: Engine) -> int:
    with database.transaction(engine) as session:
        return keeping.update(books(session), now=datetime.now(UTC))


def rebuild_ledger(engine: Engine) -> int:
    """Reconcile everything anew, numbers carried over; return how many findings were read."""
    update_ledger(engine)
    with database.transaction(engine) as session:
        exchanges.one_at_a_time(session)
        reported.forget(session)
    return update_ledger(engine)


def books(session: Session) -> keeping.Books:
    """Return the store as the functions that keeping the ledger needs, for one transaction that no other overlaps."""
    exchanges.one_at_a_time(session)
    return keeping.Books(
        unread=partial(reported.unread, session),
        near=partial(reported.near, session),
        days_read=partial(reported.days_read, session),
        reports=partial(reported.reports, session),
        note_read=partial(reported.note_read, session),
        put=partial(exchanges.put, session),
        touching=partial(exchanges.touching, session),
        mint=partial(exchanges.mint, session),
        save_parts=partial(exchanges.save_parts, session),
        stand=partial(exchanges.stand, session),
        describe=partial(exchanges.describe, session),
        forward=partial(exchanges.forward, session),
        matters=partial(exchanges.matters, session),
        decisions=partial(decisions.decisions, session),
    )
