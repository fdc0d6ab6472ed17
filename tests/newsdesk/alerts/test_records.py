"""New exchanges, changed statuses, edits of claims and vanished reports are told once each."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import Engine, select

from crawler.model import Kind, PageState
from newsdesk.alerts.records import of_records
from scheduler import update_ledger
from storage import looks
from storage.engine import transaction
from storage.outbox import Alert
from storage.tables import ArticleRow
from tests.storage.ledger_nouns import keep, report
from tests.storage.nouns import NOW, finding, kept

HOUR = timedelta(hours=1)


def told(store: Engine, *, minutes: int = 0) -> list[Alert]:
    with transaction(store) as session:
        return of_records(session, now=NOW + timedelta(minutes=minutes))


def names(alerts: list[Alert]) -> list[tuple[str, str]]:
    return [(str(one.kind), one.subject) for one in alerts]


def test_what_was_there_before_anybody_asked_is_no_news(store: Engine) -> None:
    keep(store, report("2026-03-05", {"each prisoners_of_war": 200}))
    update_ledger(store)
    assert told(store) == []
    assert told(store, minutes=2) == []


def test_a_new_exchange_and_its_change_of_status_are_told(store: Engine) -> None:
    told(store)
    announced = report(
        "2026-03-06", {"planned: each prisoners_of_war": 300}, at="2026-03-05T10:00:00+00:00", kind=Kind.EXCHANGE_ANNOUNCED
    )  # fmt: skip
    keep(store, announced)
    update_ledger(store)
    (new,) = told(store, minutes=2)
    assert (str(new.kind), new.subject) == ("new_exchange", "x1")
    assert "2026-03-06" in new.title
    assert "(announced)" in new.title
    assert told(store, minutes=4) == []
    keep(store, report("2026-03-06", {"each prisoners_of_war": 300}, by="ru_mod", outlet="kray.example"))
    update_ledger(store)
    (changed,) = told(store, minutes=6)
    assert (str(changed.kind), changed.subject) == ("status_changed", "x1")
    assert changed.title.startswith("Completed now, was announced")


def test_an_edited_number_is_told_with_both_quotes(store: Engine) -> None:
    told(store)
    kept(store, finding())
    text = "Додому повернулися 206 захисників. Обмін відбувся на кордоні."
    plain = finding(text=text.replace("206", "205"))
    claim = replace(plain.claims[0], count=206, quote="206 захисників")
    edited = replace(plain, article=replace(plain.article, text=text), claims=(claim,))
    kept(store, edited, now=NOW + HOUR)
    (alert,) = [one for one in told(store, minutes=90) if one.kind == "silent_edit"]
    assert "205 захисників" in alert.body
    assert "206 захисників" in alert.body
    assert told(store, minutes=92) == []


def test_a_report_taken_down_is_one_event_until_it_is_up_again(store: Engine) -> None:
    kept(store, finding())
    told(store)
    keys = []
    for hours, state in enumerate(
        (PageState.GONE, PageState.SOFT_404, PageState.TIMED_OUT, PageState.SAME, PageState.GONE)
    ):
        with transaction(store) as session:
            article = session.scalars(select(ArticleRow)).one()
            looks.note(session, article, state, now=NOW + hours * HOUR, detail="HTTP 404")
        keys += [one.key for one in told(store, minutes=60 * hours + 2) if one.kind == "vanished"]
    assert len(keys) == 3
    assert len(set(keys)) == 2
