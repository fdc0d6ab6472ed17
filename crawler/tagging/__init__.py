"""An Article to a Verdict: relevant or not, of which kind and conflict, each with the words that earned it. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from crawler.language import LETTERS, detect
from crawler.model import Article, Conflict, Kind, Standing, Verdict
from crawler.tagging.conflict import conflict_of
from crawler.tagging.kind import kind_of
from crawler.tagging.lexicon import LANGUAGES, Added, Concept, lexicon, version
from crawler.tagging.relevance import weighed
from crawler.tagging.sentences import Sentence, sentences_of

__all__ = ["LEXICON", "NEAR_MISS", "RELEVANT", "judge"]

LEXICON = version()
"""Name of the shipped words and rules; a verdict belongs to one, or to one with operators' terms added."""

RELEVANT = 0.5
NEAR_MISS = RELEVANT / 2

CAPTIVITY = frozenset({Concept.CAPTIVE, Concept.CAPTIVITY, Concept.FROM_CAPTIVITY})


def judge(article: Article, added: Added = ()) -> Verdict:
    """Say whether an article reports on an exchange or return of prisoners, civilians or bodies, and why.

    The score runs from 0 to 1: 0.5 and more is relevant. A near miss, kept to be audited, has 0.25 and more or
    speaks of captivity in its title or first sentences.

    Args:
        article: what was read.
        added: the terms that operators add to the lexicon.
    """
    readings = [(code, _read(article, code, added)) for code in _languages(article)]
    weighings = [(weighed(sentences, code), code, sentences) for code, sentences in readings]
    (score, reasons), code, sentences = max(weighings, key=lambda weighing: weighing[0][0])
    standing = _standing(score, sentences)
    relevant = standing is Standing.RELEVANT
    return Verdict(
        lexicon=version(added),
        standing=standing,
        score=round(score, 3),
        kind=kind_of(sentences, code) if relevant else Kind.OFF_TOPIC,
        conflict=conflict_of(sentences, code) if relevant else Conflict.NONE,
        reasons=reasons,
        tags=(*dict.fromkeys(reason.rule for reason in reasons if reason.weight > 0), *_topics(sentences)),
    )


def _standing(score: float, sentences: Sequence[Sentence]) -> Standing:
    if score >= RELEVANT:
        return Standing.RELEVANT
    near = score >= NEAR_MISS or any(one.has(CAPTIVITY) for one in sentences if one.prominent)
    return Standing.NEAR_MISS if near else Standing.OFF_TOPIC


def _topics(sentences: Sequence[Sentence]) -> Iterator[str]:
    """Yield the operators' topics that an article names, as tags."""
    named = {hit.topic for sentence in sentences for hit in sentence.hits if hit.topic}
    yield from (f"topic:{topic}" for topic in sorted(named))


def _read(article: Article, code: str, added: Added) -> tuple[Sentence, ...]:
    """Return an article's sentences, its title in the title's own language where its letters leave no doubt."""
    other = {"ru": "uk", "uk": "ru"}.get(code)
    title = article.title.lower()
    foreign = other and any(char in title for char in LETTERS[other])
    own = other and any(char in title for char in LETTERS[code])
    title_lexicon = lexicon(other, added) if other and foreign and not own else None
    return sentences_of(article, lexicon(code, added), title=title_lexicon)


def _languages(article: Article) -> tuple[str, ...]:
    """Return the languages to read an article in: its own, or where its letters leave it open, each that may be."""
    if article.language in LANGUAGES:
        return (article.language,)
    text = f"{article.title}\n{article.text}"
    found = detect(text, LANGUAGES)
    if found in LANGUAGES:
        return (found,)
    return ("ru", "uk") if any("а" <= char.lower() <= "ӿ" for char in text[:2000]) else ("en",)
