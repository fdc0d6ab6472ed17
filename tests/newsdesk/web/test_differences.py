"""What changed between two versions, in words."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from newsdesk.web import differences
from newsdesk.web.differences import Change, difference


def told(before: str, after: str) -> list[tuple[str, str]]:
    return [(one.change.value, one.text) for one in difference(before, after)]


def test_a_changed_number_stands_alone() -> None:
    assert told("Повернулися 205 людей.", "Повернулися 207 людей.") == [
        ("same", "Повернулися "),
        ("gone", "205"),
        ("new", "207"),
        ("same", " людей."),
    ]


def test_a_new_paragraph_is_new_as_a_whole() -> None:
    assert told("a\nc", "a\nb\nc") == [("same", "a\n"), ("new", "b\n"), ("same", "c")]


def test_passages_too_long_to_compare_are_replaced_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(differences, "MOST_COMPARED", 4)
    assert told("a b c", "a x c") == [("gone", "a b c"), ("new", "a x c")]


@given(before=some.text(alphabet="ab .\n", max_size=40), after=some.text(alphabet="ab .\n", max_size=40))
def test_each_text_can_be_read_from_the_difference(before: str, after: str) -> None:
    words = difference(before, after)
    assert "".join(one.text for one in words if one.change is not Change.NEW) == before
    assert "".join(one.text for one in words if one.change is not Change.GONE) == after
