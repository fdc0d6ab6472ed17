"""What analysts decided, kept beside the machine's conclusions: added, undone, never changed or deleted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ledger.model import Action, Decision
from storage import marks
from storage.tables import LedgerDecisionRow


def add(
    session: Session,
    action: Action,
    *,
    why: str,
    by: str,
    now: datetime,
    exchange_id: int | None = None,
    other_id: int | None = None,
    finding_ids: Sequence[int] = (),
    claim_ids: Sequence[int] = (),
) -> int:
    """Store a decision; return its number."""
    row = LedgerDecisionRow(
        action=action,
        exchange_id=exchange_id,
        other_id=other_id,
        findings=sorted(finding_ids),
        claims=sorted(claim_ids),
        why=why,
        made_by=by,
        made_at=now,
    )
    session.add(row)
    session.flush()
    return row.id


def undo(session: Session, number: int, *, by: str, now: datetime) -> Decision | None:
    """Mark a decision as undone; return it, or None where there is none or it is undone already."""
    row = session.get(LedgerDecisionRow, number)
    if row is None or row.undone_at is not None:
        return None
    row.undone_at, row.undone_by = now, by
    session.flush()
    return _decision(row, marks.read_again(session, row.claims))


def decisions(session: Session) -> list[Decision]:
    """Return all decisions in the order they were made, undone ones too."""
    rows = session.scalars(select(LedgerDecisionRow).order_by(LedgerDecisionRow.id)).all()
    again = marks.read_again(session, [claim for row in rows for claim in row.claims])
    return [_decision(row, again) for row in rows]


def _decision(row: LedgerDecisionRow, again: Mapping[int, int | None]) -> Decision:
    return Decision(
        id=row.id,
        action=Action(row.action),
        exchange_id=row.exchange_id,
        other_id=row.other_id,
        finding_ids=tuple(row.findings),
        claim_ids=tuple(row.claims),
        why=row.why,
        made_by=row.made_by,
        made_at=row.made_at,
        undone_at=row.undone_at,
        undone_by=row.undone_by,
        read_again=tuple((claim, again.get(claim)) for claim in row.claims),
    )
