"""Languages, folding and lemmas."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.language import detect, fold, folded, lemmas, query_lemmas


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Обмін полоненими відбувся", "uk"), ("Обмен пленными состоялся", "ru"), ("The prisoners of war are home", "en"), ("Ці люди вдома", "uk"),
        ("Вернулись домой на рассвете", "ru"), ("12345 — 67", None), ("", None),
    ],
)  # fmt: skip
def test_language_by_letters_and_small_words(text: str, language: str | None) -> None:
    found = detect(text, ("en", "ru", "uk"))
    assert found == language or (found is None and language == "ru")


@pytest.mark.parametrize(
    ("raw", "plain"),
    [
        ("ОБМІН", "обмін"), ("Ёлка", "елка"), ("п’ять пʼять п'ять", "п'ять п'ять п'ять"), ("1\u00a0000", "1 000"), ("по\u00adлон", "полон"), ("за\u0301хисники", "захисники"),
        ("пoлoненi", "полонені"), ("Swap", "swap"), ("и\u0306", "й"), ("\u200bа\u202eб", "аб"),
    ],
)  # fmt: skip
def test_folding(raw: str, plain: str) -> None:
    assert fold(raw) == plain


def test_a_folded_span_leads_back_to_the_original() -> None:
    text = "За\u0301хисники: «об\u00adмін»"
    whole = folded(text)
    start = whole.text.index("обмін")
    first, last = whole.span(start, start + 5)
    assert text[first:last] == "об\u00adмін"


@given(st.text(alphabet="абвіїйє\u0301\u0306\u00ad\u200b AbcO’ʼ\u00a0ёЁ🇺🇦", max_size=40))
def test_every_span_lies_in_the_original_in_order(text: str) -> None:
    whole = folded(text)
    last = 0
    for position in range(len(whole.text)):
        start, end = whole.span(position, position + 1)
        assert last <= start < end <= len(text)
        last = start


@pytest.mark.parametrize(
    ("text", "language", "found"),
    [
        ("обміну полоненими", "uk", "обмін полонений"), ("обмене военнопленными", "ru", "обмен военнопленный"), ("prisoners exchanged", "en", "prisoner exchange"), ("185 захисників", "uk", "185 захисник"),
    ],
)  # fmt: skip
def test_lemmas(text: str, language: str, found: str) -> None:
    assert lemmas(text, language) == found


def test_a_query_word_may_stand_for_its_lemma_in_each_language() -> None:
    assert query_lemmas("полоненими") == [["полоненими", "полонений"]]
    assert query_lemmas("  ") == []


def test_a_word_without_end_costs_no_more_than_its_length() -> None:
    """Twice the letters, twice the time: what looks at each letter from each letter takes hours here."""
    import time

    began = time.process_time()
    for text in ("ж" * 300_000, "жz" * 150_000, "z" * 300_000 + "ж", "ж-" * 150_000, "ж'" * 150_000):
        assert fold(text)
        assert lemmas(text, "uk")
    assert time.process_time() - began < 20  # measured 1 s
