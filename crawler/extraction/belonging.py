"""Whether a page is the one its list promised, for outlets that show something else with status 200."""

from __future__ import annotations

import re
from collections.abc import Sequence

from crawler.language import detect, fold
from crawler.model import Article, Lead, Page, Skipped, SkipReason, Stage

WORD = re.compile(r"[^\W\d_]{5,}")

STEM = 5
"""Letters by which inflected forms of a word are one: полонених, полоненими."""

FEWEST = 2
"""Telling words a headline must have: of fewer, another wording may well have none."""


LOOKED_AT = 20_000
"""Characters of a text in which its headline's words are looked for."""


def stranger(page: Page, article: Article, lead: Lead, *, languages: Sequence[str]) -> Skipped | None:
    """Return that a page has nothing of the headline it was listed under; None where it has, or none can tell.

    Such pages are 'not found' in words nobody knows yet, front pages, walls: no text of theirs is the story.
    """
    promised = _stems(lead.title or "")
    if len(promised) < FEWEST or promised & _stems(f"{article.title}\n{article.text[:LOOKED_AT]}"):
        return None
    said = detect(lead.title or "", languages)
    if said and article.language and said != article.language:
        return None  # a list in one language of pages in another
    detail = f"the page «{article.title[:100]}» has nothing of its headline «{(lead.title or '')[:100]}»"
    return Skipped(url=page.url, reason=SkipReason.SOFT_404, stage=Stage.EXTRACT, detail=detail)


def _stems(text: str) -> set[str]:
    return {word[:STEM] for word in WORD.findall(fold(text))}
