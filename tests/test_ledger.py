"""The ledger as the job keeps it: what is new meets what is there, numbers stay, analysts' decisions hold."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, select, text

import scheduler
from crawler.model import Conflict, Kind, PageState
from ledger import keeping
from ledger.model import Action, ExchangeStatus, Matter, Report, Unclear
from ledger.reconcile import reconcile
from newsdesk import ledger as shown
from newsdesk.cli.exchanges import page
from storage import decisions, exchanges, looks, migrate
from storage import engine as database
from storage.books import books
from storage.engine import transaction
from storage.exchanges import ExchangeFilters
from storage.tables import ArticleRow
from tests.ledger.test_reconcile import varied
from tests.ledger.told import report
from tests.storage.ledger_nouns import finding_of, keep, places
from tests.storage.nouns import kept

NOW = datetime(2026, 3, 7, 12, tzinfo=UTC)
RUNS = count()

MAY = [
    report("2025-05-23", {"each people": 390}, by="ru_mod", stage=1, deal="Istanbul", outlet="a.example"),
    report("2025-05-23", {"ukraine people": 390}, by="ua_president", outlet="b.example"),
    report("2025-05-24", {"each people": 307}, by="ru_mod", stage=2, deal="Istanbul", outlet="a.example"),
    report(
        None, {"ukraine people": 307}, by="ua_president", at="2025-05-24T20:00:00+00:00", outlet="b.example"
    ),
]


def listed(store: Engine, **filters: object) -> list[int]:
    with transaction(store) as session:
        return [one.id for one in exchanges.listed(session, ExchangeFilters(**filters))]  # type: ignore[arg-type]


def decide(store: Engine, action: Action, **what: object) -> int:
    with transaction(store) as session:
        number = decisions.add(session, action, why="seen both films", by="olena", now=NOW, **what)  # type: ignore[arg-type]
        keeping.restand(books(session))
    return number


def undo(store: Engine, number: int) -> None:
    with transaction(store) as session:
        assert decisions.undo(session, number, by="olena", now=NOW)
        keeping.restand(books(session))


def test_what_is_new_is_put_to_its_exchange_once(store: Engine) -> None:
    findings = keep(store, *MAY)
    assert scheduler.update_ledger(store) == 4
    assert scheduler.update_ledger(store) == 0
    stands = places(store, *findings)
    first, second = stands[findings[0]], stands[findings[2]]
    assert stands == {findings[0]: first, findings[1]: first, findings[2]: second, findings[3]: second}
    assert first != second
    assert listed(store) == [second, first]


def test_arriving_one_by_one_ends_as_arriving_together(store: Engine) -> None:
    """The undated report comes first: it finds its exchange once that is told of."""
    findings = []
    for one in reversed(MAY):
        findings += keep(store, one)
        scheduler.update_ledger(store)
    stands = places(store, *findings)
    assert len({stands[number] for number in findings}) == 2
    assert None not in stands.values()
    before = dict(stands)
    assert scheduler.rebuild_ledger(store) == 4
    assert places(store, *findings) == before


def test_a_report_left_over_says_why(store: Engine) -> None:
    (left,) = keep(store, report(None, {"each people": 84}, at="2025-08-14T12:00:00+00:00"))
    scheduler.update_ledger(store)
    with transaction(store) as session:
        (part,) = exchanges.left_over(session, [Unclear.NO_DAY])
    assert (part.finding_id, part.because) == (
        left,
        "no exchange of living people in the 3 days to 2025-08-14",
    )


def test_an_edit_that_changes_the_day_moves_the_report_and_leaves_an_address(store: Engine) -> None:
    told = report("2025-05-23", {"each people": 390})
    (number,) = keep(store, told)
    scheduler.update_ledger(store)
    (old,) = listed(store)
    other = report("2025-05-22", {"each people": 390}, outlet="c.example")
    keep(store, other)
    scheduler.update_ledger(store)
    edited = finding_of(replace(told, day=date(2025, 5, 22)))
    edited = replace(edited, article=replace(edited.article, text=edited.article.text + " Уточнено."))
    kept(store, edited, address=told.address)
    scheduler.update_ledger(store)
    (new,) = listed(store)
    assert places(store, number) == {number: new}
    assert new != old
    with transaction(store) as session:
        found, moved = shown.find(session, old)
    assert found is not None
    assert (found.record.id, moved) == (new, [new])


def test_exchanges_that_turn_out_to_be_one_merge_under_the_older_number(store: Engine) -> None:
    keep(
        store,
        report("2025-05-24", {"each people": 307}, stage=1, outlet="a.example"),
        report("2025-05-24", {"ukraine people": 390}, stage=2, outlet="b.example"),
    )
    scheduler.update_ledger(store)
    newer, older = listed(store)
    keep(
        store, report("2025-05-24", {"each people": 307, "ukraine civilians": 2}, stage=2, outlet="c.example")
    )
    keep(
        store,
        report("2025-05-24", {"ukraine people": 390, "ukraine civilians": 2}, stage=2, outlet="d.example"),
    )
    scheduler.update_ledger(store)
    assert listed(store) == [older]
    with transaction(store) as session:
        found, moved = shown.find(session, newer)
    assert found is not None
    assert (found.record.id, moved) == (older, [older])


def test_a_split_by_the_machine_leaves_an_address_to_the_part_that_left(store: Engine) -> None:
    told = report("2025-05-24", {"each people": 307}, stage=1, outlet="a.example")
    number, _ = keep(store, told, report("2025-05-24", {"ukraine people": 390}, outlet="b.example"))
    scheduler.update_ledger(store)
    (old,) = listed(store)
    keep(store, report("2025-05-24", {"ukraine people": 390}, stage=2, outlet="c.example"))
    scheduler.update_ledger(store)
    assert sorted(listed(store)) == [old, old + 1]
    with transaction(store) as session:
        _, moved = shown.find(session, old)
    assert moved == [old + 1]
    assert len(set(places(store, number, number + 1).values())) == 2


def test_what_is_no_report_any_more_leaves_the_ledger(store: Engine) -> None:
    (number,) = keep(store, MAY[0])
    scheduler.update_ledger(store)
    with store.begin() as connection:
        connection.execute(text("update finding set standing = 'near_miss'"))
    assert scheduler.update_ledger(store) == 1
    assert places(store, number) == {}
    assert listed(store) == []
    assert scheduler.update_ledger(store) == 0


def test_numbers_are_never_given_again(store: Engine) -> None:
    keep(store, MAY[0])
    scheduler.update_ledger(store)
    (old,) = listed(store)
    with store.begin() as connection:
        connection.execute(text("update finding set standing = 'near_miss'"))
    scheduler.update_ledger(store)
    keep(store, MAY[2])
    scheduler.update_ledger(store)
    assert listed(store) == [old + 1]


def test_lists_are_narrowed(store: Engine) -> None:
    keep(
        store,
        *MAY,
        report("2025-12-30", {"each people": 150}, by="ru_mod", more=report("2025-12-30", {"ukraine people": 189}, by="ua_president").claims),
        report("2026-02-10", kind=Kind.EXCHANGE_ANNOUNCED, at="2026-02-08T12:00:00+00:00"),
        report("2025-06-11", {"ukraine bodies": 1212}, kind=Kind.BODIES_REPATRIATED),
        report("2025-12-14", {"armenia prisoners_of_war": 44}, conflict=Conflict.AZ_AM),
    )  # fmt: skip
    scheduler.update_ledger(store)
    assert len(listed(store)) == 6
    assert len(listed(store, deal="istanbul")) == 2
    assert len(listed(store, disputed=True)) == 1
    assert len(listed(store, status=ExchangeStatus.ANNOUNCED)) == 1
    assert len(listed(store, matter=Matter.BODIES)) == 1
    assert len(listed(store, conflict=Conflict.AZ_AM)) == 1
    assert len(listed(store, since=date(2025, 5, 24), until=date(2025, 6, 12))) == 2


def test_a_merge_holds_over_rebuilds_takes_new_reports_along_and_can_be_undone(store: Engine) -> None:
    findings = keep(store, *MAY)
    scheduler.update_ledger(store)
    before = places(store, *findings)
    first, second = before[findings[0]], before[findings[2]]
    number = decide(store, Action.MERGE, exchange_id=first, other_id=second)
    scheduler.rebuild_ledger(store)
    (late,) = keep(store, report("2025-05-24", {"each people": 307}, outlet="c.example"))
    scheduler.update_ledger(store)
    assert set(places(store, *findings, late).values()) == {first}
    with transaction(store) as session:
        found, moved = shown.find(session, second or 0)
    assert found is not None
    assert (found.record.id, found.record.day, found.record.last_day) == (
        first,
        date(2025, 5, 23),
        date(2025, 5, 24),
    )
    assert moved == [first]
    undo(store, number)
    assert places(store, *findings, late) == before | {late: second}


def test_a_split_an_attachment_and_a_detachment_hold_and_can_be_undone(store: Engine) -> None:
    findings = keep(store, *MAY, report(None, {"each people": 12}, at="2025-05-25T12:00:00+00:00"))
    scheduler.update_ledger(store)
    before = places(store, *findings)
    first = before[findings[0]]
    with transaction(store) as session:
        new = exchanges.mint(
            session, conflict=Conflict.RU_UA, matter=Matter.LIVING, day=date(2025, 5, 23), now=NOW
        )
    made = [
        decide(store, Action.SPLIT, exchange_id=first, other_id=new, finding_ids=[findings[1]]),
        decide(store, Action.ATTACH, exchange_id=first, finding_ids=[findings[4]]),
        decide(store, Action.DETACH, exchange_id=before[findings[2]], finding_ids=[findings[3]]),
    ]
    scheduler.rebuild_ledger(store)
    after = places(store, *findings)
    assert (after[findings[1]], after[findings[4]], after[findings[3]]) == (new, first, None)
    with transaction(store) as session:
        whole = next(shown.whole(session, [first or 0]))
    assert {put.part.report.finding_id: put.because for put in whole.reports}[
        findings[4]
    ] == "attach by olena: seen both films"
    for number in made:
        undo(store, number)
    assert places(store, *findings) == before


def test_each_figure_leads_to_its_quotes(store: Engine) -> None:
    keep(store, *MAY[:2])
    scheduler.update_ledger(store)
    with transaction(store) as session:
        found = next(shown.whole(session, listed(store)))
    quotes = [claim.quote for account in found.record.accounts for _, claim in found.quotes(account)]
    assert quotes == ["390 people", "390 people", "390 people"]
    record = shown.exchange_record(found)
    assert tuple(record) == shown.EXCHANGE_COLUMNS
    assert record["returned"] == "to Ukraine 390; to Russia 390 (Russia)"


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(varied(), st.data())
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_in_whatever_order_and_batches_the_same_ledger_results(
    database_url: str, reports: list[Report], data: st.DataObject
) -> None:
    """Neighbourhoods alone are reconciled as reports come in; the end is as if all had come at once."""
    order = data.draw(st.permutations(reports))
    cuts = data.draw(st.sets(st.integers(0, 9)))
    engine = database.connect(f"{database_url}-{next(RUNS)}")
    migrate.upgrade(engine, backup_to=None)
    numbers: dict[int, Report] = {}
    for place, one in enumerate(order):
        (number,) = keep(engine, one, now=NOW + timedelta(seconds=place))
        numbers[number] = one
        if place in cuts:
            scheduler.update_ledger(engine)
    scheduler.update_ledger(engine)
    with transaction(engine) as session:
        parts = exchanges.put(session, sorted(numbers))
    engine.dispose()
    stored: dict[int | None, set[tuple[int, Matter]]] = {}
    for part in parts:
        stored.setdefault(part.machine_id, set()).add((numbers[part.finding_id].finding_id, part.matter))
    at_once = reconcile(reports)
    expected = [{link.part.key for link in one.links} for one in at_once.clusters]
    left = {one.part.key for one in at_once.unattached}
    assert stored.pop(None, set()) == left
    assert sorted(map(sorted, stored.values())) == sorted(map(sorted, expected))


DISPATCH = (
    " Усіх звільнених зустріли лікарі й психологи, а потім автобуси вирушили до шпиталів. Рідні чекали від світанку з прапорами"
    " та портретами тих, про кого досі нічого не відомо. Координаційний штаб нагадав, що списки складають обидві сторони."
)


def test_copies_of_one_dispatch_are_one_origin(store: Engine) -> None:
    for number, outlet in enumerate(("agency.example", "slovo.example", "kray.example")):
        told = report(
            "2026-03-05",
            {"ukraine prisoners_of_war": 200},
            outlet=outlet,
            at=f"2026-03-05T12:0{number}:00+00:00",
        )
        found = finding_of(told)
        body = found.article.text if number == 2 else found.claims[0].quote + "." + DISPATCH
        found = replace(found, article=replace(found.article, text=body, language="uk"))
        kept(store, found, address=told.address)
    scheduler.update_ledger(store)
    with transaction(store) as session:
        (record,) = [one.record for one in shown.whole(session, [1])]
    assert (len(record.finding_ids), record.origins) == (3, 2)


def test_an_edited_and_a_vanished_report_show_in_the_record(store: Engine) -> None:
    told = report("2025-05-23", {"ukraine people": 189}, by="ua_president")
    (number,) = keep(store, told)
    edited = finding_of(
        replace(told, claims=report("2025-05-23", {"ukraine people": 190}, by="ua_president").claims)
    )
    kept(store, edited, address=told.address, now=NOW + timedelta(hours=1))
    scheduler.update_ledger(store)
    with transaction(store) as session:
        article = session.scalars(select(ArticleRow)).one()
        for hours in (2, 3):
            looks.note(session, article, PageState.GONE, now=NOW + timedelta(hours=hours), detail="HTTP 410")
    with transaction(store) as session:
        found, _ = shown.find(session, listed(store)[0])
    assert found is not None
    assert [one.count for one in found.record.accounts] == [190]
    lines = "\n".join(page(found, {}))
    assert "«189 people», became 190, «190 people»" in lines
    assert f"2026-03-07 14:00Z  f{number}  gone  HTTP 410" in lines
