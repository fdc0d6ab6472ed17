"""The ledger's pages: both sides beside each other, each figure with a way to its words."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest
from lxml import html
from sqlalchemy import Engine
from starlette.testclient import TestClient

import scheduler
from crawler.model import Conflict, Kind, Reason
from ledger import keeping
from ledger.model import Action
from newsdesk.ledger import EXCHANGE_COLUMNS
from newsdesk.web.openapi import EXCHANGE
from storage import decisions
from storage.books import books
from storage.engine import transaction
from tests.ledger.told import report, told
from tests.newsdesk.web.conftest import Open
from tests.newsdesk.web.test_hostile import ATTACKS, SQL, harmless
from tests.newsdesk.web.test_sources import words
from tests.storage.ledger_nouns import finding_of, keep
from tests.storage.nouns import ADDRESS, NOW, changed, finding, kept

MARCH = "2026-03-02"
TOLD = (
    report(MARCH, {"ukraine prisoners_of_war": 189}, by="ua_president", outlet="slovo.example", deal="Istanbul", stage=2),
    report(MARCH, {"ukraine prisoners_of_war": 150, "russia prisoners_of_war": 150}, by="ru_mod", outlet="vesti.example"),
    report("2026-03-05", {"each prisoners_of_war": 200}, by="ru_mod", outlet="vesti.example"),
    report("2026-03-04", {"ukraine bodies": 1000}, by="ua_coordination_hq", kind=Kind.BODIES_REPATRIATED),
    report("2026-02-20", {"azerbaijan prisoners_of_war": 8}, conflict=Conflict.AZ_AM),
)  # fmt: skip


@pytest.fixture
def ledger(store: Engine) -> Engine:
    """A store with four exchanges, of which the sides dispute one."""
    keep(store, *TOLD)
    scheduler.update_ledger(store)
    return store


def page(client: TestClient, path: str, status: int = 200) -> html.HtmlElement:
    answer = client.get(path)
    assert answer.status_code == status, answer.text
    return html.document_fromstring(answer.text)


def days(client: TestClient, query: str = "") -> list[str]:
    rows = page(client, f"/exchanges?{query}").cssselect(".ledger tbody th a")
    return [words(row) for row in rows]


def link_of(client: TestClient, day: str) -> str:
    rows = page(client, "/exchanges").cssselect(".ledger tbody th a")
    return next(str(row.get("href")) for row in rows if words(row) == day)


def test_without_a_ledger_each_page_says_so(desk: Open, store: Engine) -> None:
    client = desk()
    assert "No exchange is in the ledger yet" in words(page(client, "/exchanges"))
    assert "Nothing to draw yet" in words(page(client, "/"))
    assert "No totals yet" in words(page(client, "/totals"))


def test_the_table_has_every_exchange_the_latest_first(desk: Open, ledger: Engine) -> None:
    assert days(desk()) == ["5 March 2026", "4 March 2026", "2 March 2026", "20 February 2026"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("disputed=true", ["2 March 2026"]),
        ("matter=bodies", ["4 March 2026"]),
        ("conflict=az-am", ["20 February 2026"]),
        ("deal=istanbul", ["2 March 2026"]),
        ("since=2026-03-03&until=2026-03-04", ["4 March 2026"]),
        ("status=postponed", []),
        ("sort=ukraine&matter=living&conflict=ru-ua", ["5 March 2026", "2 March 2026"]),
        ("sort=reports&conflict=ru-ua&matter=living", ["2 March 2026", "5 March 2026"]),
    ],
)
def test_an_address_narrows_and_sorts_the_table(
    desk: Open, ledger: Engine, query: str, found: list[str]
) -> None:
    assert days(desk(), query) == found


def test_the_form_shows_what_was_asked(desk: Open, ledger: Engine) -> None:
    tree = page(desk(), "/exchanges?conflict=ru-ua&disputed=true&since=2026-03-01")
    assert [one.get("value") for one in tree.cssselect("option[selected]")] == ["ru-ua", "day"]
    assert tree.cssselect("input[name=disputed]")[0].get("checked") is not None
    assert tree.cssselect("input[name=since]")[0].get("value") == "2026-03-01"


@pytest.mark.parametrize("name", ["since", "until", "conflict", "matter", "status", "sort", "disputed"])
@pytest.mark.parametrize("sql", SQL)
def test_what_cannot_be_read_is_refused(desk: Open, name: str, sql: str) -> None:
    """H01."""
    assert desk().get(f"/exchanges?{name}={quote(sql)}").status_code == 400


def test_the_sides_stand_beside_each_other_and_are_never_merged(desk: Open, ledger: Engine) -> None:
    client = desk()
    tree = page(client, link_of(client, "2 March 2026"))
    ukraine, russia = tree.cssselect(".beside")
    assert "disputed" in words(ukraine.cssselect("h3")[0])
    columns = {words(one.cssselect("h4")[0]): words(one) for one in ukraine.cssselect(".column")}
    assert columns["Ukraine says"].startswith("Ukraine says 189 President of Ukraine")
    assert columns["Russia says"].startswith("Russia says 150 Russian Ministry of Defence")
    silent = {words(one.cssselect("h4")[0]): words(one) for one in russia.cssselect(".column")}
    assert silent["Ukraine says"] == "Ukraine says no figure of its own"
    assert "169" not in words(tree)
    assert "339" not in words(tree)


def test_each_quote_leads_to_its_very_words(desk: Open, ledger: Engine) -> None:
    client = desk()
    tree = page(client, link_of(client, "2 March 2026"))
    links = [str(one.get("href")) for one in tree.cssselect(".quotes a")]
    assert links
    for link in links:
        path, _, anchor = link.partition("#")
        (mark,) = page(client, path).cssselect(f"mark#{anchor}")
        assert words(mark) in {"189 prisoners_of_war", "150 prisoners_of_war"}


def test_the_timeline_tells_who_reported_what_when(desk: Open, ledger: Engine) -> None:
    client = desk()
    tree = page(client, link_of(client, "2 March 2026"))
    first, second = tree.cssselect(".timeline > li")
    assert "completed" in words(first)
    assert "first report" in words(first)
    assert "first report" not in words(second)
    assert "2 reports of 2 independent origins" in words(tree)
    assert "stage 2" in words(tree.cssselect(".frame")[0])


def test_an_edited_and_a_vanished_report_are_marked(desk: Open, store: Engine) -> None:
    one = TOLD[0]
    kept(store, finding_of(one), address=one.address)
    kept(store, replace(finding_of(one), article=replace(finding_of(one).article, text=finding_of(one).article.text + " Уточнено.")),
         address=one.address, now=NOW + timedelta(days=1))  # fmt: skip
    scheduler.update_ledger(store)
    with store.begin() as connection:
        connection.exec_driver_sql("update article set state = 'vanished'")
    client = desk()
    shown = words(page(client, link_of(client, "2 March 2026")))
    assert "edited, 2 versions" in shown
    assert "vanished" in shown


def test_flags_lead_to_their_claims(desk: Open, store: Engine) -> None:
    own = (
        told("ukraine prisoners_of_war", 189, by="ua_president"),
        told("ukraine prisoners_of_war", 150, by="ua_ombudsman"),
    )
    keep(store, report(MARCH, more=own, outlet="slovo.example"))
    scheduler.update_ledger(store)
    client = desk()
    tree = page(client, link_of(client, "2 March 2026"))
    flags = tree.cssselect(".flags li")
    assert flags
    assert all("#c" in str(one.get("href")) for one in tree.cssselect(".flags a"))


def test_a_joined_exchange_leads_to_the_other(desk: Open, ledger: Engine) -> None:
    client = desk()
    one, other = (int(link_of(client, day).rpartition("x")[2]) for day in ("2 March 2026", "5 March 2026"))
    with transaction(ledger) as session:
        decisions.add(
            session,
            Action.MERGE,
            exchange_id=one,
            other_id=other,
            why="<b>one</b> event",
            by="olena",
            now=NOW,
        )
        keeping.restand(books(session))
    answer = client.get(f"/exchanges/x{other}", follow_redirects=False)
    assert answer.status_code == 308
    assert answer.headers["Location"] == f"/exchanges/x{one}"
    shown = page(client, f"/exchanges/x{one}")
    assert "olena: merge: <b>one</b> event" in words(shown)


@pytest.mark.parametrize("path", ["x999", "x99999999999", "999"])
def test_an_exchange_that_is_not_there(desk: Open, ledger: Engine, path: str) -> None:
    assert desk().get(f"/exchanges/{path}").status_code == 404
    assert desk().get("/exchanges/q1").status_code == 400


def test_a_citation_has_link_time_and_hash(desk: Open, ledger: Engine) -> None:
    client = desk()
    link = link_of(client, "2 March 2026")
    cited = words(page(client, link).cssselect("#citation")[0])
    assert cited.startswith(f"Exchange {link.rpartition('/')[2]} of 2 March 2026")
    assert cited.endswith(f"http://127.0.0.1:8300{link}")
    assert "2 reports of 2 independent origins" in cited


def test_reports_of_an_exchange_are_a_search(desk: Open, ledger: Engine) -> None:
    client = desk()
    number = link_of(client, "2 March 2026").rpartition("/")[2]
    tree = page(client, f"/findings?exchange={number}")
    assert len(tree.cssselect(".hit")) == 2
    assert f"Exchange {number}" in words(tree.cssselect(".chips")[0])
    assert len(client.get(f"/findings.jsonl?exchange={number}").text.splitlines()) == 2


def test_the_overview_draws_what_each_side_got_back(desk: Open, ledger: Engine) -> None:
    tree = page(desk(), "/")
    people, bodies = tree.cssselect(".chart")
    assert [words(one) for one in people.cssselect(".sum")] == ["389 to Ukraine", "350 to Russia"]
    titles = [one.text for one in people.cssselect("rect title")]
    assert any(str(one).startswith("2 March 2026, 189 to Ukraine") for one in titles)
    assert len(people.cssselect("rect.is-disputed")) == 2
    assert [words(one) for one in bodies.cssselect(".sum")] == ["1,000 to Ukraine", "0 to Russia"]
    assert len(people.cssselect("table tbody tr")) == len(people.cssselect("rect")) == 4
    assert words(tree.cssselect(".brief a")[0]) == "5 March 2026"


def test_what_changed_since_a_visit(desk: Open, store: Engine) -> None:
    number = kept(store, finding()).finding_id
    kept(store, changed(finding(), "Додому повернулися 207 захисників."), now=NOW + timedelta(days=2))
    other = "https://slovo.example/war/2"
    kept(store, finding(other), address=other, now=NOW + timedelta(days=3))
    client = desk()
    tree = page(client, "/?since=2026-03-06T00:00:00Z")
    assert "1 new finding, 1 earlier finding changed" in words(tree.cssselect(".news")[0])
    assert f"/findings/f{number}/compare" in [one.get("href") for one in tree.cssselect(".news a")]
    assert "No new findings" in words(page(client, "/?since=2026-04-01").cssselect(".news")[0])
    assert not page(client, "/").cssselect(".news")
    for wrong in ("x", "0001-01-01T00:00:00+23:00", "99999"):
        assert client.get("/", params={"since": wrong}).status_code == 400


def test_the_books_are_read_anew_when_the_ledger_changes(desk: Open, ledger: Engine) -> None:
    client = desk()
    assert len(days(client)) == 4
    keep(
        ledger,
        report("2026-01-10", {"each prisoners_of_war": 25}, by="ru_mod"),
        now=datetime(2026, 3, 8, tzinfo=UTC),
    )
    scheduler.update_ledger(ledger)
    assert len(days(client)) == 5


def test_totals_stand_beside_the_ledgers_sum(desk: Open, ledger: Engine) -> None:
    tree = page(desk(), "/totals")
    rows = {
        words(row.cssselect("th")[0]) + words(row.cssselect("td")[0]): words(row)
        for row in tree.cssselect("table")[0].cssselect("tbody tr")
    }
    assert "389" in rows["2026Ukraine"]
    assert "350" in rows["2026Russia"]


def test_the_api_gives_exchanges_whole_page_by_page(desk: Open, ledger: Engine) -> None:
    client, path, met = desk(), "/api/v1/exchanges?limit=1&conflict=ru-ua", list[str]()
    while path:
        answer = client.get(path).json()
        met += [item["day"] for item in answer["items"]]
        path = answer["next"]
    assert met == ["2026-03-05", "2026-03-04", "2026-03-02"]
    number = link_of(client, "2 March 2026").rpartition("/")[2]
    record = client.get(f"/api/v1/exchanges/{number}").json()
    assert record["disputed"] is True
    assert {(one["speaker"], one["count"]) for one in record["accounts"]} == {
        ("ua_president", 189),
        ("ru_mod", 150),
    }
    assert client.get("/api/v1/exchanges/x999").json() == {"error": "There is nothing at this address"}
    assert "items" in client.get("/api/v1/totals").json()


def test_each_field_of_an_exchange_is_described() -> None:
    assert set(EXCHANGE_COLUMNS) == set(EXCHANGE)


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_stored_field_acts_in_the_ledger(desk: Open, store: Engine, attack: str) -> None:
    """H03: place, deal, mediators, titles, quotes, outlets and what analysts write."""
    found = finding_of(replace(TOLD[0], place=attack, deal=attack, mediators=(attack,)))
    reason = Reason(rule=attack, weight=1, words=attack, span=found.claims[0].span)
    found = replace(
        found,
        article=replace(found.article, title=attack, outlet=attack, text=f"{found.article.text} {attack}"),
        verdict=replace(found.verdict, reasons=(reason,)),
    )
    kept(store, found, address=ADDRESS)
    scheduler.update_ledger(store)
    with transaction(store) as session:
        decisions.add(session, Action.NOTE, exchange_id=1, why=attack, by=attack, now=NOW)
    client = desk()
    for path in ("/", "/exchanges", "/exchanges/x1", "/totals", "/findings?exchange=x1"):
        answer = client.get(path)
        assert answer.status_code == 200, path
        harmless(answer.text)
    client.get("/api/v1/exchanges").json()
