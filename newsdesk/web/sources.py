"""The pages for two questions: how do the sources fare, and why was an article not kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlsplit

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from crawler.errors import StoreUnavailable
from crawler.model import Source
from newsdesk.health import (
    Figures,
    JobHealth,
    SourceHealth,
    State,
    look_at_job,
    look_closely,
)
from newsdesk.health.figures import total
from newsdesk.web.asked import NotUnderstood
from newsdesk.web.rendering import render
from newsdesk.web.room import ReadingRoom, room_of
from storage import queries

DAYS = 7
"""Days of polls that the sums of a source are of."""

RHYTHM_DAYS = 14
"""Days of which new addresses are drawn."""

DROPPED = "skipped:"

LONGEST_ADDRESS = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Faring:
    """A source, how it fares, and what its polls of the last days came to."""

    source: Source
    health: SourceHealth
    leads: int
    findings: int
    requests: int
    kilobytes: int
    drops: tuple[tuple[str, int], ...]
    """Reasons of leads that ended without a finding, the most frequent first."""
    rhythm: tuple[tuple[date, int], ...]
    """New addresses of each of the last days, today last."""

    @property
    def busiest(self) -> int:
        """New addresses of the day that brought most."""
        return max((count for _, count in self.rhythm), default=0)


def faring(session: Session, room: ReadingRoom, *, anew: bool = False) -> list[Faring]:
    """Return how each configured source fares, the worst first, as `sources status` tells it within a minute."""

    def read() -> list[Faring]:
        looked = look_closely(session, room.config.sources, now=room.now())
        return [_faring(health, figures) for health, figures in looked]

    return room.faring.value(read, now=room.now(), anew=anew)


def warm(room: ReadingRoom) -> None:
    """Read ahead what pages need and what takes long; a store that can't be read is said to its readers."""
    room.lemmas("обмін обмен exchange")
    with suppress(StoreUnavailable), room.reading() as session:
        room.shelf.books(session)
        faring(session, room, anew=True)


def _faring(health: SourceHealth, figures: Figures) -> Faring:
    today = figures.now.date()
    by_day = {day.day: day["leads_new"] for day in figures.days}
    week = [day for day in figures.days if day.day > today - timedelta(days=DAYS)]
    drops: Counter[str] = Counter()
    for day in week:
        drops.update({what: count for what, count in day.counts.items() if what.startswith(DROPPED)})
    shown = [today - timedelta(days=ago) for ago in reversed(range(RHYTHM_DAYS))]
    return Faring(
        source=figures.source,
        health=health,
        leads=total(week, "leads_new"),
        findings=total(week, "findings"),
        requests=total(week, "requests"),
        kilobytes=total(week, "kilobytes"),
        drops=tuple(
            (what.removeprefix(DROPPED), count)
            for what, count in sorted(drops.items(), key=lambda one: (-one[1], one[0]))
        ),
        rhythm=tuple((day, by_day.get(day, 0)) for day in shown),
    )


def tally(rows: Iterable[Faring]) -> list[tuple[str, int]]:
    """Return how many sources fare how, the worst state first; states that no source is in are left out."""
    counted = Counter(str(one.health.state) for one in rows)
    return [(str(state), counted[state]) for state in State if counted[state]]


def overview(request: Request) -> Response:
    """Show how each source fares, and the job itself."""
    room = room_of(request)
    with room.reading() as session:
        rows, job = faring(session, room), job_of(session, room)
    return render("sources.html", here="/sources", rows=rows, tally=tally(rows), job=job, days=DAYS)


def job_of(session: Session, room: ReadingRoom) -> JobHealth:
    """Return how the job itself fares, as `swapwatch health` tells it."""
    config = room.config
    return look_at_job(session, config.sources, now=room.now(), patience=config.metrics.no_success)


def why(request: Request) -> Response:
    """Show what happened to an address."""
    room, given = room_of(request), request.query_params.get("address", "").strip()
    if len(given) > LONGEST_ADDRESS:
        raise NotUnderstood(f"address: {len(given)} characters; give at most {LONGEST_ADDRESS}")
    address = room.canonical(given)
    if not address.startswith("https://"):
        return render("why.html", here="/why", given=given, address=None)
    with room.reading() as session:
        leads = queries.leads_to(session, address)
        number = queries.finding_at(session, address)
        found = queries.finding(session, number) if number else None
    return render(
        "why.html",
        here="/why",
        given=given,
        address=address,
        leads=leads,
        found=found,
        names={one.id: one.name for one in room.config.sources},
        near=_of_the_same_site(room, address),
    )


def _of_the_same_site(room: ReadingRoom, address: str) -> list[Source]:
    host = urlsplit(address).netloc
    return [one for one in room.config.sources if urlsplit(room.canonical(one.url)).netloc == host]
