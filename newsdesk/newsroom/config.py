"""The config.yaml of an operator who follows the newsroom."""

from __future__ import annotations

from pathlib import Path

from newsdesk.newsroom.listings import list_path
from newsdesk.newsroom.server import Newsroom
from newsdesk.newsroom.stories import Outlet, outlets

TYPES = {"section": "section", "telegram": "telegram", "news_sitemap_gz": "news_sitemap"}


def demo_config(room: Newsroom, folder: Path) -> Path:
    """Write the config into `folder` and return its path."""
    head = [
        "# Written by `swapwatch demo`: the invented outlets of the demo newsroom, on this machine.",
        "version: 1",
        "contact: demo@swapwatch.invalid",
        "network: {allow_private: [127.0.0.1]}",
        "defaults: {interval: 5s, delay: 0s}",
        "sources:",
    ]
    path = folder / "config.yaml"
    path.write_text(
        "\n".join([*head, *(_source(outlet, room) for outlet in outlets())]) + "\n", encoding="utf-8"
    )
    return path


def _source(outlet: Outlet, room: Newsroom) -> str:
    rules = "\n    page_rules: {links: \"//a[@class='card__link']\"}" if outlet.format == "section" else ""
    return (
        f"  - id: {outlet.id}\n    name: '{outlet.name.replace(chr(39), chr(39) * 2)}'\n    country: {outlet.country}\n    side: {outlet.side}\n"
        f"    ownership: {outlet.ownership}\n    languages: [{', '.join(outlet.languages)}]\n    timezone: {outlet.timezone}\n"
        f"    type: {TYPES.get(outlet.format, 'feed')}\n    url: {room.outlets[outlet.id]}{list_path(outlet)}{rules}"
    )
