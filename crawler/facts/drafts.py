"""Drafts of claims: a text read sentence by sentence, each number with its event, side and speaker where words tell them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import date

from crawler.facts.around import FORMULA
from crawler.facts.days import days_in
from crawler.facts.events import Timeline, default_event, event_of
from crawler.facts.mentions import Mention, evidence, mentions_in, spread
from crawler.facts.phrases_data import pattern, patterns
from crawler.facts.sides import PARTIES, for_both, for_each, other_side, side_of, summed, turned
from crawler.facts.text import Sentence
from crawler.facts.voices import SIDE_OF, Voice
from crawler.model import Category, Conflict, Event, Party, Speaker

ARMIES = {Conflict.RU_UA, Conflict.AZ_AM}
"""Conflicts in which prisoners are soldiers unless the text says otherwise."""

COLLECTIVE = {Party.EACH, Party.BOTH}

INVASION = date(2022, 2, 24)
"""Before the full-scale war, `prisoners` of the east were soldiers and civilians alike."""

SMALLEST = 5
"""`5 на 5` and more is an exchange wherever it stands; `1 на 1` may be a meeting."""

SAID_REACH = 3
"""Sentences before `this was announced by …` that it speaks of."""

FORGOTTEN = 4
"""Sentences after which a number is no longer what the text goes on about."""

IN_RETURN = re.compile(
    r"(?:in return|in exchange|взамен|в обмен|за них|в ответ|натомість|навзаєм|навзамін|в обмін|у відповідь|moscow|kyiv) "
)
AND = re.compile(
    r"(?: |, | \w+ )(?:and|as well as|plus|и|а также|та|і|й|а також|плюс)(?: (?:another|also|еще|ще|some|about))? "
)
OF_WAR = re.compile(
    r"(?<!\w)(?:prisoners? of war|pows?(?!\w)|soldiers|servicem[ea]n|военнопленн|военнослужащ|військовополонен|військовослужбов)"
)
HURT_NOUN = re.compile(r"wounded|injured|ранен|поранен")
"""The wounded of an attack, where nothing else in the sentence speaks of captives."""

IN_EXCHANGE_FOR = re.compile(r"(?:in (?:return|exchange) for|в обмен на|взамен на|в обмін на|навзамін за) ")


@dataclass(slots=True)
class Draft:
    """A claim in the making."""

    mention: Mention
    event: Event
    side: Party | None
    category: Category | None
    speaker: Speaker
    same_for_other: bool = False
    """True where 'the same number' of the other side's people follows."""


@dataclass(slots=True)
class Reader:
    """Reads a text sentence by sentence, remembering what the one before was about."""

    language: str
    conflict: Conflict
    timeline: Timeline
    drafts: list[Draft] = field(default_factory=list)
    spoke: bool = False
    """Whether the sentence before spoke of an exchange."""
    last: Draft | None = None
    """The last draft, as long as what follows may go on from it."""

    def read(self, voice: Voice) -> None:
        """Add the drafts of one sentence."""
        sentence = voice.sentence
        if self.last is not None and sentence.number - self.last.mention.sentence.number > FORGOTTEN:
            self.last = None
        days = (
            days_in(sentence.text, self.timeline.published, self.language) if self.timeline.published else ()
        )
        mentions = mentions_in(sentence, self.language, days)
        speaker = voice.speaker
        here = evidence(sentence.text, self.language)
        speaks = here or self.spoke or self._near(sentence)
        for mention, start, end in spread(mentions):
            if not self._counts(mention, speaks=speaks):
                continue
            says = voice.at(mention.count.start)
            event = event_of(mention, (start, end), days=days, timeline=self.timeline, language=self.language)
            self._add(mention, (start, end), event, (says, voice.said(mention.count.start)))
        starts = sentence.text.lstrip(' —–-"«“')
        if pattern(self.language, "said_this").match(starts) and speaker is not Speaker.OUTLET:
            self._said_before(sentence, speaker)
        self.spoke = here
        self._mark_same(sentence)

    def _counts(self, mention: Mention, *, speaks: bool) -> bool:
        """Say whether a number is one of people or bodies that came home, will, or are held."""
        if mention.equal and mention.count.value == 1 and self.conflict is Conflict.RU_UA:
            return False  # `one for one` is a principle
        if mention.formula is not None:
            return (
                speaks or mention.category is not None or (mention.equal and mention.count.value >= SMALLEST)
            )
        if mention.count.value == 0 and mention.category is None:
            return False
        start, end = mention.sentence.clause_of(mention.count.start)
        clause = mention.sentence.text[start:end]
        moved = any(
            pattern(self.language, verb).search(clause) for verb in ("verb.got", "verb.gave", "verb.swapped")
        )
        dead = mention.category is Category.BODIES
        if pattern(self.language, "captured").search(clause) and not moved and not dead:
            return False
        sore = HURT_NOUN.match(mention.noun) and not evidence(mention.sentence.text, self.language)
        if not speaks or sore:
            return False
        if not mention.loose:
            return True
        words = ("each", "event.still_held", "event.earlier_exchange", "event.planned", "own")
        return evidence(mention.sentence.text, self.language) or any(
            pattern(self.language, word).search(clause) for word in words
        )

    def _speaker(self, mention: Mention, says: Speaker) -> Speaker:
        """Return who says a number: the speaker of its sentence, else of the number that it goes on from."""
        last = self.last
        if says is not Speaker.OUTLET or last is None:
            return says
        there, here = last.mention.sentence, mention.sentence
        close = there.paragraph == here.paragraph and here.number - there.number <= 1
        return last.speaker if close else says

    def _said_before(self, sentence: Sentence, speaker: Speaker) -> None:
        """`Про це повідомив президент` names the speaker of what stands before it."""
        for draft in self.drafts:
            if (
                sentence.number - draft.mention.sentence.number <= SAID_REACH
                and draft.speaker is Speaker.OUTLET
            ):
                draft.speaker = speaker

    def _near(self, sentence: Sentence) -> bool:
        return self.last is not None and sentence.number - self.last.mention.sentence.number <= 3

    def _add(
        self,
        mention: Mention,
        stretch: tuple[int, int],
        event: Event | None,
        speakers: tuple[Speaker, Speaker],
    ) -> None:
        """Add a draft; the speakers are who says so and who is named as saying so, whose side may tell the side."""
        speaker, named = speakers
        before = self.last
        if event is None and before is not None and self._goes_on(mention, before):
            event = before.event
        draft = Draft(
            mention=mention,
            event=event or default_event(mention, self.timeline, self.language),
            side=self._side(mention, stretch, named),
            category=self._category(mention),
            speaker=self._speaker(mention, speaker),
        )
        if draft.side is None and before is not None and before.side is Party.EACH and mention.part_of:
            within = before.mention.sentence.number == mention.sentence.number and not before.mention.formula
            draft.side = Party.EACH if within else None
        if draft.side is None and before is not None and before.side not in COLLECTIVE:
            same = before.mention.sentence.number == mention.sentence.number
            draft.side = (
                before.side
                if mention.part_of or (same and (mention.subset or not mention.category))
                else None
            )
        if mention.formula is not None and not mention.equal:
            self._split(draft)
            return
        self.drafts.append(draft)
        self.last = draft

    def _category(self, mention: Mention) -> Category | None:
        """Prisoners are soldiers where armies exchange them; elsewhere they are people."""
        if (
            mention.part_of
            and mention.category is None
            and not mention.noun
            and self.last is not None
            and self.last.side not in COLLECTIVE
        ):
            return self.last.category
        if mention.formula is not None and mention.category is Category.PEOPLE:
            spoken = OF_WAR.search(mention.sentence.text)
            return Category.PRISONERS_OF_WAR if spoken and self.conflict in ARMIES else mention.category
        weak = mention.noun.startswith(("prisoner", "пленн", "полонен")) and "of war" not in mention.noun
        published = self.timeline.published
        hybrid = self.conflict is Conflict.RU_UA and published is not None and published < INVASION
        if weak and (self.conflict not in ARMIES or hybrid):
            return Category.PEOPLE
        return mention.category

    def _goes_on(self, mention: Mention, before: Draft) -> bool:
        """Say whether a number belongs to the exchange of the number before: `of them`, `and 20 civilians`, `in return`."""
        here, there = mention.sentence, before.mention.sentence
        if mention.part_of and (here.paragraph == there.paragraph or before.event is Event.THIS_EXCHANGE):
            return True
        if here.number != there.number:
            lasting = before.event not in (Event.STILL_HELD, Event.TOTAL_TO_DATE)
            return (
                lasting
                and here.number - there.number == 1
                and bool(IN_RETURN.match(here.text.lstrip(' —–-"«“')))
            )
        if AND.fullmatch(here.text[before.mention.end : mention.start]):
            return True
        if turned(before.mention, mention, self.language):
            return True
        between = here.text[before.mention.end : mention.start]
        if before.event is Event.PLANNED and pattern(self.language, "done").search(between):
            return False
        same_clause = here.clause_of(before.mention.count.start) == here.clause_of(mention.count.start)
        if before.event is Event.TOTAL_TO_DATE:
            return False
        start, end = here.clause_of(mention.count.start)
        if IN_EXCHANGE_FOR.match(here.text[start:end].lstrip()):
            return True
        verbs = ("done", "verb.got", "verb.gave", "verb.swapped")
        own = any(pattern(self.language, verb).search(here.text[start:end]) for verb in verbs)
        return same_clause or not own

    def _side(self, mention: Mention, stretch: tuple[int, int], speaker: Speaker) -> Party | None:
        collective = self._collective(mention, speaker)
        if collective is not None:
            return collective
        found = self._side_of_last(mention)
        if found is None:
            found = side_of(mention, stretch, language=self.language, conflict=self.conflict, speaker=speaker)
        own = SIDE_OF.get(speaker)
        if found is not None or own is None or own not in PARTIES.get(self.conflict, ()):
            return found
        start, end = mention.sentence.clause_of(mention.count.start)
        handed = pattern(self.language, "plain.handed").search(mention.sentence.text[start:end])
        return other_side(own, self.conflict) if handed else own

    def _collective(self, mention: Mention, speaker: Speaker) -> Party | None:
        if self.conflict not in PARTIES and self.conflict is not Conflict.OTHER:
            return None
        behind = mention.sentence.text[mention.end :].lstrip()
        if pattern(self.language, "each").match(behind) and mention.nation is None:
            return Party.EACH
        if summed(mention, self.language):
            return Party.BOTH
        if for_each(mention, self.language):
            return Party.EACH
        return Party.BOTH if for_both(mention, self.language, speaker, self.conflict) else None

    def _side_of_last(self, mention: Mention) -> Party | None:
        """Return the side of the number before for `10 of them`, the other one for `in exchange for 74`."""
        last, here = self.last, mention.sentence
        if last is None or last.side is None or last.side in COLLECTIVE or mention.nation is not None:
            return None
        start, end = here.clause_of(mention.count.start)
        clause = here.text[start:end]
        near = here.number - last.mention.sentence.number <= 1
        two_sided = last.side in PARTIES.get(self.conflict, ())
        if near and two_sided and pattern(self.language, "opposite").search(clause):
            return other_side(last.side, self.conflict)
        if near and mention.part_of:
            return last.side
        if not two_sided or last.mention.sentence is not here:
            return None
        in_return = IN_EXCHANGE_FOR.match(clause.lstrip()) or FORMULA.match(
            here.text[last.mention.end : mention.start]
        )
        if in_return or turned(last.mention, mention, self.language):
            return other_side(last.side, self.conflict)
        return None

    def _split(self, draft: Draft) -> None:
        """`40 на 44` is two claims; whose each is, other sentences tell."""
        second = draft.mention.formula
        if second is None:
            return
        known = draft.side if draft.mention.nation is not None else None
        back = other_side(known, self.conflict) if known is not None else None
        for count, side in ((draft.mention.count, known), (second, back)):
            mention = replace(draft.mention, count=count, formula=None)
            self.drafts.append(replace(draft, mention=mention, side=side))

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
        if not here:
            return
        here[-1].same_for_other = True
        after = sentence.text[match.end() : match.end() + 45]
        soldiers = dict(patterns(self.language, "noun"))["prisoners_of_war"]
        if here[-1].category is None and soldiers.search(after):
            here[-1].category = Category.PRISONERS_OF_WAR
