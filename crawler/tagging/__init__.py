"""An Article to a Verdict: relevant or not, of which kind and conflict, each with the words that earned it. Pure."""

from __future__ import annotations

from crawler.language import detect
from crawler.model import Article, Conflict, Kind, Standing, Verdict
from crawler.tagging.conflict import conflict_of
from crawler.tagging.kind import kind_of
from crawler.tagging.lexicon import LANGUAGES, version
from crawler.tagging.relevance import weighed
from crawler.tagging.sentences import sentences_of

__all__ = ["LEXICON", "judge"]

LEXICON = version()
"""Name of the words and rules in force; a verdict belongs to one."""

RELEVANT = 0.5
NEAR_MISS = 0.2


def judge(article: Article) -> Verdict:
    """Say whether an article reports on an exchange or return of prisoners, civilians or bodies, and why.

    The score runs from 0 to 1: 0.5 and more is relevant, 0.2 and more a near miss, kept to be audited.
    """
    readings = [(code, sentences_of(article, code)) for code in _languages(article)]
    weighings = [(weighed(sentences, code), code, sentences) for code, sentences in readings]
    (score, reasons), code, sentences = max(weighings, key=lambda weighing: weighing[0][0])
    standing = _standing(score)
    relevant = standing is Standing.RELEVANT
    return Verdict(
        lexicon=LEXICON,
        standing=standing,
        score=round(score, 3),
        kind=kind_of(sentences, code) if relevant else Kind.OFF_TOPIC,
        conflict=conflict_of(sentences, code) if relevant else Conflict.NONE,
        reasons=reasons,
        tags=tuple(dict.fromkeys(reason.rule for reason in reasons if reason.weight > 0)),
    )


def _standing(score: float) -> Standing:
    if score >= RELEVANT:
        return Standing.RELEVANT
    return Standing.NEAR_MISS if score >= NEAR_MISS else Standing.OFF_TOPIC


def _languages(article: Article) -> tuple[str, ...]:
    """Return the languages to read an article in: its own, or where its letters leave it open, each that may be."""
    if article.language in LANGUAGES:
        return (article.language,)
    text = f"{article.title}\n{article.text}"
    found = detect(text, LANGUAGES)
    if found in LANGUAGES:
        return (found,)
    return ("ru", "uk") if any("а" <= char.lower() <= "ӿ" for char in text[:2000]) else ("en",)
