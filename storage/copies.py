"""Which reports are copies of one another: whole, shortened or extended, and twins of one outlet in two languages."""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from operator import eq
from urllib.parse import urlsplit

from rensa import RMinHash
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from storage.tables import ArticleRow, CopyRow, FindingRow, VersionRow

WORDS = 3
"""Words in a row that are compared as one."""

FEWEST = 6
"""Such rows a text has at least, to be like another: one sentence is said by many."""

HASHES, SEED = 256, 1

CANDIDATE = 0.2
"""Estimated share of the shorter text that makes two texts worth comparing word for word."""

COPY = 0.35
"""Share of the shorter text that stands in the longer one, word for word, in copies and excerpts."""

EXCERPT = 0.6
"""A copy with fewer words than this share of the other is an excerpt of it."""

APART = timedelta(days=7)
"""Reports published further apart are no copies of one another."""

PLAIN = re.compile(r"[^\W_]+")
NUMBER = re.compile(r"\d{5,}")
LANGUAGE_SEGMENT = re.compile(r"^(uk|ua|ukr|ru|rus|en|eng)$")


class How(StrEnum):
    """How one report is like another."""

    COPY = "copy"
    EXCERPT = "excerpt"
    EXTENDED = "extended"
    TWIN = "twin"
    """The same outlet's report in another language."""


@dataclass(frozen=True, slots=True)
class _Like:
    """Another article that an article is like."""

    row: CopyRow
    how: How
    share: float | None


def place(session: Session, article: ArticleRow, version: VersionRow) -> None:
    """Find the family of an article by what its newest version says, and join it.

    Args:
        session: of the caller's transaction, in which the version was flushed.
        article: the article.
        version: its newest version.
    """
    said = shingles(version.text)
    row = session.get(CopyRow, article.id)
    if row is None:
        row = CopyRow(article_id=article.id, family=article.id)
        session.add(row)
    row.language, row.at = version.language, version.published or version.fetched_at
    row.shingles, row.minhash = len(said), signature(said)
    session.flush()
    likes = [*_alike(session, row, said), *_twins(session, row, article)]
    if likes:
        nearest = max(likes, key=lambda like: like.share or 0.0)
        row.like_id, row.how, row.share = nearest.row.article_id, nearest.how, nearest.share
        _join(session, {row.family, *(like.row.family for like in likes)})


def adopt(session: Session) -> int:
    """Find the families of all that was kept before there were any; return how many articles that was."""
    waiting = session.scalars(
        select(FindingRow.article_id)
        .outerjoin(CopyRow, CopyRow.article_id == FindingRow.article_id)
        .where(CopyRow.article_id.is_(None))
        .order_by(FindingRow.id)
    ).all()
    for number in waiting:
        newest = select(VersionRow).where(VersionRow.article_id == number).order_by(VersionRow.number.desc())
        place(session, session.get_one(ArticleRow, number), session.scalars(newest.limit(1)).one())
    return len(waiting)


def shingles(text: str) -> set[str]:
    """Return all rows of three words of a text, in lower case and without signs."""
    words = [word.casefold() for word in PLAIN.findall(text)]
    return {" ".join(words[at : at + WORDS]) for at in range(len(words) - WORDS + 1)}


def signature(said: set[str]) -> bytes | None:
    """Return the MinHash that stands for a text's rows of words; None where it has too few to be like another."""
    if len(said) < FEWEST:
        return None
    minhash = RMinHash(HASHES, SEED)
    minhash.update(sorted(said))
    return array("I", minhash.digest()).tobytes()


def estimated(one: bytes, other: bytes, *, sizes: tuple[int, int]) -> float:
    """Return which share of the shorter text stands in the longer one, estimated from both signatures."""
    equal: int = sum(map(eq, array("I", one), array("I", other)))
    jaccard = equal / HASHES
    return jaccard * sum(sizes) / ((1 + jaccard) * min(sizes))


def _alike(session: Session, row: CopyRow, said: set[str]) -> Iterator[_Like]:
    """Yield articles of the same language and time that say the same, word for word."""
    if row.minhash is None:
        return
    others = session.execute(
        select(CopyRow.article_id, CopyRow.shingles, CopyRow.minhash).where(
            CopyRow.language == row.language,
            CopyRow.at.between(row.at - APART, row.at + APART),
            CopyRow.article_id != row.article_id,
            CopyRow.minhash.is_not(None),
        )
    )
    for number, theirs, minhash in others:
        sizes = (row.shingles, theirs)
        if minhash is None or estimated(row.minhash, minhash, sizes=sizes) < CANDIDATE:
            continue
        text = session.scalar(
            select(VersionRow.text)
            .where(VersionRow.article_id == number)
            .order_by(VersionRow.number.desc())
            .limit(1)
        )
        share = contained(said, shingles(text or ""))
        if share >= COPY:
            yield _Like(session.get_one(CopyRow, number), _how(*sizes), share)


def contained(one: set[str], other: set[str]) -> float:
    """Return which share of the shorter of two texts stands in the longer one."""
    return len(one & other) / max(1, min(len(one), len(other)))


def _how(mine: int, theirs: int) -> How:
    if mine < EXCERPT * theirs:
        return How.EXCERPT
    return How.EXTENDED if theirs < EXCERPT * mine else How.COPY


def _twins(session: Session, row: CopyRow, article: ArticleRow) -> Iterator[_Like]:
    """Yield the same outlet's reports of the same time in other languages, under twin addresses."""
    others = session.execute(
        select(CopyRow, ArticleRow)
        .join(ArticleRow, ArticleRow.id == CopyRow.article_id)
        .where(
            ArticleRow.outlet == article.outlet,
            CopyRow.language != row.language,
            CopyRow.at.between(row.at - APART, row.at + APART),
            CopyRow.article_id != row.article_id,
        )
    )
    for other, twin in others:
        if twin_addresses(article.address, twin.address):
            yield _Like(other, How.TWIN, None)


def twin_addresses(one: str, other: str) -> bool:
    """Say whether two addresses of one outlet differ in their language only, or name the same number.

    >>> twin_addresses("https://slovo.example/ru/war/obmen", "https://slovo.example/war/obmen")
    True
    """
    first, second = _path(one), _path(other)
    if first == second:
        return bool(first)
    numbers = [NUMBER.findall("/".join(path)) for path in (first, second)]
    return bool(numbers[0] and numbers[1]) and numbers[0][-1] == numbers[1][-1]


def _path(address: str) -> list[str]:
    parts = urlsplit(address).path.strip("/").split("/")
    return [part for part in parts if part and not LANGUAGE_SEGMENT.match(part)]


def _join(session: Session, families: Sequence[int] | set[int]) -> None:
    first = min(families)
    session.execute(update(CopyRow).where(CopyRow.family.in_(set(families) - {first})).values(family=first))
    session.flush()
