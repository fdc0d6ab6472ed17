"""docs/reliability.md: every kind of fault has its row, and every test that a row names is there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs" / "reliability.md").read_text(encoding="utf-8")

ROWS_OF_GROUPS = {"A": 11, "B": 22, "C": 17, "D": 9, "E": 21}
"""How many kinds of fault each group of the catalogue has."""

ROW = re.compile(r"^\| ([A-I]\d\d) \| (.+) \| (.+) \|$", re.MULTILINE)
NAMED = re.compile(r"`(test_\w+)`")
DEFINED = re.compile(r"^\s*(?:async )?def (test_\w+)", re.MULTILINE)


def rows() -> dict[str, tuple[str, str]]:
    return {row: (what, shown) for row, what, shown in ROW.findall(PAGE)}


def defined() -> set[str]:
    tests = (path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    return {name for text in tests for name in DEFINED.findall(text)}


@pytest.mark.parametrize(
    "row",
    [f"{group}{number:02}" for group, count in ROWS_OF_GROUPS.items() for number in range(1, count + 1)],
)
def test_each_kind_of_fault_has_its_row_and_its_test(row: str) -> None:
    assert row in rows()
    _, shown = rows()[row]
    assert NAMED.search(shown)


def test_no_row_stands_twice() -> None:
    found = [row for row, _, _ in ROW.findall(PAGE)]
    assert sorted(found) == sorted(set(found))


def test_each_test_that_is_named_is_there() -> None:
    assert set(NAMED.findall(PAGE)) <= defined()
