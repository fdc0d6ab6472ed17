"""How sources fare, and what happened to an address."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import quote

from lxml import html
from sqlalchemy import Engine
from starlette.testclient import TestClient

from crawler.model import CrawlReport, Outcome, Skipped, SkipReason, SourceState, Stage
from newsdesk.health import look
from storage import frontier, notes, runs, sources
from storage.engine import transaction
from tests.newsdesk.web.conftest import SOURCES, Open
from tests.newsdesk.web.test_hostile import ATTACKS, harmless
from tests.storage.nouns import ADDRESS, NOW, finding, kept, lead_id

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def page(client: TestClient, path: str) -> html.HtmlElement:
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    return html.document_fromstring(answer.text)


def words(element: html.HtmlElement) -> str:
    """Return what stands in an element, without the titles of pictures."""
    return " ".join("".join(element.xpath(".//text()[not(ancestor::svg)]")).split())


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
    ran(
        store,
        "slovo",
        SourceState(last_poll=NOW, last_success=NOW),
        leads_new=70,
        findings=7,
        requests=80,
        fetched=70,
        kilobytes=1200,
    )
    failing = SourceState(last_poll=NOW, failures=3, failing_since=NOW - DAY, error="HTTP <b>503</b>")
    ran(store, "vesti", failing)
    off = replace(SOURCES[2], enabled=False, disabled_reason="its terms forbid it")
    tree = page(desk(sources=(*SOURCES[:2], off)), "/sources")
    vesti, slovo, wire = (words(row) for row in tree.cssselect(".faring tbody tr"))
    assert (
        "failing 3 failures in a row, since 4 Mar 2026, 14:00 Kyiv 15:00 Moscow · 12:00 UTC HTTP <b>503</b>"
        in vesti
    )
    assert "ok" in slovo
    assert (
        "70.0 a day 100% 7 found of 70 80 requests 1.2 MB about something else 5 robots.txt disallows it 2"
        in slovo
    )
    assert "disabled its terms forbid it" in wire
    assert "1 failing 1 ok 1 disabled" in words(tree)


def test_figures_are_of_the_last_week(desk: Open, store: Engine) -> None:
    ran(store, "slovo", SourceState(last_poll=NOW), ago=8 * DAY, leads_new=70)
    row = page(desk(), "/sources").cssselect(".faring tbody tr.is-ok")[0]
    assert "0 found of 0" in words(row)
    assert [one.text for one in row.cssselect(".spark title") if not str(one.text).endswith(": 0")] == [
        "25 February 2026: 70"
    ]


def usual(store: Engine, source_id: str, *, last_new: datetime, **state: object) -> None:
    """Let a source have had ten days with forty new entries each."""
    for ago in range(1, 11):
        known = SourceState(last_poll=NOW, last_success=NOW, last_new=last_new, **state)  # type: ignore[arg-type]
        ran(store, source_id, known, ago=ago * DAY, leads_new=40, fetched=40, requests=50)


def test_the_pages_say_of_a_source_what_the_command_says(desk: Open, store: Engine) -> None:
    """A source that answers and brings nothing is quiet on the pages too; one that only shows walls is blocked."""
    usual(store, "slovo", last_new=NOW - 12 * HOUR)
    usual(store, "vesti", last_new=NOW - HOUR, failures=2, failing_since=NOW - HOUR, error="HTTP 403")
    with transaction(store) as session:
        said = {one.source_id: str(one.state) for one in look(session, SOURCES, now=NOW)}
    assert said == {"vesti": "blocked", "slovo": "quiet", "wire": "new"}
    client = desk()
    rows = page(client, "/sources").cssselect(".faring tbody tr")
    assert [row.get("class") for row in rows] == [f"is-{state}" for state in said.values()]
    assert (
        "quiet since 5 Mar 2026, 02:00 Kyiv 03:00 Moscow · 00:00 UTC usually 40 a day, 0 for 12 hours"
        in words(rows[1])
    )
    assert "1 blocked 1 quiet 1 not read yet" in words(page(client, "/").cssselect(".pulse")[0])
    told = client.get("/api/v1/sources").json()["items"]
    assert {one["id"]: one["health"] for one in told} == said
    assert [one["check"] for one in told[1]["problems"]] == ["volume"]


def test_a_job_that_stands_still_is_said_on_the_first_page(desk: Open, store: Engine) -> None:
    with transaction(store) as session:
        notes.write(session, notes.PULSE, "watching", now=NOW - timedelta(minutes=1))
        sources.save_state(session, "slovo", SourceState(last_poll=NOW, last_success=NOW))
    assert "needs a look" not in words(page(desk(), "/"))
    with transaction(store) as session:
        notes.write(session, notes.PULSE, "watching", now=NOW - HOUR)
    assert "needs a look" in words(page(desk(), "/"))
    assert "gave no sign of life since" in words(page(desk(), "/sources"))


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
