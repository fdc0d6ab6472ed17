"""Which stories a list tells: the same one under another address, and another one under the same address."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session

from crawler.model import Lead
from storage.looks import SAME_STORY, shared
from storage.tables import ArticleAddressRow, FindingRow, LeadRow, VersionRow
from storage.text_safety import sha256

BATCH = 400

MARK = "#story-"
"""Begins the part of an address that tells two stories apart which an outlet put under one."""

ANOTHER_TIME = timedelta(hours=1)
"""Stories of one address whose times are closer are one story with another headline."""

Hashed = tuple[str, Lead]
"""A lead with the hash of the address by which its story is known."""


@dataclass(frozen=True, slots=True)
class Told:
    """What is known of a story by its list: enough to know it again."""

    title: str | None
    text: str | None
    published: datetime | None


def told_apart(session: Session, source_id: str, leads: Sequence[tuple[str, Lead]]) -> list[Hashed]:
    """Return the leads of a list, each under the address by which its story is or will be known.

    An outlet may put each day's story under one address, give the name of an old entry to a new one, or name the
    same entry anew in each answer. Title, time and text decide then.
    """
    known = _known(session, source_id, [sha256(address) for address, _ in leads])
    found: list[Hashed] = []
    new: list[int] = []
    for address, lead in leads:
        before = known.get(sha256(address))
        if before is not None and another(before, lead):
            mark = MARK + sha256(str(lead.published or lead.title))[:8]
            found.append((sha256(address + mark), replace(lead, url=lead.url + mark)))
            continue
        if before is None:
            known[sha256(address)] = Told(lead.title, lead.text, lead.published)
            new += [len(found)] if _named_anew(lead) else []
        found.append((sha256(address), lead))
    twins = _twins(session, source_id, [found[place][1] for place in new])
    for place in new:
        lead = found[place][1]
        row = next((row for row in twins if _same_entry(row, lead)), None)
        if row is not None:
            found[place] = (row.address_hash, replace(lead, url=row.url))
    return found


def another(before: Told, lead: Lead) -> bool:
    """Say whether a list tells another story than it did before under the same address."""
    if not before.title or not lead.title or shared(before.title, lead.title) >= SAME_STORY:
        return False
    if before.published and lead.published:
        return abs(lead.published - before.published) > ANOTHER_TIME
    if before.text and lead.text:
        return shared(before.text, lead.text) < SAME_STORY
    # nothing else tells: what turns out to be the same page is one report after all
    return shared(before.title, lead.title) == 0


def _known(session: Session, source_id: str, hashes: Sequence[str]) -> dict[str, Told]:
    """Return what the source's list said before under each address, or else what is kept under it."""
    told: dict[str, Told] = {}
    for start in range(0, len(hashes), BATCH):
        chunk = hashes[start : start + BATCH]
        kept = (
            select(ArticleAddressRow.address_hash, VersionRow.title, VersionRow.text, VersionRow.published)
            .join(FindingRow, FindingRow.article_id == ArticleAddressRow.article_id)
            .join(VersionRow, VersionRow.article_id == ArticleAddressRow.article_id)
            .where(ArticleAddressRow.address_hash.in_(chunk))
            .order_by(VersionRow.number)
        )
        said = select(LeadRow.address_hash, LeadRow.title, LeadRow.text, LeadRow.published).where(
            LeadRow.source_id == source_id, LeadRow.address_hash.in_(chunk)
        )
        for statement in (kept, said):
            told |= {row[0]: Told(*row[1:]) for row in session.execute(statement)}
    return told


def _named_anew(lead: Lead) -> bool:
    """Say whether an unknown address may be a known entry's: only a query or a name in the list can change so."""
    parts = urlsplit(lead.url)
    return bool(lead.title and (parts.query or (lead.complete and parts.fragment)))


def _twins(session: Session, source_id: str, leads: Sequence[Lead]) -> list[LeadRow]:
    titles = sorted({lead.title for lead in leads if lead.title})
    found: list[LeadRow] = []
    for start in range(0, len(titles), BATCH):
        chunk = titles[start : start + BATCH]
        found += session.scalars(
            select(LeadRow).where(LeadRow.source_id == source_id, LeadRow.title.in_(chunk))
        )
    return found


def _same_entry(row: LeadRow, lead: Lead) -> bool:
    """Say whether a list's entry is a known one, but for what names it."""
    if urlsplit(row.url)[1:3] != urlsplit(lead.url)[1:3] or (row.title, row.complete) != (
        lead.title,
        lead.complete,
    ):
        return False
    if row.published != lead.published:
        return False
    if not lead.complete and lead.guid is not None and row.guid == lead.guid:
        return True
    return lead.published is not None and row.text == lead.text
