"""Reports in a few words, for tests of the ledger: `report("2025-08-24", {"each prisoners_of_war": 146}, by="ru_mod")`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any

from crawler.model import (
    Category,
    Claim,
    Conflict,
    Event,
    Kind,
    Part,
    Party,
    Precision,
    Span,
    Speaker,
)
from ledger.model import Report, Told

NUMBERS = count(1)
"""Claims of a test have numbers of their own, as in a store."""

WORDS = re.compile(r"(?:(?P<event>\w+): )?(?P<to>\w+) (?P<category>\w+)(?:/(?P<subset>\w+))?")
"""`planned: each bodies`, `ukraine prisoners_of_war/officers`."""

SIGNS = {"+": Precision.AT_LEAST, "~": Precision.ABOUT, "-": Precision.AT_MOST}


def told(words: str, number: int | str, *, by: str = "outlet") -> Told:
    """Return a claim; `+1000` is at least 1000, `~70` about 70."""
    found = WORDS.fullmatch(words)
    assert found, words
    sign, figure = str(number)[0], str(number).lstrip("+~-")
    return Told(
        id=next(NUMBERS),
        claim=Claim(
            event=Event(found["event"] or "this_exchange"),
            returned_to=Party(found["to"]),
            category=Category(found["category"]),
            subset=found["subset"],
            count=int(figure),
            precision=SIGNS.get(sign, Precision.EXACT),
            claimed_by=tuple(Speaker(one) for one in by.split()),
            quote=f"{figure} {found['category']}",
            span=Span(part=Part.TEXT, start=0, end=len(figure)),
        ),
    )


def report(
    day: str | None,
    figures: Mapping[str, int | str] | None = None,
    *,
    by: str = "outlet",
    at: str | None = None,
    number: int | None = None,
    kind: Kind = Kind.EXCHANGE_COMPLETED,
    conflict: Conflict = Conflict.RU_UA,
    outlet: str = "slovo.example",
    more: tuple[Told, ...] = (),
    **frame: object,
) -> Report:
    """Return a report on the exchange of a day, published at its noon unless said otherwise.

    Args:
        day: the day it names, None where it names none (then `at` is needed).
        figures: claims in words, all by the same speaker.
        by: the speakers of the figures, blank-separated.
        at: when it was published, ISO 8601 with zone.
        number: of the finding.
        kind: what it mainly reports.
        conflict: the parties.
        outlet: whose it is.
        more: claims of other speakers.
        frame: stage, sequence, deal, place, mediators, numbers_disclosed.
    """
    number = number or next(NUMBERS)
    published = datetime.fromisoformat(at or f"{day}T12:00:00+00:00")
    claims = tuple(told(words, figure, by=by) for words, figure in (figures or {}).items())
    plain = Report(
        finding_id=number,
        address=f"https://{outlet}/{published:%Y%m%d%H%M}/{number}",
        outlet=outlet,
        published=published,
        kind=kind,
        conflict=conflict,
        day=date.fromisoformat(day) if day else None,
        claims=claims + more,
    )
    return replace(plain, **frame)  # type: ignore[arg-type]


def annotated(row: Mapping[str, Any], gold: Mapping[str, Any], number: int) -> Report:
    """Return an article as a report, with what its labels, or a tagger, say in the fields of the annotation guide."""
    signs = {"exact": "", "at_least": "+", "about": "~", "at_most": "-"}
    claims = tuple(
        told(
            f"{one['event']}: {one['returned_to']} {one['category']}"
            + (f"/{one['subset']}" if one["subset"] else ""),
            f"{signs[one['precision']]}{one['count']}",
            by=" ".join(one["claimed_by"]),
        )
        for one in gold["claims"]
    )
    return Report(
        finding_id=number, address=row["id"], outlet=row["id"], published=datetime.fromisoformat(row["published"]),
        kind=Kind(gold["kind"]), conflict=Conflict(gold["conflict"]), stage=gold["stage"], sequence=gold["sequence"],
        day=date.fromisoformat(gold["exchange_date"]) if gold["exchange_date"] else None, deal=gold["deal"],
        place=gold["transfer_place"], mediators=tuple(gold["mediators"]), numbers_disclosed=gold["numbers_disclosed"],
        claims=claims, title=row["title"], opening=row["text"][:1500],
    )  # fmt: skip


def later(one: Report, **by: float) -> Report:
    """Return the same report, published later."""
    return replace(one, published=one.published + timedelta(**by))
