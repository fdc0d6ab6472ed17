"""Full-text search over lemmas: the same words find the same findings on both engines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, cast, column, func, literal_column, select, table, text
from sqlalchemy.dialects.postgresql import REGCONFIG, TSVECTOR
from sqlalchemy.orm import Session

from crawler.model import Conflict, Kind, Standing
from storage.snippets import Snippet, snippet
from storage.tables import ArticleRow, CarrierRow, ExchangePartRow, FindingRow, VerdictRow, VersionRow
from storage.text_safety import plain_words

MAX_WORDS = 64
"""Words of a query that are looked at: nobody types more on purpose."""

NEWEST_FIRST = (FindingRow.first_kept.desc(), FindingRow.id.desc())


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What findings are asked for; None and empty mean no limit."""

    source: str | None = None
    language: str | None = None
    kind: Kind | None = None
    conflict: Conflict | None = None
    since: datetime | None = None
    """Published, or where undated first kept, at or after this instant."""
    until: datetime | None = None
    exchange: int | None = None
    """Only reports that stand under this exchange."""
    changed_since: datetime | None = None
    """First kept or changed at or after this instant."""
    standings: tuple[Standing, ...] = (Standing.RELEVANT,)
    among: tuple[str, ...] | None = None
    """Only findings that one of these sources led to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A finding in brief."""

    id: int
    title: str
    address: str
    outlet: str
    language: str | None
    standing: Standing
    kind: Kind
    conflict: Conflict
    score: float
    published: datetime | None
    first_kept: datetime
    text: str
    snippet: Snippet


def search(
    session: Session, words: Sequence[Sequence[str]], *, filters: Filters, limit: int = 20
) -> list[Hit]:
    """Return findings in which every word occurs, best match first; without words, the newest.

    Args:
        words: for each word of the query what may stand for it, in lemmas; taken literally.
        filters: further limits.
        limit: most hits returned.
    """
    statement = ranked(session, words, filters=filters)
    if statement is None:
        return []
    return hits(session, session.scalars(statement.limit(limit)).all(), words)


def ranked(session: Session, words: Sequence[Sequence[str]], *, filters: Filters) -> Select[int] | None:
    """Return the statement that selects the numbers `search` shows, in its order; None where nothing can match."""
    statement, groups = matching(filters), _searchable(words)
    if not groups:
        # words of nothing but signs can't match: no signs are indexed
        return None if words else statement.order_by(*NEWEST_FIRST)
    if session.get_bind().dialect.name == "sqlite":
        return _match_sqlite(statement, groups)
    return _match_postgresql(statement, groups)


def matching(filters: Filters) -> Select[int]:
    """Return the statement that selects the numbers of findings, narrowed by the filters.

    Ids alone, so that ranking a hundred thousand findings moves no texts.
    """
    statement = select(FindingRow.id).where(FindingRow.standing.in_(filters.standings))
    for condition in _conditions(filters):
        statement = statement.where(condition)
    return statement


def _conditions(filters: Filters) -> Iterator[ColumnElement[bool]]:
    verdict = select(VerdictRow.id).where(VerdictRow.id == FindingRow.verdict_id)
    version = verdict.join(VersionRow, VersionRow.id == VerdictRow.version_id)
    when = func.coalesce(VersionRow.published, FindingRow.first_kept)
    if filters.kind is not None:
        yield verdict.where(VerdictRow.kind == filters.kind).exists()
    if filters.conflict is not None:
        yield verdict.where(VerdictRow.conflict == filters.conflict).exists()
    if filters.language is not None:
        yield version.where(VersionRow.language == filters.language).exists()
    if filters.since is not None:
        yield version.where(when >= filters.since).exists()
    if filters.until is not None:
        yield version.where(when < filters.until).exists()
    if filters.exchange is not None:
        stands = select(ExchangePartRow.finding_id).where(ExchangePartRow.exchange_id == filters.exchange)
        yield FindingRow.id.in_(stands)
    if filters.changed_since is not None:
        yield FindingRow.changed_at >= filters.changed_since
    if filters.source is not None:
        carried = select(CarrierRow.article_id).where(CarrierRow.source_id == filters.source)
        yield FindingRow.article_id.in_(carried)
    if filters.among is not None:
        # half of all findings fit: each is looked up as the newest are gone through, and none is sorted
        carried = select(CarrierRow.article_id).where(
            CarrierRow.article_id == FindingRow.article_id, CarrierRow.source_id.in_(filters.among)
        )
        yield carried.exists()


def _searchable(words: Sequence[Sequence[str]]) -> list[list[str]]:
    """Return the words as the index holds them; what has neither letter nor digit is left out."""
    groups = [[plain for word in group if (plain := plain_words(word))] for group in words[:MAX_WORDS]]
    return [group for group in groups if group]


def _match_sqlite(statement: Select[Any], groups: Sequence[Sequence[str]]) -> Select[Any]:
    query = " AND ".join("(" + " OR ".join(f'"{word}"' for word in group) + ")" for group in groups)
    index = table("search_fts", column("rowid"))
    return (
        statement.join(index, index.c.rowid == FindingRow.id)
        .where(text("search_fts MATCH :query").bindparams(query=query))
        .order_by(literal_column("bm25(search_fts)"), *NEWEST_FIRST)
    )


def _match_postgresql(statement: Select[Any], groups: Sequence[Sequence[str]]) -> Select[Any]:
    simple = cast("simple", REGCONFIG)
    query: Any = None
    for group in groups:
        either: Any = None
        for word in group:
            one = func.phraseto_tsquery(simple, word)
            either = one if either is None else either.op("||")(one)
        query = either if query is None else query.op("&&")(either)
    index = table("search_text", column("finding_id"), column("words", TSVECTOR))
    return (
        statement.join(index, index.c.finding_id == FindingRow.id)
        .where(index.c.words.op("@@")(query))
        .order_by(func.ts_rank(index.c.words, query).desc(), *NEWEST_FIRST)
    )


def hits(session: Session, ids: Sequence[int], words: Sequence[Sequence[str]]) -> list[Hit]:
    """Return findings in brief, in the order of the ids."""
    statement = (
        select(FindingRow, ArticleRow, VersionRow, VerdictRow)
        .join(ArticleRow, ArticleRow.id == FindingRow.article_id)
        .join(VerdictRow, VerdictRow.id == FindingRow.verdict_id)
        .join(VersionRow, VersionRow.id == VerdictRow.version_id)
        .where(FindingRow.id.in_(ids))
    )
    found = {row[0].id: row for row in session.execute(statement)}
    return [_hit(*found[one], words=words) for one in ids]


def _hit(
    finding: FindingRow,
    article: ArticleRow,
    version: VersionRow,
    verdict: VerdictRow,
    *,
    words: Sequence[Sequence[str]],
) -> Hit:
    return Hit(
        id=finding.id,
        title=version.title,
        address=article.address,
        outlet=article.outlet,
        language=version.language,
        standing=Standing(finding.standing),
        kind=Kind(verdict.kind),
        conflict=Conflict(verdict.conflict),
        score=verdict.score,
        published=version.published,
        first_kept=finding.first_kept,
        text=version.text,
        snippet=snippet(version.text, words),
    )
