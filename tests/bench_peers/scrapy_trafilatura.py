"""Scrapy with trafilatura, as most would glue them: `python scrapy_trafilatura.py OUT FEED…`."""

import json
import sys
from pathlib import Path

import scrapy
import trafilatura
from scrapy.crawler import CrawlerProcess


class News(scrapy.Spider):
    """Takes feeds, then every page, and writes what trafilatura makes of it."""

    name = "news"

    async def start(self):
        """Ask for the feeds."""
        for url in sys.argv[2:]:
            yield scrapy.Request(url, callback=self.parse_feed)

    def parse_feed(self, response):
        """Ask for each item."""
        for link in response.xpath("//item/link/text()").getall():
            yield scrapy.Request(link, callback=self.parse_page)

    def parse_page(self, response):
        """Extract inline."""
        article = trafilatura.bare_extraction(response.body, url=response.url, with_metadata=True)
        if article is not None:
            found = article.as_dict()
            out.write(json.dumps({name: found[name] for name in ("title", "author", "date", "text")}) + "\n")


with Path(sys.argv[1]).open("w", encoding="utf-8") as out:
    process = CrawlerProcess(
        {"LOG_LEVEL": "ERROR", "ROBOTSTXT_OBEY": True, "TELNETCONSOLE_ENABLED": False, "DOWNLOAD_DELAY": 0}
    )
    process.crawl(News)
    process.start()
