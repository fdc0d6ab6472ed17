"""Which news agency a report says it came from. Pure."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import Any

from ruamel.yaml import YAML

HEAD, TAIL = 600, 300
"""Characters at a report's start and end in which it says where it came from; between them it tells what others said."""

BETWEEN = r"[\s«\"„“]*(?:(?:the|news|agency|агентство|агентства|інформагентство|информагентство)\s+)*[«\"„“]*"
"""What may stand between a verb and the name: blanks, quotation marks, the word agency."""


def credited(text: str) -> tuple[str, ...]:
    """Return the agencies that a report credits, each as its first domain, in the order of the text.

    >>> credited("Автобуси прибули до кордону, повідомляє Укрінформ.")
    ('ukrinform.ua',)
    """
    place = text if len(text) <= HEAD + TAIL else f"{text[:HEAD]}\n{text[-TAIL:]}"
    hits = [
        (match.start("name"), -len(match["name"]), domain)
        for domain, pattern in _patterns()
        for match in pattern.finditer(place)
    ]
    taken: dict[int, str] = {}
    for start, _, domain in sorted(hits):  # the longer name first: Interfax-Ukraine is not Interfax
        taken.setdefault(start, domain)
    return tuple(dict.fromkeys(taken.values()))


def origin_named(text: str, outlet: str) -> tuple[str, ...]:
    """Return the agency that an outlet is, or those that its report credits."""
    own = agency_of(outlet)
    return (own,) if own else credited(text)


def agency_of(outlet: str) -> str | None:
    """Return the agency that an outlet's domain belongs to, as its first domain; None for other outlets."""
    return next((row["domains"][0] for row in _table()["agencies"] if outlet in row["domains"]), None)


@cache
def _table() -> dict[str, list[dict[str, Any]]]:
    text = (files("crawler.facts") / "agencies.yaml").read_text(encoding="utf-8")
    table: dict[str, list[dict[str, Any]]] = YAML(typ="safe", pure=True).load(text)
    return table


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    table = _table()
    before, after = ("|".join(re.escape(row["sign"]) for row in table[side]) for side in ("before", "after"))
    around = [row["sign"].split("…") for row in table["around"]]
    patterns = []
    for row in table["agencies"]:
        names = "|".join(re.escape(name) for name in sorted(row["names"], key=len, reverse=True))
        name = rf"(?P<name>\b(?:{names})\w{{0,3}}\b(?!-[А-ЯІЇЄҐA-Z]))"
        forms = [
            rf"(?<!\w)(?i:{before}){BETWEEN}{name}",
            rf"{name}[»\"”]?,?\s+(?i:{after})(?!\w)",
            *(re.escape(start) + name + re.escape(end) for start, end in around),
        ]
        patterns += [(row["domains"][0], re.compile(form)) for form in forms]
    return tuple(patterns)
