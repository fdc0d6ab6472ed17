"""Captures that need not be kept any longer: whole files go, each capture behind a tombstone that the chain accounts for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path

from sqlalchemy import case, func, or_, select
from sqlalchemy.orm import Session

from crawler.errors import StoreUnavailable
from crawler.model import Standing
from ledger.model import Action
from storage import custody
from storage.custody import Subject, digest
from storage.decisions import decisions
from storage.tables import CaptureRow, FindingRow, TombstoneRow

SHORTEST = timedelta(days=1)
"""No file of a day that may still be written to goes, whatever is configured."""


PRUNED = "pruned with"
"""How the tombstones of pruned captures begin."""


class Of(StrEnum):
    """What a capture is evidence of."""

    FINDINGS = "findings"
    NEAR_MISSES = "near_misses"
    """Also of articles that are off topic by now; one that an analyst marked as relevant is a finding."""
    LISTS = "lists"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pruned:
    """What pruning took away."""

    files: int = 0
    captures: int = 0
    freed: int = 0
    """Bytes."""


def prune(session: Session, folder: Path, keep: Mapping[Of, timedelta | None], *, now: datetime) -> Pruned:
    """Remove the capture files in which everything is older than its class is to be kept; rows, hashes and texts stay.

    A file goes before the transaction ends: what was interrupted is finished the next time.

    Args:
        session: of a transaction of its own.
        folder: of the capture files.
        keep: how long each class is kept; None, or no entry, for good.
        now: the instant of pruning.

    Raises:
        StoreUnavailable: a file can't be removed.
    """
    if not any(keep.values()):
        return Pruned()
    files = captures = freed = 0
    for name in _expired(session, keep, now):
        rows = _standing(session, name)
        if not rows:
            continue
        _bury(session, rows, name, now)
        freed += _remove(folder / name)
        files, captures = files + 1, captures + len(rows)
    return Pruned(files=files, captures=captures, freed=freed)


def _expired(session: Session, keep: Mapping[Of, timedelta | None], now: datetime) -> list[str]:
    """Return the files in which the newest capture of each class is past its time."""
    marked = [
        finding
        for one in decisions(session)
        if one.action is Action.RELEVANT and one.undone_at is None
        for finding in one.finding_ids
    ]
    found = or_(FindingRow.standing == Standing.RELEVANT, FindingRow.id.in_(marked))
    of = case(
        (CaptureRow.article_id.is_(None), Of.LISTS.value),
        (found, Of.FINDINGS.value),
        else_=Of.NEAR_MISSES.value,
    )
    newest = session.execute(
        select(CaptureRow.file, of, func.max(CaptureRow.fetched_at))
        .outerjoin(FindingRow, FindingRow.article_id == CaptureRow.article_id)
        .group_by(CaptureRow.file, of)
    )
    past: dict[str, list[bool]] = defaultdict(list)
    for name, what, last in newest:
        least = keep.get(Of(what))
        past[name].append(least is not None and last < now - max(least, SHORTEST) - SHORTEST)
    return sorted(name for name, every in past.items() if all(every))


def _standing(session: Session, name: str) -> Sequence[CaptureRow]:
    """Return the captures of a file that have no tombstone yet."""
    grave = (
        select(TombstoneRow.id)
        .where(TombstoneRow.what == Subject.CAPTURE, TombstoneRow.subject == CaptureRow.id)
        .exists()
    )
    statement = select(CaptureRow).where(CaptureRow.file == name, ~grave).order_by(CaptureRow.id)
    return session.scalars(statement).all()


def _bury(session: Session, rows: Sequence[CaptureRow], name: str, now: datetime) -> None:
    for row in rows:
        row.length = 0
    graves = [
        TombstoneRow(
            what=Subject.CAPTURE,
            subject=row.id,
            at=now,
            reason=f"{PRUNED} {name}: past the time it was to be kept",
            sha256=digest(row, Subject.CAPTURE),
        )
        for row in rows
    ]
    session.add_all(graves)
    session.flush()
    custody.append(session, graves, now=now)


def _remove(path: Path) -> int:
    """Remove a file; return how long it was, 0 where it went before."""
    try:
        size = path.stat().st_size
        path.unlink()
    except FileNotFoundError:
        return 0
    except OSError as error:
        raise StoreUnavailable(f"cannot remove {path}: {error.strerror}") from error
    return size
