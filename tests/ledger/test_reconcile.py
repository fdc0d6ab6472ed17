"""Many reports, one record of each exchange: what meets, what stays apart, what is left over, in any order."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.model import Conflict, Kind
from ledger.model import Cluster, Matter, Reconciled, Report, Unclear
from ledger.parts import HAPPENED
from ledger.reconcile import reconcile
from ledger.record import exchange
from tests.ledger.told import annotated, later, report, told

DEVSET = Path(__file__).resolve().parents[3] / "shared" / "devset" / "articles.jsonl"


def groups(found: Reconciled) -> list[set[int]]:
    return [{link.part.report.finding_id for link in cluster.links} for cluster in found.clusters]


def only(found: Reconciled) -> Cluster:
    (cluster,) = found.clusters
    return cluster


INDEPENDENCE_DAY = [
    report("2025-08-24", {"each prisoners_of_war": 146}, by="ru_mod", outlet="tass.example"),
    report(
        "2025-08-24", {"ukraine civilians": 8}, by="ua_coordination_hq", sequence=68, outlet="koord.example"
    ),
    report("2025-08-24", {"each people": 146}, outlet="wire.example", place="Belarus", mediators=("UAE",)),
]
"""24 August 2025: 146 each, eight civilians besides on each side, the 68th by Kyiv's count (both sides' statements)."""


def test_reports_of_one_day_from_both_sides_meet() -> None:
    cluster = only(reconcile(INDEPENDENCE_DAY))
    assert cluster.day == date(2025, 8, 24)
    assert len(cluster.links) == 3


def test_neighbouring_days_stay_apart_also_with_equal_numbers() -> None:
    """13, 14 and 15 June 2025: 1,200 bodies to Ukraine on each (the Coordination Headquarters' statements)."""
    days = [
        report(
            f"2025-06-{day}", {"ukraine bodies": 1200}, by="ua_coordination_hq", kind=Kind.BODIES_REPATRIATED
        )
        for day in (13, 14, 15)
    ]
    assert [cluster.day.day for cluster in reconcile(days).clusters] == [13, 14, 15]


def test_people_and_bodies_of_one_day_are_two_records() -> None:
    """31 May 2024: 75 each, and on the same day 212 and 45 bodies."""
    both = report("2024-05-31", {"each people": 75, "ukraine bodies": 212, "russia bodies": 45})
    people = report("2024-05-31", {"each prisoners_of_war": 75}, by="ru_mod")
    bodies = report("2024-05-31", {"ukraine bodies": 212}, kind=Kind.BODIES_REPATRIATED)
    found = {cluster.matter: cluster for cluster in reconcile([both, people, bodies]).clusters}
    assert {matter: len(one.links) for matter, one in found.items()} == {Matter.LIVING: 2, Matter.BODIES: 2}
    assert {told.claim.count for link in found[Matter.BODIES].links for told in link.part.claims} == {212, 45}


def test_a_body_among_the_freed_makes_no_exchange_of_bodies() -> None:
    """26 October 2022: ten soldiers, and the body of one foreign volunteer with them."""
    assert only(
        reconcile([report("2022-10-26", {"ukraine prisoners_of_war": 10, "ukraine bodies/foreigners": 1})])
    ).matter is (Matter.LIVING)


def test_a_report_on_bodies_founds_no_exchange_of_the_living_but_may_bear_on_one() -> None:
    report_on_bodies = report(
        "2025-09-18", {"ukraine bodies": 1000, "ukraine people": 24}, kind=Kind.BODIES_REPATRIATED
    )
    assert [cluster.matter for cluster in reconcile([report_on_bodies]).clusters] == [Matter.BODIES]
    living = report("2025-09-18", {"ukraine people": 24})
    assert [len(cluster.links) for cluster in reconcile([report_on_bodies, living]).clusters] == [1, 2]


def test_equal_numbers_months_apart_stay_apart() -> None:
    """1,000 bodies came to Ukraine on 18 September, 23 October and 20 November 2025."""
    days = ("2025-09-18", "2025-10-23", "2025-11-20")
    told_of = [report(day, {"ukraine bodies": 1000}, kind=Kind.BODIES_REPATRIATED) for day in days]
    undated = report(
        None, {"ukraine bodies": 1000}, at="2025-10-24T08:00:00+00:00", kind=Kind.BODIES_REPATRIATED
    )
    found = reconcile([*told_of, undated])
    assert groups(found) == [
        {told_of[0].finding_id}, {told_of[1].finding_id, undated.finding_id}, {told_of[2].finding_id},
    ]  # fmt: skip


def test_stages_of_one_deal_stay_apart_on_neighbouring_days_and_on_one() -> None:
    """23 to 25 May 2025: 390, 307 and 303 each, three stages of '1,000 for 1,000'."""
    stages = [
        report(f"2025-05-{22 + stage}", {"each people": number}, stage=stage, deal="Istanbul")
        for stage, number in ((1, 390), (2, 307), (3, 303))
    ]
    assert [cluster.day.day for cluster in reconcile(stages).clusters] == [23, 24, 25]
    same_day = [replace(one, day=date(2025, 5, 24)) for one in stages[1:]]
    plain = report("2025-05-24", {"ukraine people": 303})
    silent = report("2025-05-24")
    found = reconcile([*same_day, plain, silent])
    assert sorted(map(len, groups(found))) == [1, 2]
    (left,) = found.unattached
    assert (left.part.report, left.reason) == (silent, Unclear.SEVERAL)


def test_one_wrong_stage_does_not_split_a_day_whose_figures_agree() -> None:
    right = report("2026-03-06", {"each prisoners_of_war": 300}, stage=2)
    wrong = report("2026-03-06", {"ukraine prisoners_of_war": 300}, stage=1)
    assert len(only(reconcile([right, wrong])).links) == 2


def test_a_later_report_that_retells_an_older_exchange_stays_apart_from_the_new_one() -> None:
    """5 February 2026 brought 157 each; reports recalled the 185 each of 2 October 2025."""
    old = report("2025-10-02", {"each prisoners_of_war": 185})
    new = report(
        "2026-02-05", {"each people": 157}, more=(told("earlier_exchange: each prisoners_of_war", 185),)
    )
    retold = report(
        "2025-10-02", {"ukraine prisoners_of_war": 185}, at="2026-02-05T15:00:00+00:00", kind=Kind.BACKGROUND
    )
    found = reconcile([new, old, retold])
    assert groups(found) == [{old.finding_id, retold.finding_id}, {new.finding_id}]
    assert [told.claim.count for link in found.clusters[1].links for told in link.part.claims] == [157]


def test_a_report_without_a_day_finds_its_exchange_by_figures_number_or_stage() -> None:
    by_figures = report(None, {"both people": 292}, by="uae_mfa", at="2025-08-25T09:00:00+00:00")
    by_number = report(None, sequence=68, at="2025-08-26T09:00:00+00:00")
    cluster = only(reconcile([*INDEPENDENCE_DAY, by_figures, by_number]))
    grounds = {link.part.report.finding_id: link.because for link in cluster.links}
    assert grounds[by_figures.finding_id] == "same figures: 292 to both"
    assert grounds[by_number.finding_id] == "number 68"


@pytest.mark.parametrize(
    ("weak", "reason"),
    [
        (report(None, {"ukraine people": 12}, at="2025-08-24T18:00:00+00:00"), Unclear.NO_MATCH),
        (report(None, at="2025-08-24T18:00:00+00:00"), Unclear.NO_MATCH),
        (report(None, {"each people": 146}, at="2025-09-20T18:00:00+00:00"), Unclear.NO_DAY),
        (report(None, {"each people": 146}, at="2025-08-23T18:00:00+00:00"), Unclear.NO_DAY),
        (report(None, sequence=69, at="2025-08-24T18:00:00+00:00"), Unclear.NO_MATCH),
        (report("2025-08-21", kind=Kind.BACKGROUND), Unclear.NO_MATCH),
        (report(None, at="2025-08-24T18:00:00+00:00", kind=Kind.AGREEMENT), Unclear.NO_EVENT),
        (report("2025-08-24", {"each people": 146}, conflict=Conflict.NONE), Unclear.NO_CONFLICT),
    ],
    ids=["other figures", "nothing", "weeks later", "before it", "another number", "no such day", "a deal", "whose"],
)  # fmt: skip
def test_weak_evidence_leaves_a_report_unattached_and_says_so(weak: Report, reason: Unclear) -> None:
    found = reconcile([*INDEPENDENCE_DAY, weak])
    (left,) = found.unattached
    assert (left.part.report, left.reason) == (weak, reason)
    assert left.because


def test_figures_that_fit_two_exchanges_fit_none() -> None:
    """5 and 6 March 2026: an undated '500 in two days' is one thing, an undated '200' is the first day's."""
    days = [
        report("2026-03-05", {"each prisoners_of_war": 200}),
        report("2026-03-06", {"each prisoners_of_war": 300, "ukraine civilians": 2}),
        report("2026-03-07", {"ukraine civilians": 2}),
    ]
    first = report(None, {"ukraine prisoners_of_war": 200}, at="2026-03-07T09:00:00+00:00")
    open_ = report(None, {"ukraine civilians": 2}, at="2026-03-07T09:00:00+00:00")
    found = reconcile([*days, first, open_])
    assert groups(found)[0] == {days[0].finding_id, first.finding_id}
    assert [(one.part.report, one.reason) for one in found.unattached] == [(open_, Unclear.SEVERAL)]


def test_a_conflict_of_many_parties_needs_more_than_a_day() -> None:
    """Prisoners of Yemen's war and detainees freed by Belarus on one day are not one exchange."""
    one = report("2025-11-22", {"ukraine civilians": 31}, conflict=Conflict.OTHER)
    same = report("2025-11-22", {"ukraine civilians": 31}, conflict=Conflict.OTHER, by="ua_coordination_hq")
    other = report("2025-11-22", {"each prisoners_of_war": 7}, conflict=Conflict.OTHER)
    assert sorted(map(len, groups(reconcile([one, same, other])))) == [1, 2]


@pytest.fixture(scope="module")
def labelled() -> list[Report]:
    """Every relevant article of the development set, with what its labels say."""
    if not DEVSET.exists():
        pytest.skip("the development set is not here")
    rows = [json.loads(line) for line in DEVSET.read_text(encoding="utf-8").splitlines()]
    return [
        annotated(row, row["gold"], number)
        for number, row in enumerate(rows, 1)
        if row["gold"]["relevant"] != "no"
    ]


def test_labelled_articles_become_one_record_for_each_day_and_matter(labelled: list[Report]) -> None:
    found = reconcile(labelled)
    known = [(one.conflict, one.matter, one.day) for one in found.clusters]
    assert len(set(known)) == len(known)
    happened = [one for one in labelled if one.kind in HAPPENED and one.day]
    left = {one.part.report.finding_id for one in found.unattached}
    assert len(happened) > 70
    assert not [one.address for one in happened if one.finding_id in left]
    by_day = {
        (one.day, one.matter): {link.part.report.address for link in one.links} for one in found.clusters
    }
    assert by_day[date(2025, 8, 24), Matter.LIVING] == {"uk-002", "ru-002", "en-002", "ru-069"}
    assert by_day[date(2026, 3, 5), Matter.LIVING] == {"en-008", "ru-011", "uk-003"}
    assert by_day[date(2026, 3, 6), Matter.LIVING] == {"en-031", "en-007", "ru-008", "uk-066"}


def varied() -> st.SearchStrategy[list[Report]]:
    """Reports of a crowded week, many of them alike in all but one thing."""
    claims = st.dictionaries(
        st.sampled_from(["each people", "ukraine prisoners_of_war", "russia civilians", "ukraine bodies", "planned: each people"]),
        st.sampled_from([100, 200, 300]),
        max_size=2,
    )  # fmt: skip
    day = st.sampled_from(["2025-05-14", "2025-05-22", "2025-05-23", "2025-05-24", None])
    made = st.builds(
        lambda named, at, figures, stage, sequence, kind, conflict, outlet, by: report(
            named, figures, at=f"2025-05-{at:%dT%H}:00:00+00:00", stage=stage, sequence=sequence, kind=kind,
            conflict=conflict, outlet=outlet, by=by,
        ),
        day,
        st.datetimes(datetime(2025, 5, 22), datetime(2025, 5, 28)),  # noqa: DTZ001
        claims,
        st.sampled_from([None, None, 1, 2]),
        st.sampled_from([None, None, None, 64]),
        st.sampled_from([Kind.EXCHANGE_COMPLETED, *Kind]),
        st.sampled_from([Conflict.RU_UA, Conflict.RU_UA, Conflict.RU_UA, Conflict.OTHER, Conflict.NONE]),
        st.sampled_from(["a.example", "b.example", "c.example"]),
        st.sampled_from(["outlet", "ru_mod"]),
    )  # fmt: skip
    return st.lists(made, max_size=10)


@given(varied(), st.data())
def test_whatever_the_order_the_same_exchanges_result(reports: list[Report], data: st.DataObject) -> None:
    """Also the numbers of findings may differ: they are given in the order of arrival."""
    shuffled = data.draw(st.permutations(reports))
    renumbered = [replace(one, finding_id=number) for number, one in enumerate(shuffled, 1)]

    def told_by(found: Reconciled) -> object:
        return (
            [
                (one.day, one.matter, [link.part.report.address for link in one.links])
                for one in found.clusters
            ],
            [(one.part.report.address, one.part.matter, one.reason, one.because) for one in found.unattached],
        )

    assert told_by(reconcile(reports)) == told_by(reconcile(shuffled)) == told_by(reconcile(renumbered))


@given(varied())
def test_every_part_ends_in_one_exchange_or_with_a_reason(reports: list[Report]) -> None:
    found = reconcile(reports)
    keys = [link.part.key for one in found.clusters for link in one.links]
    keys += [one.part.key for one in found.unattached]
    assert len(keys) == len(set(keys))
    assert {number for number, _ in keys} == {one.finding_id for one in reports}


def test_an_edit_that_comes_later_changes_nothing_of_where_a_report_belongs() -> None:
    first, *rest = INDEPENDENCE_DAY
    assert groups(reconcile([*rest, later(first, hours=7)])) == groups(reconcile(INDEPENDENCE_DAY))


def test_a_later_report_whose_figures_are_another_days_is_told_of_that_day() -> None:
    """The day was misread where a report of 25 May names the 23rd and counts what came home on the 24th."""
    first = report("2025-05-23", {"each people": 390})
    second = report("2025-05-24", {"each people": 307})
    misread = report("2025-05-23", {"ukraine people": 307}, at="2025-05-25T09:00:00+00:00")
    disputed = report("2025-05-23", {"ukraine people": 385}, at="2025-05-25T09:00:00+00:00")
    found = reconcile([first, second, misread, disputed])
    assert groups(found) == [{first.finding_id, disputed.finding_id}, {second.finding_id, misread.finding_id}]
    grounds = {link.part.report.finding_id: link.because for link in found.clusters[1].links}
    assert grounds[misread.finding_id] == "figures of 2025-05-24, though it names 2025-05-23"


def test_news_that_names_a_day_long_past_founds_nothing_and_needs_shared_figures() -> None:
    old = report("2025-10-02", {"each prisoners_of_war": 185})
    misread = report("2025-10-02", {"each people": 157}, at="2026-02-05T15:00:00+00:00")
    assert groups(reconcile([old, misread])) == [{old.finding_id}]
    new = report("2026-02-05", {"each people": 157})
    assert groups(reconcile([old, misread, new])) == [{old.finding_id}, {new.finding_id, misread.finding_id}]
    assert reconcile([misread]).clusters == ()


def test_a_later_report_of_another_stage_is_not_told_of_the_first_day() -> None:
    first = report("2025-05-23", {"each people": 390}, stage=1, deal="Istanbul")
    misread = report(
        "2025-05-23", {"each people": 303, "ukraine people": 390}, stage=3, deal="Istanbul", at="2025-05-25T12:00:00+00:00"
    )  # fmt: skip
    assert groups(reconcile([first, misread])) == [{first.finding_id}]
    third = report("2025-05-25", {"each people": 303}, stage=3, deal="Istanbul")
    assert groups(reconcile([first, misread, third])) == [
        {first.finding_id},
        {third.finding_id, misread.finding_id},
    ]


FRIDAY = [
    report("2025-06-13", {"ukraine bodies": 1200}, kind=Kind.BODIES_REPATRIATED, outlet=f"o{n}.example")
    for n in (1, 2)
]


@pytest.mark.parametrize(
    ("more", "days"),
    [
        ([report("2025-06-14", {"ukraine bodies": 1200}, kind=Kind.BODIES_REPATRIATED, outlet="o3.example")], [3]),
        ([report("2025-06-14", {"ukraine bodies": 1200}, kind=Kind.BODIES_REPATRIATED, outlet="o3.example", by="ua_coordination_hq")], [2, 1]),
        ([report("2025-06-14", {"ukraine bodies": 1200}, kind=Kind.BODIES_REPATRIATED, outlet=f"o{n}.example") for n in (3, 4)], [2, 2]),
        ([report("2025-06-14", {"ukraine bodies": 1200}, kind=Kind.BODIES_REPATRIATED, outlet="o3.example", stage=2)], [2, 1]),
        ([report("2025-06-14", {"ukraine bodies": 1245}, kind=Kind.BODIES_REPATRIATED, outlet="o3.example")], [2, 1]),
    ],
    ids=["an outlet alone", "an official's word", "two outlets", "a stage of its own", "other figures"],
)  # fmt: skip
def test_the_same_figures_a_day_later_are_another_exchange_only_where_more_speaks_for_it(
    more: list[Report], days: list[int]
) -> None:
    """1,200 bodies came on 13, 14 and 15 June 2025; most often equal figures a day later retell the day before."""
    assert [len(group) for group in groups(reconcile([*FRIDAY, *more]))] == days


def test_those_counted_as_returned_did_not_come_tomorrow() -> None:
    """The day after is another exchange's: the report is known by its figures, or left over."""
    here = report("2026-03-05", {"each prisoners_of_war": 200}, by="ru_mod", outlet="a.example")
    ahead = report("2026-03-06", {"ukraine prisoners_of_war": 200}, at="2026-03-05T15:00:00+00:00")
    strange = report("2026-03-06", {"ukraine prisoners_of_war": 70}, at="2026-03-05T15:00:00+00:00")
    found = reconcile([here, ahead, strange])
    (cluster,) = found.clusters
    assert {link.part.report.finding_id for link in cluster.links} == {here.finding_id, ahead.finding_id}
    assert [one.part.report.finding_id for one in found.unattached] == [strange.finding_id]
    assert exchange(1, [link.part for link in cluster.links]).last_day is None


def test_a_setback_of_last_week_is_no_exchange_of_last_week() -> None:
    late = report("2025-09-19", kind=Kind.POSTPONED_OR_FAILED, at="2025-09-25T16:00:00+00:00")
    assert reconcile([late]).clusters == ()
    announced = report("2025-09-19", kind=Kind.EXCHANGE_ANNOUNCED, at="2025-09-18T16:00:00+00:00")
    (cluster,) = reconcile([late, announced]).clusters
    assert len(cluster.links) == 2


@pytest.mark.parametrize(("bodies", "records"), [(2, 1), (40, 2)])
def test_a_few_bodies_beside_the_living_are_no_exchange_of_bodies(bodies: int, records: int) -> None:
    found = reconcile([report("2023-02-04", {"ukraine people": 116, "ukraine bodies": bodies})])
    assert len(found.clusters) == records
    alone = report("2023-02-04", {"ukraine bodies": 2}, kind=Kind.BODIES_REPATRIATED)
    assert [one.matter for one in reconcile([alone]).clusters] == [Matter.BODIES]
