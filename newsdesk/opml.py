"""Lists of feeds as other readers exchange them: OPML 2.0, out and in again without loss."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from lxml import etree

from crawler.errors import UsageError
from crawler.model import Source

OURS = "https://swapwatch.invalid/opml"
"""Namespace of what OPML has no words for."""

KEPT = (
    "id",
    "country",
    "side",
    "ownership",
    "type",
    "timezone",
    "fallback",
    "keep",
    "enabled",
    "off_because",
    "interval",
)

MOST = 10_000
"""Outlines that are read."""


def outlines(sources: Iterable[Source]) -> bytes:
    """Return sources as an OPML file; secrets, proxies and page rules stay at home."""
    root = etree.Element("opml", version="2.0", nsmap={"sw": OURS})
    etree.SubElement(etree.SubElement(root, "head"), "title").text = "swapwatch sources"
    body = etree.SubElement(root, "body")
    for source in sources:
        entry = entry_of(source)
        outline = etree.SubElement(
            body,
            "outline",
            text=source.name,
            title=source.name,
            type="rss",
            xmlUrl=source.url,
            language=",".join(source.languages),
        )
        for name in KEPT:
            if name in entry:
                value = entry[name]
                outline.set(f"{{{OURS}}}{name}", str(value).lower() if isinstance(value, bool) else value)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def entry_of(source: Source) -> dict[str, Any]:
    """Return a source as it stands in config.yaml, without what is as usual."""
    entry: dict[str, Any] = {
        "id": source.id,
        "name": source.name,
        "country": source.country,
        "side": str(source.side),
        "ownership": str(source.ownership),
        "languages": list(source.languages),
        "timezone": source.timezone,
        "type": str(source.type),
        "url": source.url,
    }
    if source.interval:
        entry["interval"] = duration(source.interval.total_seconds())
    if source.fallback:
        entry["fallback"] = source.fallback
    if source.keep != "text":
        entry["keep"] = str(source.keep)
    if not source.enabled:
        entry |= {"enabled": False, "off_because": source.disabled_reason or "switched off"}
    return entry


def duration(seconds: float) -> str:
    """Return a time as config.yaml has it.

    >>> duration(300), duration(7200), duration(90)
    ('5m', '2h', '90s')
    """
    whole = int(seconds)
    for size, unit in ((86400, "d"), (3600, "h"), (60, "m")):
        if whole and whole % size == 0:
            return f"{whole // size}{unit}"
    return f"{whole}s"


def entries(body: bytes, *, name: str) -> list[dict[str, Any]]:
    """Return the feeds of an OPML file, as entries of config.yaml with what the file knows of them.

    Raises:
        UsageError: not OPML, or no feed in it.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    try:
        root = etree.fromstring(body, parser)
    except etree.XMLSyntaxError as error:
        raise UsageError(f"{name}: not OPML: {error}; export it again from the other reader") from error
    found = [
        _entry(dict(outline.attrib))
        for outline in root.iter("{*}outline")
        if (outline.get("xmlUrl") or "").startswith(("http://", "https://"))
    ]
    if not found:
        raise UsageError(f"{name}: no feed in it: no outline has an xmlUrl")
    return found[:MOST]


def _entry(attributes: Mapping[Any, Any]) -> dict[str, Any]:
    entry: dict[str, Any] = {
        key: attributes[f"{{{OURS}}}{key}"] for key in KEPT if attributes.get(f"{{{OURS}}}{key}")
    }
    if "enabled" in entry:
        entry["enabled"] = entry["enabled"] != "false"
    languages = [code.strip()[:2].lower() for code in (attributes.get("language") or "").split(",")]
    name = attributes.get("title") or attributes.get("text")
    return entry | {
        "url": attributes["xmlUrl"].strip(),
        "name": " ".join((name or attributes["xmlUrl"]).split())[:200],
        "languages": [code for code in languages if code.isalpha() and len(code) == 2],
    }
