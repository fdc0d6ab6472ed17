"""What only several exchanges together show: running numbers that skip, stages of a deal that are missing or don't add up."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import pairwise

from crawler.model import Party
from ledger.accounts import LIVING
from ledger.model import Exchange, ExchangeStatus, Flag, FlagKind, Matter
from ledger.parts import SIDES
from ledger.totals import received

ROUND = timedelta(days=60)
"""Stages of one deal that lie further apart belong to different rounds of it."""


def frame_flags(records: Sequence[Exchange]) -> Iterator[Flag]:
    """Yield what does not add up across exchanges."""
    living = [one for one in records if one.matter is Matter.LIVING]
    yield from _sequences(living)
    for deal, stages in _rounds(living):
        yield from _stages(deal, stages)
        yield from _sums(deal, stages)


def _sequences(records: Sequence[Exchange]) -> Iterator[Flag]:
    """Numbers that skip name exchanges that are not in the store; numbers out of order are someone's mistake."""
    numbered: dict[str, list[Exchange]] = defaultdict(list)
    for one in records:
        if one.sequence is not None:
            numbered[one.conflict].append(one)
    for group in numbered.values():
        for before, after in pairwise(sorted(group, key=lambda one: (one.day, one.id))):
            first, last = before.sequence or 0, after.sequence or 0
            if last > first + 1:
                missing = f"{first + 1}" if last == first + 2 else f"{first + 1} to {last - 1}"
                words = f"no exchange in the store has number {missing}, between x{before.id} ({before.day}) and x{after.id} ({after.day})"
            elif last < first:
                words = f"x{after.id} ({after.day}) has number {last}, lower than {first} of x{before.id} ({before.day})"
            elif last == first and before.day != after.day:
                words = f"x{before.id} ({before.day}) and x{after.id} ({after.day}) both have number {first}"
            else:
                continue
            yield Flag(kind=FlagKind.SEQUENCE, words=words)


def _rounds(records: Sequence[Exchange]) -> Iterator[tuple[str, list[Exchange]]]:
    """Yield the numbered stages of each deal, one round at a time: stage 1 begins a new one."""
    deals: dict[str, list[Exchange]] = defaultdict(list)
    for one in sorted(records, key=lambda one: (one.day, one.id)):
        if one.deal is not None and one.stage is not None:
            deals[one.deal].append(one)
    for deal, stages in deals.items():
        round_: list[Exchange] = []
        for one in stages:
            if round_ and ((one.stage or 0) <= (round_[-1].stage or 0) or one.day - round_[-1].day > ROUND):
                yield deal, round_
                round_ = []
            round_.append(one)
        yield deal, round_


def _stages(deal: str, stages: Sequence[Exchange]) -> Iterator[Flag]:
    known = {one.stage for one in stages}
    missing = [number for number in range(1, max(one.stage or 0 for one in stages)) if number not in known]
    if missing:
        yield Flag(
            kind=FlagKind.DEAL_TOTAL,
            words=f"no exchange in the store is stage {' or '.join(map(str, missing))} of {deal} ({stages[0].day} to {stages[-1].day})",
        )


def _sums(deal: str, stages: Sequence[Exchange]) -> Iterator[Flag]:
    """Compare a round whose stages are all there with the one figure that was planned for it."""
    whole = [one.stage for one in stages] == list(range(1, len(stages) + 1)) and len(stages) > 1
    if not whole or any(one.status is not ExchangeStatus.COMPLETED for one in stages):
        return
    for side in SIDES.get(stages[0].conflict, ()):
        plans = {
            plan.count: plan.claim_ids
            for one in stages
            for plan in one.planned
            if plan.returned_to in (side, Party.EACH) and plan.subset is None and plan.category in LIVING
        }
        sizes = [received(one, side) for one in stages]
        if len(plans) != 1 or None in sizes:
            continue
        ((plan_count, claims),) = plans.items()
        done = sum(size or 0 for size in sizes)
        if done != plan_count:
            added = " + ".join(str(size) for size in sizes)
            yield Flag(
                kind=FlagKind.DEAL_TOTAL,
                words=f"{deal}: {plan_count} planned to {side}, the {len(stages)} stages add up to {added} = {done}",
                claim_ids=claims,
            )
