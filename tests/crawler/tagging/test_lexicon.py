"""The lexicons and rules: each entry with what it finds, and with what it was confused."""

import pytest

from crawler.model import Article
from crawler.tagging.lexicon import LANGUAGES, Term, lexicon, matches, terms
from crawler.tagging.rules import Rule, rules
from crawler.tagging.sentences import sentences_of

ENTRIES = [(language, term) for language in LANGUAGES for term in terms(language)]


def name(value: object) -> str:
    return value.pattern[:40] if isinstance(value, Term) else str(getattr(value, "name", value))


@pytest.mark.parametrize(("language", "term"), ENTRIES, ids=name)
def test_every_entry_matches_its_example_and_not_its_counter_example(language: str, term: Term) -> None:
    assert matches(language, term, term.example)
    assert term.unlike is None or not matches(language, term, term.unlike)


@pytest.mark.parametrize("language", LANGUAGES)
def test_entries_are_sorted_by_concept_and_none_stands_twice(language: str) -> None:
    found = [(term.concept, term.pattern) for term in terms(language)]
    assert len(found) == len(set(found))
    concepts = list(dict.fromkeys(concept for concept, _ in found))
    assert concepts == sorted(concepts)


def holds(rule: Rule, headline: str, language: str) -> bool:
    article = Article(address="a", outlet="o", title=headline, text="")
    sentences = sentences_of(article, lexicon(language))
    present = {hit.concept for sentence in sentences for hit in sentence.hits}
    return rule.asks(frozenset(present)) and any(rule.finds(one) for one in sentences)


@pytest.mark.parametrize("rule", rules(), ids=name)
def test_every_rule_finds_its_examples_and_not_their_look_alikes(rule: Rule) -> None:
    assert set(rule.example) == set(LANGUAGES)
    for language, headline in rule.example.items():
        assert holds(rule, headline, language), headline
    for language, headline in rule.unlike.items():
        assert not holds(rule, headline, language), headline
