"""The demo newsroom is worth crawling: enough outlets and articles, honest labels, every oddity a source can have."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from ruamel.yaml import YAML

from crawler.model import Category, Conflict, Event, Kind, Ownership, Party, Precision, Side

Outlet = dict[str, Any]
News = dict[str, Any]

FOLDER = Path(__file__).parents[3] / "newsdesk" / "newsroom" / "outlets"
OUTLETS: tuple[Outlet, ...] = tuple(
    YAML(typ="safe").load(path.read_text("utf-8")) for path in sorted(FOLDER.glob("*.yaml"))
)
ARTICLES: tuple[tuple[Outlet, News], ...] = tuple((o, a) for o in OUTLETS for a in o["articles"])
BY_ID: dict[str, News] = {article["id"]: article for _, article in ARTICLES}

PAGE_STYLES = {"wordpress", "agency", "tabloid", "portal", "minimal"}
FORMATS = {
    "rss",
    "rss_cp1251",
    "atom",
    "rdf",
    "json_feed",
    "news_sitemap_gz",
    "section",
    "telegram",
    "slow_rss",
    "broken_rss",
}
OUTLET_KEYS = {"id", "name", "country", "side", "ownership", "languages", "timezone", "format"} | {
    "full_text",
    "page_style",
    "articles",
}
ARTICLE_KEYS = {"id", "slug", "published", "title", "summary", "section", "authors", "expect"}
OPTIONAL_KEYS = {"paragraphs", "amp", "copy_of", "edit", "vanishes"}
EXPECT_KEYS = {"relevant", "kind", "conflict", "exchange_date", "stage", "sequence", "deal"} | {
    "numbers_disclosed",
    "claims",
}
CLAIM_KEYS = {"event", "returned_to", "category", "count"}

# Words of exchange in the three languages, e.g. "swapped", "обменялись", "обміну".
EXCHANGE_WORD = re.compile(r"exchang|swap|trade[ds]?\b|обмен|обмін|обмія|помін", re.IGNORECASE)

by_outlet = pytest.mark.parametrize("outlet", OUTLETS, ids=lambda outlet: outlet["id"])
by_article = pytest.mark.parametrize(("outlet", "article"), ARTICLES, ids=[a["id"] for _, a in ARTICLES])


def paragraphs_of(article: News) -> list[str]:
    """A syndicated copy has the paragraphs of its original."""
    source = BY_ID[article["copy_of"]] if "copy_of" in article else article
    return list(source["paragraphs"])


def text_of(article: News) -> str:
    return "\n".join([article["title"], *paragraphs_of(article)])


def words_in(article: News) -> int:
    return sum(len(paragraph.split()) for paragraph in paragraphs_of(article))


def spellings(count: int) -> set[str]:
    """Digits as outlets write them: 6060, 6,060, 6 060."""
    return {f"{count:,}".replace(",", separator) for separator in ("", ",", " ", "\N{NO-BREAK SPACE}")}


def says_count(text: str, count: int) -> bool:
    """A count stands alone, so that 25 is not found in 2025."""
    return any(re.search(rf"(?<!\d){re.escape(digits)}(?!\d)", text) for digits in spellings(count))


def relevant(answer: str) -> list[News]:
    return [article for _, article in ARTICLES if article["expect"]["relevant"] == answer]


def test_newsroom_is_large_enough() -> None:
    assert len(OUTLETS) >= 12
    assert len(ARTICLES) >= 90


def test_ids_are_unique() -> None:
    assert len(BY_ID) == len(ARTICLES)
    assert len({outlet["id"] for outlet in OUTLETS}) == len(OUTLETS)


def test_three_languages_have_about_a_third_each() -> None:
    share = Counter(language for outlet, _ in ARTICLES for language in outlet["languages"])
    assert set(share) == {"en", "ru", "uk"}
    assert all(0.28 <= count / len(ARTICLES) <= 0.39 for count in share.values())


def test_a_third_of_the_articles_is_relevant() -> None:
    assert 0.30 <= len(relevant("yes")) / len(ARTICLES) <= 0.38


def test_every_format_of_a_source_is_there() -> None:
    assert {outlet["format"] for outlet in OUTLETS} == FORMATS
    assert {outlet["languages"][0] for outlet in OUTLETS if outlet["format"] == "telegram"} == {"ru", "uk"}
    assert {outlet["full_text"] for outlet in OUTLETS if outlet["format"] == "rss"} == {True, False}


def test_the_broken_feed_is_long_enough_to_salvage() -> None:
    assert all(len(outlet["articles"]) >= 8 for outlet in OUTLETS if outlet["format"] == "broken_rss")


def test_every_kind_of_report_occurs() -> None:
    assert {article["expect"]["kind"] for _, article in ARTICLES} == {kind.value for kind in Kind}


def test_oddities_are_as_many_as_the_demo_tells() -> None:
    """One silent edit, one vanishing page, four syndicated copies, five AMP twins."""
    keys = Counter(key for _, article in ARTICLES for key in OPTIONAL_KEYS & article.keys())
    assert {key: keys[key] for key in OPTIONAL_KEYS - {"paragraphs"}} == {
        "edit": 1,
        "vanishes": 1,
        "copy_of": 4,
        "amp": 5,
    }


def test_the_founding_report_keeps_the_deal_apart_from_the_day() -> None:
    """10 June 2025: stage 2, Istanbul, numbers withheld; what is counted is only planned."""
    expect = BY_ID["hw-001"]["expect"]
    assert (expect["exchange_date"], expect["stage"], expect["deal"]) == ("2025-06-10", 2, "Istanbul")
    assert expect["numbers_disclosed"] is False
    assert [(c["event"], c["returned_to"], c["category"], c["count"]) for c in expect["claims"]] == [
        ("planned", "each", "prisoners_of_war", 1000),
        ("planned", "each", "bodies", 6000),
    ]


def test_one_report_does_without_the_word_exchange() -> None:
    completed = [a for a in relevant("yes") if a["expect"]["kind"] == "exchange_completed"]
    assert "pr-003" in {a["id"] for a in completed if not EXCHANGE_WORD.search(text_of(a))}


def test_one_report_counts_in_words_only() -> None:
    def in_words_only(article: News) -> bool:
        claims = article["expect"]["claims"]
        return bool(claims) and all("in_words" in claim for claim in claims)

    assert "lf-001" in {article["id"] for article in relevant("yes") if in_words_only(article)}


def test_one_bulletin_has_two_sentences() -> None:
    assert len(re.findall(r"[.!?](?:\s|$)", " ".join(paragraphs_of(BY_ID["fc-001"])))) == 2


def test_no_sentence_occurs_twice() -> None:
    sentences = Counter(
        sentence
        for _, article in ARTICLES
        for paragraph in article.get("paragraphs", ())
        for sentence in re.split(r"(?<=[.!?])\s", paragraph)
        if len(sentence) > 40
    )
    assert [sentence for sentence, count in sentences.items() if count > 1] == []


@by_outlet
def test_outlet_is_described_in_the_terms_of_the_model(outlet: Outlet) -> None:
    assert outlet.keys() == OUTLET_KEYS
    assert outlet["side"] in {side.value for side in Side}
    assert outlet["ownership"] in {ownership.value for ownership in Ownership}
    assert outlet["format"] in FORMATS
    assert outlet["page_style"] in PAGE_STYLES
    assert re.fullmatch("[A-Z]{2}", outlet["country"])
    assert isinstance(outlet["full_text"], bool)


@by_outlet
def test_slugs_are_unique_within_an_outlet(outlet: Outlet) -> None:
    slugs = [article["slug"] for article in outlet["articles"]]
    assert len(set(slugs)) == len(slugs)
    assert all(re.fullmatch("[a-z0-9-]+", slug) for slug in slugs)


@by_outlet
def test_old_encoding_can_carry_the_text(outlet: Outlet) -> None:
    if outlet["format"] == "rss_cp1251":
        for article in outlet["articles"]:
            assert (article["summary"] + text_of(article)).encode("windows-1251")


@by_outlet
def test_posts_of_a_channel_are_numbered_in_the_order_of_time(outlet: Outlet) -> None:
    if outlet["format"] == "telegram":
        posts = sorted(outlet["articles"], key=lambda post: str(post["published"]))
        numbers = [int(post["slug"]) for post in posts]
        assert numbers == sorted(numbers)


@by_article
def test_article_has_the_keys_a_server_needs(outlet: Outlet, article: News) -> None:
    assert article.keys() >= ARTICLE_KEYS
    assert article.keys() <= ARTICLE_KEYS | OPTIONAL_KEYS
    assert ("copy_of" in article) != ("paragraphs" in article)
    assert article["title"]
    assert article["summary"]


@by_article
def test_article_is_dated_in_the_zone_of_its_outlet(outlet: Outlet, article: News) -> None:
    published = datetime.fromisoformat(article["published"])
    assert published.utcoffset() == published.astimezone(ZoneInfo(outlet["timezone"])).utcoffset()


@by_article
def test_article_is_as_long_as_its_genre(outlet: Outlet, article: News) -> None:
    low, high = (25, 90) if outlet["format"] == "telegram" else (60, 220)
    assert words_in(article) >= low or article["id"] == "fc-001"
    assert words_in(article) <= high


@by_article
def test_label_uses_the_words_of_the_annotation_guide(outlet: Outlet, article: News) -> None:
    expect = article["expect"]
    assert expect.keys() == EXPECT_KEYS
    assert expect["relevant"] in {"yes", "no", "borderline"}
    assert expect["kind"] in {kind.value for kind in Kind}
    assert expect["conflict"] in {conflict.value for conflict in Conflict}
    assert expect["exchange_date"] is None or date.fromisoformat(expect["exchange_date"])


@by_article
def test_claim_uses_the_words_of_the_annotation_guide(outlet: Outlet, article: News) -> None:
    for claim in article["expect"]["claims"]:
        assert claim.keys() >= CLAIM_KEYS
        assert claim.keys() <= CLAIM_KEYS | {"subset", "precision", "in_words"}
        assert claim["event"] in {event.value for event in Event}
        assert claim["returned_to"] in {party.value for party in Party}
        assert claim["category"] in {category.value for category in Category}
        assert claim.get("precision", "exact") in {precision.value for precision in Precision}


@by_article
def test_count_of_a_claim_stands_in_the_text(outlet: Outlet, article: News) -> None:
    """As digits, or in the words that `in_words` quotes."""
    text = text_of(article)
    for claim in article["expect"]["claims"]:
        if "in_words" in claim:
            assert claim["in_words"] in text
        else:
            assert says_count(text, claim["count"]), claim


@by_article
def test_irrelevant_article_claims_nothing(outlet: Outlet, article: News) -> None:
    expect = article["expect"]
    if expect["relevant"] == "no":
        assert (expect["kind"], expect["conflict"], expect["claims"]) == ("off_topic", "none", [])
        assert {
            expect[key] for key in ("exchange_date", "stage", "sequence", "deal", "numbers_disclosed")
        } == {None}
    else:
        assert expect["kind"] != "off_topic"
        assert expect["conflict"] != "none"


@by_article
def test_disclosure_agrees_with_the_claims(outlet: Outlet, article: News) -> None:
    """Withheld numbers leave no claim about the main exchange; disclosed ones leave at least one claim."""
    expect = article["expect"]
    if expect["numbers_disclosed"] is False:
        assert all(claim["event"] != "this_exchange" for claim in expect["claims"])
    else:
        assert (expect["numbers_disclosed"] is True) == bool(expect["claims"])


@by_article
def test_copy_has_an_original_elsewhere_and_its_label(outlet: Outlet, article: News) -> None:
    if "copy_of" in article:
        original = BY_ID[article["copy_of"]]
        assert "copy_of" not in original
        assert original not in outlet["articles"]
        assert article["expect"] == original["expect"]
        assert article["published"] > original["published"]


@by_article
def test_edit_changes_one_count_and_nothing_else(outlet: Outlet, article: News) -> None:
    if "edit" in article:
        before, after = paragraphs_of(article), article["edit"]["paragraphs"]
        changed = [(old, new) for old, new in zip(before, after, strict=True) if old != new]
        assert len(changed) == 1
        old, new = changed[0]
        assert re.sub(r"\d+", "#", old) == re.sub(r"\d+", "#", new)
        assert set(re.findall(r"\d+", old)) ^ set(re.findall(r"\d+", new)) == {"150", "149"}
