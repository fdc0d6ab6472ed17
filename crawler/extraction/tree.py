"""The page as a tree, without what a reader never sees."""

from __future__ import annotations

import re

import lxml.html
from lxml import etree

from crawler.charset import cleaned

INVISIBLE_STYLE = re.compile(
    r"""display\s*:\s*none | visibility\s*:\s*(?:hidden|collapse) | font-size\s*:\s*0(?:px|em|rem|%|pt)?\s*(?:;|!|$)
        | opacity\s*:\s*0(?:\.0+)?\s*(?:;|!|$) | (?:left|top|text-indent|right|bottom)\s*:\s*-\d{3,}
        | (?:^|;)\s*(?:height|width|max-height)\s*:\s*0(?:px)?\s*(?:;|$) | clip\s*:\s*rect\(\s*0
        | clip-path\s*:\s*inset\(\s*(?:50|100)% | transform\s*:\s*scale\(\s*0\s*\)""",
    re.VERBOSE | re.IGNORECASE,
)
"""Inline styles that take an element out of sight: `position:absolute; left:-9999px`."""

STYLE_RULE = re.compile(r"([^{}@]+)\{([^{}]*)\}")
SIMPLE_SELECTOR = re.compile(r"^(?:[a-z][\w-]*)?(?:[.#][\w-]+)$", re.IGNORECASE)
"""`.promo`, `div.promo`, `#note`: selectors that can be followed without a browser."""

NEVER_SEEN = ("script", "style", "template", "noscript", "iframe", "svg", "object", "canvas", "dialog")

MAX_STYLE_CHARS = 200_000


def parsed(text: str) -> etree._Element | None:
    """Return the document's root, or None where there is nothing to parse."""
    source = cleaned(text)
    if not source.strip():
        return None
    parser = lxml.html.HTMLParser(
        encoding="utf-8",
        no_network=True,
        remove_comments=True,
        remove_pis=True,
        huge_tree=False,
        recover=True,
    )
    try:
        root: etree._Element = lxml.html.document_fromstring(source.encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return None
    return root


def title(root: etree._Element) -> str | None:
    """Return the first heading of the page, else its title element."""
    for path in (".//h1", ".//title"):
        for node in root.iterfind(path):
            words = " ".join("".join(str(piece) for piece in node.itertext()).split())
            if words:
                return words
    return None


def remove_hidden(root: etree._Element) -> None:
    """Take out what no reader sees, so that nobody can plant a sentence or a number there."""
    names = _hidden_by_stylesheet(root)
    doomed = [node for node in root.iter(etree.Element) if _is_hidden(node, names)]
    for node in doomed:
        _drop(node)


def drop_matching(root: etree._Element, paths: tuple[str, ...]) -> None:
    """Take out every element that one of the XPath expressions finds."""
    for path in paths:
        found = root.xpath(path)
        for node in found if isinstance(found, list) else []:
            if isinstance(node, etree._Element):
                _drop(node)


def _is_hidden(node: etree._Element, names: frozenset[str]) -> bool:
    if node.tag in ("html", "body", "head", "meta", "link", "title"):
        return False
    if node.tag in NEVER_SEEN and not (node.tag == "script" and "ld+json" in (node.get("type") or "")):
        return True
    if node.get("hidden") is not None or (node.get("aria-hidden") or "").lower() == "true":
        return True
    if INVISIBLE_STYLE.search(node.get("style") or ""):
        return True
    if not names:
        return False
    marks = {f".{name}" for name in (node.get("class") or "").split()} | {f"#{node.get('id')}"}
    tagged = {str(node.tag) + mark for mark in marks}
    return bool((marks | tagged) & names)


def _hidden_by_stylesheet(root: etree._Element) -> frozenset[str]:
    """Return the simple selectors that the page's own style sheets hide, media queries aside."""
    names: set[str] = set()
    for sheet in root.iter("style"):
        if "print" in (sheet.get("media") or ""):
            continue
        css = re.sub(r"@media[^{]*\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}", "", (sheet.text or "")[:MAX_STYLE_CHARS])
        for selectors, declarations in STYLE_RULE.findall(css):
            if re.search(r"display\s*:\s*none|visibility\s*:\s*hidden", declarations, re.IGNORECASE):
                names |= {one.strip() for one in selectors.split(",") if SIMPLE_SELECTOR.match(one.strip())}
    return frozenset(names)


def _drop(node: etree._Element) -> None:
    """Remove a node but not the text that follows it."""
    parent = node.getparent()
    if parent is None:
        return
    if node.tail:
        before = node.getprevious()
        if before is not None:
            before.tail = (before.tail or "") + node.tail
        else:
            parent.text = (parent.text or "") + node.tail
    parent.remove(node)
