"""config.yaml to a frozen Config: every complaint names file, line, key, what was read and the remedy."""

from crawler.config.loading import load, loads
from crawler.config.settings import Config, Group, Network, Serve

__all__ = ["Config", "Group", "Network", "Serve", "load", "loads"]
