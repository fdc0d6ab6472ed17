"""Claims that analysts marked as wrong, found again under the verdict that holds now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.tables import ClaimRow, FindingRow, VerdictRow, VersionRow

AT_ONCE = 500

Sense = tuple[object, ...]
"""Everything a claim says, and its quote: two claims of one sense are the same reading of the same words."""


def read_again(session: Session, claim_ids: Iterable[int]) -> dict[int, int | None]:
    """Return for each claim the one that reads the same words the same way under its finding's current verdict.

    None where no claim does any more: the words were edited away, or are read otherwise now. Of several alike in one text
    the first stands for the first, the second for the second.
    """
    current = _current(session, sorted(set(claim_ids)))
    wanted = {verdict for pair in current.values() for verdict in pair}
    places, found = _places(session, sorted(wanted))
    return {claim: found.get((new, *places[claim][1:])) for claim, (_, new) in current.items()}


def quotes(session: Session, claim_ids: Sequence[int]) -> dict[int, str]:
    """Return the quotes of claims, also of those that no current verdict holds."""
    rows = session.execute(select(ClaimRow.id, ClaimRow.quote).where(ClaimRow.id.in_(claim_ids)))
    return dict(rows.tuples().all())


def _current(session: Session, claim_ids: Sequence[int]) -> dict[int, tuple[int, int]]:
    """Return the verdict of each claim, and the one that holds for its finding now."""
    found: dict[int, tuple[int, int]] = {}
    for start in range(0, len(claim_ids), AT_ONCE):
        rows = session.execute(
            select(ClaimRow.id, ClaimRow.verdict_id, FindingRow.verdict_id)
            .join(VerdictRow, VerdictRow.id == ClaimRow.verdict_id)
            .join(VersionRow, VersionRow.id == VerdictRow.version_id)
            .join(FindingRow, FindingRow.article_id == VersionRow.article_id)
            .where(ClaimRow.id.in_(claim_ids[start : start + AT_ONCE]))
        )
        found |= {claim: (old, new) for claim, old, new in rows}
    return found


Place = tuple[int, Sense, int]
"""A claim's verdict, what it says, and how many of the same sense stand before it."""


def _places(session: Session, verdicts: Sequence[int]) -> tuple[dict[int, Place], dict[Place, int]]:
    """Return where each claim of some verdicts stands among those that say the same, and the other way round."""
    places: dict[int, Place] = {}
    for start in range(0, len(verdicts), AT_ONCE):
        some = verdicts[start : start + AT_ONCE]
        counted: dict[tuple[int, Sense], int] = defaultdict(int)
        rows = session.scalars(
            select(ClaimRow)
            .where(ClaimRow.verdict_id.in_(some))
            .order_by(ClaimRow.part, ClaimRow.start, ClaimRow.id)
        )
        for row in rows:
            key = row.verdict_id, _sense(row)
            places[row.id] = (*key, counted[key])
            counted[key] += 1
    return places, {place: claim for claim, place in places.items()}


def _sense(row: ClaimRow) -> Sense:
    return (
        row.event, row.returned_to, row.category, row.subset, row.count, row.precision, tuple(row.claimed_by), row.part, row.quote,
    )  # fmt: skip
