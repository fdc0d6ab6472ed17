"""One extractor over the real pages: `python extractors.py NAME FOLDER OUT` writes texts and CPU milliseconds as JSON."""

import gzip
import json
import sys
import time
from pathlib import Path


def trafilatura_with(**options):
    """Return trafilatura with options."""
    import trafilatura

    return lambda body, url: (trafilatura.bare_extraction(body, url=url, **options) or Nothing()).text


class Nothing:
    """What stands for a page without an article."""

    text = ""


def newspaper4k(body, url):
    """Parse without downloading."""
    import newspaper

    article = newspaper.Article(url, fetch_images=False)
    article.download(input_html=body.decode("utf-8", "replace"))
    try:
        article.parse()
    except ImportError:
        return ""
    return article.text


def news_please(body, url):
    """Parse without downloading, images off."""
    from newsplease import NewsPlease

    try:
        return NewsPlease.from_html(body, url=url, fetch_images=False).maintext or ""
    except (AttributeError, ImportError, TypeError, ValueError):
        return ""


def swapwatch(body, url):
    """Take the shipped extractor, dates and addresses included."""
    from datetime import UTC, datetime

    from crawler.extraction import extract
    from crawler.model import Lead, Ownership, Page, Side, Source, SourceType

    now = datetime.now(UTC)
    source = Source(
        id="b", name="B", country="UA", side=Side.OTHER, ownership=Ownership.UNKNOWN, languages=("en", "ru", "uk"),
        type=SourceType.FEED, url=url,
    )  # fmt: skip
    page = Page(requested_url=url, url=url, body=body, fetched_at=now, content_type="text/html")
    found = extract(page, source=source, lead=Lead(source_id="b", url=url, seen_in=url), now=now)
    return getattr(found, "text", "")


EXTRACTORS = {
    "swapwatch": lambda: swapwatch,
    "trafilatura": trafilatura_with,
    "trafilatura_metadata": lambda: trafilatura_with(with_metadata=True),
    "trafilatura_fast": lambda: trafilatura_with(fast=True),
    "newspaper4k": lambda: newspaper4k,
    "news_please": lambda: news_please,
}


def main():
    """Extract, time, write."""
    name, folder, out = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    extract = EXTRACTORS[name]()
    truth = json.loads((folder / "ground-truth.json").read_text(encoding="utf-8"))
    pages = {
        key: (gzip.decompress((folder / "html" / f"{key}.html.gz").read_bytes()), row["url"])
        for key, row in truth.items()
    }
    texts, took = {}, []
    for body, url in list(pages.values())[:3]:
        extract(body, full(url))  # what is loaded at the first use is no cost of a page
    for key, (body, url) in pages.items():
        begin = time.process_time()
        text = extract(body, full(url))
        took.append(1000 * (time.process_time() - begin))
        texts[key] = {"articleBody": text}
    out.write_text(json.dumps({"texts": texts, "milliseconds": took}), encoding="utf-8")


def full(url):
    """Return an address with its scheme."""
    return url if "://" in url else f"http://{url}"


main()
