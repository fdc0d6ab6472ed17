"""Relevance on the labelled articles: the floor that this version promises, in each language."""

import json

import pytest

from tests.score_devset import (
    DEVSET,
    FIELD_FLOORS,
    MIN_CLAIM_F1,
    MIN_F1,
    MIN_SPEAKERS,
    Pair,
    exact,
    pairs,
    predictions,
    score,
    speakers,
)

pytestmark = pytest.mark.skipif(not DEVSET.is_dir(), reason="../shared/devset is not beside this checkout")


@pytest.mark.parametrize("language", ["en", "ru", "uk"])
def test_relevance_in_each_language(language: str) -> None:
    right = wrong = missed = 0
    with (DEVSET / "articles.jsonl").open(encoding="utf-8") as lines:
        for line, answer in zip(lines, predictions(), strict=True):
            article, said = json.loads(line), json.loads(answer)["relevant"] == "yes"
            label = article["gold"]["relevant"]
            if article["lang"] == language and label != "borderline":
                right += said and label == "yes"
                wrong += said and label == "no"
                missed += not said and label == "yes"
    assert 2 * right / (2 * right + wrong + missed) >= MIN_F1


def test_the_sets_own_scorer_agrees() -> None:
    result = score("--min-f1", str(MIN_F1), "--min-claim-f1", str(MIN_CLAIM_F1))
    assert result.returncode == 0, result.stdout


@pytest.fixture(scope="module")
def found() -> list[Pair]:
    """Every relevant article with what is read in it."""
    return pairs()


@pytest.mark.parametrize("field", FIELD_FLOORS)
def test_fields_of_relevant_articles(found: list[Pair], field: str) -> None:
    assert exact(found, field) >= FIELD_FLOORS[field]


def test_who_claims_what(found: list[Pair]) -> None:
    assert speakers(found) >= MIN_SPEAKERS
