"""config.yaml to a frozen Config: every complaint names file, line, key, what was read and the remedy."""

from crawler.config.changes import Changes, changes, live, moved
from crawler.config.fallback import database_of
from crawler.config.loading import load, loads
from crawler.config.settings import (
    Addressee,
    Alerts,
    Config,
    Group,
    MetricsPort,
    Network,
    QuietHours,
    SavedSearch,
    Serve,
)
from crawler.config.watching import ConfigFile

__all__ = [
    "Addressee",
    "Alerts",
    "Changes",
    "Config",
    "ConfigFile",
    "Group",
    "MetricsPort",
    "Network",
    "QuietHours",
    "SavedSearch",
    "Serve",
    "changes",
    "database_of",
    "live",
    "load",
    "loads",
    "moved",
]
