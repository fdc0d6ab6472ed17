"""What people ask of the store: whole findings, leads, outcomes. Rows leave this room as frozen nouns."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crawler.model import Category, Claim, Event, Lead, Part, Party, Precision, Span, Speaker
from storage.frontier import lead_of
from storage.search import Filters, filtered
from storage.tables import (
    ArticleAddressRow,
    ArticleRow,
    CaptureRow,
    CarrierRow,
    ClaimRow,
    FindingRow,
    LeadRow,
    RunCountRow,
    RunRow,
    VerdictRow,
    VersionRow,
)
from storage.text_safety import sha256


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredClaim:
    """A claim with its number in the store."""

    id: int
    claim: Claim


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Where the raw answer of a version stands."""

    file: str
    offset: int
    length: int
    url: str
    status: int
    fetched_at: datetime
    ip: str | None
    body_sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredVersion:
    """What an article said at one time."""

    number: int
    title: str
    text: str
    language: str | None
    authors: tuple[str, ...]
    published: datetime | None
    published_raw: str | None
    published_from: str | None
    zone_known: bool
    modified: datetime | None
    fetched_at: datetime
    from_feed: bool
    partial: bool
    warnings: tuple[str, ...]
    text_sha256: str
    evidence: Evidence | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Carrier:
    """A source that led to an article."""

    source_id: str
    first_seen: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredVerdict:
    """What a lexicon said of a version, as stored."""

    lexicon: str
    standing: str
    score: float
    kind: str
    conflict: str
    reasons: tuple[dict[str, Any], ...]
    tags: tuple[str, ...]
    exchange_date: date | None
    stage: int | None
    sequence: int | None
    deal: str | None
    mediators: tuple[str, ...]
    transfer_place: str | None
    numbers_disclosed: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeFinding:
    """A finding with everything that is kept of it; versions oldest first."""

    id: int
    address: str
    addresses: tuple[str, ...]
    outlet: str
    first_kept: datetime
    changed_at: datetime
    verdict: StoredVerdict
    claims: tuple[StoredClaim, ...]
    versions: tuple[StoredVersion, ...]
    carriers: tuple[Carrier, ...]

    @property
    def current(self) -> StoredVersion:
        """The latest version."""
        return self.versions[-1]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredLead:
    """A lead with how it ended."""

    id: int
    lead: Lead
    state: str
    stage: str | None
    reason: str | None
    detail: str | None
    discovered_at: datetime
    changed_at: datetime
    attempts: int
    next_try: datetime | None
    finding_id: int | None


def finding(session: Session, finding_id: int) -> WholeFinding | None:
    """Return one finding whole, or None where there is none of this number."""
    row = session.get(FindingRow, finding_id)
    return _whole(session, row) if row else None


def findings(session: Session, filters: Filters) -> Iterator[WholeFinding]:
    """Stream whole findings, oldest first, a hundred rows in memory at a time."""
    ids = session.scalars(filtered(filters).with_only_columns(FindingRow.id).order_by(FindingRow.id)).all()
    for finding_id in ids:
        yield _whole(session, session.get_one(FindingRow, finding_id))
        session.expunge_all()


def _whole(session: Session, row: FindingRow) -> WholeFinding:
    article = session.get_one(ArticleRow, row.article_id)
    verdict = session.get_one(VerdictRow, row.verdict_id)
    versions = session.execute(
        select(VersionRow, CaptureRow)
        .outerjoin(CaptureRow, CaptureRow.id == VersionRow.capture_id)
        .where(VersionRow.article_id == article.id)
        .order_by(VersionRow.number)
    )
    claims = session.scalars(select(ClaimRow).where(ClaimRow.verdict_id == verdict.id).order_by(ClaimRow.id))
    carriers = session.scalars(
        select(CarrierRow)
        .where(CarrierRow.article_id == article.id)
        .order_by(CarrierRow.first_seen, CarrierRow.source_id)
    )
    addresses = session.scalars(
        select(ArticleAddressRow.address)
        .where(ArticleAddressRow.article_id == article.id)
        .order_by(ArticleAddressRow.address)
    )
    return WholeFinding(
        id=row.id,
        address=article.address,
        addresses=tuple(addresses),
        outlet=article.outlet,
        first_kept=row.first_kept,
        changed_at=row.changed_at,
        verdict=_verdict(verdict),
        claims=tuple(StoredClaim(id=claim.id, claim=claim_of(claim)) for claim in claims),
        versions=tuple(_version(version, capture) for version, capture in versions),
        carriers=tuple(Carrier(source_id=one.source_id, first_seen=one.first_seen) for one in carriers),
    )


def claim_of(row: ClaimRow) -> Claim:
    """Return a stored claim as the noun it was."""
    return Claim(
        event=Event(row.event),
        returned_to=Party(row.returned_to),
        category=Category(row.category),
        subset=row.subset,
        count=row.count,
        precision=Precision(row.precision),
        claimed_by=tuple(Speaker(one) for one in row.claimed_by),
        quote=row.quote,
        span=Span(part=Part(row.part), start=row.start, end=row.end),
        reason=row.reason,
    )


def _verdict(row: VerdictRow) -> StoredVerdict:
    return StoredVerdict(
        lexicon=row.lexicon,
        standing=row.standing,
        score=row.score,
        kind=row.kind,
        conflict=row.conflict,
        reasons=tuple(row.reasons),
        tags=tuple(row.tags),
        exchange_date=row.exchange_date,
        stage=row.stage,
        sequence=row.sequence,
        deal=row.deal,
        mediators=tuple(row.mediators),
        transfer_place=row.transfer_place,
        numbers_disclosed=row.numbers_disclosed,
    )


def _version(row: VersionRow, capture: CaptureRow | None) -> StoredVersion:
    return StoredVersion(
        number=row.number,
        title=row.title,
        text=row.text,
        language=row.language,
        authors=tuple(row.authors),
        published=row.published,
        published_raw=row.published_raw,
        published_from=row.published_from,
        zone_known=row.zone_known,
        modified=row.modified,
        fetched_at=row.fetched_at,
        from_feed=row.from_feed,
        partial=row.partial,
        warnings=tuple(row.warnings),
        text_sha256=row.text_sha256,
        evidence=_evidence(capture) if capture else None,
    )


def _evidence(row: CaptureRow) -> Evidence:
    return Evidence(
        file=row.file,
        offset=row.offset,
        length=row.length,
        url=row.url,
        status=row.status,
        fetched_at=row.fetched_at,
        ip=row.ip,
        body_sha256=row.body_sha256,
    )


def leads(session: Session, *, source: str | None = None, state: str | None = None) -> Iterator[StoredLead]:
    """Stream leads with their outcomes, oldest first."""
    statement = (
        select(LeadRow, FindingRow.id)
        .outerjoin(FindingRow, FindingRow.article_id == LeadRow.article_id)
        .order_by(LeadRow.id)
        .execution_options(yield_per=500)
    )
    if source is not None:
        statement = statement.where(LeadRow.source_id == source)
    if state is not None:
        statement = statement.where(LeadRow.state == state)
    for row, finding_id in session.execute(statement):
        yield _lead(row, finding_id)


def leads_to(session: Session, address: str) -> list[StoredLead]:
    """Return every lead to a canonical address: what happened to it, per source."""
    statement = (
        select(LeadRow, FindingRow.id)
        .outerjoin(FindingRow, FindingRow.article_id == LeadRow.article_id)
        .where(LeadRow.address_hash == sha256(address))
        .order_by(LeadRow.id)
    )
    return [_lead(row, finding_id) for row, finding_id in session.execute(statement)]


def _lead(row: LeadRow, finding_id: int | None) -> StoredLead:
    return StoredLead(
        id=row.id,
        lead=lead_of(row),
        state=row.state,
        stage=row.stage,
        reason=row.reason,
        detail=row.detail,
        discovered_at=row.discovered_at,
        changed_at=row.changed_at,
        attempts=row.attempts,
        next_try=row.next_try,
        finding_id=finding_id,
    )


def finding_at(session: Session, address: str) -> int | None:
    """Return the number of the finding that an address leads to, if any."""
    return session.scalar(
        select(FindingRow.id)
        .join(ArticleAddressRow, ArticleAddressRow.article_id == FindingRow.article_id)
        .where(ArticleAddressRow.address_hash == sha256(address))
    )


def totals(session: Session) -> dict[str, dict[str, int]]:
    """Return for each source what all its runs counted, by name of the count."""
    rows = session.execute(
        select(RunRow.source_id, RunCountRow.what, func.sum(RunCountRow.count))
        .join(RunCountRow, RunCountRow.run_id == RunRow.id)
        .group_by(RunRow.source_id, RunCountRow.what)
    )
    found: dict[str, dict[str, int]] = {}
    for source_id, what, count in rows:
        found.setdefault(source_id, {})[what] = int(count)
    return found
