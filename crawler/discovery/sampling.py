"""What a list of articles is like, judged from one look at it, and what a source of it would be. Pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from crawler.language import detect
from crawler.model import Article, Discovered, Skipped, SourceType

AMONG = ("uk", "ru", "en")

FULL_TEXT = 600
"""Characters from which a list's own text of an article is taken for the whole one."""

ORDER = {
    "rss": 0,
    "atom": 0,
    "rdf": 0,
    "json_feed": 0,
    "news_sitemap": 1,
    "telegram": 2,
    "section": 3,
    "sitemap": 4,
}
"""Which list is best, other things being equal: feeds carry most, plain sitemaps least."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A list of articles that answered."""

    url: str
    format: str
    title: str | None
    entries: int
    dated: int
    newest: datetime | None
    oldest: datetime | None
    zone_known: bool
    """False where its dates name no zone."""
    a_day: float | None
    """Entries a day, by their dates."""
    languages: tuple[tuple[str, int], ...]
    text_chars: int
    """Characters of the list's own text of an article, in the middle."""
    content_type: str | None
    charset: str
    """In which it was read, whatever it declares."""
    links: tuple[str, ...]
    """The newest articles."""
    children: tuple[str, ...] = ()
    """Further lists that an index names."""
    warnings: tuple[str, ...] = ()

    @property
    def full_text(self) -> bool:
        """True where the list carries whole articles."""
        return self.text_chars >= FULL_TEXT

    @property
    def type(self) -> SourceType:
        """What to write as the type of the source."""
        feeds = {"rss", "atom", "rdf", "json_feed"}
        return SourceType.FEED if self.format in feeds else SourceType(self.format.replace("_index", ""))


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """What became of one article of a list."""

    url: str
    outcome: Article | Skipped


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """All that was found at an address."""

    url: str
    lists: tuple[Listed, ...]
    """The best first."""
    failed: tuple[Skipped, ...]
    """What was named somewhere and did not answer with a list."""
    samples: tuple[Sample, ...]
    """Articles of the best list."""
    crawl_delay: float | None
    """Seconds between requests that robots.txt asks for."""
    requests: int


def listed(found: Discovered, *, url: str, content_type: str | None, charset: str) -> Listed:
    """Return what a list is like."""
    dates = sorted(lead.published for lead in found.leads if lead.published)
    codes = Counter(
        code for lead in found.leads if lead.title and (code := detect(lead.title, AMONG)) is not None
    )
    return Listed(
        url=url,
        format=found.format,
        title=found.title,
        entries=len(found.leads),
        dated=len(dates),
        newest=dates[-1] if dates else None,
        oldest=dates[0] if dates else None,
        zone_known=all(lead.zone_known for lead in found.leads if lead.published),
        a_day=_a_day(dates),
        languages=tuple(codes.most_common()),
        text_chars=int(median(len(lead.text or "") for lead in found.leads)) if found.leads else 0,
        content_type=content_type,
        charset=charset,
        links=tuple(lead.url for lead in found.leads if not lead.complete),
        children=found.children,
        warnings=found.warnings,
    )


def _a_day(dates: list[datetime]) -> float | None:
    if len(dates) < 2 or dates[0] == dates[-1]:
        return None
    return (len(dates) - 1) / ((dates[-1] - dates[0]) / timedelta(days=1))


def best_first(one: Listed) -> tuple[int, bool, int]:
    """Return by what lists are sorted: kind, full text, entries."""
    return ORDER.get(one.format, 9), not one.full_text, -one.entries
