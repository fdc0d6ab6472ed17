"""fundus on the pages of outlets it has a parser for.

`python fundus_known.py --match FEED…` prints those pages with their outlets, as JSON; `python fundus_known.py OUT KNOWN COUNT` fetches and
reads them over and over, so many in all.
"""

import json
import re
import sys
import urllib.request
from datetime import date
from itertools import cycle, islice
from pathlib import Path
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

from fundus import PublisherCollection

NAMED = re.compile(
    r"""(?:rel=["']?canonical["']?[^>]*?href|property=["']og:url["'][^>]*?content)=["']([^"']+)""",
    re.IGNORECASE,
)


def home(url):
    """Return a host without its www."""
    return (urlsplit(url).hostname or "").removeprefix("www.")


def fetched(url):
    """Return the text of a page."""
    with urllib.request.urlopen(url) as answer:
        return answer.read().decode("utf-8", "replace")


def links(feeds):
    """Return the articles that feeds list."""
    for feed in feeds:
        yield from (
            one.text for one in ET.fromstring(fetched(feed)).iter("link") if one.text.endswith(".html")
        )


publishers = {home(one.domain): one for one in PublisherCollection}
if sys.argv[1] == "--match":
    known = {
        link: next((home(one) for one in NAMED.findall(fetched(link)) if home(one) in publishers), None)
        for link in links(sys.argv[2:])
    }
    print(json.dumps([[link, name] for link, name in known.items() if name]))
    sys.exit()
known = json.loads(Path(sys.argv[2]).read_text(encoding="utf-8"))
parsers = {}
with Path(sys.argv[1]).open("w", encoding="utf-8") as out:
    for link, name in islice(cycle(known), int(sys.argv[3]) if known else 0):
        if name not in parsers:
            parsers[name] = publishers[name].parser(date.today())  # noqa: DTZ011 - as fundus itself has it
        found = parsers[name].parse(fetched(link), error_handling="suppress")
        out.write(json.dumps({key: str(value) for key, value in found.items()}) + "\n")
