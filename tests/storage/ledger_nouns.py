"""Findings that tell of exchanges, kept in a store, and the ledger kept over them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

from sqlalchemy import Engine

from crawler.model import Claim, Finding, Part, Span
from ledger.model import PutPart, Report
from storage import exchanges
from storage.engine import transaction
from tests.ledger.told import report
from tests.storage.nouns import finding, kept

__all__ = ["finding_of", "keep", "places", "report"]


def finding_of(told: Report) -> Finding:
    """Return a finding that says what a report tells, its quotes standing in its text."""
    text, claims = "", list[Claim]()
    for one in told.claims:
        span = Span(part=Part.TEXT, start=len(text), end=len(text) + len(one.claim.quote))
        claims.append(replace(one.claim, span=span))
        text += one.claim.quote + ". "
    plain = finding(told.address, text=text + told.address)
    return replace(
        plain,
        claims=tuple(claims),
        article=replace(plain.article, published=told.published, outlet=told.outlet),
        verdict=replace(
            plain.verdict, kind=told.kind, conflict=told.conflict, exchange_date=told.day, stage=told.stage,
            sequence=told.sequence, deal=told.deal, transfer_place=told.place, mediators=told.mediators,
            numbers_disclosed=told.numbers_disclosed,
        ),
    )  # fmt: skip


def keep(store: Engine, *told: Report, now: datetime = datetime(2026, 3, 5, 12, tzinfo=UTC)) -> list[int]:
    """Keep reports as findings; return their numbers."""
    return [kept(store, finding_of(one), address=one.address, now=now).finding_id for one in told]


def places(store: Engine, *findings: int) -> dict[int, int | None]:
    """Return the exchange each finding stands under."""
    with transaction(store) as session:
        found: list[PutPart] = exchanges.put(session, findings)
    return {one.finding_id: one.exchange_id for one in found}


def day_of(text: str) -> date:
    """Return a day."""
    return date.fromisoformat(text)
