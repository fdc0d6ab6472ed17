"""Who says what in a text: the speaker named beside speech, carried over quotations and `he said`. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from crawler.facts.phrases_data import pattern, patterns
from crawler.facts.text import Sentence
from crawler.model import Part, Party, Speaker

SIDE_OF = {
    Speaker.RU_MOD: Party.RUSSIA, Speaker.RU_OMBUDSMAN: Party.RUSSIA, Speaker.RU_DELEGATION: Party.RUSSIA,
    Speaker.UA_PRESIDENT: Party.UKRAINE, Speaker.UA_COORDINATION_HQ: Party.UKRAINE, Speaker.UA_OMBUDSMAN: Party.UKRAINE,
    Speaker.UA_MOD: Party.UKRAINE, Speaker.IDF: Party.ISRAEL, Speaker.HAMAS: Party.PALESTINE,
}  # fmt: skip
"""The side whose returnees a speaker is the authority on."""

FAR = 5
"""Sentences after which `he said` no longer means the speaker named last."""

CREDIT = 140
"""Characters behind a quotation within which its speaker is named."""

MARKS = re.compile('[«“„»”"\n]')
OPENS, CLOSES = "«“„", "»”"
CREDITED = re.compile(r"\s?[,—–-]")
"""What ties a credit to the quotation before it: `», – сказав він`; in English a comma inside: `,” he said`."""

TITLE_SPEAKER = re.compile(r"^[^:—–]{2,60}:|[—–-] [^:—–]{2,60}$")
"""`Yermak: …` and `… – Yermak` in a title."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """Who speaks in one sentence."""

    sentence: Sentence
    named: tuple[tuple[int, Speaker], ...] = ()
    """Speakers of a sentence that tells of speech, with their places."""
    quoted: tuple[tuple[int, int, Speaker], ...] = ()
    """Stretches of a quotation that runs over several sentences, with its speaker."""
    before: Speaker = Speaker.OUTLET
    """Who was named as a speaker last, not far before."""
    again: bool = False
    """Whether the sentence goes on with that one: `he added`."""
    carried: Speaker = Speaker.OUTLET
    """Who spoke in the sentence before, in the same paragraph."""
    other: bool = False
    """Whether somebody speaks who has no name of his own among speakers."""

    def at(self, position: int) -> Speaker:
        """Return who says what stands at a position of the sentence, or spoke right before; else the outlet."""
        said = self.said(position)
        return self.carried if said is Speaker.OUTLET else said

    def said(self, position: int) -> Speaker:
        """Return who the sentence itself or its quotation names as saying so; the outlet where nobody is."""
        for start, end, speaker in self.quoted:
            if start <= position < end:
                return speaker
        if self.named:
            before = [one for one in self.named if one[0] <= position]
            clause = self.sentence.clause_of(position)
            inside = [one for one in self.named if clause[0] <= one[0] < clause[1]]
            return (inside or before or self.named)[-1 if before and not inside else 0][1]
        if self.again and self.before is not Speaker.OUTLET:
            return self.before
        return Speaker.OTHER if self.other else Speaker.OUTLET

    @property
    def speaker(self) -> Speaker:
        """Who speaks in the sentence as a whole."""
        return self.at(len(self.sentence.text) // 2)


def voices(
    sentences: Sequence[Sentence], language: str, before: Speaker = Speaker.OUTLET
) -> tuple[Voice, ...]:
    """Return the voice of each sentence of a title or text; `before` is who spoke in the title."""
    spans = tuple(_quotations(sentences[0].whole.text)) if sentences else ()
    found: list[Voice] = []
    last, since = before, -1
    for sentence in sentences:
        named = speaking(sentence.text, language, title=sentence.part is Part.TITLE)
        carried = (
            found[-1].speaker
            if found and found[-1].sentence.paragraph == sentence.paragraph
            else Speaker.OUTLET
        )
        near = last if sentence.number - since <= FAR else Speaker.OUTLET
        spoken = pattern(language, "speech").search(sentence.text)
        found.append(
            Voice(
                sentence=sentence,
                named=named,
                before=near,
                carried=carried,
                again=bool(pattern(language, "speech_again").search(sentence.text)),
                other=bool(spoken and pattern(language, "speaker_other").search(sentence.text)),
            )
        )
        if named:
            last, since = named[-1][1], sentence.number
    return tuple(_with_quotations(found, spans, language))


def speaking(text: str, language: str, *, title: bool = False) -> tuple[tuple[int, Speaker], ...]:
    """Return the speakers that a text with a word of speech names, with their places."""
    if title:
        named = [match.span() for match in TITLE_SPEAKER.finditer(text)]
        return tuple(
            (position, one)
            for position, one in _named(text, language)
            if pattern(language, "speech").search(text)
            or any(start <= position < end for start, end in named)
        )
    return tuple(_named(text, language)) if pattern(language, "speech").search(text) else ()


def _named(text: str, language: str) -> list[tuple[int, Speaker]]:
    return sorted(
        (match.start(), Speaker(name))
        for name, found in patterns(language, "speaker")
        for match in [found.search(text)]
        if match
    )


def _quotations(text: str) -> Iterator[tuple[int, int]]:
    """Yield where each outermost quotation of a text starts and ends; one left open ends with its paragraph."""
    depth, start, straight = 0, 0, False
    for mark in MARKS.finditer(text):
        position, char = mark.start(), mark.group()
        opens = char in OPENS or (char == '"' and not straight)
        closes = char in CLOSES or (char == '"' and straight)
        if char == "“" and depth:  # closes what „ opened
            opens, closes = False, True
        if opens:
            start = position if depth == 0 else start
            depth += 1
            straight = straight or char == '"'
        elif closes and depth:
            depth -= 1
            straight = straight and char != '"'
            if depth == 0:
                yield start, position + 1
        elif char == "\n" and depth:
            yield start, position
            depth, straight = 0, False


def _with_quotations(found: list[Voice], spans: Sequence[tuple[int, int]], language: str) -> Iterator[Voice]:
    """Yield each voice with the quotations over several sentences that it is part of."""
    credited = [
        (start, end, speaker)
        for start, end in spans
        for speaker in [_credit(found, start, end, language)]
        if speaker is not Speaker.OUTLET
    ]
    for voice in found:
        here, length = voice.sentence.start, len(voice.sentence.text)
        quoted = tuple(
            (start - here, end - here, speaker)
            for start, end, speaker in credited
            if start < here + length and here < end
        )
        yield replace(voice, quoted=quoted)


def _credit(found: list[Voice], start: int, end: int, language: str) -> Speaker:
    """Return who is credited with a quotation: in the words behind it, else in those that lead to it."""
    first = next((one for one in reversed(found) if one.sentence.start <= start), None)
    last = next((one for one in reversed(found) if one.sentence.start < end), None)
    if first is None or last is None:
        return Speaker.OUTLET
    text = first.sentence.whole.text
    tail = text[end : end + CREDIT].partition("\n")[0]
    if CREDITED.match(tail) or text[end - 2] in ",?!":
        words = re.split(r"[.!?](?:\s|$)", tail)[0]
        named = speaking(words, language)
        if named:
            return named[0][1]
        if pattern(language, "speech").search(words):
            other = pattern(language, "speaker_other").search(words)
            return Speaker.OTHER if other else first.before
    if first is last:
        return Speaker.OUTLET
    head = speaking(text[first.sentence.start : start], language)
    if head:
        return head[-1][1]
    index = found.index(first)
    before = found[index - 1] if index and text[first.sentence.start : start].strip() == "" else None
    introduced = before is not None and before.sentence.text.rstrip().endswith(":")
    return before.speaker if before is not None and introduced else Speaker.OUTLET
