"""Figures of one exchange that do not add up: raised with their claims, decided by nobody but the reader."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from crawler.model import Category, Conflict, Event, Party, Precision
from ledger.accounts import LIVING, Reading, readings, side_of
from ledger.model import Account, Flag, FlagKind, Part
from ledger.parts import NAMES, SIDES

HALVES = (("men", "women"), ("officers", "privates_and_sergeants"))
"""Subsets that together are everyone: of people, of soldiers."""


def flags(
    parts: Sequence[Part], said: Sequence[Account], besides: Sequence[Account], conflict: Conflict
) -> tuple[Flag, ...]:
    """Return what does not add up within one exchange."""
    found: list[Flag] = []
    for (voice, side), own in _by_voice(said):
        found += _own_figures(voice, side, own, {one.count for one in said if one.returned_to is side})
        found += _subsets(voice, side, own)
    if len(SIDES.get(conflict, ())) == 2:
        found += _n_for_n(parts, said, besides, SIDES[conflict])
    return tuple(found)


def _by_voice(said: Iterable[Account]) -> Iterator[tuple[tuple[Party, Party], list[Account]]]:
    """Yield what each side says of each receiving side."""

    def whose(one: Account) -> tuple[Party, Party]:
        return one.side or Party.UNKNOWN, one.returned_to

    for key, group in groupby(sorted((one for one in said if one.side), key=whose), key=whose):
        yield key, list(group)


def _own_figures(voice: Party, side: Party, own: Sequence[Account], totals: set[int]) -> Iterator[Flag]:
    """One side that gives two exact totals of one category: an edit, a slip, or another event; groups of a total are none."""
    for category in Category:
        figures = {
            one.count: one
            for one in own
            if one.category is category and one.subset is None and one.precision is Precision.EXACT
        }
        if len(figures) > 1 and sum(figures) not in totals:
            yield Flag(
                kind=FlagKind.OWN_FIGURES,
                words=f"{NAMES[voice]} itself gives {_either(figures)} {category.replace('_', ' ')} returned to {NAMES[side]}",
                claim_ids=_claims(figures.values()),
            )


def _subsets(voice: Party, side: Party, own: Sequence[Account]) -> Iterator[Flag]:
    exact = [one for one in own if one.precision is Precision.EXACT]
    whole = {one.category: one for one in reversed(exact) if one.subset is None}
    people, soldiers = whole.get(Category.PEOPLE), whole.get(Category.PRISONERS_OF_WAR)
    others = [whole[one] for one in (Category.CIVILIANS, Category.CHILDREN) if one in whole]
    if people and soldiers and others:
        counted = soldiers.count + sum(one.count for one in others)
        if people.count not in {counted, soldiers.count}:
            yield Flag(
                kind=FlagKind.SUBSETS,
                words=f"{NAMES[voice]}: {soldiers.count} soldiers and {counted - soldiers.count} others are {counted}, not {people.count} people returned to {NAMES[side]}",
                claim_ids=_claims([people, soldiers, *others]),
            )
    living = [whole[one].count for one in LIVING if one in whole]
    living += [people.count - sum(one.count for one in others)] if people and others else []
    for one in exact:
        if one.subset is not None and one.category in LIVING and living and one.count > max(living):
            yield Flag(
                kind=FlagKind.SUBSETS,
                words=f"{NAMES[voice]}: {one.count} {one.subset} are more than all {max(living)} returned to {NAMES[side]}",
                claim_ids=_claims([one]),
            )
    for names in HALVES:
        halves = [one for name in names for one in exact if one.subset == name][:2]
        counted = sum(one.count for one in halves)
        if living and {one.subset for one in halves} == set(names) and counted not in living:
            yield Flag(
                kind=FlagKind.SUBSETS,
                words=f"{NAMES[voice]}: {' and '.join(f'{one.count} {one.subset}' for one in halves)} are {counted}, not {_either(living)} returned to {NAMES[side]}",
                claim_ids=_claims(halves),
            )


def _n_for_n(
    parts: Sequence[Part], said: Sequence[Account], besides: Sequence[Account], sides: tuple[Party, ...]
) -> Iterator[Flag]:
    """'150 for 150' of one side against what the other says of its own people, on whom it is the authority."""
    seen = set()
    for part in parts:
        for told in part.claims:
            claim = told.claim
            if (
                claim.event is not Event.THIS_EXCHANGE
                or claim.returned_to is not Party.EACH
                or claim.category not in LIVING
            ):
                continue
            for speaker in claim.claimed_by:
                voice = side_of(speaker, part.report.conflict)
                other = next((side for side in sides if side is not voice), None)
                if voice not in sides or other is None or (voice, claim.count) in seen:
                    continue
                seen.add((voice, claim.count))
                own = readings(other, other, said, besides)
                extra = readings(other, voice, said, besides)
                meant = [Reading(claim.count, claim.precision), *extra]
                if own and not any(a.means(b) for a in own for b in meant):
                    yield Flag(
                        kind=FlagKind.N_FOR_N,
                        words=f"{NAMES[voice]} says {claim.count} for {claim.count}, {NAMES[other]} counts {own[0].count} of its own",
                        claim_ids=(told.id,),
                    )


def _either(figures: Iterable[int]) -> str:
    return " and ".join(str(one) for one in sorted(set(figures)))


def _claims(told: Iterable[Account]) -> tuple[int, ...]:
    return tuple(sorted({number for one in told for number in one.claim_ids}))
