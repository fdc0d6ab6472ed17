"""What one sentence left open about a number, filled in from what the others say."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from crawler.facts.drafts import ARMIES, COLLECTIVE, Draft
from crawler.facts.events import FULFILLED, MANY, Timeline
from crawler.facts.phrases_data import pattern, patterns
from crawler.facts.sides import other_side
from crawler.language import folded
from crawler.model import Article, Category, Conflict, Event, Party

SOLDIERS = {Category.PRISONERS_OF_WAR, Category.PEOPLE, Category.CIVILIANS}

OF_BODIES = re.compile(r"обмен\w* тел|обмін\w* тіл|(?:exchange|swap)\w* (?:of )?(?:the )?(?:bodies|remains)")
"""`an exchange of bodies: 1,000 for 31`."""

ENTRY, CHRONICLE = 45, 5
"""Characters of an entry at most, and numbers with a side in a chronicle at least."""

FREED = re.compile(r"(?<!\w)(?:freed|released|освобо|звільн|визвол)")
WOUNDED = ("severely_wounded", "wounded")
CAPTIVES = re.compile(r"captive|пленник|бран")


@dataclass(frozen=True, slots=True)
class Whole:
    """What holds for the whole article."""

    language: str
    conflict: Conflict
    timeline: Timeline
    mixed: bool
    """Whether civilians are spoken of, so that `people` may not all be soldiers."""


def mixed_in(article: Article, language: str) -> bool:
    """Say whether an article speaks of civilians."""
    nouns = dict(patterns(language, "noun"))
    return bool(nouns["civilians"].search(folded(f"{article.title}. {article.text}").text))


def settled(drafts: list[Draft], whole: Whole) -> list[Draft]:
    """Fill what single sentences left open from what the others say."""
    homes = {bodies: _home(drafts, bodies=bodies) for bodies in (False, True)}
    for draft in drafts:
        home = homes[draft.category is Category.BODIES] or (
            homes[False]
            if draft.category is Category.BODIES
            else homes[True]
            if draft.category is None
            else None
        )
        if draft.side is None:
            draft.side = _entry_side(draft, drafts) or (
                _side_of_same_count(draft, drafts, whole.conflict) or home or _our_side(draft, drafts, whole)
            )
        if draft.category is None:
            draft.category = _category(draft, drafts, whole)
    for draft in drafts:
        if draft.same_for_other and draft.side not in COLLECTIVE:
            draft.side = Party.EACH
    _plan_formulas(drafts, whole.timeline)
    _sums_told(drafts)
    return drafts


def _home(drafts: list[Draft], *, bodies: bool) -> Party | None:
    """Return the side that nearly all numbers with a known side go to, of the living or of the dead."""
    sides = Counter(
        one.side
        for one in drafts
        if one.side is not None and one.side not in COLLECTIVE and (one.category is Category.BODIES) == bodies
    )
    if not sides:
        return None
    (side, count), *_ = sides.most_common()
    return side if count >= 0.75 * sum(sides.values()) else None


def _entry_side(draft: Draft, drafts: list[Draft]) -> Party | None:
    """Return whose a number is that stands alone as an entry of a chronicle: `26 April - another 44`."""
    if len(draft.mention.sentence.text.strip()) > ENTRY:
        return None
    sides = Counter(one.side for one in drafts if one.side is not None and one.side not in COLLECTIVE)
    if sum(sides.values()) < CHRONICLE:
        return None
    (side, count), *_ = sides.most_common()
    return side if count > sum(sides.values()) / 2 else None


def _our_side(draft: Draft, drafts: list[Draft], whole: Whole) -> Party | None:
    """Return whose home a text means by `home`: that of the first number it gives a side; in Ukrainian reports Ukraine's."""
    start, end = draft.mention.sentence.clause_of(draft.mention.count.start)
    clause = draft.mention.sentence.text[start:end]
    home = pattern(whole.language, "verb.got").search(clause) or FREED.search(clause)
    if not home and not draft.mention.part_of:
        return None
    first = next((one.side for one in drafts if one.side is not None and one.side not in COLLECTIVE), None)
    if first is None and whole.language == "uk" and whole.conflict is Conflict.RU_UA:
        return Party.UKRAINE
    return first


def _side_of_same_count(draft: Draft, drafts: list[Draft], conflict: Conflict) -> Party | None:
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


def _category(draft: Draft, drafts: list[Draft], whole: Whole) -> Category:
    """Return what a number without a noun of its own counts, by what the others of its article count."""
    named = [one for one in drafts if one.category is not None and one is not draft]
    same = {one.category for one in named if one.mention.count.value == draft.mention.count.value}
    if len(same) == 1:
        return same.pop() or Category.PEOPLE
    here: set[Category | None] = {
        one.category for one in named if one.event is draft.event and one.category is not Category.CHILDREN
    }
    if not here:  # nothing else is told of that event: what came home today was likely of the same kind
        here = {one.category for one in named if one.event is Event.THIS_EXCHANGE}
    if draft.mention.bare:
        return _of_formula(draft, here, whole)
    if here == {Category.CIVILIANS} and draft.mention.noun and draft.mention.part_of:
        return Category.CIVILIANS
    if whole.conflict not in ARMIES and (draft.mention.noun or not here):
        return Category.PEOPLE
    if draft.mention.noun:  # `the wounded`, `women`, `Ukrainians`: soldiers where only soldiers came home
        return _of_noun(draft, here, whole)
    return _as_before(draft, named)


def _of_noun(draft: Draft, here: set[Category | None], whole: Whole) -> Category:
    if CAPTIVES.match(draft.mention.noun):
        return Category.PEOPLE if whole.mixed else Category.PRISONERS_OF_WAR
    if draft.event in (Event.TOTAL_TO_DATE, Event.STILL_HELD):
        return Category.PEOPLE
    if here == {Category.BODIES}:
        return Category.BODIES
    return _soldiers_or_people(draft, here, whole)


def _of_formula(draft: Draft, here: set[Category | None], whole: Whole) -> Category:
    """`146 на 146`: bodies where only bodies moved, soldiers where the sentence or the exchange is of soldiers."""
    if here == {Category.BODIES} or OF_BODIES.search(draft.mention.sentence.text):
        return Category.BODIES
    if whole.conflict not in ARMIES:
        return Category.PEOPLE
    return _soldiers_or_people(draft, here, whole)


def _soldiers_or_people(draft: Draft, here: set[Category | None], whole: Whole) -> Category:
    if draft.mention.subset in WOUNDED:
        return Category.PRISONERS_OF_WAR
    nouns, text = dict(patterns(whole.language, "noun")), draft.mention.sentence.text
    if draft.mention.noun and nouns["civilians"].search(text):
        return Category.PEOPLE
    spoken = nouns["prisoners_of_war"].search(text)
    if draft.mention.bare and not spoken and nouns["people"].search(text):
        return Category.PEOPLE
    civilians = {Category.CIVILIANS, Category.PEOPLE} & here
    soldiers = here & SOLDIERS == {Category.PRISONERS_OF_WAR} or (
        spoken and not (civilians and draft.mention.noun)
    )
    return Category.PRISONERS_OF_WAR if soldiers else Category.PEOPLE


def _as_before(draft: Draft, named: list[Draft]) -> Category:
    """Return what the number before counts, in the same paragraph where there is one."""
    paragraph = [
        one for one in named if one.mention.sentence.paragraph == draft.mention.sentence.paragraph
    ] or named
    place = (draft.mention.sentence.start, draft.mention.start)
    before, earlier = (
        [
            one
            for one in some
            if (one.mention.sentence.start, one.mention.start) < place
            and one.category is not Category.CHILDREN
        ]
        for some in (paragraph, named)
    )
    chosen = (before or earlier or paragraph)[-1:]
    category = (chosen[0].category if chosen else None) or Category.PEOPLE
    apart = bool(chosen) and chosen[0].mention.sentence is not draft.mention.sentence
    sums = draft.event in (Event.TOTAL_TO_DATE, Event.STILL_HELD)
    return (
        Category.PEOPLE
        if apart and sums and category in (Category.CIVILIANS, Category.CHILDREN)
        else category
    )


def _sums_told(drafts: list[Draft]) -> None:
    """A large number that one sentence calls a sum is one wherever it stands; so is what adds up both sides' people."""
    sums = {one.mention.count.value for one in drafts if one.event is Event.TOTAL_TO_DATE}
    day = [one for one in drafts if one.event is Event.THIS_EXCHANGE]
    for draft in day:
        if draft.mention.count.value >= MANY and draft.mention.count.value in sums:
            draft.event = Event.TOTAL_TO_DATE


def _plan_formulas(drafts: list[Draft], timeline: Timeline) -> None:
    """`1000 на 1000` beside smaller numbers of the day is the deal, not the day."""
    day = [
        one.mention.count.value for one in drafts if one.event is Event.THIS_EXCHANGE and not one.mention.bare
    ]
    for draft in drafts:
        fulfilled = FULFILLED.search(draft.mention.sentence.text)
        if (
            draft.mention.bare
            and draft.mention.equal
            and draft.event is Event.THIS_EXCHANGE
            and day
            and not fulfilled
        ):
            value = draft.mention.count.value
            if value > 1.5 * max(day) and value % 100 == 0 and timeline.kind is not None:
                draft.event = Event.PLANNED
