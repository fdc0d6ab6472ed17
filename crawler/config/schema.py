"""What config.yaml may hold, key by key."""

from __future__ import annotations

import ipaddress
import re
from datetime import time, timedelta
from functools import cache
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from lxml import etree
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    StrictBool,
    StrictInt,
    StrictStr,
    model_validator,
)

from crawler.model import AddedTerm, Conflict, Keep, Kind, Ownership, Robots, Side, SourceType, Tls
from crawler.urls import fetchable

UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
CLOCK = re.compile(r"^([01]?\d|2[0-3]):([0-5]\d)$")
DURATION = re.compile(r"^(\d{1,6})\s*([smhd])$")
SHORTEST, LONGEST = timedelta(seconds=1), timedelta(days=7)
SHORTEST_PASSWORD = 12


def _duration(value: Any) -> timedelta:
    match = DURATION.match(value.strip()) if isinstance(value, str) else None
    if match is None:
        raise ValueError("write a number and a unit: 30s, 5m, 1h or 7d")
    return timedelta(seconds=int(match.group(1)) * UNITS[match.group(2)])


def _interval(value: timedelta) -> timedelta:
    if not SHORTEST <= value <= LONGEST:
        raise ValueError("give an interval from 1s to 7d")
    return value


def _kept(value: timedelta) -> timedelta:
    if value < timedelta(days=40):
        raise ValueError("give 40d or more: what is forgotten earlier could be told a second time")
    return value


def _seconds(value: timedelta) -> timedelta:
    if value > timedelta(hours=1):
        raise ValueError("give a delay of at most 1h")
    return value


def _timeout(value: timedelta) -> timedelta:
    if not SHORTEST <= value <= timedelta(hours=1):
        raise ValueError("give a time from 1s to 1h")
    return value


def _web_address(value: str) -> str:
    if re.search(r"\s", value.strip()):
        raise ValueError("an address has no blanks in it; write %20 for one")
    if "#" in value:
        raise ValueError("leave out the fragment, the part from # on")
    parts = urlsplit(value.strip())
    if parts.scheme.lower() not in ("http", "https"):
        raise ValueError("give a full web address, such as https://outlet.example/rss")
    return fetchable(value)


def _archive_address(value: str) -> str:
    signs = set(re.findall(r"%(.?)", value))
    if not signs <= set("Ymd") or ("d" in signs and "m" not in signs) or (signs and "Y" not in signs):
        raise ValueError("write the day as %Y, %m and %d: https://outlet.example/archive/%Y/%m/%d")
    _web_address(re.sub("%[Ymd]", "1", value))
    return value


def _timezone(value: str) -> str:
    if not _is_zone(value):
        raise ValueError("give an IANA zone name, such as Europe/Kyiv")
    return value


@cache
def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def _xpath(value: str) -> str:
    try:
        etree.XPath(value)
    except etree.XPathSyntaxError as error:
        raise ValueError(f"not an XPath expression: {error}") from error
    return value


def _nameserver(value: str) -> str:
    host, _, port = value.rpartition(":")
    try:
        ipaddress.ip_address(host.strip("[]"))
        fits = 0 < int(port) < 65536
    except ValueError:
        fits = False
    if not fits:
        raise ValueError("give ADDRESS:PORT, such as 9.9.9.9:53")
    return value


def _clock(value: Any) -> time:
    match = CLOCK.match(value.strip()) if isinstance(value, str) else None
    if match is None:
        raise ValueError("write a time of the day: 22:00")
    return time(int(match.group(1)), int(match.group(2)))


def _alert_url(value: SecretStr) -> SecretStr:
    import apprise

    if not apprise.Apprise().add(value.get_secret_value()):
        raise ValueError(
            "this is no address that Apprise understands; the forms are in its documentation, such as mailtos://user:password@host"
        )
    return value


def _listening(value: str) -> str:
    try:
        return str(ipaddress.ip_address("127.0.0.1" if value == "localhost" else value.strip("[]")))
    except ValueError as error:
        raise ValueError("give an address of this machine, such as 127.0.0.1 or 0.0.0.0") from error


def _password(value: SecretStr) -> SecretStr:
    if len(value.get_secret_value()) < SHORTEST_PASSWORD:
        raise ValueError(f"give a password of at least {SHORTEST_PASSWORD} characters")
    return value


Duration = Annotated[timedelta, BeforeValidator(_duration)]
Interval = Annotated[Duration, AfterValidator(_interval)]
Delay = Annotated[Duration, AfterValidator(_seconds)]
ArchiveAddress = Annotated[StrictStr, AfterValidator(_archive_address)]
WebAddress = Annotated[StrictStr, AfterValidator(_web_address)]
Clock = Annotated[time, BeforeValidator(_clock)]
AlertUrl = Annotated[SecretStr, AfterValidator(_alert_url)]
Timezone = Annotated[StrictStr, AfterValidator(_timezone)]
XPath = Annotated[StrictStr, AfterValidator(_xpath)]
Nameserver = Annotated[StrictStr, AfterValidator(_nameserver)]
Identifier = Annotated[StrictStr, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")]
Language = Annotated[StrictStr, Field(pattern=r"^[a-z]{2}$")]
Country = Annotated[StrictStr, Field(pattern=r"^[A-Z]{2}$")]
Port = Annotated[StrictInt, Field(ge=1, le=65535)]
HostName = Annotated[StrictStr, Field(pattern=r"^[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$")]
Words = Annotated[StrictStr, Field(min_length=1, max_length=200)]
Bytes = Annotated[StrictInt, Field(ge=1024, le=1024**3)]


class Strict(BaseModel):
    """A part of the file: unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class LimitsPart(Strict):
    """Ceilings, for all sources or for one."""

    feed_bytes: Bytes | None = None
    page_bytes: Bytes | None = None
    items: Annotated[StrictInt, Field(ge=1, le=50_000)] | None = None
    pages: Annotated[StrictInt, Field(ge=1, le=5_000)] | None = None
    timeout: Annotated[Duration, AfterValidator(_timeout)] | None = None


class PageRulesPart(Strict):
    """What one outlet's pages need; XPath expressions."""

    body: list[XPath] = []
    drop: list[XPath] = []
    title: XPath | None = None
    date: XPath | None = None
    links: XPath | None = None


class SourcePart(Strict):
    """One list of articles to follow."""

    id: Identifier
    name: Words
    country: Country
    side: Side
    ownership: Ownership
    languages: Annotated[list[Language], Field(min_length=1, max_length=10)]
    type: SourceType = SourceType.AUTO
    url: WebAddress
    timezone: Timezone | None = None
    fallback: WebAddress | None = None
    archive: ArchiveAddress | None = None
    enabled: StrictBool = True
    off_because: Words | None = None
    interval: Interval | None = None
    shortest: Interval | None = None
    longest: Interval | None = None
    delay: Delay | None = None
    headers: dict[StrictStr, SecretStr] = {}
    tls: Tls = Tls.VERIFY
    robots: Robots = Robots.OBEY
    ports: Annotated[list[Port], Field(min_length=1)] = [80, 443]
    proxy: SecretStr | None = None
    keep: Keep = Keep.TEXT
    page_rules: PageRulesPart = PageRulesPart()
    limits: LimitsPart = LimitsPart()


class GroupPart(Strict):
    """Hosts that share one gap."""

    hosts: Annotated[list[StrictStr], Field(min_length=1)]
    delay: Delay | None = None


class PolitenessPart(Strict):
    """Groups of hosts, by name."""

    groups: dict[StrictStr, GroupPart] = {}


class NetworkPart(Strict):
    """How the job reaches out."""

    allow_private: list[StrictStr] = []
    ca_file: StrictStr | None = None
    proxy: SecretStr | None = None
    nameserver: Nameserver | None = None


class DatabasePart(Strict):
    """Where findings are kept."""

    url: SecretStr = SecretStr("sqlite:///data/swapwatch.db")


class DefaultsPart(Strict):
    """What holds for sources that say nothing else."""

    interval: Interval | None = None
    delay: Delay = timedelta(seconds=1)
    timezone: Timezone = "UTC"


class PollingPart(Strict):
    """How often sources without an interval of their own are asked."""

    a_minute: Annotated[float, Field(gt=0, le=600)] = 30.0
    shortest: Interval = timedelta(minutes=1)
    longest: Interval = timedelta(minutes=30)


class KeptCapturesPart(Strict):
    """How long captures are kept: for good unless said otherwise. Texts, hashes and claims stay."""

    findings: Duration | None = None
    near_misses: Duration | None = None
    lists: Duration | None = None


class RetentionPart(Strict):
    """How long details are kept; addresses and findings stay for good."""

    lead_details: Duration = timedelta(days=180)
    captures: KeptCapturesPart = KeptCapturesPart()


class AddresseePart(Strict):
    """Someone who is told."""

    url: AlertUrl
    about: Annotated[list[Literal["operator", "analyst"]], Field(min_length=1)] = ["operator", "analyst"]


class QuietHoursPart(Strict):
    """When nobody is told anything."""

    begin: Clock
    until: Clock
    timezone: Timezone = "UTC"


class SearchPart(Strict):
    """What a new finding must match."""

    name: Words
    words: Annotated[StrictStr, Field(max_length=500)] = ""
    language: Language | None = None
    source: Identifier | None = None
    kind: Kind | None = None
    conflict: Conflict | None = None


class AlertsPart(Strict):
    """Who is told what, and when."""

    to: dict[StrictStr, AddresseePart] = {}
    quiet_hours: QuietHoursPart | None = None
    group: Duration = timedelta(minutes=1)
    every: Interval = timedelta(minutes=2)
    disk_low: Annotated[StrictInt, Field(ge=0)] = 1024**3
    side_silent: Duration = timedelta(hours=24)
    keep: Annotated[Duration, AfterValidator(_kept)] = timedelta(days=90)
    searches: list[SearchPart] = []


class MetricsPart(Strict):
    """Where the running job shows its figures and health."""

    port: Port | None = None
    no_success: Duration = timedelta(hours=6)


class LexiconPart(Strict):
    """One term added to the shipped lexicon of a language."""

    language: Literal["en", "ru", "uk"]
    term: Words
    example: Words
    unlike: Words | None = None
    concept: Words | None = None
    topic: Annotated[StrictStr, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,40}$")] | None = None

    def added(self) -> AddedTerm:
        """Return the term as the tagger takes it."""
        return AddedTerm(**self.model_dump())

    @model_validator(mode="after")
    def holds(self) -> Self:
        """Refuse a term that cannot be read, or that its own examples contradict."""
        from crawler.tagging.lexicon import complaint

        wrong = complaint(self.added())
        if wrong:
            raise ValueError(wrong)
        return self


class ServePart(Strict):
    """Where the pages for analysts are served, and to whom."""

    host: Annotated[StrictStr, AfterValidator(_listening)] = "127.0.0.1"
    port: Port = 8300
    names: Annotated[list[HostName], Field(max_length=20)] = []
    password: Annotated[SecretStr, AfterValidator(_password)] | None = None


class ConfigFile(Strict):
    """The whole of config.yaml."""

    version: Literal[1]
    contact: StrictStr | None = None
    database: DatabasePart = DatabasePart()
    data: StrictStr = "data"
    network: NetworkPart = NetworkPart()
    politeness: PolitenessPart = PolitenessPart()
    limits: LimitsPart = LimitsPart()
    defaults: DefaultsPart = DefaultsPart()
    polling: PollingPart = PollingPart()
    keep_off_topic: StrictBool = False
    cascade: Literal["on", "off"] = "on"
    lexicon: list[LexiconPart] = []
    retention: RetentionPart = RetentionPart()
    rechecks: Annotated[list[Duration], Field(max_length=100)] = [
        timedelta(hours=1),
        timedelta(hours=6),
        timedelta(hours=24),
        timedelta(days=3),
        timedelta(days=7),
        timedelta(days=30),
    ]
    alerts: AlertsPart = AlertsPart()
    metrics: MetricsPart = MetricsPart()
    serve: ServePart = ServePart()
    sources: list[SourcePart]
