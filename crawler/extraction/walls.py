"""Pages that are a wall and no story: bot checks, consent pages, shells that need scripts."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from lxml import etree
from ruamel.yaml import YAML

WALL_CHARS = 1500
"""A page with more text than this is a story, whatever words it uses."""


@cache
def _signs() -> tuple[str, ...]:
    rows = YAML(typ="safe", pure=True).load(
        (files("crawler.extraction") / "walls.yaml").read_text(encoding="utf-8")
    )
    return tuple(row["sign"].lower() for row in rows)


def recognised(root: etree._Element, text: str) -> str | None:
    """Return the words that give a wall away, or None."""
    if len(text) > WALL_CHARS:
        return None
    title = (root.findtext(".//title") or "").strip()
    body = root.find("body")
    shown = " ".join("".join(str(piece) for piece in (body if body is not None else root).itertext()).split())
    if len(shown) > 2 * WALL_CHARS:
        return None
    words = f"{title} {shown}".lower()
    return next((sign for sign in _signs() if sign in words), None)
