"""The nouns of polling: a source with its rules and limits, how it fares, and how a poll ended."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum


class Side(StrEnum):
    """Whose outlet or speaker this is in the war between Russia and Ukraine."""

    UA = "ua"
    RU = "ru"
    OTHER = "other"
    UNKNOWN = "unknown"


class Ownership(StrEnum):
    """Who stands behind an outlet."""

    STATE = "state"
    PRIVATE = "private"
    INDEPENDENT = "independent"
    OFFICIAL = "official"
    UNKNOWN = "unknown"


class SourceType(StrEnum):
    """How a source lists its articles; `auto` looks at the bytes."""

    AUTO = "auto"
    FEED = "feed"
    SITEMAP = "sitemap"
    NEWS_SITEMAP = "news_sitemap"
    SECTION = "section"
    TELEGRAM = "telegram"


class Keep(StrEnum):
    """What an outlet's terms let us keep: its text, or its titles only."""

    TEXT = "text"
    TITLE = "title"


class Tls(StrEnum):
    """Whether a source's certificate must verify; `unverified` marks each article."""

    VERIFY = "verify"
    UNVERIFIED = "unverified"


class Robots(StrEnum):
    """How far robots.txt binds: everywhere, or not for the feed itself."""

    OBEY = "obey"
    IGNORE_FEED = "ignore_feed"


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRules:
    """What one outlet's pages need beyond the general extractor. All values are XPath expressions."""

    body: tuple[str, ...] = ()
    drop: tuple[str, ...] = ()
    title: str | None = None
    date: str | None = None
    links: str | None = None
    """For a section page: the `a` elements that lead to articles."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Ceilings for one source: bytes on the wire and decoded, items a poll, seconds in all."""

    feed_bytes: int = 16 * 1024 * 1024
    page_bytes: int = 8 * 1024 * 1024
    items: int = 1000
    pages: int = 500
    seconds: float = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One configured list of articles: a feed, sitemap, section page or channel of an outlet."""

    id: str
    name: str
    country: str
    side: Side
    ownership: Ownership
    languages: tuple[str, ...]
    type: SourceType
    url: str
    timezone: str = "UTC"
    fallback: str | None = None
    archive: str | None = None
    """Where older articles are listed, for `backfill`: an address, with %Y, %m and %d where it has the day in it."""
    enabled: bool = True
    disabled_reason: str | None = None
    interval: timedelta | None = None
    """A fixed pause between two polls; None: learnt from what its polls bring, within the two bounds below."""
    shortest: timedelta = timedelta(minutes=1)
    longest: timedelta = timedelta(minutes=30)
    delay: float | None = None
    """Seconds between two requests to the source's host; None: the default of the config."""
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    """Secret request headers, sent to the source's own host only."""
    tls: Tls = Tls.VERIFY
    robots: Robots = Robots.OBEY
    ports: tuple[int, ...] = (80, 443)
    proxy: str | None = field(default=None, repr=False)
    keep: Keep = Keep.TEXT
    page_rules: PageRules = PageRules()
    limits: Limits = Limits()


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """How often a source publishes, as its polls taught: sums in which old polls count less than new ones."""

    at: datetime
    """Up to when it was learnt."""
    items: tuple[float, ...]
    """New items by UTC hour of the day."""
    hours: tuple[float, ...]
    """Hours watched, by UTC hour of the day."""
    seen: float = 0.0
    """New items over a longer memory, to compare the relevant ones with."""
    relevant: float = 0.0
    last_rate: float = 0.0
    """New items an hour before the last poll, where it brought several: a burst shows here first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceState:
    """How a source fares, as remembered between polls."""

    etag: str | None = None
    last_modified: str | None = None
    body_sha256: str | None = None
    last_full_fetch: datetime | None = None
    """When its list was last fetched without validators."""
    last_success: datetime | None = None
    last_poll: datetime | None = None
    next_due: datetime | None = None
    failing_since: datetime | None = None
    failures: int = 0
    """Failed polls in a row."""
    error: str | None = None
    entries: int | None = None
    """Entries the list held at the last full answer."""
    last_post: int | None = None
    """Highest Telegram post number stored."""
    not_before: datetime | None = None
    """Retry-After of the host, as an instant."""
    last_new: datetime | None = None
    """When its list last named an address never seen before."""
    habits: Habits | None = None
    """None until two polls in a row went well."""
    notice: str | None = None
    """What is odd about its list although it answers: moved, cut, emptied, a possible gap."""


class Outcome(StrEnum):
    """How one poll of one source ended."""

    STORED = "stored"
    UNCHANGED = "unchanged"
    ERROR = "error"


class Stage(StrEnum):
    """Where in an article's walk something ended."""

    DISCOVER = "discover"
    FETCH = "fetch"
    EXTRACT = "extract"
    TAG = "tag"
    STORE = "store"


class SkipReason(StrEnum):
    """Why a lead did not become a finding. Each has its heading in docs/data-dictionary.md."""

    OFF_TOPIC = "off_topic"
    NO_TEXT = "no_text"
    SOFT_404 = "soft_404"
    NOT_HTML = "not_html"
    ROBOTS = "robots"
    FORBIDDEN_ADDRESS = "forbidden_address"
    INVALID_URL = "invalid_url"
    OTHER_SITE = "other_site"
    TOO_LARGE = "too_large"
    GONE = "gone"
    HTTP_ERROR = "http_error"
    RATE_LIMITED = "rate_limited"
    UNREACHABLE = "unreachable"
    TLS = "tls"
    TIMEOUT = "timeout"
    PROTOCOL = "protocol"
    BLOCKED = "blocked"
    REDIRECTED_AWAY = "redirected_away"
    EXTRACTOR_FAILED = "extractor_failed"
    SOURCE_REMOVED = "source_removed"
    LIMIT = "limit"


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawlReport:
    """What one crawl of one source did, counted so that nothing is dropped in silence."""

    source_id: str
    started: datetime
    finished: datetime
    outcome: Outcome
    leads_new: int = 0
    leads_changed: int = 0
    fetched: int = 0
    findings: int = 0
    near_misses: int = 0
    versions: int = 0
    """New versions of articles already known."""
    skipped: tuple[tuple[SkipReason, int], ...] = ()
    dropped_at: tuple[tuple[Stage, SkipReason, int], ...] = ()
    """The same drops by stage and reason."""
    error: str | None = None
    url: str | None = None
    """Address the error is about."""
    requests: int = 0
    kilobytes: int = 0
    """What the answers weighed on the wire."""
    entries: int = 0
    """Entries of the lists that were read: none where a list was unchanged."""
    dates_ahead: int = 0
    """Entries dated in the future."""
    dates_unread: int = 0
    """Entries whose date could not be read, or lies more than a day ahead."""
    overflows: int = 0
    """1 where every entry of the list was new although it had been read before: some may have been missed."""
    languages: tuple[tuple[str, int], ...] = ()
    """In which languages the entries' titles were, where that could be told."""
    reached: bool = False
    """True where the source's host answered at all."""
