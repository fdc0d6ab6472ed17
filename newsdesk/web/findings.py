"""The page of findings: search, facets, snippets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from crawler.model import Side, Standing
from newsdesk.web.asked import KYIV, Asked, Order, asked
from newsdesk.web.rendering import render
from newsdesk.web.room import ReadingRoom, room_of
from newsdesk.web.texts import texts
from storage import browsing
from storage.browsing import Counted, Counts, Screen
from storage.search import Hit
from storage.stored import StoredClaim

ON_A_PAGE = 20
MOST_NUMBERS = 4
"""Numbers shown beside a finding in a list."""
MOST_CHOICES = 12

CHIPS = ("q", "kind", "conflict", "lang", "source", "side", "ownership", "exchange", "since", "until")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A finding in a list."""

    hit: Hit
    outlet: str
    """The name of the first source that led to it."""
    side: Side
    sources: tuple[str, ...]
    numbers: tuple[StoredClaim, ...]
    more_numbers: int

    @property
    def when(self) -> datetime:
        """When it was published, or where undated first kept."""
        return self.hit.published or self.hit.first_kept


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One value of a facet: a link that narrows down."""

    label: str
    link: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Facet:
    """A way to divide an answer."""

    name: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chip:
    """A limit in force, and the link without it."""

    name: str
    value: str
    link: str


def findings(request: Request) -> Response:
    """Show the findings that an address asks for."""
    shown = listed(request, path="/findings", standings=(Standing.RELEVANT,))
    return render("findings.html", saved=_saved(room_of(request)), **shown)


def _saved(room: ReadingRoom) -> list[tuple[str, str]]:
    """Return the searches that the config keeps, each with its name and its link."""
    return [
        (
            one.name,
            Asked(
                q=one.words, source=one.source, lang=one.language, kind=one.kind, conflict=one.conflict
            ).link("/findings"),
        )
        for one in room.config.alerts.searches
    ]


def listed(request: Request, *, path: str, standings: tuple[Standing, ...]) -> dict[str, Any]:
    """Return what a page shows of the findings that an address asks for, by the names of its template."""
    room, question = room_of(request), asked(request.query_params)
    last_page = browsing.MOST_COUNTED // ON_A_PAGE
    with room.reading() as session:
        screen = browsing.screen(
            session,
            room.words(question.q),
            filters=question.filters(room.config.sources, standings),
            start=(min(question.page, last_page) - 1) * ON_A_PAGE,
            limit=ON_A_PAGE,
            newest=question.order is Order.NEWEST,
        )
        shown = entries(room, session, screen)
    return {
        "here": path,
        "asked": question,
        "entries": shown,
        "counted": screen.counted,
        "facets": _facets(room, question, screen, path),
        "chips": _chips(room, question, path),
        "previous": question.link(path, page=question.page - 1) if question.page > 1 else None,
        "next": _next(question, screen.counted, path, last_page),
        "at_the_end": screen.counted.more and question.page >= last_page,
    }


def entries(room: ReadingRoom, session: Session, screen: Screen) -> list[Entry]:
    """Return the findings of a screen with their numbers and sources."""
    numbers = browsing.numbers(session, [hit.id for hit in screen.hits])
    return [_entry(room, screen, hit, numbers.get(hit.id, ())) for hit in screen.hits]


def _next(question: Asked, counted: Counted, path: str, last_page: int) -> str | None:
    more = question.page * ON_A_PAGE < counted.total and question.page < last_page
    return question.link(path, page=question.page + 1) if more else None


def _entry(room: ReadingRoom, screen: Screen, hit: Hit, numbers: tuple[StoredClaim, ...]) -> Entry:
    sources = screen.carriers.get(hit.id, ())
    first = next((room.sources[one] for one in sources if one in room.sources), None)
    return Entry(
        hit=hit,
        outlet=first.name if first else hit.outlet,
        side=room.side(sources),
        sources=sources,
        numbers=numbers[:MOST_NUMBERS],
        more_numbers=max(len(numbers) - MOST_NUMBERS, 0),
    )


def _facets(room: ReadingRoom, question: Asked, screen: Screen, path: str) -> list[Facet]:
    """Return how an answer can be narrowed down; a facet with one value left divides nothing."""
    known = [
        [room.sources[one] for one in several if one in room.sources] for several in screen.carriers.values()
    ]
    counted = screen.counted
    sides = Counter(str(side) for several in known for side in {one.side for one in several})
    ownerships = Counter(str(held) for several in known for held in {one.ownership for one in several})
    divided: tuple[tuple[str, Counts], ...] = (
        ("kind", counted.kinds),
        ("side", tuple(sides.most_common())),
        ("lang", counted.languages),
        ("conflict", counted.conflicts),
        ("ownership", tuple(ownerships.most_common())),
        ("source", counted.sources),
        ("exchange", counted.exchanges),
    )
    found = [
        Facet(name=name, choices=_choices(room, question, name, counts, path))
        for name, counts in divided
        if len(counts) > 1 and getattr(question, name) is None
    ]
    months = _months(question, counted.days, path)
    return [*found, Facet(name="month", choices=months)] if len(months) > 1 else found


def _months(question: Asked, days: Iterable[datetime], path: str) -> tuple[Choice, ...]:
    """Return the months of an answer, the latest first, as links to their Kyiv days."""
    counted = Counter(day.astimezone(KYIV).date().replace(day=1) for day in days)
    found = []
    for first in sorted(counted, reverse=True)[:MOST_CHOICES]:
        last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
        link = question.link(path, since=first, until=last)
        found.append(Choice(label=f"{first:%B %Y}", link=link, count=counted[first]))
    return tuple(found)


def _choices(room: ReadingRoom, question: Asked, name: str, counts: Counts, path: str) -> tuple[Choice, ...]:
    return tuple(
        Choice(label=_label(room, name, value), link=question.link(path, **{name: value}), count=count)
        for value, count in counts[:MOST_CHOICES]
    )


def _chips(room: ReadingRoom, question: Asked, path: str) -> list[Chip]:
    return [
        Chip(
            name=name,
            value=_label(room, name, value),
            link=question.link(path, **{name: Asked().q if name == "q" else None}),
        )
        for name in CHIPS
        if (value := getattr(question, name))
    ]


def _label(room: ReadingRoom, name: str, value: object) -> str:
    if name == "source":
        source = room.sources.get(str(value))
        return source.name if source else str(value)
    return texts().label(name, value)
