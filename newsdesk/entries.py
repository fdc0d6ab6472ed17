"""Entries of config.yaml as text to paste: what is not known is marked for the operator to decide."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from io import StringIO
from typing import Any
from urllib.parse import urlsplit

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq

ORDER = (
    "id", "name", "country", "side", "ownership", "languages", "timezone", "type", "url", "fallback", "interval",
    "keep", "enabled", "off_because",
)  # fmt: skip

UNKNOWN: dict[str, tuple[Any, str]] = {
    "country": ("UN", "two capital letters of ISO 3166"),
    "side": ("unknown", "ua, ru or other"),
    "ownership": ("unknown", "state, private, independent or official"),
    "languages": (["uk"], "which languages?"),
    "type": ("auto", ""),
}
"""What to write where nothing is known, and what to ask the operator."""

HOMES = {"ua": ("UA", "ua", "Europe/Kyiv"), "ru": ("RU", "", "Europe/Moscow")}
"""What the last part of a host's name tells of country, side and zone; `.ru` is no side."""


def as_yaml(found: Collection[Mapping[str, Any]], *, taken: Collection[str]) -> str:
    """Return entries as YAML to put under `sources:`.

    Args:
        found: what is known of each.
        taken: ids that are in use.
    """
    used = set(taken)
    entries = CommentedSeq()
    for one in found:
        known = dict(one)
        known["id"] = free_id(known.get("id") or id_from(known["url"]), used)
        used.add(known["id"])
        entries.append(_entry(known))
    yaml = YAML()
    yaml.indent(mapping=2, sequence=4, offset=2)
    yaml.width = 200
    out = StringIO()
    yaml.dump(entries, out)
    return out.getvalue()


def _entry(known: dict[str, Any]) -> CommentedMap:
    country, side, zone = HOMES.get(_home(known["url"]), ("", "", ""))
    guessed = {
        key: value for key, value in (("country", country), ("side", side), ("timezone", zone)) if value
    }
    entry = CommentedMap()
    for key in ORDER:
        value = known.get(key) or guessed.get(key) if known.get(key) is not False else False
        if value is None and key in UNKNOWN:
            value, question = UNKNOWN[key]
            entry[key] = _flow(value)
            if question:
                entry.yaml_add_eol_comment(question, key)
        elif value is not None:
            entry[key] = _flow(value)
    return entry


def _flow(value: Any) -> Any:
    if isinstance(value, list):
        flow = CommentedSeq(value)
        flow.fa.set_flow_style()
        return flow
    return value


def _home(url: str) -> str:
    return (urlsplit(url).hostname or "").rpartition(".")[2]


def id_from(url: str) -> str:
    """Return an id for a source at this address.

    >>> id_from("https://www.slovo.example/rss"), id_from("https://t.me/s/Slovo_News")
    ('slovo-example', 'tg-slovo-news')
    """
    parts = urlsplit(url)
    host = (parts.hostname or "source").removeprefix("www.")
    words = f"tg {parts.path.rpartition('/')[2]}" if host == "t.me" else host
    return re.sub(r"[^a-z0-9]+", "-", words.lower()).strip("-")[:60] or "source"


def free_id(wanted: str, used: Collection[str]) -> str:
    """Return an id that is not in use yet."""
    number = 2
    one = wanted
    while one in used:
        one, number = f"{wanted}-{number}", number + 1
    return one
