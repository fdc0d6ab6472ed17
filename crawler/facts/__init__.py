"""An Article to Claims with exact quotes, and its Verdict with date, stage, deal and place. Pure; a first version."""

from __future__ import annotations

from dataclasses import replace

from crawler.facts.circumstances import circumstances
from crawler.facts.claims import claims_in
from crawler.facts.credits import origin_named
from crawler.facts.phrases_data import LANGUAGES
from crawler.language import detect
from crawler.model import Article, Claim, Event, Standing, Verdict

__all__ = ["origin_named", "read"]


def read(article: Article, verdict: Verdict) -> tuple[Verdict, tuple[Claim, ...]]:
    """Return the verdict with its circumstances filled in, and every claim; nothing for an off-topic article."""
    if verdict.standing is Standing.OFF_TOPIC:
        return verdict, ()
    code = (
        article.language if article.language in LANGUAGES else detect(article.title + article.text, LANGUAGES)
    )
    language = code if code in LANGUAGES else "ru"
    found = claims_in(article, language, verdict)
    filled = replace(verdict, **circumstances(article, language, verdict))
    if any(claim.event is Event.THIS_EXCHANGE for claim in found) or (
        filled.numbers_disclosed is None and found
    ):
        filled = replace(filled, numbers_disclosed=True)
    return filled, found
