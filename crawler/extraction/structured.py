"""What a page says of itself in JSON-LD, meta elements and link elements."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lxml import etree

from crawler.charset import cleaned

ARTICLE_TYPES = re.compile(r"Article|NewsArticle|Posting|Report|Review$")
"""schema.org types of stories: NewsArticle, ReportageNewsArticle, LiveBlogPosting, BlogPosting, ..."""

TRAILING_COMMA = re.compile(r",\s*(?=[}\]])")

PUBLISHED_META = (
    "article:published_time", "og:published_time", "datepublished", "publishdate", "publish_date", "pubdate",
    "date", "dc.date", "dc.date.issued", "dcterms.created", "dcterms.date", "dcterms.issued", "article_date_original",
    "sailthru.date", "parsely-pub-date", "mediator_published_time", "publication_date", "cxenseparse:recs:publishtime",
    "analyticsattributes.articledate", "citation_publication_date", "article.published", "originalpublicationdate",
)  # fmt: skip
MODIFIED_META = (
    "article:modified_time",
    "og:updated_time",
    "datemodified",
    "last-modified",
    "dcterms.modified",
)

SITE_SUFFIX = re.compile(r"\s+[|–—-]\s+[^|–—-]{2,60}$|\s+[|•·]\s+.{2,60}$")
"""The outlet's name behind a headline: «Обмін відбувся — Слово»."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Structured:
    """A page's own statements, as written."""

    headline: str | None = None
    og_title: str | None = None
    site_name: str | None = None
    authors: tuple[str, ...] = ()
    json_ld_published: str | None = None
    meta_published: tuple[str, ...] = ()
    modified: str | None = None
    canonical: str | None = None
    og_url: str | None = None
    amp: str | None = None
    language: str | None = None
    behind_wall: bool = False


def read(root: etree._Element) -> Structured:
    """Collect the statements of a page; the first story among its JSON-LD nodes speaks for it."""
    meta = _meta(root)
    links = {(link.get("rel") or "").lower(): link.get("href") for link in reversed(list(root.iter("link")))}
    story = next(_stories(root), {})
    language = (root.get("lang") or meta.get("og:locale", [""])[0] or "").lower()[:2]
    return Structured(
        headline=_words(story.get("headline")),
        og_title=_first(meta, ("og:title", "twitter:title")),
        site_name=_first(meta, ("og:site_name", "application-name")),
        authors=_authors(story)
        or tuple(_split_names(_first(meta, ("author", "article:author", "dc.creator")))),
        json_ld_published=_words(story.get("datePublished")) or _words(story.get("dateCreated")),
        meta_published=tuple(value for name in PUBLISHED_META for value in meta.get(name, [])),
        modified=_words(story.get("dateModified")) or _first(meta, MODIFIED_META),
        canonical=links.get("canonical"),
        og_url=_first(meta, ("og:url",)),
        amp=links.get("amphtml"),
        language=language or None,
        behind_wall=str(story.get("isAccessibleForFree", "")).lower() == "false",
    )


def headline(data: Structured, heading: str | None) -> str | None:
    """Return the story's headline, without the outlet's name behind it."""
    if data.headline:
        return _one_line(data.headline)
    title = data.og_title or heading
    if not title:
        return None
    line = _one_line(title)
    if heading and line != _one_line(heading) and line.startswith(_one_line(heading)):
        return _one_line(heading)
    if data.site_name and line.endswith(data.site_name):
        return line[: -len(data.site_name)].rstrip(" |–—-•·:") or line
    return line if data.og_title else SITE_SUFFIX.sub("", line) or line


def _stories(root: etree._Element) -> Iterator[dict[str, Any]]:
    for script in root.iter("script"):
        if "ld+json" in (script.get("type") or "").lower():
            for node in _nodes(_loaded(script.text or "")):
                kinds = node.get("@type")
                names = kinds if isinstance(kinds, list) else [kinds]
                if any(isinstance(name, str) and ARTICLE_TYPES.search(name) for name in names):
                    yield node


def _loaded(raw: str) -> Any:
    """Read JSON as pages write it: with line breaks in strings, trailing commas, CDATA marks."""
    text = cleaned(raw).replace("<![CDATA[", "").replace("]]>", "").strip().rstrip(";")
    for attempt in (text, TRAILING_COMMA.sub("", text)):
        try:
            return json.loads(attempt, strict=False)
        except (ValueError, RecursionError):
            continue
    return None


def _nodes(value: Any, depth: int = 0) -> Iterator[dict[str, Any]]:
    if depth > 6:
        return
    if isinstance(value, list):
        for item in value[:200]:
            yield from _nodes(item, depth + 1)
    elif isinstance(value, dict):
        yield value
        for key in ("@graph", "mainEntity", "mainEntityOfPage", "itemListElement"):
            if isinstance(value.get(key), dict | list):
                yield from _nodes(value[key], depth + 1)


def _meta(root: etree._Element) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for node in root.iter("meta"):
        content = " ".join((node.get("content") or node.get("datetime") or "").split())
        if not content:
            continue
        for attribute in ("property", "name", "itemprop", "http-equiv"):
            if name := node.get(attribute):
                found.setdefault(name.lower(), []).append(content)
    return found


def _first(meta: dict[str, list[str]], names: tuple[str, ...]) -> str | None:
    return next((meta[name][0] for name in names if meta.get(name)), None)


def _authors(story: dict[str, Any]) -> tuple[str, ...]:
    people = story.get("author")
    names: list[str] = []
    for person in people if isinstance(people, list) else [people]:
        name = person.get("name") if isinstance(person, dict) else person
        listed = name if isinstance(name, list) else [name]
        names += [_one_line(one) for one in listed if isinstance(one, str) and one.strip()]
    return tuple(dict.fromkeys(names))[:20]


def _split_names(raw: str | None) -> list[str]:
    if not raw or raw.startswith("http"):
        return []
    return [_one_line(name) for name in re.split(r",|;| and | і | и ", raw) if name.strip()][:20]


def _words(value: Any) -> str | None:
    if isinstance(value, list):
        value = value[0] if value else None
    return value.strip() or None if isinstance(value, str) else None


def _one_line(text: str) -> str:
    return " ".join(re.sub(r"<[^>]{1,200}>", "", text).split())[:1000]
