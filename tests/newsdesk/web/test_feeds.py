"""Feeds of a search: valid, harmless, and readable by the crawler that we have."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import feedparser
import jsonschema_rs
import pytest
from lxml import etree
from sqlalchemy import Engine

import scheduler
from crawler.discovery import read_list
from crawler.model import Kind
from tests.newsdesk.web.conftest import SOURCES, Open
from tests.newsdesk.web.test_exchanges import TOLD
from tests.newsdesk.web.test_hostile import ATTACKS, hostile
from tests.newsdesk.web.test_pages import report
from tests.storage.ledger_nouns import keep
from tests.storage.nouns import NOW

ATOM = {"a": "http://www.w3.org/2005/Atom"}
HOST = "http://127.0.0.1:8300"

JSON_FEED: dict[str, Any] = {
    "type": "object",
    "required": ["version", "title", "items", "home_page_url", "feed_url"],
    "properties": {
        "version": {"const": "https://jsonfeed.org/version/1.1"},
        "title": {"type": "string", "minLength": 1},
        "home_page_url": {"type": "string", "format": "uri"},
        "feed_url": {"type": "string", "format": "uri"},
        "items": {"type": "array", "items": {
            "type": "object",
            "required": ["id", "url", "content_text"],
            "properties": {
                "id": {"type": "string", "minLength": 1},
                "url": {"type": "string", "format": "uri"},
                "external_url": {"type": "string", "pattern": "^https?://"},
                "title": {"type": "string"},
                "content_text": {"type": "string"},
                "date_published": {"type": "string", "format": "date-time"},
                "date_modified": {"type": "string", "format": "date-time"},
                "authors": {"type": "array", "items": {
                    "type": "object", "required": ["name"], "properties": {"name": {"type": "string"}}, "additionalProperties": False,
                }},
                "tags": {"type": "array", "items": {"type": "string"}},
                "language": {"type": "string", "pattern": "^[a-z]{2}$"},
            },
            "additionalProperties": False,
        }},
    },
    "additionalProperties": False,
}  # fmt: skip
"""What jsonfeed.org/version/1.1 asks of the members that we write."""


def test_an_atom_feed_says_what_the_search_says(desk: Open, store: Engine) -> None:
    report(store, 1, "Обмін полоненими", kind=Kind.AGREEMENT, published=datetime(2025, 6, 10, 12, tzinfo=UTC))
    report(store, 2, "Борщ", lemmas="борщ")
    answer = desk().get("/findings.atom?q=обміну&lang=uk&page=9&order=newest")
    assert answer.headers["Content-Type"] == "application/atom+xml"
    found = feedparser.parse(answer.content)
    assert not found.bozo
    assert found.version == "atom10"
    assert found.feed.title == "swapwatch · Findings · обміну · Language: Ukrainian"
    assert found.feed.id == f"{HOST}/findings.atom?lang=uk&q=%D0%BE%D0%B1%D0%BC%D1%96%D0%BD%D1%83"
    (entry,) = found.entries
    assert entry.title == "Обмін полоненими"
    assert entry.link == f"{HOST}/findings/f1"
    assert [one.href for one in entry.links if one.rel == "via"] == ["https://slovo.example/war/1"]
    assert entry.published == "2025-06-10T12:00:00Z"
    assert "205 prisoners of war → Ukraine (this exchange): «205 захисників»" in entry.summary


def test_a_feed_has_what_atom_demands(desk: Open, store: Engine) -> None:
    """RFC 4287: id, title and updated once in the feed and in each entry, an author, absolute links."""
    report(store, 1, "one")
    for path in ("/findings.atom", "/findings.atom?q=nothing-of-this"):
        root = etree.fromstring(desk().get(path).content)
        for element in (root, *root.findall("a:entry", ATOM)):
            for name in ("id", "title", "updated"):
                (one,) = element.findall(f"a:{name}", ATOM)
                assert one.text
            assert element.find("a:author/a:name", ATOM) is not None
            assert all(str(link.get("href")).startswith("http") for link in element.findall("a:link", ATOM))
        (me,) = root.findall("a:link[@rel='self']", ATOM)
        assert me.get("href") == HOST + path


def test_a_json_feed_is_one(desk: Open, store: Engine) -> None:
    report(store, 1, "Обмін полоненими")
    answer = desk().get("/findings.feed.json?lang=uk")
    assert answer.headers["Content-Type"] == "application/feed+json"
    jsonschema_rs.Draft202012Validator(JSON_FEED, validate_formats=True).validate(answer.json())
    assert answer.json()["items"][0]["external_url"] == "https://slovo.example/war/1"


def test_both_feeds_name_an_article_alike_and_for_good(desk: Open, store: Engine) -> None:
    report(store, 1, "one")
    client = desk()
    entry = feedparser.parse(client.get("/findings.atom").content).entries[0]
    assert entry.id == client.get("/findings.feed.json").json()["items"][0]["id"]
    assert (
        entry.id
        == client.get("/findings.atom", headers={"Host": "localhost"}).text.split("<entry><id>")[1][
            : len(entry.id)
        ]
    )


@pytest.mark.parametrize("path", ["/findings.atom", "/findings.feed.json"])
def test_our_own_crawler_reads_our_feeds(desk: Open, store: Engine, path: str) -> None:
    report(store, 1, "Обмін полоненими", published=datetime(2025, 6, 10, 12, tzinfo=UTC))
    report(store, 2, "Другий")
    answer = desk().get(path)
    found = read_list(
        answer.content,
        url=HOST + path,
        content_type=answer.headers["Content-Type"],
        source=SOURCES[0],
        now=NOW,
    )
    assert found.warnings == ()
    assert [(lead.title, lead.url) for lead in found.leads] == [
        ("Другий", f"{HOST}/findings/f2"),
        ("Обмін полоненими", f"{HOST}/findings/f1"),
    ]
    assert found.leads[1].published == datetime(2025, 6, 10, 12, tzinfo=UTC)


def test_exchanges_have_feeds_of_their_own(desk: Open, store: Engine) -> None:
    keep(store, *TOLD)
    scheduler.update_ledger(store)
    client = desk()
    answer = client.get("/exchanges.atom?disputed=true&sort=reports")
    found = feedparser.parse(answer.content)
    assert not found.bozo
    assert [entry.title for entry in found.entries] == ["Exchange of 2 March 2026: completed"]
    assert found.entries[0].link == f"{HOST}/exchanges/x{found.entries[0].link.rpartition('x')[2]}"
    assert "189 (Ukraine)" in found.entries[0].summary
    feed = client.get("/exchanges.feed.json?conflict=ru-ua")
    jsonschema_rs.Draft202012Validator(JSON_FEED, validate_formats=True).validate(feed.json())
    assert len(feed.json()["items"]) == 3
    read = read_list(
        answer.content,
        url=f"{HOST}/exchanges.atom",
        content_type=answer.headers["Content-Type"],
        source=SOURCES[0],
        now=NOW,
    )
    assert [lead.title for lead in read.leads] == ["Exchange of 2 March 2026: completed"]
    assert (
        client.get(
            "/exchanges.atom", headers={"If-None-Match": client.get("/exchanges.atom").headers["ETag"]}
        ).status_code
        == 304
    )


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_stored_field_breaks_a_feed(desk: Open, store: Engine, attack: str) -> None:
    """H03, E14: markup stays text, what XML forbids is marked, a link is a link of the web."""
    hostile(store, attack)
    client = desk()
    answer = client.get("/findings.atom")
    root = etree.fromstring(answer.content)
    assert {etree.QName(element).namespace for element in root.iter()} == {ATOM["a"]}
    for link in root.iter("{http://www.w3.org/2005/Atom}link"):
        assert str(link.get("href")).startswith(("http://", "https://"))
    assert not feedparser.parse(answer.content).bozo
    feed = client.get("/findings.feed.json").json()
    jsonschema_rs.Draft202012Validator(JSON_FEED, validate_formats=True).validate(feed)


def test_a_proxy_with_tls_is_heard(desk: Open, store: Engine) -> None:
    report(store, 1, "one")
    answer = desk().get("/findings.atom", headers={"X-Forwarded-Proto": "https"})
    assert 'href="https://127.0.0.1:8300/findings/f1"' in answer.text
