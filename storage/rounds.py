"""The chain of custody read again stretch by stretch, so that none of it stays unread for long and no reading takes long."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from storage.custody import START, TABLES, Kept, Subject, digest, sealed
from storage.from_rows import evidence_of
from storage.stored import Evidence
from storage.tables import CaptureRow, CustodyRow, StretchRow, TombstoneRow
from storage.verify import Problem, body_in, contents, place_of, pruned_files

ENTRIES = 200
"""Entries of a stretch: some ten megabytes of captures, read in a second or two."""

SETTLED = timedelta(hours=1)
"""A stretch that has grown is read again after this time: it is the chain's end, where every new entry goes."""

MOST_NAMED = 20
"""Problems of one stretch that are kept in words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """When a capture was last found to be, or not to be, as it was kept."""

    at: datetime
    by: str
    """Who looked, in words."""
    problem: str | None = None


def due(session: Session, *, now: datetime, within: timedelta, limit: int) -> list[int]:
    """Return the stretches that are to be read now, those that waited longest first.

    Args:
        session: of a transaction.
        now: the instant of the question.
        within: the time in which each stretch is to be read once.
        limit: most stretches returned.
    """
    end = session.scalar(select(func.max(CustodyRow.id))) or 0
    known = {row.number: row for row in session.scalars(select(StretchRow))}
    waiting = []
    for number in range(max([-(-end // ENTRIES), *(one + 1 for one in known)])):
        row = known.get(number)
        grown = row is not None and row.last < min((number + 1) * ENTRIES, end)
        if row is None or row.at <= now - within or (grown and row.at <= now - SETTLED):
            waiting.append((row is not None, row.at if row else now, number))
    return [number for _, _, number in sorted(waiting)[:limit]]


def at_once(session: Session, turns: float) -> int:
    """Return how many stretches are to be read at a time, so that all are read in so many turns with time to spare."""
    stretches = (session.scalar(select(func.max(CustodyRow.id))) or 0) / ENTRIES
    return max(1, round(2 * stretches / turns))


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What came of reading a stretch again."""

    number: int
    last: int
    """Number of its last entry."""
    head: str
    """Hash of that entry, when the stretch was last sound."""
    problems: tuple[Problem, ...]
    """What is not as it was kept."""


def read_again(session: Session, folder: Path, number: int) -> Reading:
    """Read a stretch of the chain with the rows and bytes that it vouches for.

    Args:
        session: of a transaction that keeps nobody from writing: files are read meanwhile.
        folder: of the capture files.
        number: of the stretch; each has `ENTRIES` entries.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
    first = number * ENTRIES + 1
    entries = session.scalars(
        select(CustodyRow).where(CustodyRow.id.between(first, first + ENTRIES - 1)).order_by(CustodyRow.id)
    ).all()
    before = session.get(StretchRow, number)
    found = {
        (one.what, one.number): one
        for one in (
            *_links(session, first, entries),
            *_rewritten(before, entries),
            *_rows(session, folder, entries),
            *(_slipped_in(session) if number == 0 else ()),
        )
    }
    last, head = (entries[-1].id, entries[-1].chain) if entries else (0, START)
    if before is not None and found:
        # the end that was sound is still the one to hold the stretch against
        last, head = max(before.last, last), before.head
    return Reading(number=number, last=last, head=head, problems=tuple(found.values()))


def note(session: Session, reading: Reading, *, by: str, now: datetime) -> None:
    """Remember who read a stretch, when, and what came of it."""
    session.merge(
        StretchRow(
            number=reading.number,
            last=reading.last,
            head=reading.head,
            at=now,
            by=by,
            problems=[
                {"what": str(one.what), "number": one.number, "words": one.words, "place": one.place}
                for one in reading.problems[:MOST_NAMED]
            ],
        )
    )


def _links(session: Session, first: int, entries: Sequence[CustodyRow]) -> Iterable[Problem]:
    """Yield what is wrong with the entries themselves and the links between them."""
    previous = session.get(CustodyRow, first - 1) if first > 1 else None
    chain = previous.chain if previous else START if first == 1 else None
    expected = first
    for entry in entries:
        for missing in range(expected, entry.id):
            yield Problem(what="entry", number=missing, words="is missing from the chain")
        if sealed(entry) != entry.chain:
            yield Problem(what="entry", number=entry.id, words="was changed")
        elif entry.id == expected and chain is not None and entry.previous != chain:
            yield Problem(what="entry", number=entry.id, words="does not follow the entry before it")
        expected, chain = entry.id + 1, entry.chain
    end = session.scalar(select(func.max(CustodyRow.id))) or 0
    for missing in range(expected, min(end, first + ENTRIES - 1) + 1):
        yield Problem(what="entry", number=missing, words="is missing from the chain")


def _rewritten(before: StretchRow | None, entries: Sequence[CustodyRow]) -> Iterable[Problem]:
    """Yield that the end of a stretch is gone or another than when it was last read: cut off, or written anew."""
    if before is None:
        return
    now = next((entry.chain for entry in entries if entry.id == before.last), None)
    if now is None and before.last:
        yield Problem(what="entry", number=before.last, words=f"was cut off since {before.at:%Y-%m-%d}")
    elif now is not None and now != before.head and not before.problems:
        yield Problem(what="entry", number=before.last, words=f"was written anew since {before.at:%Y-%m-%d}")


def _rows(session: Session, folder: Path, entries: Sequence[CustodyRow]) -> Iterable[Problem]:
    """Yield what is wrong with the rows that sound entries vouch for, and with the bytes these point to."""
    for subject, table in TABLES.items():
        vouched = {
            entry.subject: entry
            for entry in entries
            if entry.what == subject and sealed(entry) == entry.chain
        }
        some: Iterable[Kept] = session.scalars(select(table).where(table.id.in_(vouched)))
        rows = {row.id: row for row in some}
        graves, pruned = _graves(session, subject, vouched), pruned_files(session)
        newest = _newest(session, subject, vouched)
        for number, entry in vouched.items():
            row = rows.get(number)
            if row is None:
                yield Problem(what=_name(subject), number=number, words="its row is missing")
            elif newest[number] == entry.id:
                if (graves.get(number) or entry.sha256) != digest(row, subject):
                    changed = "its row was changed"
                    yield Problem(what=_name(subject), number=row.id, words=changed, place=place_of(row))
                    continue
                if subject is Subject.BASIS:
                    continue
                words = contents(row, folder, buried=number in graves, pruned=pruned)
                if words:
                    yield Problem(what=subject, number=row.id, words=words, place=place_of(row))
            elif subject is not Subject.BASIS:
                yield Problem(what=subject, number=number, words="was entered a second time")


def _name(subject: Subject) -> str:
    return Subject.VERSION if subject is Subject.BASIS else subject


def _graves(session: Session, subject: Subject, numbers: Iterable[int]) -> dict[int, str]:
    """Return the hash of what a redaction left of each row that was redacted."""
    rows = session.scalars(
        select(TombstoneRow).where(TombstoneRow.what == subject, TombstoneRow.subject.in_(list(numbers)))
    )
    return {row.subject: row.sha256 for row in rows}


def _newest(session: Session, subject: Subject, numbers: Iterable[int]) -> dict[int, int]:
    """Return the number of the newest entry for each row."""
    rows = session.execute(
        select(CustodyRow.subject, func.max(CustodyRow.id))
        .where(CustodyRow.what == subject, CustodyRow.subject.in_(list(numbers)))
        .group_by(CustodyRow.subject)
    )
    return {row[0]: row[1] for row in rows}


def _slipped_in(session: Session) -> Iterable[Problem]:
    """Yield rows of evidence that were never entered."""
    for subject, table in TABLES.items():
        if subject is not Subject.BASIS:
            entered = select(CustodyRow.id).where(CustodyRow.what == subject, CustodyRow.subject == table.id)
            rows = session.scalars(select(table.id).where(~entered.exists()).limit(MOST_NAMED))
            for number in rows:
                yield Problem(what=subject, number=number, words="has no entry in the chain")


def problems(session: Session) -> list[Problem]:
    """Return what was not as it was kept when each stretch was last read."""
    rows = session.scalars(select(StretchRow).order_by(StretchRow.number))
    return [
        Problem(what=one["what"], number=one["number"], words=one["words"], place=one["place"])
        for row in rows
        for one in row.problems
    ]


def forget(session: Session) -> None:
    """Forget what was read, so that all of it is due."""
    session.execute(delete(StretchRow))


def verified(session: Session, captures: Sequence[int]) -> dict[int, Verified]:
    """Return for each capture when it was last read again; those that never were are left out."""
    rows = session.execute(
        select(CustodyRow.subject, StretchRow)
        .join(StretchRow, (CustodyRow.id - 1) // ENTRIES == StretchRow.number)
        .where(
            CustodyRow.what == Subject.CAPTURE,
            CustodyRow.subject.in_(captures),
            CustodyRow.id <= StretchRow.last,
        )
    )
    found = {}
    for number, stretch in rows:
        broken = [
            one["words"] for one in stretch.problems if (one["what"], one["number"]) == ("capture", number)
        ]
        found[number] = Verified(at=stretch.at, by=stretch.by, problem=broken[0] if broken else None)
    return found


def look_again(session: Session, folder: Path, captures: Sequence[int]) -> dict[int, str | None]:
    """Read some captures again at once, their entries, rows and bytes; return what is wrong with each, or None."""
    entries = session.scalars(
        select(CustodyRow).where(CustodyRow.what == Subject.CAPTURE, CustodyRow.subject.in_(captures))
    ).all()
    found: dict[int, str | None] = dict.fromkeys(captures, "has no sound entry in the chain")
    found |= {entry.subject: None for entry in entries if sealed(entry) == entry.chain}
    found |= {one.number: one.words for one in _rows(session, folder, entries)}
    return found


def body_of(session: Session, folder: Path, capture: int) -> tuple[Evidence, bytes] | None:
    """Return a capture with the body of its answer as received; None where there is none, or its file is not at hand."""
    row = session.get(CaptureRow, capture)
    if row is None or Path(row.file).name != row.file:
        return None
    try:
        with (folder / row.file).open("rb") as file:
            file.seek(row.offset)
            body = body_in(file.read(row.length))
    except OSError:
        return None
    return None if body is None else (evidence_of(row), body)
