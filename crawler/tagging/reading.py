"""In which language an article is read, and what its sentences weigh there."""

from __future__ import annotations

from dataclasses import dataclass

from crawler.language import LETTERS, detect
from crawler.model import Article
from crawler.tagging.lexicon import LANGUAGES, Added, lexicon
from crawler.tagging.relevance import Weighing, weighed
from crawler.tagging.sentences import Sentence, sentences_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """An article as one language's lexicon reads it."""

    language: str
    sentences: tuple[Sentence, ...]
    weighing: Weighing


def best_reading(article: Article, added: Added) -> Reading:
    """Return the reading that speaks most for relevance, among the languages that the article may be in."""
    readings = [_reading(article, code, added) for code in _languages(article)]
    return max(readings, key=lambda reading: reading.weighing.score)


def _reading(article: Article, code: str, added: Added) -> Reading:
    """Read an article, its title in the title's own language where its letters leave no doubt."""
    other = {"ru": "uk", "uk": "ru"}.get(code)
    title = article.title.lower()
    foreign = other and any(char in title for char in LETTERS[other])
    own = other and any(char in title for char in LETTERS[code])
    title_lexicon = lexicon(other, added) if other and foreign and not own else None
    sentences = sentences_of(article, lexicon(code, added), title=title_lexicon)
    return Reading(language=code, sentences=sentences, weighing=weighed(sentences, code))


def _languages(article: Article) -> tuple[str, ...]:
    """Return the languages to read an article in: its own, or where its letters leave it open, each that may be."""
    if article.language in LANGUAGES:
        return (article.language,)
    text = f"{article.title}\n{article.text}"
    found = detect(text, LANGUAGES)
    if found in LANGUAGES:
        return (found,)
    return ("ru", "uk") if any("а" <= char.lower() <= "ӿ" for char in text[:2000]) else ("en",)
