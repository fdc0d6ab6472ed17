"""Edits that change what an article claims: found where a version is kept, read by whoever raises alarms."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from storage.stored import StoredEdit
from storage.tables import ArticleRow, ClaimRow, EditRow, FindingRow, VerdictRow, VersionRow

SENSE = ("event", "returned_to", "category", "subset", "count", "precision")
"""What a claim says; in which words, and how often, may change without changing the claim."""


class What(StrEnum):
    """How a claim changed."""

    COUNT = "count"
    SIDE = "side"
    SENSE = "sense"
    """The same number now stands for something else: another event, other people, another precision."""
    GONE = "gone"
    NEW = "new"


def note(
    session: Session,
    old: VersionRow,
    new: VersionRow,
    *,
    said: VerdictRow,
    says: VerdictRow,
    now: datetime,
) -> StoredEdit | None:
    """Store an alarm where a new version claims other things than the one before; return it, or None.

    Args:
        session: of the caller's transaction.
        old: the version before.
        new: the version that has just been stored.
        said: the verdict on the version before, with its claims.
        says: the verdict on the new one.
        now: the instant of keeping.
    """
    if old.from_feed != new.from_feed:
        return None  # a list's excerpt and a page are two texts, not one that was edited
    claims = [_claims(session, verdict.id) for verdict in (said, says)]
    changes = list(
        compared(*claims, words=(_words(old), _words(new)), one_lexicon=said.lexicon == says.lexicon)
    )
    if not changes:
        return None
    declared = new.modified is not None and (old.modified is None or new.modified > old.modified)
    row = EditRow(
        article_id=new.article_id,
        version_id=new.id,
        previous_id=old.id,
        at=now,
        declared=declared,
        changes=changes,
    )
    session.add(row)
    session.flush()
    return next(iter(edits(session, only=row.id)), None)


def edits(
    session: Session,
    *,
    after: int = 0,
    articles: Sequence[int] | None = None,
    findings: Sequence[int] | None = None,
    only: int | None = None,
) -> Iterator[StoredEdit]:
    """Yield edits that changed claims, oldest first: those behind number `after`, for alerts that remember it."""
    old, new = aliased(VersionRow), aliased(VersionRow)
    statement = (
        select(EditRow, FindingRow.id, ArticleRow.address, old.number, new.number)
        .join(FindingRow, FindingRow.article_id == EditRow.article_id)
        .join(ArticleRow, ArticleRow.id == EditRow.article_id)
        .join(old, old.id == EditRow.previous_id)
        .join(new, new.id == EditRow.version_id)
        .where(EditRow.id > after)
        .order_by(EditRow.id)
    )
    if articles is not None:
        statement = statement.where(EditRow.article_id.in_(articles))
    if findings is not None:
        statement = statement.where(FindingRow.id.in_(findings))
    if only is not None:
        statement = statement.where(EditRow.id == only)
    for row, finding_id, address, before, behind in session.execute(statement):
        yield StoredEdit(
            id=row.id,
            finding_id=finding_id,
            address=address,
            at=row.at,
            before=before,
            after=behind,
            declared=row.declared,
            changes=tuple(row.changes),
        )


Said = dict[str, Any]


def edit_words(change: Said) -> str:
    """Return one change of a claim in words, with both quotes.

    >>> said = {"event": "this_exchange", "returned_to": "ukraine", "category": "prisoners_of_war", "subset": None,
    ...         "count": 189, "precision": "exact", "quote": "189 захисників"}
    >>> edit_words({"what": "count", "before": said, "after": said | {"count": 190, "quote": "190 захисників"}})
    '189 prisoners_of_war to ukraine (this_exchange), «189 захисників», became 190, «190 захисників»'
    """
    before, after = change["before"], change["after"]
    if after is None:
        return f"{_claim(before)}, «{before['quote']}», is not said any more"
    if before is None:
        return f"{_claim(after)}, «{after['quote']}», is said now"
    short = {What.COUNT: str(after["count"]), What.SIDE: f"to {after['returned_to']}"}
    return f"{_claim(before)}, «{before['quote']}», became {short.get(change['what'], _claim(after))}, «{after['quote']}»"


def _claim(claim: Said) -> str:
    what = f"{claim['count']} {claim['category']}" + (f" ({claim['subset']})" if claim["subset"] else "")
    return f"{what} to {claim['returned_to']} ({claim['event']})"


def compared(
    old: Sequence[Said], new: Sequence[Said], *, words: tuple[str, str], one_lexicon: bool
) -> Iterator[Said]:
    """Yield how the claims of two versions differ, each claim in one change at most.

    Args:
        old: claims of the version before, each with what it says and its quote.
        new: claims of the version behind it.
        words: both versions' title and text.
        one_lexicon: False where another lexicon read them: then a quote that stands in both versions is no edit.
    """
    gone, come = list(old), list(new)
    for same in (lambda claim: (_sense(claim), claim["claimed_by"]), _sense):
        _pair_off(gone, come, same)
    if not one_lexicon:
        gone = [claim for claim in gone if claim["quote"] not in words[1]]
        come = [claim for claim in come if claim["quote"] not in words[0]]
    yield from _changed(gone, come, What.COUNT, {"count"})
    # what is said in another place too neither went nor came
    said, says = {_sense(claim) for claim in old}, {_sense(claim) for claim in new}
    gone = [claim for claim in _once(gone) if _sense(claim) not in says]
    come = [claim for claim in _once(come) if _sense(claim) not in said]
    yield from _changed(gone, come, What.SIDE, {"returned_to"})
    yield from _changed(gone, come, What.SENSE, set(SENSE) - {"count"})
    yield from ({"what": What.GONE, "before": claim, "after": None} for claim in gone)
    yield from ({"what": What.NEW, "before": None, "after": claim} for claim in come)


def _pair_off(gone: list[Said], come: list[Said], same: Callable[[Said], object]) -> None:
    """Take out of both lists what they share, one for one."""
    for before in list(gone):
        after = next((one for one in come if same(one) == same(before)), None)
        if after is not None:
            gone.remove(before)
            come.remove(after)


def _changed(gone: list[Said], come: list[Said], what: What, may_differ: set[str]) -> Iterator[Said]:
    """Yield pairs that differ in nothing else, the same speaker first, and take them out of both lists."""
    for speaker_counts in (True, False):
        for before in list(gone):
            able = [one for one in come if _differ(before, one) <= may_differ]
            if speaker_counts:
                able = [one for one in able if one["claimed_by"] == before["claimed_by"]]
            if able:
                gone.remove(before)
                come.remove(able[0])
                yield {"what": what, "before": before, "after": able[0]}


def _once(claims: Sequence[Said]) -> list[Said]:
    """Return the first claim of each sense."""
    return list({_sense(claim): claim for claim in reversed(claims)}.values())[::-1]


def _sense(claim: Said) -> tuple[Any, ...]:
    return tuple(claim[name] for name in SENSE)


def _differ(one: Said, other: Said) -> set[str]:
    return {name for name in SENSE if one[name] != other[name]}


def _claims(session: Session, verdict_id: int) -> list[Said]:
    rows = session.scalars(select(ClaimRow).where(ClaimRow.verdict_id == verdict_id).order_by(ClaimRow.id))
    return [{name: getattr(row, name) for name in (*SENSE, "claimed_by", "quote")} for row in rows]


def _words(version: VersionRow) -> str:
    return f"{version.title}\n{version.text}"
