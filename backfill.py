"""History: what sources published before they were followed. Composes the walk, the archive's files and the store."""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path

import structlog
from sqlalchemy.orm import Session

from crawler.archives import Archived, ArchivedOutlets, BrokenArchive, read
from crawler.config import Config
from crawler.discovery.past import Days
from crawler.extraction.markup import is_page_type
from crawler.model import Finding, Lead, Outcome, Page, Skipped, SkipReason, Source, Stage
from crawler.pipeline import examine_many
from crawler.spiders.backfilling import Past, PastNews
from crawler.spiders.failures import skipped_by_status
from crawler.spiders.source_spider import PAGE_SECONDS
from crawler.urls import canonical
from scheduler import WORKERS, Job, opened
from storage import backfills, findings, frontier, sources
from storage import engine as database
from storage.captures import StoredCapture

AT_ONCE = 16
"""Pages that a worker takes at once: handing over costs as much as looking at one."""

RECORDS = 2000
"""Records after which it is noted how far a file is settled, where none of them is a page of ours."""

IN_FLIGHT = 2 * WORKERS
"""Batches under way: one for each worker, and one that waits for it."""

BATCH_SECONDS = 60.0

log = structlog.get_logger("swapwatch.backfill")

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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Batch:
    """Some pages of a file, one after another."""

    pages: tuple[tuple[Archived, Source], ...]
    passed_over: Counter[str]
    """Why other records between them are none of ours."""
    end: int
    """Where the record after the last begins."""


class ArchiveReading:
    """Reads files one after another: one thread reads, the workers examine, and what came of it commits in order."""

    def __init__(
        self,
        job: Job,
        *,
        outlets: ArchivedOutlets,
        since: date | None,
        until: date | None,
        total: int,
        told: Told,
    ) -> None:
        """`total` is the size of all files in bytes."""
        self.job, self.outlets, self.told = job, outlets, told
        self.since, self.until = since, until
        self.total, self.before = max(total, 1), 0
        self.outcomes: Counter[str] = Counter()
        self.notes: list[str] = []
        self.broken = False

    async def file(self, path: Path, *, size: int, again: bool) -> None:
        """Read one file to its end, or on from where it was cut short."""
        what = backfills.WARC_ALL if self.outlets.everything else backfills.WARC
        named = {"since": self.since, "until": self.until}
        with database.transaction(self.job.engine) as session:
            done = None if again else backfills.finished(session, what, str(path), **named)
            if done is None:
                walk = backfills.begin(session, what, str(path), **named, now=self._now())
        if done is not None:
            self.notes.append(f"{path}: read on {done:%Y-%m-%d}; --again reads it once more")
            self.before += size
            return
        self.outcomes.update(walk.counts)
        try:
            await self._through(path, walk)
        except BrokenArchive as error:
            self.broken = True
            self.notes.append(f"{error}; what came before is kept. Fetch the file anew and give it again")
        else:
            with database.transaction(self.job.engine) as session:
                backfills.finish(session, walk.id, now=self._now())
        self.before += size

    async def _through(self, path: Path, walk: backfills.Backfill) -> None:
        batches = self._batches(path, walk.position)
        flying: deque[tuple[_Batch, asyncio.Task[list[Finding | Skipped]]]] = deque()
        ended: BrokenArchive | bool = False
        while flying or not ended:
            while not ended and len(flying) < IN_FLIGHT:
                try:
                    batch = await asyncio.to_thread(next, batches, None)
                except BrokenArchive as error:
                    ended = error
                    break
                if batch is None:
                    ended = True
                else:
                    flying.append((batch, asyncio.create_task(self._examined(path, batch))))
            if flying:
                batch, task = flying.popleft()
                counts = await asyncio.to_thread(self._commit, walk.id, batch, await task)
                self.outcomes.update(counts)
                share = min((self.before + batch.end) / self.total, 1.0)
                self.told(PastNews(outcomes=counts, share=share))
        if isinstance(ended, BrokenArchive):
            raise ended

    def _batches(self, path: Path, begin: int) -> Iterator[_Batch]:
        pages: list[tuple[Archived, Source]] = []
        passed: Counter[str] = Counter()
        seen, settled = 0, begin
        records = read(path, begin=begin, wanted=self._wanted)
        broken: BrokenArchive | None = None
        while broken is None:
            try:
                found, end = next(records, (None, -1))
            except BrokenArchive as error:
                broken = error  # all before is settled first
            if end < 0 or broken is not None:
                break
            seen, settled = seen + 1, end
            if found is not None:
                source = self.outlets.source_of(found.url)
                if (problem := self._problem(found, source)) or source is None:
                    passed[problem or str(SkipReason.OTHER_SITE)] += 1
                else:
                    pages.append((found, source))
            if len(pages) >= AT_ONCE or seen >= RECORDS:
                yield _Batch(pages=tuple(pages), passed_over=passed, end=settled)
                pages, passed, seen = [], Counter(), 0
        if seen:
            yield _Batch(pages=tuple(pages), passed_over=passed, end=settled)
        if broken is not None:
            raise broken

    def _wanted(self, url: str, status: int, kind: str | None) -> bool:
        return status == 200 and self.outlets.source_of(url) is not None and is_page_type(kind)

    def _problem(self, found: Archived, source: Source | None) -> str | None:
        """Return why an answer is none of ours."""
        if source is None:
            return str(SkipReason.OTHER_SITE)
        if (self.since and found.captured.date() < self.since) or (
            self.until and found.captured.date() > self.until
        ):
            return "outside_range"
        if skipped := skipped_by_status(found.url, found.status):
            return str(skipped.reason)
        if not is_page_type(found.content_type):
            return str(SkipReason.NOT_HTML)
        return str(SkipReason.TOO_LARGE) if found.too_large else None

    async def _examined(self, path: Path, batch: _Batch) -> list[Finding | Skipped]:
        asked = [_asked(found, source, path.name) for found, source in batch.pages]
        if not asked:
            return []
        config = self.job.config
        examined = partial(
            examine_many, cascade=config.cascade, keep_off_topic=config.keep_off_topic, added=config.lexicon
        )
        run = self.job.crawling.workers.run
        try:
            return await run(BATCH_SECONDS, examined, asked)
        except Exception:  # one of them failed: which one shows when each is examined alone
            log.warning("batch_failed", pages=len(asked), exc_info=True)
        found: list[Finding | Skipped] = []
        for one in asked:
            try:
                found += await run(PAGE_SECONDS, examined, [one])
            except Exception as error:  # noqa: BLE001 - one bad page costs one page, and says so
                detail = f"{type(error).__name__}: {error}"[:300]
                reason = SkipReason.EXTRACTOR_FAILED
                found.append(Skipped(url=one[0].url, reason=reason, stage=Stage.EXTRACT, detail=detail))
        return found

    def _commit(self, walk_id: int, batch: _Batch, outcomes: Sequence[Finding | Skipped]) -> Counter[str]:
        """Store what came of a batch, and how far the file is settled, in one transaction."""
        counts = Counter(batch.passed_over)
        counts.update(str(one.reason) for one in outcomes if isinstance(one, Skipped))
        kept = [
            (found, source, outcome)
            for (found, source), outcome in zip(batch.pages, outcomes, strict=True)
            if isinstance(outcome, Finding)
        ]
        fresh = self._fresh([finding for _, _, finding in kept])
        captures = [
            self.job.archive.write((found.capture(),)) if new else ()
            for (found, _, _), new in zip(kept, fresh, strict=True)
        ]
        with database.transaction(self.job.engine) as session:
            for (_, source, finding), new, capture in zip(kept, fresh, captures, strict=True):
                if not new:
                    counts["known"] += 1
                    continue
                self._keep(session, source, finding, capture)
                counts[str(finding.verdict.standing)] += 1
            backfills.count(session, walk_id, counts, position=batch.end)
        return counts

    def _fresh(self, found: Sequence[Finding]) -> list[bool]:
        """Say of each finding whether no article is kept under any of its addresses, nor another of the batch."""
        if not found:
            return []
        theirs = [{one.article.address, *one.article.addresses, canonical(one.lead.url)} for one in found]
        with database.transaction(self.job.engine) as session:
            known = backfills.known_articles(session, sorted(set().union(*theirs)))
        fresh = []
        for addresses in theirs:
            fresh.append(known.isdisjoint(addresses))
            known |= addresses
        return fresh

    def _keep(
        self, session: Session, source: Source, finding: Finding, captures: Sequence[StoredCapture]
    ) -> None:
        address, now = canonical(finding.lead.url), self._now()
        state = sources.state(session, source.id)
        frontier.discovered(session, source.id, [(address, finding.lead)], state=state, now=now)
        number = backfills.lead_number(session, source.id, address)
        findings.keep(session, finding, lead_id=number, captures=captures, now=now)

    def _now(self) -> datetime:
        return self.job.crawling.clock()


def _asked(found: Archived, source: Source, name: str) -> tuple[Page, Lead, Source]:
    """Return a page of an archive as a fetched page, and the lead that the archive is."""
    where = f"warc:{name}#{found.offset}"
    page = Page(
        requested_url=found.url,
        url=found.url,
        body=found.body,
        fetched_at=found.captured,
        content_type=found.content_type,
        warnings=(f"archive: {name}, captured {found.captured:%Y-%m-%dT%H:%M:%SZ}",),
    )
    return page, Lead(source_id=source.id, url=found.url, seen_in=where), source


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadArchives:
    """What the pages of archive files came to, all starts together."""

    outcomes: Mapping[str, int]
    notes: tuple[str, ...]
    """What to tell of files that were read before, or could not be read to their end."""
    broken: bool


def read_archives(
    config: Config,
    files: Sequence[Path],
    *,
    since: date | None,
    until: date | None,
    everything: bool,
    again: bool,
    told: Told,
) -> ReadArchives:
    """Read the pages that files of web archives hold, newest file first; one that was cut short goes on where it was.

    Common Crawl's names begin with their time, so that the last name is the newest.
    """
    newest_first = sorted((file.resolve() for file in files), key=lambda file: file.name, reverse=True)
    sizes = {file: file.stat().st_size for file in newest_first}
    outlets = ArchivedOutlets(config.sources, everything=everything)

    async def work() -> ReadArchives:
        async with opened(config) as job:
            reading = ArchiveReading(
                job=job,
                outlets=outlets,
                since=since,
                until=until,
                total=sum(sizes.values()),
                told=told,
            )
            for file, size in sizes.items():
                await reading.file(file, size=size, again=again)
            await job.keep_ledger()
            return ReadArchives(outcomes=reading.outcomes, notes=tuple(reading.notes), broken=reading.broken)

    return asyncio.run(work())
