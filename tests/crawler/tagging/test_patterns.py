"""Terms: how they are written, and where they stand in a text."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.tagging.patterns import UnreadableTerm, Vocabulary, slots_of, tokens_of


def found(term: str, text: str) -> list[str]:
    tokens = tokens_of(text)
    places = Vocabulary([slots_of(term)], ["двоє"]).find(tokens.words)
    return [text[slice(*tokens.span(one.first, one.last))] for one in places]


@pytest.mark.parametrize(
    ("term", "text", "expected"),
    [
        ("обмін", "обмін обміну", ["обмін"]),
        ("обмін*", "обмін обміну", ["обмін", "обміну"]),
        ("полон{,у,і}", "полон полону полоні полонина", ["полон", "полону", "полоні"]),
        ("swap|exchange", "a swap, an exchange", ["swap", "exchange"]),
        ("prisoner of war", "a prisoner-of-war camp", ["prisoner-of-war"]),
        ("взя* ~2 полон", "взяли двох у полон", ["взяли двох у полон"]),
        ("взя* ~2 полон", "взяли двох бійців у полон", []),
        ("# на #", "1 000 на 1,000; 15% на 20%; 9:30 на 10:00; 2024 на 2025", ["1 000 на 1,000"]),
        ("# на #", "двоє на 40", ["двоє на 40"]),
        ("а _ б", "а не б", ["а не б"]),
        ("п'ять", "п'ять", ["п'ять"]),
    ],
)
def test_where_a_term_stands(term: str, text: str, expected: list[str]) -> None:
    assert found(term, text) == expected


@pytest.mark.parametrize(
    "term", ["", "~2", "слово ~2", "~9 слово", "слово ~9 слово", "_ слово", "а*", "сло(во", "a.b"]
)
def test_a_term_that_cannot_be_read_is_refused(term: str) -> None:
    with pytest.raises(UnreadableTerm):
        slots_of(term)


@given(st.text(alphabet="аб ~|*{},#_'-1", max_size=30), st.text(alphabet="аб 1-'", max_size=200))
def test_no_term_breaks_the_search(term: str, text: str) -> None:
    with suppress(UnreadableTerm):
        assert all(one in text for one in found(term, text))
