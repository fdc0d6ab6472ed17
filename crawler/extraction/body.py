"""The report's own text, out of everything else on its page."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass

from lxml.html import HtmlElement
from trafilatura import bare_extraction

from crawler.extraction.mending import mended
from crawler.extraction.paragraphs import SENTENCE_END, Block, blocks
from crawler.extraction.plain import clean

ENOUGH = 400
"""Characters of prose from which an extraction is believed without asking another one."""

MANY_ELEMENTS = 30_000
"""A page with more is read plainly: the extractor's time grows faster than the page."""

LONGEST = 1_000_000
"""Characters of text kept of one page; a longer text is cut and marked."""

SHORTEST = 25
"""Fewer characters are no sentence."""

# it reports every page it finds nothing in, which is an outcome here and counted elsewhere
logging.getLogger("trafilatura").setLevel(logging.CRITICAL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """The text of a report, whether it is known to be cut, and what was odd."""

    text: str = ""
    partial: bool = False
    warnings: tuple[str, ...] = ()


def body_text(tree: HtmlElement) -> Body:
    """Return the main text of a page whose hidden words are out already."""
    found = blocks(tree)
    if sum(1 for _ in tree.iter()) > MANY_ELEMENTS:
        text, warnings = _plain(found), ("body: a huge page, read plainly",)
    else:
        text, warnings = mended(_extracted(tree), found), ()
        if len(text) < SHORTEST:
            text = _plain(found)
    text = clean(text).strip()
    if len(text) > LONGEST:
        return Body(text=text[:LONGEST], partial=True, warnings=(*warnings, f"body: cut at {LONGEST} characters"))
    return Body(text=text, warnings=warnings)


def text_of(elements: list[HtmlElement]) -> str:
    """Return all words of the elements that a page rule named, block by block."""
    return clean("\n".join(block.text for element in elements for block in blocks(element))).strip()


def _extracted(tree: HtmlElement) -> str:
    """Ask the extractor: first for the sure part only, and where that is thin, in its looser ways."""
    best = ""
    for text in _candidates(tree):
        if _prose(text) > 2 * _prose(best) or not best:
            best = text
        if _prose(best) >= ENOUGH:
            break
    return best


def _candidates(tree: HtmlElement) -> Iterator[str]:
    for fast, precise in ((True, True), (False, True), (True, False)):
        document = bare_extraction(
            tree, fast=fast, favor_precision=precise, include_comments=False, deduplicate=False, with_metadata=False
        )
        yield (document.text or "") if document is not None else ""


def _prose(text: str) -> int:
    """Count the characters in lines that read like sentences."""
    return sum(len(line) for line in text.split("\n") if len(line) >= 40 and SENTENCE_END.search(line))


def _plain(found: list[Block]) -> str:
    """Return every sentence of the page: too much rather than nothing."""
    return "\n".join(block.text for block in found if block.prose)
