"""Whether words that stand anywhere on a page could make a near miss: looser than `judge`, at a fraction of its cost.

Uses the lexicons' own terms and the rules' own concepts, of all languages at once. All that `judge` holds against a report
is left out: sentences, rules against it, words set aside, and where the words stand.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from functools import cache, lru_cache

from crawler.language import CYRILLIC, LOOKALIKES, fold
from crawler.tagging import CAPTIVITY
from crawler.tagging.lexicon import LANGUAGES, Added, Concept, Term, compiled, lexicon
from crawler.tagging.patterns import MEMORY, TOKEN, Slot, is_number
from crawler.tagging.rules import PARTY, Rule, rules

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
    return _known(added).reach(TOKEN.findall(text))


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


class _Terms:
    """The terms of all languages, looked up by their first and last words."""

    def __init__(self, terms: Sequence[Term], numbers: frozenset[str]) -> None:
        self._numbers = numbers
        self._concepts = [term.concept for term in terms]
        self._slots = [compiled(term.pattern) for term in terms]
        self._first = _Index([slots[0] for slots in self._slots], numbers)
        self._last = _Index([slots[-1] for slots in self._slots], numbers)
        self._forms: dict[str, tuple[str, ...]] = {}

    def reach(self, tokens: Iterable[str]) -> Reach:
        words = self._folded(tokens)
        ends = frozenset().union(*map(self._last.of, set(words)))
        found = self._find(words, ends)
        if not CAPTIVITY.isdisjoint(found):
            return Reach.NEAR_MISS
        possible = [rule for rule in speaking_for() if _present(rule, found)]
        if not possible:
            return Reach.NOTHING
        return Reach.NEAR_MISS if any(_meets(rule, found) for rule in possible) else Reach.APART

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

    def _find(self, words: Sequence[str], ends: frozenset[int]) -> Hits:
        found: Hits = {}
        of = self._first.of
        for first, word in enumerate(words):
            for term in of(word):
                if term in ends and (last := self._end(self._slots[term], words, first)):
                    found.setdefault(self._concepts[term], []).append((first, last))
        return found

    def _end(self, slots: tuple[Slot, ...], words: Sequence[str], first: int) -> int:
        at = first + 1
        for slot in slots[1:]:
            stop = min(at + slot.gap + 1, len(words))
            at = next((n + 1 for n in range(at, stop) if slot.takes(words[n], self._numbers)), 0)
            if not at:
                return 0
        return at


class _Index:
    """Which terms have a word as their first, or as their last."""

    def __init__(self, slots: Sequence[Slot], numbers: frozenset[str]) -> None:
        self._slots = slots
        self._numbers = numbers
        self._words: dict[str, list[int]] = {}
        self._stems: dict[str, list[int]] = {}
        self._counted = [n for n, slot in enumerate(slots) if slot.number or slot.any]
        for number, slot in enumerate(slots):
            for word in slot.words:
                self._words.setdefault(word, []).append(number)
            for stem in slot.stems:
                self._stems.setdefault(stem, []).append(number)
        self._longest = max(map(len, self._stems), default=0)
        self._known: dict[str, frozenset[int]] = {}

    def of(self, word: str) -> frozenset[int]:
        """Return the numbers of the terms."""
        known = self._known.get(word)
        return self._looked_up(word) if known is None else known

    def _looked_up(self, word: str) -> frozenset[int]:
        found = set(self._words.get(word, ()))
        for length in range(2, min(len(word), self._longest) + 1):
            found.update(self._stems.get(word[:length], ()))
        counts = is_number(word, self._numbers)
        found.update(n for n in self._counted if self._slots[n].any or counts)
        terms = frozenset(found)
        if len(self._known) < MEMORY:
            self._known[word] = terms
        return terms


def _forms(token: str) -> tuple[str, ...]:
    """Return a word as it is folded, and where it mixes alphabets, also with every Latin twin turned and with none."""
    folded = fold(token)
    if token.isascii() or not CYRILLIC.search(token):
        return (folded,)
    turned = fold("".join(LOOKALIKES.get(char, char) for char in token))
    return tuple(dict.fromkeys((folded, turned, token.lower())))


def _present(rule: Rule, found: Hits) -> bool:
    groups = (*rule.near, *rule.needs, *((rule.context,) if rule.context else ()))
    return all(not group.isdisjoint(found) for group in groups)


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
