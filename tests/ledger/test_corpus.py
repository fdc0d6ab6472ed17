"""Exchanges of five years as reports told them: each is recovered once, with what each side got back."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from ruamel.yaml import YAML

from crawler.model import Kind, Party
from ledger.model import Matter, Report
from ledger.reconcile import reconcile
from ledger.record import exchange
from ledger.totals import received
from tests.ledger.told import report

CASES = Path(__file__).resolve().parents[1] / "cases" / "ledger" / "exchanges.yaml"
KYIV = ZoneInfo("Europe/Kyiv")

MIN_RECOVERED = 0.95
MAX_WRONG = 0.02

Name = tuple[date, Matter]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A report and the exchange it truly tells of, if it is one of the corpus."""

    report: Report
    of: Name | None


@cache
def table() -> list[dict[str, Any]]:
    found: dict[str, Any] = YAML(typ="safe", pure=True).load(CASES.read_text(encoding="utf-8"))
    rows: list[dict[str, Any]] = found["exchanges"]
    return rows


def name(row: dict[str, Any]) -> Name:
    return row["day"], Matter(row.get("matter", "living"))


@cache
def corpus() -> list[Case]:
    return [case(row, told, f"o{n}.example") for row in table() for n, told in enumerate(row["reports"])]


def case(row: dict[str, Any], told: dict[str, Any], outlet: str) -> Case:
    """Return one report of the corpus."""
    frame = {
        key: told[key] for key in ("stage", "sequence", "deal", "place", "numbers_disclosed") if key in told
    }
    day = told.get("day", row["day"])
    made = report(
        None if day == "none" else f"{day}",
        told["says"],
        by=told.get("by", "outlet"),
        at=datetime.fromisoformat(told["at"]).replace(tzinfo=KYIV).isoformat(),
        kind=Kind(told.get("kind", "exchange_completed")),
        outlet=outlet,
        mediators=tuple(told.get("mediators", ())),
        **frame,
    )
    return Case(report=made, of=None if told.get("of") == "none" else name(row))


def test_the_corpus_is_large_and_mixed() -> None:
    assert len(table()) >= 30
    assert len({name(row) for row in table()}) == len(table())
    assert {row["day"].year for row in table()} >= {2022, 2023, 2024, 2025, 2026}
    assert all(1 <= len(row["reports"]) <= 6 and row["source"].startswith("https://") for row in table())
    assert sum(one.of is None for one in corpus()) >= 5
    assert sum(one.report.day is None for one in corpus()) >= 20
    assert (
        sum(
            one.report.day is not None and one.of is not None and one.report.day != one.of[0]
            for one in corpus()
        )
        >= 3
    )


def test_each_exchange_is_recovered_once_with_what_each_side_got_back() -> None:
    truth = {one.report.finding_id: one.of for one in corpus()}
    found: dict[Name, list[tuple[int | None, int | None]]] = {}
    for number, cluster in enumerate(reconcile([one.report for one in corpus()]).clusters, 1):
        record = exchange(number, [link.part for link in cluster.links])
        sizes = received(record, Party.UKRAINE), received(record, Party.RUSSIA)
        found.setdefault((cluster.day, cluster.matter), []).append(sizes)
        told_of = Counter(truth[link.part.report.finding_id] for link in cluster.links)
        assert told_of.most_common(1)[0][0] is not None, cluster.day
    right = [row for row in table() if found.get(name(row)) == [(row.get("ukraine"), row.get("russia"))]]
    missed = [(row["day"], found.get(name(row))) for row in table() if row not in right]
    assert len(right) / len(table()) >= MIN_RECOVERED, missed
    assert set(found) == {name(row) for row in table()}


def test_no_two_exchanges_are_merged_and_hardly_a_report_is_attached_wrongly() -> None:
    truth = {one.report.finding_id: one.of for one in corpus()}
    wrong = []
    for cluster in reconcile([one.report for one in corpus()]).clusters:
        place = (cluster.day, cluster.matter)
        for link in cluster.links:
            of = truth[link.part.report.finding_id]
            both = of is not None and of[0] == cluster.day  # a report on people and bodies tells of two
            if of != place and not both:
                wrong.append((place, of, link.because))
    assert len(wrong) / len(corpus()) <= MAX_WRONG, wrong


def test_few_reports_are_left_over() -> None:
    left = {
        one.part.report.finding_id: one.because
        for one in reconcile([one.report for one in corpus()]).unattached
    }
    missed = [
        (one.of, one.report.published, left[one.report.finding_id])
        for one in corpus()
        if one.of and one.report.finding_id in left
    ]
    assert len(missed) / len(corpus()) <= 0.05, missed
