"""Per-outlet page rules: what the general extractor needs to be told, as data."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from ruamel.yaml import YAML

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


def for_page(url: str, source: Source) -> PageRules:
    """Return the rules for a page: the config's where it has any, else those shipped for the outlet's site."""
    if source.page_rules != PageRules(links=source.page_rules.links):
        return source.page_rules
    return _shipped().get(site(url), PageRules())
