"""A verdict step by step: every weight accounted for, every mark on the original's words."""

import pytest

from crawler.model import Article, Part
from crawler.tagging import RELEVANT, explained, judge

TEXT = (
    "Сьогодні відбувся обмін по\u00adлоненими. Вони обмінялися думками з лікарями. Про листи забули.\n\n"
    "Дощ ішов до вечора. Було холодно. Обмін полоненими згадали ще раз."
)
ARTICLE = Article(address="a", outlet="o", title="Обмін полоненими", text=TEXT, language="uk")


def test_the_steps_add_up_to_the_score() -> None:
    found = explained(ARTICLE)
    head = sum(reason.weight for step in found.steps if step.number <= 3 for reason in step.reasons)
    rest = sum(reason.weight for step in found.steps if step.number > 3 for reason in step.reasons)
    assert found.weighing.head == pytest.approx(head)
    assert found.weighing.rest == pytest.approx(rest)
    assert round(found.weighing.score, 3) == judge(ARTICLE).score > RELEVANT


def test_each_sentence_and_each_reason_points_at_the_original() -> None:
    found = explained(ARTICLE)
    first = next(step for step in found.steps if step.part is Part.TEXT and step.number == 1)
    assert TEXT[first.start : first.end].strip() == "Сьогодні відбувся обмін по\u00adлоненими."
    reason = next(one for one in first.reasons if one.rule == "captives_exchanged")
    assert TEXT[reason.span.start : reason.span.end] == "обмін по\u00adлоненими"


def test_what_was_set_aside_and_what_spoke_against_is_told() -> None:
    steps = {step.number: step for step in explained(ARTICLE).steps if step.part is Part.TEXT}
    assert ("spoiler", "обмінялися думками") in steps[2].words
    assert [reason.rule for reason in steps[3].reasons] == ["mail"]
    assert steps[3].reasons[0].weight < 0
    assert 4 not in steps or not steps[4].reasons


def test_a_missing_party_is_told_as_a_share() -> None:
    assert explained(ARTICLE).weighing.share == 0.85
    named = Article(address="a", outlet="o", title="Україна: обмін полоненими", text="", language="uk")
    assert explained(named).weighing.share == 1
