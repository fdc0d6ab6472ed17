"""What reaches a database, and which texts count as the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.text_safety import moved, plain_words, storable, text_hash

TEXTS = st.text(alphabet="аb1 \n\t\u00a0\x00\ud800\U0001f600", max_size=40)


@given(TEXTS)
def test_what_is_storable_has_the_same_length_and_encodes(text: str) -> None:
    clean = storable(text)
    assert len(clean) == len(text)
    assert "\x00" not in clean
    clean.encode()


@pytest.mark.parametrize("other", ["Обмін  205", " Обмін\n205\t", "Обмін\u00a0205"])
def test_white_space_alone_makes_no_version(other: str) -> None:
    assert text_hash("t", other) == text_hash("t", "Обмін 205")


@pytest.mark.parametrize("other", ["Обмін205", "Обмін 204", "обмін 205", "Обмін 205."])
def test_any_other_change_makes_one(other: str) -> None:
    assert text_hash("t", other) != text_hash("t", "Обмін 205")


def test_a_word_moved_from_title_to_text_is_a_change() -> None:
    assert text_hash("a b", "c") != text_hash("a", "b c")


@pytest.mark.parametrize(
    ("text", "words"),
    [("10.06.2025", "10 06 2025"), ("п'ять", "п ять"), ("a_b-c", "a b c"), ("***", ""), ("½ ²", "½ ²")],
)
def test_words_are_letters_and_digits(text: str, words: str) -> None:
    assert plain_words(text) == words


@given(st.lists(st.text(alphabet="аb1", min_size=1, max_size=3), min_size=1, max_size=6), st.data())
def test_a_span_moves_with_its_words(words: list[str], data: st.DataObject) -> None:
    blanks = st.sampled_from([" ", "  ", "\n", "\t \u00a0"])
    first, second = (
        "".join(data.draw(blanks) + word for word in words) + data.draw(blanks) for _ in range(2)
    )
    start = data.draw(st.integers(min_value=0, max_value=len(first) - 1))
    end = data.draw(st.integers(min_value=start + 1, max_value=len(first)))
    a, b = moved(start, end, inside=first, to=second)
    assert second[a:b].split() == first[start:end].split()
