"""Pages that are empty, hostile, someone else's or not what their list promised: what is stored is the story, or says why not."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from crawler.language import query_lemmas
from crawler.model import Limits, Source
from storage import search
from storage.engine import transaction
from tests.crawler.spiders.site import PAGE, Site, feed, http
from tests.crawler.spiders.stored import Stored
from tests.crawler.spiders.test_faulty_feeds import SWAP, item, rss

MakeSource = Callable[..., Source]

TOLD = (
    "<p>Сьогодні відбувся обмін полоненими з Росією. Додому повернулися {} захисників, повідомив Координаційний штаб.</p>"
    "<p>Серед звільнених є цивільні. Усім надають допомогу лікарі та психологи у шпиталі на півночі країни.</p>"
)


def page(title: str, body: str, head: str = "") -> bytes:
    return http(
        f"<html lang='uk'><head><title>{title}</title>{head}</head><body><h1>{title}</h1><article>{body}</article></body></html>"
    )


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (http("<html><body></body></html>"), "no_text"),
        (
            http(
                "<html><body><div id='root'></div><script>app()</script><noscript>Увімкніть JavaScript</noscript></body></html>"
            ),
            "no_text",
        ),
        (http("x", status="403 No"), "blocked: HTTP 403"),
        (http("x", status="404 No"), None),
        (http(b"%PDF-1.7 ...", kind="application/pdf"), "not_html"),
        (http(b"<html>" + b" " * 2_000_000), "too_large"),
    ],
    ids=["empty", "script shell", "refused", "gone", "PDF", "too large"],
)
async def test_a_report_whose_page_cannot_be_read_is_kept_by_its_headline_with_the_reason(
    site: Site, store: Stored, source: MakeSource, answer: bytes, reason: str | None
) -> None:
    site.answers = {"/rss": rss(item(SWAP.format(205), "/a")), "/a": answer}
    await store.poll(source(limits=Limits(page_bytes=1_000_000)))
    if reason is None:
        assert store.leads()[0][1:] == ("gone", "gone")
        return
    (found,) = store.findings()
    assert found.current.from_feed
    assert found.current.title == SWAP.format(205)
    assert any(warning.startswith("page not read: " + reason) for warning in found.current.warnings)


async def test_pages_that_all_refuse_us_leave_the_words_of_their_list(
    site: Site, store: Stored, source: MakeSource
) -> None:
    site.answers = {"/rss": rss(*(item(SWAP.format(n), f"/{n}") for n in range(1, 6)))}
    site.answers |= {f"/{n}": http("Just a moment...", status="403 No") for n in range(1, 6)}
    await store.poll(source())
    assert sorted(store.titles()) == [SWAP.format(n) for n in range(1, 6)]


async def test_each_day_s_story_under_one_address_is_a_report_of_its_own(
    site: Site, store: Stored, source: MakeSource
) -> None:
    days = (
        ("05", "Обмін полоненими: 205 захисників удома", page("Обмін полоненими: 205 захисників удома", TOLD.format(205))),
        ("07", "Тіла полеглих воїнів повернули з Росії", page(
            "Тіла полеглих воїнів повернули з Росії",
            "<p>В Україну репатріювали тіла 757 полеглих військовослужбовців, передає омбудсман.</p>"
            "<p>Експерти встановлять їхні імена найближчими місяцями, кажуть у відомстві слідчі криміналісти.</p>",
        )),
        ("09", "З російського полону звільнили цивільних журналістів", page(
            "З російського полону звільнили цивільних журналістів",
            "<p>Із російського полону звільнили п'ятьох цивільних журналістів, написала редакція агентства.</p>"
            "<p>Раніше про них не було жодних відомостей, родини чекали від весни двадцять другого.</p>",
        )),
    )  # fmt: skip
    for day, title, answer in days:
        date = f"Thu, {day} Mar 2026 08:00:00 GMT"
        site.answers = {"/rss": rss(item(title, f"{site.url}/today", date=date)), "/today": answer}
        for _ in range(2):
            await store.poll(source(), hours=12)
    assert sorted(store.titles()) == sorted(title for _, title, _ in days)
    assert all(len(found.versions) == 1 for found in store.findings())


async def test_pages_that_all_call_one_address_their_own_stay_apart(
    site: Site, store: Stored, source: MakeSource
) -> None:
    """A template that names the section as every page's canonical address must not make one report of them."""
    head = "<link rel='canonical' href='/news/war/'>"
    titles = ("Обмін полоненими: 205 захисників удома", "Тіла полеглих воїнів повернули з Росії")
    bodies = (
        TOLD.format(205),
        "<p>В Україну репатріювали тіла 757 полеглих військовослужбовців, передає омбудсман.</p><p>Експерти встановлять їхні імена.</p>",
    )
    site.answers = {"/rss": feed(site, "/1", "/2", title="Новини")}
    site.answers |= {f"/{n}": page(titles[n - 1], bodies[n - 1], head) for n in (1, 2)}
    await store.poll(source())
    assert sorted(store.titles()) == sorted(titles)
    assert all(len(found.versions) == 1 for found in store.findings())


@pytest.mark.parametrize("tag", ["<link rel='canonical' href='{}'>", "<meta property='og:url' content='{}'>"])
async def test_a_page_that_names_another_outlets_report_does_not_touch_it(
    site: Site, store: Stored, source: MakeSource, tag: str
) -> None:
    other = Site()
    await other.open()
    other.answers = {"/rss": feed(other, "/real"), "/real": PAGE}
    await store.poll(source(id="other", url=f"{other.url}/rss"))
    before = store.findings()[0]
    forged = page("Обмін полоненими", TOLD.format(999), tag.format(f"{other.url}/real"))
    site.answers = {"/rss": feed(site, "/forged"), "/forged": forged}
    await store.poll(source())
    found = store.findings()
    assert len(found) == 2
    assert found[0].versions == before.versions
    assert found[0].addresses == before.addresses
    assert found[1].address.endswith("/forged")
    assert other.server
    other.server.close()


SOMETHING_ELSE = page(
    "Слово — новини області",
    "<p>Погода на завтра: дощ і вітер по всій області, уночі до п'яти градусів тепла.</p><p>Рецепти борщу від наших читачів.</p>",
)


async def test_a_page_that_has_nothing_of_its_headline_is_not_the_story(
    site: Site, store: Stored, source: MakeSource
) -> None:
    """A 'not found' with status 200 and in no known words: the list's own words are kept instead."""
    site.answers = {
        "/rss": rss(item(SWAP.format(205), "/a"), item("Звільнених з полону морпіхів зустріли вдома", "/b"))
    }
    site.answers |= {"/a": SOMETHING_ELSE, "/b": SOMETHING_ELSE}
    await store.poll(source())
    found = store.findings()
    assert len(found) == 2
    assert all(one.current.from_feed for one in found)
    assert all("soft_404" in str(one.current.warnings) for one in found)


async def test_one_text_under_two_addresses_is_the_story_of_neither(
    site: Site, store: Stored, source: MakeSource
) -> None:
    """Such as a front page with a report on it, shown for whatever is missing."""
    front = page("Слово — новини", "<p>Головне сьогодні.</p>" + TOLD.format(205))
    site.answers = {
        "/rss": rss(item(SWAP.format(205), "/a"), item("Звільнених з полону морпіхів зустріли", "/b"))
    }
    site.answers |= {"/a": front, "/b": front}
    await store.poll(source())
    found = store.findings()
    assert len(found) == 2
    assert [one.current.from_feed for one in found].count(True) >= 1


@pytest.mark.parametrize("home", ["/", "/index.html", "/uk/", "/news", "/?from=404", "/uk"])
async def test_a_report_that_leads_to_the_front_page_is_kept_by_its_headline(
    site: Site, store: Stored, source: MakeSource, home: str
) -> None:
    front = page("Слово", "<p>Останні новини про обмін полоненими.</p>" + TOLD.format(14) * 3)
    site.answers = {"/rss": rss(item(SWAP.format(205), "/news/war/205-zakhysnykiv")), home: front}
    site.answers["/news/war/205-zakhysnykiv"] = http(status="302 Found", Location=home)
    await store.poll(source())
    (found,) = store.findings()
    assert found.current.from_feed
    assert found.address.endswith("/news/war/205-zakhysnykiv")


async def test_a_reversal_of_the_same_length_under_the_same_validators_is_seen(
    site: Site, store: Stored, source: MakeSource
) -> None:
    validators = b'ETag: "1"\r\nLast-Modified: Thu, 05 Mar 2026 08:00:00 GMT\r\nContent-Type'
    before = PAGE.replace(b"Content-Type", validators, 1)
    after = before.replace("з Росією".encode(), "до Росії".encode())
    assert len(before) == len(after)
    site.answers = {"/rss": feed(site, "/a"), "/a": before}
    await store.poll(source())
    site.answers["/a"] = after
    await store.poll(source(), hours=2)
    (found,) = store.findings()
    assert [("з Росією" in one.text, "до Росії" in one.text) for one in found.versions] == [
        (True, False),
        (False, True),
    ]


@pytest.mark.parametrize(
    "odd",
    ["\x00", "&#0;", "&#xD800;", "&#x1F;", "\x0b", "&#xFFFE;", "&#99999999;", "\ufeff", "&#8238;"],
    ids=[
        "NUL",
        "NUL reference",
        "surrogate reference",
        "control reference",
        "vertical tab",
        "noncharacter",
        "too large",
        "BOM",
        "override",
    ],
)
async def test_what_follows_an_impossible_character_is_kept(
    site: Site, store: Stored, source: MakeSource, odd: str
) -> None:
    site.answers = {"/rss": feed(site, "/a"), "/a": page("Обмін полоненими", TOLD.format(f"{odd}205"))}
    await store.poll(source())
    (found,) = store.findings()
    assert "205 захисників" in found.current.text
    assert "півночі країни" in found.current.text


DEEP = "<div>" * 300 + "<p>Глибоко всередині сторінки стоїть одне речення про погоду.</p>" + "</div>" * 300


@pytest.mark.parametrize(
    "body",
    [
        DEEP + TOLD.format(205),
        "<div>" * 20_000 + TOLD.format(205),
        "<span>" * 5000 + "слово" + "</span>" * 5000 + TOLD.format(205),
        "<p>Абзац про погоду на завтра, дощ і вітер.</p>" * 8_000 + TOLD.format(205),
        "<b>" * 20_000 + TOLD.format(205),
    ],
    ids=["300 deep before the report", "20000 deep", "inline", "8000 paragraphs", "bold without end"],
)
async def test_a_page_of_absurd_shape_keeps_its_report_or_says_that_it_is_cut(
    site: Site, store: Stored, source: MakeSource, body: str
) -> None:
    site.answers = {"/rss": rss(item(SWAP.format(205), "/a")), "/a": page(SWAP.format(205), body)}
    await store.poll(source())
    (found,) = store.findings()
    version = found.current
    assert "205 захисників" in version.text or version.partial or version.from_feed


@pytest.mark.parametrize("words", ["Слово за словом. " * 60_000, "ж" * 900_000], ids=["one node", "one word"])
async def test_megabytes_of_text_in_one_node_cost_no_other_page(
    site: Site, store: Stored, source: MakeSource, words: str
) -> None:
    site.answers = {"/rss": rss(item(SWAP.format(205), "/huge"), item(SWAP.format(14), "/a"))}
    site.answers |= {
        "/huge": page(SWAP.format(205), TOLD.format(205) + words),
        "/a": page(SWAP.format(14), TOLD.format(14)),
    }
    await store.poll(source())
    found = store.findings()
    assert len(found) == 2
    assert all("захисників" in one.current.title for one in found)
    assert all(len(one.current.text) <= 1_000_001 for one in found)


async def test_a_long_title_is_cut_between_signs(site: Site, store: Stored, source: MakeSource) -> None:
    family = "\U0001f468‍\U0001f469‍\U0001f467"
    for filler in range(5):
        title = "Обмін полоненими " + "а" * (980 + filler) + family * 5
        site.answers = {"/rss": rss(item(title, f"/{filler}"))}
        await store.poll(source())
    for lead in store.findings():
        shown = lead.current.title.removesuffix("…")
        assert not shown.endswith(("‍", "\U0001f468", "\U0001f469"))


SPELLED = {
    "soft hyphen": "обмін поло\u00adненими", "stress mark": "о́бмін полоне́ними", "no-break space": "обмін\u00a0полоненими",
    "zero width space": "обмін поло\u200bненими", "decomposed": "обмі\u0308н полоненими".replace("і\u0308", "і"), "Latin letters": "oбмiн пoлoнeними",
}  # fmt: skip


@pytest.mark.parametrize("spelling", SPELLED)
async def test_odd_spellings_are_tagged_found_and_kept_as_written(
    site: Site, store: Stored, source: MakeSource, spelling: str
) -> None:

    text = f"<p>Сьогодні відбувся {SPELLED[spelling]} з Росією. Додому повернулися 205 захисників.</p>"
    site.answers = {"/rss": feed(site, "/a", title="Новини"), "/a": page("Новини дня", text * 2)}
    await store.poll(source())
    (found,) = store.findings()
    with transaction(store.job.engine) as session:
        assert search.search(session, query_lemmas("полоненими"), filters=search.Filters())
    if spelling == "Latin letters":
        assert any("mixed scripts" in warning for warning in found.current.warnings)


@pytest.mark.parametrize(
    "hidden",
    [
        "<p hidden>{}</p>", "<p style='display:none'>{}</p>", "<p style='visibility:hidden'>{}</p>", "<template><p>{}</p></template>",
        "<p style='position:absolute;left:-9999px'>{}</p>", "<p style='font-size:0'>{}</p>", "<p aria-hidden='true'>{}</p>", "<p class='sr-only'>{}</p>",
        "<p style='opacity:0'>{}</p>", "<noscript><p>{}</p></noscript>", "<p style='height:0;overflow:hidden'>{}</p>", "<p class='x9'>{}</p>",
        "<p style='color:#fff;background-color:#fff'>{}</p>", "<dialog><p>{}</p></dialog>", "<p style='clip-path:inset(100%)'>{}</p>", "<!-- {} -->",
        "<textarea>{}</textarea>", "<p style='text-indent:-9999px'>{}</p>", "<select><option>{}</option></select>", "<p style='transform:scale(0)'>{}</p>",
        "<div style='display:none'><div><p>{}</p></div></div>", "<p style='DISPLAY : NONE !important'>{}</p>", "<svg><text>{}</text></svg>",
    ],
)  # fmt: skip
async def test_a_count_that_no_reader_sees_is_not_in_the_story(
    site: Site, store: Stored, source: MakeSource, hidden: str
) -> None:
    planted = hidden.format("Додому повернулися 999 захисників, повідомив Координаційний штаб.")
    body = TOLD.format(205).replace("</p><p>", f"</p>{planted}<p>")
    site.answers = {
        "/rss": feed(site, "/a", title="Новини"),
        "/a": page("Обмін полоненими", body, "<style>.x9{display:none}</style>"),
    }
    await store.poll(source())
    (found,) = store.findings()
    assert "205" in found.current.text
    assert "999" not in found.current.text
