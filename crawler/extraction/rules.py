"""Per-outlet page rules: what the general extractor needs to be told, as data."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from lxml.etree import XPathError
from lxml.html import HtmlElement
from ruamel.yaml import YAML

from crawler.extraction.plain import line
from crawler.model import PageRules, Source
from crawler.urls import site


@cache
def _shipped() -> dict[str, PageRules]:
    text = (files("crawler.extraction") / "page_rules.yaml").read_text(encoding="utf-8")
    table = YAML(typ="safe", pure=True).load(text) or {}
    return {
        outlet: PageRules(
            body=tuple(row.get("body", ())),
            drop=tuple(row.get("drop", ())),
            title=row.get("title"),
            date=row.get("date"),
        )
        for outlet, row in table.items()
    }


def rules_for(url: str, source: Source) -> PageRules:
    """Return the rules for a page: the config's where it has any, else those shipped for the outlet's site."""
    if source.page_rules != PageRules(links=source.page_rules.links):
        return source.page_rules
    return _shipped().get(site(url), PageRules())


def selected(tree: HtmlElement, path: str) -> list[HtmlElement]:
    """Return the elements that an XPath expression of a rule names; a broken expression names none."""
    return [one for one in _found(tree, path) if isinstance(one, HtmlElement)]


def words_at(tree: HtmlElement, path: str) -> list[str]:
    """Return the words of what an XPath expression names: elements, attributes, or a string it computes."""
    found = (one.text_content() if isinstance(one, HtmlElement) else str(one) for one in _found(tree, path))
    return [words for words in map(line, found) if words]


def _found(tree: HtmlElement, path: str) -> list[object]:
    try:
        found = tree.xpath(path)
    except XPathError:
        return []
    return found if isinstance(found, list) else [found]
