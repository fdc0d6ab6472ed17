"""Who says so: the speaker named in a sentence that tells of speech, or the one before where the sentence goes on."""

from __future__ import annotations

import re

from crawler.facts.phrases_data import pattern, patterns
from crawler.facts.text import Sentence
from crawler.model import Party, Speaker

SIDE_OF = {
    Speaker.RU_MOD: Party.RUSSIA, Speaker.RU_OMBUDSMAN: Party.RUSSIA, Speaker.RU_DELEGATION: Party.RUSSIA,
    Speaker.UA_PRESIDENT: Party.UKRAINE, Speaker.UA_COORDINATION_HQ: Party.UKRAINE, Speaker.UA_OMBUDSMAN: Party.UKRAINE,
    Speaker.UA_MOD: Party.UKRAINE, Speaker.IDF: Party.ISRAEL, Speaker.HAMAS: Party.PALESTINE,
}  # fmt: skip
"""The side whose returnees a speaker is the authority on."""

OTHER = {
    "en": re.compile(
        r"(?<!\w)(?:lawmaker|deputy|official|source|spokes\w+|minister|governor|mayor|rights groups?|committee|envoy|relatives|delegation)(?!\w)"
    ),
    "ru": re.compile(
        r"(?<!\w)(?:депутат|источник|представител|губернатор|министр|секретар|правозащитник|чиновник|медики|собеседник|сми(?!\w))"
    ),
    "uk": re.compile(
        r"(?<!\w)(?:депутат|джерел|представни|речни|губернатор|міністр|секретар|правозахисни|чиновни|співрозмовни|очільни|зсу повідом|змі(?!\w)|адміністраці)"
    ),
}


def speaker_of(sentence: Sentence, position: int, language: str, last: Speaker) -> Speaker:
    """Return who says what stands at a position.

    Args:
        sentence: the sentence.
        position: of the number in it.
        language: of the text.
        last: who spoke in the sentence before; the outlet where nobody did.
    """
    named = _named(sentence.text, language)
    speaks = pattern(language, "speech").search(sentence.text)
    if named and speaks:
        before = [one for one in named if one[0] <= position]
        clause = sentence.clause_of(position)
        inside = [one for one in named if clause[0] <= one[0] < clause[1]]
        return (inside or before or named)[-1 if before and not inside else 0][1]
    if last is not Speaker.OUTLET and pattern(language, "speech_again").search(sentence.text):
        return last
    if speaks and OTHER[language].search(sentence.text):
        return Speaker.OTHER
    return Speaker.OUTLET


def _named(text: str, language: str) -> list[tuple[int, Speaker]]:
    return sorted(
        (match.start(), Speaker(name))
        for name, found in patterns(language, "speaker")
        for match in [found.search(text)]
        if match
    )
