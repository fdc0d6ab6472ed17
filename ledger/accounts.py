"""What each speaker says was returned to whom, and how the sides' accounts stand to each other. Nothing is averaged."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from crawler.model import Category, Conflict, Event, Party, Precision, Speaker
from ledger.model import Account, Agreement, Comparison, Part, Told
from ledger.parts import NAMES, SIDES

SPEAKS_FOR = {
    Speaker.RU_MOD: Party.RUSSIA,
    Speaker.RU_OMBUDSMAN: Party.RUSSIA,
    Speaker.RU_DELEGATION: Party.RUSSIA,
    Speaker.UA_PRESIDENT: Party.UKRAINE,
    Speaker.UA_COORDINATION_HQ: Party.UKRAINE,
    Speaker.UA_OMBUDSMAN: Party.UKRAINE,
    Speaker.UA_MOD: Party.UKRAINE,
    Speaker.IDF: Party.ISRAEL,
    Speaker.HAMAS: Party.PALESTINE,
}
"""Whose side a speaker is. Mediators, outlets and speakers without an id are nobody's."""

PARTIES_THERE = {(Speaker.US, Conflict.US_RU): Party.US}
"""Speakers that mediate elsewhere, and are a party to one conflict."""

LIVING = (Category.PRISONERS_OF_WAR, Category.PEOPLE)
APART = (Category.CIVILIANS, Category.CHILDREN, Category.BODIES)

ABOUT = 0.05
"""How far a rounded figure may lie from an exact one and still mean it."""


def side_of(speaker: Speaker, conflict: Conflict) -> Party | None:
    """Return whose account a speaker gives in a conflict; None for mediators, outlets and speakers without an id."""
    return PARTIES_THERE.get((speaker, conflict), SPEAKS_FOR.get(speaker))


Key = tuple[Speaker, Party, Category, str | None, int, Precision]


def accounts(parts: Iterable[Part], *events: Event) -> tuple[Account, ...]:
    """Return what is said by whom, each figure once with all claims that say it; `each` is said of both sides."""
    claims: dict[Key, list[int]] = defaultdict(list)
    since: dict[Key, datetime] = {}
    conflict = Conflict.NONE
    for part in parts:
        conflict = part.report.conflict
        for told in part.claims:
            if told.claim.event not in events:
                continue
            for key in _keys(told, part.report.conflict):
                claims[key].append(told.id)
                since[key] = min(since.get(key, part.report.published), part.report.published)
    found = [
        Account(
            speaker=speaker,
            returned_to=to,
            category=category,
            subset=subset,
            count=count,
            precision=precision,
            claim_ids=tuple(sorted(set(claims[speaker, to, category, subset, count, precision]))),
            since=since[speaker, to, category, subset, count, precision],
            side=side_of(speaker, conflict),
        )
        for speaker, to, category, subset, count, precision in claims
    ]
    return tuple(sorted(found, key=_order))


def _keys(told: Told, conflict: Conflict) -> Iterator[Key]:
    claim = told.claim
    sides = SIDES.get(conflict, (Party.EACH,)) if claim.returned_to is Party.EACH else (claim.returned_to,)
    for speaker in claim.claimed_by:
        for side in sides:
            yield speaker, side, claim.category, claim.subset, claim.count, claim.precision


def _order(one: Account) -> tuple[object, ...]:
    return (
        list(Party).index(one.returned_to), list(Category).index(one.category), one.subset or "",
        list(Speaker).index(one.speaker), -one.count, one.precision,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reading:
    """A number that a side's account can be read as, and how."""

    count: int
    precision: Precision
    how: str = ""

    def means(self, other: Reading) -> bool:
        """Say whether two readings can mean the same number of people."""
        if self.precision is Precision.EXACT and other.precision is Precision.EXACT:
            return self.count == other.count
        if Precision.ABOUT in (self.precision, other.precision):
            return abs(self.count - other.count) <= ABOUT * max(self.count, other.count)
        low = max((one.count for one in (self, other) if one.precision is not Precision.AT_MOST), default=0)
        high = min(
            (one.count for one in (self, other) if one.precision is not Precision.AT_LEAST), default=low
        )
        return low <= high


def comparisons(
    said: Sequence[Account], besides: Sequence[Account], conflict: Conflict, *, withheld: bool
) -> tuple[Comparison, ...]:
    """Return for each receiving side and category how the accounts stand, the parties of the conflict first."""
    sides = SIDES.get(conflict, ())
    receiving = [*sides, *sorted({one.returned_to for one in said} - {*sides, Party.BOTH})]
    found = [one for side in receiving for one in _of_side(side, said, besides)]
    both = [one for one in said if one.returned_to is Party.BOTH and one.subset is None]
    if both:
        found.append(_of_both(both, said, besides, sides))
    if withheld and not found:
        found = [
            Comparison(
                returned_to=side, category=Category.PEOPLE, agreement=Agreement.WITHHELD, accounts=(),
                note="no side gave the size",
            )
            for side in sides
        ]  # fmt: skip
    return tuple(found)


def _of_side(side: Party, said: Sequence[Account], besides: Sequence[Account]) -> Iterator[Comparison]:
    whole = [one for one in said if one.returned_to is side and one.subset is None]
    main = [one for one in whole if one.category in LIVING]
    if main:
        category = (
            Category.PRISONERS_OF_WAR
            if all(one.category is Category.PRISONERS_OF_WAR for one in main)
            else Category.PEOPLE
        )
        voices = {voice: readings(side, voice, said, besides) for voice in _voices(main)}
        yield _compared(side, category, main, voices)
    for apart in APART:
        told = [one for one in whole if one.category is apart]
        if told:
            voices = {
                voice: [Reading(one.count, one.precision) for one in _leading(told, voice, apart)]
                for voice in _voices(told)
            }
            yield _compared(side, apart, told, voices)


def _compared(
    side: Party, category: Category, told: Sequence[Account], voices: dict[Party, list[Reading]]
) -> Comparison:
    agreement, note = Agreement.UNATTRIBUTED, "no side has given a figure"
    if len(voices) == 1:
        (voice,) = voices
        since = min(one.since for one in told if one.side is voice and one.since)
        agreement, note = (
            Agreement.ONE_SIDED,
            f"only {NAMES[voice]} has given a figure, since {since:%Y-%m-%d %H:%MZ}",
        )
    elif voices:
        one, other = list(voices.values())[:2]
        same = [(a, b) for a in one for b in other if a.means(b)]
        agreement = Agreement.AGREED if same else Agreement.DISPUTED
        plain = any(not a.how and not b.how for a, b in same)
        note = "" if plain or not same else f"the same when counted {same[0][0].how or same[0][1].how}"
    return Comparison(
        returned_to=side, category=category, agreement=agreement, accounts=tuple(told), note=note
    )


def _voices(told: Iterable[Account]) -> list[Party]:
    return sorted({one.side for one in told if one.side is not None})


def _leading(told: Iterable[Account], voice: Party, *categories: Category) -> list[Account]:
    """Return a side's figure in each category: where it gave several, the one most reports carry, then the latest."""
    best: dict[Category, Account] = {}
    for one in told:
        if one.side is not voice or one.subset is not None or one.category not in categories:
            continue
        known = best.get(one.category)
        if known is None or _weight(one) > _weight(known):
            best[one.category] = one
    return [best[category] for category in categories if category in best]


def _weight(one: Account) -> tuple[int, float, int]:
    return len(one.claim_ids), one.since.timestamp() if one.since else 0.0, one.count


def readings(side: Party, voice: Party, said: Sequence[Account], besides: Sequence[Account]) -> list[Reading]:
    """Return the numbers of living people that one side's account of a side's returnees can be read as.

    Sides count civilians in or out, and list the gravely wounded apart or not; accounts that differ in that alone agree.
    """
    own = {
        one.category: one
        for one in _leading(
            [a for a in said if a.returned_to is side], voice, *LIVING, Category.CIVILIANS, Category.CHILDREN
        )
    }
    main = [own[category] for category in LIVING if category in own]
    found = [Reading(one.count, one.precision) for one in main]
    others = sum(own[one].count for one in (Category.CIVILIANS, Category.CHILDREN) if one in own)
    apart = _leading([a for a in besides if a.returned_to is side], voice, *LIVING)
    wounded = sum(one.count for one in apart[:1]) or sum(
        one.count for one in besides if one.returned_to is side and one.side is voice
    )
    for one in main:
        if others and one.category is Category.PRISONERS_OF_WAR:
            found.append(Reading(one.count + others, one.precision, "with civilians"))
        if others and one.category is Category.PEOPLE and one.count > others:
            found.append(Reading(one.count - others, one.precision, "without civilians"))
            found.append(Reading(one.count + others, one.precision, "with civilians"))
        if wounded:
            found.append(Reading(one.count + wounded, one.precision, "with those handed over besides"))
    return found


def _of_both(
    both: Sequence[Account], said: Sequence[Account], besides: Sequence[Account], sides: Sequence[Party]
) -> Comparison:
    """Compare a figure for both directions together with the sum of what each side says it received."""
    agreement, note = Agreement.UNATTRIBUTED, "the two directions are not known one by one"
    if len(sides) == 2 and not any(one.returned_to is Party.OTHER for one in said):
        own = [readings(side, side, said, besides) or _anyones(side, said) for side in sides]
        sums = {a.count + b.count for a in own[0] for b in own[1]}
        fits = [voice for voice in sides if both[0].count in _sums(voice, said, besides, sides)]
        if both[0].count in sums:
            agreement, note = Agreement.AGREED, "the sum of both directions"
        elif sums:
            agreement = Agreement.DISPUTED
            note = f"fits only what {NAMES[fits[0]]} says" if fits else "fits neither side's account"
    return Comparison(
        returned_to=Party.BOTH,
        category=both[0].category,
        agreement=agreement,
        accounts=tuple(both),
        note=note,
    )


def _sums(
    voice: Party, said: Sequence[Account], besides: Sequence[Account], sides: Sequence[Party]
) -> set[int]:
    one, other = (readings(side, voice, said, besides) for side in sides)
    return {a.count + b.count for a in one for b in other}


def _anyones(side: Party, said: Sequence[Account]) -> list[Reading]:
    return [
        Reading(one.count, one.precision)
        for one in said
        if one.returned_to is side and one.subset is None and one.category in LIVING
    ]
