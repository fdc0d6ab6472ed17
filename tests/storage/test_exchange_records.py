"""Kept records: the same answers as reading every report, and none that older rules made."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, update

import scheduler
from ledger import keeping, rules
from ledger.model import Action
from ledger.totals import told_totals
from newsdesk import ledger as shown
from storage import decisions, exchange_records, reports
from storage.books import books
from storage.engine import transaction
from storage.exchanges import ExchangeFilters, listed, numbers
from storage.tables import ExchangeRow
from tests.ledger.test_reconcile import varied
from tests.ledger.told import report
from tests.storage.ledger_nouns import keep

NOW = datetime(2026, 3, 5, 12, tzinfo=UTC)


def both_ways(store: Engine) -> tuple[list[object], list[object]]:
    """Return all records as kept, and as their reports tell them, as far as they are kept."""
    with transaction(store) as session:
        asked = numbers(session)
        kept = exchange_records.read(session, asked, rules=rules.version())
        full = [exchange_records.kept(one.record) for one in shown.whole(session, asked)]
    return [kept[number] for number in asked], list(full)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_kept_records_are_those_that_reports_tell(store: Engine, data: st.DataObject) -> None:
    """Whatever came in which order, and whatever analysts decided meanwhile."""
    keep(store, *data.draw(varied()))
    scheduler.update_ledger(store)
    with transaction(store) as session:
        asked = numbers(session)
        if len(asked) > 1 and data.draw(st.booleans()):
            decisions.add(session, Action.MERGE, why="w", by="o", now=NOW, exchange_id=asked[0], other_id=asked[1])  # fmt: skip
            keeping.restand(books(session))
        assert numbers(session) == [one.id for one in listed(session, ExchangeFilters())][::-1]
    kept, full = both_ways(store)
    assert kept == full


def test_a_record_of_other_rules_is_made_anew(store: Engine) -> None:
    keep(
        store,
        *(report(f"{date(2025, 5, 1) + timedelta(days=20 * n)}", {"each people": 100 + n}) for n in range(3)),
    )
    scheduler.update_ledger(store)
    with transaction(store) as session:
        asked = numbers(session)
        whole = shown.records(session, asked)
        session.execute(update(ExchangeRow).values(rules="older", record="{}"))
    with transaction(store) as session:
        assert exchange_records.read(session, asked, rules=rules.version()) == {}
        assert [(one.id, one.accounts) for one in shown.records(session, asked)] == [
            (one.id, one.accounts) for one in whole
        ]
    scheduler.describe_anew(store)
    kept, full = both_ways(store)
    assert kept == full


def test_totals_are_read_without_the_rest_of_their_reports(store: Engine) -> None:
    keep(
        store,
        report("2025-05-23", {"each people": 390, "total_to_date: ukraine people": 5000}, by="ua_president"),
        report(
            None, {"total_to_date: ukraine people": 6000}, at="2025-12-31T12:00:00+00:00", by="ua_ombudsman"
        ),
        report("2025-05-24", {"each people": 307}),
    )
    scheduler.update_ledger(store)
    with transaction(store) as session:
        every = reports.reports(session, reports.relevant(session))
        some = reports.telling_totals(session)
        assert [one.finding_id for one in some] == [one.finding_id for one in every[:2]]
        known = told_totals(every, ())
        assert told_totals(some, ()) == known
