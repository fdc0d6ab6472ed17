"""Lists of every make to leads: what a reader would click, and nothing else."""

from __future__ import annotations

import gzip
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from crawler.discovery import read_list
from crawler.errors import PageChanged
from crawler.model import Discovered, Limits, Ownership, PageRules, Side, SkipReason, Source, SourceType

NOW = datetime(2026, 11, 24, tzinfo=UTC)
SOURCE = Source(
    id="s", name="S", country="UA", side=Side.UA, ownership=Ownership.PRIVATE, languages=("uk", "ru"),
    type=SourceType.AUTO, url="https://slovo.example/rss", timezone="Europe/Kyiv",
)  # fmt: skip


def read(
    body: bytes | str, *, url: str = SOURCE.url, kind: str | None = None, source: Source = SOURCE
) -> Discovered:
    raw = body.encode() if isinstance(body, str) else body
    return read_list(raw, source=source, url=url, content_type=kind, now=NOW)


def rss(*items: str, head: str = '<?xml version="1.0" encoding="utf-8"?>') -> str:
    body = "".join(f"<item>{item}</item>" for item in items)
    return f'{head}<rss version="2.0"><channel><title>Слово</title>{body}</channel></rss>'


ITEM = "<title>Обмін полоненими</title><link>https://slovo.example/war/1</link><pubDate>Thu, 05 Mar 2026 14:20:00 +0200</pubDate>"


@pytest.mark.parametrize(
    ("charset", "declared", "header"),
    [
        ("utf-8", "utf-8", None), ("windows-1251", "windows-1251", None), ("windows-1251", "utf-8", None), ("windows-1251", None, None), ("koi8-u", "koi8-u", None),
        ("windows-1251", None, "text/xml; charset=windows-1251"), ("utf-8", "utf-8", "text/xml; charset=windows-1251"), ("utf-8", "windows-1251", None), ("utf-16", "utf-16", None),
        ("utf-8-sig", "utf-8", None), ("windows-1251", "x-unknown", None),
    ],
)  # fmt: skip
def test_titles_are_right_whatever_the_charset_and_what_is_said_of_it(
    charset: str, declared: str | None, header: str | None
) -> None:
    head = f'<?xml version="1.0" encoding="{declared}"?>' if declared else ""
    title = "Обмін полоненими: додому повернулися двісті п'ять захисників"
    found = read(rss(ITEM.replace("Обмін полоненими", title), head=head).encode(charset), kind=header)
    assert found.leads[0].title == title


@pytest.mark.parametrize(
    ("body", "form"),
    [
        (rss(ITEM), "rss"),
        ("\n \n" + rss(ITEM), "rss"),
        (rss(ITEM).replace('version="2.0"', 'version="0.91"'), "rss"),
        ('<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"><channel/><item><title>Обмін полоненими</title><link>https://slovo.example/war/1</link></item></rdf:RDF>', "rdf"),
        ('<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>Обмін полоненими</title><link href="/war/1"/></entry></feed>', "atom"),
        ('<feed version="0.3" xmlns="http://purl.org/atom/ns#"><entry><title>Обмін полоненими</title><link rel="alternate" href="https://slovo.example/war/1"/></entry></feed>', "atom"),
        ('{"version": "https://jsonfeed.org/version/1.1", "items": [{"id": "1", "url": "/war/1", "title": "Обмін полоненими"}]}', "json_feed"),
    ],
)  # fmt: skip
def test_feeds_of_every_make(body: str, form: str) -> None:
    found = read(body, source=replace(SOURCE, type=SourceType.FEED))
    assert found.format == form
    assert [(lead.url, lead.title) for lead in found.leads] == [
        ("https://slovo.example/war/1", "Обмін полоненими")
    ]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("", "empty answer"), ("  \n", "empty answer"), ("<html><head><title>Вхід</title></head></html>", "not a feed (HTML): page title «Вхід»"),
        ("{broken", "broken JSON"), ('{"a": 1}', "JSON without items"), ("plain words", "not a feed: it begins with «plain words»"),
    ],
)  # fmt: skip
def test_what_is_no_feed_is_said_to_be_something_else(body: str, words: str) -> None:
    with pytest.raises(PageChanged) as caught:
        read(body, source=replace(SOURCE, type=SourceType.FEED))
    assert words in caught.value.cause
    assert caught.value.source_id == "s"


def test_a_feed_without_entries_is_fine() -> None:
    assert read(rss()).leads == ()


@pytest.mark.parametrize("kept", [10, 40, 70])
def test_a_cut_feed_gives_whole_entries_only(kept: int) -> None:
    items = [
        f"<title>Новина {n}</title><link>https://slovo.example/a-long-path/{n}000000</link>" for n in range(5)
    ]
    whole = rss(*items)
    found = read(whole[: whole.rindex("<item>") + kept])
    assert [lead.url for lead in found.leads] == [
        f"https://slovo.example/a-long-path/{n}000000" for n in range(4)
    ]
    assert "cut" in found.warnings[0]


def test_one_bad_entry_costs_one_entry() -> None:
    found = read(rss("<link>javascript:alert(1)</link>", ITEM, "<title></title>"))
    assert len(found.leads) == 1
    assert {skip.reason for skip in found.skipped} == {SkipReason.INVALID_URL}


def test_an_entry_without_a_link_is_its_own_article() -> None:
    (lead,) = read(rss("<title>Обмін відбувся</title><description>Текст</description>")).leads
    assert lead.complete
    assert lead.url.startswith("https://slovo.example/rss#")


@pytest.mark.parametrize(
    "body",
    [
        '<!DOCTYPE r [<!ENTITY a "AAAAAAAAAA"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
        + rss(ITEM.replace("Обмін", "&b;"), head=""),
        '<!DOCTYPE r [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + rss(ITEM.replace("Обмін", "&e;"), head=""),
    ],
)
def test_entities_bring_nothing_in(body: str) -> None:
    text = str(read(body).leads)
    assert "root:" not in text
    assert len(text) < 20_000


def test_markup_in_feeds_becomes_plain_text() -> None:
    body = "<![CDATA[<p>Перший <b>абзац</b>.</p><script>x()</script><p style='display:none'>999</p><p>Другий.</p>]]>"
    (lead,) = read(rss(f"<title>А &amp;amp; Б</title><link>/1</link><description>{body}</description>")).leads
    assert lead.title == "А & Б"
    assert lead.text == "Перший абзац.\n\nДругий."


def test_controls_and_absurd_lengths_are_cut() -> None:
    (lead,) = read(rss(f"<title>{'дуже ' * 100_000}</title><link>/1</link>")).leads
    assert lead.title is not None
    assert len(lead.title) == 1001
    assert lead.title.endswith("…")


def test_only_the_newest_entries_up_to_the_limit_are_taken() -> None:
    items = [ITEM.replace("/war/1", f"/war/{n}").replace("05 Mar", f"{n:02} Mar") for n in range(1, 21)]
    found = read(rss(*items), source=replace(SOURCE, limits=Limits(items=3)))
    assert [lead.url.rpartition("/")[2] for lead in found.leads] == ["20", "19", "18"]
    assert "only the newest 3" in found.warnings[0]


SITEMAP = (
    '<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">'
    "<url><loc>https://slovo.example/war/1</loc><lastmod>2026-03-06</lastmod><news:news><news:publication><news:language>uk</news:language></news:publication>"
    "<news:publication_date>2026-03-05T14:20:00+02:00</news:publication_date><news:title>Обмін</news:title></news:news></url>"
    "<url><loc>https://foreign.example/x</loc></url></urlset>"
)


@pytest.mark.parametrize("body", [SITEMAP.encode(), gzip.compress(SITEMAP.encode())])
def test_sitemaps_with_news_fields_packed_or_not(body: bytes) -> None:
    found = read(body)
    (lead,) = found.leads
    assert (lead.title, lead.language, lead.published) == (
        "Обмін",
        "uk",
        datetime(2026, 3, 5, 12, 20, tzinfo=UTC),
    )
    assert found.skipped[0].reason is SkipReason.OTHER_SITE


def test_an_index_names_its_sitemaps_newest_first_and_no_foreign_ones() -> None:
    rows = "".join(
        f"<sitemap><loc>https://{host}/{n}.xml</loc><lastmod>2026-03-0{n}</lastmod></sitemap>"
        for n, host in ((1, "slovo.example"), (3, "slovo.example"), (2, "evil.example"))
    )
    found = read(f'<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{rows}</sitemapindex>')
    assert found.children == ("https://slovo.example/3.xml", "https://slovo.example/1.xml")


def test_a_packed_bomb_is_refused() -> None:
    with pytest.raises(PageChanged, match="more than 16777216 bytes"):
        read(gzip.compress(b"<urlset>" + b" " * (65 * 1024 * 1024)))


POST = (
    '<div class="tgme_widget_message" data-post="Chan/{n}"><a class="tgme_widget_message_reply"><div class="tgme_widget_message_text js-message_reply_text">СТАРЕ</div></a>'
    '<div class="tgme_widget_message_text js-message_text">{text}</div><span class="tgme_widget_message_meta">edited <a class="tgme_widget_message_date" href="#">'
    '<time datetime="2026-03-05T12:20:00+00:00">12:20</time></a></span></div>'
)


def test_telegram_posts_are_whole_articles() -> None:
    page = f'<html><body class="tgme_x"><link rel="prev" href="/s/Chan?before=5">{POST.format(n=7, text="Обмін<br/>185 на 185 <i class=emoji><b>🇺🇦</b></i>")}{POST.format(n=8, text="")}'
    page += '<div class="tgme_widget_message service_message" data-post="Chan/9"><div class="js-message_text">pinned</div></div></body></html>'
    found = read(page, url="https://t.me/s/Chan")
    (lead,) = found.leads
    assert (lead.url, lead.title, lead.text, lead.complete) == (
        "https://t.me/Chan/7",
        "Обмін",
        "Обмін\n185 на 185 🇺🇦",
        True,
    )
    assert "edited" in lead.warnings
    assert found.older == "https://t.me/s/Chan?before=5"
    assert [skip.reason for skip in found.skipped] == [SkipReason.NO_TEXT]


def test_a_channel_without_a_preview_is_an_error_not_silence() -> None:
    with pytest.raises(PageChanged, match="no public preview"):
        read("<html><body class='tgme_page'>Contact @x</body></html>", url="https://t.me/Chan")


def test_section_pages_by_rule_and_by_looks() -> None:
    page = '<html><body><nav><a href="/">Головна сторінка сайту</a></nav><a class="c" href="/war/obmin-12345">Обмін полоненими відбувся сьогодні</a><a href="https://other.example/12345">Чужа новина про все</a></body></html>'
    ruled = replace(SOURCE, type=SourceType.SECTION, page_rules=PageRules(links="//a[@class='c']"))
    for source in (SOURCE, ruled):
        assert [lead.url for lead in read(page, source=source, url="https://slovo.example/war/").leads] == [
            "https://slovo.example/war/obmin-12345"
        ]
    with pytest.raises(PageChanged, match=r"no link matches page_rules\.links"):
        read("<html><body><a href='/x'>x</a></body></html>", source=ruled)
