"""newspaper4k with four threads: `python newspaper4k.py OUT FEED…`."""

import json
import sys
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from xml.etree import ElementTree as ET

import newspaper


def read(url):
    """Download and parse an article."""
    article = newspaper.Article(url, fetch_images=False)
    article.download()
    try:
        article.parse()
    except ImportError as error:  # it takes a page for Korean, and wants more for it
        print(url, str(error)[:100], file=sys.stderr)
    return {
        "title": article.title,
        "authors": article.authors,
        "date": str(article.publish_date),
        "text": article.text,
    }


links = []
for feed in sys.argv[2:]:
    with urllib.request.urlopen(feed) as answer:
        links += [one.text for one in ET.fromstring(answer.read()).iter("link") if one.text.endswith(".html")]
with Path(sys.argv[1]).open("w", encoding="utf-8") as out, ThreadPoolExecutor(4) as pool:
    out.writelines(json.dumps(found) + "\n" for found in pool.map(read, links))
