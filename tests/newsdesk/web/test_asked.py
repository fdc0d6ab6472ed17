"""Addresses to questions and back; what can't be read is said, not guessed."""

from datetime import UTC, date, datetime

import pytest

from crawler.model import Kind, Side
from newsdesk.web.asked import Asked, NotUnderstood, asked, number
from tests.newsdesk.web.conftest import SOURCES


def test_an_address_and_its_question_are_each_others_way_back() -> None:
    question = Asked(q="обмін", kind=Kind.AGREEMENT, since=date(2025, 6, 1), page=3)
    link = question.link("/findings", page=3)
    assert link == "/findings?kind=agreement&page=3&q=%D0%BE%D0%B1%D0%BC%D1%96%D0%BD&since=2025-06-01"
    assert asked({"q": "обмін", "kind": "agreement", "since": "2025-06-01", "page": "3"}) == question


def test_a_narrower_question_starts_at_its_first_page() -> None:
    assert Asked(q="x", page=7).link("/findings", lang="uk") == "/findings?lang=uk&q=x"


def test_empty_fields_of_a_form_ask_for_nothing() -> None:
    assert asked({"q": " ", "since": "", "kind": ""}) == Asked()


def test_days_are_kyiv_days_and_the_last_one_counts() -> None:
    filters = Asked(since=date(2025, 6, 10), until=date(2025, 6, 10)).filters(SOURCES)
    assert filters.since == datetime(2025, 6, 9, 21, tzinfo=UTC)
    assert filters.until == datetime(2025, 6, 10, 21, tzinfo=UTC)


def test_a_side_stands_for_its_sources() -> None:
    assert Asked(side=Side.RU).filters(SOURCES).among == ("vesti",)
    assert Asked(side=Side.UNKNOWN).filters(SOURCES).among == ()


@pytest.mark.parametrize(
    ("given", "clamped"), [("-1", 1), ("0", 1), ("1" + "0" * 18, 1000), ("7", 7), ("+2", 2)]
)
def test_pages_out_of_range_become_the_nearest(given: str, clamped: int) -> None:
    assert asked({"page": given}).page == clamped


@pytest.mark.parametrize(
    "given",
    [
        {"kind": "exchange_completed' OR 1=1"},
        {"lang": "ук"},
        {"lang": "uk--"},
        {"source": "a;drop table finding"},
        {"side": "UA"},
        {"since": "2025-02-30"},
        {"since": "10.06.2025"},
        {"until": "٢٠٢٥-01-01"},
        {"page": "1e3"},
        {"page": "²"},
        {"order": "id desc"},
        {"q": "x" * 2001},
    ],
)
def test_what_cannot_be_read_is_named(given: dict[str, str]) -> None:
    with pytest.raises(NotUnderstood, match=f"^{next(iter(given))}: "):
        asked(given)


@pytest.mark.parametrize("text", ["f", "x1", "f1 ", "f-1", "f" + "9" * 30, "../f1", "f٣"])
def test_ids_look_like_ids(text: str) -> None:
    with pytest.raises(NotUnderstood):
        number(text, "f")
    assert number("f12", "f") == number("12", "f") == 12
