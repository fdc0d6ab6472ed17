"""The nouns that travel between rooms, those of polling from `crawler.polled` among them. Frozen values only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from crawler.polled import (
    CrawlReport,
    Habits,
    Keep,
    Limits,
    Outcome,
    Ownership,
    PageRules,
    Robots,
    Side,
    SkipReason,
    Source,
    SourceState,
    SourceType,
    Stage,
    Tls,
)

__all__ = [
    "AddedTerm",
    "Article",
    "Capture",
    "Category",
    "Claim",
    "Conflict",
    "CrawlReport",
    "DateOrigin",
    "Discovered",
    "Event",
    "Finding",
    "Habits",
    "Keep",
    "Kind",
    "Lead",
    "Limits",
    "Outcome",
    "Ownership",
    "Page",
    "PageRules",
    "PageState",
    "Part",
    "Party",
    "Precision",
    "Reason",
    "Robots",
    "Side",
    "SkipReason",
    "Skipped",
    "Source",
    "SourceState",
    "SourceType",
    "Span",
    "Speaker",
    "Stage",
    "Standing",
    "Tls",
    "Verdict",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lead:
    """An address worth fetching, and who pointed at it."""

    source_id: str
    url: str
    seen_in: str
    """Address of the feed, sitemap or page that named it."""
    title: str | None = None
    text: str | None = None
    """The feed's or post's own text, as plain text."""
    published: datetime | None = None
    published_raw: str | None = None
    """The date as the outlet wrote it, kept beside the parsed one."""
    zone_known: bool = True
    """False where the date had no zone and the source's zone was assumed."""
    updated: datetime | None = None
    guid: str | None = None
    authors: tuple[str, ...] = ()
    language: str | None = None
    complete: bool = False
    """True where the text is the whole article (a Telegram post), so that no page is fetched."""
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Discovered:
    """What one fetched list of articles held."""

    format: str
    """rss, rdf, atom, json_feed, sitemap, news_sitemap, sitemap_index, section or telegram."""
    leads: tuple[Lead, ...]
    title: str | None = None
    children: tuple[str, ...] = ()
    """Sitemaps named by an index, newest first."""
    changed: tuple[datetime | None, ...] = ()
    """When each of these last changed, where the index says so."""
    older: str | None = None
    """Address of the next older page, where the list has pages."""
    skipped: tuple[Skipped, ...] = ()
    """Entries that could not become a lead, each with its reason."""
    warnings: tuple[str, ...] = ()
    whole: bool = True
    """False where a part of it could not be read: the next answer must not be taken for the same list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """One HTTP exchange as received: what the evidence archive stores."""

    url: str
    status: int
    fetched_at: datetime
    body: bytes
    """Raw, before Content-Encoding was undone."""
    headers: tuple[tuple[str, str], ...] = ()
    request_headers: tuple[tuple[str, str], ...] = ()
    """Without cookies and authorization."""
    method: str = "GET"
    protocol: str = "HTTP/1.1"
    ip: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A fetched page: decoded body and the exchanges that led to it, redirects first."""

    requested_url: str
    url: str
    """Final address, after redirects."""
    body: bytes
    """Content-Encoding undone; the charset is not."""
    fetched_at: datetime
    content_type: str | None = None
    captures: tuple[Capture, ...] = ()
    warnings: tuple[str, ...] = ()
    whole: bool = True
    """False where the connection ended before the page did, so that its text may be cut."""


class DateOrigin(StrEnum):
    """Where an article's publication date was read, best first."""

    JSON_LD = "json_ld"
    META = "meta"
    TIME = "time"
    PAGE_RULE = "page_rule"
    FEED = "feed"
    URL = "url"
    TEXT = "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """One story under its canonical address, as one capture showed it."""

    address: str
    """Canonical address; identity within the store."""
    outlet: str
    """Registrable domain, or `t.me/CHANNEL`."""
    title: str
    text: str
    language: str | None = None
    authors: tuple[str, ...] = ()
    published: datetime | None = None
    published_raw: str | None = None
    published_from: DateOrigin | None = None
    zone_known: bool = True
    modified: datetime | None = None
    addresses: tuple[str, ...] = ()
    """Every address that led here or that the page names as its own: AMP twin, mobile host."""
    from_feed: bool = False
    """True where the text is the feed's or post's own, because the page can't or mayn't be fetched."""
    partial: bool = False
    """True where the text is known to be cut: a paywall stub, a size limit."""
    warnings: tuple[str, ...] = ()


class Kind(StrEnum):
    """What an article mainly reports."""

    EXCHANGE_COMPLETED = "exchange_completed"
    EXCHANGE_ANNOUNCED = "exchange_announced"
    AGREEMENT = "agreement"
    BODIES_REPATRIATED = "bodies_repatriated"
    POSTPONED_OR_FAILED = "postponed_or_failed"
    BACKGROUND = "background"
    OFF_TOPIC = "off_topic"


class Conflict(StrEnum):
    """The parties of the exchange; Russia's proxies count as Russia."""

    RU_UA = "ru-ua"
    ISRAEL_PALESTINE = "israel-palestine"
    US_RU = "us-ru"
    AZ_AM = "az-am"
    OTHER = "other"
    NONE = "none"


class Standing(StrEnum):
    """Whether an article is a finding, close enough to be audited, or about something else."""

    RELEVANT = "relevant"
    NEAR_MISS = "near_miss"
    OFF_TOPIC = "off_topic"


class Part(StrEnum):
    """Which part of an article a span points into."""

    TITLE = "title"
    TEXT = "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Characters `start` to `end` (exclusive) of an article's title or text."""

    part: Part
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AddedTerm:
    """A term that operators add to a lexicon: it stands for a concept, or names a topic of theirs."""

    language: str
    term: str
    example: str
    concept: str | None = None
    topic: str | None = None
    """A tag of the operators' own; it does not change what is relevant."""
    unlike: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """A rule that spoke for or against relevance, and the words that woke it."""

    rule: str
    weight: float
    words: str
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What one lexicon version says of one article: the fields of the annotation guide, with reasons."""

    lexicon: str
    standing: Standing
    score: float
    """0 to 1; 0.5 and more is relevant."""
    kind: Kind
    conflict: Conflict
    reasons: tuple[Reason, ...] = ()
    tags: tuple[str, ...] = ()
    exchange_date: date | None = None
    stage: int | None = None
    sequence: int | None = None
    deal: str | None = None
    mediators: tuple[str, ...] = ()
    transfer_place: str | None = None
    numbers_disclosed: bool | None = None


class Event(StrEnum):
    """Which event a counted group of people belongs to."""

    THIS_EXCHANGE = "this_exchange"
    PLANNED = "planned"
    TOTAL_TO_DATE = "total_to_date"
    EARLIER_EXCHANGE = "earlier_exchange"
    OUTSIDE_EXCHANGE = "outside_exchange"
    STILL_HELD = "still_held"


class Party(StrEnum):
    """The side that receives the people counted."""

    UKRAINE = "ukraine"
    RUSSIA = "russia"
    EACH = "each"
    BOTH = "both"
    ISRAEL = "israel"
    PALESTINE = "palestine"
    US = "us"
    ARMENIA = "armenia"
    AZERBAIJAN = "azerbaijan"
    OTHER = "other"
    UNKNOWN = "unknown"


class Category(StrEnum):
    """Whom a claim counts."""

    PRISONERS_OF_WAR = "prisoners_of_war"
    CIVILIANS = "civilians"
    CHILDREN = "children"
    BODIES = "bodies"
    PEOPLE = "people"


class Precision(StrEnum):
    """How exact a count is said to be."""

    EXACT = "exact"
    AT_LEAST = "at_least"
    ABOUT = "about"
    AT_MOST = "at_most"


class Speaker(StrEnum):
    """Who stands behind a number; `outlet` is the article's own voice."""

    RU_MOD = "ru_mod"
    UA_PRESIDENT = "ua_president"
    UA_COORDINATION_HQ = "ua_coordination_hq"
    UA_OMBUDSMAN = "ua_ombudsman"
    RU_OMBUDSMAN = "ru_ombudsman"
    UA_MOD = "ua_mod"
    RU_DELEGATION = "ru_delegation"
    UAE_MFA = "uae_mfa"
    TURKEY = "turkey"
    US = "us"
    ICRC = "icrc"
    IDF = "idf"
    HAMAS = "hamas"
    OTHER = "other"
    OUTLET = "outlet"


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One number of people or bodies that an article attributes to an exchange, with its exact quote."""

    event: Event
    returned_to: Party
    category: Category
    count: int
    quote: str
    span: Span
    precision: Precision = Precision.EXACT
    subset: str | None = None
    claimed_by: tuple[Speaker, ...] = (Speaker.OUTLET,)
    reason: str | None = None
    """Why the side is `unknown`, where it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """A lead or entry that ended without a finding: expected, counted, explained."""

    url: str
    reason: SkipReason
    stage: Stage
    detail: str = ""
    retry: bool = False
    """True where another try may end otherwise: the lead stays pending until tries run out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """An article worth keeping, with what was read in it and the lead that led to it."""

    article: Article
    verdict: Verdict
    claims: tuple[Claim, ...]
    lead: Lead
    lemmas: str = ""
    """Title and text as lemmas, blank-separated: what the search index holds."""
    core: str = ""
    """The text without clocks, counters and links to other reports: equal cores are one version."""
    credits: tuple[str, ...] = ()
    """Domains of the news agencies that the text says it came from; an agency's own report names the agency."""
    captures: tuple[Capture, ...] = ()
    instead_of: Skipped | None = None
    """Why its page could not be read, where the list's own text stands in for it."""


class PageState(StrEnum):
    """What a later look at the page of a known article came to. Each has its heading in docs/data-dictionary.md."""

    SAME = "same"
    EDITED = "edited"
    GONE = "gone"
    REDIRECTED = "redirected"
    SOFT_404 = "soft_404"
    EMPTIED = "emptied"
    REPLACED = "replaced"
    WALL = "wall"
    TIMED_OUT = "timed_out"
    UNREACHABLE = "unreachable"
    UNREAD = "unread"
