"""Titles and texts of feeds as plain text: no markup, no control characters, no hidden parts."""

from __future__ import annotations

import html
import re

import lxml.html
from lxml import etree

from crawler.charset import cleaned

TITLE_CHARS = 1000
TEXT_CHARS = 200_000
CUT = "…"

BLOCKS = frozenset(
    [
        "p",
        "div",
        "br",
        "li",
        "ul",
        "ol",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "blockquote",
        "tr",
        "table",
        "section",
        "article",
        "figure",
        "pre",
        "hr",
        "dd",
        "dt",
    ]
)
DROPPED = frozenset(
    [
        "script",
        "style",
        "template",
        "noscript",
        "iframe",
        "object",
        "svg",
        "head",
        "form",
        "button",
        "figcaption",
    ]
)

TAG = re.compile(r"<[a-zA-Z/!][^>]{0,2000}>")
ENTITY = re.compile(r"&(?:#\d+|#x[0-9a-f]+|[a-z]{2,8});", re.IGNORECASE)


def title_text(raw: str | None) -> str | None:
    """Return a feed's title as one plain line, cut with a mark where it is absurdly long."""
    if not raw:
        return None
    text = plain_text(raw) if TAG.search(raw) or ENTITY.search(raw) else cleaned(raw)
    line = " ".join(text.split())
    return (line if len(line) <= TITLE_CHARS else line[:TITLE_CHARS] + CUT) or None


def plain_text(raw: str | None) -> str:
    """Return markup as plain text, paragraphs parted by an empty line; text without markup comes back tidied."""
    if not raw:
        return ""
    source = cleaned(raw)
    if not TAG.search(source) and ENTITY.search(source):
        source = html.unescape(source)
    if not TAG.search(source):
        return _tidy(source.split("\n\n"))
    return _tidy(_blocks(source))


def _blocks(source: str) -> list[str]:
    parser = lxml.html.HTMLParser(
        recover=True, no_network=True, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = lxml.html.fragment_fromstring(source[: 4 * TEXT_CHARS], create_parent="div", parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return [TAG.sub(" ", source)]
    blocks = [""]
    for event, node in etree.iterwalk(root, events=("start", "end")):
        if not isinstance(node.tag, str):
            continue
        if event == "start" and _hidden(node):
            _empty(node)
        if node.tag in BLOCKS and blocks[-1].strip():
            blocks.append("")
        blocks[-1] += (node.text if event == "start" else node.tail) or ""
    return blocks


def _hidden(node: etree._Element) -> bool:
    style = (node.get("style") or "").replace(" ", "").lower()
    return (
        node.tag in DROPPED
        or node.get("hidden") is not None
        or "display:none" in style
        or "visibility:hidden" in style
    )


def _empty(node: etree._Element) -> None:
    node.text = None
    for child in list(node):
        node.remove(child)


def _tidy(blocks: list[str]) -> str:
    lines = (" ".join(block.split()) for block in blocks)
    text = "\n\n".join(line for line in lines if line)
    return text if len(text) <= TEXT_CHARS else text[:TEXT_CHARS] + CUT
