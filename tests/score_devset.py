"""Tag the labelled articles of ../shared/devset with the shipped rules and print the score.

usage: python tests/score_devset.py [--errors]

Exits 1 under a floor. The floors are the present promise: they are raised, never lowered, with the rules.
"""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
DEVSET = ROOT.parent / "shared" / "devset"

MIN_F1 = 0.98
MIN_CLAIM_F1 = 0.77
FIELD_FLOORS = {
    "kind": 0.95, "conflict": 0.96, "exchange_date": 0.93, "stage": 0.98, "sequence": 0.98, "deal": 0.90,
    "mediators": 0.87, "transfer_place": 0.85, "numbers_disclosed": 0.94,
}  # fmt: skip
"""The share of relevant articles whose field is exactly right, in all languages together."""
MIN_SPEAKERS = 0.79

LANGUAGES = ("en", "ru", "uk", "all")
CLAIM = ("event", "returned_to", "category", "count")


def predictions() -> list[str]:
    """Return one line per article, as `swapwatch tag` prints it."""
    from newsdesk.cli.tagging import tagged_line

    with (DEVSET / "articles.jsonl").open(encoding="utf-8") as lines:
        return [tagged_line(line) for line in lines]


def score(*options: str) -> subprocess.CompletedProcess[str]:
    """Run the set's own scorer on the predictions."""
    with tempfile.TemporaryDirectory() as scratch:
        file = Path(scratch) / "predictions.jsonl"
        file.write_text("\n".join(predictions()) + "\n", encoding="utf-8")
        command = [sys.executable, str(DEVSET / "score.py"), str(DEVSET / "articles.jsonl"), str(file)]
        return subprocess.run([*command, *options], capture_output=True, text=True, check=False)


def floors() -> tuple[str, ...]:
    """Return the scorer's options for the floors."""
    return ("--min-f1", str(MIN_F1), "--min-claim-f1", str(MIN_CLAIM_F1))


Pair = tuple[str, dict[str, Any], dict[str, Any]]
"""Language, gold and prediction of a labelled article."""


def pairs() -> list[Pair]:
    """Return the labelled articles that count, each with what is predicted of it."""
    said = {row["id"]: row for row in map(json.loads, predictions())}
    with (DEVSET / "articles.jsonl").open(encoding="utf-8") as lines:
        gold = [json.loads(line) for line in lines]
    return [(row["lang"], row["gold"], said[row["id"]]) for row in gold if row["gold"]["relevant"] == "yes"]


def scorer() -> Any:
    """Return the set's own scorer as a module: what counts as the same claim is its say."""
    spec = importlib.util.spec_from_file_location("devset_score", DEVSET / "score.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def exact_fields(found: list[Pair]) -> Iterator[str]:
    """Yield a table: the share of relevant articles whose field is exactly right, by language."""
    yield f"{'field':<20}" + "".join(f"{lang:>7}" for lang in LANGUAGES)
    for field in FIELD_FLOORS:
        yield f"{field:<20}" + "".join(f"{exact(found, field, lang):7.3f}" for lang in LANGUAGES)
    yield f"{'claimed_by':<20}" + "".join(f"{speakers(found, lang):7.3f}" for lang in LANGUAGES)


def exact(found: list[Pair], field: str, lang: str = "all") -> float:
    """Return the share of relevant articles whose field is exactly right."""
    told = [(gold.get(field), said.get(field)) for one, gold, said in found if lang in (one, "all")]
    return sum(bool(_plain(a) == _plain(b)) for a, b in told) / len(told)


def _plain(value: Any) -> Any:
    return sorted(value) if isinstance(value, list) else value


def speakers(found: list[Pair], lang: str = "all") -> float:
    """Return the share of claims found whose speakers are exactly right."""
    right = told = 0
    for one, gold, said in found:
        by = {tuple(claim[key] for key in CLAIM): sorted(claim["claimed_by"]) for claim in gold["claims"]}
        for claim in said["claims"] if lang in (one, "all") else ():
            known = by.get(tuple(claim[key] for key in CLAIM))
            told += known is not None
            right += known == sorted(claim["claimed_by"])
    return right / told if told else 1.0


def kinds_of_claims(found: list[Pair]) -> Iterator[str]:
    """Yield a table: precision and recall of claims by event, by category and by side, in all languages."""
    module = scorer()
    right, wrong, missed = Counter[str](), Counter[str](), Counter[str]()
    for _, gold, said in found:
        true, told = (module.keys(one["claims"], gold["conflict"]) for one in (gold, said))
        for counter, keys in ((right, true & told), (wrong, told - true), (missed, true - told)):
            for event, side, category, _ in keys:
                counter.update((f"event {event}", f"category {category}", f"side {side}"))
    yield f"{'claims':<28}{'n':>5}      P      R     F1"
    for name in sorted({*right, *wrong, *missed}):
        p, r, f = module.prf(right[name], wrong[name], missed[name])
        yield f"{name:<28}{right[name] + missed[name]:>5}{p:7.3f}{r:7.3f}{f:7.3f}"


def main() -> int:
    """Print the score."""
    if not DEVSET.is_dir():
        print("the labelled articles lie outside the repository, at ../shared/devset: absent here")
        return 2
    result = score(*floors(), *sys.argv[1:])
    print(result.stdout + result.stderr)
    found = pairs()
    print("\n".join((*exact_fields(found), "", *kinds_of_claims(found))))
    return result.returncode


if __name__ == "__main__":
    sys.exit(main())
