"""Nouns to HTML: the one template environment, in which everything that was stored is text and never markup."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from datetime import UTC, date, datetime
from functools import cache
from importlib.resources import files
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from starlette.responses import HTMLResponse

from ledger.accounts import SPEAKS_FOR
from ledger.model import Agreement, Comparison
from newsdesk.ledger import by_voice, planned
from newsdesk.web.marks import Mark, Piece, Role, pieces
from newsdesk.web.texts import texts
from storage.snippets import Snippet

ZONES = {"kyiv": ZoneInfo("Europe/Kyiv"), "moscow": ZoneInfo("Europe/Moscow"), "utc": UTC}

MENU = (
    ("/", "overview"),
    ("/exchanges", "exchanges"),
    ("/findings", "findings"),
    ("/totals", "totals"),
    ("/sources", "sources"),
    ("/why", "why"),
    ("/review", "review"),
)
"""Pages of the menu: address and name."""

STATIC = files("newsdesk.web") / "static"

ACTS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069]")
"""Controls, halves of characters, and marks that turn the direction of what follows."""


INSTANT = re.compile(r"\b([0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}Z)")
"""Such as `2026-03-05 12:00Z`."""


def render(template: str, *, status: int = 200, **values: Any) -> HTMLResponse:
    """Return a page."""
    return HTMLResponse(inert(_environment().get_template(template).render(**values)), status)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("newsdesk.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(t=texts(), asset=asset, menu=MENU)
    environment.filters.update(
        web=web,
        clock=clock,
        clock_beside=clock_beside,
        clocks_in=clocks_in,
        machine=machine,
        wordy=wordy,
        found=found,
        letters=letters,
        voices=voices,
        planned=planned,
        host=lambda url: urlsplit(url).hostname or url,
        finding_id=lambda text: re.fullmatch(r"f[0-9]{1,18}", text),
    )
    return environment


@cache
def asset(name: str) -> str:
    """Return the address of a file of ours; it changes with the file, so that browsers may keep it for good."""
    digest = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]
    return f"/static/{name}?v={digest}"


def inert(page: str) -> str:
    r"""Return a page with what controls a screen or turns the direction of writing shown as a sign, one for one.

    >>> inert("a\x1b[31m\u202eb")
    'a�[31m�b'
    """
    return ACTS.sub("�", page)


def web(url: str | None) -> str | None:
    """Return an address that may be a link: http and https only, None for anything else.

    >>> web("javascript:alert(1)")
    """
    if url is None:
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return url if parts.scheme in ("http", "https") and parts.netloc else None


def clock(when: datetime, zone: str = "kyiv") -> str:
    """Return an instant as a clock on a wall of one city shows it.

    >>> clock(datetime(2025, 6, 10, 12, 5, tzinfo=UTC))
    '10 Jun 2025, 15:05'
    """
    local = when.astimezone(ZONES[zone])
    return f"{local.day} {local:%b %Y, %H:%M}"


def clock_beside(when: datetime, zone: str) -> str:
    """Return what the clock of another city shows beside Kyiv's: the day only where it is another one.

    >>> clock_beside(datetime(2025, 1, 10, 21, 30, tzinfo=UTC), "moscow")
    '11 Jan, 00:30'
    """
    local = when.astimezone(ZONES[zone])
    same = local.date() == when.astimezone(ZONES["kyiv"]).date()
    return f"{local:%H:%M}" if same else f"{local.day} {local:%b, %H:%M}"


def clocks_in(words: str) -> str:
    """Return words in which each instant in UTC, as the ledger and the checks write them, stands in three zones.

    >>> clocks_in("silent since 2026-03-05 12:00Z")
    'silent since 5 Mar 2026, 14:00 Kyiv 15:00 Moscow · 12:00 UTC'
    """
    return "".join(_with_clocks(part) for part in INSTANT.split(words))


def _with_clocks(part: str) -> str:
    try:
        when = datetime.strptime(part, "%Y-%m-%d %H:%MZ").replace(tzinfo=UTC)
    except ValueError:
        return part
    zones = (clock(when), clock_beside(when, "moscow"), clock_beside(when, "utc"))
    return "{} {} {} {} · {} {}".format(
        *(word for zone, name in zip(zones, ZONES, strict=True) for word in (zone, texts()(f"time.{name}")))
    )


def machine(when: datetime | date) -> str:
    """Return an instant or a day for a `datetime` attribute."""
    if isinstance(when, datetime):
        return f"{when.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    return when.isoformat()


def wordy(day: date) -> str:
    """Return a day in words.

    >>> wordy(date(2025, 6, 10))
    '10 June 2025'
    """
    return f"{day.day} {day:%B %Y}"


def found(snippet: Snippet) -> tuple[Piece, ...]:
    """Return a snippet's pieces, the words of the query marked."""
    marks = [Mark(id=str(start), role=Role.FOUND, start=start, end=end) for start, end in snippet.highlights]
    return pieces(snippet.text, marks)


def voices(comparison: Comparison) -> list[tuple[str, str]]:
    """Return who says which figures; one pair without a name where all say the same, the sides' alone where they spoke."""
    spoken = by_voice(one for one in comparison.accounts if one.speaker in SPEAKS_FOR)
    pairs = [(who, " / ".join(said)) for who, said in (spoken or by_voice(comparison.accounts)).items()]
    said = {figures for _, figures in pairs}
    return [("", said.pop())] if comparison.agreement is Agreement.AGREED and len(said) == 1 else pairs


def letters(values: Iterable[object]) -> Markup:
    """Return values one after the other, each isolated from the direction of the others."""
    return Markup(", ").join(Markup("<bdi>{}</bdi>").format(value) for value in values)
