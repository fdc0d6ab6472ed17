"""Leads and findings for tests of the store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from crawler.model import (
    Article,
    Capture,
    Category,
    Claim,
    Conflict,
    Event,
    Finding,
    Kind,
    Lead,
    Part,
    Party,
    SourceState,
    Span,
    Standing,
    Verdict,
)
from storage import findings, frontier, queries
from storage.captures import StoredCapture
from storage.engine import transaction
from storage.findings import Kept
from storage.queries import WholeFinding
from storage.tables import LeadRow
from storage.text_safety import sha256

NOW = datetime(2026, 3, 5, 12, 0, tzinfo=UTC)
ADDRESS = "https://slovo.example/war/1"
TEXT = "Додому повернулися 205 захисників. Обмін відбувся на кордоні."


def lead(address: str = ADDRESS, *, source: str = "slovo", title: str | None = "Обмін полоненими") -> Lead:
    return Lead(
        source_id=source, url=address, seen_in="https://slovo.example/rss", title=title, published=NOW
    )


def finding(
    address: str = ADDRESS, *, text: str = TEXT, source: str = "slovo", others: tuple[str, ...] = ()
) -> Finding:
    at = text.find("205 захисників")
    claims = (
        Claim(
            event=Event.THIS_EXCHANGE,
            returned_to=Party.UKRAINE,
            category=Category.PRISONERS_OF_WAR,
            count=205,
            quote="205 захисників",
            span=Span(part=Part.TEXT, start=at, end=at + 14),
        ),
    )
    article = Article(
        address=address,
        outlet="slovo.example",
        title="Обмін полоненими",
        text=text,
        language="uk",
        published=NOW,
        addresses=others,
    )
    verdict = Verdict(
        lexicon="test",
        standing=Standing.RELEVANT,
        score=0.9,
        kind=Kind.EXCHANGE_COMPLETED,
        conflict=Conflict.RU_UA,
    )
    return Finding(
        article=article,
        verdict=verdict,
        claims=claims if at >= 0 else (),
        lead=lead(address, source=source),
        lemmas="обмін полонений додому повернутися 205 захисник",
    )


def lead_id(session: Session, address: str = ADDRESS, *, source: str = "slovo") -> int:
    """Discover an address through a source; return the number of its lead."""
    frontier.discovered(
        session, source, [(address, lead(address, source=source))], state=SourceState(), now=NOW
    )
    return session.scalars(
        select(LeadRow.id).where(LeadRow.source_id == source, LeadRow.address_hash == sha256(address))
    ).one()


def kept(
    store: Engine,
    found: Finding,
    *,
    address: str = ADDRESS,
    captures: Sequence[StoredCapture] = (),
    now: datetime = NOW,
    list_capture: int | None = None,
) -> Kept:
    """Walk a finding's whole way into the store, in one transaction."""
    with transaction(store) as session:
        number = lead_id(session, address, source=found.lead.source_id)
        return findings.keep(
            session, found, lead_id=number, captures=captures, now=now, list_capture=list_capture
        )


def whole(store: Engine, finding_id: int) -> WholeFinding:
    """Return a finding that must be there."""
    with transaction(store) as session:
        found = queries.finding(session, finding_id)
    assert found is not None
    return found


def changed(found: Finding, text: str) -> Finding:
    return replace(found, article=replace(found.article, text=text), claims=())


def capture(body: bytes = b"<html>obmin</html>") -> Capture:
    return Capture(
        url=ADDRESS,
        status=200,
        fetched_at=NOW,
        body=body,
        headers=(("Content-Type", "text/html"), ("Transfer-Encoding", "chunked")),
        request_headers=(("User-Agent", "swapwatch"),),
        ip="127.0.0.1",
    )
