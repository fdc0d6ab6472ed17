"""Pages that stand where a report should: bot checks, consent forms, script shells, "not found" with status 200."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from lxml.html import HtmlElement
from ruamel.yaml import YAML

from crawler.extraction.plain import line
from crawler.extraction.structured import Structured
from crawler.model import Skipped, SkipReason, Stage

FEW = 2500
"""Characters that such a page shows at most; one that shows more is a report, whatever words it uses."""

REASONS = {"blocked": SkipReason.BLOCKED, "missing": SkipReason.SOFT_404}


@cache
def signs() -> tuple[tuple[str, str, str], ...]:
    """Return kind, sign and example of every wall that is known."""
    text = (files("crawler.extraction") / "walls.yaml").read_text(encoding="utf-8")
    table = YAML(typ="safe", pure=True).load(text)
    return tuple((kind, row["sign"], row["example"]) for kind, rows in table.items() for row in rows)


def wall_kind(words: str) -> tuple[str, str] | None:
    """Return the kind of wall that the words are of, and the sign that gives it away."""
    lower = words.lower().replace("’", "'")
    return next(((kind, sign) for kind, sign, _ in signs() if sign in lower), None)


def wall(tree: HtmlElement, data: Structured, *, url: str) -> Skipped | None:
    """Return why a page is no report, or None; `tree` is without its hidden words."""
    if data.story.described:
        return None
    body = next(tree.iter("body"), tree)
    shown = " ".join("".join(_words(body)).split())
    if len(shown) > FEW:
        return None
    title = line(next((one.text_content() for one in tree.iter("title")), ""))
    found = wall_kind(f"{title} {shown}")
    if found is None:
        return None
    kind, sign = found
    return Skipped(
        url=url, reason=REASONS[kind], stage=Stage.EXTRACT, detail=f"{kind}: the page says «{sign}»"
    )


def _words(body: HtmlElement) -> list[str]:
    return [str(piece) for piece in body.xpath(".//text()[not(parent::script) and not(parent::style)]")]
