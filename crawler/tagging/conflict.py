"""Between whom people were exchanged: the two parties named most."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from crawler.model import Conflict
from crawler.tagging.sentences import Sentence

PARTIES = {
    "ua": re.compile(r"\b(?:ukrain|kyiv|украин|киев|всу\b|україн|ки[їє]в|зсу\b)\w*"),
    "ru": re.compile(r"\b(?:russia|moscow|kremlin|росси|москв|рф\b|росі|днр\b|лнр\b|dpr\b)\w*"),
    "il": re.compile(r"\b(?:israel|израил|ізраїл)\w*"),
    "ps": re.compile(r"\b(?:palestin|hamas|gaza|палестин|хамас|сектор\w* газ)\w*"),
    "us": re.compile(r"\b(?:u\.?s\.?\b|american|washington|united states|сша\b|американ|вашингтон)\w*"),
    "am": re.compile(r"\b(?:armenia|yerevan|армени|армян|ереван|вірмен|єреван)\w*"),
    "az": re.compile(r"\b(?:azerbaijan|baku|азербайджан|баку\b)\w*"),
}

PAIRS = (
    (("ua", "ru"), Conflict.RU_UA),
    (("il", "ps"), Conflict.ISRAEL_PALESTINE),
    (("am", "az"), Conflict.AZ_AM),
    (("us", "ru"), Conflict.US_RU),
)


def conflict_of(sentences: Sequence[Sentence], language: str) -> Conflict:
    """Return the conflict whose parties an article names most, the title counting threefold."""
    named: Counter[str] = Counter()
    for sentence in sentences:
        for party, pattern in PARTIES.items():
            named[party] += len(pattern.findall(sentence.text)) * (
                3 if sentence.number == 0 else 2 if sentence.prominent else 1
            )
    scored = [(min(named[a], named[b]), conflict) for (a, b), conflict in PAIRS]
    best, conflict = max(scored, key=lambda pair: pair[0])
    if best:
        return conflict
    # one party alone, or none in a language of the war this project watches first
    return Conflict.RU_UA if named["ua"] or named["ru"] or language in ("ru", "uk") else Conflict.OTHER
