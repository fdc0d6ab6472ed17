"""The record of one exchange: each side's account beside the other's, and what does not add up."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import pytest

from crawler.model import Category, Conflict, Kind, Party, Speaker
from ledger.model import (
    Agreement,
    Comparison,
    DayPrecision,
    Exchange,
    ExchangeStatus,
    FlagKind,
    Matter,
    Report,
)
from ledger.reconcile import reconcile
from ledger.record import exchange
from ledger.totals import received
from tests.ledger.told import report, told


def recorded(*reports: Report, matter: Matter = Matter.LIVING) -> Exchange:
    """Return the record of the one exchange that the reports tell of."""
    (cluster,) = [one for one in reconcile(reports).clusters if one.matter is matter]
    return exchange(1, [link.part for link in cluster.links])


def compared(record: Exchange, side: Party, category: Category | None = None) -> Comparison:
    found = [one for one in record.comparisons if one.returned_to is side]
    return next(one for one in found if category in (None, one.category))


def two_sides(day: str, kyiv: Mapping[str, int | str], moscow: Mapping[str, int | str]) -> Exchange:
    return recorded(report(day, kyiv, by="ua_coordination_hq"), report(day, moscow, by="ru_mod"))


def test_the_founding_example() -> None:
    """10 June 2025: confirmed by both sides, sized by neither; what was agreed is planned, not done."""
    record = recorded(
        report(
            "2025-06-10", {"planned: each prisoners_of_war": "+1000", "planned: each bodies": 6000},
            stage=2, deal="Istanbul", place="Belarus", numbers_disclosed=False,
        )
    )  # fmt: skip
    assert (record.day, record.stage, record.deal, record.place) == (
        date(2025, 6, 10),
        2,
        "Istanbul",
        "Belarus",
    )
    assert record.status is ExchangeStatus.COMPLETED
    assert record.withheld
    assert {one.agreement for one in record.comparisons} == {Agreement.WITHHELD}
    assert record.accounts == ()
    assert {(one.returned_to, one.category, one.count) for one in record.planned} == {
        (side, category, count)
        for side in (Party.UKRAINE, Party.RUSSIA)
        for category, count in ((Category.PRISONERS_OF_WAR, 1000), (Category.BODIES, 6000))
    }


@pytest.mark.parametrize(
    ("kyiv", "moscow", "agreement"),
    [
        ({"ukraine prisoners_of_war": 307}, {"each prisoners_of_war": 307}, Agreement.AGREED),
        ({"ukraine people": 390}, {"each prisoners_of_war": 270, "each civilians": 120}, Agreement.AGREED),
        ({"ukraine people": 157, "ukraine prisoners_of_war": 150}, {"each prisoners_of_war": 157}, Agreement.AGREED),
        ({"ukraine people": 25, "ukraine civilians": 1}, {"ukraine prisoners_of_war": 24}, Agreement.AGREED),
        ({"ukraine people": 277}, {"each prisoners_of_war": 246, "outside_exchange: ukraine prisoners_of_war": 31}, Agreement.AGREED),
        ({"ukraine people": 189, "ukraine civilians": 2}, {"each prisoners_of_war": 150}, Agreement.DISPUTED),
        ({"ukraine people": 207}, {"each prisoners_of_war": 195}, Agreement.DISPUTED),
        ({"ukraine people": "~250"}, {"each people": 245}, Agreement.AGREED),
        ({"ukraine people": "+100"}, {"each people": 90}, Agreement.DISPUTED),
        ({}, {"each people": 115}, Agreement.ONE_SIDED),
    ],
)  # fmt: skip
def test_accounts_that_only_count_differently_agree(
    kyiv: dict[str, int | str], moscow: dict[str, int | str], agreement: Agreement
) -> None:
    """Civilians in or out, the gravely wounded in or apart: no dispute; anything else is one, with both figures."""
    record = two_sides("2025-05-23", kyiv, moscow)
    comparison = compared(record, Party.UKRAINE)
    assert comparison.agreement is agreement
    spoke = {one.speaker for one in comparison.accounts}
    assert spoke == ({Speaker.RU_MOD} | ({Speaker.UA_COORDINATION_HQ} if kyiv else set()))


def test_a_dispute_keeps_both_figures_with_their_claims() -> None:
    """30 December 2024: Kyiv counts 189 of its own, Moscow says 150 for 150, the Emirates 300 in all."""
    kyiv = report("2024-12-30", {"ukraine people": 189}, by="ua_president")
    moscow = report("2024-12-30", {"each people": 150}, by="ru_mod")
    emirates = report("2024-12-30", {"both people": 300}, by="uae_mfa")
    record = recorded(kyiv, moscow, emirates)
    disputed = compared(record, Party.UKRAINE)
    assert disputed in record.disagreements
    said = {one.speaker: (one.count, one.claim_ids) for one in disputed.accounts}
    assert said == {
        Speaker.UA_PRESIDENT: (189, (kyiv.claims[0].id,)), Speaker.RU_MOD: (150, (moscow.claims[0].id,)),
    }  # fmt: skip
    assert compared(record, Party.BOTH).note == "fits only what Russia says"
    assert [(one.kind, one.claim_ids) for one in record.flags] == [(FlagKind.N_FOR_N, (moscow.claims[0].id,))]
    assert "Whose figure for people returned to Ukraine is right?" in record.questions


def test_who_was_first_and_when_the_other_side_followed() -> None:
    kyiv = report("2025-08-24", {"ukraine civilians": 8}, by="ua_president", at="2025-08-24T11:00:00+03:00")
    moscow = report("2025-08-24", {"each people": 146}, by="ru_mod", at="2025-08-24T12:30:00+03:00")
    record = recorded(moscow, kyiv)
    assert record.first_finding == kyiv.finding_id
    first, second = record.confirmations
    assert (first.side, second.side) == (Party.UKRAINE, Party.RUSSIA)
    assert (second.since - first.since).total_seconds() == 90 * 60


def test_status_follows_the_reports_and_late_copies_do_not_turn_it_back() -> None:
    record = recorded(
        report("2025-09-26", kind=Kind.EXCHANGE_ANNOUNCED, at="2025-09-24T10:00:00+00:00"),
        report("2025-09-26", kind=Kind.POSTPONED_OR_FAILED, at="2025-09-25T10:00:00+00:00"),
        report("2025-09-26", {"each people": 10}, at="2025-09-26T10:00:00+00:00"),
        report("2025-09-26", kind=Kind.EXCHANGE_ANNOUNCED, at="2025-09-27T10:00:00+00:00"),
    )
    assert [one.status.value for one in record.statuses] == ["announced", "postponed", "completed"]
    assert record.day_precision is DayPrecision.DAY


def test_what_is_only_announced_is_due_and_has_an_open_question() -> None:
    record = recorded(report("2025-09-26", kind=Kind.EXCHANGE_ANNOUNCED, at="2025-09-24T10:00:00+00:00"))
    assert (record.status, record.day_precision) == (ExchangeStatus.ANNOUNCED, DayPrecision.DUE)
    assert record.questions == ("No report yet that it took place.",)


def test_copies_of_one_line_count_as_one_origin() -> None:
    copies = [report("2025-10-02", {"each people": 185}, outlet=f"o{n}.example") for n in range(40)]
    (cluster,) = reconcile(copies).clusters
    parts = [link.part for link in cluster.links]
    assert exchange(1, parts).origins == 40
    assert exchange(1, parts, origin=lambda one: tuple(told.claim.quote for told in one.claims)).origins == 1


@pytest.mark.parametrize(
    ("figures", "kind"),
    [
        ({"ukraine people": 106, "ukraine prisoners_of_war/officers": 8, "ukraine prisoners_of_war/privates_and_sergeants": 98}, None),
        ({"ukraine people": 106, "ukraine prisoners_of_war/officers": 8, "ukraine prisoners_of_war/privates_and_sergeants": 99}, FlagKind.SUBSETS),
        ({"ukraine people": 230, "ukraine people/men": 225, "ukraine people/women": 5}, None),
        ({"ukraine people": 230, "ukraine people/men": 225, "ukraine people/women": 6}, FlagKind.SUBSETS),
        ({"ukraine people": 44, "ukraine prisoners_of_war": 42, "ukraine civilians": 2}, None),
        ({"ukraine people": 44, "ukraine prisoners_of_war": 42, "ukraine civilians": 3}, FlagKind.SUBSETS),
        ({"ukraine people": 20, "ukraine people/wounded": 36}, FlagKind.SUBSETS),
        ({"ukraine civilians": 12, "ukraine prisoners_of_war/azov": 37}, None),
    ],
)  # fmt: skip
def test_subsets_that_do_not_add_up_are_flagged(figures: dict[str, int | str], kind: FlagKind | None) -> None:
    record = recorded(report("2024-01-03", figures, by="ua_coordination_hq"))
    assert [one.kind for one in record.flags] == ([kind] if kind else [])
    assert all(one.claim_ids for one in record.flags)


def test_a_side_that_gives_two_totals_is_flagged_but_not_for_groups_of_one() -> None:
    edited = recorded(
        report("2025-02-05", {"ukraine people": 150}, by="ua_president"),
        report("2025-02-05", {"ukraine people": 149}, by="ua_president"),
    )
    assert [one.words for one in edited.flags] == [
        "Ukraine itself gives 149 and 150 people returned to Ukraine"
    ]
    groups = report("2025-10-13", {"israel people": 7}, by="idf", conflict=Conflict.ISRAEL_PALESTINE, more=(
        told("israel people", 13, by="idf"), told("israel people", 20),
    ))  # fmt: skip
    assert recorded(groups).flags == ()


def test_reports_that_number_it_differently_raise_a_flag() -> None:
    record = recorded(
        report("2025-10-02", {"each people": 185}, sequence=69),
        report("2025-10-02", {"each people": 185}, sequence=70),
    )
    assert [one.words for one in record.flags] == ["reports give its sequence as 69 and 70"]


def test_figures_of_outlets_alone_are_nobodys_account() -> None:
    record = recorded(report("2024-05-31", {"ukraine bodies": 212}), matter=Matter.BODIES)
    assert compared(record, Party.UKRAINE).agreement is Agreement.UNATTRIBUTED
    assert "Who gave the figure for bodies returned to Ukraine?" in record.questions


def test_a_report_that_retells_it_months_later_adds_no_figures_of_its_own() -> None:
    """A look back at the year counts other exchanges in the same breath."""
    record = recorded(
        report("2025-10-02", {"each prisoners_of_war": 185}, by="ru_mod"),
        report(
            "2025-10-02",
            {"ukraine prisoners_of_war": 185, "each people": 1000},
            at="2026-01-12T09:00:00+00:00",
        ),
    )
    assert {one.count for one in record.accounts} == {185}
    assert len(record.finding_ids) == 2


@pytest.mark.parametrize(
    ("title", "opening", "status"),
    [
        ("Prisoner swap called off at the last minute", "The buses turned round at noon.", "failed"),
        ("Planned exchange halted after a crash", "It did not go ahead on Wednesday.", "failed"),
        ("Talks on captives", "The deal fell through. No new day is named.", "failed"),
        ("Moscow says Kyiv called off the swap", "It has been put off until lists are checked.", "postponed"),
        ("Israel delays release of 60 prisoners", "They stay in jail for now.", "postponed"),
        ("Swap was not cancelled, says envoy", "The sides still talk.", "postponed"),
        ("Обмен пленными сорвался", "Сегодня передача не состоится, причина не названа.", "failed"),
        ("Обмен не сорван, а перенесён на среду", "Так сказал переговорщик.", "postponed"),
        ("Почему перенесли обмен", "Стороны сверяют списки.", "postponed"),
        ("Обміну сьогодні не буде", "У штабі це підтвердили.", "failed"),
        ("Обмін, запланований на Новий рік, зірвала Москва", "Домовленість не виконано.", "failed"),
        ("Обмін відтермінували", "Нової дати не названо.", "postponed"),
        ("Що з обміном?", "Пояснень досі немає.", "postponed"),
    ],
)
def test_a_setback_is_a_failure_only_where_nothing_is_left_to_wait_for(
    title: str, opening: str, status: str
) -> None:
    record = recorded(report("2025-09-26", kind=Kind.POSTPONED_OR_FAILED, title=title, opening=opening))
    assert record.status == status
    assert record.day_precision is DayPrecision.DUE
    assert len(record.questions) == 1


def test_a_failure_outlasts_the_same_day_and_ends_with_a_new_word() -> None:
    def setback(at: str, title: str) -> Report:
        return report("2025-09-26", kind=Kind.POSTPONED_OR_FAILED, at=f"2025-09-{at}", title=title)

    record = recorded(
        report("2025-09-26", kind=Kind.EXCHANGE_ANNOUNCED, at="2025-09-25T10:00:00+00:00"),
        setback("26T08:00:00+00:00", "Swap called off"),
        setback("26T09:00:00+00:00", "Swap put off"),
        setback("27T09:00:00+00:00", "Swap put off"),
        report("2025-09-26", {"each people": 10}, at="2025-09-28T10:00:00+00:00"),
    )
    assert [one.status.value for one in record.statuses] == ["announced", "failed", "postponed", "completed"]


def test_the_us_is_a_side_where_it_exchanges_and_a_mediator_elsewhere() -> None:
    figures = {"us people": 3, "russia people": 8}
    washington = report("2024-08-01", figures, by="us", conflict=Conflict.US_RU)
    moscow = report("2024-08-01", {"russia people": 8}, by="ru_delegation", conflict=Conflict.US_RU)
    record = recorded(washington, moscow)
    assert compared(record, Party.US).agreement is Agreement.ONE_SIDED
    assert compared(record, Party.US).note.startswith("only the US has given")
    assert compared(record, Party.RUSSIA).agreement is Agreement.AGREED
    assert {one.side for one in record.confirmations} == {Party.US, Party.RUSSIA}
    elsewhere = recorded(report("2026-03-06", {"each people": 300}, by="us"))
    assert {one.agreement for one in elsewhere.comparisons} == {Agreement.UNATTRIBUTED}


@pytest.mark.parametrize(
    ("conflict", "sides", "voices"),
    [
        (Conflict.ISRAEL_PALESTINE, ("israel", "palestine"), ("idf", "hamas")),
        (Conflict.AZ_AM, ("azerbaijan", "armenia"), ("other", "other")),
        (Conflict.US_RU, ("us", "russia"), ("us", "ru_delegation")),
        (Conflict.RU_UA, ("ukraine", "russia"), ("ua_president", "ru_mod")),
    ],
)
def test_each_conflict_has_two_named_sides(
    conflict: Conflict, sides: tuple[str, str], voices: tuple[str, str]
) -> None:
    day = "2025-02-08"
    one = report(day, {f"{sides[0]} people": 3}, by=voices[0], conflict=conflict, outlet="a.example")
    other = report(day, {f"{sides[1]} people": 183}, by=voices[1], conflict=conflict, outlet="b.example")
    (cluster,) = reconcile([one, other]).clusters
    record = exchange(1, [link.part for link in cluster.links])
    assert {f"{each.returned_to}" for each in record.comparisons} == set(sides)
    assert [received(record, Party(side)) for side in sides] == [3, 183]


def test_soldiers_counted_with_and_without_civilians_are_counted_once() -> None:
    record = recorded(
        report("2026-02-05", {"ukraine prisoners_of_war": 157, "ukraine civilians": 7}, by="ua_president"),
        report("2026-02-05", {"ukraine prisoners_of_war": 150, "ukraine civilians": 7}, by="ua_president"),
    )
    assert received(record, Party.UKRAINE) == 157


def test_the_day_is_that_of_those_who_reported_it_then() -> None:
    """A report that names another day and is put there by its figures does not stretch the exchange over both."""
    told = [
        report("2025-05-24", {"each people": 307}, by="ru_mod"),
        report("2025-05-25", {"each people": 303}, by="ru_mod"),
        report("2025-05-24", {"each people": 303}, at="2025-05-25T18:00:00+00:00", outlet="b.example"),
    ]
    clusters = reconcile(told).clusters
    records = [exchange(1, [link.part for link in one.links]) for one in clusters]
    assert [len(one.links) for one in clusters] == [1, 2]
    assert [(f"{one.day}", one.last_day) for one in records] == [("2025-05-24", None), ("2025-05-25", None)]


def test_a_side_may_confirm_an_exchange_and_withhold_its_size() -> None:
    both = report(
        "2025-06-10",
        numbers_disclosed=False,
        outlet="a.example",
        at="2025-06-10T16:00:00+00:00",
        opening="The second stage took place. Russia's defence ministry said a group of soldiers had been returned."
        " Moscow says its lorries are waiting. Families wait.",
    )
    later_ = report(
        "2025-06-10",
        numbers_disclosed=False,
        outlet="b.example",
        at="2025-06-10T17:00:00+00:00",
        opening="Відбувся другий етап обміну. Обидві сторони підтвердили, що обмін відбувся.",
    )
    record = recorded(both, later_)
    assert record.withheld
    assert [(one.side, one.finding_id) for one in record.acknowledged] == [
        (Party.RUSSIA, both.finding_id), (Party.UKRAINE, later_.finding_id),
    ]  # fmt: skip
    assert record.acknowledged[0].quote.startswith("Russia's defence ministry said")
    assert recorded(both, report("2025-06-10", {"each people": 5}, outlet="c.example")).acknowledged == ()
