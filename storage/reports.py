"""Findings as the ledger reads them, and which of them it has not read yet."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta

from sqlalchemy import ColumnElement, and_, case, delete, func, or_, select
from sqlalchemy.orm import Session

from crawler.model import Conflict, Event, Kind, Standing
from ledger.model import Action, Report, Told
from storage.from_rows import claim_of
from storage.tables import (
    ArticleRow,
    CarrierRow,
    ClaimRow,
    FindingRow,
    LedgerDecisionRow,
    ReportedRow,
    VerdictRow,
    VersionRow,
)

TOLD = (
    "kind", "conflict", "exchange_date", "stage", "sequence", "deal", "transfer_place", "mediators", "numbers_disclosed",
)  # fmt: skip
"""What of a verdict the ledger reads; its reasons, the largest part, are not."""

AT_ONCE = 500
"""Findings read in one statement: below what an engine takes as parameters."""

OPENING = 1500
"""Characters in which a report says whether an exchange was put off or failed, and who confirms one."""


def unread(session: Session, limit: int | None = None) -> list[int]:
    """Return the findings that the ledger has not read under their current verdict, and those that are none any more."""
    relevant = _on_exchanges(session)
    statement = (
        select(FindingRow.id)
        .outerjoin(ReportedRow, ReportedRow.finding_id == FindingRow.id)
        .where(
            or_(
                and_(relevant, ReportedRow.finding_id.is_(None)),
                and_(relevant, ReportedRow.verdict_id != FindingRow.verdict_id),
                and_(~relevant, ReportedRow.finding_id.is_not(None)),
            )
        )
        .order_by(FindingRow.id)
        .limit(limit)
    )
    return list(session.scalars(statement))


def relevant(session: Session) -> list[int]:
    """Return all findings that are reports on exchanges."""
    statement = select(FindingRow.id).where(_on_exchanges(session)).order_by(FindingRow.id)
    return list(session.scalars(statement))


def _on_exchanges(session: Session) -> ColumnElement[bool]:
    """Return the condition for reports on exchanges: judged relevant, or marked so by an analyst."""
    marked = session.scalars(
        select(LedgerDecisionRow.findings).where(
            LedgerDecisionRow.action == Action.RELEVANT, LedgerDecisionRow.undone_at.is_(None)
        )
    )
    findings = sorted({finding for some in marked for finding in some})
    return or_(FindingRow.standing == Standing.RELEVANT, FindingRow.id.in_(findings))


def forget(session: Session) -> None:
    """Let the ledger read every finding anew; what was put where stays until then."""
    session.execute(delete(ReportedRow))


def near(session: Session, first: date, last: date, *, reach: timedelta) -> list[int]:
    """Return the findings read so far that tell of these days, or came out close enough to them to tell of one."""
    statement = select(ReportedRow.finding_id).where(
        or_(
            ReportedRow.day.between(first - reach, last + reach),
            ReportedRow.published_on.between(first - reach, last + reach),
        )
    )
    return list(session.scalars(statement))


def days_read(session: Session, finding_ids: Sequence[int]) -> list[tuple[date | None, date]]:
    """Return the day each finding named, and came out, when the ledger last read it: its old neighbours change too."""
    found: list[tuple[date | None, date]] = []
    for some in _chunks(finding_ids):
        rows = session.execute(
            select(ReportedRow.day, ReportedRow.published_on).where(ReportedRow.finding_id.in_(some))
        )
        found += [(row.day, row.published_on) for row in rows]
    return found


def note_read(session: Session, finding_ids: Sequence[int], reports: Iterable[Report]) -> None:
    """Note that the ledger has read findings under their current verdict; those that are no reports are forgotten."""
    known = {row.finding_id: row for row in _rows(session, finding_ids)}
    current = _verdicts(session, finding_ids)
    seen = set()
    for report in reports:
        seen.add(report.finding_id)
        row = known.get(report.finding_id) or ReportedRow(finding_id=report.finding_id)
        row.verdict_id = current[report.finding_id]
        row.day, row.published_on = report.day, report.published_on
        session.add(row)
    for finding_id, row in known.items():
        if finding_id not in seen:
            session.delete(row)
    session.flush()


def _rows(session: Session, finding_ids: Sequence[int]) -> Iterator[ReportedRow]:
    for some in _chunks(finding_ids):
        yield from session.scalars(select(ReportedRow).where(ReportedRow.finding_id.in_(some)))


def _verdicts(session: Session, finding_ids: Sequence[int]) -> dict[int, int]:
    found: dict[int, int] = {}
    for some in _chunks(finding_ids):
        rows = session.execute(select(FindingRow.id, FindingRow.verdict_id).where(FindingRow.id.in_(some)))
        found |= {row.id: row.verdict_id for row in rows}
    return found


def reports(session: Session, finding_ids: Sequence[int]) -> list[Report]:
    """Return findings as reports; what is none, or not there, is left out."""
    return [report for some in _chunks(finding_ids) for report in _reports(session, some)]


def _reports(session: Session, finding_ids: Sequence[int]) -> Iterator[Report]:
    rows = session.execute(
        select(
            FindingRow.id.label("finding_id"),
            FindingRow.first_kept,
            ArticleRow.id.label("article_id"),
            ArticleRow.address,
            ArticleRow.outlet,
            VersionRow.title,
            VersionRow.published,
            _opening().label("opening"),
            VerdictRow.id.label("verdict_id"),
            *(getattr(VerdictRow, name) for name in TOLD),
        )
        .join(ArticleRow, ArticleRow.id == FindingRow.article_id)
        .join(VerdictRow, VerdictRow.id == FindingRow.verdict_id)
        .join(VersionRow, VersionRow.id == VerdictRow.version_id)
        .where(FindingRow.id.in_(finding_ids), _on_exchanges(session))
        .order_by(FindingRow.id)
    ).all()
    claims = _claims(session, [row.verdict_id for row in rows])
    carriers = _carriers(session, [row.article_id for row in rows])
    for row in rows:
        yield Report(
            finding_id=row.finding_id,
            address=row.address,
            outlet=row.outlet,
            published=row.published or row.first_kept,
            kind=Kind(row.kind),
            conflict=Conflict(row.conflict),
            day=row.exchange_date,
            stage=row.stage,
            sequence=row.sequence,
            deal=row.deal,
            place=row.transfer_place,
            mediators=tuple(row.mediators),
            numbers_disclosed=row.numbers_disclosed,
            claims=tuple(claims[row.verdict_id]),
            title=row.title,
            opening=row.opening,
            sources=tuple(carriers[row.article_id]),
        )


def telling_totals(session: Session) -> list[Report]:
    """Return the reports that quote a running total, with those claims alone: where only totals are asked for."""
    rows = session.execute(
        select(
            FindingRow.id, FindingRow.first_kept, ArticleRow.address, ArticleRow.outlet, VersionRow.published,
            VerdictRow.kind, VerdictRow.conflict, ClaimRow,
        )
        .join(ArticleRow, ArticleRow.id == FindingRow.article_id)
        .join(VerdictRow, VerdictRow.id == FindingRow.verdict_id)
        .join(VersionRow, VersionRow.id == VerdictRow.version_id)
        .join(ClaimRow, ClaimRow.verdict_id == FindingRow.verdict_id)
        .where(ClaimRow.event == Event.TOTAL_TO_DATE, _on_exchanges(session))
        .order_by(FindingRow.id, ClaimRow.id)
    )  # fmt: skip
    found: dict[int, Report] = {}
    claims: dict[int, list[Told]] = defaultdict(list)
    for finding_id, first_kept, address, outlet, published, kind, conflict, claim in rows:
        claims[finding_id].append(Told(id=claim.id, claim=claim_of(claim)))
        found[finding_id] = Report(
            finding_id=finding_id, address=address, outlet=outlet, published=published or first_kept,
            kind=Kind(kind), conflict=Conflict(conflict),
        )  # fmt: skip
    return [replace(one, claims=tuple(claims[number])) for number, one in found.items()]


def _opening() -> ColumnElement[str]:
    """Return how a text begins, for the reports whose words tell a failure from a delay, or who confirms what has no size."""
    wanted = or_(VerdictRow.kind == Kind.POSTPONED_OR_FAILED, VerdictRow.numbers_disclosed.is_(False))
    return case((wanted, func.substr(VersionRow.text, 1, OPENING)), else_="")


def _claims(session: Session, verdicts: Sequence[int]) -> dict[int, list[Told]]:
    found: dict[int, list[Told]] = defaultdict(list)
    rows = session.scalars(select(ClaimRow).where(ClaimRow.verdict_id.in_(verdicts)).order_by(ClaimRow.id))
    for row in rows:
        found[row.verdict_id].append(Told(id=row.id, claim=claim_of(row)))
    return found


def _carriers(session: Session, articles: Sequence[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    rows = session.execute(
        select(CarrierRow.article_id, CarrierRow.source_id)
        .where(CarrierRow.article_id.in_(articles))
        .order_by(CarrierRow.source_id)
    )
    for article, source in rows:
        found[article].append(source)
    return found


def _chunks(finding_ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(finding_ids), AT_ONCE):
        yield finding_ids[start : start + AT_ONCE]
