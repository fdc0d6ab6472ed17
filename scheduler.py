"""When things run: the composition root that joins config, crawl and store into one background job."""

from __future__ import annotations

import asyncio
import os
import random
import signal
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from importlib.metadata import version
from itertools import count

import structlog
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from crawler import supervisor
from crawler.config import Config, ConfigFile, moved
from crawler.errors import StoreError, StoreRefused
from crawler.model import Capture, CrawlReport, Finding, Lead, Outcome, Skipped, Source, SourceState
from crawler.places import Places
from crawler.polling import next_due
from crawler.spiders import AddressRules, Crawling, Desk, Politeness, Workers
from crawler.watch import Watch, chosen_sources
from ledger import keeping
from storage import (
    adoption,
    custody,
    decisions,
    evidence,
    exchanges,
    findings,
    frontier,
    lock,
    migrate,
    notes,
    runs,
    sources,
)
from storage import engine as database
from storage import reports as reported
from storage.captures import WarcArchive
from storage.edits import edit_words
from storage.stored import StoredEdit

Progress = Callable[[CrawlReport], None]

WORKERS = 2

RUN_DAYS = 30
"""How long single crawls are remembered; the sums of their days stay."""

Chore = tuple[str, timedelta, Callable[[Engine, Config], None]]
"""Something else to do while the job runs: name, pause, and what to do with the store and the config in use; it may block."""

log = structlog.get_logger("swapwatch.scheduler")


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What a run did: one report per poll, in the order they ended."""

    reports: tuple[CrawlReport, ...]

    @property
    def reached(self) -> bool:
        """True where at least one source's host answered."""
        return any(report.reached for report in self.reports)


def run(
    config: Config,
    *,
    once: bool,
    only: Sequence[str] = (),
    progress: Progress | None = None,
    chores: Sequence[Chore] = (),
) -> Summary:
    """Run the job: one pass over all sources, or until SIGTERM, under the config as its file says then.

    Args:
        config: the checked configuration.
        once: poll every source once and return.
        only: ids of the sources to poll; empty means all that are enabled.
        progress: called with the report of each poll as it ends.
        chores: what else is to be done now and then until SIGTERM.

    Raises:
        StoreRefused: another job holds the database, or it must not be used as it is.
    """

    async def work() -> Summary:
        read_again = asyncio.Event()
        asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, read_again.set)
        async with opened(config, progress=progress) as job:
            _stop_on_signals(job.stop)
            if once:
                await job.pass_over(chosen_sources(config, only))
            else:
                beside = [(name, pause, partial(job.do, what)) for name, pause, what in chores]
                await Watch(
                    work=job,
                    only=only,
                    stop=job.stop,
                    read_again=read_again,
                    chores=beside,
                    file=ConfigFile(config),
                ).run()
        return Summary(reports=tuple(job.reports))

    return asyncio.run(work())


@asynccontextmanager
async def opened(config: Config, *, progress: Progress | None = None) -> AsyncIterator[Job]:
    """Lock and migrate the store, start the workers, and hand out the job for the time of the block.

    Raises:
        StoreRefused: another job holds the database, or it must not be used as it is.
    """
    engine = database.connect(config.database_url)
    try:
        with lock.hold(engine) as held:
            migrate.upgrade(engine, backup_to=config.data / "backups")
            adoption.adopt(engine, now=datetime.now(UTC))
            async with ready(config) as crawling:
                archive = WarcArchive(config.data / "captures")
                job = Job(
                    config=config,
                    engine=engine,
                    archive=archive,
                    crawling=crawling,
                    progress=progress,
                    held=held,
                )
                yield job
                if job.refused:
                    raise job.refused
    finally:
        engine.dispose()


@asynccontextmanager
async def ready(config: Config) -> AsyncIterator[Crawling]:
    """Start the workers and the network, without a store, for the time of the block."""
    network, politeness = config.network, _politeness(config)
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
                added=config.lexicon,
            )
        )


def _politeness(config: Config) -> Politeness:
    contact = f" (+{config.contact})" if config.contact else ""
    return Politeness(
        user_agent=f"swapwatch/{version('swapwatch')}{contact}",
        delay=config.default_delay,
        groups={host: group.name for group in config.groups for host in group.hosts},
        group_delays={group.name: group.delay for group in config.groups if group.delay is not None},
    )


def _stop_on_signals(stop: asyncio.Event) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)


@dataclass(slots=True, kw_only=True)
class Job:
    """The sources under watch, each polled by one crawl at a time."""

    config: Config
    """The one in use: an edit of the file puts another in its place."""
    engine: Engine
    archive: WarcArchive
    crawling: Crawling
    progress: Progress | None
    held: lock.Held | None = None
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    refused: StoreRefused | None = None
    """Set where another job took the database over, while its server was away from us: this one must end."""
    reports: list[CrawlReport] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=lambda: count(1))
    """One for each poll: what the lines of its log have in common."""
    places: Places = field(default_factory=Places)
    ledger: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def pass_over(self, chosen: tuple[Source, ...]) -> None:
        """Poll every source once; a signal ends the pass early with nothing lost."""

        async def drain_on_signal() -> None:
            await self.stop.wait()
            await self.crawling.stop()

        draining = asyncio.create_task(drain_on_signal())
        # kept as they end, and of one pass only: a job over weeks would fill the memory with them
        await asyncio.gather(*(self.poll(source, into=self.reports) for source in chosen))
        draining.cancel()
        await self.keep_ledger()

    async def poll(self, source: Source, *, into: list[CrawlReport] | None = None) -> None:
        """Crawl one source once; whatever goes wrong is in its report and stops no other source."""
        async with self.places.place():
            with structlog.contextvars.bound_contextvars(source=source.id, run=next(self.numbers)):
                report = await self._crawl(source)
                log.debug(
                    "polled", outcome=str(report.outcome), new=report.leads_new, findings=report.findings
                )
        if into is None:
            await self.keep_ledger()
        else:
            into.append(report)
        if self.progress is not None:
            self.progress(report)

    async def _crawl(self, source: Source) -> CrawlReport:
        try:
            return await self.crawling.crawl(source, self.desk(source))
        except StoreError as error:
            return _failed(source, f"the store failed: {error}")
        except Exception as error:  # the border: one source's surprise must not end the job
            log.exception("poll_failed", source=source.id)
            return _failed(source, f"{type(error).__name__}: {error}")

    async def keep_ledger(self) -> None:
        """Put what is new in the store to the exchanges it tells of; what fails is tried again after the next poll."""
        async with self.ledger:
            try:
                if read := await asyncio.to_thread(update_ledger, self.engine):
                    log.info("reconciled", findings=read)
            except StoreError as error:
                log.debug("reconciling_failed", cause=str(error))
            except Exception:  # the border: what one report breaks must not end the job
                log.exception("reconciling_failed")

    async def drain(self) -> None:
        """Let running polls finish, for some seconds."""
        await self.crawling.stop()

    async def pulse(self) -> None:
        """Note that the loop turns and the store takes writes; for a supervisor the loop is enough."""
        supervisor.tell(supervisor.ALIVE)
        await self._note(notes.PULSE, f"process {os.getpid()}")

    async def note_config(self, complaints: str) -> None:
        """Note that the config is in use, or why its file is refused."""
        await self._note(notes.CONFIG, complaints)

    async def _note(self, name: str, words: str) -> None:
        def noted() -> None:
            if self.held is not None:
                self.held.check()
            now = datetime.now(UTC)
            with database.transaction(self.engine) as session:
                notes.write(session, name, words, now=now)
                if name == notes.CONFIG:
                    notes.write_sources(session, self.config.sources, now=now)

        try:
            await asyncio.to_thread(noted)
        except StoreRefused as error:
            log.critical("database_lost", cause=str(error))
            self.refused = error
            self.stop.set()
        except StoreError as error:
            log.debug("note_failed", note=name, cause=str(error))

    def take_up(self, config: Config) -> None:
        """Go on under another config: it holds from the next request on."""
        self.config = config
        self.crawling.reconfigure(
            politeness=_politeness(config),
            allow_private=config.network.allow_private,
            proxy=config.network.proxy,
            keep_off_topic=config.keep_off_topic,
            added=config.lexicon,
            own_delays=[(one.url, one.delay) for one in config.sources if one.delay is not None],
        )

    def recall(self, source: Source, known: Source | None) -> SourceState:
        """Return how a source that is new or changed fared so far; of a list that moved nothing is remembered."""
        with database.transaction(self.engine) as session:
            if known is not None and moved(known, source):
                sources.forget_list(session, source.id)
                session.flush()
            return sources.state(session, source.id)

    def do(self, chore: Callable[[Engine, Config], None]) -> None:
        """Do a chore, with the store and the config in use."""
        chore(self.engine, self.config)

    async def prune(self) -> None:
        """Empty the details of leads dropped long ago; log the head of the evidence, for whoever keeps logs elsewhere."""

        def pruned() -> tuple[int, custody.Head | None]:
            with database.transaction(self.engine) as session:
                runs.prune(session, now=datetime.now(UTC), keep_days=RUN_DAYS)
                emptied = frontier.prune(session, now=datetime.now(UTC), keep_days=self.config.retention_days)
                return emptied, custody.head(session)

        try:
            emptied, head = await asyncio.to_thread(pruned)
            if emptied:
                log.info("pruned", leads=emptied)
            if head is not None:
                log.info("evidence_head", day=head.day, entries=head.entries, head=head.head)
        except StoreError as error:
            log.debug("prune_failed", cause=str(error))

    def desk(self, source: Source) -> Desk:
        """Return the store as the functions a crawl of `source` needs."""
        now, store = self.crawling.clock, partial(database.retrying, self.engine)

        def discovered(leads: Sequence[tuple[str, Lead]], state: SourceState) -> frontier.Discovery:
            return store(
                lambda session: frontier.discovered(session, source.id, leads, state=state, now=now())
            )

        def pending(limit: int) -> Sequence[frontier.OpenLead]:
            return store(lambda session: frontier.pending(session, source.id, now=now(), limit=limit))

        def archive(captures: Sequence[Capture]) -> int:
            written = self.archive.write(captures)
            return store(lambda session: evidence.add(session, written, now=now()))

        def close(lead_id: int, skipped: Skipped, seen_in: int | None) -> None:
            store(lambda session: frontier.close(
                session, lead_id, skipped, list_capture=seen_in, now=now(), rechecks=self.config.rechecks
            ))  # fmt: skip

        def save(report: CrawlReport, state: SourceState) -> None:
            store(lambda session: runs.end(session, report, state))

        return Desk(
            state=lambda: self.state_of(source),
            discovered=discovered,
            pending=pending,
            archive=archive,
            keep=lambda lead_id, finding, seen_in: self._keep(source, lead_id, finding, seen_in),
            close=close,
            save=save,
        )

    def _keep(self, source: Source, lead_id: int, finding: Finding, seen_in: int | None) -> findings.Kept:
        """Keep a finding with its captures; of a page that is not the article it was asked for, neither."""
        store = partial(database.retrying, self.engine)
        stranger = store(lambda session: findings.is_stranger(session, finding, lead_id=lead_id))
        captures = () if stranger else self.archive.write(finding.captures)
        kept = store(lambda session: findings.keep(
            session, finding, lead_id=lead_id, captures=captures, list_capture=seen_in,
            now=self.crawling.clock(), rechecks=self.config.rechecks,
        ))  # fmt: skip
        if kept.edit is not None:
            _tell(kept.edit, source)
        return kept

    def state_of(self, source: Source) -> SourceState:
        """Return how the source fared so far."""
        return database.retrying(self.engine, lambda session: sources.state(session, source.id))

    def plan_next(self, source: Source) -> datetime:
        """Store and return when the source is due next."""

        def planned(session: Session) -> datetime:
            state = sources.state(session, source.id)
            due = next_due(source, state, now=datetime.now(UTC), spread=random.uniform(-1, 1))  # noqa: S311
            sources.save_state(session, source.id, replace(state, next_due=due))
            return due

        return database.retrying(self.engine, planned)


def _tell(edit: StoredEdit, source: Source) -> None:
    """Log an edit that changed claims, louder than other edits."""
    log.warning(
        "claims_edited",
        source=source.id,
        finding=f"f{edit.finding_id}",
        url=edit.address,
        declared=edit.declared,
        changes=[edit_words(change) for change in edit.changes],
    )


def _failed(source: Source, cause: str) -> CrawlReport:
    now = datetime.now(UTC)
    return CrawlReport(
        source_id=source.id, started=now, finished=now, outcome=Outcome.ERROR, error=cause, url=source.url
    )


def update_ledger(engine: Engine) -> int:
    """Put the findings that the ledger has not read yet to their exchanges; return how many there were."""
    read = some = _update_some(engine)
    while some >= keeping.AT_ONCE:
        some = _update_some(engine)
        read += some
    return read


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
