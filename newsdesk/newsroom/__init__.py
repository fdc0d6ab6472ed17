"""The demo newsroom: invented outlets of every make, served on loopback from data in this package."""

from newsdesk.newsroom.config import demo_config
from newsdesk.newsroom.server import Newsroom

__all__ = ["Newsroom", "demo_config"]
