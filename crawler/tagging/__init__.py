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
    language = article.language if article.language in LANGUAGES else None
    code = language or detect(f"{article.title}\n{article.text}", LANGUAGES) or "en"
    sentences = sentences_of(article, code if code in LANGUAGES else "ru")
    score, reasons = weighed(sentences)
    standing = (
        Standing.RELEVANT
        if score >= RELEVANT
        else Standing.NEAR_MISS
        if score >= NEAR_MISS
        else Standing.OFF_TOPIC
    )
    relevant = standing is Standing.RELEVANT
    return Verdict(
        lexicon=LEXICON,
        standing=standing,
        score=round(score, 3),
        kind=kind_of(sentences, code) if relevant else Kind.OFF_TOPIC,
        conflict=conflict_of(sentences) if relevant else Conflict.NONE,
        reasons=reasons,
        tags=tuple(dict.fromkeys(reason.rule for reason in reasons if reason.weight > 0)),
    )
