"""Records of exchanges as they were last put together, so that what asks for all of them need not read every report."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cache

from pydantic import TypeAdapter
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from ledger.model import Exchange
from storage.tables import ExchangePartRow, ExchangeRow

AT_ONCE = 500


@cache
def _form() -> TypeAdapter[Exchange]:
    return TypeAdapter(Exchange)


def kept(record: Exchange) -> Exchange:
    """Return what is kept of a record: who carries and copies its reports changes without them, comparisons follow from the rest."""
    return replace(record, origins=0, sources=(), comparisons=())


def write(row: ExchangeRow, record: Exchange, *, rules: str) -> None:
    """Keep a record with its exchange, as far as `kept` leaves it."""
    row.record = _form().dump_json(kept(record)).decode()
    row.rules = rules


def read(session: Session, numbers: Sequence[int], *, rules: str) -> dict[int, Exchange]:
    """Return the kept records of exchanges; one that other rules made is left out."""
    found: dict[int, Exchange] = {}
    for start in range(0, len(numbers), AT_ONCE):
        rows = session.execute(
            select(ExchangeRow.id, ExchangeRow.record).where(
                ExchangeRow.id.in_(numbers[start : start + AT_ONCE]),
                ExchangeRow.rules == rules,
                ExchangeRow.record.is_not(None),
            )
        )
        found |= {number: _form().validate_json(record or "") for number, record in rows}
    return found


def outdated(session: Session, *, rules: str, limit: int) -> list[int]:
    """Return exchanges with reports whose record is not kept, or was made by other rules."""
    stands = select(ExchangePartRow.finding_id).where(ExchangePartRow.exchange_id == ExchangeRow.id).exists()
    statement = select(ExchangeRow.id).where(
        stands, or_(ExchangeRow.rules.is_(None), ExchangeRow.rules != rules)
    )
    return list(session.scalars(statement.order_by(ExchangeRow.id).limit(limit)))


def in_order(numbers: Iterable[int], *found: dict[int, Exchange]) -> list[Exchange]:
    """Return records in the order of their numbers' list; a number without one is left out."""
    known = {number: record for some in found for number, record in some.items()}
    return [known[number] for number in numbers if number in known]
