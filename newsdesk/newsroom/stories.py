"""The newsroom's outlets and articles, read from their files."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import Any

from ruamel.yaml import YAML


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One article as one day shows it."""

    id: str
    slug: str
    published: datetime
    title: str
    summary: str
    paragraphs: tuple[str, ...]
    authors: tuple[str, ...]
    section: str
    amp: bool = False
    updated: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlet:
    """An invented outlet: how it lists its stories, and how its pages look."""

    id: str
    name: str
    country: str
    side: str
    ownership: str
    languages: tuple[str, ...]
    timezone: str
    format: str
    full_text: bool
    page_style: str
    stories: tuple[Story, ...]
    edits: dict[str, Any] = field(default_factory=dict)
    """Story id to what the second day changes in it; None where it is withdrawn."""

    def on(self, day: int) -> tuple[Story, ...]:
        """Return the stories of the first or second day, newest first."""
        shown = (
            self.stories
            if day == 1
            else tuple(self._edited(one) for one in self.stories if self.edits.get(one.id, {}) is not None)
        )
        return tuple(sorted(shown, key=lambda one: one.published, reverse=True))

    def _edited(self, story: Story) -> Story:
        edit = self.edits.get(story.id)
        if not edit:
            return story
        paragraphs = tuple(edit.get("paragraphs", story.paragraphs))
        later = story.published + timedelta(minutes=95)
        return replace(
            story,
            title=edit.get("title", story.title),
            paragraphs=paragraphs,
            updated=later,
        )


@cache
def outlets() -> tuple[Outlet, ...]:
    """Return every outlet of the newsroom."""
    folder = files("newsdesk.newsroom") / "outlets"
    yaml = YAML(typ="safe", pure=True)
    tables = [
        yaml.load(file.read_text(encoding="utf-8"))
        for file in sorted(folder.iterdir(), key=lambda file: file.name)
    ]
    originals = {row["id"]: row for table in tables for row in table["articles"]}
    return tuple(_outlet(table, originals) for table in tables)


def _outlet(table: dict[str, Any], originals: dict[str, Any]) -> Outlet:
    rows = table["articles"]
    edits = {row["id"]: row["edit"] for row in rows if row.get("edit")} | {
        row["id"]: None for row in rows if row.get("vanishes")
    }
    return Outlet(
        id=table["id"],
        name=table["name"],
        country=table["country"],
        side=table["side"],
        ownership=table["ownership"],
        languages=tuple(table["languages"]),
        timezone=table["timezone"],
        format=table["format"],
        full_text=bool(table["full_text"]),
        page_style=table["page_style"],
        stories=tuple(_story(row, originals) for row in rows),
        edits=edits,
    )


def _story(row: dict[str, Any], originals: dict[str, Any]) -> Story:
    text = originals[row["copy_of"]] if row.get("copy_of") else row
    return Story(
        id=row["id"],
        slug=str(row["slug"]),
        published=datetime.fromisoformat(str(row["published"])),
        title=row["title"],
        summary=row.get("summary") or "",
        paragraphs=tuple(" ".join(one.split()) for one in text["paragraphs"]),
        authors=tuple(row.get("authors") or ()),
        section=row.get("section") or "",
        amp=bool(row.get("amp")),
    )
