"""Official totals beside the ledger's own sum, and what several exchanges together show."""

from __future__ import annotations

from datetime import date
from itertools import groupby, pairwise
from urllib.parse import urlsplit

import pytest

from crawler.model import Kind, Party
from ledger import totals as sums
from ledger.frames import frame_flags
from ledger.model import Exchange, FlagKind, Report
from ledger.reconcile import reconcile
from ledger.record import exchange
from ledger.totals import Basis, Total
from tests.ledger.told import report, told

KNOWN = sums.reference_totals()


def records(*reports: Report) -> list[Exchange]:
    found = reconcile(reports).clusters
    return [exchange(number, [link.part for link in one.links]) for number, one in enumerate(found, 1)]


def total(day: str, count: int) -> Total:
    """Return a shipped total."""
    (found,) = [one for one in KNOWN if one.day == date.fromisoformat(day) and one.count == count]
    return found


def test_at_least_twenty_totals_ship_each_with_its_day_and_source() -> None:
    assert len(KNOWN) >= 20
    assert len({(one.day, one.basis, one.count) for one in KNOWN}) == len(KNOWN)
    assert min(one.count for one in KNOWN) > 0
    for source in [*(one.source for one in KNOWN), *(one.source for one in sums.reference_years())]:
        assert urlsplit(source).scheme == "https"
        assert urlsplit(source).hostname


def test_shipped_totals_of_one_series_never_fall() -> None:
    def series(one: Total) -> tuple[str, str, str]:
        return one.basis, one.returned_to, one.matter

    for _, group in groupby(sorted(KNOWN, key=lambda one: (series(one), one.day)), key=series):
        for before, after in pairwise(group):
            assert before.count <= after.count, after
            assert (before.exchanges or 0) <= (after.exchanges or 999), after


def test_growth_that_the_ledger_holds_has_no_drift() -> None:
    """19 April 2025: 4,552; then 205 on 6 May: 4,757. The 31 handed over besides are in neither."""
    held = records(
        report("2025-04-19", {"ukraine people": 246}, by="ua_president"),
        report("2025-05-06", {"each people": 205}, by="ru_mod"),
    )
    (step,) = sums.steps([total("2025-04-19", 4552), total("2025-05-06", 4757)], held)
    assert (step.growth, step.held, step.drift, step.covered) == (205, 205, 0, True)
    assert list(sums.total_flags([step])) == []


def test_growth_without_an_exchange_in_the_store_is_drift() -> None:
    """The three days of '1,000 for 1,000', of which the store holds the first."""
    held = records(
        report("2025-05-06", {"ukraine people": 205}, by="ua_president"),
        report("2025-05-23", {"ukraine people": 390}, by="ua_president"),
    )
    (step,) = sums.steps([total("2025-05-06", 4757), total("2025-05-25", 5757)], held)
    assert (step.growth, step.held, step.drift) == (1000, 390, 610)
    (flag,) = sums.total_flags([step])
    assert flag.kind is FlagKind.RUNNING_TOTAL
    assert flag.words.endswith("x2 of those days hold 390: 610 are in no exchange of the store")


def test_an_exchange_of_unknown_size_and_a_time_before_the_store_raise_no_flag() -> None:
    withheld = records(
        report("2025-05-25", {"each people": 303}, by="ru_mod"), report("2025-06-09", numbers_disclosed=False)
    )
    (step,) = sums.steps([total("2025-05-25", 5757), total("2025-07-28", 5857)], withheld)
    assert (step.unsized, step.drift) == ((2,), 100)
    assert list(sums.total_flags([step])) == []
    (early,) = sums.steps([total("2024-08-24", 3520), total("2024-09-14", 3672)], withheld)
    assert not early.covered
    assert list(sums.total_flags([early])) == []


def test_a_mediators_total_counts_both_directions_of_what_it_mediated() -> None:
    held = records(
        report("2026-02-05", {"each people": 157}, by="ru_mod", mediators=("UAE", "US")),
        report("2026-02-20", {"each people": 99}, by="ru_mod", mediators=("Turkey",)),
        report("2026-03-05", {"each prisoners_of_war": 200}, by="ru_mod", mediators=("UAE",)),
    )
    (step,) = sums.steps([total("2026-02-05", 4955), total("2026-03-05", 5355)], held)
    assert (step.growth, step.held, step.exchange_ids) == (400, 400, (3,))


def test_a_total_that_falls_is_flagged_with_its_claims() -> None:
    source = report(
        "2025-10-01", {"total_to_date: ukraine people": 5800}, by="ua_ombudsman", kind=Kind.BACKGROUND
    )
    low = Total(
        day=date(2025, 10, 1), basis=Basis.EXCHANGES, returned_to=Party.UKRAINE, matter=total("2025-07-28", 5857).matter,
        count=5800, speaker=total("2023-11-22", 2598).speaker, source="f1", claim_id=source.claims[0].id,
    )  # fmt: skip
    (flag,) = sums.total_flags(sums.steps([total("2025-07-28", 5857), low], []))
    assert flag.words.endswith("falls from 5857 (2025-07-28) to 5800 (2025-10-01)")
    assert flag.claim_ids == (low.claim_id,)


@pytest.mark.parametrize(
    ("words", "count", "by", "continues"),
    [
        ("total_to_date: ukraine people", 6300, "ua_president", True),
        ("total_to_date: ukraine people", 854, "ua_president", False),
        ("total_to_date: ukraine people", 6300, "ru_mod", False),
        ("total_to_date: ukraine people", 6235, "ua_president", False),
        ("total_to_date: ukraine people", "+6300", "ua_president", False),
        ("total_to_date: both people", 4700, "uae_mfa", True),
        ("ukraine people", 6300, "ua_president", False),
    ],
    ids=["goes on", "a year's sum", "another side", "shipped already", "a round one", "a mediator's", "no total"],
)  # fmt: skip
def test_a_total_that_a_report_quotes_joins_only_the_series_it_continues(
    words: str, count: int | str, by: str, *, continues: bool
) -> None:
    source = report(
        None, at="2025-11-20T10:00:00+00:00", kind=Kind.BACKGROUND, more=(told(words, count, by=by),)
    )
    found = sums.told_totals([source], KNOWN)
    assert [one.source for one in found] == ([f"f{source.finding_id}"] if continues else [])


def test_each_side_is_the_authority_on_how_many_it_received() -> None:
    (record,) = records(
        report("2024-12-30", {"each people": 150}, by="ru_mod"), report("2024-12-30", {"ukraine people": 189}, by="ua_president")
    )  # fmt: skip
    assert (sums.received(record, Party.UKRAINE), sums.received(record, Party.RUSSIA)) == (189, 150)
    (parts,) = records(
        report("2025-05-23", {"each prisoners_of_war": 270, "each civilians": 120}, by="ru_mod")
    )
    assert sums.received(parts, Party.UKRAINE) == 390


def test_a_year_is_summed_by_side_beside_what_officials_said() -> None:
    held = records(
        report("2024-12-30", {"each people": 150}, by="ru_mod"),
        report("2024-12-20", numbers_disclosed=False),
        report("2024-11-08", {"ukraine bodies": 563}, kind=Kind.BODIES_REPATRIATED),
    )
    ukraine, russia = sums.year_sums(held, sums.reference_years())
    assert (ukraine.held, len(ukraine.unsized), ukraine.official[0].count) == (150, 1, 1358)
    assert (russia.held, russia.official[0].count) == (150, 1266)


def test_running_numbers_that_skip_fall_or_repeat_are_flagged() -> None:
    held = records(
        report("2025-08-24", {"each people": 146}, sequence=68),
        report("2025-10-02", {"each people": 185}, sequence=69),
        report("2026-02-05", {"each people": 157}, sequence=71),
        report("2026-03-05", {"each people": 200}, sequence=70),
        report("2026-03-06", {"each people": 300}, sequence=70),
    )
    words = [flag.words for flag in frame_flags(held)]
    assert words == [
        "no exchange in the store has number 70, between x2 (2025-10-02) and x3 (2026-02-05)",
        "x4 (2026-03-05) has number 70, lower than 71 of x3 (2026-02-05)",
        "x4 (2026-03-05) and x5 (2026-03-06) both have number 70",
    ]


def stages(*counts: int, skip: int | None = None) -> list[Exchange]:
    """Return the stages of a deal that planned 1,000 each, on the days from 23 May 2025."""
    return records(
        *(
            report(
                f"2025-05-{22 + stage}", {"each people": count, "planned: each people": 1000},
                by="ru_mod", stage=stage, deal="Istanbul",
            )
            for stage, count in enumerate(counts, 1)
            if stage != skip
        )
    )  # fmt: skip


def test_stages_that_add_up_to_their_deal_raise_no_flag() -> None:
    assert list(frame_flags(stages(390, 307, 303))) == []


def test_stages_that_do_not_add_up_or_are_missing_are_flagged() -> None:
    short = [flag.words for flag in frame_flags(stages(390, 307, 300))]
    assert short == [
        f"Istanbul: 1000 planned to {side}, the 3 stages add up to 390 + 307 + 300 = 997"
        for side in ("ukraine", "russia")
    ]
    (missing,) = frame_flags(stages(390, 307, 303, skip=2))
    assert missing.words == "no exchange in the store is stage 2 of Istanbul (2025-05-23 to 2025-05-25)"


def test_a_new_round_of_a_deal_begins_with_its_first_stage() -> None:
    may = stages(390, 307)
    june = records(
        report("2025-06-09", stage=1, deal="Istanbul"), report("2025-06-10", stage=2, deal="Istanbul")
    )
    assert [
        flag for flag in frame_flags([*may, *june]) if "stage" in flag.words and "no exchange" in flag.words
    ] == []


def test_a_known_total_told_of_the_other_side_is_no_total_of_that_side() -> None:
    known = [
        total("2025-01-16", 2466),
        total("2025-04-19", 4552),
    ]
    told = report("2025-04-19", {"total_to_date: russia people": 4552}, by="ru_mod")
    other = report("2025-04-19", {"total_to_date: russia people": 2700}, by="ru_mod")
    assert sums.told_totals([told], known) == ()
    assert [one.count for one in sums.told_totals([other], known)] == [2700]
