"""The chain of custody: one entry for each piece of evidence, sealed with the hash of the entry before.

Who changes, removes or slips in a row or an entry breaks the chain; who cuts off its end or writes it anew is found out
by a head that was published or time-stamped elsewhere.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, TypeAlias

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from storage.columns import safe
from storage.tables import CaptureRow, CustodyRow, LookRow, TombstoneRow, VersionRow
from storage.text_safety import sha256

CHAINING = 0x5357_4348
"""Key of the lock under which entries are made on PostgreSQL, where writers do not wait for each other."""

DERIVED = frozenset({"lemmas"})
"""Columns that are made anew from the others, and so are no evidence."""

BASIS = frozenset({"capture_id", "from_feed"})
"""Columns of a version that change when a page bears out what so far only a list had said."""

START = "0" * 64
"""What stands for the entry before the first."""

AT_ONCE = 500

Kept: TypeAlias = CaptureRow | VersionRow | LookRow | TombstoneRow
"""What has a place in the chain."""


class Subject(StrEnum):
    """What an entry vouches for."""

    CAPTURE = "capture"
    VERSION = "version"
    BASIS = "basis"
    """What a version was read from; the only thing that may be entered again."""
    LOOK = "look"
    TOMBSTONE = "tombstone"


TABLES: dict[Subject, type[Kept]] = {
    Subject.CAPTURE: CaptureRow,
    Subject.VERSION: VersionRow,
    Subject.BASIS: VersionRow,
    Subject.LOOK: LookRow,
    Subject.TOMBSTONE: TombstoneRow,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The last entry of one UTC day: its hash vouches for all that came before."""

    day: str
    entries: int
    head: str


def append(session: Session, rows: Iterable[Kept], *, now: datetime) -> None:
    """Enter new rows, in the caller's transaction in which they were flushed; each is entered once."""
    whole = [(Subject(row.__tablename__), row) for row in rows]
    based = [(Subject.BASIS, row) for subject, row in whole if subject is Subject.VERSION]
    _enter(session, [*whole, *based], now=now)


def rebase(session: Session, version: VersionRow, *, now: datetime) -> None:
    """Enter what a version is now known from, in the caller's transaction."""
    _enter(session, [(Subject.BASIS, version)], now=now)


def _enter(session: Session, rows: Iterable[tuple[Subject, Kept]], *, now: datetime) -> None:
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(CHAINING)))
    last = session.scalar(select(CustodyRow).order_by(CustodyRow.id.desc()).limit(1))
    number, previous = (last.id, last.chain) if last else (0, START)
    for subject, row in rows:
        number += 1
        said = digest(row, subject)
        entry = CustodyRow(id=number, at=now, what=subject, subject=row.id, sha256=said, previous=previous)
        entry.chain = previous = sealed(entry)
        session.add(entry)
    session.flush()


def adopt(session: Session, *, now: datetime) -> int:
    """Enter all that was kept before there was a chain, once; return how much that was."""
    if session.scalar(select(CustodyRow.id).limit(1)) is not None:
        return 0
    count = 0
    for table in dict.fromkeys(TABLES.values()):
        numbers = session.scalars(select(table.id).order_by(table.id)).all()
        for start in range(0, len(numbers), AT_ONCE):
            chunk = numbers[start : start + AT_ONCE]
            append(
                session, session.scalars(select(table).where(table.id.in_(chunk)).order_by(table.id)), now=now
            )
            session.expunge_all()
        count += len(numbers)
    return count


def heads(session: Session) -> Iterator[Head]:
    """Yield the head of each day on which anything was entered; by the order of entries, not by the clock."""
    day, last = "", None
    for entry in session.scalars(
        select(CustodyRow).order_by(CustodyRow.id).execution_options(yield_per=AT_ONCE)
    ):
        if last is not None and _day(entry) > day:
            yield Head(day=day, entries=last.id, head=last.chain)
        day, last = max(day, _day(entry)), entry
    if last is not None:
        yield Head(day=day, entries=last.id, head=last.chain)


def head(session: Session) -> Head | None:
    """Return the newest head, None before anything was kept."""
    last = session.scalar(select(CustodyRow).order_by(CustodyRow.id.desc()).limit(1))
    return Head(day=_day(last), entries=last.id, head=last.chain) if last else None


def digest(row: Kept, subject: Subject) -> str:
    """Return the hash of everything a row says in one respect, the same on each engine."""
    names = BASIS | {"id"}
    if subject is not Subject.BASIS:
        apart = DERIVED | BASIS if subject is Subject.VERSION else DERIVED
        names = frozenset(column.key for column in row.__table__.columns) - apart
    said = {name: _plain(getattr(row, name)) for name in names}
    return sha256(json.dumps(said, ensure_ascii=False, sort_keys=True))


def sealed(entry: CustodyRow) -> str:
    """Return the hash that an entry and all before it come to."""
    said = [entry.previous, entry.id, _plain(entry.at), str(entry.what), entry.subject, entry.sha256]
    return sha256(json.dumps(said, ensure_ascii=False))


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    return safe(value)


def _day(entry: CustodyRow) -> str:
    return entry.at.astimezone(UTC).date().isoformat()
