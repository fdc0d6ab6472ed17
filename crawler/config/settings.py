"""The checked configuration, as the rest of the job sees it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from crawler.model import Source


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
    sources: tuple[Source, ...] = ()
    keep_off_topic: bool = False
    retention_days: int = 180
    serve: Serve = Serve()
    warnings: tuple[str, ...] = ()
