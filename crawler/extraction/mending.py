"""Sentences of the report that the extractor left out: the lead under the headline, the half after an advertisement."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from importlib.resources import files

from lxml.html import HtmlElement
from ruamel.yaml import YAML

from crawler.extraction.paragraphs import Block
from crawler.extraction.plain import squeezed

WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
"""The words of a class name, however they are joined: three in `articleBody-tags`."""

HOME_SHARE = 0.2
"""Part of the extracted sentences that must stand in one place for it to be the report's: a ticker repeats one."""

KEY = 60
"""Letters and digits at a block's start by which it is looked for in the extracted text."""

SHORTEST_LEAD = 25


@cache
def box_names(kind: str) -> frozenset[str]:
    """Return the words that boxes of a kind, `furniture` or `lead`, are named with."""
    text = (files("crawler.extraction") / "box_names.yaml").read_text(encoding="utf-8")
    return frozenset(YAML(typ="safe", pure=True).load(text)[kind])


def mended(text: str, found: list[Block]) -> str:
    """Return the text with the sentences put back that stand in the same place as those it holds.

    Put back are sentences between the headline and the first extracted one, and those whose box is a twin of a
    box that holds a good part of the extracted ones.
    """
    held = squeezed(text)
    inside = [block for block in found if block.prose and _key(block) in held]
    if not inside:
        return text
    homes = _homes_of(inside)
    leads = _between_headline_and(inside[0], found)
    near = [block for block in found if block.prose or (block in leads and _named_lead(block))]
    lost = {_key(block): block for block in reversed(near) if _key(block) not in held}
    back = {
        block
        for block in lost.values()
        if (block in leads or homes & set(_homes(block))) and not furniture(block.box)
    }
    return _put_back(text, found, back) if back else text


def furniture(box: HtmlElement) -> bool:
    """Say whether a box is by its name, or that of a box close around it, no part of a report."""
    return any(words & box_names("furniture") for words in map(_words, _boxes(box)))


def _words(box: HtmlElement) -> set[str]:
    return {word.lower() for word in WORD.findall(f"{box.get('class') or ''} {box.get('id') or ''}")}


def _boxes(box: HtmlElement) -> Iterator[HtmlElement]:
    yield box
    for around, _ in zip(box.iterancestors(), range(3), strict=False):
        if around.tag in ("article", "body", "html", "main"):
            return
        yield around


def _key(block: Block) -> str:
    return squeezed(block.text[: KEY * 3])[:KEY]


def _homes_of(inside: list[Block]) -> set[object]:
    weights: Counter[object] = Counter()
    for block in inside:
        weights.update(dict.fromkeys(_homes(block), len(block.text)))
    least = HOME_SHARE * sum(len(block.text) for block in inside)
    return {home for home, weight in weights.items() if weight >= least}


def _homes(block: Block) -> Iterator[object]:
    """Yield what tells a block's place: the box around its own, and the names of both where they have any."""
    box, around = block.box, block.box.getparent()
    if around is None:
        return
    yield around
    names = tuple(one.get(name) or "" for one in (box, around) for name in ("class", "id"))
    if any(names):
        yield box.tag, around.tag, *names


def _between_headline_and(first: Block, found: list[Block]) -> set[Block]:
    """Return the blocks between the headline and the first extracted sentence."""
    before = found[: found.index(first)]
    headline = max(
        (place for place, block in enumerate(before) if block.box.tag == "h1"), default=len(before)
    )
    return set(before[headline + 1 :])


def _named_lead(block: Block) -> bool:
    """Say whether a block is long enough for a sentence, and its box is named for a report's first."""
    named = bool(_words(block.box) & box_names("lead"))
    return named and len(block.text) >= SHORTEST_LEAD and block.linked < len(block.text) / 2


def _put_back(text: str, found: list[Block], back: set[Block]) -> str:
    """Insert the blocks after the extracted line they follow on the page."""
    lines = text.split("\n")
    marks = [squeezed(line) for line in lines]
    at = 0
    for block in found:
        if block in back:
            lines.insert(at, block.text)
            marks.insert(at, squeezed(block.text))
            at += 1
        elif len(key := _key(block)) > 15:
            at = next((place + 1 for place in range(at, len(marks)) if key in marks[place]), at)
    return "\n".join(lines)
