"""Snippets: the part of a text in which the words of a query stand, with their places."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.snippets import snippet

LONG = "Погода в місті мінлива. " * 40


def shown(text: str, *words: str, length: int = 240) -> list[str]:
    found = snippet(text, [[word] for word in words], length=length)
    return [found.text[start:end] for start, end in found.highlights]


@pytest.mark.parametrize(
    ("text", "lemma", "marked"),
    [
        ("Відбувся обмін полоненими.", "полонений", ["полоненими"]),
        ("ОБМЕН ПЛЕННЫМИ", "пленный", ["ПЛЕННЫМИ"]),
        ("Ещё об обме\u00adне", "обмен", ["обме\u00adне"]),
        ("Об обмі\u0301ні", "обмін", ["обмі\u0301ні"]),
        ("Повернулися п’ять бійців", "п'ять", ["п’ять"]),
        ("Все ещё ждут", "еще", ["ещё"]),
        ("Prisoners were exchanged", "prisoner", ["Prisoners"]),
        ("Вернулись 205 человек", "205", ["205"]),
        ("Вернулись 2050 человек", "205", []),
        ("Обменник валют у вокзала", "обмен", ["Обменник"]),
        ("Обмеження у місті", "обмін", []),
        ("Тіла і тілесні", "тіло", ["Тіла"]),
        ("Ось так", "ось", ["Ось"]),
        ("Осьмий", "ось", []),
    ],
)
def test_inflected_and_oddly_written_words_are_marked(text: str, lemma: str, marked: list[str]) -> None:
    assert shown(text, lemma) == marked


def test_the_part_with_most_words_of_the_query_is_shown() -> None:
    text = "Обмін валют. " + LONG + "Обмін полоненими на кордоні. " + LONG
    assert shown(text, "обмін", "полонений") == ["Обмін", "полоненими"]


def test_without_a_match_the_beginning_is_shown() -> None:
    found = snippet(LONG, [["борщ"]], length=50)
    assert (found.text, found.start, found.highlights) == (LONG[:50], 0, ())


def test_a_part_begins_with_a_whole_word() -> None:
    found = snippet(LONG + "обмін " + LONG, [["обмін"]], length=60)
    assert found.start > 0
    assert LONG[found.start - 1].isspace()


@given(
    st.text(alphabet="обмін ёЁ’\u0301\u00ad\n.a\U0001f600", max_size=400),
    st.integers(min_value=1, max_value=50),
)
def test_a_snippet_is_always_a_part_of_its_text(text: str, length: int) -> None:
    found = snippet(text, [["обмін"], ["a"]], length=length)
    assert text[found.start : found.start + len(found.text)] == found.text
    assert len(found.text) <= length
    for start, end in found.highlights:
        assert 0 <= start < end <= len(found.text)


@given(
    st.text(alphabet="обмінОҐї ёЁ’ʼ'\u0345ßİ\n._7a", max_size=200),
    st.sampled_from(["обмін", "мін", "ом", "7a", "не"]),
)
def test_looking_at_likely_words_alone_finds_what_looking_at_all_does(text: str, lemma: str) -> None:
    """A soft hyphen at the end makes every word be looked at."""
    assert snippet(text, [[lemma]]).highlights == snippet(text + " \u00ad", [[lemma]]).highlights
