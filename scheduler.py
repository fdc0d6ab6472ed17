"""When things run: the composition root that joins config, crawl and store into one background job."""

from __future__ import annotations

import asyncio
import os
import random
import signal
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
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
from crawler.model import Capture, CrawlReport, Finding, Lead, Outcome, Skipped, Source, SourceState, Standing
from crawler.places import Places
from crawler.polling import Pace, next_due, pace_of
from crawler.spiders import AddressRules, Crawling, Desk, Politeness, Workers
from crawler.watch import Watch, chosen_sources
from ledger import keeping
from storage import engine as database
from storage import (
    evidence,
    exchanges,
    findings,
    frontier,
    lock,
    migrate,
    notes,
    runs,
    sources,
    upkeep,
)
from storage import reports as reported
from storage.books import books
from storage.captures import WarcArchive
from storage.edits import edit_words
from storage.stored import StoredEdit

Progress = Callable[[CrawlReport], None]

WORKERS = min(max(os.cpu_count() or 2, 2), 8)

PACE_PAUSE = timedelta(minutes=10)
"""How long a sharing out of the budget holds: rates change slowly, and it costs a look at all sources."""

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
        chores: what else is to be done now and then until SIGTERM, or once each after the pass.

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
                await job.do_all(chores)
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
            archive = WarcArchive(config.data / "captures")
            _tell_notes(upkeep.at_start(engine, archive, now=datetime.now(UTC)))
            async with ready(config) as crawling:
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


def _tell_notes(notes: Iterable[upkeep.Note]) -> None:
    for one in notes:
        (log.warning if one.grave else log.info)(one.event, **one.fields)


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
                cascade=config.cascade,
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
    described: bool = False
    """Whether records that older rules made were put together anew since the start."""
    pace: Pace = field(default_factory=Pace)
    """The budget of polls, shared out over the sources as they fared when it was last looked."""
    pace_until: datetime | None = None

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
                if not self.described:
                    await asyncio.to_thread(describe_anew, self.engine)
                    self.described = True
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
        self.config, self.pace_until = config, None
        self.crawling.reconfigure(
            politeness=_politeness(config),
            allow_private=config.network.allow_private,
            proxy=config.network.proxy,
            keep_off_topic=config.keep_off_topic,
            cascade=config.cascade,
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

    async def do_all(self, chores: Sequence[Chore]) -> None:
        """Do chores one after the other; what fails is logged, as the pass itself is done."""
        for name, _, what in chores:
            try:
                await asyncio.to_thread(self.do, what)
            except StoreError as error:
                log.warning("chore_failed", chore=name, cause=str(error))

    async def prune(self) -> None:
        """Forget what need not be kept; log the head of the evidence."""

        def pruned() -> None:
            folder, keep = self.config.data / "captures", self.config.keep_captures
            now, days = datetime.now(UTC), self.config.retention_days
            _tell_notes(
                upkeep.daily(
                    self.engine,
                    folder,
                    lead_days=days,
                    captures=keep,
                    alerts=self.config.alerts.keep,
                    now=now,
                )
            )

        try:
            await asyncio.to_thread(pruned)
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
            written = self.archive.write(captures, series="lists")
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
        """Keep a finding with its captures, where they prove anything new."""
        store = partial(database.retrying, self.engine)
        known = store(lambda session: findings.proves_nothing_new(session, finding, lead_id=lead_id))
        series = "" if finding.verdict.standing is Standing.RELEVANT else "near"
        captures = () if known else self.archive.write(finding.captures, series=series)
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
        now = datetime.now(UTC)

        def planned(session: Session) -> datetime:
            if self.pace_until is None or now >= self.pace_until:
                self.share_out(sources.states(session), now)
            state = sources.state(session, source.id)
            spread = random.uniform(-1, 1)  # noqa: S311
            due = next_due(source, state, self.pace, now=now, spread=spread)
            sources.save_state(session, source.id, replace(state, next_due=due))
            return due

        return database.retrying(self.engine, planned)

    def share_out(self, states: Mapping[str, SourceState], now: datetime) -> None:
        """Share the budget of polls out anew over the sources."""
        self.pace_until = now + PACE_PAUSE
        known = [(one, states.get(one.id, SourceState())) for one in self.config.sources if one.enabled]
        self.pace = pace_of(known, a_minute=self.config.polls_a_minute)

    def due_after(self, source: Source, state: SourceState, at: datetime) -> datetime:
        """Return when a source that was last polled at an instant is due next."""
        return next_due(source, state, self.pace, now=at, spread=0)


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


def describe_anew(engine: Engine) -> None:
    """Put together the records that older rules made, a few at a time: after an update, once."""
    described = 1
    while described:
        with database.transaction(engine) as session:
            described = keeping.describe_anew(books(session))


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
