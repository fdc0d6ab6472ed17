"""A fetched page to an Article: text, title, dates and addresses, each with where it came from. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from lxml.html import HtmlElement

from crawler.charset import decoded
from crawler.extraction.addresses import addresses_of
from crawler.extraction.belonging import stranger
from crawler.extraction.body import MainText, main_text
from crawler.extraction.cosmetics import core
from crawler.extraction.headline import authors_of, headline_of
from crawler.extraction.hidden import without_hidden
from crawler.extraction.markup import not_markup
from crawler.extraction.plain import clean, line, mixed_words, squeezed
from crawler.extraction.published import Reading, modified_at, published_at
from crawler.extraction.rules import rules_for, words_at
from crawler.extraction.structured import Structured, read
from crawler.extraction.tree import parsed
from crawler.extraction.walls import wall
from crawler.language import detect
from crawler.model import Article, DateOrigin, Lead, Page, PageRules, Skipped, SkipReason, Source, Stage
from crawler.urls import canonical, site

__all__ = ["article_from_lead", "core", "extract", "stranger"]

STUB = 1200
"""A page that says it is not free to read and shows fewer characters than this is a stub."""

LANGUAGE_NAMES = {"ua": "uk"}
"""Codes that outlets write for languages, where they are not the language's own."""


def extract(page: Page, *, source: Source, lead: Lead, now: datetime) -> Article | Skipped:
    """Return the article a page shows, or why it shows none.

    Args:
        page: body with Content-Encoding undone; its charset is found out here.
        source: gives the languages, the zone for dates without one, and rules for its pages.
        lead: what the feed said; fills in where the page is silent.
        now: dates more than a day after it are refused.
    """
    problem = not_markup(page.body, page.content_type)
    if problem:
        return _skipped(page, SkipReason.NOT_HTML, problem)
    text = decoded(page.body, page.content_type)
    tree = parsed(text)
    if tree is None:
        return _skipped(page, SkipReason.NO_TEXT, "an empty page")
    data = read(tree)
    warnings = without_hidden(tree)
    if skipped := wall(tree, data, url=page.url):
        return skipped
    rules = rules_for(page.url, source)
    title = _title(tree, data, rules=rules, page=page, source=source) or line(lead.title)
    main = _main(tree, data, rules=rules, title=title, lead=lead)
    if not main.text:
        return _skipped(page, SkipReason.NO_TEXT, "no readable text")
    if "\ufffd" in main.text:
        warnings = (*warnings, "charset: some characters could not be read")
    article = _article(page, source, lead, data=data, main=main, title=title or line(main.text, longest=120))
    return _dated(
        replace(article, warnings=(*article.warnings, *warnings)),
        data,
        tree,
        rules=rules,
        lead=lead,
        url=page.url,
        reading=Reading(source=source, now=now),
    )


def article_from_lead(lead: Lead, *, source: Source) -> Article:
    """Return the article that a feed entry or a post is by itself, for pages that can't or mayn't be fetched."""
    title, text = lead.title or "", lead.text or ""
    own = lead.complete or "#" in lead.url  # a mark by which the list's stories of one address are told apart
    address = canonical(lead.url, keep_fragment=own)
    return Article(
        address=address,
        outlet=site(lead.url),
        title=title,
        text=text,
        language=detect(f"{title}\n{text}", source.languages) or lead.language,
        authors=lead.authors,
        published=lead.published,
        published_raw=lead.published_raw,
        published_from=DateOrigin.FEED if lead.published else None,
        zone_known=lead.zone_known,
        modified=lead.updated,
        addresses=tuple(dict.fromkeys((address, lead.url))),
        from_feed=not lead.complete or "#" in lead.url,  # an entry without a link of its own
        warnings=lead.warnings,
    )


def _skipped(page: Page, reason: SkipReason, detail: str) -> Skipped:
    return Skipped(url=page.url, reason=reason, stage=Stage.EXTRACT, detail=detail)


def _title(tree: HtmlElement, data: Structured, *, rules: PageRules, page: Page, source: Source) -> str:
    ruled = words_at(tree, rules.title) if rules.title else []
    if ruled:
        return ruled[0]
    home = site(page.url)
    return headline_of(tree, data, outlet_names=(source.name, home, home.partition(".")[0]))


def _main(tree: HtmlElement, data: Structured, *, rules: PageRules, title: str, lead: Lead) -> MainText:
    """Return the report's text; where the page shows none, what it says of itself, marked as partial."""
    main = main_text(tree, rules=rules)
    text = _without_headline(main.text, title)
    if text:
        return replace(main, text=text, partial=main.partial or (data.behind_wall and len(text) < STUB))
    if squeezed(data.story.text):
        words = clean("\n".join(line(row, longest=10_000) for row in data.story.text.split("\n"))).strip()
        return replace(
            main, text=words, warnings=(*main.warnings, "body: shown by script only; taken from JSON-LD")
        )
    shown = data.is_article and next(tree.iter("h1"), None) is not None
    if not shown or lead.text:
        return main
    words = data.description or title
    return replace(main, text=words, partial=True, warnings=(*main.warnings, "body: none but its headline"))


def _without_headline(text: str, title: str) -> str:
    """Return the text without the headline that some pages repeat above it."""
    first, _, rest = text.partition("\n")
    return rest.strip() if squeezed(first) == squeezed(title) else text


def _article(
    page: Page, source: Source, lead: Lead, *, data: Structured, main: MainText, title: str
) -> Article:
    known = addresses_of(page, data)
    mixed = mixed_words(f"{title}\n{main.text}")
    warnings = (f"mixed scripts in one word: {', '.join(mixed[:5])}",) if mixed else ()
    return Article(
        address=known.address,
        outlet=site(known.address),
        title=title,
        text=main.text,
        language=_language(f"{title}\n{main.text}", source, data, lead),
        authors=authors_of(data, lead.authors),
        addresses=known.variants,
        partial=main.partial or not page.whole,
        warnings=(*page.warnings, *known.warnings, *main.warnings, *warnings),
    )


def _language(text: str, source: Source, data: Structured, lead: Lead) -> str | None:
    """Return the text's language; what the template says of itself counts only where the words don't tell."""
    stated = [
        LANGUAGE_NAMES.get(code, code)
        for code in (*data.languages, (lead.language or "")[:2].lower())
        if code
    ]
    return detect(text, source.languages) or next((code for code in stated if code in source.languages), None)


def _dated(
    article: Article,
    data: Structured,
    tree: HtmlElement,
    *,
    rules: PageRules,
    lead: Lead,
    url: str,
    reading: Reading,
) -> Article:
    found = published_at(data, tree, rules=rules, lead=lead, url=url, reading=reading)
    return replace(
        article,
        published=found.date.instant if found.date else None,
        published_raw=(found.date.raw or None) if found.date else None,
        published_from=found.origin,
        zone_known=found.date.zone_known if found.date else True,
        modified=modified_at(data, reading),
        warnings=(*article.warnings, *found.warnings),
    )
