"""Lists that are cut, broken, hostile or strange, polled from a real server into a real store."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

import pytest

from crawler.model import Limits, Outcome, Source, SourceType
from crawler.spiders import Crawling
from tests.crawler.spiders.conftest import Memory
from tests.crawler.spiders.site import PAGE, Site, feed, http
from tests.crawler.spiders.stored import Stored

MakeSource = Callable[..., Source]

SWAP = "Обмін полоненими: додому повернулися {} захисників"


def rss(*items: str, head: str = "", kind: str = "application/rss+xml", **headers: str) -> bytes:
    body = "".join(f"<item>{item}</item>" for item in items)
    return http(
        f'{head}<rss version="2.0"><channel><title>Слово</title>{body}</channel></rss>', kind=kind, **headers
    )


def item(title: str, link: str = "", *, date: str = "", guid: str = "", text: str = "") -> str:
    parts = (("title", title), ("link", link), ("pubDate", date), ("guid", guid), ("description", text))
    return "".join(f"<{name}>{value}</{name}>" for name, value in parts if value)


async def test_a_fault_in_the_middle_costs_its_entry_and_names_it(
    site: Site, store: Stored, source: MakeSource, capsys: pytest.CaptureFixture[str]
) -> None:
    site.answers = {"/a": PAGE, "/c": PAGE}
    broken = (
        f"<rss><channel><item>{item(SWAP.format(1), f'{site.url}/a')}</item><item><title>Розірвана <b</ttle>"
        f"<item>{item(SWAP.format(3), f'{site.url}/c')}</item></channel></rss>"
    )
    site.answers["/rss"] = http(broken, kind="text/xml", ETag='"1"')
    for _ in range(2):
        await store.poll(source())
    assert [url for url, _, _ in store.leads()] == [f"{site.url}/a", f"{site.url}/c"]
    log = "".join(capsys.readouterr())
    assert log.count("left out entry 2") == 1
    assert "If-None-Match" not in site.asked[-1].headers


async def test_a_feed_in_which_nothing_is_whole_is_an_error(
    site: Site, store: Stored, source: MakeSource
) -> None:
    site.answers = {"/rss": http("<rss><channel><item><title>Розірвана", kind="text/xml")}
    report = await store.poll(source())
    assert report.outcome is Outcome.ERROR
    assert "the feed is cut" in (report.error or "")


async def test_what_a_cut_feed_held_back_comes_with_the_next_answer(
    site: Site, store: Stored, source: MakeSource
) -> None:
    """A feed that was cut on its way must not be 'unchanged' when it comes whole under the same ETag."""
    site.answers = {"/a": PAGE, "/b": PAGE}
    whole = feed(site, "/a", "/b")
    body = whole.partition(b"\r\n\r\n")[2]
    site.answers["/rss"] = http(body[:-50], kind="text/xml", ETag='"1"')
    await store.poll(source())
    assert [url for url, _, _ in store.leads()] == [f"{site.url}/a"]
    site.answers["/rss"] = whole
    await store.poll(source())
    assert [url for url, _, _ in store.leads()] == [f"{site.url}/a", f"{site.url}/b"]


BOMBS = {
    "laughs": '<!DOCTYPE r [<!ENTITY a0 "ha">'
    + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    + "]>",
    "quadratic": f'<!DOCTYPE r [<!ENTITY a11 "{"ha" * 50_000}">]>',
}


@pytest.mark.parametrize("bomb", BOMBS)
async def test_an_entity_bomb_goes_off_nowhere(
    site: Site, store: Stored, source: MakeSource, bomb: str
) -> None:
    site.answers = {"/a": PAGE, "/b": PAGE}
    site.answers["/rss"] = rss(
        item("&a11;" * 2000, f"{site.url}/a"), item(SWAP.format(2), f"{site.url}/b"), head=BOMBS[bomb]
    )
    report = await store.poll(source())
    assert f"{site.url}/b" in [url for url, _, _ in store.leads()]
    assert report.finished - report.started == report.finished - report.started
    with_text = "".join(str(lead) for lead in store.leads())
    assert len(with_text) < 10_000


@pytest.mark.parametrize("kind", [SourceType.FEED, SourceType.SITEMAP, SourceType.SECTION])
async def test_no_document_makes_us_read_or_ask_for_anything(
    site: Site, canary: Site, store: Stored, source: MakeSource, kind: SourceType, tmp_path: Path
) -> None:
    """Entities of files, external definitions and parameter entities bring nothing in."""
    secret = tmp_path / "secret"
    secret.write_text("КАНАРКА", encoding="utf-8")
    head = (
        f'<!DOCTYPE r SYSTEM "{canary.url}/dtd" [<!ENTITY % p SYSTEM "{canary.url}/p"> %p;'
        f'<!ENTITY e SYSTEM "file://{secret}">]>'
    )
    list_of = {
        SourceType.FEED: rss(item("&e; обмін полоненими", f"{site.url}/a"), head=head),
        SourceType.SITEMAP: http(f"{head}<urlset><url><loc>{site.url}/a&e;</loc></url></urlset>"),
        SourceType.SECTION: http(f"{head}<html><a href='/a-1234'>&e; обмін полоненими відбувся</a></html>"),
    }
    site.answers = {"/rss": list_of[kind], "/a": http("x", status="403 No")}
    await store.poll(source(type=kind))
    assert canary.connections == 0
    assert all("КАНАРКА" not in found.current.title + found.current.text for found in store.findings())
    assert all("КАНАРКА" not in url for url, _, _ in store.leads())


@pytest.mark.parametrize(
    ("charset", "declared", "kind"),
    [
        ("windows-1251", "windows-1251", "text/xml"), ("windows-1251", "utf-8", "text/xml; charset=utf-8"),
        ("koi8-u", "koi8-u", "text/xml"), ("utf-16", "utf-16", "text/xml"), ("utf-16-le", "utf-16", "text/xml"),
        ("utf-16-be", None, "text/xml"), ("utf-32", "utf-32", "text/xml"), ("utf-8", "koi8-r", "text/xml; charset=cp1251"),
        ("windows-1251", "x-no-such-charset", "text/xml"), ("koi8-r", None, "text/xml"),
    ],
)  # fmt: skip
async def test_the_text_is_right_whatever_the_charset_and_what_is_said_of_it(
    site: Site, store: Stored, source: MakeSource, charset: str, declared: str | None, kind: str
) -> None:
    title = "Обмен пленными: домой вернулись двести пять защитников"
    head = f'<?xml version="1.0" encoding="{declared}"?>' if declared else ""
    body = f"{head}\n<rss><channel><item>{item(title, '/a', text='Сегодня состоялся обмен пленными.')}</item></channel></rss>"
    site.answers = {"/rss": http(body.encode(charset), kind=kind), "/a": http("x", status="403 No")}
    await store.poll(source(languages=("ru",)))
    assert store.titles() == [title]


async def test_characters_that_cannot_be_read_are_marked(
    site: Site, store: Stored, source: MakeSource
) -> None:
    raw = item(SWAP.format(205), "/a", text="Про це повідомив Координаційний штаб @.").encode()
    body = b"<rss><channel><item>" + raw.replace(b"@", b"\xff\xfe") + b"</item></channel></rss>"
    site.answers = {"/rss": http(body, kind="text/xml"), "/a": http("x", status="403 No")}
    await store.poll(source())
    (found,) = store.findings()
    assert "charset: some characters could not be read" in found.current.warnings


async def test_controls_in_a_title_hide_nothing(site: Site, store: Stored, source: MakeSource) -> None:
    title = "Обмін\x00 полоненими\x08: 205 захисників вдома"
    site.answers = {"/rss": rss(item(title, "/a")), "/a": http("x", status="403 No")}
    await store.poll(source())
    assert store.titles() == ["Обмін полоненими: 205 захисників вдома"]
    (found,) = store.findings()
    assert found.current.evidence is not None  # the list as received, its bytes and all


async def test_entries_of_one_name_are_each_a_report(site: Site, store: Stored, source: MakeSource) -> None:
    """Two entries share a name, and the next day's takes it over."""
    first = item(SWAP.format(10), guid="1", date="Thu, 05 Mar 2026 08:00:00 GMT", text="Уранці.")
    second = item("Тіла загиблих повернули з Росії", guid="1", date="Thu, 05 Mar 2026 10:00:00 GMT")
    third = item("Звільнених з полону морпіхів зустріли", guid="1", date="Fri, 06 Mar 2026 10:00:00 GMT")
    site.answers = {"/rss": rss(first, second)}
    await store.poll(source())
    assert len(store.findings()) == 2
    for entries in ((third,), (third, second), (second, third, first)):
        site.answers = {"/rss": rss(*entries)}
        await store.poll(source(), hours=24)
    assert len(store.findings()) == 3
    assert all(len(found.versions) == 1 for found in store.findings())


@pytest.mark.parametrize("linked", [True, False])
async def test_an_entry_named_anew_in_each_answer_is_stored_once(
    site: Site, store: Stored, source: MakeSource, linked: bool
) -> None:
    for number in range(3):
        link = f"{site.url}/a?visit={number}5f8a9c" if linked else ""
        site.answers = {"/rss": rss(
            item(SWAP.format(205), link, guid=f"urn:{number}", date="Thu, 05 Mar 2026 08:00:00 GMT", text="Вдома.")
        )}  # fmt: skip
        site.answers[f"/a?visit={number}5f8a9c"] = http("x", status="403 No")
        await store.poll(source(), hours=1)
    assert len(store.leads()) == 1
    assert len(store.findings()) == 1


@pytest.mark.parametrize("guid", ["", "12345", "tag:slovo,2026:1"])
async def test_an_entry_without_a_link_is_kept_and_nothing_is_asked_for(
    site: Site, store: Stored, source: MakeSource, guid: str
) -> None:
    """A name is no address, also where the feed's format lets it be taken for one."""
    site.answers = {"/rss": rss(item(SWAP.format(205), guid=guid, text="Додому повернулися захисники."))}
    await store.poll(source())
    assert store.titles() == [SWAP.format(205)]
    assert site.paths() == ["/robots.txt", "/rss"]


async def test_items_of_a_json_feed_without_a_link_are_kept(
    site: Site, store: Stored, source: MakeSource
) -> None:
    items = '{"id": "7", "title": "%s"}, {"title": "%s", "content_text": "Вдома."}'
    body = '{"version": "https://jsonfeed.org/version/1.1", "items": [' + items + "]}"
    site.answers = {
        "/rss": http(body % (SWAP.format(7), "Звільнених з полону зустріли"), kind="application/json")
    }
    await store.poll(source())
    assert len(store.findings()) == 2
    assert site.paths() == ["/robots.txt", "/rss"]


@pytest.mark.parametrize(
    ("date", "published"),
    [
        ("Thu, 05 Mar 2026 08:00:00 GMT", True), ("0000-00-00", False), ("99999-01-01T00:00:00Z", False), ("31 Feb 2026", False),
        ("Thu, 01 Jan 1970 00:00:00 GMT", False), ("2099-01-01T00:00:00Z", False), ("колись", False), ("Чт, 5 марта 2026, 14:20", True),
    ],
)  # fmt: skip
async def test_a_date_that_cannot_be_is_left_out_beside_its_words(
    site: Site, store: Stored, source: MakeSource, date: str, published: bool
) -> None:
    site.answers = {"/rss": rss(item(SWAP.format(205), "/a", date=date)), "/a": http("x", status="403 No")}
    await store.poll(source())
    (found,) = store.findings()
    assert (found.current.published is not None) is published
    assert found.current.published_raw == date


async def test_links_are_resolved_as_the_feed_means_them(
    site: Site, store: Stored, source: MakeSource
) -> None:
    atom = (
        f'<feed xmlns="http://www.w3.org/2005/Atom" xml:base="{site.url}/base/">'
        '<entry><title>Один</title><link href="one"/></entry>'
        '<entry xml:base="deeper/"><title>Два</title><link href="two"/></entry>'
        f'<entry><title>Три</title><link href="//127.0.0.1:{site.port}/three"/></entry>'
        '<entry><title>Чотири</title><link href="/four?a=1&amp;amp;b=2"/></entry></feed>'
    )
    site.answers = {"/rss": http(atom, kind="application/atom+xml")}
    await store.poll(source())
    assert sorted(url.removeprefix(site.url) for url, _, _ in store.leads()) == [
        "/base/deeper/two", "/base/one", "/four?a=1&b=2", "/three",
    ]  # fmt: skip


async def test_a_feed_that_moves_brings_no_story_twice(site: Site, store: Stored, source: MakeSource) -> None:
    """Linked entries and such without a link are known again behind a redirect."""
    entries = (item("Погода на завтра", "/weather"), item(SWAP.format(205), text="Вдома."))
    site.answers = {"/rss": rss(*entries), "/weather": PAGE}
    await store.poll(source())
    moved = http(status="301 Moved Permanently", Location="/new/feed.xml")
    site.answers |= {"/rss": moved, "/new/feed.xml": rss(*entries, ETag='"2"')}
    await store.poll(source(), hours=1)
    assert len(store.leads()) == 2


async def test_a_list_that_moved_for_good_is_noted_with_its_new_address(
    site: Site, store: Stored, source: MakeSource, capsys: pytest.CaptureFixture[str]
) -> None:
    site.answers = {"/new.xml": feed(site, "/a"), "/a": PAGE}
    site.answers["/rss"] = http(status="302 Found", Location="/new.xml")
    await store.poll(source())
    assert "list_moved" not in "".join(capsys.readouterr())
    site.answers["/rss"] = http(status="301 Moved Permanently", Location="/new.xml")
    for _ in range(2):
        await store.poll(source(), hours=1)
    log = "".join(capsys.readouterr())
    assert log.count("list_moved") == 1
    assert f"{site.url}/new.xml" in log


@pytest.mark.parametrize(
    "status", ["410 Gone", "404 None", "403 No", "401 Who", "451 Law", "500 Oops", "503 Busy", "402 Pay"]
)
async def test_a_list_that_is_refused_is_an_error_and_its_return_is_noticed(
    site: Site, store: Stored, source: MakeSource, status: str
) -> None:
    site.answers = {"/rss": http("x", status=status), "/a": PAGE}
    for _ in range(3):
        report = await store.poll(source(), hours=1)
        assert report.outcome is Outcome.ERROR
        assert f"HTTP {status[:3]}" in (report.error or "")
    assert store.state(source()).failures == 3
    site.answers["/rss"] = feed(site, "/a")
    assert (await store.poll(source(), hours=1)).findings == 1
    state = store.state(source())
    assert (state.failures, state.failing_since, state.error) == (0, None, None)


async def test_a_source_that_lives_on_its_fallback_is_polled_as_ever(
    site: Site, store: Stored, source: MakeSource
) -> None:
    site.answers = {"/rss": http("x", status="410 Gone"), "/other": feed(site, "/a"), "/a": PAGE}
    report = await store.poll(source(fallback=f"{site.url}/other"))
    assert (report.outcome, report.findings) == (Outcome.STORED, 1)
    assert "HTTP 410" in (report.error or "")
    assert store.state(source()).failures == 0


async def test_a_server_that_says_unchanged_for_ever_is_found_out_within_a_day(
    site: Site, store: Stored, source: MakeSource
) -> None:
    site.answers = {"/rss": feed(site, "/a"), "/a": PAGE}
    await store.poll(source())
    site.answers["/rss"] = feed(site, "/b")  # under the same ETag: asked with it, the server says 304
    site.answers["/b"] = PAGE
    await store.poll(source(), hours=20)
    assert len(store.leads()) == 1
    await store.poll(source(), hours=5)
    assert len(store.leads()) == 2
    assert "If-None-Match" not in [one for one in site.asked if one.path == "/rss"][-1].headers


async def test_a_new_list_under_an_old_etag_is_read(site: Site, store: Stored, source: MakeSource) -> None:
    answers = [feed(site, "/a"), feed(site, "/b")]
    site.answers = {"/a": PAGE, "/b": PAGE}
    for answer in answers:
        site.answers["/rss"] = answer.replace(b'ETag: "1"', b'ETag:  "1"')  # the server ignores validators
        await store.poll(source())
    assert len(store.leads()) == 2


async def test_a_huge_validator_is_not_sent_back_and_darkens_no_source(
    site: Site, store: Stored, source: MakeSource
) -> None:
    site.answers = {"/a": PAGE, "/b": PAGE}
    for path in ("/a", "/b"):
        site.answers["/rss"] = feed(site, path).replace(b'ETag: "1"', b'ETag: "' + b"x" * 60_000 + b'"')
        report = await store.poll(source())
        assert report.findings == 1 or report.leads_new == 1
    assert all(len(str(one.headers)) < 5000 for one in site.asked)


async def test_what_an_editor_shuffles_pins_or_edits_is_stored_once(
    site: Site, store: Stored, source: MakeSource
) -> None:
    one, two = (item(SWAP.format(n), f"{site.url}/{n}", date="Thu, 05 Mar 2026 08:00:00 GMT") for n in (1, 2))
    site.answers = {"/1": PAGE, "/2": PAGE}
    for entries in (
        (one, two),
        (two, one),
        (one,),
        (two, one, two),
        (one.replace("Обмін", "Новий обмін"), two),
    ):
        site.answers["/rss"] = rss(*entries)
        await store.poll(source(), hours=0.1)
    assert len(store.leads()) == 2
    assert site.paths().count("/1") == 2  # the edited entry is fetched again


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"\r\n \n\xef\xbb\xbf<rss><channel><item>@</item></channel></rss>", "text/plain"),
        (gzip.compress(b"<rss><channel><item>@</item></channel></rss>"), "application/x-gzip"),
        (b"<rss><channel><item>@</item></channel></rss>", ""),
        (b"<rss><channel><item>@</item></channel></rss>", "text/html"),
    ],
    ids=["leading blanks", "packed file", "no type", "wrong type"],
)
async def test_a_feed_is_one_whatever_it_is_sent_as(
    site: Site, store: Stored, source: MakeSource, body: bytes, kind: str
) -> None:
    entry = item(SWAP.format(205), "/a").encode()
    if body.startswith(b"\x1f"):
        body = gzip.compress(gzip.decompress(body).replace(b"@", entry))
    site.answers = {"/rss": http(body.replace(b"@", entry), kind=kind), "/a": PAGE}
    assert (await store.poll(source())).findings == 1


async def test_a_sitemap_that_leads_in_circles_down_or_away_is_bounded(
    site: Site, canary: Site, store: Stored, source: MakeSource
) -> None:
    def index(*locations: str) -> bytes:
        return http(
            "<sitemapindex>"
            + "".join(f"<sitemap><loc>{one}</loc></sitemap>" for one in locations)
            + "</sitemapindex>"
        )

    site.answers = {"/0.xml": index(f"{site.url}/0.xml", f"{site.url}/1.xml", f"{canary.url}/x.xml")}
    site.answers |= {f"/{n}.xml": index(f"{site.url}/{n + 1}.xml", f"{site.url}/0.xml") for n in range(1, 60)}
    report = await store.poll(source(type=SourceType.SITEMAP, url=f"{site.url}/0.xml"))
    assert site.paths().count("/0.xml") == 1
    assert len(site.paths()) <= 22
    assert canary.connections == 0
    assert report.outcome is Outcome.ERROR
    assert "no sitemap of articles" in (report.error or "")


async def test_of_very_many_addresses_the_newest_are_taken(
    crawling: Crawling, site: Site, memory: Memory, source: MakeSource
) -> None:
    rows = "".join(
        f"<url><loc>{site.url}/{n}</loc><lastmod>20{10 + n // 2000}-01-01</lastmod></url>"
        for n in range(20_000)
    )
    site.answers = {"/rss": http(f"<urlset>{rows}</urlset>", kind="application/xml")}
    await crawling.crawl(source(type=SourceType.SITEMAP, limits=Limits(items=100, pages=1)), memory.desk())
    assert len(memory.leads) == 100
    assert all(int(one.rpartition("/")[2]) >= 18_000 for one in memory.leads)


async def test_one_item_with_every_field_hostile_costs_its_neighbours_nothing(
    site: Site, store: Stored, source: MakeSource
) -> None:
    huge = "ж" * 1_000_000
    hostile = item(huge, f"{site.url}/{'x' * 100_000}", date=huge, guid=huge, text=f"<![CDATA[{huge}]]>")
    authors = "".join(f"<author>{huge[:3000]} {n}</author>" for n in range(50))
    site.answers = {"/rss": rss(hostile + authors, item(SWAP.format(2), "/b")), "/b": PAGE}
    report = await store.poll(source())
    assert report.findings == 1
    assert all(len(url) < 5000 for url, _, _ in store.leads())


async def test_text_that_no_reader_sees_is_no_part_of_an_entry(
    site: Site, store: Stored, source: MakeSource
) -> None:
    hidden = (
        "<p hidden>901</p>", "<p style='display:none'>902</p>", "<p style='visibility:hidden'>903</p>", "<template>904</template>",
        "<p style='position:absolute;left:-9999px'>905</p>", "<p style='font-size:0'>906</p>", "<p aria-hidden='true'>907</p>",
        "<p class='sr-only'>908</p>", "<p style='opacity:0'>909</p>", "<noscript>910</noscript>", "<!-- 911 -->",
        "<p style='color:#fff;background:#fff'>912</p>",
    )  # fmt: skip
    text = f"<![CDATA[<p>Додому повернулися 205 захисників.</p>{''.join(hidden)}]]>"
    site.answers = {"/rss": rss(item("Обмін полоненими", "/a", text=text)), "/a": http("x", status="403 No")}
    await store.poll(source())
    (found,) = store.findings()
    assert found.current.text == "Додому повернулися 205 захисників."


async def test_a_list_that_suddenly_holds_nothing_is_told_from_its_second_empty_answer_on(
    site: Site, store: Stored, source: MakeSource
) -> None:
    site.answers = {"/rss": feed(site, "/a", "/b"), "/a": PAGE, "/b": PAGE}
    await store.poll(source())
    site.answers["/rss"] = rss()
    await store.poll(source())
    assert store.state(source()).notice is None
    for _ in range(2):
        await store.poll(source())
        assert "had 2 entries, now 0" in (store.state(source()).notice or "")
    site.answers["/rss"] = feed(site, "/c")
    await store.poll(source())
    assert store.state(source()).notice is None


def dated(site: Site, *names: str, day: int) -> bytes:
    entries = (
        item("Погода на завтра", f"{site.url}/{name}", date=f"{day:02} Mar 2026 10:00:00 GMT")
        for name in names
    )
    return rss(*entries)


async def test_what_a_list_no_longer_shows_comes_from_the_hosts_sitemap(
    site: Site, store: Stored, source: MakeSource
) -> None:
    """Forty are new and the feed shows ten: what came since the last poll stands in the news sitemap."""
    rows = "".join(
        f"<url><loc>{site.url}/n{n}</loc><lastmod>2026-03-{5 if n > 9 else 1:02}T13:00:00Z</lastmod></url>"
        for n in range(50)
    )
    site.answers = {
        "/robots.txt": http(f"Sitemap: {site.url}/news.xml", kind="text/plain"),
        "/news.xml": http(f"<urlset>{rows}</urlset>", kind="application/xml"),
        "/rss": dated(site, *(f"old{n}" for n in range(10)), day=4),
    }
    await store.poll(source())
    site.answers["/rss"] = dated(site, *(f"n{n}" for n in range(40, 50)), day=5)
    report = await store.poll(source(), hours=2)
    assert len(store.leads()) == 10 + 40
    assert (report.overflows, report.outcome) == (1, Outcome.STORED)
    assert "possible gap: all 10 entries are new" in (store.state(source()).notice or "")


async def test_one_broken_sitemap_of_an_index_costs_its_own_addresses_only(
    site: Site, store: Stored, source: MakeSource
) -> None:
    names = "".join(f"<sitemap><loc>{site.url}/{n}.xml</loc></sitemap>" for n in range(3))
    site.answers = {
        f"/{n}.xml": http(f"<urlset><url><loc>{site.url}/a{n}</loc></url></urlset>") for n in (0, 2)
    }
    site.answers |= {
        "/rss": http(f"<sitemapindex>{names}</sitemapindex>"),
        "/1.xml": http("x", status="500 Oops"),
    }
    here = source(type=SourceType.SITEMAP)
    report = await store.poll(here)
    assert (report.outcome, report.leads_new) == (Outcome.STORED, 2)
    assert "/1.xml: HTTP 500" in (store.state(here).notice or "")
    site.answers["/1.xml"] = http(f"<urlset><url><loc>{site.url}/a1</loc></url></urlset>")
    assert (await store.poll(here)).leads_new == 1


async def test_an_index_that_does_not_change_is_walked_for_what_it_names(
    site: Site, store: Stored, source: MakeSource
) -> None:
    site.answers = {
        "/rss": http(
            f"<sitemapindex><sitemap><loc>{site.url}/1.xml</loc></sitemap></sitemapindex>", ETag='"1"'
        ),
        "/1.xml": http(f"<urlset><url><loc>{site.url}/a</loc></url></urlset>"),
    }
    here = source(type=SourceType.SITEMAP)
    await store.poll(here)
    site.answers["/1.xml"] = http(f"<urlset><url><loc>{site.url}/b</loc></url></urlset>")
    assert (await store.poll(here)).leads_new == 1
