"""Characters to an element tree that keeps its tail, however deep or broken the page is."""

from __future__ import annotations

import re

from lxml.etree import XPath
from lxml.html import HtmlElement, HTMLParser, document_fromstring

from crawler.extraction.plain import UNPRINTABLE

PARSER = HTMLParser(
    encoding="utf-8",
    no_network=True,
    remove_comments=True,
    remove_pis=True,
    collect_ids=False,
    default_doctype=False,
    huge_tree=True,
)
"""`huge_tree` lifts the depth limit from 256, where the rest of a page is lost, to 2048; sizes are capped before."""

DEEP = 200
"""Levels of nesting beyond which a page is flattened; real news pages have up to 50."""

too_deep = XPath(f"boolean({'/*' * DEEP})")

BOX = re.compile(
    r"<(/?)(article|b|center|div|em|font|i|li|ol|section|span|strong|table|tbody|td|tr|ul)\b([^<>]{0,2000})>",
    re.IGNORECASE,
)
"""Tags that can nest without end: `<div class="x">`, `</span>`."""

HIDES = re.compile(r"hidden|style|aria-", re.IGNORECASE)
"""Attributes by which a box may hide what is in it: such a box is kept."""


def parsed(text: str) -> HtmlElement | None:
    """Return the page's tree, or None where there is no element in it."""
    root = _root(text)
    if root is not None and too_deep(root):
        return _root(flattened(text))
    return root


def _root(text: str) -> HtmlElement | None:
    body = UNPRINTABLE.sub("", text).encode("utf-8")
    if not body.strip():
        return None
    try:
        return document_fromstring(body, parser=PARSER)
    except (ValueError, AssertionError, SyntaxError):  # lxml's ParserError is a SyntaxError
        return None


def flattened(text: str, *, levels: int = DEEP // 2) -> str:
    """Return the markup with boxes beyond `levels` of nesting turned into line breaks; their words stay.

    >>> flattened("<div><div>a<p>b</p></div></div>c", levels=1)
    '<div><br>a<p>b</p><br></div>c'
    """
    kept: list[bool] = []

    def replaced(tag: re.Match[str]) -> str:
        closing, _, attributes = tag.groups()
        if closing:
            return tag.group() if kept and kept.pop() else "<br>"
        keep = len(kept) < levels or bool(HIDES.search(attributes))
        kept.append(keep)
        return tag.group() if keep else "<br>"

    return BOX.sub(replaced, text)
