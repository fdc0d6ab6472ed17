"""Sitemaps and their indexes (sitemaps.org), with the fields of news sitemaps."""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from operator import itemgetter

from lxml import etree

from crawler.dates import parse_date
from crawler.discovery.cleaning import title_text
from crawler.errors import PageChanged
from crawler.model import Discovered, Lead, Skipped, SkipReason, Source, Stage
from crawler.urls import fetchable, same_site

ENCODING = re.compile(r"^\s*<\?xml[^>]*\?>")

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


def unpacked(body: bytes, *, url: str, most: int) -> bytes:
    """Return the bytes of a gzipped file, or the body itself where it is none.

    Raises:
        PageChanged: the archive holds more than `most` bytes, or is broken or cut.
    """
    if not body.startswith(b"\x1f\x8b"):
        return body
    try:
        with gzip.GzipFile(fileobj=BytesIO(body)) as archive:
            content = archive.read(most + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise PageChanged(f"a broken gzip file: {error}", url=url) from error
    if len(content) > most:
        raise PageChanged(f"a gzip file of more than {most} bytes (limits.feed_bytes)", url=url)
    return content


def leads_from_sitemap(text: str, *, source: Source, url: str, now: datetime) -> Discovered:
    """Return the leads of a sitemap, or of an index the sitemaps it names, newest first.

    Raises:
        PageChanged: the text holds neither.
    """
    body = ENCODING.sub("", text.lstrip("\ufeff \r\n\t")).encode("utf-8", errors="replace")
    rows = list(_rows(body, limit=50_000))
    if not rows and not re.search(r"<(?:\w+:)?(?:urlset|sitemapindex)\b", text[:4000]):
        raise PageChanged("not a sitemap", url=url, source_id=source.id)
    children = [row for row in rows if row["tag"] == "sitemap"]
    if children:
        return _index(children, source=source, url=url, now=now)
    found = [_lead(row, source=source, url=url, now=now) for row in rows]
    news = any(row.get("title") or row.get("publication_date") for row in rows)
    return Discovered(
        format="news_sitemap" if news else "sitemap",
        leads=tuple(lead for lead in found if isinstance(lead, Lead)),
        skipped=tuple(skip for skip in found if isinstance(skip, Skipped)),
    )


def _rows(body: bytes, *, limit: int) -> Iterator[dict[str, str]]:
    """Stream the `url` and `sitemap` elements, each as the texts of its fields, whatever the namespace."""
    events = etree.iterparse(
        BytesIO(body), events=("end",), recover=True, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )  # fmt: skip
    count = 0
    try:
        for _, node in events:
            tag = etree.QName(node.tag).localname if isinstance(node.tag, str) else ""
            if tag not in ("url", "sitemap"):
                continue
            row = {"tag": tag}
            for field in node.iter(etree.Element):
                row.setdefault(etree.QName(field).localname, (field.text or "").strip())
            row["tag"] = tag
            yield row
            node.clear()
            while node.getprevious() is not None and (parent := node.getparent()) is not None:
                del parent[0]
            count += 1
            if count >= limit:
                return
    except etree.XMLSyntaxError:
        return


def _index(rows: list[dict[str, str]], *, source: Source, url: str, now: datetime) -> Discovered:
    dated: list[tuple[datetime, str]] = []
    skipped: list[Skipped] = []
    for row in rows:
        try:
            address = fetchable(row.get("loc", ""), url)
        except ValueError as error:
            skipped.append(_refused(row, SkipReason.INVALID_URL, str(error)))
            continue
        if not same_site(address, url):
            skipped.append(_refused(row, SkipReason.OTHER_SITE, "a sitemap of another site"))
            continue
        found = parse_date(
            row.get("lastmod", ""), timezone=source.timezone, languages=source.languages, now=now
        )
        dated.append((found.instant if found else LONG_AGO, address))
    dated.sort(key=itemgetter(0), reverse=True)
    return Discovered(
        format="sitemap_index",
        leads=(),
        children=tuple(address for _, address in dated),
        changed=tuple(None if when is LONG_AGO else when for when, _ in dated),
        skipped=tuple(skipped),
    )


def _lead(row: dict[str, str], *, source: Source, url: str, now: datetime) -> Lead | Skipped:
    try:
        address = fetchable(row.get("loc", ""), url)
    except ValueError as error:
        return _refused(row, SkipReason.INVALID_URL, str(error))
    if not same_site(address, url):
        return _refused(row, SkipReason.OTHER_SITE, "an address on another site")
    raw = row.get("publication_date") or row.get("lastmod")
    published = parse_date(raw or "", timezone=source.timezone, languages=source.languages, now=now)
    updated = parse_date(
        row.get("lastmod", ""), timezone=source.timezone, languages=source.languages, now=now
    )
    return Lead(
        source_id=source.id,
        url=address,
        seen_in=url,
        title=title_text(row.get("title")),
        # lastmod dates a change, not the publication: it is kept as `updated` only
        published=published.instant if published and row.get("publication_date") else None,
        published_raw=row.get("publication_date"),
        zone_known=published.zone_known if published else True,
        updated=updated.instant if updated else None,
        language=row.get("language") or None,
    )


def _refused(row: dict[str, str], reason: SkipReason, detail: str) -> Skipped:
    return Skipped(url=row.get("loc", "")[:500], reason=reason, stage=Stage.DISCOVER, detail=detail)
