"""The pages for two questions: how do the sources fare, and why was an article not kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from crawler.model import Source, SourceState
from newsdesk.web.asked import NotUnderstood
from newsdesk.web.rendering import render
from newsdesk.web.room import ReadingRoom, room_of
from storage import queries, sources

DAYS = 7
"""Days of runs that the figures of a source are of."""

LONGEST_ADDRESS = 2_000


class Health(StrEnum):
    """How a source fares, the worst first."""

    FAILING = "failing"
    NEW = "new"
    OK = "ok"
    OFF = "off"


@dataclass(frozen=True, slots=True, kw_only=True)
class Faring:
    """A source, how it fares, and what its runs of the last days came to."""

    source: Source
    state: SourceState
    health: Health
    leads: int
    findings: int
    requests: int
    drops: tuple[tuple[str, int], ...]
    """Reasons of leads that ended without a finding, the most frequent first."""

    @property
    def per_day(self) -> float:
        """New addresses a day."""
        return self.leads / DAYS


def health(source: Source, state: SourceState | None) -> Health:
    """Return how a source fares."""
    if not source.enabled:
        return Health.OFF
    if state is None or state.last_poll is None:
        return Health.NEW
    return Health.FAILING if state.failures else Health.OK


def faring(room: ReadingRoom) -> list[Faring]:
    """Return how each configured source fares, the worst first."""
    since = room.now() - timedelta(days=DAYS)
    with room.reading() as session:
        known = sources.states(session)
        counted = queries.totals(session, since=since, only=list(room.sources)) if room.sources else {}
    found = [_faring(one, known.get(one.id), counted.get(one.id, {})) for one in room.config.sources]
    order = list(Health)
    return sorted(found, key=lambda one: (order.index(one.health), -one.state.failures, one.source.id))


def _faring(source: Source, state: SourceState | None, counted: dict[str, int]) -> Faring:
    drops = [
        (what.removeprefix("skipped:"), count)
        for what, count in counted.items()
        if what.startswith("skipped:")
    ]
    return Faring(
        source=source,
        state=state or SourceState(),
        health=health(source, state),
        leads=counted.get("leads_new", 0),
        findings=counted.get("findings", 0),
        requests=counted.get("requests", 0),
        drops=tuple(sorted(drops, key=lambda one: (-one[1], one[0]))),
    )


def overview(request: Request) -> Response:
    """Show how each source fares."""
    rows = faring(room_of(request))
    summary = {str(state): sum(one.health is state for one in rows) for state in Health}
    return render("sources.html", here="/sources", rows=rows, summary=summary, days=DAYS)


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
