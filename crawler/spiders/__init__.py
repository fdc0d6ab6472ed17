"""The only room with Scrapy and the network: asks politely, keeps what came back, names what did not."""

from crawler.spiders.crawling import Crawling, Politeness
from crawler.spiders.desk import Desk, Kept, OpenLead
from crawler.spiders.guard import AddressRules
from crawler.spiders.workers import Workers

__all__ = ["AddressRules", "Crawling", "Desk", "Kept", "OpenLead", "Politeness", "Workers"]
