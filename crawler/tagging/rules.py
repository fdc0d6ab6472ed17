"""The rules of relevance, read from rules.yaml: which concepts must meet, how near, and what that weighs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from ruamel.yaml import YAML

from crawler.tagging.lexicon import PARTIES, Concept
from crawler.tagging.sentences import Hit, Sentence

Concepts = frozenset[Concept]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A named meeting of concepts in one sentence."""

    name: str
    weight: float
    near: tuple[Concepts, ...]
    within: int
    needs: tuple[Concepts, ...]
    """Each of these must stand somewhere in the sentence."""
    unless: Concepts
    context: Concepts
    """One of these must stand somewhere in the article; empty where nothing is asked."""
    absent: Concepts
    """None of these may stand anywhere in the article."""
    example: dict[str, str]
    unlike: dict[str, str]

    def asks(self, present: Concepts) -> bool:
        """Say whether an article with these concepts gives the context that the rule asks for."""
        return (not self.context or bool(self.context & present)) and not self.absent & present

    def finds(self, sentence: Sentence) -> list[Hit]:
        """Return the hits that meet, nearest first of all; empty where the rule does not hold."""
        if sentence.has(self.unless) or not all(sentence.has(group) for group in (*self.near, *self.needs)):
            return []
        best: list[Hit] = []
        for first in sentence.of(self.near[0]):
            met = self._met(first, sentence)
            if met and (not best or _width(met) < _width(best)):
                best = met
        return best

    def _met(self, first: Hit, sentence: Sentence) -> list[Hit]:
        met = [first]
        for group in self.near[1:]:
            others = [
                hit for hit in sentence.of(group)
                if hit.distance(first) <= self.within and not _same(hit, met, group)
            ]  # fmt: skip
            if not others:
                return []
            met.append(min(others, key=first.distance))
        return met


def _same(hit: Hit, met: list[Hit], group: Concepts) -> bool:
    """Say whether a hit is one of those met, or names a party that one of them names; one word may stand for two."""
    one_side = hit.concept if group <= PARTY and hit.concept is not Concept.PARTY_ELSEWHERE else None
    return any(one is hit or one.concept is one_side for one in met)


def _width(hits: list[Hit]) -> int:
    return max(hit.last for hit in hits) - min(hit.first for hit in hits)


PARTY: Concepts = frozenset(PARTIES)


@cache
def rules() -> tuple[Rule, ...]:
    """Return every rule, in the file's order."""
    text = (files("crawler.tagging") / "rules.yaml").read_text(encoding="utf-8")
    return tuple(_rule(row) for row in YAML(typ="safe", pure=True).load(text))


def _rule(row: dict[str, Any]) -> Rule:
    return Rule(
        name=row["rule"],
        weight=row["weight"],
        near=tuple(_concepts(group) for group in row["near"]),
        within=row.get("within", 0),
        needs=tuple(_concepts(group) for group in row.get("needs", ())),
        unless=_concepts(row.get("unless", ())),
        context=_concepts(row.get("context", ())),
        absent=_concepts(row.get("absent", ())),
        example=row["example"],
        unlike=row.get("unlike", {}),
    )


def _concepts(names: list[str]) -> Concepts:
    """Return concepts by name; `party` means each of the parties."""
    return frozenset(
        concept for name in names for concept in (PARTIES if name == "party" else (Concept(name),))
    )
