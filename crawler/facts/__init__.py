"""An Article to Claims with exact quotes, and its Verdict with date, stage, deal and place. Pure."""

from __future__ import annotations

from dataclasses import replace

from crawler.facts.circumstances import KYIV, circumstances
from crawler.facts.claims import claims_in
from crawler.facts.credits import origin_named
from crawler.facts.events import Timeline
from crawler.facts.phrases_data import LANGUAGES
from crawler.language import detect
from crawler.model import Article, Claim, Event, Kind, Standing, Verdict

__all__ = ["origin_named", "read"]


def read(article: Article, verdict: Verdict) -> tuple[Verdict, tuple[Claim, ...]]:
    """Return the verdict with its circumstances filled in, and every claim; nothing for an off-topic article."""
    if verdict.standing is Standing.OFF_TOPIC:
        return verdict, ()
    code = (
        article.language if article.language in LANGUAGES else detect(article.title + article.text, LANGUAGES)
    )
    language = code if code in LANGUAGES else "ru"
    filled = replace(verdict, **circumstances(article, language, verdict))
    timeline = Timeline(
        kind=verdict.kind,
        published=article.published.astimezone(KYIV).date() if article.published else None,
        exchange_day=filled.exchange_date,
    )
    found = claims_in(article, language, conflict=verdict.conflict, timeline=timeline)
    background = verdict.kind is Kind.BACKGROUND
    if any(claim.event is Event.THIS_EXCHANGE for claim in found) or (
        found and (background or filled.numbers_disclosed is None)
    ):
        filled = replace(filled, numbers_disclosed=True)
    return filled, found
