"""Whether what was fetched is a page at all."""

from __future__ import annotations

import re

PAGE_TYPES = ("html", "xml", "text/plain", "octet-stream", "unknown")
"""Content types a page may come with; servers that know no better send `text/plain`."""

MAGIC = (
    (b"%PDF", "PDF"), (b"\x89PNG", "PNG image"), (b"\xff\xd8\xff", "JPEG image"), (b"GIF8", "GIF image"), (b"RIFF", "media"),
    (b"PK\x03\x04", "ZIP archive"), (b"\x1f\x8b", "gzip archive"), (b"\xd0\xcf\x11\xe0", "office document"),
    (b"\x00\x00\x00\x18ftyp", "video"), (b"\x00\x00\x00 ftyp", "video"), (b"ID3", "audio"), (b"OggS", "media"),
)  # fmt: skip
"""First bytes of what is no page, whatever its Content-Type says."""

FEED = re.compile(rb"<(?:rss|feed|rdf:RDF|urlset|sitemapindex)[\s>]")
ELEMENT = re.compile(
    rb"<(?:!doctype\s+html|html|head|body|title|meta|div|p|article|main|h1|span|table)\b", re.IGNORECASE
)
WINDOW = 64 * 1024


def not_markup(body: bytes, content_type: str | None) -> str | None:
    """Return in words why the bytes are no HTML page; None where they are one."""
    kind = _kind(content_type)
    if not is_page_type(content_type):
        return f"content type {kind[:100]}"
    what = next((name for magic, name in MAGIC if body.startswith(magic)), None)
    if what:
        return f"the bytes are a {what}"
    head = body[:WINDOW].replace(b"\x00", b"")
    if FEED.search(head[:2000]):
        return "the bytes are a feed or sitemap"
    if not head.strip() or ELEMENT.search(head):
        return None
    return f"no HTML element in {len(body)} bytes" + (f" of {kind[:100]}" if kind else "")


def is_page_type(content_type: str | None) -> bool:
    """Say whether an answer with this Content-Type may be a page."""
    kind = _kind(content_type)
    return not kind or any(name in kind for name in PAGE_TYPES)


def _kind(content_type: str | None) -> str:
    return (content_type or "").partition(";")[0].strip().lower()
