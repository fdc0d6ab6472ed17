"""The checked configuration, as the rest of the job sees it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time, timedelta
from pathlib import Path

from crawler.model import AddedTerm, Conflict, Kind, Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """How the job reaches out."""

    allow_private: tuple[str, ...] = ()
    """Hosts, addresses and networks off the public internet that may be connected to."""
    ca_file: Path | None = None
    proxy: str | None = field(default=None, repr=False)
    nameserver: tuple[str, int] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Hosts that share one gap between requests."""

    name: str
    hosts: tuple[str, ...]
    delay: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Addressee:
    """Someone who is told; the URL is one that Apprise understands."""

    name: str
    url: str = field(repr=False)
    about: tuple[str, ...] = ("operator", "analyst")


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietHours:
    """When nobody is told anything: from one time of the day until another, in a zone."""

    begin: time
    until: time
    timezone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedSearch:
    """What a new finding must match for people to be told."""

    name: str
    words: str = ""
    language: str | None = None
    source: str | None = None
    kind: Kind | None = None
    conflict: Conflict | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Alerts:
    """Who is told what, and when."""

    to: tuple[Addressee, ...] = ()
    quiet_hours: QuietHours | None = None
    group: timedelta = timedelta(minutes=1)
    """How long an alert waits for others to go out with it."""
    every: timedelta = timedelta(minutes=2)
    """How often it is looked whether there is something to tell."""
    disk_low: int = 1024**3
    """Bytes free beside the captures below which the operator is told."""
    side_silent: timedelta = timedelta(hours=24)
    """How long all sources of one side may bring nothing new."""
    keep: timedelta = timedelta(days=90)
    """After how long an alert that has gone its way is forgotten."""
    searches: tuple[SavedSearch, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricsPort:
    """Where the running job shows its figures and health."""

    port: int | None = None
    """On this machine only; None: nowhere."""
    no_success: timedelta = timedelta(hours=6)
    """For how long no source at all may have succeeded before health turns red."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Serve:
    """Where the pages for analysts are served, and to whom."""

    host: str = "127.0.0.1"
    port: int = 8300
    names: tuple[str, ...] = ()
    """Host names under which browsers reach the pages, beside the machine's own loopback names."""
    password: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """Everything an operator decides; paths are absolute."""

    path: Path
    contact: str | None
    database_url: str = field(repr=False)
    data: Path
    network: Network = Network()
    groups: tuple[Group, ...] = ()
    default_delay: float = 1.0
    polls_a_minute: float = 30.0
    """Over all sources, as a mean over the day."""
    sources: tuple[Source, ...] = ()
    keep_off_topic: bool = False
    cascade: bool = True
    """Whether pages are looked at for words that matter before they are read."""
    lexicon: tuple[AddedTerm, ...] = ()
    """Terms added to the shipped lexicons."""
    retention_days: int = 180
    keep_captures: Mapping[str, timedelta | None] = field(default_factory=dict)
    """How long captures of `findings`, `near_misses` and `lists` are kept; None for good."""
    rechecks: tuple[timedelta, ...] = ()
    """How long after it was first kept the page of a finding is read again."""
    alerts: Alerts = Alerts()
    metrics: MetricsPort = MetricsPort()
    serve: Serve = Serve()
    warnings: tuple[str, ...] = ()
    digest: str = ""
    """SHA-256 of the file it was read from."""
