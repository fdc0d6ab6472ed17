"""Stories put into a store the way a crawl does it, each acknowledged once it is committed."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import scheduler
from crawler.config import Config
from crawler.model import (
    Capture,
    CrawlReport,
    Finding,
    Lead,
    Outcome,
    Ownership,
    Side,
    Source,
    SourceType,
)
from crawler.spiders import AddressRules, Crawling, Politeness, Workers
from crawler.spiders.desk import OpenLead
from storage import engine as database
from storage import lock, migrate
from storage.captures import WarcArchive
from tests.storage.nouns import TEXT, finding

NOW = datetime(2026, 3, 5, 12, 0, tzinfo=UTC)
FEED = "https://slovo.example/rss"
RECHECKS = (timedelta(hours=1), timedelta(days=1))

SOURCE = Source(
    id="slovo",
    name="Slovo",
    country="UA",
    side=Side.UA,
    ownership=Ownership.PRIVATE,
    languages=("uk",),
    type=SourceType.FEED,
    url=FEED,
)


def address(token: str) -> str:
    """Return the address of the story that holds a token."""
    return f"https://slovo.example/war/{token}"


def config(folder: Path) -> Config:
    """Return the config of a store in a folder."""
    return Config(
        path=folder / "config.yaml",
        contact=None,
        database_url=f"sqlite:///{folder}/swapwatch.db",
        data=folder,
        sources=(SOURCE,),
        rechecks=RECHECKS,
    )


@contextmanager
def job(folder: Path) -> Iterator[scheduler.Job]:
    """Hold and migrate the store of a folder as the job does, without network and workers, which storing needs not."""
    engine = database.connect(config(folder).database_url)
    with lock.hold(engine) as held:
        migrate.upgrade(engine, backup_to=folder / "backups")
        idle = Crawling(
            politeness=Politeness(user_agent="swapwatch"),
            workers=Workers(processes=1),
            rules=AddressRules([]),
            clock=lambda: NOW,
        )
        archive = WarcArchive(folder / "captures")
        yield scheduler.Job(
            config=config(folder), engine=engine, archive=archive, crawling=idle, progress=None, held=held
        )
    engine.dispose()


def acknowledge(words: str) -> None:
    """Say that something is committed; nothing is held back in a buffer."""
    os.write(1, f"{words}\n".encode())


def store(folder: Path, tokens: Sequence[str], *, say: Callable[[str], None] = acknowledge) -> None:
    """Poll once: discover a story for each token, keep what waits, acknowledge each, end as a poll ends."""
    with job(folder) as running:
        desk = running.desk(SOURCE)
        state = replace(desk.state(), etag='"1"', last_poll=NOW)
        desk.discovered([(address(token), _lead(token)) for token in tokens], state)
        named: int | None = None
        for waiting in desk.pending(1000):
            named = named or desk.archive([_capture(FEED, b"<rss/>")])
            desk.keep(waiting.id, _finding(waiting), named)
            say(_token(waiting))
        ended = CrawlReport(source_id=SOURCE.id, started=NOW, finished=NOW, outcome=Outcome.STORED)
        desk.save(ended, state)
        scheduler.update_ledger(running.engine)


def _token(waiting: OpenLead) -> str:
    return waiting.lead.url.rpartition("/")[2]


def _lead(token: str) -> Lead:
    return Lead(
        source_id=SOURCE.id, url=address(token), seen_in=FEED, title="Обмін полоненими", published=NOW
    )


def _finding(waiting: OpenLead) -> Finding:
    token = _token(waiting)
    found = finding(address(token), text=f"{TEXT} {token}")
    body = f"<html><p>{found.article.text}</p></html>".encode()
    return replace(found, lemmas=f"{found.lemmas} {token}", captures=(_capture(address(token), body),))


def _capture(url: str, body: bytes) -> Capture:
    return Capture(
        url=url,
        status=200,
        fetched_at=NOW,
        body=body,
        headers=(("Content-Type", "text/html"),),
        ip="127.0.0.1",
    )
