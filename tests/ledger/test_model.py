"""The nouns of the ledger: both sides' numbers stand beside each other."""

from dataclasses import FrozenInstanceError
from datetime import UTC, date, datetime

import pytest

from crawler.model import Category, Conflict, Party, Precision, Speaker
from ledger.model import Account, Agreement, Comparison, Exchange, ExchangeStatus, StatusChange


def account(speaker: Speaker, count: int) -> Account:
    return Account(
        speaker=speaker,
        returned_to=Party.UKRAINE,
        category=Category.PRISONERS_OF_WAR,
        count=count,
        precision=Precision.EXACT,
    )


def exchange(*statuses: StatusChange, comparisons: tuple[Comparison, ...] = ()) -> Exchange:
    return Exchange(
        id=1, conflict=Conflict.RU_UA, day=date(2025, 6, 10), statuses=statuses, comparisons=comparisons
    )


def change(status: ExchangeStatus, hour: int) -> StatusChange:
    return StatusChange(status=status, since=datetime(2025, 6, 10, hour, tzinfo=UTC), finding_id=1)


def test_the_latest_report_gives_the_status_whatever_the_order() -> None:
    over, planned = change(ExchangeStatus.COMPLETED, 15), change(ExchangeStatus.ANNOUNCED, 8)
    assert exchange(over, planned).status is ExchangeStatus.COMPLETED
    assert exchange().status is None


def test_two_sides_numbers_stay_two_numbers() -> None:
    both = (account(Speaker.RU_MOD, 248), account(Speaker.UA_COORDINATION_HQ, 230))
    disputed = Comparison(
        returned_to=Party.UKRAINE,
        category=Category.PRISONERS_OF_WAR,
        agreement=Agreement.DISPUTED,
        accounts=both,
    )
    (told,) = exchange(comparisons=(disputed,)).disagreements
    assert [one.count for one in told.accounts] == [248, 230]


def test_what_is_agreed_is_no_disagreement() -> None:
    agreed = Comparison(
        returned_to=Party.RUSSIA, category=Category.BODIES, agreement=Agreement.AGREED, accounts=()
    )
    assert exchange(comparisons=(agreed,)).disagreements == ()


def test_nouns_do_not_change_after_they_are_made() -> None:
    with pytest.raises(FrozenInstanceError):
        exchange().id = 2  # type: ignore[misc]
