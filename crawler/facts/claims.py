"""Claims: what a number counts, who receives them, which event, who says so. An open side stays unknown."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from crawler.facts.days import days_in
from crawler.facts.events import Timeline, default_event, event_of
from crawler.facts.mentions import Mention, evidence, mentions_in, spread
from crawler.facts.phrases_data import pattern
from crawler.facts.sides import PARTIES, for_both, for_each, other_side, side_of, summed
from crawler.facts.speakers import SIDE_OF, speaker_of
from crawler.facts.text import Sentence, sentences
from crawler.model import Article, Category, Claim, Conflict, Event, Part, Party, Precision, Span, Speaker

SOLDIERS = {Category.PRISONERS_OF_WAR, Category.PEOPLE, Category.CIVILIANS}
NATIONALS = re.compile(r"ukrainians|russians|украинц|россиян|українц|росіян|освобожд|звільнен|returned|freed")

FORGOTTEN = 4
"""Sentences after which a number is no longer what the text goes on about."""

COLLECTIVE = {Party.EACH, Party.BOTH}


@dataclass(slots=True)
class _Draft:
    """A claim in the making."""

    mention: Mention
    event: Event
    side: Party | None
    category: Category | None
    speaker: Speaker
    same_for_other: bool = False
    """True where 'the same number' of the other side's people follows."""


@dataclass(slots=True)
class _Reader:
    """Reads a text sentence by sentence, remembering what the one before was about."""

    language: str
    conflict: Conflict
    timeline: Timeline
    drafts: list[_Draft] = field(default_factory=list)
    speaker: Speaker = Speaker.OUTLET
    spoke: bool = False
    """Whether the sentence before spoke of an exchange."""
    last: _Draft | None = None
    """The last draft, as long as what follows may go on from it."""

    def read(self, sentence: Sentence) -> None:
        """Add the drafts of one sentence."""
        if self.last is not None and sentence.number - self.last.mention.sentence.number > FORGOTTEN:
            self.last = None
        days = (
            days_in(sentence.text, self.timeline.published, self.language) if self.timeline.published else []
        )
        mentions = mentions_in(sentence, self.language, days)
        speaker = speaker_of(sentence, len(sentence.text) // 2, self.language, self.speaker)
        here = evidence(sentence.text, self.language)
        speaks = here or self.spoke or self._near(sentence)
        for mention, start, end in spread(mentions):
            if not self._counts(mention, speaks=speaks):
                continue
            says = speaker_of(sentence, mention.count.start, self.language, self.speaker)
            event = event_of(mention, (start, end), days=days, timeline=self.timeline, language=self.language)
            self._add(mention, (start, end), event, says)
        self.speaker, self.spoke = speaker, here
        self._mark_same(sentence)

    def _counts(self, mention: Mention, *, speaks: bool) -> bool:
        """Say whether a number is one of people or bodies that came home, will, or are held."""
        if mention.formula is not None:
            return speaks or mention.category is not None
        if mention.count.value == 0:
            return False
        start, end = mention.sentence.clause_of(mention.count.start)
        clause = mention.sentence.text[start:end]
        if pattern(self.language, "captured").search(clause) and not evidence(clause, self.language):
            return False
        if not speaks:
            return False
        return mention.category is not Category.PEOPLE or evidence(mention.sentence.text, self.language)

    def _near(self, sentence: Sentence) -> bool:
        return self.last is not None and sentence.number - self.last.mention.sentence.number <= 3

    def _add(self, mention: Mention, stretch: tuple[int, int], event: Event | None, speaker: Speaker) -> None:
        before = self.last
        if event is None and before is not None and (mention.part_of or self._same_sentence(mention, before)):
            event = before.event
        draft = _Draft(
            mention=mention,
            event=event or default_event(mention, self.timeline, self.language),
            side=self._side(mention, stretch, speaker),
            category=self._category(mention),
            speaker=speaker,
        )
        if draft.side is None and before is not None and before.side not in COLLECTIVE:
            draft.side = (
                before.side if mention.part_of or mention.subset or mention.category is None else None
            )
        if mention.formula is not None and not mention.equal:
            self._split(draft)
            return
        self.drafts.append(draft)
        self.last = draft

    def _category(self, mention: Mention) -> Category | None:
        """Prisoners are soldiers where armies exchange them; elsewhere they are people."""
        weak = mention.noun.startswith(("prisoner", "пленн", "полонен")) and "of war" not in mention.noun
        if weak and self.conflict not in (Conflict.RU_UA, Conflict.AZ_AM):
            return Category.PEOPLE
        return mention.category

    def _same_sentence(self, mention: Mention, before: _Draft) -> bool:
        return (
            before.mention.sentence.number == mention.sentence.number
            and before.mention.sentence.clause_of(before.mention.count.start)
            == mention.sentence.clause_of(mention.count.start)
            and before.event is not Event.TOTAL_TO_DATE
        )

    def _side(self, mention: Mention, stretch: tuple[int, int], speaker: Speaker) -> Party | None:
        if self.conflict in PARTIES or self.conflict is Conflict.OTHER:
            if summed(mention, self.language):
                return Party.BOTH
            if for_each(mention, self.language):
                return Party.EACH
            if for_both(mention, self.language, speaker):
                return Party.BOTH
        found = side_of(mention, stretch, language=self.language, conflict=self.conflict, speaker=speaker)
        if found is None and mention.part_of and self.last is not None and self.last.side not in COLLECTIVE:
            found = self.last.side
        if found is None and SIDE_OF.get(speaker) in PARTIES.get(self.conflict, ()):
            found = SIDE_OF[speaker]
        return found

    def _split(self, draft: _Draft) -> None:
        """`40 на 44` is two claims; whose each is, other sentences tell."""
        second = draft.mention.formula
        if second is None:
            return
        for count in (draft.mention.count, second):
            mention = replace(draft.mention, count=count, formula=None)
            self.drafts.append(replace(draft, mention=mention, side=None))

    def _mark_same(self, sentence: Sentence) -> None:
        """`… and the same number of Ukrainians` says the sentence's last count of the other side too."""
        match = pattern(self.language, "same_number").search(sentence.text)
        if not match:
            return
        here = [
            one
            for one in self.drafts
            if one.mention.sentence is sentence
            and one.mention.end <= match.start()
            and one.side not in COLLECTIVE
        ] or ([self.last] if self.last is not None else [])
        if here:
            here[-1].same_for_other = True


def claims_in(
    article: Article, language: str, *, conflict: Conflict, timeline: Timeline
) -> tuple[Claim, ...]:
    """Return the claims of a text, each once per event, side, category, subset and count.

    A number of the title counts only where the text does not have it.
    """
    drafts: list[_Draft] = []
    for raw, part in ((article.title, Part.TITLE), (article.text, Part.TEXT)):
        reader = _Reader(language, conflict, timeline)
        for sentence in sentences(raw, part):
            reader.read(sentence)
        drafts += reader.drafts
    settled = _settled(drafts, conflict, timeline)
    inside = {one.mention.count.value for one in settled if one.mention.sentence.part is Part.TEXT}
    kept = [
        one
        for one in settled
        if one.mention.sentence.part is Part.TEXT or one.mention.count.value not in inside
    ]
    return _once(_claim(one, article, language) for one in kept)


def _settled(drafts: list[_Draft], conflict: Conflict, timeline: Timeline) -> list[_Draft]:
    """Fill what single sentences left open from what the others say."""
    home = _home(drafts)
    for draft in drafts:
        if draft.side is None:
            draft.side = _side_of_same_count(draft, drafts, conflict) or home
        if draft.category is None:
            draft.category = _category(draft, drafts)
    for draft in drafts:
        if draft.same_for_other and draft.side not in COLLECTIVE:
            draft.side = Party.EACH
    _plan_formulas(drafts, timeline)
    return drafts


def _home(drafts: list[_Draft]) -> Party | None:
    """Return the side that nearly all numbers with a known side go to."""
    sides = Counter(one.side for one in drafts if one.side is not None and one.side not in COLLECTIVE)
    if not sides:
        return None
    (side, count), *_ = sides.most_common()
    return side if count >= 0.75 * sum(sides.values()) else None


def _side_of_same_count(draft: _Draft, drafts: list[_Draft], conflict: Conflict) -> Party | None:
    """Return the side another sentence gives this count to, or the one left over by the other half of `40 на 44`."""
    value = draft.mention.count.value
    sides = {
        one.side
        for one in drafts
        if one.side is not None and one.side not in COLLECTIVE and one.mention.count.value == value
    }
    if len(sides) == 1:
        return sides.pop()
    partners = {
        one.mention.count.value
        for one in drafts
        if one is not draft
        and one.mention.sentence is draft.mention.sentence
        and one.mention.start == draft.mention.start
    }
    others = {
        one.side
        for one in drafts
        if one.side is not None and one.side not in COLLECTIVE and one.mention.count.value in partners
    }
    return other_side(others.pop(), conflict) if len(others) == 1 else None


def _category(draft: _Draft, drafts: list[_Draft]) -> Category:
    """Return what a number without a noun counts: what others of its count or event count."""
    named = [one for one in drafts if one.category is not None and one is not draft]
    same = [one for one in named if one.mention.count.value == draft.mention.count.value]
    for one in same:
        if one.event is draft.event and one.category is not None:
            return one.category
    if (
        draft.mention.bare
        and any(one.category is Category.BODIES for one in named if one.event is draft.event)
        and not any(one.category in SOLDIERS for one in named if one.event is draft.event)
    ):
        return Category.BODIES
    if draft.mention.bare:
        civilians = any(
            one.category in (Category.CIVILIANS, Category.PEOPLE) and one.event is Event.THIS_EXCHANGE
            for one in named
        )
        return Category.PEOPLE if civilians else Category.PRISONERS_OF_WAR
    if draft.mention.noun:  # `the wounded`, `women`, `the freed`: whoever else came home
        kinds = {one.category for one in named if one.event is draft.event and one.category in SOLDIERS}
        return Category.PRISONERS_OF_WAR if kinds == {Category.PRISONERS_OF_WAR} else Category.PEOPLE
    near = [
        one for one in named if one.mention.sentence.paragraph == draft.mention.sentence.paragraph
    ] or named
    before = [one for one in near if one.mention.sentence.start <= draft.mention.sentence.start]
    chosen = (before or near)[-1:] or named[:1]
    return (chosen[0].category if chosen else None) or Category.PEOPLE


def _plan_formulas(drafts: list[_Draft], timeline: Timeline) -> None:
    """`1000 на 1000` beside smaller numbers of the day is the deal, not the day."""
    day = [
        one.mention.count.value for one in drafts if one.event is Event.THIS_EXCHANGE and not one.mention.bare
    ]
    for draft in drafts:
        if draft.mention.bare and draft.mention.equal and draft.event is Event.THIS_EXCHANGE and day:
            value = draft.mention.count.value
            if value > 1.5 * max(day) and value % 100 == 0 and timeline.kind is not None:
                draft.event = Event.PLANNED


def _claim(draft: _Draft, article: Article, language: str) -> Claim:
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
    """Drop `84 Russians` where the text also says that the 84 are soldiers."""
    soldiers = {
        (one.event, side, one.count)
        for one in claims
        if one.category is Category.PRISONERS_OF_WAR
        for side in (
            (one.returned_to, Party.UKRAINE, Party.RUSSIA, Party.EACH)
            if one.returned_to is Party.EACH
            else (one.returned_to,)
        )
    }
    return tuple(
        one
        for one in claims
        if one.category is not Category.PEOPLE
        or (one.event, one.returned_to, one.count) not in soldiers
        or not NATIONALS.search(one.quote.lower())
    )
