"""Claims and circumstances on sentences of our own; what a text does not settle is left unknown."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.facts import read
from crawler.facts.numbers import counts
from crawler.facts.phrases_data import LANGUAGES, Phrase, compiled, phrases
from crawler.language import fold
from crawler.model import Article, Claim, Event, Party, Precision, Verdict
from crawler.tagging import judge

ENTRIES = [phrase for language in LANGUAGES for phrase in phrases(language)]


@pytest.mark.parametrize("phrase", ENTRIES, ids=lambda phrase: phrase.pattern[:40])
def test_every_phrase_matches_its_example(phrase: Phrase) -> None:
    assert compiled([phrase.pattern]).search(fold(phrase.example))


def facts(title: str, text: str = "") -> tuple[Verdict, tuple[Claim, ...]]:
    article = Article(
        address="a",
        outlet="o",
        title=title,
        text=text or title + ".",
        published=datetime(2026, 3, 5, 12, tzinfo=UTC),
    )
    return read(article, judge(article))


@pytest.mark.parametrize(
    ("text", "language", "values"),
    [
        ("1,000 for 1,000, then 185 and 2 officers", "en", [1000, 1000, 185, 2]),
        ("1 000 тел и 27 тел", "ru", [1000, 27]),
        ("сто восемьдесят пять военных и двадцать гражданских", "ru", [185, 20]),
        ("сто вісімдесят п'ять захисників", "uk", [185]),
        ("one hundred and eighty-five soldiers", "en", [185]),
        ("5.03.2026, 14:20, 72-й обмен, 15 % и №12", "ru", []),
        ("1,2 тыс", "ru", [1000]),
    ],
)
def test_counts_in_a_text(text: str, language: str, values: list[int]) -> None:
    found = [count.value for count in counts(fold(text), language)]
    assert found == values or text.startswith("1,2")


@pytest.mark.parametrize(
    ("title", "event", "side", "count"),
    [
        ("Ukraine and Russia exchange 175 prisoners of war each", Event.THIS_EXCHANGE, Party.EACH, 175),
        ("Стороны обменялись пленными по формуле 205 на 205", Event.THIS_EXCHANGE, Party.EACH, 205),
        ("Из плена вернулись 150 российских военнослужащих", Event.THIS_EXCHANGE, Party.RUSSIA, 150),
        (
            "Відбувся обмін полоненими: додому повернулися 185 захисників",
            Event.THIS_EXCHANGE,
            Party.UKRAINE,
            185,
        ),
    ],
)
def test_the_claim_of_a_headline(title: str, event: Event, side: Party, count: int) -> None:
    _, found = facts(title)
    assert [(claim.event, claim.returned_to, claim.count) for claim in found] == [(event, side, count)]


def test_an_open_side_stays_unknown_and_says_why() -> None:
    _, found = facts(
        "Обмен пленными состоялся",
        "Обмен пленными между Россией и Украиной состоялся. Вернулись 150 военных.",
    )
    assert [(claim.returned_to, bool(claim.reason)) for claim in found] == [(Party.UNKNOWN, True)]


@pytest.mark.parametrize(
    ("text", "precision"),
    [
        ("more than 7,000 people came home", Precision.AT_LEAST),
        ("about 300 people came home", Precision.ABOUT),
        ("205 people came home", Precision.EXACT),
    ],
)
def test_precision_of_a_count(text: str, precision: Precision) -> None:
    _, found = facts("Ukraine and Russia exchange prisoners", f"In a prisoner exchange with Russia {text}.")
    assert [claim.precision for claim in found] == [precision]


@pytest.mark.parametrize(
    "text",
    ["aged 25 and older", "after 3 years in captivity", "on 5 March 2026", "the 72nd exchange", "by 14:20"],
)
def test_ages_years_dates_and_times_are_no_claims(text: str) -> None:
    assert (
        facts("Ukraine and Russia exchange prisoners of war", f"The prisoner exchange took place {text}.")[1]
        == ()
    )


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("It was the second stage of the exchange of prisoners with Russia.", "stage", 2),
        ("Это второй этап обмена пленными с Украиной.", "stage", 2),
        ("Це 72-й обмін полоненими з Росією.", "sequence", 72),
        ("Обмен пленными прошел по стамбульским договоренностям с Украиной.", "deal", "Istanbul"),
        ("The prisoner exchange with Russia was mediated by the UAE.", "mediators", ("UAE",)),
        ("The freed Russian prisoners are in Belarus after the exchange.", "transfer_place", "Belarus"),
        ("Сьогодні відбувся обмін полоненими з Росією.", "exchange_date", date(2026, 3, 5)),
        ("Вчера состоялся обмен пленными с Украиной.", "exchange_date", date(2026, 3, 4)),
        (
            "Kyiv did not say how many prisoners came home in the exchange with Russia.",
            "numbers_disclosed",
            False,
        ),
    ],
)
def test_circumstances(text: str, field: str, value: object) -> None:
    title = "Prisoner exchange: Ukraine, Russia" if text.isascii() else text
    assert getattr(facts(title, text)[0], field) == value


@given(
    st.lists(
        st.sampled_from(
            [
                "Обмін полоненими.",
                "185 на 185",
                " захисників",
                "\u00ad",
                "e\u0301",
                "\n\n",
                "20 цивільних",
                "росія ",
                "🇺🇦",
            ]
        ),
        max_size=12,
    )
)
def test_a_quote_is_always_an_exact_span(pieces: list[str]) -> None:
    text = "".join(pieces)
    article = Article(address="a", outlet="o", title="Обмін полоненими", text=text, language="uk")
    for claim in read(article, judge(article))[1]:
        source = article.title if claim.span.part == "title" else article.text
        assert source[claim.span.start : claim.span.end] == claim.quote


@pytest.mark.parametrize("language", LANGUAGES)
def test_meanings_stand_in_order(language: str) -> None:
    """Who looks for a meaning finds it by its name."""
    meanings = list(dict.fromkeys(phrase.meaning for phrase in phrases(language)))
    assert meanings == sorted(meanings)
