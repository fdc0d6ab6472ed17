"""Keeping findings: an article, its versions, verdicts and claims, in the caller's one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crawler.model import Article, Finding, Verdict
from storage.captures import StoredCapture
from storage.frontier import LeadState
from storage.tables import (
    ArticleAddressRow,
    ArticleRow,
    CaptureRow,
    CarrierRow,
    ClaimRow,
    FindingRow,
    LeadRow,
    SearchTextRow,
    VerdictRow,
    VersionRow,
)
from storage.text_safety import maybe_storable, sha256, storable, text_hash


class Change(StrEnum):
    """What keeping a finding changed."""

    NEW = "new"
    NEW_VERSION = "new_version"
    CARRIER = "carrier"
    SAME = "same"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A kept finding and what keeping it changed."""

    finding_id: int
    change: Change


def keep(
    session: Session, finding: Finding, *, lead_id: int, captures: Sequence[StoredCapture], now: datetime
) -> Kept:
    """Store a finding and close its lead.

    The same article through another source is one finding with one more carrier. A text or title that differs from
    the last version's is a new version; the old one stays.
    """
    article = _article(session, finding.article, now)
    capture_id = _captures(session, captures)
    version, fresh = _version(session, article, finding, capture_id, now)
    verdict = _verdict(session, version, finding, now)
    row = session.scalar(select(FindingRow).where(FindingRow.article_id == article.id))
    new = row is None
    row = row or FindingRow(article_id=article.id, first_kept=now)
    row.verdict_id, row.standing, row.changed_at = verdict.id, finding.verdict.standing, now
    session.add(row)
    session.flush()
    session.merge(SearchTextRow(finding_id=row.id, lemmas=storable(finding.lemmas)))
    carried = _carrier(session, article, finding, lead_id, now)
    _close(session, lead_id, article.id, now)
    session.flush()
    change = (
        Change.NEW if new else Change.NEW_VERSION if fresh else Change.CARRIER if carried else Change.SAME
    )
    return Kept(finding_id=row.id, change=change)


def _article(session: Session, article: Article, now: datetime) -> ArticleRow:
    """Return the row of an article, found by any of its addresses, the canonical one first."""
    hashes = {sha256(address): address for address in (article.address, *article.addresses)}
    known = {
        row.address_hash: row.article_id
        for row in session.scalars(
            select(ArticleAddressRow).where(ArticleAddressRow.address_hash.in_(hashes))
        )
    }
    found = next((known[one] for one in hashes if one in known), None)
    row = session.get(ArticleRow, found) if found is not None else None
    if row is None:
        row = ArticleRow(
            address=storable(article.address),
            address_hash=sha256(article.address),
            outlet=article.outlet,
            first_seen=now,
        )
        session.add(row)
        session.flush()
    for one, address in hashes.items():
        if one not in known:
            session.add(ArticleAddressRow(address_hash=one, address=storable(address), article_id=row.id))
    return row


def _captures(session: Session, captures: Sequence[StoredCapture]) -> int | None:
    """Store the rows of the exchanges; return the id of the last, which carried the page."""
    last = None
    for capture in captures:
        last = CaptureRow(
            file=capture.file,
            offset=capture.offset,
            length=capture.length,
            record_id=capture.record_id,
            url=storable(capture.url),
            status=capture.status,
            fetched_at=capture.fetched_at,
            ip=capture.ip,
            body_sha256=capture.body_sha256,
        )
        session.add(last)
        session.flush()
    return last.id if last else None


def _version(
    session: Session, article: ArticleRow, finding: Finding, capture_id: int | None, now: datetime
) -> tuple[VersionRow, bool]:
    """Return the version with this text, and whether it is a new one."""
    said = finding.article
    digest = text_hash(storable(said.title), storable(said.text))
    latest = session.scalar(
        select(VersionRow)
        .where(VersionRow.article_id == article.id)
        .order_by(VersionRow.number.desc())
        .limit(1)
    )
    # a feed's excerpt does not take the place of the page that was read before
    if latest is not None and (latest.text_sha256 == digest or (said.from_feed and not latest.from_feed)):
        return latest, False
    row = VersionRow(
        article_id=article.id,
        number=latest.number + 1 if latest else 1,
        title=storable(said.title),
        text=storable(said.text),
        lemmas=storable(finding.lemmas),
        language=said.language,
        authors=[storable(name) for name in said.authors],
        published=said.published,
        published_raw=maybe_storable(said.published_raw),
        published_from=said.published_from,
        zone_known=said.zone_known,
        modified=said.modified,
        fetched_at=now,
        from_feed=said.from_feed,
        partial=said.partial,
        warnings=[storable(one) for one in said.warnings],
        text_sha256=digest,
        capture_id=capture_id,
    )
    session.add(row)
    session.flush()
    return row, True


def _verdict(session: Session, version: VersionRow, finding: Finding, now: datetime) -> VerdictRow:
    """Return what this lexicon says of the version, stored with its claims where it is new."""
    verdict = finding.verdict
    known = session.scalar(
        select(VerdictRow).where(VerdictRow.version_id == version.id, VerdictRow.lexicon == verdict.lexicon)
    )
    if known is not None:
        return known
    row = VerdictRow(version_id=version.id, judged_at=now, **_judged(verdict))
    session.add(row)
    session.flush()
    session.add_all(
        ClaimRow(
            verdict_id=row.id,
            event=claim.event,
            returned_to=claim.returned_to,
            category=claim.category,
            subset=claim.subset,
            count=claim.count,
            precision=claim.precision,
            claimed_by=list(claim.claimed_by),
            quote=storable(claim.quote),
            part=claim.span.part,
            start=claim.span.start,
            end=claim.span.end,
            reason=claim.reason,
        )
        for claim in finding.claims
    )
    return row


def _judged(verdict: Verdict) -> dict[str, object]:
    reasons = [
        {
            "rule": reason.rule,
            "weight": reason.weight,
            "words": storable(reason.words),
            "part": reason.span.part,
            "start": reason.span.start,
            "end": reason.span.end,
        }
        for reason in verdict.reasons
    ]
    return {
        "lexicon": verdict.lexicon,
        "standing": verdict.standing,
        "score": verdict.score,
        "kind": verdict.kind,
        "conflict": verdict.conflict,
        "reasons": reasons,
        "tags": list(verdict.tags),
        "exchange_date": verdict.exchange_date,
        "stage": verdict.stage,
        "sequence": verdict.sequence,
        "deal": verdict.deal,
        "mediators": list(verdict.mediators),
        "transfer_place": verdict.transfer_place,
        "numbers_disclosed": verdict.numbers_disclosed,
    }


def _carrier(session: Session, article: ArticleRow, finding: Finding, lead_id: int, now: datetime) -> bool:
    """Note that a source carries the article; return whether that is news."""
    source_id = finding.lead.source_id
    if session.get(CarrierRow, (article.id, source_id)) is not None:
        return False
    session.add(CarrierRow(article_id=article.id, source_id=source_id, lead_id=lead_id, first_seen=now))
    return True


def _close(session: Session, lead_id: int, article_id: int, now: datetime) -> None:
    lead = session.get_one(LeadRow, lead_id)
    lead.state, lead.article_id, lead.changed_at = LeadState.KEPT, article_id, now
    lead.reason = lead.stage = lead.detail = lead.next_try = None


def count(session: Session) -> int:
    """Return how many findings are kept."""
    return session.scalar(select(func.count()).select_from(FindingRow)) or 0
