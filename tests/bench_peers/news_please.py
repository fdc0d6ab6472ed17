"""news-please over fetched pages, images off: `python news_please.py OUT FEED…`."""

import json
import sys
import urllib.request
from pathlib import Path
from xml.etree import ElementTree as ET

from newsplease import NewsPlease


def fetched(url):
    """Return the body of a page."""
    with urllib.request.urlopen(url) as answer:
        return answer.read()


links = []
for feed in sys.argv[2:]:
    links += [one.text for one in ET.fromstring(fetched(feed)).iter("link") if one.text.endswith(".html")]
with Path(sys.argv[1]).open("w", encoding="utf-8") as out:
    for link in links:
        try:
            found = NewsPlease.from_html(fetched(link), url=link, fetch_images=False)
        except (AttributeError, ImportError, TypeError, ValueError) as error:
            print(link, error, file=sys.stderr)
            continue
        out.write(
            json.dumps({"title": found.title, "date": str(found.date_publish), "text": found.maintext}) + "\n"
        )
