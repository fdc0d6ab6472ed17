"""What every page needs: the config, the store and the words of a query, handed in from outside."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.orm import Session
from starlette.requests import Request

from crawler.config import Config
from crawler.model import Side, Source
from newsdesk.web.books import Shelf
from newsdesk.web.memory import Memory
from storage.engine import transaction


@dataclass(frozen=True, kw_only=True)
class ReadingRoom:
    """The store as readers may use it."""

    config: Config
    engine: Engine
    """Read-only."""
    lemmas: Callable[[str], list[list[str]]]
    """A query to what may stand for each of its words."""
    canonical: Callable[[str], str]
    """An address to the one under which its article is known."""
    now: Callable[[], datetime]
    shelf: Shelf = field(default_factory=Shelf)
    faring: Memory[list[Any]] = field(default_factory=Memory)
    """How the sources fare, as `newsdesk.web.sources` tells it."""

    @cached_property
    def sources(self) -> dict[str, Source]:
        """The configured sources by id."""
        return {source.id: source for source in self.config.sources}

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Open a session for the questions of one page."""
        with transaction(self.engine) as session:
            yield session

    def words(self, query: str) -> list[list[str]]:
        """Return a query's words as the index knows them; a query of signs alone has one that matches nothing."""
        return (self.lemmas(query) or [[""]]) if query.strip() else []

    def side(self, source_ids: tuple[str, ...]) -> Side:
        """Return whose side the first known of some sources is on."""
        known = (self.sources[one].side for one in source_ids if one in self.sources)
        return next(known, Side.UNKNOWN)


def room_of(request: Request) -> ReadingRoom:
    """Return the room that a request is served in."""
    room: ReadingRoom = request.app.state.room
    return room
