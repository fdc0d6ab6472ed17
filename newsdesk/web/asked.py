"""What an address asks for: the parameters of a search, checked, and the way back to a link."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import TypeVar
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from crawler.model import Conflict, Kind, Ownership, Side, Source, Standing
from storage.search import Filters

KYIV = ZoneInfo("Europe/Kyiv")
"""Days that readers write are Kyiv days."""

LONGEST_QUERY = 2_000
LONGEST_VALUE = 64
MOST_PAGES = 1_000
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2999, 12, 31)
"""Days beyond them are moved to them: their midnights would leave the calendar."""

ID = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
EXCHANGE = re.compile(r"x[0-9]{1,9}")
LANGUAGE = re.compile(r"[a-z]{2}")

Choice = TypeVar("Choice", bound=StrEnum)


class NotUnderstood(Exception):
    """A parameter can't be what it should be; the text names it and says what to write."""


class Order(StrEnum):
    """In which order findings come."""

    MATCH = "match"
    NEWEST = "newest"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A search as a reader asked for it."""

    q: str = ""
    source: str | None = None
    side: Side | None = None
    ownership: Ownership | None = None
    lang: str | None = None
    kind: Kind | None = None
    conflict: Conflict | None = None
    since: date | None = None
    until: date | None = None
    """The last day that counts."""
    exchange: str | None = None
    """Id of an exchange that the findings report on."""
    order: Order = Order.MATCH
    page: int = 1

    def link(self, path: str, **changes: object) -> str:
        """Return the address of this search with some parameters changed; it starts at the first page again."""
        changed = replace(self, **({"page": 1} | changes))  # type: ignore[arg-type]
        query = urlencode(sorted(changed.parameters().items()))
        return f"{path}?{query}" if query else path

    def parameters(self) -> dict[str, str]:
        """Return what differs from a search for everything, as it stands in an address."""
        plain = Asked()
        return {
            field.name: str(value)
            for field in fields(self)
            if (value := getattr(self, field.name)) != getattr(plain, field.name)
        }

    def filters(
        self, sources: Iterable[Source], standings: tuple[Standing, ...] = (Standing.RELEVANT,)
    ) -> Filters:
        """Return the store's limits; a side or an ownership stands for the sources configured with it."""
        among = None
        if self.side or self.ownership:
            among = tuple(
                one.id
                for one in sources
                if self.side in (None, one.side) and self.ownership in (None, one.ownership)
            )
        return Filters(
            source=self.source,
            language=self.lang,
            kind=self.kind,
            conflict=self.conflict,
            since=_midnight(self.since) if self.since else None,
            until=_midnight(self.until + timedelta(days=1)) if self.until else None,
            exchange=int(self.exchange[1:]) if self.exchange else None,
            standings=standings,
            among=among,
        )


def asked(parameters: Mapping[str, str]) -> Asked:
    """Return the search that parameters ask for; empty ones ask for nothing.

    Raises:
        NotUnderstood: one is not what it should be.
    """
    given = {name: value.strip() for name, value in parameters.items() if value.strip()}
    return Asked(
        q=_query(given.get("q", "")),
        source=read(given, "source", _pattern(ID, "the id of a source, such as pravda-ua-uk")),
        side=read(given, "side", one_of(Side)),
        ownership=read(given, "ownership", one_of(Ownership)),
        lang=read(given, "lang", _pattern(LANGUAGE, "two small letters, such as uk")),
        kind=read(given, "kind", one_of(Kind)),
        conflict=read(given, "conflict", one_of(Conflict)),
        since=read(given, "since", day_of),
        until=read(given, "until", day_of),
        exchange=read(given, "exchange", _pattern(EXCHANGE, "the id of an exchange, such as x45")),
        order=read(given, "order", one_of(Order)) or Order.MATCH,
        page=whole(given, "page", default=1, most=MOST_PAGES),
    )


def whole(given: Mapping[str, str], name: str, *, default: int, most: int) -> int:
    """Return a whole number between 1 and `most`; what lies outside is moved to the nearest that will do."""
    text = given.get(name, "")
    if not text:
        return default
    if not re.fullmatch(r"[+-]?[0-9]{1,400}", text):
        raise NotUnderstood(f"{name}: read {_shown(text)}; write a whole number")
    return min(max(int(text), 1), most)


def truth(given: Mapping[str, str], name: str) -> bool:
    """Return whether a parameter says true; without it, false.

    Raises:
        NotUnderstood: it says neither.
    """
    text = given.get(name, "").strip()
    if text not in ("", "true", "false"):
        raise NotUnderstood(f"{name}: read {_shown(text)}; write true or false")
    return text == "true"


def number(text: str, letter: str) -> int:
    """Return the number of an id such as `f12`.

    Raises:
        NotUnderstood: it does not look like one.
    """
    match = re.fullmatch(rf"{letter}?([0-9]{{1,18}})", text)
    if match is None:
        raise NotUnderstood(f"{_shown(text)}: not an id; they look like {letter}12")
    return int(match.group(1))


def _query(text: str) -> str:
    if len(text) > LONGEST_QUERY:
        raise NotUnderstood(f"q: {len(text)} characters; ask in at most {LONGEST_QUERY}")
    return text


Value = TypeVar("Value")


def read(given: Mapping[str, str], name: str, reader: Callable[[str], Value]) -> Value | None:
    """Return a parameter as its reader understands it; None without it.

    Raises:
        NotUnderstood: the reader raised ValueError, whose text says what to write.
    """
    if name not in given:
        return None
    text = given[name]
    try:
        return reader(text)
    except ValueError as error:
        raise NotUnderstood(f"{name}: read {_shown(text)}; write {error}") from error


def one_of(kinds: type[Choice]) -> Callable[[str], Choice]:
    """Return a reader of the values of a vocabulary."""

    def reader(text: str) -> Choice:
        if text not in [kind.value for kind in kinds]:
            raise ValueError("one of " + ", ".join(kinds))
        return kinds(text)

    return reader


def _pattern(pattern: re.Pattern[str], remedy: str) -> Callable[[str], str]:
    def reader(text: str) -> str:
        if not pattern.fullmatch(text):
            raise ValueError(remedy)
        return text

    return reader


def day_of(text: str) -> date:
    """Return a day; ValueError where it is none."""
    match = re.fullmatch(r"([0-9]{4})-([0-9]{2})-([0-9]{2})", text)
    try:
        day = date(*(int(part) for part in match.groups()))  # type: ignore[union-attr]
    except (ValueError, AttributeError) as error:
        raise ValueError("a day such as 2026-01-31") from error
    return min(max(day, FIRST_DAY), LAST_DAY)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), KYIV).astimezone(UTC)


def _shown(text: str) -> str:
    return repr(text if len(text) <= LONGEST_VALUE else text[:LONGEST_VALUE] + "…")
