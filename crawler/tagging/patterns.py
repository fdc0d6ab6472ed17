"""Terms as patterns of words, matched in time that grows with the text alone: no pattern can explode.

A term is words parted by blanks. In each word `a|b` means either, a trailing `*` any ending, `{,s,ed}` each of
these endings. `#` is a number, `_` any one word, `~2` up to two words between.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import NamedTuple

TOKEN = re.compile(
    r"""
    \d+(?:[.,:]\d+)?\s?% | \d{1,2}[:.]\d\d(?!\d)    # 15%; 18:40: these count nobody
    | \d{1,3}(?:[ ,.]\d{3})+(?!\d) | \d+            # 1,000; 1 000; 185
    | [^\W\d_]+(?:'[^\W\d_]+)*                      # word; п'ять
    """,
    re.VERBOSE,
)
"""One word or number of folded text."""

NUMBER = re.compile(r"\d[\d ,.]*")
YEAR = re.compile(r"(?:19|20)\d\d")

MAX_GAP = 6


class UnreadableTerm(ValueError):
    """A term that is not written as terms are; says what is wrong with it."""


class Tokens(NamedTuple):
    """The words and numbers of a folded text, and where each starts."""

    words: list[str]
    starts: list[int]

    def span(self, first: int, last: int) -> tuple[int, int]:
        """Return where words `first` to `last` (exclusive) stand in the text."""
        return self.starts[first], self.starts[last - 1] + len(self.words[last - 1])


@dataclass(frozen=True, slots=True)
class Slot:
    """What one word of a term may be."""

    words: frozenset[str] = frozenset()
    stems: tuple[str, ...] = ()
    number: bool = False
    any: bool = False
    gap: int = 0
    """How many words may stand before this one."""

    def takes(self, word: str, numbers: frozenset[str]) -> bool:
        """Say whether a word of the text fits here."""
        return (
            self.any
            or word in self.words
            or (bool(self.stems) and word.startswith(self.stems))
            or (self.number and is_number(word, numbers))
        )


def is_number(word: str, numbers: frozenset[str]) -> bool:
    """Say whether a word counts something: digits but no year, no clock, no percentage, or a number word."""
    return word in numbers or (NUMBER.fullmatch(word) is not None and not YEAR.fullmatch(word))


def tokens_of(folded_text: str) -> Tokens:
    """Return the words and numbers of a folded text."""
    words: list[str] = TOKEN.findall(folded_text)
    starts: list[int] = []
    at = 0
    for word in words:
        at = folded_text.index(word, at)
        starts.append(at)
        at += len(word)
    return Tokens(words, starts)


def slots_of(term: str) -> tuple[Slot, ...]:
    """Return a folded term as slots.

    Raises:
        UnreadableTerm: it has no word to start from, or a sign that means nothing.
    """
    slots: list[Slot] = []
    gap = 0
    for part in term.split():
        if part.startswith("~"):
            gap = _gap(part)
            continue
        slots.append(_slot(part, gap if slots else 0))
        gap = 0
    if not slots or gap:
        raise UnreadableTerm("it must begin and end with a word")
    if slots[0].any:
        raise UnreadableTerm("it must not begin with _")
    return tuple(slots)


def _gap(part: str) -> int:
    if not part[1:].isdigit() or not 0 < int(part[1:]) <= MAX_GAP:
        raise UnreadableTerm(f"{part}: write ~1 to ~{MAX_GAP}")
    return int(part[1:])


def _slot(part: str, gap: int) -> Slot:
    if part == "_":
        return Slot(any=True, gap=gap)
    words, stems, number = set(), [], False
    for alternative in _alternatives(part):
        if alternative == "#":
            number = True
            continue
        for word in _endings(alternative):
            stem = word.removesuffix("*")
            if not TOKEN.fullmatch(stem):
                raise UnreadableTerm(
                    f"«{word}» is no word; use letters, | between words, * at the end, {{a,b}}"
                )
            if stem == word:
                words.add(word)
            elif len(stem) < 2:
                raise UnreadableTerm(f"«{word}» is too short before its *")
            else:
                stems.append(stem)
    return Slot(words=frozenset(words), stems=tuple(sorted(stems)), number=number, gap=gap)


def _alternatives(part: str) -> list[str]:
    return re.split(r"\|(?![^{]*\})", part)


def _endings(word: str) -> Iterator[str]:
    """Yield a word with each of its endings: полон{,у,і} is полон, полону, полоні."""
    pieces = re.split(r"\{([^{}]*)\}", word)
    choices = [piece.split(",") if number % 2 else [piece] for number, piece in enumerate(pieces)]
    yield from ("".join(chosen) for chosen in product(*choices))


@dataclass(frozen=True, slots=True)
class Found:
    """A term in a text: which, and from which token to which (exclusive)."""

    term: int
    first: int
    last: int


class Vocabulary:
    """Many terms looked up at once, by the first word of each."""

    def __init__(self, terms: Sequence[tuple[Slot, ...]], numbers: Iterable[str]) -> None:
        """Index terms; `numbers` are the words that count as numbers."""
        self.numbers = frozenset(numbers)
        self._terms = tuple(terms)
        self._words: dict[str, list[int]] = {}
        self._stems: dict[str, list[int]] = {}
        self._counted: list[int] = []
        for number, slots in enumerate(terms):
            for word in slots[0].words:
                self._words.setdefault(word, []).append(number)
            for stem in slots[0].stems:
                self._stems.setdefault(stem, []).append(number)
            if slots[0].number:
                self._counted.append(number)
        self._longest = max((len(stem) for stem in self._stems), default=0)
        self._known: dict[str, tuple[int, ...]] = {}

    def find(self, words: Sequence[str]) -> list[Found]:
        """Return every place where a term stands."""
        found: list[Found] = []
        known = self._known
        for first, word in enumerate(words):
            terms = known.get(word)
            for term in self._starting(word) if terms is None else terms:
                last = self._end(self._terms[term], words, first)
                if last:
                    found.append(Found(term, first, last))
        return found

    def _starting(self, word: str) -> tuple[int, ...]:
        """Return the terms whose first word this may be; remembered, for texts repeat their words."""
        found = list(self._words.get(word, ()))
        for length in range(2, min(len(word), self._longest) + 1):
            found += self._stems.get(word[:length], ())
        if is_number(word, self.numbers):
            found += self._counted
        terms = tuple(dict.fromkeys(found))
        if len(self._known) < MEMORY:
            self._known[word] = terms
        return terms

    def _end(self, slots: tuple[Slot, ...], words: Sequence[str], first: int) -> int:
        """Return where a term that starts at a word ends, the nearest way; 0 where it does not stand there."""
        at = first + 1
        if len(slots) == 1:
            return at
        for slot in slots[1:]:
            stop = min(at + slot.gap + 1, len(words))
            at = next((n + 1 for n in range(at, stop) if slot.takes(words[n], self.numbers)), 0)
            if not at:
                return 0
        return at


MEMORY = 200_000
"""Words whose terms are remembered: some 30 MB at most."""
