"""The pages as a reader without scripts sees them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from lxml import html
from sqlalchemy import Engine
from starlette.testclient import TestClient

import scheduler
from crawler.config import Alerts, SavedSearch
from crawler.model import Conflict, Finding, Kind, Part, Reason, Span, Standing
from storage import findings
from storage.captures import WarcArchive
from storage.engine import transaction
from tests.newsdesk.web.conftest import Open
from tests.storage.ledger_nouns import keep
from tests.storage.ledger_nouns import report as told
from tests.storage.nouns import NOW, TEXT, capture, changed, finding, kept, lead_id

DAY = timedelta(days=1)


def page(client: TestClient, path: str, status: int = 200) -> html.HtmlElement:
    answer = client.get(path)
    assert answer.status_code == status, answer.text
    return html.document_fromstring(answer.text)


def titles(tree: html.HtmlElement) -> list[str]:
    return [" ".join(one.text_content().split()) for one in tree.cssselect(".hit .headline")]


def report(store: Engine, number: int, title: str, **more: object) -> int:
    """Keep a finding of its own; return its number."""
    verdict_fields = {name: more.pop(name) for name in ("kind", "conflict", "standing") if name in more}
    source, lemmas = str(more.pop("source", "slovo")), str(more.pop("lemmas", "обмін полонений"))
    address = f"https://slovo.example/war/{number}"
    found = finding(address, source=source)
    found = replace(
        found,
        article=replace(found.article, title=title, **more),  # type: ignore[arg-type]
        verdict=replace(found.verdict, **verdict_fields),  # type: ignore[arg-type]
        lemmas=lemmas,
    )
    return kept(store, found, address=address, now=NOW + number * DAY).finding_id


def test_an_empty_store_says_so(desk: Open) -> None:
    tree = page(desk(), "/findings")
    assert "Nothing is kept yet" in tree.text_content()
    assert "No near misses" in page(desk(), "/review").text_content()


def test_an_inflected_word_finds_and_is_marked(desk: Open, store: Engine) -> None:
    report(store, 1, "Обмін полоненими")
    report(store, 2, "Борщ", lemmas="борщ")
    tree = page(desk(), "/findings?q=обміну+захисника")
    assert titles(tree) == []
    assert "Nothing found" in tree.text_content()
    tree = page(desk(), "/findings?q=обміну")
    assert titles(tree) == ["Обмін полоненими"]
    assert [one.text for one in tree.cssselect(".snippet mark.is-found")] == ["Обмін"]
    assert tree.cssselect("#q")[0].get("value") == "обміну"


def test_signs_alone_find_nothing(desk: Open, store: Engine) -> None:
    report(store, 1, "Обмін полоненими")
    assert titles(page(desk(), "/findings?q=***")) == []


def test_facets_narrow_down_and_chips_widen(desk: Open, store: Engine) -> None:
    report(store, 1, "one", kind=Kind.AGREEMENT, language="en")
    report(store, 2, "two", source="vesti", language="ru")
    report(store, 3, "three", conflict=Conflict.AZ_AM)
    client = desk()
    tree = page(client, "/findings")
    links = {" ".join(one.text_content().split()): one.get("href") for one in tree.cssselect(".facets li a")}
    assert links["Ukraine 2"] == "/findings?side=ua"
    assert links["Agreement 1"] == "/findings?kind=agreement"
    assert links["Vesti 1"] == "/findings?source=vesti"
    assert links["state 1"] == "/findings?ownership=state"
    assert links["Azerbaijan – Armenia 1"] == "/findings?conflict=az-am"
    narrow = page(client, "/findings?side=ua&lang=en")
    assert titles(narrow) == ["one"]
    chips = {
        one.cssselect("bdi")[0].text: one.get("href") for one in narrow.cssselect(".chips a:not(.clear)")
    }
    assert chips == {"English": "/findings?side=ua", "Ukraine": "/findings?lang=en"}
    hidden = {one.get("name"): one.get("value") for one in narrow.cssselect(".search input[type=hidden]")}
    assert hidden == {"side": "ua", "lang": "en"}


def test_months_and_exchanges_divide_an_answer(desk: Open, store: Engine) -> None:
    keep(
        store,
        told("2025-05-06", {"ukraine prisoners_of_war": 205}),
        told("2025-06-12", {"ukraine prisoners_of_war": 189}),
    )
    scheduler.update_ledger(store)
    tree = page(desk(), "/findings")
    links = {" ".join(one.text_content().split()): one.get("href") for one in tree.cssselect(".facets li a")}
    assert links["June 2025 1"] == "/findings?since=2025-06-01&until=2025-06-30"
    assert links["x1 1"] == "/findings?exchange=x1"
    assert len(titles(page(desk(), str(links["June 2025 1"])))) == 1
    assert len(titles(page(desk(), "/findings?exchange=x1"))) == 1


def test_searches_of_the_config_are_links(desk: Open, store: Engine) -> None:
    report(store, 1, "one")
    search = SavedSearch(name="Azovstal", words="азовсталь", language="uk", kind=Kind.EXCHANGE_COMPLETED)
    tree = page(desk(alerts=Alerts(searches=(search,))), "/findings")
    (link,) = tree.xpath("//section[@aria-labelledby='h-saved']//a")
    assert link.text_content() == "Azovstal"
    assert (
        link.get("href")
        == "/findings?kind=exchange_completed&lang=uk&q=%D0%B0%D0%B7%D0%BE%D0%B2%D1%81%D1%82%D0%B0%D0%BB%D1%8C"
    )


def test_days_bound_a_search(desk: Open, store: Engine) -> None:
    report(store, 1, "early", published=datetime(2025, 6, 9, 20, 59, tzinfo=UTC))
    report(store, 2, "late", published=datetime(2025, 6, 9, 21, 0, tzinfo=UTC))
    client = desk()
    assert titles(page(client, "/findings?since=2025-06-10")) == ["late"]
    assert titles(page(client, "/findings?until=2025-06-09")) == ["early"]


def test_long_answers_have_pages(desk: Open, store: Engine) -> None:
    for number in range(1, 24):
        report(store, number, f"n{number}")
    client = desk()
    first = page(client, "/findings")
    assert titles(first) == [f"n{number}" for number in range(23, 3, -1)]
    following = str(first.cssselect("a[rel=next]")[0].get("href"))
    assert titles(page(client, following)) == ["n3", "n2", "n1"]
    assert not page(client, following).cssselect("a[rel=next]")
    assert titles(page(client, "/findings?page=1000000000000000000")) == []


def test_near_misses_stand_on_their_own_page(desk: Open, store: Engine) -> None:
    report(store, 1, "near", standing=Standing.NEAR_MISS)
    report(store, 2, "sure")
    client = desk()
    assert titles(page(client, "/review")) == ["near"]
    assert titles(page(client, "/findings")) == ["sure"]


def with_reasons(found: Finding) -> Finding:
    reasons = (
        Reason(rule="homecoming", weight=2.5, words="додому", span=Span(part=Part.TEXT, start=0, end=18)),
        Reason(rule="cooking", weight=-1, words="обмін", span=Span(part=Part.TITLE, start=0, end=5)),
    )
    return replace(found, verdict=replace(found.verdict, reasons=reasons))


def test_a_finding_shows_its_evidence_where_it_stands(desk: Open, store: Engine) -> None:
    number = kept(store, with_reasons(finding())).finding_id
    tree = page(desk(), f"/findings/f{number}")
    claim = tree.cssselect(".text mark.is-claim")
    assert [one.text for one in claim] == ["205 захисників"]
    link = tree.cssselect(f"#claim-{claim[0].get('id')} .refs a")[0]
    assert link.get("href") == f"#{claim[0].get('id')}"
    assert [one.text for one in tree.cssselect("h1 mark.is-against")] == ["Обмін"]
    assert [one.get("href") for one in tree.cssselect(".reasons a")] == ["#r1", "#r2"]
    assert {one.get("id") for one in tree.cssselect("mark[id]")} == {"r1", "r2", claim[0].get("id")}
    text = "".join(one.text_content() for one in tree.cssselect(".text p"))
    assert text.replace(f"{claim[0].get('id')}", "") == TEXT
    assert "2026" in tree.cssselect("time .zone")[0].text_content()
    assert {one.text for one in tree.cssselect(".facts .zone small")} == {"Kyiv", "Moscow", "UTC"}


def test_a_finding_names_its_captures_and_their_hashes(desk: Open, store: Engine, tmp_path: Path) -> None:
    stored = WarcArchive(tmp_path / "captures").write([capture()])
    number = kept(store, finding(), captures=stored).finding_id
    tree = page(desk(), f"/findings/f{number}")
    (shown,) = tree.cssselect(".captures li")
    assert stored[0].body_sha256 in shown.text_content()
    assert stored[0].body_sha256 in tree.cssselect("#citation")[0].text_content()


def test_versions_are_compared_word_by_word(desk: Open, store: Engine) -> None:
    number = kept(store, finding()).finding_id
    kept(store, changed(finding(), TEXT.replace("205", "207")), now=NOW + DAY)
    client = desk()
    tree = page(client, f"/findings/f{number}")
    (link,) = [str(one.get("href")) for one in tree.cssselect(".versions a")]
    compared = page(client, link)
    assert [one.text for one in compared.cssselect("del")] == ["205"]
    assert [one.text for one in compared.cssselect("ins")] == ["207"]
    same = page(client, f"/findings/f{number}/compare?from=2&to=2")
    assert "the same, word for word" in same.text_content()


def test_a_vanished_article_is_marked(desk: Open, store: Engine) -> None:
    number = kept(store, finding()).finding_id
    with store.begin() as connection:
        connection.exec_driver_sql("update article set state = 'vanished'")
    assert "taken this page down" in page(desk(), f"/findings/f{number}").text_content()


@pytest.mark.parametrize("path", ["/findings/f999", "/findings/f99999999999", "/nothing", "/findings/f1/x"])
def test_nothing_there_is_a_page_of_its_own(desk: Open, path: str) -> None:
    tree = page(desk(), path, 404)
    assert "There is nothing at this address" in tree.text_content()


@pytest.mark.parametrize("path", ["/findings/zz", "/findings?kind=%27", "/findings?since=x"])
def test_what_cannot_be_read_is_a_page_of_its_own(desk: Open, path: str) -> None:
    assert "can't be read" in page(desk(), path, 400).text_content()


def test_pages_may_be_asked_for_while_the_job_writes(desk: Open, store: Engine) -> None:
    """H11: a reader never waits for the writer's open transaction."""
    report(store, 1, "one")
    client = desk()
    with transaction(store) as session:
        found = finding("https://slovo.example/war/2")
        number = lead_id(session, "https://slovo.example/war/2")
        findings.keep(session, found, lead_id=number, captures=(), now=NOW)
        assert titles(page(client, "/findings")) == ["one"]
    assert len(titles(page(client, "/findings"))) == 2


def test_reports_that_belong_to_no_exchange_stand_beside_near_misses(desk: Open, store: Engine) -> None:
    (left,) = keep(store, told(None, {"each people": 84}, at="2025-08-14T12:00:00+00:00"))
    report(store, 1, "near", standing=Standing.NEAR_MISS)
    client = desk()
    assert "Every report stands under an exchange" in page(client, "/review").text_content()
    scheduler.update_ledger(store)
    tree = page(client, "/review")
    (row,) = tree.cssselect(".left-over tbody tr")
    assert row.cssselect("a")[0].get("href") == f"/findings/f{left}"
    assert "names no day no exchange of living people in the 3 days to 2025-08-14" in " ".join(
        row.text_content().split()
    )
    assert titles(tree) == ["near"]
