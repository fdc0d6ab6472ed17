"""Whole short reports: the claims a careful reader finds in them, no more and no fewer."""

from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from crawler.facts import read
from crawler.model import Article, Claim, Conflict, Kind, Standing, Verdict

FOLDER = Path(__file__).parents[2] / "cases" / "facts"
CASES = [
    (file.stem, case)
    for file in sorted(FOLDER.glob("*.yaml"))
    for case in YAML(typ="safe", pure=True).load(file.read_text(encoding="utf-8"))
]


def claims(language: str, case: dict[str, Any]) -> tuple[Claim, ...]:
    article = Article(
        address=case["id"],
        outlet="o",
        title=case.get("title", ""),
        text=case["text"],
        language=language,
        published=datetime.combine(case["published"], time(15), UTC),
    )
    verdict = Verdict(
        lexicon="x",
        standing=Standing.RELEVANT,
        score=1.0,
        kind=Kind(case["kind"]),
        conflict=Conflict(case.get("conflict", "ru-ua")),
    )
    return read(article, verdict)[1]


@pytest.mark.parametrize(
    ("language", "case"), CASES, ids=[f"{language}-{case['id']}" for language, case in CASES]
)
def test_the_claims_of_a_report(language: str, case: dict[str, Any]) -> None:
    found = {f"{one.event} {one.returned_to} {one.category} {one.count}" for one in claims(language, case)}
    assert sorted(found) == sorted(case["claims"])


SPOKEN = [(language, case) for language, case in CASES if "said" in case]


@pytest.mark.parametrize(
    ("language", "case"), SPOKEN, ids=[f"{language}-{case['id']}" for language, case in SPOKEN]
)
def test_who_says_so(language: str, case: dict[str, Any]) -> None:
    found = {one.count: sorted(one.claimed_by) for one in claims(language, case)}
    assert found == {count: sorted(speakers) for count, speakers in case["said"].items()}
