"""Build the ledger from the labelled articles as read by the shipped rules, beside the one their labels make.

usage: python tests/score_ledger.py [--missed]

It says how much of the ledger's quality the reading of reports leaves: with perfect labels it is 1 throughout.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import Any

from crawler.model import Conflict, Party
from ledger.model import Matter, PartKey, Reconciled, Report
from ledger.parts import SIDES
from ledger.reconcile import reconcile
from ledger.record import exchange
from ledger.totals import received
from tests.ledger.told import annotated
from tests.score_devset import DEVSET, predictions

Name = tuple[Conflict, str, Matter]


def reports() -> tuple[list[Report], list[Report]]:
    """Return the labelled articles that are relevant, as labelled and as read; what is not recognised is absent there."""
    labelled, read = [], []
    with (DEVSET / "articles.jsonl").open(encoding="utf-8") as lines:
        for number, (line, answer) in enumerate(zip(lines, predictions(), strict=True), 1):
            row, said = json.loads(line), json.loads(answer)
            if row["gold"]["relevant"] == "yes":
                labelled.append(annotated(row, row["gold"], number))
            if said["relevant"] == "yes":
                read.append(annotated(row, said, number))
    return labelled, read


def sizes(found: Reconciled) -> dict[Name, list[tuple[int | None, ...]]]:
    """Return what each side got back in each exchange, by its day."""
    told: dict[Name, list[tuple[int | None, ...]]] = {}
    for number, cluster in enumerate(found.clusters, 1):
        record = exchange(number, [link.part for link in cluster.links])
        sides: Sequence[Party] = SIDES.get(cluster.conflict, ())
        name = (cluster.conflict, f"{cluster.day}", cluster.matter)
        told.setdefault(name, []).append(tuple(received(record, side) for side in sides))
    return told


def places(found: Reconciled) -> dict[PartKey, Name]:
    """Return the exchange each part was put to."""
    return {
        link.part.key: (cluster.conflict, f"{cluster.day}", cluster.matter)
        for cluster in found.clusters
        for link in cluster.links
    }


def score() -> tuple[dict[str, float], list[Any]]:
    """Return the shares, and what was missed."""
    labelled, read = (reconcile(one) for one in reports())
    true, found = sizes(labelled), sizes(read)
    right_places, put = places(labelled), places(read)
    wrong = [
        key for key, name in put.items() if right_places.get(key, name) != name or key not in right_places
    ]
    missed = [(name, true[name], found.get(name)) for name in sorted(true) if found.get(name) != true[name]]
    return {
        "exchanges recovered": sum(name in found for name in true) / len(true),
        "recovered with the right counts": 1 - len(missed) / len(true),
        "exchanges that are none": sum(name not in true for name in found) / len(found),
        "reports attached wrongly": len(wrong) / max(1, len(put)),
    }, missed


def main() -> int:
    """Print the score."""
    if not DEVSET.is_dir():
        print("the labelled articles lie outside the repository, at ../shared/devset: absent here")
        return 2
    shares, missed = score()
    for name, share in shares.items():
        print(f"{name:<36}{share:>7.3f}")
    if "--missed" in sys.argv:
        for one in missed:
            print(*one)
    return 0


if __name__ == "__main__":
    sys.exit(main())
