"""The look at a page's words drops nothing that reading the page would keep, and gives the same outcome."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import cache
from html import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.extraction.glance import words_of
from crawler.language import APOSTROPHES
from crawler.model import (
    AddedTerm,
    Article,
    Lead,
    Ownership,
    Page,
    Side,
    Skipped,
    SkipReason,
    Source,
    SourceType,
    Standing,
)
from crawler.pipeline import examine, ruled_out
from crawler.tagging import judge
from crawler.tagging.lexicon import LANGUAGES, Concept, terms
from crawler.tagging.patterns import TOKEN
from crawler.tagging.reach import WORD, Reach, loose_terms, reach, speaking_for, wanted
from crawler.tagging.rules import Rule, rules
from newsdesk.newsroom import pages, stories
from tests.crawl_realpages import REALPAGES, real_pages
from tests.score_devset import DEVSET

NOW = datetime(2026, 11, 2, tzinfo=UTC)
URL = "http://outlet.example/2026/11/story"
SOURCE = Source(
    id="s",
    name="The Paper",
    url="http://outlet.example/feed",
    country="UA",
    side=Side.OTHER,
    ownership=Ownership.UNKNOWN,
    languages=("en", "ru", "uk"),
    type=SourceType.FEED,
    timezone="Europe/Kyiv",
)
LEAD = Lead(source_id="s", url=URL, seen_in=SOURCE.url)

FILLER = {
    "uk": "Міська рада обговорила ремонт дороги та новий розклад тролейбусів у центрі міста. ",
    "ru": "Городской совет обсудил ремонт дороги и новое расписание троллейбусов в центре. ",
    "en": "The council discussed the repair of a road and a new timetable for its buses. ",
}
REPORTS = {
    "uk": "Відбувся обмін полоненими: додому повернулися 185 захисників",
    "ru": "Стороны обменялись пленными по формуле 205 на 205",
    "en": "Ukraine and Russia exchange 175 prisoners of war each",
}


def fetched(body: str | bytes, *, charset: str = "utf-8", declared: str | None = "text/html") -> Page:
    raw = body if isinstance(body, bytes) else body.encode(charset, errors="xmlcharrefreplace")
    return Page(requested_url=URL, url=URL, body=raw, fetched_at=NOW, content_type=declared)


def markup(title: str, text: str, language: str, *, head: str = "") -> str:
    filler = "".join(f"<p>{FILLER[language] * 3}</p>" for _ in range(8))
    return (
        f"<html><head><title>{title}</title>{head}</head><body><ul><li><a href='/'>Home</a><li>News</ul>"
        f"<article><h1>{title}</h1><p>{text}</p>{filler}</article></body></html>"
    )


def kept(page: Page, *, lead: Lead = LEAD, added: tuple[AddedTerm, ...] = ()) -> bool:
    """Read the page the whole way, and check that the look at its words agrees; return whether it is kept."""
    agreed(page, lead=lead, added=added)
    return not isinstance(examine(page, lead=lead, source=SOURCE, now=NOW, added=added), Skipped)


def agreed(page: Page, *, lead: Lead = LEAD, added: tuple[AddedTerm, ...] = ()) -> bool:
    """Return whether the look lets a page through; of one that it drops, check that reading comes to the same."""
    skipped = ruled_out(page, lead=lead, source=SOURCE, added=added)
    if skipped is None:
        return True
    outcome = examine(page, lead=lead, source=SOURCE, now=NOW, added=added)
    assert isinstance(outcome, Skipped), f"lost: {page.body[:2000]!r}"
    assert (outcome.reason, outcome.stage, outcome.url) == (skipped.reason, skipped.stage, skipped.url)
    return False


# --- the look and the lexicons cannot drift apart


@pytest.mark.parametrize("language", LANGUAGES)
def test_whatever_words_can_reach_a_near_miss_are_let_through(language: str) -> None:
    """Every term's example beside every rule's: what `judge` keeps of them, the look lets through."""
    assert {term for term in terms(language) if term.concept in wanted()} <= set(loose_terms())
    examples = [rule.example[language] for rule in rules() if rule.weight > 0]
    kept_so_far = 0
    for number, term in enumerate(terms(language)):
        other = examples[number % len(examples)]
        for title, text in (
            (term.example, ""),
            (f"{term.example} {other}", ""),
            ("News", f"{other} {term.example}"),
        ):
            article = Article(address=URL, outlet="o", title=title, text=text, language=language)
            if judge(article).standing is not Standing.OFF_TOPIC:
                kept_so_far += 1
                assert reach(seen(f"{title}\n{text}")) is Reach.NEAR_MISS, title
    assert kept_so_far > 200


@pytest.mark.parametrize("rule", [rule for rule in rules() if rule.weight > 0], ids=lambda rule: rule.name)
def test_the_examples_of_each_rule_for_it_are_let_through(rule: Rule) -> None:
    assert all(reach(seen(example)) is Reach.NEAR_MISS for example in rule.example.values())


def seen(text: str) -> str:
    """Return words as the look gives them, apostrophes alike."""
    return text.translate({ord(sign): "'" for sign in APOSTROPHES})


def test_every_concept_of_a_rule_for_it_is_looked_for() -> None:
    for rule in speaking_for():
        for group in (*rule.near, *rule.needs, rule.context):
            assert group <= wanted()
    assert {Concept.CAPTIVE, Concept.CAPTIVITY, Concept.FROM_CAPTIVITY} <= wanted()


def test_terms_that_operators_add_are_looked_for() -> None:
    added = (AddedTerm(language="uk", concept="captive", term="утриманець", example="утриманець"),)
    page = fetched(markup("Утриманець приїхав", "Про це пишуть сьогодні.", "uk"))
    assert ruled_out(page, lead=LEAD, source=SOURCE) is not None
    assert ruled_out(page, lead=LEAD, source=SOURCE, added=added) is None
    assert kept(page, added=added)


# --- what is dropped, and why


def test_a_page_without_such_words_is_dropped_with_its_step() -> None:
    skipped = ruled_out(fetched(markup("Ремонт дороги", "Тролейбуси.", "uk")), lead=LEAD, source=SOURCE)
    assert skipped is not None
    assert skipped.reason is SkipReason.OFF_TOPIC
    assert "no words of an exchange" in skipped.detail


def test_words_far_apart_are_dropped_at_the_second_step() -> None:
    far = f"<p>{FILLER['uk'] * 5} Десять солдатів поїхали. {FILLER['uk'] * 5}</p><p>Усі троє вдома.</p>"
    skipped = ruled_out(fetched(markup("Новини", far, "uk")), lead=LEAD, source=SOURCE)
    assert skipped is not None
    assert "nowhere near" in skipped.detail


@pytest.mark.parametrize(
    "body",
    [
        "<html><body><h1>Just a moment...</h1><p>Checking your browser before you read on.</p></body></html>",
        "<html><title>Сторінку не знайдено</title><body><p>Сторінку не знайдено</p></body></html>",
        "<html><body><nav>Новини</nav></body></html>",
        b"%PDF-1.7",
        b"",
    ],
    ids=["wall", "missing", "empty", "pdf", "nothing"],
)
def test_pages_that_may_be_no_article_are_read(body: str | bytes) -> None:
    assert ruled_out(fetched(body), lead=LEAD, source=SOURCE) is None


def test_the_feeds_own_title_is_looked_at() -> None:
    lead = Lead(source_id="s", url=URL, seen_in=SOURCE.url, title=REPORTS["uk"])
    assert ruled_out(fetched(markup("Новини", "Дощ.", "uk")), lead=lead, source=SOURCE) is None


def test_hostile_markup_takes_one_look_at_each_character() -> None:
    for piece in ("<a", "<script", "<!--", "<script>", "&#", "x\ue000", "1 000 ", "обмін ", "\\u"):
        ruled_out(fetched(piece * (200_000 // len(piece))), lead=LEAD, source=SOURCE)


# --- however a report is written


def plainly(text: str) -> str:
    return text


def entities(text: str) -> str:
    return "".join(f"&#{ord(char)};" for char in text)


def hexadecimal(text: str) -> str:
    return "".join(f"&#x{ord(char):X};" for char in text)


def doubly(text: str) -> str:
    return entities(text).replace("&", "&amp;")


Way = Callable[[str], str]


def split_by(tag: str) -> Way:
    def split(text: str) -> str:
        return " ".join(f"{word[:2]}<{tag}>{word[2:4]}</{tag}>{word[4:]}" for word in text.split())

    return split


def soft(text: str) -> str:
    return " ".join("\u00ad".join(word) for word in text.split())


def shy(text: str) -> str:
    return " ".join("&shy;".join(word) for word in text.split())


def zero_width(text: str) -> str:
    return " ".join("\u200b".join(word) for word in text.split())


def decomposed(text: str) -> str:
    return unicodedata.normalize("NFD", text)


def stressed(text: str) -> str:
    return "".join(char + "\u0301" if char in "аоуеиі" else char for char in text)


def look_alikes(text: str) -> str:
    return text.translate(str.maketrans("оеасі", "oeaci")) if not text.isascii() else text


def shouted(text: str) -> str:
    return look_alikes(text.upper())


def commented(text: str) -> str:
    return " ".join(f"{word[:2]}<!-- x > y -->{word[2:]}" for word in text.split())


def control(text: str) -> str:
    return " ".join("\x07".join(word) for word in text.split())


def in_links(text: str) -> str:
    return "".join(f"<a href='/x'>{word}</a> " for word in text.split())


WAYS: list[Way] = [
    plainly,     entities, hexadecimal, doubly, split_by("b"), split_by("span class='x' data-a='1'"), split_by("EM"), soft, shy, zero_width,
    decomposed, stressed, look_alikes, shouted, commented, control, in_links,
]  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_a_report_is_let_through_however_it_is_written(way: Way, language: str) -> None:
    told = way(REPORTS[language])
    for page in (
        markup(told, FILLER[language], language),
        markup("News", f"{told}.", language),
    ):
        assert words_of(fetched(page), source=SOURCE, lead=LEAD) is not None, "the look must have been taken"
        assert ruled_out(fetched(page), lead=LEAD, source=SOURCE) is None
        kept(fetched(page))


def json_ld(**fields: str) -> str:
    said = json.dumps({"@type": "NewsArticle", **fields})  # ASCII only: \u043e
    return f'<script type="application/ld&#43;json">{said}</script>'


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("field", ["headline", "articleBody"])
def test_a_report_in_json_ld_alone_is_let_through(language: str, field: str) -> None:
    head = json_ld(**{field: f"\n{REPORTS[language]}."})
    page = fetched(markup("News", FILLER[language], language, head=head))
    assert ruled_out(page, lead=LEAD, source=SOURCE) is None
    kept(page)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_report_in_a_meta_title_alone_is_let_through(language: str) -> None:
    head = f'<META content="{escape(REPORTS[language])}" property=og:title>'
    page = fetched(markup("News", FILLER[language], language, head=head))
    assert ruled_out(page, lead=LEAD, source=SOURCE) is None
    assert kept(page)


def test_what_follows_a_script_named_in_an_attribute_is_looked_at() -> None:
    page = markup("News", f"<b title='<script>'>{REPORTS['uk']}</b>", "uk", head="<script>x()</script>")
    assert ruled_out(fetched(page + "<script>y()</script>"), lead=LEAD, source=SOURCE) is None


CHARSETS = [
    "utf-8",
    "utf-8-sig",
    "utf-16",
    "utf-16-le",
    "utf-16-be",
    "cp1251",
    "koi8-r",
    "koi8-u",
    "cp866",
    "iso8859_5",
]


@pytest.mark.parametrize("charset", CHARSETS)
@pytest.mark.parametrize("declared", ["text/html", "text/html; charset=utf-8", None, "right"])
@pytest.mark.parametrize("language", ["ru", "uk"])
def test_a_report_is_let_through_in_every_charset(charset: str, declared: str | None, language: str) -> None:
    content_type = f"text/html; charset={charset}" if declared == "right" else declared
    page = fetched(
        markup(REPORTS[language], FILLER[language], language), charset=charset, declared=content_type
    )
    assert ruled_out(page, lead=LEAD, source=SOURCE) is None
    assert kept(page)


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_whatever_is_kept_was_let_through(data: st.DataObject) -> None:
    """Terms of the lexicons and ordinary words, in any order, in any way of writing, parted by any markup."""
    language = data.draw(st.sampled_from(LANGUAGES))
    pieces = data.draw(st.lists(st.sampled_from(phrases(language)), min_size=1, max_size=6))
    ways = data.draw(st.lists(st.sampled_from(WAYS), min_size=len(pieces), max_size=len(pieces)))
    tags = data.draw(
        st.lists(
            st.sampled_from([" ", "<b>", "</span> ", "<br>", ". ", "</p><p>", "<i></i>, ", "\n"]),
            min_size=len(pieces),
            max_size=len(pieces),
        )
    )
    told = "".join(way(escape(piece)) + tag for piece, way, tag in zip(pieces, ways, tags, strict=True))
    page = (
        markup("News", told, language)
        if data.draw(st.booleans())
        else markup(told, FILLER[language], language)
    )
    charset = data.draw(st.sampled_from(["utf-8", "cp1251", "utf-16", "koi8-u"]))
    kept(fetched(page, charset=charset))


@cache
def phrases(language: str) -> list[str]:
    """Return the examples of terms and rules, and ordinary sentences."""
    looked_for = [term.example for term in terms(language) if term.concept in wanted()]
    return [*looked_for, *(rule.example[language] for rule in rules()), FILLER[language], REPORTS[language]]


# --- on whole collections


PLANTED = (
    "999 prisoners were exchanged, this hidden line claims.",
    *(words["ticker"] for words in pages.WORDS.values()),
)
"""What stands on every page of the newsroom, so that no page passes for quiet."""


def demo_pages() -> Iterator[str]:
    for outlet in stories.outlets():
        for day in (1, 2):
            shown = outlet.on(day)
            for story in shown:
                # with links to other stories, some of them reports, and without
                for others in (shown[:6], ()):
                    yield pages.page(outlet, story, others, "http://outlet.example")


def test_the_demo_newsroom_is_kept_the_same() -> None:
    counted = [agreed(fetched(page)) for page in demo_pages()]
    assert all(counted), "a ticker and a hidden line on prisoners stand on each"
    assert len(counted) > 400
    for planted in PLANTED:
        assert any(planted in page for page in demo_pages())


def test_the_demo_newsroom_without_its_ticker_is_kept_the_same() -> None:
    counted = [agreed(fetched(without_planted(page))) for page in demo_pages()]
    assert len(counted) / 2 < sum(counted) < len(counted) - 20


def without_planted(page: str) -> str:
    for planted in PLANTED:
        page = page.replace(planted, "")
    return page


def devset_pages() -> Iterator[Page]:
    charsets = ["utf-8", "utf-16", "cp1251", "koi8-u"]
    with (DEVSET / "articles.jsonl").open(encoding="utf-8") as lines:
        for number, line in enumerate(lines):
            row = json.loads(line)
            text = "</p><p>".join(escape(part) for part in row["text"].split("\n\n"))
            yield fetched(markup(escape(row["title"]), text, row["lang"]), charset=charsets[number % 4])


@pytest.mark.skipif(not DEVSET.is_dir(), reason="../shared/devset is not beside this checkout")
def test_the_labelled_articles_as_pages_are_kept_the_same() -> None:
    assert sum(agreed(page) for page in devset_pages()) > 140


@pytest.mark.skipif(not REALPAGES.is_dir(), reason="../shared/realpages is not beside this checkout")
def test_real_pages_with_reports_among_them_are_kept_the_same() -> None:
    """Each fifth page gets a report put into it, as its title or as a paragraph among its own."""
    real = real_pages()
    dropped = 0
    for number, one in enumerate(real):
        body = one.body
        if number % 5 == 0:
            report = REPORTS[LANGUAGES[number % 3]].encode()
            mark, put = ((b"<p", b"<p>%s.</p><p" % report), (b"</title>", b" %s</title>" % report))[
                number % 2
            ]
            body = body.replace(mark, put, 1)
        dropped += not agreed(fetched(body))
    assert dropped > len(real) / 2


@given(st.text(alphabet="абвгґіїєёыэabcé'0123456789 .,:%-_—\n", max_size=60))
def test_words_are_those_that_the_tagger_reads(text: str) -> None:
    assert WORD.findall(text) == TOKEN.findall(text)
