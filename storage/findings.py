"""Keeping findings: an article, its versions, verdicts and claims, in the caller's one transaction."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crawler.model import Article, Finding, PageState
from storage import apart, copies, custody, edits, evidence, looks
from storage.captures import StoredCapture
from storage.frontier import LeadState
from storage.stored import StoredEdit
from storage.tables import (
    ArticleAddressRow,
    ArticleRow,
    CaptureRow,
    CarrierRow,
    FindingRow,
    LeadRow,
    SearchTextRow,
    VerdictRow,
    VersionRow,
)
from storage.text_safety import plain_words, sha256, storable, text_hash
from storage.verdicts import stored_verdict

KEEPING = 0x5357_4151
"""Key of the lock under which findings are kept on PostgreSQL, where writers do not wait for each other."""


SAME_TEXT = 0.6
"""Share of telling words from which a story that its list calls another one is the same after all."""


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
    edit: StoredEdit | None = None
    """Where the new version claims other things than the one before."""


def keep(
    session: Session,
    finding: Finding,
    *,
    lead_id: int,
    captures: Sequence[StoredCapture],
    now: datetime,
    list_capture: int | None = None,
    rechecks: Sequence[timedelta] = (),
) -> Kept:
    """Store a finding and close its lead.

    The same article through another source is one finding with one more carrier. A text or title that differs from
    the last version's is a new version; the old one stays. A feed's excerpt never takes the place of a page. What else
    comes to stand under the address of a known article is noted, and never stored.

    Args:
        session: of the caller's transaction.
        finding: the article with its verdict and claims.
        lead_id: the lead that led to it.
        captures: its page as received, redirects first; empty where the list's own text is the article.
        now: the instant of keeping.
        list_capture: number of the stored list that named it; None keeps what the lead knows already.
        rechecks: how long after it was first kept its page is read again.
    """
    _one_at_a_time(session)
    lead = session.get_one(LeadRow, lead_id)
    if (other := _stranger(session, finding, lead)) is not None:
        return _noted(session, other, finding, lead, now=now, rechecks=rechecks)
    article = _article(session, finding.article, lead, now)
    lead.list_capture_id = list_capture or lead.list_capture_id
    page = evidence.add(session, captures, now=now, article_id=article.id) if captures else None
    fetched = captures[-1].fetched_at if captures else now  # an archive's exchange is older than its keeping
    said = _said(session, article, finding, capture_id=page or lead.list_capture_id, fetched=fetched, now=now)
    carried = _carrier(session, article.id, lead, now)
    _close(lead, article.id, now)
    session.flush()
    if said.new:
        looks.plan(session, article.id, lead, now=now, rechecks=rechecks)
    else:
        _looked(session, article, finding, said.version, now=now, rechecks=rechecks)
    return Kept(finding_id=said.row.id, change=_change(said, carried=carried), edit=said.edit)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    """What an article's text came to."""

    row: FindingRow
    new: bool
    version: VersionRow | None
    """Of its own, where the text is another than before."""
    edit: StoredEdit | None = None


def _said(
    session: Session,
    article: ArticleRow,
    finding: Finding,
    *,
    capture_id: int | None,
    fetched: datetime,
    now: datetime,
) -> _Said:
    """Store what an article says now, unless it is what it said before."""
    latest = _latest(session, article.id)
    row = session.scalar(select(FindingRow).where(FindingRow.article_id == article.id))
    if row is not None and latest is not None and _says_no_more(finding, latest):
        return _Said(row=row, new=False, version=None)
    version, fresh = _version(
        session, article.id, latest, finding, capture_id=capture_id, fetched=fetched, now=now
    )
    verdict = stored_verdict(session, version, finding, now=now)
    edit = None
    if row is not None and latest is not None and fresh:
        before = session.get_one(VerdictRow, row.verdict_id)
        edit = edits.note(session, latest, version, said=before, says=verdict, now=now)
    new = row is None
    row = _finding(session, row, version, verdict, now)
    if fresh:
        copies.place(session, article, version)
    return _Said(row=row, new=new, version=version if fresh else None, edit=edit)


def _change(said: _Said, *, carried: bool) -> Change:
    if said.new:
        return Change.NEW
    if said.version is not None:
        return Change.NEW_VERSION
    return Change.CARRIER if carried else Change.SAME


def proves_nothing_new(session: Session, finding: Finding, *, lead_id: int) -> bool:
    """Say whether the capture of a page need not be kept: it is not the known article it was fetched for, or says the same.

    The version that says so has its capture already; that it still stood there is noted as a look.
    """
    lead = session.get_one(LeadRow, lead_id)
    if _stranger(session, finding, lead) is not None:
        return True
    latest = _latest(session, lead.article_id) if lead.article_id is not None else None
    if latest is None or latest.capture_id is None or latest.from_feed or finding.article.from_feed:
        return False
    same = text_hash(finding.article.title, finding.article.text) == latest.text_sha256
    return same or _says_no_more(finding, latest)


@dataclass(frozen=True, slots=True)
class _Stranger:
    """A page that stands where a known article should, and why it is not that article."""

    article: ArticleRow
    row: FindingRow
    state: PageState


def _stranger(session: Session, finding: Finding, lead: LeadRow) -> _Stranger | None:
    if (buried := _redacted(session, finding, lead)) is not None:
        return buried
    if lead.article_id is None:
        return None
    known = _latest(session, lead.article_id)
    row = session.scalar(select(FindingRow).where(FindingRow.article_id == lead.article_id))
    if known is None or row is None:
        return None
    addresses = session.scalars(
        select(ArticleAddressRow.address_hash).where(ArticleAddressRow.article_id == lead.article_id)
    ).all()
    state = looks.strange(finding.article, known, addresses=addresses)
    return _Stranger(session.get_one(ArticleRow, lead.article_id), row, state) if state else None


def _redacted(session: Session, finding: Finding, lead: LeadRow) -> _Stranger | None:
    """Return the article that an address leads to where its text was redacted: it is never kept again."""
    hashes = [sha256(one) for one in (finding.article.address, *finding.article.addresses)]
    row = session.scalar(
        select(ArticleRow)
        .join(ArticleAddressRow, ArticleAddressRow.article_id == ArticleRow.id)
        .where(ArticleAddressRow.address_hash.in_([*hashes, lead.address_hash]))
        .where(ArticleRow.state == looks.REDACTED)
        .limit(1)
    )
    if row is None:
        return None
    lead.title = lead.text = None
    kept = session.scalars(select(FindingRow).where(FindingRow.article_id == row.id)).one()
    return _Stranger(row, kept, PageState.UNREAD)


def _noted(
    session: Session,
    other: _Stranger,
    finding: Finding,
    lead: LeadRow,
    *,
    now: datetime,
    rechecks: Sequence[timedelta],
) -> Kept:
    """Note that something else stands under an article's address."""
    where = finding.article.address
    detail = "" if where == other.article.address else f"led to {where}"
    looks.note(session, other.article, other.state, now=now, detail=detail, rechecks=rechecks)
    _close(lead, other.article.id, now)
    session.flush()
    return Kept(finding_id=other.row.id, change=Change.SAME)


def _looked(
    session: Session,
    article: ArticleRow,
    finding: Finding,
    version: VersionRow | None,
    *,
    now: datetime,
    rechecks: Sequence[timedelta],
) -> None:
    """Note what a look at the page of a known article came to; a list's words are no look at its page."""
    if finding.instead_of is not None:
        state, detail = looks.state_of(finding.instead_of), finding.instead_of.detail
        looks.note(session, article, state, now=now, detail=detail, rechecks=rechecks)
    elif finding.article.from_feed:
        looks.planned(session, article.id, now=now, rechecks=rechecks, told=True)
    else:
        state = PageState.EDITED if version else PageState.SAME
        looks.note(
            session,
            article,
            state,
            now=now,
            detail="" if version else _alike(session, article.id, finding),
            version_id=version.id if version else None,
            rechecks=rechecks,
        )


def _alike(session: Session, article_id: int, finding: Finding) -> str:
    """Return how a page that says the same compares with the capture of the version it shows."""
    latest = _latest(session, article_id)
    if latest is None or latest.capture_id is None or not finding.captures:
        return ""
    body = hashlib.sha256(finding.captures[-1].body).hexdigest()
    if session.get_one(CaptureRow, latest.capture_id).body_sha256 == body:
        return f"byte for byte as version {latest.number}"
    return f"says what version {latest.number} says; sha256 of this body {body}"


def _one_at_a_time(session: Session) -> None:
    """Let no second article be made of one address while this transaction lasts, as on SQLite anyway."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(KEEPING)))


def _article(session: Session, article: Article, lead: LeadRow, now: datetime) -> ArticleRow:
    """Return the row of an article, found by any address that leads to it, the canonical one first."""
    hashes = {sha256(address): address for address in (article.address, *article.addresses)}
    hashes.setdefault(lead.address_hash, lead.url)
    known = _known(session, hashes)
    found = next((known[one] for one in hashes if one in known), None)
    row = session.get(ArticleRow, found) if found is not None else None
    if row is not None and _is_another(session, row, article, lead):
        # an address that other stories have too names none of them; the list's own does
        hashes = {sha256(lead.url): lead.url, lead.address_hash: lead.url}
        if apart.MARK not in lead.url and known.keys() & hashes.keys():
            marked = f"{lead.url}{apart.MARK}{text_hash(article.title, article.text)[:8]}"
            hashes = {sha256(marked): marked}
        known = _known(session, hashes)
        row = session.get(ArticleRow, next(iter(known.values()))) if known else None
    if row is None:
        address_hash, address = next(iter(hashes.items()))
        row = ArticleRow(address=address, address_hash=address_hash, outlet=article.outlet, first_seen=now)
        session.add(row)
        session.flush()
    for one, address in hashes.items():
        if one not in known:
            session.add(ArticleAddressRow(address_hash=one, address=address, article_id=row.id))
    return row


def _known(session: Session, hashes: Iterable[str]) -> dict[str, int]:
    rows = session.scalars(select(ArticleAddressRow).where(ArticleAddressRow.address_hash.in_(list(hashes))))
    return {row.address_hash: row.article_id for row in rows}


def _is_another(session: Session, row: ArticleRow, article: Article, lead: LeadRow) -> bool:
    """Say whether a page tells another story than the article that its address leads to."""
    known = _latest(session, row.id)
    if lead.article_id == row.id or known is None:
        return False
    if apart.MARK in lead.url:
        return looks.shared(article.text, known.text) < SAME_TEXT
    return looks.strange(article, known, addresses=[]) is PageState.REDIRECTED


def _latest(session: Session, article_id: int) -> VersionRow | None:
    return session.scalar(
        select(VersionRow)
        .where(VersionRow.article_id == article_id)
        .order_by(VersionRow.number.desc())
        .limit(1)
    )


def _says_no_more(finding: Finding, latest: VersionRow) -> bool:
    """Say whether this is a list's short text of a page that was read before, or differs from it beside the report only."""
    said = finding.article
    if text_hash(said.title, said.text) == latest.text_sha256:
        return False
    if said.from_feed != latest.from_feed:
        return said.from_feed
    return latest.core_sha256 is not None and _core_hash(finding) == latest.core_sha256


def _core_hash(finding: Finding) -> str | None:
    """Return the hash of headline and report, None where nobody told the report from what stands beside it."""
    return text_hash(finding.article.title, finding.core) if finding.core else None


def _version(
    session: Session,
    article_id: int,
    latest: VersionRow | None,
    finding: Finding,
    *,
    capture_id: int | None,
    fetched: datetime,
    now: datetime,
) -> tuple[VersionRow, bool]:
    """Return the version with this text, and whether it is a new one."""
    said = finding.article
    digest = text_hash(said.title, said.text)
    if latest is not None and latest.text_sha256 == digest:
        if capture_id is not None and (latest.capture_id is None or latest.from_feed > said.from_feed):
            # what so far only a list had said, a page now bears out
            latest.capture_id, latest.from_feed = capture_id, said.from_feed
            custody.rebase(session, latest, now=now)
        return latest, False
    row = VersionRow(
        article_id=article_id,
        number=latest.number + 1 if latest else 1,
        title=storable(said.title),
        text=storable(said.text),
        lemmas=finding.lemmas,
        language=said.language,
        authors=list(said.authors),
        published=said.published,
        published_raw=said.published_raw,
        published_from=said.published_from,
        zone_known=said.zone_known,
        modified=said.modified,
        fetched_at=fetched,
        from_feed=said.from_feed,
        partial=said.partial,
        warnings=list(said.warnings),
        text_sha256=digest,
        core_sha256=_core_hash(finding),
        credits=list(finding.credits),
        capture_id=capture_id,
    )
    session.add(row)
    session.flush()
    custody.append(session, [row], now=now)
    return row, True


def _finding(
    session: Session,
    row: FindingRow | None,
    version: VersionRow,
    verdict: VerdictRow,
    now: datetime,
) -> FindingRow:
    """Return the article's finding with its current verdict, findable by the version's words."""
    if row is not None and row.verdict_id == verdict.id:
        return row
    row = row or FindingRow(article_id=version.article_id, first_kept=now)
    row.verdict_id, row.standing, row.changed_at = verdict.id, verdict.standing, now
    session.add(row)
    session.flush()
    session.merge(SearchTextRow(finding_id=row.id, lemmas=plain_words(version.lemmas)))
    return row


def _carrier(session: Session, article_id: int, lead: LeadRow, now: datetime) -> bool:
    """Note that the lead's source carries the article; return whether that is news."""
    if session.get(CarrierRow, (article_id, lead.source_id)) is not None:
        return False
    session.add(CarrierRow(article_id=article_id, source_id=lead.source_id, lead_id=lead.id, first_seen=now))
    return True


def _close(lead: LeadRow, article_id: int, now: datetime) -> None:
    lead.state, lead.article_id, lead.changed_at = LeadState.KEPT, article_id, now
    lead.reason = lead.stage = lead.detail = lead.next_try = None
