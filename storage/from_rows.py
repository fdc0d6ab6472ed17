"""Rows to nouns: the one place where the store's objects turn into what other rooms see."""

from __future__ import annotations

from crawler.model import Category, Claim, Event, Part, Party, Precision, Span, Speaker
from storage.frontier import lead_of
from storage.stored import Evidence, StoredLead, StoredVerdict, StoredVersion
from storage.tables import CaptureRow, ClaimRow, LeadRow, VerdictRow, VersionRow


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


def stored_verdict(row: VerdictRow) -> StoredVerdict:
    """Return a verdict as stored."""
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


def stored_version(row: VersionRow, capture: CaptureRow | None) -> StoredVersion:
    """Return a version with where its page's answer stands."""
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
        evidence=evidence_of(capture) if capture else None,
    )


def evidence_of(row: CaptureRow) -> Evidence:
    """Return where an exchange stands in the archive."""
    return Evidence(
        id=row.id,
        file=row.file,
        offset=row.offset,
        length=row.length,
        url=row.url,
        status=row.status,
        fetched_at=row.fetched_at,
        ip=row.ip,
        body_sha256=row.body_sha256,
        end=row.written_to,
    )


def stored_lead(row: LeadRow, finding_id: int | None) -> StoredLead:
    """Return a lead with how it ended."""
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
