"""config.yaml to a frozen Config: every complaint names file, line, key, what was read and the remedy."""

from crawler.config.loading import load, loads
from crawler.config.settings import Config, Group, Network

__all__ = ["Config", "Group", "Network", "load", "loads"]
