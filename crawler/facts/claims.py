"""Claims: what a number counts, who receives them, which event, who says so. An open side stays unknown."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

from crawler.facts.drafts import COLLECTIVE, Draft, Reader
from crawler.facts.events import Timeline
from crawler.facts.mentions import Mention
from crawler.facts.phrases_data import pattern
from crawler.facts.settling import Whole, mixed_in, settled
from crawler.facts.text import sentences
from crawler.facts.voices import SIDE_OF, voices
from crawler.model import Article, Category, Claim, Conflict, Event, Part, Party, Precision, Span, Speaker

MOST = 300
"""Numbers of people read in one text: more than any report holds; what comes after them is a table."""

SMALLEST_ROUND = 20
"""A title rounds no number below this."""

LARGEST_PART = 1.3
"""How much larger a number of the text may be than the one a title makes of it."""


def claims_in(
    article: Article, language: str, *, conflict: Conflict, timeline: Timeline
) -> tuple[Claim, ...]:
    """Return the claims of a text, each once per event, side, category, subset and count.

    A number of the title counts only where the text does not have it.
    """
    drafts: list[Draft] = []
    before, spoke = Speaker.OUTLET, set[Speaker]()
    for raw, part in ((article.title, Part.TITLE), (article.text, Part.TEXT)):
        reader = Reader(language, conflict, timeline)
        for voice in voices(sentences(raw, part), language, before):
            if len(reader.drafts) < MOST:
                reader.read(voice)
            before = voice.named[-1][1] if voice.named else before
            spoke.update(speaker for _, speaker in voice.named)
        drafts += reader.drafts
    whole = Whole(language, conflict, timeline, mixed_in(article, language))
    filled = settled(drafts, whole)
    inside = [one for one in filled if one.mention.sentence.part is Part.TEXT]
    _told_by_title(filled, inside, mixed=whole.mixed)
    _said_of_parts(inside)
    _said_by_only_authority(inside, spoke)
    kept = [
        one
        for one in filled
        if one.mention.sentence.part is Part.TEXT or not any(_repeats(one, other) for other in inside)
    ]
    return _once(_claim(one, article, language) for one in kept)


def _told_by_title(drafts: list[Draft], inside: list[Draft], *, mixed: bool) -> None:
    """`46 civilians` in the title says who the text's `46 people` are; so does `prisoners`, where none are civilians."""
    for title in drafts:
        if title.mention.sentence.part is Part.TITLE and title.speaker is not Speaker.OUTLET:
            for one in inside:
                if _repeats(title, one) and one.speaker is Speaker.OUTLET:
                    one.speaker = title.speaker
    telling = {Category.CIVILIANS, Category.BODIES} | (set() if mixed else {Category.PRISONERS_OF_WAR})
    for title in drafts:
        if title.mention.sentence.part is Part.TITLE and title.category in telling:
            for one in inside:
                if _repeats(title, one) and one.category is Category.PEOPLE:
                    one.category = title.category


def _said_of_parts(drafts: list[Draft]) -> None:
    """Who says what the parts of a number are has said the number: `189 people … 187 of them, the headquarters said`."""
    for before, draft in pairwise(drafts):
        if draft.mention.part_of and before.speaker is Speaker.OUTLET and not before.mention.part_of:
            before.speaker = draft.speaker


def _said_by_only_authority(drafts: list[Draft], spoke: set[Speaker]) -> None:
    """A side's returnees of the day are told by the one authority of that side that speaks in the text, if just one does."""
    for draft in drafts:
        authorities = {one for one in spoke if draft.side is not None and SIDE_OF.get(one) is draft.side}
        if draft.speaker is Speaker.OUTLET and draft.event is Event.THIS_EXCHANGE and len(authorities) == 1:
            draft.speaker = next(iter(authorities))


def _repeats(title: Draft, text: Draft) -> bool:
    """Say whether a number of the title only repeats one of the text, or rounds it."""
    if not _rounds(title, text):
        return False
    return title.side in (text.side, None) or text.side in COLLECTIVE


def _rounds(title: Draft, text: Draft) -> bool:
    """Say whether a number of the title is the text's, or stands for it: `more than a hundred` for 103."""
    told, exact = title.mention.count.value, text.mention.count.value
    if told == exact:
        return True
    rough = told >= SMALLEST_ROUND and told % 10 == 0
    return rough and title.category is text.category and told <= exact <= told * LARGEST_PART


def _claim(draft: Draft, article: Article, language: str) -> Claim:
    mention = draft.mention
    start, end = mention.sentence.original(mention.start, mention.end)
    raw = article.title if mention.sentence.part is Part.TITLE else article.text
    side = draft.side or Party.UNKNOWN
    return Claim(
        event=draft.event,
        returned_to=side,
        category=draft.category or Category.PEOPLE,
        subset=mention.subset,
        count=mention.count.value,
        precision=_precision(mention, language),
        claimed_by=(draft.speaker,),
        quote=raw[start:end],
        span=Span(part=mention.sentence.part, start=start, end=end),
        reason="no words of the text say who receives them" if side is Party.UNKNOWN else None,
    )


def _precision(mention: Mention, language: str) -> Precision:
    before = mention.sentence.text[max(0, mention.count.start - 28) : mention.count.start].rstrip()
    for precision in (Precision.AT_LEAST, Precision.ABOUT, Precision.AT_MOST):
        if any(
            match.end() == len(before)
            for match in pattern(language, f"precision.{precision}").finditer(before)
        ):
            return precision
    return Precision.EXACT


def _once(claims: Iterator[Claim]) -> tuple[Claim, ...]:
    """Merge claims that say the same; further speakers join, the outlet only where nobody else says so."""
    found: dict[tuple[object, ...], Claim] = {}
    for claim in claims:
        key = (claim.event, claim.returned_to, claim.category, claim.subset, claim.count)
        known = found.get(key)
        if known is None:
            found[key] = claim
            continue
        speakers = tuple(dict.fromkeys((*known.claimed_by, *claim.claimed_by)))
        named = tuple(one for one in speakers if one is not Speaker.OUTLET)
        found[key] = replace(known, claimed_by=named or speakers)
    return _merged_subsets(found)


def _merged_subsets(found: dict[tuple[object, ...], Claim]) -> tuple[Claim, ...]:
    """Drop a claim without a subset where the same number stands with one, and the reverse for each and its sides."""
    claims = list(found.values())
    collective = {(one.event, one.category, one.count) for one in claims if one.returned_to is Party.EACH}
    kept = [
        one
        for one in claims
        if one.returned_to in COLLECTIVE
        or one.returned_to is not Party.UNKNOWN
        or (one.event, one.category, one.count) not in collective
    ]
    return _without_echoes(kept)


def _without_echoes(claims: list[Claim]) -> tuple[Claim, ...]:
    """Drop `84 people` where the text also says that the 84 are soldiers or civilians."""
    told = {
        (one.event, side, one.count)
        for one in claims
        if one.category in (Category.PRISONERS_OF_WAR, Category.CIVILIANS)
        for side in _covered(one.returned_to)
    }
    return tuple(
        one
        for one in claims
        if one.category is not Category.PEOPLE
        or one.event is Event.TOTAL_TO_DATE
        or not all((one.event, side, one.count) in told for side in _covered(one.returned_to)[:2])
    )


def _covered(side: Party) -> tuple[Party, ...]:
    return (Party.UKRAINE, Party.RUSSIA, Party.EACH) if side is Party.EACH else (side,)
