"""Copies are one origin: whole, lightly edited, shortened, extended, and twins in two languages."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine, delete

import scheduler
from newsdesk import ledger as shown
from newsdesk.newsroom.stories import Story, outlets
from storage import copies
from storage.copies import COPY, contained, estimated, shingles, signature, twin_addresses
from storage.engine import transaction
from storage.exchanges import numbers as stored_numbers
from storage.origins import Member, Origin, likely, origin, origins
from storage.tables import CopyRow
from tests.ledger.told import report
from tests.storage.ledger_nouns import finding_of
from tests.storage.nouns import NOW, finding, kept

STORIES: list[Story] = [story for outlet in outlets() for story in outlet.stories]
REPORT = (
    "Сьогодні вранці на кордоні відбувся черговий обмін полоненими. Додому повернулися 205 захисників, серед них троє цивільних."
    " Усіх звільнених зустріли лікарі й психологи, а потім автобуси вирушили до шпиталів. Рідні чекали від світанку з прапорами"
    " та портретами тих, про кого досі нічого не відомо. Координаційний штаб нагадав, що списки складають обидві сторони."
)
OTHER = (
    "Міністри кількох країн домовилися про нові правила перевезення зерна Дунаєм. Порти готуються прийняти більше барж,"
    " а митники обіцяють оформляти вантажі за одну добу. Аграрії кажуть, що це здешевить доставку до Чорного моря восени."
)


def keep(
    store: Engine,
    text: str,
    outlet: str,
    *,
    minutes: float = 0,
    language: str = "uk",
    named: tuple[str, ...] = (),
    path: str = "war/1",
) -> int:
    """Keep a report of an outlet; return its finding's number."""
    address = f"https://{outlet}/{path}"
    found = finding(address, text=text)
    at = NOW + timedelta(minutes=minutes)
    article = replace(found.article, outlet=outlet, language=language, published=at)
    found = replace(found, article=article, claims=(), credits=named)
    return kept(store, found, address=address, now=NOW + timedelta(days=1)).finding_id


def came_from(store: Engine, number: int) -> Origin:
    with transaction(store) as session:
        found = origin(session, number)
    assert found is not None
    return found


def lightly_edited(text: str, share: float, chance: random.Random) -> str:
    return " ".join(
        word if chance.random() > share else f"інше{chance.randrange(99)}" for word in text.split()
    )


def first_part(text: str, share: float, chance: random.Random) -> str:
    words = text.split()
    return lightly_edited(" ".join(words[: max(25, int(len(words) * share))]), 0.05, chance)


WAYS: dict[str, Callable[[str, random.Random], str]] = {
    "whole": lambda text, _: text,
    "one word in ten changed": lambda text, chance: lightly_edited(text, 0.1, chance),
    "first third": lambda text, chance: first_part(text, 0.33, chance),
    "first sentences": lambda text, chance: first_part(text, 0.0, chance),
    "in a longer report": lambda text, _: f"{OTHER} {text} {OTHER}",
}


@pytest.mark.parametrize("way", WAYS)
def test_copies_and_excerpts_of_every_story_are_told_from_other_stories(way: str) -> None:
    """Measured over all stories of the newsroom: at least 98 of 100 copies, and none of the others."""
    chance, texts = random.Random(7), list({"\n".join(story.paragraphs) for story in STORIES})
    rows = [shingles(text) for text in texts]
    hits = [
        contained(shingles(WAYS[way](text, chance)), said) >= COPY
        for text, said in zip(texts, rows, strict=True)
    ]
    assert sum(hits) / len(hits) >= 0.98
    for number, one in enumerate(rows):
        assert all(contained(one, other) < COPY for other in rows[:number])


def test_the_estimate_is_near_the_truth_on_excerpts() -> None:
    chance = random.Random(11)
    for story in STORIES:
        whole = shingles("\n".join(story.paragraphs))
        part = shingles(first_part("\n".join(story.paragraphs), 0.3, chance))
        one, other = signature(whole), signature(part)
        if one is None or other is None:
            continue
        guess = estimated(one, other, sizes=(len(whole), len(part)))
        assert abs(guess - contained(whole, part)) < 0.35
        assert guess > 0.2 or contained(whole, part) < COPY


def test_copies_are_one_family_with_the_earliest_as_its_origin(store: Engine) -> None:
    late = keep(store, REPORT, "visnyk.example", minutes=40)
    first = keep(store, REPORT, "slovo.example")
    part = keep(store, REPORT[:200], "kurier.example", minutes=9)
    alone = keep(store, OTHER, "inshe.example")
    for number in (late, first, part):
        found = came_from(store, number)
        assert (found.outlet, found.finding_id) == ("slovo.example", first)
        assert [one.finding_id for one in found.members] == [first, part, late]
    assert [one.how for one in found.members] == ["copy", "excerpt", None]
    assert "earliest of 3" in found.why
    assert came_from(store, alone).why == "the only report"
    with transaction(store) as session:
        found_all = origins(session, [late, first, part, alone])
    assert {one.outlet for one in found_all.values()} == {"slovo.example", "inshe.example"}


def test_a_credited_agency_is_the_origin_also_where_its_report_is_not_kept(store: Engine) -> None:
    keep(store, REPORT, "slovo.example")
    second = keep(store, REPORT, "visnyk.example", minutes=5, named=("ukrinform.ua",))
    found = came_from(store, second)
    assert (found.outlet, found.finding_id, found.why) == (
        "ukrinform.ua",
        None,
        "ukrinform.ua is credited by 1 of 2",
    )


def test_an_agencys_own_report_is_the_origin_though_a_copy_has_an_earlier_clock(store: Engine) -> None:
    keep(store, REPORT, "slovo.example", minutes=-3)
    own = keep(store, REPORT, "ukrinform.net", named=("ukrinform.ua",))
    assert came_from(store, own).finding_id == own


def test_reports_of_two_families_that_a_third_joins_are_one(store: Engine) -> None:
    one = keep(store, REPORT, "slovo.example")
    two = keep(store, OTHER, "visnyk.example", minutes=1)
    assert came_from(store, one).outlet != came_from(store, two).outlet
    keep(store, f"{REPORT} {OTHER}", "digest.example", minutes=2)
    assert len(came_from(store, two).members) == 3


def test_the_same_text_after_weeks_is_a_report_of_its_own(store: Engine) -> None:
    keep(store, REPORT, "slovo.example")
    later = keep(store, REPORT, "visnyk.example", minutes=60 * 24 * 20)
    assert came_from(store, later).why == "the only report"


def test_twins_in_two_languages_are_one_family(store: Engine) -> None:
    first = keep(store, REPORT, "slovo.example", path="uk/news/4812345")
    twin = keep(
        store, "Сегодня состоялся обмен.", "slovo.example", path="ru/news/4812345", language="ru", minutes=9
    )
    other = keep(store, "Сегодня дождь.", "slovo.example", path="ru/news/4812346", language="ru")
    found = came_from(store, twin)
    assert [(one.finding_id, one.how) for one in found.members] == [(first, None), (twin, "twin")]
    assert len(came_from(store, other).members) == 1


def test_an_edited_text_joins_the_family_it_now_copies(store: Engine) -> None:
    first = keep(store, REPORT, "slovo.example")
    second = keep(store, OTHER, "visnyk.example", minutes=5)
    assert len(came_from(store, second).members) == 1
    keep(store, REPORT, "visnyk.example", minutes=5)
    assert came_from(store, second).finding_id == first


def test_what_was_kept_before_there_were_families_finds_its_own(store: Engine) -> None:
    first, second = keep(store, REPORT, "slovo.example"), keep(store, REPORT, "visnyk.example", minutes=5)
    with transaction(store) as session:
        session.execute(delete(CopyRow))
    with transaction(store) as session:
        assert origin(session, second) is None
        assert copies.adopt(session) == 2
        assert copies.adopt(session) == 0
    assert came_from(store, second).finding_id == first


def test_one_sentence_that_all_say_makes_no_copy(store: Engine) -> None:
    keep(store, "Обмін відбувся.", "slovo.example")
    assert len(came_from(store, keep(store, "Обмін відбувся.", "visnyk.example")).members) == 1


@pytest.mark.parametrize(
    ("one", "other", "twins"),
    [
        ("https://s.example/ukr/news/2026/obmin", "https://s.example/rus/news/2026/obmin", True),
        ("https://s.example/news/obmin-7516001", "https://s.example/ru/news/obmen-7516001", True),
        ("https://s.example/news/obmin-7516001", "https://s.example/ru/news/obmen-7516002", False),
        ("https://s.example/uk/", "https://s.example/ru/", False),
        ("https://s.example/2026/03/05/obmin", "https://s.example/2026/03/05/obmen", False),
    ],
)
def test_twin_addresses(one: str, other: str, twins: bool) -> None:
    assert twin_addresses(one, other) is twins


def test_of_one_minute_the_longer_report_is_the_origin() -> None:
    short = Member(finding_id=1, outlet="a.example", address="", at=NOW, words=10)
    long = Member(finding_id=2, outlet="b.example", address="", at=NOW + timedelta(seconds=20), words=90)
    assert likely([short, long]).finding_id == 2


def test_a_translation_that_credits_an_agency_leads_to_its_own_report_and_is_one_origin(
    store: Engine,
) -> None:
    """Another language shares no words: the credit and the exchange both are put to join them."""
    told = {
        "unian.net": report("2025-10-02", {"ukraine people": 205}, outlet="unian.net"),
        "east.example": report("2025-10-02", {"ukraine people": 205}, outlet="east.example", at="2025-10-02T13:00:00+00:00"),
        "west.example": report("2025-10-02", {"ukraine people": 205}, outlet="west.example", at="2025-10-02T14:00:00+00:00"),
    }  # fmt: skip
    words = {
        "unian.net": ("uk", REPORT, ("unian.ua",)),
        "east.example": ("en", "Buses with the freed crossed the border this morning, UNIAN reports, and doctors met them there with their relatives.", ("unian.ua",)),
        "west.example": ("en", "The returned were taken to hospitals in four regions, the governor of one of them said in the evening to reporters.", ()),
    }  # fmt: skip
    numbers = {}
    for outlet, one in told.items():
        language, text, named = words[outlet]
        found = finding_of(one)
        article = replace(found.article, text=f"{found.article.text} {text}", language=language)
        found = replace(found, article=article, credits=named)
        numbers[outlet] = kept(store, found, address=one.address).finding_id
    scheduler.update_ledger(store)
    translated = came_from(store, numbers["east.example"])
    assert (translated.outlet, translated.finding_id) == ("unian.ua", numbers["unian.net"])
    assert translated.why.endswith(f"f{numbers['unian.net']} is its own report on the same exchange")
    assert came_from(store, numbers["west.example"]).outlet == "west.example"
    with transaction(store) as session:
        (record,) = [one.record for one in shown.whole(session, stored_numbers(session))]
    assert record.origins == 2
