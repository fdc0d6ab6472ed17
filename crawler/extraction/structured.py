"""What a page says of itself: JSON-LD, meta elements, microdata and link elements, in one value, as written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lxml.etree import XPath
from lxml.html import HtmlElement

from crawler.extraction.json_ld import Story, story_of
from crawler.extraction.plain import line

PUBLISHED = (
    "article:published_time", "og:article:published_time", "article:published", "og:published_time", "datepublished",
    "date_published", "mediator_published_time", "parsely-pub-date", "sailthru.date", "cxenseparse:recs:publishtime",
    "cxenseparse:publishtime", "cxenseparse:recs:articlepublishtime", "dcterms.issued", "dcterms.created", "dc.date.issued",
    "dc.date.created", "dcterms.date", "dc.date", "article.published", "analyticsattributes.articledate",
    "article_date_original", "originalpublicationdate", "citation_publication_date", "publish_date", "publish-date",
    "publishdate", "publication_date", "publication-date", "pubdate", "rnews:datepublished", "ptime", "date",
    "datecreated", "uploaddate",
)  # fmt: skip
"""Names under which outlets write the publication date, the surest first."""

MODIFIED = (
    "article:modified_time",
    "datemodified",
    "og:updated_time",
    "dcterms.modified",
    "article:modified",
    "last-modified",
)
AUTHORS = (
    "author",
    "article:author",
    "dc.creator",
    "parsely-author",
    "sailthru.author",
    "mediator_author",
    "byl",
)
TITLES = ("og:title", "twitter:title", "headline", "dc.title", "sailthru.title", "parsely-title")
SITES = ("og:site_name", "application-name", "apple-mobile-web-app-title", "publisher")
DESCRIPTIONS = ("og:description", "description", "twitter:description")
LOCKED = {"article:content_tier": ("locked", "metered"), "isaccessibleforfree": ("false",)}

metas = XPath("//meta[@content or @value]")
links = XPath("//link[@rel and @href]")
published_marks = XPath(
    "//*[translate(@itemprop, 'DP', 'dp') = 'datepublished' and not(self::meta) and not(self::time)]"
)
author_marks = XPath("//*[@rel='author' or @itemprop='author']")
story_marks = XPath(
    "boolean(//*[contains(@itemtype, 'Article') or contains(@itemtype, 'Posting') or @itemprop='articleBody'])"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Structured:
    """A page's own statements, as written; the surest witness first in each field."""

    story: Story
    is_article: bool = False
    titles: tuple[str, ...] = ()
    sites: tuple[str, ...] = ()
    description: str = ""
    authors: tuple[str, ...] = ()
    published: tuple[str, ...] = ()
    """From meta elements and microdata; JSON-LD's are in `story`."""
    modified: tuple[str, ...] = ()
    canonical: str | None = None
    og_url: str | None = None
    amp: str | None = None
    languages: tuple[str, ...] = ()
    behind_wall: bool = False


def read(tree: HtmlElement) -> Structured:
    """Collect the statements of a page. To be called before hidden elements are taken out."""
    meta = _meta(tree)
    story = story_of(tree)
    link = {
        name: one.get("href")
        for one in reversed(links(tree))
        for name in (one.get("rel") or "").lower().split()
    }
    tag = (tree.get("lang") or tree.get("{http://www.w3.org/XML/1998/namespace}lang") or "").lower()
    locale = (next(_values(meta, ("og:locale", "content-language", "inlanguage")), "")).lower()
    marks = (one.get("content") or one.get("datetime") or one.text_content() for one in published_marks(tree))
    return Structured(
        story=story,
        is_article=story.described
        or "article" in next(_values(meta, ("og:type",)), "")
        or bool(story_marks(tree)),
        titles=tuple(filter(None, map(line, _values(meta, TITLES)))),
        sites=tuple(dict.fromkeys(filter(None, map(line, (*_values(meta, SITES), *story.publishers))))),
        description=line(next(_values(meta, DESCRIPTIONS), ""), longest=2000),
        authors=(*_values(meta, AUTHORS), *(one.text_content() for one in author_marks(tree))),
        published=tuple(dict.fromkeys((*_values(meta, PUBLISHED), *filter(None, map(line, marks))))),
        modified=(*story.modified, *_values(meta, MODIFIED)),
        canonical=link.get("canonical"),
        og_url=next(_values(meta, ("og:url",)), None),
        amp=link.get("amphtml"),
        languages=tuple(
            dict.fromkeys(code[:2] for code in (tag, locale, (story.language or "").lower()) if code)
        ),
        behind_wall=story.behind_wall
        or any(set(meta.get(name, ())) & set(words) for name, words in LOCKED.items()),
    )


def _meta(tree: HtmlElement) -> dict[str, list[str]]:
    """Return the contents of meta elements by every name they go by, in lower case."""
    found: dict[str, list[str]] = {}
    for one in metas(tree):
        content = " ".join((one.get("content") or one.get("value") or "").split())
        if content:
            for name in {
                one.get(attribute) for attribute in ("property", "name", "itemprop", "http-equiv")
            } - {None}:
                found.setdefault(str(name).strip().lower(), []).append(content)
    return found


def _values(meta: dict[str, list[str]], names: tuple[str, ...]) -> Iterator[str]:
    return (content for name in names for content in meta.get(name, ()))
