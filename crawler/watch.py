"""The job over time: each source polled when it is due, under the config as its file now says, with chores beside.

What the work itself is, is handed in: nothing here knows store or network.
"""

from __future__ import annotations

import asyncio
import os
import random
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from crawler import supervisor
from crawler.clock import Drift, believable
from crawler.config import Config, ConfigFile, changes, live, moved
from crawler.errors import ConfigError, StoreError
from crawler.model import Source, SourceState
from crawler.polling import GONE_CEILING, JITTER, first_due, pause_after
from crawler.watchdog import Watchdog

PULSE_SECONDS = 20
"""How often the job gives a sign of life, for `swapwatch health`."""

LOOK_SECONDS = 2
"""How often the config file is looked at: an edit is live once two looks found it the same."""

LONGEST_HOLD = timedelta(hours=25)
"""Longer than any pause that a host may ask for."""

CATCH_UP_SECONDS = 10
"""Over how many seconds polls are spread that all became due while the machine slept or its clock was set forward."""

Chore = tuple[str, timedelta, Callable[[], None]]
"""Something to do beside polling: name, pause, and what to do; it may block."""

log = structlog.get_logger("swapwatch.watch")


class Work(Protocol):
    """What is to be done over time. Methods that are no coroutines block, and are called in threads."""

    config: Config
    """The one in use."""

    async def poll(self, source: Source) -> None:
        """Crawl a source once; whatever goes wrong stops no other."""

    async def drain(self) -> None:
        """Let running polls finish, for some seconds."""

    async def prune(self) -> None:
        """Forget what has had its time."""

    async def pulse(self) -> None:
        """Give a sign of life."""

    async def note_config(self, complaints: str) -> None:
        """Note that the config is in use, or why its file is refused."""

    def take_up(self, config: Config) -> None:
        """Go on under another config; does not block."""

    def state_of(self, source: Source) -> SourceState:
        """Return how a source fared so far."""

    def recall(self, source: Source, known: Source | None) -> SourceState:
        """Return how a source that is new or changed fared; of a list that moved nothing is remembered."""

    def plan_next(self, source: Source) -> datetime:
        """Store and return when a source is due next."""

    def due_after(self, source: Source, state: SourceState, at: datetime) -> datetime:
        """Return when a source that was last polled at an instant is due next; does not block."""


def chosen_sources(config: Config, only: Sequence[str] = ()) -> tuple[Source, ...]:
    """Return the sources named, or all that are enabled."""
    return tuple(source for source in config.sources if (source.id in only if only else source.enabled))


def longest_pause(source: Source, state: SourceState) -> timedelta:
    """Return how far ahead the next poll of a source may lie at most."""
    return max(pause_after(source.interval or source.longest, state) * (1 + JITTER), LONGEST_HOLD)


@dataclass(slots=True, kw_only=True)
class Watch:
    """The job over time: each source when it is due, under the config as its file now says."""

    work: Work
    only: Sequence[str]
    stop: asyncio.Event
    read_again: asyncio.Event
    chores: Sequence[Chore]
    file: ConfigFile
    scheduler: AsyncIOScheduler = field(
        default_factory=lambda: AsyncIOScheduler(
            timezone="UTC", job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        )
    )
    chosen: dict[str, Source] = field(default_factory=dict)
    polling: set[str] = field(default_factory=set)

    async def run(self) -> None:
        """Poll each source when it is due until a signal comes, then drain in the order that loses nothing."""
        await self.work.note_config("")
        self.chosen = {one.id: one for one in chosen_sources(self.work.config, self.only)}
        for source in self.chosen.values():
            state = await asyncio.to_thread(self.work.state_of, source)
            now = datetime.now(UTC)
            due = first_due(state, now=now, spread=random.random())  # noqa: S311
            self.plan(source, believable(due, now=now, longest=longest_pause(source, state)))
        self.every("pulse", timedelta(seconds=PULSE_SECONDS), self.work.pulse)
        self.every("prune", timedelta(days=1), self.work.prune)
        self.every("config", timedelta(seconds=LOOK_SECONDS), self.look)
        for name, pause, work in self.chores:
            self.every(f"chore:{name}", pause, self.do, name, work)
        self.scheduler.start()
        log.info("watching", sources=len(self.chosen))
        supervisor.tell(supervisor.READY)
        with Watchdog() as watchdog:
            await self.until_stopped(watchdog)
        log.info("stopping")
        supervisor.tell(supervisor.STOPPING)
        # pause first, drain, shut down last: the other way round cancels running polls
        self.scheduler.pause()
        await self.work.drain()
        self.scheduler.shutdown(wait=False)

    async def until_stopped(self, watchdog: Watchdog) -> None:
        """Wait for the signal; second by second show that the loop turns, and look whether the clock was set."""
        drift = Drift()
        while not self.stop.is_set():
            watchdog.alive()
            if jump := drift.jump():
                self.mind(jump)
            with suppress(TimeoutError):
                await asyncio.wait_for(self.stop.wait(), 1)

    def mind(self, jump: timedelta) -> None:
        """Go on after the clock was set: what waits keeps its wait, what became due meanwhile is done once."""
        log.warning("clock_set", by=str(jump) if jump > timedelta() else f"-{-jump}")
        now = datetime.now(UTC)
        for job in self.scheduler.get_jobs():
            if jump < timedelta():
                job.modify(next_run_time=job.next_run_time + jump)
            elif job.next_run_time <= now and job.id.startswith("poll:"):
                job.modify(next_run_time=now + timedelta(seconds=random.uniform(0, CATCH_UP_SECONDS)))  # noqa: S311
        self.scheduler.wakeup()

    def every(
        self, name: str, pause: timedelta, work: Callable[..., Awaitable[None]], *given: object
    ) -> None:
        """Do something now, and again each time a pause has passed since it ended."""

        async def do() -> None:
            try:
                await work(*given)
            finally:
                if not self.stop.is_set():
                    at(datetime.now(UTC) + pause)

        def at(due: datetime) -> None:
            # a date, no interval: the scheduler would list every time that was missed when the clock goes forward
            self.scheduler.add_job(do, "date", run_date=due, id=name, replace_existing=True)

        at(datetime.now(UTC))

    def plan(self, source: Source, due: datetime) -> None:
        """Poll a source at an instant, in place of what was planned for it."""
        self.scheduler.add_job(
            self.poll, "date", run_date=due, args=[source.id], id=f"poll:{source.id}", replace_existing=True
        )

    async def poll(self, source_id: str) -> None:
        """Poll a source as the config now has it, and plan its next poll; one that left the config is let go."""
        if source_id in self.polling or source_id not in self.chosen:
            return
        polled = self.chosen[source_id]
        self.polling.add(source_id)
        try:
            await self.work.poll(polled)
            while (source := self.chosen.get(source_id)) is not None and not self.stop.is_set():
                due = await self.next_after(polled, source)
                if self.chosen.get(source_id) is source:  # else it was edited in between: plan it anew
                    self.plan(source, due)
                    return
        finally:
            self.polling.discard(source_id)

    async def next_after(self, polled: Source, source: Source) -> datetime:
        """Return when to poll a source that was just polled, perhaps under another config."""
        try:
            if moved(polled, source):
                await asyncio.to_thread(self.work.recall, source, polled)
            due = await asyncio.to_thread(self.work.plan_next, source)
            longest = max((source.interval or source.longest) * (1 + JITTER), GONE_CEILING * (1 + JITTER))
            return believable(due, now=datetime.now(UTC), longest=longest)
        except StoreError as error:
            log.warning("plan_failed", source=source.id, cause=str(error))
            return self.work.due_after(source, SourceState(), datetime.now(UTC))

    async def do(self, name: str, work: Callable[[], None]) -> None:
        """Do a chore; whatever goes wrong with it stops nothing else."""
        try:
            await asyncio.to_thread(work)
        except StoreError as error:
            log.warning("chore_failed", chore=name, cause=str(error))
        except Exception:  # the border: a chore's surprise must not end the job
            log.exception("chore_failed", chore=name)

    async def look(self) -> None:
        """Take up an edit of the config; one that can't be used changes nothing and is told with line and remedy."""
        again = self.read_again.is_set()
        self.read_again.clear()
        try:
            found = await asyncio.to_thread(self.file.look, os.environ, ask_again=again)
        except ConfigError as error:
            for problem in error.problems:
                log.warning("config_refused", problem=problem)
            log.warning("config_kept", remedy="mend the file; the job goes on as before")
            await self.work.note_config("; ".join(error.problems))
            return
        if found is not None:
            await self.take_up(found)

    async def take_up(self, new: Config) -> None:
        """Go on under another config: sources that stay keep their place in time, no poll is lost."""
        old, now = self.work.config, datetime.now(UTC)
        said = changes(old, new)
        self.work.take_up(live(old, new))
        before, self.chosen = self.chosen, {one.id: one for one in chosen_sources(new, self.only)}
        for gone in before.keys() - self.chosen.keys():
            if self.scheduler.get_job(f"poll:{gone}"):
                self.scheduler.remove_job(f"poll:{gone}")
        for source in self.chosen.values():
            known = before.get(source.id)
            if known == source or source.id in self.polling:
                continue  # one that is being polled is planned anew when that ends
            state = await self.recalled(source, known)
            due = believable(
                first_due(state, now=now, spread=random.random()),  # noqa: S311
                now=now,
                longest=longest_pause(source, state),
            )
            if known is not None and _rhythm(known) != _rhythm(source) and state.last_poll:
                due = max(now, self.work.due_after(source, state, state.last_poll))
            self.plan(source, due)
        await self.work.note_config("")
        log.info("config_live", changes=said.words)
        for warning in new.warnings:
            log.warning("config_warning", warning=warning)

    async def recalled(self, source: Source, known: Source | None) -> SourceState:
        """Return how a new or changed source fared; a store that is away just now costs no poll."""
        try:
            return await asyncio.to_thread(self.work.recall, source, known)
        except StoreError as error:
            log.warning("recall_failed", source=source.id, cause=str(error))
            return SourceState()


def _rhythm(source: Source) -> tuple[timedelta | None, timedelta, timedelta]:
    return source.interval, source.shortest, source.longest
