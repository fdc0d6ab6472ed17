"""The ledger's store: numbers minted once, what reports were put to them, and where numbers moved."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, func, or_, select
from sqlalchemy.orm import Session

from crawler.model import Conflict
from ledger.model import (
    Agreement,
    Exchange,
    ExchangeStatus,
    Matter,
    PartKey,
    PutPart,
    Unclear,
)
from storage import exchange_records
from storage.tables import ExchangeForwardRow, ExchangePartRow, ExchangeRow

AT_ONCE = 500

LEDGER = 0x5357_4C45
"""Key of the lock under which the ledger is written on PostgreSQL."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """An exchange in brief, as lists narrow it."""

    id: int
    conflict: Conflict
    matter: Matter
    day: date
    status: ExchangeStatus | None
    deal: str | None
    disputed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangeFilters:
    """Which exchanges are asked for; None means no limit."""

    since: date | None = None
    until: date | None = None
    conflict: Conflict | None = None
    matter: Matter | None = None
    status: ExchangeStatus | None = None
    deal: str | None = None
    disputed: bool | None = None


def one_at_a_time(session: Session) -> None:
    """Let no second writer into the ledger while this transaction lasts, as on SQLite anyway."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(LEDGER)))


def mint(session: Session, *, conflict: Conflict, matter: Matter, day: date, now: datetime) -> int:
    """Return a new exchange's number; it is never given again."""
    row = ExchangeRow(conflict=conflict, matter=matter, day=day, disputed=False, minted_at=now)
    session.add(row)
    session.flush()
    return row.id


def put(session: Session, finding_ids: Sequence[int]) -> list[PutPart]:
    """Return where the parts of findings are."""
    return [
        _put(row)
        for some in _chunks(finding_ids)
        for row in session.scalars(
            select(ExchangePartRow)
            .where(ExchangePartRow.finding_id.in_(some))
            .order_by(ExchangePartRow.finding_id, ExchangePartRow.matter)
        )
    ]


def touching(session: Session, exchanges: Sequence[int], findings: Sequence[int] = ()) -> list[PutPart]:
    """Return the parts that stand, or were put by reconciling, under any of the exchanges or of the findings."""
    found: dict[PartKey, PutPart] = {}
    for column, numbers in (
        (ExchangePartRow.machine_id, exchanges),
        (ExchangePartRow.exchange_id, exchanges),
        (ExchangePartRow.finding_id, findings),
    ):
        for some in _chunks(numbers):
            rows = session.execute(select(*ExchangePartRow.__table__.columns).where(column.in_(some)))
            found |= {one.key: one for one in map(_put, rows)}
    return [found[key] for key in sorted(found)]


def _put(row: ExchangePartRow | Row[Any]) -> PutPart:
    return PutPart(
        finding_id=row.finding_id,
        matter=Matter(row.matter),
        machine_id=row.machine_id,
        exchange_id=row.exchange_id,
        reason=Unclear(row.reason) if row.reason else None,
        because=row.because,
        claims=tuple(row.claims),
    )


def save_parts(
    session: Session,
    concluded: Iterable[PutPart],
    *,
    of: Sequence[int],
    now: datetime,
) -> None:
    """Store what reconciling concluded of findings; what they tell no more is removed, where parts stand is kept.

    Args:
        session: of the caller's transaction.
        concluded: each part with the exchange it was put to, or the reason why it has none.
        of: all findings that were reconciled.
        now: the instant of reconciling.
    """
    known = {
        (row.finding_id, Matter(row.matter)): row
        for some in _chunks(of)
        for row in session.scalars(select(ExchangePartRow).where(ExchangePartRow.finding_id.in_(some)))
    }
    for one in concluded:
        row = known.pop(one.key, None)
        if row is None:
            row = ExchangePartRow(finding_id=one.finding_id, matter=one.matter)
            session.add(row)
        elif _concluded(row) == (one.machine_id, one.reason, one.because, list(one.claims)):
            continue
        row.machine_id, row.reason, row.because = one.machine_id, one.reason, one.because
        row.claims, row.reconciled_at = list(one.claims), now
    for row in known.values():
        session.delete(row)
    session.flush()


def _concluded(row: ExchangePartRow) -> tuple[object, ...]:
    return row.machine_id, row.reason, row.because, row.claims


def stand(session: Session, places: Mapping[PartKey, int | None]) -> None:
    """Store where parts stand after the analysts' decisions."""
    for some in _chunks(sorted({finding for finding, _ in places})):
        for row in session.scalars(select(ExchangePartRow).where(ExchangePartRow.finding_id.in_(some))):
            key = (row.finding_id, Matter(row.matter))
            if key in places:
                row.exchange_id = places[key]
    session.flush()


def describe(session: Session, made: Iterable[Exchange], *, rules: str) -> None:
    """Store records, and the fields of theirs by which lists are narrowed.

    Args:
        session: of the caller's transaction.
        made: the records.
        rules: version of the rules that made them.
    """
    for record in made:
        row = session.get_one(ExchangeRow, record.id)
        row.day, row.last_day, row.status, row.deal = record.day, record.last_day, record.status, record.deal
        row.stage, row.sequence = record.stage, record.sequence
        row.disputed = any(one.agreement is Agreement.DISPUTED for one in record.comparisons)
        exchange_records.write(row, record, rules=rules)
    session.flush()


def forward(session: Session, ways: Iterable[tuple[int, int]], *, now: datetime) -> None:
    """Leave forwarding addresses from old numbers to those their reports moved to."""
    for old, new in ways:
        session.merge(ExchangeForwardRow(old_id=old, new_id=new, moved_at=now))
    session.flush()


def forwards(session: Session, number: int) -> list[int]:
    """Return the numbers that reports of an exchange moved to, the latest first."""
    statement = select(ExchangeForwardRow).where(ExchangeForwardRow.old_id == number)
    rows = session.scalars(statement.order_by(ExchangeForwardRow.moved_at.desc(), ExchangeForwardRow.new_id))
    return [row.new_id for row in rows]


def matters(session: Session, numbers: Iterable[int]) -> dict[int, Matter]:
    """Return what exchanges moved."""
    rows = session.execute(select(ExchangeRow.id, ExchangeRow.matter).where(ExchangeRow.id.in_(set(numbers))))
    return {number: Matter(matter) for number, matter in rows}


def listed(session: Session, filters: ExchangeFilters, *, limit: int | None = None) -> list[Listed]:
    """Return the exchanges that reports stand under, the newest first."""
    stands = select(ExchangePartRow.finding_id).where(ExchangePartRow.exchange_id == ExchangeRow.id).exists()
    statement = select(ExchangeRow).where(stands, *_conditions(filters))
    statement = statement.order_by(ExchangeRow.day.desc(), ExchangeRow.id.desc()).limit(limit)
    return [
        Listed(
            id=row.id, conflict=Conflict(row.conflict), matter=Matter(row.matter), day=row.day,
            status=ExchangeStatus(row.status) if row.status else None, deal=row.deal, disputed=row.disputed,
        )
        for row in session.scalars(statement)
    ]  # fmt: skip


def numbers(session: Session) -> list[int]:
    """Return the numbers of all exchanges that reports stand under, the oldest first."""
    stands = select(ExchangePartRow.exchange_id).where(ExchangePartRow.exchange_id.is_not(None)).distinct()
    statement = select(ExchangeRow.id).where(ExchangeRow.id.in_(stands))
    return list(session.scalars(statement.order_by(ExchangeRow.day, ExchangeRow.id)))


def _conditions(filters: ExchangeFilters) -> Iterator[ColumnElement[bool]]:
    if filters.since is not None:
        yield func.coalesce(ExchangeRow.last_day, ExchangeRow.day) >= filters.since
    if filters.until is not None:
        yield ExchangeRow.day < filters.until
    for column, wanted in (
        (ExchangeRow.conflict, filters.conflict),
        (ExchangeRow.matter, filters.matter),
        (ExchangeRow.status, filters.status),
        (ExchangeRow.disputed, filters.disputed),
    ):
        if wanted is not None:
            yield column == wanted
    if filters.deal is not None:
        yield func.lower(ExchangeRow.deal) == filters.deal.lower()


def exists(session: Session, number: int) -> bool:
    """Say whether a number was ever given to an exchange."""
    return 0 < number < 2**31 and session.get(ExchangeRow, number) is not None


def left_over(session: Session, reasons: Sequence[Unclear], *, limit: int | None = None) -> list[PutPart]:
    """Return the parts that stand under no exchange for one of these reasons, the latest finding first."""
    statement = select(ExchangePartRow).where(
        ExchangePartRow.exchange_id.is_(None),
        or_(ExchangePartRow.reason.in_(reasons), ExchangePartRow.reason.is_(None)),
    )
    return [
        _put(row)
        for row in session.scalars(statement.order_by(ExchangePartRow.finding_id.desc()).limit(limit))
    ]


def _chunks(numbers: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(numbers), AT_ONCE):
        yield numbers[start : start + AT_ONCE]
