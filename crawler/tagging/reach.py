"""Whether words that stand anywhere on a page could make a near miss: looser than `judge`, at a fraction of its cost.

Uses the lexicons' own terms and the rules' own concepts, of all languages at once. All that `judge` holds against a report
is left out: sentences, rules against it, words set aside, and where the words stand.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from functools import cache, lru_cache
from typing import NamedTuple

from crawler.language import CYRILLIC, LOOKALIKES, fold
from crawler.tagging import CAPTIVITY
from crawler.tagging.lexicon import LANGUAGES, Added, Concept, Term, compiled, lexicon
from crawler.tagging.patterns import MEMORY, Slot, is_number
from crawler.tagging.rules import PARTY, Rule, rules

LETTERS = r"A-Za-z\u00aa\u00b5\u00ba\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02af\u0370-\u0373\u0376-\u037d\u0386-\u0481\u048a-\u052f\u1e00-\u1fff"
"""Letters of the alphabets that lexicons are written in; others make no word, and so bring those around nearer."""

WORD = re.compile(
    rf"""
    [{LETTERS}]+(?:'[{LETTERS}]+)*
    | (?=\d)(?: \d+(?:[.,:]\d+)?\s?% | \d{{1,2}}[:.]\d\d(?!\d) | \d{{1,3}}(?:[ ,.]\d{{3}})+(?!\d) | \d+ )
    """,
    re.VERBOSE,
)
"""A word or number as `patterns.TOKEN` has it, found in half the time."""

SLACK = 6
"""Words that may stand on a page between two words of its article without being read: a footnote's mark, a button."""


class Reach(StrEnum):
    """What the words of a page can come to at most."""

    NOTHING = "scan"
    """No rule has all its concepts on the page, and none speaks of captivity."""
    APART = "text"
    """Concepts of a rule are there, but nowhere near one another."""
    NEAR_MISS = "near_miss"
    """The page has to be read."""


def reach(text: str, added: Added = ()) -> Reach:
    """Say what a page with these words can come to at most; letters need not be folded, apostrophes are alike."""
    return _known(added).reach(WORD.findall(text))


@cache
def speaking_for() -> tuple[Rule, ...]:
    """Return the rules that raise a score: without one, only captivity in a prominent place makes a near miss."""
    return tuple(rule for rule in rules() if rule.weight > 0)


@cache
def wanted() -> frozenset[Concept]:
    """Return every concept that a near miss may rest on."""
    groups = (group for rule in speaking_for() for group in (*rule.near, *rule.needs, rule.context))
    return CAPTIVITY.union(*groups)


def loose_terms(added: Added = ()) -> tuple[Term, ...]:
    """Return the lexicons' terms, operators' among them, that a near miss may rest on."""
    return tuple(
        term for code in LANGUAGES for term in lexicon(code, added).terms if term.concept in wanted()
    )


@lru_cache(maxsize=4)
def _known(added: Added) -> _Terms:
    numbers = frozenset().union(*(lexicon(code, added).vocabulary.numbers for code in LANGUAGES))
    return _Terms(loose_terms(added), numbers)


Hits = dict[Concept, list[tuple[int, int]]]


class _Word(NamedTuple):
    """What a word may be of."""

    concepts: tuple[Concept, ...]
    """Of the terms that are this word alone."""
    terms: tuple[tuple[int, int], ...]
    """Longer terms whose rarest word this is: their number, and which of their words it is."""


class _Terms:
    """The terms of all languages, looked up by the word of each that is likely the rarest: its longest."""

    def __init__(self, terms: Sequence[Term], numbers: frozenset[str]) -> None:
        self._numbers = numbers
        self._concepts = [term.concept for term in terms]
        self._slots = [compiled(term.pattern) for term in terms]
        self._rarest = [max(range(len(slots)), key=lambda n: _rarity(slots[n])) for slots in self._slots]
        self._words: dict[str, list[int]] = {}
        self._stems: dict[str, list[int]] = {}
        self._counted: list[int] = []
        for number, (slots, rarest) in enumerate(zip(self._slots, self._rarest, strict=True)):
            slot = slots[rarest]
            for word in slot.words:
                self._words.setdefault(word, []).append(number)
            for stem in slot.stems:
                self._stems.setdefault(stem, []).append(number)
            if slot.number or slot.any:
                self._counted.append(number)
        self._longest = max(map(len, self._stems), default=0)
        self._forms: dict[str, tuple[str, ...]] = {}
        self._known: dict[str, _Word | None] = {}

    def reach(self, tokens: Iterable[str]) -> Reach:
        words = self._folded(tokens)
        known = {word: what for word in set(words) if (what := self._of(word))}
        possible = self._possible(known.values())
        if not possible:
            return Reach.NOTHING
        found = self._find(words, known)
        if not CAPTIVITY.isdisjoint(found):
            return Reach.NEAR_MISS
        return (
            Reach.NEAR_MISS
            if any(_present(rule, found) and _meets(rule, found) for rule in speaking_for())
            else Reach.APART
        )

    def _possible(self, known: Iterable[_Word]) -> bool:
        """Say whether concepts of these words, were they all there, make up a rule or speak of captivity."""
        there = {concept for word in known for concept in word.concepts}
        there.update(self._concepts[term] for word in known for term, _ in word.terms)
        return not CAPTIVITY.isdisjoint(there) or any(_present(rule, there) for rule in speaking_for())

    def _folded(self, tokens: Iterable[str]) -> list[str]:
        words: list[str] = []
        forms = self._forms
        for token in tokens:
            known = forms.get(token)
            if known is None:
                known = _forms(token)
                if len(forms) < MEMORY:
                    forms[token] = known
            words += known
        return words

    def _of(self, word: str) -> _Word | None:
        """Return what a word may be of, None for most; remembered, for pages repeat their words."""
        if word in self._known:
            return self._known[word]
        numbers = set(self._words.get(word, ()))
        for length in range(2, min(len(word), self._longest) + 1):
            numbers.update(self._stems.get(word[:length], ()))
        counts = is_number(word, self._numbers)
        numbers.update(n for n in self._counted if counts or self._slots[n][self._rarest[n]].any)
        alone = {self._concepts[n] for n in numbers if len(self._slots[n]) == 1}
        longer = tuple((n, self._rarest[n]) for n in sorted(numbers) if len(self._slots[n]) > 1)
        what = _Word(tuple(sorted(alone)), longer) if numbers else None
        if len(self._known) < MEMORY:
            self._known[word] = what
        return what

    def _find(self, words: Sequence[str], known: Mapping[str, _Word]) -> Hits:
        found: Hits = {}
        for at, word in enumerate(words):
            what = known.get(word)
            if what is None:
                continue
            for concept in what.concepts:
                found.setdefault(concept, []).append((at, at + 1))
            for term, which in what.terms:
                slots = self._slots[term]
                if (first := self._before(slots, words, at, which)) >= 0 and (
                    last := self._after(slots, words, at, which)
                ) >= 0:
                    found.setdefault(self._concepts[term], []).append((first, last + 1))
        return found

    def _before(self, slots: tuple[Slot, ...], words: Sequence[str], at: int, which: int) -> int:
        """Return the first place where a term may begin whose word number `which` stands at `at`; -1 for none."""
        if which == 0:
            return at
        begin = max(at - 1 - slots[which].gap, 0)
        places = (n for n in range(begin, at) if slots[which - 1].takes(words[n], self._numbers))
        return min(
            (n for n in (self._before(slots, words, p, which - 1) for p in places) if n >= 0), default=-1
        )

    def _after(self, slots: tuple[Slot, ...], words: Sequence[str], at: int, which: int) -> int:
        """Return the last place where such a term may end; -1 for none."""
        if which == len(slots) - 1:
            return at
        following = slots[which + 1]
        stop = min(at + 2 + following.gap, len(words))
        places = (n for n in range(at + 1, stop) if following.takes(words[n], self._numbers))
        return max((self._after(slots, words, p, which + 1) for p in places), default=-1)


def _rarity(slot: Slot) -> int:
    if slot.any or slot.number:
        return 0
    return min(map(len, (*slot.words, *slot.stems)), default=0)


def _forms(token: str) -> tuple[str, ...]:
    """Return a word as it is folded, and where it mixes alphabets, also with every Latin twin turned and with none."""
    folded = fold(token)
    if token.isascii() or not CYRILLIC.search(token):
        return (folded,)
    turned = fold("".join(LOOKALIKES.get(char, char) for char in token))
    return tuple(dict.fromkeys((folded, turned, token.lower())))


def _present(rule: Rule, found: Container[Concept]) -> bool:
    groups = (*rule.near, *rule.needs, *((rule.context,) if rule.context else ()))
    return all(any(concept in found for concept in group) for group in groups)


def _meets(rule: Rule, found: Hits) -> bool:
    """Say whether the concepts of a rule stand as near one another as it asks, give or take what is not read."""
    within = rule.within + SLACK
    others = [_Places(group, found) for group in rule.near[1:] if not group <= PARTY]
    sides = [group for group in rule.near[1:] if group <= PARTY]
    places = _Places(PARTY, found) if sides else None
    for concept in rule.near[0]:
        for hit in found.get(concept, ()):
            if all(any(other.near(hit, within)) for other in others) and (
                places is None or _sides(places.near(hit, within)) >= len(sides)
            ):
                return True
    return False


class _Places:
    """Where a group of concepts stands, in order."""

    def __init__(self, group: frozenset[Concept], found: Hits) -> None:
        self._hits = sorted(
            (first, last, concept) for concept in group for first, last in found.get(concept, ())
        )
        self._longest = max((last - first for first, last, _ in self._hits), default=0)

    def near(self, hit: tuple[int, int], within: int) -> Iterator[Concept]:
        """Yield the concept of each place that has at most so many words between itself and a hit."""
        first, last = hit
        at = bisect_left(self._hits, (first - within - self._longest,))
        for start, end, concept in self._hits[at:]:
            if start > last + within:
                return
            if first - end <= within:
                yield concept


def _sides(parties: Iterable[Concept]) -> int:
    """Count the parties; far-off countries are one concept for many."""
    named = list(parties)
    return len(set(named) - {Concept.PARTY_ELSEWHERE}) + named.count(Concept.PARTY_ELSEWHERE)
