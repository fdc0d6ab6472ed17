"""Search: the same words find the same findings on both engines."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine, func, select

from crawler.model import Conflict, Kind, Standing
from storage.engine import transaction
from storage.search import Filters, Hit, search
from storage.tables import FindingRow
from tests.storage.nouns import NOW, changed, finding, kept

DAY = timedelta(days=1)


def found(store: Engine, *words: str, limit: int = 20, filters: Filters | None = None) -> list[Hit]:
    with transaction(store) as session:
        return search(session, [[word] for word in words], filters=filters or Filters(), limit=limit)


def address(number: int) -> str:
    return f"https://slovo.example/war/{number}"


def many(store: Engine, *lemmas: str) -> list[int]:
    """Keep one finding for each text of lemmas; return their numbers."""
    return [
        kept(
            store, replace(finding(address(number)), lemmas=words), address=address(number), now=NOW + n * DAY
        ).finding_id
        for n, words in enumerate(lemmas)
        for number in [n + 1]
    ]


def test_every_word_must_occur_in_one_of_its_forms(store: Engine) -> None:
    number = kept(store, finding()).finding_id
    with transaction(store) as session:
        for words in ([["обмін"]], [["захисниками", "захисник"]], [["обмін"], ["полонений"]], []):
            assert [hit.id for hit in search(session, words, filters=Filters())] == [number]
    assert found(store, "борщ") == []
    assert found(store, "обмін", "борщ") == []


@pytest.mark.parametrize(
    "word",
    ["2025", "10.06.2025", "1,000", "п'ять", "ять", "морской", "военно-морской", "example", "a1b2", "1e5"],
)
def test_numbers_dates_and_joined_words_are_found_alike_on_each_engine(store: Engine, word: str) -> None:
    (number,) = many(store, "обмін 10.06.2025 1,000 п'ять военно-морской example.com/path?a1b2 1e5 user_name")
    assert [hit.id for hit in found(store, word)] == [number]


def test_joined_words_are_found_together_only(store: Engine) -> None:
    together, _apart = many(store, "10.06.2025", "2025 06 10")
    assert [hit.id for hit in found(store, "10.06.2025")] == [together]


@pytest.mark.parametrize(
    "word",
    ['"', "*", "NEAR(", "-", "lemmas:", "a" * 10_000, "'; drop table finding; --", "&", "!", "\x00", "^", "\ud800"],
)  # fmt: skip
def test_signs_of_the_query_language_are_taken_literally(store: Engine, word: str) -> None:
    kept(store, finding())
    found(store, word, word, word)
    found(store, word, "обмін")
    with transaction(store) as session:
        assert session.scalar(select(func.count()).select_from(FindingRow)) == 1


@pytest.mark.parametrize("words", ["OR обмін", "обмін NOT полонений", "lemmas : обмін", "обмін*"])
def test_operators_are_words(store: Engine, words: str) -> None:
    kept(store, finding())
    assert bool(found(store, *words.split())) == (words == "обмін*")


def test_a_query_of_signs_alone_finds_nothing(store: Engine) -> None:
    kept(store, finding())
    assert found(store, "***") == []


def test_a_word_said_more_often_ranks_higher(store: Engine) -> None:
    other = "погода місто вечір новина спорт"
    once, often, _never = many(store, f"обмін {other}", f"обмін обмін обмін {other}", other)
    assert [hit.id for hit in found(store, "обмін")] == [often, once]


def test_without_words_the_newest_come_first(store: Engine) -> None:
    first, second, third = many(store, "а", "б", "в")
    assert [hit.id for hit in found(store)] == [third, second, first]
    assert [hit.id for hit in found(store, limit=1)] == [third]


def test_a_new_version_replaces_what_search_finds(store: Engine) -> None:
    kept(store, finding())
    kept(store, replace(changed(finding(), "скасовано"), lemmas="скасувати"))
    assert found(store, "обмін") == []
    assert len(found(store, "скасувати")) == 1


@pytest.mark.parametrize(
    ("filters", "hits"),
    [
        (Filters(source="slovo"), 1),
        (Filters(source="other"), 0),
        (Filters(language="uk"), 1),
        (Filters(language="ru"), 0),
        (Filters(kind=Kind.EXCHANGE_COMPLETED), 1),
        (Filters(kind=Kind.BACKGROUND), 0),
        (Filters(conflict=Conflict.RU_UA), 1),
        (Filters(conflict=Conflict.AZ_AM), 0),
        (Filters(since=NOW), 1),
        (Filters(since=NOW + DAY), 0),
        (Filters(until=NOW + DAY), 1),
        (Filters(until=NOW), 0),
        (Filters(standings=(Standing.NEAR_MISS,)), 0),
        (Filters(source="slovo", language="uk", since=NOW, until=NOW + DAY), 1),
    ],
)
@pytest.mark.parametrize("words", [(), ("обмін",)])
def test_filters_narrow_with_and_without_words(
    store: Engine, filters: Filters, hits: int, words: tuple[str, ...]
) -> None:
    kept(store, finding())
    assert len(found(store, *words, filters=filters)) == hits


def test_an_undated_article_counts_from_when_it_was_kept(store: Engine) -> None:
    undated = replace(finding(), article=replace(finding().article, published=None))
    kept(store, undated, now=NOW + DAY)
    assert found(store, filters=Filters(since=NOW + DAY))
    assert not found(store, filters=Filters(until=NOW + DAY))


def test_a_hit_shows_where_the_words_stand(store: Engine) -> None:
    kept(store, finding())
    (hit,) = found(store, "захисник")
    shown = [hit.snippet.text[start:end] for start, end in hit.snippet.highlights]
    assert shown == ["захисників"]
