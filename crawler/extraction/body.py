"""The report's own text, out of everything else on its page."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass

from lxml.html import HtmlElement
from trafilatura import bare_extraction

from crawler.extraction.mending import furniture, mended
from crawler.extraction.paragraphs import SENTENCE_END, Block, blocks
from crawler.extraction.plain import clean, squeezed
from crawler.extraction.rules import selected
from crawler.model import PageRules

ENOUGH = 400
"""Characters of prose from which an extraction is believed without asking another one."""

MANY_ELEMENTS = 30_000
"""A page with more is read plainly: the extractor's time grows faster than the page."""

LONGEST = 1_000_000
"""Characters of text kept of one page; a longer text is cut and marked."""

OUTDOES = 1.8
SENTENCE = 30

SHORTEST = 25
"""Fewer characters are no sentence."""

# it reports every page it finds nothing in, which is an outcome here and counted elsewhere
logging.getLogger("trafilatura").setLevel(logging.CRITICAL)


@dataclass(frozen=True, slots=True, kw_only=True)
class MainText:
    """The text of a report, whether it is known to be cut, and what was odd."""

    text: str = ""
    partial: bool = False
    warnings: tuple[str, ...] = ()


def main_text(tree: HtmlElement, *, rules: PageRules) -> MainText:
    """Return the main text of a page whose hidden words are out already; `tree` loses what the rules drop."""
    warnings: list[str] = []
    _drop(tree, rules.drop)
    text = _by_rule(tree, rules.body)
    if rules.body and not text:
        warnings.append("page rules: no element for the body; read without them")
    if not text:
        found = blocks(tree)
        huge = sum(1 for _ in tree.iter()) > MANY_ELEMENTS
        if huge:
            warnings.append("body: a huge page, read plainly")
        text = "" if huge else mended(_extracted(tree, found), found)
        text = text if len(text) >= SHORTEST else _plain(found)
    text = clean(text).strip()
    if len(text) <= LONGEST:
        return MainText(text=text, warnings=tuple(warnings))
    return MainText(
        text=text[:LONGEST], partial=True, warnings=(*warnings, f"body: cut at {LONGEST} characters")
    )


def _drop(tree: HtmlElement, paths: tuple[str, ...]) -> None:
    for path in paths:
        for element in selected(tree, path):
            if element.getparent() is not None:
                element.drop_tree()


def _by_rule(tree: HtmlElement, paths: tuple[str, ...]) -> str:
    """Return all words of the elements that the rules name, block by block."""
    named = [element for path in paths for element in selected(tree, path)]
    return "\n".join(block.text for element in named for block in blocks(element))


def _extracted(tree: HtmlElement, found: list[Block]) -> str:
    """Ask the extractor: first for the sure part only, and where that is thin, in its looser ways."""
    teasers = _teasers(tree)
    best, worth = "", 0
    for text in _candidates(tree, found):
        prose = _prose(text, teasers)
        # what comes later takes in more of the page, so it has to be much better
        if not best or (prose > OUTDOES * worth and prose > len(text) / 2):
            best, worth = text, prose
        if worth >= ENOUGH or _words(best) >= 2 * ENOUGH:
            break
    return best if worth > 0 or _words(best) >= ENOUGH / 4 else ""


def _teasers(tree: HtmlElement) -> set[str]:
    """Return the words of links that are as long as sentences: mostly headlines of other reports."""
    return {squeezed(words) for link in tree.iter("a") if len(words := link.text_content()) >= SENTENCE}


def _candidates(tree: HtmlElement, found: list[Block]) -> Iterator[str]:
    for fast, precise in ((True, True), (False, True)):
        yield _by_extractor(tree, fast=fast, precise=precise)
    yield _plain(found)
    yield _by_extractor(tree, fast=True, precise=False)


def _by_extractor(tree: HtmlElement, *, fast: bool, precise: bool) -> str:
    document = bare_extraction(
        tree,
        fast=fast,
        favor_precision=precise,
        include_comments=False,
        deduplicate=False,
        with_metadata=False,
    )
    return getattr(document, "text", None) or ""


def _prose(text: str, teasers: set[str]) -> int:
    """Count the characters in lines that read like sentences, less those in links to other reports."""
    count = 0
    for row in text.replace("|", "\n").split("\n"):
        if squeezed(row) in teasers:
            count -= len(row)
        elif len(row) >= SENTENCE and SENTENCE_END.search(row):
            count += len(row)
    return count


def _words(text: str) -> int:
    """Count the characters outside tables: poems and lists have lines that end like no sentence."""
    return sum(len(row) for row in text.split("\n") if "|" not in row)


def _plain(found: list[Block]) -> str:
    """Return every sentence after the headline that stands in no box of furniture."""
    heads = [place for place, block in enumerate(found) if block.box.tag == "h1"]
    report = found[heads[0] + 1 :] if heads else found
    return "\n".join(block.text for block in report if block.prose and not furniture(block.box))
