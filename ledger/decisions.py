"""The analyst's hand over what the machine concluded: applied anew each time, so that it is never overwritten."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ledger.model import Action, Decision, Matter, PartKey


def decided(
    machine: Mapping[PartKey, int | None], decisions: Iterable[Decision], matters: Mapping[int, Matter]
) -> dict[PartKey, int | None]:
    """Return where each part stands once the decisions that hold are applied, in the order they were made.

    Args:
        machine: the exchange each part was put to by reconciling, None where it is unattached.
        decisions: all of them; what was undone has no effect.
        matters: what each exchange moved, so that of a report on both only the fitting part is attached.
    """
    standing = sorted((one for one in decisions if one.undone_at is None), key=lambda one: one.id)
    return {key: _place(key, number, standing, matters, machine) for key, number in machine.items()}


def _place(
    key: PartKey,
    number: int | None,
    decisions: Iterable[Decision],
    matters: Mapping[int, Matter],
    parts: Mapping[PartKey, int | None],
) -> int | None:
    finding, matter = key
    merged: dict[int, int] = {}
    for one in decisions:
        into = _final(one.exchange_id, merged)
        if one.action is Action.MERGE and into is not None and one.other_id is not None:
            other = _final(one.other_id, merged)
            if other is not None and other != into:
                merged[other] = into
            number = _final(number, merged)
        elif one.action is Action.SPLIT and finding in one.finding_ids and number == into:
            number = one.other_id
        elif one.action is Action.ATTACH and finding in one.finding_ids:
            wanted = matters.get(one.exchange_id or 0, matter)
            if matter is wanted or (finding, wanted) not in parts:
                number = into
        elif (one.action is Action.DETACH and finding in one.finding_ids and number == into) or (
            one.action is Action.IRRELEVANT and finding in one.finding_ids
        ):
            number = None
    return number


def _final(number: int | None, merged: Mapping[int, int]) -> int | None:
    while number is not None and number in merged:
        number = merged[number]
    return number


def forwarded(number: int, decisions: Iterable[Decision]) -> int:
    """Return the number that an exchange's record stands under after all merges that hold."""
    merged: dict[int, int] = {}
    for one in sorted(decisions, key=lambda one: one.id):
        if one.action is Action.MERGE and one.undone_at is None:
            into, other = _final(one.exchange_id, merged), _final(one.other_id, merged)
            if into is not None and other is not None and into != other:
                merged[other] = into
    return _final(number, merged) or number


def wrong_claims(decisions: Iterable[Decision]) -> frozenset[int]:
    """Return the claims that an analyst found misread, also as they were read again since: no record counts them."""
    return frozenset(
        claim
        for one in decisions
        if one.action is Action.WRONG_CLAIM and one.undone_at is None
        for claim in (*one.claim_ids, *(now for _, now in one.read_again if now is not None))
    )
