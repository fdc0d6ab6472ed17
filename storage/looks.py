"""Later looks at the page of a known article: when the next is due, and what each came to."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from crawler.model import Article, PageState, Skipped, SkipReason
from storage import custody
from storage.tables import ArticleRow, FindingRow, LeadRow, LookRow, RecheckRow, VersionRow
from storage.text_safety import sha256

STATES = {
    SkipReason.GONE: PageState.GONE,
    SkipReason.SOFT_404: PageState.SOFT_404,
    SkipReason.NO_TEXT: PageState.EMPTIED,
    SkipReason.REDIRECTED_AWAY: PageState.REDIRECTED,
    SkipReason.NOT_HTML: PageState.REPLACED,
    SkipReason.BLOCKED: PageState.WALL,
    SkipReason.TIMEOUT: PageState.TIMED_OUT,
    SkipReason.UNREACHABLE: PageState.UNREACHABLE,
    SkipReason.TLS: PageState.UNREACHABLE,
    SkipReason.PROTOCOL: PageState.UNREACHABLE,
    SkipReason.HTTP_ERROR: PageState.UNREACHABLE,
    SkipReason.RATE_LIMITED: PageState.UNREACHABLE,
}
"""What a page that could not be read says of its article; all other reasons say nothing: `unread`."""

REDACTED = "redacted"
"""State of an article whose text was taken out of the store; nothing is stored under it again."""

UP = {PageState.SAME, PageState.EDITED}
VANISHED = {PageState.GONE, PageState.REDIRECTED, PageState.SOFT_404, PageState.EMPTIED, PageState.REPLACED}
"""States in which the article is not up any more; all that is neither up nor vanished leaves it as it was."""

TELLING_WORD = re.compile(r"[^\W_]{5,}")
"""Words long enough to belong to a subject rather than to the language."""

SAME_STORY = 0.2
"""Share of telling words that two texts of one article have in common at least; 19 of 20 pairs of different reports have less."""

SHORT_CUT = 200
"""A page that shows fewer characters, and less than a tenth of what it said before, was emptied rather than walled."""

PAUSE, LONGEST_PAUSE, TRIES = timedelta(hours=1), timedelta(days=1), 5
"""A look that told nothing is repeated after an hour, then after ever longer, until the next one is due anyway."""


def state_of(skipped: Skipped) -> PageState:
    """Return what a page that could not be read says of its article."""
    return STATES.get(skipped.reason, PageState.UNREAD)


def strange(article: Article, known: VersionRow, *, addresses: Sequence[str]) -> PageState | None:
    """Return why a page is not to be stored under a known article's address; None for the article itself.

    Args:
        article: what the page shows.
        known: the article's last version.
        addresses: hashes of all that lead to it.
    """
    if article.from_feed or known.from_feed:
        return None  # a list's excerpt has too few words to know its page by
    if article.partial and not known.partial and len(article.text) < len(known.text):
        few = len(article.text) < min(SHORT_CUT, len(known.text) / 10)
        return PageState.EMPTIED if few else PageState.WALL
    if shared(article.title, known.title) >= 0.5 or shared(article.text, known.text) >= SAME_STORY:
        return None
    return PageState.REPLACED if sha256(article.address) in addresses else PageState.REDIRECTED


def shared(one: str, other: str) -> float:
    """Return the share of telling words of the shorter text that the longer one has too; 1 for equal texts."""
    first, second = ({word.casefold() for word in TELLING_WORD.findall(text)} for text in (one, other))
    if not first or not second:
        return float(one.split() == other.split())
    return len(first & second) / min(len(first), len(second))


def note(
    session: Session,
    article: ArticleRow,
    state: PageState,
    *,
    now: datetime,
    detail: str = "",
    version_id: int | None = None,
    rechecks: Sequence[timedelta] = (),
) -> None:
    """Store what a look came to, in the chain of custody too, and plan the next.

    Args:
        session: of the caller's transaction.
        article: its state becomes live or vanished where the look tells.
        state: what the look came to.
        now: the instant of the look.
        detail: the same in words, such as `HTTP 410`.
        version_id: the version that the look showed.
        rechecks: how long after it was first kept a finding is looked at again.
    """
    if article.state == REDACTED:
        return
    row = LookRow(article_id=article.id, at=now, state=state, detail=detail, version_id=version_id)
    session.add(row)
    session.flush()
    custody.append(session, [row], now=now)
    if state in UP | VANISHED:
        article.state = "live" if state in UP else "vanished"
    planned(session, article.id, now=now, rechecks=rechecks, told=state in UP | VANISHED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Vanished:
    """A look that found a finding's page taken down."""

    id: int
    first: int
    """The first look of those in a row that found it so: one event, however often it is seen."""
    finding_id: int
    title: str
    address: str
    state: PageState
    detail: str
    at: datetime


def vanished(session: Session, *, after: int = 0, only: Sequence[int] | None = None) -> list[Vanished]:
    """Return the looks behind number `after` that found a page taken down, oldest first; `only` of some articles."""
    statement = (
        select(LookRow, FindingRow.id, ArticleRow.address)
        .join(FindingRow, FindingRow.article_id == LookRow.article_id)
        .join(ArticleRow, ArticleRow.id == LookRow.article_id)
        .where(LookRow.id > after, LookRow.state.in_(sorted(VANISHED)))
        .order_by(LookRow.id)
    )
    if only is not None:
        statement = statement.where(LookRow.article_id.in_(only))
    return [
        Vanished(
            id=look.id, first=_first_of_run(session, look), finding_id=finding, title=_title(session, look.article_id),
            address=address, state=PageState(look.state), detail=look.detail, at=look.at,
        )
        for look, finding, address in session.execute(statement)
    ]  # fmt: skip


def down(session: Session, finding_ids: Sequence[int]) -> dict[int, Vanished]:
    """Return those of the findings whose page is taken down now, each with the look that found it so first."""
    gone = select(FindingRow.id, FindingRow.article_id).join(
        ArticleRow, ArticleRow.id == FindingRow.article_id
    )
    rows = session.execute(gone.where(FindingRow.id.in_(finding_ids), ArticleRow.state == "vanished"))
    articles = {article: finding for finding, article in rows}
    seen = {one.finding_id: one for one in vanished(session, only=sorted(articles))}
    first = {one.first for one in seen.values()}
    return {one.finding_id: one for one in vanished(session, only=sorted(articles)) if one.id in first}


def _first_of_run(session: Session, look: LookRow) -> int:
    """Return the first look that found a page down since it was last up."""
    of_it = LookRow.article_id == look.article_id
    up = select(func.max(LookRow.id)).where(of_it, LookRow.id < look.id, LookRow.state.in_(sorted(UP)))
    begin = session.scalar(up) or 0
    down = select(func.min(LookRow.id)).where(of_it, LookRow.id > begin, LookRow.state.in_(sorted(VANISHED)))
    return session.scalar(down) or look.id


def _title(session: Session, article_id: int) -> str:
    titles = (
        select(VersionRow.title).where(VersionRow.article_id == article_id).order_by(VersionRow.id.desc())
    )
    return session.scalar(titles.limit(1)) or ""


def plan(
    session: Session, article_id: int, lead: LeadRow, *, now: datetime, rechecks: Sequence[timedelta]
) -> None:
    """Plan the first later look at an article that was just kept; entries and posts without a page have none."""
    page = not lead.complete or lead.url.startswith("https://t.me/")
    if page and session.get(RecheckRow, article_id) is None:
        due = next_due(now, rechecks, now=now)
        session.add(RecheckRow(article_id=article_id, lead_id=lead.id, due=due, tries=0))


def planned(
    session: Session, article_id: int, *, now: datetime, rechecks: Sequence[timedelta], told: bool
) -> None:
    """Plan the next look at an article, sooner where this one told nothing."""
    row = session.get(RecheckRow, article_id)
    first = session.scalar(select(FindingRow.first_kept).where(FindingRow.article_id == article_id))
    if row is None or first is None:
        return
    row.due, row.tries = next_due(first, rechecks, now=now), 0 if told else row.tries + 1
    if not told and row.tries < TRIES:
        again = now + min(PAUSE * (1 << (row.tries - 1)), LONGEST_PAUSE)
        row.due = min(again, row.due or again)


def next_due(first: datetime, rechecks: Sequence[timedelta], *, now: datetime) -> datetime | None:
    """Return when an article kept at `first` is due to be looked at next; several missed looks are one.

    >>> from datetime import UTC
    >>> noon = datetime(2026, 3, 5, 12, tzinfo=UTC)
    >>> str(next_due(noon, [timedelta(hours=1), timedelta(hours=6)], now=noon + timedelta(hours=1)))
    '2026-03-05 18:00:00+00:00'
    """
    return min((first + after for after in rechecks if first + after > now), default=None)


def reopen(session: Session, source_id: str, *, now: datetime) -> None:
    """Let the leads of articles that are due for a look wait once more."""
    due = select(RecheckRow.lead_id).where(RecheckRow.due <= now, RecheckRow.article_id == LeadRow.article_id)
    session.execute(
        update(LeadRow)
        .where(LeadRow.source_id == source_id, LeadRow.state != "pending", LeadRow.id.in_(due))
        .values(state="pending", attempts=0, next_try=None)
    )
