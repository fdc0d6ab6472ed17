"""Edits that change what an article claims are told from those that change its wording."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from crawler.model import Claim, Event, Finding, Part, Party, Span
from storage.edits import edit_words, edits
from storage.engine import transaction
from storage.findings import Change
from storage.stored import StoredEdit
from tests.storage.nouns import NOW, TEXT, finding, kept, whole

LATER = NOW + timedelta(hours=6)
NUMBERS = "Додому повернулися {0} захисників. Росії передали {1} військових."


def saying(text: str, *claims: tuple[str, int, Party], lexicon: str = "test", **changes: Any) -> Finding:
    """Return a finding with this text and its claims, each a quote, a number and a side."""
    found = finding(text=text)
    read = tuple(
        Claim(
            event=Event.THIS_EXCHANGE,
            returned_to=side,
            category=found.claims[0].category if found.claims else finding().claims[0].category,
            count=count,
            quote=quote,
            span=Span(part=Part.TEXT, start=text.index(quote), end=text.index(quote) + len(quote)),
        )
        for quote, count, side in claims
    )
    article = replace(found.article, **changes)
    return replace(found, article=article, claims=read, verdict=replace(found.verdict, lexicon=lexicon))


def both(ukraine: int, russia: int, **changes: Any) -> Finding:
    return saying(
        NUMBERS.format(ukraine, russia),
        (f"{ukraine} захисників", ukraine, Party.UKRAINE),
        (f"{russia} військових", russia, Party.RUSSIA),
        **changes,
    )


def edited(store: Engine, *findings: Finding) -> list[StoredEdit]:
    """Keep one article as it was said again and again; return the alarms."""
    for number, one in enumerate(findings):
        kept(store, one, now=NOW + timedelta(hours=number))
    with transaction(store) as session:
        return list(edits(session))


def test_a_changed_number_is_told_with_both_quotes(store: Engine) -> None:
    (edit,) = edited(store, both(189, 200), both(190, 200))
    assert (edit.before, edit.after, edit.declared, edit.at) == (1, 2, False, NOW + timedelta(hours=1))
    assert [edit_words(change) for change in edit.changes] == [
        "189 prisoners_of_war to ukraine (this_exchange), «189 захисників», became 190, «190 захисників»"
    ]
    assert whole(store, edit.finding_id).edits == (edit,)


def test_a_flipped_side_is_told(store: Engine) -> None:
    flipped = "Додому повернулися 205 захисників, уточнило російське міністерство."
    (edit,) = edited(
        store,
        saying(TEXT, ("205 захисників", 205, Party.UKRAINE)),
        saying(flipped, ("205 захисників", 205, Party.RUSSIA)),
    )
    assert [change["what"] for change in edit.changes] == ["side"]


def test_a_claim_that_disappears_and_one_that_comes_are_told(store: Engine) -> None:
    alone = "Додому повернулися 189 захисників."
    first, second = edited(
        store, both(189, 200), saying(alone, ("189 захисників", 189, Party.UKRAINE)), both(189, 200)
    )
    assert [(change["what"], change["before"]["count"]) for change in first.changes] == [("gone", 200)]
    assert [(change["what"], change["after"]["count"]) for change in second.changes] == [("new", 200)]


def test_two_numbers_that_change_places_are_two_changes(store: Engine) -> None:
    (edit,) = edited(store, both(189, 200), both(200, 189))
    assert [edit_words(change).split(",")[0] for change in edit.changes] == [
        "189 prisoners_of_war to ukraine (this_exchange)",
        "200 prisoners_of_war to russia (this_exchange)",
    ]
    assert {change["what"] for change in edit.changes} == {"count"}


def test_other_words_for_the_same_claims_are_an_ordinary_edit(store: Engine) -> None:
    reworded = "Удома 205 захисників: обмін відбувся зранку."
    assert (
        edited(
            store,
            saying(TEXT, ("205 захисників", 205, Party.UKRAINE)),
            saying(reworded, ("205 захисників", 205, Party.UKRAINE)),
        )
        == []
    )


def test_what_a_newer_lexicon_reads_in_the_same_words_is_no_edit(store: Engine) -> None:
    longer = both(189, 200).article.text + " Усіх оглядають лікарі."
    newer = saying(longer, ("200 військових", 200, Party.UNKNOWN), lexicon="newer")
    assert edited(store, both(189, 200), newer) == []


def test_a_page_behind_a_feeds_excerpt_is_no_edit(store: Engine) -> None:
    short = saying("Додому повернулися 189…", ("189", 189, Party.UKRAINE), from_feed=True)
    assert edited(store, short, both(189, 200)) == []


@pytest.mark.parametrize(("modified", "declared"), [(None, False), (NOW, False), (LATER, True)])
def test_a_page_that_gives_a_later_date_did_not_edit_in_silence(
    store: Engine, modified: Any, declared: bool
) -> None:
    (edit,) = edited(store, both(189, 200, modified=NOW), both(190, 200, modified=modified))
    assert edit.declared is declared


def test_alerts_read_on_from_the_last_edit_they_know(store: Engine) -> None:
    first, second = edited(store, both(189, 200), both(190, 200), both(191, 200))
    with transaction(store) as session:
        assert list(edits(session, after=first.id)) == [second]


def test_what_changes_beside_a_report_makes_no_version(store: Engine) -> None:
    """The stored version stays as it is, also for a newer lexicon: its spans would not fit."""
    clock = replace(both(189, 200), core=both(189, 200).article.text)
    later = replace(clock, article=replace(clock.article, text=clock.article.text + "\nОновлено 12:03"))
    number = kept(store, clock).finding_id
    newer = replace(later, verdict=replace(later.verdict, lexicon="newer"))
    assert kept(store, newer, now=LATER).change is Change.SAME
    found = whole(store, number)
    assert [version.text for version in found.versions] == [clock.article.text]
    assert [look.state for look in found.looks] == ["same"]
    changed = replace(later, article=replace(later.article, title="Обмін: уточнено"))
    assert kept(store, changed, now=LATER).change is Change.NEW_VERSION


def test_a_number_that_changes_in_one_place_of_two_is_told(store: Engine) -> None:
    twice = "Повернулися 150 захисників. Президент сказав про 150 захисників."
    once = twice.replace("про 150", "про 149")
    (edit,) = edited(
        store,
        saying(twice, ("150 захисників", 150, Party.UKRAINE), ("150 захисників", 150, Party.UKRAINE)),
        saying(once, ("150 захисників", 150, Party.UKRAINE), ("149 захисників", 149, Party.UKRAINE)),
    )
    assert [
        (change["what"], change["before"]["count"], change["after"]["count"]) for change in edit.changes
    ] == [("count", 150, 149)]


def test_a_number_that_is_said_once_less_is_no_edit(store: Engine) -> None:
    twice = "Повернулися 150 захисників. Президент сказав про 150 захисників."
    claim = ("150 захисників", 150, Party.UKRAINE)
    assert edited(store, saying(twice, claim, claim), saying("Повернулися 150 захисників.", claim)) == []
