"""Pages over a store of a test's own, as a browser or a program on this machine asks for them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine
from starlette.testclient import TestClient

from crawler.config import Alerts, Config, Serve
from crawler.language import query_lemmas
from crawler.model import Ownership, Side, Source, SourceType
from crawler.urls import canonical
from newsdesk.web import application
from newsdesk.web.room import ReadingRoom
from storage.engine import connect
from tests.storage.nouns import NOW

Open = Callable[..., TestClient]


def source(name: str, side: Side, ownership: Ownership) -> Source:
    return Source(
        id=name,
        name=name.capitalize(),
        country="UA",
        side=side,
        ownership=ownership,
        languages=("uk",),
        type=SourceType.FEED,
        url=f"https://{name}.example/rss",
    )


NOBODY_TOLD = Alerts()
SOURCES = (
    source("slovo", Side.UA, Ownership.PRIVATE),
    source("vesti", Side.RU, Ownership.STATE),
    source("wire", Side.OTHER, Ownership.INDEPENDENT),
)


@pytest.fixture
def desk(store: Engine, database_url: str, tmp_path: Path) -> Iterator[Open]:
    """Open the pages over the store, with settings of a test's own."""
    with ExitStack() as stack:

        def opened(
            sources: tuple[Source, ...] = SOURCES, alerts: Alerts = NOBODY_TOLD, **serve: object
        ) -> TestClient:
            engine = connect(database_url, read_only=True)
            stack.callback(engine.dispose)
            config = Config(
                path=tmp_path / "config.yaml",
                contact=None,
                database_url=database_url,
                data=tmp_path / "data",
                sources=sources,
                alerts=alerts,
                serve=replace(Serve(), **serve),  # type: ignore[arg-type]
            )
            room = ReadingRoom(
                config=config, engine=engine, lemmas=query_lemmas, canonical=canonical, now=lambda: NOW
            )
            return TestClient(application(room), base_url="http://127.0.0.1:8300")

        yield opened
