"""Which number an exchange keeps: the one most of what is told of it had before. Numbers are minted once, by the store."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from ledger.model import Cluster, PartKey

CLAIM, PART = 2, 1
"""What a shared claim and a shared report weigh."""


def carried_over(
    clusters: Sequence[Cluster], before: Mapping[PartKey, int], claims_before: Mapping[int, int]
) -> list[int | None]:
    """Return the number each cluster keeps, None where a new one must be minted.

    Each number goes to the cluster that shares most with what it stood for, each cluster gets the number it shares
    most with; of equals the older number wins, then the cluster that comes first.

    Args:
        clusters: what was reconciled now.
        before: the exchange each part was put to by the last reconciling.
        claims_before: the exchange each claim was put to.
    """
    votes: Counter[tuple[int, int]] = Counter()
    for place, cluster in enumerate(clusters):
        for link in cluster.links:
            if (number := before.get(link.part.key)) is not None:
                votes[number, place] += PART
            for told in link.part.claims:
                if (number := claims_before.get(told.id)) is not None:
                    votes[number, place] += CLAIM
    kept: list[int | None] = [None] * len(clusters)
    given: set[int] = set()
    for (number, place), _ in sorted(votes.items(), key=lambda vote: (-vote[1], vote[0])):
        if number not in given and kept[place] is None:
            kept[place] = number
            given.add(number)
    return kept


def moved(before: Mapping[PartKey, int], after: Mapping[PartKey, int]) -> list[tuple[int, int]]:
    """Return from which number to which parts went, the way most of them took first: what forwarding addresses tell."""
    ways = Counter(
        (number, after[key]) for key, number in before.items() if key in after and after[key] != number
    )
    return sorted(ways, key=lambda way: (way[0], -ways[way], way[1]))
