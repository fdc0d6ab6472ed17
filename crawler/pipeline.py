"""From a fetched page to a Finding, or to the reason why not: the whole story of one article. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from crawler.extraction import article_from_lead, core, extract, stranger
from crawler.extraction.glance import words_of
from crawler.facts import origin_named, read
from crawler.language import lemmas
from crawler.model import (
    AddedTerm,
    Article,
    Finding,
    Lead,
    Page,
    Skipped,
    SkipReason,
    Source,
    Stage,
    Standing,
)
from crawler.tagging import judge, version
from crawler.tagging.reach import Reach, reach

RULED_OUT = {
    Reach.NOTHING: "no words of an exchange or of captivity anywhere on the page",
    Reach.APART: "words of an exchange on the page, but nowhere near one another",
}
"""What is said of a page that a look at its words was enough for."""


def examine(
    page: Page | None,
    *,
    lead: Lead,
    source: Source,
    now: datetime,
    keep_off_topic: bool = False,
    added: tuple[AddedTerm, ...] = (),
    promised: bool = False,
) -> Finding | Skipped:
    """Extract an article, judge it, read its claims.

    Without a page the lead's own title and text are the article: a Telegram post, or a feed entry whose
    page can't or mayn't be fetched. `added` are the terms that operators add to the lexicon. `promised` is true where the
    page must have something of its lead's headline.
    """
    article = (
        extract(page, source=source, lead=lead, now=now) if page else article_from_lead(lead, source=source)
    )
    if isinstance(article, Skipped):
        return article
    verdict = judge(article, added)
    if page and promised and (other := stranger(page, article, lead, languages=source.languages)):
        if verdict.standing is not Standing.RELEVANT:
            return other
        article = replace(
            article, warnings=(*article.warnings, other.detail or "")
        )  # no report is lost to its headline
    if verdict.standing is Standing.OFF_TOPIC and not keep_off_topic:
        detail = f"score {verdict.score:.2f} under lexicon {verdict.lexicon}"
        return Skipped(url=lead.url, reason=SkipReason.OFF_TOPIC, stage=Stage.TAG, detail=detail)
    verdict, found = read(article, verdict)
    return Finding(
        article=article,
        verdict=verdict,
        claims=found,
        lead=lead,
        lemmas=index_text(article),
        core=core(article.text),
        credits=origin_named(article.text, article.outlet),
    )


def examine_many(
    asked: Sequence[tuple[Page, Lead, Source]],
    *,
    cascade: bool = True,
    keep_off_topic: bool = False,
    added: tuple[AddedTerm, ...] = (),
) -> list[Finding | Skipped]:
    """Examine pages that an archive captured, each as of the time of its capture."""
    found: list[Finding | Skipped] = []
    for page, lead, source in asked:
        skipped = None
        if cascade and not keep_off_topic:
            skipped = ruled_out(page, lead=lead, source=source, added=added)
        found.append(
            skipped
            or examine(
                page,
                lead=lead,
                source=source,
                now=page.fetched_at,
                keep_off_topic=keep_off_topic,
                added=added,
            )
        )
    return found


def ruled_out(page: Page, *, lead: Lead, source: Source, added: tuple[AddedTerm, ...] = ()) -> Skipped | None:
    """Say that a page is off topic where its words alone rule out a near miss; None where it has to be read.

    Costs a thirtieth of `examine`, which comes to the same for every page that this rules out.
    """
    words = words_of(page, source=source, lead=lead)
    detail = RULED_OUT.get(reach(words, added)) if words is not None else None
    if detail is None:
        return None
    detail = f"{detail}, under lexicon {version(added)}"
    return Skipped(url=lead.url, reason=SkipReason.OFF_TOPIC, stage=Stage.TAG, detail=detail)


def index_text(article: Article) -> str:
    """Return title and text as lemmas, for the search index."""
    return lemmas(f"{article.title}\n{article.text}", article.language)
