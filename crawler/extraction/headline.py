"""The headline as the outlet gave it to this report, and who wrote it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from lxml.html import HtmlElement

from crawler.extraction.plain import line, squeezed
from crawler.extraction.structured import Structured

SEPARATOR = re.compile(r"\s+(?:[|»•·/]{1,2}|::|[—–-])\s+|\s*\|\s*|:\s(?=\S+$)")
"""What parts a headline from the outlet's name: `Обмін відбувся — Слово`, `News | Exchange`."""

ADDRESS = re.compile(r"https?:|www\.|@\w+\.|\.(?:com|net|org|ru|ua)\b")
COMMA = re.compile(r"\s*[,;|]\s*")
AND = re.compile(r"\s+(?:and|та|й|і|и)\s+")
BY = re.compile(r"^(?:by|автор[иы]?|text|текст)\s*:?\s+", re.IGNORECASE)
LONGEST_NAME = 80
MOST_AUTHORS = 20


def headline_of(tree: HtmlElement, data: Structured, *, outlet_names: Iterable[str]) -> str:
    """Return the headline without the outlet's name around it; empty where the page has none.

    JSON-LD, then og:title and its like, then the only <h1>, then <title>. A headline that was cut short for machines
    gives way to the whole one on the page.
    """
    heads = [line(head.text_content()) for head in tree.iter("h1")]
    heads = [head for head in dict.fromkeys(heads) if head]
    names = {squeezed(name) for name in (*data.sites, *outlet_names) if name}
    title = line(next((one.text_content() for one in tree.iter("title")), ""))
    for candidate in (data.story.headline, *data.titles, *(heads if len(heads) == 1 else ()), title, *heads):
        bare = _bare(candidate, names, heads)
        if bare and squeezed(bare) not in names:
            return _whole(bare, heads)
    return ""


def _bare(title: str, names: set[str], heads: list[str]) -> str:
    """Return the title without a first or last part that only names the outlet."""
    for head in heads:
        if head in title and len(head) > len(title) / 2 and len(head) > 15:
            return head
    while len(parts := list(SEPARATOR.finditer(title))) > 0:
        first, last = parts[0], parts[-1]
        if _names_outlet(title[last.end() :], names):
            title = title[: last.start()].strip()
        elif _names_outlet(title[: first.start()], names):
            title = title[first.end() :].strip()
        else:
            break
    return title


def _names_outlet(part: str, names: set[str]) -> bool:
    words = squeezed(part)
    return not words or any(
        words == name or (len(name) > 3 and (name in words or words in name) and len(words) < 2 * len(name))
        for name in names
    )


def _whole(title: str, heads: list[str]) -> str:
    stem = title.rstrip("….").strip()
    if stem != title and len(stem) > 20:
        return next((head for head in heads if head.startswith(stem)), title)
    return title


def authors_of(data: Structured, lead_authors: tuple[str, ...]) -> tuple[str, ...]:
    """Return the people the page names as its authors, else those the feed names."""
    sites = {squeezed(site) for site in data.sites}
    for source in (data.story.authors, data.authors, lead_authors):
        names = [name for raw in source for name in _people(raw) if squeezed(name) not in sites]
        if names:
            return tuple(dict.fromkeys(names))[:MOST_AUTHORS]
    return ()


def _people(raw: str) -> Iterator[str]:
    for part in COMMA.split(BY.sub("", line(raw))):
        pair = AND.split(part)
        # "Anna Hay and Petro Luh" are two; "Arguments and Facts" is one
        for one in pair if all(" " in name for name in pair) else [part]:
            name = one.strip(" .-–—")
            if (
                2 < len(name) <= LONGEST_NAME
                and not ADDRESS.search(name)
                and any(char.isalpha() for char in name)
            ):
                yield name
