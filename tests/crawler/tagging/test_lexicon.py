"""The lexicons: sorted, and every entry with a sentence that it matches."""

import re

import pytest

from crawler.language import fold
from crawler.tagging.lexicon import LANGUAGES, Term, compiled, terms

ENTRIES = [(language, term) for language in LANGUAGES for term in terms(language)]


@pytest.mark.parametrize(("language", "term"), ENTRIES, ids=lambda value: getattr(value, "pattern", value))
def test_every_entry_matches_its_example(language: str, term: Term) -> None:
    assert re.search(rf"(?<![\w'])(?:{compiled(term.pattern)})(?!\w)", fold(term.example))


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_entry_stands_twice(language: str) -> None:
    found = [(term.concept, term.pattern) for term in terms(language)]
    assert len(found) == len(set(found))
