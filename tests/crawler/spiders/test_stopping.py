"""A job that is told to stop: what it did not finish is no failure and stays as it was."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest_asyncio

from crawler.model import Lead, Source
from crawler.spiders import AddressRules, Crawling, Politeness, Workers
from tests.crawler.spiders.conftest import Memory, Waiting
from tests.crawler.spiders.site import PAGE, Site, feed


@pytest_asyncio.fixture(loop_scope="session")
async def short_lived() -> AsyncIterator[Crawling]:
    """A crawling process of the test's own: it is stopped in the middle of its work."""
    politeness = Politeness(user_agent="swapwatch/test", delay=0.3)
    with Workers(processes=1) as workers:
        async with Crawling(politeness=politeness, workers=workers, rules=AddressRules(["127.0.0.1"])) as one:
            yield one


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not condition():  # noqa: ASYNC110 - the condition is the server's, which sets no event
            await asyncio.sleep(0.01)


async def test_leads_that_wait_for_their_turn_lose_no_try(
    short_lived: Crawling, site: Site, source: Callable[..., Source], memory: Memory
) -> None:
    paths = [f"/{number}" for number in range(30)]
    site.answers |= {"/rss": feed(site, *paths)} | dict.fromkeys(paths, PAGE)
    crawl = asyncio.create_task(short_lived.crawl(source(), memory.desk()))
    await until(lambda: len(memory.kept) > 1)
    await short_lived.stop()
    report = await crawl
    assert memory.closed == []
    assert 1 < len(memory.kept) < len(paths)
    assert sum(one.attempts == 0 for one in memory.leads.values()) == len(paths) - len(memory.kept)
    assert report.error is None


async def test_a_poll_that_never_began_is_no_failure(
    short_lived: Crawling, source: Callable[..., Source], memory: Memory
) -> None:
    short_lived.gate.close()
    report = await short_lived.crawl(source(), memory.desk())
    assert report.error == "stopped before the list was read"
    assert memory.state.failures == 0
    assert memory.report is None


async def test_a_page_whose_worker_is_stopped_stays_pending(
    short_lived: Crawling, site: Site, source: Callable[..., Source], memory: Memory
) -> None:
    """Else the feed's words would stand in for a page that nothing is wrong with."""
    lead = Lead(source_id="s", url=f"{site.url}/a", seen_in=f"{site.url}/rss", title="Обмін полоненими")
    memory.leads["a"] = waiting = Waiting(1, lead)
    site.answers |= {"/rss": feed(site), "/a": PAGE}
    short_lived.workers.close()
    await short_lived.crawl(source(), memory.desk())
    assert (memory.kept, memory.closed, waiting.attempts) == ([], [], 0)
