"""The words of the pages stand in one place, and none is missing."""

from __future__ import annotations

import re
from enum import StrEnum
from pathlib import Path

import pytest

from crawler.model import (
    Category,
    Conflict,
    DateOrigin,
    Event,
    Kind,
    Ownership,
    Party,
    Precision,
    Side,
    SkipReason,
    Speaker,
    Stage,
    Standing,
)
from ledger.model import Agreement, ExchangeStatus, Matter, Unclear
from ledger.totals import Basis
from newsdesk.health import State
from newsdesk.web.exchanges import Sort
from newsdesk.web.texts import texts
from storage.copies import How

WEB = Path(__file__).resolve().parents[3] / "newsdesk" / "web"
TEMPLATES = sorted((WEB / "templates").glob("*.html"))

VOCABULARIES = [
    ("category", Category), ("conflict", Conflict), ("origin", DateOrigin), ("event", Event), ("kind", Kind), ("ownership", Ownership),
    ("party", Party), ("precision", Precision), ("side", Side), ("reason", SkipReason), ("speaker", Speaker), ("stage", Stage),
    ("standing", Standing), ("status", ExchangeStatus), ("agreement", Agreement), ("matter", Matter), ("basis", Basis), ("sort", Sort),
    ("health", State),
    ("how", How),
    ("unclear", Unclear),
]  # fmt: skip


@pytest.mark.parametrize(("group", "kinds"), VOCABULARIES)
def test_each_value_of_a_vocabulary_has_its_words(group: str, kinds: type[StrEnum]) -> None:
    assert [kind for kind in kinds if f"{group}.{kind}" not in texts()] == []


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_each_text_of_a_page_is_there(path: Path) -> None:
    page = path.read_text(encoding="utf-8")
    named = re.findall(r"\bt\(\"([a-z_.]+)\"[,)]", page)
    counted = re.findall(r"\bt\.count\(\"([a-z_.]+)\"", page)
    assert named or counted or path.name == "macros.html"
    wanted = named + [f"{name}_{number}" for name in counted for number in ("one", "many")]
    assert [name for name in wanted if name not in texts()] == []


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_no_page_has_words_of_its_own(path: Path) -> None:
    page = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert re.findall(r"[A-Za-z]{2,}", re.sub(r"<[^>]*>", "", page)) == []


def test_counts_have_their_own_words() -> None:
    assert texts().count("findings.count", 1) == "1 finding"
    assert texts().count("findings.count", 1200) == "1,200 findings"
