"""The pages in a real browser: Chromium looks, clicks and types; axe holds them against WCAG AA."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Dialog, Page, sync_playwright
from sqlalchemy import Engine

import scheduler
from crawler.config import Serve
from crawler.model import CrawlReport, Outcome, SkipReason, SourceState
from newsdesk.web.guard import bound
from storage import runs, sources
from storage.captures import WarcArchive
from storage.engine import transaction
from tests.newsdesk.web.conftest import Open
from tests.newsdesk.web.test_exchanges import TOLD
from tests.newsdesk.web.test_hostile import ATTACKS, hostile
from tests.newsdesk.web.test_pages import report, with_reasons
from tests.storage.ledger_nouns import finding_of, keep
from tests.storage.ledger_nouns import report as report_of
from tests.storage.nouns import ADDRESS, NOW, TEXT, capture, changed, finding, kept

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")

pytestmark = [
    pytest.mark.skipif(
        CHROMIUM is None, reason="Chromium is not installed: its tests need Debian's chromium"
    ),
    pytest.mark.parametrize("database_url", ["sqlite"], indirect=True),
]

PAGES = ["/", "/exchanges", "/exchanges/x1", "/findings", "/findings?q=обмін&side=ua", "/findings?q=борщ", "/findings/f1", "/findings/f1?verify=now", "/findings/f1/compare",
         "/totals", "/sources", "/why", f"/why?address={ADDRESS}", "/why?address=https://x.example/1", "/review", "/nothing"]  # fmt: skip
AA = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        arguments = [
            "--no-sandbox",
            "--disable-dev-shm-usage",
        ]  # root has no sandbox, containers little shared memory
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield browser
        browser.close()


@pytest.fixture
def site(desk: Open, store: Engine, tmp_path: Path) -> Iterator[str]:
    """Serve a store with something on every page; yield its address."""
    captures = WarcArchive(tmp_path / "data" / "captures").write([capture(b"<script>alert(1)</script>")])
    kept(store, with_reasons(finding()), captures=captures)
    copy = "https://vesti.example/copy"
    kept(store, finding(copy, source="vesti"), address=copy)
    keep(store, report_of(None, {"each people": 84}, at="2025-08-14T12:00:00+00:00"))
    kept(store, changed(with_reasons(finding()), TEXT.replace("205", "207")), now=NOW + timedelta(days=1))
    kept(
        store,
        replace(with_reasons(finding()), article=replace(finding().article, text=TEXT)),
        now=NOW + timedelta(days=2),
    )
    keep(store, *TOLD)
    for number in range(30, 55):
        report(store, number, f"Повідомлення {number}", source="vesti")
    scheduler.update_ledger(store)
    failing = SourceState(last_poll=NOW, failures=3, failing_since=NOW, error="HTTP 503")
    counts = CrawlReport(
        source_id="vesti", started=NOW, finished=NOW, outcome=Outcome.ERROR, skipped=((SkipReason.ROBOTS, 2),)
    )
    with transaction(store) as session:
        sources.save_state(session, "vesti", failing)
        runs.record(session, counts)
    with serving(desk) as address:
        yield address


@contextmanager
def serving(desk: Open) -> Iterator[str]:
    """Run the pages behind a real server on a free port of loopback."""
    with bound(Serve(port=0)) as door:
        server = uvicorn.Server(uvicorn.Config(desk().app, log_config=None, lifespan="off", ws="none"))
        thread = threading.Thread(target=server.run, args=([door],))
        thread.start()
        try:
            yield f"http://127.0.0.1:{door.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


@contextmanager
def watched(chromium: Browser, **how: Any) -> Iterator[Page]:
    """Open a page and hold that nothing complains: no error, no dialog, nothing refused by the policy."""
    complaints: list[str] = []

    def refuse(dialog: Dialog) -> None:
        complaints.append(dialog.message)
        dialog.dismiss()

    context = chromium.new_context(**how)
    page = context.new_page()
    page.on(
        "console",
        lambda message: complaints.append(message.text) if message.type in ("error", "warning") else None,
    )
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("dialog", refuse)
    page.on(
        "request", lambda request: complaints.append(request.url) if "127.0.0.1" not in request.url else None
    )
    yield page
    context.close()
    assert [one for one in complaints if "404" not in one] == []


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 390)])
def test_no_page_has_a_finding_of_axe(site: str, chromium: Browser, scheme: str, width: int) -> None:
    with watched(chromium, color_scheme=scheme, viewport={"width": width, "height": 900}) as page:
        for path in PAGES:
            page.goto(site + path)
            found = Axe().run(page, options={"runOnly": {"type": "tag", "values": AA}}).response["violations"]
            told = [
                (one["id"], one["nodes"][0]["html"][:200], one["nodes"][0].get("failureSummary"))
                for one in found
            ]
            assert told == [], path


@pytest.mark.parametrize("width", [1280, 800, 390, 320])
def test_no_page_is_wider_than_the_screen(site: str, chromium: Browser, width: int) -> None:
    with watched(chromium, viewport={"width": width, "height": 900}) as page:
        for path in PAGES:
            page.goto(site + path)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, path


def test_a_reader_searches_narrows_down_and_reads_the_words(site: str, chromium: Browser) -> None:
    with watched(chromium) as page:
        page.goto(site + "/findings")
        page.keyboard.press("/")
        page.keyboard.type("обмінами")
        page.keyboard.press("Enter")
        page.get_by_role("link", name="Slovo").first.click()
        assert "source=slovo" in page.url
        page.get_by_role("link", name="205 prisoners of war to Ukraine").first.click()
        mark = page.locator("mark:target")
        assert mark.inner_text() == "205 захисників"
        assert mark.bounding_box() is not None
        page.locator("sup a").first.click()
        assert page.locator(".claim:target").count() == 1


def test_a_quote_of_an_exchange_leads_to_its_sentence(site: str, chromium: Browser) -> None:
    with watched(chromium) as page:
        page.goto(site + "/exchanges?disputed=true")
        page.locator(".ledger tbody th a").first.click()
        page.locator(".quotes a").first.click()
        target = page.locator("mark:target")
        assert target.inner_text() == "189 prisoners_of_war"
        box = target.bounding_box()
        assert box is not None
        assert 0 <= box["y"] <= page.viewport_size["height"]  # type: ignore[index]


def test_versions_are_compared(site: str, chromium: Browser) -> None:
    with watched(chromium) as page:
        page.goto(site + "/findings/f1")
        page.get_by_role("link", name="Compare with version 1").click()
        assert page.locator("del").all_inner_texts() == ["205"]
        assert page.locator("ins").all_inner_texts() == ["207"]


def test_a_body_is_saved_and_the_page_stays(site: str, chromium: Browser) -> None:
    with watched(chromium, accept_downloads=True) as page:
        page.goto(site + "/findings/f1")
        page.get_by_role("link", name="Read them again now").click()
        assert "as it was kept, verified by this page" in page.locator(".captures").inner_text()
        with page.expect_download() as saved:
            page.get_by_role("link", name="Save its body").first.click()
        assert saved.value.suggested_filename == "swapwatch-e1.txt"
        assert Path(saved.value.path()).read_bytes() == b"<script>alert(1)</script>"
        assert page.title().startswith("Обмін")


def test_colours_are_chosen_and_remembered(site: str, chromium: Browser) -> None:
    with watched(chromium, color_scheme="light") as page:
        page.goto(site + "/findings")
        light = page.evaluate("getComputedStyle(document.body).backgroundColor")
        page.get_by_label("Colours").select_option("dark")
        page.goto(site + "/exchanges")
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") != light
        assert page.get_by_label("Colours").input_value() == "dark"


def test_the_keyboard_alone_is_enough(site: str, chromium: Browser) -> None:
    with watched(chromium) as page:
        page.goto(site + "/findings")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "content"
        page.keyboard.press("j")
        page.keyboard.press("j")
        page.keyboard.press("k")
        first = page.locator(".hit .headline a").first.get_attribute("href")
        assert page.evaluate("document.activeElement.getAttribute('href')") == first


def test_the_browser_remembers_the_last_visit(site: str, chromium: Browser) -> None:
    with watched(chromium) as page:
        page.goto(site + "/")
        assert not page.locator(".visit").is_visible()
        page.goto(site + "/")
        page.get_by_role("link", name="Since your last visit").click()
        assert page.locator(".news").is_visible()


def test_without_scripts_everything_can_be_read_and_searched(site: str, chromium: Browser) -> None:
    with watched(chromium, java_script_enabled=False) as page:
        for path in PAGES:
            page.goto(site + path)
            assert page.locator("h1").count() == 1, path
        page.goto(site + "/findings")
        page.get_by_role("searchbox").fill("обмін")
        page.get_by_role("button", name="Search").click()
        assert page.locator(".hit").count() > 0
        assert not page.locator("#theme").is_visible()


def test_an_exchange_prints_without_what_only_screens_need(site: str, chromium: Browser) -> None:
    with watched(chromium) as page:
        page.goto(site + "/exchanges/x1")
        page.emulate_media(media="print")
        assert not page.locator(".top nav").is_visible()
        assert page.locator(".column").first.is_visible()
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"


def test_no_attack_runs_in_a_real_browser(desk: Open, store: Engine, chromium: Browser) -> None:
    """H03: with every field hostile, no dialog opens, nothing is refused because nothing was tried."""
    for number, attack in enumerate(ATTACKS):
        address = f"https://slovo.example/attack/{number}"
        plain = finding(address)
        kept(
            store,
            replace(
                plain,
                article=replace(plain.article, title=attack, text=f"{TEXT} {attack}", authors=(attack,)),
            ),
            address=address,
        )
    hostile(store, ATTACKS[0])
    told = finding_of(replace(TOLD[0], place=ATTACKS[1], deal=ATTACKS[2]))
    kept(store, told, address=TOLD[0].address)
    scheduler.update_ledger(store)
    with serving(desk) as site, watched(chromium) as page:
        for path in [
            "/",
            "/findings",
            "/exchanges",
            "/exchanges/x1",
            "/review",
            *(f"/findings/f{n}" for n in range(1, 14)),
        ]:
            page.goto(site + path)
            assert page.title()
