"""Titles and texts of feeds as plain text: no markup, no control characters, no hidden parts."""

from __future__ import annotations

import html
import re

import lxml.html
from lxml import etree

from crawler.charset import cleaned
from crawler.stylesheet import UNSEEN_CLASSES, hides

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

JOINED = re.compile(
    r".[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u20d0-\u20f0\u200d\ufe00-\ufe0f\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]"
    r"|\u200d.|[\U0001f1e6-\U0001f1ff]{2}",
    re.DOTALL,
)
"""Two characters of one sign: a letter and its accent, the parts of an emoji, the two letters of a flag."""

TAG = re.compile(r"<[a-zA-Z/!][^>]{0,2000}>")
ENTITY = re.compile(r"&(?:#\d+|#x[0-9a-f]+|[a-z]{2,8});", re.IGNORECASE)


def title_text(raw: str | None) -> str | None:
    """Return a feed's title as one plain line, cut with a mark where it is absurdly long."""
    if not raw:
        return None
    text = plain_text(raw) if TAG.search(raw) or ENTITY.search(raw) else cleaned(raw)
    line = " ".join(text.split())
    return shortened(line, TITLE_CHARS) or None


def shortened(text: str, longest: int) -> str:
    """Return the text, cut with a mark where it is longer; what makes up one sign for a reader stays together."""
    if len(text) <= longest:
        return text
    end = longest
    while end > longest - 100 and JOINED.match(text[end - 1 : end + 1]):
        end -= 1
    return text[:end] + CUT


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
    if node.tag in DROPPED or node.get("hidden") is not None or node.get("aria-hidden") == "true":
        return True
    return hides(node.get("style") or "") or bool(
        UNSEEN_CLASSES.intersection((node.get("class") or "").split())
    )


def _empty(node: etree._Element) -> None:
    node.text = None
    for child in list(node):
        node.remove(child)


def _tidy(blocks: list[str]) -> str:
    lines = (" ".join(block.split()) for block in blocks)
    text = "\n\n".join(line for line in lines if line)
    return shortened(text, TEXT_CHARS)
