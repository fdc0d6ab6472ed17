"""Full-text search over lemmas: the same words find the same findings on both engines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, cast, column, func, literal_column, select, table, text
from sqlalchemy.dialects.postgresql import REGCONFIG, TSVECTOR
from sqlalchemy.orm import Session

from crawler.model import Conflict, Kind, Standing
from storage.tables import ArticleRow, CarrierRow, FindingRow, VerdictRow, VersionRow

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
    standings: tuple[Standing, ...] = (Standing.RELEVANT,)


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


def search(
    session: Session, words: Sequence[Sequence[str]], *, filters: Filters, limit: int = 20
) -> list[Hit]:
    """Return findings in which every word occurs, best match first; without words, the newest.

    Args:
        words: for each word of the query what may stand for it, in lemmas; taken literally.
        filters: further limits.
        limit: most hits returned.
    """
    statement = filtered(filters)
    groups = [group for group in words[:MAX_WORDS] if group]
    if not groups:
        return _hits(session, statement.order_by(*NEWEST_FIRST).limit(limit))
    if session.get_bind().dialect.name == "sqlite":
        statement = _match_sqlite(statement, groups)
    else:
        statement = _match_postgresql(statement, groups)
    return _hits(session, statement.limit(limit))


def filtered(filters: Filters) -> Any:
    """Return the statement that selects findings in brief, narrowed by the filters."""
    when = func.coalesce(VersionRow.published, FindingRow.first_kept)
    brief = (
        select(FindingRow, ArticleRow, VersionRow, VerdictRow)
        .join(ArticleRow, ArticleRow.id == FindingRow.article_id)
        .join(VerdictRow, VerdictRow.id == FindingRow.verdict_id)
        .join(VersionRow, VersionRow.id == VerdictRow.version_id)
        .where(FindingRow.standing.in_(filters.standings))
    )
    statement: Any = brief
    equal: list[tuple[ColumnElement[Any] | Any, Any]] = [
        (VersionRow.language, filters.language),
        (VerdictRow.kind, filters.kind),
        (VerdictRow.conflict, filters.conflict),
    ]
    for name, value in equal:
        if value is not None:
            statement = statement.where(name == value)
    if filters.source is not None:
        carried = select(CarrierRow.article_id).where(CarrierRow.source_id == filters.source)
        statement = statement.where(ArticleRow.id.in_(carried))
    if filters.since is not None:
        statement = statement.where(when >= filters.since)
    if filters.until is not None:
        statement = statement.where(when < filters.until)
    return statement


def _match_sqlite(statement: Select[Any], groups: Sequence[Sequence[str]]) -> Select[Any]:
    query = " AND ".join("(" + " OR ".join(_quoted(word) for word in group) + ")" for group in groups)
    index = table("search_fts", column("rowid"))
    return (
        statement.join(index, index.c.rowid == FindingRow.id)
        .where(text("search_fts MATCH :query").bindparams(query=query))
        .order_by(literal_column("bm25(search_fts)"), *NEWEST_FIRST)
    )


def _quoted(word: str) -> str:
    return '"' + word.replace('"', '""').replace("\x00", "") + '"'


def _match_postgresql(statement: Select[Any], groups: Sequence[Sequence[str]]) -> Select[Any]:
    simple = cast("simple", REGCONFIG)
    query: Any = None
    for group in groups:
        either: Any = None
        for word in group:
            one = func.phraseto_tsquery(simple, word.replace("\x00", ""))
            either = one if either is None else either.op("||")(one)
        query = either if query is None else query.op("&&")(either)
    index = table("search_text", column("finding_id"), column("words", TSVECTOR))
    return (
        statement.join(index, index.c.finding_id == FindingRow.id)
        .where(index.c.words.op("@@")(query))
        .order_by(func.ts_rank(index.c.words, query).desc(), *NEWEST_FIRST)
    )


def _hits(session: Session, statement: Select[Any]) -> list[Hit]:
    return [hit_of(*row) for row in session.execute(statement)]


def hit_of(finding: FindingRow, article: ArticleRow, version: VersionRow, verdict: VerdictRow) -> Hit:
    """Return a row of `filtered` as a noun."""
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
    )
