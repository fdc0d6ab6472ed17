"""The job over time, with work that only notes what it was asked to do: no edit loses a poll or doubles one."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from crawler.config import Config, ConfigFile
from crawler.errors import StoreUnavailable
from crawler.model import Ownership, Side, Source, SourceState, SourceType
from crawler.polling import Pace, next_due
from crawler.watch import Watch

SOON = timedelta(milliseconds=20)


def source(name: str, **changes: object) -> Source:
    plain = Source(
        id=name,
        name=name,
        country="UA",
        side=Side.UA,
        ownership=Ownership.STATE,
        languages=("uk",),
        type=SourceType.FEED,
        url=f"https://{name}.example/rss",
        interval=timedelta(seconds=1),
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def config(folder: Path, *sources: Source) -> Config:
    return Config(
        path=folder / "config.yaml", contact=None, database_url="", data=folder, sources=sources, digest="x"
    )


@dataclass
class Noted:
    """Work that notes what it was asked to do; a source in `held` is polled until it is let go."""

    config: Config
    held: dict[str, asyncio.Event] = field(default_factory=dict)
    polled: Counter[str] = field(default_factory=Counter)
    urls: list[str] = field(default_factory=list)
    running: Counter[str] = field(default_factory=Counter)
    overlapped: bool = False
    recalled: list[str] = field(default_factory=list)
    store_away: bool = False
    pause: timedelta = SOON

    async def poll(self, source: Source) -> None:
        self.running[source.id] += 1
        self.overlapped |= self.running[source.id] > 1
        self.polled[source.id] += 1
        self.urls.append(source.url)
        if source.id in self.held:
            await self.held[source.id].wait()
        self.running[source.id] -= 1

    async def drain(self) -> None:
        for event in self.held.values():
            event.set()

    async def prune(self) -> None:
        pass

    async def pulse(self) -> None:
        pass

    async def note_config(self, complaints: str) -> None:
        pass

    def take_up(self, config: Config) -> None:
        self.config = config

    def state_of(self, source: Source) -> SourceState:
        return SourceState()

    def recall(self, source: Source, known: Source | None) -> SourceState:
        if self.store_away:
            raise StoreUnavailable("locked")
        self.recalled.append(source.id)
        return SourceState(last_poll=datetime.now(UTC), next_due=datetime.now(UTC) + timedelta(days=1))

    def plan_next(self, source: Source) -> datetime:
        if self.store_away:
            raise StoreUnavailable("locked")
        return datetime.now(UTC) + self.pause

    def due_after(self, source: Source, state: SourceState, at: datetime) -> datetime:
        return next_due(source, state, Pace(), now=at, spread=0)


@asynccontextmanager
async def watching(work: Noted) -> AsyncIterator[Watch]:
    watch = Watch(
        work=work,
        only=(),
        stop=asyncio.Event(),
        read_again=asyncio.Event(),
        chores=(),
        file=ConfigFile(work.config),
    )
    running = asyncio.create_task(watch.run())
    try:
        yield watch
    finally:
        watch.stop.set()
        await running


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not condition():  # noqa: ASYNC110 - the condition is the scheduler's, which sets no event
            await asyncio.sleep(0.01)


async def test_a_source_that_left_while_it_is_polled_is_not_polled_again(tmp_path: Path) -> None:
    work = Noted(config(tmp_path, source("a"), source("b")), held={"a": asyncio.Event()})
    async with watching(work) as watch:
        await until(lambda: work.running["a"] == 1)
        await watch.take_up(config(tmp_path, source("b")))
        work.held["a"].set()
        before = work.polled["b"]
        await until(lambda: work.polled["b"] > before + 3)
    assert work.polled["a"] == 1


async def test_a_source_that_is_back_while_it_is_polled_is_polled_once_at_a_time(tmp_path: Path) -> None:
    work = Noted(config(tmp_path, source("a"), source("b")), held={"a": asyncio.Event()})
    async with watching(work) as watch:
        await until(lambda: work.running["a"] == 1)
        await watch.take_up(config(tmp_path, source("b")))
        await watch.take_up(config(tmp_path, source("a"), source("b")))
        before = work.polled["b"]
        await until(lambda: work.polled["b"] > before + 3)
        assert work.polled["a"] == 1
        work.held["a"].set()
        await until(lambda: work.polled["a"] > 3)
    assert not work.overlapped


async def test_a_list_that_moved_while_it_is_polled_is_asked_anew(tmp_path: Path) -> None:
    work = Noted(config(tmp_path, source("a")), held={"a": asyncio.Event()})
    async with watching(work) as watch:
        await until(lambda: work.running["a"] == 1)
        await watch.take_up(config(tmp_path, source("a", url="https://a.example/new")))
        work.held["a"].set()
        await until(lambda: work.polled["a"] > 1)
    assert work.recalled == ["a"]
    assert work.urls[:2] == ["https://a.example/rss", "https://a.example/new"]


async def test_a_shorter_interval_holds_at_once_and_others_keep_their_time(tmp_path: Path) -> None:
    slow = source("a", interval=timedelta(days=2)), source("b", interval=timedelta(days=2))
    work = Noted(config(tmp_path, *slow), pause=timedelta(days=2))
    async with watching(work) as watch:

        def due(name: str) -> datetime:
            found: datetime = watch.scheduler.get_job(f"poll:{name}").trigger.run_date
            return found

        await until(lambda: set(work.polled) == {"a", "b"} and not watch.polling)
        before = due("b")
        await watch.take_up(config(tmp_path, replace(slow[0], interval=timedelta(hours=1)), slow[1]))
        assert due("b") == before
        assert due("a") < before - timedelta(days=1)
        assert work.recalled == ["a"]


async def test_a_store_that_is_away_costs_no_source_its_polls(tmp_path: Path) -> None:
    work = Noted(config(tmp_path, source("a")))
    async with watching(work) as watch:
        await until(lambda: work.polled["a"] >= 1)
        work.store_away = True
        await watch.take_up(config(tmp_path, source("a"), source("b")))
        await until(lambda: work.polled["b"] >= 1)
        before = work.polled["a"]
        await until(lambda: work.polled["a"] > before)
    assert not work.overlapped
