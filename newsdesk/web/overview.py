"""The first page, and official totals beside the ledger's sums."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from crawler.model import Conflict, Party
from ledger.model import Exchange, ExchangeStatus, Matter
from ledger.totals import received
from newsdesk.health import JobHealth
from newsdesk.web.asked import Asked, read
from newsdesk.web.charts import Chart, Return, chart
from newsdesk.web.findings import Entry, entries
from newsdesk.web.rendering import render
from newsdesk.web.room import ReadingRoom, room_of
from newsdesk.web.sources import faring, job_of, tally
from storage import browsing, queries
from storage.browsing import News

LATEST_EXCHANGES, LATEST_FINDINGS = 6, 6
SIDES = (Party.UKRAINE, Party.RUSSIA)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulse:
    """How the sources fare, in one line."""

    counts: list[tuple[str, int]]
    job: JobHealth


def overview(request: Request) -> Response:
    """Show what is new and how many came home."""
    room = room_of(request)
    since = read(request.query_params, "since", instant_of)
    with room.reading() as session:
        books = room.shelf.books(session)
        latest = _latest(room, session)
        news = browsing.news(session, since) if since else None
        changed = queries.several(session, news.changed) if news else []
        pulse = _pulse(room, session)
    return render(
        "overview.html",
        here="/",
        charts={str(matter): drawn(books.exchanges, matter) for matter in Matter},
        exchanges=books.exchanges[:LATEST_EXCHANGES],
        returned={
            one.id: [received(one, side) for side in SIDES] for one in books.exchanges[:LATEST_EXCHANGES]
        },
        entries=latest,
        since=since,
        news=news,
        changed=changed,
        new_link=_new_link(since, news),
        pulse=pulse,
        now=room.now(),
    )


def totals(request: Request) -> Response:
    """Show official running totals beside the ledger's own sums."""
    room = room_of(request)
    with room.reading() as session:
        books = room.shelf.books(session)
    return render("totals.html", here="/totals", books=books)


def drawn(exchanges: Iterable[Exchange], matter: Matter) -> Chart | None:
    """Return the chart of those that Russia and Ukraine completed."""
    return chart(
        [
            Return(
                exchange_id=one.id,
                day=one.day,
                sides=(received(one, SIDES[0]), received(one, SIDES[1])),
                disputed=bool(one.disagreements),
            )
            for one in exchanges
            if one.matter is matter
            and one.conflict is Conflict.RU_UA
            and one.status is ExchangeStatus.COMPLETED
        ]
    )


def instant_of(text: str) -> datetime:
    """Return an instant; ValueError where it is none."""
    try:
        found = datetime.fromisoformat(text.strip())
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, OverflowError) as error:
        raise ValueError("an instant such as 2026-01-31T12:00:00Z") from error


def _latest(room: ReadingRoom, session: Session) -> list[Entry]:
    screen = browsing.screen(
        session, [], filters=Asked().filters(room.config.sources), limit=LATEST_FINDINGS, newest=True
    )
    return entries(room, session, screen)


def _new_link(since: datetime | None, news: News | None) -> str | None:
    return "/findings?order=newest" if since and news and news.new else None


def _pulse(room: ReadingRoom, session: Session) -> Pulse:
    return Pulse(counts=tally(faring(session, room)), job=job_of(session, room))
