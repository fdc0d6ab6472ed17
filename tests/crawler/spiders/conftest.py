"""One crawling process for all tests here: a reactor lives as long as its event loop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
import pytest_asyncio

from crawler.model import (
    Capture,
    CrawlReport,
    Finding,
    Lead,
    Ownership,
    Side,
    Skipped,
    Source,
    SourceState,
    SourceType,
)
from crawler.spiders import AddressRules, Crawling, Desk, Politeness, Workers
from tests.crawler.spiders.nameserver import NameServer
from tests.crawler.spiders.site import Site
from tests.crawler.spiders.stored import Stored, stored


@dataclass(slots=True)
class Waiting:
    id: int
    lead: Lead
    attempts: int = 0
    known: bool = False
    again: bool = False


@dataclass(slots=True)
class Counts:
    new: int
    changed: int = 0


@dataclass(slots=True)
class Change:
    change: str = "new"


@dataclass(slots=True)
class Memory:
    """A store in memory that remembers what a crawl told it."""

    state: SourceState = field(default_factory=SourceState)
    leads: dict[str, Waiting] = field(default_factory=dict)
    kept: list[Finding] = field(default_factory=list)
    closed: list[Skipped] = field(default_factory=list)
    archived: list[Capture] = field(default_factory=list)
    evidence: dict[int, int | None] = field(default_factory=dict)
    report: CrawlReport | None = None

    def discovered(self, leads: Sequence[tuple[str, Lead]], state: SourceState) -> Counts:
        fresh = {address: lead for address, lead in leads if address not in self.leads}
        for address, lead in fresh.items():
            self.leads[address] = Waiting(len(self.leads) + 1, lead)
        self.state = state
        return Counts(new=len(fresh))

    def pending(self, limit: int) -> list[Waiting]:
        return [one for one in self.leads.values() if one.attempts >= 0][:limit]

    def archive(self, captures: Sequence[Capture]) -> int:
        self.archived.extend(captures)
        return len(self.archived)

    def keep(self, lead_id: int, finding: Finding, evidence: int | None) -> Change:
        self.evidence[lead_id] = evidence
        self.kept.append(finding)
        self.end(lead_id)
        return Change()

    def close(self, lead_id: int, skipped: Skipped, evidence: int | None) -> None:
        self.evidence[lead_id] = evidence
        self.closed.append(skipped)
        if skipped.retry:
            next(one for one in self.leads.values() if one.id == lead_id).attempts += 1
        else:
            self.end(lead_id)

    def end(self, lead_id: int) -> None:
        next(one for one in self.leads.values() if one.id == lead_id).attempts = -1

    def save(self, report: CrawlReport, state: SourceState) -> None:
        self.report, self.state = report, state

    def desk(self) -> Desk:
        return Desk(
            state=lambda: self.state,
            discovered=self.discovered,
            pending=self.pending,
            archive=self.archive,
            keep=self.keep,
            close=self.close,
            save=self.save,
        )

    def reasons(self) -> list[str]:
        return [str(one.reason) for one in self.closed]


@pytest.fixture(scope="session")
def workers() -> Iterator[Workers]:
    with Workers(processes=1) as pool:
        yield pool


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def crawling(workers: Workers) -> AsyncIterator[Crawling]:
    """A crawling process that may connect to 127.0.0.1 and nowhere else off the public internet."""
    politeness = Politeness(user_agent="swapwatch/test (+tests@swapwatch.invalid)", delay=0.0)
    rules = AddressRules(["127.0.0.1", "127.0.0.4"])
    async with Crawling(politeness=politeness, workers=workers, rules=rules) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def site() -> AsyncIterator[Site]:
    one = Site()
    await one.open()
    yield one
    if one.server:
        one.server.close()


@pytest_asyncio.fixture(loop_scope="session")
async def canary() -> AsyncIterator[Site]:
    """A server on an address that the config does not allow: nobody may ever connect to it."""
    one = Site(host="127.0.0.66")
    await one.open()
    yield one
    if one.server:
        one.server.close()


@pytest_asyncio.fixture(loop_scope="session")
async def nameserver() -> AsyncIterator[NameServer]:
    loop = asyncio.get_running_loop()
    transport, server = await loop.create_datagram_endpoint(NameServer, local_addr=("127.0.0.1", 0))
    yield server
    transport.close()


@pytest.fixture
def memory() -> Memory:
    return Memory()


@pytest.fixture
def store(tmp_path: Path, crawling: Crawling, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stored]:
    """A job over a real store."""
    with stored(tmp_path, crawling, monkeypatch) as made:
        yield made


@pytest.fixture
def source(site: Site) -> Callable[..., Source]:
    """Make a source of the test's site."""
    plain = Source(
        id="s",
        name="S",
        country="UA",
        side=Side.UA,
        ownership=Ownership.PRIVATE,
        languages=("uk",),
        type=SourceType.FEED,
        url=f"{site.url}/rss",
        timezone="Europe/Kyiv",
    )

    def make(**changes: object) -> Source:
        return replace(plain, **changes)  # type: ignore[arg-type]

    return make
