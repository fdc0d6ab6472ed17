"""How sources fare, and what happened to an address."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from urllib.parse import quote

from lxml import html
from sqlalchemy import Engine
from starlette.testclient import TestClient

from crawler.model import CrawlReport, Outcome, Skipped, SkipReason, SourceState, Stage
from storage import frontier, runs, sources
from storage.engine import transaction
from tests.newsdesk.web.conftest import SOURCES, Open
from tests.newsdesk.web.test_hostile import ATTACKS, harmless
from tests.storage.nouns import ADDRESS, NOW, finding, kept, lead_id

DAY = timedelta(days=1)


def page(client: TestClient, path: str) -> html.HtmlElement:
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    return html.document_fromstring(answer.text)


def words(element: html.HtmlElement) -> str:
    return " ".join(element.text_content().split())


def ran(store: Engine, source_id: str, state: SourceState, *, ago: timedelta = DAY, **counts: int) -> None:
    """Let a source have been polled once."""
    report = CrawlReport(
        source_id=source_id,
        started=NOW - ago,
        finished=NOW - ago,
        outcome=Outcome.STORED,
        skipped=((SkipReason.ROBOTS, 2), (SkipReason.OFF_TOPIC, 5)),
        **counts,  # type: ignore[arg-type]
    )
    with transaction(store) as session:
        sources.save_state(session, source_id, state)
        runs.record(session, report)


def test_the_worst_source_comes_first_with_its_reason(desk: Open, store: Engine) -> None:
    ran(store, "slovo", SourceState(last_poll=NOW, last_success=NOW), leads_new=70, findings=7, requests=80)
    failing = SourceState(last_poll=NOW, failures=3, failing_since=NOW - DAY, error="HTTP <b>503</b>")
    ran(store, "vesti", failing)
    off = replace(SOURCES[2], enabled=False, disabled_reason="its terms forbid it")
    tree = page(desk(sources=(*SOURCES[:2], off)), "/sources")
    vesti, slovo, wire = (words(row) for row in tree.cssselect(".faring tbody tr"))
    assert "failing" in vesti
    assert "3 failures in a row, since 4 Mar 2026, 14:00" in vesti
    assert "HTTP <b>503</b>" in vesti
    assert "reads well" in slovo
    assert "10.0 7 of 70 80 about something else 5 robots.txt disallows it 2" in slovo
    assert "switched off its terms forbid it" in wire
    assert "1 read well, 1 failing, 0 not read yet, 1 switched off" in words(tree)


def test_figures_are_of_the_last_week(desk: Open, store: Engine) -> None:
    ran(store, "slovo", SourceState(last_poll=NOW), ago=8 * DAY, leads_new=70)
    row = page(desk(), "/sources").cssselect(".faring tbody tr.is-ok")[0]
    assert "0 of 0" in words(row)


def test_without_sources_the_page_says_what_to_do(desk: Open) -> None:
    assert "swapwatch init" in words(page(desk(sources=()), "/sources"))


def test_a_kept_address_leads_to_its_finding(desk: Open, store: Engine) -> None:
    number = kept(store, finding()).finding_id
    tree = page(desk(), "/why?address=http://www.slovo.example/war/1/?utm_source=x")
    assert f"/findings/f{number}" in [one.get("href") for one in tree.cssselect(".outcome a")]
    assert "Slovo named it on 5 Mar 2026, 14:00" in words(tree)
    assert "Outcome: kept" in words(tree)


def test_a_dropped_address_names_stage_and_reason(desk: Open, store: Engine) -> None:
    with transaction(store) as session:
        number = lead_id(session)
        skipped = Skipped(url=ADDRESS, reason=SkipReason.ROBOTS, stage=Stage.FETCH, detail="Disallow: /war")
        frontier.close(session, number, skipped, now=NOW)
    shown = words(page(desk(), f"/why?address={quote(ADDRESS)}"))
    assert "not kept, robots.txt disallows it (at the stage: fetching the page) Disallow: /war" in shown


def test_an_address_never_seen_names_the_sources_of_its_site(desk: Open, store: Engine) -> None:
    tree = page(desk(), "/why?address=https://vesti.example/unseen")
    assert "No list of any source named this address" in words(tree)
    assert [one.text_content() for one in tree.cssselect("main .plain a")] == ["Vesti"]
    assert "No configured source is on this site" in words(page(desk(), "/why?address=https://x.example/1"))


def test_what_is_no_address_is_said(desk: Open) -> None:
    client = desk()
    assert "This is no web address" in words(page(client, "/why?address=mailto:a@b.example"))
    assert "This is no web address" not in words(page(client, "/why"))
    assert client.get("/why", params={"address": "https://" + "x" * 3000}).status_code == 400


def test_no_address_and_no_source_acts(desk: Open, store: Engine) -> None:
    for attack in ATTACKS:
        ran(store, "slovo", SourceState(last_poll=NOW, failures=1, error=attack))
        client = desk(sources=tuple(replace(one, name=attack, disabled_reason=attack) for one in SOURCES))
        harmless(client.get("/sources").text)
    client = desk()
    for attack in ATTACKS[:-1]:
        harmless(client.get(f"/why?address={quote(attack)}").text)
        harmless(client.get(f"/why?address=https://slovo.example/{quote(attack)}").text)
