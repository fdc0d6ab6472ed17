"""JSON-LD as pages write it, not as it should be: every node in it that describes the page's story."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from lxml.etree import XPath
from lxml.html import HtmlElement

from crawler.extraction.plain import line, squeezed

STORY_TYPE = re.compile(r"(?:.*Article|.*Posting|Report|Review|CriticReview)$")
"""schema.org types of stories: NewsArticle, ReportageNewsArticle, LiveBlogPosting, Report."""

PAGE_TYPE = re.compile(r"(?:.*WebPage|ItemPage|VideoObject)$")
"""Types that may carry the story's date where no story is described."""

TRAILING_COMMA = re.compile(r",(?=\s*[}\]])")
"""`"a": 1, }`."""

BROKEN_FIELD = re.compile(
    r'"(headline|datePublished|dateCreated|dateModified)"\s*:\s*"((?:[^"\\]|\\.){1,500})"', re.DOTALL
)
"""A field that can be read although the whole can't: `"datePublished": "2026-03-05T14:20:00+02:00"`."""

HOLDERS = ("@graph", "mainEntity", "mainEntityOfPage", "hasPart", "about")
"""Fields under which pages nest the story's node. Lists of other stories (itemListElement) are none of them."""

DEEPEST = 6
MOST_NODES = 400

scripts = XPath("//script[contains(translate(@type, 'LDJSON', 'ldjson'), 'ld+json')]")

Node = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """What the JSON-LD of a page says of its story, as written."""

    described: bool = False
    """Whether a node says that this page is a story."""
    headline: str = ""
    published: tuple[str, ...] = ()
    modified: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    publishers: tuple[str, ...] = ()
    language: str | None = None
    behind_wall: bool = False
    text: str = field(default="", repr=False)


def story_of(tree: HtmlElement) -> Story:
    """Return what the page's JSON-LD says of its story; of several stories, the one the page's headline names."""
    texts = [script.text or "" for script in scripts(tree)]
    nodes = [node for text in texts for node in _nodes(text)][:MOST_NODES]
    stories = [node for node in nodes if _is(node, STORY_TYPE)]
    if not stories and not nodes:
        return _salvaged(texts)
    pages = [node for node in nodes if _is(node, PAGE_TYPE)]
    node = _own(stories, tree) or {}
    return Story(
        described=bool(node),
        headline=line(_word(node.get("headline")) or _word(node.get("name"))),
        published=_words((node, *pages), ("datePublished", "dateCreated")),
        modified=_words((node, *pages), ("dateModified",)),
        authors=tuple(_names(node.get("author") or node.get("creator"))),
        publishers=tuple(_names(node.get("publisher"))),
        language=_word(node.get("inLanguage")),
        behind_wall=_denied(node.get("isAccessibleForFree")),
        text=_word(node.get("articleBody")) or "",
    )


def _nodes(text: str) -> Iterator[Node]:
    for value in _values(text):
        yield from _flat(value)


def _values(text: str) -> Iterator[Any]:
    """Yield the values in one script: mostly one, now and then several in a row, or one with slips."""
    bare = re.sub(r"<!--|-->|<!\[CDATA\[|\]\]>|/\*\s*\*/", "", text).strip().rstrip(";").strip()
    if not bare:
        return
    for attempt in (bare, TRAILING_COMMA.sub("", bare)):
        try:
            yield json.loads(attempt, strict=False)
        except RecursionError:
            return
        except ValueError:
            continue
        return
    yield from _several(TRAILING_COMMA.sub("", bare))


def _several(text: str) -> Iterator[Any]:
    decoder = json.JSONDecoder(strict=False)
    at = 0
    try:
        while (at := text.find("{", at)) >= 0:
            value, at = decoder.raw_decode(text, at)
            yield value
    except (ValueError, RecursionError):
        yield dict(BROKEN_FIELD.findall(text)) | {
            "@type": "NewsArticle" if STORY_WORD.search(text) else "WebPage"
        }


STORY_WORD = re.compile(r'"@type"\s*:\s*\[?\s*"\w*(?:Article|Posting)"')


def _flat(value: Any, depth: int = 0) -> Iterator[Node]:
    if depth > DEEPEST:
        return
    if isinstance(value, list):
        for one in value[:MOST_NODES]:
            yield from _flat(one, depth + 1)
    elif isinstance(value, dict):
        yield value
        for holder in HOLDERS:
            yield from _flat(value.get(holder), depth + 1)


def _is(node: Node, kind: re.Pattern[str]) -> bool:
    names = node.get("@type")
    return any(
        isinstance(name, str) and kind.match(name.rpartition("/")[2])
        for name in (names if isinstance(names, list) else [names])
    )


def _own(stories: list[Node], tree: HtmlElement) -> Node | None:
    """Return the node of this page's story: the one whose headline the page shows, else the first."""
    if len(stories) > 1:
        shown = " ".join(squeezed(head.text_content()) for head in tree.iter("h1", "title"))
        for node in stories:
            headline = squeezed(line(_word(node.get("headline"))))
            if headline and headline[:60] in shown:
                return node
    return stories[0] if stories else None


def _salvaged(texts: list[str]) -> Story:
    """Read single fields out of scripts that no reader of JSON takes."""
    found = dict(pair for text in texts for pair in reversed(BROKEN_FIELD.findall(text)))
    return Story(
        described=any(STORY_WORD.search(text) for text in texts),
        headline=line(found.get("headline")),
        published=tuple(found[name] for name in ("datePublished", "dateCreated") if name in found),
        modified=tuple(found[name] for name in ("dateModified",) if name in found),
    )


def _word(value: Any) -> str | None:
    if isinstance(value, list):
        value = value[0] if value else None
    if isinstance(value, dict):
        value = value.get("@value") or value.get("name")
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = str(int(value))
    return value.strip() or None if isinstance(value, str) else None


def _words(nodes: tuple[Node, ...], names: tuple[str, ...]) -> tuple[str, ...]:
    found = (_word(node.get(name)) for node in nodes for name in names)
    return tuple(dict.fromkeys(word for word in found if word))


def _names(value: Any) -> Iterator[str]:
    for one in value if isinstance(value, list) else [value]:
        name = one.get("name") if isinstance(one, dict) else one
        for single in name if isinstance(name, list) else [name]:
            if isinstance(single, str):
                yield single


def _denied(value: Any) -> bool:
    if isinstance(value, list):
        return any(_denied(one) for one in value)
    return value is False or (
        isinstance(value, str) and value.rpartition("/")[2].strip().lower() in ("false", "no", "0")
    )
