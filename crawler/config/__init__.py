"""config.yaml to a frozen Config: every complaint names file, line, key, what was read and the remedy."""

from crawler.config.changes import Changes, changes, live, moved
from crawler.config.loading import load, loads
from crawler.config.settings import Config, Group, Network
from crawler.config.watching import ConfigFile

__all__ = ["Changes", "Config", "ConfigFile", "Group", "Network", "changes", "live", "load", "loads", "moved"]
