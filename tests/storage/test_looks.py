"""When an article is due to be looked at again, and what a look leaves behind."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine, select

from crawler.model import Finding, Skipped, SkipReason, Stage
from storage import findings, frontier
from storage.engine import transaction
from storage.frontier import OpenLead
from storage.looks import next_due, strange
from storage.tables import LeadRow, RecheckRow, VersionRow
from storage.text_safety import sha256
from tests.storage.nouns import ADDRESS, NOW, TEXT, finding, lead_id, whole

HOUR = timedelta(hours=1)
AFTER = (HOUR, 6 * HOUR, 24 * HOUR)
OTHER = "https://slovo.example/war/2"


def keep(store: Engine, found: Finding, *, address: str = ADDRESS, now: datetime = NOW) -> int:
    with transaction(store) as session:
        number = lead_id(session, address, source=found.lead.source_id)
        return findings.keep(session, found, lead_id=number, captures=(), now=now, rechecks=AFTER).finding_id


def waiting(store: Engine, hours: float, source: str = "slovo") -> list[OpenLead]:
    with transaction(store) as session:
        return frontier.pending(session, source, now=NOW + hours * HOUR, limit=10)


def look(store: Engine, hours: float, reason: SkipReason, *, retry: bool = False) -> None:
    """Let a look at the one lead that waits end without a page."""
    (one,) = waiting(store, hours)
    with transaction(store) as session:
        skipped = Skipped(url=ADDRESS, reason=reason, stage=Stage.FETCH, detail="x", retry=retry)
        frontier.close(session, one.id, skipped, now=NOW + hours * HOUR, rechecks=AFTER)


def due(store: Engine) -> float | None:
    with transaction(store) as session:
        at = session.scalars(select(RecheckRow.due)).one()
    return (at - NOW) / HOUR if at else None


def test_looks_are_due_at_their_hours_after_the_first_and_missed_ones_are_one() -> None:
    assert next_due(NOW, AFTER, now=NOW) == NOW + HOUR
    assert next_due(NOW, AFTER, now=NOW + HOUR) == NOW + 6 * HOUR
    assert next_due(NOW, AFTER, now=NOW + 7 * HOUR) == NOW + 24 * HOUR
    assert next_due(NOW, AFTER, now=NOW + 24 * HOUR) is None
    assert next_due(NOW, (), now=NOW) is None


def test_a_look_that_is_due_waits_once_and_through_one_source_only(store: Engine) -> None:
    keep(store, finding())
    keep(store, finding(source="wire"), now=NOW)
    assert waiting(store, 0.9) == []
    (one,) = waiting(store, 1)
    assert (one.known, one.again) == (True, True)
    assert waiting(store, 1, source="wire") == []


def test_a_look_that_told_nothing_is_repeated_with_growing_pauses_until_the_next_is_due(
    store: Engine,
) -> None:
    keep(store, finding())
    hours, dues = 1.0, []
    for _ in range(5):
        look(store, hours, SkipReason.TIMEOUT)
        dues.append(due(store))
        hours = dues[-1] or hours
    assert dues == [2, 4, 6, 14, 24]
    look(store, 24, SkipReason.GONE)
    assert due(store) is None
    assert [one.state for one in whole(store, 1).looks] == ["timed_out"] * 5 + ["gone"]


def test_a_failed_try_is_no_look_before_tries_run_out(store: Engine) -> None:
    keep(store, finding())
    hours = 1.0
    for pause in (1, 2, 4, 8, None):
        look(store, hours, SkipReason.TIMEOUT, retry=True)
        assert len(whole(store, 1).looks) == (pause is None)
        hours += (pause or 0) / 60
    with transaction(store) as session:
        assert session.scalars(select(LeadRow.state)).one() == "kept"


def test_a_lead_that_turns_to_another_article_is_not_asked_for_at_every_poll(store: Engine) -> None:
    """A page may name another report as its canonical address: what it led to before is not looked at through it."""
    keep(store, finding(OTHER), address=OTHER, now=NOW)
    keep(store, finding())
    merged = replace(finding(OTHER, others=(ADDRESS,)), lead=finding().lead)
    assert len(waiting(store, 1)) == 2
    keep(store, merged, now=NOW + HOUR)
    keep(store, finding(OTHER), address=OTHER, now=NOW + HOUR)
    assert waiting(store, 1.1) == []
    assert len(waiting(store, 6)) == 1


@pytest.mark.parametrize(
    ("title", "text", "address", "state"),
    [
        ("Обмін полоненими", "Зовсім інші слова стоять тепер", ADDRESS, None),
        ("Зовсім інший заголовок", TEXT + " Доповнено.", ADDRESS, None),
        ("Погода на завтра", "Синоптики обіцяють дощ та сильний вітер", ADDRESS, "replaced"),
        ("Погода на завтра", "Синоптики обіцяють дощ та сильний вітер", OTHER, "redirected"),
    ],
)
def test_the_article_itself_is_told_from_what_stands_in_its_place(
    store: Engine, title: str, text: str, address: str, state: str | None
) -> None:
    keep(store, finding())
    with transaction(store) as session:
        known = session.scalars(select(VersionRow)).one()
    page = replace(finding().article, title=title, text=text, address=address)
    hashes = [sha256(ADDRESS)]
    assert strange(page, known, addresses=hashes) == state
    assert strange(replace(page, from_feed=True), known, addresses=hashes) is None


@pytest.mark.parametrize(("share", "state"), [(0.6, "wall"), (0.05, "emptied")])
def test_a_page_that_shows_only_a_part_now_is_no_version(store: Engine, share: float, state: str) -> None:
    long = " ".join(f"{TEXT} Подробиця {number}." for number in range(30))
    number = keep(store, finding(text=long))
    cut = finding(text=long[: int(len(long) * share)])
    keep(store, replace(cut, article=replace(cut.article, partial=True)), now=NOW + HOUR)
    found = whole(store, number)
    assert [look.state for look in found.looks] == [state]
    assert len(found.versions) == 1
    assert len(found.claims) == 1
